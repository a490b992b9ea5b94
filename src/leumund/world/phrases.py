"""Phrase books: lines with choices, filled for thousands of posts at once.

A line is text with `[a|b]` for one of several words, `{slot}` for a word of the book's slots, and `{b}`, `{c}`, `{C}`
for what the caller puts in. A line becomes a row of pieces; filling adds arrays of strings, so the cost per post is
that of a few additions.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Book", "Strings", "book", "fill", "load"]

Strings: TypeAlias = npt.NDArray[np.object_]
Piece: TypeAlias = "str | Strings | tuple[str]"
Template: TypeAlias = tuple[Piece, ...]

CALLERS_SLOTS = ("b", "c", "C")
SPREAD = 60  # words kept per choice when a choice holds a slot with many words
_PARTS = re.compile(r"\[([^\[\]]*)\]|\{(\w+)\}")
_SLOT = re.compile(r"\{(\w+)\}")


class Book:
    """All lines of one language: `talk[name]` and `aspects[aspect, polarity]`, each a list of templates."""

    def __init__(self, talk: Mapping[str, str], aspects: Mapping[str, Mapping[str, str]], slots: Mapping[str, str]):
        self._slots = {name: words.split("|") for name, words in slots.items()}
        self.talk = {name: self._templates(lines) for name, lines in talk.items()}
        self.aspects = {
            (aspect, polarity): self._templates(lines)
            for aspect, by_polarity in aspects.items()
            for polarity, lines in by_polarity.items()
        }

    def _templates(self, lines: str) -> list[Template]:
        return [self._template(line) for line in lines.split("\n") if line.strip()]

    def _template(self, line: str) -> Template:
        pieces: list[Piece] = []
        end = 0
        for part in _PARTS.finditer(line):
            if part.start() > end:
                pieces.append(line[end : part.start()])
            end = part.end()
            choice, slot = part.groups()
            if slot in CALLERS_SLOTS:
                pieces.append((slot,))
            elif "{b}" in (choice or ""):
                raise ValueError(f"a caller's slot inside a choice: {line}")
            else:
                pieces.append(self._words(choice.split("|") if slot is None else ["{" + slot + "}"]))
        if line[end:]:
            pieces.append(line[end:])
        return tuple(pieces)

    def _words(self, choices: Sequence[str]) -> Strings:
        """Give words to draw evenly from: each choice has the same weight, however many words its slots have."""
        expanded = [self._expand(choice) for choice in choices]
        if all(len(words) == 1 for words in expanded):
            flat = [words[0] for words in expanded]
        elif len(expanded) == 1:
            flat = expanded[0]
        else:
            flat = [word for words in expanded for word in itertools.islice(itertools.cycle(words), SPREAD)]
        return np.array(flat, dtype=object)

    def _expand(self, text: str) -> list[str]:
        slot = _SLOT.search(text)
        if slot is None:
            return [text]
        words = [word for value in self._slots[slot[1]] for word in self._expand(value)]
        # A stride through the products keeps all slots mixed where the whole product would be too long.
        rests = self._expand(text[slot.end() :])
        head = text[: slot.start()]
        if len(rests) == 1:
            return [f"{head}{word}{rests[0]}" for word in words]
        return [f"{head}{word}{rests[(i * 7 + 3) % len(rests)]}" for i, word in enumerate(words)]


def fill(rng: np.random.Generator, templates: Sequence[Template], n: int, given: Mapping[str, Strings]) -> Strings:
    """Give `n` filled lines, each from a template drawn evenly; `given` holds n words per caller's slot."""
    out: Strings = np.empty(n, dtype=object)
    which = rng.integers(len(templates), size=n)
    order = np.argsort(which, kind="stable")
    bounds = np.searchsorted(which[order], np.arange(len(templates) + 1))
    for template, start, stop in zip(templates, bounds[:-1], bounds[1:], strict=True):
        if stop > start:
            rows = order[start:stop]
            out[rows] = _add(rng, template, rows, given)
    return out


def _add(
    rng: np.random.Generator, template: Template, rows: npt.NDArray[np.int64], given: Mapping[str, Strings]
) -> Any:
    line: Any = ""
    for piece in template:
        if isinstance(piece, str):
            line = line + piece
        elif isinstance(piece, tuple):
            line = line + given[piece[0]][rows]
        else:
            line = line + piece[rng.integers(len(piece), size=len(rows))]
    return line


@cache
def book(language: str) -> Book:
    """Give the phrase book of `de` or `en`."""
    if language == "de":
        return Book(load("de_talk.toml"), load("de_aspects.toml"), load("de_slots.toml"))
    whole = load("en.toml")
    slots = whole.pop("slots")
    aspects = {name: part for name, part in whole.items() if isinstance(part, dict)}
    talk = {name: part for name, part in whole.items() if isinstance(part, str)}
    return Book(talk, aspects, slots)


def load(name: str) -> dict[str, Any]:
    """Give the content of a file of `books/`."""
    return tomllib.loads(resources.files("leumund.world").joinpath("books", name).read_text(encoding="utf-8"))
