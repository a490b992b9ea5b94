"""How far the reader's error moved between two periods, as far as the labels tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Shift", "reader_shift", "worth"]

Floats = NDArray[np.float64]
Row = Mapping[str, Any]
Stretch = tuple[date, date]

INDEX = 0.01
LABELS_FOR_A_BRAND = 20
LABELS_FOR_A_SIDE = 100  # with fewer, what the labels of other periods say of its movements has its say
LABELS_FOR_A_BLOCK = 3
FEWEST_BLOCKS = 4
MOST_POWER = 3.0


@dataclass(frozen=True)
class Shift:
    """Change of label minus weighed machine, in index points, with its error; how many labels of both sides."""

    value: float
    se: float
    dof: float
    support: str
    n_labels: int


def worth(judged: Sequence[Row]) -> float:
    """How many points of truth one point of the machine is worth: the slope of label on machine over all labels."""
    rows = [row for row in judged if row.get("aspect", "") == ""]
    if len(rows) < LABELS_FOR_A_BRAND:
        return 1.0
    machine, label = (np.array([row[name] for row in rows]) * INDEX for name in ("machine_y", "label_y"))
    spread = float(np.var(machine))
    covariance = float(np.mean((label - label.mean()) * (machine - machine.mean())))
    return min(max(covariance / spread, 0.0), MOST_POWER) if spread > 0 else 1.0


def reader_shift(judged: Sequence[Row], brand: str, before: Stretch, after: Stretch) -> Shift:
    """Give how much higher the reader's error (label minus weighed machine) is after than before.

    Labels of the two periods tell it, each counted one over its chance to be drawn. Where they are few, they are drawn
    towards no shift by how little the error moves between other periods of the same length (DerSimonian and Laird 1986;
    the spread taken one standard error above its estimate). Unproven where the labels do not tell that either.
    """
    rows = [row for row in judged if row.get("aspect", "") == ""]
    power = worth(rows)
    own = [row for row in rows if row["brand"] == brand]
    sides = [_errors([row for row in own if a <= row["day"] <= b], power) for a, b in (before, after)]
    n = [len(errors) for errors, _ in sides]
    if min(n) >= LABELS_FOR_A_SIDE:
        (a, sa), (b, sb) = (_mean(*side) for side in sides)
        return Shift(b - a, float(np.hypot(sa, sb)), sum(n) - 2.0, "measured", sum(n))
    length = (after[1] - after[0]).days + 1
    spread, noise, dof = _spread(rows, power, after[1], length)
    if dof < FEWEST_BLOCKS or len(own) < LABELS_FOR_A_BRAND:
        return Shift(0.0, 0.0, np.inf, "unproven", sum(n))
    prior = 2 * spread
    if min(n) == 0:
        return Shift(0.0, float(np.sqrt(prior)), dof, "borrowed", sum(n))
    means = [_mean(*side)[0] for side in sides]
    error = noise * (1 / n[0] + 1 / n[1])
    kept = prior / (prior + error)
    return Shift(kept * (means[1] - means[0]), float(np.sqrt(kept * error)), dof, "borrowed", sum(n))


def _errors(rows: Sequence[Row], power: float) -> tuple[Floats, Floats]:
    weight = np.array([row["weight"] for row in rows])
    label, machine = (np.array([row[name] for row in rows]) * INDEX for name in ("label_y", "machine_y"))
    return np.asarray(label - power * machine, dtype=np.float64), weight


def _mean(errors: Floats, weight: Floats) -> tuple[float, float]:
    weight = weight / weight.sum()
    value, n = float(weight @ errors), max(len(errors), 2)
    return value, float(np.sqrt(n / (n - 1) * np.sum((weight * (errors - value)) ** 2)))


def _spread(rows: Sequence[Row], power: float, end: date, length: int) -> tuple[float, float, float]:
    """Variance of the error between a brand's periods of `length` days, variance of one label, degrees of freedom."""
    blocks: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        blocks.setdefault((row["brand"], (end - row["day"]).days // length), []).append(row)
    held = {key: _errors(found, power)[0] for key, found in sorted(blocks.items()) if len(found) >= LABELS_FOR_A_BLOCK}
    within = sum(len(errors) - 1 for errors in held.values())
    if not within:
        return 0.0, 0.0, 0.0
    noise = sum(float(np.var(errors) * errors.size) for errors in held.values()) / within
    off = weight = dof = 0.0
    for brand in sorted({brand for brand, _ in held}):
        size = np.array([errors.size for (name, _), errors in held.items() if name == brand], dtype=np.float64)
        mean = np.array([errors.mean() for (name, _), errors in held.items() if name == brand])
        middle = float(size @ mean / size.sum())
        off += float(size @ (mean - middle) ** 2) / noise if noise else 0.0
        weight += float(size.sum() - size @ size / size.sum()) / noise if noise else 0.0
        dof += size.size - 1
    if dof == 0 or weight == 0:
        return 0.0, noise, 0.0
    return max(0.0, off - dof) / weight + float(np.sqrt(2 * dof)) / weight, noise, dof
