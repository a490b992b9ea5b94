"""Polarities: of the posts on an aspect, how many blame, stay neutral, or praise; the own brand beside its rivals.

opinions, readings -> tones -> polarity_cells; judged -> judged_polarities; all -> polarities -> moving.
An index of zero may be silence or a quarrel; the three shares tell which. Each is put right like the index: the
machine's mean plus its error, carried from the labels (see borrowing). Afterwards the three are moved to the nearest
point at which none is below zero and they add up to one, which takes no share further from the truth on the whole.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leumund.estimates import (
    Groups,
    LabelledErrors,
    Mixtures,
    correct_with_labels,
    pool_errors,
    ratio_from_sums,
)
from leumund.picture.borrowing import (
    LABELS_FOR_A_BRAND,
    MOST_POWER,
    Makeup,
    Placed,
    Stretch,
    places_of,
    scales_of,
)
from leumund.picture.identity import ALL_TIME, figure_id_of
from leumund.picture.missing import WITHHELD_ABOVE, Gaps
from leumund.step import Query, Step, Whole
from leumund.tables import Polarity, rows_to_arrow

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["POLARITIES", "gaps_in_shares", "judged_step", "steps", "toned_rows"]

POLARITIES = ("negative", "neutral", "positive")
CLUSTERINGS = {"author": ("author",), "thread": ("thread",), "both": ("author", "thread")}
BOUND_ROWS = 2_000_000
POSTS_SHOWN = {True: 10, False: 5}  # behind a share of the own brand, and of the rivals
UNIT = 0.0001  # 1/10,000 -> a share

Tables = Mapping[str, "Table"]
Floats = NDArray[np.float64]


def toned(tables: Tables) -> Table:
    """Give the opinions with how likely each is negative, neutral, positive; what was put right by hand is certain."""
    import ibis

    read = tables["readings"].select("post_id", "brand", "aspect", "p_negative", "p_neutral", "p_positive")
    met = tables["opinions"].join(read, ["post_id", "brand", "aspect"])
    as_read = met.y == met.p_positive - met.p_negative
    by_hand = {"negative": met.y < 0, "neutral": met.y == 0, "positive": met.y > 0}
    sure = {name: ibis.ifelse(said, 10_000, 0) for name, said in by_hand.items()}
    tones = {name: ibis.ifelse(as_read, met[f"p_{name}"], sure[name]).cast("int64") for name in POLARITIES}
    return met.select(*tables["opinions"].columns, "p_negative", "p_neutral", "p_positive", **tones)


def toned_rows(opinions: pa.Table, readings: pa.Table) -> pa.Table:
    """Give the same as `toned` of tables that are in memory already."""
    keys = ["post_id", "brand", "aspect"]
    met = opinions.join(readings.select([*keys, *(f"p_{name}" for name in POLARITIES)]), keys, join_type="inner")
    as_read = pc.equal(met["y"], pc.subtract(met["p_positive"], met["p_negative"]))
    by_hand = {"negative": pc.less(met["y"], 0), "neutral": pc.equal(met["y"], 0), "positive": pc.greater(met["y"], 0)}
    for name, said in by_hand.items():
        met = met.append_column(name, pc.if_else(as_read, met[f"p_{name}"], pc.if_else(said, 10_000, 0)).cast("int64"))
    return met


def tones(tables: Tables, own: str) -> Table:
    """Sum up what one author says in one thread of each aspect, the rivals together."""
    import ibis

    rows = toned(tables)
    rows = rows.mutate(side=ibis.ifelse(rows.brand == own, "own", "rivals"))
    summed = {name: rows[name].sum().cast("int64") for name in POLARITIES}
    return rows.group_by("side", "aspect", "author", "thread").agg(n_posts=rows.count(), **summed)


def cells(tables: Tables, clustered: str) -> Table:
    """Sum the tones of each side and aspect, polarity by polarity."""
    import ibis

    by, rows = ("side", "aspect"), tables["tones"]
    sums = {name: rows[name].sum().cast("decimal(19, 0)") for name in ("n_posts", *POLARITIES)}
    groups = rows.group_by(*by, *CLUSTERINGS[clustered]).agg(**sums)
    found = []
    for name in POLARITIES:
        p, n = groups[name], groups.n_posts
        exact = {"sum_pp": (p * p).sum(), "sum_pn": (p * n).sum(), "sum_nn": (n * n).sum()}
        counts = {"n_posts": n.sum().cast("int64"), "n_clusters": groups.count(), "sum_p": p.sum().cast("int64")}
        found.append(groups.group_by(*by).agg(**counts, **exact).mutate(polarity=ibis.literal(name)))
    return ibis.union(*found).mutate(clustered=ibis.literal(clustered))


def judged_polarities(tables: Tables) -> Table:
    """Put how many labellers say negative and positive beside how likely the machine thinks each."""
    said = tables["judged"].select("post_id", "brand", "guideline", "label_negative", "label_positive", "weight")
    return toned(tables).join(said, ["post_id", "brand"])


@dataclass(frozen=True)
class _Said:
    """What the steps after this one are told: whose picture it is, and over which days."""

    own: str
    level: float
    min_posts: int
    period: str
    start: datetime.date


def _polarities(tables: Mapping[str, pa.Table], said: _Said) -> Mapping[str, pa.Table]:
    rows = _by_key(tables["polarity_cells"])
    keys = sorted({key[:2] for key in rows})
    if not keys:
        return {"polarities": rows_to_arrow("polarities", [])}
    judged, bridges = tables["judged_polarities"], tables["guideline_bridges"]
    reader = _Reader(judged, bridges, Makeup(tables["makeup"]), said.own)
    days = [row["day"] for row in tables["coverage"].to_pylist()]
    gaps = gaps_in_shares(tables, keys, said.own)
    machine = {name: _machine([rows[(*key, name)] for key in keys], said.level) for name in POLARITIES}
    carried = {name: reader.carried(name, keys) for name in POLARITIES}
    corrected = {}
    for name in POLARITIES:
        value, se, dof = carried[name]
        power = np.array([reader.power if reader.proven(side) else 1.0 for side, _ in keys])
        corrected[name] = correct_with_labels(
            machine[name].value * power,
            np.hypot(machine[name].se * power, gaps[0] * gaps[1]),
            value,
            se,
            machine_dof=machine[name].dof,
            rectifier_dof=dof,
            level=said.level,
        )
    middles = _nearest(np.array([corrected[name].value for name in POLARITIES]))
    found = []
    for i, (side, aspect) in enumerate(keys):
        for k, name in enumerate(POLARITIES):
            cell, half = rows[side, aspect, name], (corrected[name].high[i] - corrected[name].low[i]) / 2
            told = cell["both"]["n_posts"] >= said.min_posts and np.isfinite(half) and gaps[0][i] <= WITHHELD_ABOVE
            middle, support, n_labels = float(middles[k, i]), *reader.support(side, aspect)
            brand = said.own if side == "own" else ""
            found.append(
                Polarity(
                    figure_id=_figure_id(name, brand, aspect, said),
                    brand=brand,
                    aspect=aspect,
                    polarity=name,
                    first=min(days) if said.period == "all" else said.start,
                    last=max(days),
                    value=round(middle, 6) if told else None,
                    low=round(max(0.0, min(middle, corrected[name].value[i] - half)), 6) if told else None,
                    high=round(min(1.0, max(middle, corrected[name].value[i] + half)), 6) if told else None,
                    level=said.level,
                    machine_value=round(float(machine[name].value[i]), 6),
                    support=support,
                    gap_share=round(float(gaps[0][i]), 6),
                    n_posts=cell["both"]["n_posts"],
                    n_authors=cell["author"]["n_clusters"],
                    n_threads=cell["thread"]["n_clusters"],
                    n_labels=n_labels,
                )
            )
    return {"polarities": rows_to_arrow("polarities", found)}


def _figure_id(polarity: str, brand: str, aspect: str, said: _Said) -> str:
    return figure_id_of(
        measure=f"share_{polarity}", brand=brand, aspect=aspect, period=said.period, period_start=said.start
    )


def _by_key(table: pa.Table) -> dict[tuple[str, str, str], dict[str, dict[str, Any]]]:
    found: dict[tuple[str, str, str], dict[str, dict[str, Any]]] = {}
    for row in table.to_pylist():
        found.setdefault((row["side"], row["aspect"], row["polarity"]), {})[row["clustered"]] = row
    return found


def _machine(held: Sequence[Mapping[str, Mapping[str, Any]]], level: float) -> Any:
    """The machine's mean probability per cell, 0..1, with its clustered error."""

    def column(kind: str, name: str, unit: float) -> Floats:
        return np.array([float(cell[kind][name]) for cell in held]) * unit

    groups = {
        kind: Groups(
            n_groups=column(kind, "n_clusters", 1),
            yy=column(kind, "sum_pp", UNIT * UNIT),
            yn=column(kind, "sum_pn", UNIT),
            nn=column(kind, "sum_nn", 1),
        )
        for kind in CLUSTERINGS
    }
    return ratio_from_sums(
        n=column("both", "n_posts", 1),
        sum_y=column("both", "sum_p", UNIT),
        author=groups["author"],
        thread=groups["thread"],
        both=groups["both"],
        level=level,
    )


def gaps_in_shares(tables: Mapping[str, pa.Table], keys: Sequence[tuple[str, str]], own: str) -> tuple[Floats, Floats]:
    """Give which part of each cell's posts is missing, and how far the missing ones may lie off, as a share.

    The spread of the index over the weeks serves for every share: none moves further than praise less blame does.
    """
    makeup = Makeup(tables["makeup"])
    gaps, share, error = Gaps(tables["coverage"], makeup), np.zeros(len(keys)), np.zeros(len(keys))
    for i, (side, aspect) in enumerate(keys):
        stretches = [Stretch(brand, "", aspect, "all", ALL_TIME) for brand in makeup.of_side(side, own)]
        posts, found = makeup.posts(stretches), gaps.of_index(stretches)
        share[i], error[i] = np.average(found.share, weights=posts), found.error.max() * UNIT
    return share, error


def _nearest(shares: Floats) -> Floats:
    """Give for each column the nearest point at which no share is below zero and all add up to one.

    Held, Wolfe, Crowder 1974; NaN stays NaN.

    >>> _nearest(np.array([[0.5], [0.6], [-0.2]])).T.round(2).tolist()
    [[0.45, 0.55, 0.0]]
    """
    down = -np.sort(-shares, axis=0)
    over = (np.cumsum(down, axis=0) - 1) / np.arange(1, len(shares) + 1)[:, None]
    n_kept = np.maximum((down > over).sum(axis=0), 1)
    return np.where(np.isnan(shares), np.nan, np.maximum(shares - over[n_kept - 1, np.arange(shares.shape[1])], 0.0))


class _Reader:
    """The reader's error in each share, from the labels; the rivals' labels stand for all of them."""

    def __init__(self, judged: pa.Table, bridges: pa.Table, makeup: Makeup, own: str) -> None:
        self._rows = [{**row, "side": "own" if row["brand"] == own else "rivals"} for row in judged.to_pylist()]
        self._bridges, self._makeup, self._own = bridges, makeup, own
        self._n = Counter(row["side"] for row in self._rows if row["aspect"] == "")
        self.power = self._power()

    def proven(self, side: str) -> bool:
        """Tell whether a side has labels enough to say how wrong the machine is."""
        return self._n[side] >= LABELS_FOR_A_BRAND

    def support(self, side: str, aspect: str) -> tuple[str, int]:
        """Give support and number of labels behind a cell."""
        if not self.proven(side):
            return "unproven", self._n[side]
        return "borrowed" if aspect else "measured", self._n[side]

    def _power(self) -> float:
        """Give how much one point of the machine is worth: one slope for all three, so that they keep their sum."""
        whole = [row for row in self._rows if row["aspect"] == ""]
        if len(whole) < LABELS_FOR_A_BRAND:
            return 1.0
        weight, together, varies = np.array([row["weight"] for row in whole]), 0.0, 0.0
        for name in POLARITIES:
            label, machine = _label(whole, name), np.array([row[name] for row in whole]) * UNIT
            label_off, machine_off = (part - np.average(part, weights=weight) for part in (label, machine))
            together += float(weight @ (label_off * machine_off))
            varies += float(weight @ machine_off**2)
        return float(np.clip(together / varies, 0, MOST_POWER)) if varies > 0 else 1.0

    def carried(self, polarity: str, keys: Sequence[tuple[str, str]]) -> tuple[Floats, Floats, Floats]:
        """Give value, error and degrees of freedom of label less machine in each cell; 0 where it is unproven."""
        value, se, dof = np.zeros(len(keys)), np.zeros(len(keys)), np.ones(len(keys))
        for whole in (True, False):
            judged = [row for row in self._rows if (row["aspect"] == "") is whole and self.proven(row["side"])]
            sides = Counter(row["side"] for row in judged)
            cells = [i for i, (side, aspect) in enumerate(keys) if (aspect == "") is whole and sides[side]]
            if len(judged) > 1 and cells:
                value[cells], se[cells], dof[cells] = self._pooled(judged, polarity, [keys[i] for i in cells])
        return value, se, dof

    def _pooled(
        self, judged: list[dict[str, Any]], polarity: str, keys: Sequence[tuple[str, str]]
    ) -> tuple[Floats, Floats, Floats]:
        number, share, mixed = [], [], []
        for i, (side, aspect) in enumerate(keys):
            rows = [{**row, "side": side} for row in self._makeup_of(side, aspect)]
            n = sum(row["n_posts"] for row in rows)
            number += [i] * len(rows)
            share += [row["n_posts"] / n for row in rows]
            mixed += rows
        of_labels, of_posts = places_of(_placed(judged, "day"), _placed(mixed, "week"))
        error = _label(judged, polarity) - self.power * np.array([row[polarity] for row in judged]) * UNIT
        scales = scales_of([row["guideline"] for row in judged], self._bridges, polarity)
        labelled = LabelledErrors(error, np.array([row["weight"] for row in judged]), of_labels, scales, step=1.0)
        got = pool_errors(labelled, Mixtures(number, share, of_posts))
        return got.value, got.se, got.dof

    def _makeup_of(self, side: str, aspect: str) -> list[dict[str, Any]]:
        brands = self._makeup.of_side(side, self._own)
        return self._makeup.rows([Stretch(one, "", aspect, "all", ALL_TIME) for one in brands])


def _label(rows: Sequence[Mapping[str, Any]], polarity: str) -> Floats:
    """What people say, 0..1; who says neither negative nor positive says neutral."""
    said = {name: np.array([row[f"label_{name}"] for row in rows]) * UNIT for name in ("negative", "positive")}
    return said[polarity] if polarity in said else 1 - said["negative"] - said["positive"]


def _placed(rows: Sequence[Mapping[str, Any]], day: str) -> list[Placed]:
    return [(row["side"], row["venue"], (row["aspect"],), row[day]) for row in rows]


def telling(tables: Tables, own: str) -> Table:
    """Rank the posts behind each share by how surely they are of its polarity; one post an author."""
    import ibis

    shares = tables["polarities"].filter(lambda t: t.value.notnull()).select("figure_id", "brand", "aspect", "polarity")
    rows = toned(tables)
    rows = rows.filter(rows.y == rows.p_positive - rows.p_negative)  # what was put right by hand shows nothing of it
    rows = rows.mutate(whose=ibis.ifelse(rows.brand == own, own, "")).drop("venue", "negative", "neutral", "positive")
    met = rows.join(shares.rename(whose="brand"), ["whose", "aspect"])
    sure = {name: met[f"p_{name}"] for name in POLARITIES}
    chance = met.polarity.cases(*sure.items(), else_=0)
    met = met.mutate(chance=chance).filter(lambda t: t.chance >= ibis.greatest(*(t[f"p_{n}"] for n in POLARITIES)))
    own_posts = ibis.window(group_by=[met.figure_id, met.author], order_by=[met.chance.desc(), met.post_id])
    first = met.mutate(of_author=ibis.row_number().over(own_posts)).filter(lambda t: t.of_author == 0)
    clearest = ibis.window(group_by=first.figure_id, order_by=[first.chance.desc(), first.post_id])
    ranked = first.mutate(rank=(ibis.row_number().over(clearest) + 1).cast("int64"))
    most = ibis.ifelse(ranked.whose == own, POSTS_SHOWN[True], POSTS_SHOWN[False])
    ranked = ranked.filter(ranked["rank"] <= most)
    spans = tables["readings"].select("post_id", "brand", "aspect", "span_start", "span_end")
    posts = tables["posts"].select("post_id", "venue", "posted_at", "posted_precision", "text")
    read = ranked.join(spans, ["post_id", "brand", "aspect"]).join(posts, "post_id")
    return read.join(tables["languages"], "post_id")


def judged_step() -> Step:
    """Give the step that puts labels beside the machine, polarity by polarity."""
    read = ("judged", "opinions", "readings")
    return Query("judged_polarities", read, "judged_polarities", judged_polarities, version="2")


def steps(
    own: str, *, level: float, min_posts: int, window: tuple[str, datetime.date] | None = None
) -> tuple[Step, ...]:
    """Give the steps from opinions to shares of polarity and the posts behind them, over all days or a window."""
    period, start = window or ("all", ALL_TIME)
    said = _Said(own, level, min_posts, period, start)
    read = ("polarity_cells", "judged_polarities", "guideline_bridges", "makeup", "coverage")
    told = ("polarities", "opinions", "readings", "posts", "languages")
    version = f"4|{own}|{level}|{min_posts}|{period}|{start}"
    return (
        Query("tones", ("opinions", "readings"), "tones", partial(tones, own=own), version=f"1|{own}"),
        *(
            Query(f"polarity_cells_{one}", ("tones",), "polarity_cells", partial(cells, clustered=one))
            for one in CLUSTERINGS
        ),
        Whole("polarities", read, ("polarities",), BOUND_ROWS, partial(_polarities, said=said), version=version),
        Query("telling_polarities", told, "moving", partial(telling, own=own), version=f"1|{own}"),
    )
