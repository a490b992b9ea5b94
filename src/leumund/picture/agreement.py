"""Agreement: how far people who judged the same posts say the same, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leumund.errors import CannotEstimate
from leumund.estimates import alpha
from leumund.picture.masking import masked

__all__ = ["Agreement", "Differing", "agreement_of", "where_they_differ"]

SCALE = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}
FEWEST_POSTS = 5  # judged twice; fewer resampled posts are mostly the same ones
RESAMPLED = 1_000
LEVELS = (0.667, 0.8)  # "tentative conclusions" and "reliable" (Krippendorff 2004, p. 241)
MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Agreement:
    """Krippendorff's α over posts that two people judged, its interval, and how many posts; α empty when undefined."""

    n_posts: int
    n_labellers: int
    n_same: int
    alpha: float | None
    low: float | None
    high: float | None

    @property
    def grade(self) -> str:
        """Give none (nobody judged twice), undefined, low, fair or good; by the lower end, as it should be proven."""
        if not self.n_posts:
            return "none"
        if self.alpha is None or self.low is None:
            return "undefined"
        return ("low", "fair", "good")[sum(self.low >= level for level in LEVELS)]


@dataclass(frozen=True, slots=True)
class Differing:
    """A post of which people say different things, with its first words, masked."""

    post_id: str
    brand: str
    verdicts: tuple[tuple[str, str], ...]  # (labeller, verdict)
    excerpt: str


def _double(labels: pa.Table) -> dict[tuple[str, str, str], dict[str, str]]:
    """Verdicts on posts that two or more people judged blind, by post, brand and the guideline that all had."""
    rows = labels.filter((pc.field("field") == "polarity") & (pc.field("aspect") == "") & pc.field("blind"))
    said: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in rows.select(["post_id", "brand", "guideline", "labeller", "value"]).to_pylist():
        said.setdefault((row["post_id"], row["brand"], row["guideline"]), {})[row["labeller"]] = row["value"]
    return {pair: verdicts for pair, verdicts in sorted(said.items()) if len(verdicts) > 1}


def agreement_of(labels: pa.Table, *, level: float = 0.95) -> Agreement:
    """Give α (ordinal: negative, neutral, positive) with its interval from the table `labels`.

    “Not this brand” is no point on that scale and drops out of α, though not out of the posts judged alike. The
    interval is the percentile bootstrap over posts (Hayes, Krippendorff 2007); the same labels give the same interval.
    """
    double = _double(labels)
    people = sorted({labeller for verdicts in double.values() for labeller in verdicts})
    table = np.full((max(len(people), 2), len(double)), np.nan)
    for unit, verdicts in enumerate(double.values()):
        for labeller, value in verdicts.items():
            table[people.index(labeller), unit] = SCALE.get(value, np.nan)
    same = sum(len(set(verdicts.values())) == 1 for verdicts in double.values())
    return Agreement(len(double), len(people), same, *_alpha_with_interval(table, level))


def _alpha_with_interval(table: NDArray[np.float64], level: float) -> tuple[float | None, float | None, float | None]:
    value = _alpha(table)
    n = table.shape[1]
    if value is None or n < FEWEST_POSTS:
        return None, None, None
    rng = np.random.default_rng(1)
    drawn = [found for _ in range(RESAMPLED) if (found := _alpha(table[:, rng.integers(0, n, n)])) is not None]
    if len(drawn) < RESAMPLED / 2:
        return value, None, None
    low, high = np.percentile(drawn, [50 * (1 - level), 50 * (1 + level)])
    return value, float(low), float(high)


def _alpha(table: NDArray[np.float64]) -> float | None:
    try:
        return alpha(table, "ordinal")
    except CannotEstimate:
        return None


def where_they_differ(labels: pa.Table, posts: pa.Table) -> list[Differing]:
    """Give the posts that people judged differently, sharpest first; `posts` has post_id and text."""
    apart = [(pair, verdicts) for pair, verdicts in _double(labels).items() if len(set(verdicts.values())) > 1]
    ids = pa.array(sorted({post_id for (post_id, *_), _ in apart}), pa.string())
    kept = posts.filter(pc.is_in(posts["post_id"], value_set=ids)).select(["post_id", "text"])
    words = dict(zip(kept["post_id"].to_pylist(), kept["text"].to_pylist(), strict=True))

    def distance(verdicts: dict[str, str]) -> float:
        places = [SCALE.get(value, 1.5) for value in verdicts.values()]
        return max(places) - min(places)

    apart.sort(key=lambda one: (-distance(one[1]), one[0]))
    return [
        Differing(post_id, brand, tuple(sorted(verdicts.items())), _excerpt(words.get(post_id, "")))
        for (post_id, brand, _), verdicts in apart
    ]


def _excerpt(text: str) -> str:
    plain = " ".join(masked(text, 0, 0)[0].split())
    return plain if len(plain) <= MOST_LETTERS else plain[: MOST_LETTERS - 1].rstrip() + "…"
