"""One run of the figures: what is tried, how often, and how far chance may take a figure from its floor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.figure import Figure
from leumund import estimates

__all__ = ["FULL", "QUICK", "Bench", "Estimators", "Tried"]

ALLOWANCE = 2.2
FULL, QUICK = 1500, 60


@dataclass(frozen=True)
class Tried(Figure):
    """A figure out of trials by chance: its floor is `nominal` less the allowance for chance."""

    nominal: float = 0.0
    trials: int = 0

    def __str__(self) -> str:
        limit = "" if self.floor is None else f"{'≤' if self.at_most else '≥'} {self.nominal:<6g}"
        verdict = "" if self.holds else "MISSED"
        return f"{self.name:<66} {limit:<8} {self.value:>8.4f} {self.trials:>7,} {verdict}".rstrip()


@dataclass(frozen=True)
class Estimators:
    """What is tried; the tests put broken ones here."""

    share: Callable[..., estimates.Estimated] = estimates.estimate_share
    compare: Callable[..., list[estimates.EstimatedDifference]] = estimates.compare_brands
    follow: Callable[..., list[estimates.Estimated]] = estimates.follow_share
    effect: Callable[..., estimates.Estimated] = estimates.estimate_effect
    ratio: Callable[..., estimates.Cells] = estimates.ratio_from_sums
    net: Callable[..., estimates.Estimated] = estimates.estimate_net
    correct: Callable[..., estimates.Cells] = estimates.correct_with_labels
    bridge: Callable[..., estimates.Estimated] = estimates.estimate_bridge
    watch: Callable[..., estimates.Watched] = estimates.watch_weeks
    split: Callable[..., dict[str, estimates.Part]] = estimates.split_in_three
    movement: Callable[..., estimates.Movement] = estimates.estimate_movement
    pool: Callable[..., estimates.Pooled] = estimates.pool_errors
    second: Callable[..., estimates.Estimated] = estimates.estimate_synthetic
    carry: Callable[..., estimates.Estimated | None] = estimates.carry_effect


@dataclass(frozen=True)
class Bench:
    """One run: the estimators, how many trials a cell, and where chance starts."""

    use: Estimators
    trials: int
    seed: int = 20

    def rng(self, *key: int) -> np.random.Generator:
        """A generator of its own for each cell, so that cells can be run alone."""
        return np.random.default_rng([self.seed, *key])

    def rate(self, name: str, hits: float, trials: int, floor: float, *, at_most: bool = False) -> Tried:
        """A share of trials beside its floor."""
        error = ALLOWANCE * float(np.sqrt(floor * (1 - floor) / trials))
        limit = floor + error if at_most else floor - error
        return Tried(name, hits / trials, floor=limit, at_most=at_most, nominal=floor, trials=trials)

    def least(self, name: str, value: float, floor: float, error: float) -> Tried:
        """A mean, with its own standard error, that must not be below its floor."""
        return Tried(name, value, floor=floor - ALLOWANCE * error, at_most=False, nominal=floor, trials=self.trials)

    def bound(self, name: str, value: float, floor: float, error: float = 0.0) -> Tried:
        """A mean, with its own standard error, that must not be above its floor."""
        limit = floor + ALLOWANCE * error
        return Tried(name, value, floor=limit, at_most=True, nominal=floor, trials=self.trials)
