"""Cells: opinions become sums of voices.

opinions -> cells, makeup. What one author says belongs together, so does what is said in one thread: the sums of
squares and products over these groups tell how sure a figure is (see estimates.clustered).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from leumund.picture.exact import Wide
from leumund.picture.spoken import NEEDS, PERIODS, Period, Spoken
from leumund.picture.voices import Columns, Market, Voices
from leumund.step import Step, Whole
from leumund.tables import arrow_schema

__all__ = ["step"]

Window = tuple[str, date]

SHORT = ("week", "month")  # of these an aspect has no cell where hardly anybody speaks
BOUND_ROWS = 50_000_000


def step(own: str, rivals: Iterable[str], *, min_posts: int, window: Window | None = None) -> Step:
    """Give the step that sums up; a week or month of an aspect needs `min_posts` opinions to have a cell.

    Of a window, all opinions read are one period, which has the window's name and first day.
    """
    others = tuple(rivals)

    def run(tables: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
        found, made_of = [arrow_schema("cells").empty_table()], arrow_schema("makeup").empty_table()
        if len(tables["opinions"]):
            spoken = Spoken(tables["opinions"])
            made_of = spoken.makeup()
            periods = [spoken.within(*window)] if window else [spoken.period(name) for name in PERIODS]
            for period in periods:
                found += _cells(spoken, period, own, others, min_posts=min_posts)
        return {"cells": pa.concat_tables(found), "makeup": made_of}

    version = "|".join(("4", str(min_posts), *map(str, window or ()), own, *others))
    written = ("cells", "makeup")
    return Whole("cells", ("opinions",), written, BOUND_ROWS, run, version=version, needs={"opinions": NEEDS})


def _cells(spoken: Spoken, period: Period, own: str, rivals: Iterable[str], *, min_posts: int) -> Iterator[pa.Table]:
    """Give the rows of all measures for the periods of one kind."""
    for piece in spoken.parts(period):
        some = Voices.of(piece, at_least=min_posts if period.name in SHORT else 1)
        names = spoken.names(some.codes, period)
        yield from _rows("net_index", period, names, some.net())
    whole = Voices.of(spoken.whole(period))
    if not len(whole.codes):
        return
    names = spoken.names(whole.codes, period)
    yield from _rows("net_index", period, names, whole.net())
    market = Market(whole, whole.codes % len(period.starts))
    yield from _rows("share_of_voice", period, names, market.shares())
    for rival in rivals:
        cells, sums = market.met(names["brand"] == own, names["brand"] == rival)
        met = {name: values[cells] for name, values in names.items()}
        yield from _rows("difference", period, {**met, "brand": own, "rival": rival}, sums)


def _rows(measure: str, period: Period, names: Columns, ways: Mapping[str, Columns]) -> Iterator[pa.Table]:
    """Give the sums of some cells as rows of the table, for each way of counting."""
    schema, n = arrow_schema("cells"), len(names["period_start"])
    for way, sums in ways.items():
        columns = {"measure": measure, "rival": "", "period": period.name, "counted": way, **names, **sums}
        arrays = [_column(columns[field.name], field.type, n) for field in schema]
        yield pa.Table.from_arrays(arrays, schema=schema)


def _column(values: Any, kind: pa.DataType, n: int) -> pa.Array:
    if isinstance(values, Wide):
        return values.to_arrow()
    return pa.repeat(values, n) if isinstance(values, str) else pa.array(values, kind)
