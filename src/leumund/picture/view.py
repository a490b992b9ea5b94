"""The picture as one object: what a report, a screen or a script gets to see."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from leumund.picture.agreement import Agreement
from leumund.picture.truth import TrueValue
from leumund.picture.verdict import Campaign
from leumund.picture.window import Window
from leumund.tables import (
    Amendment,
    Apart,
    Bridge,
    Change,
    Coverage,
    Driver,
    Estimate,
    Evidence,
    GuidelineBridge,
    Phrase,
    Polarity,
    WatchedWeek,
)

__all__ = ["Amended", "Counts", "Method", "Picture", "TrueValue", "to_json"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many posts there are, and how many of them could not be counted, by reason."""

    stored: int
    counted: int
    copies: int
    company_voice: int
    incentive: int
    without_time: int
    without_brand: int
    set_aside: int
    authors: int
    threads: int
    venues: int


@dataclass(frozen=True, slots=True)
class Method:
    """What the method page is filled from."""

    readers: tuple[str, ...]
    model: str
    model_version: str
    how_good: tuple[tuple[str, str], ...]  # (language, sentence)
    n_labels: int
    engine: str
    zone_assumed: tuple[str, ...]
    step_seconds: tuple[tuple[str, float], ...]
    agreement: Agreement | None = None
    guidelines: tuple[str, ...] = ()  # versions under which the labels were given, '' = unknown


@dataclass(frozen=True, slots=True)
class Amended:
    """How many figures of one published report read differently today, for one reason."""

    publication_id: str
    title: str
    published_at: datetime
    kind: str  # erratum, revision
    cause: str
    n_figures: int
    largest: Amendment


@dataclass(frozen=True)
class Picture:
    """All figures of one snapshot, the posts behind them, and what the reader must know."""

    title: str
    own: str
    rivals: tuple[str, ...]
    simulated: bool
    level: float
    snapshot_id: str
    made_at: datetime
    period_start: date
    period_end: date
    counts: Counts
    method: Method
    estimates: tuple[Estimate, ...]
    evidence: tuple[Evidence, ...]
    coverage: tuple[Coverage, ...]
    truth: tuple[TrueValue, ...] = field(default=())
    changes: tuple[Change, ...] = field(default=())
    drivers: tuple[Driver, ...] = field(default=())
    campaigns: tuple[Campaign, ...] = field(default=())
    amended: tuple[Amended, ...] = field(default=())
    bridges: tuple[Bridge, ...] = field(default=())
    guideline_bridges: tuple[GuidelineBridge, ...] = field(default=())
    phrases: tuple[Phrase, ...] = field(default=())
    watched: tuple[WatchedWeek, ...] = field(default=())
    polarities: tuple[Polarity, ...] = field(default=())
    apart: tuple[Apart, ...] = field(default=())  # not counted for who speaks, by kind and brand
    window: Window | None = None  # the days that were asked about; None = all there are

    def to_json(self) -> str:
        """Give everything as one JSON document; times in ISO 8601."""
        return to_json(self)


def to_json(said: Picture | Campaign) -> str:
    """Give a picture, or what is said of a campaign, as one JSON document; times in ISO 8601."""
    return json.dumps(said, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value):  # one level; asdict would copy twenty thousand rows first
        return {row.name: getattr(value, row.name) for row in dataclasses.fields(value)}
    raise TypeError(f"no JSON form for {type(value).__name__}")
