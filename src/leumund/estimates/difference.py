"""The own brand against each rival, all comparisons paid for together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from leumund.estimates.estimated import EstimatedDifference
from leumund.estimates.inputs import Floats, as_list, check_level, check_word, labels_and_scores, refuse
from leumund.estimates.prediction import Corrected
from leumund.estimates.share import FEWEST_LABELS, NET, SHARE, Estimand, ends_of, judge

__all__ = ["compare_brands"]


Measure = Literal["share", "net"]


def compare_brands(
    pairs: Sequence[tuple[ArrayLike, ...]],
    *,
    measure: Measure = "share",
    estimand: Estimand = "rate",
    level: float = 0.95,
) -> list[EstimatedDifference]:
    """Give own brand minus rival, one difference per rival, with simultaneous intervals and adjusted p-values.

    `pairs` are (labels, scores) or (labels, scores, clusters) as `estimate_share` takes them, the own brand first.
    All intervals hold together with the declared probability (max-t: Hothorn, Bretz, Westfall 2008), each with its own
    degrees of freedom (Satterthwaite 1946), so that a rival with few labels costs the others nothing. A difference of
    shares is put together from the two Wilson intervals (Newcombe 1998, method 10). A rival's interval excludes 0
    exactly when its `p_adjusted` is under 1 − level. Where all labels of a brand are of one thread or author nothing
    is known of its error: its differences are −limit..limit, *unproven*. Raises CannotEstimate without a rival, or
    when a brand has under two labels.
    """
    pairs = as_list(pairs, "brands")
    if len(pairs) < 2:
        raise refuse("no rival to compare with", next_step="give the own brand first, then at least one rival")
    level = check_level(level)
    own, *rivals = (_brand(pair, number, measure, estimand) for number, pair in enumerate(pairs))
    ses = np.array([np.sqrt(own.variance + rival.variance) for rival in rivals])
    # A corpus labelled throughout is known, not estimated: what compares two such brands needs no allowance.
    told = (ses > 0) & np.isfinite(ses)
    spreads = np.sqrt([own.variance, *(rival.variance for rival, on in zip(rivals, told, strict=True) if on)])
    normal = _quantile(level, spreads)
    limit = SHARE[1] - SHARE[0] if measure == "share" else NET[1] - NET[0]
    results = []
    for rival, se in zip(rivals, ses, strict=True):
        value, dof = own.value - rival.value, _dof(own, rival)
        low, high, p = -limit, limit, float(value == 0 or se > 0)
        if np.isfinite(se):
            low, high = _ends(own, rival, float(stats.t.isf(stats.norm.sf(normal), dof)), measure)
        if se > 0 and np.isfinite(se):
            p = 1 - _within(float(stats.norm.isf(stats.t.sf(_touching(own, rival, measure), dof))), spreads)
        enough = min(own.fit.n_labels, rival.fit.n_labels) >= FEWEST_LABELS
        results.append(
            EstimatedDifference(
                value=value,
                low=max(low, -limit),
                high=min(high, limit),
                n=own.fit.n + rival.fit.n,
                level=level,
                se=float(se),
                dof=dof,
                n_effective=min(own.fit.label_variance, rival.fit.label_variance) / se**2 if se > 0 else np.inf,
                n_labels=own.fit.n_labels + rival.fit.n_labels,
                machine_value=own.fit.machine_value - rival.fit.machine_value,
                method=f"difference of corrected means, max-t over {len(ses)}, {estimand}",
                support="measured" if np.isfinite(se) and enough else "unproven",
                p_adjusted=min(max(p, 0.0), 1.0),
            )
        )
    return results


@dataclass(frozen=True, slots=True)
class _Brand:
    """A brand's corrected mean inside its scale, with its error."""

    fit: Corrected
    value: float
    variance: float
    dof: float

    def ends(self, quantile: float, measure: Measure) -> tuple[float, float]:
        """Give the ends of this brand's own interval."""
        return ends_of(self.value, self.fit, self.variance, quantile, bounds=SHARE if measure == "share" else NET)


def _brand(pair: Iterable[ArrayLike], number: int, measure: str, estimand: Estimand) -> _Brand:
    pair = as_list(pair, f"arrays of brand {number}")
    if len(pair) not in (2, 3):
        raise refuse(
            f"{len(pair)} arrays where labels, scores and perhaps clusters are needed",
            where=f"brand {number}",
            next_step="give each brand as (labels, scores) or (labels, scores, clusters)",
        )
    check_word(measure, ("share", "net"), "measure")
    allowed, bounds = ((0.0, 1.0), SHARE) if measure == "share" else ((-1.0, 0.0, 1.0), NET)
    y, s = labels_and_scores(pair[0], pair[1], allowed=allowed, bounds=bounds)
    clusters = pair[2] if len(pair) == 3 else None
    got = judge(y, s, clusters=clusters, estimand=estimand, inclusion=None, bounds=bounds)
    if got.fit is None or got.fit.n_labels < 2:
        raise refuse("too few labels to compare", where=f"brand {number}", next_step="label some of its posts first")
    variance = got.variance if got.dof > 0 or got.variance <= 0 else np.inf
    return _Brand(got.fit, float(np.clip(got.fit.value, *bounds)), variance, max(got.dof, 1.0))


def _dof(own: _Brand, rival: _Brand) -> float:
    """Satterthwaite's degrees of freedom of the difference; 0 where one of the two errors is unknown."""
    if not np.isfinite(own.variance + rival.variance):
        return 0.0
    weight = own.variance**2 / own.dof + rival.variance**2 / rival.dof
    return float((own.variance + rival.variance) ** 2 / weight) if weight > 0 else float("inf")


def _ends(own: _Brand, rival: _Brand, quantile: float, measure: Measure) -> tuple[float, float]:
    """Give the ends of own minus rival: each arm is the hypotenuse of the two intervals' arms."""
    (l1, u1), (l2, u2) = own.ends(quantile, measure), rival.ends(quantile, measure)
    value = own.value - rival.value
    return value - float(np.hypot(own.value - l1, u2 - rival.value)), value + float(
        np.hypot(u1 - own.value, rival.value - l2)
    )


def _touching(own: _Brand, rival: _Brand, measure: Measure) -> float:
    """Give the quantile at which the nearer end of the interval touches 0."""
    if own.value == rival.value:
        return 0.0
    near = 0 if own.value > rival.value else 1
    most = 1.0
    while _ends(own, rival, most, measure)[near] * (1 - 2 * near) > 0 and most < 1e6:
        most *= 4
    return float(optimize.brentq(lambda q: _ends(own, rival, q, measure)[near], 0.0, most)) if most < 1e6 else most


_NODES, _WEIGHTS = special.roots_hermitenorm(61)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


def _within(z: float, spreads: Floats) -> float:
    """Probability that no difference is off by more than `z` of its standard errors; all share the own brand's error.

    Given the own brand's error the differences are independent: one integral over it.
    """
    own, rivals = spreads[0], spreads[1:]
    bound, shift, spread = z * np.hypot(own, rivals), (own * _NODES)[:, None], np.maximum(rivals, 1e-12)
    inside = special.ndtr((bound - shift) / spread) - special.ndtr((-bound - shift) / spread)
    return float(inside.prod(axis=1) @ _WEIGHTS)


def _quantile(level: float, spreads: Floats) -> float:
    if spreads.size < 2:
        return 0.0
    if spreads.size == 2:
        return float(stats.norm.ppf((1 + level) / 2))
    single = float(stats.norm.ppf((1 + level) / 2))
    upper = float(stats.norm.ppf(1 - (1 - level) / (2 * (spreads.size - 1))))
    return float(optimize.brentq(lambda z: _within(z, spreads) - level, 0.5 * single, 2 * upper))
