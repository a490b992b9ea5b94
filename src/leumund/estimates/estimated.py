"""What every estimator gives back: a value, its interval, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Cells", "Estimated", "EstimatedDifference", "EstimatedEffect", "Placebo", "SyntheticEffect"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """One figure with its interval, in the units of what was put in.

    `n` posts stand behind the figure, of which `n_labels` were labelled by people; `n_effective` is the number
    of independent labels that would give the same error. `support` is *measured* (own labels), *borrowed*
    (corrected with labels from elsewhere) or *unproven* (too few labels to say how wrong the machine is).
    `machine_value` is what counting the machine's scores alone would have said.

    >>> Estimated(value=0.3, low=0.25, high=0.36, n=900, n_labels=200).covers(0.29)
    True
    """

    value: float
    low: float
    high: float
    n: int
    level: float = 0.95
    se: float = float("nan")
    dof: float = float("inf")
    n_effective: float = float("nan")
    n_labels: int = 0
    machine_value: float = float("nan")
    method: str = ""
    support: str = "measured"

    @property
    def width(self) -> float:
        """The interval's length."""
        return self.high - self.low

    def covers(self, truth: float) -> bool:
        """Tell whether the interval holds `truth`."""
        return self.low <= truth <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedDifference(Estimated):
    """A difference with the p-value that already pays for all comparisons made together."""

    p_adjusted: float

    @property
    def differs(self) -> bool:
        """Tell whether a difference was shown, all comparisons together at the declared level."""
        return self.p_adjusted < 1 - self.level


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedEffect(Estimated):
    """A campaign's mean effect per week, with how much each error model had its say.

    `model_weights` maps the error model's name to its share of the averaged likelihood (sums to 1); `expected` is
    the series without the effect, for each row of the index. `p_value` is two-sided, for no effect.
    """

    p_value: float
    model_weights: dict[str, float]
    expected: Floats = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticEffect(Estimated):
    """A campaign's step against a mixture of its rivals: `window_weeks` weeks after its start and as many before.

    `weights` of the rivals sum to 1; `placebos` are the steps at earlier weeks, when nothing happened; `p_value` is
    the step's rank among them, NaN where they are too few, as are then the ends. `expected` is the mixture, for each
    row of the index.
    """

    p_value: float
    weights: Floats = field(repr=False, compare=False)
    placebos: Floats = field(repr=False, compare=False)
    window_weeks: int
    expected: Floats = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placebo:
    """What the estimator says of a start at which nothing happened; `row` is the start's row in the index."""

    row: int
    effect: EstimatedEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Many figures at once, one per cell, as arrays of equal shape. NaN ends: the cell cannot say how sure it is."""

    value: Floats
    se: Floats
    dof: Floats
    low: Floats
    high: Floats
    level: float
    method: str
