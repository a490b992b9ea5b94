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

    `label_variance` is that of one label; `corpus_variance` the error over which of the collected posts were
    labelled, 0 when all were; `doubt` the relative variance of the latter, `design_effect` ≥ 1 what unequal chances
    of being labelled cost. `ends` are the shares of labels at either end of the scale, half a label added to each.
    `influence` holds each post's part in the error.
    """

    value: float
    slope: float
    n: int
    n_labels: int
    label_variance: float
    corpus_variance: float
    doubt: float
    design_effect: float
    ends: tuple[float, float]
    machine_value: float
    labelled: NDArray[np.bool_]
    influence_of_labels: Floats
    influence_of_scores: Floats

    @property
    def rate_variance(self) -> float:
        """The corpus' error and that of the corpus itself, when posts are independent."""
        return self.corpus_variance + self.label_variance / self.n

    def dof_of(self, variance: float) -> float:
        """Degrees of freedom of an error of which the corpus' is a part, never under one."""
        most = max(self.n_labels / self.design_effect - (2 if self.slope else 1), 1)
        part = self.corpus_variance / variance if variance > 0 else 0.0
        return float(max(min(most, 2 / max(part * part * self.doubt, 1e-9)), 1.0))


def correct(y: Floats, s: Floats, *, bounds: tuple[float, float], inclusion: Floats | None = None) -> Corrected:
    """Give the corrected mean of `y` (NaN = unlabelled, at least one labelled) over all posts scored by `s`.

    `inclusion` are the chances with which posts were drawn for labelling (of all posts; only labelled ones count).
    """
    labelled = ~np.isnan(y)
    machine_value, s = float(s.mean()), _witnessed(s, labelled)
    label, score = y[labelled], s[labelled]
    chance = np.full(label.size, label.size / y.size) if inclusion is None else inclusion[labelled]
    share, left = 1 / chance / (1 / chance).sum(), np.maximum(1 - chance, 0.0)  # a post drawn for certain has no error
    slope, slopes_without = _slopes(label, score, share)
    expected = slope * (score - s.mean())
    without = slopes_without * _distances_without(s, score)
    residual = label - expected - left * (without - expected)
    value = float(share @ residual)
    off = residual - value
    influence_of_labels, influence_of_scores = np.zeros(y.size), slope * (s - s.mean()) / y.size
    influence_of_labels[labelled] = share * off
    label_variance, corpus_variance, doubt = _variances(label, off, share, left, bounds=bounds)
    return Corrected(
        value=value,
        slope=slope,
        n=y.size,
        n_labels=label.size,
        label_variance=label_variance,
        corpus_variance=corpus_variance,
        doubt=doubt,
        design_effect=float(label.size * (share @ share)),
        ends=_ends(label, share, bounds),
        machine_value=machine_value,
        labelled=labelled,
        influence_of_labels=influence_of_labels,
        influence_of_scores=influence_of_scores,
    )


def _witnessed(s: Floats, labelled: NDArray[np.bool_]) -> Floats:
    """Scores cut off beyond those that were labelled, and where less than one labelled post is expected beyond.

    No label says how the line goes on there: the few rare scores of a skewed reader would draw a steep line, found by
    chance among the others, far out of what was seen.
    """
    score = s[labelled]
    tail = min(1 / score.size, 0.5)
    first = int(tail * (s.size - 1))
    last = s.size - 1 - first
    ends = np.partition(s, (first, last))[[first, last]]
    return np.clip(s, max(ends[0], score.min()), min(ends[1], score.max()))


def _distances_without(s: Floats, score: Floats) -> Floats:
    """Distance of each labelled score from the mean of all, as it would be were that very post not labelled.

    Only the two outermost differ: without them scores end at the next one.
    """
    distances: Floats = score - s.mean()
    order = np.argsort(score)
    if score.size > 2:
        lowest, second, last, highest = order[[0, 1, -2, -1]]
        distances[lowest] = score[second] - np.maximum(s, score[second]).mean()
        distances[highest] = score[last] - np.minimum(s, score[last]).mean()
    return distances


def _slopes(label: Floats, score: Floats, share: Floats) -> tuple[float, Floats]:
    """Slope of labels on scores, from all labelled posts and from all but each one in turn."""
    y, s = label - share @ label, score - share @ score
    products = np.array([y * y, s * s, y * s])
    whole = products @ share
    slope = float(_cautious_slope(whole[:, None], label.size)[0])
    if label.size < 5 or slope == 0:
        return slope, np.full(label.size, slope)
    rest = 1 - share
    without = (whole[:, None] - share * products) / rest - (share / rest) ** 2 * products
    return slope, _cautious_slope(without, label.size - 1)


def _cautious_slope(moments: Floats, n: int) -> Floats:
    """Slope from Σy², Σs², Σys (columns), times the share of r² that is not luck (adjusted r² over r²)."""
    yy, ss, ys = moments
    usable = (yy > 1e-12) & (ss > 1e-12) & (n >= 4)
    yy, ss = np.where(usable, yy, 1.0), np.where(usable, ss, 1.0)
    r2 = np.clip(ys * ys / (yy * ss), 1e-300, 1.0)
    adjusted = 1 - (1 - r2) * (n - 1) / max(n - 2, 1)
    return np.asarray(np.where(usable & (adjusted > 0), ys / ss * adjusted / r2, 0.0))


def _variances(
    label: Floats, off: Floats, share: Floats, left: Floats, *, bounds: tuple[float, float]
) -> tuple[float, float, float]:
    """Variance of a label, the corpus' error, and the doubt about the latter.

    The error is never under what two unseen surprises would make of it: a handful of labels that all agree, or that
    the scores all foretell, is no proof that no other kind exists. Where labels stand for unequal numbers of posts,
    four more may hide behind those that stand for most. The labels' variance is at least that of the sample with half
    a label added at either end of the scale.
    """
    low, high = bounds
    n = 1 / float(share @ share)  # equal labels that these are worth
    unbiased = n / (n - 1) if n > 1.000001 else 1.0
    padded = np.concatenate([label, [low, high]])
    weights = np.concatenate([share * n, [0.5, 0.5]]) / (n + 1)
    at_least = float(weights @ (padded - weights @ padded) ** 2)
    centred = label - share @ label
    label_variance = max(float(share @ centred**2) * unbiased, at_least)
    parts = share**2 * left
    seen = float(parts @ off**2) * unbiased
    most = float(parts.sum())
    hidden = 4 * max(float(parts.max()) - most / label.size, 0.0)
    least = min(2 * (high - low) / n, label_variance) * most
    error = min(max(seen, least) + hidden * label_variance, label_variance * (most + hidden))
    doubt = _doubt(centred, parts * off**2, share, of_ratio=low == 0)  # from 0 on: a share, whose interval is Wilson's
    return label_variance, error, doubt * min(seen / error, 1.0) if error > 0 else 0.0


def _doubt(label: Floats, squares: Floats, share: Floats, *, of_ratio: bool) -> float:
    """Relative variance of the sum of squares that make the error; with `of_ratio`, of that over the labels' variance.

    A few large residuals among many small ones are a poor witness of their own size (delta method; without outliers
    it is 2 over the degrees of freedom). Wilson's interval takes the labels' variance from the share itself: there
    only what the scores save is in doubt.
    """
    of_labels = share * label**2
    if squares.sum() <= 0 or of_labels.sum() <= 0:
        return 0.0
    relative = squares / squares.sum() - (of_labels / of_labels.sum() if of_ratio else share)
    return float(relative @ relative)


def _ends(label: Floats, share: Floats, bounds: tuple[float, float]) -> tuple[float, float]:
    n = 1 / float(share @ share)
    lower, upper = ((n * float(share @ (label == end)) + 0.5) / (n + 1) for end in bounds)
    return lower, upper


def clustered_variance(fit: Corrected, columns: list[Ints]) -> tuple[float, float]:
    """Give variance and degrees of freedom of the mean as a rate, when posts hang together by one or two groupings.

    Two-way after Cameron, Gelbach, Miller (2011, eq. 2.8), never under the larger one-way variance nor that of
    independent posts. Each one-way variance is freed of its bias and given its degrees of freedom under an
    exchangeable working model (Bell, McCaffrey 2002), no more of them than the groups' own squares bear. Degrees of
    freedom 0: all posts are in one group.
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
    squares = np.bincount(group, influence) ** 2
    raw = float(squares.sum())
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
    # Of a rare share a few groups hold most of the error, whatever their sizes: they are poor witnesses of its size.
    seen = 2 / float(((squares / raw) ** 2).sum()) if raw > 0 else np.inf
    return raw / bias, max(min(total / (labels.variance / labels.dof + score_part), seen), 1.0)


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
