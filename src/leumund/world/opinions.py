"""What a post says: kind, brand, aspects and polarities, drawn from the latent mood.

The polarity comes first; then a neutral one becomes a question, a piece of news or a mixed verdict. So the expected
share of positive less negative posts is the mood itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from leumund.world.brands import ASPECTS, BRANDS
from leumund.world.mood import OUTAGE_INDEX, voice_shares

__all__ = [
    "ABOUT_BRAND",
    "ABOUT_CHAT",
    "ABOUT_CHOICE",
    "ABOUT_OUTAGE",
    "CHAT",
    "COMPANY",
    "DEAL",
    "GIFT",
    "KINDS",
    "NEWS",
    "OPINION",
    "OUTAGE",
    "QUESTION",
    "SALE",
    "draw",
    "opinions",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

KINDS = ("opinion", "question", "news", "deal", "sale", "company", "gift", "outage", "chat")
OPINION, QUESTION, NEWS, DEAL, SALE, COMPANY, GIFT, OUTAGE, CHAT = range(9)
ABOUT_BRAND, ABOUT_CHOICE, ABOUT_CHAT, ABOUT_OUTAGE = range(4)

NEUTRAL_SHARE = 0.34
ASPECT_WEIGHTS = np.array([0.15, 0.14, 0.15, 0.09, 0.17, 0.09, 0.08, 0.06, 0.04, 0.03])
ASPECT_LEANING = np.array([0.10, 0.18, -0.16, -0.08, -0.08, -0.12, 0.20, -0.10, 0.10, -0.05])
LINE, ACTIVATION, TECHNICIAN = (ASPECTS.index(name) for name in ("line", "activation", "technician"))
OWNER = next(number for number, brand in enumerate(BRANDS) if brand.network_owner)


def draw(rng: np.random.Generator, weights: Floats) -> Ints:
    """Give per row the number of a column, drawn with the row's weights."""
    edges = np.cumsum(weights, axis=1)
    return np.asarray((edges < rng.random((len(weights), 1)) * edges[:, -1:]).sum(axis=1), dtype=np.int64)


def opinions(
    rng: np.random.Generator,
    mood: Floats,
    *,
    week: Ints,
    theme: Ints,
    thread_brand: Ints,
    position: Ints,
    leaning: Floats,
) -> dict[str, Any]:
    """Give the columns kind, brand, polarity, aspect … of a plan; `mood` is brand x week, `leaning` per post."""
    kind = _voices(rng, theme)
    strays = (rng.random(len(week)) < np.where(theme == ABOUT_BRAND, 0.2, 1.0)) & (theme != ABOUT_OUTAGE)
    brand = np.where(strays, draw(rng, voice_shares(week)), thread_brand)
    aspect = rng.choice(len(ASPECTS), size=len(week), p=ASPECT_WEIGHTS)
    polarity = np.select(
        [kind == OUTAGE, (kind == COMPANY) | (kind == CHAT), kind == GIFT],
        [-(rng.random(len(week)) < -OUTAGE_INDEX / 100).astype(np.int64), 0, 1],
        _polarity(rng, mood[brand, week], aspect, leaning),
    )
    kind = _neutral_kinds(rng, kind, polarity, position)
    brand = np.where(kind == CHAT, -1, brand)
    columns = _details(rng, kind=kind, brand=brand, aspect=aspect, polarity=polarity, position=position)
    return columns | _other(rng, columns, mood, week=week, theme=theme, leaning=leaning)


def _voices(rng: np.random.Generator, theme: Ints) -> Ints:
    lot = rng.random(len(theme))
    kind = np.select([lot < 0.12, lot < 0.15, lot < 0.165], [CHAT, COMPANY, GIFT], OPINION)
    kind = np.where(theme == ABOUT_CHAT, np.where(lot < 0.97, CHAT, OPINION), kind)
    return np.asarray(np.where(theme == ABOUT_OUTAGE, np.where(lot < 0.08, CHAT, OUTAGE), kind), dtype=np.int64)


def _polarity(rng: np.random.Generator, index: Floats, aspect: Ints, leaning: Floats) -> Ints:
    """Draw -1, 0, 1 so that the expected index is `index`; leanings and aspects cancel out."""
    centred = ASPECT_LEANING - ASPECT_LEANING @ ASPECT_WEIGHTS
    tilt = np.clip(index / 100 / (1 - NEUTRAL_SHARE) + leaning + centred[aspect], -1, 1)
    sign = np.where(rng.random(len(aspect)) < (1 + tilt) / 2, 1, -1)
    return np.where(rng.random(len(aspect)) < NEUTRAL_SHARE, 0, sign)


def _neutral_kinds(rng: np.random.Generator, kind: Ints, polarity: Ints, position: Ints) -> Ints:
    lot = rng.random(len(kind))
    asks = np.where(position == 1, 0.70, 0.36)
    rest = (lot - asks) / (1 - asks)
    realised = np.select([lot < asks, rest < 0.14, rest < 0.20, rest < 0.23], [QUESTION, NEWS, DEAL, SALE], OPINION)
    return np.where((kind == OPINION) & (polarity == 0), realised, kind)


def _details(
    rng: np.random.Generator, *, kind: Ints, brand: Ints, aspect: Ints, polarity: Ints, position: Ints
) -> dict[str, Any]:
    """Spread a verdict over aspects: the main one agrees with it, a second one may not; a mixed one has both."""
    n = len(kind)
    has_aspect = (kind == OPINION) | (kind == GIFT)
    mixed = (kind == OPINION) & (polarity == 0) & (rng.random(n) < 0.6)
    main = np.where(mixed, np.where(rng.random(n) < 0.5, 1, -1), polarity)
    second = (aspect + rng.integers(1, len(ASPECTS), n)) % len(ASPECTS)
    same = rng.random(n) < 0.72
    has_second = mixed | ((kind == OPINION) & (polarity != 0) & (rng.random(n) < 0.42))
    aspect = np.select([has_aspect, kind == OUTAGE], [aspect, LINE], -1)
    return {
        "kind": kind,
        "brand": brand,
        "polarity": polarity,
        "aspect": aspect,
        "aspect_polarity": np.where(aspect >= 0, main, 0),
        "second_aspect": np.where(has_second, second, -1),
        "second_aspect_polarity": np.where(has_second, np.where(same & ~mixed, main, -main), 0),
        "named": (brand >= 0) & ((kind != OPINION) | (position == 1) | (rng.random(n) < 0.88)),
    }


def _other(
    rng: np.random.Generator, columns: dict[str, Any], mood: Floats, *, week: Ints, theme: Ints, leaning: Floats
) -> dict[str, Any]:
    """Set a second brand beside the first; with moves and technicians it is often the network's owner."""
    n = len(week)
    comparing = rng.random(n) < np.where(theme == ABOUT_CHOICE, 0.3, 0.07)
    moves = (columns["aspect"] == ACTIVATION) | (columns["aspect"] == TECHNICIAN)
    owner = moves & ~comparing & (rng.random(n) < 0.3)
    brand = np.where(owner, OWNER, draw(rng, voice_shares(week)))
    aspect = np.where(owner, TECHNICIAN, rng.choice(len(ASPECTS), size=n, p=ASPECT_WEIGHTS))
    there = (columns["kind"] == OPINION) & (comparing | owner) & (brand != columns["brand"]) & columns["named"]
    polarity = _polarity(rng, mood[brand, week], aspect, leaning)
    return {
        "other_brand": np.where(there, brand, -1),
        "other_aspect": np.where(there, aspect, -1),
        "other_polarity": np.where(there, polarity, 0),
    }
