"""Counting: readings become countable opinions, opinions become sums; whole numbers all the way.

posts, readings, post_readings, families -> opinions -> cells, tallies, days; labels -> judged
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import ibis

from leumund.step import Query, Step

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, Table

__all__ = ["ALL_TIME", "WEIGHT", "by_period", "steps"]

WEIGHT = 1_000_000  # one voice, in 1/1,000,000
CLUSTERINGS: Mapping[str, tuple[str, ...]] = {
    "author": ("author",),
    "thread": ("thread",),
    "both": ("author", "thread"),
}
CELL = ("brand", "aspect", "period", "period_start")
ALL_TIME = datetime.date(1970, 1, 1)

Tables = Mapping[str, "Table"]


def opinions(tables: Tables) -> Table:
    """Keep what counts: dated originals by customers who were given nothing, about a watched brand."""
    posts = tables["posts"].select("post_id", "venue", "author_key", "thread_id", "posted_at", "posted_precision")
    kinds = tables["post_readings"].select("post_id", "voice", "incentive")
    copies = tables["families"].filter(lambda t: t.is_copy).select("post_id")
    dated = posts.filter(posts.posted_at.notnull(), posts.posted_precision.notin(["month", "unknown"]))
    customers = kinds.filter(kinds.voice != "company", ~kinds.incentive)
    readings = tables["readings"].filter(lambda t: (t.brand != "") & t.relevant)
    counted = dated.join(customers, "post_id").anti_join(copies, "post_id").join(readings, "post_id")
    return counted.select(
        "post_id",
        "brand",
        "aspect",
        "venue",
        author=ibis.ifelse(counted.author_key == "", counted.post_id, counted.author_key),
        thread="thread_id",
        day=counted.posted_at.date(),
        y=counted.p_positive - counted.p_negative,
    )


def by_period(rows: Table) -> Table:
    """Put every row into its week, its quarter and the whole time; aspects not into weeks, where they are too few."""
    week = rows.filter(rows.aspect == "").mutate(period=ibis.literal("week"), period_start=rows.day.truncate("W"))
    quarter = rows.mutate(period=ibis.literal("quarter"), period_start=rows.day.truncate("Q"))
    whole = rows.mutate(period=ibis.literal("all"), period_start=ibis.literal(ALL_TIME))
    return ibis.union(week, quarter, whole)


def _weighted(rows: Table, cell: Sequence[str]) -> Table:
    """Give each row its weight: 1 by posts; 1 over the rows its author, or its thread, has in the cell."""

    def one_voice(unit: str) -> IntegerValue:
        same = ibis.window(group_by=[*(rows[name] for name in cell), rows[unit]])
        return (WEIGHT // rows.count().over(same)).cast("int64")

    ways = {"posts": ibis.literal(WEIGHT, "int64"), "authors": one_voice("author"), "threads": one_voice("thread")}
    return ibis.union(*(rows.mutate(counted=ibis.literal(name), w=weight) for name, weight in ways.items()))


def _groups(weighted: Table, cell: Sequence[str]) -> Table:
    """Sum up weight and weighted y of what belongs together: one author, one thread, one author in one thread."""
    return ibis.union(
        *(
            weighted.group_by(*cell, "counted", clustered=ibis.literal(name), group=_joined(weighted, keys)).agg(
                n_posts=weighted.count(), n=weighted.w.sum(), y=(weighted.w * weighted.y).sum()
            )
            for name, keys in CLUSTERINGS.items()
        )
    )


def _joined(rows: Table, keys: Sequence[str]) -> ibis.expr.types.StringValue:
    first, *others = (rows[key] for key in keys)
    return first.concat(*(part for other in others for part in (ibis.literal("|"), other))) if others else first


def _product(left: ibis.expr.types.Column, right: ibis.expr.types.Column) -> ibis.expr.types.DecimalColumn:
    # Decimals of 19 digits hold any 64-bit sum; their product fits into 38 digits on every engine.
    return left.cast("decimal(19, 0)") * right.cast("decimal(19, 0)")


def _sums(groups: Table, by: Sequence[str], *, y: str = "y", n: str = "n") -> Table:
    cross = _product(groups[y], groups[n]).sum()
    return groups.group_by(*by).agg(
        n_posts=groups.n_posts.sum(),
        n_clusters=groups.count(),
        sum_n=groups[n].sum(),
        sum_y=groups[y].sum(),
        sum_yy=_product(groups[y], groups[y]).sum(),
        sum_yn=cross,
        sum_ny=cross,
        sum_nn=_product(groups[n], groups[n]).sum(),
    )


def net_cells(tables: Tables) -> Table:
    """Sums of the net index per brand, aspect and period."""
    rows = by_period(tables["opinions"])
    sums = _sums(_groups(_weighted(rows, CELL), CELL), (*CELL, "counted", "clustered"))
    return sums.mutate(measure=ibis.literal("net_index"), rival=ibis.literal(""))


def voice_cells(tables: Tables) -> Table:
    """Sums of the share of voice: of all mentions of watched brands in a period, how many name this one.

    sum_y and sum_n are in the same unit here, so their ratio is the share. Groups that never name the brand count
    in n², which is why the totals are summed apart.
    """
    cell = ("period", "period_start")
    mentions = by_period(tables["opinions"].filter(lambda t: t.aspect == ""))
    groups = _groups(_weighted(mentions.mutate(y=ibis.literal(1, "int64")), cell), (*cell, "brand"))
    where = (*cell, "counted", "clustered")
    all_brands = groups.group_by(*where, "group").agg(n=groups.n.sum(), n_posts=groups.n_posts.sum())
    totals = all_brands.group_by(*where).agg(
        n_clusters=all_brands.count(), sum_n=all_brands.n.sum(), sum_nn=_product(all_brands.n, all_brands.n).sum()
    )
    named = groups.drop("n").join(all_brands.drop("n_posts"), [*where, "group"])
    cross = _product(named.y, named.n).sum()
    brands = named.group_by("brand", *where).agg(
        n_posts=named.n_posts.sum(),
        sum_y=named.y.sum(),
        sum_yy=_product(named.y, named.y).sum(),
        sum_yn=cross,
        sum_ny=cross,
    )
    return brands.join(totals, list(where)).mutate(
        measure=ibis.literal("share_of_voice"), rival=ibis.literal(""), aspect=ibis.literal("")
    )


def difference_cells(own: str, rivals: Sequence[str]) -> Query:
    """Give the step that sums, per period, what own brand and rival have in common: the same authors and threads."""

    def run(tables: Tables) -> Table:
        rows = by_period(tables["opinions"].filter(lambda t: t.aspect == ""))
        groups = _groups(_weighted(rows, CELL), CELL)
        where = ["aspect", "period", "period_start", "counted", "clustered", "group"]
        ours = groups.filter(groups.brand == own).select(*where, "brand", "n_posts", y1="y", n1="n")
        theirs = groups.filter(groups.brand.isin(list(rivals))).select(*where, rival="brand", y2="y", n2="n")
        met = ours.join(theirs, where)
        sums = met.group_by("brand", "rival", *where[:-1]).agg(
            n_posts=met.n_posts.sum(),
            n_clusters=met.count(),
            sum_n=met.n1.sum(),
            sum_y=met.y1.sum(),
            sum_yy=_product(met.y1, met.y2).sum(),
            sum_yn=_product(met.y1, met.n2).sum(),
            sum_ny=_product(met.n1, met.y2).sum(),
            sum_nn=_product(met.n1, met.n2).sum(),
        )
        return sums.mutate(measure=ibis.literal("difference"))

    return Query("difference_cells", ("opinions",), "cells", run, version="|".join((own, *rivals)))


def tallies(tables: Tables) -> Table:
    """Count posts, and those that cannot be counted, by reason; a post may have several."""
    posts, kinds, opinions_ = tables["posts"], tables["post_readings"], tables["opinions"]
    named = tables["readings"].filter(lambda t: (t.brand != "") & t.relevant)
    copies = tables["families"].filter(lambda t: t.is_copy)
    undated = posts.filter(posts.posted_at.isnull() | posts.posted_precision.isin(["month", "unknown"]))
    counts = {
        "stored": posts.count(),
        "counted": opinions_.post_id.nunique(),
        "copies": copies.count(),
        "company_voice": kinds.filter(kinds.voice == "company").count(),
        "incentive": kinds.filter(kinds.incentive).count(),
        "without_time": undated.count(),
        "with_brand": named.post_id.nunique(),
        "authors": opinions_.author.nunique(),
        "threads": opinions_.thread.nunique(),
        "venues": posts.venue.nunique(),
    }
    return ibis.union(*(n.name("n").as_table().mutate(name=ibis.literal(name)) for name, n in counts.items()))


def days(tables: Tables) -> Table:
    """Count the posts of each day in each venue."""
    posts = tables["posts"].filter(lambda t: t.posted_at.notnull() & t.posted_precision.notin(["month", "unknown"]))
    dated = posts.mutate(day=posts.posted_at.date())
    return dated.group_by("venue", "day").agg(n_posts=dated.count())


def origins(tables: Tables) -> Table:
    """Count rows by the reader, assumed zone, model and version that made them."""
    posts, kinds = tables["posts"], tables["post_readings"]
    places = {"reader": posts, "zone_assumed": posts, "model": kinds, "model_version": kinds}
    return ibis.union(
        *(
            rows.group_by(name=rows[column]).agg(n=rows.count()).mutate(kind=ibis.literal(column))
            for column, rows in places.items()
        )
    )


def judged(tables: Tables) -> Table:
    """Put the labels that a plan drew beside what the machine says of the same post and brand."""
    labels, readings = tables["labels"], tables["opinions"].filter(lambda t: t.aspect == "")
    drawn = labels.filter(labels.field == "polarity", labels.aspect == "", labels.inclusion_probability > 0)
    verdict = drawn.value.cases(("negative", -10_000), ("positive", 10_000), else_=0)
    mean = (
        drawn.mutate(verdict=verdict)
        .group_by("post_id", "brand")
        .agg(
            label_y=lambda t: t.verdict.mean().round().cast("int64"),
            inclusion_probability=lambda t: t.inclusion_probability.min(),
        )
    )
    beside = readings.join(mean, ["post_id", "brand"])
    return beside.select(
        "post_id", "brand", "author", "thread", "day", "label_y", "inclusion_probability", machine_y="y"
    )


def steps(own: str, rivals: Sequence[str]) -> tuple[Step, ...]:
    """Give the steps from readings to sums, in order."""
    read = ("posts", "readings", "post_readings", "families")
    return (
        Query("opinions", read, "opinions", opinions),
        Query("net_cells", ("opinions",), "cells", net_cells),
        Query("voice_cells", ("opinions",), "cells", voice_cells),
        difference_cells(own, rivals),
        Query("tallies", (*read, "opinions"), "tallies", tallies),
        Query("origins", ("posts", "post_readings"), "origins", origins),
        Query("days", ("posts",), "days", days),
        Query("judged", ("labels", "opinions"), "judged", judged),
    )
