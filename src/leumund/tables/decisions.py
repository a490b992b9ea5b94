"""What people decide: labels, and the ledger's other current views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from leumund.tables.declaration import KEY, PERSONAL, Unit, declare

__all__ = ["AuditRow", "CampaignEntry", "Drawn", "Label", "Publication"]


@declare("labels")
@dataclass(frozen=True, slots=True)
class Label:
    """What a person read in a post; the ledger's current view, frozen for a run."""

    post_id: Annotated[str, KEY, "the post"]
    brand: Annotated[str, KEY, "brand, '' = the post as a whole"]
    aspect: Annotated[str, KEY, "aspect, '' = all"]
    field: Annotated[str, KEY, Unit("polarity, relevant, …"), "what was judged"]
    value: Annotated[str, "the verdict: negative, neutral, positive, not_relevant, true, false …"]
    labeller: Annotated[str, KEY, "who"]
    labelled_at: Annotated[datetime, Unit("UTC"), "when"]
    plan_id: Annotated[str, "the plan that drew the post, '' = not drawn: teaches, never measures"]
    inclusion_probability: Annotated[float | None, Unit("0..1"), "probability with which the plan drew it"]
    blind: Annotated[bool, "the labeller did not see the machine's verdict"]
    guideline: Annotated[str, KEY, "version of the guideline that lay beside, '' = unknown"] = ""


@declare("drawn")
@dataclass(frozen=True, slots=True)
class Drawn:
    """One post and brand that chance picked to be judged, and handed out in a workbook; frozen for a run."""

    plan_id: Annotated[str, KEY, "the draw"]
    post_id: Annotated[str, KEY, "the post"]
    brand: Annotated[str, KEY, "brand"]
    inclusion_probability: Annotated[float, Unit("0..1"), "with which this draw picked it, given all earlier draws"]
    second: Annotated[bool, "a second person judges it too"]
    labeller: Annotated[str, PERSONAL, "for whom it was drawn"]
    drawn_at: Annotated[datetime, Unit("UTC"), "when"]
    snapshot_id: Annotated[str, "the snapshot it was drawn from"]
    frame_until: Annotated[datetime, Unit("UTC"), "newest collected_at among the posts that could be drawn"]
    guideline: Annotated[str, "version of the guideline that was handed out with it"]
    again_of: Annotated[
        str, "the draw by which it was judged under an earlier guideline, '' = drawn for the first time"
    ] = ""


@declare("audit")
@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who saw or changed what; only ever added to."""

    number: Annotated[int, KEY, "grows in the order in which the ledger took them, with gaps"]
    at: Annotated[datetime, Unit("UTC"), "when"]
    who: Annotated[str, PERSONAL, "who did it"]
    what: Annotated[str, "what was done, in a word"]
    subject: Annotated[str, PERSONAL, "to what: a post, a name, a report"]
    detail: Annotated[str, PERSONAL, "what else there is to say"]


@declare("publications")
@dataclass(frozen=True, slots=True)
class Publication:
    """A report that was frozen and given out."""

    publication_id: Annotated[str, KEY, "blake2b-128, hex, of snapshot and report"]
    snapshot_id: Annotated[str, "the snapshot that its figures recompute from"]
    report_sha256: Annotated[str, "digest of the report's bytes"]
    title: Annotated[str, "title as given first"]
    published_by: Annotated[str, PERSONAL, "who gave it out first"]
    published_at: Annotated[datetime, Unit("UTC"), "when it was first given out"]


@declare("campaigns")
@dataclass(frozen=True, slots=True)
class CampaignEntry:
    """A campaign as somebody wrote it down: a plan, or how its effect was looked for; only added to."""

    entry_id: Annotated[str, KEY, "blake2b-128, hex, of the entry and the one before it under the same name"]
    number: Annotated[int, "1 = the first entry under this name"]
    name: Annotated[str, "what the campaign is called"]
    planned: Annotated[bool, "written down as a plan; else an evaluation"]
    brand: Annotated[str, "whose campaign it is"]
    starts_on: Annotated[date, "its first day"]
    weeks_after: Annotated[int, Unit("weeks"), "how long its effect is looked for, 0 = as long as there are weeks"]
    measure: Annotated[str, Unit("net_index"), "what it is to move"]
    counted: Annotated[str, Unit("posts, authors, threads"), "what counts as one voice"]
    aspect: Annotated[str, "aspect, '' = all"]
    rivals: Annotated[str, Unit("JSON list"), "the brands it is set against"]
    digest: Annotated[str, "SHA-256, hex, of name, brand, starts_on, weeks_after, measure, counted, aspect, rivals"]
    recorded_by: Annotated[str, PERSONAL, "who wrote it down"]
    recorded_at: Annotated[datetime, Unit("UTC"), "when the ledger took it, by its own clock"]
