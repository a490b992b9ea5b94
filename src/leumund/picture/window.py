"""A window: the days that a report is asked about. Its figures are made from its posts, by the same steps as all.

opinions, posts, coverage -> the same within -> cells, makeup, tallies, evidence, spans, changes, phrases.
Weeks, months and quarters that lie wholly within keep their figures. What the labels say about the reader comes from
all of them; what a forum usually says, of the days that are missing, from the weeks around, within the window or not.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from leumund.errors import NothingToShow, WrongUse
from leumund.picture import cells, counting, evidence
from leumund.picture.identity import last_day
from leumund.step import Batch, Query, Step, Whole
from leumund.tables import field_names

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["Window", "steps", "tables_within", "window_of"]

Tables = Mapping[str, "Table"]
Read = Callable[[str], pa.Table]


@dataclass(frozen=True, slots=True)
class Window:
    """The first and the last day, both included; an end that reaches all posts there are is open."""

    first: datetime.date
    last: datetime.date
    open_before: bool
    open_after: bool

    @property
    def period(self) -> str:
        """The window's length as a period, ISO 8601: P45D."""
        return f"P{(self.last - self.first).days + 1}D"

    def holds(self, first: datetime.date, last: datetime.date) -> bool:
        """Tell whether all posts there are from `first` to `last` lie within."""
        return (self.open_before or self.first <= first) and (self.open_after or last <= self.last)

    def began(self, day: datetime.date) -> bool:
        """Tell whether a day lies within."""
        return self.first <= day <= self.last


def window_of(days: pa.ChunkedArray, since: datetime.date | None, until: datetime.date | None) -> Window:
    """Give the window between two days, cut to the days of the opinions that there are.

    Raises WrongUse when it ends before it begins, NothingToShow when no opinion lies in it.
    """
    if since and until and since > until:
        raise WrongUse(
            f"the stretch ends on {until}, before it begins on {since}",
            where="--since, --until",
            next_step="give the earlier day to --since; both days are included",
        )
    span = pc.min_max(days).as_py()
    first, last = span["min"], span["max"]
    if first is None:
        raise NothingToShow("no dated post names a watched brand", next_step="leumund import PAGE…, then leumund run")
    low, high = max(since or first, first), min(until or last, last)
    inside = pc.and_(pc.greater_equal(days, low), pc.less_equal(days, high))
    if low > high or not pc.any(inside).as_py():
        raise NothingToShow(
            f"no post about a watched brand from {since or first} to {until or last}",
            where="--since, --until",
            next_step=f"choose days between {first} and {last}",
        )
    return Window(low, high, since is None or since <= first, until is None or until >= last)


def steps(
    window: Window, own: str, rivals: Sequence[str], comparisons: Sequence[Step], *, min_posts: int
) -> Iterator[Step]:
    """Give the steps that count the window; `comparisons` are those from coverage and opinions to changes."""
    version, named = f"{window.first}|{window.last}", partial(_as_period, window=window)
    for table, day in (("opinions", "day"), ("coverage", "day")):
        yield Query(f"{table}_within", (table,), table, partial(_days, window=window, table=table, day=day), version)
    yield cells.step(own, rivals, min_posts=min_posts, window=(window.period, window.first))
    read = ("posts", "readings", "post_readings", "families", "opinions")
    yield Query("tallies_within", read, "tallies", partial(_tallies, window=window), version)
    yield Query("apart_within", read[:-1], "apart", partial(_apart, window=window), version)
    told = ("opinions", "readings", "posts", "languages")
    yield Query("telling_within", told, "telling", partial(evidence.telling, periods=named), version)
    needs = field_names("telling")
    yield Batch("quote", reads="telling", writes="evidence", needs=needs, run=evidence.quote, version="3")
    yield from comparisons


def _days(tables: Tables, window: Window, table: str, day: str) -> Table:
    return tables[table].filter(lambda t: (t[day] >= window.first) & (t[day] <= window.last))


def _as_period(rows: Table, window: Window) -> Table:
    import ibis

    return rows.mutate(period=ibis.literal(window.period), period_start=ibis.literal(window.first))


def _tallies(tables: Tables, window: Window) -> Table:
    """Count the posts of the window, and those of them that cannot be counted; posts without a time are in none."""
    posts = _posts(tables, window)
    here = posts.select("post_id")
    of_posts = {name: tables[name].semi_join(here, "post_id") for name in ("readings", "post_readings", "families")}
    return counting.tallies({**of_posts, "posts": posts, "opinions": tables["opinions"]})


def _apart(tables: Tables, window: Window) -> Table:
    """Sum up those posts of the window that are not counted for who speaks."""
    return counting.apart({**tables, "posts": _posts(tables, window)})


def _posts(tables: Tables, window: Window) -> Table:
    posts = tables["posts"].filter(lambda t: t.posted_at.notnull() & t.posted_precision.notin(["month", "unknown"]))
    return posts.filter(lambda t: (t.posted_at.date() >= window.first) & (t.posted_at.date() <= window.last))


def _estimates_within(estimates: pa.Table, window: Window) -> pa.Table:
    """Give the figures of the weeks, months and quarters that lie within, and the window's own as those of 'all'."""
    period, starts = estimates["period"].to_pylist(), estimates["period_start"].to_pylist()
    own = [name == window.period for name in period]
    kept = [
        mine or (name != "all" and window.holds(start, last_day(name, start)))
        for mine, name, start in zip(own, period, starts, strict=True)
    ]
    named = pa.array(["all" if mine else name for mine, name in zip(own, period, strict=True)])
    place = estimates.column_names.index("period")
    return estimates.set_column(place, "period", named).filter(pa.array(kept))


def _evidence_within(made: pa.Table, there: pa.Table, estimates: pa.Table) -> pa.Table:
    """Give the posts behind the window's own figures and changes, and those behind the figures that it keeps."""
    kept = there.filter(pc.is_in(there["figure_id"], value_set=estimates["figure_id"].combine_chunks()))
    return pa.concat_tables([made, kept])


def _rows_within(rows: pa.Table, day: str, window: Window) -> pa.Table:
    """Give the rows whose day, or week that begins on that day, lies within."""
    long = 6 if day == "week" else 0
    days = rows[day].to_pylist()
    held = [window.holds(first, first + datetime.timedelta(days=long)) for first in days]
    return rows.filter(pa.array(held, pa.bool_()))


def tables_within(window: Window, made: Read, there: Read, figures: Step) -> dict[str, pa.Table]:
    """Give the tables that a picture of the window is put together from, where they are not the project's own.

    `made` gives what the steps of the window wrote, `there` the snapshot's tables; `figures` is the step to estimates.
    """
    assert isinstance(figures, Whole)
    read = {name: there(name) for name in figures.reads}
    read["cells"], read["makeup_within"] = pa.concat_tables([read["cells"], made("cells")]), made("makeup")
    estimates = _estimates_within(figures.run(read)["estimates"], window)
    lately = ("spans", "left_out", "changes", "drivers", "blocks", "gram_counts", "phrases", "sayings")
    of_window = {name: made(name) for name in ("polarities", *lately)}
    behind = _evidence_within(made("evidence"), there("evidence"), estimates)
    watched = _rows_within(there("watched_weeks"), "week", window)
    beside = {f"{name}_within": made(name) for name in ("makeup", "coverage", "tallies", "apart")}
    return {**of_window, **beside, "estimates": estimates, "evidence": behind, "watched_weeks": watched}
