"""Voices: what authors and threads say together in a cell, as whole numbers.

A cell holds what is said of a brand and an aspect in a period. By posts every opinion weighs one voice; by authors, or
by threads, all that one of them says in a cell weighs one voice together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leumund.picture.exact import Wide, sums_of_products
from leumund.picture.spoken import Piece, short

__all__ = ["KINDS", "WAYS", "WEIGHT", "Columns", "Market", "Voices"]

WEIGHT = 1_000_000  # one voice, in 1/1,000,000
KINDS = ("author", "thread", "both")  # of groups that belong together
WAYS = ("posts", "authors", "threads")
COUNTS = {"author": "n_authors", "thread": "n_threads", "both": "n_both"}
ROOM = 4
SPREAD, FULL = 0x9E3779B1, (1 << 32) - 1  # multiplying by it scatters numbers (Knuth 1998, 6.4)

Ints = NDArray[np.int64]
Numbers = NDArray[Any]  # whole numbers, as floats where these are exact, else as int64
Columns = dict[str, Any]


@dataclass(frozen=True)
class Voices:
    """Opinions in the order of their cells; what belongs together goes by one of its rows."""

    codes: Ints  # of each cell
    begins: Ints  # the first row of each cell
    cell: Ints  # of each row, counted from 0
    author: Ints
    thread: Ints
    y: Ints

    @classmethod
    def of(cls, piece: Piece, *, at_least: int = 1) -> Voices:
        """Put opinions in order, and leave out cells with fewer than `at_least`."""
        low = int(piece.code.min(initial=0))
        code = piece.code - low
        n_posts = np.bincount(code)
        order = np.argsort(short(code), kind="stable")
        sizes = n_posts[n_posts > 0]
        if (sizes < at_least).any():
            order = order[np.repeat(sizes >= at_least, sizes)]
        codes = np.flatnonzero(n_posts >= at_least)
        sizes = n_posts[codes]
        cell = np.repeat(np.arange(len(codes)), sizes)
        begins = np.cumsum(sizes) - sizes
        return cls(codes + low, begins, cell, piece.author[order], piece.thread[order], piece.y[order])

    @cached_property
    def first(self) -> dict[str, Ints]:
        """Of each row the one that stands for its group within the cell."""
        return _firsts(self.cell, self.author, self.thread)

    def totals(self, values: Ints) -> Ints:
        """Sum up each cell."""
        return np.add.reduceat(values, self.begins) if len(self.begins) else np.zeros(0, dtype=np.int64)

    @cached_property
    def n_posts(self) -> Ints:
        """How many opinions each cell has."""
        return np.diff(self.begins, append=len(self.y))

    @cached_property
    def sums(self) -> dict[str, _Summed]:
        """Voices and weighted y of each group, in the three ways of counting."""
        return {way: _Summed.of(self.first, weight, self.y) for way, weight in _weights(self.first).items()}

    def net(self) -> dict[str, Columns]:
        """Give the sums of net indices in each way of counting."""
        counts = {COUNTS[kind]: self.totals(_is_first(first)) for kind, first in self.first.items()}
        return {way: {"n_posts": self.n_posts, **counts, **self._net(way)} for way in WAYS}

    def _net(self, way: str) -> Columns:
        if way == "posts":  # every weight is the same, so it is put in at the end
            one = {kind: np.bincount(first, minlength=len(first)) for kind, first in self.first.items()}
            y = {kind: _at_first(first, self.y) for kind, first in self.first.items()}
            totals = {"sum_n": self.n_posts * WEIGHT, "sum_y": self.totals(self.y) * WEIGHT}
            return totals | _products(one, y, self.begins, scale=WEIGHT**2)
        summed = self.sums[way]
        totals = {"sum_n": self.totals(summed.weight), "sum_y": self.totals(summed.weight * self.y)}
        return totals | _products(summed.n, summed.y, self.begins)


@dataclass(frozen=True)
class _Summed:
    """Of each row its weight, and at the first row of each group the group's sums; its other rows have 0."""

    weight: Ints
    n: dict[str, Numbers]
    y: dict[str, Numbers]

    @classmethod
    def of(cls, first: Mapping[str, Ints], weight: Ints, y: Ints) -> _Summed:
        """Sum up groups of each kind."""
        weighted = weight * y
        n, sums = ({kind: _at_first(first[kind], values) for kind in KINDS} for values in (weight, weighted))
        return cls(weight, n, sums)


def _products(n: Mapping[str, Numbers], y: Mapping[str, Numbers], begins: Ints, *, scale: int = 1) -> Columns:
    found: Columns = {}
    for kind in KINDS:
        found[f"{kind}_yy"] = sums_of_products(y[kind], y[kind], begins, scale=scale)
        found[f"{kind}_yn"] = found[f"{kind}_ny"] = sums_of_products(y[kind], n[kind], begins, scale=scale)
        found[f"{kind}_nn"] = sums_of_products(n[kind], n[kind], begins, scale=scale)
    return found


class Market:
    """The opinions on posts as a whole, all brands of a period beside each other."""

    def __init__(self, whole: Voices, period: Ints) -> None:
        self._whole = whole
        self._first = _firsts(period[whole.cell], whole.author, whole.thread)
        self._order = np.argsort(period[whole.cell], kind="stable")
        _, self._begins, self._period = np.unique(
            period[whole.cell][self._order], return_index=True, return_inverse=True
        )
        self._of_cell = np.empty(len(whole.codes), dtype=np.int64)
        self._of_cell[whole.cell[self._order]] = self._period

    def _of_all(self, values: Ints) -> Ints:
        """Sum up each period, and give every cell its own period's sum."""
        return np.asarray(np.add.reduceat(values[self._order], self._begins)[self._of_cell], dtype=np.int64)

    def shares(self) -> dict[str, Columns]:
        """Give the sums of shares of voice: of all that is said in a period, how much names the brand.

        y is what names the brand and n is all, in one unit. Groups that never name the brand count in n², which is
        why those sums are made over all brands.
        """
        whole, ways = self._whole, {}
        counts = {COUNTS[kind]: self._of_all(_is_first(first)) for kind, first in self._first.items()}
        for way, weight in _weights(self._first).items():
            sums: Columns = {"n_posts": whole.n_posts, **counts}
            sums |= {"sum_n": self._of_all(weight), "sum_y": whole.totals(weight)}
            for kind in KINDS:
                named, said = _at_first(whole.first[kind], weight), _at_first(self._first[kind], weight)
                sums[f"{kind}_yy"] = sums_of_products(named, named, whole.begins)
                beside = sums_of_products(named, said[self._first[kind]], whole.begins)
                sums[f"{kind}_yn"] = sums[f"{kind}_ny"] = beside
                all_ = sums_of_products(said[self._order], said[self._order], self._begins)
                sums[f"{kind}_nn"] = all_.take(self._of_cell)
            ways[way] = sums
        return ways

    def met(self, own: NDArray[np.bool_], rival: NDArray[np.bool_]) -> tuple[Ints, dict[str, Columns]]:
        """Give the rival's cells with authors or threads that speak of the own brand too, and the sums over these."""
        whole, ways = self._whole, {}
        ours, theirs = np.flatnonzero(own[whole.cell]), np.flatnonzero(rival[whole.cell])
        begins = np.flatnonzero(np.diff(whole.cell[theirs], prepend=-1))
        cells = whole.cell[theirs[begins]]
        if not len(ours) or not len(theirs):
            return cells[:0], {}
        for way, summed in whole.sums.items():
            sums: Columns = {}
            for kind in KINDS:
                place = self._first[kind]
                y1, n1 = (_beside(of[kind], place, ours, theirs) for of in (summed.y, summed.n))
                y2, n2 = summed.y[kind][theirs], summed.n[kind][theirs]
                for name, one, other in (("yy", y1, y2), ("yn", y1, n2), ("ny", n1, y2), ("nn", n1, n2)):
                    sums[f"{kind}_{name}"] = sums_of_products(one, other, begins)
                sums[COUNTS[kind]] = np.add.reduceat(((n1 > 0) & (n2 > 0)).astype(np.int64), begins)
            both = [np.where(n2 > 0, values, 0) for values in (n1, y1)]
            sums |= {
                name: np.add.reduceat(values.astype(np.int64), begins)
                for name, values in zip(("sum_n", "sum_y"), both, strict=True)
            }
            ways[way] = sums
        return _where_met(cells, ways)


def _beside(values: Numbers, place: Ints, ours: Ints, theirs: Ints) -> Numbers:
    """Give for each of their rows what our group in the same place has."""
    held = np.zeros_like(values, shape=len(place))
    np.add.at(held, place[ours], values[ours])
    return held[place[theirs]]


def _where_met(cells: Ints, ways: Mapping[str, Columns]) -> tuple[Ints, dict[str, Columns]]:
    some = np.flatnonzero(sum(ways["posts"][name] for name in COUNTS.values()) > 0)
    n_posts = ways["posts"]["sum_n"] // WEIGHT
    return cells[some], {
        way: {
            name: values.take(some) if isinstance(values, Wide) else values[some]
            for name, values in {**sums, "n_posts": n_posts}.items()
        }
        for way, sums in ways.items()
    }


def _firsts(cell: Ints, author: Ints, thread: Ints) -> dict[str, Ints]:
    """Give, by kind, the first row of the group to which each row belongs."""
    of_author, of_thread = _first_alike(cell, author), _first_alike(cell, thread)
    both = np.arange(len(cell))
    some = np.flatnonzero((_sizes(of_author) > 1) & (_sizes(of_thread) > 1))  # the others are alone in their pair
    both[some] = some[_first_alike(of_author[some], of_thread[some])]
    return {"author": of_author, "thread": of_thread, "both": both}


def _first_alike(cell: Ints, unit: Ints) -> Ints:
    """Give, for each row, a row that is the same for all rows of its cell and unit, and is one of them.

    Every cell has four times as many places as rows. A unit's rows go to one place of their cell, where the last stays;
    whoever finds his own unit there is done, the others try again elsewhere. Sorting takes five times as long.
    """
    sizes = np.bincount(cell)
    room, begins = ROOM * sizes, ROOM * (np.cumsum(sizes) - sizes)
    place = np.empty(ROOM * len(cell), dtype=np.int32)
    rows, own, cells, spread = np.arange(len(cell), dtype=np.int32), unit, cell, SPREAD
    first = np.empty(len(cell), dtype=np.int64)
    while len(rows):
        where = begins[cells] + ((((own * spread) & FULL) * room[cells]) >> 32)
        place[where] = rows
        met = place[where]
        first[rows] = met  # wrong where another one stayed, and put right in the next round
        others = np.flatnonzero(unit[met] != own)
        rows, own, cells, spread = rows[others], own[others], cells[others], spread * SPREAD & FULL
    return first


def _is_first(first: Ints) -> Ints:
    return np.asarray(first == np.arange(len(first)), dtype=np.int64)


def _sizes(first: Ints) -> Ints:
    """How many rows the group of each row has."""
    return np.asarray(np.bincount(first, minlength=len(first))[first], dtype=np.int64)


def _weights(first: Mapping[str, Ints]) -> dict[str, Ints]:
    """Give the weight of each row: one voice, or one shared by all rows of its author or thread."""
    weights = {"posts": np.full(len(first["author"]), WEIGHT, dtype=np.int64)}
    for way, kind in (("authors", "author"), ("threads", "thread")):
        sizes = _sizes(first[kind])
        weights[way] = (WEIGHT // np.arange(1, int(sizes.max(initial=1)) + 1))[sizes - 1]
    return weights


def _at_first(first: Ints, values: Ints) -> Numbers:
    """Give the sum of each group at its first row, 0 at its others."""
    if len(values) * max(-int(values.min(initial=0)), int(values.max(initial=0))) < 2**53:  # so floating point is exact
        return np.bincount(first, values, len(first))
    sums = np.zeros(len(first), dtype=np.int64)
    np.add.at(sums, first, values)
    return sums
