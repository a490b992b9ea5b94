"""What moved between two periods of equal length, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from leumund.tables.declaration import KEY, PERSONAL, P, Unit, declare

__all__ = [
    "AspectContrast",
    "Block",
    "Change",
    "Contrast",
    "Driver",
    "Gram",
    "GramCount",
    "Latest",
    "LeftOut",
    "Moving",
    "Phrase",
    "Saying",
    "Span",
    "VoicesLately",
    "WatchedWeek",
]

SPANS = Unit("four_weeks, quarter")
SIDES = Unit("before, after")


@declare("spans")
@dataclass(frozen=True, slots=True)
class Span:
    """Two neighbouring periods that are compared: the last full one, and the one before it."""

    span: Annotated[str, KEY, SPANS, "which comparison"]
    side: Annotated[str, KEY, SIDES, "the earlier or the later period"]
    first: Annotated[date, "first day"]
    last: Annotated[date, "last day"]
    missing: Annotated[int, P, "part of the expected posts whose days were not collected"]


@declare("left_out")
@dataclass(frozen=True, slots=True)
class LeftOut:
    """A day of a venue that is left out on both sides of a comparison, as it was not collected on one of them."""

    span: Annotated[str, KEY, SPANS, "which comparison"]
    venue: Annotated[str, KEY, "the forum"]
    day: Annotated[date, KEY, Unit("UTC"), "the day"]


@declare("contrasts")
@dataclass(frozen=True, slots=True)
class Contrast:
    """What one author says in one thread and week about one brand, in one of two periods that are compared."""

    span: Annotated[str, KEY, SPANS, "which comparison"]
    brand: Annotated[str, KEY, "brand"]
    side: Annotated[str, KEY, SIDES, "the earlier or the later period"]
    venue: Annotated[str, KEY, "the forum"]
    author: Annotated[str, KEY, PERSONAL, "author_key; the post's own id where there is no author"]
    thread: Annotated[str, KEY, "thread_id"]
    week: Annotated[date, KEY, Unit("UTC"), "Monday of the week"]
    heavy: Annotated[bool, "the author has four posts or more about the brand in both periods together"]
    n_posts: Annotated[int, "posts"]
    y: Annotated[int, P, "sum of p_positive − p_negative"]


@declare("aspect_contrasts")
@dataclass(frozen=True, slots=True)
class AspectContrast:
    """As contrasts, by aspect; a post on k aspects counts 1/k for each of them, with what it says as a whole."""

    span: Annotated[str, KEY, SPANS, "which comparison"]
    brand: Annotated[str, KEY, "brand"]
    side: Annotated[str, KEY, SIDES, "the earlier or the later period"]
    aspect: Annotated[str, KEY, "aspect"]
    author: Annotated[str, KEY, PERSONAL, "author_key; the post's own id where there is no author"]
    thread: Annotated[str, KEY, "thread_id"]
    n: Annotated[int, Unit("1/360,360 post"), "posts"]
    y: Annotated[int, Unit("1/360,360 x 1/10,000"), "sum of p_positive − p_negative"]


@declare("changes")
@dataclass(frozen=True, slots=True)
class Change:
    """One part of a brand's change between two periods; venues + authors + opinion + reader = total."""

    figure_id: Annotated[str, KEY, "blake2b-128, hex, of the figure's coordinates"]
    brand: Annotated[str, "brand"]
    span: Annotated[str, SPANS, "which comparison"]
    part: Annotated[
        str,
        Unit("total, venues, authors, opinion, reader"),
        "total: change of the counted index; venues, authors: other ones speak; opinion: the same speak otherwise; "
        "reader: its error differs",
    ]
    before_first: Annotated[date, "first day of the earlier period"]
    before_last: Annotated[date, "last day of the earlier period"]
    after_first: Annotated[date, "first day of the later period"]
    after_last: Annotated[date, "last day of the later period"]
    value: Annotated[float | None, "index points; empty when nothing can be said"]
    low: Annotated[float | None, "lower end of the interval"]
    high: Annotated[float | None, "upper end of the interval"]
    level: Annotated[float, "confidence level of the interval"]
    support: Annotated[str, Unit("measured, borrowed, unproven"), "where the reader's error comes from"]
    n_before: Annotated[int, "posts of the earlier period"]
    n_after: Annotated[int, "posts of the later period"]
    n_authors: Annotated[int, "authors of both"]
    n_threads: Annotated[int, "threads of both"]
    n_labels: Annotated[int, "labels of both that the reader's part rests on"]
    missing: Annotated[int, P, "part of the expected posts not collected, on the worse side"]
    verdict: Annotated[
        str,
        Unit("up, down, mix_only, reader_only, no_change_shown, gap, too_few, unproven"),
        "what may be said of the brand; the same in all parts",
    ]


@declare("drivers")
@dataclass(frozen=True, slots=True)
class Driver:
    """What one aspect has moved: by being talked of more or less, or in another tone; all add up to the total."""

    brand: Annotated[str, KEY, "brand"]
    span: Annotated[str, KEY, SPANS, "which comparison"]
    aspect: Annotated[str, KEY, "aspect"]
    part: Annotated[str, KEY, Unit("share, rate"), "how much it is talked of, or how it is spoken of"]
    value: Annotated[float, "index points of the brand's change"]
    low: Annotated[float | None, "lower end; all of the brand's drivers together hold the level"]
    high: Annotated[float | None, "upper end"]
    share_before: Annotated[float, Unit("0..1"), "part of the posts, before"]
    share_after: Annotated[float, Unit("0..1"), "part of the posts, after"]
    verdict: Annotated[str, Unit("up, down, no_change_shown"), "what may be said"]


@declare("moving")
@dataclass(frozen=True, slots=True)
class Moving:
    """The posts of the later period that speak most clearly the way a brand has moved, with all their words."""

    figure_id: Annotated[str, KEY, "the change that they stand behind"]
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


@declare("watched_weeks")
@dataclass(frozen=True, slots=True)
class WatchedWeek:
    """One week of a brand on the chart that says when the index has left its level."""

    figure_id: Annotated[str, KEY, "the week's net index"]
    brand: Annotated[str, "brand"]
    week: Annotated[date, "Monday"]
    value: Annotated[float | None, "counted index, −100..100; empty when the week is not looked at"]
    error: Annotated[float | None, "its standard error"]
    expected: Annotated[float | None, "mean of the weeks before, since the level was last learned"]
    off: Annotated[float | None, Unit("standard errors"), "how far the week lies off"]
    running: Annotated[float | None, Unit("standard deviations"), "running mean of `off`"]
    limit: Annotated[float, Unit("standard deviations"), "beyond ±limit the level is left"]
    false_alarm: Annotated[float, Unit("0..1"), "chance of an alarm in 52 weeks without any change"]
    state: Annotated[
        str, Unit("calm, up, down, learning, thin, gap"), "verdict; learning, thin, gap: not judged, and why"
    ]


@declare("blocks")
@dataclass(frozen=True, slots=True)
class Block:
    """Four weeks in which every author has one voice when phrases are counted."""

    block: Annotated[int, KEY, Unit("0 = the latest"), "number, back in time"]
    first: Annotated[date, "first day"]
    last: Annotated[date, "last day"]


@declare("latest")
@dataclass(frozen=True, slots=True)
class Latest:
    """A post of the last sixteen weeks that counts as somebody's opinion, with its words."""

    post_id: Annotated[str, KEY, "the post"]
    text: Annotated[str, PERSONAL, "own words"]


@declare("grams")
@dataclass(frozen=True, slots=True)
class Gram:
    """A phrase of one to three words that a post says, outside of the aspects."""

    post_id: Annotated[str, KEY, "the post"]
    gram: Annotated[str, KEY, PERSONAL, "the phrase, folded"]


@declare("gram_counts")
@dataclass(frozen=True, slots=True)
class GramCount:
    """By how many a phrase is said of a brand, lately and before; everyone counts once in four weeks."""

    brand: Annotated[str, KEY, "brand"]
    gram: Annotated[str, KEY, "the phrase, folded"]
    authors_after: Annotated[int, "authors of the last four weeks"]
    authors_before: Annotated[int, "authors of the twelve weeks before, in blocks of four"]
    threads_after: Annotated[int, "threads of the last four weeks"]
    threads_before: Annotated[int, "threads of the twelve weeks before, in blocks of four"]


@declare("voices_lately")
@dataclass(frozen=True, slots=True)
class VoicesLately:
    """How many speak of a brand at all, lately and before; everyone counts once in four weeks."""

    brand: Annotated[str, KEY, "brand"]
    authors_after: Annotated[int, "authors of the last four weeks"]
    authors_before: Annotated[int, "authors of the twelve weeks before, in blocks of four"]
    threads_after: Annotated[int, "threads of the last four weeks"]
    threads_before: Annotated[int, "threads of the twelve weeks before, in blocks of four"]


@declare("phrases")
@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase outside of the aspects that more of those who speak of a brand say than before."""

    figure_id: Annotated[str, KEY, "blake2b-128, hex, of the phrase's coordinates"]
    brand: Annotated[str, "brand"]
    phrase: Annotated[str, "one to three words, folded"]
    rank: Annotated[int, Unit("1 = surest"), "order within the brand"]
    since: Annotated[date, "first day of the last four weeks"]
    authors_after: Annotated[int, "authors of the last four weeks who say it"]
    authors_before: Annotated[int, "authors of the twelve weeks before, in blocks of four, who said it"]
    threads_after: Annotated[int, "threads of the last four weeks in which it is said"]
    share_after: Annotated[float, Unit("0..1"), "part of the brand's authors, lately"]
    share_before: Annotated[float, Unit("0..1"), "part of the brand's authors, before"]
    p_value: Annotated[float, Unit("0..1"), "chance of such a rise by luck, by authors and by threads; the larger"]
    p_adjusted: Annotated[float, Unit("0..1"), "the same, paid for all phrases looked at (Benjamini and Hochberg)"]


@declare("sayings")
@dataclass(frozen=True, slots=True)
class Saying:
    """A post of the last sixteen weeks that says a phrase which rises, of the brand of which it rises."""

    figure_id: Annotated[str, KEY, "the phrase"]
    post_id: Annotated[str, KEY, "the post"]
