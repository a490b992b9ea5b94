"""How far opinions moved, told by a machine that follows in part and by labels of both periods."""

from __future__ import annotations

import math

import numpy as np
import pytest

from leumund.errors import CannotEstimate
from leumund.estimates import Estimated, Part, estimate_movement, label_movement

MOVED = Part(6.0, 1.0, 40.0, 4.0, 8.0)
HALF = Estimated(value=0.5, low=0.5, high=0.5, n=500, se=0.0, dof=math.inf)
DEAF = Estimated(value=0.0, low=-0.1, high=0.1, n=500, se=0.05, dof=100.0)


def test_a_timid_machine_is_stretched_by_its_response() -> None:
    got = estimate_movement(MOVED, response=HALF)
    assert got.opinion.value == pytest.approx(12.0)
    assert got.opinion.se == pytest.approx(2.0)
    assert got.beyond.value == pytest.approx(6.0)


def test_what_the_machines_own_reading_moved_is_no_opinion() -> None:
    assert estimate_movement(MOVED, drift=(6.0, 0.0, math.inf), response=HALF).opinion.value == pytest.approx(0.0)


def test_a_deaf_machine_leaves_it_to_the_labels() -> None:
    got = estimate_movement(MOVED, response=DEAF, labels=(3.0, 2.0, 30.0))
    assert (got.opinion.value, got.opinion.se) == pytest.approx((3.0, 2.0))
    assert got.beyond.value == pytest.approx(-3.0)
    assert got.beyond.se == pytest.approx(math.hypot(1.0, 2.0))  # the labels and the machine both err


def test_two_answers_are_weighed_by_their_errors_and_are_surer_than_either() -> None:
    got = estimate_movement(MOVED, response=HALF, labels=(4.0, 2.0, 30.0)).opinion
    assert got.value == pytest.approx(8.0)
    assert got.se == pytest.approx(2 / math.sqrt(2))


def test_without_any_answer_nothing_is_said() -> None:
    with pytest.raises(CannotEstimate):
        estimate_movement(MOVED, response=DEAF)


def test_labels_tell_the_movement_within_venues_whatever_their_mix() -> None:
    period = np.array([1] * 40 + [2] * 40)
    venue = np.array(["kind"] * 30 + ["stern"] * 10 + ["kind"] * 10 + ["stern"] * 30)
    label = np.where(venue == "kind", 50.0, -50.0) + 7.0 * (period == 2)
    got = label_movement(label, period, venue, weights=np.ones(80), clusters=np.arange(80))
    assert got is not None
    assert got[0] == pytest.approx(7.0)
    assert label_movement(label[:40], period[:40], venue[:40], weights=np.ones(40), clusters=np.arange(40)) is None


def test_labels_of_one_thread_are_not_independent() -> None:
    rng = np.random.default_rng(4)
    thread = np.repeat(np.arange(20), 10)
    label = rng.normal(size=200) + 3 * rng.normal(size=20)[thread]
    period = np.where(thread < 10, 1, 2)
    told = {"weights": np.ones(200)}
    alone = label_movement(label, period, np.zeros(200), clusters=np.arange(200), **told)
    together = label_movement(label, period, np.zeros(200), clusters=thread, **told)
    assert alone is not None
    assert together is not None
    assert together[1] > 2 * alone[1]
