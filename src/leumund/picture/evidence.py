"""Evidence: the posts behind a figure, cut to what may be quoted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from leumund.picture.identity import figure_id_of
from leumund.picture.masking import masked
from leumund.step import Batch, Query, Step
from leumund.tables import Evidence, field_names, rows_to_arrow

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["excerpt_of", "quote", "quoted", "steps", "telling"]

POSTS_PER_FIGURE = 20
EXCERPT_CHARACTERS = 200
LONGEST_WORD = 30


def telling(tables: Mapping[str, Table], periods: Callable[[Table], Table] | None = None) -> Table:
    """Rank the posts behind each net index by how clearly they speak, and take the first ones with their words."""
    import ibis  # here: workers that cut excerpts start without it

    from leumund.picture.counting import by_period

    rows = (periods or by_period)(tables["opinions"]).select(
        "post_id", "brand", "aspect", "period", "period_start", "y"
    )
    readings = tables["readings"].select(
        "post_id", "brand", "aspect", "p_negative", "p_neutral", "p_positive", "span_start", "span_end"
    )
    read = rows.join(readings, ["post_id", "brand", "aspect"])
    read = read.filter(read.y == read.p_positive - read.p_negative)  # what was put right by hand shows nothing of it
    clearest = ibis.window(
        group_by=[read.brand, read.aspect, read.period, read.period_start],
        order_by=[ibis.greatest(read.p_negative, read.p_positive).desc(), read.post_id],
    )
    first = read.mutate(rank=(ibis.row_number().over(clearest) + 1).cast("int64"))
    first = first.filter(first["rank"] <= POSTS_PER_FIGURE)
    posts = tables["posts"].select("post_id", "venue", "posted_at", "posted_precision", "text")
    return first.join(posts, "post_id").join(tables["languages"], "post_id")


def quote(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Mask and cut each post to an excerpt around its telling words and name the figure it stands behind."""
    named = ("brand", "aspect", "period", "period_start")
    return quoted(
        [
            {**row, "figure_id": figure_id_of(measure="net_index", **{name: row[name] for name in named})}
            for row in batch.to_pylist()
        ]
    )


def quoted(rows: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    """Give posts with figure_id, text and telling words as rows of evidence, masked and cut."""
    found = []
    for row in rows:
        excerpt, mark_start, mark_end = excerpt_of(*masked(row["text"], row["span_start"], row["span_end"]))
        kept = {name: row[name] for name in field_names("evidence") if name in row}
        found.append(Evidence(**kept, excerpt=excerpt, mark_start=mark_start, mark_end=mark_end))
    (result,) = rows_to_arrow("evidence", found).combine_chunks().to_batches() or [
        pa.RecordBatch.from_pylist([], schema=rows_to_arrow("evidence", []).schema)
    ]
    return result


def excerpt_of(text: str, start: int, end: int) -> tuple[str, int, int]:
    """Give at most 200 characters of the text around [start, end), on one line, and where the span lies in them.

    >>> excerpt_of("Kurz: die Hotline war freundlich.", 6, 32)
    ('Kurz: die Hotline war freundlich.', 6, 32)

    A word is not cut in two, unless it is a very long one.
    """
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    end = min(end, start + EXCERPT_CHARACTERS - 2)
    room = EXCERPT_CHARACTERS - 2 - (end - start)
    left = max(0, min(start - room // 2, len(text) - (end - start) - room))
    right = min(len(text), left + (end - start) + room)
    left, right = _whole_words(text, left, start, end, right)
    before, after = ("…" if left else ""), ("…" if right < len(text) else "")
    shown = before + text[left:right] + after
    one_line = "".join(" " if character.isspace() else character for character in shown)
    return one_line, start - left + len(before), end - left + len(before)


def _whole_words(text: str, left: int, start: int, end: int, right: int) -> tuple[int, int]:
    """Move the cuts inwards to the next space, if there is one near: words are cut only where they are very long."""
    if left and not text[left - 1].isspace():
        left += next((n + 1 for n, c in enumerate(text[left : min(start, left + LONGEST_WORD)]) if c.isspace()), 0)
    if right < len(text) and not text[right].isspace():
        tail = text[max(end, right - LONGEST_WORD) : right][::-1]
        right -= next((n + 1 for n, c in enumerate(tail) if c.isspace()), 0)
    return left, right


def steps() -> tuple[Step, ...]:
    """Give the steps from opinions to quoted evidence."""
    return (
        Query("telling", ("opinions", "readings", "posts", "languages"), "telling", telling, version="3"),
        Batch("quote", reads="telling", writes="evidence", needs=field_names("telling"), run=quote, version="4"),
    )
