"""Gaps in collection: what was not collected widens a figure, or withholds it; it never shifts it.

Without the posts of a missing forum the others would speak for it, and a change of mix would look like a change of
image. So the missing posts are put in at their forum's usual number and level in the weeks around, with the error of
not having seen them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leumund.picture.borrowing import Makeup, Stretch
from leumund.picture.identity import last_day

__all__ = ["WITHHELD_ABOVE", "Filled", "Gaps"]

WITHHELD_ABOVE = 0.5  # of a figure's posts missing: nothing is said
WEEKS_AROUND = 8
FEWEST_WEEKS = 3
UNKNOWN_SPREAD = 5_000.0  # fifty points: a venue of which hardly a week was seen
PROBLEMS = ("gap", "outage")

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

    def of_index(self, stretches: Sequence[Stretch]) -> Filled:
        """Give what is missing of net indices, in 1/10,000."""
        return _stacked(self._index(stretch) for stretch in stretches)

    def of_voice(self, stretches: Sequence[Stretch], brands: Sequence[str]) -> Filled:
        """Give what is missing of shares of voice, 0..1."""
        return _stacked(self._voice(stretch, brands) for stretch in stretches)

    def _index(self, stretch: Stretch) -> tuple[float, float, float]:
        found = self._lost(stretch)
        lost = sum(n for n, _ in found)
        if not lost:
            return 0.0, 0.0, 0.0
        there = sum(row["n_posts"] for row in self._makeup.of(stretch))
        level = sum(n * usual.level for n, usual in found) / lost
        error = sum((n * usual.spread) ** 2 for n, usual in found) ** 0.5 / lost
        return lost / (lost + there), level, error

    def _voice(self, stretch: Stretch, brands: Sequence[str]) -> tuple[float, float, float]:
        of_brand = {brand: sum(n for n, _ in self._lost(stretch._replace(brand=brand))) for brand in brands}
        lost = sum(of_brand.values())
        if not lost:
            return 0.0, 0.0, 0.0
        there = sum(row["n_posts"] for brand in brands for row in self._makeup.of(stretch._replace(brand=brand)))
        share = of_brand[stretch.brand] / lost
        return lost / (lost + there), share, (share * (1 - share)) ** 0.5 / 2  # half of what any share could be off

    def _lost(self, stretch: Stretch) -> list[tuple[float, _Usual]]:
        """Posts that are missing in the stretch by venue, and what the venue usually says."""
        first, last = self._span(stretch)
        if not any(first <= day <= last for day in self._days):
            return []
        found = []
        for venue, days in sorted(self._missing.items()):
            n_days = sum(first <= day <= last for day in days)
            if n_days and (usual := self._usual(stretch, venue, (first, last))):
                found.append((n_days * usual.posts_a_day, usual))
        return found

    def _span(self, stretch: Stretch) -> tuple[date, date]:
        if stretch.period != "all":
            return stretch.start, last_day(stretch.period, stretch.start)
        return min(first for first, _ in self._seen.values()), max(last for _, last in self._seen.values())

    def _usual(self, stretch: Stretch, venue: str, span: tuple[date, date]) -> _Usual | None:
        """Weeks around that are whole in this venue; None where there is no post of the brand in any of them."""
        begin, end = self._seen[venue]
        first = max(span[0] - timedelta(weeks=WEEKS_AROUND), begin)
        last = min(span[1] + timedelta(weeks=WEEKS_AROUND), end)
        cut = {day - timedelta(days=day.weekday()) for day in self._missing[venue]}
        weeks: dict[date, list[int]] = {}
        monday = first - timedelta(days=first.weekday())
        while monday <= last:
            if monday not in cut:
                weeks[monday] = [0, 0]
            monday += timedelta(weeks=1)
        for row in self._makeup.of(stretch._replace(period="all")):
            if row["venue"] == venue and row["week"] in weeks:
                weeks[row["week"]][0] += row["n_posts"]
                weeks[row["week"]][1] += row["sum_y"]
        n, y = np.array(list(weeks.values()), dtype=np.float64).reshape(-1, 2).T
        total = float(n.sum())
        if not total:
            return None
        level = float(y.sum()) / total
        off = (y - level * n)[n > 0]
        spread = float(np.std(off, ddof=1)) / (total / len(off)) if len(off) >= FEWEST_WEEKS else UNKNOWN_SPREAD
        return _Usual(total / (7 * len(weeks)), level, spread)


def _stacked(rows: Iterable[tuple[float, float, float]]) -> Filled:
    table = np.array(list(rows), dtype=np.float64).reshape(-1, 3)
    return Filled(*table.T)
