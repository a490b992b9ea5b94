"""What cannot be reckoned with is refused in a sentence, at every door."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from leumund import estimates
from leumund.errors import CannotEstimate

LABELS = np.array([0.0, 1.0] * 20 + [np.nan] * 60)
SCORES = np.full(100, 0.4)
WORDS = np.array(["a", "b"])
INDEX, RIVALS = np.sin(np.arange(60.0)), np.cos(np.arange(180.0)).reshape(60, 3)
HUGE = 10**400
WEEKS = ([1.0] * 20, [1.0] * 20, [5.0] * 20)

DOORS: dict[str, Callable[[], object]] = {
    "a week's labels are no row": lambda: estimates.follow_share([([[1, 2], [3]], SCORES)]),
    "an array for an estimand": lambda: estimates.estimate_share(LABELS, SCORES, estimand=WORDS),
    "an array for a measure": lambda: estimates.compare_brands([(LABELS, SCORES)] * 2, measure=WORDS),
    "an array for a level of measurement": lambda: estimates.alpha([[1, 2], [1, 2]], level=WORDS),
    "a huge level": lambda: estimates.estimate_share(LABELS, SCORES, level=HUGE),
    "a level next to one": lambda: estimates.compare_brands([(LABELS, SCORES)] * 3, level=1 - 1.2e-16),
    "a huge start": lambda: estimates.estimate_effect(INDEX, RIVALS, HUGE),
    "a start that is true": lambda: estimates.estimate_effect(INDEX, RIVALS, True),
    "a huge horizon": lambda: estimates.follow_share([(LABELS, SCORES)], horizon=HUGE),
    "brands behind a mask": lambda: estimates.compare_brands(np.ma.masked_all(60)),
    "a chance of next to nothing": lambda: estimates.estimate_share(LABELS, SCORES, inclusion=np.full(100, 5e-324)),
    "an index beyond squaring": lambda: estimates.estimate_effect(INDEX * 1e200, RIVALS, 40),
    "an index below squaring": lambda: estimates.estimate_effect(INDEX * 1e-200, RIVALS, 40),
    "rivals beyond squaring": lambda: estimates.estimate_effect(INDEX, RIVALS * 1e200, 40),
    "rivals below squaring": lambda: estimates.estimate_effect(INDEX, RIVALS * 1e-200, 40),
    "weights beyond adding": lambda: estimates.split_change([1e308, 1e308], [1, 2], [1, 1], [1, 2]),
    "dates for rates": lambda: estimates.split_change([1, 1], np.array(["2020-01-01"] * 2, "M8[D]"), [1, 1], [1, 2]),
    "a weight of three": lambda: estimates.watch_weeks(*WEEKS, weight=3),
    "never a false alarm": lambda: estimates.watch_weeks(*WEEKS, false_alarm=0),
}


@pytest.mark.parametrize("name", DOORS)
def test_it_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(CannotEstimate):
        DOORS[name]()
