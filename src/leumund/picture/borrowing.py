"""The reader's error in each cell of the picture, learned from the labels that a plan drew.

Labels lie in some places (brand, venue, aspect, week); a figure's posts lie in others. `estimates.pool_errors` carries
the error from the ones to the others. *measured*: the cell has labels enough of its own; *borrowed*: the error comes
mostly from elsewhere; *unproven*: the brand has too few labels to say how wrong the machine is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leumund.estimates import LabelledErrors, Mixtures, Places, pool_errors
from leumund.picture.identity import last_day

__all__ = ["LABELS_FOR_A_BRAND", "LABELS_FOR_A_CELL", "Carried", "Makeup", "ReaderError", "Stretch", "weaker"]

LABELS_FOR_A_CELL = 100  # with fewer of its own, most of what is known comes from elsewhere
LABELS_FOR_A_BRAND = 20
MOST_VENUES = 30  # the venues with most labels are told apart, the others are one kind
MOST_POWER = 3.0
INDEX = 0.01  # 1/10,000 -> index points −100..100
SUPPORTS = ("measured", "borrowed", "unproven")

Floats = NDArray[np.float64]


class Stretch(NamedTuple):
    """What a figure is about: brand, the brand taken from it in a difference or '', aspect, period and its start."""

    brand: str
    rival: str
    aspect: str
    period: str
    start: date


@dataclass(frozen=True)
class Carried:
    """The reader's error per stretch, in index points, and where it comes from."""

    value: Floats
    se: Floats
    dof: Floats
    support: list[str]
    n_labels: list[int]


class Makeup:
    """How many posts of a brand and aspect lie in which venue and week.

    `within` is the same of the posts of a window of days; a period counted in days is made of these.
    """

    def __init__(self, rows: pa.Table, within: pa.Table | None = None) -> None:
        self._rows: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self._within: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for held, table in ((self._rows, rows), (self._within, within)):
            for row in table.to_pylist() if table is not None else ():
                held[row["brand"], row["aspect"]].append(row)

    def of_side(self, side: str, own: str) -> list[str]:
        """Give the brands of a side that there are posts of: own, or rivals."""
        return sorted({brand for brand, _ in self._rows if (brand == own) is (side == "own")})

    def of(self, stretch: Stretch) -> list[dict[str, Any]]:
        """Give the rows whose posts stand behind a stretch's own brand."""
        rows, period, start = self._rows[stretch.brand, stretch.aspect], stretch.period, stretch.start
        if period == "all":
            return rows
        if period.startswith("P"):
            return self._within[stretch.brand, stretch.aspect]
        if period == "week":
            return [row for row in rows if row["week"] == start]
        return [row for row in rows if start <= row["month"] <= last_day(period, start)]


class ReaderError:
    """What the labels of a snapshot say about its reader."""

    def __init__(self, judged: pa.Table, judged_aspects: pa.Table, makeup: Makeup) -> None:
        self._makeup = makeup
        self._judged = {True: [{**row, "aspect": ""} for row in judged.to_pylist()], False: judged_aspects.to_pylist()}
        self._n = Counter(row["brand"] for row in self._judged[True])
        self.power = _power(self._judged[True])

    def carried(self, stretches: Sequence[Stretch]) -> Carried:
        """Give the reader's error of each stretch; 0 with error 0 where it is unproven."""
        value, se, dof = np.zeros(len(stretches)), np.zeros(len(stretches)), np.ones(len(stretches))
        support, n_labels = map(list, zip(*map(self._support, stretches), strict=True)) if stretches else ([], [])
        for whole in (True, False):
            proven = [i for i, s in enumerate(stretches) if (s.aspect == "") is whole and support[i] != "unproven"]
            if proven:
                value[proven], se[proven], dof[proven] = self._pooled(whole, [stretches[i] for i in proven])
        return Carried(value, se, dof, support, n_labels)

    def _support(self, stretch: Stretch) -> tuple[str, int]:
        """Give support and number of labels behind a stretch; a difference has those of its weaker side."""
        if stretch.rival:
            sides = [self._support(stretch._replace(brand=b, rival="")) for b in (stretch.brand, stretch.rival)]
            return weaker(*(support for support, _ in sides)), min(n for _, n in sides)
        n = self._n[stretch.brand]
        if n < LABELS_FOR_A_BRAND:
            return "unproven", n
        within = self._within(stretch) if stretch.aspect == "" else 0
        if within >= (LABELS_FOR_A_BRAND if stretch.period == "all" else LABELS_FOR_A_CELL):
            return "measured", within
        return "borrowed", n

    def _within(self, stretch: Stretch) -> int:
        if stretch.period == "all":
            return self._n[stretch.brand]
        first, last = stretch.start, last_day(stretch.period, stretch.start)
        return sum(row["brand"] == stretch.brand and first <= row["day"] <= last for row in self._judged[True])

    def _pooled(self, whole: bool, stretches: Sequence[Stretch]) -> tuple[Floats, Floats, Floats]:
        judged = self._judged[whole]
        if len(judged) < 2:
            judged = self._judged[True]
        number: list[int] = []
        share: list[float] = []
        mixed: list[dict[str, Any]] = []
        for i, stretch in enumerate(stretches):
            sides = [(stretch, 1.0), *([(stretch._replace(brand=stretch.rival), -1.0)] if stretch.rival else [])]
            for side, sign in sides:
                rows = self._makeup.of(side)
                n = sum(row["n_posts"] for row in rows)
                number += [i] * len(rows)
                share += [sign * row["n_posts"] / n for row in rows]
                mixed += rows
        codes = _Codes(judged, mixed)
        label, machine = _points(judged)
        weight = np.array([row["weight"] for row in judged])
        errors = LabelledErrors(label - self.power * machine, weight, codes(judged))
        got = pool_errors(errors, Mixtures(number, share, codes(mixed)))
        return got.value, got.se, got.dof


class _Codes:
    """Whole numbers for brands, venues, aspects and weeks."""

    def __init__(self, judged: Sequence[Mapping[str, Any]], mixed: Sequence[Mapping[str, Any]]) -> None:
        both = [*judged, *mixed]
        self._brands = {brand: i for i, brand in enumerate(sorted({row["brand"] for row in both}))}
        self._aspects = {aspect: i for i, aspect in enumerate(sorted({row["aspect"] for row in both}))}
        often = Counter(row["venue"] for row in judged)
        known = sorted(often, key=lambda venue: (-often[venue], venue))[:MOST_VENUES]
        self._venues = {venue: i for i, venue in enumerate(known)}
        self._first = min(_monday(row) for row in both)

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> Places:
        return Places(
            group=[self._brands[row["brand"]] for row in rows],
            kinds=[[self._venues.get(row["venue"], MOST_VENUES), self._aspects[row["aspect"]]] for row in rows],
            week=[(_monday(row) - self._first).days // 7 for row in rows],
        )


def _monday(row: Mapping[str, Any]) -> date:
    day: date = row["week"] if "week" in row else row["day"]
    return day - timedelta(days=day.weekday())


def _points(rows: Sequence[Mapping[str, Any]]) -> tuple[Floats, Floats]:
    """Labels and machine's verdicts, in index points."""
    label = np.array([row["label_y"] for row in rows]) * INDEX
    return label, np.array([row["machine_y"] for row in rows]) * INDEX


def _power(rows: Sequence[Mapping[str, Any]]) -> float:
    """How many points of truth one point of the machine is worth: the slope of label on machine over all labels.

    With it the corrected mean has the least error (λ of Angelopoulos, Duchi, Zrnic 2023, eq. 6, for all posts machine
    read); a timid reader gets more than 1, a useless one 0. With few labels the machine is taken as it is.
    """
    if len(rows) < LABELS_FOR_A_BRAND:
        return 1.0
    label, machine = _points(rows)
    weight = np.array([row["weight"] for row in rows])
    weight /= weight.sum()
    label_off, machine_off = label - weight @ label, machine - weight @ machine
    spread = float(weight @ machine_off**2)
    return min(max(float(weight @ (label_off * machine_off)) / spread, 0.0), MOST_POWER) if spread > 0 else 1.0


def weaker(*supports: str) -> str:
    """Give the weakest of some supports."""
    return max(supports, key=SUPPORTS.index)
