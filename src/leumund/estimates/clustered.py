"""Means and differences from sums over groups: posts of one author or one thread are not independent voices.

An engine delivers integer sums per cell and kind of group; no post comes here. For groups g with n_g posts and sum
y_g, `yy` = Σ y_g², `yn` = Σ y_g·n_g, `nn` = Σ n_g². The variance of a mean over posts grouped two ways is
V = V_author + V_thread − V_both (Cameron, Gelbach, Miller 2011, eq. 2.8), each V_g that of a ratio of group sums.
Groups differ in size, and G groups of which a few hold most posts are not G voices: the small-sample factor and the
degrees of freedom go by the effective number of groups n²/Σn_g². With G/(G−1) and G−1 in their place 95 % intervals
of 60 to 4,000 simulated posts held the truth in 80 to 93 % of trials.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from leumund.estimates.estimated import Cells
from leumund.estimates.inputs import Floats, as_floats, check_level, refuse

__all__ = ["Cross", "Groups", "Sums", "difference_from_sums", "ratio_from_sums"]


class Groups(NamedTuple):
    """Sums over the groups of one kind: how many groups, Σ y_g², Σ y_g·n_g, Σ n_g²."""

    n_groups: ArrayLike
    yy: ArrayLike
    yn: ArrayLike
    nn: ArrayLike


class Sums(NamedTuple):
    """All that a mean and its error need: posts, sum of y, and the sums over authors, threads and author × thread."""

    n: ArrayLike
    sum_y: ArrayLike
    author: Groups | tuple[ArrayLike, ...]
    thread: Groups | tuple[ArrayLike, ...]
    both: Groups | tuple[ArrayLike, ...]


class Cross(NamedTuple):
    """Sums over groups that hold posts of both brands: Σ y1·y2, Σ y1·n2, Σ n1·y2, Σ n1·n2 (first = own brand)."""

    y1y2: ArrayLike
    y1n2: ArrayLike
    n1y2: ArrayLike
    n1n2: ArrayLike


KINDS = ("author", "thread", "both")


def ratio_from_sums(
    *,
    n: ArrayLike,
    sum_y: ArrayLike,
    author: Groups | tuple[ArrayLike, ...],
    thread: Groups | tuple[ArrayLike, ...],
    both: Groups | tuple[ArrayLike, ...],
    level: float = 0.95,
    bounds: tuple[float, float] | None = None,
) -> Cells:
    """Give the mean of y per cell with its two-way clustered interval, from sums alone.

    All arguments broadcast against each other; `author`, `thread`, `both` are (n_groups, yy, yn, nn). The result is
    in the units of y, its ends clipped to `bounds`. Student's t has .7 of the effective number of groups of the
    scarcer kind, less one, as degrees of freedom. A cell with fewer than two groups of a kind has NaN ends,
    an empty cell a NaN value. Raises CannotEstimate when the sums contradict each other.
    """
    cells = _read(Sums(n, sum_y, author, thread, both), "cell")
    mean = _mean(cells)
    variances = [_one_way(cells, kind, mean) for kind in KINDS]
    variance = _two_way(*variances)
    dof = _dof(cells)
    return _cells(mean, variance, dof, level=level, bounds=bounds, method="mean, two-way clustered")


def difference_from_sums(
    *,
    own: Sums,
    rival: Sums,
    author: Cross | tuple[ArrayLike, ...],
    thread: Cross | tuple[ArrayLike, ...],
    both: Cross | tuple[ArrayLike, ...],
    level: float = 0.95,
    bounds: tuple[float, float] | None = None,
) -> Cells:
    """Give own mean minus rival mean per cell; authors and threads that speak of both are counted as such.

    `own` and `rival` are what `ratio_from_sums` takes; `author`, `thread`, `both` are (y1y2, y1n2, n1y2, n1n2) over
    the groups that hold posts of both brands, zero where there are none. A post that names both brands is in both.
    """
    first, second = _read(own, "own"), _read(rival, "rival")
    m1, m2 = _mean(first), _mean(second)
    crosses = dict(zip(KINDS, (author, thread, both), strict=True))
    variances = [
        _one_way(first, kind, m1)
        + _one_way(second, kind, m2)
        - 2 * _covariance(crosses[kind], kind, (first, m1), (second, m2))
        for kind in KINDS
    ]
    variance = _two_way(*variances)
    dof = np.minimum(_dof(first), _dof(second))
    return _cells(m1 - m2, variance, dof, level=level, bounds=bounds, method="difference, two-way clustered")


class _Cells(NamedTuple):
    n: Floats
    sum_y: Floats
    groups: dict[str, tuple[Floats, ...]]


def _read(sums: Sums, name: str) -> _Cells:
    n, sum_y = as_floats(sums.n, f"{name} n"), as_floats(sums.sum_y, f"{name} sum_y")
    if not np.isfinite(n).all() or not np.isfinite(sum_y).all() or (n < 0).any():
        raise refuse(f"{name}: n and sum_y have to be finite, n not negative", next_step="an empty cell has n = 0")
    groups: dict[str, tuple[Floats, ...]] = {}
    for kind, given in zip(KINDS, (sums.author, sums.thread, sums.both), strict=True):
        if len(given) != 4:
            raise refuse(f"{name} {kind}: {len(given)} sums", next_step="give n_groups, yy, yn and nn")
        groups[kind] = tuple(as_floats(values, f"{name} {kind}") for values in given)
        _check_groups(n, sum_y, groups[kind], f"{name} {kind}")
    return _Cells(n, sum_y, groups)


def _check_groups(n: Floats, sum_y: Floats, groups: tuple[Floats, ...], where: str) -> None:
    g, yy, yn, nn = groups
    if not all(np.isfinite(values).all() for values in (g, yy, yn, nn)):
        raise refuse("a sum over groups is not finite", where=where, next_step="an empty cell has sums of 0")
    slack = 1 + 1e-9
    if (nn > n * n * slack).any() or (n * n > g * nn * slack).any() or (sum_y * sum_y > g * yy * slack).any():
        raise refuse(
            "the sums contradict each other: n²/n_groups ≤ nn ≤ n² and sum_y² ≤ n_groups·yy",
            where=where,
            next_step="make all sums from the same posts",
        )
    if (yn * yn > yy * nn * slack).any():
        raise refuse(
            "the sums contradict each other: yn² ≤ yy·nn must hold",
            where=where,
            next_step="make all sums from the same posts",
        )


def _mean(cells: _Cells) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(cells.sum_y / cells.n, dtype=np.float64)


def _one_way(cells: _Cells, kind: str, mean: Floats) -> Floats:
    """Variance of the mean when posts of one group hang together, freed of the bias of centring.

    The factor 1/(1 − Σ n_g²/n²) is G/(G−1) for groups of equal size, and larger where a few groups hold most posts.
    """
    groups, yy, yn, nn = cells.groups[kind]
    squares = np.maximum(yy - 2 * mean * yn + mean**2 * nn, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = squares / (cells.n**2 - nn)
    return np.where((groups >= 2) & (cells.n > 0), variance, np.nan)


def _covariance(
    cross: Cross | tuple[ArrayLike, ...], kind: str, own: tuple[_Cells, Floats], rival: tuple[_Cells, Floats]
) -> Floats:
    """Covariance of the two means over the groups of one kind that hold posts of both."""
    if len(cross) != 4:
        raise refuse(f"cross {kind}: {len(cross)} sums", next_step="give y1y2, y1n2, n1y2 and n1n2")
    y1y2, y1n2, n1y2, n1n2 = (as_floats(values, f"cross {kind}") for values in cross)
    (first, m1), (second, m2) = own, rival
    products = y1y2 - m2 * y1n2 - m1 * n1y2 + m1 * m2 * n1n2
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt((first.n**2 - first.groups[kind][3]) * (second.n**2 - second.groups[kind][3]))
        return np.asarray(products / scale, dtype=np.float64)


def _two_way(author: Floats, thread: Floats, both: Floats) -> Floats:
    """Add the two and take the doubly counted away; never under the larger one-way variance, nor under 0.

    The sum alone falls under it by chance in half of the cells without an author effect, and then misses too often.
    """
    larger = np.maximum(np.maximum(author, thread), 0)
    return np.maximum(author + thread - both, larger)


# Σn_g² alone does not show how much of the error the largest groups make when their posts agree: in simulated threads
# and authors (bench/figures) this share of n²/Σn_g² gives the coverage that is promised.
CAUTION = 0.7


def _dof(cells: _Cells) -> Floats:
    """Effective number of groups of the scarcer kind with some caution, less one, and never under one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = [cells.n**2 / cells.groups[kind][3] for kind in KINDS]
    return np.asarray(np.maximum(CAUTION * np.minimum.reduce(effective) - 1, 1), dtype=np.float64)


def _cells(
    value: Floats, variance: Floats, dof: Floats, *, level: float, bounds: tuple[float, float] | None, method: str
) -> Cells:
    se = np.sqrt(variance)
    half = se * stats.t.ppf((1 + check_level(level)) / 2, dof)
    low, high = value - half, value + half
    if bounds is not None:
        low, high = np.clip(low, *bounds), np.clip(high, *bounds)
    arrays = (np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(value, se, dof, low, high))
    value, se, dof, low, high = arrays
    return Cells(value=value, se=se, dof=dof, low=low, high=high, level=level, method=method)
