"""Weekly looks at a share."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from leumund.errors import CannotEstimate
from leumund.estimates import estimate_share, follow_share

Week = tuple[NDArray[np.float64], NDArray[np.float64]]


def year(seed: int, weeks: int = 52, n_labels: int = 20) -> list[Week]:
    rng = np.random.default_rng(seed)
    result = []
    for _ in range(weeks):
        y = (rng.random(200) < 0.3).astype(float)
        s = np.clip(0.2 + 0.3 * y + 0.4 * rng.random(200), 0, 1)
        result.append((np.where(np.arange(200) < n_labels, y, np.nan), s))
    return result


def test_the_intervals_of_a_year_hold_the_truth_in_all_weeks() -> None:
    for seed in range(3):
        assert all(look.covers(0.3) for look in follow_share(year(seed)))


def test_a_week_that_has_passed_is_not_rewritten_by_those_that_follow() -> None:
    weeks = year(1, 10)
    assert follow_share(weeks)[:6] == follow_share(weeks[:6])


def test_the_price_of_looking_every_week_is_bounded() -> None:
    weeks = year(2)
    y, s = (np.concatenate(column) for column in zip(*weeks, strict=True))
    assert follow_share(weeks)[-1].width < 1.85 * estimate_share(y, s).width


def test_more_weeks_sharpen_the_figure() -> None:
    looks = follow_share(year(3, 30))
    assert looks[-1].width < looks[9].width < looks[0].width


def test_weeks_before_the_first_label_claim_nothing() -> None:
    looks = follow_share([*year(4, 2, n_labels=0), *year(5, 2)])
    assert [look.support for look in looks] == ["unproven", "unproven", "measured", "measured"]
    assert (looks[0].low, looks[0].high) == (0, 1)


def test_a_week_with_twice_the_labels_does_not_count_twice() -> None:
    rng = np.random.default_rng(6)
    quiet = (np.where(np.arange(1000) < 50, 0.0, np.nan), rng.random(1000))
    busy = (np.where(np.arange(1000) < 400, 1.0, np.nan), rng.random(1000))
    assert follow_share([quiet, busy])[-1].value == pytest.approx(0.5, abs=0.03)


def test_the_corpus_so_far_is_known_better_than_what_lies_behind_it() -> None:
    weeks = year(7, 8, n_labels=100)
    rate, corpus = (follow_share(weeks, estimand=estimand)[-1] for estimand in ("rate", "corpus"))
    assert corpus.value == rate.value
    assert corpus.width < 0.8 * rate.width
    whole = follow_share(year(8, 2, n_labels=200), estimand="corpus")[-1]
    assert whole.low == whole.value == whole.high


def test_a_first_week_with_hardly_a_label_does_not_make_the_year_dull() -> None:
    started, usual = [*year(9, 1, n_labels=1), *year(10, 51)], [*year(9, 1), *year(10, 51)]
    assert follow_share(started)[-1].width < 1.1 * follow_share(usual)[-1].width


@pytest.mark.parametrize(
    ("weeks", "word"),
    [
        ([], "no week"),
        ([([0.0, 3.0], [0.1, 0.2])], "label 3"),
        ([([], []), ([0.0], [0.1])], "first week has no posts"),
        ([([0.0], [0.1]), None], "week 1"),
        ([([0.0],)], "1 arrays"),
    ],
)
def test_weeks_that_are_none_are_refused_in_words(weeks: list[Week], word: str) -> None:
    with pytest.raises(CannotEstimate, match=word) as refused:
        follow_share(weeks)
    assert refused.value.next_step


@pytest.mark.parametrize("horizon", [0, "a year", float("nan")])
def test_a_horizon_that_is_none_is_refused(horizon: object) -> None:
    with pytest.raises(CannotEstimate, match="horizon"):
        follow_share(year(1, 2), horizon=horizon)  # type: ignore[arg-type]  # wrong on purpose
