"""Names and words made comparable: case, umlauts, accents, width and spaces folded away."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["fold", "words"]

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ẞ": "SS"})
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Give the text in small letters without accents, umlauts written out, spaces single.

    >>> fold("  Müller-Lüdenscheidt\\u00a0GROẞ  Café ")
    'mueller-luedenscheidt gross cafe'
    """
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKC", text).translate(_GERMAN).casefold()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return " ".join(plain.split())


def words(text: str) -> list[str]:
    """Give the folded words of a text, in order; digits count, punctuation does not.

    >>> words("DSL 16.000 – läuft nicht!")
    ['dsl', '16', '000', 'laeuft', 'nicht']
    """
    return _WORD.findall(fold(text))
