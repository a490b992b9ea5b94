"""The walk from stored posts to the picture, at several sizes: time per post, memory, and where the time goes.

    python -m bench walk [--quick]          all sizes, both engines of one machine
    python -m bench.walk POSTS KIND …       one size and engine, e.g. 1000000 processes

Posts are simulated. Time per post is CPU time of all processes, since others may use the machine; the clock's time
stands beside it. The bare scan is DuckDB reading every column of the same files.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from bench.figure import Figure
from bench.tree import Watched, watched
from leumund import world
from leumund.loop import Project, init_project, open_project
from leumund.settings import BrandSetting

SIZES, QUICK_SIZES = (10_000, 100_000, 1_000_000), (2_000, 10_000)
KINDS = ("duckdb", "processes")
GIB = 2**30
WALK = "import sys; from bench.walk import walk; walk(sys.argv[1])"
SLOWER_FLOOR, PEAK_FLOOR_GIB, PEAK_GOAL_GIB = 1.3, 3.0, 2.0


@dataclass(frozen=True)
class Measured:
    """One walk."""

    kind: str
    n_posts: int
    watched: Watched
    scan_seconds: float
    step_seconds: dict[str, float]

    def __str__(self) -> str:
        total, micro = sum(self.step_seconds.values()), 1e6 / self.n_posts
        slowest = sorted(self.step_seconds.items(), key=lambda item: -item[1])[:3]
        shares = ", ".join(f"{name} {seconds / total:.0%}" for name, seconds in slowest)
        return (
            f"{self.kind:<10}{self.n_posts:>9,} posts  {self.watched.seconds:8.1f} s  "
            f"{self.watched.cpu_seconds * micro:6.0f} µs CPU and {self.watched.seconds * micro:6.0f} µs clock a post  "
            f"peak {self.watched.peak_bytes / GIB:.2f} GiB  bare scan {self.scan_seconds:.2f} s  slowest: {shares}"
        )


def project_with_posts(folder: Path, n_posts: int, *, seed: int = 1, **engine: Any) -> Project:
    """Make a project whose stored posts are a simulated market's."""
    brands = [BrandSetting(brand.name, brand.aliases, own=place == 0) for place, brand in enumerate(world.BRANDS)]
    changed = {("engine", name): value for name, value in engine.items()} | {("project", "simulated"): True}
    project = init_project(folder, brands, changed)
    world.write_posts_parquet(seed, n_posts, folder / "data")
    store = project.store
    tables = [path.name for path in (folder / "data").iterdir()]
    found = {name: sorted(path.name for path in (folder / "data" / name).glob("*.parquet")) for name in tables}
    parts = {name: [store.part(name, part) for part in listed] for name, listed in found.items()}
    store.commit(store.current().with_parts(parts))
    return project


def scan_seconds(folder: Path) -> float:
    """Give how long DuckDB takes to read every column of the posts' files, with two threads."""
    files = str(folder / "data" / "posts" / "*.parquet").replace("'", "''")
    with duckdb.connect(config={"threads": 2}) as connection:
        begun = time.perf_counter()
        connection.execute(f"SELECT max(COLUMNS(*)) FROM read_parquet('{files}')").fetchall()
        return time.perf_counter() - begun


def measure(n_posts: int, kind: str) -> Measured:
    """Walk in a process of its own over posts written beforehand."""
    with tempfile.TemporaryDirectory(prefix="leumund-walk-") as scratch:
        folder = Path(scratch) / "project"
        project_with_posts(folder, n_posts, kind=kind)
        scan = scan_seconds(folder)
        # -c, since worker processes would load this module again
        took = watched([sys.executable, "-c", WALK, folder])
        measured = Measured(kind, n_posts, took, scan, json.loads(took.output.splitlines()[-1]))
        print(measured, flush=True)
        return measured


def walk(folder: str) -> None:
    """What the process of its own does: run, put the picture together, print the steps' seconds."""
    project = open_project(folder)
    walked = project.run()
    begun = time.perf_counter()
    project.picture().to_json()
    print(json.dumps(walked.step_seconds | {"picture": time.perf_counter() - begun}))


def figures_of(measured: list[Measured]) -> list[Figure]:
    """Compare the sizes of each engine."""
    figures = []
    for kind in dict.fromkeys(one.kind for one in measured):
        sizes = sorted((one for one in measured if one.kind == kind), key=lambda one: one.n_posts)
        for one in sizes:
            name = f"walk, {kind}, {one.n_posts:,} posts"
            figures.append(Figure(f"{name}: CPU a post", one.watched.cpu_seconds / one.n_posts * 1e6, "µs"))
            figures.append(
                Figure(f"{name}: peak", one.watched.peak_bytes / GIB, "GiB", floor=PEAK_FLOOR_GIB, goal=PEAK_GOAL_GIB)
            )
        if len(sizes) > 1:
            few, many = sizes[-2:]
            slower = many.watched.cpu_seconds / many.n_posts / (few.watched.cpu_seconds / few.n_posts)
            name = f"walk, {kind}: CPU a post at {many.n_posts:,} over that at {few.n_posts:,}"
            figures.append(Figure(name, slower, "x", floor=SLOWER_FLOOR))
    return figures


def run(quick: bool = False) -> list[Figure]:
    """Measure every size on every engine of one machine."""
    return figures_of([measure(n_posts, kind) for kind in KINDS for n_posts in (QUICK_SIZES if quick else SIZES)])


def main(arguments: list[str]) -> None:
    """Measure pairs of size and engine."""
    pairs = zip(arguments[::2], arguments[1::2], strict=True)
    for figure in figures_of([measure(int(n_posts), kind) for n_posts, kind in pairs]):
        print(figure)


if __name__ == "__main__":
    main(sys.argv[1:])
