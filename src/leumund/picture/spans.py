"""Spans: which two periods are set against each other, and which days neither of them may use.

The last four full weeks stand against the four before: a single week of one brand has so few authors and threads that
its interval is wider than most changes. The last full quarter stands against the one before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from leumund.picture.identity import last_day
from leumund.step import Step, Whole
from leumund.tables import Block, LeftOut, Span, rows_to_arrow

__all__ = ["MISSING", "last_full_week", "missing_share", "step"]

MISSING = ("gap", "outage")
WEEKS = 4
BLOCKS = 4
Stretch = tuple[date, date]


def last_full_week(last: date) -> date:
    """Give the Sunday on or before a day."""
    return last - timedelta(days=(last.weekday() + 1) % 7)


def pairs(first: date, last: date) -> Iterator[tuple[str, Stretch, Stretch]]:
    """Give (name, before, after) of each comparison that the days from first to last allow.

    >>> [name for name, *_ in pairs(date(2024, 1, 1), date(2024, 3, 31))]
    ['four_weeks']
    """
    end = last_full_week(last)
    start = end - timedelta(days=7 * WEEKS - 1)
    found = [("four_weeks", (start - timedelta(days=7 * WEEKS), start - timedelta(days=1)), (start, end))]
    following = last + timedelta(days=1)
    closed = _quarter(following) - timedelta(days=1)
    before = _quarter(closed) - timedelta(days=1)
    found.append(("quarter", (_quarter(before), before), (_quarter(closed), closed)))
    yield from (pair for pair in found if pair[1][0] >= first)


def _quarter(day: date) -> date:
    start = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    assert start <= day <= last_day("quarter", start)
    return start


def missing_share(rows: Sequence[Mapping[str, Any]], first: date, last: date) -> int:
    """Give which part of the posts expected from first to last lie on days that were not collected, in 1/10,000.

    Where nothing is expected of a day, as too little is known around it, it weighs as much as was seen.
    """
    total = missing = 0.0
    for row in rows:
        if first <= row["day"] <= last:
            weight = row["expected"] if row["expected"] is not None else float(row["seen"])
            total += weight
            missing += weight if row["problem"] in MISSING else 0.0
    return round(10_000 * missing / total) if total else 0


def _spans(tables: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
    rows = tables["coverage"].to_pylist()
    spans: list[Span] = []
    left_out: set[LeftOut] = set()
    days = [row["day"] for row in rows]
    for name, before, after in pairs(min(days), max(days)) if days else ():
        for side, (first, last) in (("before", before), ("after", after)):
            spans.append(Span(name, side, first, last, missing_share(rows, first, last)))
        left_out |= set(_unheard(rows, name, before, after))
    listed = sorted(left_out, key=lambda row: (row.span, row.venue, row.day))
    return {
        "spans": rows_to_arrow("spans", spans),
        "left_out": rows_to_arrow("left_out", listed),
        "blocks": rows_to_arrow("blocks", _blocks(spans)),
    }


def _blocks(spans: Sequence[Span]) -> list[Block]:
    """Cut the last sixteen weeks into blocks as long as the later side of the shorter comparison."""
    latest = next((row for row in spans if (row.span, row.side) == ("four_weeks", "after")), None)
    if latest is None:
        return []
    back = [timedelta(days=7 * WEEKS * block) for block in range(BLOCKS)]
    return [Block(block, latest.first - off, latest.last - off) for block, off in enumerate(back)]


def _unheard(rows: Sequence[Mapping[str, Any]], name: str, before: Stretch, after: Stretch) -> Iterator[LeftOut]:
    """Give the missing days of either side and the days of the other that stand in the same place.

    Both sides then hear the same part of each venue, and a gap moves no mix.
    """
    shift = after[0] - before[0]
    for row in rows:
        if row["problem"] in MISSING:
            day = row["day"]
            if before[0] <= day <= before[1]:
                yield LeftOut(name, row["source"], day)
                yield LeftOut(name, row["source"], day + shift)
            elif after[0] <= day <= after[1]:
                yield LeftOut(name, row["source"], day)
                yield LeftOut(name, row["source"], day - shift)


def step() -> Step:
    """Give the step that tells which periods are compared."""
    return Whole("spans", ("coverage",), ("spans", "left_out", "blocks"), 1_000_000, _spans, version="2")
