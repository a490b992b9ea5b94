"""What the estimators accept, and the sentence they say when they do not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leumund.errors import CannotEstimate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

__all__ = [
    "Floats",
    "Ints",
    "as_columns",
    "as_floats",
    "as_list",
    "as_row",
    "as_series",
    "as_whole",
    "check_level",
    "check_word",
    "labels_and_scores",
    "refuse",
]

HIGHEST_LEVEL = 1 - 1e-9
HIGHEST = 1e100
ROUNDING = 1e-6
"""How far a score may lie beyond its scale: probabilities summed in 32 bit do."""


def refuse(seen: str, *, where: str = "", next_step: str = "") -> CannotEstimate:
    """Give the error to raise when no honest figure can be made."""
    return CannotEstimate(seen, where=where, next_step=next_step)


def check_level(level: float) -> float:
    """Give `level` back when it is a confidence level between .5 and 1."""
    try:
        number = float(level)
    except (TypeError, ValueError, OverflowError):
        number = float("nan")
    if not 0.5 <= number <= HIGHEST_LEVEL:
        raise refuse(f"the level {_short(level)} is no confidence level", next_step="give a number such as 0.95")
    return number


def as_list(values: Any, name: str) -> list[Any]:
    """Give a sequence or iterator of `name` as a list."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise refuse(
            f"{name} are no list but {type(values).__name__}", next_step=f"give one entry for each of the {name}"
        )
    try:
        return list(values)
    except TypeError as error:
        raise refuse(
            f"{name} are no list", where=str(error), next_step=f"give one entry for each of the {name}"
        ) from error


def check_word(word: object, words: tuple[str, ...], name: str) -> None:
    """Raise CannotEstimate unless `word` is one of `words`."""
    if not isinstance(word, str) or word not in words:
        raise refuse(f"the {name} {_short(word)} is unknown", next_step=f"say {', '.join(words[:-1])} or {words[-1]}")


def _short(value: object) -> str:
    """Give a value as it was written, cut where it is long; what cannot be written, by its kind."""
    try:
        written = repr(value)
    except ValueError:  # a whole number of thousands of digits
        return type(value).__name__
    return written if len(written) <= 60 else f"{written[:60]}…"


def as_floats(values: ArrayLike, name: str) -> Floats:
    """Give `values` as an array of floats of any shape; what a mask hides is NaN."""
    try:
        if isinstance(values, np.ma.MaskedArray):
            array: Floats = np.asarray(np.ma.filled(values.astype(np.float64), np.nan))
        else:
            if np.asarray(values).dtype.kind in "mM":
                raise TypeError("they are dates or spans of time")
            array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise refuse(f"{name} are not numbers", where=str(error), next_step="give an array of numbers") from error
    highest = np.abs(array, where=np.isfinite(array), out=np.zeros(array.shape)).max(initial=0.0)
    if highest > HIGHEST:
        raise refuse(f"{name}: values up to {highest:g}", next_step="give them in a unit in which they can be squared")
    return array


def as_row(value: object, name: str) -> int:
    """Give the number of a row; 60.0 is one, a date or 60.5 is none."""
    is_number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    number: Any = value if is_number else np.nan
    if not abs(number) < 2**53 or number != int(number):
        raise refuse(
            f"the {name} {_short(value)} is no row of the index", next_step="give the number of rows before it"
        )
    return int(number)


def as_series(values: ArrayLike, name: str, *, finite: bool = True) -> Floats:
    """Give `values` as a one-dimensional array of floats that is not empty."""
    array = as_floats(values, name)
    if array.ndim != 1:
        raise refuse(
            f"{name} have {array.ndim} dimensions where one is needed",
            where=f"shape {array.shape}",
            next_step="give them as one list or column",
        )
    if array.size == 0:
        raise refuse(f"{name} are empty", next_step="without them there is nothing to estimate")
    if np.isinf(array).any() or (finite and np.isnan(array).any()):
        row = int(np.flatnonzero(~np.isfinite(array) if finite else np.isinf(array))[0])
        raise refuse(
            f"{name} hold {array[row]}, which is no number to reckon with",
            where=f"{name}[{row}]",
            next_step="fill it in, or leave that row out everywhere",
        )
    return array


def labels_and_scores(
    labels: ArrayLike, scores: ArrayLike, *, allowed: tuple[float, ...], bounds: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Give labels (NaN = unlabelled) and scores as arrays of one length; raise CannotEstimate on anything else."""
    y = as_series(labels, "labels", finite=False)
    s = as_series(scores, "scores")
    if y.size != s.size:
        raise refuse(f"{y.size} labels but {s.size} scores", next_step="give one score per post; NaN = unlabelled")
    odd = np.flatnonzero(~np.isnan(y) & ~np.isin(y, allowed))
    if odd.size:
        names = ", ".join(f"{value:g}" for value in allowed)
        raise refuse(
            f"the label {y[odd[0]]:g} is none of {names}",
            where=f"labels[{odd[0]}]",
            next_step="write these labels, and NaN for a post without one",
        )
    out = np.flatnonzero((s < bounds[0] - ROUNDING) | (s > bounds[1] + ROUNDING))
    if out.size:
        raise refuse(
            f"the score {s[out[0]]:g} lies outside {bounds[0]:g}..{bounds[1]:g}",
            where=f"scores[{out[0]}]",
            next_step="bring the scores onto this scale first, percentages by dividing by 100",
        )
    return y, np.clip(s, *bounds)


def as_columns(clusters: ArrayLike, n: int) -> list[Ints]:
    """Give one or two columns of group numbers 0..G-1 from an array n, n×1, n×2 or a pair of columns."""
    try:
        table: NDArray[Any] = np.asarray(clusters)
    except ValueError as error:
        raise refuse(
            "the cluster columns differ in length", where=str(error), next_step="give each post one entry in each"
        ) from error
    if table.ndim == 1:
        table = table[:, None]
    if table.ndim == 2 and table.shape[0] != n and table.shape[1] == n:
        table = table.T
    if table.ndim != 2 or table.shape[0] != n or table.shape[1] not in (1, 2):
        raise refuse(f"clusters have the shape {table.shape} for {n} posts", next_step="give one or two columns")
    known = table.dtype.kind not in "fmM" or np.isfinite(table).all()
    if not known or (table.dtype.kind == "O" and any(_is_missing(value) for value in table.flat)):
        raise refuse("clusters hold a value that is no group", next_step="give every post its thread and author")
    return [_numbered(column) for column in table.T]


def as_whole(values: ArrayLike, name: str) -> Ints:
    """Give `values` as whole numbers; a week or group that is missing is none."""
    array = as_floats(values, name)
    odd = array[~(np.isfinite(array) & (array == np.floor(array)))]
    if odd.size:
        raise refuse(
            f"{name} hold {odd[0]}, which is no whole number", next_step="number groups, kinds and weeks from 0"
        )
    return array.astype(np.int64)


def _is_missing(value: object) -> bool:
    """Tell whether this is None, NaN or one of pandas' two missing values, which are equal to nothing."""
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value  # noqa: PLR0124  # NaN alone


def _numbered(column: NDArray[Any]) -> Ints:
    """Give each value the number of its group; values of different kinds, which cannot be sorted, by their words."""
    try:
        groups = np.unique(column, return_inverse=True)[1]
    except TypeError:
        groups = np.unique([f"{type(value).__name__} {value}" for value in column], return_inverse=True)[1]
    return groups.astype(np.int64).ravel()
