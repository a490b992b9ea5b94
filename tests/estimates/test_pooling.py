"""The reader's error is carried to where no labels are, and becomes less certain on the way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from leumund.errors import CannotEstimate
from leumund.estimates import LabelledErrors, Mixtures, Places, pool_errors

RNG = np.random.default_rng(3)


def labels(n: int = 400, *, groups: int = 2, weeks: int = 52, off: float = 10.0, noise: float = 60.0) -> LabelledErrors:
    rng = np.random.default_rng([n, groups, weeks])
    group, venue, week = rng.integers(0, groups, n), rng.integers(0, 3, n), rng.integers(0, weeks, n)
    return LabelledErrors(off + noise * rng.normal(size=n), np.ones(n), Places(group, venue[:, None], week))


def one(group: int, venue: int, week: int) -> Mixtures:
    return Mixtures([0], [1.0], Places([group], [[venue]], [week]))


def test_an_error_that_is_the_same_everywhere_is_found_and_is_about_as_sure_as_the_plain_mean() -> None:
    given_ = labels()
    mine = np.asarray(given_.at.group) == 0
    weeks = np.arange(52)
    everywhere = Mixtures(
        np.zeros(156, dtype=int),
        np.full(156, 1 / 156),
        Places(np.zeros(156, dtype=int), np.repeat([0, 1, 2], 52)[:, None], np.tile(weeks, 3)),
    )
    got = pool_errors(given_, everywhere)
    plain = np.asarray(given_.error)[mine]
    error = plain.std(ddof=1) / np.sqrt(plain.size)
    assert got.value[0] == pytest.approx(plain.mean(), abs=1.5 * error)
    assert error * 0.9 < got.se[0] < error * 1.35


def test_a_week_far_from_all_labels_is_less_sure_than_one_among_them() -> None:
    given_ = labels(weeks=20)
    near, far, farther = (pool_errors(given_, one(0, 0, week)).se[0] for week in (10, 45, 150))
    assert near < far < farther


def test_a_venue_without_labels_is_less_sure_than_one_with_many() -> None:
    given_ = labels(n=1500)
    assert pool_errors(given_, one(0, 0, 20)).se[0] < pool_errors(given_, one(0, 9, 20)).se[0]


def test_labels_that_all_agree_with_the_machine_do_not_prove_that_it_never_errs() -> None:
    n = 30
    at = Places(np.zeros(n, dtype=int), np.zeros((n, 1), dtype=int), np.arange(n) % 4)
    got = pool_errors(LabelledErrors(np.zeros(n), np.ones(n), at, step=100.0), one(0, 0, 2))
    assert got.value[0] == pytest.approx(0)
    assert got.se[0] > 100 / n / 2, "as if one label more had come that does not agree"


def test_a_venue_where_the_reader_errs_otherwise_has_its_own_error() -> None:
    given_ = labels(n=3000)
    venue = np.asarray(given_.at.kinds)[:, 0]
    bent = LabelledErrors(np.asarray(given_.error) + 25.0 * (venue == 1), given_.weight, given_.at)
    here, there = (pool_errors(bent, one(0, number, 20)) for number in (0, 1))
    assert there.value[0] - here.value[0] == pytest.approx(25, abs=8)


def test_the_difference_of_two_groups_is_surer_than_what_the_two_make_apart() -> None:
    given_ = labels(n=600)
    difference = Mixtures([0, 0], [1.0, -1.0], Places([0, 1], [[7], [7]], [20, 20]))  # a venue that nobody labelled
    together = pool_errors(given_, difference).se[0]
    apart = np.hypot(*(pool_errors(given_, one(group, 7, 20)).se[0] for group in (0, 1)))
    assert together < apart


@settings(max_examples=25, deadline=None)
@given(scale=some.floats(0.01, 100), shift=some.floats(-500, 500))
def test_another_unit_or_zero_changes_nothing_but_the_unit(scale: float, shift: float) -> None:
    plain = labels(n=80)
    moved = LabelledErrors(np.asarray(plain.error) * scale + shift, plain.weight, plain.at)
    before, after = (pool_errors(rows, one(1, 2, 30)) for rows in (plain, moved))
    assert after.value[0] == pytest.approx(before.value[0] * scale + shift, rel=1e-5, abs=1e-5 * scale)
    assert after.se[0] == pytest.approx(before.se[0] * scale, rel=1e-4)


def test_the_order_of_labels_does_not_matter() -> None:
    plain = labels(n=120)
    order = RNG.permutation(120)
    rows = plain.at.rows()[order]
    mixed = LabelledErrors(
        np.asarray(plain.error)[order], np.asarray(plain.weight)[order], Places(rows[:, 0], rows[:, 1:2], rows[:, 2])
    )
    assert pool_errors(mixed, one(0, 1, 5)).value[0] == pytest.approx(pool_errors(plain, one(0, 1, 5)).value[0])


def test_labels_that_were_drawn_seldom_weigh_more() -> None:
    n = 2000
    rng = np.random.default_rng(8)
    seldom = rng.random(n) < 0.5  # half of the labels, which stand for nine tenths of the posts
    error = np.where(seldom, 20.0, -20.0) + 5 * rng.normal(size=n)
    at = Places(np.zeros(n, dtype=int), np.zeros((n, 1), dtype=int), rng.integers(0, 20, n))
    got = pool_errors(LabelledErrors(error, np.where(seldom, 9.0, 1.0), at), one(0, 0, 10))
    assert got.value[0] == pytest.approx(16, abs=3)


@pytest.mark.parametrize(
    ("given_", "asked"),
    [
        (LabelledErrors([1.0], [1.0], Places([0], [[0]], [0])), one(0, 0, 0)),
        (LabelledErrors([1.0, 2.0], [1.0, 1.0], Places([0, 0], [[0], [0]], [0, 1]), step=-1.0), one(0, 0, 0)),
        (LabelledErrors([1.0, 2.0], [1.0, 1.0], Places([0, 0], [[0], [0]], [0, 1]), step=np.nan), one(0, 0, 0)),
        (labels(), one(5, 0, 0)),
        (LabelledErrors([1.0, 2.0], [1.0], Places([0, 0], [[0], [0]], [0, 1])), one(0, 0, 0)),
        (LabelledErrors([1.0, np.nan], [1.0, 1.0], Places([0, 0], [[0], [0]], [0, 1])), one(0, 0, 0)),
        (LabelledErrors([1.0, 2.0], [1.0, -1.0], Places([0, 0], [[0], [0]], [0, 1])), one(0, 0, 0)),
        (LabelledErrors([1.0, 2.0], [1.0, 1.0], Places([0, 0], [[0], [0]], [0, np.nan])), one(0, 0, 0)),
        (LabelledErrors([1.0, 2.0], [1.0, 1.0], Places([0, 0], [[0], [0]], [0])), one(0, 0, 0)),
        (LabelledErrors([1.0, 2.0], [1.0, 1.0], Places(["a", "a"], [[0], [0]], [0, 1])), one(0, 0, 0)),
        (labels(), Mixtures([0], [1.0], Places([0], [[0, 1]], [0]))),
        (labels(), Mixtures([0], [np.nan], Places([0], [[0]], [0]))),
        (labels(), Mixtures([-1], [1.0], Places([0], [[0]], [0]))),
    ],
)
def test_what_cannot_be_carried_is_refused_with_the_reason(given_: LabelledErrors, asked: Mixtures) -> None:
    with pytest.raises(CannotEstimate):
        pool_errors(given_, asked)


def test_posts_that_differ_in_brand_and_week_alone_can_be_pooled_too() -> None:
    given_ = labels()
    bare = LabelledErrors(given_.error, given_.weight, Places(given_.at.group, np.zeros((400, 0)), given_.at.week))
    got = pool_errors(bare, Mixtures([0], [1.0], Places([0], np.zeros((1, 0)), [20])))
    assert abs(got.value[0] - 10) < 4 * got.se[0] < 60


def test_without_a_target_there_is_nothing_to_carry() -> None:
    got = pool_errors(labels(), Mixtures([], [], Places([], np.zeros((0, 1)), [])))
    assert got.value.size == got.se.size == got.dof.size == 0
