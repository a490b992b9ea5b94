"""The mailing list as one mbox file: threads by In-Reply-To, quotes with "> ", signatures behind "-- "."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime

import pyarrow as pa

from leumund.world.brands import Venue
from leumund.world.pages.shown import BERLIN, SIMULATED, member_number

__all__ = ["mailbox"]


def mailbox(posts: pa.Table, venue: Venue) -> Iterator[bytes]:
    """Give the messages of the list in order of time, each with its "From " line."""
    own = posts.filter(pa.compute.equal(posts["venue"], venue.host)).sort_by("posted_at")
    own = own.set_column(own.schema.get_field_index("posted_at"), "posted_at", own["posted_at"].cast(pa.int64()))
    rows = own.select(
        ["number", "thread_number", "thread_title", "position", "author", "posted_at", "text", "signature",
         "quoted_number", "quoted_author", "quoted_text", "url"]
    ).to_pylist()  # fmt: skip
    times = {row["number"]: _local(row["posted_at"]) for row in rows}
    for row in rows:
        yield _message(row, times, venue)


def _local(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).astimezone(BERLIN)


def _message(row: dict[str, str], times: dict[str, datetime], venue: Venue) -> bytes:
    at = times[row["number"]]
    reply = int(row["position"]) > 1
    sender = f"user{member_number(row['author'])}@mail.example"
    parent = row["quoted_number"] or row["thread_number"]
    headers = [
        f"From: {row['author']} <{sender}>",
        f"To: {venue.title}@{venue.host}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: {row['number']}",
        f"Subject: {_header(('Re: ' if reply else '') + row['thread_title'])}",
        f"List-Id: {venue.title} <{venue.host}>",
        f"Archived-At: <{row['url']}>",
        f"X-Simulated: {SIMULATED}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable",
    ]
    if reply:
        headers[4:4] = [f"In-Reply-To: {parent}", f"References: {row['thread_number']}"]
    body = quopri.encodestring(_body(row, times).encode(), quotetabs=False)
    start = f"From {sender} {at.astimezone(UTC):%a %b %d %H:%M:%S %Y}\n"
    return start.encode() + "\n".join(headers).encode() + b"\n\n" + body.replace(b"\nFrom ", b"\n>From ") + b"\n\n"


def _header(text: str) -> str:
    if text.isascii():
        return text
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def _body(row: dict[str, str], times: dict[str, datetime]) -> str:
    quote = ""
    if row["quoted_number"]:
        lines = "\n".join(f"> {line}" for line in row["quoted_text"].split("\n"))
        quote = f"Am {times[row['quoted_number']]:%d.%m.%Y um %H:%M} schrieb {row['quoted_author']}:\n{lines}\n\n"
    signature = f"\n-- \n{row['signature']}" if row["signature"] else ""
    return f"{quote}{row['text']}{signature}\n"
