"""A bridge between two readers: how much higher the new one reads what both have read, with its own error."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from leumund.estimates.clustered import Cross, Groups, Sums, difference_from_sums
from leumund.estimates.estimated import Cells, Estimated
from leumund.estimates.inputs import Floats, Ints, as_columns, as_floats, check_level, refuse

__all__ = ["estimate_bridge", "onto_new_scale", "spread_of_bridges"]


def estimate_bridge(
    old: ArrayLike,
    new: ArrayLike,
    clusters: ArrayLike | None = None,
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimated:
    """Give mean(new) − mean(old) over posts that two readers read, in their units, with its interval.

    NaN says that a reader did not count the post: what one finds and the other does not is a part of the difference.
    `clusters` are one or two integer columns (authors, threads); a post is in both means, so its errors cancel where
    the readers agree, and two equal readers give 0 without error (Cameron, Gelbach, Miller 2011, eq. 2.8, for the
    difference of two ratio means). `weights` are posts that each one stands for. Raises CannotEstimate when a reader
    counted no post, or when there are fewer than two groups.
    """
    y_old, y_new = as_floats(old, "old"), as_floats(new, "new")
    n = y_old.size
    if y_old.ndim != 1 or y_new.shape != y_old.shape:
        raise refuse(f"{y_old.shape} old and {y_new.shape} new readings", next_step="give one of each per post")
    w = np.ones(n) if weights is None else as_floats(weights, "weights")
    if w.shape != y_old.shape or not np.isfinite(w).all() or (w <= 0).any():
        raise refuse("weights have to be positive numbers, one per post")
    if np.isinf(y_old).any() or np.isinf(y_new).any():
        raise refuse("a reading is infinite", next_step="NaN = not counted by this reader")
    if np.isnan(y_old).all() or np.isnan(y_new).all():
        raise refuse("one reader counted no post of the overlap", next_step="let both read the same posts")
    columns = as_columns(np.arange(n) if clusters is None else clusters, n)
    author, thread = columns[0], columns[-1]
    groups = {
        "author": author,
        "thread": thread,
        "both": np.unique(np.stack([author, thread]), axis=1, return_inverse=True)[1],
    }
    cells = _difference(y_new, y_old, w, groups, level)
    if not np.isfinite(cells.low[0]):
        raise refuse("fewer than two groups were read by both", next_step="let both read posts of more authors")
    return Estimated(
        value=float(cells.value[0]),
        low=float(cells.low[0]),
        high=float(cells.high[0]),
        n=int((~np.isnan(y_old) | ~np.isnan(y_new)).sum()),
        level=level,
        se=float(cells.se[0]),
        dof=float(cells.dof[0]),
        method="bridge: difference of means over posts read by both, two-way clustered",
    )


def _difference(first: Floats, second: Floats, w: Floats, groups: dict[str, Ints], level: float) -> Cells:
    sides = [_side(values, w, groups) for values in (first, second)]
    author, thread, both = (_cross(first, second, w, groups[kind]) for kind in ("author", "thread", "both"))
    return difference_from_sums(own=sides[0], rival=sides[1], author=author, thread=thread, both=both, level=level)


def _cross(first: Floats, second: Floats, w: Floats, group: Ints) -> Cross:
    (y1, n1), (y2, n2) = (_per_group(values, w, group) for values in (first, second))
    return Cross(*([float(a @ b)] for a, b in ((y1, y2), (y1, n2), (n1, y2), (n1, n2))))


def _per_group(values: Floats, w: Floats, group: Ints) -> tuple[Floats, Floats]:
    """Weighted sum of y, and weight, of each group."""
    known = ~np.isnan(values)
    size = int(group.max()) + 1
    y, n = (np.bincount(group[known], sums, minlength=size) for sums in (w[known] * values[known], w[known]))
    return y.astype(np.float64), n.astype(np.float64)


def _side(values: Floats, w: Floats, groups: dict[str, Ints]) -> Sums:
    known = ~np.isnan(values)
    sums = {}
    for kind, group in groups.items():
        y, n = _per_group(values, w, group)
        sums[kind] = Groups([float((n > 0).sum())], [float(y @ y)], [float(y @ n)], [float(n @ n)])
    return Sums(n=[float(w[known].sum())], sum_y=[float(w[known] @ values[known])], **sums)


def spread_of_bridges(values: ArrayLike, errors: ArrayLike) -> float:
    """Give the standard deviation of the true bridges behind estimated ones, beyond their own errors.

    Moment estimator of DerSimonian and Laird (1986, eq. 8); 0 with fewer than three, or where chance explains it all.
    """
    value, se = as_floats(values, "values"), as_floats(errors, "errors")
    if value.shape != se.shape or (se < 0).any():
        raise refuse("give one positive error for each bridge")
    sure = np.isfinite(value) & (se > 0) & np.isfinite(se)
    if sure.sum() < 3:
        return 0.0
    value, weight = value[sure], 1 / se[sure] ** 2
    mean = (weight @ value) / weight.sum()
    excess = weight @ (value - mean) ** 2 - (value.size - 1)
    return float(np.sqrt(max(excess / (weight.sum() - (weight @ weight) / weight.sum()), 0.0)))


def onto_new_scale(
    value: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    *,
    bridge: float,
    bridge_se: float,
    bridge_dof: float = float("inf"),
    spread: float = 0.0,
    level: float = 0.95,
    bounds: tuple[float, float] | None = None,
) -> Cells:
    """Give figures of the old reader on the new one's scale: each plus the bridge, its interval wider by its error.

    The near side of the old interval and the bridge's own half width are added in quadrature (Newcombe 1998, method
    10; Zou and Donner 2008). `spread` is how far the bridge differs between stretches of time; 0 where the figure's
    own stretch was read by both.
    """
    if bridge_se < 0 or spread < 0 or not bridge_dof > 0:
        raise refuse("the bridge's error, spread and degrees of freedom must not be negative")
    middle, lower, upper = np.broadcast_arrays(*(as_floats(a, "figures") for a in (value, low, high)))
    half = float(stats.t.ppf((1 + check_level(level)) / 2, bridge_dof)) * float(np.hypot(bridge_se, spread))
    shifted = middle + bridge
    ends = [shifted - np.hypot(middle - lower, half), shifted + np.hypot(upper - middle, half)]
    se = np.full(middle.shape, np.hypot(bridge_se, spread))
    if bounds is not None:
        shifted, *ends = (np.clip(a, *bounds) for a in (shifted, *ends))
    dof = np.full(middle.shape, bridge_dof)
    return Cells(
        value=shifted, se=se, dof=dof, low=ends[0], high=ends[1], level=level, method="bridged from the old reader"
    )
