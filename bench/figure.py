"""One measured figure beside its floor and its goal."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Figure"]


@dataclass(frozen=True)
class Figure:
    """A name, a value with its unit, and what it must and should be; `at_most`: the smaller the better."""

    name: str
    value: float
    unit: str = ""
    floor: float | None = None
    goal: float | None = None
    at_most: bool = True
    reached: float | None = None  # a floor not reached yet: the figure that must not get worse meanwhile

    @property
    def is_open(self) -> bool:
        """Tell whether the floor is missed, known to be, and no worse than what was reached."""
        return not self.holds and self.reached is not None and self._right_side(self.reached)

    @property
    def holds(self) -> bool:
        """Tell whether the value is on the right side of its floor; a figure without one always is."""
        return self.floor is None or self._right_side(self.floor)

    def _right_side(self, limit: float) -> bool:
        return self.value <= limit if self.at_most else self.value >= limit

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        limits = [
            f"{word} {sign} {limit:,g} {'' if self._right_side(limit) else 'MISSED'}".rstrip()
            for word, limit in (("floor", self.floor), ("goal", self.goal))
            if limit is not None
        ]
        if self.is_open:
            limits.append(f"OPEN, must stay {sign} {self.reached:,g}")
        said = f"{self.name:<58} {self.value:>12,.4g} {self.unit}"
        return f"{said:<88} {', '.join(limits)}".rstrip()
