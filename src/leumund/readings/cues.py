"""Words and turns of phrase that tell something, found in one pass over a folded text.

A cue is written as people write it. `*` leaves an end open ("störung*", "*techniker"), ` … ` stands for any words of
the same sentence ("wenn … kündig*"). Umlauts are found as ä and as ae, ß as ss.
"""

from __future__ import annotations

import functools
import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Generic, TypeVar

import ahocorasick

from leumund.readings.sheets import fold_in_place

__all__ = ["Cues", "Hit", "flattened", "lexicon", "lexicon_digest", "spellings"]

T = TypeVar("T")
Hit = tuple[int, int, T]
_GAP = " … "
_SENTENCE_ENDS = ".!?…"
_WIDEST_GAP_CHARACTERS = 120
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def lexicon(name: str) -> dict[str, Any]:
    """Give the word list `name` of the package."""
    return tomllib.loads((resources.files("leumund.readings") / "lexicon" / f"{name}.toml").read_text("utf-8"))


@functools.cache
def lexicon_digest() -> str:
    """Give a digest of all word lists, so that a reading tells with which words it was made."""
    digest = hashlib.blake2b(digest_size=3)
    for file in sorted((resources.files("leumund.readings") / "lexicon").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def spellings(term: str) -> set[str]:
    """Give the folded spellings of a term: as it is, umlauts written out, ß as ss."""
    folded = fold_in_place(term)
    return {folded, folded.translate(_WRITTEN_OUT), folded.replace("ß", "ss")}


@dataclass(frozen=True, slots=True)
class _Part:
    cue: int  # number of the cue it belongs to
    number: int  # which part of the cue, from 0
    last: bool


_Entry = tuple[bool, bool, Any, _Part | None]  # open to the left, to the right, label, part (None: the whole cue)


class Cues(Generic[T]):
    """A set of cues, each with a label; `find` gives where they stand."""

    def __init__(self, cues: Iterable[tuple[str, T]]) -> None:
        found: dict[str, list[_Entry]] = {}
        spelled = ((spelling, label) for term, label in cues for spelling in sorted(spellings(term)))
        for number, (spelling, label) in enumerate(spelled):
            parts = spelling.split(_GAP)
            for i, part in enumerate(parts):
                place = _Part(number, i, i == len(parts) - 1) if len(parts) > 1 else None
                entry = (part.startswith("*"), part.endswith("*"), label, place)
                found.setdefault(part.strip("*"), []).append(entry)
        self._automaton = ahocorasick.Automaton()
        for core, entries in found.items():
            self._automaton.add_word(core, (len(core), core[0].isalnum(), core[-1].isalnum(), tuple(entries)))
        if found:
            self._automaton.make_automaton()
        self._empty = not found

    def find(self, folded: str) -> list[Hit[T]]:
        """Give (start, end, label) of every cue in a folded text, in the order of their ends."""
        if self._empty:
            return []
        hits: list[Hit[T]] = []
        opened: dict[tuple[int, int], int] = {}
        padded = (
            f"{folded} "  # so that there is a character after the last one; before the first one it is this blank too
        )
        for last, (size, starts_word, ends_word, entries) in self._automaton.iter(folded):
            end = last + 1
            start = end - size
            left = not (starts_word and padded[start - 1].isalnum())
            right = not (ends_word and padded[end].isalnum())
            for open_left, open_right, label, part in entries:
                if (left or open_left) and (right or open_right):
                    begin = start if part is None else self._begin(part, start, folded, opened)
                    if begin is not None and (part is None or part.last):
                        hits.append((begin, end, label))
        return hits

    @staticmethod
    def _begin(part: _Part, start: int, folded: str, opened: dict[tuple[int, int], int]) -> int | None:
        """Where the whole cue begins, or None when an earlier part is not in the sentence. Remembers open cues."""
        begin = start
        if part.number:
            earlier = opened.get((part.cue, part.number - 1))
            if earlier is None or start - earlier > _WIDEST_GAP_CHARACTERS:
                return None
            if any(folded.find(mark, earlier, start) >= 0 for mark in _SENTENCE_ENDS):
                return None
            begin = earlier
        if not part.last:
            opened[part.cue, part.number] = begin
        return begin


def flattened(tree: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """Give (term, name) for every term of every name of a word list."""
    return [(term, name) for name, terms in tree.items() for term in terms]
