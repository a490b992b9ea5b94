"""Figures from sums over authors and threads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from leumund.errors import CannotEstimate
from leumund.estimates import Sums, difference_from_sums, ratio_from_sums

Array = NDArray[np.float64]


def group_sums(y: Array, groups: NDArray[np.int64]) -> tuple[float, float, float, float]:
    present = np.unique(groups)
    sums = np.array([y[groups == g].sum() for g in present])
    sizes = np.array([(groups == g).sum() for g in present], dtype=float)
    return len(present), float(sums @ sums), float(sums @ sizes), float(sizes @ sizes)


def sums_of(y: Array, author: NDArray[np.int64], thread: NDArray[np.int64]) -> Sums:
    both = author * 10_000 + thread
    return Sums(len(y), float(y.sum()), group_sums(y, author), group_sums(y, thread), group_sums(y, both))


def cross_of(y1: Array, g1: NDArray[np.int64], y2: Array, g2: NDArray[np.int64]) -> tuple[float, float, float, float]:
    total = np.zeros(4)
    for g in np.intersect1d(g1, g2):
        a, n_a, b, n_b = y1[g1 == g].sum(), (g1 == g).sum(), y2[g2 == g].sum(), (g2 == g).sum()
        total += [a * b, a * n_b, n_a * b, n_a * n_b]
    return tuple(total)  # type: ignore[return-value]  # four entries by construction


def some_posts(seed: int, n: int = 60) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    return rng.choice([-1.0, 0.0, 1.0], n), rng.integers(0, 15, n), rng.integers(0, 8, n)


def test_with_every_post_its_own_group_the_error_is_the_textbooks() -> None:
    y = np.array([1.0, 0, 0, 1, 1, 0, 1, 0, 0, 0])
    alone = np.arange(10)
    got = ratio_from_sums(**sums_of(y, alone, alone)._asdict())
    se = y.std(ddof=1) / np.sqrt(10)
    assert got.value == pytest.approx(0.4)
    assert got.se == pytest.approx(se)
    assert got.dof == pytest.approx(0.7 * 10 - 1)
    assert got.high == pytest.approx(0.4 + stats.t.ppf(0.975, 6) * se)


def test_posts_of_one_author_repeated_do_not_narrow_the_interval() -> None:
    y = np.array([1.0, 0, 1, 1, 0, 0, 1, 0])
    groups = np.arange(8)
    once = ratio_from_sums(**sums_of(y, groups, groups)._asdict())
    repeated = ratio_from_sums(**sums_of(np.repeat(y, 5), np.repeat(groups, 5), np.repeat(groups, 5))._asdict())
    assert repeated.se == pytest.approx(once.se)
    assert repeated.dof == once.dof


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_the_two_way_error_is_what_residuals_give_post_by_post(seed: int) -> None:
    y, author, thread = some_posts(seed)
    got = ratio_from_sums(**sums_of(y, author, thread)._asdict())
    variances = []
    for groups in (author, thread, author * 10_000 + thread):
        _, index = np.unique(groups, return_inverse=True)
        residuals, sizes = np.bincount(index, y - y.mean()), np.bincount(index)
        variances.append((residuals**2).sum() / (60**2 - (sizes**2).sum()))
    expected = max(*variances[:2], variances[0] + variances[1] - variances[2])
    assert got.se == pytest.approx(np.sqrt(expected))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_a_brand_against_itself_differs_by_nothing(seed: int) -> None:
    y, author, thread = some_posts(seed)
    own = sums_of(y, author, thread)
    both = author * 10_000 + thread
    got = difference_from_sums(
        own=own,
        rival=own,
        author=cross_of(y, author, y, author),
        thread=cross_of(y, thread, y, thread),
        both=cross_of(y, both, y, both),
    )
    assert got.value == 0
    assert got.se == pytest.approx(0, abs=1e-7)


def test_brands_that_share_no_author_and_no_thread_have_independent_errors() -> None:
    own, rival = sums_of(*some_posts(1)), sums_of(*some_posts(2))
    none = (0, 0, 0, 0)
    got = difference_from_sums(own=own, rival=rival, author=none, thread=none, both=none)
    parts = [ratio_from_sums(**sums._asdict()) for sums in (own, rival)]
    assert got.value == pytest.approx(parts[0].value - parts[1].value)
    assert got.se == pytest.approx(np.hypot(parts[0].se, parts[1].se), rel=0.05)


def test_many_cells_at_once_give_what_each_gives_alone() -> None:
    cells = [sums_of(*some_posts(seed)) for seed in range(6)]
    stacked = {
        name: np.array([getattr(cell, name) for cell in cells]).T for name in ("author", "thread", "both", "n", "sum_y")
    }
    together = ratio_from_sums(**{k: tuple(v) if v.ndim > 1 else v for k, v in stacked.items()})
    alone = [ratio_from_sums(**cell._asdict()) for cell in cells]
    assert together.low == pytest.approx(np.array([float(c.low) for c in alone]))
    assert together.dof == pytest.approx(np.array([float(c.dof) for c in alone]))


def test_one_author_alone_gives_a_value_without_an_interval() -> None:
    got = ratio_from_sums(n=[4], sum_y=[2], author=([1], [4], [8], [16]), thread=([4], [2], [2], [4]),
                          both=([4], [2], [2], [4]))  # fmt: skip
    assert got.value[0] == 0.5
    assert np.isnan(got.low[0])
    assert np.isnan(got.high[0])


def test_an_empty_cell_has_no_value_and_no_interval() -> None:
    empty = ([0], [0], [0], [0])
    got = ratio_from_sums(n=[0], sum_y=[0], author=empty, thread=empty, both=empty)
    assert np.isnan(got.value[0])
    assert np.isnan(got.high[0])


def test_the_ends_stay_within_what_the_measure_can_be() -> None:
    y = np.array([1.0, 1, 1, 0])
    got = ratio_from_sums(**sums_of(y, np.arange(4), np.arange(4))._asdict(), bounds=(0, 1))
    assert got.high == 1.0
    assert got.low == 0.0


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"n": [-1]}, "negative"),
        ({"n": [np.nan]}, "finite"),
        ({"author": ([4], [2], [2])}, "3 sums"),
        ({"author": ([4], [2], [2], [40])}, "contradict"),
        ({"author": ([4], [np.nan], [2], [4])}, "finite"),
        ({"thread": ([4], [1], [9], [4])}, "contradict"),
        ({"level": 95}, "level"),
    ],
)
def test_sums_that_cannot_be_are_refused_in_words(change: dict[str, object], word: str) -> None:
    plain: dict[str, object] = dict.fromkeys(("author", "thread", "both"), ([4], [2], [2], [4]))
    arguments = {"n": [4], "sum_y": [2], **plain, **change}
    with pytest.raises(CannotEstimate, match=word):
        ratio_from_sums(**arguments)  # type: ignore[arg-type]  # wrong on purpose


def test_ten_thousand_cells_take_a_blink() -> None:
    rng = np.random.default_rng(5)
    n = rng.integers(10, 500, 10_000)
    ones = (n, n // 2, n // 2, n)
    got = ratio_from_sums(n=n, sum_y=n // 2, author=ones, thread=ones, both=ones)
    assert np.isfinite(got.low).all()
