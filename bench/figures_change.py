"""A market of 78 weeks: its last four are set against the four before, read by a machine that follows in part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.figures_pooling import NEUTRAL, VENUES, WEEKS_A_MONTH, ReaderWorld
from leumund.estimates import Rows
from leumund.picture.shift import Compared

__all__ = ["CHANGES", "ChangeWorld", "TwoPeriods"]

Ints = NDArray[np.int64]
FIRST = date(2023, 1, 2)
WEEKS = 4
BEFORE, AFTER = 1, 2


@dataclass(frozen=True)
class TwoPeriods:
    """One draw: the labels, the own brand's posts as they are compared, and how far its opinions truly moved."""

    judged: pa.Table
    asked: Compared
    rows: Rows
    venue: Ints
    truth: float


@dataclass(frozen=True)
class ChangeWorld(ReaderWorld):
    """As its parent; `late` is how far the own brand's truth steps in the last four weeks, `mix` the venues then.

    With `calm`, the own brand's truth does not move otherwise.
    """

    late: float = 0.0
    mix: tuple[float, ...] = VENUES
    calm: bool = True

    def draw_periods(self, rng: np.random.Generator) -> TwoPeriods:
        """Draw a market, its labels and the comparison."""
        truth = self._truth(rng)
        if self.calm:
            truth[0] = truth[0, 0]
        truth[0, -WEEKS:] += self.late
        sizes = rng.poisson(self.posts_a_week * np.where(np.arange(len(truth)) == 0, 2, 1)[:, None], truth.shape)
        brand, week = (np.repeat(numbers.ravel(), sizes.ravel()) for numbers in np.indices(truth.shape))
        late = week >= self.weeks - WEEKS
        venue = np.where(late, *(rng.choice(len(VENUES), brand.size, p=p) for p in (self.mix, VENUES)))
        expected = np.clip(truth[brand, week] + (self.venue_truth * rng.normal(size=len(VENUES)))[venue], -65, 65)
        positive, chance = (expected / 100 + 1 - NEUTRAL) / 2, rng.random(brand.size)
        label = 100.0 * ((chance < positive).astype(float) - (chance > positive + NEUTRAL))
        bias = (self.venue_bias * rng.normal(size=len(VENUES)))[venue] + self.drift * week / WEEKS_A_MONTH
        machine = self.slope * label + bias - 8 + self.noise * rng.normal(size=brand.size)
        seen, period = self._labelled(brand, week, rng), np.where(late, AFTER, BEFORE)
        own = np.flatnonzero((brand == 0) & (week >= self.weeks - 2 * WEEKS))
        return TwoPeriods(
            judged=pa.table(
                {
                    "brand": brand[seen].astype(str),
                    "venue": venue[seen].astype(str),
                    "thread": np.arange(seen.size).astype(str),
                    "day": _monday(week[seen]),
                    "guideline": np.full(seen.size, ""),
                    "label_y": (100 * label[seen]).astype(int),
                    "machine_y": (100 * machine[seen]).astype(int),
                    "weight": np.ones(seen.size),
                }
            ),
            asked=self._asked(venue[own], week[own], period[own]),
            rows=Rows(period[own] - 1, np.ones(own.size), machine[own], np.arange(own.size), np.arange(own.size)),
            venue=venue[own],
            truth=_within(expected[own], venue[own], period[own]),
        )

    def _asked(self, venue: Ints, week: Ints, period: Ints) -> Compared:
        place, n = np.unique(np.column_stack([period, venue, week]), axis=0, return_counts=True)
        posts = {"side": np.array(["", "before", "after"])[place[:, 0]], "venue": place[:, 1].astype(str)}
        end = FIRST + timedelta(weeks=self.weeks, days=-1)
        middle = end - timedelta(weeks=WEEKS)
        return Compared(
            "0",
            (middle - timedelta(weeks=WEEKS, days=-1), middle),
            (middle + timedelta(days=1), end),
            pa.table({**posts, "week": _monday(place[:, 2]), "n_posts": n}),
        )


def _monday(week: Ints) -> pa.Array:
    return pa.array(np.datetime64(FIRST) + 7 * week, pa.date32())


def _within(expected: NDArray[np.float64], venue: Ints, period: Ints) -> float:
    """By how much the same venues judge otherwise, at the mean of both mixes."""
    moved = 0.0
    for one in np.unique(venue):
        sides = [expected[(venue == one) & (period == when)] for when in (BEFORE, AFTER)]
        share = np.mean([side.size / (period == when).sum() for side, when in zip(sides, (BEFORE, AFTER), strict=True)])
        moved += float(share * (sides[1].mean() - sides[0].mean()))
    return moved


CHANGES = {
    "nothing moves": ChangeWorld(),
    "only the mix of venues moves": ChangeWorld(mix=(0.1, 0.2, 0.3, 0.4)),
    "opinions move by 24": ChangeWorld(late=24),
    "opinions move by 24, a timid reader": ChangeWorld(late=24, slope=0.2),
    "opinions walk": ChangeWorld(calm=False),
    "nothing moves, ten labels a week": replace(ChangeWorld(), labels_a_week=10),
}
