"""A market with thirty labels a week, read by a machine whose bias differs by venue and drifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leumund.estimates import LabelledErrors, Mixtures, Places
from leumund.picture.borrowing import STEP

__all__ = ["WORLDS", "Drawn", "ReaderWorld"]

Array = NDArray[np.float64]
VENUES = (0.4, 0.3, 0.2, 0.1)
WEEKS_A_MONTH = 4.345
NEUTRAL = 0.3


@dataclass(frozen=True)
class Drawn:
    """One world: per target the machine's mean with its error, the truth, and what the pooling is given.

    Targets are all weeks of all brands and, as the last one, the own brand's last 13 weeks.
    """

    machine: Array
    machine_se: Array
    truth: Array
    own: NDArray[np.bool_]  # an own week
    labelled: LabelledErrors
    mixtures: Mixtures


@dataclass(frozen=True)
class ReaderWorld:
    """Index points: the own brand and its rivals over some weeks, and how their reader errs.

    The truth of a brand walks (AR(1) .9 a week) and may jump; venues differ by `venue_truth`; the machine follows
    truth by `slope`, with noise, is off by `venue_bias` (standard deviation between venues) and by `drift` more each
    month.
    """

    weeks: int = 78
    rivals: int = 5
    labels_a_week: int = 30
    posts_a_week: int = 60  # of a rival; the own brand has twice as many
    slope: float = 0.45
    noise: float = 35.0
    venue_truth: float = 8.0
    venue_bias: float = 6.0
    drift: float = 1.0
    walk: float = 3.0
    jump: float = 0.0  # of the own brand, two thirds through

    def draw(self, rng: np.random.Generator) -> Drawn:
        """Draw a world and the labels of all its weeks."""
        truth = self._truth(rng)
        sizes = rng.poisson(self.posts_a_week * np.where(np.arange(len(truth)) == 0, 2, 1)[:, None], truth.shape)
        brand, week = (np.repeat(numbers.ravel(), sizes.ravel()) for numbers in np.indices(truth.shape))
        venue = rng.choice(len(VENUES), brand.size, p=VENUES)
        expected = truth[brand, week] + (self.venue_truth * rng.normal(size=len(VENUES)))[venue]
        expected = np.clip(expected, -65, 65)
        positive = (expected / 100 + 1 - NEUTRAL) / 2
        chance = rng.random(brand.size)
        label = 100.0 * ((chance < positive).astype(float) - (chance > positive + NEUTRAL))
        bias = (self.venue_bias * rng.normal(size=len(VENUES)))[venue] + self.drift * week / WEEKS_A_MONTH
        machine = self.slope * label + bias - 8 + self.noise * rng.normal(size=brand.size)
        seen = self._labelled(brand, week, rng)
        covariance = np.cov(label[seen], machine[seen])
        machine = machine * covariance[0, 1] / covariance[1, 1]
        labelled = LabelledErrors(
            label[seen] - machine[seen],
            np.ones(seen.size),
            Places(brand[seen], venue[seen, None], week[seen]),
            step=STEP,
        )
        quarter = np.flatnonzero((brand == 0) & (week >= self.weeks - 13))
        posts = np.concatenate([np.arange(brand.size), quarter])
        target = np.where(np.arange(posts.size) < brand.size, brand[posts] * self.weeks + week[posts], truth.size)
        n = np.bincount(target)
        mean = np.bincount(target, machine[posts]) / n
        variance = (np.bincount(target, machine[posts] ** 2) / n - mean**2) / np.maximum(n - 1, 1)
        place, row = np.unique(
            np.column_stack([target, brand[posts], venue[posts], week[posts]]), axis=0, return_inverse=True
        )
        share = np.bincount(row.ravel()) / n[place[:, 0]]
        return Drawn(
            machine=mean,
            machine_se=np.sqrt(variance),
            truth=np.bincount(target, expected[posts]) / n,
            own=np.arange(n.size) < self.weeks,
            labelled=labelled,
            mixtures=Mixtures(place[:, 0], share, Places(place[:, 1], place[:, 2:3], place[:, 3])),
        )

    def _truth(self, rng: np.random.Generator) -> Array:
        level, walk = rng.normal(-15, 10, self.rivals + 1), np.zeros((self.rivals + 1, self.weeks))
        steps = self.walk * rng.normal(size=walk.shape)
        for week in range(1, self.weeks):
            walk[:, week] = 0.9 * walk[:, week - 1] + steps[:, week]
        walk[0, 2 * self.weeks // 3 :] += self.jump
        return level[:, None] + walk

    def _labelled(self, brand: Array, week: Array, rng: np.random.Generator) -> NDArray[np.int64]:
        """Half of the week's labels on the own brand, at random."""
        order = rng.permutation(brand.size)
        own = brand[order] == 0
        kept = []
        for mine in (own, ~own):
            rows = order[mine]
            rows = rows[np.argsort(week[rows], kind="stable")]
            _, first, n = np.unique(week[rows], return_index=True, return_counts=True)
            within = np.arange(rows.size) - np.repeat(first, n)
            kept.append(rows[within < self.labels_a_week // 2])
        return np.concatenate(kept)


WORLDS = {
    "biased by venue, drifting": ReaderWorld(),
    "as that, own brand jumps by 12": ReaderWorld(jump=12),
    "as that, nervous weeks": ReaderWorld(walk=6),
    "an even reader": ReaderWorld(venue_bias=0, drift=0),
    "ten labels a week": ReaderWorld(labels_a_week=10),
}
