"""What can be drawn: a figure as a dot with its interval, a tick, and the finished chart in two widths."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = ["Chart", "Dot", "Tick"]


@dataclass(frozen=True, slots=True)
class Dot:
    """One figure: value and interval in the axis' unit, where its interval comes from, its name and what it opens."""

    value: float
    low: float
    high: float
    support: str  # measured, borrowed, unproven
    name: str  # read out by a screen reader, shown when pointed at
    href: str
    when: date | None = None
    shape: str = "circle"  # circle, ring, square


@dataclass(frozen=True, slots=True)
class Tick:
    """A value without interval beside a figure: a known truth (diamond) or a machine's count (stroke)."""

    value: float
    shape: str  # diamond, stroke


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as two SVG texts: for a wide page, and for a telephone. Equal when one serves both."""

    wide: str
    narrow: str
