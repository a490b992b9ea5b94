"""The comment site's table: semicolons, German headings, German dates."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pyarrow as pa

from leumund.world.brands import Venue
from leumund.world.pages.shown import BERLIN

__all__ = ["comment_table"]

HEADINGS = ("Forum", "Rubrik", "Thema", "Themen-ID", "Beitragsnummer", "Adresse", "Autor", "Datum", "Text")


def comment_table(posts: pa.Table, venue: Venue) -> str:
    """Give the table as CSV text in order of time."""
    own = posts.filter(pa.compute.equal(posts["venue"], venue.host)).sort_by("posted_at")
    whens = [f"{datetime.fromtimestamp(us // 1_000_000, UTC).astimezone(BERLIN):%d.%m.%Y %H:%M}"
             for us in own["posted_at"].cast(pa.int64()).to_pylist()]  # fmt: skip
    names = ("venue", "board", "thread_title", "thread_number", "number", "url", "author")
    columns = [own[name].to_pylist() for name in names]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(zip(*columns, whens, own["text"].to_pylist(), strict=True))
    return out.getvalue()
