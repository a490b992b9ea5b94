"""Phrases: what people lately say that they did not say before, outside of the aspects.

opinions, blocks -> latest -> grams -> gram_counts, voices_lately -> phrases -> sayings, moving (their posts)

The last four full weeks are set against the twelve before, in blocks of four: in each an author has one voice, and a
thread one too. Rare phrases go first, by how often they are said in both times together, which says nothing about when
(Bourgon, Gentleman and Huber 2010), so the tests of the others stay honest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import stats

from leumund.picture.grams import GramReader
from leumund.picture.identity import figure_id_of
from leumund.step import Batch, Query, Step, Whole
from leumund.tables import Phrase, rows_to_arrow

if TYPE_CHECKING:
    from ibis.expr.types import IntegerScalar, Table

__all__ = ["phrase_id", "steps"]

FEWEST_VOICES = 8  # of both times together
FEWEST_AFTER = 5
MOST_PHRASES = 20  # of one brand
FALSE_SHARE = 0.05  # of the phrases shown, as many rose by chance (Benjamini and Hochberg 1995)
BOUND_ROWS = 2_000_000
POSTS_PER_PHRASE = 20

Tables = Mapping[str, "Table"]
Floats = NDArray[np.float64]


def phrase_id(brand: str, phrase: str, first: Any) -> str:
    """Give the identity of a phrase's rise, `first` being the first day of the later time."""
    return figure_id_of(measure="phrase", brand=brand, aspect=phrase, period="four_weeks", period_start=first)


def _spoken(tables: Tables) -> Table:
    """Give the opinions on posts as a whole that lie in a block, with its number."""
    whole, blocks = tables["opinions"].filter(lambda t: t.aspect == ""), tables["blocks"]
    met = whole.join(blocks, [whole.day >= blocks["first"], whole.day <= blocks["last"]])
    return met.select("post_id", "brand", "author", "thread", "block")


def latest(tables: Tables) -> Table:
    """Give the words of the posts that lie in a block."""
    posts = _spoken(tables).select("post_id").distinct()
    return tables["posts"].select("post_id", "text").semi_join(posts, "post_id")


def _voices(rows: Table, by: Sequence[str], who: str) -> Table:
    """Count the voices of each side: everyone has one in a block."""
    heard = rows.select(*by, "block", who).distinct()
    after: IntegerScalar = (heard.block == 0).sum().cast("int64")
    before: IntegerScalar = (heard.block > 0).sum().cast("int64")
    return heard.group_by(*by).agg(**{f"{who}s_after": after, f"{who}s_before": before})


def gram_counts(tables: Tables) -> Table:
    """Count the authors and threads of each brand's phrases, rare ones left out first."""
    grams = tables["grams"]
    common = grams.group_by("gram").having(grams.count() >= FEWEST_VOICES).agg(n=grams.count())
    rows = grams.semi_join(common, "gram").join(_spoken(tables), "post_id")
    by = ("brand", "gram")
    authors = _voices(rows, by, "author")
    kept = authors.filter(authors.authors_after + authors.authors_before >= FEWEST_VOICES)
    return kept.join(_voices(rows, by, "thread"), by)


def voices_lately(tables: Tables) -> Table:
    """Count all authors and threads that speak of a brand."""
    rows = _spoken(tables)
    return _voices(rows, ("brand",), "author").join(_voices(rows, ("brand",), "thread"), "brand")


def _phrases(tables: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
    counts = tables["gram_counts"].sort_by([("brand", "ascending"), ("gram", "ascending")]).to_pylist()
    totals = {row["brand"]: row for row in tables["voices_lately"].to_pylist()}
    first = {row["block"]: row["first"] for row in tables["blocks"].to_pylist()}
    p = np.maximum(*(_rises(counts, totals, who) for who in ("authors", "threads")))
    adjusted = stats.false_discovery_control(p) if p.size else p
    order = sorted(range(len(counts)), key=lambda i: (p[i], -len(counts[i]["gram"]), counts[i]["brand"]))
    risen = [(counts[i], float(p[i]), float(adjusted[i])) for i in order if adjusted[i] <= FALSE_SHARE]
    rows = [
        Phrase(
            figure_id=phrase_id(row["brand"], row["gram"], first[0]),
            brand=row["brand"],
            phrase=row["gram"],
            rank=rank,
            since=first[0],
            authors_after=row["authors_after"],
            authors_before=row["authors_before"],
            threads_after=row["threads_after"],
            share_after=_share(row["authors_after"], totals[row["brand"]]["authors_after"]),
            share_before=_share(row["authors_before"], totals[row["brand"]]["authors_before"]),
            p_value=round(chance, 12),
            p_adjusted=round(paid, 12),
        )
        for brand in sorted(totals)
        for rank, (row, chance, paid) in enumerate(_chosen([one for one in risen if one[0]["brand"] == brand]), 1)
    ]
    return {"phrases": rows_to_arrow("phrases", rows)}


def _share(n: int, of: int) -> float:
    return round(n / of, 6) if of else 0.0


def _rises(counts: Sequence[Mapping[str, Any]], totals: Mapping[str, Mapping[str, int]], who: str) -> Floats:
    """Give Fisher's exact probability that chance puts as many of a phrase's voices, or more, into the later time."""
    after, before = (np.array([row[f"{who}_{side}"] for row in counts], dtype=float) for side in ("after", "before"))
    all_after, all_before = (
        np.array([totals[row["brand"]][f"{who}_{side}"] for row in counts], dtype=float) for side in ("after", "before")
    )
    chance = stats.hypergeom.sf(after - 1, all_after + all_before, after + before, all_after)
    return np.asarray(chance, dtype=np.float64)


Risen = tuple[Mapping[str, Any], float, float]


def _chosen(risen: Sequence[Risen]) -> Iterator[Risen]:
    """Give the surest phrases; of one that holds another only the surer is kept."""
    kept: list[str] = []
    for one in risen:
        words = f" {one[0]['gram']} "
        if one[0]["authors_after"] < FEWEST_AFTER or any(other in words or words in other for other in kept):
            continue
        kept.append(words)
        yield one
        if len(kept) == MOST_PHRASES:
            return


def sayings(tables: Tables) -> Table:
    """Give the posts of all blocks that say a risen phrase."""
    risen = tables["phrases"].select("figure_id", "brand", gram="phrase")
    said = tables["grams"].join(risen, "gram")
    return said.semi_join(_spoken(tables), ["post_id", "brand"]).select("figure_id", "post_id")


def phrase_posts(tables: Tables) -> Table:
    """Give posts of the later time that say a risen phrase, one an author, the latest first."""
    import ibis

    risen = tables["phrases"].select("figure_id", "brand", gram="phrase")
    said = tables["grams"].join(risen, "gram")
    heard = _spoken(tables).filter(lambda t: t.block == 0)
    met = said.join(heard, ["post_id", "brand"])
    readings = tables["readings"].filter(lambda t: t.aspect == "")
    read = readings.select("post_id", "brand", "p_negative", "p_neutral", "p_positive", "span_start", "span_end")
    posts = tables["posts"].select("post_id", "venue", "posted_at", "posted_precision", "text")
    rows = met.join(read, ["post_id", "brand"]).join(posts, "post_id").join(tables["languages"], "post_id")
    own = ibis.window(group_by=[rows.figure_id, rows.author], order_by=[rows.posted_at.desc(), rows.post_id])
    first = rows.mutate(of_author=ibis.row_number().over(own)).filter(lambda t: t.of_author == 0)
    latest_first = ibis.window(group_by=first.figure_id, order_by=[first.posted_at.desc(), first.post_id])
    ranked = first.mutate(rank=(ibis.row_number().over(latest_first) + 1).cast("int64"))
    ranked = ranked.filter(ranked["rank"] <= POSTS_PER_PHRASE)
    place = ranked.text.lower().find(ranked.gram)
    start = ibis.ifelse(place >= 0, place, ranked.span_start).cast("int64")
    end = ibis.ifelse(place >= 0, place + ranked.gram.length(), ranked.span_end).cast("int64")
    return ranked.mutate(span_start=start, span_end=end)


def steps(aliases: Sequence[str]) -> tuple[Step, ...]:
    """Give the steps from opinions to risen phrases and their posts; `aliases` are the brands' names."""
    read, heard = GramReader.of(aliases), ("opinions", "blocks")
    told = ("phrases", "grams", *heard, "readings", "posts", "languages")
    return (
        Query("latest", (*heard, "posts"), "latest", latest),
        Batch("read_grams", "latest", "grams", ("post_id", "text"), read, version=read.version),
        Query("gram_counts", ("grams", *heard), "gram_counts", gram_counts),
        Query("voices_lately", heard, "voices_lately", voices_lately),
        Whole("phrases", ("gram_counts", "voices_lately", "blocks"), ("phrases",), BOUND_ROWS, _phrases),
        Query("sayings", ("phrases", "grams", *heard), "sayings", sayings),
        Query("phrase_posts", told, "moving", phrase_posts),
    )
