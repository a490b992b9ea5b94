"""Copies with one or two words changed, planted in a simulated market: how many are found, and what else is called one.

    python -m bench families [--quick]

What the planted copies are made of is known from the world's truth. Precision is over posts of customers: companies
answer from templates, which are copies too, though nobody planted them; they are counted apart and never as opinions.

Where LEUMUND_SHARED is, copies are planted among real posts too, with words of these posts. How many of the other
groups are copies nobody has written down there, so it is recall alone.
"""

from __future__ import annotations

import csv
import json
import os
import random
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench.figure import Figure
from leumund import world
from leumund.engines import start_engine
from leumund.engines.engine import read_parts
from leumund.engines.runner import Runner
from leumund.engines.snapshots import Snapshot, Store
from leumund.folding import words
from leumund.posts import families
from leumund.posts.identity import post_id_of
from leumund.tables import arrow_schema

N_POSTS, QUICK_POSTS, SEEDS = 20_000, 5_000, (1, 2, 3)
RECALL, PRECISION = 0.95, 0.98
N_REAL_COPIES, WORDS_OF_A_COPY = 800, 16  # a copy needs 13 words in common
SHARED = Path(os.environ.get("LEUMUND_SHARED", Path(__file__).parents[2] / "shared")) / "data"


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


def real_posts() -> list[str]:
    """Give the texts of three public sets, each once; [] where they are not here."""
    texts: list[str] = []
    for name in sorted((SHARED / "germeval2017").glob("*.jsonl")):
        texts += [json.loads(line)["text"] for line in name.read_text("utf-8").splitlines()]
    for name, column in (("flausch", "comment"), ("complaints_en", "text")):
        if (SHARED / name).is_dir():
            with (SHARED / name / "train.csv").open(encoding="utf-8", newline="") as file:
                texts += [row[column] for row in csv.DictReader(file)]
    return list(dict.fromkeys(text for text in texts if text.strip()))


def planted_in(texts: list[str], *, seed: int = 1) -> tuple[list[str], list[int]]:
    """Give copies with one or two words changed, dropped or put in, and the places of what they are copies of."""
    dice = random.Random(seed)
    others = [word for text in texts for word in text.split() if len(words(word)) == 1]
    places = [place for place, text in enumerate(texts) if len(words(text)) >= WORDS_OF_A_COPY]
    places = dice.sample(places, min(N_REAL_COPIES, len(places)))
    copies = []
    for place in places:
        said = texts[place].split()
        for _ in range(dice.choice((1, 2))):
            at = dice.choice([at for at, word in enumerate(said) if len(words(word)) == 1])  # no link of many words
            how = dice.random()
            said[at : at + (how < 0.8)] = [dice.choice(others)] if how < 0.6 or how >= 0.8 else []
        copies.append(" ".join(said))
    return copies, places


def stored(texts: list[str], folder: Path) -> None:
    """Write texts as posts, one a minute; post_id is the place."""
    empty: dict[Any, Any] = {pa.string(): "", pa.int64(): 0}
    when = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=place) for place in range(len(texts))]
    held: dict[str, Any] = {"post_id": [f"{place:08}" for place in range(len(texts))], "text": texts, "posted_at": when}
    schema = arrow_schema("posts")
    columns = [
        pa.array(held.get(field.name, when if field.name == "collected_at" else [empty.get(field.type)] * len(texts)))
        for field in schema
    ]
    rows = pa.Table.from_arrays([c.cast(f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)
    Store(folder).write("posts", "real.parquet", rows)


def measure_real() -> tuple[int, int]:
    """Give copies planted in real posts, and of them found."""
    texts = real_posts()
    copies, places = planted_in(texts)
    with tempfile.TemporaryDirectory(prefix="leumund-families-") as scratch:
        rows = found(Path(scratch), lambda folder: stored([*texts, *copies], folder)).to_pylist()
    family = {int(row["post_id"]): row["family_id"] for row in rows}
    pairs = zip(range(len(texts), len(texts) + len(copies)), places, strict=True)
    return len(copies), sum(copy in family and family[copy] == family.get(place) for copy, place in pairs)


def found(folder: Path, write_posts: Callable[[Path], object]) -> pa.Table:
    """Walk the steps of families over the stored posts and give the table families."""
    write_posts(folder)
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
        rows = found(
            Path(scratch), lambda folder: world.write_posts_parquet(seed, n_posts, folder / "data")
        ).to_pylist()
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
    figures = [
        Figure(f"{name}: recall", recalled / copies, floor=RECALL, at_most=False),
        Figure(f"{name}: precision", right / called, floor=PRECISION, at_most=False),
    ]
    if SHARED.is_dir():
        copies, recalled = measure_real()
        figures.append(
            Figure(
                f"families, {copies:,} copies among real posts: recall", recalled / copies, floor=RECALL, at_most=False
            )
        )
    return figures
