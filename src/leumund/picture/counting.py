"""Counting: readings become countable opinions, and what these are made of.

posts, readings, post_readings, families, overrides -> opinions -> cells, makeup (see cells); tallies, apart, days;
labels -> verdicts -> judged, judged_aspects
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import ibis

from leumund.picture import cells, guidelines
from leumund.picture.identity import ALL_TIME
from leumund.step import Query, Step

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["apart", "by_period", "steps", "tallies"]

Tables = Mapping[str, "Table"]


def opinions(tables: Tables) -> Table:
    """Keep what counts: dated originals by customers who were given nothing, about a watched brand.

    What a person put right by hand counts as put right.
    """
    posts = tables["posts"].select("post_id", "venue", "author_key", "thread_id", "posted_at", "posted_precision")
    kinds = tables["post_readings"].select("post_id", "voice", "incentive")
    copies = tables["families"].filter(lambda t: t.is_copy).select("post_id")
    dated = posts.filter(posts.posted_at.notnull(), posts.posted_precision.notin(["month", "unknown"]))
    customers = kinds.filter(kinds.voice != "company", ~kinds.incentive)
    readings = put_right(tables["readings"].filter(lambda t: (t.brand != "") & t.relevant), tables["overrides"])
    counted = dated.join(customers, "post_id").anti_join(copies, "post_id").join(readings, "post_id")
    named = counted.select(
        "post_id",
        "brand",
        "aspect",
        "venue",
        author=ibis.ifelse(counted.author_key == "", counted.post_id, counted.author_key),
        thread="thread_id",
        day=counted.posted_at.date(),
        y=counted.y,
    )
    return numbered(numbered(named.view(), "author"), "thread")  # a view: Ibis would put the joins into one chain


def numbered(rows: Table, name: str) -> Table:
    """Number the words of a column in their order, so that sums go by numbers: that is four times as quick."""
    words = rows.select(name).distinct()
    places = words.mutate(**{f"{name}_number": ibis.row_number().over(order_by=words[name]).cast("int64")})
    return rows.join(places, name).select(*rows.columns, f"{name}_number")


def put_right(readings: Table, overrides: Table) -> Table:
    """Give readings with y, less what was overridden as not to be counted, and with the polarity that people gave."""
    out = overrides.filter(overrides.field == "relevant")
    for wildcards in ((), ("aspect",), ("brand", "aspect")):
        keys = [name for name in ("post_id", "brand", "aspect") if name not in wildcards]
        these = out.filter([out.value == "false", *(out[name] == "" for name in wildcards)])
        readings = readings.anti_join(these.select(*keys).distinct(), keys)
    polarity = overrides.filter(overrides.field == "polarity", overrides.value != "")
    given = polarity.select(
        "post_id",
        "brand",
        "aspect",
        given_y=polarity.value.cases(("negative", -10_000), ("positive", 10_000), else_=0),
    )
    beside = readings.left_join(given, ["post_id", "brand", "aspect"])
    return beside.select(
        "post_id",
        "brand",
        "aspect",
        y=ibis.coalesce(beside.given_y, beside.p_positive - beside.p_negative),
    )


def by_period(rows: Table) -> Table:
    """Put every row into its week, month, quarter and the whole time; aspects not into the two short ones."""
    of_all = rows.filter(rows.aspect == "")
    week = of_all.mutate(period=ibis.literal("week"), period_start=of_all.day.truncate("W"))
    month = of_all.mutate(period=ibis.literal("month"), period_start=of_all.day.truncate("M"))
    quarter = rows.mutate(period=ibis.literal("quarter"), period_start=rows.day.truncate("Q"))
    whole = rows.mutate(period=ibis.literal("all"), period_start=ibis.literal(ALL_TIME))
    return ibis.union(week, month, quarter, whole)


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


def apart(tables: Tables) -> Table:
    """Sum up what companies say themselves, and what is written for a gift; who does both is a company's voice."""
    posts, kinds = tables["posts"], tables["post_readings"]
    dated = posts.filter(posts.posted_at.notnull(), posts.posted_precision.notin(["month", "unknown"]))
    dated = dated.select("post_id", author=ibis.ifelse(dated.author_key == "", dated.post_id, dated.author_key))
    aside = kinds.filter((kinds.voice == "company") | kinds.incentive)
    aside = aside.select("post_id", kind=ibis.ifelse(aside.voice == "company", "company", "incentive"))
    copies = tables["families"].filter(lambda t: t.is_copy).select("post_id")
    said = tables["readings"].filter(lambda t: (t.brand != "") & t.relevant & (t.aspect == ""))
    said = said.select("post_id", "brand", y=said.p_positive - said.p_negative)
    rows = dated.join(aside, "post_id").anti_join(copies, "post_id").join(said, "post_id")
    return rows.group_by("kind", "brand").agg(
        n_posts=rows.count().cast("int64"), n_authors=rows.author.nunique().cast("int64"), y=rows.y.sum().cast("int64")
    )


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


def judged_aspects(tables: Tables) -> Table:
    """Put the verdict on a post beside what the machine says of each aspect that the post speaks of."""
    readings, judged = tables["opinions"].filter(lambda t: t.aspect != ""), tables["judged"]
    said = judged.select("post_id", "brand", "guideline", "label_y", "weight")
    beside = readings.join(said, ["post_id", "brand"])
    return beside.select("post_id", "brand", "aspect", "venue", "day", "guideline", "label_y", "weight", machine_y="y")


def verdicts(tables: Tables) -> Table:
    """Put what people say of posts that a plan drew beside what the machine says of the same post and brand.

    Several people's verdicts under the same guideline are averaged. A post that does not speak about the brand is
    neither praise nor blame.
    """
    labels, readings = tables["labels"], tables["opinions"].filter(lambda t: t.aspect == "")
    drawn = labels.filter(labels.field == "polarity", labels.aspect == "", labels.inclusion_probability > 0)
    said = drawn.mutate(
        verdict=drawn.value.cases(("negative", -10_000), ("positive", 10_000), else_=0),
        speaks=ibis.ifelse(drawn.value == "not_relevant", 0, 10_000),
        negative=ibis.ifelse(drawn.value == "negative", 10_000, 0),
        positive=ibis.ifelse(drawn.value == "positive", 10_000, 0),
        first_plan=drawn.plan_id.min().over(ibis.window(group_by=[drawn.post_id, drawn.brand])),
    )
    said = said.filter(said.plan_id == said.first_plan)  # were a post drawn twice, one draw's chance holds
    mean = said.group_by("post_id", "brand", "guideline").agg(
        label_y=said.verdict.mean().round().cast("int64"),
        label_negative=said.negative.mean().round().cast("int64"),
        label_positive=said.positive.mean().round().cast("int64"),
        relevant=said.speaks.mean().round().cast("int64"),
        n_labellers=said.labeller.nunique(),
        plan_id=said.plan_id.min(),
        inclusion_probability=said.inclusion_probability.min(),
    )
    posts = tables["posts"].select("post_id", "collected_at")
    beside = readings.join(mean, ["post_id", "brand"]).join(posts, "post_id")
    return beside.select(
        *("post_id", "brand", "guideline", "author", "thread", "venue", "day", "collected_at"),
        *("label_y", "label_negative", "label_positive", "relevant"),
        *("n_labellers", "plan_id", "inclusion_probability"),
        machine_y="y",
    )


def steps(own: str, rivals: Sequence[str], *, level: float, min_posts: int) -> tuple[Step, ...]:
    """Give the steps from readings to sums, in order; `min_posts` as in cells.step."""
    read = ("posts", "readings", "post_readings", "families")
    return (
        Query("opinions", (*read, "overrides"), "opinions", opinions, version="3"),
        cells.step(own, rivals, min_posts=min_posts),
        Query("tallies", (*read, "opinions"), "tallies", tallies),
        Query("apart", read, "apart", apart),
        Query("origins", ("posts", "post_readings"), "origins", origins),
        Query("days", ("posts",), "days", days),
        Query("verdicts", ("labels", "opinions", "posts"), "verdicts", verdicts, version="2"),
        guidelines.step(own, level=level),
        Query("judged_aspects", ("judged", "opinions"), "judged_aspects", judged_aspects, version="2"),
    )
