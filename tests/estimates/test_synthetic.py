"""The second opinion: rivals mixed into a twin, placebos in time; and placebos of the estimator itself."""

from __future__ import annotations

import numpy as np
import pytest

from leumund.errors import CannotEstimate
from leumund.estimates import estimate_effect, estimate_synthetic, placebo_brands, placebo_starts
from tests.estimates.markets import market


def test_a_step_is_found_against_the_mixture_of_rivals() -> None:
    got = estimate_synthetic(*market(14.0), 52)
    assert got.low > 0
    assert got.covers(14)
    assert got.p_value <= 0.05


def test_the_weights_are_convex_and_find_the_rival_that_moves_alike() -> None:
    rng = np.random.default_rng(3)
    rivals = np.cumsum(rng.normal(0, 2, (78, 3)), axis=0)
    got = estimate_synthetic(rivals[:, 1] + rng.normal(0, 0.1, 78) + 40, rivals, 52)
    assert got.weights.sum() == pytest.approx(1)
    assert (got.weights >= 0).all()
    assert got.weights[1] > 0.95


def test_the_weights_know_nothing_of_the_weeks_after_the_start() -> None:
    index, rivals = market(0.0)
    changed = index.copy()
    changed[52:] += np.linspace(0, 80, 26)
    assert estimate_synthetic(changed, rivals, 52).weights == pytest.approx(
        estimate_synthetic(index, rivals, 52).weights
    )


def test_an_index_that_stands_higher_throughout_shows_no_step() -> None:
    index, rivals = market(0.0)
    plain, lifted = (estimate_synthetic(one, rivals, 52) for one in (index, index + 50))
    assert lifted.value == pytest.approx(plain.value)
    assert lifted.high == pytest.approx(plain.high)


def test_with_few_weeks_before_the_window_shrinks_and_placebos_stay_enough() -> None:
    index, rivals = market(0.0, weeks=40, start=26)
    got = estimate_synthetic(index, rivals, 26)
    assert got.window_weeks == 4
    assert got.placebos.size == 19
    assert np.isfinite(got.low)


def test_placebo_starts_look_at_the_weeks_before_alone() -> None:
    index, rivals = market(0.0)
    changed = index.copy()
    changed[52:] += 500
    first, second = (placebo_starts(one, rivals, 52) for one in (index, changed))
    assert (first[0].row, first[-1].row, len(first)) == (26, 48, 12)
    assert [one.effect.value for one in first] == [one.effect.value for one in second]


def test_placebo_starts_name_the_row_of_the_index_where_weeks_are_missing() -> None:
    index, rivals = market(0.0)
    index[:5] = np.nan
    assert placebo_starts(index, rivals, 52)[0].row == 31


def test_there_is_no_placebo_start_where_weeks_are_too_few() -> None:
    assert placebo_starts(*market(0.0, weeks=40, start=27), 27) == []


def test_a_placebo_start_before_which_nothing_moves_is_left_out() -> None:
    index, rivals = market(0.0)
    rows = [one.row for one in placebo_starts(index, rivals, 52)]
    index[: rows[0]] = index[0]
    assert [one.row for one in placebo_starts(index, rivals, 52)] == rows[1:]


def test_a_placebo_brand_is_set_against_the_other_rivals_without_the_own_brand() -> None:
    index, rivals = market(0.0)
    got = placebo_brands(index + 300 * (np.arange(78) >= 52), rivals, 52)
    alone = estimate_effect(rivals[:, 0], rivals[:, 1:], 52)
    assert len(got) == 3
    assert got[0] is not None
    assert got[0].value == pytest.approx(alone.value)


def test_a_single_rival_has_no_placebo() -> None:
    index, rivals = market(0.0)
    assert placebo_brands(index, rivals[:, :1], 52) == [None]


def test_the_second_opinion_refuses_what_the_first_refuses() -> None:
    index, rivals = market(0.0)
    for ask in (estimate_synthetic, placebo_starts, placebo_brands):
        with pytest.raises(CannotEstimate, match="only 20 weeks"):
            ask(index, rivals, 20)
