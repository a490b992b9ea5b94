"""What labels would buy, against what they then buy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leumund.errors import CannotEstimate
from leumund.estimates import estimate_net
from leumund.estimates.planning import Planned, correlation_interval, half_width, labels_for

FIGURE = Planned(sd=60, rho=0.45, n_posts=3_000)


def test_the_planned_width_is_the_width_that_then_comes_out() -> None:
    rng = np.random.default_rng(1)
    widths, planned = [], []
    for _ in range(40):
        truth = rng.choice([-1.0, 0.0, 1.0], 2_000, p=[0.35, 0.4, 0.25])
        scores = np.clip(0.3 * truth + rng.normal(0, 0.35, 2_000), -1, 1)
        labels = np.full(2_000, np.nan)
        drawn = rng.choice(2_000, 200, replace=False)
        labels[drawn] = truth[drawn]
        rho, sd = float(np.corrcoef(truth, scores)[0, 1]), 100 * float(truth.std())
        found = estimate_net(labels, scores, estimand="rate")
        scale = 100 if abs(found.high) <= 1 else 1
        widths.append(scale * found.width / 2)
        planned.append(half_width([(Planned(sd=sd, rho=rho, n_posts=2_000), 200)]))
    assert np.mean(planned) == pytest.approx(np.mean(widths), rel=0.05)


def test_a_better_reader_needs_fewer_labels_by_the_width_ratio_squared() -> None:
    blind, good = (Planned(sd=60, rho=rho, n_posts=10**7) for rho in (0.0, 0.6))
    alone, helped = labels_for(4, [(blind, 1)]), labels_for(4, [(good, 1)])
    assert alone is not None
    assert helped is not None
    assert helped / alone == pytest.approx(good.width_ratio**2, rel=0.02)


def test_no_number_of_labels_says_more_than_the_posts_do() -> None:
    assert labels_for(4, [(Planned(sd=60, rho=0.45, n_posts=100), 1)]) is None
    assert labels_for(4, [(Planned(sd=60, rho=0.45, n_posts=10**6, tau=3), 1)]) is None
    assert half_width([(FIGURE, 4)]) == np.inf


def test_a_difference_is_wider_than_either_side() -> None:
    one = half_width([(FIGURE, 200)])
    assert half_width([(FIGURE, 200), (FIGURE, 200)]) == pytest.approx(one * 2**0.5)


@given(wanted=st.floats(1, 30), rho=st.floats(-0.95, 0.95), share=st.floats(0.05, 1), design=st.floats(1, 3))
def test_the_number_said_is_the_first_that_is_enough(wanted: float, rho: float, share: float, design: float) -> None:
    figure = Planned(sd=60, rho=rho, n_posts=5_000, labels_design=design, pooled=True)
    n = labels_for(wanted, [(figure, share)])
    if n is not None:
        assert half_width([(figure, share * n)]) <= wanted < half_width([(figure, share * (n - 1))])


def test_a_correlation_from_few_labels_is_hardly_known() -> None:
    assert correlation_interval(0.45, 3) == (-1, 1)
    low, high = correlation_interval(0.45, 100)
    assert (round(low, 2), round(high, 2)) == (0.28, 0.59)


def test_what_cannot_be_planned_for_is_refused() -> None:
    with pytest.raises(CannotEstimate):
        half_width([(Planned(sd=60, rho=1.2, n_posts=100), 50)])
