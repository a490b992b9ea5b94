"""How much a text praises and blames: listed words, turned by negation, raised by 'very', doubted by 'would be'."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Sequence
from dataclasses import dataclass

from leumund.readings.cues import Cues, Hit, flattened, lexicon
from leumund.readings.grams import density_of
from leumund.readings.sheets import Clause

__all__ = ["Valence", "clause_valences", "features", "outermost"]

_STRENGTH = {"very_negative": -2.0, "negative": -1.0, "positive": 1.0, "very_positive": 2.0}
_NEGATED = -0.5  # "not good" blames less than "bad"
_BEFORE_CHARACTERS = 32
_AFTER_CHARACTERS = 14
_AFTER_CONTRAST = 1.5
_MODIFIED = {"strong": 1.5, "weak": 0.5, "wished": 0.25}


@dataclass(frozen=True, slots=True)
class Valence:
    """Praise and blame in a clause, in units of a plain word such as 'good' or 'bad'."""

    praise: float = 0.0
    blame: float = 0.0


@functools.cache
def _cues() -> Cues[str]:
    listed = lexicon("polarity")
    return Cues(flattened(listed["words"]) + flattened(listed["modifiers"]))


def outermost(hits: list[Hit[str]]) -> list[Hit[str]]:
    """Give the hits that stand in no other, from left to right: 'no problem' hides 'problem'."""
    kept: list[Hit[str]] = []
    for hit in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if not kept or hit[0] >= kept[-1][1]:
            kept.append(hit)
    return kept


def clause_valences(folded: str, clauses: Sequence[Clause]) -> list[Valence]:
    """Give the valence of each clause of a folded text."""
    by_clause: list[list[Hit[str]]] = [[] for _ in clauses]
    starts = [clause.start for clause in clauses]
    for hit in outermost(_cues().find(folded)):
        by_clause[bisect.bisect_right(starts, hit[0]) - 1].append(hit)
    return [_valence(hits, clause) if hits else _NONE for hits, clause in zip(by_clause, clauses, strict=True)]


_NONE = Valence()


def _valence(hits: list[Hit[str]], clause: Clause) -> Valence:
    praise = blame = 0.0
    for start, end, label in hits:
        strength = _STRENGTH.get(label)
        if strength is None:
            continue
        value = strength * _factor(start, end, hits)
        value *= _AFTER_CONTRAST if clause.after_contrast else 1.0
        if value > 0:
            praise += value
        else:
            blame -= value
    return Valence(praise, blame)


def _factor(start: int, end: int, hits: list[Hit[str]]) -> float:
    """What the words around make of a word: negators and modifiers shortly before it, a negator right after it."""
    factor, negated = 1.0, False
    for other_start, other_end, label in hits:
        before = 0 <= start - other_end <= _BEFORE_CHARACTERS
        if label == "negators":
            negated ^= before or 0 <= other_start - end <= _AFTER_CHARACTERS
        elif before and label in _MODIFIED:
            factor *= _MODIFIED[label]
    return factor * _NEGATED if negated else factor


def features(praise: float, blame: float, n_grams: int) -> tuple[float, float, float, float]:
    """Give the four numbers that the model looks at beside the n-grams; in long texts, how dense the words are."""
    density = density_of(n_grams)
    praise, blame = praise * density, blame * density
    total = praise + blame
    return praise / (praise + 2.0), blame / (blame + 2.0), (praise - blame) / (total + 1.0), float(total == 0.0)
