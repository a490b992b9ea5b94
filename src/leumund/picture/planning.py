"""Planning labels: how good the reader is here, and what more labels would buy for the figures people look at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import stats

from leumund.estimates.planning import Planned, correlation_interval, half_width, labels_for
from leumund.picture.labelling import OWN_SHARE, RECENT_WEEKS, draw, how_sharp

__all__ = ["TARGETS", "Assumed", "LabelPlan", "PlannedFigure", "ReaderHere", "plan_labels"]

TARGETS = (8, 6, 4)  # half an interval, in index points
LABELS_TO_TELL = 50  # with fewer the reader's correlation on these posts cannot be told
LABELS_TO_TELL_WEEKS = 100
ASSUMED_TAU = 2.0  # index points by which the reader's error differs between weeks, as long as labels do not tell
TRIED = 10  # draws, to see how unequal the chances are
INDEX = 0.01  # 1/10,000 -> index points

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Assumed:
    """How good the reader was elsewhere: correlation, spread of labels in index points, on how many posts, of what."""

    rho: float
    sd: float
    n: int
    what: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReaderHere:
    """How well the reader's score follows people: correlation with interval, spread of labels, on how many labels.

    `assumed` names where the correlation was measured instead, while there are too few labels here; then `low` and
    `high` are its interval there. `tau_assumed` tells the same of the spread between weeks.
    """

    rho: float
    low: float
    high: float
    sd: float
    tau: float
    n_labels: int
    assumed: Assumed | None
    tau_assumed: bool

    @property
    def width_ratio(self) -> float:
        """Width of an interval against labels alone, √(1 − ρ²)."""
        return math.sqrt(1 - self.rho**2)


@dataclass(frozen=True, slots=True)
class PlannedFigure:
    """One figure: posts behind it, labels in all for each target (None: not to be had), what the weekly ones give.

    `after_quarter`, `after_year` and `best` are half the interval, in index points: with a quarter's and a year's
    weekly labels beside those there are, and with all the labels in the world. `rival` is the competitor of a
    difference, else ''.
    """

    figure: str
    rival: str
    n_posts: int
    posts_design: float
    labels_design: float
    labels: tuple[int | None, ...]
    after_quarter: float
    after_year: float
    best: float


@dataclass(frozen=True, slots=True)
class LabelPlan:
    """What labels would buy: the reader, the figures, and how many a week are meant."""

    own: str
    reader: ReaderHere
    figures: tuple[PlannedFigure, ...]
    weekly: int
    level: float
    double_share: float
    n_open_seconds: int


def plan_labels(
    opinions: pa.Table,
    judged: pa.Table,
    *,
    own: str,
    rivals: Sequence[str],
    level: float,
    weekly: int,
    double_share: float,
    assumed: Assumed,
    n_open_seconds: int = 0,
) -> LabelPlan:
    """Say what labels would buy; `opinions` and `judged` are the snapshot's tables.

    Labels are counted as handed out, on all brands together: half goes to the own brand, and the second verdict on a
    post adds none. The reader's error is carried from the weeks that have labels to the others; by how far it may
    differ there is τ.
    """
    whole = opinions.filter(pc.field("aspect") == "")
    market = _Market(whole)
    reader = _reader(judged, own, assumed)
    handed = 1 - double_share
    tries = _tried_chances(whole, judged, own, weekly)

    def had(brand: str) -> int:
        return len(judged.filter(pc.field("brand") == brand))

    def planned(brand: str, *, weeks: int) -> Planned | None:
        rows = market.newest(brand, RECENT_WEEKS)
        n = len(rows) / (RECENT_WEEKS if weeks == 1 else 1)
        if n < 2:
            return None
        design = _clustered(rows) if weeks > 1 else max(_clustered(market.newest(brand, 1)), 1.0)
        return Planned(
            sd=reader.sd,
            rho=reader.rho,
            n_posts=n,
            labels_design=_kish(tries.get(brand, tries.get(own, np.ones(1)))),
            posts_design=design,
            tau=reader.tau,
            pooled=True,
        )

    figures = []
    for name, brand, weeks in (("quarter", own, RECENT_WEEKS), ("week", own, 1)):
        one = planned(brand, weeks=weeks)
        if one is not None:
            figures.append(_figure(name, "", [(one, OWN_SHARE * handed, had(own))], weekly, level))
    ours, parts = planned(own, weeks=RECENT_WEEKS), market.rival_parts(rivals)
    for rival, part in parts:
        theirs = planned(rival, weeks=RECENT_WEEKS)
        if ours is not None and theirs is not None:
            both = [
                (ours, OWN_SHARE * handed, had(own)),
                (theirs, (1 - OWN_SHARE) * handed * part, had(rival)),
            ]
            figures.append(_figure("difference", rival, both, weekly, 1 - (1 - level) / len(parts)))
    return LabelPlan(own, reader, tuple(figures), weekly, level, double_share, n_open_seconds)


def _figure(name: str, rival: str, parts: list[tuple[Planned, float, int]], weekly: int, level: float) -> PlannedFigure:
    def after(labels: float) -> float:
        return half_width([(part, share * labels + had) for part, share, had in parts], level)

    return PlannedFigure(
        figure=name,
        rival=rival,
        n_posts=round(min(part.n_posts for part, _, _ in parts)),
        posts_design=parts[0][0].posts_design,
        labels_design=parts[0][0].labels_design,
        labels=tuple(labels_for(target, [(part, share) for part, share, _ in parts], level) for target in TARGETS),
        after_quarter=after(weekly * RECENT_WEEKS),
        after_year=after(weekly * 52),
        best=after(1_000_000),
    )


class _Market:
    """The opinions of each brand by week, the newest last."""

    def __init__(self, opinions: pa.Table) -> None:
        days = pc.cast(opinions["day"], pa.int32()).to_numpy().astype(np.int64)
        self._week = days // 7
        self._newest = int(self._week.max()) if len(days) else 0
        self._brand = np.asarray(opinions["brand"].to_pylist(), dtype=object)
        self._y = opinions["y"].to_numpy().astype(np.float64)
        self._author, self._thread = (
            np.unique(np.asarray(opinions[name].to_pylist(), dtype=str), return_inverse=True)[1]
            for name in ("author", "thread")
        )

    def newest(self, brand: str, weeks: int) -> list[NDArray[Any]]:
        """Give y, author and thread of a brand's opinions in the newest weeks, as rows of (y, author, thread)."""
        here = (self._brand == brand) & (self._week > self._newest - weeks)
        return list(np.column_stack([self._y[here], self._author[here], self._thread[here]]))

    def rival_parts(self, rivals: Sequence[str]) -> list[tuple[str, float]]:
        """Give each rival's part of the rivals' half of the labels."""
        roots = {rival: math.sqrt((self._brand == rival).sum()) for rival in rivals}
        total = sum(roots.values())
        return [(rival, root / total) for rival, root in roots.items() if root]


def _clustered(rows: list[NDArray[Any]]) -> float:
    """Design effect of posts that hang together: the two-way clustered variance over that of single posts.

    V_author + V_thread − V_both (Cameron, Gelbach, Miller 2011), never under 1.
    """
    if len(rows) < 2:
        return 1.0
    y, author, thread = np.array(rows).T
    off = y - y.mean()
    single = float(off @ off)
    if single <= 0:
        return 1.0

    def together(group: NDArray[Any]) -> float:
        _, codes = np.unique(group, return_inverse=True, axis=0)
        return float((np.bincount(codes, off) ** 2).sum())

    both = together(np.column_stack([author, thread]))
    return max((together(author) + together(thread) - both) / single, 1.0)


def _kish(weights: Floats) -> float:
    """1 + cv² of the weights (Kish 1965)."""
    return float(len(weights) * (weights**2).sum() / weights.sum() ** 2)


def _tried_chances(opinions: pa.Table, judged: pa.Table, own: str, weekly: int) -> dict[str, Floats]:
    """Weights of labels in the newest weeks, by brand, from weekly draws that are only tried."""
    weights: dict[str, list[float]] = {}
    if not len(opinions):
        return {}
    newest = pc.max(opinions["day"]).as_py().toordinal()
    sharpness = how_sharp(judged)
    for trial in range(TRIED if len(opinions) > weekly else 0):
        picked = draw(opinions, judged, own=own, n=weekly, plan_id=f"tried {trial}", sharpness=sharpness)
        ids = pa.array([row.post_id for row in picked], pa.string())
        drawn = opinions.filter(pc.is_in(opinions["post_id"], value_set=ids)).select(["post_id", "day"]).to_pylist()
        day = {row["post_id"]: row["day"].toordinal() for row in drawn}
        for row in picked:
            if day[row.post_id] > newest - 7 * RECENT_WEEKS:
                weights.setdefault(row.brand, []).append(1 / row.inclusion_probability)
    return {brand: np.array(found) for brand, found in weights.items() if len(found) >= 30}


def _reader(judged: pa.Table, own: str, assumed: Assumed) -> ReaderHere:
    """How good the reader is here: on the own brand's labels where they are enough, else on all, else as elsewhere."""
    ours = judged.filter(pc.field("brand") == own)
    rows = ours if len(ours) >= LABELS_TO_TELL else judged
    if len(rows) < LABELS_TO_TELL:
        low, high = correlation_interval(assumed.rho, assumed.n)
        return ReaderHere(assumed.rho, low, high, assumed.sd, ASSUMED_TAU, len(rows), assumed, True)
    label, score = (rows[name].to_numpy() * INDEX for name in ("label_y", "machine_y"))
    weight = rows["weight"].to_numpy() / rows["weight"].to_numpy().sum()
    label, score = label - weight @ label, score - weight @ score
    sd, machine_sd = math.sqrt(weight @ label**2), math.sqrt(weight @ score**2)
    rho = float(weight @ (label * score)) / (sd * machine_sd) if sd and machine_sd else 0.0
    low, high = correlation_interval(rho, len(rows) / _kish(weight))
    error = label - (rho * sd / machine_sd if machine_sd else 0.0) * score
    weeks = pc.cast(rows["day"], pa.int32()).to_numpy() // 7
    tau = _between(error, weeks)
    return ReaderHere(rho, low, high, sd, ASSUMED_TAU if tau is None else tau, len(rows), None, tau is None)


def _between(error: Floats, weeks: NDArray[Any]) -> float | None:
    """Standard deviation of the mean error between weeks, by moments (Searle, Casella, McCulloch 1992, ch. 3).

    None as long as the labels do not show that weeks differ at all (F test, 5 %): by chance alone it would be large.
    """
    _, codes = np.unique(weeks, return_inverse=True)
    sizes = np.bincount(codes).astype(np.float64)
    n, k = len(error), len(sizes)
    if n < LABELS_TO_TELL_WEEKS or k < 8 or n <= k:
        return None
    means = np.bincount(codes, error) / sizes
    within = float(((error - means[codes]) ** 2).sum()) / (n - k)
    between = float((sizes * (means - error.mean()) ** 2).sum()) / (k - 1)
    if within <= 0 or stats.f.sf(between / within, k - 1, n - k) > 0.05:
        return None
    size = (n - float((sizes**2).sum()) / n) / (k - 1)
    return max(math.sqrt(max((between - within) / size, 0.0)), ASSUMED_TAU)
