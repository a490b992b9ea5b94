"""What every forum reader does with a page's posts: read their dates by one rule, place them, hand them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from leumund.errors import SourceDrift, TruncatedInput
from leumund.sources.dates import DateRules, When, find_date, read_stamp, with_order
from leumund.sources.found import FoundPost, FoundQuote, Note, ReadPage
from leumund.sources.sheet import Sheet

__all__ = ["RawPost", "Thread", "hand_out"]


class RawPost(NamedTuple):
    """One post as the markup has it, its dates still in words."""

    number: str
    author: str
    time_text: str
    text: str
    stamp: str = ""  # a machine's date (ISO 8601) where the markup has one
    position: int = 0
    quotes: tuple[FoundQuote, ...] = ()
    url: str = ""
    edit_note: str = ""
    edit_stamp: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """What holds for all posts of the page."""

    software: str
    board: str
    title: str
    number: str


def hand_out(sheet: Sheet, reader: str, thread: Thread, raw: list[RawPost], rules: DateRules) -> ReadPage:
    """Give the page's posts, each once.

    Raises SourceDrift when the page has none although it is of a known forum, TruncatedInput when it breaks off
    before the first one ends.
    """
    if not raw and sheet.truncated:
        raise TruncatedInput(
            "the page breaks off before its first post ends", where=sheet.page.name, next_step="save the page again"
        )
    if not raw:
        raise SourceDrift(
            "no post found on this page",
            where=f"{reader}, {sheet.page.name}",
            next_step="name pages of threads, not of boards; if it is one, save it under tests/samples",
        )
    once: dict[str, RawPost] = {}
    for index, post in enumerate(raw):
        once.setdefault(post.number or f"at {index}", post)
    posts = list(once.values())
    if all(post.position for post in posts):  # a solution is shown twice, first out of its place
        posts.sort(key=lambda post: post.position)
    rules = with_order(rules, [post.time_text for post in posts if not post.stamp])
    venue = sheet.venue(post.url for post in posts)
    found = [_found(sheet, venue, thread, post, rules) for post in posts]
    return ReadPage(page=sheet.page, reader=reader, posts=found, notes=sheet.notes, encoding=sheet.encoding)


def _found(sheet: Sheet, venue: str, thread: Thread, post: RawPost, rules: DateRules) -> FoundPost:
    when = _when(sheet, post, rules)
    return FoundPost(  # in order, which is quicker than by name
        venue,
        thread.software,
        thread.board,
        thread.title,
        thread.number,
        post.position,
        post.number,
        post.author,
        when.moment,
        when.precision,
        when.zone_assumed,
        post.time_text,
        post.text,
        post.quotes,
        post.url,
        _edited(post, rules) if post.edit_stamp or post.edit_note else None,
        1.0 if post.author and when.moment else 0.8,
    )


def _when(sheet: Sheet, post: RawPost, rules: DateRules) -> When:
    place = f"post {post.number or post.position}"
    if post.stamp:
        stamped = sheet.when(post.stamp, rules, place=place)
        if stamped.moment is not None:
            return stamped
    return sheet.when(post.time_text, rules, place=place)


def _edited(post: RawPost, rules: DateRules) -> datetime | None:
    if post.edit_stamp:
        return read_stamp(post.edit_stamp, rules).moment
    return find_date(post.edit_note, rules).moment


def note_without_words(sheet: Sheet, number: str) -> None:
    """Note a post that stands on the page without its words (deleted, hidden)."""
    sheet.notes.append(Note(f"post {number}", "LM211", "a post without its words (deleted or hidden)", "nothing to do"))
