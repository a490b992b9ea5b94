"""Intervals that hold at every look: a week's figure may be read each week, and acted upon, without being fooled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from leumund.estimates.estimated import Estimated
from leumund.estimates.inputs import Floats, as_list, check_level, check_word, labels_and_scores, refuse
from leumund.estimates.prediction import correct
from leumund.estimates.score import wilson
from leumund.estimates.share import FEWEST_LABELS, SHARE, Estimand

__all__ = ["follow_share"]

LONGEST_WEEKS = 5_200
LABELS_TOGETHER = 5
"""A week with fewer is weighted together with the next: a label that speaks for a whole week makes the figure dull."""


def follow_share(
    weeks: Sequence[tuple[ArrayLike, ArrayLike]],
    *,
    estimand: Estimand = "rate",
    level: float = 0.95,
    horizon: int = 52,
) -> list[Estimated]:
    """Give per week the share (0..1) behind all posts so far, with intervals that hold in all weeks together.

    `weeks` are (labels, scores) as `estimate_share` takes them. With probability `level` no interval of the series
    misses, however long it is followed and whenever one looks: Robbins' (1970) normal mixture in its asymptotic
    form (Waudby-Smith et al. 2024, "Time-uniform central limit theory", eq. 6), put into Wilson's interval so that
    the first weeks hold too. The estimand *corpus* is the share among the posts so far, *rate* the one behind them.
    Labels are weighted so that a week counts as its posts, not as its labels; weeks with under five labels are taken
    together. `horizon` is the number of weeks after which the series should be sharp; like the first week with labels
    it tunes the width and must not be changed while following. Weeks before the first label are 0..1, *unproven*; a
    week without posts, as the first cannot be, leaves the figure as it was.
    """
    level = check_level(level)
    weeks = as_list(weeks, "weeks")
    if len(weeks) == 0:
        raise refuse("no week to follow", next_step="give (labels, scores) for at least one week")
    if not isinstance(horizon, int | np.integer) or not 1 <= horizon <= LONGEST_WEEKS:
        raise refuse("the horizon is no number of weeks", next_step=f"give a number from 1 to {LONGEST_WEEKS}")
    check_word(estimand, ("corpus", "rate"), "estimand")
    read = [_read(week, number) for number, week in enumerate(weeks)]
    results: list[Estimated] = []
    precision = 0.0
    for last in range(1, len(read) + 1):
        y, s = (np.concatenate(column) for column in zip(*read[:last], strict=True))
        n_labels = int((~np.isnan(y)).sum())
        if n_labels == 0:
            results.append(_unproven(s, level))
            continue
        # A first week with hardly a label says little of those to come.
        precision = precision or _tuned(level) / (max(n_labels, FEWEST_LABELS) * max(horizon / 4, 1))
        results.append(_look(y, s, _chances(read[:last]), estimand=estimand, level=level, precision=precision))
    return results


def _read(week: Iterable[ArrayLike], number: int) -> tuple[Floats, Floats]:
    week = as_list(week, f"arrays of week {number}")
    if len(week) != 2:
        raise refuse(
            f"{len(week)} arrays where labels and scores are needed",
            where=f"week {number}",
            next_step="give each week as (labels, scores)",
        )
    if all(isinstance(column, Sized) and len(column) == 0 for column in week):
        if number == 0:
            raise refuse("the first week has no posts", next_step="begin with the first week that has some")
        return np.empty(0), np.empty(0)
    return labels_and_scores(week[0], week[1], allowed=(0.0, 1.0), bounds=SHARE)


def _unproven(s: Floats, level: float) -> Estimated:
    return Estimated(value=float(s.mean()), low=0.0, high=1.0, n=s.size, level=level, dof=0.0, n_effective=0.0,
                     machine_value=float(s.mean()), method="machine only", support="unproven")  # fmt: skip


def _look(y: Floats, s: Floats, inclusion: Floats, *, estimand: Estimand, level: float, precision: float) -> Estimated:
    fit = correct(y, s, bounds=SHARE, inclusion=inclusion)
    value = float(np.clip(fit.value, *SHARE))
    variance = fit.rate_variance if estimand == "rate" else fit.corpus_variance
    multiplier = _boundary(precision * fit.n_labels / fit.design_effect, level)
    dof = fit.dof_of(variance)
    quantile = float(stats.t.isf(stats.norm.sf(multiplier), dof))
    n_effective = fit.label_variance / variance if variance > 0 else np.inf
    low, high = wilson(value, n_effective, quantile) if variance > 0 else (value, value)
    return Estimated(
        value=value,
        low=low,
        high=high,
        n=fit.n,
        level=level,
        se=float(np.sqrt(variance)),
        dof=dof,
        n_effective=n_effective,
        n_labels=fit.n_labels,
        machine_value=fit.machine_value,
        method=f"difference estimator, always-valid Wilson, {estimand}",
        support="measured" if fit.n_labels >= FEWEST_LABELS else "unproven",
    )


def _chances(read: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Chance of a label per post: the labelled share of its stretch, which is a week, or several with few labels."""
    stretches = [(0, 0)]
    for y, _ in read:
        if stretches[-1][1] >= LABELS_TOGETHER:
            stretches.append((0, 0))
        posts, labels = stretches[-1]
        stretches[-1] = posts + y.size, labels + int((~np.isnan(y)).sum())
    if len(stretches) > 1 and stretches[-1][1] < LABELS_TOGETHER:  # nothing follows yet: it goes with those before
        stretches[-2:] = [(stretches[-2][0] + stretches[-1][0], stretches[-2][1] + stretches[-1][1])]
    return np.concatenate([np.full(posts, labels / posts) for posts, labels in stretches])


def _boundary(x: float, level: float) -> float:
    """Standard errors to either side at x = precision × labels (two-sided normal mixture)."""
    return float(np.sqrt((1 + 1 / x) * np.log((1 + x) / (1 - level) ** 2)))


def _tuned(level: float) -> float:
    """The x at which the boundary is lowest."""
    found = optimize.minimize_scalar(lambda log_x: _boundary(float(np.exp(log_x)), level), bounds=(-5, 8))
    return float(np.exp(found.x))
