"""Figures: sums become estimates, put right with what the labels say about the reader.

The machine's mean in a cell has its clustered error; the reader's error in it is carried there from the labels, with an
error of its own (see borrowing).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leumund.estimates import Cells, Cross, Sums, correct_with_labels, difference_from_sums, ratio_from_sums
from leumund.picture.borrowing import Carried, Makeup, ReaderError, Stretch
from leumund.picture.counting import ALL_TIME, WEIGHT
from leumund.picture.identity import figure_id_of, last_day
from leumund.picture.missing import WITHHELD_ABOVE, Filled, Gaps
from leumund.picture.sums import sums_of
from leumund.step import Step, Whole
from leumund.tables import Estimate, rows_to_arrow

__all__ = ["step"]

KINDS = ("author", "thread", "both")
INDEX = 0.01  # 1/10,000 -> index points −100..100
BOUND_ROWS = 2_000_000

Key = tuple[str, str, str, str, str, date, str]  # measure, brand, rival, aspect, period, period_start, counted
Floats = NDArray[np.float64]


def step(*, level: float, min_posts: int, rivals: int, snapshot_id: str) -> Step:
    """Give the step that makes all estimates of a snapshot from its sums."""

    def run(tables: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
        book = _Book(tables, level=level, min_posts=min_posts, rivals=rivals)
        rows = [Estimate(snapshot_id=snapshot_id, **figure) for figure in book.figures()]
        return {"estimates": rows_to_arrow("estimates", sorted(rows, key=lambda row: row.figure_id))}

    version = f"8|{level}|{min_posts}|{rivals}|{snapshot_id}"
    return Whole(
        "figures",
        ("cells", "judged", "judged_aspects", "makeup", "coverage"),
        ("estimates",),
        BOUND_ROWS,
        run,
        version=version,
    )


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
        self._keys = self._every_key()
        makeup = Makeup(tables["makeup"], tables.get("makeup_within"))
        self._reader, self._gaps = (
            ReaderError(tables["judged"], tables["judged_aspects"], makeup),
            Gaps(tables["coverage"], makeup),
        )
        stretches = list(dict.fromkeys(Stretch(*key[1:6]) for key in self._keys if key[0] != "share_of_voice"))
        self._place = {stretch: i for i, stretch in enumerate(stretches)}
        self._carried = self._reader.carried(stretches)
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
            keys = [key for key in self._keys if key[0] == measure]
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
        return sums_of([self._cells[key] for key in keys], scale)

    def _net(self, keys: list[Key]) -> list[dict[str, Any]]:
        sums = self._sums(keys, INDEX)
        machine, gaps = _ratio(sums, self._level, (-100, 100)), self._index_gaps(keys)
        weighed = self._weighed(_filled(machine, gaps))
        error = self._error(keys)
        corrected = _corrected(weighed, error, self._level, (-100, 100))
        return [
            self._row(key, corrected, machine, i, error=error, gap=gaps.share[i], method="rectified mean")
            for i, key in enumerate(keys)
        ]

    def _voice(self, keys: list[Key]) -> list[dict[str, Any]]:
        counted = _ratio(self._sums(keys, 1.0), self._level, (0, 1))
        gaps = self._gaps.of_voice([Stretch(*key[1:6]) for key in keys], sorted({key[1] for key in keys}))
        zero, one = np.zeros(len(keys)), np.ones(len(keys))
        sure = Carried(zero, zero, one, ["measured"] * len(keys), [0] * len(keys))  # names are not misread
        cells = _corrected(_filled(counted, gaps), sure, self._level, (0, 1))
        return [
            self._row(key, cells, counted, i, error=sure, gap=gaps.share[i], method="names counted")
            for i, key in enumerate(keys)
        ]

    def _difference(self, keys: list[Key]) -> list[dict[str, Any]]:
        own = [("net_index", key[1], "", *key[3:]) for key in keys]
        rival = [("net_index", key[2], "", *key[3:]) for key in keys]
        # Bonferroni: all rivals of one period together keep the declared level.
        level = 1 - (1 - self._level) / self._n_rivals
        sides = self._sums(own, INDEX), self._sums(rival, INDEX)
        machine = difference_from_sums(
            own=sides[0],
            rival=sides[1],
            **{kind: self._cross(keys, kind) for kind in KINDS},
            level=level,
            bounds=(-200, 200),
        )
        means = [_ratio(side, level, (-100, 100)).value for side in sides]
        gaps = [self._index_gaps(side) for side in (own, rival)]
        filled = replace(
            machine,
            value=gaps[0].value(means[0]) - gaps[1].value(means[1]),
            se=np.sqrt(machine.se**2 + sum((gap.share * gap.error) ** 2 for gap in gaps)),
        )
        error, share = self._error(keys), np.maximum(gaps[0].share, gaps[1].share)
        corrected = _corrected(self._weighed(filled), error, level, (-200, 200))
        return [
            self._row(key, corrected, machine, i, error=error, gap=share[i], method="difference, Bonferroni")
            for i, key in enumerate(keys)
        ]

    def _index_gaps(self, keys: list[Key]) -> Filled:
        """What gaps leave of net indices, in index points."""
        found = self._gaps.of_index([Stretch(*key[1:6]) for key in keys])
        return found._replace(usual=found.usual * INDEX, error=found.error * INDEX)

    def _error(self, keys: list[Key]) -> Carried:
        """The reader's error per cell; the ways of counting share it."""
        found, at = self._carried, [self._place[Stretch(*key[1:6])] for key in keys]
        return Carried(
            found.value[at],
            found.se[at],
            found.dof[at],
            [found.support[i] for i in at],
            [found.n_labels[i] for i in at],
        )

    def _weighed(self, machine: Cells) -> Cells:
        """The machine's means and errors times how much its verdicts are worth."""
        return replace(machine, value=machine.value * self._reader.power, se=machine.se * self._reader.power)

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

    def _row(
        self, key: Key, cells: Cells, machine: Cells, i: int, *, method: str, error: Carried, gap: float
    ) -> dict[str, Any]:
        measure, brand, rival, aspect, period, start, counted = key
        sides = self._cells["net_index", brand, "", aspect, period, start, counted]  # whose voices are heard
        withheld = gap > WITHHELD_ABOVE
        enough = sides["both"]["n_posts"] >= self._min_posts and bool(np.isfinite(cells.low[i])) and not withheld
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
            "support": error.support[i],
            "gap_share": round(float(gap), 6),
            "n_posts": sides["both"]["n_posts"],
            "n_authors": sides["author"]["n_clusters"],
            "n_threads": sides["thread"]["n_clusters"],
            "n_labels": error.n_labels[i],
            "method": method,
            "verdict": "gap" if withheld else _verdict(measure, cells.low[i], cells.high[i], enough, error.support[i]),
        }


def _ratio(sums: Sums, level: float, bounds: tuple[float, float]) -> Cells:
    return ratio_from_sums(
        n=sums.n, sum_y=sums.sum_y, author=sums.author, thread=sums.thread, both=sums.both, level=level, bounds=bounds
    )


def _filled(machine: Cells, gaps: Filled) -> Cells:
    return replace(machine, value=gaps.value(machine.value), se=gaps.se(machine.se))


def _corrected(machine: Cells, error: Carried, level: float, bounds: tuple[float, float]) -> Cells:
    return correct_with_labels(
        machine.value,
        machine.se,
        error.value,
        error.se,
        machine_dof=machine.dof,
        rectifier_dof=error.dof,
        level=level,
        bounds=bounds,
    )


def _number(value: float, said: bool) -> float | None:
    return round(float(value), 6) if said and np.isfinite(value) else None


def _verdict(measure: str, low: float, high: float, enough: bool, support: str) -> str:
    if not enough:
        return "too_few"
    if measure != "difference" or support == "unproven":
        return ""
    return "higher" if low > 0 else "lower" if high < 0 else "no_difference_shown"
