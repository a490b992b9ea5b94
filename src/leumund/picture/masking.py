"""Masking: addresses and numbers in a quoted post are nobody's business and are never looked up."""

from __future__ import annotations

import re

__all__ = ["masked"]

MASK = "[…]"
_PRIVATE = re.compile(
    r"(?:https?://|www\.)\S+"  # links
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # mail addresses
    r"|(?<!\w)@\w[\w.-]+"  # names called upon
    r"|(?<![\w.,])\+?\d(?:[\s/()-]{0,3}\d){6,}(?![\w€])"  # telephone, customer and account numbers
)


def masked(text: str, start: int, end: int) -> tuple[str, int, int]:
    """Give the text with links, addresses, called names and long numbers masked, and where [start, end) lies in it.

    >>> masked("Mail an kai@web.example, Kundennummer 4711 0815 99: nie Antwort", 52, 63)
    ('Mail an […], Kundennummer […]: nie Antwort', 31, 42)
    """
    pieces: list[str] = []
    last, new_start, new_end = 0, start, end
    for match in _PRIVATE.finditer(text):
        shrunk = len(match[0]) - len(MASK)
        new_start -= _before(match, start, shrunk)
        new_end -= _before(match, end, shrunk)
        pieces += [text[last : match.start()], MASK]
        last = match.end()
    return "".join([*pieces, text[last:]]), new_start, new_end


def _before(match: re.Match[str], place: int, shrunk: int) -> int:
    """How far a place moves left by one mask; a place inside of what is masked goes to the mask's start."""
    if place >= match.end():
        return shrunk
    return max(place - match.start(), 0)
