"""A machine's figure put right with what labels elsewhere say about its error."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from leumund.estimates.estimated import Cells
from leumund.estimates.inputs import as_floats, check_level, refuse

__all__ = ["correct_with_labels"]


def correct_with_labels(
    machine_value: ArrayLike,
    machine_se: ArrayLike,
    rectifier_value: ArrayLike,
    rectifier_se: ArrayLike,
    *,
    machine_dof: ArrayLike = np.inf,
    rectifier_dof: ArrayLike = np.inf,
    spread: ArrayLike = 0.0,
    level: float = 0.95,
    bounds: tuple[float, float] | None = None,
) -> Cells:
    """Give machine figure + rectifier with the error of both; arrays broadcast, one entry per cell.

    The rectifier is the mean of label minus machine over labelled posts, in the machine figure's units (Angelopoulos
    et al. 2023, eq. 1). `spread` is the standard deviation of the true rectifier between the cells it was pooled over:
    0 when it was measured in this very cell, larger when it is borrowed. Degrees of freedom after Satterthwaite
    (1946). The two errors are taken as independent. NaN in a cell gives NaN ends in that cell, never a narrower
    interval. Raises CannotEstimate on a negative error.
    """
    names = ("machine_value", "machine_se", "rectifier_value", "rectifier_se", "machine_dof", "rectifier_dof", "spread")
    given = (machine_value, machine_se, rectifier_value, rectifier_se, machine_dof, rectifier_dof, spread)
    arrays = [as_floats(values, name) for values, name in zip(given, names, strict=True)]
    for name, values in zip(names[1::2], arrays[1::2], strict=True):
        if name != "rectifier_dof" and (values < 0).any():
            raise refuse(f"{name} holds a negative error", next_step="give standard errors")
    try:
        machine, se_m, rectifier, se_r, dof_m, dof_r, between = np.broadcast_arrays(*arrays)
    except ValueError as error:
        raise refuse("the arrays differ in shape", where=str(error), next_step="give one entry per cell") from error
    if (between < 0).any() or (dof_m <= 0).any() or (dof_r <= 0).any():
        raise refuse(
            "a spread is negative, or degrees of freedom are not positive",
            next_step="leave a cell without degrees of freedom out: its error is unproven",
        )
    variance = se_m**2 + se_r**2 + between**2
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = se_m**4 / dof_m + (se_r**2 + between**2) ** 2 / dof_r
        dof = np.where(weight > 0, variance**2 / weight, np.where(np.isnan(weight), np.nan, np.inf))
    value, se = machine + rectifier, np.sqrt(variance)
    half = se * stats.t.ppf((1 + check_level(level)) / 2, dof)
    low, high = value - half, value + half
    if bounds is not None:
        value, low, high = (np.clip(a, *bounds) for a in (value, low, high))
    return Cells(value=value, se=se, dof=dof, low=low, high=high, level=level, method="machine + pooled rectifier")
