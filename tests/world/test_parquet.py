"""The market as the program's tables."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from leumund.posts.identity import post_id_of
from leumund.tables import arrow_schema
from leumund.world import Market, write_posts_parquet


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tables")
    assert write_posts_parquet(5, 1_500, place, rows_per_file=600) == 1_500
    return place


def table(folder: Path, name: str) -> pa.Table:
    return ds.dataset(folder / name).to_table()


@pytest.mark.parametrize("name", ["posts", "quotes", "threads", "authors"])
def test_the_tables_have_the_declared_schema_and_unique_keys(folder: Path, name: str) -> None:
    rows = table(folder, name)
    assert rows.schema.equals(arrow_schema(name))
    key = rows.column(0).to_pylist()
    assert len(key) == len(set(key)) > 0


def test_the_posts_are_those_of_the_market_in_memory(folder: Path, small: Market) -> None:
    posts = table(folder, "posts")
    assert posts["text"].to_pylist() == small.posts["text"].to_pylist()
    assert posts["posted_at"].to_pylist() == small.posts["posted_at"].to_pylist()
    pairs = zip(small.posts["venue"].to_pylist(), small.posts["number"].to_pylist(), strict=True)
    assert posts["post_id"].to_pylist() == [post_id_of(*pair) for pair in pairs]
    assert len(list((folder / "posts").iterdir())) == 3


def test_every_reference_leads_to_a_row(folder: Path) -> None:
    posts, quotes = table(folder, "posts"), table(folder, "quotes")
    ids = set(posts["post_id"].to_pylist())
    assert set(quotes["quoted_post_id"].to_pylist()) <= ids
    assert set(posts["reply_to"].to_pylist()) <= ids | {""}
    assert set(posts["thread_id"].to_pylist()) == set(table(folder, "threads")["thread_id"].to_pylist())
    assert set(posts["author_key"].to_pylist()) == set(table(folder, "authors")["author_key"].to_pylist())


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_posts_parquet(5, 1_500, tmp_path, rows_per_file=600)
    for path in folder.rglob("*.parquet"):
        assert path.read_bytes() == (tmp_path / path.relative_to(folder)).read_bytes()
