"""Families: copies of a post, also with a word or two changed, are one voice.

posts -> signatures (Batch) -> neighbours (Query) -> twins (Batch) -> kin (Whole) -> families (Query)
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from rapidfuzz.distance import Levenshtein
from rensa import RMinHash
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from leumund.folding import words
from leumund.step import Batch, Query, Whole
from leumund.tables import arrow_schema

if TYPE_CHECKING:
    import ibis  # and in the queries: workers that run batches start without it

__all__ = ["STEPS"]

MIN_WORDS = 13  # in common and in order; "Danke, das hat mir sehr geholfen" is said by many who never met
BANDS, ROWS = 16, 4  # words alike .6 -> met with probability .89, .7 -> .99, .8 -> 1.00; .15 -> .008
MIN_BANDS, NEXT = 2, 3
WORDS_CHANGED = 2
MIN_SIMILARITY = 9_000
PAIR = ("left_id", "right_id", "left_text", "right_text")


def sign(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Give the MinHash bands of each post long enough to be recognised as a copy (Broder 1997)."""
    ids, digests = [], []
    for post_id, text in zip(batch["post_id"].to_pylist(), batch["text"].to_pylist(), strict=True):
        said = words(text)
        if len(said) >= MIN_WORDS:
            signature = RMinHash(num_perm=BANDS * ROWS, seed=1)
            signature.update(sorted(set(said)))
            ids.append(post_id)
            digests.append(signature.digest())
    matrix = np.array(digests, dtype=np.uint64).reshape(-1, BANDS, ROWS)
    hashes = _mix(matrix, np.arange(BANDS, dtype=np.uint64))
    following = np.roll(hashes, 1, axis=1)  # alike posts agree in other bands too, so they come to stand side by side
    columns = [
        pa.array(np.repeat(np.array(ids, dtype=object), BANDS), pa.string()),
        pa.array(np.tile(np.arange(BANDS, dtype=np.int64), len(ids))),
        pa.array(hashes.view(np.int64).ravel()),
        pa.array(following.view(np.int64).ravel()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=arrow_schema("signatures"))


def _mix(matrix: np.ndarray, band: np.ndarray) -> np.ndarray:
    """Fold the rows of each band, and its number, into one 64-bit hash (multiply and rotate, as in FNV and wyhash)."""
    mixed = np.broadcast_to(band * np.uint64(0x9E3779B97F4A7C15), matrix.shape[:2]).copy()
    for row in range(matrix.shape[2]):
        mixed = (mixed ^ matrix[:, :, row]) * np.uint64(0xFF51AFD7ED558CCD)
        mixed ^= mixed >> np.uint64(32)
    return mixed


def meet(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    """Pair each post with those next to it in two bands or more; linear in posts, however many share a band.

    One band alone brings together seventeen times as many pairs, and of those that are copies none is lost.
    """
    import ibis

    signatures, posts = tables["signatures"], tables["posts"]
    shared = signatures.group_by("band_hash").having(signatures.count() > 1).agg(n=signatures.count())
    met = signatures.semi_join(shared, "band_hash")
    in_line = ibis.window(group_by=met.band_hash, order_by=[met.order_hash, met.post_id])
    lagged = [
        met.select(here=met.post_id, there=met.post_id.lag(distance).over(in_line)).filter(lambda t: t.there.notnull())
        for distance in range(1, NEXT + 1)
    ]
    both = ibis.union(*lagged)
    pairs = both.group_by(left_id=ibis.least(both.here, both.there), right_id=ibis.greatest(both.here, both.there))
    pairs = pairs.having(both.count() >= MIN_BANDS).agg(n=both.count())
    left = posts.select(left_id=posts.post_id, left_text=posts.text)
    right = posts.select(right_id=posts.post_id, right_text=posts.text)
    return pairs.join(left, "left_id").join(right, "right_id").select("left_id", "right_id", "left_text", "right_text")


def compare(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Keep the pairs that say the same: two words apart at most, or nine words of ten alike, in order."""
    said = functools.lru_cache(maxsize=None)(words)  # a post stands in several pairs that follow each other
    kept = []
    for left_id, right_id, left_text, right_text in zip(*(batch[name].to_pylist() for name in PAIR), strict=True):
        left, right = said(left_text), said(right_text)
        longer = max(len(left), len(right))
        allowed = min(max(WORDS_CHANGED, longer - longer * MIN_SIMILARITY // 10_000), longer - MIN_WORDS)
        apart = Levenshtein.distance(left, right, score_cutoff=allowed) if allowed >= 0 else longer
        if apart <= allowed:
            kept.append((left_id, right_id, 10_000 - 10_000 * apart // longer))
    columns = list(zip(*kept, strict=True)) or [(), (), ()]
    schema = arrow_schema("twins")
    return pa.RecordBatch.from_arrays(
        [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema
    )


def gather(tables: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
    """Give each post of a connected group of twins the group's smallest post_id."""
    twins = tables["twins"]
    both = pa.concat_arrays([twins["left_id"].combine_chunks(), twins["right_id"].combine_chunks()])
    names, numbers = np.unique(both.to_numpy(zero_copy_only=False).astype(object), return_inverse=True)
    n, half = len(names), len(twins)
    if n == 0:
        return {"kin": arrow_schema("kin").empty_table()}
    edges = coo_array((np.ones(half, dtype=np.int8), (numbers[:half], numbers[half:])), shape=(n, n))
    _, component = connected_components(edges, directed=False)
    first = np.full(component.max() + 1, n)
    np.minimum.at(first, component, np.arange(n))  # names are sorted, so the smallest number is the smallest post_id
    columns = [pa.array(names, pa.string()), pa.array(names[first[component]], pa.string())]
    return {"kin": pa.Table.from_arrays(columns, schema=arrow_schema("kin"))}


def first_voices(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    """Name each family after its earliest post; the others are copies."""
    import ibis

    kin, posts = tables["kin"], tables["posts"]
    dated = kin.join(posts.select("post_id", "posted_at"), "post_id")
    age = ibis.window(group_by=dated.group_id, order_by=[dated.posted_at.asc(nulls_first=False), dated.post_id])
    return dated.select("post_id", family_id=dated.post_id.first().over(age), is_copy=ibis.row_number().over(age) > 0)


STEPS = (
    Batch("sign", reads="posts", writes="signatures", needs=("post_id", "text"), run=sign, version="2"),
    Query("meet", reads=("signatures", "posts"), writes="neighbours", run=meet, version="2"),
    Batch(
        "compare",
        reads="neighbours",
        writes="twins",
        needs=PAIR,
        run=compare,
        version="2",
    ),
    Whole("gather", reads=("twins",), writes=("kin",), bound_rows=5_000_000, run=gather),
    Query("first_voices", reads=("kin", "posts"), writes="families", run=first_voices),
)
