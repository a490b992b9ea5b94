"""The reader's error in each cell of the picture, learned from the labels that a plan drew.

Labels lie in some places (brand, venue, aspect, week); a figure's posts lie in others. `estimates.pool_errors` carries
the error from the ones to the others. *measured*: the cell has labels enough of its own; *borrowed*: the error comes
mostly from elsewhere; *unproven*: the brand has too few labels to say how wrong the machine is.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from leumund.estimates import LabelledErrors, Mixtures, Places, Scales, pool_errors
from leumund.picture.identity import last_day

__all__ = [
    "LABELS_FOR_A_BRAND",
    "LABELS_FOR_A_CELL",
    "MOST_POWER",
    "STEP",
    "Carried",
    "Makeup",
    "Placed",
    "ReaderError",
    "Stretch",
    "bridge_error",
    "places_of",
    "scales_of",
    "weaker",
    "worth",
]

LABELS_FOR_A_CELL = 100  # with fewer of its own, most of what is known comes from elsewhere
LABELS_FOR_A_BRAND = 20
MOST_VENUES = 30  # the venues with most labels are told apart, the others are one kind
MOST_POWER = 3.0
FEWEST_DOF = 4.0  # with fewer the spread of t grows beyond all bounds
INDEX = 0.01  # 1/10,000 -> index points −100..100
STEP = 100.0  # index points between two neighbouring verdicts
SUPPORTS = ("measured", "borrowed", "unproven")
EPOCH = date(1970, 1, 1)
MOST_DAYS = 1 << 24

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
    """How many posts of a brand and aspect lie in which venue and week, as columns.

    `within` is the same of the posts of a window of days; a period counted in days is made of these.
    """

    def __init__(self, rows: pa.Table, within: pa.Table | None = None) -> None:
        n_all = len(rows)
        rows = pa.concat_tables([rows, *([within] if within is not None else [])])
        self.brand, self.aspect, self.venue = (_Coded.of(rows[name]) for name in ("brand", "aspect", "venue"))
        self.week, month = (rows[name].cast(pa.int32()).to_numpy().astype(np.int64) for name in ("week", "month"))
        self._table = rows
        self.n_posts, self.sum_y = (rows[name].to_numpy() for name in ("n_posts", "sum_y"))
        months = month.astype("datetime64[D]").astype("datetime64[M]")
        quarter = (months - months.astype(np.int64) % 3).astype("datetime64[D]").astype(np.int64)
        begun = {"week": self.week, "month": month, "quarter": quarter, "all": np.zeros_like(month)}
        self._sorted = {period: self._in_order(start, slice(0, n_all)) for period, start in begun.items()}
        self._sorted["days"] = self._in_order(begun["all"], slice(n_all, len(rows)))

    def of_side(self, side: str, own: str) -> list[str]:
        """Give the brands of a side that there are posts of: own, or rivals."""
        return sorted(brand for brand in self.brand.words if (brand == own) is (side == "own"))

    def _in_order(self, start: Ints, rows: slice) -> tuple[Ints, Ints]:
        keys = self._keys(self.brand.number, self.aspect.number, start)[rows]
        order = np.argsort(keys, kind="stable")
        return keys[order], order + rows.start

    def _keys(self, brand: Ints, aspect: Ints, start: Ints) -> Ints:
        return np.asarray((brand * len(self.aspect.words) + aspect) * MOST_DAYS + start, dtype=np.int64)

    def of(self, stretches: Sequence[Stretch]) -> tuple[Ints, Ints]:
        """Give the rows whose posts stand behind each stretch's own brand: the stretch's number, and the row's."""
        numbers, rows = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for period, (keys, order) in self._sorted.items():
            asked = np.array([i for i, s in enumerate(stretches) if _kind(s.period) == period], dtype=np.int64)
            these, at_once = [stretches[i] for i in asked], period in ("all", "days")
            start = np.array([0 if at_once else (s.start - EPOCH).days for s in these], dtype=np.int64)
            brand, aspect = self.brand.numbers(s.brand for s in these), self.aspect.numbers(s.aspect for s in these)
            wanted = np.where((brand < 0) | (aspect < 0), -1, self._keys(brand, aspect, start))
            first, end = np.searchsorted(keys, wanted), np.searchsorted(keys, wanted, "right")
            n = end - first
            numbers.append(np.repeat(asked, n))
            rows.append(order[np.arange(n.sum()) + np.repeat(first - np.cumsum(n) + n, n)])
        return np.concatenate(numbers), np.concatenate(rows)

    def rows(self, stretches: Sequence[Stretch]) -> list[dict[str, Any]]:
        """Give the rows of the table whose posts stand behind the stretches' own brands, one by one."""
        found: list[dict[str, Any]] = self._table.take(self.of(stretches)[1]).to_pylist()
        return found

    def posts(self, stretches: Sequence[Stretch]) -> Floats:
        """Give how many posts stand behind each stretch's own brand."""
        numbers, rows = self.of(stretches)
        return np.bincount(numbers, self.n_posts[rows], len(stretches)).astype(np.float64)


def _kind(period: str) -> str:
    """Give the kind of a period: a number of days, as P45D, is one kind."""
    return "days" if period.startswith("P") else period


class _Coded(NamedTuple):
    """A column of words as numbers."""

    words: dict[str, int]
    number: Ints

    @classmethod
    def of(cls, column: Iterable[Any]) -> _Coded:
        """Number the words in their order."""
        coded = pc.dictionary_encode(column).unify_dictionaries().chunks
        known = coded[0].dictionary.to_pylist() if coded else []
        words = {word: i for i, word in enumerate(sorted(known))}
        order = np.array([words[word] for word in known], dtype=np.int64)
        return cls(words, np.concatenate([order[:0], *(order[chunk.indices.to_numpy()] for chunk in coded)]))

    def numbers(self, words: Iterable[str]) -> Ints:
        """Give the numbers of some words, -1 for one that is not in the column."""
        return np.array([self.words.get(word, -1) for word in words], dtype=np.int64)


class ReaderError:
    """What the labels of a snapshot say about its reader."""

    def __init__(self, judged: pa.Table, judged_aspects: pa.Table, makeup: Makeup, bridges: pa.Table) -> None:
        self._makeup, both = makeup, {True: judged, False: judged_aspects}
        self._judged = {whole: _Judged.of(rows, bridges, whole=whole) for whole, rows in both.items()}
        whole = self._judged[True]
        self._days = {brand: sorted(whole.day[whole.brand == brand].tolist()) for brand in set(whole.brand)}
        self.power = worth(whole.label, whole.machine, whole.weight)

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
        n = len(self._days.get(stretch.brand, ()))
        if n < LABELS_FOR_A_BRAND:
            return "unproven", n
        within = self._within(stretch) if stretch.aspect == "" else 0
        if within >= (LABELS_FOR_A_BRAND if stretch.period == "all" else LABELS_FOR_A_CELL):
            return "measured", within
        return "borrowed", n

    def _within(self, stretch: Stretch) -> int:
        days = self._days[stretch.brand]
        if stretch.period == "all":
            return len(days)
        first, last = stretch.start, last_day(stretch.period, stretch.start)
        return bisect_right(days, (last - EPOCH).days) - bisect_left(days, (first - EPOCH).days)

    def _pooled(self, whole: bool, stretches: Sequence[Stretch]) -> tuple[Floats, Floats, Floats]:
        judged = self._judged[whole] if len(self._judged[whole].day) > 1 else self._judged[True]
        sides: list[tuple[Sequence[int], Sequence[Stretch], float]] = [(range(len(stretches)), stretches, 1.0)]
        if compared := [i for i, stretch in enumerate(stretches) if stretch.rival]:
            sides.append((compared, [stretches[i]._replace(brand=stretches[i].rival) for i in compared], -1.0))
        number, share, rows = [], [], []
        for asked, these, sign in sides:
            numbers, found = self._makeup.of(these)
            n_posts = self._makeup.n_posts[found]
            number.append(np.asarray(asked)[numbers])
            share.append(sign * n_posts / np.bincount(numbers, n_posts, len(these))[numbers])
            rows.append(found)
        codes = _Codes(judged, self._makeup)
        off = judged.label - self.power * judged.machine
        errors = LabelledErrors(off, judged.weight, codes.judged(), judged.scales, step=STEP)
        made_of = Mixtures(np.concatenate(number), np.concatenate(share), codes.mixed(np.concatenate(rows)))
        got = pool_errors(errors, made_of)
        return got.value, got.se, got.dof


class _Judged(NamedTuple):
    """Labels as columns: where they lie, and in index points what people and the machine say."""

    brand: NDArray[Any]
    aspect: NDArray[Any]
    venue: NDArray[Any]
    day: Ints
    label: Floats
    machine: Floats
    weight: Floats
    scales: Scales

    @classmethod
    def of(cls, rows: pa.Table, bridges: pa.Table, *, whole: bool) -> _Judged:
        """Read the table judged, or judged_aspects where they are not about posts as a whole."""
        brand, venue = (np.array(rows[name].to_pylist(), dtype=object) for name in ("brand", "venue"))
        aspect = np.array([""] * len(rows) if whole else rows["aspect"].to_pylist(), dtype=object)
        label, machine = (rows[name].to_numpy() * INDEX for name in ("label_y", "machine_y"))
        day = rows["day"].cast(pa.int32()).to_numpy().astype(np.int64)
        scales = scales_of(rows["guideline"].to_pylist(), bridges, "net_index")
        return cls(brand, aspect, venue, day, label, machine, rows["weight"].to_numpy(), scales)


class _Codes:
    """Whole numbers for brands, venues, aspects and weeks."""

    def __init__(self, judged: _Judged, makeup: Makeup) -> None:
        self._judged, self._makeup = judged, makeup
        self._brands, self._aspects = (
            {word: i for i, word in enumerate(sorted({*column.words, *said}))}
            for column, said in ((makeup.brand, judged.brand), (makeup.aspect, judged.aspect))
        )
        often = Counter(judged.venue)
        known = sorted(often, key=lambda venue: (-often[venue], venue))[:MOST_VENUES]
        self._venues = {venue: i for i, venue in enumerate(known)}

    def judged(self) -> Places:
        """Give the places of the labels."""
        of = self._judged
        columns = zip((of.brand, of.venue, of.aspect), self._known, strict=True)
        return _places([[known[word] for word in column] for column, known in columns], of.day)

    def mixed(self, rows: Ints) -> Places:
        """Give the places of rows of the make-up."""
        of = self._makeup
        columns = zip((of.brand, of.venue, of.aspect), self._known, strict=True)
        coded = [
            np.array([known.get(word, MOST_VENUES) for word in column.words])[column.number[rows]]
            for column, known in columns
        ]
        return _places(coded, of.week[rows])

    @property
    def _known(self) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
        return self._brands, self._venues, self._aspects


def _places(coded: Sequence[ArrayLike], day: Ints) -> Places:
    """Give places by the numbers of brand, venue and aspect; day 0 was a Thursday."""
    brand, *kinds = (np.asarray(column) for column in coded)
    return Places(group=brand, kinds=np.column_stack(kinds), week=(day + 3) // 7)


Placed = tuple[str, str, tuple[str, ...], date]
"""Where a post lies: group (a brand, a side), venue, further kinds (an aspect), and day."""


def places_of(labels: Sequence[Placed], posts: Sequence[Placed]) -> tuple[Places, Places]:
    """Give the places of labels and posts in whole numbers of their own; venues with few labels are one kind."""
    both = [*labels, *posts]
    often = Counter(venue for _, venue, _, _ in labels)
    venues = {venue: i for i, venue in enumerate(sorted(often, key=lambda v: (-often[v], v))[:MOST_VENUES])}
    groups = {group: i for i, group in enumerate(sorted({group for group, *_ in both}))}
    kinds = [
        {word: i for i, word in enumerate(sorted(set(words)))} for words in zip(*(k for *_, k, _ in both), strict=True)
    ]

    def coded(rows: Sequence[Placed]) -> Places:
        columns = [
            [groups[group] for group, *_ in rows],
            [venues.get(venue, MOST_VENUES) for _, venue, _, _ in rows],
            *([known[row[2][place]] for row in rows] for place, known in enumerate(kinds)),
        ]
        return _places(columns, np.array([(day - EPOCH).days for *_, day in rows], dtype=np.int64))

    return coded(labels), coded(posts)


def worth(label: Floats, machine: Floats, weight: Floats) -> float:
    """How many points of truth one point of the machine is worth: the slope of label on machine over all labels.

    With it the corrected mean has the least error (λ of Angelopoulos, Duchi, Zrnic 2023, eq. 6, for all posts machine
    read); a timid reader gets more than 1, a useless one 0. With few labels the machine is taken as it is.
    """
    if len(label) < LABELS_FOR_A_BRAND:
        return 1.0
    weight = weight / weight.sum()
    label_off, machine_off = label - weight @ label, machine - weight @ machine
    spread = float(weight @ machine_off**2)
    return min(max(float(weight @ (label_off * machine_off)) / spread, 0.0), MOST_POWER) if spread > 0 else 1.0


def scales_of(guidelines: Sequence[str], bridges: pa.Table, measure: str) -> Scales:
    """Give the scale of each label by the guideline it was given under, for a net index or a share of polarity."""
    told = bridges.filter((pc.field("measure") == measure) & pc.field("se").is_valid()).sort_by("guideline")
    number = {guideline: k for k, guideline in enumerate(told["guideline"].to_pylist(), start=1)}
    errors = [bridge_error(row["se"], row["dof"]) for row in told.to_pylist()]
    return Scales([number.get(guideline, 0) for guideline in guidelines], np.array(errors, dtype=np.float64))


def bridge_error(se: float, dof: float) -> float:
    """Give the standard deviation of a bridge's error: that of t, since its standard error is itself estimated."""
    dof = max(dof, FEWEST_DOF)
    return se * math.sqrt(dof / (dof - 2))


def weaker(*supports: str) -> str:
    """Give the weakest of some supports."""
    return max(supports, key=SUPPORTS.index)
