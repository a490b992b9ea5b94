"""Weekly series of an index and three rivals under common shocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "market"]

Array = NDArray[np.float64]


def market(effect: float, seed: int = 1, weeks: int = 78, start: int = 52) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    shocks = np.cumsum(rng.normal(0, 2, weeks))
    rivals = shocks[:, None] + rng.normal(0, 3, (weeks, 3))
    return shocks + rng.normal(0, 3, weeks) + effect * (np.arange(weeks) >= start), rivals
