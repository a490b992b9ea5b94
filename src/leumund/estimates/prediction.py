"""A mean from few labels and many scores: the difference estimator with a plug-in slope.

mean = λ·(mean of all scores) + mean of (label − λ·score) over the labelled posts: prediction-powered inference
(Angelopoulos, Duchi, Zrnic 2023, "PPI++", eq. 3) and, for a finite population, the regression estimator (Särndal,
Swensson, Wretman 1992, ch. 6). λ is the slope of labels on scores, drawn towards 0 when the labels hardly show one,
so that useless scores cost nothing and inverted scores help as much as upright ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leumund.estimates.inputs import Floats, Ints

__all__ = ["Corrected", "clustered_variance", "correct"]


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected mean and the parts its error is made of.

    `label_variance` is that of one label, `residual_variance` that of one label after its score is taken off,
    `design_effect` ≥ 1 what unequal chances of being labelled cost. `influence` holds each post's part in the error.
    """

    value: float
    slope: float
    n: int
    n_labels: int
    label_variance: float
    residual_variance: float
    design_effect: float
    machine_value: float
    labelled: NDArray[np.bool_]
    influence_of_labels: Floats
    influence_of_scores: Floats

    @property
    def corpus_variance(self) -> float:
        """Error over which of the collected posts were labelled; 0 when all were."""
        unlabelled_share = 1 - self.n_labels / self.n
        return unlabelled_share * self.residual_variance * self.design_effect / self.n_labels

    @property
    def rate_variance(self) -> float:
        """The corpus' error and that of the corpus itself, when posts are independent."""
        return self.corpus_variance + self.label_variance / self.n

    @property
    def dof(self) -> float:
        """Degrees of freedom of the residual variance, never under one."""
        return max(self.n_labels - (2 if self.slope else 1), 1)


def correct(y: Floats, s: Floats, *, bounds: tuple[float, float], inclusion: Floats | None = None) -> Corrected:
    """Give the corrected mean of `y` (NaN = unlabelled, at least one labelled) over all posts scored by `s`.

    `inclusion` are the chances with which posts were drawn for labelling (of all posts; only labelled ones count).
    """
    labelled = ~np.isnan(y)
    label, score = y[labelled], s[labelled]
    weight = np.ones(label.size) if inclusion is None else 1 / inclusion[labelled]
    share = weight / weight.sum()
    slope = _slope(label, score, share)
    residual = label - slope * score
    mean = float(share @ residual)
    off = residual - mean
    influence_of_labels, influence_of_scores = np.zeros(y.size), slope * (s - s.mean()) / y.size
    influence_of_labels[labelled] = share * off
    label_variance, residual_variance = _variances(label, off, share, slope=slope, bounds=bounds)
    return Corrected(
        value=slope * float(s.mean()) + mean,
        slope=slope,
        n=y.size,
        n_labels=label.size,
        label_variance=label_variance,
        residual_variance=residual_variance,
        design_effect=float(label.size * (share @ share)),
        machine_value=float(s.mean()),
        labelled=labelled,
        influence_of_labels=influence_of_labels,
        influence_of_scores=influence_of_scores,
    )


def _slope(label: Floats, score: Floats, share: Floats) -> float:
    """Slope of labels on scores times the share of r² that is not luck (adjusted r² over r²)."""
    n = label.size
    y, s = label - share @ label, score - share @ score
    yy, ss, ys = (float(share @ product) for product in (y * y, s * s, y * s))
    if n < 4 or yy <= 1e-12 or ss <= 1e-12:
        return 0.0
    r2 = min(ys * ys / (yy * ss), 1.0)
    adjusted = 1 - (1 - r2) * (n - 1) / (n - 2)
    return ys / ss * adjusted / r2 if adjusted > 0 else 0.0


def _variances(
    label: Floats, off: Floats, share: Floats, *, slope: float, bounds: tuple[float, float]
) -> tuple[float, float]:
    """Variance of a label and of a residual; the latter never under what two unseen surprises would make of it.

    A handful of labels that all agree, or that the scores all foretell, is no proof that no other kind exists: the
    labels' variance is at least that of the sample with half a label added at either end of the scale.
    """
    n, (low, high) = label.size, bounds
    padded = np.concatenate([label, [low, high]])
    weights = np.concatenate([share * n, [0.5, 0.5]]) / (n + 1)
    at_least = float(weights @ (padded - weights @ padded) ** 2)
    centred = label - share @ label
    plain = float(share @ centred**2) * n / (n - 1) if n > 1 else 0.0
    label_variance = max(plain, at_least)
    squares = float((share * share) @ off**2 / (share @ share))
    residual = squares * n / max(n - (2 if slope else 1), 1)
    return label_variance, min(max(residual, 2 * (high - low) / n), label_variance)


def clustered_variance(fit: Corrected, columns: list[Ints]) -> tuple[float, float]:
    """Give variance and degrees of freedom of the mean as a rate, when posts hang together by one or two groupings.

    Two-way after Cameron, Gelbach, Miller (2011, eq. 2.8), never under the larger one-way variance nor that of
    independent posts. Each one-way variance is freed of its bias and given its degrees of freedom under an
    exchangeable working model (Bell, McCaffrey 2002). Degrees of freedom 0: all posts are in one group.
    """
    parts = [_one_way(fit, column) for column in columns]
    variance = max(parts[0][0], parts[-1][0])
    if len(columns) == 2:
        pair = np.unique(columns[0] * (columns[1].max() + 1) + columns[1], return_inverse=True)[1].ravel()
        variance = max(variance, parts[0][0] + parts[1][0] - _one_way(fit, pair)[0])
    return max(variance, fit.rate_variance), min(dof for _, dof in parts)


def _one_way(fit: Corrected, group: Ints) -> tuple[float, float]:
    """Variance and degrees of freedom when posts of one group hang together."""
    influence = fit.influence_of_labels + fit.influence_of_scores
    raw = float((np.bincount(group, influence) ** 2).sum())
    everyone = np.ones(group.size, dtype=np.bool_)
    labels = _working(fit.influence_of_labels, group, fit.labelled)
    scores = _working(fit.influence_of_scores, group, everyone)
    total = labels.variance + scores.variance
    if total <= 0:
        return raw, labels.dof
    bias = (labels.variance * labels.bias + scores.variance * scores.bias) / total
    if labels.dof == 0 or bias <= 0:
        return raw, 0.0
    score_part = scores.variance / scores.dof if scores.variance else 0.0
    return raw / bias, total / (labels.variance / labels.dof + score_part)


@dataclass(frozen=True, slots=True)
class _Working:
    """What a working model says of Σ (group's sum)²: its size, the part left after centring, its dof."""

    variance: float
    bias: float
    dof: float


def _working(influence: Floats, group: Ints, taking_part: NDArray[np.bool_]) -> _Working:
    sizes = np.bincount(group[taking_part], minlength=int(group.max()) + 1).astype(np.float64)
    sizes = sizes[sizes > 0]
    if sizes.size < 2:
        return _Working(float(influence @ influence), 0.0, 0.0)
    single = float(influence @ influence) / sizes.sum()
    icc = _icc(influence, group, sizes, single)
    q = sizes * (1 - icc) + sizes**2 * icc
    w = sizes / sizes.sum()
    total, wq, ww = q.sum(), w @ q, w @ w
    trace = total - 2 * wq + total * ww
    # tr M² for M = diag(q) + U C Uᵀ with U = [q, w], C = [[0, −1], [−1, Σq]].
    u = np.column_stack([q, w])
    core = np.array([[0.0, -1.0], [-1.0, total]])
    inner = core @ (u.T @ u)
    squared = q @ q + 2 * np.trace(core @ (u.T @ (u * q[:, None]))) + np.trace(inner @ inner)
    return _Working(single * float(total), float(trace / total), max(float(trace**2 / squared), 1.0))


def _icc(influence: Floats, group: Ints, sizes: Floats, single: float) -> float:
    """Intra-class correlation by moments, at least .05: independence is never taken for granted."""
    pairs = float((sizes**2 - sizes).sum())
    if pairs <= 0 or single <= 0:
        return 0.05
    together = float((np.bincount(group, influence) ** 2).sum() - influence @ influence)
    return float(np.clip(together / pairs / single, 0.05, 1.0))
