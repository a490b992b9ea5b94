"""A campaign's effect against what the rivals imply."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from leumund.errors import CannotEstimate
from leumund.estimates import estimate_effect
from tests.estimates.markets import Array, market


def test_a_campaign_is_found_under_the_markets_own_shocks() -> None:
    got = estimate_effect(*market(8.0), 52)
    assert got.low < 8 < got.high
    assert got.low > 0
    assert got.p_value < 0.01


def test_before_and_after_alone_would_have_been_wrong_where_rivals_moved_too() -> None:
    looks = [estimate_effect(*market(0.0, seed), 52) for seed in range(12)]
    assert np.mean([got.machine_value**2 for got in looks]) > 5 * np.mean([got.value**2 for got in looks])
    assert sum(got.covers(0) for got in looks) >= 10


def test_the_error_models_shares_sum_to_one() -> None:
    got = estimate_effect(*market(2.0), 52)
    assert sum(got.model_weights.values()) == pytest.approx(1)
    assert set(got.model_weights) == {"noise", "local level", "AR(1)"}


def test_the_effect_moves_with_the_index_and_scales_with_its_units() -> None:
    index, rivals = market(5.0)
    plain = estimate_effect(index, rivals, 52)
    lifted = estimate_effect(index + 3 * (np.arange(78) >= 52), rivals, 52)
    scaled = estimate_effect(10 * index + 7, 4 * rivals - 1, 52)
    assert lifted.value == pytest.approx(plain.value + 3)
    assert (scaled.low, scaled.high) == (pytest.approx(10 * plain.low), pytest.approx(10 * plain.high))


def test_weeks_that_were_not_collected_are_left_out_and_not_taken_for_nought() -> None:
    index, rivals = market(8.0)
    gap = index.copy()
    gap[20:24] = np.nan
    got = estimate_effect(gap, rivals, 52)
    assert got.n == 74
    assert abs(got.value - estimate_effect(index, rivals, 52).value) < 1.5
    assert np.isnan(got.expected[21])


@pytest.mark.shared
def test_the_published_example_comes_out_as_published(shared: Path) -> None:
    table = np.genfromtxt(shared / "campaign" / "causalimpact_vignette.csv", delimiter=",", skip_header=1)
    got = estimate_effect(table[:, 1], table[:, 2:], 70)
    assert 10.2 <= got.value <= 10.8
    assert abs(got.low - 9.7) <= 0.4
    assert abs(got.high - 11.3) <= 0.4


@pytest.mark.parametrize(
    ("index", "rivals", "start", "word"),
    [
        (np.arange(60.0), np.empty((60, 0)), 40, "no rivals"),
        (np.arange(60.0), np.ones((60, 2)), 40, "never move"),
        (np.arange(60.0), np.random.default_rng(1).random((60, 2)), 25, "only 25 weeks"),
        (np.arange(60.0), np.random.default_rng(1).random((60, 2)), 60, "no week after"),
        (np.arange(60.0), np.random.default_rng(1).random((59, 2)), 40, "59 of the rivals"),
        (np.full(60, np.inf), np.random.default_rng(1).random((60, 2)), 40, "hold inf"),
        (np.arange(60.0), np.full((60, 2), np.inf), 40, "infinite"),
        (np.ones((60, 1)), np.random.default_rng(1).random((60, 2)), 40, "2 dimensions"),
        (np.arange(60.0), np.random.default_rng(1).random((60, 2)), -20, "start -20 is no row"),
        (np.arange(60.0), np.full((60, 2), np.nan), 40, "60 weeks are left out"),
        (np.ones(60), np.random.default_rng(1).random((60, 2)), 40, "never moves"),
    ],
)
def test_a_campaign_that_cannot_be_judged_is_refused_with_the_reason(
    index: Array, rivals: Array, start: int, word: str
) -> None:
    with pytest.raises(CannotEstimate, match=word) as refused:
        estimate_effect(index, rivals, start)
    assert refused.value.next_step


def test_more_rivals_than_weeks_still_give_an_answer() -> None:
    index, rivals = market(8.0, weeks=40, start=30)
    many = rivals[:, :1] + np.random.default_rng(2).normal(0, 3, (40, 50))
    got = estimate_effect(index, many, 30)
    assert got.low < 8 < got.high


def test_a_rival_that_follows_the_market_is_preferred_to_one_that_does_not() -> None:
    index, rivals = market(0.0, seed=5)
    useful = rivals[:, :1]
    noise = np.cumsum(np.random.default_rng(6).normal(0, 2, (78, 2)), axis=0)
    mixed = estimate_effect(index, np.column_stack([useful, noise]), 52)
    useless = estimate_effect(index, noise, 52)
    assert mixed.width < useless.width


def test_an_index_that_a_rival_foretells_exactly_is_no_accident_of_arithmetic() -> None:
    _, rivals = market(0.0)
    got = estimate_effect(2 * rivals[:, 0] + 5 * (np.arange(78) >= 52), rivals[:, :1], 52)
    assert got.value == pytest.approx(5)
    assert got.low == pytest.approx(5, abs=1e-5)
