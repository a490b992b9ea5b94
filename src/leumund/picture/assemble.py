"""The tables of a snapshot, put together as one picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from leumund.errors import NothingToShow
from leumund.picture.agreement import agreement_of
from leumund.picture.verdict import Campaign
from leumund.picture.view import Counts, Method, Picture, TrueValue
from leumund.picture.window import Window
from leumund.settings import Settings
from leumund.tables import (
    Apart,
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

__all__ = ["picture_of"]

Read = Callable[[str], pa.Table]


def picture_of(
    read: Read,
    settings: Settings,
    *,
    snapshot_id: str,
    how_good: tuple[tuple[str, str], ...] = (),
    step_seconds: Mapping[str, float] | None = None,
    truth: tuple[TrueValue, ...] = (),
    campaigns: Callable[[], Iterable[Campaign]] = tuple,
    window: Window | None = None,
) -> Picture:
    """Give the picture of a snapshot, or of a window of it; `read` gives a table by its name.

    `campaigns` gives what is said of each campaign and is asked only where there are figures.

    Raises NothingToShow when no post of the project could be counted.
    """
    estimates = tuple(Estimate(**row) for row in read("estimates").to_pylist())
    if not estimates:
        raise NothingToShow(
            "no figure yet: no dated post names a watched brand",
            where=str(settings.folder),
            next_step="leumund import PAGE…, then leumund run; look at the aliases in leumund.toml",
        )
    return Picture(
        title=settings.text("project", "title") or settings.own_brand.name,
        own=settings.own_brand.name,
        rivals=tuple(brand.name for brand in settings.rivals),
        simulated=settings.switch("project", "simulated"),
        level=settings.share("picture", "level"),
        snapshot_id=snapshot_id,
        made_at=datetime.now(UTC).replace(microsecond=0),
        period_start=min(row.period_start for row in estimates if row.period == "all"),
        period_end=max(row.period_end for row in estimates if row.period == "all"),
        counts=_counts(read, window),
        method=_method(read, settings, how_good, step_seconds or {}),
        estimates=estimates,
        evidence=tuple(Evidence(**row) for row in read("evidence").to_pylist()),
        coverage=tuple(Coverage(**row) for row in read("coverage_within" if window else "coverage").to_pylist()),
        truth=truth,
        changes=tuple(Change(**row) for row in read("changes").to_pylist()),
        drivers=tuple(Driver(**row) for row in read("drivers").to_pylist()),
        guideline_bridges=tuple(GuidelineBridge(**row) for row in read("guideline_bridges").to_pylist()),
        campaigns=tuple(one for one in campaigns() if not window or window.began(one.terms.starts_on)),
        phrases=tuple(Phrase(**row) for row in read("phrases").to_pylist()),
        watched=tuple(WatchedWeek(**row) for row in read("watched_weeks").to_pylist()),
        polarities=tuple(Polarity(**row) for row in read("polarities").to_pylist()),
        apart=_apart(read, "apart_within" if window else "apart"),
        window=window,
    )


def _apart(read: Read, table: str) -> tuple[Apart, ...]:
    return tuple(sorted((Apart(**row) for row in read(table).to_pylist()), key=lambda row: (row.kind, row.brand)))


def _counts(read: Read, window: Window | None) -> Counts:
    """Count posts; those without a time, or not read at all, are in no window and stay the whole project's."""
    tally = {row["name"]: row["n"] for row in read("tallies_within" if window else "tallies").to_pylist()}
    if window:
        tally["without_time"] = sum(r["n"] for r in read("tallies").to_pylist() if r["name"] == "without_time")
    without_brand = tally["stored"] - tally.pop("with_brand")
    set_aside = sum(code == "LM211" for code in read("issues")["code"].to_pylist())
    return Counts(**tally, without_brand=without_brand, set_aside=set_aside)


def _method(
    read: Read, settings: Settings, how_good: tuple[tuple[str, str], ...], step_seconds: Mapping[str, float]
) -> Method:
    origins: dict[str, list[str]] = {}
    for row in read("origins").to_pylist():
        origins.setdefault(row["kind"], []).append(row["name"])
    labels, level = read("labels"), settings.share("picture", "level")
    drawn = labels.filter(pc.field("inclusion_probability").is_valid() & (pc.field("field") == "polarity"))
    return Method(
        readers=tuple(origins.get("reader", ())),
        model=", ".join(origins.get("model", ())),
        model_version=", ".join(origins.get("model_version", ())),
        how_good=how_good,
        n_labels=len(read("judged")),
        engine=settings.text("engine", "kind"),
        zone_assumed=tuple(zone for zone in origins.get("zone_assumed", ()) if zone),
        agreement=agreement_of(labels, level=level),
        guidelines=tuple(sorted(set(drawn["guideline"].to_pylist()))),
        step_seconds=tuple(sorted(step_seconds.items(), key=lambda item: -item[1])),
    )
