"""All figures of 52 weeks, six brands and twelve aspects from a million opinions, beside DuckDB's bare group-by.

    python -m bench cells [--quick]         a million opinions, or 500,000

Both take the same Parquet file, in one process, in turns. The bare query counts posts, authors and threads and sums y
by brand, aspect and week, by the numbers of authors and threads, which is quicker than by their keys. Beside it stands
one that only counts posts. The walk's own steps make all that follows: net indices of weeks, months, quarters and the
whole time by posts, authors and threads, their clustered errors, the make-up, the reader's error carried to each cell,
what gaps in collection leave, intervals, n and support, and the table estimates as a file. Labels and coverage are
there beforehand, as they do not come from the opinions.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.figure import Figure
from bench.tree import watched
from leumund.engines.duckdb import DuckEngine
from leumund.picture import cells, figures
from leumund.picture.voices import WAYS
from leumund.step import Step, Whole
from leumund.tables import arrow_schema

ROWS, QUICK_ROWS = 1_000_000, 500_000  # of fewer, what figures cost whatever is behind them would weigh most
ROUNDS = 5
GIB = 2**30
TIMES_FLOOR, TIMES_GOAL, PEAK_FLOOR_GIB = 8.0, 4.0, 1.5
START, WEEKS = date(2024, 1, 1), 52
BRANDS = ("Pirolnet", "Talvero", "Brisanta", "Kordula", "Nordlink", "Senta")
ASPECTS = (
    *("availability", "billing", "contract", "cancelling", "hotline", "installation", "moving", "outage"),
    *("price", "router", "speed", "technician"),
)
VENUES = tuple(f"forum{number}.example" for number in range(5))
LABELS = 500
TOLD_FLOOR = 1.0  # of 200,000 opinions on, each brand, aspect and week has enough to speak of
MEASURE = "import sys; from bench.cells import measure; measure(sys.argv[1])"
POSTS_ALONE = """
SELECT brand, aspect, date_trunc('week', day) AS week, count(*) AS n_posts, sum(y) AS y
FROM read_parquet('{file}') GROUP BY brand, aspect, week
"""
BARE = """
SELECT brand, aspect, date_trunc('week', day) AS week, count(*) AS n_posts,
    count(DISTINCT author_number) AS n_authors, count(DISTINCT thread_number) AS n_threads, sum(y) AS y
FROM read_parquet('{file}') GROUP BY brand, aspect, week
"""


def some_opinions(n: int, *, seed: int = 1) -> pa.Table:
    """Give n opinions on aspects: few authors and threads say much; a thread has a forum, a time, mostly one brand."""
    rng = np.random.default_rng(seed)
    n_authors, n_threads = n // 12, n // 15
    often = 1 / np.arange(1, n_authors + 1) ** 0.8
    author = rng.choice(n_authors, n, p=often / often.sum())
    long = rng.pareto(1.3, n_threads) + 1
    thread = rng.choice(n_threads, n, p=long / long.sum())
    begun = rng.integers(0, 7 * WEEKS, n_threads)
    day = np.minimum(begun[thread] + rng.exponential(5, n).astype(np.int64), 7 * WEEKS - 1)
    about = rng.choice(len(BRANDS), n_threads, p=(0.3, 0.25, 0.15, 0.12, 0.1, 0.08))[thread]
    brand = np.where(rng.random(n) < 0.7, about, rng.integers(0, len(BRANDS), n))
    mood = rng.normal(0, 2_000, n_threads)[thread] + rng.normal(0, 1_500, n_authors)[author]
    columns: dict[str, Any] = {
        "post_id": _ids(rng, n),
        "brand": np.array(BRANDS, dtype=object)[brand],
        "aspect": np.array(ASPECTS, dtype=object)[rng.choice(len(ASPECTS), n, p=_shares(len(ASPECTS)))],
        "venue": np.array(VENUES, dtype=object)[rng.integers(0, len(VENUES), n_threads)[thread]],
        "author": _ids(rng, n_authors)[author],
        "thread": _ids(rng, n_threads)[thread],
        "author_number": author,
        "thread_number": thread,
        "day": np.datetime64(START) + day,
        "y": np.clip(mood + rng.normal(-1_500, 3_000, n), -10_000, 10_000).astype(np.int64),
    }
    schema = arrow_schema("opinions")
    return pa.Table.from_arrays([pa.array(columns[field.name], field.type) for field in schema], schema=schema)


def _ids(rng: np.random.Generator, n: int) -> Any:
    return np.sort(np.array([rng.bytes(16).hex() for _ in range(n)], dtype=object))


def _shares(n: int) -> Any:
    weight = 1 / np.arange(1, n + 1) ** 0.5
    return weight / weight.sum()


def some_labels(opinions: pa.Table, *, seed: int = 2) -> dict[str, pa.Table]:
    """Give verdicts on some of the opinions as the tables judged (of the posts) and judged_aspects."""
    rng = np.random.default_rng(seed)
    rows = opinions.take(np.sort(rng.choice(len(opinions), LABELS, replace=False))).to_pylist()
    found: dict[str, pa.Table] = {}
    for name in ("judged", "judged_aspects"):
        schema = arrow_schema(name)
        said = [
            {
                **row,
                "machine_y": row["y"],
                "label_y": int(rng.choice((-10_000, 0, 10_000))),
                "relevant": 10_000,
                "n_labellers": 1,
                "guideline": "",
                "label_negative": 0,
                "label_positive": 0,
                "inclusion_probability": LABELS / len(opinions),
                "weight": len(opinions) / LABELS,
            }
            for row in rows
        ]
        found[name] = pa.Table.from_pylist([{f.name: row[f.name] for f in schema} for row in said], schema=schema)
    return found


def some_coverage() -> pa.Table:
    """Give the days of every forum; one of them was not collected for five days."""
    days = [START + timedelta(days=number) for number in range(7 * WEEKS)]
    rows = [
        {
            "source": venue,
            "day": day,
            "expected": 500.0,
            "seen": 500,
            "problem": "gap" if venue == VENUES[0] and 100 <= number < 105 else "",
        }
        for venue in VENUES
        for number, day in enumerate(days)
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema("coverage"))


def write_tables(folder: Path, n: int) -> None:
    """Write what is there beforehand, as the engine writes it."""
    opinions = some_opinions(n)
    tables = {"opinions": opinions, **some_labels(opinions), "coverage": some_coverage()}
    tables["guideline_bridges"] = arrow_schema("guideline_bridges").empty_table()
    for name, table in tables.items():
        with duckdb.connect() as connection:
            connection.register("rows", table)
            connection.execute(f"COPY rows TO '{folder / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")


def steps() -> list[Step]:
    """Give the walk's steps from opinions to estimates."""
    rivals = BRANDS[1:]
    return [
        cells.step(BRANDS[0], rivals, min_posts=5),
        figures.step(level=0.95, min_posts=5, rivals=len(rivals), snapshot_id="bench"),
    ]


def all_figures(engine: DuckEngine, folder: Path) -> None:
    """Run the steps as the walk does: every table from its file, and into one."""
    for step in steps():
        assert isinstance(step, Whole)
        inputs = {table: [folder / f"{table}.parquet"] for table in step.reads}
        outputs = {table: folder / f"{table}.parquet" for table in step.writes}
        engine.whole(step, inputs, outputs)


def _timed(run: Callable[[], Any]) -> tuple[float, float]:
    cpu, clock = time.process_time(), time.perf_counter()
    run()
    return time.process_time() - cpu, time.perf_counter() - clock


def measure(where: str) -> None:
    """What the process of its own does: both in turns; print seconds of CPU and of the clock, and how many figures."""
    folder = Path(where)
    queries = [query.format(file=folder / "opinions.parquet") for query in (POSTS_ALONE, BARE)]
    engine = DuckEngine(scratch=folder / "scratch")
    with duckdb.connect(config={"threads": 2}) as connection:
        turns = [
            *(partial(lambda query: connection.execute(query).to_arrow_table(), query) for query in queries),
            lambda: all_figures(engine, folder),
        ]
        rounds = [[_timed(run) for run in turns] for _ in range(ROUNDS + 1)][1:]  # the first one loads
    engine.close()
    print(json.dumps({"rounds": rounds, **_told(folder)}))


def _told(folder: Path) -> dict[str, int]:
    """How many figures there are, and how many of a week of an aspect in each way of counting have an interval."""
    made = pq.read_table(folder / "estimates.parquet")
    weekly = made.filter((pc.field("period") == "week") & (pc.field("aspect") != "") & pc.field("low").is_valid())
    ways = {way: weekly.filter(pc.field("counted") == way).num_rows for way in WAYS}
    return {"figures": made.num_rows, "weekly": min(ways.values())}


def run(quick: bool = False) -> list[Figure]:
    """Measure in a process of its own."""
    n = QUICK_ROWS if quick else ROWS
    with tempfile.TemporaryDirectory(prefix="leumund-cells-") as scratch:
        write_tables(Path(scratch), n)
        took = watched([sys.executable, "-c", MEASURE, scratch])
    said = json.loads(took.output.splitlines()[-1])
    name, rounds = f"cells, {n:,} opinions", np.array(said["rounds"])  # round; posts alone, bare, ours; CPU, clock
    (posts, bare, ours), clock = np.median(rounds[:, :, 0], axis=0), np.median(rounds[:, 2, 1] / rounds[:, 1, 1])
    over, over_posts = (float(np.median(rounds[:, 2, 0] / rounds[:, turn, 0])) for turn in (1, 0))
    wanted = len(BRANDS) * len(ASPECTS) * WEEKS
    return [
        Figure(f"{name}: bare group-by, CPU", float(bare), "s"),
        Figure(f"{name}: all figures, CPU", float(ours), "s"),
        Figure(f"{name}: CPU over the bare group-by's", over, "x", floor=TIMES_FLOOR, goal=TIMES_GOAL),
        Figure(f"{name}: the same by the clock", float(clock), "x"),
        Figure(f"{name}: over one that counts posts alone ({posts:.3f} s)", over_posts, "x"),
        Figure(f"{name}: figures", said["figures"]),
        Figure(f"{name}: weeks of aspects told", said["weekly"] / wanted, "", floor=TOLD_FLOOR, at_most=False),
        Figure(f"{name}: peak", took.peak_bytes / GIB, "GiB", floor=PEAK_FLOOR_GIB),
    ]


if __name__ == "__main__":
    for figure in run("--quick" in sys.argv):
        print(figure)
