"""Score intervals of shares and of net indices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leumund.estimates.score import score_interval_of_net, wilson

Shares = st.floats(0.01, 0.99)


@given(up=Shares, n=st.floats(2, 1e6), quantile=st.floats(0.1, 20))
def test_of_labels_of_two_kinds_it_is_wilsons_interval(up: float, n: float, quantile: float) -> None:
    low, high = wilson(up, n, quantile)
    expected = pytest.approx((2 * low - 1, 2 * high - 1), abs=1e-9)
    assert score_interval_of_net(2 * up - 1, (1 - up, up), n, quantile) == expected


@given(down=Shares, up=Shares, off=st.floats(-0.3, 0.3), n=st.floats(2, 1e6), quantile=st.floats(0.1, 20))
def test_an_index_upside_down_has_its_interval_upside_down(
    down: float, up: float, off: float, n: float, quantile: float
) -> None:
    down, up = down / 2, up / 2
    net = min(max(up - down + off, -1), 1)
    low, high = score_interval_of_net(net, (down, up), n, quantile)
    assert -1 <= low <= net <= high <= 1
    assert score_interval_of_net(-net, (up, down), n, quantile) == pytest.approx((-high, -low), abs=1e-9)


def test_with_many_labels_it_is_students() -> None:
    low, high = score_interval_of_net(-0.1, (0.3, 0.2), 1e6, 1.96)
    half = 1.96 * (0.5 - 0.01) ** 0.5 / 1e3
    assert (low, high) == (pytest.approx(-0.1 - half, abs=1e-5), pytest.approx(-0.1 + half, abs=1e-5))


def test_an_index_at_the_end_of_the_scale_goes_no_further() -> None:
    assert score_interval_of_net(1.0, (0.02, 0.98), 20, 1.96)[1] == 1
    assert score_interval_of_net(0.0, (0.0, 0.0), 20, 1.96) == (0, 0)
