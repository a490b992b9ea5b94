"""Identity of figures and ends of periods."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

__all__ = ["ALL_TIME", "figure_id_of", "last_day"]

ALL_TIME = date(1970, 1, 1)
"""What stands for the first day of the period "all", so that the figure of all days keeps its identity."""


def figure_id_of(
    *,
    measure: str,
    brand: str,
    period: str,
    period_start: date,
    rival: str = "",
    aspect: str = "",
    venue: str = "",
    estimand: str = "rate",
    counted: str = "posts",
) -> str:
    """Give the identity of a figure: the same coordinates, the same id, whatever the posts."""
    coordinates = (measure, brand, rival, aspect, venue, period, period_start.isoformat(), estimand, counted)
    return hashlib.blake2b("\n".join(coordinates).encode(), digest_size=16).hexdigest()


def last_day(period: str, start: date) -> date:
    """Give the last day of the week, month, quarter or number of days (as P45D, ISO 8601) that begins at `start`.

    >>> last_day("quarter", date(2009, 10, 1))
    datetime.date(2009, 12, 31)
    >>> last_day("P45D", date(2009, 10, 1))
    datetime.date(2009, 11, 14)
    """
    if period.startswith("P"):
        return start + timedelta(days=int(period[1:-1]) - 1)
    if period == "week":
        return start + timedelta(days=6)
    month = start.month + (1 if period == "month" else 3)
    return date(start.year + (month > 12), (month - 1) % 12 + 1, 1) - timedelta(days=1)
