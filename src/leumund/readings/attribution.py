"""Which clauses of a text speak of which brand and which aspect."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from leumund.readings.aspect import GENERAL
from leumund.readings.brand import Mention
from leumund.readings.cues import Hit
from leumund.readings.sheets import Clause

__all__ = ["Subject", "brands_of_clauses", "subjects"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A brand ('' = none named) and an aspect, with the numbers of the clauses that speak of them."""

    brand: str
    aspect: str
    clauses: tuple[int, ...]


def _by_clause(clauses: Sequence[Clause], places: Sequence[tuple[int, str]]) -> list[list[str]]:
    starts = [clause.start for clause in clauses]
    found: list[list[str]] = [[] for _ in clauses]
    for start, name in places:
        here = found[bisect.bisect_right(starts, start) - 1]
        if name not in here:
            here.append(name)
    return found


def brands_of_clauses(clauses: Sequence[Clause], mentions: Sequence[Mention]) -> list[tuple[str, ...]]:
    """Give the brands each clause speaks of.

    Those it names; else the last one named before it; before the first one, that which its sentence names, or the
    only one of the text. ('',) where there is none.
    """
    if not mentions:
        return [("",)] * len(clauses)
    named = _by_clause(clauses, [(mention.start, mention.brand) for mention in mentions])
    first_of_sentence: dict[int, tuple[str, ...]] = {}
    for clause, names in zip(clauses, named, strict=True):
        if names:
            first_of_sentence.setdefault(clause.sentence, tuple(names))
    only = len({mention.brand for mention in mentions}) == 1
    current: tuple[str, ...] = (mentions[0].brand,) if only else ("",)
    spoken_of, sentence = [], -1
    for clause, names in zip(clauses, named, strict=True):
        if clause.sentence != sentence:
            sentence = clause.sentence
            current = first_of_sentence.get(sentence, current[-1:])
        current = tuple(names) or current
        spoken_of.append(current)
    return spoken_of


def _aspects_of_clauses(clauses: Sequence[Clause], hits: Sequence[Hit[str]]) -> list[tuple[str, ...]]:
    """Give the aspects of each clause: its own, else those of the clause before it in the same sentence."""
    own = _by_clause(clauses, [(hit[0], hit[2]) for hit in hits])
    spoken_of: list[tuple[str, ...]] = []
    for number, names in enumerate(own):
        follows = number > 0 and clauses[number].sentence == clauses[number - 1].sentence
        carried = spoken_of[-1] if follows and not clauses[number].after_contrast else ()
        spoken_of.append(tuple(names) or carried)
    return spoken_of


def subjects(clauses: Sequence[Clause], mentions: Sequence[Mention], hits: Sequence[Hit[str]]) -> list[Subject]:
    """Give every brand × aspect of a text, in the order of their first clause.

    A brand of which no aspect is told gets the aspect 'general' on all its clauses.
    """
    brands = brands_of_clauses(clauses, mentions)
    aspects = _aspects_of_clauses(clauses, hits)
    found: dict[tuple[str, str], list[int]] = {}
    for number, (names, told) in enumerate(zip(brands, aspects, strict=True)):
        for brand in names:
            for aspect in told:
                found.setdefault((brand, aspect), []).append(number)
    told_of = {brand for brand, _ in found}
    for brand in dict.fromkeys(mention.brand for mention in mentions):
        if brand not in told_of:
            found[brand, GENERAL] = [number for number, names in enumerate(brands) if brand in names]
    return [Subject(brand, aspect, tuple(numbers)) for (brand, aspect), numbers in found.items()]
