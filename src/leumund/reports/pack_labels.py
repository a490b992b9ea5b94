"""What people said, for the evidence pack: verdicts and draws, the bridges between guidelines, and what these make.

Moments are numbers in it: `collected` of a verdict counts the draws' last moments before its post came in, `until` of a
draw those before its own. A draw knew a post whose number is not above its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leumund.picture.borrowing import bridge_error
from leumund.picture.guidelines import in_order
from leumund.picture.polarities import POLARITIES
from leumund.picture.weights import plans_of

__all__ = ["label_tables", "number_of"]

Read = Callable[[str], pa.Table]
Names = dict[str, list[str]]


def label_tables(read: Read, opinions: pa.Table, names: Names) -> dict[str, pa.Table]:
    """Give the tables verdicts, plans, bridges, labels and judged, with numbers for names.

    `opinions` are those of the pack with post_id beside; `names` gets the guidelines, the newest first.
    """
    verdicts, bridges = read("verdicts"), read("guideline_bridges")
    names["guidelines"] = in_order(verdicts["guideline"].to_pylist(), read("drawn"))
    plans = plans_of(verdicts, read("drawn"))
    moments = np.unique([plan["until"].timestamp() for plan in plans])
    return {
        "verdicts": _verdicts(verdicts, plans, moments, opinions, names),
        "plans": _plans(plans, moments, names),
        "bridges": _bridges(bridges, names),
        "labels": _labels([read("judged"), read("judged_aspects")], bridges, opinions, names),
        "judged": _judged(read("judged_polarities"), bridges, opinions, names),
    }


def _verdicts(
    verdicts: pa.Table, plans: Sequence[dict[str, Any]], moments: np.ndarray, opinions: pa.Table, names: Names
) -> pa.Table:
    """Give what people said, with the row of the opinion (from 0) and the number of its draw and guideline."""
    number = {plan["plan_id"]: place for place, plan in enumerate(plans)}
    came = np.array([moment.timestamp() for moment in verdicts["collected_at"].to_pylist()])
    kept = ("label_y", "label_negative", "label_positive", "inclusion_probability")
    columns = {
        "opinion": _places(verdicts.to_pylist(), opinions, names),
        "guideline": _guideline_of(verdicts["guideline"], names),
        "plan": pa.array([number[plan_id] for plan_id in verdicts["plan_id"].to_pylist()], pa.int64()),
        "collected": pa.array(np.searchsorted(moments, came), pa.int64()),
        **{name: verdicts[name] for name in kept},
    }
    return pa.table(columns).sort_by([("opinion", "ascending"), ("guideline", "ascending")])


def _plans(plans: Sequence[dict[str, Any]], moments: np.ndarray, names: Names) -> pa.Table:
    """Give of each draw how many opinions of a brand it handed out, and the last moment and week of what it knew."""
    rows = [
        {
            "plan": number,
            "until": int(np.searchsorted(moments, plan["until"].timestamp())),
            "week": plan["until"].date() - timedelta(days=plan["until"].weekday()),
            "brand": place,
            "handed": plan["handed"].get(brand, 0),
        }
        for number, plan in enumerate(plans)
        for place, brand in enumerate(names["brands"])
    ]
    number = pa.int64()
    columns = {"plan": number, "until": number, "week": pa.date32(), "brand": number, "handed": number}
    return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def _bridges(bridges: pa.Table, names: Names) -> pa.Table:
    """Give the bridges between guidelines, with numbers for these."""
    numbers = {name: _guideline_of(bridges[name], names) for name in ("guideline", "followed")}
    return pa.table({name: numbers.get(name, bridges[name]) for name in bridges.column_names})


def _labels(judged: Sequence[pa.Table], bridges: pa.Table, opinions: pa.Table, names: Names) -> pa.Table:
    """Give the labels, whole and by aspect, with the row of the opinion (from 0) that each is about."""
    rows = [row for table in judged for row in table.to_pylist()]
    columns = {
        "opinion": _places(rows, opinions, names),
        "label_y": pa.array([row["label_y"] for row in rows], pa.int64()),
        "weight": pa.array([row["weight"] for row in rows], pa.float64()),
        **_bridged([row["guideline"] for row in rows], bridges, {"bridge_se": "net_index"}, names),
    }
    return pa.table(columns).sort_by("opinion")


def _judged(judged: pa.Table, bridges: pa.Table, opinions: pa.Table, names: Names) -> pa.Table:
    """Give which part of the labellers say negative and positive, with the row of the opinion that each is about."""
    columns = {
        "opinion": _places(judged.to_pylist(), opinions, names),
        "negative": judged["label_negative"],
        "positive": judged["label_positive"],
        "weight": judged["weight"],
        **_bridged(judged["guideline"].to_pylist(), bridges, {f"{name}_se": name for name in POLARITIES}, names),
    }
    return pa.table(columns).sort_by("opinion")


def _bridged(
    guidelines: Sequence[str], bridges: pa.Table, measures: dict[str, str], names: Names
) -> dict[str, pa.Array]:
    """Give of each label the number of the guideline from which a bridge led it here, 0 for none, and its errors.

    `measures` says what is bridged by the name of the column that gets the error.
    """
    known = {
        (one["guideline"], one["measure"]): bridge_error(one["se"], one["dof"]) if one["se"] else 0.0
        for one in bridges.to_pylist()
    }
    number = {one: place for place, one in enumerate(names["guidelines"], start=1) if known.get((one, "net_index"))}
    errors = {
        column: pa.array([known.get((one, measure), 0.0) for one in guidelines], pa.float64())
        for column, measure in measures.items()
    }
    return {"bridge": pa.array([number.get(one, 0) for one in guidelines], pa.int64()), **errors}


def _guideline_of(column: pa.ChunkedArray, names: Names) -> pa.ChunkedArray:
    """Give the number of each guideline, from 1 for the newest; 0 = unknown."""
    return pc.add(pc.fill_null(number_of(column, names["guidelines"]), -1), 1)


def _places(rows: Sequence[dict[str, Any]], opinions: pa.Table, names: Names) -> pa.Array:
    """Give for each row the opinion it is about, by the opinion's row from 0."""
    keys = (opinions[name].to_pylist() for name in ("post_id", "brand", "aspect"))
    place = {key: number for number, key in enumerate(zip(*keys, strict=True))}
    brand_of, aspect_of = ({name: i for i, name in enumerate(names[kind])} for kind in ("brands", "aspects"))
    found = [place[r["post_id"], brand_of[r["brand"]], aspect_of[r.get("aspect", "")]] for r in rows]
    return pa.array(found, pa.int64())


def number_of(column: pa.ChunkedArray, names: list[str]) -> pa.ChunkedArray:
    """Give the place of each name among the names, from 0; empty where it is none of them."""
    return pc.index_in(column, pa.array(names, pa.string())).cast("int64")
