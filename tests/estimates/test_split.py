"""A change split into mix and opinion."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leumund.errors import CannotEstimate
from leumund.estimates import split_change


@given(seed=st.integers(0, 10_000), groups=st.integers(1, 9))
@settings(max_examples=50, deadline=None)
def test_mix_and_rate_are_the_whole_change(seed: int, groups: int) -> None:
    rng = np.random.default_rng(seed)
    w0, w1, r0, r1 = rng.random((4, groups)) + 0.01
    mix, rate = split_change(w0, r0, w1, r1)
    assert mix + rate == pytest.approx(np.average(r1, weights=w1) - np.average(r0, weights=w0))
    back = split_change(w1, r1, w0, r0)
    assert (back.mix, back.rate) == (pytest.approx(-mix), pytest.approx(-rate))


def test_more_posts_from_an_angry_board_are_no_change_of_opinion() -> None:
    mix, rate = split_change([900, 100], [0.2, 0.6], [500, 500], [0.2, 0.6])
    assert rate == 0
    assert mix == pytest.approx(0.16)


def test_a_new_board_is_all_mix() -> None:
    mix, rate = split_change([10, 0], [0.2, np.nan], [10, 10], [0.2, 0.6])
    assert rate == 0
    assert mix == pytest.approx(0.2)


def test_a_board_without_posts_on_either_side_says_nothing() -> None:
    assert split_change([10, 0], [0.2, np.nan], [10, 0], [0.3, np.nan]).rate == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (([1, 2], [0.1], [1, 2], [0.1, 0.2]), "differ in number"),
        (([-1, 2], [0.1, 0.2], [1, 2], [0.1, 0.2]), "negative"),
        (([0, 0], [0.1, 0.2], [1, 2], [0.1, 0.2]), "nothing"),
        (([1, 2], [0.1, np.nan], [1, 2], [0.1, 0.2]), "no rate"),
        (([], [], [], []), "empty"),
    ],
)
def test_groups_that_do_not_fit_are_refused_in_words(arguments: tuple[list[float], ...], word: str) -> None:
    with pytest.raises(CannotEstimate, match=word) as refused:
        split_change(*arguments)
    assert refused.value.next_step
