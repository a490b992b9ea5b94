"""Worlds whose truth is known, to try estimators on: posts with scores, threads and authors, a market's weeks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from leumund import estimates

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Talk = Literal["usual", "few", "heavy_tailed"]
Reader = Literal["usual", "useless", "inverted", "hard", "grid", "steep", "rare", "precise"]


def scores_for(y: Array, rng: np.random.Generator, *, reader: Reader = "usual", correlation: float = 0.45) -> Array:
    """Scores 0..1 that correlate with the labels as declared, and whose mean is not the labels' mean."""
    if reader == "useless":
        return rng.random(y.size)
    if reader == "precise":  # right whenever it speaks, which it does of one true post in seven
        return np.where((y == 1) & (rng.random(y.size) < 0.15), 0.95, 0) + 0.02 * rng.random(y.size)
    spread = max(float(y.std()), 0.1)
    signal = (y - y.mean()) / spread * correlation + np.sqrt(1 - correlation**2) * rng.normal(size=y.size)
    if reader in ("hard", "rare"):
        return (signal > (1.0 if reader == "hard" else 2.0)).astype(float)
    if reader == "grid":
        return np.array([0.1, 0.3, 0.5, 0.7, 0.9])[np.digitize(signal, [-1.0, -0.2, 0.5, 1.2])]
    scores = np.clip(0.35 + (-0.12 if reader == "inverted" else 0.12) * signal, 0, 1)
    return scores**5 if reader == "steep" else scores


def labels_on(y: Array, n: int, rng: np.random.Generator) -> Array:
    """The labels of `n` posts drawn at random, the others NaN."""
    labels = np.full(y.size, np.nan)
    drawn = rng.choice(y.size, n, replace=False)
    labels[drawn] = y[drawn]
    return labels


def labels_by_score(
    y: Array, s: Array, n: int, rng: np.random.Generator, often: tuple[float, ...] = (2.0, 0.5, 2.0)
) -> tuple[Array, Array]:
    """About `n` labels drawn by thirds of the scores, of each as often as declared; and each post's chance of one."""
    third = np.searchsorted(np.quantile(s, (1 / 3, 2 / 3)), s, side="right")
    sizes = np.bincount(third, minlength=3)
    wanted = np.round(n * np.array(often) * sizes / (np.array(often) @ sizes)).astype(int)
    labels, chances = np.full(y.size, np.nan), np.ones(y.size)
    for one in np.flatnonzero(sizes):
        rows = np.flatnonzero(third == one)
        drawn = rng.choice(rows, min(max(int(wanted[one]), 1), rows.size), replace=False)
        labels[drawn] = y[drawn]
        chances[rows] = drawn.size / rows.size
    return labels, chances


def brand(
    share: float, n: int, n_labels: int, rng: np.random.Generator, reader: Reader = "usual"
) -> tuple[Array, Array]:
    """Independent posts of one brand as (labels, scores)."""
    y = (rng.random(n) < share).astype(float)
    return labels_on(y, n_labels, rng), scores_for(y, rng, reader=reader)


def thread_numbers(n: int, mean: float, rng: np.random.Generator) -> Ints:
    """Threads of very unequal length (log-normal): each post's thread."""
    sizes = np.ceil(rng.lognormal(np.log(mean) - 0.5, 1.0, size=int(4 * n / mean) + 40)).astype(np.int64)
    return np.repeat(np.arange(sizes.size), sizes)[:n]


def threaded_labels(share: float, icc: float, thread: Ints, rng: np.random.Generator) -> Array:
    """Labels 0, 1 with the declared intra-class correlation: each thread's own share is drawn from a beta."""
    if icc == 0:
        return (rng.random(thread.size) < share).astype(float)
    a = (1 - icc) / icc
    return (rng.random(thread.size) < rng.beta(share * a, (1 - share) * a, thread.max() + 1)[thread]).astype(float)


def crossed_labels(share: float, of_author: float, of_thread: float, groups: Ints, rng: np.random.Generator) -> Array:
    """Labels from a normal below them, of which authors and threads explain the declared parts."""
    thread, author = groups.T
    below = (
        np.sqrt(of_thread) * rng.normal(size=thread.max() + 1)[thread]
        + np.sqrt(of_author) * rng.normal(size=author.max() + 1)[author]
        + np.sqrt(1 - of_thread - of_author) * rng.normal(size=thread.size)
    )
    return (below < ndtri(share)).astype(float)


def threads_and_authors(n: int, mean: float, rng: np.random.Generator) -> Ints:
    """Two columns: threads of unequal length, and authors of whom a few write much (Pareto)."""
    busy = rng.pareto(1.5, n // 5) + 0.2
    return np.column_stack([thread_numbers(n, mean, rng), rng.choice(busy.size, n, p=busy / busy.sum())])


@dataclass(frozen=True)
class Market:
    """How an index and its rivals move: a common shock, each one's own error, and the noise of measuring."""

    own: Literal["none", "autocorrelated", "walk"]
    weeks: int = 78
    start: int = 52
    rivals: int = 4
    noise: float = 3.0
    shock: float = 6.0

    def draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        """The index and the rivals without any effect."""
        shock = autocorrelated(self.weeks, self.shock, rng)
        series = [shock * rng.uniform(0.7, 1.2) + self._own(rng) for _ in range(self.rivals + 1)]
        noisy = np.column_stack(series) + rng.normal(0, self.noise, (self.weeks, self.rivals + 1))
        return noisy[:, 0], noisy[:, 1:]

    def _own(self, rng: np.random.Generator) -> Array:
        if self.own == "autocorrelated":
            return autocorrelated(self.weeks, 3.0, rng)
        return np.cumsum(rng.normal(0, 1.0, self.weeks)) if self.own == "walk" else np.zeros(self.weeks)


def autocorrelated(weeks: int, spread: float, rng: np.random.Generator, phi: float = 0.8) -> Array:
    """An AR(1) series in its stationary state with standard deviation `spread`."""
    series = np.empty(weeks)
    series[0] = rng.normal()
    for week in range(1, weeks):
        series[week] = phi * series[week - 1] + np.sqrt(1 - phi * phi) * rng.normal()
    return spread * series


def two_venues(
    n: tuple[int, int], share: tuple[float, float], mean: float, rng: np.random.Generator
) -> tuple[estimates.Rows, Ints, Ints]:
    """Posts of two periods in two venues of different level, whose shares shift while nobody changes his mind.

    Gives rows, venue, and whether the author writes much; y is an index from about −100 to 100 of which threads explain
    a fifth and authors, who write in both periods, a tenth.
    """
    busy = rng.pareto(1.5, sum(n) // 3) + 0.2
    of_author = rng.normal(0, 22, busy.size)
    sides = []
    for side, (posts, in_second) in enumerate(zip(n, share, strict=True)):
        thread = thread_numbers(posts, mean, rng)
        venue = (rng.random(thread.max() + 1) < in_second).astype(np.int64)[thread]
        author = rng.choice(busy.size, posts, p=busy / busy.sum())
        y = np.where(venue == 1, 10.0, -40.0) + of_author[author]
        y += rng.normal(0, 31, thread.max() + 1)[thread] + rng.normal(0, 58, posts)
        sides.append((np.full(posts, side), y, author, thread + 100_000 * side, venue))
    side, y, author, thread, venue = (np.concatenate(column) for column in zip(*sides, strict=True))
    heavy = (np.bincount(author)[author] >= 4).astype(np.int64)
    return estimates.Rows(side, np.ones(y.size), y, author, thread), venue, heavy


def weekly_cells(kind: Talk, weeks: int, rng: np.random.Generator, *, shift: float = 0.0) -> estimates.Cells:
    """The weekly index of one brand about which nobody changes his mind, with its clustered errors.

    Posts hang together by thread and author; their number grows and jumps from week to week. *few* has 6 to 15 posts a
    week, *heavy_tailed* y of Student's t with 2.5 degrees of freedom. From the middle on y is lower by `shift`.
    """
    usual = rng.uniform(6, 15) if kind == "few" else rng.uniform(15, 80)
    n = np.maximum(rng.poisson(usual * rng.gamma(6, 1 / 6, weeks) * (1 + 0.5 * np.arange(weeks) / weeks)), 2)
    week = np.repeat(np.arange(weeks), n)
    thread = thread_numbers(week.size, 4, rng)
    busy = rng.pareto(1.5, week.size // 4 + 1) + 0.2
    author = rng.choice(busy.size, week.size, p=busy / busy.sum())
    below = 0.45 * rng.normal(size=thread.max() + 1)[thread] + 0.3 * rng.normal(size=busy.size)[author]
    own = 0.6 * rng.standard_t(2.5, week.size) if kind == "heavy_tailed" else 0.84 * rng.normal(size=week.size)
    below += own - shift * (week >= weeks // 2)
    y = 60 * below - 15 if kind == "heavy_tailed" else 100.0 * (np.digitize(below, (-0.25, 0.8)) - 1)
    groups = [_weekly_groups(week, y, codes) for codes in (author, thread, author * (thread.max() + 1) + thread)]
    sums = dict(zip(("author", "thread", "both"), groups, strict=True))
    return estimates.ratio_from_sums(n=n.astype(float), sum_y=np.bincount(week, y, weeks), **sums)


def _weekly_groups(week: Ints, y: Array, codes: Ints) -> tuple[Array, Array, Array, Array]:
    """Groups, Σ y_g², Σ y_g·n_g, Σ n_g² of every week."""
    pair, index = np.unique(week * (codes.max() + 1) + codes, return_inverse=True)
    sums, sizes = np.bincount(index, y), np.bincount(index).astype(float)
    of = pair // (codes.max() + 1)
    weeks = int(week.max()) + 1
    n, yy, yn, nn = (np.bincount(of, v, weeks) for v in (np.ones(of.size), sums**2, sums * sizes, sizes**2))
    return n, yy, yn, nn


def group_sums(y: Array, *columns: Ints) -> tuple[float, float, float, float]:
    """(groups, Σ y_g², Σ y_g·n_g, Σ n_g²) over the groups that the columns span together."""
    _, index = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    sums, sizes = np.bincount(index.ravel(), y), np.bincount(index.ravel()).astype(float)
    return float(sizes.size), float(sums @ sums), float(sums @ sizes), float(sizes @ sizes)


def two_readers(
    n: int, shift: float, apart: tuple[float, float], rng: np.random.Generator
) -> tuple[Array, Array, Ints, Array]:
    """Index readings of an old and a new reader, threads and authors of the posts, and how many each stands for.

    The new one lies `shift` higher, and by chance more or less so by author and thread, `apart` points each. One post
    in twelve only one of them counts. Half of the posts stand for themselves, half for four.
    """
    groups = threads_and_authors(n, 12, rng)
    while not groups[:, 0].any():  # one thread holds all: then nothing can be said, and the estimator says so
        groups = threads_and_authors(n, 12, rng)
    thread, author = groups.T
    old = rng.normal(-15, 40, n) + rng.normal(0, 15, thread.max() + 1)[thread]
    new = old + shift + rng.normal(0, 25, n)
    new += apart[0] * rng.normal(size=author.max() + 1)[author] + apart[1] * rng.normal(size=thread.max() + 1)[thread]
    alone = rng.random(n)
    old[alone < 1 / 24] = np.nan
    new[alone > 1 - 1 / 24] = np.nan
    return old, new, groups, np.where(rng.random(n) < 0.5, 1.0, 4.0)
