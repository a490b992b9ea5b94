"""What keeps a series together: verdicts put right by hand, what changed after a report was given out, bridges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from leumund.tables.declaration import KEY, PERSONAL, P, Unit, declare

__all__ = ["Amendment", "Bridge", "GuidelineBridge", "OverlapRow", "Override"]


@declare("overrides")
@dataclass(frozen=True, slots=True)
class Override:
    """A reading that a person put right by hand; the ledger's current view, frozen for a run."""

    post_id: Annotated[str, KEY, "the post"]
    brand: Annotated[str, KEY, "brand; with relevant: '' = all that the post names"]
    aspect: Annotated[str, KEY, "aspect, '' = the post as a whole; with relevant: and all its aspects"]
    field: Annotated[str, KEY, Unit("polarity, relevant"), "what is put right"]
    value: Annotated[
        str, "negative, neutral, positive; false = not to be counted; '' = the machine's verdict holds again"
    ]
    overridden_by: Annotated[str, PERSONAL, "who"]
    overridden_at: Annotated[datetime, Unit("UTC"), "when"]
    reason: Annotated[str, "why, in a sentence"]


@declare("amendments")
@dataclass(frozen=True, slots=True)
class Amendment:
    """A figure of a published report that has other digits by now: an erratum or a revision, noted once."""

    amendment_id: Annotated[str, KEY, "blake2b-128, hex, of publication, figure, snapshot and what the figure is now"]
    publication_id: Annotated[str, "the report"]
    figure_id: Annotated[str, "the figure"]
    snapshot_id: Annotated[str, "the snapshot that gives other digits"]
    kind: Annotated[str, Unit("erratum, revision"), "erratum = posts went or readings were put right by hand"]
    cause: Annotated[
        str,
        Unit(
            "erased, overridden, new_labels, new_guideline, new_reader, late_posts, new_posts, copies, method, "
            "unknown; joined by +"
        ),
        "what changed since it was published",
    ]
    measure: Annotated[str, "measure of the figure"]
    brand: Annotated[str, "brand"]
    rival: Annotated[str, "the other brand of a difference, else ''"]
    aspect: Annotated[str, "aspect, '' = all"]
    period: Annotated[str, "length of the period"]
    period_start: Annotated[date, "first day"]
    period_end: Annotated[date, "last day"]
    counted: Annotated[str, "what counts as one voice"]
    old_value: Annotated[float | None, "value as published; empty when nothing was said"]
    old_low: Annotated[float | None, "lower end then"]
    old_high: Annotated[float | None, "upper end then"]
    old_support: Annotated[str, "support then"]
    new_value: Annotated[float | None, "value now; empty when nothing can be said"]
    new_low: Annotated[float | None, "lower end now"]
    new_high: Annotated[float | None, "upper end now"]
    new_support: Annotated[str, "support now; '' = there is no such figure any more"]
    noted_at: Annotated[datetime, Unit("UTC"), "when it was noted"]


@declare("overlap")
@dataclass(frozen=True, slots=True)
class OverlapRow:
    """A post that an old and a new reader read, drawn by chance when the reader changed; kept for good."""

    old_reader: Annotated[str, KEY, "model and version before"]
    new_reader: Annotated[str, KEY, "model and version after"]
    changed_at: Annotated[datetime, KEY, Unit("UTC"), "when the new one took over"]
    post_id: Annotated[str, KEY, "the post"]
    brand: Annotated[str, KEY, "brand"]
    venue: Annotated[str, "the forum"]
    quarter: Annotated[date, "first day of the 13 weeks"]
    author: Annotated[str, PERSONAL, "author_key; the post's own id where there is no author"]
    thread: Annotated[str, "thread_id"]
    old_y: Annotated[int | None, P, "p_positive − p_negative before; empty = the old reader did not count it"]
    new_y: Annotated[int | None, P, "p_positive − p_negative after; empty = the new reader does not count it"]
    weight: Annotated[float, "posts of its brand, forum and 13 weeks that it stands for"]


@declare("bridges")
@dataclass(frozen=True, slots=True)
class Bridge:
    """How much higher a new reader reads a brand than the old one, with its own error."""

    old_reader: Annotated[str, KEY, "model and version before"]
    new_reader: Annotated[str, KEY, "model and version after"]
    changed_at: Annotated[datetime, KEY, Unit("UTC"), "when the new one took over"]
    brand: Annotated[str, KEY, "brand"]
    value: Annotated[float, "new minus old, index points"]
    low: Annotated[float, "lower end of the interval"]
    high: Annotated[float, "upper end of the interval"]
    se: Annotated[float, Unit("index points"), "standard error, clustered by author and thread"]
    dof: Annotated[float, "degrees of freedom of the error"]
    spread: Annotated[float, Unit("index points"), "how far it differs between stretches of 13 weeks, beyond chance"]
    level: Annotated[float, "confidence level of the interval"]
    support: Annotated[str, Unit("measured, borrowed"), "borrowed = from all brands together"]
    n_posts: Annotated[int, "posts read by both"]


@declare("guideline_bridges")
@dataclass(frozen=True, slots=True)
class GuidelineBridge:
    """How much higher the same posts are judged under the guideline that the figures follow than under another one."""

    guideline: Annotated[str, KEY, "version of the other guideline"]
    measure: Annotated[str, KEY, Unit("net_index, negative, neutral, positive"), "what is bridged"]
    followed: Annotated[str, "version of the guideline that the figures follow"]
    newer: Annotated[bool, "the other one was handed out later, and has too few labels to be followed yet"]
    value: Annotated[
        float | None,
        Unit("index points; share 0..1"),
        "followed minus other; empty with too few posts judged under both",
    ]
    low: Annotated[float | None, "lower end of the interval"]
    high: Annotated[float | None, "upper end of the interval"]
    se: Annotated[float | None, "standard error, with how far bridges differ between brands"]
    dof: Annotated[float | None, "degrees of freedom of the error"]
    spread: Annotated[float | None, "how far bridges differ between brands, beyond chance"]
    n_posts: Annotated[int, "posts judged under both"]
    n_labels: Annotated[int, "posts judged under the other one alone"]
