"""Handing out: what one person judges next, newly drawn or after somebody else, and the words around each post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leumund.picture.labelling import draw, how_sharp, plan_id_of
from leumund.tables import Drawn

__all__ = ["Handout", "Shown", "hand_out", "open_seconds", "words_of"]

LOST_AFTER = timedelta(days=28)  # a workbook of which nothing came back for so long is taken as lost


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
    """What one person gets to judge: `drawn` by chance for this one, `second` after somebody else; in chance order."""

    drawn: tuple[Drawn, ...]
    second: tuple[Drawn, ...]

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

    `tables` has opinions, judged and posts (collected_at) of the snapshot, and labels and drawn of the ledger. A share
    of the newly drawn is marked for a second person. The same again, before a verdict came in, gives the same again.
    """
    labels, known = tables["labels"], tables["drawn"].to_pylist()
    opinions = tables["opinions"].filter(pc.field("aspect") == "")
    told = labels.filter(pc.field("plan_id") != "").select(["post_id", "brand", "labeller", "value"]).to_pylist()
    state = sorted("\t".join(row.values()) for row in told)
    plan_id = plan_id_of(snapshot_id, str(n), labeller, guideline, *state)
    again = [row for row in known if row["plan_id"] == plan_id]
    seconds = _seconds(tables["drawn"], labels, opinions, labeller)
    if again:
        return Handout(tuple(Drawn(**row) for row in again), tuple(seconds[: max(n - len(again), 0)]))
    seconds = seconds[: n // 2] if n else seconds
    picked = draw(
        opinions,
        _out(known, told, now),
        own=own,
        n=max(n - len(seconds), 0),
        plan_id=plan_id,
        sharpness=how_sharp(tables["judged"]),
    )
    collected = tables["posts"]["collected_at"]
    frame_until = pc.max(collected).as_py() if len(collected) else now
    fresh = [
        Drawn(
            plan_id=plan_id,
            post_id=row.post_id,
            brand=row.brand,
            inclusion_probability=row.inclusion_probability,
            second=place < round(double_share * len(picked)),
            labeller=labeller,
            drawn_at=now,
            snapshot_id=snapshot_id,
            frame_until=frame_until,
            guideline=guideline,
        )
        for place, row in enumerate(picked)
    ]
    return Handout(tuple(fresh), tuple(seconds))


def _out(known: list[dict[str, Any]], told: list[dict[str, Any]], now: datetime) -> pa.Table:
    """What must not be drawn: judged for measuring already, or handed out and not lost."""
    judged = {(row["post_id"], row["brand"]) for row in told}
    alive = {row["plan_id"] for row in known if (row["post_id"], row["brand"]) in judged}
    alive |= {row["plan_id"] for row in known if now - row["drawn_at"] < LOST_AFTER}
    pairs = sorted(judged | {(row["post_id"], row["brand"]) for row in known if row["plan_id"] in alive})
    names = {"post_id": [post_id for post_id, _ in pairs], "brand": [brand for _, brand in pairs]}
    return pa.table(names, schema=pa.schema([("post_id", pa.string()), ("brand", pa.string())]))


def open_seconds(drawn: pa.Table, labels: pa.Table) -> list[Drawn]:
    """Give what was marked for a second person and has fewer than two people's verdicts, oldest first."""
    judges: dict[tuple[str, str], set[str]] = {}
    for row in labels.filter(pc.field("plan_id") != "").select(["post_id", "brand", "labeller"]).to_pylist():
        judges.setdefault((row["post_id"], row["brand"]), set()).add(row["labeller"])
    waiting = [
        Drawn(**row)
        for row in drawn.filter(pc.field("second")).to_pylist()
        if len(judges.get((row["post_id"], row["brand"]), ())) < 2
    ]
    return sorted(waiting, key=lambda row: (row.drawn_at, row.plan_id, row.post_id, row.brand))


def _seconds(drawn: pa.Table, labels: pa.Table, opinions: pa.Table, labeller: str) -> list[Drawn]:
    """What this person is to judge after the one for whom it was drawn; posts that are gone drop out."""
    by_me = labels.filter(pc.field("labeller") == labeller).select(["post_id", "brand"]).to_pylist()
    mine = {(row["post_id"], row["brand"]) for row in by_me}
    waiting = [row for row in open_seconds(drawn, labels) if row.labeller != labeller]
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
