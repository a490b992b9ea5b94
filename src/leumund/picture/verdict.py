"""What can be said of a campaign, as plain values: verdict, effect, and all that stands beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from leumund.picture.plans import PlanStatus, Terms

__all__ = [
    "Campaign",
    "CampaignWeek",
    "LeftOut",
    "Outside",
    "PlaceboBrand",
    "PlaceboStart",
    "SecondOpinion",
    "Span",
]


@dataclass(frozen=True, slots=True)
class Span:
    """An effect in index points with its interval; ends are None where they cannot be told."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class CampaignWeek:
    """One week: the index as read, and what was to be expected without the campaign, its band from the start on."""

    week: date
    index: float | None
    expected: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A week that does not count, and why: gap, too_few (with the brand), start_within."""

    week: date
    why: str
    brand: str = ""


@dataclass(frozen=True, slots=True)
class PlaceboStart:
    """What the same method says of a week in which nothing began."""

    week: date
    effect: Span


@dataclass(frozen=True, slots=True)
class PlaceboBrand:
    """What the same method says of a competitor in the brand's place."""

    brand: str
    effect: Span


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """Synthetic control: the step in the weeks around the start, its rank among placebos, the competitors' weights."""

    effect: Span
    window_weeks: int
    p_value: float | None
    n_placebos: int
    weights: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Outside:
    """A series from outside of the forums, by week; it stands beside the index and never enters it."""

    name: str
    weeks: tuple[tuple[date, float], ...]


@dataclass(frozen=True)
class Campaign:
    """What can be said of a campaign.

    `verdict` is rose, fell, not_shown or cannot_be_said, the last with `reason`: no_figures, no_rivals, not_started,
    too_few_before, none_after, flat. `effect` is the mean per week in points of the index as people judge (support
    borrowed), or, where too few labels tell how far the machine follows, as the machine reads (unproven).
    """

    terms: Terms
    verdict: str
    reason: str
    level: float
    n_before: int
    needed_before: int
    n_after: int
    last_day: date | None
    rivals_used: tuple[str, ...]
    plan: PlanStatus
    support: str = "unproven"
    effect: Span | None = None
    machine_effect: Span | None = None
    p_value: float | None = None
    response: Span | None = None
    n_labels: int = 0
    model_weights: tuple[tuple[str, float], ...] = ()
    second: SecondOpinion | None = None
    placebo_starts: tuple[PlaceboStart, ...] = ()
    placebo_brands: tuple[PlaceboBrand, ...] = ()
    weeks: tuple[CampaignWeek, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    outside: tuple[Outside, ...] = field(default=())
    truth: float | None = None

    @property
    def interim(self) -> bool:
        """Tell whether fewer weeks have passed than the terms look at."""
        weeks = [week.week for week in self.weeks]
        begun = sum(week >= self.terms.starts_on for week in weeks)
        return self.terms.weeks_after > 0 and begun < self.terms.weeks_after
