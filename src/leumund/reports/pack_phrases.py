"""Rising phrases for the evidence pack, without their words: who says those shown, how many say any that was tested.

A phrase's identity is made from its words, so it is not in the pack; its rank leads to it in the report.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from leumund.reports.pack_labels import number_of

__all__ = ["phrase_tables"]

Read = Callable[[str], pa.Table]
Names = dict[str, list[str]]

COUNTS = ("authors_after", "authors_before", "threads_after", "threads_before")


def phrase_tables(read: Read, opinions: pa.Table, names: Names) -> dict[str, pa.Table]:
    """Give the tables phrases and phrase_counts, with numbers for names; `opinions` have post_id beside."""
    return {
        "phrases": _phrases(read("phrases"), read("sayings"), opinions, names),
        "phrase_counts": _counts(read("gram_counts"), names),
    }


def _phrases(phrases: pa.Table, sayings: pa.Table, opinions: pa.Table, names: Names) -> pa.Table:
    """Give the phrases by number, each with the rows of the opinions (from 0) that say it."""
    phrases = phrases.append_column("number", number_of(phrases["brand"], names["brands"]))
    phrases = phrases.sort_by([("number", "ascending"), ("rank", "ascending")])
    whole = opinions.select(["post_id", "brand", "aspect"]).append_column(
        "row", pa.array(range(len(opinions)), pa.int64())
    )
    said = pc.and_(pc.equal(whole["aspect"], 0), pc.is_in(whole["post_id"], value_set=sayings["post_id"]))
    place = {(row["post_id"], row["brand"]): row["row"] for row in whole.filter(said).to_pylist()}
    posts: dict[str, list[str]] = {}
    for one in sayings.to_pylist():
        posts.setdefault(one["figure_id"], []).append(one["post_id"])
    rows = [
        sorted(place[post_id, brand] for post_id in posts.get(figure_id, ()))
        for figure_id, brand in zip(phrases["figure_id"].to_pylist(), phrases["number"].to_pylist(), strict=True)
    ]
    kept = [name for name in phrases.column_names if name not in ("figure_id", "brand", "phrase", "number")]
    columns = {
        "phrase": pa.array(range(len(phrases)), pa.int64()),
        "brand": phrases["number"],
        **{name: phrases[name] for name in kept},
        "opinions": pa.array(rows, pa.list_(pa.int64())),
    }
    return pa.table(columns)


def _counts(counts: pa.Table, names: Names) -> pa.Table:
    """Give how many say each phrase that was tested; in an order that tells nothing of the words."""
    columns = {"brand": number_of(counts["brand"], names["brands"]), **{name: counts[name] for name in COUNTS}}
    return pa.table(columns).sort_by([(name, "ascending") for name in columns])
