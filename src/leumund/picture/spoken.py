"""Spoken: the table opinions as columns of numbers, aspect by aspect and brand by brand, and its periods."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leumund.picture.identity import ALL_TIME
from leumund.tables import arrow_schema

__all__ = ["NEEDS", "PERIODS", "Period", "Piece", "Spoken", "short"]

NEEDS = ("brand", "aspect", "venue", "author_number", "thread_number", "day", "y")
PERIODS = ("week", "month", "quarter", "all")
ROWS_AT_ONCE = 50_000  # so that what is made of them stays in the processor's cache

Ints = NDArray[np.int64]


class Period(NamedTuple):
    """All periods of one kind: their first days, and of each day, counted from the first one, the number of its own."""

    name: str
    starts: NDArray[np.datetime64]
    of_day: Ints


class Piece(NamedTuple):
    """A run of rows. A code stands for brand, aspect and period together."""

    code: Ints
    author: Ints
    thread: Ints
    y: Ints


class Spoken:
    """Opinions in the order of aspects, and of brands within; both are numbered in the order of their names."""

    def __init__(self, opinions: pa.Table) -> None:
        (self.brands, brand), (self.aspects, aspect), (self.venues, venue) = (
            _numbered(opinions[name]) for name in ("brand", "aspect", "venue")
        )
        part = aspect * len(self.brands) + brand  # posts as a whole, whose aspect is '', come first
        order = np.argsort(short(part), kind="stable")
        self._ends = np.append(0, np.cumsum(np.bincount(part, minlength=len(self.aspects) * len(self.brands))))
        self._venue = venue[order]
        self._day = opinions["day"].cast(pa.int32()).to_numpy()[order]
        self._author, self._thread, self._y = (
            opinions[name].to_numpy()[order] for name in ("author_number", "thread_number", "y")
        )
        self._first_day = int(self._day.min())
        self._day -= self._first_day
        self._n_days = int(self._day.max()) + 1

    def period(self, name: str) -> Period:
        """Give the periods of one kind."""
        days = np.arange(self._first_day, self._first_day + self._n_days)
        months = days.astype("datetime64[D]").astype("datetime64[M]")
        begun = {
            "week": (days - (days + 3) % 7).astype("datetime64[D]"),  # day 0 was a Thursday
            "month": months.astype("datetime64[D]"),
            "quarter": (months - months.astype(np.int64) % 3).astype("datetime64[D]"),
            "all": np.full(len(days), np.datetime64(ALL_TIME, "D")),
        }[name]
        return Period(name, *np.unique(begun, return_inverse=True))

    def within(self, name: str, start: date) -> Period:
        """Give one period that holds all days."""
        return Period(name, np.array([start], "datetime64[D]"), np.zeros(self._n_days, np.int64))

    def whole(self, period: Period) -> Piece:
        """Give the opinions on posts as a whole."""
        return self._piece(0, len(self.brands) if self.aspects[0] == "" else 0, period)

    def parts(self, period: Period) -> Iterator[Piece]:
        """Give the opinions on aspects: runs of some ROWS_AT_ONCE rows that hold all of a brand and aspect."""
        low = len(self.brands) if self.aspects[0] == "" else 0
        while low < len(self._ends) - 1:
            high = int(np.searchsorted(self._ends, self._ends[low] + ROWS_AT_ONCE, "right")) - 1
            high = max(high, low + 1)
            yield self._piece(low, high, period)
            low = high

    def _piece(self, low: int, high: int, period: Period) -> Piece:
        rows = slice(int(self._ends[low]), int(self._ends[high]))
        code = self._parts(low, high) * len(period.starts) + period.of_day[self._day[rows]]
        return Piece(code, self._author[rows], self._thread[rows], self._y[rows])

    def _parts(self, low: int, high: int) -> Ints:
        return np.repeat(np.arange(low, high), np.diff(self._ends[low : high + 1]))

    def names(self, codes: Ints, period: Period) -> dict[str, Any]:
        """Give brand, aspect and first day that codes stand for."""
        part, start = np.divmod(codes, len(period.starts))
        return {
            "brand": np.array(self.brands, dtype=object)[part % len(self.brands)],
            "aspect": np.array(self.aspects, dtype=object)[part // len(self.brands)],
            "period_start": period.starts[start],
        }

    def makeup(self) -> pa.Table:
        """Give the table makeup: posts by venue and week, cut where a month begins."""
        weeks, months = self.period("week"), self.period("month")
        pairs, of_day = np.unique(weeks.of_day * len(months.starts) + months.of_day, return_inverse=True)
        pieces = []
        for number in range(len(self._ends) - 1):
            rows = slice(int(self._ends[number]), int(self._ends[number + 1]))
            place = self._venue[rows] * len(pairs) + of_day[self._day[rows]]
            n_posts, sum_y = np.bincount(place), np.bincount(place, self._y[rows])
            some = np.flatnonzero(n_posts)
            pieces.append((np.full(len(some), number), some, n_posts[some], sum_y[some].astype(np.int64)))
        part, place, n_posts, sum_y = (np.concatenate(column) for column in zip(*pieces, strict=True))
        venue, pair = np.divmod(place, len(pairs))
        columns = {
            "brand": np.array(self.brands, dtype=object)[part % len(self.brands)],
            "aspect": np.array(self.aspects, dtype=object)[part // len(self.brands)],
            "venue": np.array(self.venues, dtype=object)[venue],
            "week": weeks.starts[pairs[pair] // len(months.starts)],
            "month": months.starts[pairs[pair] % len(months.starts)],
            "n_posts": n_posts,
            "sum_y": sum_y,
        }
        schema = arrow_schema("makeup")
        return pa.Table.from_arrays([pa.array(columns[f.name], f.type) for f in schema], schema=schema)


def _numbered(column: pa.ChunkedArray) -> tuple[list[str], NDArray[np.int32]]:
    """Give the words of a column in order, and of each row the number of its own."""
    coded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    chunks = coded.unify_dictionaries().chunks
    words, order = np.unique(np.array(chunks[0].dictionary.to_pylist(), dtype=object), return_inverse=True)
    return words.tolist(), order.astype(np.int32)[np.concatenate([chunk.indices.to_numpy() for chunk in chunks])]


def short(numbers: NDArray[Any]) -> NDArray[Any]:
    """Give small numbers in few bits: up to 16 they are sorted by counting."""
    most = int(numbers.max(initial=0))
    return numbers.astype(np.uint8 if most < 2**8 else np.uint16 if most < 2**16 else np.int64)
