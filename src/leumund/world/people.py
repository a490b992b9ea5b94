"""Names, signatures and accounts of those who write; the same number in a venue is always the same person."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from leumund.world.brands import BRANDS
from leumund.world.phrases import load

__all__ = ["author_name", "has_signature"]

_PARTS = {part: words.split() for part, words in load("names.toml").items()}
_FRONT, _BACK = _PARTS["front"], _PARTS["back"]
_FORMS = ("{0}{1}", "{0}_{1}", "{1}.{0}", "{0}-{1}", "{1}_{0}", "{0}{1}{2}", "{1}{2}", "der_{0}{1}")


@lru_cache(maxsize=200_000)
def author_name(venue: int, author: int) -> str:
    """Give the name shown for an author; below zero stand the providers' own accounts.

    >>> author_name(0, -1)
    'Brisanta-Team'
    """
    if author < 0:
        return f"{BRANDS[-1 - author].name}-Team"
    mixed = author * 1_000_003 + venue * 7_919
    front, back = _FRONT[mixed % len(_FRONT)], _BACK[mixed // len(_FRONT) % len(_BACK)]
    form = _FORMS[mixed // 1_600 % len(_FORMS)]
    # The number keeps two people apart whose words are the same.
    turn = author // 40
    name = form.format(front, back, 60 + author % 40)
    return name if turn == 0 else f"{name}_{turn}"


def has_signature(venue: npt.NDArray[np.int64], author: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Say for each post whether its writer signs: about every fourth person does."""
    return np.asarray((author >= 0) & ((author * 13 + venue) % 4 == 0))
