"""Rows of the table cells as the arrays that `estimates` takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leumund.estimates import Groups, Sums
from leumund.picture.counting import WEIGHT

__all__ = ["sums_of"]


def sums_of(cells: Sequence[Mapping[str, Mapping[str, Any]]], scale: float) -> Sums:
    """Give the sums of some cells, each author, thread, both -> row; voices in units of one, y times `scale`."""

    def column(kind: str, name: str, unit: float) -> NDArray[np.float64]:
        return np.array([float(cell[kind][name]) for cell in cells]) * unit

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
