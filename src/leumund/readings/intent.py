"""What a writer wants, who he is, what kind of post it is, and whether he was given something for it.

Rules over turns of phrase: each that is found adds to a log odds. The weights are set by hand, not fitted; they say
which way the words point, and how far. How far they are right is measured with labels of the project.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from leumund.readings.cues import Cues, lexicon
from leumund.readings.model import logistic

__all__ = ["INTENTS", "KINDS", "VOICES", "Intents", "intents_of"]

INTENTS = (
    "complaint",
    "cancel_threat",
    "switch",
    "question",
    "praise",
    "advise_for",
    "advise_against",
    "legal_threat",
)
KINDS = ("opinion", "question", "news", "deal", "sale", "company")
VOICES = ("customer", "company", "dealer", "press", "unclear")

_BIAS = -3.0
_WEIGHTS = {"strong": 3.5, "weak": 1.0, "against": -3.5}
_MOST_COUNTED = {"strong": 2, "weak": 3, "against": 1}
_POLARITY_WEIGHT = 4.0  # blame that is sure makes a complaint, where no other cue speaks against it
_KIND_BASE = {"opinion": 1.5, "question": -1.0, "news": -1.0, "deal": -1.5, "sale": -1.5, "company": -1.5}
_VOICE_BASE = {"customer": 0.0, "company": -1.0, "dealer": -1.0, "press": -1.0, "unclear": 1.5}
_SIGNED = 8.0  # more than an employee's "bei mir" and "ich" together, less than two clear words of a customer
_LONG_CHARACTERS = 400  # a question mark in a long post is often only an aside


@dataclass(frozen=True, slots=True)
class Intents:
    """What a post is for: probabilities of the intents, the kind of post, the voice, a disclosed gift."""

    intents: Mapping[str, float]
    post_kind: str
    voice: str
    incentive: bool


@functools.cache
def _cues() -> Cues[tuple[str, str]]:
    listed = lexicon("intents")
    groups: dict[str, Any] = {"incentive": listed["incentive"]}
    groups |= {name: group for part in ("intents", "voice", "kind") for name, group in _named(part, listed[part])}
    return Cues(
        (cue, (name, weight)) for name, group in groups.items() for weight, cues in group.items() for cue in cues
    )


def _named(part: str, groups: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    return ((f"{part}.{name}", group) for name, group in groups.items())


def intents_of(folded: str, p_negative: float, p_positive: float, *, signed_by_company: bool = False) -> Intents:
    """Read a folded text; the probabilities of blame and praise come from the polarity model."""
    scores = _scores(folded)
    lean = _POLARITY_WEIGHT * (p_negative - p_positive)
    odds = {name: _BIAS + scores.get(f"intents.{name}", 0.0) for name in INTENTS}
    if "intents.question" in scores and len(folded) > _LONG_CHARACTERS:
        odds["question"] -= 1.5
    odds["complaint"] += lean
    odds["advise_against"] += 0.25 * lean
    odds["praise"] -= lean
    odds["advise_for"] -= 0.25 * lean
    intents = {name: logistic(value) for name, value in odds.items()}
    kind = {name: base + scores.get(f"kind.{name}", 0.0) for name, base in _KIND_BASE.items()}
    kind["question"] += 3.0 * intents["question"]
    voice = {name: base + scores.get(f"voice.{name}", 0.0) for name, base in _VOICE_BASE.items()}
    if signed_by_company:
        voice["company"] += _SIGNED
        kind["company"] += _SIGNED if _likeliest(voice) == "company" else 0.0
    incentive = logistic(_BIAS + scores.get("incentive", 0.0)) >= 0.5
    return Intents(intents, _likeliest(kind), _likeliest(voice), incentive)


def _scores(folded: str) -> dict[str, float]:
    """Give the sum of weights of each list, every cue of a place counted once and the sum bounded."""
    found: dict[tuple[str, str], int] = {}
    until: dict[tuple[str, str], int] = {}
    for start, end, label in _cues().find(folded):
        if start >= until.get(label, 0):
            found[label] = found.get(label, 0) + 1
            until[label] = end
    scores: dict[str, float] = {}
    for (name, weight), times in found.items():
        scores[name] = scores.get(name, 0.0) + _WEIGHTS[weight] * min(times, _MOST_COUNTED[weight])
    return scores


def _likeliest(scores: Mapping[str, float]) -> str:
    return max(scores, key=lambda name: scores[name])
