"""Did a campaign move the image? Weekly indices of a snapshot against the competitors', with everything beside it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leumund.errors import CannotEstimate
from leumund.estimates import (
    FEWEST_WEEKS_BEFORE,
    Estimated,
    EstimatedEffect,
    SyntheticEffect,
    carry_effect,
    estimate_effect,
    estimate_response,
    estimate_synthetic,
    placebo_brands,
    placebo_starts,
)
from leumund.picture.plans import PlanStatus, Terms
from leumund.picture.truth import TrueValue
from leumund.picture.verdict import (
    Campaign,
    CampaignWeek,
    LeftOut,
    Outside,
    PlaceboBrand,
    PlaceboStart,
    SecondOpinion,
    Span,
)

__all__ = ["FEWEST_WEEKS_BEFORE", "campaign_effect"]

MISSING_SHARE = 0.1  # a week that lacks more than this of the posts expected is left out
LARGEST = 100.0  # an index lies between −100 and 100, so an effect between −200 and 200
RIVAL_SHARE = 0.9  # a rival with posts in fewer of the weeks than this is left out, not the weeks

Read = Callable[[str], pa.Table]
Floats = NDArray[np.float64]
Effect = TypeVar("Effect", EstimatedEffect, SyntheticEffect)


def campaign_effect(
    read: Read,
    terms: Terms,
    *,
    level: float,
    plan: PlanStatus,
    outside: Sequence[Outside] = (),
    truth: Sequence[TrueValue] = (),
) -> Campaign:
    """Give what the snapshot's weekly figures say of a campaign; `read` gives a table by its name."""
    series = _Series(read, terms)
    before, after = series.counts()
    said: dict[str, Any] = {
        "terms": terms,
        "level": level,
        "n_before": before,
        "needed_before": FEWEST_WEEKS_BEFORE,
        "n_after": after,
        "last_day": series.weeks[-1] + timedelta(days=6) if series.weeks else None,
        "rivals_used": series.rivals,
        "plan": plan,
        "left_out": tuple(series.left_out),
        "outside": tuple(outside),
        "truth": _true_effect(truth, terms),
    }
    reason = series.reason()
    if reason:
        return Campaign(verdict="cannot_be_said", reason=reason, weeks=series.bare_weeks(), **said)
    try:
        seen = estimate_effect(series.index, series.others, series.start, level=level)
    except CannotEstimate:
        return Campaign(verdict="cannot_be_said", reason="flat", weeks=series.bare_weeks(), **said)
    response = _response(read("judged"), level)
    carry = _Carrier(response)
    verdict = "rose" if seen.low > 0 else "fell" if seen.high < 0 else "not_shown"
    return Campaign(
        verdict=verdict,
        reason="",
        support="borrowed" if carry.works else "unproven",
        effect=carry.span(seen),
        machine_effect=_span(seen),
        p_value=seen.p_value,
        response=_span(response) if response is not None else None,
        n_labels=response.n_labels if response is not None else 0,
        model_weights=tuple(seen.model_weights.items()),
        second=_second(series, carry, level),
        placebo_starts=tuple(
            PlaceboStart(series.weeks[one.row], carry.span(one.effect))
            for one in placebo_starts(series.index, series.others, series.start, level=level)
        ),
        placebo_brands=_placebo_brands(series, carry, level),
        weeks=series.with_expected(seen),
        **said,
    )


def _true_effect(truth: Sequence[TrueValue], terms: Terms) -> float | None:
    known = (one for one in truth if one.measure == "campaign_effect" and one.brand == terms.brand)
    return next((one.value for one in known if one.period_start == terms.starts_on), None)


class _Series:
    """The weeks of the brand and of the competitors that can be used; what cannot is NaN and said why."""

    def __init__(self, read: Read, terms: Terms) -> None:
        self.terms = terms
        self._figures = _weekly(read("estimates"), terms)
        own = self._figures.get(terms.brand, {})
        known = sorted({week for figures in self._figures.values() for week in figures})
        end = terms.starts_on + timedelta(days=7 * terms.weeks_after) if terms.weeks_after else None
        known = [week for week in known if end is None or week < end]
        self.weeks = _without_holes(known)
        gaps = _gap_weeks(read("coverage"))
        self.left_out: list[LeftOut] = []
        usable = [week for week in self.weeks if week not in gaps and own.get(week, _NOTHING)[0] is not None]
        self.rivals = tuple(
            rival
            for rival in terms.rivals
            if usable and sum(self._was_read(rival, week) for week in usable) >= RIVAL_SHARE * len(usable)
        )
        for week in self.weeks if own else ():
            why = self._why_not(week, gaps)
            if why is not None:
                self.left_out.append(why)
        out = {one.week for one in self.left_out}
        self.index = self._read_series(terms.brand, out)
        self.others = np.array([self._read_series(rival, out) for rival in self.rivals], dtype=np.float64).T
        self.start = sum(week < terms.starts_on for week in self.weeks)
        self._offset = _offset(own)

    def _was_read(self, brand: str, week: date) -> bool:
        return not math.isnan(self._figures.get(brand, {}).get(week, _NOTHING)[1])

    def _why_not(self, week: date, gaps: set[date]) -> LeftOut | None:
        if week < self.terms.starts_on <= week + timedelta(days=6):
            return LeftOut(week, "start_within")
        if week in gaps:
            return LeftOut(week, "gap")
        # A thin week of a rival is a noisy control, which costs width; one of the brand itself says nothing.
        if self._figures[self.terms.brand].get(week, _NOTHING)[0] is None:
            return LeftOut(week, "too_few", self.terms.brand)
        missing = next((rival for rival in self.rivals if not self._was_read(rival, week)), "")
        return LeftOut(week, "too_few", missing) if missing else None

    def _read_series(self, brand: str, out: set[date]) -> Floats:
        """What the machine read; the labels' correction of single weeks would bring in an error of its own."""
        figures = self._figures.get(brand, {})
        return np.array(
            [math.nan if week in out else figures.get(week, _NOTHING)[1] for week in self.weeks], dtype=np.float64
        )

    def counts(self) -> tuple[int, int]:
        """Give how many weeks before and after the start can be used."""
        kept = ~np.isnan(self.index)
        return int(kept[: self.start].sum()), int(kept[self.start :].sum())

    def reason(self) -> str:
        """Give why nothing can be said, or ''."""
        before, after = self.counts()
        if not self._figures.get(self.terms.brand):
            return "no_figures"
        if self.weeks[-1] + timedelta(days=6) < self.terms.starts_on:
            return "not_started"
        if not self.rivals:
            return "no_rivals"
        if before < FEWEST_WEEKS_BEFORE:
            return "too_few_before"
        return "" if after else "none_after"

    def bare_weeks(self) -> tuple[CampaignWeek, ...]:
        """Give the weeks without anything expected."""
        own = self._figures.get(self.terms.brand, {})
        values = [own.get(week, _NOTHING)[0] for week in self.weeks]
        return tuple(CampaignWeek(w, v, None, None, None) for w, v in zip(self.weeks, values, strict=True))

    def with_expected(self, effect: EstimatedEffect) -> tuple[CampaignWeek, ...]:
        """Give the weeks as read, at the level of the corrected index, with what was to be expected."""
        said = []
        for place, week in enumerate(self.weeks):
            index, expected = self.index[place] + self._offset, effect.expected[place] + self._offset
            if math.isnan(index):
                said.append(CampaignWeek(week, None, None, None, None))
            elif place < self.start:
                said.append(CampaignWeek(week, _within(index, LARGEST), _within(expected, LARGEST), None, None))
            else:
                low, high = expected - (effect.high - effect.value), expected + (effect.value - effect.low)
                said.append(CampaignWeek(week, *(_within(one, LARGEST) for one in (index, expected, low, high))))
        return tuple(said)


_NOTHING: tuple[float | None, float] = (None, math.nan)
Figures = Mapping[date, tuple[float | None, float]]


def _weekly(estimates: pa.Table, terms: Terms) -> dict[str, dict[date, tuple[float | None, float]]]:
    """Give brand -> week -> (corrected index, None where withheld; the index as the machine read it)."""
    wanted = (
        (pc.field("measure") == terms.measure)
        & (pc.field("period") == "week")
        & (pc.field("aspect") == terms.aspect)
        & (pc.field("counted") == terms.counted)
        & (pc.field("venue") == "")
    )
    found: dict[str, dict[date, tuple[float | None, float]]] = defaultdict(dict)
    for row in estimates.filter(wanted).to_pylist():
        if row["brand"] == terms.brand or row["brand"] in terms.rivals:
            machine = row["machine_value"]
            value = row["value"] if machine is not None else None
            found[row["brand"]][row["period_start"]] = (value, math.nan if machine is None else machine)
    return dict(found)


def _without_holes(weeks: Sequence[date]) -> list[date]:
    if not weeks:
        return []
    return [weeks[0] + timedelta(weeks=n) for n in range((weeks[-1] - weeks[0]).days // 7 + 1)]


def _gap_weeks(coverage: pa.Table) -> set[date]:
    """Give the weeks of which more than a tenth of the posts to be expected was not collected."""
    expected: dict[date, float] = defaultdict(float)
    missing: dict[date, float] = defaultdict(float)
    for row in coverage.to_pylist():
        week = row["day"] - timedelta(days=row["day"].weekday())
        weight = row["expected"] if row["expected"] is not None else float(row["seen"])
        expected[week] += weight
        if row["problem"] in ("gap", "outage"):
            missing[week] += weight
    return {week for week, lost in missing.items() if lost > MISSING_SHARE * expected[week]}


def _offset(own: Figures) -> float:
    """How far the corrected index lies above what the machine read, on average."""
    apart = [value - machine for value, machine in own.values() if value is not None]
    return float(np.mean(apart)) if apart else 0.0


def _response(judged: pa.Table, level: float) -> Estimated | None:
    """How far the machine moves when people's verdicts do; None where too few labels tell."""
    if "aspect" in judged.column_names:
        judged = judged.filter(pc.field("aspect") == "")
    rows = judged.to_pylist()
    try:
        return estimate_response(
            [row["label_y"] / 100 for row in rows],
            [row["machine_y"] / 100 for row in rows],
            groups=[row["brand"] for row in rows],
            clusters=[row["thread"] for row in rows],
            weights=[row["weight"] for row in rows],
            level=level,
        )
    except CannotEstimate:
        return None


class _Carrier:
    """Brings effects as the machine reads them to the scale on which people judge, where labels allow."""

    def __init__(self, response: Estimated | None) -> None:
        self._response = response

    @property
    def works(self) -> bool:
        """Tell whether labels enough say that the machine follows people's verdicts."""
        return self._response is not None and self._response.low > 0

    def span(self, effect: Effect) -> Span:
        """Give the effect with its interval, in people's points where possible."""
        if self._response is None:
            return _span(effect)
        carried = carry_effect(effect, self._response)
        return _span(effect if carried is None else carried)


def _span(estimated: Estimated) -> Span:
    told = math.isfinite(estimated.low) and math.isfinite(estimated.high)
    value, low, high = (_within(one, 2 * LARGEST) for one in (estimated.value, estimated.low, estimated.high))
    return Span(value, low, high) if told else Span(value, None, None)


def _within(value: float, largest: float) -> float:
    return _round(min(max(value, -largest), largest))


def _round(value: float) -> float:
    return round(float(value), 6)


def _second(series: _Series, carry: _Carrier, level: float) -> SecondOpinion:
    found = estimate_synthetic(series.index, series.others, series.start, level=level)
    # A rival that never moves has no weight; the others keep their order.
    weights = np.zeros(len(series.rivals))
    weights[_moving(series)] = found.weights
    return SecondOpinion(
        effect=carry.span(found),
        window_weeks=found.window_weeks,
        p_value=None if math.isnan(found.p_value) else _round(found.p_value),
        n_placebos=int(found.placebos.size),
        weights=tuple((rival, _round(weight)) for rival, weight in zip(series.rivals, weights, strict=True)),
    )


def _moving(series: _Series) -> NDArray[np.bool_]:
    kept = ~np.isnan(series.index) & (np.arange(series.index.size) < series.start)
    return np.asarray(np.ptp(series.others[kept], axis=0) > 0)


def _placebo_brands(series: _Series, carry: _Carrier, level: float) -> tuple[PlaceboBrand, ...]:
    effects = placebo_brands(series.index, series.others, series.start, level=level)
    return tuple(
        PlaceboBrand(rival, carry.span(effect))
        for rival, effect in zip(series.rivals, effects, strict=True)
        if effect is not None
    )
