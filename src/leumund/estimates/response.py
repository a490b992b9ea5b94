"""How far a reading moves when the truth moves by one, and what that makes of an effect seen through the reading."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from leumund.estimates.estimated import Estimated, EstimatedEffect, SyntheticEffect
from leumund.estimates.inputs import Floats, Ints, as_columns, as_series, check_level, refuse

__all__ = ["FEWEST_LABELS", "carry_effect", "estimate_response"]

FEWEST_LABELS = 50

Effect = TypeVar("Effect", EstimatedEffect, SyntheticEffect)


def estimate_response(
    truth: ArrayLike,
    reading: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimated:
    """Give the slope of `reading` on `truth`: a timid reader has .3 where a perfect one has 1.

    `truth` and `reading` are of the same labelled posts and in the same units. Within `groups` (brands) the means are
    taken out and a slope is made for each; how far these differ beyond chance is part of the error (DerSimonian and
    Laird 1986), for the slope is to be used on one of them. Errors hang together within `clusters` (threads; Liang and
    Zeger 1986). Raises CannotEstimate with fewer than 50 labels, where all labels are equal or in one cluster.
    """
    level = check_level(level)
    t, r = as_series(truth, "truth"), as_series(reading, "reading")
    if t.size != r.size:
        raise refuse(f"{t.size} truths but {r.size} readings", next_step="give one reading per labelled post")
    if t.size < FEWEST_LABELS:
        raise refuse(
            f"only {t.size} labels, and {FEWEST_LABELS} are needed to tell how far the reader follows the truth",
            next_step="label more posts",
        )
    of_group = as_columns(np.zeros(t.size) if groups is None else groups, t.size)[0]
    of_cluster = as_columns(np.arange(t.size) if clusters is None else clusters, t.size)[0]
    w = np.ones(t.size) if weights is None else as_series(weights, "weights")
    if w.size != t.size or (w <= 0).any():
        raise refuse(f"{w.size} weights for {t.size} labels, or one of nought", next_step="give one above 0 per label")
    t, r = _centred(t, w, of_group), _centred(r, w, of_group)
    if not (w @ t**2) > 0:
        raise refuse(
            "all labels say the same, so how far the reader follows cannot be told",
            next_step="label posts of both kinds",
        )
    if of_cluster.max() == 0:
        raise refuse(
            "all labels are of one thread, so how sure the response is cannot be told",
            next_step="label posts of more threads",
        )
    slope, se = _slope(t, r, w, of_cluster)
    between = _between(t, r, w, of_group, of_cluster)
    se = math.hypot(se, between)
    dof = max(int(np.unique(of_cluster).size) - 2, 1)
    half = se * float(stats.t.ppf((1 + level) / 2, dof))
    return Estimated(
        value=slope,
        low=slope - half,
        high=slope + half,
        n=int(t.size),
        level=level,
        se=se,
        dof=float(dof),
        n_labels=int(t.size),
        method="slope of reading on truth",
    )


def _centred(values: Floats, weights: Floats, groups: Ints) -> Floats:
    means = np.bincount(groups, weights * values) / np.bincount(groups, weights)
    return np.asarray(values - means[groups])


def _slope(t: Floats, r: Floats, w: Floats, clusters: Ints) -> tuple[float, float]:
    """Least squares through the means, with its cluster-robust error."""
    squares = float(w @ t**2)
    slope = float(w @ (t * r)) / squares
    scores = np.bincount(clusters, w * t * (r - slope * t))
    count = int((np.bincount(clusters) > 0).sum())
    return slope, math.sqrt(count / max(count - 1, 1) * float(scores @ scores)) / squares


def _between(t: Floats, r: Floats, w: Floats, groups: Ints, clusters: Ints) -> float:
    """How far the groups' slopes lie apart beyond their own errors, as a standard deviation."""
    found = []
    for group in range(int(groups.max()) + 1):
        inside = groups == group
        if inside.sum() >= 20 and np.ptp(t[inside]) > 0:
            slope, se = _slope(t[inside], r[inside], w[inside], clusters[inside])
            if se > 0:
                found.append((slope, se**-2))
    if len(found) < 2:
        return 0.0
    slopes, precision = np.array(found).T
    mean = float(precision @ slopes) / float(precision.sum())
    excess = float(precision @ (slopes - mean) ** 2) - (len(found) - 1)
    scale = float(precision.sum()) - float((precision**2).sum()) / float(precision.sum())
    return math.sqrt(max(excess / scale, 0.0))


def carry_effect(effect: Effect, response: Estimated) -> Effect | None:
    """Give the effect in units of the truth: effect over response, with the error of both.

    The interval of the ratio follows from those of its parts (MOVER-R, Donner and Zou 2012, eq. 9). It rests on the
    reader reading praise and blame alike before and after the start. None where the response may be nought: then
    only the effect's direction can be told. `machine_value` becomes the effect as the reader saw it.
    """
    if response.low <= 0:
        return None
    mirrored = effect.value < 0
    ends = (-effect.high, -effect.low) if mirrored else (effect.low, effect.high)
    low, high = _ratio_ends(abs(effect.value), ends, response.value, (response.low, response.high))
    return replace(
        effect,
        value=effect.value / response.value,
        low=-high if mirrored else low,
        high=-low if mirrored else high,
        se=float("nan"),
        n_labels=response.n_labels,
        machine_value=effect.value,
        method=f"{effect.method}; over the reader's response",
        support="borrowed",
    )


def _ratio_ends(a: float, of_a: tuple[float, float], b: float, of_b: tuple[float, float]) -> tuple[float, float]:
    """Ends of a/b for a >= 0 and of_b above nought."""
    (l1, u1), (l2, u2) = of_a, of_b
    lower = (a * b) ** 2 - l1 * u2 * (2 * a - l1) * (2 * b - u2)
    upper = (a * b) ** 2 - u1 * l2 * (2 * a - u1) * (2 * b - l2)
    return (
        (a * b - math.sqrt(max(lower, 0.0))) / (u2 * (2 * b - u2)),
        (a * b + math.sqrt(max(upper, 0.0))) / (l2 * (2 * b - l2)),
    )
