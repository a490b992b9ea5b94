"""A campaign's effect: what the index did against what the rivals' series imply.

index = a + b·(mean rival) + d·(each rival's own way) + effect·(after the start) + error, by generalised least squares.
The error is white noise, a local level plus noise, or AR(1) plus noise, and the d are random effects that draw the
rivals' weights towards equal ones more or less; nobody knows which and how much, so each model on a grid has its say
by its REML likelihood (Harville 1974; averaging: Hoeting et al. 1999). The result is a mixture of Student's t, which
is the posterior under flat priors of the fixed coefficients and the log scale. A plain regression on all rivals is
among the models.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, optimize, stats

from leumund.estimates.estimated import EstimatedEffect
from leumund.estimates.inputs import Floats, as_floats, as_row, as_series, check_level, refuse

__all__ = ["FEWEST_WEEKS_BEFORE", "estimate_effect", "read_series"]

LEAST_MOVE = 1e-100  # what is smaller cannot be squared
FEWEST_WEEKS_BEFORE = 26


def estimate_effect(index: ArrayLike, rivals: ArrayLike, start: int, *, level: float = 0.95) -> EstimatedEffect:
    """Give the mean effect per week from row `start` on, in the index's units.

    `index` has T weeks, `rivals` T×k the competitors' series of the same weeks; a row with a NaN is left out, and so
    is a rival that misses more than a tenth of the weeks where another does not (`method` says how many are used).
    The interval holds if the rivals were not touched by the campaign and the error is of the kinds named above. Raises
    CannotEstimate, with the reason, without rivals, with fewer than 26 weeks before the start or none after it.
    """
    level = check_level(level)
    start = as_row(start, "start")
    y, x, kept = read_series(index, rivals, start)
    after = (np.flatnonzero(kept) >= start).astype(np.float64)
    mean, own = _mean_and_own(x)
    fixed = np.column_stack([np.ones(y.size), mean, after])
    errors = _errors(kept.tobytes(), kept.size)
    models = [model for error in errors for model in _fits(y, own, fixed, error)]
    weights = _weights(models)
    means, scales = np.array([m.effect for m in models]), np.array([m.se for m in models])
    dof = y.size - fixed.shape[1]
    value = float(weights @ means)
    tail = (1 - level) / 2

    def below(point: float) -> float:
        return float(weights @ stats.t.cdf((point - means) / scales, dof))

    p_below = below(0.0)
    expected = np.full(kept.size, np.nan)
    coefficients = weights @ np.array([m.coefficients for m in models])
    expected[kept] = np.column_stack([own, fixed[:, :-1]]) @ coefficients[:-1]
    return EstimatedEffect(
        value=value,
        low=_solve(below, tail, means, scales),
        high=_solve(below, 1 - tail, means, scales),
        n=int(y.size),
        level=level,
        se=float(np.sqrt(weights @ (scales**2 + (means - value) ** 2))),
        dof=float(dof),
        machine_value=float(y[after == 1].mean() - y[after == 0].mean()),
        method=f"GLS on {x.shape[1]} of {_width(rivals)} rivals, errors averaged by REML",
        p_value=2 * min(p_below, 1 - p_below),
        model_weights=_by_family(models, weights),
        expected=expected,
    )


def read_series(index: ArrayLike, rivals: ArrayLike, start: int) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Give the weeks of index and rivals without a gap, and which weeks these are; refusals as `estimate_effect`.

    A rival that never moves before the start is left out, and one that misses too many of the index's weeks.
    """
    start = as_row(start, "start")
    if start < 0:
        raise refuse(f"the start {start} is no row of the index", next_step="give the number of rows before it")
    y, x = as_series(index, "the weeks of the index", finite=False), as_floats(rivals, "rivals")
    x = x[:, None] if x.ndim == 1 and x.size else x
    if x.ndim != 2 or x.size == 0:
        raise refuse(
            "no rivals to compare with, so what would have happened anyway cannot be told",
            where=f"index {y.shape}, rivals {x.shape}",
            next_step="give the competitors' series, one column each",
        )
    if x.shape[0] != y.size:
        raise refuse(
            f"{y.size} weeks of the index but {x.shape[0]} of the rivals",
            next_step="give the same weeks, one row each, and one column per rival",
        )
    if np.isinf(x).any():
        raise refuse("the rivals' series hold an infinite value", next_step="give NaN for a week without a figure")
    x = x[:, _seen(~np.isnan(x[~np.isnan(y)]), int((~np.isnan(y[:start])).sum()))]
    kept = ~np.isnan(y) & ~np.isnan(x).any(axis=1)
    before, after = int(kept[:start].sum()), int(kept[start:].sum())
    if before < FEWEST_WEEKS_BEFORE:
        raise refuse(
            f"only {before} weeks before the start, and {FEWEST_WEEKS_BEFORE} are needed to learn how the rivals move",
            where="" if kept.all() else f"{int((~kept).sum())} weeks are left out because a series has a gap",
            next_step="wait, or collect the archives of earlier weeks",
        )
    if after < 1:
        raise refuse("no week after the start", where=f"start {start} of {y.size} weeks", next_step="wait for one")
    x = x[kept]
    x = x[:, np.ptp(x[:before], axis=0) > LEAST_MOVE]
    if x.shape[1] == 0:
        raise refuse(
            "the rivals' series never move, so nothing can be learnt from them",
            next_step="give others",
        )
    if np.ptp(y[kept][:before]) <= LEAST_MOVE:
        raise refuse(
            "the index never moves before the start, so its error cannot be told",
            next_step="look whether it was filled in, or rounded away",
        )
    return y[kept], x, kept


def _width(rivals: ArrayLike) -> int:
    shape = np.shape(rivals)
    return shape[1] if len(shape) == 2 else 1


MISSING_SHARE = 0.1


def _seen(there: NDArray[np.bool_], before: int) -> NDArray[np.bool_]:
    """Tell which rivals are there in most weeks of both sides; when none is, those that are there most often.

    A rival's missing week takes the whole week away, a rival that is often missing would take the campaign away.
    """
    missing = np.zeros(there.shape[1])
    for side in (there[:before], there[before:]):
        if len(side):
            missing = np.maximum(missing, 1 - side.mean(axis=0))
    return np.asarray(missing <= max(MISSING_SHARE, missing.min()))


@dataclass(frozen=True, slots=True)
class _Error:
    """One error model: its family, the inverse Cholesky factor of its correlation, its log determinant."""

    family: str
    whiten: Floats
    log_det: float
    prior: float


@dataclass(frozen=True, slots=True)
class _Model:
    family: str
    effect: float
    se: float
    log_weight: float
    coefficients: Floats


def _mean_and_own(x: Floats) -> tuple[Floats, Floats]:
    """Give the mean of the rivals, each on its own scale, and each rival's way beside it, on one common scale."""
    alike = (x - x.mean(axis=0)) / x.std(axis=0)
    mean = alike.mean(axis=1)
    own = alike - mean[:, None]
    scale = float(np.sqrt((own**2).mean()))
    return mean, own / scale if scale > 1e-9 else np.zeros_like(own)


def _fits(y: Floats, own: Floats, fixed: Floats, error: _Error) -> Iterator[_Model]:
    """Fit one error model with every freedom of the rivals' own weights; with one rival there is nothing to weigh."""
    white = error.whiten @ np.column_stack([own, fixed, y])
    for freedom in FREEDOMS if own.any() else FREEDOMS[:1]:
        k = own.shape[1] if freedom else 0
        model = _fit(white[:, own.shape[1] - k :], k, error, freedom)
        padded = np.concatenate([np.zeros(own.shape[1] - k), model.coefficients])
        yield replace(model, coefficients=padded)


def _fit(white: Floats, k: int, error: _Error, freedom: float) -> _Model:
    """Generalised least squares under one model, with its REML likelihood.

    `white` holds k rivals' own ways, the fixed columns with the effect last, and the index, all whitened. The random
    effects d ~ N(0, freedom·scale²) enter as one pseudo-observation each; then log|V| + log|F'V⁻¹F| is
    log|R| + k·log(freedom) + log|A'A| of the stacked design A (Henderson's equations).
    """
    weeks, columns = white.shape
    stacked = np.zeros((weeks + k, columns))
    stacked[:weeks] = white
    stacked[weeks + np.arange(k), np.arange(k)] = freedom**-0.5 if freedom else 0.0
    # The last column of R: the index seen from the design, and below it the root of the squares left over.
    r = linalg.qr(stacked, mode="r", check_finite=False)[0][:columns]
    coefficients = linalg.solve_triangular(r[:-1, :-1], r[:-1, -1], check_finite=False)
    # An index that its rivals foretell exactly still has an error of rounding.
    squares = max(float(r[-1, -1] ** 2), 1e-20 * float(white[:, -1] @ white[:, -1]))
    dof = weeks - (columns - 1 - k)
    log_aa = 2 * float(np.log(np.abs(np.diag(r)[:-1])).sum())
    log_reml = -0.5 * (error.log_det + log_aa + k * np.log(freedom or 1.0) + dof * np.log(squares))
    return _Model(
        family=error.family,
        effect=float(coefficients[-1]),
        se=float(np.sqrt(squares / dof) / abs(r[-2, -2])),
        log_weight=log_reml + float(np.log(error.prior)),
        coefficients=coefficients,
    )


def _weights(models: list[_Model]) -> Floats:
    logs = np.array([model.log_weight for model in models])
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def _by_family(models: list[_Model], weights: Floats) -> dict[str, float]:
    shares: dict[str, float] = {}
    for model, weight in zip(models, weights, strict=True):
        shares[model.family] = shares.get(model.family, 0.0) + float(weight)
    return shares


# Before the data plain noise has little say: taking errors for independent when they are not costs false alarms.
PRIORS = {"noise": 0.05, "local level": 0.475, "AR(1)": 0.475}
LEVEL_TO_NOISE = (0.03, 0.1, 0.3, 1.0, 3.0, 30.0)
AUTOCORRELATIONS = (0.3, 0.5, 0.65, 0.8, 0.9, 0.95)
NOISE_SHARES = (0.0, 0.3, 0.6, 0.85)
# Variance of the rivals' own weights over the error's: 0 = equal weights, 10 = as good as free.
FREEDOMS = (0.0, 0.1, 1.0, 10.0)


@lru_cache(maxsize=8)
def _errors(kept: bytes, weeks: int) -> tuple[_Error, ...]:
    """The grid of error models for the weeks kept; each family has the same say before the data."""
    time = np.flatnonzero(np.frombuffer(kept, dtype=np.bool_, count=weeks)).astype(np.float64)
    return tuple(_covariances(time))


def _covariances(time: Floats) -> Iterator[_Error]:
    noise = np.eye(time.size)
    yield _error("noise", noise, PRIORS["noise"])
    walk = np.minimum(time[:, None], time[None, :]) + 1
    for ratio in LEVEL_TO_NOISE:
        yield _error("local level", noise + ratio * walk, PRIORS["local level"] / len(LEVEL_TO_NOISE))
    lag = np.abs(time[:, None] - time[None, :])
    for phi in AUTOCORRELATIONS:
        for share in NOISE_SHARES:
            covariance = share * noise + (1 - share) * phi**lag
            yield _error("AR(1)", covariance, PRIORS["AR(1)"] / (len(AUTOCORRELATIONS) * len(NOISE_SHARES)))


def _error(family: str, covariance: Floats, prior: float) -> _Error:
    factor = linalg.cholesky(covariance, lower=True)
    whiten = linalg.solve_triangular(factor, np.eye(factor.shape[0]), lower=True)
    return _Error(family, whiten, 2 * float(np.log(np.diag(factor)).sum()), prior)


def _solve(below: Callable[[float], float], chance: float, means: Floats, scales: Floats) -> float:
    low, high = float((means - 60 * scales).min()), float((means + 60 * scales).max())
    return float(optimize.brentq(lambda point: below(point) - chance, low, high, xtol=1e-9))
