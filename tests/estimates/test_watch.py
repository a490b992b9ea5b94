"""A weekly watch that alarms when the level is left, and seldom otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from leumund.errors import LeumundError
from leumund.estimates import limit_for, watch_weeks

LATE = 60


def weeks(seed: int, n: int = LATE, *, fall_at: int = LATE, by: float = 0.0) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    groups = rng.integers(30, 250, n)
    se = 80 / np.sqrt(groups)
    return rng.normal(-10, se) - by * (np.arange(n) >= fall_at), se, groups - 1.0


@pytest.mark.parametrize(("weight", "weeks_"), [(0.1, 52), (0.2, 52), (0.4, 26)])
def test_noise_crosses_the_limit_as_often_as_declared(weight: float, weeks_: int) -> None:
    limit, trials = limit_for(weight, 0.05, weeks_), 20_000
    rng = np.random.default_rng(1)
    running, out = np.zeros(trials), np.zeros(trials, dtype=bool)
    for _ in range(weeks_):
        running = (1 - weight) * running + weight * rng.normal(size=trials)
        out |= np.abs(running) > limit * np.sqrt(weight / (2 - weight))
    assert out.mean() == pytest.approx(0.05, abs=2.2 * np.sqrt(0.05 * 0.95 / trials))


def test_a_longer_watch_has_a_wider_limit() -> None:
    assert limit_for(0.2, 0.05, 26) < limit_for(0.2, 0.05, 52) < limit_for(0.2, 0.01, 52)


def test_a_fall_is_found_soon_and_the_new_level_is_learned() -> None:
    found = 0
    for seed in range(20):
        seen = watch_weeks(*weeks(seed, fall_at=30, by=25))
        alarms = np.flatnonzero(seen.alarm == -1)
        found += alarms.size == 1 and 30 <= alarms[0] <= 35
        for alarm in alarms[:1]:
            assert np.isnan(seen.ewma[alarm + 1 : alarm + 8]).all()
            assert abs(seen.expected[-1] + 35) < 10
    assert found >= 18


def test_a_rise_alarms_upwards() -> None:
    assert watch_weeks(*weeks(2, fall_at=30, by=-25)).alarm.max() == 1


def test_missing_weeks_are_skipped_and_never_alarm() -> None:
    value, se, dof = weeks(3)
    hole = value.copy()
    hole[20:25] = np.nan
    seen = watch_weeks(hole, se, dof)
    assert not seen.alarm.any()
    assert np.isnan(seen.ewma[20:25]).all()
    without = watch_weeks(*(np.delete(series, range(20, 25)) for series in (value, se, dof)))
    assert np.array_equal(np.delete(seen.ewma, range(20, 25)), without.ewma, equal_nan=True)


def test_weeks_that_always_scatter_more_than_their_errors_say_do_not_alarm_all_the_time() -> None:
    alarms = 0
    for seed in range(40):
        value, se, dof = weeks(seed)
        alarms += watch_weeks(value, se / 2, dof).alarm.any()
    assert alarms <= 12  # of forty; without it seventeen


def test_a_week_of_few_groups_says_less_than_one_of_many() -> None:
    value, se, dof = weeks(4)
    value[20] = value[:20].mean() + 4 * se[20]
    many, few = (watch_weeks(value, se, np.where(np.arange(LATE) == 20, d, dof)).z[20] for d in (60, 2))
    assert 0 < few < many


@pytest.mark.parametrize("n_posts", [(5, 9), (10, 20), (25, 60)])
@pytest.mark.parametrize("shares", [(0.15, 0.8, 0.05), (0.3, 0.65, 0.05), (0.85, 0.1, 0.05)])
def test_weeks_in_which_by_chance_all_say_the_same_do_not_alarm(
    shares: tuple[float, float, float], n_posts: tuple[int, int]
) -> None:
    rng, trials, alarms = np.random.default_rng(7), 40, 0
    for _ in range(trials):
        said = [rng.choice([-95.0, 0, 95], rng.integers(*n_posts, endpoint=True), p=shares) for _ in range(LATE)]
        said = [values + rng.normal(0, 5, values.size) for values in said]
        error = [values.std(ddof=1) / np.sqrt(values.size) for values in said]
        seen = watch_weeks([values.mean() for values in said], error, [0.7 * values.size - 1 for values in said])
        alarms += bool(seen.alarm.any())
    assert alarms <= 6  # of forty, .05 of them and 2.2 standard errors; with errors of their own up to forty


def test_the_scale_of_the_series_does_not_matter() -> None:
    value, se, dof = weeks(5)
    one, other, small = (watch_weeks(by * value, by * se, dof) for by in (1, 10, 1e-9))
    assert np.allclose(one.ewma, other.ewma, equal_nan=True)
    assert np.allclose(one.ewma, small.ewma, equal_nan=True)


def test_weeks_that_are_all_alike_are_calm_and_one_that_is_not_is_seen() -> None:
    value, se, dof = np.full(LATE, 1 / 3), np.zeros(LATE), np.full(LATE, 20.0)
    assert not watch_weeks(value, se, dof).alarm.any()
    value[30:] = -1.0
    assert watch_weeks(value, se, dof).alarm[30:34].min() == -1


def test_before_the_level_is_learned_nothing_is_judged() -> None:
    for seed in range(10):
        seen = watch_weeks(*weeks(seed))
        first = next(iter(np.flatnonzero(seen.alarm)), LATE - 1)
        assert np.isnan(seen.ewma[:8]).all()
        assert np.isfinite(seen.ewma[8 : first + 1]).all()


def test_series_of_different_length_are_refused() -> None:
    with pytest.raises(LeumundError):
        watch_weeks([1.0, 2.0], [1.0], [3.0, 3.0])
