"""The own brand against each rival, all comparisons paid for together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from leumund.estimates.estimated import EstimatedDifference
from leumund.estimates.inputs import Floats, as_list, check_level, labels_and_scores, refuse
from leumund.estimates.prediction import Corrected
from leumund.estimates.share import FEWEST_LABELS, NET, SHARE, Estimand, judge

__all__ = ["compare_brands"]


def compare_brands(
    pairs: Sequence[tuple[ArrayLike, ...]],
    *,
    measure: Literal["share", "net"] = "share",
    estimand: Estimand = "rate",
    level: float = 0.95,
) -> list[EstimatedDifference]:
    """Give own brand minus rival, one difference per rival, with simultaneous intervals and adjusted p-values.

    `pairs` are (labels, scores) or (labels, scores, clusters) as `estimate_share` takes them, the own brand first.
    All intervals hold together with the declared probability (max-t: Hothorn, Bretz, Westfall 2008); a rival's
    interval excludes 0 exactly when its `p_adjusted` is under 1 − level. Shares get the two successes and failures of
    Agresti and Caffo (2000) in their error. Raises CannotEstimate without a rival, or when a brand has under two
    labels.
    """
    pairs = as_list(pairs, "brands")
    if len(pairs) < 2:
        raise refuse("no rival to compare with", next_step="give the own brand first, then at least one rival")
    level = check_level(level)
    brands = [_brand(pair, number, measure, estimand) for number, pair in enumerate(pairs)]
    variances = np.array([_variance(fit, variance, measure) for fit, variance, _ in brands])
    dof = min(max(dof, 1.0) for _, _, dof in brands)
    ses = [float(np.sqrt(variances[0] + variance)) for variance in variances[1:]]
    # A corpus labelled throughout is known, not estimated: what compares two such brands needs no allowance.
    variances = variances[np.concatenate([[True], np.array(ses) > 0])]
    quantile = _quantile(level, variances, dof)
    own, limit = brands[0][0], SHARE[1] - SHARE[0] if measure == "share" else NET[1] - NET[0]
    results = []
    for (rival, _, _), se in zip(brands[1:], ses, strict=True):
        value = own.value - rival.value
        p = 1 - _within(abs(value) / se, variances, dof) if se > 0 else float(value == 0)
        results.append(
            EstimatedDifference(
                value=value,
                low=max(value - quantile * se, -limit),
                high=min(value + quantile * se, limit),
                n=own.n + rival.n,
                level=level,
                se=se,
                dof=dof,
                n_effective=min(own.label_variance, rival.label_variance) / se**2 if se > 0 else np.inf,
                n_labels=own.n_labels + rival.n_labels,
                machine_value=own.machine_value - rival.machine_value,
                method=f"difference of corrected means, max-t over {len(ses)}, {estimand}",
                support="measured" if min(own.n_labels, rival.n_labels) >= FEWEST_LABELS else "unproven",
                p_adjusted=min(max(p, 0.0), 1.0),
            )
        )
    return results


def _brand(
    pair: tuple[ArrayLike, ...], number: int, measure: str, estimand: Estimand
) -> tuple[Corrected, float, float]:
    if len(pair) not in (2, 3):
        raise refuse(
            f"{len(pair)} arrays where labels, scores and perhaps clusters are needed", where=f"brand {number}"
        )
    if measure not in ("share", "net"):
        raise refuse(f"the measure {measure!r} is unknown", next_step="say 'share' or 'net'")
    allowed, bounds = ((0.0, 1.0), SHARE) if measure == "share" else ((-1.0, 0.0, 1.0), NET)
    y, s = labels_and_scores(pair[0], pair[1], allowed=allowed, bounds=bounds)
    clusters = pair[2] if len(pair) == 3 else None
    got = judge(y, s, clusters=clusters, estimand=estimand, inclusion=None, bounds=bounds)
    if got.fit is None or got.fit.n_labels < 2 or got.dof <= 0:
        raise refuse("too few labels to compare", where=f"brand {number}", next_step="label some of its posts first")
    return got.fit, got.variance, got.dof


def _variance(fit: Corrected, variance: float, measure: str) -> float:
    """The variance, for a share as if one more label of each kind had been drawn."""
    if measure == "net" or variance <= 0:
        return variance
    n = fit.label_variance / variance
    share = (n * min(max(fit.value, 0.0), 1.0) + 1) / (n + 2)
    return share * (1 - share) / (n + 2)


_NODES, _WEIGHTS = special.roots_hermitenorm(61)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_CHANCES = (np.arange(64) + 0.5) / 64


def _within(t: float, variances: Floats, dof: float) -> float:
    """Probability that every |t_j| stays under `t`; the differences share the own brand's error and one scale.

    Given the own brand's error the differences are independent: one integral over it, one over the scale.
    """
    scales = np.sqrt(stats.chi2.ppf(_CHANCES, dof) / dof) if np.isfinite(dof) else np.ones(1)
    own, rivals = np.sqrt(variances[0]), np.sqrt(variances[1:])
    bound = t * scales[:, None, None] * np.hypot(own, rivals)[None, None, :]
    shift = (own * _NODES)[None, :, None]
    spread = np.maximum(rivals, 1e-12)[None, None, :]
    inside = special.ndtr((bound - shift) / spread) - special.ndtr((-bound - shift) / spread)
    return float((inside.prod(axis=2) @ _WEIGHTS).mean())


def _quantile(level: float, variances: Floats, dof: float) -> float:
    if variances.size < 2:
        return 0.0
    single = float(stats.t.ppf((1 + level) / 2, dof))
    upper = 2 * float(stats.t.ppf(1 - (1 - level) / (2 * (variances.size - 1)), dof))
    return float(optimize.brentq(lambda t: _within(t, variances, dof) - level, 0.5 * single, 5 * upper))
