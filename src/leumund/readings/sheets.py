"""A text made ready to be read: folded letters, sentences and clauses, each with its place in the text as given."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Clause", "Sheet", "clauses_of", "fold_codes", "fold_in_place", "is_word_code", "sheet_of", "sheets_of"]

Codes = npt.NDArray[np.uint32]

_TABLE_SIZE = 0x3000  # beyond it (CJK, emoji) nothing is folded
_KEPT = set("äöüß")
_ONE_FOR_ONE = {"’": "'", "‘": "'", "´": "'", "`": "'", "„": '"', "“": '"', "”": '"', "»": '"', "«": '"'}
_ONE_FOR_ONE |= {"–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "\0": " ", "…": "…"}


def _folded(character: str) -> str:
    if character in _ONE_FOR_ONE:
        return _ONE_FOR_ONE[character]
    if character.isspace():
        return " "
    lower = character.lower()
    if lower in _KEPT:
        return lower
    plain = unicodedata.normalize("NFKD", lower)
    first = plain[:1].lower()  # ℠ and the like come apart into capitals, ⁻ into a dash
    first = _ONE_FOR_ONE.get(first, first)
    return first if len(first) == 1 and first != " " else (lower if len(lower) == 1 else character)


@functools.cache
def _fold_table() -> tuple[Codes, npt.NDArray[np.bool_]]:
    characters = [chr(code) for code in range(_TABLE_SIZE)]
    folded = np.array([ord(_folded(character)) for character in characters], dtype=np.uint32)
    word = np.array([_folded(character).isalnum() for character in characters], dtype=np.bool_)
    return folded, word


def fold_codes(codes: Codes) -> Codes:
    """Fold code points one for one: small letters, no accents but ä ö ü ß, plain quotes, dashes and blanks."""
    table, _ = _fold_table()
    return np.where(codes < _TABLE_SIZE, table[np.minimum(codes, _TABLE_SIZE - 1)], codes).astype(np.uint32)


def is_word_code(codes: Codes) -> npt.NDArray[np.bool_]:
    """Say for each folded code point whether it is a letter or digit (of the alphabets below U+3000)."""
    _, word = _fold_table()
    return word[np.minimum(codes, _TABLE_SIZE - 1)] & (codes < _TABLE_SIZE)


def codes_of(text: str) -> Codes:
    """Give the code points of `text`; a lone surrogate counts as one."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def fold_in_place(text: str) -> str:
    """Give `text` folded, character for character: the result is as long as the text.

    >>> fold_in_place("Störung – „O₂“ geht nicht!")
    'störung - "o2" geht nicht!'
    """
    return fold_codes(codes_of(text)).tobytes().decode("utf-32-le", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a text that says one thing; [start, end) in the sheet's text."""

    start: int
    end: int
    sentence: int
    after_contrast: bool  # opened by 'aber', 'but' …: what follows weighs more


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text as the readers see it. `folded` is as long as `text`, and `text` is composed (NFC)."""

    text: str
    folded: str
    places: Sequence[int] | None  # place of each character in the text as given; None = the same

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give [start, end) as offsets in the text as given."""
        return (start, end) if self.places is None else (self.places[start], self.places[end])


def sheet_of(text: str) -> Sheet:
    """Make a text ready; letters written as base and accent (NFD) are put together, their places remembered."""
    return sheets_of([text])[0]


def sheets_of(texts: Sequence[str]) -> list[Sheet]:
    """Make several texts ready; folding them in one go saves half the time."""
    made = [(text, None) if _is_composed(text) else _composed(text) for text in texts]
    folded, sheets, at = fold_in_place("".join(text for text, _ in made)), [], 0
    for text, places in made:
        sheets.append(Sheet(text, folded[at : at + len(text)], places))
        at += len(text)
    return sheets


def _is_composed(text: str) -> bool:
    return text.isascii() or unicodedata.is_normalized("NFC", text)


def _composed(text: str) -> tuple[str, list[int]]:
    parts, places = [], []
    for match in re.finditer(r"(?s).[\u0300-\u036f]*", text):
        part = unicodedata.normalize("NFC", match.group())
        parts.append(part)
        places += [match.start()] * len(part)
    return "".join(parts), [*places, len(text)]


_CONTRAST = "aber|jedoch|allerdings|trotzdem|dennoch|hingegen|dafür|but|however|though|although|nevertheless"
_BREAK = re.compile(
    r"(?P<sentence>\n+|[.!?…]+(?=[\s\"')\]]|$)|[.!?](?=[A-ZÄÖÜ]))"
    r"|(?P<clause>[,;:()]+(?=\s|$)|\s-\s)"
    rf"|\b(?P<contrast>{_CONTRAST})\b"
)


def clauses_of(sheet: Sheet) -> list[Clause]:
    """Cut a text into clauses, numbered by sentence; every character belongs to one, an empty text has none."""
    clauses: list[Clause] = []
    start, sentence, contrast = 0, 0, False
    for match in _BREAK.finditer(sheet.text):
        kind = match.lastgroup
        cut = match.start() if kind == "contrast" else match.end()
        if cut > start:
            clauses.append(Clause(start, cut, sentence, contrast))
            contrast = False
        start = cut
        sentence += kind == "sentence"
        contrast = contrast or kind == "contrast"
    if start < len(sheet.text):
        clauses.append(Clause(start, len(sheet.text), sentence, contrast))
    return clauses
