"""What is counted and estimated, and the posts behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from leumund.tables.declaration import KEY, PERSONAL, P, Unit, declare

__all__ = [
    "Apart",
    "Cell",
    "Estimate",
    "Evidence",
    "Judged",
    "JudgedAspect",
    "Makeup",
    "Opinion",
    "Origin",
    "Tally",
    "Telling",
    "VenueDay",
    "Verdict",
]


@declare("opinions")
@dataclass(frozen=True, slots=True)
class Opinion:
    """One countable opinion: an original post of a customer, dated, about one brand and aspect."""

    post_id: Annotated[str, KEY, "the post"]
    brand: Annotated[str, KEY, "brand"]
    aspect: Annotated[str, KEY, "aspect, '' = the post as a whole"]
    venue: Annotated[str, "the forum"]
    author: Annotated[str, PERSONAL, "author_key; the post's own id where there is no author"]
    thread: Annotated[str, "thread_id"]
    author_number: Annotated[int, PERSONAL, Unit("0 …"), "number of the author in this table, in the order of the keys"]
    thread_number: Annotated[int, Unit("0 …"), "number of the thread in this table, in the order of the ids"]
    day: Annotated[date, Unit("UTC"), "day it was posted"]
    y: Annotated[int, P, "p_positive − p_negative"]


@declare("tallies")
@dataclass(frozen=True, slots=True)
class Tally:
    """How many posts there are of one kind, for the account of what was counted and what was not."""

    name: Annotated[str, KEY, "what was counted"]
    n: Annotated[int, "how many"]


@declare("apart")
@dataclass(frozen=True, slots=True)
class Apart:
    """Dated originals about a brand that are not counted, for who speaks: how many, and what the machine read there."""

    kind: Annotated[str, KEY, Unit("company, incentive"), "a company's own voice, or who was given something for it"]
    brand: Annotated[str, KEY, "brand"]
    n_posts: Annotated[int, "posts"]
    n_authors: Annotated[int, "authors; a post without one counts as one"]
    y: Annotated[int, P, "sum of p_positive − p_negative"]


@declare("origins")
@dataclass(frozen=True, slots=True)
class Origin:
    """What made the rows of a snapshot: readers, models, assumed zones."""

    kind: Annotated[str, KEY, Unit("reader, zone_assumed, model, model_version"), "what it is"]
    name: Annotated[str, KEY, "its name"]
    n: Annotated[int, "rows it made"]


@declare("days")
@dataclass(frozen=True, slots=True)
class VenueDay:
    """Posts of one day in one venue."""

    venue: Annotated[str, KEY, "the forum"]
    day: Annotated[date, KEY, Unit("UTC"), "the day"]
    n_posts: Annotated[int, "posts of that day"]


@declare("cells")
@dataclass(frozen=True, slots=True)
class Cell:
    """Sums from which one figure and its error follow; whole numbers, so exact and the same on every engine.

    A net index and a share of voice are sum_y over sum_n. A difference has the sums over what both brands share: y1·y2,
    y1·n2, n1·y2, n1·n2, the own brand first.
    """

    measure: Annotated[str, KEY, Unit("net_index, share_of_voice, difference"), "measure"]
    brand: Annotated[str, KEY, "brand"]
    rival: Annotated[str, KEY, "the other brand of a difference, else ''"]
    aspect: Annotated[str, KEY, "aspect, '' = all"]
    period: Annotated[str, KEY, Unit("week, month, quarter, all"), "length of the period"]
    period_start: Annotated[date, KEY, "first day; 1970-01-01 for all"]
    counted: Annotated[str, KEY, Unit("posts, authors, threads"), "what counts as one voice"]
    n_posts: Annotated[int, "posts"]
    n_authors: Annotated[int, "authors; of all brands in a share of voice"]
    n_threads: Annotated[int, "threads; of all brands in a share of voice"]
    n_both: Annotated[int, "pairs of author and thread; of all brands in a share of voice"]
    sum_n: Annotated[int, Unit("1/1,000,000 voice"), "sum of weights"]
    sum_y: Annotated[
        int, Unit("weight x 1/10,000"), "sum of weighted y; of the brand's own weights in a share of voice"
    ]
    author_yy: Annotated[Decimal, "sum over authors of y²"]
    author_yn: Annotated[Decimal, "sum over authors of y·n"]
    author_ny: Annotated[Decimal, "sum over authors of n·y"]
    author_nn: Annotated[Decimal, "sum over authors of n²"]
    thread_yy: Annotated[Decimal, "sum over threads of y²"]
    thread_yn: Annotated[Decimal, "sum over threads of y·n"]
    thread_ny: Annotated[Decimal, "sum over threads of n·y"]
    thread_nn: Annotated[Decimal, "sum over threads of n²"]
    both_yy: Annotated[Decimal, "sum over pairs of author and thread of y²"]
    both_yn: Annotated[Decimal, "sum over pairs of author and thread of y·n"]
    both_ny: Annotated[Decimal, "sum over pairs of author and thread of n·y"]
    both_nn: Annotated[Decimal, "sum over pairs of author and thread of n²"]


@declare("telling")
@dataclass(frozen=True, slots=True)
class Telling:
    """The clearest posts behind each net index, with all their words; the excerpt is cut from it."""

    brand: Annotated[str, KEY, "brand"]
    aspect: Annotated[str, KEY, "aspect, '' = all"]
    period: Annotated[str, KEY, Unit("week, month, quarter, all"), "length of the period"]
    period_start: Annotated[date, KEY, "first day; 1970-01-01 for all"]
    rank: Annotated[int, KEY, Unit("1 = clearest"), "order"]
    post_id: Annotated[str, "the post"]
    venue: Annotated[str, "the forum"]
    posted_at: Annotated[datetime, Unit("UTC"), "when it was posted"]
    posted_precision: Annotated[str, "how exactly the time is known"]
    language: Annotated[str, "language of the post"]
    p_negative: Annotated[int, P, "probability of negative"]
    p_neutral: Annotated[int, P, "probability of neutral"]
    p_positive: Annotated[int, P, "probability of positive"]
    span_start: Annotated[int, Unit("character"), "start of the telling words"]
    span_end: Annotated[int, Unit("character"), "end of the telling words"]
    text: Annotated[str, PERSONAL, "own words"]


@declare("verdicts")
@dataclass(frozen=True, slots=True)
class Verdict:
    """An opinion that a plan drew and people judged, beside the machine's verdict."""

    post_id: Annotated[str, KEY, "the post"]
    brand: Annotated[str, KEY, "brand"]
    guideline: Annotated[str, KEY, "version of the guideline under which it was judged, '' = unknown"]
    author: Annotated[str, PERSONAL, "author_key"]
    thread: Annotated[str, "thread_id"]
    venue: Annotated[str, "the forum"]
    day: Annotated[date, Unit("UTC"), "day it was posted"]
    collected_at: Annotated[datetime, Unit("UTC"), "since when it could be drawn"]
    machine_y: Annotated[int, P, "p_positive − p_negative"]
    label_y: Annotated[int, P, "the label as −10,000, 0, 10,000; 0 where not relevant; mean over labellers"]
    label_negative: Annotated[int, P, "share of labellers who say negative"]
    label_positive: Annotated[int, P, "share of labellers who say positive"]
    relevant: Annotated[int, P, "share of labellers who say that the post speaks about the brand"]
    n_labellers: Annotated[int, "people who judged it"]
    plan_id: Annotated[str, "the plan that drew it"]
    inclusion_probability: Annotated[float, Unit("0..1"), "probability with which that plan drew it"]


@declare("judged")
@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict on the scale of one guideline, with its weight: for how many opinions it stands, all draws together.

    One that a bridge moved there may lie beyond −10,000..10,000, and a share of it beyond 0..10,000.
    """

    post_id: Annotated[str, KEY, "the post"]
    brand: Annotated[str, KEY, "brand"]
    author: Annotated[str, PERSONAL, "author_key"]
    thread: Annotated[str, "thread_id"]
    venue: Annotated[str, "the forum"]
    day: Annotated[date, Unit("UTC"), "day it was posted"]
    guideline: Annotated[str, "version of the guideline under which it was judged, '' = unknown"]
    machine_y: Annotated[int, P, "p_positive − p_negative"]
    label_y: Annotated[int, P, "the label as −10,000, 0, 10,000; 0 where not relevant; mean over labellers"]
    label_negative: Annotated[int, P, "share of labellers who say negative"]
    label_positive: Annotated[int, P, "share of labellers who say positive"]
    relevant: Annotated[int, P, "share of labellers who say that the post speaks about the brand"]
    n_labellers: Annotated[int, "people who judged it"]
    inclusion_probability: Annotated[float, Unit("0..1"), "probability with which its plan drew it"]
    weight: Annotated[float, Unit("opinions"), "for how many it stands; weigh with this, not with 1/probability"]


@declare("judged_aspects")
@dataclass(frozen=True, slots=True)
class JudgedAspect:
    """An aspect of a judged post: the verdict on the whole post stands in for the aspects that it speaks of."""

    post_id: Annotated[str, KEY, "the post"]
    brand: Annotated[str, KEY, "brand"]
    aspect: Annotated[str, KEY, "aspect"]
    venue: Annotated[str, "the forum"]
    day: Annotated[date, Unit("UTC"), "day it was posted"]
    guideline: Annotated[str, "version of the guideline under which the post was judged, '' = unknown"]
    machine_y: Annotated[int, P, "p_positive − p_negative of the aspect"]
    label_y: Annotated[int, P, "the label of the whole post as −10,000, 0, 10,000"]
    weight: Annotated[float, Unit("opinions"), "for how many opinions of the brand it stands"]


@declare("makeup")
@dataclass(frozen=True, slots=True)
class Makeup:
    """What the posts behind a figure are made of."""

    brand: Annotated[str, KEY, "brand"]
    aspect: Annotated[str, KEY, "aspect, '' = all"]
    venue: Annotated[str, KEY, "the forum"]
    week: Annotated[date, KEY, Unit("UTC"), "Monday of the week"]
    month: Annotated[date, KEY, Unit("UTC"), "first day of the month"]
    n_posts: Annotated[int, "posts"]
    sum_y: Annotated[int, P, "sum of p_positive − p_negative"]


@declare("estimates")
@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure of the picture with its error."""

    figure_id: Annotated[str, KEY, "blake2b-128, hex, of the figure's coordinates"]
    snapshot_id: Annotated[str, KEY, "the snapshot it was made from"]
    measure: Annotated[str, Unit("net_index, share_of_voice, difference"), "measure"]
    brand: Annotated[str, "brand"]
    rival: Annotated[str, "the other brand of a difference, else ''"]
    aspect: Annotated[str, "aspect, '' = all"]
    venue: Annotated[str, "venue, '' = all"]
    period: Annotated[str, Unit("week, month, quarter, all"), "length of the period"]
    period_start: Annotated[date, "first day"]
    period_end: Annotated[date, "last day"]
    estimand: Annotated[str, Unit("corpus, rate"), "the posts collected, or what lies behind them"]
    counted: Annotated[str, Unit("posts, authors, threads"), "what counts as one voice"]
    value: Annotated[float | None, "index −100..100, or share 0..1; empty when nothing can be said"]
    low: Annotated[float | None, "lower end of the interval"]
    high: Annotated[float | None, "upper end of the interval"]
    level: Annotated[float, "confidence level of the interval"]
    machine_value: Annotated[float | None, "what counting the machine's verdicts gives"]
    support: Annotated[
        str, Unit("measured, borrowed, unproven"), "where the correction of the reader's mistakes comes from"
    ]
    gap_share: Annotated[float, Unit("0..1"), "share of its posts that a gap in collection took, as usual days have it"]
    n_posts: Annotated[int, "posts"]
    n_authors: Annotated[int, "authors"]
    n_threads: Annotated[int, "threads"]
    n_labels: Annotated[int, "labels that the correction rests on"]
    method: Annotated[str, "name of the method, see the method page"]
    verdict: Annotated[str, Unit("'', higher, lower, no_difference_shown, too_few, gap"), "what may be said"]


@declare("evidence")
@dataclass(frozen=True, slots=True)
class Evidence:
    """One post behind a figure, as it may be quoted: at most 200 characters, no name, no address."""

    figure_id: Annotated[str, KEY, "the figure"]
    rank: Annotated[int, KEY, Unit("1 = clearest"), "order in which to show the posts"]
    post_id: Annotated[str, "the post"]
    venue: Annotated[str, "the forum"]
    posted_at: Annotated[datetime, Unit("UTC"), "when it was posted"]
    posted_precision: Annotated[str, "how exactly the time is known"]
    language: Annotated[str, "language of the post"]
    p_negative: Annotated[int, P, "probability of negative"]
    p_neutral: Annotated[int, P, "probability of neutral"]
    p_positive: Annotated[int, P, "probability of positive"]
    excerpt: Annotated[str, "own words around the span, at most 200 characters"]
    mark_start: Annotated[int, Unit("character"), "start of the telling words in the excerpt"]
    mark_end: Annotated[int, Unit("character"), "end of the telling words in the excerpt"]
