"""Tables in: a CSV of posts through `leumund import`, and the same file again; beside how fast plain csv reads it.

    python -m bench intake [--quick]

The command runs on one core. Posts a second are of its CPU time, start-up included, since others may use the machine;
the clock's time is printed beside it.
"""

from __future__ import annotations

import csv
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa

from bench.figure import Figure
from bench.tree import Watched, watched
from leumund import world
from leumund.loop import init_project
from leumund.settings import BrandSetting

N_POSTS, QUICK_POSTS = 100_000, 30_000
POSTS_A_SECOND, PEAK_MB, AGAIN_SECONDS, FILES = 5_000, 400, 2.0, 10
COLUMNS = {
    "forum": "venue",
    "board": "board",
    "thread_id": "thread_number",
    "thread_title": "thread_title",
    "post_id": "number",
    "author": "author",
    "posted_at": "posted_at",
    "url": "url",
    "text": "text",
}
ONE_CORE = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); from leumund.cli import main; main()"


def write_csv(path: Path, n_posts: int, *, seed: int = 1) -> None:
    """Write the posts of a simulated market as somebody would export them."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for posts, _ in world.iter_posts(seed, n_posts):
            shown = posts.set_column(
                posts.schema.get_field_index("posted_at"), "posted_at", posts["posted_at"].cast(pa.string())
            )
            writer.writerows(zip(*(shown[name].to_pylist() for name in COLUMNS.values()), strict=True))


def bare_seconds(path: Path) -> float:
    """Give how long Python's own csv takes to read every row."""
    begun = time.process_time()
    with path.open(encoding="utf-8", newline="") as stream:
        for _ in csv.reader(stream):
            pass
    return time.process_time() - begun


def bring_in(page: Path, folder: Path, key_file: Path) -> Watched:
    """Run the command."""
    environment = {**os.environ, "LEUMUND_KEY_FILE": str(key_file)}
    return watched([sys.executable, "-c", ONE_CORE, "import", page, "--project", folder], environment=environment)


def run(quick: bool = False) -> list[Figure]:
    """Measure the first time and the second."""
    n_posts = QUICK_POSTS if quick else N_POSTS
    with tempfile.TemporaryDirectory(prefix="leumund-intake-") as scratch:
        page, folder = Path(scratch) / "posts.csv", Path(scratch) / "project"
        write_csv(page, n_posts)
        project = init_project(folder, [BrandSetting(brand.name, brand.aliases) for brand in world.BRANDS])
        first = bring_in(page, folder, Path(scratch) / "key")
        before = project.store.current()
        stored = before.rows("posts")
        files = sum(1 for path in (folder / "data").rglob("*") if path.is_file())
        again = bring_in(page, folder, Path(scratch) / "key")
        unchanged = project.store.current().snapshot_id == before.snapshot_id
        bare = bare_seconds(page)
    print(f"{re.sub(chr(10), '; ', first.output.strip())}")
    print(f"clock: {n_posts / first.seconds:,.0f} posts/s, the same again {again.seconds:.2f} s")
    print(f"csv alone: {n_posts / bare:,.0f} posts/s")
    name = f"intake, CSV of {n_posts:,} posts"
    return [
        Figure(f"{name}: stored", stored, "posts", floor=n_posts, at_most=False),
        Figure(f"{name}: on one core", n_posts / first.cpu_seconds, "posts/s", floor=POSTS_A_SECOND, at_most=False),
        Figure(f"{name}: peak", first.peak_bytes / 1e6, "MB", floor=PEAK_MB),
        Figure(f"{name}: files of tables", files, "files", floor=FILES),
        Figure(f"{name}: the same again", again.cpu_seconds, "s", floor=AGAIN_SECONDS),
        Figure(f"{name}: the same again changes nothing", float(unchanged), "", floor=1.0, at_most=False),
    ]
