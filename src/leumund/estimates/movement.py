"""How far opinions moved between two periods: a machine that follows them in part, and the labels of both periods.

The machine moved by M = s·Δ + δ: s is its response to opinions (a timid one has .3), δ what its own reading moved.
So (M − δ)/s tells Δ as far as the machine reads alike before and after; labels of the two periods tell Δ with no such
premise, but are few. Both are unbiased whatever Δ is, and are weighed by their errors (Aitken 1935). A correction
pooled over time and added to the machine's change is not: it takes what the machine did not follow for calm.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from leumund.estimates.change import Part
from leumund.estimates.estimated import Estimated
from leumund.estimates.inputs import Floats, as_floats, check_level, refuse
from leumund.estimates.scales import Scales, read_scales

__all__ = ["Movement", "estimate_movement", "label_movement"]

BEFORE, AFTER = 1, 2


class Movement(NamedTuple):
    """What moved, each with its interval: opinions, and how much more they did than the machine shows."""

    opinion: Part
    beyond: Part


def label_movement(
    label: ArrayLike,
    period: ArrayLike,
    venue: ArrayLike,
    *,
    weights: ArrayLike,
    clusters: ArrayLike,
    scales: Scales | None = None,
) -> tuple[float, float, float] | None:
    """Give how much higher labels are in period 2 than in period 1 in the same venues.

    Value, standard error and degrees of freedom. Labels of other periods (0) tell how venues differ. Least squares with
    `weights` on period and venue; the error is the larger of the plain one and of that with labels of one of the
    `clusters` hanging together (Liang and Zeger 1986), and the share that a bridge has in the answer adds its own where
    labels were put onto one scale by `scales`. None where a period has no label, or where all labels are
    needed to tell the means.
    """
    y, w = as_floats(label, "label"), as_floats(weights, "weights")
    when, where, group = (np.unique(np.asarray(a), return_inverse=True) for a in (period, venue, clusters))
    if not {BEFORE, AFTER} <= set(when[0].tolist()):
        return None
    design = np.column_stack([np.eye(len(when[0]))[when[1]], np.eye(len(where[0]))[where[1]][:, 1:]])
    scaled = design * w[:, None]
    inverse = np.linalg.pinv(design.T @ scaled)
    off = y - design @ (inverse @ (scaled.T @ y))
    dof = y.size - int(np.linalg.matrix_rank(design))
    if dof < 1:
        return None
    asked = np.zeros(design.shape[1])
    asked[when[0].tolist().index(AFTER)], asked[when[0].tolist().index(BEFORE)] = 1.0, -1.0
    reach = scaled @ (inverse @ asked)  # what each label adds to the answer
    noise = float(w @ off**2) / float(w.sum()) * y.size / dof
    together = np.bincount(group[1], reach * off)
    variance = max(noise * float(reach @ reach), float(together @ together) * y.size / dof)
    number, scale_se = read_scales(scales, y.size)
    bridged = np.bincount(number, reach, scale_se.size + 1)[1:]
    variance += float((bridged * scale_se) @ (bridged * scale_se))
    return float(reach @ y), math.sqrt(variance), float(dof)


def estimate_movement(
    machine: Part,
    *,
    drift: tuple[float, float, float] = (0.0, 0.0, math.inf),
    response: Estimated | None = None,
    labels: tuple[float, float, float] | None = None,
    shared: float = 0.0,
    level: float = 0.95,
) -> Movement:
    """Give how far opinions moved, and how far beyond the machine's movement that is.

    `machine` is its movement M and `drift` the part δ of it that is its own (value, error, degrees of freedom);
    `labels` is what `label_movement` says. `shared` is the covariance of M/s and the labels, since labelled posts are
    among those that the machine read. Without a response above nought the labels tell alone, without labels the
    machine. Raises CannotEstimate without both.
    """
    check_level(level)
    if not math.isfinite(machine.se):
        raise refuse("the machine's movement has no error", next_step="compare periods with more authors and threads")
    follows = response is not None and response.low > 0
    if not follows and labels is None:
        raise refuse("neither response nor labels tell how far opinions moved", next_step="label posts of both periods")
    told, errors = _through(machine, drift, response) if follows and response else (0.0, [])
    value, se, dof = labels or (0.0, math.inf, math.inf)
    share = _share(sum(error**2 for error, _ in errors) if follows else math.inf, se**2, shared)
    middle = share * told + ((1 - share) * value if share < 1 else 0.0)
    both = 2 * share * (1 - share) * shared
    said = [(share * error, df) for error, df in errors] + ([((1 - share) * se, dof)] if share < 1 else [])
    opinion = _interval(middle, said, both, level)
    # Of M itself only share/s − 1 is left in what lies beyond it; all other errors stay.
    slope = response.value if follows and response else math.inf
    left = [(abs(share / slope - 1) * machine.se, machine.dof), *(said[1:] if follows else said)]
    beyond = 2 * (share - slope) * (1 - share) * shared if follows else 0.0
    return Movement(opinion, _interval(middle - machine.value, left, beyond, level))


def _through(
    machine: Part, drift: tuple[float, float, float], response: Estimated
) -> tuple[float, list[tuple[float, float]]]:
    """Give (M − δ)/s, and the errors of M, δ and s in it with their degrees of freedom (delta method)."""
    off, off_se, off_dof = drift
    told = (machine.value - off) / response.value
    of_response = abs(told) * response.se / response.value
    return told, [
        (machine.se / response.value, machine.dof),
        (off_se / response.value, off_dof),
        (of_response, response.dof),
    ]


def _share(through: float, labels: float, shared: float) -> float:
    """Give the weight of what the machine says: that with the least error."""
    if math.isinf(labels):
        return 1.0
    if math.isinf(through):
        return 0.0
    spread = through + labels - 2 * shared
    return min(max((labels - shared) / spread, 0.0), 1.0) if spread > 0 else 0.5


def _interval(value: float, errors: list[tuple[float, float]], both: float, level: float) -> Part:
    """Put errors together, with Satterthwaite's (1946) degrees of freedom."""
    squares = np.array([error**2 for error, _ in errors])
    variance = max(float(squares.sum()) + both, 0.0)
    dofs: Floats = np.array([dof for _, dof in errors])
    parts = float(np.sum(squares**2 / dofs))
    dof = min(max(variance**2 / parts, 1.0) if parts > 0 else math.inf, 1e6)
    half = math.sqrt(variance) * float(stats.t.ppf((1 + level) / 2, dof))
    return Part(value, math.sqrt(variance), dof, value - half, value + half)
