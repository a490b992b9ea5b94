"""Scales: labels that were put onto the scale of another guideline by a bridge, and share the bridge's error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from leumund.estimates.inputs import Floats, Ints, as_floats, as_whole, refuse

__all__ = ["Scales", "read_scales"]


@dataclass(frozen=True)
class Scales:
    """Which labels were put onto the targets' scale by a bridge, and with which error.

    `number` holds a whole number for each label: 0 = judged on the targets' scale, k = bridged from scale k, whose
    bridge has the standard error `se[k - 1]`, in the units of the errors.
    """

    number: ArrayLike
    se: ArrayLike


def read_scales(scales: Scales | None, n: int) -> tuple[Ints, Floats]:
    """Give the scale of each label and the standard errors of those that have one."""
    if scales is None:
        return np.zeros(n, dtype=np.int64), np.zeros(0)
    number, se = as_whole(scales.number, "scale"), as_floats(scales.se, "error of a scale")
    if number.shape != (n,) or (number < 0).any() or number.max(initial=0) > se.size:
        raise refuse(
            f"{number.size} numbers of {se.size} scales for {n} labels",
            next_step="give each label one: 0, or from 1 the number of the bridge that it was put there by",
        )
    if not np.isfinite(se).all() or (se < 0).any():
        raise refuse("a scale's error is negative or no number", next_step="leave out labels without a bridge")
    sure = np.append(True, se > 0)  # a bridge without error is as good as none
    return (np.cumsum(sure) - 1)[number] * sure[number], se[se > 0]
