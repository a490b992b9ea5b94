"""How far people who labelled the same posts agree beyond chance."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from leumund.estimates.inputs import Floats, as_floats, check_word, refuse

__all__ = ["Measurement", "alpha"]

Measurement = Literal["nominal", "ordinal", "interval", "ratio"]


def alpha(table: ArrayLike, level: Measurement = "nominal") -> float:
    """Give Krippendorff's α (2011, "Computing Krippendorff's alpha-reliability"): 1 agreement, 0 chance.

    `table` is coders × units, NaN where a coder did not label a unit; `level` the measurement: nominal, ordinal,
    interval or ratio. Units labelled once say nothing of agreement and drop out. Raises CannotEstimate when no unit
    was labelled twice, or when only one value was ever given, where α is not defined.

    >>> round(alpha([[1, 2, 3, 3], [1, 2, 3, 4]], "nominal"), 3)
    0.696
    """
    check_word(level, ("nominal", "ordinal", "interval", "ratio"), "level")
    values, together = _coincidences(as_floats(table, "table"))
    if values.size < 2:
        raise refuse(
            "every label is the same value, so agreement cannot be told from habit",
            next_step="label units that differ",
        )
    totals = together.sum(axis=0)
    distance = _distances(values, totals, level)
    observed = (together * distance).sum()
    expected = (np.outer(totals, totals) * distance).sum() / (totals.sum() - 1)
    return float(1 - observed / expected)


def _coincidences(table: Floats) -> tuple[Floats, Floats]:
    """Give the values and how often each pair of them met in one unit, each unit counting its labels once."""
    if table.ndim != 2 or table.shape[0] < 2 or np.isinf(table).any():
        raise refuse(f"a table of the shape {table.shape} is not coders × units", next_step="one row per coder, two up")
    table = table[:, (~np.isnan(table)).sum(axis=0) >= 2]
    if table.size == 0:
        raise refuse("no unit was labelled by two people", next_step="give some posts to two people")
    values = np.unique(table[~np.isnan(table)])
    counts = (table[None] == values[:, None, None]).sum(axis=1).astype(np.float64)
    scaled = counts / (counts.sum(axis=0) - 1)
    return values, np.asarray(counts @ scaled.T - np.diag(scaled.sum(axis=1)), dtype=np.float64)


def _distances(values: Floats, totals: Floats, level: Measurement) -> Floats:
    """Squared differences between values, as the level of measurement sees them."""
    a, b = values[:, None], values[None, :]
    if level == "nominal":
        return np.asarray(a != b, dtype=np.float64)
    if level == "interval":
        return np.asarray((a - b) ** 2)
    if level == "ratio":
        if (values < 0).any():
            raise refuse("ratios need values that are not negative", where="table", next_step="use 'interval'")
        total = np.where(a + b == 0, 1.0, a + b)
        return np.asarray(((a - b) / total) ** 2)
    between = np.abs(np.cumsum(totals)[:, None] - np.cumsum(totals)[None, :])
    ends = (totals[:, None] - totals[None, :]) / 2
    upper = np.triu(between - ends.T, 1)
    return np.asarray((upper + upper.T) ** 2)
