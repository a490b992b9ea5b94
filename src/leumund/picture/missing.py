"""Gaps in collection: what was not collected widens a figure, or withholds it; it never shifts it.

Without the posts of a missing forum the others would speak for it, and a change of mix would look like a change of
image. So the missing posts are put in at their forum's usual number and level in the weeks around, with the error of
not having seen them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leumund.picture.borrowing import EPOCH, Makeup, Stretch
from leumund.picture.identity import last_day

__all__ = ["WITHHELD_ABOVE", "Filled", "Gaps"]

WITHHELD_ABOVE = 0.5  # of a figure's posts missing: nothing is said
WEEKS_AROUND = 8
FEWEST_WEEKS = 3
UNKNOWN_SPREAD = 5_000.0  # fifty points: a venue of which hardly a week was seen
PROBLEMS = ("gap", "outage")
NOTHING = (0.0, 0.0, 0.0)

Floats = NDArray[np.float64]


class Filled(NamedTuple):
    """What gaps leave of some figures: share of the posts that is missing, its usual value, and that value's error."""

    share: Floats
    usual: Floats
    error: Floats

    def value(self, value: Floats) -> Floats:
        """Give the figures with what is missing put in."""
        return (1 - self.share) * value + self.share * self.usual

    def se(self, se: Floats) -> Floats:
        """Give the standard errors, with that of what is missing."""
        return np.sqrt(((1 - self.share) * se) ** 2 + (self.share * self.error) ** 2)


class _Usual(NamedTuple):
    """What a brand usually is in a venue: posts a day, mean y, how far a week lies off."""

    posts_a_day: float
    level: float
    spread: float


class Gaps:
    """The days that are missing by venue, and what the venues usually say."""

    def __init__(self, coverage: pa.Table, makeup: Makeup) -> None:
        self._makeup = makeup
        self._missing: dict[str, set[date]] = defaultdict(set)
        self._seen: dict[str, tuple[date, date]] = {}
        for row in coverage.to_pylist():
            first, last = self._seen.get(row["source"], (row["day"], row["day"]))
            self._seen[row["source"]] = min(first, row["day"]), max(last, row["day"])
            if row["problem"] in PROBLEMS:
                self._missing[row["source"]].add(row["day"])
        self._days = sorted({day for days in self._missing.values() for day in days})
        ends = list(self._seen.values()) or [(EPOCH, EPOCH)]
        self._whole = min(first for first, _ in ends), max(last for _, last in ends)
        self._cut = {
            venue: sorted({(day - EPOCH).days - day.weekday() for day in days}) for venue, days in self._missing.items()
        }
        self._known: dict[Stretch, list[tuple[float, _Usual]]] = {}
        self._weeks: dict[tuple[str, str, str], tuple[NDArray[np.int64], Floats, Floats]] = {}

    def of_index(self, stretches: Sequence[Stretch]) -> Filled:
        """Give what is missing of net indices, in 1/10,000."""
        cut = [stretch for stretch in dict.fromkeys(stretches) if self._lost(stretch)]
        there = dict(zip(cut, self._makeup.posts(cut).tolist(), strict=True))
        found = {stretch: self._index(stretch, n) for stretch, n in there.items()}
        return _stacked(found.get(stretch, NOTHING) for stretch in stretches)

    def of_voice(self, stretches: Sequence[Stretch], brands: Sequence[str]) -> Filled:
        """Give what is missing of shares of voice, 0..1."""
        sides = {s: [s._replace(brand=brand) for brand in brands] for s in dict.fromkeys(stretches)}
        cut = {s: of_all for s, of_all in sides.items() if any(map(self._lost, of_all))}
        found = {s: self._voice(s, of_all) for s, of_all in cut.items()}
        return _stacked(found.get(stretch, NOTHING) for stretch in stretches)

    def _index(self, stretch: Stretch, there: float) -> tuple[float, float, float]:
        found = self._lost(stretch)
        lost = sum(n for n, _ in found)
        level = sum(n * usual.level for n, usual in found) / lost
        error = sum((n * usual.spread) ** 2 for n, usual in found) ** 0.5 / lost
        return lost / (lost + there), level, error

    def _voice(self, stretch: Stretch, sides: Sequence[Stretch]) -> tuple[float, float, float]:
        of_brand = {side.brand: sum(n for n, _ in self._lost(side)) for side in sides}
        lost = sum(of_brand.values())
        there = float(self._makeup.posts(sides).sum())
        share = of_brand[stretch.brand] / lost
        return lost / (lost + there), share, (share * (1 - share)) ** 0.5 / 2  # half of what any share could be off

    def _lost(self, stretch: Stretch) -> list[tuple[float, _Usual]]:
        """Posts that are missing in the stretch by venue, and what the venue usually says."""
        first, last = self._span(stretch)
        place = bisect_left(self._days, first)
        if place == len(self._days) or self._days[place] > last:
            return []
        if stretch not in self._known:
            self._known[stretch] = list(self._lost_by_venue(stretch, (first, last)))
        return self._known[stretch]

    def _lost_by_venue(self, stretch: Stretch, span: tuple[date, date]) -> Iterator[tuple[float, _Usual]]:
        for venue, days in sorted(self._missing.items()):
            n_days = sum(span[0] <= day <= span[1] for day in days)
            if n_days and (usual := self._usual(stretch, venue, span)):
                yield n_days * usual.posts_a_day, usual

    def _span(self, stretch: Stretch) -> tuple[date, date]:
        return self._whole if stretch.period == "all" else (stretch.start, last_day(stretch.period, stretch.start))

    def _usual(self, stretch: Stretch, venue: str, span: tuple[date, date]) -> _Usual | None:
        """Weeks around that are whole in this venue, where there are too few the nearest ones.

        None where there is no post of the brand in any of them.
        """
        begin, end = self._seen[venue]
        mondays = np.arange((begin - EPOCH).days - begin.weekday(), (end - EPOCH).days + 1, 7)
        mondays = mondays[~np.isin(mondays, self._cut[venue])]
        first, last = ((day - EPOCH).days for day in span)
        away = np.maximum(first - mondays - 6, mondays - last)  # days between a week and the stretch
        near = away <= 7 * WEEKS_AROUND
        mondays = mondays[near if near.sum() >= FEWEST_WEEKS else np.argsort(away, kind="stable")[:WEEKS_AROUND]]
        week, n_posts, sum_y = self._by_week(stretch.brand, stretch.aspect, venue)
        around = np.isin(week, mondays)
        n, y = n_posts[around], sum_y[around]
        total = float(n.sum())
        if not total:
            return None
        level = float(y.sum()) / total
        off = y - level * n
        spread = float(np.std(off, ddof=1)) / (total / len(off)) if len(off) >= FEWEST_WEEKS else UNKNOWN_SPREAD
        return _Usual(total / (7 * len(mondays)), level, spread)

    def _by_week(self, brand: str, aspect: str, venue: str) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Give the weeks in which the brand is spoken of in the venue: Monday's number, posts, sum of y."""
        key, makeup = (brand, aspect, venue), self._makeup
        if key not in self._weeks:
            _, rows = makeup.of([Stretch(brand, "", aspect, "all", EPOCH)])
            rows = rows[makeup.venue.number[rows] == makeup.venue.words.get(venue, -1)]
            weeks, number = np.unique(makeup.week[rows], return_inverse=True)
            n, y = (np.bincount(number, values[rows], len(weeks)) for values in (makeup.n_posts, makeup.sum_y))
            self._weeks[key] = weeks, n.astype(np.float64), y.astype(np.float64)
        return self._weeks[key]


def _stacked(rows: Iterable[tuple[float, float, float]]) -> Filled:
    table = np.array(list(rows), dtype=np.float64).reshape(-1, 3)
    return Filled(*table.T)
