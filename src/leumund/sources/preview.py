"""A look before anything is stored: how a page or table is understood."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from leumund.sources.found import Page, ReadPage

__all__ = ["DateAsRead", "Preview", "SetAside", "preview_of"]

SHOWN_DATES = 5
SHOWN_ASIDE = 20


class DateAsRead(TypedDict):
    """A date as it stands there, and as it was read (ISO 8601, '' = not)."""

    shown: str
    read: str
    precision: str
    zone_assumed: str


class SetAside(TypedDict):
    """A row or post that would be set aside, and why."""

    place: str
    code: str
    seen: str


class Preview(TypedDict):
    """What would come of a page if it were brought in."""

    page: str
    reader: str
    encoding: str
    columns: dict[str, str]  # of a table: ours -> theirs
    unused_columns: list[str]
    posts: int
    threads: int
    quotes: int
    first_dates: list[DateAsRead]
    notes: int
    set_aside: list[SetAside]  # the first ones of them


def preview_of(page: Page, parts: Iterable[ReadPage]) -> Preview:
    """Count over all slices of a page; only figures and the first few examples are kept."""
    shown = Preview(
        page=page.name, reader="", encoding="", columns={}, unused_columns=[], posts=0, threads=0, quotes=0,
        first_dates=[], notes=0, set_aside=[],
    )  # fmt: skip
    threads: set[tuple[str, str, str]] = set()
    for part in parts:
        shown["reader"], shown["encoding"] = part.reader, part.encoding
        shown["columns"], shown["unused_columns"] = dict(part.columns), list(part.unused)
        shown["posts"] += len(part.posts)
        shown["quotes"] += sum(len(post.quotes) for post in part.posts)
        threads.update((post.venue, post.thread_number, post.thread_title) for post in part.posts)
        shown["notes"] += len(part.notes)
        shown["first_dates"] += _dates(part)[: SHOWN_DATES - len(shown["first_dates"])]
        aside = [SetAside(place=note.place, code=note.code, seen=note.seen) for note in part.notes]
        shown["set_aside"] += aside[: SHOWN_ASIDE - len(shown["set_aside"])]
    shown["threads"] = len(threads)
    return shown


def _dates(part: ReadPage) -> list[DateAsRead]:
    return [
        DateAsRead(
            shown=post.time_text,
            read=post.posted_at.isoformat() if post.posted_at else "",
            precision=post.posted_precision,
            zone_assumed=post.zone_assumed,
        )
        for post in part.posts[:SHOWN_DATES]
    ]
