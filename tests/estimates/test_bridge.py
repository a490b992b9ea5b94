"""Two readers of the same posts: what lies between them, with its error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leumund.errors import CannotEstimate
from leumund.estimates import estimate_bridge, onto_new_scale, spread_of_bridges

SEEDS = st.integers(0, 2**32 - 1)


def market(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Readings of one reader, author and thread of each, and chance to go on with."""
    rng = np.random.default_rng(seed)
    groups = np.stack([rng.integers(0, n // 3, n), rng.integers(0, n // 8, n)], axis=1)
    return np.clip(rng.normal(-15, 50, n), -100, 100), groups, rng


@given(SEEDS)
@settings(max_examples=50, deadline=None)
def test_two_equal_readers_need_no_bridge(seed: int) -> None:
    y, groups, rng = market(seed)
    weights = rng.uniform(1, 30, y.size)
    got = estimate_bridge(y, y, groups, weights=weights)
    assert got.value == pytest.approx(0, abs=1e-9)
    assert got.covers(0)
    assert got.width < 1e-5


@given(SEEDS, st.floats(-20, 20))
@settings(max_examples=50, deadline=None)
def test_a_reader_that_is_off_by_the_same_everywhere_is_off_by_just_that(seed: int, shift: float) -> None:
    y, groups, _ = market(seed)
    got = estimate_bridge(y, y + shift, groups)
    assert got.value == pytest.approx(shift, abs=1e-9)
    assert got.width < 1e-4


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_the_way_back_is_the_way_there_turned_round(seed: int) -> None:
    y, groups, rng = market(seed)
    other = y + rng.normal(3, 10, y.size)
    other[rng.random(y.size) < 0.1] = np.nan
    there, back = estimate_bridge(y, other, groups), estimate_bridge(other, y, groups)
    assert back.value == pytest.approx(-there.value)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_the_order_of_posts_and_the_names_of_groups_do_not_matter(seed: int) -> None:
    y, groups, rng = market(seed)
    other, order = y + rng.normal(3, 10, y.size), rng.permutation(y.size)
    one = estimate_bridge(y, other, groups)
    same = estimate_bridge(y[order], other[order], 7 * groups[order] + 3)
    assert (one.value, one.se, one.dof) == pytest.approx((same.value, same.se, same.dof))


def test_what_only_one_reader_counts_is_a_part_of_the_bridge() -> None:
    old, new = np.array([10.0, 20.0, 30.0, 40.0]), np.array([10.0, 20.0, 30.0, np.nan])
    assert estimate_bridge(old, new).value == pytest.approx(20 - 25)


def test_posts_of_one_thread_do_not_make_the_bridge_surer() -> None:
    _, _, rng = market(3)
    threads = np.repeat(np.arange(40), 10)
    off = np.repeat(rng.normal(4, 8, 40), 10)
    y = rng.normal(0, 40, 400)
    alone, together = estimate_bridge(y, y + off), estimate_bridge(y, y + off, threads)
    assert together.se > 2.5 * alone.se


@pytest.mark.parametrize(
    ("old", "new", "clusters"),
    [([], [], None), ([1.0], [1.0, 2.0], None), ([np.nan, np.nan], [1.0, 2.0], None), ([1.0, 2.0], [1.0, 2.0], [5, 5])],
)
def test_without_a_real_overlap_there_is_no_bridge(
    old: list[float], new: list[float], clusters: list[int] | None
) -> None:
    with pytest.raises(CannotEstimate):
        estimate_bridge(old, new, clusters)


def test_bridges_that_differ_by_chance_alone_have_no_spread() -> None:
    assert spread_of_bridges([2.0, 2.1, 1.9, 2.0], [1.0, 1.0, 1.0, 1.0]) == 0
    assert spread_of_bridges([-8.0, 0.0, 8.0, 1.0], [0.5, 0.5, 0.5, 0.5]) == pytest.approx(6.5, abs=0.2)
    assert spread_of_bridges([-8.0, 8.0], [0.5, 0.5]) == 0  # two tell nothing of a spread


def test_a_bridged_figure_is_less_sure_and_never_leaves_the_scale() -> None:
    figures = {"value": [-20.0, 98.0], "low": [-26.0, 90.0], "high": [-14.0, 100.0]}
    got = onto_new_scale(**figures, bridge=3.0, bridge_se=1.0, bounds=(-100, 100))
    assert got.value == pytest.approx([-17.0, 100.0])
    assert got.high[0] - got.low[0] > 12
    assert got.high[0] == pytest.approx(-17 + np.hypot(6, 1.959964))
    assert got.high[1] == 100
    exact = onto_new_scale(**figures, bridge=0.0, bridge_se=0.0)
    assert (exact.low[0], exact.high[0]) == (-26, -14)
    wider = onto_new_scale(**figures, bridge=3.0, bridge_se=1.0, spread=2.0, bridge_dof=20)
    assert wider.high[0] > got.high[0]
