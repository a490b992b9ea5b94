"""Guidelines: what people said under an earlier guideline, put onto the scale of the one that the figures follow.

Another guideline asks another question, so it moves the truth that labels tell. The figures follow one guideline: of
those under which the own brand has labels enough, the one handed out last. A bridge is how much higher the same posts
are judged under it than under another one, with its own error; posts judged under that other one alone are moved by
it, and share its error wherever they count (see borrowing.scales_of). Without a bridge they do not count.
Labels of which no guideline is known are taken as given under the one that the figures follow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from scipy import stats

from leumund.errors import CannotEstimate
from leumund.estimates import Estimated, estimate_bridge, spread_of_bridges
from leumund.picture.borrowing import LABELS_FOR_A_BRAND, STEP
from leumund.picture.weights import weights_of
from leumund.step import Step, Whole
from leumund.tables import GuidelineBridge, arrow_schema, rows_to_arrow

__all__ = ["PAIRS_FOR_A_BRIDGE", "followed_by", "in_order", "step"]

PAIRS_FOR_A_BRIDGE = 30
PAIRS_FOR_A_BRAND = 20  # so many make a brand tell how far bridges differ between brands
BOUND_ROWS = 1_000_000
# What is bridged: the column of a verdict, one unit of it as a figure, and how far apart two neighbouring verdicts are.
MEASURES = {
    "net_index": ("label_y", 0.01, STEP),
    "negative": ("label_negative", 0.0001, 1.0),
    "neutral": ("label_neutral", 0.0001, 1.0),
    "positive": ("label_positive", 0.0001, 1.0),
}
MOVED = ("net_index", "negative", "positive")  # neutral is what the other two leave

Row = dict[str, Any]


def step(own: str, *, level: float) -> Step:
    """Give the step from verdicts to judged: one verdict for each post and brand, on one scale, with its weight."""

    def run(tables: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
        verdicts, drawn = tables["verdicts"], tables["drawn"]
        rows = verdicts.sort_by([(name, "ascending") for name in ("post_id", "brand", "guideline")]).to_pylist()
        judged, bridges = _on_one_scale([_with_neutral(row) for row in rows], drawn, own, level)
        return {"judged": judged, "guideline_bridges": rows_to_arrow("guideline_bridges", bridges)}

    read, made = ("verdicts", "drawn"), ("judged", "guideline_bridges")
    return Whole("judged", read, made, BOUND_ROWS, run, version=f"2|{own}|{level}")


def in_order(known: Iterable[str], drawn: pa.Table) -> list[str]:
    """Give guidelines in the order in which posts were last handed out under them, the newest first; '' is none."""
    last = drawn.group_by("guideline").aggregate([("drawn_at", "max")]).to_pylist()
    when = {row["guideline"]: row["drawn_at_max"] for row in last}
    named = sorted(set(known) - {""})
    told = sorted((one for one in named if one in when), key=lambda one: (when[one], one), reverse=True)
    return [*told, *(one for one in named if one not in when)]


def followed_by(bridges: pa.Table) -> str:
    """Give the guideline that a snapshot's figures follow where there are several, else ''."""
    return str(bridges["followed"][0].as_py()) if len(bridges) else ""


def _with_neutral(row: Row) -> Row:
    return {**row, "label_neutral": 10_000 - row["label_negative"] - row["label_positive"]}


def _on_one_scale(
    rows: Sequence[Row], drawn: pa.Table, own: str, level: float
) -> tuple[pa.Table, list[GuidelineBridge]]:
    order = in_order({row["guideline"] for row in rows}, drawn)
    followed = _followed(rows, order, own)
    said: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        said.setdefault((row["post_id"], row["brand"]), {})[row["guideline"]] = row
    holds = [_that_holds(of_post, [followed, "", *order]) for of_post in said.values()]
    weight = _weights(holds, drawn)
    weighed = list(zip(said.values(), weight, strict=True))
    bridges = []
    for place, guideline in enumerate(order):
        if guideline != followed:
            alone, newer = sum(row["guideline"] == guideline for row in holds), place < order.index(followed)
            both = [
                ({**of_post[guideline], "weight": one}, of_post[followed])
                for of_post, one in weighed
                if guideline in of_post and followed in of_post
            ]
            bridges += [
                GuidelineBridge(
                    guideline,
                    measure,
                    followed,
                    newer,
                    **_bridge(both, measure, level),
                    n_posts=len(both),
                    n_labels=alone,
                )
                for measure in MEASURES
            ]
    kept = [moved for row in holds if (moved := _moved(row, bridges, followed)) is not None]
    if len(kept) < len(holds):
        weight = _weights(kept, drawn)
    schema = arrow_schema("judged")
    columns = {name: [row[name] for row in kept] for name in schema.names if name != "weight"}
    return pa.table({**columns, "weight": weight}, schema=schema), bridges


def _followed(rows: Sequence[Row], order: Sequence[str], own: str) -> str:
    """Of the guidelines, the newest first, the first with labels enough; while none has, the one with most."""
    n = Counter(row["guideline"] for row in rows if row["brand"] == own)
    enough = (guideline for guideline in order if n[guideline] >= LABELS_FOR_A_BRAND)
    return next(enough, max(order, key=lambda guideline: n[guideline], default=""))


def _that_holds(of_post: Mapping[str, Row], order: Sequence[str]) -> Row:
    return next(of_post[guideline] for guideline in order if guideline in of_post)


def _weights(rows: Sequence[Row], drawn: pa.Table) -> np.ndarray:
    names = ("post_id", "brand", "plan_id", "day", "collected_at", "inclusion_probability")
    schema = pa.schema([arrow_schema("verdicts").field(name) for name in names])
    return weights_of(pa.Table.from_pylist([{name: row[name] for name in names} for row in rows], schema), drawn)


def _bridge(both: Sequence[tuple[Row, Row]], measure: str, level: float) -> dict[str, Any]:
    """How much higher the followed guideline has it; the error as if one more post had moved by one verdict.

    Where all posts are judged alike, the error would be none, and no number of posts proves that much. How far bridges
    differ between brands beyond chance is added, since the posts that are moved are of other brands too.
    """
    nothing: dict[str, Any] = dict.fromkeys(("value", "low", "high", "se", "dof", "spread"))
    if len(both) < PAIRS_FOR_A_BRIDGE:
        return nothing
    try:
        bridge = _estimated(both, measure)
    except CannotEstimate:
        return nothing
    of_brands = [_of_brand(both, brand, measure) for brand in sorted({row["brand"] for row, _ in both})]
    told = [one for one in of_brands if one is not None]
    spread = spread_of_bridges([one.value for one in told], [one.se for one in told])
    one_more = MEASURES[measure][2] / (len(both) + 1)
    se = float(np.sqrt(bridge.se**2 + one_more**2 + spread**2))
    half = float(stats.t.ppf((1 + level) / 2, bridge.dof)) * se
    found = {"value": bridge.value, "low": bridge.value - half, "high": bridge.value + half, "se": se}
    return {name: round(value, 6) for name, value in {**found, "dof": bridge.dof, "spread": spread}.items()}


def _of_brand(both: Sequence[tuple[Row, Row]], brand: str, measure: str) -> Estimated | None:
    these = [pair for pair in both if pair[0]["brand"] == brand]
    try:
        return _estimated(these, measure) if len(these) >= PAIRS_FOR_A_BRAND else None
    except CannotEstimate:
        return None


def _estimated(both: Sequence[tuple[Row, Row]], measure: str) -> Estimated:
    column, unit, _ = MEASURES[measure]
    old, new = (np.array([pair[side][column] for pair in both]) * unit for side in (0, 1))
    clusters = [
        np.unique([str(earlier[kind]) for earlier, _ in both], return_inverse=True)[1] for kind in ("author", "thread")
    ]
    weights = [earlier["weight"] for earlier, _ in both]
    return estimate_bridge(old, new, np.stack(clusters, axis=1), weights=weights)


def _moved(row: Row, bridges: Sequence[GuidelineBridge], followed: str) -> Row | None:
    """Give a verdict on the scale that the figures follow; None where no bridge leads there."""
    if row["guideline"] in (followed, ""):
        return row
    by = {one.measure: one.value for one in bridges if one.guideline == row["guideline"]}
    moved = dict(row)
    for measure in MOVED:
        column, unit, _ = MEASURES[measure]
        value = by[measure]
        if value is None:
            return None
        moved[column] = row[column] + round(value / unit)
    return moved
