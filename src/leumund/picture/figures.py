"""Figures: sums become estimates, put right with what the labels say about the reader.

The machine's mean in a cell has its clustered error. The reader's error is estimated once per brand from the labels
that a plan drew, and carried to the brand's cells: *measured* where a cell has labels enough of its own, *borrowed*
(wider, by how far the reader's error may differ between cells) elsewhere, *unproven* where the brand has too few.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leumund.estimates import Cells, Cross, Groups, Sums, correct_with_labels, difference_from_sums, ratio_from_sums
from leumund.picture.counting import ALL_TIME, WEIGHT
from leumund.picture.identity import figure_id_of, last_day
from leumund.step import Step, Whole
from leumund.tables import Estimate, rows_to_arrow

__all__ = ["step"]

KINDS = ("author", "thread", "both")
INDEX = 0.01  # 1/10,000 -> index points −100..100
LABELS_FOR_A_CELL = 100  # with fewer of its own, what the whole brand's labels say is surer
LABELS_FOR_A_BRAND = 20
BOUND_ROWS = 2_000_000
MOST_POWER = 3.0

Key = tuple[str, str, str, str, str, date, str]  # measure, brand, rival, aspect, period, period_start, counted
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rectifier:
    """What the labels say about the reader: mean of label minus weighed machine, its error, how it follows truth."""

    value: float
    se: float
    n: int
    slope: float  # mean change of the weighed machine for one point of true change


def step(*, level: float, min_posts: int, rivals: int, snapshot_id: str) -> Step:
    """Give the step that makes all estimates of a snapshot from its sums."""

    def run(tables: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
        book = _Book(tables, level=level, min_posts=min_posts, rivals=rivals)
        rows = [Estimate(snapshot_id=snapshot_id, **figure) for figure in book.figures()]
        return {"estimates": rows_to_arrow("estimates", sorted(rows, key=lambda row: row.figure_id))}

    version = f"6|{level}|{min_posts}|{rivals}|{snapshot_id}"
    return Whole("figures", ("cells", "judged"), ("estimates",), BOUND_ROWS, run, version=version)


class _Book:
    """All cells of a snapshot, and the estimates made of them."""

    def __init__(self, tables: Mapping[str, pa.Table], *, level: float, min_posts: int, rivals: int) -> None:
        self._level, self._min_posts, self._n_rivals = level, min_posts, max(rivals, 1)
        self._cells: dict[Key, dict[str, dict[str, Any]]] = {}
        for row in tables["cells"].to_pylist():
            key = (
                *(row[name] for name in ("measure", "brand", "rival", "aspect", "period", "period_start", "counted")),
            )
            self._cells.setdefault(key, {})[row["clustered"]] = row
        self._judged = tables["judged"].to_pylist()
        self._power = _power(self._judged)
        weeks = sorted(key[5] for key in self._cells if key[4] == "week")
        self._first_day, self._last_day = (weeks[0], last_day("week", weeks[-1])) if weeks else (ALL_TIME, ALL_TIME)

    def figures(self) -> list[dict[str, Any]]:
        """Give the rows of the table estimates, without their snapshot."""
        rows = []
        for measure, make in (
            ("net_index", self._net),
            ("share_of_voice", self._voice),
            ("difference", self._difference),
        ):
            keys = [key for key in self._every_key() if key[0] == measure]
            if keys:
                rows += make(keys)
        return rows

    def _every_key(self) -> list[Key]:
        """All cells; and for each pair of brands with cells in a period a difference, met or not."""
        keys = [key for key in self._cells if key[0] != "difference"]
        pairs = {(key[1], key[2]) for key in self._cells if key[0] == "difference"}
        net = {key for key in keys if key[0] == "net_index" and key[3] == ""}
        for own, rival in sorted(pairs):
            keys += [
                ("difference", own, rival, *key[3:])
                for key in net
                if key[1] == own and ("net_index", rival, *key[2:]) in net
            ]
        return sorted(keys)

    def _sums(self, keys: list[Key], scale: float) -> Sums:
        """Arrays of sums over cells, voices in units of one and y in the figure's unit."""

        def column(kind: str, name: str, unit: float) -> Floats:
            return np.array([float(self._cells[key][kind][name]) for key in keys]) * unit

        y, n = scale / WEIGHT, 1 / WEIGHT

        def groups(kind: str) -> Groups:
            return Groups(
                n_groups=column(kind, "n_clusters", 1),
                yy=column(kind, "sum_yy", y * y),
                yn=column(kind, "sum_yn", y * n),
                nn=column(kind, "sum_nn", n * n),
            )

        return Sums(
            n=column("both", "sum_n", n),
            sum_y=column("both", "sum_y", y),
            author=groups("author"),
            thread=groups("thread"),
            both=groups("both"),
        )

    def _net(self, keys: list[Key]) -> list[dict[str, Any]]:
        sums = self._sums(keys, INDEX)
        machine = _ratio(sums, self._level, (-100, 100))
        weighed = self._weighed(machine)
        rectifiers, support = zip(*(self._rectifier(key) for key in keys), strict=True)
        spread = self._spread(keys, weighed, rectifiers, support)
        corrected = _corrected(weighed, rectifiers, spread, self._level, (-100, 100))
        return [
            self._row(key, corrected, machine, i, support=support[i], n_labels=rectifiers[i].n, method="rectified mean")
            for i, key in enumerate(keys)
        ]

    def _voice(self, keys: list[Key]) -> list[dict[str, Any]]:
        cells = _ratio(self._sums(keys, 1.0), self._level, (0, 1))
        return [
            self._row(key, cells, cells, i, support="measured", method="names counted") for i, key in enumerate(keys)
        ]

    def _difference(self, keys: list[Key]) -> list[dict[str, Any]]:
        own = [("net_index", key[1], "", *key[3:]) for key in keys]
        rival = [("net_index", key[2], "", *key[3:]) for key in keys]
        # Bonferroni: all rivals of one period together keep the declared level.
        level = 1 - (1 - self._level) / self._n_rivals
        machine = difference_from_sums(
            own=self._sums(own, INDEX),
            rival=self._sums(rival, INDEX),
            **{kind: self._cross(keys, kind) for kind in KINDS},
            level=level,
            bounds=(-200, 200),
        )
        pairs = [(self._rectifier(a), self._rectifier(b)) for a, b in zip(own, rival, strict=True)]
        rectifiers = [
            Rectifier(a.value - b.value, float(np.hypot(a.se, b.se)), min(a.n, b.n), (a.slope + b.slope) / 2)
            for (a, _), (b, _) in pairs
        ]
        support = [_weaker(a, b) for (_, a), (_, b) in pairs]
        weighed = self._weighed(machine)
        spread = self._spread(keys, weighed, rectifiers, support)
        corrected = _corrected(weighed, rectifiers, spread, level, (-200, 200))
        return [
            self._row(
                key,
                corrected,
                machine,
                i,
                support=support[i],
                n_labels=rectifiers[i].n,
                method="difference, Bonferroni",
            )
            for i, key in enumerate(keys)
        ]

    def _weighed(self, machine: Cells) -> Cells:
        """The machine's means and errors times how much its verdicts are worth."""
        return replace(machine, value=machine.value * self._power, se=machine.se * self._power)

    def _cross(self, keys: list[Key], kind: str) -> Cross:
        """Sums over the groups that hold both brands; zero where no author or thread speaks of both."""
        y, n = INDEX / WEIGHT, 1 / WEIGHT
        found = [self._cells.get(key, {}).get(kind, {}) for key in keys]

        def column(name: str, unit: float) -> Floats:
            return np.array([float(cell.get(name, 0)) for cell in found]) * unit

        return Cross(
            y1y2=column("sum_yy", y * y),
            y1n2=column("sum_yn", y * n),
            n1y2=column("sum_ny", y * n),
            n1n2=column("sum_nn", n * n),
        )

    def _rectifier(self, key: Key) -> tuple[Rectifier, str]:
        """The reader's error for a cell, and where it comes from."""
        _, brand, _, aspect, period, start, _ = key
        end = self._last_day if period == "all" else last_day(period, start)
        of_brand = [row for row in self._judged if row["brand"] == brand]
        within = [row for row in of_brand if aspect == "" and (period == "all" or start <= row["day"] <= end)]
        whole = period == "all" and aspect == ""  # all of the brand's labels lie in this cell
        if len(within) >= (LABELS_FOR_A_BRAND if whole else LABELS_FOR_A_CELL):
            return _rectifier(within, self._power), "measured"
        if len(of_brand) >= LABELS_FOR_A_BRAND:
            return _rectifier(of_brand, self._power), "borrowed"
        return Rectifier(0.0, 0.0, len(of_brand), 1.0), "unproven"

    def _spread(self, keys: list[Key], machine: Cells, rectifiers: Any, support: Any) -> Floats:
        """How far the reader's error may differ between a brand's cells, in index points.

        If the machine's mean moves by `slope` for one point of true change, a cell that truly lies x points off the
        brand's mean is misjudged by (1 − slope) x. How far cells truly lie apart shows in the machine's means, less
        their own error.
        """
        spread: Floats = np.zeros(len(keys))
        families: dict[tuple[Any, ...], list[int]] = {}
        for i, key in enumerate(keys):
            families.setdefault((key[1], key[2], key[3] != "", key[4], key[6]), []).append(i)
        for members in families.values():
            sure = [i for i in members if np.isfinite(machine.se[i])]
            if len(sure) < 3:
                continue
            between = float(np.var(machine.value[sure], ddof=1)) - float(np.mean(machine.se[sure] ** 2))
            apart = math.sqrt(max(between, 0.0))
            for i in members:
                slope = min(max(rectifiers[i].slope, 0.2), 1.0)
                spread[i] = apart * (1 - slope) / slope if support[i] == "borrowed" else 0.0
        return spread

    def _row(
        self, key: Key, cells: Cells, machine: Cells, i: int, *, support: str, method: str, n_labels: int = 0
    ) -> dict[str, Any]:
        measure, brand, rival, aspect, period, start, counted = key
        sides = self._cells["net_index", brand, "", aspect, period, start, counted]  # whose voices are heard
        enough = sides["both"]["n_posts"] >= self._min_posts and bool(np.isfinite(cells.low[i]))
        return {
            "figure_id": figure_id_of(
                measure=measure,
                brand=brand,
                rival=rival,
                aspect=aspect,
                period=period,
                period_start=start,
                counted=counted,
            ),
            "measure": measure,
            "brand": brand,
            "rival": rival,
            "aspect": aspect,
            "venue": "",
            "period": period,
            "period_start": self._first_day if period == "all" else start,
            "period_end": self._last_day if period == "all" else last_day(period, start),
            "estimand": "rate",
            "counted": counted,
            "value": _number(cells.value[i], enough),
            "low": _number(cells.low[i], enough),
            "high": _number(cells.high[i], enough),
            "level": self._level,
            "machine_value": _number(machine.value[i], True),
            "support": support,
            "n_posts": sides["both"]["n_posts"],
            "n_authors": sides["author"]["n_clusters"],
            "n_threads": sides["thread"]["n_clusters"],
            "n_labels": n_labels,
            "method": method,
            "verdict": _verdict(measure, cells.low[i], cells.high[i], enough, support),
        }


def _ratio(sums: Sums, level: float, bounds: tuple[float, float]) -> Cells:
    return ratio_from_sums(
        n=sums.n, sum_y=sums.sum_y, author=sums.author, thread=sums.thread, both=sums.both, level=level, bounds=bounds
    )


def _corrected(machine: Cells, rectifiers: Any, spread: Floats, level: float, bounds: tuple[float, float]) -> Cells:
    return correct_with_labels(
        machine.value,
        np.where(np.isfinite(machine.se), machine.se, np.nan),
        np.array([rectifier.value for rectifier in rectifiers]),
        np.array([rectifier.se for rectifier in rectifiers]),
        machine_dof=machine.dof,
        rectifier_dof=np.array([max(rectifier.n - 1, 1) for rectifier in rectifiers], dtype=float),
        spread=spread,
        level=level,
        bounds=bounds,
    )


def _power(rows: list[dict[str, Any]]) -> float:
    """How many points of truth one point of the machine is worth: the slope of label on machine over all labels.

    With it the corrected mean has the least error (λ of Angelopoulos, Duchi, Zrnic 2023, eq. 6, for all posts machine
    read); a timid reader gets more than 1, a useless one 0. With few labels the machine is taken as it is.
    """
    if len(rows) < LABELS_FOR_A_BRAND:
        return 1.0
    machine = np.array([row["machine_y"] for row in rows]) * INDEX
    label = np.array([row["label_y"] for row in rows]) * INDEX
    spread = float(np.var(machine))
    covariance = float(np.mean((label - label.mean()) * (machine - machine.mean())))
    return min(max(covariance / spread, 0.0), MOST_POWER) if spread > 0 else 1.0


def _rectifier(rows: list[dict[str, Any]], power: float) -> Rectifier:
    """Mean of label minus weighed machine over drawn labels, each counted one over its chance to be drawn (Hájek)."""
    weight = np.array([1 / row["inclusion_probability"] for row in rows])
    weight /= weight.sum()
    label = np.array([row["label_y"] for row in rows]) * INDEX
    machine = np.array([row["machine_y"] for row in rows]) * INDEX * power
    value = float(weight @ (label - machine))
    n = len(rows)
    se = float(np.sqrt(n / (n - 1) * np.sum((weight * (label - machine - value)) ** 2)))
    label_off, machine_off = label - weight @ label, machine - weight @ machine
    truth_variance = float(weight @ label_off**2)
    slope = float(weight @ (label_off * machine_off)) / truth_variance if truth_variance > 0 else 1.0
    return Rectifier(value, se, n, slope)


def _weaker(*supports: str) -> str:
    return max(supports, key=("measured", "borrowed", "unproven").index)


def _number(value: float, said: bool) -> float | None:
    return round(float(value), 6) if said and np.isfinite(value) else None


def _verdict(measure: str, low: float, high: float, enough: bool, support: str) -> str:
    if not enough:
        return "too_few"
    if measure != "difference" or support == "unproven":
        return ""
    return "higher" if low > 0 else "lower" if high < 0 else "no_difference_shown"
