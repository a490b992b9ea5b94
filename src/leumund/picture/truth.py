"""The simulated truth beside a figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = ["TrueValue"]


@dataclass(frozen=True, slots=True)
class TrueValue:
    """The simulated truth beside a figure; only in a simulated project."""

    measure: str
    brand: str
    period: str
    period_start: date
    value: float
