"""What a reader hands out: posts as found on a page, before anything is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

__all__ = ["FoundPost", "FoundQuote", "Note", "Options", "Page", "ReadPage", "Reader"]


@dataclass(frozen=True, slots=True)
class Page:
    """One page as bytes, with its name; text and encoding come from `sources.pages`."""

    name: str
    content: bytes
    sha256: str
    url: str = ""
    taken_at: datetime | None = None
    reservation: str = "unknown"


class FoundQuote(NamedTuple):
    """Somebody else's words inside a post."""

    author: str
    text: str
    number: str = ""  # the quoted post's own number where the markup tells it


class FoundPost(NamedTuple):
    """One post as found; names as shown, times as far as the page tells them."""

    venue: str
    software: str
    board: str
    thread_title: str
    thread_number: str  # the software's own thread number or the thread's address
    position: int  # 1 = first post of the thread, 0 = unknown
    number: str  # the software's own post number, '' when it has none
    author: str
    posted_at: datetime | None  # with zone
    posted_precision: str  # second, minute, day, month, unknown
    zone_assumed: str  # '' when the page states the zone
    time_text: str
    text: str
    quotes: tuple[FoundQuote, ...] = ()
    url: str = ""
    edited_at: datetime | None = None
    confidence: float = 1.0  # 0..1, how sure the reader is of the post's boundaries


@dataclass(frozen=True, slots=True)
class Note:
    """Something on a page that could not be used, or was read otherwise than declared."""

    place: str  # row, post or line
    code: str  # error code
    seen: str
    next_step: str


@dataclass(frozen=True, slots=True)
class ReadPage:
    """All that one page (or one slice of a long table) gave."""

    page: Page
    reader: str  # name and version
    posts: list[FoundPost]
    notes: list[Note] = field(default_factory=list)
    encoding: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)  # of a table: our name -> the table's
    unused: tuple[str, ...] = ()  # columns of a table that nothing was taken from


@dataclass(frozen=True, slots=True)
class Options:
    """What the user says about the input where it does not tell itself; everything may be left out."""

    date_order: str = ""  # dmy, mdy, ymd
    zone: str = ""  # zone of times that carry none: Europe/Berlin, UTC, +02:00
    language: str = ""  # de, en, en-us …
    venue: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)  # table reader: our name -> the table's
    delimiter: str = ""  # table reader: CSV only
    encoding: str = ""
    sheet: str = ""  # table reader: Excel only


@dataclass(frozen=True, slots=True)
class Reader:
    """One source: how sure it is that a page is its own, and how it reads it.

    `recognise` gets the first 64 KiB, decoded, and gives 0..1. `read` yields one ReadPage per page, or several for
    tables and mailboxes so that memory stays bounded; it raises InputError when the shape is broken.
    `binary` readers are offered files that are not text (Parquet, Excel).
    """

    name: str
    version: str
    recognise: Callable[[Page, str], float]
    read: Callable[[Page, Options], Iterator[ReadPage]]
    binary: bool = False
