"""Copies with one or two words changed, planted in a simulated market: how many are found, and what else is called one.

    python -m bench families [--quick]

What the planted copies are made of is known from the world's truth. Precision is over posts of customers: companies
answer from templates, which are copies too, though nobody planted them; they are counted apart and never as opinions.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from bench.figure import Figure
from leumund import world
from leumund.engines import start_engine
from leumund.engines.engine import read_parts
from leumund.engines.runner import Runner
from leumund.engines.snapshots import Snapshot, Store
from leumund.posts import families
from leumund.posts.identity import post_id_of

N_POSTS, QUICK_POSTS, SEEDS = 20_000, 5_000, (1, 2, 3)
RECALL, PRECISION = 0.95, 0.98


class Groups:
    """Which posts hang together (union-find, Tarjan 1975)."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._above: dict[str, str] = {}
        for left, right in pairs:
            self._above[self.of(left)] = self.of(right)

    def of(self, post: str) -> str:
        """Give the post that stands for the group."""
        while (above := self._above.setdefault(post, post)) != post:
            self._above[post] = self._above[above]
            post = above
        return post


def planted(market: world.Market) -> list[tuple[str, str]]:
    """Give copy and original of each planted copy."""
    rows = market.posts.select(["venue", "number", "copy_of"]).to_pylist()
    copies = [row for row in rows if row["copy_of"]]
    return [(post_id_of(row["venue"], row["number"]), post_id_of(*row["copy_of"].split(" "))) for row in copies]


def found(folder: Path, seed: int, n_posts: int) -> pa.Table:
    """Walk the steps of families over the market's stored posts and give the table families."""
    world.write_posts_parquet(seed, n_posts, folder / "data")
    store = Store(folder)
    names = sorted(path.name for path in (folder / "data" / "posts").iterdir())
    snapshot = Snapshot({"posts": tuple(store.part("posts", name) for name in names)})
    runner = Runner(store, lambda: start_engine("duckdb", scratch=folder / "scratch"), snapshot)
    runner.walk(families.STEPS)
    runner.close()
    return read_parts("families", store.paths(runner.snapshot, "families"))


def measure(seed: int, n_posts: int) -> tuple[int, int, int, int, int]:
    """Give copies planted, of them found; posts of customers called copies, of them planted; companies' copies."""
    market = world.simulate(seed=seed, n_posts=n_posts)
    pairs = planted(market)
    truth = Groups(pairs)
    with tempfile.TemporaryDirectory(prefix="leumund-families-") as scratch:
        rows = found(Path(scratch), seed, n_posts).to_pylist()
    family = {row["post_id"]: row["family_id"] for row in rows}
    recalled = sum(family.get(copy) is not None and family.get(copy) == family.get(model) for copy, model in pairs)
    posts = market.posts.select(["venue", "number", "voice"]).to_pylist()
    company = {post_id_of(row["venue"], row["number"]) for row in posts if row["voice"] == "company"}
    called = [row for row in rows if row["is_copy"]]
    customers = [row for row in called if row["post_id"] not in company]
    right = sum(truth.of(row["post_id"]) == truth.of(row["family_id"]) for row in customers)
    return len(pairs), recalled, len(customers), right, len(called) - len(customers)


def run(quick: bool = False) -> list[Figure]:
    """Measure markets of several seeds together."""
    n_posts, seeds = (QUICK_POSTS, SEEDS[:1]) if quick else (N_POSTS, SEEDS)
    measured = [measure(seed, n_posts) for seed in seeds]
    for seed, (copies, recalled, called, right, templates) in zip(seeds, measured, strict=True):
        print(f"seed {seed}: {recalled} of {copies} found; {right} of {called} right; {templates} copies by companies")
    copies, recalled, called, right, _ = (sum(column) for column in zip(*measured, strict=True))
    name = f"families, {n_posts:,} posts x {len(seeds)}"
    return [
        Figure(f"{name}: recall", recalled / copies, floor=RECALL, at_most=False),
        Figure(f"{name}: precision", right / called, floor=PRECISION, at_most=False),
    ]
