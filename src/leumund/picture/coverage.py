"""Coverage: which days were collected; a gap is said, it never looks like an image."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from leumund.step import Step, Whole
from leumund.tables import Coverage, rows_to_arrow

__all__ = ["step"]

WEEKS_AROUND = 4
DAYS_AROUND = 60
DOUBT = 0.0001  # a silence that chance brings less often than this is a gap
DAYS_UNTIL_CLOSED = 91  # of silence at the end; a venue that is silent for longer is taken as closed since then


def _coverage(tables: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
    """Set every day of a venue beside the same weekday in the four weeks before and after it.

    The expected number is the median of those days that have posts at all. Posts come in threads, so a silent day says
    less than a Poisson count would have it: what counts is how often the venue's days around are silent.

    A venue that falls silent while others go on is looked at for as long as it may come back: it may have been saved
    earlier than they were. One that was heard for less than `DAYS_AROUND` days is not, since a single thread ends too.
    """
    rows: list[Coverage] = []
    days = tables["days"].to_pylist()
    end = max((row["day"] for row in days), default=date.min)
    for venue in sorted({row["venue"] for row in days}):
        seen_on = {row["day"]: row["n_posts"] for row in days if row["venue"] == venue}
        first, last = min(seen_on), max(seen_on)
        n_days = (last - first).days + 1
        n_after = min((end - last).days, DAYS_UNTIL_CLOSED) if n_days >= DAYS_AROUND else 0
        calendar = [first + timedelta(days=n) for n in range(n_days + n_after)]
        seen = np.array([seen_on.get(day, 0) for day in calendar])
        expected = _carried_on(_expected(seen), since=n_days)
        silent = _gaps(seen, expected)
        rows += [
            Coverage(venue, day, None if np.isnan(e) else float(e), int(n), "gap" if gap else "")
            for day, n, e, gap in zip(calendar, seen, expected, silent, strict=True)
        ]
    return {"coverage": rows_to_arrow("coverage", rows)}


def _expected(seen: np.ndarray) -> np.ndarray:
    offsets = [7 * week for week in range(-WEEKS_AROUND, WEEKS_AROUND + 1) if week]
    around = np.full((len(offsets), len(seen)), np.nan)
    for row, offset in enumerate(offsets):
        source = np.arange(len(seen)) + offset
        inside = (source >= 0) & (source < len(seen))
        around[row, inside] = seen[source[inside]]
    around[around == 0] = np.nan
    enough = np.isfinite(around).sum(axis=0) >= 2
    expected = np.full(len(seen), np.nan)
    expected[enough] = np.nanmedian(around[:, enough], axis=0)
    return expected


def _carried_on(expected: np.ndarray, *, since: int) -> np.ndarray:
    """Fill in what is expected of a silence at the end: what was of the same weekday a week before."""
    for place in range(max(since, 7), len(expected)):
        if np.isnan(expected[place]):
            expected[place] = expected[place - 7]
    return expected


def _gaps(seen: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Find runs of silent days that chance explains badly.

    A run of n days has the probability p^n, with p the share of silent days among the 60 before and after it (one
    more of each kind added, Laplace 1774), and at least the Poisson probability exp(−expected).
    """
    gaps = np.zeros(len(seen), dtype=bool)
    silent = seen == 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], silent.astype(int), [0]])))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        around = np.concatenate([silent[max(0, start - DAYS_AROUND) : start], silent[end : end + DAYS_AROUND]])
        seldom = (around.sum() + 1) / (len(around) + 2)
        gaps[start:end] = max(seldom ** (end - start), np.exp(-np.nansum(expected[start:end]))) < DOUBT
    return gaps


def step() -> Step:
    """Give the step that finds days of which nothing was collected."""
    return Whole("coverage", ("days",), ("coverage",), 1_000_000, _coverage, version="3")
