"""Movers: which posts stand behind a change.

changes, opinions -> moving -> evidence. A post of the later period adds its y less the mean of both periods, over the
number of posts, to the change of opinions; so those that speak most clearly in the direction of the change moved it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from leumund.picture.evidence import quoted
from leumund.step import Batch, Query, Step
from leumund.tables import field_names

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["steps"]

POSTS_PER_CHANGE = 20
OPENED = ("total", "opinion")


def moving(tables: Mapping[str, Table]) -> Table:
    """Rank the posts of the later period by how clearly they speak the way the part moved; one post an author."""
    import ibis

    from leumund.picture.change import compared

    changed = tables["changes"].filter(lambda t: t.part.isin(OPENED) & t.value.notnull())
    rows = compared(tables).filter(lambda t: t.side == "after")
    read = tables["readings"].filter(lambda t: t.aspect == "")
    read = read.select("post_id", "brand", "p_negative", "p_neutral", "p_positive", "span_start", "span_end")
    met = rows.join(changed.select("figure_id", "span", "brand", "value"), ["span", "brand"])
    met = met.mutate(pull=ibis.ifelse(met.value < 0, -met.y, met.y)).join(read, ["post_id", "brand"])
    own = ibis.window(group_by=[met.figure_id, met.author], order_by=[met.pull.desc(), met.post_id])
    first = met.mutate(of_author=ibis.row_number().over(own)).filter(lambda t: t.of_author == 0)
    clearest = ibis.window(group_by=first.figure_id, order_by=[first.pull.desc(), first.post_id])
    ranked = first.mutate(rank=(ibis.row_number().over(clearest) + 1).cast("int64"))
    ranked = ranked.filter(ranked["rank"] <= POSTS_PER_CHANGE).drop("venue")
    posts = tables["posts"].select("post_id", "venue", "posted_at", "posted_precision", "text")
    return ranked.join(posts, "post_id").join(tables["languages"], "post_id")


def quote_moving(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Mask and cut each post to what may be quoted."""
    return quoted(batch.to_pylist())


def steps() -> tuple[Step, ...]:
    """Give the steps from changes to quoted evidence."""
    read = ("changes", "opinions", "spans", "left_out", "readings", "posts", "languages")
    return (
        Query("moving", read, "moving", moving),
        Batch("quote_moving", reads="moving", writes="evidence", needs=field_names("moving"), run=quote_moving),
    )
