"""The market as tables of the program, for sizes at which pages would be too many; memory is bounded by a chunk."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leumund.errors import storage_errors
from leumund.posts.identity import AuthorKeys, post_id_of, thread_id_of
from leumund.tables import arrow_schema
from leumund.world.market import iter_posts
from leumund.world.mood import END

__all__ = ["write_posts_parquet"]

READER = "world 1 SIMULIERT"
_KEYS = AuthorKeys(b"simulated market, nobody to protect")


@lru_cache(maxsize=500_000)
def _author_key(venue: str, name: str) -> str:
    return _KEYS.key(venue, name)


def write_posts_parquet(seed: int, n_posts: int, folder: Path, rows_per_file: int = 50_000) -> int:
    """Write the tables posts, quotes, authors and threads below `folder/<table>/` and give the number of posts.

    The rows are those of `simulate(seed=seed, n_posts=n_posts)` in the declared schemas. Raises StorageError.
    """
    root = Path(folder)
    known: set[tuple[str, str]] = set()
    written = 0
    with storage_errors(root):
        for number, (chunk, _) in enumerate(iter_posts(seed, n_posts, rows_per_file)):
            posts = _posts(chunk)
            writers = set(zip(chunk["venue"].to_pylist(), chunk["author"].to_pylist(), strict=True)) - known
            known |= writers
            _write(root, "posts", number, posts)
            _write(root, "quotes", number, _quotes(chunk, posts))
            _write(root, "threads", number, _threads(chunk, posts))
            _write(root, "authors", number, _authors(sorted(writers)))
            written += len(posts)
    return written


def _write(root: Path, name: str, number: int, table: pa.Table) -> None:
    place = root / name
    place.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, place / f"SIMULIERT-{number:05d}.parquet", compression="zstd")


def _posts(chunk: pa.Table) -> pa.Table:
    venues, numbers = chunk["venue"].to_pylist(), chunk["number"].to_pylist()
    threads = zip(venues, chunk["thread_number"].to_pylist(), chunk["thread_title"].to_pylist(), strict=True)
    quoted = chunk["quoted_number"].to_pylist()
    n = len(chunk)
    columns: dict[str, Any] = {
        "post_id": [post_id_of(v, m) for v, m in zip(venues, numbers, strict=True)],
        "source": ["simulated"] * n,
        "thread_id": [thread_id_of(*thread) for thread in threads],
        "author_key": [_author_key(v, a) for v, a in zip(venues, chunk["author"].to_pylist(), strict=True)],
        "posted_precision": ["second"] * n,
        "zone_assumed": [""] * n,
        "time_text": _iso(chunk["posted_at"]),
        "reply_to": [post_id_of(v, q) if q else "" for v, q in zip(venues, quoted, strict=True)],
        "collected_at": [END] * n,
        "page_sha256": [hashlib.sha256(READER.encode()).hexdigest()] * n,
        "reader": [READER] * n,
        "reservation": ["none"] * n,
    }
    return _as_declared("posts", columns, chunk)


def _as_declared(name: str, columns: dict[str, Any], chunk: pa.Table) -> pa.Table:
    """Give the table in its declared schema; what `columns` does not hold comes from the chunk."""
    schema = arrow_schema(name)
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else chunk[field.name] for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _iso(moments: pa.ChunkedArray) -> list[str]:
    seconds = moments.to_numpy().astype("datetime64[s]")
    return [f"{text}Z" for text in np.datetime_as_string(seconds).tolist()]


def _quotes(chunk: pa.Table, posts: pa.Table) -> pa.Table:
    at = np.flatnonzero(chunk["quoted_number"].to_numpy() != "")
    chunk, posts = chunk.take(pa.array(at)), posts.take(pa.array(at))
    authors = zip(chunk["venue"].to_pylist(), chunk["quoted_author"].to_pylist(), strict=True)
    columns = {
        "post_id": posts["post_id"].to_pylist(),
        "number": [1] * len(at),
        "quoted_author_key": [_author_key(v, a) for v, a in authors],
        "quoted_post_id": posts["reply_to"].to_pylist(),
        "text": chunk["quoted_text"].to_pylist(),
    }
    return _as_declared("quotes", columns, chunk)


def _threads(chunk: pa.Table, posts: pa.Table) -> pa.Table:
    at = pa.array(np.flatnonzero(chunk["position"].to_numpy() == 1))
    chunk, posts = chunk.take(at), posts.take(at)
    columns = {
        "thread_id": posts["thread_id"].to_pylist(),
        "title": chunk["thread_title"].to_pylist(),
    }
    return _as_declared("threads", columns, chunk)


def _authors(writers: list[tuple[str, str]]) -> pa.Table:
    columns = {
        "author_key": [_author_key(venue, name) for venue, name in writers],
        "venue": [venue for venue, _ in writers],
        "name": [name for _, name in writers],
    }
    return _as_declared("authors", columns, pa.table({}))
