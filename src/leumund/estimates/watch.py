"""A weekly watch on a series whose weeks are measured with errors of their own: has it left its level?

An EWMA chart (Roberts 1959; Lucas and Saccucci 1990) on recursive residuals: each week less the mean of the weeks
before it (Brown, Durbin and Evans 1975; self-starting as in Hawkins 1987), over the error of both. Its limit is set so
that the chance of a false alarm in a year is the declared one, by an exact Markov chain (Brook and Evans 1972).
"""

from __future__ import annotations

import math
import sys
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from leumund.estimates.inputs import Floats, as_series, refuse

__all__ = ["FALSE_ALARM", "Watched", "limit_for", "watch_weeks"]

WEIGHT = 0.2
FALSE_ALARM = 0.05
YEAR_WEEKS = 52
BASE_WEEKS = 8  # weeks from which a level is first learned, and again after an alarm
FIRST_JUDGED = 2  # from then on it is also learned how the weeks scatter about it
FEWEST_SCORES = 5
MOST_Z = 4.0  # one week is believed no more than this
STATES = 301
ROUNDING = 1e-9  # of a value: as exactly as a mean is known where every week so far was of one mind
MEDIAN_OF_NORMAL = 0.6744897501960817


class Watched(NamedTuple):
    """One entry per week; NaN where a week could not be judged.

    `expected` is the mean of the weeks before, `z` how far the week lies off in standard errors, `ewma` their running
    mean in units in which `limit` is reached at an alarm, `alarm` is −1, 0 or 1.
    """

    expected: Floats
    z: Floats
    ewma: Floats
    limit: float
    alarm: NDArray[np.int64]


@cache
def limit_for(weight: float = WEIGHT, false_alarm: float = FALSE_ALARM, weeks: int = YEAR_WEEKS) -> float:
    """Give the limit, in standard deviations of the running mean, that is crossed in `weeks` weeks of nothing but
    noise with probability `false_alarm`.

    >>> round(limit_for(0.2, 0.05, 52), 2)
    3.17
    """
    low, high = 1.0, 6.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _crossed(weight, middle, weeks) > false_alarm else (low, middle)
    return (low + high) / 2


def _crossed(weight: float, limit: float, weeks: int) -> float:
    """Probability that the running mean of independent standard normals leaves ±limit within `weeks` steps."""
    bound = limit * math.sqrt(weight / (2 - weight))
    edges = np.linspace(-bound, bound, STATES + 1)
    middle = (edges[1:] + edges[:-1]) / 2
    reach = special.ndtr((edges[None, :] - (1 - weight) * middle[:, None]) / weight)
    step = np.diff(reach, axis=1)
    staying = np.ones(STATES)
    for _ in range(weeks):
        staying = step @ staying
    return 1.0 - float(staying[STATES // 2])


def watch_weeks(
    values: ArrayLike,
    errors: ArrayLike,
    dofs: ArrayLike,
    *,
    false_alarm: float = FALSE_ALARM,
    weeks: int = YEAR_WEEKS,
    weight: float = WEIGHT,
) -> Watched:
    """Give for each week whether the series has left its level.

    `values`, their standard errors and degrees of freedom (effective groups less one), one entry a week; a missing week
    is NaN, is skipped and never alarms. Errors are pooled over the weeks: a week counts by its groups, not by how much
    they agree. Its z is the normal score of its t, so that few groups do not alarm more often; where past weeks scatter
    more than their errors say, z is shrunk by as much. After an alarm a new level is learned. Raises CannotEstimate
    when lengths differ.
    """
    x, se, dof = (
        as_series(series, name, finite=False)
        for series, name in ((values, "values"), (errors, "errors"), (dofs, "dofs"))
    )
    if not 0 < false_alarm < 1 or not 0 < weight <= 1 or weeks < 1:
        raise refuse(
            f"a false alarm in {false_alarm} of {weeks} weeks at the weight {weight}",
            next_step="give a chance and a weight between 0 and 1, and one week at least",
        )
    if not x.size == se.size == dof.size:
        raise refuse(f"series differ in length: {x.size}, {se.size}, {dof.size}")
    limit = limit_for(weight, false_alarm, weeks)
    spread = math.sqrt(weight / (2 - weight))
    level = _Level()
    expected, z, ewma = (np.full(x.size, np.nan) for _ in range(3))
    alarm = np.zeros(x.size, dtype=np.int64)
    for week in np.flatnonzero(np.isfinite(x) & (se >= 0) & (dof > 0)):
        off = level.judge(x[week], se[week], dof[week]) if level.n >= FIRST_JUDGED else 0.0
        if level.n >= BASE_WEEKS:
            expected[week], z[week] = level.mean, off
            level.ewma = (1 - weight) * level.ewma + weight * z[week]
            ewma[week] = level.ewma / spread
            if abs(ewma[week]) > limit:
                alarm[week] = 1 if ewma[week] > 0 else -1
                level = _Level()
        level.take(x[week], se[week], dof[week])
    return Watched(expected, z, ewma, limit, alarm)


class _Level:
    """The level learned so far, the variance of one effective group about its week, and how the weeks scattered.

    That variance is pooled over the weeks (as in Shewhart's charts, Montgomery 2019, ch. 6): a week in which by chance
    everybody says the same has a tiny error of its own, and would alarm.
    """

    def __init__(self) -> None:
        self.n, self.ewma = 0, 0.0
        self._groups = self._sum = self._within = self._dof = 0.0
        self._seen: list[float] = []

    @property
    def mean(self) -> float:
        return self._sum / self._groups

    def judge(self, x: float, se: float, dof: float) -> float:
        """Give how far a week lies off the level, as the score of a standard normal."""
        freedom = self._dof + dof
        within = (self._within + dof * (dof + 1) * se**2) / freedom
        error = math.sqrt(within * (1 / (dof + 1) + 1 / self._groups))
        t = (x - self.mean) / max(error, ROUNDING * (abs(x) + abs(self.mean)), sys.float_info.min)
        score = -float(special.ndtri(max(special.stdtr(freedom, -abs(t)), 1e-12)))
        score = math.copysign(score, t)
        found = max(-MOST_Z, min(MOST_Z, score / self._scatter()))
        self._seen.append(score)
        return found

    def _scatter(self) -> float:
        if len(self._seen) < FEWEST_SCORES:
            return 1.0
        return max(1.0, float(np.median(np.abs(self._seen))) / MEDIAN_OF_NORMAL)

    def take(self, x: float, se: float, dof: float) -> None:
        """Learn from a week; it counts by its effective groups, not by its own error, which follows its value."""
        self.n += 1
        self._groups += dof + 1
        self._sum += (dof + 1) * x
        self._within += dof * (dof + 1) * se**2
        self._dof += dof
