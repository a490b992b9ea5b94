"""Second opinion on a campaign: the rivals mixed into a twin of the index, and placebos in time."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from leumund.errors import CannotEstimate
from leumund.estimates.campaign import FEWEST_WEEKS_BEFORE, estimate_effect, read_series
from leumund.estimates.estimated import EstimatedEffect, Placebo, SyntheticEffect
from leumund.estimates.inputs import Floats, as_row, check_level

__all__ = ["FEWEST_PLACEBOS", "estimate_synthetic", "placebo_brands", "placebo_starts"]

FEWEST_PLACEBOS = 19
"""With fewer, even the greatest effect of all has a p-value above .05."""

WINDOW_WEEKS = 8
MOST_STARTS = 12
_SUM_TO_ONE = 1e4  # weight of the row that holds the sum of the rivals' weights


def estimate_synthetic(index: ArrayLike, rivals: ArrayLike, start: int, *, level: float = 0.95) -> SyntheticEffect:
    """Give the step at row `start` against a mixture of the rivals, in the index's units.

    The rivals' weights are convex and fitted to the weeks before the start alone, both sides less their own means
    (Abadie, Diamond, Hainmueller 2010; with a level of its own: Ferman and Pinto 2021). The step is the mean gap to
    the mixture in the eight weeks after the start less that in the eight before (fewer where there are fewer weeks),
    because neighbouring weeks stay comparable even if the index wanders off. The error is told by placebos in time:
    the same step at every earlier week, the weights being fitted without the weeks after it. The interval is the step
    less and plus the size that `level` of the placebos stay below. Placebos overlap and hang together, so the p-value
    is a rank, not a promise; with fewer than 19 placebos there is neither. Input and refusals as `estimate_effect`.
    """
    level = check_level(level)
    start = as_row(start, "start")
    y, x, kept = read_series(index, rivals, start)
    before = int(kept[:start].sum())
    window = max(1, min(WINDOW_WEEKS, y.size - before, (before - FEWEST_PLACEBOS + 1) // 2))
    weights = _weights(y[:before], x[:before])
    value = _step(y, x, weights, before, window)
    placebos = []
    for row in range(window, before - window + 1):
        others = (np.arange(before) < row) | (np.arange(before) >= row + window)
        placebos.append(_step(y, x, _weights(y[:before][others], x[:before][others]), row, window))
    sizes = np.sort(np.abs(placebos))
    # Of n placebos and the step itself, `level` must lie at or below the rank taken.
    rank = int(np.ceil(level * (sizes.size + 1)))
    half = float(sizes[rank - 1]) if sizes.size >= max(FEWEST_PLACEBOS, rank) else float("nan")
    p_value = (1 + float((sizes >= abs(value)).sum())) / (1 + sizes.size)
    expected = np.full(kept.size, np.nan)
    expected[kept] = x @ weights + (y[:before] - x[:before] @ weights).mean()
    return SyntheticEffect(
        value=value,
        low=value - half,
        high=value + half,
        n=int(y.size),
        level=level,
        machine_value=float(y[before : before + window].mean() - y[before - window : before].mean()),
        method="synthetic control, placebos in time",
        p_value=p_value if np.isfinite(half) else float("nan"),
        weights=weights,
        placebos=np.array(placebos),
        window_weeks=window,
        expected=expected,
    )


def _step(y: Floats, x: Floats, weights: Floats, row: int, window: int) -> float:
    gap = y - x @ weights
    return float(gap[row : row + window].mean() - gap[row - window : row].mean())


def _weights(y: Floats, x: Floats) -> Floats:
    """Convex weights that bring the rivals nearest to the index, all less their means (least squares)."""
    scale = float(x.std()) or 1.0
    stacked = np.vstack([(x - x.mean(axis=0)) / scale, np.full(x.shape[1], _SUM_TO_ONE)])
    weights = optimize.nnls(stacked, np.append((y - y.mean()) / scale, _SUM_TO_ONE))[0]
    return np.asarray(weights / weights.sum())


def placebo_starts(index: ArrayLike, rivals: ArrayLike, start: int, *, level: float = 0.95) -> list[Placebo]:
    """Give what `estimate_effect` says of starts at which nothing happened, on the weeks before the true start alone.

    Each has 26 weeks or more before it and 4 or more after; at most 12 of them, evenly spread. Empty where there are
    too few weeks; a start before which nothing moves is left out. Rows are counted as in `index`.
    """
    start = as_row(start, "start")
    y, x, kept = read_series(index, rivals, start)
    before = int(kept[:start].sum())
    rows = np.flatnonzero(kept)
    candidates = np.arange(FEWEST_WEEKS_BEFORE, before - 3)
    chosen = np.unique(np.linspace(0, candidates.size - 1, min(MOST_STARTS, candidates.size)).astype(int))
    seen = ((first, _placebo(y[:before], x[:before], int(first), level)) for first in candidates[chosen])
    return [Placebo(row=int(rows[first]), effect=effect) for first, effect in seen if effect is not None]


def placebo_brands(
    index: ArrayLike, rivals: ArrayLike, start: int, *, level: float = 0.95
) -> list[EstimatedEffect | None]:
    """Give what `estimate_effect` says of each rival in the own brand's place, the other rivals beside it.

    One entry per column of `rivals`. The own brand is no control here: a campaign that moved it would look like a fall
    of all others. None for a rival of which nothing can be said: it never moves, misses too many weeks, or has no other
    rival beside it.
    """
    _, _, kept = read_series(index, rivals, start)
    x = np.asarray(rivals, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    return [_placebo(np.where(kept, x[:, j], np.nan), np.delete(x, j, axis=1), start, level) for j in range(x.shape[1])]


def _placebo(index: Floats, rivals: Floats, start: int, level: float) -> EstimatedEffect | None:
    try:
        return estimate_effect(index, rivals, start, level=level)
    except CannotEstimate:
        return None
