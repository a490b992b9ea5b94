"""Shares and net indices from few labels and many scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from leumund.errors import CannotEstimate
from leumund.estimates import Estimated, estimate_net, estimate_share

Array = NDArray[np.float64]


def corpus(seed: int = 1, n: int = 1500, share: float = 0.3) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < share).astype(float)
    return y, np.clip(0.15 + 0.3 * y + 0.3 * rng.random(n), 0, 1)


def labelled(y: Array, n: int, seed: int = 2) -> Array:
    labels = np.full(y.size, np.nan)
    drawn = np.random.default_rng(seed).choice(y.size, n, replace=False)
    labels[drawn] = y[drawn]
    return labels


def test_what_the_machine_misjudges_is_put_right() -> None:
    y, s = corpus()
    got = estimate_share(labelled(y, 300), s / 2)
    assert abs(got.machine_value - y.mean()) > 0.1
    assert got.covers(y.mean())
    assert got.support == "measured"
    assert (got.n, got.n_labels) == (1500, 300)


def test_good_scores_are_worth_labels() -> None:
    y, s = corpus()
    labels = labelled(y, 200)
    assert estimate_share(labels, s).n_effective > 1.3 * estimate_share(labels, np.full(y.size, 0.5)).n_effective


def test_scores_upside_down_are_worth_as_much_as_upright_ones() -> None:
    y, s = corpus()
    labels = labelled(y, 200)
    upright, inverted = estimate_share(labels, s), estimate_share(labels, 1 - s)
    assert inverted.value == pytest.approx(upright.value)
    assert inverted.low == pytest.approx(upright.low)


def test_without_scores_it_is_wilsons_interval_on_the_labels() -> None:
    labels = np.full(10**6, np.nan)
    labels[:100] = np.repeat([1.0, 0.0], [30, 70])
    got = estimate_share(labels, np.zeros(10**6))
    assert got.value == pytest.approx(0.3)
    assert (got.low, got.high) == (pytest.approx(0.2189, abs=0.002), pytest.approx(0.3958, abs=0.002))


def test_a_corpus_labelled_throughout_leaves_nothing_to_estimate_but_its_rate_does() -> None:
    y, s = corpus()
    exact, rate = estimate_share(y, s), estimate_share(y, s, estimand="rate")
    assert exact.low == exact.value == exact.high == pytest.approx(y.mean())
    assert rate.low < y.mean() < rate.high


def test_threads_that_agree_widen_the_rate_and_not_the_corpus_share() -> None:
    rng = np.random.default_rng(4)
    thread = np.repeat(np.arange(60), 25)
    y = (rng.random(1500) < rng.beta(1, 2, 60)[thread]).astype(float)
    s = 0.3 + 0.4 * rng.random(1500)
    alone, together = (estimate_share(y, s, c, "rate") for c in (None, thread))
    assert together.width > 2 * alone.width
    assert together.dof < 60
    labels = labelled(y, 200)
    assert estimate_share(labels, s, thread).width == estimate_share(labels, s).width


def test_authors_and_threads_given_in_rows_or_columns_mean_the_same() -> None:
    y, s = corpus(n=400)
    columns = np.random.default_rng(5).integers(0, 50, (400, 2))
    rows = estimate_share(y, s, columns.T, "rate")
    assert estimate_share(y, s, columns, "rate") == rows
    assert estimate_share(y, s, (columns[:, 0], columns[:, 1]), "rate") == rows


def test_posts_of_a_single_thread_say_nothing_about_the_rate() -> None:
    y, s = corpus(n=50)
    got = estimate_share(y, s, np.zeros(50, int), "rate")
    assert (got.low, got.high, got.support) == (0, 1, "unproven")


def test_without_a_label_nothing_is_claimed() -> None:
    _, s = corpus(n=50)
    got = estimate_share(np.full(50, np.nan), s)
    assert (got.low, got.high, got.support, got.n_labels) == (0, 1, "unproven", 0)
    assert got.value == got.machine_value == pytest.approx(s.mean())


def test_a_few_labels_that_all_agree_prove_little() -> None:
    labels = np.full(500, np.nan)
    labels[:12] = 0.0
    assert estimate_share(labels, np.zeros(500)).high > 0.2
    net = estimate_net(np.where(np.isnan(labels), labels, -1.0), np.full(500, -1.0))
    assert net.high > -0.9
    assert net.low == -1.0


def test_scores_that_foretell_twenty_labels_are_not_trusted_blindly() -> None:
    y, _ = corpus()
    got = estimate_share(labelled(y, 20), y)
    assert got.width > 0.1


def test_unequal_chances_of_being_labelled_are_weighed_out() -> None:
    rng = np.random.default_rng(8)
    y, s = corpus(n=20_000)
    chance = np.where(y == 1, 0.10, 0.02)
    labels = np.where(rng.random(y.size) < chance, y, np.nan)
    got = estimate_share(labels, s, inclusion=chance)
    assert got.covers(y.mean())
    assert not estimate_share(labels, s).covers(y.mean())


def test_the_net_index_of_three_kinds_of_labels() -> None:
    rng = np.random.default_rng(9)
    y = rng.choice([-1.0, 0.0, 1.0], 3000, p=[0.5, 0.3, 0.2])
    s = np.clip(0.5 * y + rng.normal(0, 0.3, 3000), -1, 1)
    got = estimate_net(labelled(y, 300), s)
    assert got.covers(y.mean())
    assert got.method.startswith("difference estimator, score interval")


def test_scores_that_no_labelled_post_had_draw_no_line_to_where_nothing_was_seen() -> None:
    s = np.linspace(0, 0.02, 1000)
    s[900:] = 0.95  # a tenth of the posts, none of them labelled
    labels = np.full(1000, np.nan)
    labels[:900:9] = np.arange(100) >= 80  # among those labelled, a steep line
    got = estimate_share(labels, s)
    assert got.value == pytest.approx(0.2, abs=0.1)
    assert got.low < 0.2 < got.high


def test_an_index_of_labels_at_one_end_reaches_further_towards_the_middle() -> None:
    labels = np.full(5000, np.nan)
    labels[:100] = np.repeat([-1.0, 0.0], [10, 90])
    got = estimate_net(labels, np.zeros(5000))
    assert got.value == pytest.approx(-0.1)
    assert got.value - got.low > 1.2 * (got.high - got.value)
    mirrored = estimate_share(np.abs(labels), np.zeros(5000))
    assert (got.low, got.high) == (pytest.approx(-mirrored.high, abs=0.01), pytest.approx(-mirrored.low, abs=0.01))


@given(seed=st.integers(0, 10_000), n=st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_the_value_lies_in_its_interval_and_the_interval_on_the_scale(seed: int, n: int) -> None:
    y, s = corpus(seed, n=80, share=0.1)
    groups = np.random.default_rng(seed).integers(0, 6, (80, 2))
    for estimand in ("corpus", "rate"):
        got = estimate_share(labelled(y, n, seed), s, groups, estimand)
        assert 0 <= got.low <= got.value <= got.high <= 1
        net = estimate_net(labelled(2 * y - 1, n, seed), 2 * s - 1, groups, estimand)
        assert -1 <= net.low <= net.value <= net.high <= 1


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_the_order_of_posts_does_not_matter(seed: int) -> None:
    y, s = corpus(n=200)
    labels, groups = labelled(y, 60), np.random.default_rng(1).integers(0, 20, 200)
    order = np.random.default_rng(seed).permutation(200)
    straight = estimate_share(labels, s, groups, "rate")
    shuffled = estimate_share(labels[order], s[order], groups[order], "rate")
    assert shuffled.low == pytest.approx(straight.low)
    assert shuffled.high == pytest.approx(straight.high)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (([0, 1, 2], [0.1, 0.2, 0.3]), "label 2"),
        (([0, 1, np.nan], [0.1, 0.2, 1.3]), "score 1.3"),
        (([0, 1], [0.1, np.nan]), "nan"),
        (([0, 1], [0.1]), "2 labels but 1 scores"),
        (([], []), "empty"),
        (([[0, 1]], [0.1, 0.2]), "dimensions"),
        ((["a", "b"], [0.1, 0.2]), "numbers"),
        (([0, 1], [0.1, 0.2], [1, 2, 3], "rate"), "clusters"),
        (([0, 1], [0.1, 0.2], [1.0, np.nan], "rate"), "group"),
        (([0, 1], [0.1, 0.2], None, "population"), "estimand"),
    ],
)
def test_what_is_no_label_or_score_is_refused_in_words(arguments: tuple[object, ...], word: str) -> None:
    with pytest.raises(CannotEstimate, match=word) as refused:
        estimate_share(*arguments)  # type: ignore[arg-type]  # wrong on purpose
    assert refused.value.next_step


@pytest.mark.parametrize("level", [95, None, "high", float("nan"), [0.9, 0.95]])
def test_what_is_no_level_is_refused_in_words(level: object) -> None:
    with pytest.raises(CannotEstimate, match="no confidence level"):
        estimate_share([0, 1], [0.1, 0.2], level=level)  # type: ignore[arg-type]  # wrong on purpose


def test_what_a_mask_hides_is_no_label() -> None:
    y, s = corpus(n=200)
    labels = labelled(y, 60)
    assert estimate_share(np.ma.array(y, mask=np.isnan(labels)), s) == estimate_share(labels, s)


def test_five_labelled_posts_are_known_and_what_lies_behind_them_is_not() -> None:
    corpus_share, rate = (estimate_share([1, 0, 0, 1, 0], [0.5] * 5, estimand=e) for e in ("corpus", "rate"))  # type: ignore[arg-type]  # words of a literal
    assert (corpus_share.low, corpus_share.support) == (0.4, "measured")
    assert rate.support == "unproven"


def test_an_estimate_cannot_be_changed_afterwards() -> None:
    got = Estimated(value=0.3, low=0.2, high=0.4, n=10)
    with pytest.raises(AttributeError):
        got.value = 0.5  # type: ignore[misc]  # the point of the test


def test_a_post_drawn_for_certain_adds_no_error() -> None:
    y, s = corpus(n=400)
    chance = np.where(np.arange(400) < 200, 1.0, 0.25)
    labels = np.where((np.arange(400) < 200) | (np.arange(400) % 4 == 0), y, np.nan)
    known, all_drawn = estimate_share(labels, s, inclusion=chance), np.full(400, 0.625)
    assert known.covers(y.mean())
    assert known.se != estimate_share(labels, s, inclusion=all_drawn).se
    assert estimate_share(y, s, inclusion=np.ones(400)).width == 0


def test_few_labels_that_stand_for_most_posts_and_agree_prove_little() -> None:
    s = np.repeat([0.2, 0.8], [900, 100])
    labels = np.full(1000, np.nan)
    labels[:10], labels[900:990] = 0.0, np.tile([0.0, 1.0], 45)
    chance = np.repeat([10 / 900, 0.9], [900, 100])
    got = estimate_share(labels, s, inclusion=chance)
    assert got.high > 0.2, "ten of nine hundred were looked at"
