"""A market of 78 weeks: its last four are set against the four before, read by a machine that follows in part."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.figures_pooling import NEUTRAL, VENUES, WEEKS_A_MONTH, Array, ReaderWorld
from leumund.estimates import Rows
from leumund.picture.shift import Compared
from leumund.tables import arrow_schema

__all__ = ["CHANGES", "PARTED", "ChangeWorld", "TwoPeriods"]

Ints = NDArray[np.int64]
FIRST = date(2023, 1, 2)
WEEKS = 4
BEFORE, AFTER = 1, 2


@dataclass(frozen=True)
class TwoPeriods:
    """One draw: the labels, the own brand's posts as they are compared, and how far its opinions truly moved.

    `said` are the tables that the step of changes reads beside the labels. `parts` is what other venues, other authors
    and other opinions truly add in points as people judge, `machine` by how much its mean moves; both of all posts
    that might have been written, and only where the own brand's truth is calm.
    """

    judged: pa.Table
    asked: Compared
    rows: Rows
    venue: Ints
    truth: float
    said: Mapping[str, pa.Table]
    parts: Mapping[str, float]
    machine: float


@dataclass(frozen=True)
class ChangeWorld(ReaderWorld):
    """As its parent; `late` is how far the own brand's truth steps in the last four weeks, `mix` the venues then.

    With `calm`, the own brand's truth does not move otherwise. Heavy writers, who write six posts on the own brand,
    others two, make up `busy` of its posts before and after, and judge it by `fans` otherwise. The machine reads by
    `shift` otherwise in the last four weeks.
    """

    late: float = 0.0
    mix: tuple[float, ...] = VENUES
    calm: bool = True
    busy: tuple[float, float] = (0.3, 0.3)
    fans: float = 0.0
    shift: float = 0.0

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
        heavy = (beside := rng.spawn(1)[0]).random(brand.size) < np.where(late, *self.busy[::-1])
        heavy &= brand == 0
        of_venue = self.venue_truth * rng.normal(size=len(VENUES))
        expected = np.clip(truth[brand, week] + of_venue[venue] + self.fans * heavy, -65, 65)
        positive, chance = (expected / 100 + 1 - NEUTRAL) / 2, rng.random(brand.size)
        label = 100.0 * ((chance < positive).astype(float) - (chance > positive + NEUTRAL))
        off = self.venue_bias * rng.normal(size=len(VENUES))
        bias = off[venue] + self.drift * week / WEEKS_A_MONTH + self.shift * late
        machine = self.slope * label + bias - 8 + self.noise * rng.normal(size=brand.size)
        seen, period = self._labelled(brand, week, rng), np.where(late, AFTER, BEFORE)
        own = np.flatnonzero((brand == 0) & (week >= self.weeks - 2 * WEEKS))
        at = {"period": period[own], "venue": venue[own], "week": week[own]}
        asked = self._asked(at["venue"], at["week"], at["period"])
        parts, moved = self._parts(truth[0, [-WEEKS - 1, -1]], of_venue, off)
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
            asked=asked,
            rows=Rows(period[own] - 1, np.ones(own.size), machine[own], np.arange(own.size), np.arange(own.size)),
            venue=venue[own],
            truth=_within(expected[own], venue[own], period[own]),
            said=_said(asked, at, heavy[own], machine[own], beside),
            parts=parts,
            machine=moved,
        )

    def _parts(self, level: Array, of_venue: Array, off: Array) -> tuple[dict[str, float], float]:
        """Give the true parts of the change, and how far the machine's mean moves, by venue and class of author."""
        share = np.array([VENUES, self.mix])[:, :, None] * np.ones(2)
        of_class = np.array([[1 - busy, busy] for busy in self.busy])[:, None, :] * np.ones((len(VENUES), 1))
        judged = np.clip(level[:, None, None] + of_venue[:, None] + self.fans * np.arange(2), -65, 65)
        late = np.arange(2)[:, None, None]
        read = self.slope * judged + off[:, None] + late * (self.drift * WEEKS / WEEKS_A_MONTH + self.shift)
        counted = (share * of_class * read).sum(axis=(1, 2))
        parts = _shapley({"venues": share, "authors": of_class, "opinion": judged})
        return parts, float(counted[1] - counted[0])

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


def _shapley(factors: Mapping[str, Array]) -> dict[str, float]:
    """Give each factor's part of the change of the sum of their product: the mean over all orders of changing them."""
    orders = list(itertools.permutations(factors))
    parts = dict.fromkeys(factors, 0.0)
    for order in orders:
        side = dict.fromkeys(factors, 0)
        for name in order:
            before = np.prod([factors[one][side[one]] for one in factors], axis=0).sum()
            side[name] = 1
            after = np.prod([factors[one][side[one]] for one in factors], axis=0).sum()
            parts[name] += float(after - before) / len(orders)
    return parts


def _said(asked: Compared, at: Mapping[str, Ints], heavy: NDArray[np.bool_], machine: Array,
          rng: np.random.Generator) -> dict[str, pa.Table]:  # fmt: skip
    """Give what the step of changes reads: posts, one a row, by authors of one class and venue, in threads of four.

    `at` has period, venue and week of each post.
    """
    period, venue = at["period"], at["venue"]
    author, thread = np.zeros_like(venue), np.zeros_like(venue)
    for one, writes in itertools.product(np.unique(venue), (False, True)):
        here = rng.permutation(np.flatnonzero((venue == one) & (heavy == writes)))
        n_authors = max(here.size // (6 if writes else 2), 1)
        author[here] = author.max() + 1 + np.arange(here.size) % n_authors
    for one, when in itertools.product(np.unique(venue), (BEFORE, AFTER)):
        here = rng.permutation(np.flatnonzero((venue == one) & (period == when)))
        thread[here] = thread.max() + 1 + np.arange(here.size) // 4
    n = venue.size
    columns = {
        "span": ["four_weeks"] * n,
        "brand": [asked.brand] * n,
        "side": np.array(["", "before", "after"])[period],
        "venue": venue.astype(str),
        "author": author.astype(str),
        "thread": thread.astype(str),
        "week": _monday(at["week"]),
        "heavy": heavy,
        "n_posts": np.ones(n, dtype=np.int64),
        "y": np.rint(100 * machine).astype(np.int64),
    }
    spans = [
        {"span": "four_weeks", "side": side, "first": first, "last": last, "missing": 0}
        for side, (first, last) in (("before", asked.before), ("after", asked.after))
    ]
    return {
        "contrasts": pa.table(columns, schema=arrow_schema("contrasts")),
        "aspect_contrasts": arrow_schema("aspect_contrasts").empty_table(),
        "spans": pa.Table.from_pylist(spans, schema=arrow_schema("spans")),
    }


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

PARTED = {
    "nothing moves": ChangeWorld(fans=-20),
    "other venues": ChangeWorld(fans=-20, mix=(0.1, 0.2, 0.3, 0.4)),
    "other authors": ChangeWorld(fans=-20, busy=(0.2, 0.6)),
    "the reader drifts by 3 a month": ChangeWorld(fans=-20, drift=3),
    "the reader jumps by 10": ChangeWorld(fans=-20, shift=10),
    "opinions move by 24": ChangeWorld(fans=-20, late=24),
}
