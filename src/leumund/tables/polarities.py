"""How many of the posts on an aspect blame, stay neutral, or praise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from leumund.tables.declaration import KEY, PERSONAL, P, Unit, declare

__all__ = ["JudgedPolarity", "Polarity", "PolarityCell", "Tone"]

SIDES = Unit("own, rivals")


@declare("tones")
@dataclass(frozen=True, slots=True)
class Tone:
    """What one author says in one thread of an aspect of the own brand, or of its rivals together."""

    side: Annotated[str, KEY, SIDES, "the own brand, or its rivals together"]
    aspect: Annotated[str, KEY, "aspect, '' = all"]
    author: Annotated[str, KEY, PERSONAL, "author_key; the post's own id where there is no author"]
    thread: Annotated[str, KEY, "thread_id"]
    n_posts: Annotated[int, "opinions"]
    negative: Annotated[int, P, "sum of p_negative"]
    neutral: Annotated[int, P, "sum of p_neutral"]
    positive: Annotated[int, P, "sum of p_positive"]


@declare("polarity_cells")
@dataclass(frozen=True, slots=True)
class PolarityCell:
    """Sums from which one share of polarity and its error follow; whole numbers, so exact on every engine."""

    side: Annotated[str, KEY, SIDES, "the own brand, or its rivals together"]
    aspect: Annotated[str, KEY, "aspect, '' = all"]
    polarity: Annotated[str, KEY, Unit("negative, neutral, positive"), "which share"]
    clustered: Annotated[str, KEY, Unit("author, thread, both"), "what belongs together in these sums"]
    n_posts: Annotated[int, "opinions"]
    n_clusters: Annotated[int, "groups that belong together"]
    sum_p: Annotated[int, P, "sum of the probabilities"]
    sum_pp: Annotated[Decimal, "sum over groups of p²"]
    sum_pn: Annotated[Decimal, "sum over groups of p·n"]
    sum_nn: Annotated[Decimal, "sum over groups of n²"]


@declare("judged_polarities")
@dataclass(frozen=True, slots=True)
class JudgedPolarity:
    """What people say of a post that a plan drew, beside the machine, polarity by polarity and aspect by aspect.

    The verdict on the whole post stands in for the aspects that it speaks of; not relevant counts as neutral.
    """

    post_id: Annotated[str, KEY, "the post"]
    brand: Annotated[str, KEY, "brand"]
    aspect: Annotated[str, KEY, "aspect, '' = the post as a whole"]
    venue: Annotated[str, "the forum"]
    day: Annotated[date, Unit("UTC"), "day it was posted"]
    guideline: Annotated[str, "version of the guideline under which the post was judged, '' = unknown"]
    negative: Annotated[int, P, "p_negative"]
    neutral: Annotated[int, P, "p_neutral"]
    positive: Annotated[int, P, "p_positive"]
    label_negative: Annotated[int, P, "share of labellers who say negative"]
    label_positive: Annotated[int, P, "share of labellers who say positive"]
    weight: Annotated[float, Unit("opinions"), "for how many opinions of the brand it stands"]


@declare("polarities")
@dataclass(frozen=True, slots=True)
class Polarity:
    """One share of polarity with its error; the three of an aspect add up to 1."""

    figure_id: Annotated[str, KEY, "blake2b-128, hex, of the figure's coordinates"]
    brand: Annotated[str, "the own brand, '' = its rivals together"]
    aspect: Annotated[str, "aspect, '' = all"]
    polarity: Annotated[str, Unit("negative, neutral, positive"), "which share"]
    first: Annotated[date, "first day"]
    last: Annotated[date, "last day"]
    value: Annotated[float | None, Unit("0..1"), "share; empty when nothing can be said"]
    low: Annotated[float | None, "lower end of the interval"]
    high: Annotated[float | None, "upper end of the interval"]
    level: Annotated[float, "confidence level of the interval"]
    machine_value: Annotated[float | None, "what counting the machine's verdicts gives"]
    support: Annotated[
        str, Unit("measured, borrowed, unproven"), "where the correction of the reader's mistakes comes from"
    ]
    gap_share: Annotated[float, Unit("0..1"), "share of its posts that a gap in collection took, as usual days have it"]
    n_posts: Annotated[int, "opinions"]
    n_authors: Annotated[int, "authors"]
    n_threads: Annotated[int, "threads"]
    n_labels: Annotated[int, "labels that the correction rests on"]
