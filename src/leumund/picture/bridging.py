"""Bridging: what an old and a new reader both read, drawn by chance, and how far apart they read it.

When the reader changes, all posts that still lie here are read anew, and the series is the new reader's throughout.
What was published before is the old one's. The overlap is kept for good, so that the two can be set beside each other
even when the posts themselves are gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leumund.errors import CannotEstimate
from leumund.estimates import Estimated, estimate_bridge, spread_of_bridges
from leumund.step import Step, Whole
from leumund.tables import Bridge, arrow_schema, rows_to_arrow

__all__ = ["overlap_of", "reader_of", "step"]

Read = Callable[[str], pa.Table]

# Readings of two readers lie up to 60 points apart (standard deviation) and hang together by author and thread: 8,000
# posts give a bridge within ±2 index points with a design effect of 2.3.
POSTS_PER_BRAND = 8_000
POSTS_FOR_A_BRAND = 100  # with fewer, the bridge of all brands together is surer
POSTS_FOR_A_QUARTER = 50
INDEX = 0.01  # 1/10,000 -> index points −100..100
BOUND_ROWS = 2_000_000


def reader_of(read: Read) -> str:
    """Give model and version of the reader that made a snapshot's readings; '' before the first run."""
    names = sorted((row["kind"], row["name"]) for row in read("origins").to_pylist())
    return " ".join(name for kind, name in names if kind in ("model", "model_version"))


def overlap_of(then: Read, now: Read, *, changed_at: datetime) -> pa.Table:
    """Draw posts that both readers read, evenly from forums and stretches of 13 weeks of each brand.

    A post is in it when one of the two counts an opinion on the brand. Posts that a person put right are left out, and
    so are those that only one of the readers was given. The draw goes by post_id, a digest, so it is by chance and
    comes out the same each time. Empty when the two share no post.
    """
    columns = ["post_id", "brand", "venue", "author", "thread", "day", "y"]
    before, after = (_whole(read("opinions")).select(columns) for read in (then, now))
    rows = before.join(after, ["post_id", "brand"], join_type="full outer", right_suffix="_now")
    ids = rows["post_id"]
    shared = pc.and_(
        pc.is_in(ids, value_set=then("post_readings")["post_id"]), pc.is_in(ids, value_set=now("posts")["post_id"])
    )
    for read in (then, now):
        shared = pc.and_(shared, pc.invert(pc.is_in(ids, value_set=read("overrides")["post_id"])))
    rows = rows.filter(shared)
    one = {name: pc.coalesce(rows[name], rows[f"{name}_now"]) for name in ("venue", "author", "thread", "day")}
    quarter = pc.cast(pc.floor_temporal(one.pop("day"), unit="quarter"), pa.date32())
    kept, weight = _drawn([rows["brand"], one["venue"], quarter, rows["post_id"]])
    drawn = {
        "old_reader": pa.repeat(reader_of(then), len(rows)),
        "new_reader": pa.repeat(reader_of(now), len(rows)),
        "changed_at": pa.repeat(pa.scalar(changed_at, pa.timestamp("us", tz="UTC")), len(rows)),
        "post_id": rows["post_id"],
        "brand": rows["brand"],
        "quarter": quarter,
        "old_y": rows["y"],
        "new_y": rows["y_now"],
        "weight": pa.array(weight),
        **one,
    }
    schema = arrow_schema("overlap")
    return pa.table({name: drawn[name] for name in schema.names}).cast(schema).take(pa.array(kept))


def _whole(opinions: pa.Table) -> pa.Table:
    return opinions.filter(pc.equal(opinions["aspect"], ""))


def _codes(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Number the values of a column in their own order."""
    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.unique(values.to_numpy(zero_copy_only=False), return_inverse=True)[1].astype(np.int64)


def _drawn(columns: list[pa.ChunkedArray]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the rows to keep and every row's weight: of each brand one post of each stratum in turn, up to the cap."""
    if not len(columns[0]):
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    brand, venue, quarter, post = (_codes(column) for column in columns)
    stratum = np.unique(np.stack([brand, venue, quarter]), axis=1, return_inverse=True)[1].ravel()
    turn = _place_within(stratum, np.lexsort([post, stratum]))
    kept = np.flatnonzero(_place_within(brand, np.lexsort([post, turn, brand])) < POSTS_PER_BRAND)
    all_of, kept_of = (np.bincount(part, minlength=int(stratum.max()) + 1) for part in (stratum, stratum[kept]))
    return kept, all_of[stratum] / np.maximum(kept_of[stratum], 1)


def _place_within(group: NDArray[np.int64], order: NDArray[np.intp]) -> NDArray[np.int64]:
    """Give each row's place in its group, 0 first; `order` sorts the rows by group first."""
    ordered = group[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[first, len(ordered)])
    places = np.empty(len(group), dtype=np.int64)
    places[order] = np.arange(len(ordered)) - np.repeat(first, sizes)
    return places


def step(level: float) -> Step:
    """Give the step from overlaps to bridges."""

    def run(tables: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
        rows = sorted(_bridges(tables["overlap"], level), key=lambda row: (row.changed_at, row.brand))
        return {"bridges": rows_to_arrow("bridges", rows)}

    return Whole("bridges", ("overlap",), ("bridges",), BOUND_ROWS, run, version=f"1|{level}")


def _bridges(overlap: pa.Table, level: float) -> Iterator[Bridge]:
    keys = ["old_reader", "new_reader", "changed_at"]
    for change in overlap.group_by(keys).aggregate([]).to_pylist():
        rows = _only(overlap, change)
        try:
            together = _bridge(rows, level), _spread(rows, ("brand", "quarter"), level)
        except CannotEstimate:
            continue  # one of the readers counted nothing: there is no bridge, and no figure pretends one
        for brand in sorted(set(rows["brand"].to_pylist())):
            of_brand = _only(rows, {"brand": brand})
            own = _of_brand(of_brand, level)
            (bridge, spread), support = (own, "measured") if own else (together, "borrowed")
            told = {name: round(getattr(bridge, name), 6) for name in ("value", "low", "high", "se")}
            yield Bridge(
                **change,
                **told,
                brand=brand,
                dof=bridge.dof,
                spread=round(spread, 6),
                level=level,
                support=support,
                n_posts=len(of_brand),
            )


def _only(rows: pa.Table, values: Mapping[str, Any]) -> pa.Table:
    for name, value in values.items():
        rows = rows.filter(pc.equal(rows[name], pa.scalar(value, rows[name].type)))
    return rows


def _of_brand(rows: pa.Table, level: float) -> tuple[Estimated, float] | None:
    """The brand's own bridge and spread where it has posts enough."""
    if min(pc.count(rows[name]).as_py() for name in ("old_y", "new_y")) < POSTS_FOR_A_BRAND:
        return None
    try:
        return _bridge(rows, level), _spread(rows, ("quarter",), level)
    except CannotEstimate:
        return None


def _bridge(rows: pa.Table, level: float) -> Estimated:
    old, new = (rows[name].cast(pa.float64()).to_numpy(zero_copy_only=False) * INDEX for name in ("old_y", "new_y"))
    clusters = [_codes(rows["author"]), _codes(rows["thread"])]
    return estimate_bridge(old, new, np.stack(clusters, axis=1), weights=rows["weight"].to_numpy(), level=level)


def _spread(rows: pa.Table, by: tuple[str, ...], level: float) -> float:
    """How far the bridge differs between parts of the overlap, beyond chance."""
    found = []
    for part in rows.group_by(list(by)).aggregate([]).to_pylist():
        these = _only(rows, part)
        if min(pc.count(these[name]).as_py() for name in ("old_y", "new_y")) >= POSTS_FOR_A_QUARTER:
            found.append(_bridge(these, level))
    return spread_of_bridges([one.value for one in found], [one.se for one in found])
