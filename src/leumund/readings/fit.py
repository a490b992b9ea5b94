"""Fitting the heads of a model: logistic regression over hashed n-grams and the four numbers of the word list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from leumund.readings.grams import N_BUCKETS, grams, lay_out, norm_of
from leumund.readings.model import N_FEATURES, Head
from leumund.readings.polarity import clause_valences, features
from leumund.readings.sheets import clauses_of, sheet_of

__all__ = ["Examples", "Fitted", "examples_of", "fit_exclusive", "fit_several"]

Numbers = npt.NDArray[np.float64]
_DENSE_STRETCH = 4.0  # the four numbers are fitted almost freely, the n-grams are held back
_LEVELS = 127
_ITERATIONS = 400
_STRENGTH = 4.0  # of yes-or-no questions; held back less than polarity, for rows are often few
_NEVER = 20.0  # log odds of an answer that no row has


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts as numbers: one row a text, n-gram counts over their root, then the four numbers, stretched."""

    matrix: sparse.csr_matrix

    def take(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> Examples:
        """Give some of the rows."""
        return Examples(self.matrix[np.asarray(rows)])

    def used_columns(self) -> npt.NDArray[np.int64]:
        """Give the columns that are not empty; fitting only those gives the same weights in a fraction of the time."""
        return np.flatnonzero(np.bincount(self.matrix.indices, minlength=self.matrix.shape[1]))

    def spread(self, found: Numbers, used: npt.NDArray[np.int64]) -> Numbers:
        """Put the weights of the used columns (answers × used) back to their places."""
        coefficients = np.zeros((len(found), self.matrix.shape[1]))
        coefficients[:, used] = found
        return coefficients


@dataclass(frozen=True, slots=True)
class Fitted:
    """A head and its columns of whole-number weights."""

    head: Head
    weights: npt.NDArray[np.int8]


def examples_of(texts: Sequence[str]) -> Examples:
    """Turn texts into numbers, exactly as the judge sees them."""
    sheets = [sheet_of(text) for text in texts]
    layout = lay_out([sheet.text for sheet in sheets])
    row_of = np.repeat(np.arange(len(texts)), np.diff(np.append(layout.first, len(layout.codes))))
    rows, buckets = zip(*((row_of[places], found) for places, found in grams(layout)), strict=True)
    row, bucket = np.concatenate(rows), np.concatenate(buckets)
    n_grams = np.bincount(row, minlength=len(texts)).tolist()
    norms = np.array([norm_of(n) for n in n_grams])
    counts = sparse.csr_matrix((1.0 / norms[row], (row, bucket)), shape=(len(texts), N_BUCKETS))
    dense = []
    for sheet, n in zip(sheets, n_grams, strict=True):
        valences = clause_valences(sheet.folded, clauses_of(sheet))
        dense.append(features(sum(v.praise for v in valences), sum(v.blame for v in valences), n))
    stretched = sparse.csr_matrix(np.array(dense).reshape(len(texts), N_FEATURES) * _DENSE_STRETCH)
    return Examples(sparse.hstack([counts, stretched]).tocsr())


def fit_exclusive(
    examples: Examples,
    targets: Sequence[str],
    *,
    name: str,
    answers: Sequence[str],
    strength: float,
    shares: Sequence[float] | None,
) -> Fitted:
    """Fit one question with exactly one answer. `shares` weighs the rows so that each answer has its share."""
    from sklearn.linear_model import LogisticRegression

    numbers = np.array([answers.index(target) for target in targets])
    counts = np.maximum(np.bincount(numbers, minlength=len(answers)), 1)
    weights = None if shares is None else (np.array(shares) / counts)[numbers] * len(numbers)
    used = examples.used_columns()
    model = LogisticRegression(C=strength, max_iter=_ITERATIONS)
    model.fit(examples.matrix[:, used], numbers, sample_weight=weights)
    found, intercept = np.zeros((len(answers), len(used))), np.full(len(answers), -_NEVER)
    if len(model.classes_) == 2:  # scikit-learn then gives one row: the odds of the second answer
        found[model.classes_[1]], intercept[model.classes_] = model.coef_[0], (0.0, model.intercept_[0])
    else:
        found[model.classes_], intercept[model.classes_] = model.coef_, model.intercept_
    coefficients = examples.spread(found, used)
    return _fitted(name, answers, coefficients, intercept, exclusive=True, thresholds=[0.5] * len(answers))


def fit_several(examples: Examples, targets: npt.NDArray[np.bool_], *, name: str, answers: Sequence[str]) -> Fitted:
    """Fit questions answered each by itself (rows × answers); the thresholds come from held-out parts of the rows."""
    used = examples.used_columns()
    matrix = examples.matrix[:, used]
    found, intercept, thresholds = np.zeros((len(answers), len(used))), np.zeros(len(answers)), [0.5] * len(answers)
    for number in range(len(answers)):
        wanted = targets[:, number]
        if wanted.all() or not wanted.any():
            intercept[number] = _NEVER if wanted.all() else -_NEVER
            continue
        thresholds[number] = _threshold(matrix, wanted)
        model = _yes_or_no().fit(matrix, wanted)
        found[number], intercept[number] = model.coef_[0], model.intercept_[0]
    return _fitted(name, answers, examples.spread(found, used), intercept, exclusive=False, thresholds=thresholds)


def _yes_or_no() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=_STRENGTH, solver="liblinear", tol=0.01, random_state=0, max_iter=_ITERATIONS)


def _threshold(matrix: sparse.csr_matrix, wanted: npt.NDArray[np.bool_]) -> float:
    """Give the threshold with the best F1 on parts held out in turn."""
    from sklearn.model_selection import cross_val_predict

    folds = min(3, int(min(wanted.sum(), (~wanted).sum())))
    if folds < 2:
        return 0.5
    return best_threshold(
        cross_val_predict(_yes_or_no(), matrix, wanted, cv=folds, method="predict_proba")[:, 1], wanted
    )


def best_threshold(chances: Numbers, wanted: npt.NDArray[np.bool_]) -> float:
    """Give the threshold with the best F1, between .1 and .9; of equal ones that nearest to a half."""

    def f1(threshold: float) -> float:
        said = chances >= threshold
        return round(float(2 * (said & wanted).sum() / max(1, said.sum() + wanted.sum())), 6)

    tried: list[float] = np.linspace(0.1, 0.9, 17).tolist()
    return max(tried, key=lambda threshold: (f1(threshold), -abs(threshold - 0.5)))


def _fitted(
    name: str,
    answers: Sequence[str],
    coefficients: Numbers,
    intercept: Numbers,
    *,
    exclusive: bool,
    thresholds: Sequence[float],
) -> Fitted:
    grams_part = coefficients[:, :N_BUCKETS]
    largest = float(np.abs(grams_part).max()) or 1.0
    weights = np.round(grams_part.T / largest * _LEVELS).astype(np.int8)
    dense = coefficients[:, N_BUCKETS:] * _DENSE_STRETCH
    head = Head(
        name=name,
        answers=tuple(answers),
        exclusive=exclusive,
        scale=round(largest / _LEVELS, 8),
        intercept=tuple(round(float(value), 6) for value in intercept),
        dense=tuple(tuple(round(float(value), 6) for value in row) for row in dense),
        thresholds=tuple(round(float(value), 4) for value in thresholds),
    )
    return Fitted(head, weights)
