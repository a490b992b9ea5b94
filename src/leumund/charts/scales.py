"""Where values fall: domains with zero on them, round ticks, equal steps of time, labels that do not overlap."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

__all__ = ["dodged", "domain", "millis", "month_ticks", "ticks"]

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)


def millis(when: date) -> int:
    """Give a day's start as milliseconds since 1970 UTC, Vega's measure of time."""
    return calendar.timegm(datetime(when.year, when.month, when.day, tzinfo=UTC).timetuple()) * 1000


def _step(span: float, most: int) -> float:
    return next((step for step in _STEPS if span / step <= most), _STEPS[-1])


def domain(values: Iterable[float], *, lowest: float, highest: float, most: int = 6) -> tuple[float, float]:
    """Give round ends that hold all values and zero, within lowest..highest; without values a small span."""
    held = [0.0, *values]
    low, high = max(lowest, min(held)), min(highest, max(held))
    if high == low:
        low, high = max(lowest, -(highest - lowest) / 10), min(highest, (highest - lowest) / 10)
    step = _step(high - low, most)
    return max(lowest, step * (low // step)), min(highest, -step * (-high // step))


def ticks(low: float, high: float, *, most: int = 6) -> list[float]:
    """Give round values between low and high, zero among them."""
    step = _step(high - low, most)
    first, last = round(low / step), round(high / step)
    return [round(place * step, 6) for place in range(first, last + 1) if low - 1e-9 <= place * step <= high + 1e-9]


def month_ticks(start: date, end: date, *, most: int) -> list[date]:
    """Give first days of months between start and end, in equal steps that divide the year, at most about `most`."""
    first = start.year * 12 + start.month - 1 + (start.day > 1)
    last = end.year * 12 + end.month - 1
    step = next((step for step in (1, 3, 6, 12, 24, 60) if (last - first) / step < most), 120)
    return [date(place // 12, place % 12 + 1, 1) for place in range(first, last + 1) if place % step == 0]


def dodged(wanted: Sequence[float], *, gap: float, top: float, bottom: float) -> list[float]:
    """Move pixel positions apart until neighbours are `gap` apart, between top and bottom, keeping their order.

    >>> dodged([50, 52, 90], gap=16, top=0, bottom=100)
    [43.0, 59.0, 90.0]
    """
    groups: list[tuple[float, list[int]]] = []  # (centre, members)
    for i in sorted(range(len(wanted)), key=lambda i: wanted[i]):
        centre, members = float(wanted[i]), [i]
        while True:
            half = gap * (len(members) - 1) / 2
            centre = max(top + half, min(bottom - half, centre))
            if not groups or centre - half - gap >= groups[-1][0] + gap * (len(groups[-1][1]) - 1) / 2:
                break
            before, earlier = groups.pop()
            centre = (before * len(earlier) + centre * len(members)) / (len(earlier) + len(members))
            members = earlier + members
        groups.append((centre, members))
    placed = [0.0] * len(wanted)
    for centre, members in groups:
        for rank, i in enumerate(members):
            placed[i] = centre + gap * (rank - (len(members) - 1) / 2)
    return placed
