"""What a page shows of a post: local times, escaped text, the numbers that its software prints."""

from __future__ import annotations

import html
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

import pyarrow as pa

from leumund.world.brands import Venue
from leumund.world.market import slug

__all__ = ["SIMULATED", "Page", "Shown", "member_number", "shown_pages"]

SIMULATED = "SIMULIERT / SIMULATED"
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Shown:
    """One post as a page shows it: times are German local time, texts are HTML."""

    position: int
    number: str
    author: str
    member: int
    at: datetime
    text: str
    signature: str
    edited: datetime | None
    quoted_number: str
    quoted_author: str
    quoted_at: datetime | None
    quoted_text: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a thread with up to `venue.posts_per_page` posts; pages count from 1."""

    venue: Venue
    board: str
    board_number: int
    thread: str
    title: str
    slug: str
    number: int
    of: int
    n_posts: int
    posts: tuple[Shown, ...]


def member_number(name: str) -> int:
    """Give the number of a member's profile."""
    return 100 + zlib.crc32(name.encode()) % 89_900


def shown_pages(posts: pa.Table, venue: Venue) -> Iterator[Page]:
    """Give the pages of all threads of one venue."""
    own = posts.filter(pa.compute.equal(posts["venue"], venue.host))
    epoch = {name: own[name].cast(pa.int64()) for name in ("posted_at", "edited_at")}
    for name, column in epoch.items():
        own = own.set_column(own.schema.get_field_index(name), name, column)
    own = own.sort_by([("thread_number", "ascending"), ("position", "ascending")])
    wanted = [
        "thread_number", "position", "number", "author", "posted_at", "text", "signature", "edited_at",
        "quoted_number", "quoted_author", "quoted_text", "board", "board_number", "thread_title",
    ]  # fmt: skip
    rows = zip(*(own[name].to_pylist() for name in wanted), strict=True)
    for _, thread in groupby(rows, key=lambda row: row[0]):
        yield from _thread_pages(list(thread), venue)


def _thread_pages(rows: list[tuple[object, ...]], venue: Venue) -> Iterator[Page]:
    thread, board, board_number, title = rows[0][0], rows[0][11], rows[0][12], rows[0][13]
    times = {row[2]: _local(row[4]) for row in rows}
    shown = [_shown(row, times) for row in rows]
    size = venue.posts_per_page
    pages = -(-len(shown) // size)
    for page in range(pages):
        yield Page(
            venue=venue,
            board=html.escape(str(board)),
            board_number=int(str(board_number)),
            thread=str(thread),
            title=html.escape(str(title)),
            slug=slug(str(title)),
            number=page + 1,
            of=pages,
            n_posts=len(shown),
            posts=tuple(shown[page * size : (page + 1) * size]),
        )


def _shown(row: tuple[object, ...], times: dict[object, datetime]) -> Shown:
    author = str(row[3])
    return Shown(
        position=int(str(row[1])),
        number=str(row[2]),
        author=author,
        member=member_number(author),
        at=_local(row[4]),
        text=_html(row[5]),
        signature=_html(row[6]),
        edited=None if row[7] is None else _local(row[7]),
        quoted_number=str(row[8]),
        quoted_author=str(row[9]),
        quoted_at=times.get(row[8]),
        quoted_text=_html(row[10]),
    )


def _local(microseconds: object) -> datetime:
    return datetime.fromtimestamp(int(str(microseconds)) // 1_000_000, UTC).astimezone(BERLIN)


def _html(text: object) -> str:
    return html.escape(str(text), quote=False).replace("\n", "<br />\n")
