"""Shares and net indices from few labels and many scores, each with an interval that holds."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from leumund.estimates.estimated import Estimated
from leumund.estimates.inputs import Floats, as_columns, as_series, check_level, check_word, labels_and_scores, refuse
from leumund.estimates.prediction import Corrected, clustered_variance, correct
from leumund.estimates.score import score_interval_of_net, wilson

__all__ = ["FEWEST_LABELS", "NET", "SHARE", "Estimand", "Judged", "ends_of", "estimate_net", "estimate_share", "judge"]

Estimand = Literal["corpus", "rate"]
Ends = tuple[float, float]
FEWEST_LABELS = 10
LEAST_CHANCE = 1e-9  # of a post to be drawn
SHARE, NET = (0.0, 1.0), (-1.0, 1.0)


def estimate_share(
    labels: ArrayLike,
    scores: ArrayLike,
    clusters: ArrayLike | None = None,
    estimand: Estimand = "corpus",
    *,
    level: float = 0.95,
    inclusion: ArrayLike | None = None,
) -> Estimated:
    """Give the share (0..1) of posts whose label is 1, corrected for what the scores misjudge.

    `labels` are 0, 1 or NaN (unlabelled), drawn at random; `scores` 0..1 for every post. The estimand *corpus* is the
    share among these very posts; *rate* the one behind them, where posts of one thread or author (`clusters`, one or
    two columns) hang together. `inclusion` are unequal chances of having been labelled. The interval is Wilson's
    (1927) with the effective number of labels and Student's t. Without a label the interval is 0..1, *unproven*.
    Raises CannotEstimate on anything that is not labels and scores.

    >>> got = estimate_share([1, 0, 1, 0, 0, 1, 0, 0], [.9, .2, .7, .1, .3, .8, .2, .4])
    >>> got.value, got.low == got.high  # every post of this corpus is labelled: nothing left to estimate
    (0.375, True)
    """
    y, s = labels_and_scores(labels, scores, allowed=(0.0, 1.0), bounds=SHARE)
    got = judge(y, s, clusters=clusters, estimand=estimand, inclusion=inclusion, bounds=SHARE)
    return figure(got, bounds=SHARE, level=level, method=f"difference estimator, Wilson, {estimand}")


def estimate_net(
    labels: ArrayLike,
    scores: ArrayLike,
    clusters: ArrayLike | None = None,
    estimand: Estimand = "corpus",
    *,
    level: float = 0.95,
    inclusion: ArrayLike | None = None,
) -> Estimated:
    """Give the mean of labels −1, 0, 1 (NaN = unlabelled); `scores` are expected values −1..1.

    As `estimate_share` otherwise, with the score interval of three kinds of labels in place of Wilson's of two. The
    result lies in −1..1; times 100 it is the index.

    >>> estimate_net([-1, 0, 1, -1], [-.5, 0, .5, -.5]).value
    -0.25
    """
    y, s = labels_and_scores(labels, scores, allowed=(-1.0, 0.0, 1.0), bounds=NET)
    got = judge(y, s, clusters=clusters, estimand=estimand, inclusion=inclusion, bounds=NET)
    return figure(got, bounds=NET, level=level, method=f"difference estimator, score interval, {estimand}")


class Judged(NamedTuple):
    """A corrected mean with the variance and degrees of freedom of its estimand; no mean without labels."""

    scores: Floats
    fit: Corrected | None
    variance: float
    dof: float


def judge(
    y: Floats,
    s: Floats,
    *,
    clusters: ArrayLike | None,
    estimand: Estimand,
    inclusion: ArrayLike | None,
    bounds: tuple[float, float],
) -> Judged:
    """Give the corrected mean with its variance and degrees of freedom (0 = nothing can be said of the error)."""
    check_word(estimand, ("corpus", "rate"), "estimand")
    columns = None if clusters is None else as_columns(clusters, y.size)
    chances = None if inclusion is None else _chances(inclusion, y)
    if np.isnan(y).all():
        return Judged(s, None, np.inf, 0.0)
    fit = correct(y, s, bounds=bounds, inclusion=chances)
    if estimand == "corpus":
        return Judged(s, fit, fit.corpus_variance, fit.dof_of(fit.corpus_variance))
    if columns is None:
        return Judged(s, fit, fit.rate_variance, fit.dof_of(fit.rate_variance))
    variance, dof = clustered_variance(fit, columns)
    return Judged(s, fit, variance, min(dof, fit.dof_of(variance)))


def _chances(inclusion: ArrayLike, y: Floats) -> Floats:
    chances = as_series(inclusion, "inclusion", finite=False)
    if chances.size != y.size:
        raise refuse(f"{chances.size} inclusion probabilities for {y.size} posts", next_step="give one per post")
    of_labelled = chances[~np.isnan(y)]
    if not ((of_labelled >= LEAST_CHANCE) & (of_labelled <= 1)).all():
        raise refuse("a labelled post's inclusion probability lies outside 0..1", next_step="a drawn post has one > 0")
    return chances


def figure(got: Judged, *, bounds: tuple[float, float], level: float, method: str) -> Estimated:
    s, fit, variance, dof = got
    level = check_level(level)
    if fit is None:
        machine = float(s.mean())
        return Estimated(value=machine, low=bounds[0], high=bounds[1], n=s.size, level=level, dof=0.0,
                         n_effective=0.0, machine_value=machine, method="machine only", support="unproven")  # fmt: skip
    value = float(np.clip(fit.value, *bounds))
    low, high = value, value
    if variance > 0:
        quantile = float(stats.t.ppf((1 + level) / 2, dof)) if dof > 0 else np.inf
        low, high = bounds if dof <= 0 else ends_of(value, fit, variance, quantile, bounds=bounds)
    return Estimated(
        value=value,
        low=low,
        high=high,
        n=fit.n,
        level=level,
        se=float(np.sqrt(variance)),
        dof=dof,
        n_effective=fit.label_variance / variance if variance > 0 else np.inf,
        n_labels=fit.n_labels,
        machine_value=fit.machine_value,
        method=method,
        # A corpus of five posts that are all labelled is known; what lies behind it is not.
        support="measured" if variance <= 0 or (dof > 0 and fit.n_labels >= FEWEST_LABELS) else "unproven",
    )


def ends_of(value: float, fit: Corrected, variance: float, quantile: float, *, bounds: tuple[float, float]) -> Ends:
    """Give the ends of the score interval at this quantile, with as many labels as the error is worth."""
    if variance <= 0:
        return value, value
    n_effective = fit.label_variance / variance
    if bounds == SHARE:
        return wilson(value, n_effective, quantile)
    return score_interval_of_net(value, fit.ends, n_effective, quantile)
