"""Counting: readings become countable opinions, opinions become sums; whole numbers all the way.

posts, readings, post_readings, families, overrides -> opinions -> voices -> cells;
tallies, days, makeup; labels -> verdicts -> judged -> judged_aspects
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import ibis

from leumund.picture import weights
from leumund.step import Query, Step

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, Table

__all__ = ["ALL_TIME", "WEIGHT", "by_period", "cells", "makeup", "steps", "tallies", "voices"]

WEIGHT = 1_000_000  # one voice, in 1/1,000,000
CLUSTERINGS: Mapping[str, tuple[str, ...]] = {
    "author": ("author",),
    "thread": ("thread",),
    "both": ("author", "thread"),
}
WAYS = ("posts", "authors", "threads")
SUMS = ("sum_n", "sum_y", "sum_yy", "sum_yn", "sum_ny", "sum_nn")
PERIOD = ("period", "period_start")
CELL = ("brand", "aspect", *PERIOD)
ALL_TIME = datetime.date(1970, 1, 1)

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
    return counted.select(
        "post_id",
        "brand",
        "aspect",
        "venue",
        author=ibis.ifelse(counted.author_key == "", counted.post_id, counted.author_key),
        thread="thread_id",
        day=counted.posted_at.date(),
        y=counted.y,
    )


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


def voices(tables: Tables, periods: Callable[[Table], Table] = by_period) -> Table:
    """Sum up what one author says in one thread of a cell, and how much each of the two says in all.

    From this follow the weights: a post weighs 1 by posts; 1 over the posts its author, or its thread, has in the cell.
    """
    rows = periods(tables["opinions"])
    pairs = rows.group_by(*CELL, "author", "thread").agg(n_posts=rows.count(), y=rows.y.sum().cast("int64"))

    def held(unit: str, cell: Sequence[str]) -> IntegerValue:
        same = ibis.window(group_by=[*(pairs[name] for name in cell), pairs[unit]])
        return pairs.n_posts.sum().over(same).cast("int64")

    return pairs.mutate(
        author_posts=held("author", CELL),
        thread_posts=held("thread", CELL),
        author_mentions=held("author", ("aspect", *PERIOD)),
        thread_mentions=held("thread", ("aspect", *PERIOD)),
    )


def _weighted(voices: Table, held: str) -> Table:
    """Give weight and weighted y of each row in the three ways of counting; `held` is 'posts' or 'mentions'."""
    weights = {
        "posts": ibis.literal(WEIGHT, "int64"),
        "authors": (WEIGHT // voices[f"author_{held}"]).cast("int64"),
        "threads": (WEIGHT // voices[f"thread_{held}"]).cast("int64"),
    }
    weighted = {f"n_{way}": voices.n_posts * weight for way, weight in weights.items()}
    weighted |= {f"y_{way}": voices.y * weight for way, weight in weights.items()}
    return voices.select(*CELL, "author", "thread", c="n_posts", **weighted)


def _groups(weighted: Table, by: Sequence[str]) -> Table:
    """Put together what belongs together."""
    summed = [name for name in weighted.columns if name == "c" or name.startswith(("n_", "y_"))]
    return weighted.group_by(*by).agg(**{name: weighted[name].sum().cast("int64") for name in summed})


def _product(left: ibis.expr.types.Column, right: ibis.expr.types.Column) -> ibis.expr.types.DecimalColumn:
    # Decimals of 19 digits hold any 64-bit sum; their product fits into 38 digits on every engine.
    return left.cast("decimal(19, 0)") * right.cast("decimal(19, 0)")


def _sums(groups: Table, by: Sequence[str], *, first: tuple[str, str], second: tuple[str, str]) -> Table:
    """Sum the groups of each cell in every way of counting; `first` and `second` name y and n of each side."""
    sums = {"n_posts": groups.c.sum(), "n_clusters": groups.count()}
    for way in WAYS:
        y1, n1, y2, n2 = (groups[f"{name}_{way}"] for name in (*first, *second))
        sums |= {f"sum_n_{way}": n1.sum(), f"sum_y_{way}": y1.sum(), f"sum_yy_{way}": _product(y1, y2).sum()}
        sums |= {f"sum_yn_{way}": _product(y1, n2).sum(), f"sum_ny_{way}": _product(n1, y2).sum()}
        sums |= {f"sum_nn_{way}": _product(n1, n2).sum()}
    return groups.group_by(*by).agg(**sums)


def _in_rows(sums: Table, by: Sequence[str], **named: str) -> Table:
    """Give one row per cell and way of counting."""
    ways = (
        sums.select(
            *by, "n_posts", "n_clusters", counted=ibis.literal(way), **{name: sums[f"{name}_{way}"] for name in SUMS}
        )
        for way in WAYS
    )
    return ibis.union(*ways).mutate(**{name: ibis.literal(value) for name, value in named.items()})


def net_cells(tables: Tables, clustered: str) -> Table:
    """Sums of the net index per brand, aspect and period."""
    groups = _groups(_weighted(tables["voices"], "posts"), (*CELL, *CLUSTERINGS[clustered]))
    sums = _sums(groups, CELL, first=("y", "n"), second=("y", "n"))
    return _in_rows(sums, CELL, clustered=clustered, measure="net_index", rival="")


def voice_cells(tables: Tables, clustered: str) -> Table:
    """Sums of the share of voice: of all mentions of watched brands in a period, how many name this one.

    sum_y and sum_n are in the same unit here, so their ratio is the share. Groups that never name the brand count
    in n², which is why the totals are summed apart.
    """
    group = (*PERIOD, *CLUSTERINGS[clustered])
    mentions = _weighted(tables["voices"].filter(lambda t: t.aspect == ""), "mentions")
    named, everybody = _groups(mentions, ("brand", *group)), _groups(mentions, group)
    totals = _sums(everybody, PERIOD, first=("y", "n"), second=("y", "n"))
    totals = totals.select(*PERIOD, "n_clusters", *(f"{name}_{way}" for name in ("sum_n", "sum_nn") for way in WAYS))
    all_brands = everybody.select(*group, **{f"all_{way}": everybody[f"n_{way}"] for way in WAYS})
    sums = _sums(named.join(all_brands, group), ("brand", *PERIOD), first=("n", "all"), second=("n", "all"))
    own = ("n_posts", *(f"{name}_{way}" for name in ("sum_y", "sum_yy", "sum_yn", "sum_ny") for way in WAYS))
    shares = sums.select("brand", *PERIOD, *own).join(totals, PERIOD)
    return _in_rows(shares, ("brand", *PERIOD), clustered=clustered, measure="share_of_voice", rival="", aspect="")


def difference_cells(tables: Tables, clustered: str, own: str, rivals: Sequence[str]) -> Table:
    """Sums, per period, of what own brand and rival have in common: the same authors and threads."""
    where = [*PERIOD, *CLUSTERINGS[clustered]]
    groups = _groups(_weighted(tables["voices"].filter(lambda t: t.aspect == ""), "posts"), ("brand", *where))
    sides = (groups.filter(groups.brand == own), groups.filter(groups.brand.isin(list(rivals))))
    ours, theirs = (
        {f"{name}{number}_{way}": side[f"{name}_{way}"] for name in ("y", "n") for way in WAYS}
        for number, side in enumerate(sides, start=1)
    )
    met = sides[0].select("brand", *where, "c", **ours).join(sides[1].select(*where, rival="brand", **theirs), where)
    by = ("brand", "rival", *PERIOD)
    sums = _sums(met, by, first=("y1", "n1"), second=("y2", "n2"))
    return _in_rows(sums, by, clustered=clustered, measure="difference", aspect="")


def cells(own: str, rivals: Sequence[str]) -> Iterator[Step]:
    """Give the steps from voices to cells: one per measure and kind of group, so that each fits into little memory."""
    between = partial(difference_cells, own=own, rivals=tuple(rivals))
    for clustered in CLUSTERINGS:
        for name, run, version in (
            ("net_cells", net_cells, "3"),
            ("voice_cells", voice_cells, "3"),
            ("difference_cells", between, "|".join(("3", own, *rivals))),
        ):
            summing = partial(run, clustered=clustered)
            yield Query(f"{name}_{clustered}", ("voices",), "cells", summing, version=version)


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


def makeup(tables: Tables) -> Table:
    """Count what a figure's posts are made of: venues and weeks, cut where a month begins."""
    rows = tables["opinions"].mutate(week=lambda t: t.day.truncate("W"), month=lambda t: t.day.truncate("M"))
    return rows.group_by("brand", "aspect", "venue", "week", "month").agg(n_posts=rows.count(), sum_y=rows.y.sum())


def judged_aspects(tables: Tables) -> Table:
    """Put the verdict on a post beside what the machine says of each aspect that the post speaks of."""
    readings, judged = tables["opinions"].filter(lambda t: t.aspect != ""), tables["judged"]
    said = judged.select("post_id", "brand", "label_y", "weight")
    beside = readings.join(said, ["post_id", "brand"])
    return beside.select("post_id", "brand", "aspect", "venue", "day", "label_y", "weight", machine_y="y")


def verdicts(tables: Tables) -> Table:
    """Put what people say of posts that a plan drew beside what the machine says of the same post and brand.

    Several people's verdicts are averaged. A post that does not speak about the brand is neither praise nor blame.
    """
    labels, readings = tables["labels"], tables["opinions"].filter(lambda t: t.aspect == "")
    drawn = labels.filter(labels.field == "polarity", labels.aspect == "", labels.inclusion_probability > 0)
    said = drawn.mutate(
        verdict=drawn.value.cases(("negative", -10_000), ("positive", 10_000), else_=0),
        speaks=ibis.ifelse(drawn.value == "not_relevant", 0, 10_000),
        first_plan=drawn.plan_id.min().over(ibis.window(group_by=[drawn.post_id, drawn.brand])),
    )
    said = said.filter(said.plan_id == said.first_plan)  # were a post drawn twice, one draw's chance holds
    mean = said.group_by("post_id", "brand").agg(
        label_y=said.verdict.mean().round().cast("int64"),
        relevant=said.speaks.mean().round().cast("int64"),
        n_labellers=said.labeller.nunique(),
        plan_id=said.plan_id.min(),
        inclusion_probability=said.inclusion_probability.min(),
    )
    posts = tables["posts"].select("post_id", "collected_at")
    beside = readings.join(mean, ["post_id", "brand"]).join(posts, "post_id")
    return beside.select(
        *("post_id", "brand", "author", "thread", "venue", "day", "collected_at", "label_y", "relevant"),
        *("n_labellers", "plan_id", "inclusion_probability"),
        machine_y="y",
    )


def steps(own: str, rivals: Sequence[str]) -> tuple[Step, ...]:
    """Give the steps from readings to sums, in order."""
    read = ("posts", "readings", "post_readings", "families")
    return (
        Query("opinions", (*read, "overrides"), "opinions", opinions, version="2"),
        Query("voices", ("opinions",), "voices", voices, version="2"),
        *cells(own, rivals),
        Query("tallies", (*read, "opinions"), "tallies", tallies),
        Query("origins", ("posts", "post_readings"), "origins", origins),
        Query("days", ("posts",), "days", days),
        Query("verdicts", ("labels", "opinions", "posts"), "verdicts", verdicts),
        weights.step(),
        Query("judged_aspects", ("judged", "opinions"), "judged_aspects", judged_aspects),
        Query("makeup", ("opinions",), "makeup", makeup),
    )
