"""A change of a mean, split exactly into a change of the mix and a change of the opinions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from leumund.estimates.inputs import Floats, as_series, refuse

__all__ = ["Split", "split_change"]


class Split(NamedTuple):
    """The two parts of a change, in the rates' units; their sum is the whole change."""

    mix: float
    rate: float


def split_change(
    weights_before: ArrayLike, rates_before: ArrayLike, weights_after: ArrayLike, rates_after: ArrayLike
) -> Split:
    """Split the change of Σ weight·rate into mix and rate (Kitagawa 1955; for two factors also Shapley's value).

    One entry per group (venue, author kind). Weights may be counts; each side is scaled to sum to 1. A group without
    posts on one side (weight 0, rate NaN) takes the other side's rate, so that its coming or going is all mix.
    Raises CannotEstimate when lengths differ, weights are negative or sum to nothing, or a rate is missing.

    >>> split_change([50, 50], [.25, .75], [25, 75], [.25, .75])  # nobody changed his mind
    Split(mix=0.125, rate=0.0)
    """
    w0, r0 = _weights(weights_before, "weights_before"), as_series(rates_before, "rates_before", finite=False)
    w1, r1 = _weights(weights_after, "weights_after"), as_series(rates_after, "rates_after", finite=False)
    if not w0.size == r0.size == w1.size == r1.size:
        raise refuse(
            f"groups differ in number: {w0.size}, {r0.size}, {w1.size}, {r1.size}",
            next_step="give one weight and one rate per group on both sides; weight 0 where it has no posts",
        )
    for weights, rates, name in ((w0, r0, "before"), (w1, r1, "after")):
        missing = np.flatnonzero(np.isnan(rates) & (weights > 0))
        if missing.size:
            raise refuse(
                "a group with posts has no rate",
                where=f"rates_{name}[{missing[0]}]",
                next_step="give its rate, or the weight 0 if it has no posts",
            )
    nowhere = (w0 == 0) & (w1 == 0)
    first, second = np.where(w0 == 0, r1, r0), np.where(w1 == 0, r0, r1)
    first, second = np.where(nowhere, 0.0, first), np.where(nowhere, 0.0, second)
    mix = float(((w1 - w0) * (first + second)).sum() / 2)
    rate = float(((second - first) * (w0 + w1)).sum() / 2)
    return Split(mix, rate)


def _weights(values: ArrayLike, name: str) -> Floats:
    weights = as_series(values, name)
    if (weights < 0).any() or weights.sum() <= 0:
        raise refuse(f"{name} are negative or sum to nothing", next_step="give counts or shares of posts")
    return np.asarray(weights / weights.sum(), dtype=np.float64)
