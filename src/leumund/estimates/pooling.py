"""A reader's error, learned where labels are and carried to where they are not.

error = group + kind + group×kind + drift of all + drift of the group + what a cell has of its own + scale + noise

The groups' levels are free. Kinds, drifts (random walks) and cells are drawn from normal distributions whose standard
deviations nobody knows: a grid of them is averaged, each point by its REML likelihood (Harville 1974; averaging:
Hoeting et al. 1999). The carried error is the best linear unbiased predictor (Henderson 1975) with the variance of its
prediction, so it grows with the distance, in kind and time, from the labels. Labels that were put onto another scale
(a later guideline's) by an estimated bridge share that bridge's error: it is drawn, with the bridge's own variance.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg
from threadpoolctl import threadpool_limits

from leumund.estimates.inputs import Floats, as_floats, as_whole, refuse
from leumund.estimates.scales import Scales, read_scales

__all__ = ["LabelledErrors", "Mixtures", "Places", "Pooled", "pool_errors"]

Ints = NDArray[np.int64]

# Standard deviations that are tried, as multiples of the noise of one label.
KIND_SPREADS = (0.01, 0.03, 0.07, 0.15, 0.3)
DRIFTS = (0.01, 0.025, 0.05, 0.1, 0.2)  # per 13 weeks
CELL_SPREADS = (0.0, 0.03, 0.07, 0.13, 0.27)
QUARTER_WEEKS = 13
BLOCK_WEEKS = 4  # the drift moves in steps of so many weeks, or more where that would be more than MOST_BLOCKS
MOST_BLOCKS = 40
NEGLIGIBLE = 1e-4  # against the likeliest point of the grid


@dataclass(frozen=True)
class Places:
    """Where labels, or the posts of a target, lie: whole numbers from 0, one row each.

    `group` has a level of its own (a brand); `kinds` has one column for each further way to tell posts apart (venue,
    aspect); `week` counts weeks.
    """

    group: ArrayLike
    kinds: ArrayLike
    week: ArrayLike

    def rows(self) -> Ints:
        """Give all as one array: group, kinds…, week."""
        names = ("group", "kinds", "week")
        columns = [as_whole(a, name) for a, name in zip((self.group, self.kinds, self.week), names, strict=True)]
        if len({column.shape[:1] for column in columns}) > 1 or any(column.ndim not in (1, 2) for column in columns):
            shapes = ", ".join(f"{name} {column.shape}" for name, column in zip(names, columns, strict=True))
            raise refuse("the parts of the places differ in length", where=shapes, next_step="give one row per place")
        return np.column_stack(columns)


@dataclass(frozen=True)
class LabelledErrors:
    """Label minus machine of each labelled post, one over its chance to be drawn, where it lies, and on which scale.

    `step` is how far two neighbouring verdicts lie apart. The noise of a label is reckoned as if one label more had
    come, off by so much: where all labels agree with the machine, the next one still may not.
    """

    error: ArrayLike
    weight: ArrayLike
    at: Places
    scales: Scales | None = None
    step: float = 0.0


@dataclass(frozen=True)
class Mixtures:
    """What targets are made of: row i makes `share[i]` of target number `target[i]`, and lies at `at`.

    The shares of a target sum to 1, or to 0 for the difference of two groups.
    """

    target: ArrayLike
    share: ArrayLike
    at: Places


@dataclass(frozen=True)
class Pooled:
    """The carried error of each target: value, standard error, degrees of freedom, in the units of the errors."""

    value: Floats
    se: Floats
    dof: Floats


def pool_errors(labelled: LabelledErrors, mixtures: Mixtures) -> Pooled:
    """Give the mean error of each target.

    Raises CannotEstimate with fewer than two labels, for a target in a group without any, on lengths that differ, and
    on errors, weights, shares or scales that are no numbers to reckon with.
    """
    e, w, given = _read_labels(labelled)
    scale, scale_se = read_scales(labelled.scales, e.size)
    number, part, wanted = _read_mixtures(mixtures)
    if given.shape[1] != wanted.shape[1]:
        raise refuse(
            f"labels have {given.shape[1] - 2} kinds, targets {wanted.shape[1] - 2}",
            next_step="give both the same columns of kinds",
        )
    if not np.isin(wanted[:, 0], given[:, 0]).all():
        raise refuse("a target lies in a group without labels", next_step="leave it out: its error is unproven")
    if number.size == 0:
        return Pooled(np.empty(0), np.empty(0), np.empty(0))
    cells = _cells(e, w, given, scale, labelled.step)
    columns = _Columns(cells.place, wanted, scale_se)
    targets = columns.design(wanted, number, part)
    with threadpool_limits(1, "blas"):  # the matrices are small: threads would mostly wait for each other
        value, variance = _averaged(_likely(cells, columns), targets, _own(number, part, wanted, len(targets)))
    dof = max(float(cells.precision.sum()) - len(np.unique(given[:, 0])), 1.0)
    return Pooled(value, np.sqrt(variance), np.full(len(targets), dof))


def _read_labels(labelled: LabelledErrors) -> tuple[Floats, Floats, Ints]:
    e, w, given = as_floats(labelled.error, "error"), as_floats(labelled.weight, "weight"), labelled.at.rows()
    if not e.shape == w.shape == given.shape[:1]:
        raise refuse(
            "labels, weights and places differ in length",
            where=f"{e.shape}, {w.shape}, {given.shape}",
            next_step="give one of each per labelled post",
        )
    if e.size < 2:
        raise refuse("fewer than two labels say nothing about the reader's error", next_step="label more posts")
    odd = np.flatnonzero(~np.isfinite(e) | ~np.isfinite(w) | (w <= 0))
    if odd.size:
        raise refuse(
            f"a label with the error {e[odd[0]]:g} and the weight {w[odd[0]]:g}",
            where=f"row {odd[0]}",
            next_step="leave posts without a label out; a weight is one over the chance to be drawn",
        )
    if not labelled.step >= 0 or not np.isfinite(labelled.step):
        raise refuse(f"a step of {labelled.step:g} between verdicts", next_step="give a distance, or 0 for none")
    return e, w, given


def _read_mixtures(mixtures: Mixtures) -> tuple[Ints, Floats, Ints]:
    number, part = as_whole(mixtures.target, "target"), as_floats(mixtures.share, "share")
    wanted = mixtures.at.rows()
    if not number.shape == part.shape == wanted.shape[:1]:
        raise refuse(
            "targets, shares and places differ in length",
            where=f"{number.shape}, {part.shape}, {wanted.shape}",
            next_step="give one of each per part of a target",
        )
    if not np.isfinite(part).all() or (number < 0).any():
        raise refuse(
            "a target's number is negative, or a share is no number",
            next_step="number the targets from 0; leave a target without posts out",
        )
    return number, part, wanted


def _averaged(points: list[tuple[float, Floats, Floats, float]], targets: Floats, own: Floats) -> tuple[Floats, Floats]:
    """Give the targets' means and variances over the points of the grid, each weighed by its likelihood.

    The variance is the mean of the points' own and the spread of their means; both are quadratic in a target, so the
    matrices are averaged, and the many targets are multiplied with one.
    """
    share = np.array([chance for chance, *_ in points]) / sum(chance for chance, *_ in points)
    said = np.array([linalg.solve_triangular(factor, half, lower=True, trans="T") for _, factor, half, _ in points])
    off = said - share @ said
    below = np.zeros((targets.shape[1], targets.shape[1]), order="F")
    for part, (_, factor, _, _) in zip(share, points, strict=True):
        below += part * linalg.lapack.dpotri(factor, lower=True, overwrite_c=True)[0]  # what is above stays 0
    spread = below + np.tril(below, -1).T + (off * share[:, None]).T @ off
    cell_variance = float(share @ np.array([variance for *_, variance in points]))
    variance = np.einsum("ij,ij->i", targets @ spread, targets) + cell_variance * own
    return targets @ (share @ said), np.maximum(variance, 0.0)


class _Cells(NamedTuple):
    """Labels put together by place and scale: mean error, effective labels behind it; and the noise of one label."""

    mean: Floats
    precision: Floats
    place: Ints
    scale: Ints
    noise: float


def _cells(error: Floats, weight: Floats, place: Ints, scale: Ints, step: float) -> _Cells:
    """Weighted means by place; the weights of a group sum to its effective number of labels (Kish 1965, 8.2)."""
    _, group = np.unique(place[:, 0], return_inverse=True)
    sums, squares = np.bincount(group, weight), np.bincount(group, weight**2)
    scaled = weight * (sums / squares)[group]
    level = np.bincount(group, scaled * error) / np.bincount(group, scaled)
    dof = max(error.size - len(sums), 1) + (step > 0)
    squares_off = float(np.sum((weight * (len(error) / weight.sum())) * (error - level[group]) ** 2))
    noise = (squares_off + step**2) / dof
    found, cell = np.unique(np.column_stack([place, scale]), axis=0, return_inverse=True)
    cell = cell.ravel()
    precision = np.bincount(cell, scaled).astype(np.float64)
    mean = np.bincount(cell, scaled * error) / precision
    return _Cells(mean, precision, found[:, :-1], found[:, -1], max(noise, 1e-12))


class _Columns:
    """The columns of the mixed model: free group levels, then what is drawn, with its share of each prior variance."""

    def __init__(self, data: Ints, wanted: Ints, scale_se: Floats) -> None:
        both = np.concatenate([data, wanted])
        self._groups = np.unique(data[:, 0])
        self._kinds = [np.unique(both[:, j]) for j in range(1, both.shape[1] - 1)]
        self._first = int(both[:, -1].min())
        weeks = int(both[:, -1].max()) - self._first + 1
        self._block = max(BLOCK_WEEKS, -(-weeks // MOST_BLOCKS))
        self._steps = (weeks - 1) // self._block
        n_groups, n_kinds = len(self._groups), sum(len(kind) for kind in self._kinds)
        self._drawn = [n_kinds * (1 + n_groups), self._steps * (1 + n_groups)]
        self._free, self._scale_variance = n_groups, scale_se**2
        self.n = n_groups + sum(self._drawn) + len(scale_se)

    def design(self, place: Ints, target: Ints, share: Floats, scale: Ints | None = None) -> Floats:
        """Give one row per target, one column per coefficient: the sum of its places' rows times their shares.

        `scale` is that of each target; without it all are on the scale that is asked about.
        """
        n, n_groups = int(target.max(initial=-1)) + 1, len(self._groups)
        group = np.searchsorted(self._groups, place[:, 0])
        kinds = [place[:, j : j + 1] == levels for j, levels in enumerate(self._kinds, start=1)]
        block = (place[:, -1:] - self._first) // self._block
        walk = block > np.arange(self._steps)  # the steps that were made until then
        rows = np.column_stack([np.ones(len(place)), *kinds, walk]) * share[:, None]
        summed = _summed(target * n_groups + group, rows, n * n_groups).reshape(n, n_groups, -1)
        cut = rows.shape[1] - self._steps
        parts = [summed[:, :, 0]]
        for drawn in (summed[:, :, 1:cut], summed[:, :, cut:]):
            parts += [drawn.sum(axis=1), drawn.reshape(n, n_groups * drawn.shape[2])]
        bridged = np.zeros(n, dtype=np.int64) if scale is None else scale
        parts.append((bridged[:, None] == 1 + np.arange(len(self._scale_variance))).astype(np.float64))
        return np.concatenate(parts, axis=1)

    def prior(self, kind_variance: float, drift_variance: float) -> Floats:
        """Give one over the prior variance of each coefficient; 0 where it is free."""
        step = drift_variance * self._block / QUARTER_WEEKS
        drawn = np.repeat([0.0, 1 / kind_variance, 1 / step], [self._free, *self._drawn])
        return np.append(drawn, 1 / self._scale_variance)


def _summed(number: Ints, rows: Floats, n: int) -> Floats:
    """Sum up the rows with the same number, of which there are n."""
    order = np.argsort(number, kind="stable")
    found, begins = np.unique(number[order], return_index=True)
    sums = np.zeros((n, rows.shape[1]))
    if found.size:
        sums[found] = np.add.reduceat(rows[order], begins)
    return sums


def _own(number: Ints, part: Floats, wanted: Ints, n_targets: int) -> Floats:
    """Σ share² over a target's cells: kinds of one week may err together, so they are one cell here."""
    (groups, group), (weeks, week) = (np.unique(wanted[:, column], return_inverse=True) for column in (0, -1))
    a_target = max(len(groups) * len(weeks), 1)
    found, cell = np.unique(number * a_target + group * len(weeks) + week, return_inverse=True)
    shares = np.bincount(cell, part, len(found)) ** 2
    return np.bincount(found // a_target, shares, n_targets).astype(np.float64)


def _likely(cells: _Cells, columns: _Columns) -> list[tuple[float, Floats, Floats, float]]:
    """Solve Henderson's equations at each point of the grid; give those that count.

    Each is: likelihood against the best, Cholesky factor of the equations, factor⁻¹ · right-hand side, cell variance.
    """
    solved = []
    n = len(cells.place)
    design = columns.design(cells.place, np.arange(n), np.ones(n), cells.scale)
    for cell_spread in CELL_SPREADS:
        variance = cells.noise * (1 / cells.precision + cell_spread**2)
        scaled = design / variance[:, None]
        equations, right = design.T @ scaled, scaled.T @ cells.mean
        fixed = -0.5 * float(np.log(variance).sum() + cells.mean @ (cells.mean / variance))
        for kind, drift in itertools.product(KIND_SPREADS, DRIFTS):
            prior = columns.prior(cells.noise * kind**2, cells.noise * drift**2)
            factor = linalg.cholesky(equations + np.diag(prior), lower=True, overwrite_a=True, check_finite=False)
            half = linalg.solve_triangular(factor, right, lower=True)
            shrunk = 0.5 * float(half @ half + np.log(prior[prior > 0]).sum()) - float(np.log(np.diag(factor)).sum())
            solved.append((fixed + shrunk, factor, half, cells.noise * cell_spread**2))
    best = max(point[0] for point in solved)
    kept = ((float(np.exp(height - best)), *rest) for height, *rest in solved)
    return [point for point in kept if point[0] >= NEGLIGIBLE]
