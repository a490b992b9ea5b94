"""kill -9 at random moments of a run and of an import, each followed by the same command again, a reader looking on.

    python -m bench kill [--quick]

The tables at the end have to be those of an undisturbed run, and the reader must never have met half a table: not a
missing part, not posts without their languages and readings, not figures of another snapshot.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figure import Figure
from bench.intake import write_csv
from bench.walk import project_with_posts
from leumund import world
from leumund.engines.snapshots import Snapshot, Store
from leumund.errors import LeumundError
from leumund.loop import init_project
from leumund.settings import BrandSetting
from leumund.tables import TABLES

RUN = "import sys; from leumund.loop import open_project; open_project(sys.argv[1]).run()"
IMPORT = "import sys; from leumund.loop import open_project; open_project(sys.argv[1]).import_pages([sys.argv[2]])"
LOOK_ON = "import sys; from bench.kill import look_on; look_on(sys.argv[1])"
PER_POST = ("languages", "post_readings")
MOMENTS = ("collected_at", "taken_at", "noted_at")  # when it was brought in, which is another moment each time


@dataclass(frozen=True)
class Killed:
    """What came of it."""

    kills: int
    different: int
    looks: int
    halves: list[str]


def rows_of(store: Store) -> dict[str, list[Any]]:
    """Give every table as sorted rows, without the moments at which somebody brought it in."""
    snapshot = store.current()
    found = {}
    for name in snapshot.tables:
        table = store.read(snapshot, name).drop_columns([m for m in MOMENTS if m in TABLES[name].schema.names])
        found[name] = sorted(zip(*(column.to_pylist() for column in table.columns), strict=True), key=repr)
    return found


def rows_or_none(store: Store) -> dict[str, list[Any]] | None:
    """Give what rows_of gives, None for a project that cannot be read."""
    try:
        return rows_of(store)
    except LeumundError as error:
        print(error, flush=True)
        return None


def wrong_with(store: Store, snapshot: Snapshot) -> str:
    """Say what is half about a snapshot, '' when nothing is."""
    read = {name: store.read(snapshot, name) for name in snapshot.tables}
    n_posts = len(read["posts"]) if "posts" in read else 0
    for name in PER_POST:
        if name in read and len(read[name]) != n_posts:
            return f"{n_posts} posts and {len(read[name])} {name}"
    if "estimates" in read and set(read["estimates"]["snapshot_id"].to_pylist()) - {snapshot.snapshot_id}:
        return "figures of another snapshot"
    if n_posts and set(read["posts"]["thread_id"].to_pylist()) - set(read["threads"]["thread_id"].to_pylist()):
        return "posts without their thread"
    return ""


def look_on(folder: str) -> None:
    """Read all tables again and again until standard input ends; then print how often, and what was wrong."""
    os.set_blocking(0, False)
    store, looks, halves = Store(Path(folder)), 0, []
    while sys.stdin.buffer.read(1) != b"":
        try:
            wrong = wrong_with(store, store.current())
        except LeumundError as error:
            wrong = str(error)
        looks += 1
        halves += [wrong] if wrong else []
        time.sleep(0.02)
    print(json.dumps({"looks": looks, "halves": halves}))


@contextmanager
def reader_beside(folder: Path, seen: dict[str, Any]) -> Iterator[None]:
    """Let a process of its own look on; what it saw is added to `seen`."""
    command = [sys.executable, "-c", LOOK_ON, str(folder)]
    reader = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield
    finally:
        output, _ = reader.communicate()
        found = json.loads(output)
        seen["looks"] += found["looks"]
        seen["halves"] += found["halves"]


def kill_after(command: list[str], seconds: float, environment: dict[str, str]) -> bool:
    """Start a command and kill it after some time; tell whether it was still at work."""
    process = subprocess.Popen(command, env=environment)
    try:
        process.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True


def try_kills(base: Path, code: str, arguments: list[str], *, kills: int, seed: int, scratch: Path) -> Killed:
    """Kill a command at `kills` random moments, each in a fresh copy of the project, and finish it there."""
    environment = {**os.environ, "LEUMUND_KEY_FILE": str(scratch / "key")}
    undisturbed = scratch / "undisturbed"
    shutil.copytree(base, undisturbed)
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, str(undisturbed), *arguments], env=environment, check=True)
    takes, wanted = time.perf_counter() - begun, rows_of(Store(undisturbed))
    chance, seen, done, different = random.Random(seed), {"looks": 0, "halves": []}, 0, 0
    while done < kills:
        folder = scratch / "disturbed"
        shutil.copytree(base, folder)
        command = [sys.executable, "-c", code, str(folder), *arguments]
        with reader_beside(folder, seen):
            done += kill_after(command, chance.uniform(0.05, 1.0) * takes, environment)
            finished = subprocess.run(command, env=environment, check=False).returncode == 0
        different += not finished or rows_or_none(Store(folder)) != wanted
        shutil.rmtree(folder)
    return Killed(done, different, seen["looks"], seen["halves"])


def killed_runs(n_posts: int, *, kills: int, seed: int = 1) -> Killed:
    """Kill runs of the walk."""
    with tempfile.TemporaryDirectory(prefix="leumund-kill-") as name:
        base = Path(name) / "base"
        project_with_posts(base, n_posts, kind="duckdb")
        return try_kills(base, RUN, [], kills=kills, seed=seed, scratch=Path(name))


def killed_imports(n_posts: int, *, kills: int, seed: int = 2) -> Killed:
    """Kill imports of a CSV that is stored in ten parts."""
    with tempfile.TemporaryDirectory(prefix="leumund-kill-") as name:
        base, page = Path(name) / "base", Path(name) / "posts.csv"
        brands = [BrandSetting(brand.name, brand.aliases) for brand in world.BRANDS]
        init_project(base, brands, {("posts", "rows_per_part"): n_posts // 10})
        write_csv(page, n_posts)
        return try_kills(base, IMPORT, [str(page)], kills=kills, seed=seed, scratch=Path(name))


def run(quick: bool = False) -> list[Figure]:
    """Kill, and count what differs."""
    n_posts, kills = (2_000, 4) if quick else (20_000, 20)
    figures = []
    for what, killed in (
        ("run", killed_runs(n_posts, kills=kills)),
        ("import", killed_imports(n_posts, kills=kills // 2)),
    ):
        print(f"{what}: {killed.kills} kills, {killed.looks} looks; {'; '.join(killed.halves[:3])}", flush=True)
        figures += figures_of(f"kill -9, {what} of {n_posts:,} posts", killed, looks=kills)
    return figures


def figures_of(name: str, killed: Killed, *, looks: int) -> list[Figure]:
    """Give what came of it beside the floors; `looks`: how many a reader must at least have taken."""
    return [
        Figure(f"{name}: kills", killed.kills, "kills"),
        Figure(f"{name}: ended otherwise than undisturbed", killed.different, "of them", floor=0),
        Figure(f"{name}: looks of a reader", killed.looks, "looks", floor=looks, at_most=False),
        Figure(f"{name}: half a table met", len(killed.halves), "times", floor=0),
    ]
