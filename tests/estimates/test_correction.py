"""A machine's figure put right with a pooled rectifier."""

from __future__ import annotations

import numpy as np
import pytest

from leumund.errors import CannotEstimate
from leumund.estimates import correct_with_labels


def test_the_readers_bias_is_taken_off_and_its_error_added() -> None:
    got = correct_with_labels([0.178, 0.2], [0.01, 0.02], 0.11, 0.03)
    assert got.value == pytest.approx([0.288, 0.31])
    assert got.se == pytest.approx(np.hypot([0.01, 0.02], 0.03))
    assert got.high[0] == pytest.approx(0.288 + 1.959964 * got.se[0])


def test_a_borrowed_rectifier_gives_a_wider_interval_than_a_measured_one() -> None:
    measured, borrowed = (correct_with_labels(0.3, 0.01, 0.1, 0.03, spread=spread) for spread in (0.0, 0.04))
    assert borrowed.high - borrowed.low > measured.high - measured.low


def test_few_labels_behind_the_rectifier_widen_the_interval() -> None:
    few, many = (correct_with_labels(0.3, 0.001, 0.1, 0.03, rectifier_dof=dof) for dof in (3, 300))
    assert few.dof == pytest.approx(3, rel=0.01)
    assert few.high > many.high


def test_an_exact_figure_has_no_interval_to_speak_of() -> None:
    got = correct_with_labels(0.3, 0.0, 0.1, 0.0)
    assert got.low == got.high == pytest.approx(0.4)


def test_an_unknown_error_gives_open_ends_and_not_a_narrow_interval() -> None:
    got = correct_with_labels([0.3, 0.3], [0.01, np.nan], 0.1, 0.03)
    assert np.isfinite(got.low[0])
    assert np.isnan(got.low[1])


def test_corrected_figures_stay_within_bounds() -> None:
    got = correct_with_labels(0.05, 0.01, -0.1, 0.02, bounds=(0, 1))
    assert (got.value, got.low) == (0, 0)


@pytest.mark.parametrize("change", [{"machine_se": -1}, {"rectifier_se": -0.1}, {"spread": -1}, {"rectifier_dof": 0}])
def test_negative_errors_are_refused(change: dict[str, float]) -> None:
    arguments = {"machine_value": 0.3, "machine_se": 0.1, "rectifier_value": 0.1, "rectifier_se": 0.1, **change}
    with pytest.raises(CannotEstimate):
        correct_with_labels(**arguments)


def test_arrays_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(CannotEstimate, match="differ in shape"):
        correct_with_labels([0.1, 0.2], [0.1, 0.1, 0.1], 0.0, 0.1)
