"""Handing out: what one person judges next, and the words around each post.

Newly drawn; drawn for somebody else, whose verdict gets a second one; or judged under an earlier guideline and judged
again under this one, so that a bridge leads from the one to the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leumund.picture.labelling import draw, how_sharp, plan_id_of
from leumund.tables import Drawn

__all__ = ["Handout", "Shown", "hand_out", "open_seconds", "words_of"]

LOST_AFTER = timedelta(days=28)  # a workbook of which nothing came back for so long is taken as lost
PAIRS_WANTED = 100  # posts judged under both guidelines; one verdict in eight that differs makes a bridge of ±7 points


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of a workbook: what the labeller sees, and by which draw."""

    post_id: str
    brand: str
    plan_id: str
    title: str
    quoted: str
    text: str


@dataclass(frozen=True, slots=True)
class Handout:
    """What one person gets to judge: `drawn` by chance for this one, `second` after somebody else.

    Of those drawn, `again` were judged under an earlier guideline.
    """

    drawn: tuple[Drawn, ...]
    second: tuple[Drawn, ...]

    @property
    def again(self) -> tuple[Drawn, ...]:
        """Those that were judged before, under another guideline."""
        return tuple(row for row in self.drawn if row.again_of)

    @property
    def rows(self) -> tuple[Drawn, ...]:
        """All rows in an order that does not tell which is which."""
        plan = self.drawn[0].plan_id if self.drawn else ""
        return tuple(sorted((*self.drawn, *self.second), key=lambda row: plan_id_of(plan, row.post_id, row.brand)))


def hand_out(
    tables: Mapping[str, pa.Table],
    *,
    own: str,
    n: int,
    labeller: str,
    double_share: float,
    guideline: str,
    snapshot_id: str,
    now: datetime,
) -> Handout:
    """Decide what `labeller` judges next: `n` rows, up to half of them such that somebody else has drawn.

    `tables` has opinions, judged and posts (collected_at) of the snapshot, and labels and drawn of the ledger. Half of
    the rest are posts that were judged under another guideline, until there are enough of them judged under both. A
    share of the newly drawn is marked for a second person. The same again, before a verdict came in, gives the same
    again.
    """
    labels, known = tables["labels"], tables["drawn"].to_pylist()
    opinions = tables["opinions"].filter(pc.field("aspect") == "")
    of_plans = labels.filter(pc.field("plan_id") != "")
    told = of_plans.select(["post_id", "brand", "labeller", "value", "guideline"]).to_pylist()
    state = sorted("\t".join(row.values()) for row in told)
    plan_id = plan_id_of(snapshot_id, str(n), labeller, guideline, *state)
    same = [row for row in known if row["plan_id"] == plan_id]
    seconds = _seconds(tables["drawn"], labels, opinions, labeller, guideline)
    if same:
        return Handout(tuple(Drawn(**row) for row in same), tuple(seconds[: max(n - len(same), 0)]))
    seconds = seconds[: n // 2] if n else seconds
    earlier = _judged_before(tables["drawn"], of_plans, opinions, guideline=guideline, own=own, now=now)
    earlier = earlier[: max(n - len(seconds), 0) // 2]
    picked = draw(
        opinions,
        _out(known, told, now),
        own=own,
        n=max(n - len(seconds) - len(earlier), 0),
        plan_id=plan_id,
        sharpness=how_sharp(tables["judged"]),
    )
    collected = tables["posts"]["collected_at"]
    said: dict[str, Any] = {
        "plan_id": plan_id,
        "labeller": labeller,
        "drawn_at": now,
        "snapshot_id": snapshot_id,
        "frame_until": pc.max(collected).as_py() if len(collected) else now,
        "guideline": guideline,
    }
    fresh = [
        Drawn(
            post_id=row.post_id,
            brand=row.brand,
            inclusion_probability=row.inclusion_probability,
            second=place < round(double_share * len(picked)),
            **said,
        )
        for place, row in enumerate(picked)
    ]
    again = [replace(row, again_of=row.plan_id, second=False, **said) for row in earlier]
    return Handout((*fresh, *again), tuple(seconds))


def _out(known: list[dict[str, Any]], told: list[dict[str, Any]], now: datetime) -> pa.Table:
    """What must not be drawn: judged for measuring already, or handed out and not lost."""
    judged = {(row["post_id"], row["brand"]) for row in told}
    alive = {row["plan_id"] for row in known if (row["post_id"], row["brand"]) in judged}
    alive |= {row["plan_id"] for row in known if now - row["drawn_at"] < LOST_AFTER}
    pairs = sorted(judged | {(row["post_id"], row["brand"]) for row in known if row["plan_id"] in alive})
    names = {"post_id": [post_id for post_id, _ in pairs], "brand": [brand for _, brand in pairs]}
    return pa.table(names, schema=pa.schema([("post_id", pa.string()), ("brand", pa.string())]))


def _judged_before(
    drawn: pa.Table, labels: pa.Table, opinions: pa.Table, *, guideline: str, own: str, now: datetime
) -> list[Drawn]:
    """Give posts judged under other guidelines alone, by chance, brands in turn: as many as a bridge still wants.

    Those that were handed out for it already, and may still come back, are not handed out once more.
    """
    said: dict[tuple[str, str], set[str]] = {}
    for row in labels.select(["post_id", "brand", "guideline"]).to_pylist():
        said.setdefault((row["post_id"], row["brand"]), set()).add(row["guideline"])
    rows = [Drawn(**row) for row in drawn.to_pylist()]
    first = {(row.plan_id, row.post_id, row.brand): row for row in rows if not row.again_of}
    earlier = {pair for pair, under in said.items() if guideline and under - {guideline, ""} and guideline not in under}
    alive = {
        (row.post_id, row.brand)
        for row in rows
        if row.again_of and row.guideline == guideline and now - row.drawn_at < LOST_AFTER
    }
    done = sum(guideline in under and bool(under - {guideline, ""}) for under in said.values())
    there = set(zip(opinions["post_id"].to_pylist(), opinions["brand"].to_pylist(), strict=True))
    waiting = [row for (_, *pair), row in first.items() if tuple(pair) in (earlier & there) - alive]
    waiting.sort(key=lambda row: plan_id_of(guideline, row.post_id, row.brand))
    sides = [row for row in waiting if row.brand == own], [row for row in waiting if row.brand != own]
    in_turn = [row for pair in zip_longest(*sides) for row in pair if row is not None]
    return in_turn[: max(PAIRS_WANTED - done - len(alive & earlier), 0)]


def open_seconds(drawn: pa.Table, labels: pa.Table, guideline: str) -> list[Drawn]:
    """Give what was marked for a second person and has fewer than two people's verdicts, oldest first.

    What was marked under another guideline waits no more: its second verdict would be given under this one.
    """
    judges: dict[tuple[str, str], set[str]] = {}
    under = labels.filter((pc.field("plan_id") != "") & (pc.field("guideline") == guideline))
    for row in under.select(["post_id", "brand", "labeller"]).to_pylist():
        judges.setdefault((row["post_id"], row["brand"]), set()).add(row["labeller"])
    waiting = [
        Drawn(**row)
        for row in drawn.filter(pc.field("second") & (pc.field("guideline") == guideline)).to_pylist()
        if len(judges.get((row["post_id"], row["brand"]), ())) < 2
    ]
    return sorted(waiting, key=lambda row: (row.drawn_at, row.plan_id, row.post_id, row.brand))


def _seconds(drawn: pa.Table, labels: pa.Table, opinions: pa.Table, labeller: str, guideline: str) -> list[Drawn]:
    """What this person is to judge after the one for whom it was drawn; posts that are gone drop out."""
    by_me = labels.filter(pc.field("labeller") == labeller).select(["post_id", "brand"]).to_pylist()
    mine = {(row["post_id"], row["brand"]) for row in by_me}
    waiting = [row for row in open_seconds(drawn, labels, guideline) if row.labeller != labeller]
    ids = pa.array([row.post_id for row in waiting], pa.string())
    there = set(opinions.filter(pc.is_in(opinions["post_id"], value_set=ids))["post_id"].to_pylist())
    return [row for row in waiting if row.post_id in there and (row.post_id, row.brand) not in mine]


def words_of(rows: tuple[Drawn, ...], posts: pa.Table, quotes: pa.Table) -> list[Shown]:
    """Give what is shown of each row: thread title, the quoted posts, own words. Posts that are gone drop out."""
    ids = pa.array(sorted({row.post_id for row in rows}), pa.string())
    kept = posts.filter(pc.is_in(posts["post_id"], value_set=ids)).select(["post_id", "thread_title", "text"])
    by_id = {row["post_id"]: row for row in kept.to_pylist()}
    quoted: dict[str, list[str]] = {}
    said = quotes.filter(pc.is_in(quotes["post_id"], value_set=ids)).select(["post_id", "number", "text"])
    for row in sorted(said.to_pylist(), key=lambda row: (row["post_id"], row["number"])):
        quoted.setdefault(row["post_id"], []).append(row["text"])
    return [
        Shown(
            post_id=row.post_id,
            brand=row.brand,
            plan_id=row.plan_id,
            title=by_id[row.post_id]["thread_title"],
            quoted="\n…\n".join(quoted.get(row.post_id, [])),
            text=by_id[row.post_id]["text"],
        )
        for row in rows
        if row.post_id in by_id
    ]
