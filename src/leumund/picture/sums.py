"""Columns of the table cells as the arrays that `estimates` takes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leumund.estimates import Cross, Groups, Sums
from leumund.picture.exact import Wide
from leumund.picture.voices import KINDS, WEIGHT

__all__ = ["crosses_of", "sums_of"]

Floats = NDArray[np.float64]


def sums_of(cells: pa.Table, scale: float) -> Sums:
    """Give the sums of net indices or shares of voice; voices in units of one, y times `scale`."""
    y, n = scale / WEIGHT, 1 / WEIGHT

    def groups(kind: str, n_groups: str) -> Groups:
        return Groups(
            n_groups=_whole(cells, n_groups, 1),
            yy=_wide(cells, f"{kind}_yy", y * y),
            yn=_wide(cells, f"{kind}_yn", y * n),
            nn=_wide(cells, f"{kind}_nn", n * n),
        )

    return Sums(
        n=_whole(cells, "sum_n", n),
        sum_y=_whole(cells, "sum_y", y),
        author=groups("author", "n_authors"),
        thread=groups("thread", "n_threads"),
        both=groups("both", "n_both"),
    )


def crosses_of(cells: pa.Table, scale: float) -> dict[str, Cross]:
    """Give the sums over what both brands of a difference share, by kind of group."""
    y, n = scale / WEIGHT, 1 / WEIGHT
    return {
        kind: Cross(
            y1y2=_wide(cells, f"{kind}_yy", y * y),
            y1n2=_wide(cells, f"{kind}_yn", y * n),
            n1y2=_wide(cells, f"{kind}_ny", y * n),
            n1n2=_wide(cells, f"{kind}_nn", n * n),
        )
        for kind in KINDS
    }


def _whole(cells: pa.Table, name: str, unit: float) -> Floats:
    return np.asarray(cells[name].to_numpy() * unit, dtype=np.float64)


def _wide(cells: pa.Table, name: str, unit: float) -> Floats:
    return Wide.from_arrow(cells[name]).floats() * unit
