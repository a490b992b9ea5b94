"""The own brand against its rivals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from leumund.errors import CannotEstimate
from leumund.estimates import compare_brands

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]


def brand(share: float, seed: int, n: int = 2000, n_labels: int = 200) -> Pair:
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < share).astype(float)
    s = np.clip(0.2 + 0.3 * y + 0.4 * rng.random(n), 0, 1)
    return np.where(np.arange(n) < n_labels, y, np.nan), s


def test_a_worse_rival_is_found_and_an_equal_one_is_not() -> None:
    worse, equal = compare_brands([brand(0.29, 1), brand(0.5, 2), brand(0.29, 3)])
    assert worse.value < 0
    assert worse.high < 0
    assert worse.differs
    assert worse.p_adjusted < 0.001
    assert not equal.differs
    assert equal.low < 0 < equal.high


def test_each_further_rival_makes_it_harder_to_call_one_different() -> None:
    first, second = brand(0.3, 1), brand(0.4, 2)
    alone = compare_brands([first, second])[0]
    among = compare_brands([first, second, *[brand(0.3, seed) for seed in range(3, 8)]])[0]
    assert among.value == alone.value
    assert among.p_adjusted > alone.p_adjusted
    assert among.width > alone.width


@pytest.mark.parametrize("rivals", [1, 5])
def test_the_p_value_is_the_level_at_which_the_interval_touches_nought(rivals: int) -> None:
    pairs = [brand(0.3, 1), *[brand(0.4, seed) for seed in range(2, 2 + rivals)]]
    p = compare_brands(pairs)[0].p_adjusted
    assert compare_brands(pairs, level=1 - p)[0].high == pytest.approx(0, abs=1e-6)


def test_two_net_indices_about_the_middle_are_compared_nearly_as_by_students_t() -> None:
    rng = np.random.default_rng(5)
    pairs = [
        (rng.choice([-1.0, 0.0, 1.0], 300, p=chances), np.zeros(300)) for chances in ([0.3, 0.4, 0.3], [0.4, 0.3, 0.3])
    ]
    got = compare_brands(pairs, measure="net")[0]
    assert got.p_adjusted == pytest.approx(2 * stats.t.sf(abs(got.value) / got.se, got.dof), rel=0.03)


def test_a_rival_with_few_labels_costs_the_others_nothing() -> None:
    pairs = [brand(0.3, 1), brand(0.4, 2), brand(0.3, 3)]
    with_few = compare_brands([*pairs[:2], brand(0.3, 3, 300, 5)])[0]
    assert with_few.width == pytest.approx(compare_brands(pairs)[0].width, rel=0.05)


@given(seed=st.integers(0, 5_000), rivals=st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_the_interval_holds_nought_exactly_when_no_difference_is_claimed(seed: int, rivals: int) -> None:
    pairs = [brand(0.2 + 0.05 * number, seed + number, 300, 80) for number in range(rivals + 1)]
    for got in compare_brands(pairs):
        assert got.differs == (not got.low <= 0 <= got.high)


def test_net_indices_and_threads_can_be_compared_too() -> None:
    rng = np.random.default_rng(3)
    thread = np.repeat(np.arange(40), 10)
    pairs = []
    for shift in (0.0, 0.4):
        y = np.sign(rng.normal(shift, 1, 400) + rng.normal(0, 0.3, 40)[thread]).round()
        pairs.append((y, 0.5 * y, thread))
    assert compare_brands(pairs, measure="net")[0].value < 0


def test_the_machines_own_difference_stands_beside_the_corrected_one() -> None:
    first, second = brand(0.3, 1), brand(0.4, 2)
    assert compare_brands([first, second])[0].machine_value == pytest.approx(first[1].mean() - second[1].mean())


def test_corpora_labelled_throughout_are_compared_exactly() -> None:
    known, rival, sampled = brand(0.3, 1, 400, 400), brand(0.3, 2, 400, 400), brand(0.3, 3, 400, 50)
    exact, estimated = compare_brands([known, rival, sampled], estimand="corpus")
    assert exact.low == exact.value == exact.high
    assert exact.differs == (exact.value != 0)
    assert estimated.low < estimated.value < estimated.high
    assert estimated.width == pytest.approx(compare_brands([known, sampled], estimand="corpus")[0].width)


def test_three_labels_a_brand_prove_nothing() -> None:
    got = compare_brands([brand(0.1, 1, 300, 3), brand(0.9, 2, 300, 3)])[0]
    assert got.support == "unproven"
    assert got.width > 1


@pytest.mark.parametrize(
    ("pairs", "word"),
    [
        ([brand(0.3, 1)], "no rival"),
        ([brand(0.3, 1), brand(0.3, 2, n_labels=0)], "too few labels"),
        ([brand(0.3, 1), brand(0.3, 1)[:1]], "arrays"),
        ([brand(0.3, 1), None], "brand 1"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(pairs: list[Pair], word: str) -> None:
    with pytest.raises(CannotEstimate, match=word) as refused:
        compare_brands(pairs)
    assert refused.value.next_step


def test_a_brand_labelled_in_one_thread_only_is_unproven_and_costs_the_others_nothing() -> None:
    labels = np.array([0.0, 1.0] * 30 + [np.nan] * 60)
    scores = np.full(120, 0.4)
    own, lone, other = (labels, scores), (labels, scores, np.zeros(120)), (1 - labels, scores)
    first, second = compare_brands([own, lone, other])
    assert (first.low, first.high, first.support, first.p_adjusted) == (-1.0, 1.0, "unproven", 1.0)
    (alone,) = compare_brands([own, other])
    assert (second.low, second.high, second.support) == (alone.low, alone.high, "measured")
