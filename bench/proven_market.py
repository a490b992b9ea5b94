"""A forum market whose weeks are labelled as `label next` has it: thirty a week, half of them on the own brand."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.figures_pooling import NEUTRAL, VENUES, WEEKS_A_MONTH, Array, ReaderWorld
from bench.figures_worlds import Ints, thread_numbers
from leumund.engines.duckdb import DuckEngine
from leumund.picture import counting, coverage, figures
from leumund.picture.handout import hand_out
from leumund.step import Query, Step, Whole
from leumund.tables import arrow_schema

__all__ = ["BRANDS", "FIRST", "ForumMarket", "Labelled", "Market", "labelled", "report"]

FIRST = date(2023, 1, 2)  # 78 weeks on, a quarter ends with a Sunday
BRANDS = ("Pirolnet", "Talvero", "Brisanta", "Kordula", "Nordlink", "Senta")
RIVALS = BRANDS[1:]
MIN_POSTS, LEVEL, DOUBLE_SHARE = 5, 0.95, 0.1  # as in a new project
TIME = pa.timestamp("us", tz="UTC")
SAYS = ("negative", "neutral", "positive")
NOTHING: Mapping[Any, Any] = {
    pa.string(): "",
    pa.int64(): 0,
    pa.bool_(): False,
    pa.float64(): 0.0,
    pa.date32(): FIRST,
    TIME: datetime(2023, 1, 2, tzinfo=UTC),
}


@dataclass(frozen=True)
class Market:
    """The tables that the walk starts from, and by post what is true: its verdict, and what was to be expected."""

    tables: Mapping[str, pa.Table]
    verdict: Mapping[str, str]
    brand: Ints
    week: Ints
    expected: Array

    def truth(self, brand: str, first: date, last: date) -> float:
        """Give the index of a brand's posts from one day to another, both included."""
        weeks = [(day - FIRST).days // 7 for day in (first, last)]
        inside = (self.brand == BRANDS.index(brand)) & (self.week >= weeks[0]) & (self.week <= weeks[1])
        return float(self.expected[inside].mean())


@dataclass(frozen=True)
class ForumMarket(ReaderWorld):
    """As its parent, in threads and by authors; what these have in common moves verdicts by `together` points each.

    A reading lies between −100 and 100, so it is drawn from a beta with the parent's mean and standard deviation.
    """

    together: float = 0.0

    def forum(self, rng: np.random.Generator) -> Market:
        """Draw a market: posts and what the machine reads in them."""
        truth = self._truth(rng)
        sizes = rng.poisson(self.posts_a_week * np.where(np.arange(len(truth)) == 0, 2, 1)[:, None], truth.shape)
        brand, week = (np.repeat(numbers.ravel(), sizes.ravel()) for numbers in np.indices(truth.shape))
        venue = rng.choice(len(VENUES), brand.size, p=VENUES)
        thread, author = _who(brand * len(VENUES) + venue, venue, rng)
        expected = np.clip(truth[brand, week] + (self.venue_truth * rng.normal(size=len(VENUES)))[venue], -65, 65)
        likely = expected + self.together * sum(rng.normal(size=who.max() + 1)[who] for who in (thread, author))
        positive, chance = (np.clip(likely, -65, 65) / 100 + 1 - NEUTRAL) / 2, rng.random(brand.size)
        label = (chance < positive).astype(np.int64) - (chance > positive + NEUTRAL)
        bias = (self.venue_bias * rng.normal(size=len(VENUES)))[venue] + self.drift * week / WEEKS_A_MONTH
        y = _between(self.slope * 100 * label + bias - 8, self.noise, rng)
        return _stored(_Posts(brand, week, venue, thread, author, label, y, expected), rng)


class _Posts(NamedTuple):
    """Posts as columns: whole numbers for who and where, the verdict −1, 0, 1, the reading, what was to be expected."""

    brand: Ints
    week: Ints
    venue: Ints
    thread: Ints
    author: Ints
    label: Ints
    y: Ints
    expected: Array


def _stored(of: _Posts, rng: np.random.Generator) -> Market:
    """Give the tables of these posts; each came in on the Monday after it was written."""
    ids = np.array([f"{number:032x}" for number in rng.permutation(of.brand.size)])
    hours = 24 * 7 * of.week + rng.integers(0, 24 * 7, of.week.size)
    collected = [_monday_after(week) for week in range(int(of.week.max()) + 1)]
    posts = {
        "post_id": ids,
        "venue": [f"forum{number}.example" for number in of.venue],
        "thread_id": [f"thread {number}" for number in of.thread],
        "author_key": [f"author {number}" for number in of.author],
        "posted_at": pa.array(np.datetime64(FIRST, "us") + hours * np.timedelta64(3600, "s"), TIME),
        "posted_precision": "minute",
        "collected_at": pa.array([collected[week] for week in of.week], TIME),
    }
    readings = {
        "post_id": ids,
        "brand": np.array(BRANDS)[of.brand],
        "relevant": True,
        "p_negative": np.maximum(-of.y, 0),
        "p_neutral": 10_000 - np.abs(of.y),
        "p_positive": np.maximum(of.y, 0),
    }
    tables = {
        "posts": _table("posts", posts),
        "readings": _table("readings", readings),
        "post_readings": _table("post_readings", {"post_id": ids, "post_kind": "opinion", "voice": "customer"}),
        "families": arrow_schema("families").empty_table(),
        "overrides": arrow_schema("overrides").empty_table(),
    }
    verdict = dict(zip(ids.tolist(), np.array(SAYS)[of.label + 1].tolist(), strict=True))
    return Market(tables, verdict, of.brand, of.week, of.expected)


def _who(talk: Ints, venue: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Give threads (of one brand and venue, one after the other in time) and authors (of one venue) of the posts."""
    thread, author, begun = np.zeros_like(talk), np.zeros_like(talk), 0
    for one in np.unique(talk):
        here = np.flatnonzero(talk == one)
        thread[here] = begun + thread_numbers(here.size, 8, rng)
        begun = int(thread.max()) + 1
    for one in np.unique(venue):
        here = np.flatnonzero(venue == one)
        busy = rng.pareto(1.5, here.size // 5 + 1) + 0.2
        author[here] = int(author.max()) + 1 + rng.choice(busy.size, here.size, p=busy / busy.sum())
    return thread, author


def _between(mean: Array, spread: float, rng: np.random.Generator) -> Ints:
    """Readings in 1/10,000 with these means and this standard deviation, in points, that stay between −100 and 100."""
    middle = np.clip(mean, -85, 85) / 100
    certain = (1 - middle**2) / (spread / 100) ** 2 - 1
    share = rng.beta(certain * (1 + middle) / 2, certain * (1 - middle) / 2)
    return np.rint(10_000 * (2 * share - 1)).astype(np.int64)


def _monday_after(week: int) -> datetime:
    return datetime(FIRST.year, FIRST.month, FIRST.day, 6, tzinfo=UTC) + timedelta(weeks=week + 1)


def _table(name: str, columns: Mapping[str, Any]) -> pa.Table:
    """Give a table with these columns; what is not given is empty."""
    schema, n = arrow_schema(name), len(columns["post_id"])
    arrays = []
    for field in schema:
        value = columns.get(field.name, None if field.nullable else NOTHING[field.type])
        one_for_all = value is None or isinstance(value, str | bool | int | float | datetime)
        arrays.append(pa.repeat(pa.scalar(value, field.type), n) if one_for_all else pa.array(value, field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


class _Walk:
    """The steps of the walk by name, run on DuckDB; every table is a file."""

    def __init__(self, engine: DuckEngine, folder: Path) -> None:
        self._engine, self._folder = engine, folder
        made: list[Step] = [*counting.steps(BRANDS[0], RIVALS, level=LEVEL, min_posts=MIN_POSTS), coverage.step()]
        made.append(figures.step(level=LEVEL, min_posts=MIN_POSTS, rivals=len(RIVALS), snapshot_id="bench"))
        self._steps = {step.name: step for step in made}

    def put(self, tables: Mapping[str, pa.Table]) -> None:
        """Lay tables down."""
        for name, table in tables.items():
            pq.write_table(table.cast(arrow_schema(name)), self._path(name))

    def make(self, names: Iterable[str]) -> None:
        """Run steps in this order."""
        for step in (self._steps[name] for name in names):
            if isinstance(step, Query):
                self._engine.query(step, self._parts(step), self._path(step.writes))
            elif isinstance(step, Whole):
                self._engine.whole(step, self._parts(step), {name: self._path(name) for name in step.writes})

    def table(self, name: str) -> pa.Table:
        """Give a table that was laid down or made."""
        return pq.read_table(self._path(name))

    def _parts(self, step: Query | Whole) -> dict[str, list[Path]]:
        return {name: [path] if (path := self._path(name)).exists() else [] for name in step.reads}

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.parquet"


@contextmanager
def _walking() -> Iterator[_Walk]:
    with tempfile.TemporaryDirectory(prefix="leumund-proven-") as scratch:
        engine = DuckEngine(scratch=Path(scratch, "scratch"))
        try:
            yield _Walk(engine, Path(scratch))
        finally:
            engine.close()


@dataclass(frozen=True)
class Labelled:
    """A market after its weeks: opinions, and the labels and draws that the ledger holds."""

    market: Market
    opinions: pa.Table
    labels: pa.Table
    drawn: pa.Table


def labelled(market: Market, weeks: int, labels_a_week: int) -> Labelled:
    """Draw, judge and weigh week after week: each Monday what came in until then, one clerk, who is always right."""
    labels: list[dict[str, Any]] = []
    drawn: list[dict[str, Any]] = []
    with _walking() as walk:
        walk.put(market.tables)
        walk.make(["opinions"])
        opinions, posts = walk.table("opinions"), market.tables["posts"].select(["collected_at"])
        for week in range(weeks):
            now = _monday_after(week) + timedelta(hours=2)
            decided = {"labels": _rows("labels", labels), "drawn": _rows("drawn", drawn)}
            walk.put(decided)
            walk.make(["verdicts", "judged"])
            known = {
                "opinions": opinions.filter(pc.field("day") < now.date()),
                "judged": walk.table("judged"),
                "posts": posts.filter(pc.field("collected_at") <= now),
            }
            handout = hand_out({**known, **decided}, own=BRANDS[0], n=labels_a_week, labeller="clerk", guideline="",
                               double_share=DOUBLE_SHARE, snapshot_id=str(week), now=now)  # fmt: skip
            for row in map(asdict, handout.drawn):
                drawn.append(row)
                labels.append({**row, "aspect": "", "field": "polarity", "value": market.verdict[row["post_id"]],
                               "labelled_at": now + timedelta(hours=4), "blind": True})  # fmt: skip
    return Labelled(market, opinions, _rows("labels", labels), _rows("drawn", drawn))


def _rows(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Give the rows with the table's own columns."""
    return pa.Table.from_pylist(rows, schema=arrow_schema(table))


MADE = ("cells", "days", "coverage", "verdicts", "judged", "judged_aspects", "figures")


def report(found: Labelled, weeks: int) -> tuple[pa.Table, pa.Table]:
    """Give the tables estimates and judged as they are after so many weeks, the labels of the last one included."""
    until = _monday_after(weeks - 1)
    posts, taken = found.market.tables["posts"], until + timedelta(days=1)
    with _walking() as walk:
        walk.put(
            {
                "posts": posts.filter(pc.field("collected_at") <= until),
                "opinions": found.opinions.filter(pc.field("day") < until.date()),
                "labels": found.labels.filter(pc.field("labelled_at") <= taken),
                "drawn": found.drawn.filter(pc.field("drawn_at") <= taken),
            }
        )
        walk.make(MADE)
        return walk.table("estimates"), walk.table("judged")
