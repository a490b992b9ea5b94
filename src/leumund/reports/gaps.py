"""Coverage in words and stretches: what was not collected, where, and whether it was most of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from leumund.charts import Gap
from leumund.tables import Coverage

__all__ = ["missing_days", "shown_gaps", "stretches", "whole_gaps"]

_MISSING = ("gap", "outage")


def stretches(days: Iterable[date]) -> list[Gap]:
    """Join days that follow one another."""
    joined: list[Gap] = []
    for day in sorted(set(days)):
        if joined and day == joined[-1].last + timedelta(days=1):
            joined[-1] = Gap(joined[-1].first, day)
        else:
            joined.append(Gap(day, day))
    return joined


def missing_days(rows: Iterable[Coverage]) -> list[date]:
    """Give the days on which nothing was collected."""
    return [row.day for row in rows if row.problem in _MISSING]


def whole_gaps(rows: Sequence[Coverage]) -> list[Gap]:
    """Give the stretches of days on which venues that bring more than half of the posts are missing.

    A venue's weight is what the weeks around lead one to expect of it on that day; where that is unknown, its mean.
    """
    seen: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.problem not in _MISSING:
            seen[row.source].append(row.seen)
    mean = {source: sum(posts) / len(posts) for source, posts in seen.items()}
    total: dict[date, float] = defaultdict(float)
    missing: dict[date, float] = defaultdict(float)
    for row in rows:
        weight = row.expected if row.expected is not None else mean.get(row.source, 0.0)
        total[row.day] += weight
        if row.problem in _MISSING:
            missing[row.day] += weight
    return stretches(day for day, weight in missing.items() if weight * 2 > total[day])


def shown_gaps(rows: Sequence[Coverage]) -> tuple[Gap, ...]:
    """Give what a chart over time marks: stretches where most is missing, and the other days on which a venue is.

    One or two days without the larger venues do not interrupt a line; they count as a part.
    """
    whole = [gap for gap in whole_gaps(rows) if (gap.last - gap.first).days >= 2]
    held = {day for gap in whole for day in _days(gap)}
    rest = stretches(day for day in missing_days(rows) if day not in held)
    return (*whole, *(Gap(gap.first, gap.last, whole=False) for gap in rest))


def _days(gap: Gap) -> list[date]:
    return [gap.first + timedelta(days=place) for place in range((gap.last - gap.first).days + 1)]
