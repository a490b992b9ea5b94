"""A change of a mean between two periods, split exactly, each part with an interval that knows who belongs together.

Rows are what one author said in one thread of one period and group: n voices with sum y. Each part is a smooth function
of the groups' sums; its error is that of its linear form (delta method) with rows of one author and of one thread, in
both periods together, taken as belonging together (Cameron, Gelbach, Miller 2011, eq. 2.8).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from leumund.estimates.clustered import CAUTION
from leumund.estimates.inputs import Floats, as_series, check_level, refuse

__all__ = ["Part", "Rows", "split_by_group", "split_in_three"]

Ints = NDArray[np.int64]
FEWEST = 3.0  # effective authors and threads that a group needs on a side to be looked at by itself


class Rows(NamedTuple):
    """One entry per row: side (0 = before, 1 = after), voices, sum of y, and who belongs together."""

    side: ArrayLike
    n: ArrayLike
    y: ArrayLike
    author: ArrayLike
    thread: ArrayLike


class Part(NamedTuple):
    """One part of a change in the unit of y, with its standard error, degrees of freedom and interval."""

    value: float
    se: float
    dof: float
    low: float
    high: float


class _Read(NamedTuple):
    side: Ints
    n: Floats
    y: Floats
    author: Ints
    thread: Ints
    both: Ints


def split_in_three(rows: Rows, outer: ArrayLike, inner: ArrayLike, *, level: float = 0.95) -> dict[str, Part]:
    """Split the change of the mean of y into the mix of `outer`, the mix of `inner` within it, and the rates within.

    Gives total, outer, inner, mix (= outer + inner) and rate; outer + inner + rate = total, exactly. The mean is
    Σ share of outer x share of inner in it x rate, and each factor's part is its Shapley value (Shapley 1953; Das Gupta
    1993, ch. 2; for two factors Kitagawa 1955). A group that is missing on one side takes the other side's rate and
    inner shares, so that its coming or going is all mix. Outer groups too small to have a rate of their own on a side
    where they appear are put together. An inner group too small on one of two sides, as one heavy writer before and
    five after, counts with the largest other one on the side where it says less, so that the rest comes or goes; where
    that does not help, the inner groups of an outer one are put together. NaN ends where a side has fewer than two
    authors or threads.
    """
    read = _rows(rows)
    outer, inner = _codes(outer), _codes(inner)
    if not outer.size == inner.size == read.n.size:
        raise refuse(f"{outer.size} outer and {inner.size} inner groups for {read.n.size} rows")
    kept = _merged(read, outer)
    cell = _folded(read, kept, _codes(kept * (inner.max(initial=0) + 1) + inner))
    scores = _three(read, kept, cell)
    if kept.max() == 0 and outer.max() > 0:  # nothing but one group is left, so no mix can be told from the rates
        return {name: Part(value, *[float("nan")] * 4) for name, (value, _) in scores.items()}
    return {name: _part(read, value, score, level) for name, (value, score) in scores.items()}


def split_by_group(rows: Rows, group: ArrayLike, *, level: float = 0.95) -> dict[tuple[int, str], Part]:
    """Split the change of the mean of y among groups: how much each is talked of, and in what tone.

    Gives (group, 'share') and (group, 'rate'): Δshare·(mean rate − mean of all) and mean share·Δrate; all of them add
    up to the change (Kitagawa 1955, centred so that talk about an ordinary group moves nothing). A group that is
    missing on one side takes the other's rate. `level` is that of all intervals together (Bonferroni).
    """
    read, codes = _rows(rows), _codes(group)
    if codes.size != read.n.size:
        raise refuse(f"{codes.size} groups for {read.n.size} rows")
    n_groups = int(codes.max(initial=-1)) + 1
    n, y = _sums(read, codes, n_groups)
    share, rate, source = _shares(n), _filled(n, y), _source(n)
    mean, whole = rate.mean(axis=0), (n.sum(axis=1), y.sum(axis=1))
    middle = float(np.mean(whole[1] / whole[0]))
    found: dict[tuple[int, str], tuple[float, Floats]] = {}
    for g in range(n_groups):
        step, level_of = share[1, g] - share[0, g], float(mean[g]) - middle
        of_share, of_rate, of_all = np.zeros((2, n_groups)), np.zeros((2, n_groups)), np.zeros(2)
        of_share[:, g] = [-level_of, level_of]
        for side in (0, 1):
            of_rate[source[side, g], g] += step / 2
            of_all[side] = -step / 2
        talk = _score_of_shares(read, codes, n, of_share) + _score_of_rates(read, codes, n, rate, of_rate)
        talk += of_all[read.side] * (read.y - (whole[1] / whole[0])[read.side] * read.n) / whole[0][read.side]
        tone_share, tone_rate = np.zeros((2, n_groups)), np.zeros((2, n_groups))
        tone_share[:, g] = (rate[1, g] - rate[0, g]) / 2
        for side, sign in ((0, -1), (1, 1)):
            tone_rate[source[side, g], g] += sign * share[:, g].mean()
        tone = _score_of_shares(read, codes, n, tone_share) + _score_of_rates(read, codes, n, rate, tone_rate)
        found[g, "share"] = (step * level_of, talk)
        found[g, "rate"] = (float(share[:, g].mean() * (rate[1, g] - rate[0, g])), tone)
    together = 1 - (1 - level) / max(len(found), 1)
    return {name: _part(read, value, score, together) for name, (value, score) in found.items()}


def _rows(rows: Rows) -> _Read:
    author, thread = _codes(rows.author), _codes(rows.thread)
    side, n, y = (as_series(values, name, finite=False) for values, name in zip(rows, ("side", "n", "y"), strict=False))
    if not side.size == n.size == y.size == author.size == thread.size:
        raise refuse(f"rows differ in length: {[len(np.atleast_1d(column)) for column in rows]}")
    if not np.isin(side, (0, 1)).all() or not (n > 0).all() or not np.isfinite(y).all():
        raise refuse("side must be 0 or 1, n above 0, y finite")
    if not (side == 0).any() or not (side == 1).any():
        raise refuse("one of the two periods has no voice", next_step="compare periods that both have posts")
    return _Read(side.astype(np.int64), n, y, author, thread, _codes(author * (thread.max() + 1) + thread))


def _codes(values: ArrayLike) -> Ints:
    return np.unique(np.asarray(values), return_inverse=True)[1].astype(np.int64).ravel()


def _sums(read: _Read, codes: Ints, n_groups: int) -> tuple[Floats, Floats]:
    """Voices and sum of y, side x group."""
    place = read.side * n_groups + codes
    n, y = (np.bincount(place, column, 2 * n_groups).reshape(2, n_groups) for column in (read.n, read.y))
    return n.astype(np.float64), y.astype(np.float64)


def _shares(n: Floats) -> Floats:
    return np.asarray(n / n.sum(axis=1, keepdims=True), dtype=np.float64)


def _source(n: Floats) -> Ints:
    """On which side a group's rate is taken: its own, or the other where it has no voice."""
    sides = np.array([[0], [1]])
    return np.where(n > 0, sides, 1 - sides)


def _filled(n: Floats, y: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(n > 0, y / n, np.nan)
    return np.where(np.isnan(rate), rate[::-1], rate)


def _merged(read: _Read, codes: Ints) -> Ints:
    """Put groups together that have voices on a side, but too few speakers there."""
    small = np.asarray(_few(read, codes).any(axis=0))
    return _codes(np.where(small[codes], small.size, codes))


def _folded(read: _Read, outer: Ints, cell: Ints) -> Ints:
    """Let a cell with too few speakers on one of its two sides count, where it says less, with another of its group."""
    found, of = cell.copy(), np.zeros(int(cell.max()) + 1, dtype=np.int64)
    of[cell] = outer
    n, weak = _sums(read, cell, of.size)[0], _weak(read, cell)
    for group in np.unique(of[weak]):
        cells = np.flatnonzero(of == group)
        least = min(cells[weak[cells]], key=lambda one: n[:, one].sum())
        side = int(n[:, least].argmin())
        other = max(cells[cells != least], key=lambda one: n[side, one], default=least)
        if n[side, other] > 0:
            found[(cell == least) & (read.side == side)] = other
    still = _weak(read, found)
    broken = np.isin(outer, of[: still.size][still])
    return _codes(np.where(broken, of.size + outer, found))


def _weak(read: _Read, cell: Ints) -> NDArray[np.bool_]:
    """Tell of each cell whether it has voices on both sides and too few speakers on one of them."""
    n, _ = _sums(read, cell, int(cell.max()) + 1)
    return np.asarray((n > 0).all(axis=0) & _few(read, cell).any(axis=0))


def _few(read: _Read, codes: Ints) -> NDArray[np.bool_]:
    """Tell by side and group whether it has voices, but fewer than FEWEST effective authors or threads."""
    n_groups = int(codes.max()) + 1
    small = np.zeros((2, n_groups), dtype=bool)
    for side in (0, 1):
        rows = read.side == side
        for who in (read.author, read.thread):
            pair, place = np.unique(codes[rows] * (who.max() + 1) + who[rows], return_inverse=True)
            held = np.bincount(place.ravel(), read.n[rows])
            of = pair // (who.max() + 1)
            total, squares = (np.bincount(of, values, n_groups) for values in (held, held**2))
            small[side] |= (total > 0) & (total**2 < FEWEST * squares)
    return small


class _Sums(NamedTuple):
    """Voices per larger group; voices, rates and shares per cell; where the borrowed ones of these come from."""

    big: Floats
    n: Floats
    rate: Floats
    inner: Floats
    rate_source: Ints
    inner_source: Ints
    of: Ints  # the larger group of a cell


def _three(read: _Read, outer: Ints, cell: Ints) -> dict[str, tuple[float, Floats]]:
    """Value and score of every row, for each part; the gradient is that of the closed form for three factors."""
    n_outer, n_cells = int(outer.max()) + 1, int(cell.max()) + 1
    of = np.zeros(n_cells, dtype=np.int64)
    of[cell] = outer
    big, _ = _sums(read, outer, n_outer)
    n, y = _sums(read, cell, n_cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        u = n / big[:, of]
    u = np.where(np.isnan(u), u[::-1], u)
    sums = _Sums(big, n, _filled(n, y), u, _source(n), _source(big)[:, of], of)
    factor = {"w": _shares(big)[:, of], "u": u, "r": sums.rate}
    found: dict[str, tuple[float, Floats]] = {}
    for name, order in (("outer", "wur"), ("inner", "uwr"), ("rate", "rwu")):
        value, *gradients = _shapley(*(factor[letter] for letter in order))
        found[name] = (value, _score(read, outer, cell, sums, by=dict(zip(order, gradients, strict=True))))
    (a, of_a), (b, of_b), (c, of_c) = found.values()
    return {"total": (a + b + c, of_a + of_b + of_c), **found, "mix": (a + b, of_a + of_b)}


def _shapley(x: Floats, a: Floats, b: Floats) -> tuple[float, Floats, Floats, Floats]:
    """The part of x in the change of Σ x·a·b, and its derivatives by x, a, b (each side x cell)."""
    step = x[1] - x[0]
    weight = (a[0] * b[0] + a[1] * b[1]) / 3 + (a[0] * b[1] + a[1] * b[0]) / 6
    of_a, of_b = (step * (other / 3 + other[::-1] / 6) for other in (b, a))
    return float(step @ weight), np.stack([-weight, weight]), of_a, of_b


def _score(read: _Read, outer: Ints, cell: Ints, sums: _Sums, *, by: dict[str, Floats]) -> Floats:
    """What each row adds to a part to first order, given its derivatives by shares w, inner shares u and rates r."""
    n_outer = sums.big.shape[1]
    of_w: Floats = np.stack([np.bincount(sums.of, by["w"][side], n_outer) for side in (0, 1)]).astype(np.float64)
    of_u, of_r = _moved(by["u"], sums.inner_source), _moved(by["r"], sums.rate_source)
    score = _score_of_shares(read, outer, sums.big, of_w) + _score_of_rates(read, cell, sums.n, sums.rate, of_r)
    mean = np.stack([np.bincount(sums.of, of_u[side] * sums.inner[side], n_outer) for side in (0, 1)])
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = (of_u - mean[:, sums.of]) / sums.big[:, sums.of]
    return np.asarray(score + inner[read.side, cell] * read.n, dtype=np.float64)


def _moved(gradient: Floats, source: Ints) -> Floats:
    """Give what hangs on a borrowed value to the side it was borrowed from."""
    kept = np.zeros_like(gradient)
    for side in (0, 1):
        np.add.at(kept, (source[side], np.arange(gradient.shape[1])), gradient[side])
    return kept


def _score_of_shares(read: _Read, codes: Ints, n: Floats, gradient: Floats) -> Floats:
    total = n.sum(axis=1)
    mean = (gradient * n).sum(axis=1) / total
    off = (gradient[read.side, codes] - mean[read.side]) * read.n / total[read.side]
    return np.asarray(off * np.sqrt(1 / (1 - _lever(read, read.side, total)))[read.side], dtype=np.float64)


def _score_of_rates(read: _Read, codes: Ints, n: Floats, rate: Floats, gradient: Floats) -> Floats:
    """What each row's y adds, a little more where few groups make up a cell, as its own rate follows them."""
    place = read.side * n.shape[1] + codes
    off = read.y - rate[read.side, codes] * read.n
    with np.errstate(divide="ignore", invalid="ignore"):
        off = off * np.sqrt(1 / (1 - _lever(read, place, n.ravel())))[place] / n.ravel()[place]
    return np.asarray(gradient.ravel()[place] * off, dtype=np.float64)


def _lever(read: _Read, place: Ints, n: Floats) -> Floats:
    """How much of a place's voices the same author or thread holds, Σ n_g²/n²; ½ at most."""
    held = np.zeros(n.size)
    for who in (read.author, read.thread):
        pair, at = np.unique(place * (who.max() + 1) + who, return_inverse=True)
        squares = np.bincount(at.ravel(), read.n) ** 2
        held = np.maximum(held, np.bincount(pair // (who.max() + 1), squares, n.size))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.minimum(np.nan_to_num(held / n**2), 0.5)


def _part(read: _Read, value: float, score: Floats, level: float) -> Part:
    variances = [_one_way(score, who) for who in (read.author, read.thread, read.both)]
    variance = max(variances[0] + variances[1] - variances[2], variances[0], variances[1])
    dof = _dof(read)
    se = float(np.sqrt(variance)) if np.isfinite(dof) else float("nan")
    half = se * float(stats.t.ppf((1 + check_level(level)) / 2, dof)) if np.isfinite(dof) else float("nan")
    return Part(value, se, dof, value - half, value + half)


def _one_way(score: Floats, who: Ints) -> float:
    sums = np.bincount(who, score)
    return float(sums @ sums)


def _dof(read: _Read) -> float:
    """Effective number of authors or threads of the scarcer side and kind, with the caution of clustered means."""
    effective: list[float] = []
    for side in (0, 1):
        rows = read.side == side
        for who in (read.author, read.thread):
            held = np.bincount(who[rows], read.n[rows])
            if (held > 0).sum() < 2:
                return float("nan")
            effective.append(float(held.sum() ** 2 / (held @ held)))
    return max(CAUTION * min(effective) - 1, 1.0)
