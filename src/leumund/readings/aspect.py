"""What a text talks about: the aspects of a DSL provider, and the words that show them."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from leumund.readings.cues import Cues, lexicon

__all__ = ["GENERAL", "Aspect", "aspect_cues", "aspects"]

GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that people judge, with its name in German and English."""

    name: str
    de: str
    en: str


@functools.cache
def aspects() -> tuple[Aspect, ...]:
    """Give the aspects of the DSL market, in the order in which they are shown; the last is 'general'."""
    known = [Aspect(row["name"], row["de"], row["en"]) for row in lexicon("aspects")["aspects"]]
    return (*known, Aspect(GENERAL, "Allgemein", "general"))


@functools.cache
def aspect_cues() -> Cues[str]:
    """Give the cues that tell the aspects; a cue's label is the aspect's name."""
    return Cues((cue, row["name"]) for row in lexicon("aspects")["aspects"] for cue in row["cues"])
