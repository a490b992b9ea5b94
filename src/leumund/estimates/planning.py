"""What labels would buy: how wide an interval gets with n of them, and how many it takes.

A figure is the mean of N posts, put right by n labels. Its variance has three parts (Särndal, Swensson, Wretman 1992,
ch. 6; Angelopoulos, Duchi, Zrnic 2023, eq. 3), for labels of standard deviation σ that the reader's scores follow with
correlation ρ:

    V(n) = σ²(1 − ρ²)·d/n·(1 − n/N)  +  σ²·c/N  +  τ²

the labels', which the reader narrows by √(1 − ρ²) against labels alone; the posts' own, even if all were labelled; and,
where the labels are those of other weeks, how far the reader's error differs between weeks. d is the design effect of
unequal chances to be drawn, 1 + cv² of the weights (Kish 1965, 11.7); c that of posts which hang together by thread
and author. Half an interval is t(n − 2)·√V.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from leumund.estimates.inputs import check_level, refuse

__all__ = ["Planned", "correlation_interval", "half_width", "labels_for", "variance"]

FEWEST = 5  # below, nobody should speak of an interval
MOST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A mean to plan for, in its own units: σ, ρ, N posts, design effects of labels and posts, τ.

    `pooled` says that the labels are those of other posts too, so that labelling all N of them is not the end.
    """

    sd: float
    rho: float
    n_posts: float
    labels_design: float = 1.0
    posts_design: float = 1.0
    tau: float = 0.0
    pooled: bool = False

    @property
    def width_ratio(self) -> float:
        """Width against labels alone, √(1 − ρ²)."""
        return math.sqrt(1 - self.rho**2)


Part = tuple[Planned, float]
"""A mean, and the labels it gets (or its share of all labels)."""


def variance(figure: Planned, n: float) -> float:
    """Give V(n) of the module's formula; infinite with fewer than five labels."""
    _check(figure)
    if n < FEWEST:
        return math.inf
    left = 1.0 if figure.pooled else max(1 - n / figure.n_posts, 0.0)
    of_labels = figure.sd**2 * (1 - figure.rho**2) * figure.labels_design / n * left
    return of_labels + figure.sd**2 * figure.posts_design / figure.n_posts + figure.tau**2


def half_width(parts: Sequence[Part], level: float = 0.95) -> float:
    """Give half the length of the interval of a mean, or of the difference of two, in their units.

    >>> round(half_width([(Planned(sd=60, rho=0.45, n_posts=3000), 200)]), 1)
    7.5
    """
    t = float(stats.t.ppf((1 + check_level(level)) / 2, max(min(n for _, n in parts) - 2, 1)))
    return t * math.sqrt(sum(variance(figure, n) for figure, n in parts))


def labels_for(wanted: float, parts: Sequence[Part], level: float = 0.95) -> int | None:
    """Give the fewest labels with which half the interval is at most `wanted`; None when no number is enough.

    Each part gets its share of the labels.

    >>> labels_for(8, [(Planned(sd=60, rho=0.45, n_posts=3000), 1)])
    178
    >>> labels_for(4, [(Planned(sd=60, rho=0.45, n_posts=100), 1)]) is None
    True
    """

    def enough(n: int) -> bool:
        return half_width([(figure, share * n) for figure, share in parts], level) <= wanted

    if not enough(MOST):
        return None
    few, many = 0, MOST
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(middle) else (middle, many)
    return many


def correlation_interval(rho: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Give the interval of a correlation from `n` pairs (Fisher 1921, z = atanh ρ with error 1/√(n − 3))."""
    if n <= 3:
        return -1.0, 1.0
    half = float(stats.norm.ppf((1 + check_level(level)) / 2)) / math.sqrt(n - 3)
    middle = math.atanh(min(max(rho, -0.999999), 0.999999))
    return math.tanh(middle - half), math.tanh(middle + half)


def _check(figure: Planned) -> None:
    if not -1 <= figure.rho <= 1 or figure.sd < 0 or figure.n_posts <= 0 or figure.tau < 0:
        raise refuse("a plan needs σ ≥ 0, −1 ≤ ρ ≤ 1, posts > 0 and τ ≥ 0", next_step="look at what was put in")
    if figure.labels_design < 1 or figure.posts_design <= 0:
        raise refuse("a design effect of labels is 1 or more, that of posts above 0", next_step="without any, give 1")
