"""What the market really thinks: the latent index per brand and week, and what shakes it.

An index is 100 x (share positive - share negative) of what customers write about a brand, -100..100.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt

from leumund.world.brands import BRANDS, VENUES

__all__ = [
    "CAMPAIGN",
    "END",
    "GAP",
    "OUTAGES",
    "SHOCKS",
    "START",
    "WEEKS",
    "Campaign",
    "Flow",
    "Gap",
    "Outage",
    "Shock",
    "flow",
    "voice_shares",
]

Floats = npt.NDArray[np.float64]

WEEKS = 90
START = datetime(2022, 10, 10, tzinfo=UTC)
END = START + timedelta(weeks=WEEKS)
HOURS = WEEKS * 7 * 24
OUTAGE_INDEX = -92.0
NAMED_IN_OUTAGE = 0.92


@dataclass(frozen=True)
class Campaign:
    """The own brand's campaign: from `week` on its index is `effect` points higher; at first there is more talk."""

    brand: str
    week: int
    effect: float
    talk_weeks: int
    talk_factor: float


@dataclass(frozen=True)
class Shock:
    """Something that moved every brand's index by `effect` points in the weeks `first`..`last`."""

    first: int
    last: int
    effect: float
    what: str


@dataclass(frozen=True)
class Outage:
    """Lines of `brands` were down from `day` on for about `hours`; `surge` times the usual talk came on top."""

    brands: tuple[str, ...]
    day: int
    hours: float
    surge: float


@dataclass(frozen=True)
class Gap:
    """`venue` was not collected for `days` days from `day` on."""

    venue: str
    day: int
    days: int


CAMPAIGN = Campaign("Brisanta", week=52, effect=10.0, talk_weeks=5, talk_factor=1.5)
SHOCKS = (
    Shock(30, 32, -12.0, "price increases at all providers"),
    Shock(70, 71, -8.0, "storm damage across the country"),
)
OUTAGES = (
    Outage(("Brisanta",), 96, 18, 5.0),
    Outage(("Fernkupfer", "Brisanta", "Zirbelcom"), 203, 30, 6.0),
    Outage(("Pirolnet",), 280, 12, 4.0),
    Outage(("Talvero",), 401, 20, 4.0),
    Outage(("Brisanta",), 470, 10, 3.0),
    Outage(("Acht7",), 545, 26, 3.0),
    Outage(("Fernkupfer",), 590, 8, 4.0),
)
GAP = Gap(VENUES[2].host, day=333, days=9)


@dataclass(frozen=True)
class Flow:
    """How much is written when, and what is thought.

    `mood` is brand x week, the index of ordinary talk; `index` the same with the outages' complaints in their expected
    weight. `cumulative` runs from 0 to 1 over the hours; `outage_share` is outage x hour, its part of what is written.
    """

    mood: Floats
    index: Floats
    cumulative: Floats
    outage_share: Floats
    open_share: Floats

    def seconds_at(self, quantiles: Floats) -> Floats:
        """Give the seconds after START at which these parts of all posts are written."""
        return np.asarray(np.interp(quantiles, self.cumulative, np.arange(HOURS + 1) * 3600.0))


@cache
def flow(seed: int) -> Flow:
    """Give the market's moods and volumes for `seed`."""
    rng = np.random.default_rng([seed, 1])
    mood = _moods(rng)
    usual = _usual_volume(rng)
    surges = usual.mean() * np.stack([_surge(outage) for outage in OUTAGES])
    total = usual + surges.sum(axis=0)
    collected = np.ones(HOURS)
    first = GAP.day * 24
    venue = next(v for v in VENUES if v.host == GAP.venue)
    collected[first : first + GAP.days * 24] -= venue.thread_share
    cumulative = np.concatenate([[0.0], np.cumsum(total * collected)])
    return Flow(
        mood=mood,
        index=_with_outages(mood, usual, surges),
        cumulative=cumulative / cumulative[-1],
        outage_share=surges / total,
        open_share=collected,
    )


def _moods(rng: np.random.Generator) -> Floats:
    weeks = np.arange(WEEKS)
    common = np.zeros(WEEKS)
    for shock in SHOCKS:
        common[shock.first : shock.last + 1] += shock.effect
    moods = []
    for brand in BRANDS:
        wave = 3.0 * np.sin(2 * np.pi * (weeks / rng.uniform(35, 70) + rng.uniform()))
        drift = np.convolve(rng.normal(0, 1.6, WEEKS + 4), np.ones(5) / np.sqrt(5), mode="valid")
        mood = brand.base_index + wave + drift + common
        if brand.name == CAMPAIGN.brand:
            mood += np.where(weeks >= CAMPAIGN.week, CAMPAIGN.effect, 0.0)
        moods.append(mood)
    return np.stack(moods)


def _usual_volume(rng: np.random.Generator) -> Floats:
    hour = np.arange(HOURS)
    of_day = 0.12 + np.exp(-(((hour % 24) - 19.0) ** 2) / 18) + 0.5 * np.exp(-(((hour % 24) - 11.0) ** 2) / 14)
    of_week = np.array([1.08, 1.04, 1.0, 1.0, 0.92, 0.9, 1.06])[(hour // 24) % 7]
    growth = 1 + 0.25 * hour / HOURS
    whim = np.repeat(rng.gamma(40, 1 / 40, WEEKS * 7), 24)
    return np.asarray(of_day * of_week * growth * whim)


def _surge(outage: Outage) -> Floats:
    since = np.arange(HOURS) - (outage.day * 24 + 9)
    return np.where(since >= 0, outage.surge * np.exp(-np.maximum(since, 0) / outage.hours), 0.0)


def voice_shares(weeks: npt.NDArray[np.int64]) -> Floats:
    """Give the brands' parts of ordinary talk: an array week x brand whose rows sum to 1."""
    shares = np.tile([brand.voice_share for brand in BRANDS], (len(weeks), 1))
    own = [brand.name for brand in BRANDS].index(CAMPAIGN.brand)
    talked = (weeks >= CAMPAIGN.week) & (weeks < CAMPAIGN.week + CAMPAIGN.talk_weeks)
    shares[talked, own] *= CAMPAIGN.talk_factor
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


ORDINARY_NAMING = 0.80  # of posts in ordinary threads, about how many name a brand; two in a comparison count twice


def _with_outages(mood: Floats, usual: Floats, surges: Floats) -> Floats:
    per_week = usual.reshape(WEEKS, -1).sum(axis=1)
    ordinary = voice_shares(np.arange(WEEKS)).T * per_week * ORDINARY_NAMING
    complaints = np.zeros_like(ordinary)
    names = [brand.name for brand in BRANDS]
    for outage, surge in zip(OUTAGES, surges, strict=True):
        weekly = surge.reshape(WEEKS, -1).sum(axis=1) * NAMED_IN_OUTAGE
        for name in outage.brands:
            complaints[names.index(name)] += weekly / len(outage.brands)
    return np.asarray((mood * ordinary + OUTAGE_INDEX * complaints) / (ordinary + complaints))
