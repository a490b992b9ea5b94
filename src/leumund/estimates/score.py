"""Score intervals: a mean may lie wherever the labels, as they would scatter there, could have given the one found.

Student's interval takes the scatter where the mean was found. With labels that lean to one end of the scale it is short
towards the middle and long towards the end, and misses too often (.90 where .95 is said).
"""

from __future__ import annotations

import numpy as np
from scipy import optimize

__all__ = ["score_interval_of_net", "wilson"]


def wilson(share: float, n: float, quantile: float) -> tuple[float, float]:
    """Give Wilson's (1927) score interval of a share among n independent labels.

    >>> tuple(round(end, 4) for end in wilson(0.1, 50, 1.96))
    (0.0435, 0.2136)
    """
    z2 = quantile * quantile
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = quantile / (1 + z2 / n) * float(np.sqrt(share * (1 - share) / n + z2 / (4 * n * n)))
    return float(max(min(centre - half, share), 0.0)), float(min(max(centre + half, share), 1.0))


def score_interval_of_net(net: float, ends: tuple[float, float], n: float, quantile: float) -> tuple[float, float]:
    """Give the score interval of a mean of labels −1, 0, 1 among n independent ones, of which `ends` are −1 and 1.

    How labels scatter when their mean lies elsewhere is told by tilting their shares (the exponential family through
    what was seen: Efron 1981, "Nonparametric standard errors and confidence intervals", sec. 7). Of labels of two kinds
    it is Wilson's.

    >>> tuple(round(end, 3) for end in score_interval_of_net(-0.8, (0.9, 0.1), 50, 1.96))  # none is 0
    (-0.913, -0.573)
    """
    if ends[0] + ends[1] <= 0:
        return net, net

    def beyond(mean: float) -> float:
        return (mean - net) ** 2 - quantile**2 / n * _scatter(mean, ends)

    def reached(end: float) -> float:
        near = net + 1e-9 * (end - net)  # at an end of the scale itself nothing scatters
        if beyond(end) <= 0:
            return end
        return float(optimize.brentq(beyond, near, end)) if beyond(near) < 0 else net

    return reached(-1.0), reached(1.0)


def _scatter(mean: float, ends: tuple[float, float]) -> float:
    """Variance of a label −1, 0, 1 when their shares are tilted until they have this mean."""
    lower, upper = ends
    between = max(1 - lower - upper, 0.0)
    if abs(mean) >= 1 or upper * lower <= 0:
        return max(abs(mean) * (1 - abs(mean)), 0.0)
    a, b, c = upper * (1 - mean), between * mean, lower * (1 + mean)
    tilt = (b + float(np.sqrt(b * b + 4 * a * c))) / (2 * a)
    up, down = upper * tilt, lower / tilt
    return (up + down) / (up + down + between) - mean * mean
