"""An effect seen through a timid reader is brought to the scale on which people judge."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from leumund.errors import CannotEstimate
from leumund.estimates import carry_effect, estimate_effect, estimate_response
from tests.estimates.markets import market

Array = NDArray[np.float64]


def labels(n: int, slope: float, seed: int = 1) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    truth = rng.choice([-100.0, 0.0, 100.0], n)
    return truth, slope * truth + rng.normal(0, 40, n)


def test_the_response_is_the_slope_of_the_reading_on_the_truth() -> None:
    got = estimate_response(*labels(600, 0.4))
    assert got.covers(0.4)
    assert got.width < 0.2


def test_brands_that_are_read_differently_make_the_response_less_sure() -> None:
    alike = [labels(200, 0.4, seed) for seed in range(4)]
    apart = [labels(200, slope, seed) for seed, slope in enumerate((0.1, 0.3, 0.5, 0.7))]
    groups = np.repeat(np.arange(4), 200)
    widths = [
        estimate_response(*(np.concatenate(one) for one in zip(*found, strict=True)), groups=groups).width
        for found in (alike, apart)
    ]
    assert widths[1] > 3 * widths[0]


def test_a_brands_own_level_is_no_response() -> None:
    truth = np.repeat([-100.0, 100.0], 100) + np.tile([0.0, 1.0], 100)
    reading = np.repeat([-30.0, 30.0], 100) + np.tile([0.0, 0.0], 100)
    assert estimate_response(truth, reading).value == pytest.approx(0.3, abs=0.01)
    assert estimate_response(truth, reading, groups=np.repeat([0, 1], 100)).value == pytest.approx(0)


def test_labels_of_one_thread_count_as_what_hangs_together() -> None:
    truth, reading = labels(200, 0.4)
    twice = [np.tile(one, 2) for one in (truth, reading)]
    thread = np.tile(np.arange(200), 2)
    assert estimate_response(*twice, clusters=thread).se == pytest.approx(
        estimate_response(truth, reading).se, rel=0.01
    )


def test_an_effect_and_its_interval_grow_by_what_the_reader_does_not_follow() -> None:
    seen = estimate_effect(*market(5.0), 52)
    got = carry_effect(seen, estimate_response(*labels(100_000, 0.5)))
    assert got is not None
    assert got.value == pytest.approx(2 * seen.value, rel=0.02)
    assert (got.low, got.high) == pytest.approx((2 * seen.low, 2 * seen.high), rel=0.1)
    assert got.machine_value == seen.value
    assert got.p_value == seen.p_value


def test_few_labels_make_the_effect_wider_but_never_turn_its_sign() -> None:
    seen = estimate_effect(*market(8.0), 52)
    few, many = (carry_effect(seen, estimate_response(*labels(n, 0.5))) for n in (100, 10_000))
    assert few is not None
    assert many is not None
    assert few.width / few.value > many.width / many.value
    assert few.low > 0


def test_a_fall_is_the_mirror_of_a_rise() -> None:
    index, rivals = market(8.0)
    response = estimate_response(*labels(200, 0.5))
    up, down = (carry_effect(estimate_effect(sign * index, rivals, 52), response) for sign in (1, -1))
    assert up is not None
    assert down is not None
    assert (down.value, down.low, down.high) == pytest.approx((-up.value, -up.high, -up.low))


def test_a_reader_that_may_not_follow_at_all_tells_no_size() -> None:
    assert carry_effect(estimate_effect(*market(8.0), 52), estimate_response(*labels(200, 0.0))) is None


def test_the_carried_interval_covers_as_often_as_it_says() -> None:
    rng, held = np.random.default_rng(5), 0
    for trial in range(200):
        index, rivals = market(0.0, seed=trial)
        seen = estimate_effect(index + 4.0 * (np.arange(78) >= 52), rivals, 52)
        truth = rng.choice([-100.0, 0.0, 100.0], 150)
        got = carry_effect(seen, estimate_response(truth, 0.5 * truth + rng.normal(0, 40, 150)))
        held += got is not None and got.covers(8.0)
    assert held / 200 >= 0.95 - 2.2 * (0.95 * 0.05 / 200) ** 0.5


def test_too_few_labels_are_refused() -> None:
    with pytest.raises(CannotEstimate, match="only 49 labels"):
        estimate_response(*labels(49, 0.5))
    with pytest.raises(CannotEstimate, match="all labels say the same"):
        estimate_response(np.zeros(60), np.zeros(60))


@pytest.mark.parametrize(
    ("beside", "word"),
    [
        ({"clusters": np.zeros(80)}, "one thread"),
        ({"clusters": np.arange(3)}, "clusters have the shape"),
        ({"groups": np.arange(3)}, "clusters have the shape"),
        ({"weights": np.ones(3)}, "3 weights"),
        ({"weights": np.zeros(80)}, "nought"),
    ],
)
def test_what_stands_beside_the_labels_has_to_fit_them(beside: dict[str, Any], word: str) -> None:
    with pytest.raises(CannotEstimate, match=word):
        estimate_response(*labels(80, 0.5), **beside)
