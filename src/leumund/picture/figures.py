"""Figures: sums become estimates, put right with what the labels say about the reader.

The machine's mean in a cell has its clustered error; the reader's error in it is carried there from the labels, with an
error of its own (see borrowing).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from leumund.estimates import Cells, Cross, Sums, correct_with_labels, difference_from_sums, ratio_from_sums
from leumund.picture.borrowing import Carried, Makeup, ReaderError, Stretch
from leumund.picture.identity import figure_id_of, last_day
from leumund.picture.missing import WITHHELD_ABOVE, Filled, Gaps
from leumund.picture.sums import crosses_of, sums_of
from leumund.step import Step, Whole
from leumund.tables import arrow_schema

__all__ = ["step"]

INDEX = 0.01  # 1/10,000 -> index points −100..100
BOUND_ROWS = 2_000_000
COORDINATES = ("brand", "rival", "aspect", "period", "period_start", "counted")

Key = tuple[str, str, str, str, date, str]  # brand, rival, aspect, period, period_start, counted
Floats = NDArray[np.float64]
Columns = dict[str, Any]


def step(*, level: float, min_posts: int, rivals: int, snapshot_id: str) -> Step:
    """Give the step that makes all estimates of a snapshot from its sums."""

    def run(tables: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
        book = _Book(tables, level=level, min_posts=min_posts, rivals=rivals)
        schema = arrow_schema("estimates")
        rows = pa.concat_tables([schema.empty_table(), *book.figures(snapshot_id)])
        return {"estimates": rows.sort_by("figure_id").combine_chunks()}

    version = f"12|{level}|{min_posts}|{rivals}|{snapshot_id}"
    return Whole(
        "figures",
        ("cells", "judged", "judged_aspects", "guideline_bridges", "makeup", "coverage"),
        ("estimates",),
        BOUND_ROWS,
        run,
        version=version,
    )


class _Book:
    """All cells of a snapshot, and the estimates made of them."""

    def __init__(self, tables: Mapping[str, pa.Table], *, level: float, min_posts: int, rivals: int) -> None:
        self._level, self._min_posts, self._n_rivals = level, min_posts, max(rivals, 1)
        cells = tables["cells"]
        self._net, self._voice, self._shared = (
            _Rows(cells.filter(pc.field("measure") == measure))
            for measure in ("net_index", "share_of_voice", "difference")
        )
        makeup = Makeup(tables["makeup"], tables.get("makeup_within"))
        self._reader = ReaderError(tables["judged"], tables["judged_aspects"], makeup, tables["guideline_bridges"])
        self._gaps = Gaps(tables["coverage"], makeup)
        self._differences = self._compared()
        stretches = list(dict.fromkeys((*self._net.stretches, *map(_stretch, self._differences))))
        self._place = {stretch: i for i, stretch in enumerate(stretches)}
        self._carried = self._reader.carried(stretches)
        weeks = [key[4] for key in self._net.keys if key[3] == "week"]
        self._span = (min(weeks), last_day("week", max(weeks))) if weeks else (date.min, date.min)

    def figures(self, snapshot_id: str) -> list[pa.Table]:
        """Give the rows of the table estimates, a table for each measure that has some."""
        made = ((self._net.keys, self._nets), (self._voice.keys, self._voices), (self._differences, self._between))
        return [make(snapshot_id) for keys, make in made if keys]

    def _compared(self) -> list[Key]:
        """For each pair of brands that authors or threads share, every period in which both have a cell."""
        whole = {key for key in self._net.keys if key[2] == ""}
        pairs = {key[:2] for key in self._shared.keys}
        met = [(own, rival, *key[2:]) for own, rival in pairs for key in whole if key[0] == own]
        return sorted(key for key in met if (key[1], "", *key[2:]) in whole)

    def _nets(self, snapshot_id: str) -> pa.Table:
        keys = self._net.keys
        machine, gaps, error = (
            _ratio(self._net.sums(INDEX), self._level, (-100, 100)),
            self._missing(self._net.stretches),
            self._error(self._net.stretches),
        )
        corrected = _corrected(self._weighed(_filled(machine, gaps)), error, self._level, (-100, 100))
        return self._rows(
            "net_index", keys, corrected, machine, snapshot_id, error=error, gap=gaps.share, method="rectified mean"
        )

    def _voices(self, snapshot_id: str) -> pa.Table:
        keys = self._voice.keys
        counted = _ratio(self._voice.sums(1.0), self._level, (0, 1))
        gaps = self._gaps.of_voice(self._voice.stretches, sorted({key[0] for key in keys}))
        zero, one = np.zeros(len(keys)), np.ones(len(keys))
        sure = Carried(zero, zero, one, ["measured"] * len(keys), [0] * len(keys))  # names are not misread
        cells = _corrected(_filled(counted, gaps), sure, self._level, (0, 1))
        return self._rows(
            "share_of_voice", keys, cells, counted, snapshot_id, error=sure, gap=gaps.share, method="names counted"
        )

    def _between(self, snapshot_id: str) -> pa.Table:
        keys = self._differences
        sides = [self._net.at((brand(key), "", *key[2:]) for key in keys) for brand in (_own, _rival)]
        # Bonferroni: all rivals of one period together keep the declared level.
        level = 1 - (1 - self._level) / self._n_rivals
        own, rival = (self._net.sums(INDEX, side) for side in sides)
        machine = difference_from_sums(own=own, rival=rival, **self._crosses(keys), level=level, bounds=(-200, 200))
        means = [_ratio(sums, level, (-100, 100)).value for sums in (own, rival)]
        gaps = [self._missing([self._net.stretches[i] for i in side]) for side in sides]
        filled = replace(
            machine,
            value=gaps[0].value(means[0]) - gaps[1].value(means[1]),
            se=np.sqrt(machine.se**2 + sum((gap.share * gap.error) ** 2 for gap in gaps)),
        )
        error, share = self._error([_stretch(key) for key in keys]), np.maximum(gaps[0].share, gaps[1].share)
        corrected = _corrected(self._weighed(filled), error, level, (-200, 200))
        method = "difference, Bonferroni"
        return self._rows("difference", keys, corrected, machine, snapshot_id, error=error, gap=share, method=method)

    def _crosses(self, keys: Sequence[Key]) -> dict[str, Cross]:
        """Sums over the groups that hold both brands; zero where no author or thread speaks of both."""
        at = self._shared.at(keys)

        def placed(values: ArrayLike) -> Floats:
            return np.asarray(np.where(at < 0, 0.0, np.append(values, 0.0)[at]), dtype=np.float64)

        found = crosses_of(self._shared.table, INDEX)
        return {kind: Cross(*map(placed, cross)) for kind, cross in found.items()}

    def _missing(self, stretches: Sequence[Stretch]) -> Filled:
        """What gaps leave of net indices, in index points."""
        found = self._gaps.of_index(stretches)
        return found._replace(usual=found.usual * INDEX, error=found.error * INDEX)

    def _error(self, stretches: Sequence[Stretch]) -> Carried:
        """The reader's error per cell; the ways of counting share it."""
        found, at = self._carried, [self._place[stretch] for stretch in stretches]
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

    def _rows(
        self,
        measure: str,
        keys: Sequence[Key],
        cells: Cells,
        machine: Cells,
        snapshot_id: str,
        *,
        error: Carried,
        gap: Floats,
        method: str,
    ) -> pa.Table:
        named = dict(zip(COORDINATES, zip(*keys, strict=True), strict=True))
        heard = self._net.table.take(self._net.at((key[0], "", *key[2:]) for key in keys))  # whose voices they are
        withheld, support = gap > WITHHELD_ABOVE, np.array(error.support, dtype=object)
        enough = (heard["n_posts"].to_numpy() >= self._min_posts) & np.isfinite(cells.low) & ~withheld
        columns = {
            **named,
            "figure_id": [_figure_id(measure, key) for key in keys],
            "snapshot_id": snapshot_id,
            "measure": measure,
            "venue": "",
            "period_start": [self._span[0] if key[3] == "all" else key[4] for key in keys],
            "period_end": [self._span[1] if key[3] == "all" else last_day(key[3], key[4]) for key in keys],
            "estimand": "rate",
            "value": _numbers(cells.value, enough),
            "low": _numbers(cells.low, enough),
            "high": _numbers(cells.high, enough),
            "level": np.full(len(keys), self._level),
            "machine_value": _numbers(machine.value, np.ones(len(keys), dtype=bool)),
            "support": support,
            "gap_share": np.round(gap, 6),
            **{name: heard[name] for name in ("n_posts", "n_authors", "n_threads")},
            "n_labels": error.n_labels,
            "method": method,
            "verdict": np.where(withheld, "gap", _verdicts(measure, cells, enough, support)),
        }
        schema = arrow_schema("estimates")
        return pa.Table.from_arrays([_column(columns[f.name], f.type, len(keys)) for f in schema], schema=schema)


class _Rows:
    """Cells of one measure, and where each of them stands."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table.combine_chunks()
        self.keys: list[Key] = list(zip(*(table[name].to_pylist() for name in COORDINATES), strict=True))
        self.stretches = [_stretch(key) for key in self.keys]
        self._places = {key: i for i, key in enumerate(self.keys)}

    def at(self, keys: Iterable[Key]) -> NDArray[np.int64]:
        """Give the rows of some cells, -1 where there is none."""
        return np.array([self._places.get(key, -1) for key in keys], dtype=np.int64)

    def sums(self, scale: float, rows: NDArray[np.int64] | None = None) -> Sums:
        """Give the sums of all cells, or of some, y times `scale`."""
        return sums_of(self.table if rows is None else self.table.take(rows), scale)


def _figure_id(measure: str, key: Key) -> str:
    brand, rival, aspect, period, start, counted = key
    return figure_id_of(
        measure=measure, brand=brand, rival=rival, aspect=aspect, period=period, period_start=start, counted=counted
    )


def _stretch(key: Key) -> Stretch:
    return Stretch(*key[:5])


def _own(key: Key) -> str:
    return key[0]


def _rival(key: Key) -> str:
    return key[1]


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


def _numbers(values: Floats, said: NDArray[np.bool_]) -> pa.Array:
    """Give six digits behind the point, and nothing where nothing is said."""
    kept = said & np.isfinite(values)
    rounded = [round(value, 6) for value in np.where(kept, values, 0.0).tolist()]  # numpy multiplies and errs on halves
    return pa.array(rounded, pa.float64(), mask=~kept)


def _verdicts(measure: str, cells: Cells, enough: NDArray[np.bool_], support: NDArray[Any]) -> NDArray[Any]:
    if measure != "difference":
        return np.where(enough, "", "too_few")
    unproven = support == "unproven"
    said = [~enough, unproven, cells.low > 0, cells.high < 0]
    return np.select(said, ["too_few", "", "higher", "lower"], "no_difference_shown")


def _column(values: Any, kind: pa.DataType, n: int) -> Any:
    if isinstance(values, str):
        return pa.repeat(values, n)
    return values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, kind)
