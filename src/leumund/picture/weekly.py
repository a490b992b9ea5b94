"""Weekly: a chart that says when a brand's index has left its level, and is wrong in one year of twenty at most.

cells, coverage -> watched_weeks. Weeks in which more than a fiftieth of the expected posts lie on days that were not
collected are skipped: a venue that is missing moves the mix, and a gap must not look like an image.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leumund.estimates import FALSE_ALARM, Cells, ratio_from_sums, watch_weeks
from leumund.picture.identity import figure_id_of, last_day
from leumund.picture.spans import last_full_week, missing_share
from leumund.picture.sums import sums_of
from leumund.step import Step, Whole
from leumund.tables import WatchedWeek, rows_to_arrow

__all__ = ["step"]

MOST_MISSING = 200  # 1/10,000 of the expected posts of a week
INDEX = 0.01
BOUND_ROWS = 2_000_000


def _weeks(tables: Mapping[str, pa.Table], *, min_posts: int) -> Mapping[str, pa.Table]:
    whole = (pc.field("measure") == "net_index") & (pc.field("aspect") == "") & (pc.field("counted") == "posts")
    cells = tables["cells"].filter(whole & (pc.field("period") == "week")).sort_by("period_start")
    coverage = tables["coverage"].to_pylist()
    missing = _missing(coverage)
    end = last_full_week(max(row["day"] for row in coverage)) if coverage else date.min
    brands = sorted(set(cells["brand"].to_pylist()))
    held = {brand: cells.filter(pc.field("brand") == brand) for brand in brands}
    rows = [row for brand in brands for row in _brand(brand, held[brand], missing, end, min_posts)]
    return {"watched_weeks": rows_to_arrow("watched_weeks", rows)}


def _missing(coverage: Sequence[Mapping[str, Any]]) -> dict[date, int]:
    """Give the missing part of each week's expected posts."""
    by_week: dict[date, list[Mapping[str, Any]]] = {}
    for row in coverage:
        by_week.setdefault(row["day"] - timedelta(days=row["day"].weekday()), []).append(row)
    return {week: missing_share(rows, week, last_day("week", week)) for week, rows in by_week.items()}


def _brand(
    brand: str,
    held: pa.Table,
    missing: Mapping[date, int],
    end: date,
    min_posts: int,
) -> Iterator[WatchedWeek]:
    place_of = {week: place for place, week in enumerate(held["period_start"].to_pylist())}
    first = min(place_of)
    n_weeks = ((end - first).days + 1) // 7
    if n_weeks < 1:  # not one full week yet
        return
    weeks = [first + timedelta(days=7 * n) for n in range(max(n_weeks, 0))]
    counted = held["n_posts"].to_pylist()
    n_posts = [counted[place_of[week]] if week in place_of else 0 for week in weeks]
    gaps = [missing.get(week, 0) > MOST_MISSING for week in weeks]
    usable = [n >= max(min_posts, 2) and not gap for n, gap in zip(n_posts, gaps, strict=True)]
    value, se, dof = (np.full(len(weeks), np.nan) for _ in range(3))
    used = [place for place, on in enumerate(usable) if on]
    if used:
        cells = _cells(held.take([place_of[weeks[place]] for place in used]))
        value[used], se[used], dof[used] = cells.value, cells.se, cells.dof
    seen = watch_weeks(value, se, dof)
    for place, week in enumerate(weeks):
        judged = math.isfinite(seen.ewma[place])
        learning = "learning" if math.isfinite(value[place]) and se[place] >= 0 else "thin"
        state = "gap" if gaps[place] else {1: "up", -1: "down"}.get(int(seen.alarm[place]), "calm")
        yield WatchedWeek(
            figure_id=figure_id_of(measure="net_index", brand=brand, period="week", period_start=week),
            brand=brand,
            week=week,
            value=_number(value[place]),
            error=_number(se[place]),
            expected=_number(seen.expected[place]),
            off=_number(seen.z[place]),
            running=_number(seen.ewma[place]),
            limit=round(seen.limit, 6),
            false_alarm=FALSE_ALARM,
            state=state if judged or gaps[place] else learning,
        )


def _number(value: float) -> float | None:
    return round(float(value), 6) + 0.0 if math.isfinite(value) else None


def _cells(rows: pa.Table) -> Cells:
    """The weeks' means and clustered errors, in index points."""
    return ratio_from_sums(**sums_of(rows, INDEX)._asdict())


def step(*, min_posts: int) -> Step:
    """Give the step that watches every brand's weeks."""

    def run(tables: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
        return _weeks(tables, min_posts=min_posts)

    read = ("cells", "coverage")
    return Whole("watch_weeks", read, ("watched_weeks",), BOUND_ROWS, run, version=f"2|{min_posts}")
