"""Amendments: which figures of a published report have other digits by now, and what changed since.

An *erratum* says that posts went or that a person put a reading right; everything else is a *revision*: new labels,
another guideline for them, a new reader, posts that arrived late. A period that was not over when the report was
published is provisional: that it grows is no amendment, an erratum in it is one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leumund.picture.guidelines import followed_by
from leumund.picture.view import Amended
from leumund.tables import Amendment, Estimate

__all__ = ["CAUSES", "Changes", "Published", "amendments_of", "held", "published_of", "summed_up"]

Read = Callable[[str], pa.Table]

CAUSES = (
    "erased",
    "overridden",
    "new_labels",
    "new_guideline",
    "new_reader",
    "late_posts",
    "new_posts",
    "copies",
    "method",
    "unknown",
)
ERRATA = frozenset({"erased", "overridden"})
_KEY = ["post_id", "brand", "aspect"]


@dataclass(frozen=True)
class Published:
    """A report as it was given out: its figures, and when it was made."""

    publication_id: str
    snapshot_id: str
    title: str
    made_at: datetime
    estimates: tuple[Estimate, ...]


def published_of(publication_id: str, title: str, twin: str) -> Published:
    """Read a published report from its JSON; raises ValueError or KeyError when it is none."""
    told = json.loads(twin)
    return Published(
        publication_id=publication_id,
        snapshot_id=told["snapshot_id"],
        title=title,
        made_at=datetime.fromisoformat(told["made_at"]),
        estimates=tuple(_estimate(row) for row in told["estimates"]),
    )


def _estimate(row: Mapping[str, Any]) -> Estimate:
    values: dict[str, Any] = {field.name: row.get(field.name) for field in fields(Estimate)}
    for name in ("period_start", "period_end"):
        values[name] = date.fromisoformat(row[name])
    return Estimate(**values)


class Changes:
    """What changed between two snapshots that can move a figure: `then` and `now` give tables by name."""

    def __init__(self, then: Read, now: Read) -> None:
        self._then, self._now = then, now

    @cached_property
    def everywhere(self) -> frozenset[str]:
        """Causes that move every figure, because the correction is made from all labels and readings together."""
        found = set()
        if not self._then("labels").equals(self._now("labels")):
            found.add("new_labels")
            if _followed(self._then) != _followed(self._now):
                found.add("new_guideline")
        if self._reader_changed:
            found.add("new_reader")
        return frozenset(found)

    @cached_property
    def _reader_changed(self) -> bool:
        then, now = (_names(read("origins"), ("model", "model_version")) for read in (self._then, self._now))
        return then != now

    @cached_property
    def places(self) -> Mapping[tuple[str, str], Mapping[str, list[date]]]:
        """The days on which something changed, by (brand, aspect) and cause."""
        found: dict[tuple[str, str], dict[str, list[date]]] = {}
        for brand, aspect, day, cause in self._rows():
            found.setdefault((brand, aspect), {}).setdefault(cause, []).append(day)
        return found

    def _rows(self) -> Iterator[tuple[str, str, date, str]]:
        columns = [*_KEY, "day", "y"]
        then, now = (read("opinions").select(columns) for read in (self._then, self._now))
        both = then.join(now, _KEY, join_type="full outer", left_suffix="", right_suffix="_now")
        both = both.filter(
            pc.fill_null(pc.not_equal(both["y"], both["y_now"]), True)  # null = only one of the two has it
        )
        ids = both["post_id"].combine_chunks()
        before = _isin(ids, self._then("post_readings")["post_id"])  # posts may lie there that were not read yet
        after = _isin(ids, self._now("posts")["post_id"])
        copied = _isin(ids, _copies(self._then)) != _isin(ids, _copies(self._now))
        overridden = _isin(ids, self._overridden())
        reader = np.full(len(ids), self._reader_changed)
        cause = np.select(
            [~after, overridden, ~before, copied, reader],
            ["erased", "overridden", "late_posts", "copies", "new_reader"],
            "method",
        )
        day = pc.coalesce(both["day"], both["day_now"])
        table = pa.table({"brand": both["brand"], "aspect": both["aspect"], "day": day, "cause": pa.array(cause)})
        for row in table.group_by(table.column_names).aggregate([]).to_pylist():
            yield row["brand"], row["aspect"], row["day"], row["cause"]

    def _overridden(self) -> pa.Array:
        """Posts whose overrides differ between the two."""
        then, now = (
            {(row["post_id"], row["brand"], row["aspect"], row["field"], row["value"]) for row in rows}
            for rows in (self._then("overrides").to_pylist(), self._now("overrides").to_pylist())
        )
        return pa.array(sorted({key[0] for key in then ^ now}), pa.string())

    def behind(self, figure: Estimate, *, provisional: bool) -> frozenset[str]:
        """Give the causes that moved a figure; of several all that had a part in it."""
        brands = {figure.brand, figure.rival} - {""}
        touching, anywhere = set[str](), set[str]()
        for (brand, aspect), causes in self.places.items():
            for cause, days in causes.items():
                anywhere.add(cause)
                named = figure.measure == "share_of_voice" or brand in brands
                if (
                    named
                    and aspect == figure.aspect
                    and any(figure.period_start <= d <= figure.period_end for d in days)
                ):
                    touching.add(cause)
        found = touching | self.everywhere
        if provisional:
            found.discard("late_posts")
            return frozenset(touching & ERRATA)
        if not found:  # the correction of the reader's mistakes is made from all posts together
            found = {"new_posts" if cause == "late_posts" else cause for cause in anywhere}
        return frozenset(found or {"method"})


def _followed(read: Read) -> set[str]:
    """The guideline that the figures follow: the only one, or that to which bridges lead."""
    followed = followed_by(read("guideline_bridges"))
    return {followed} if followed else set(pc.unique(read("labels")["guideline"]).to_pylist()) - {""}


def _names(origins: pa.Table, kinds: Sequence[str]) -> set[tuple[str, str]]:
    return {(row["kind"], row["name"]) for row in origins.to_pylist() if row["kind"] in kinds}


def _isin(ids: pa.Array, among: pa.Array | pa.ChunkedArray) -> np.ndarray:
    return np.asarray(pc.is_in(ids, value_set=among).to_numpy(zero_copy_only=False), dtype=bool)


def _copies(read: Read) -> pa.ChunkedArray:
    families = read("families")
    return families.filter(families["is_copy"])["post_id"]


def amendments_of(
    published: Published,
    today: Mapping[str, Estimate],
    changes: Changes | None,
    *,
    known: Sequence[Amendment],
    shown: Callable[[Estimate | None], str],
    snapshot_id: str,
    noted_at: datetime,
) -> list[Amendment]:
    """Give what has to be noted of one published report, in the order of its figures.

    `today` are today's figures by figure_id, `changes` what changed since (None: the report's snapshot is not kept any
    more), `known` what was noted before, oldest first, `shown` the digits of a figure as a report prints them.
    """
    last = {one.figure_id: one for one in known if one.publication_id == published.publication_id}
    found = []
    for old in published.estimates:
        new = today.get(old.figure_id)
        if _same(last.get(old.figure_id) or old, new):
            continue
        stated = _restated(old, last.get(old.figure_id))
        if shown(stated) == shown(new):
            continue
        provisional = old.period_end >= published.made_at.date() or (new is not None and _bounds(old) != _bounds(new))
        causes = frozenset({"unknown"}) if changes is None else changes.behind(old, provisional=provisional)
        if causes and not (provisional and causes == {"unknown"}):
            found.append(
                _amendment(
                    published.publication_id,
                    old,
                    new,
                    causes=causes,
                    snapshot_id=snapshot_id,
                    noted_at=noted_at,
                )
            )
    return found


def _same(stated: Estimate | Amendment, new: Estimate | None) -> bool:
    """Tell quickly that a figure has not moved at all."""
    told = _numbers(stated) if isinstance(stated, Estimate) else _noted(stated)
    return told == _numbers(new)


def _numbers(figure: Estimate | None) -> tuple[float | None, float | None, float | None, str]:
    return (None, None, None, "") if figure is None else (figure.value, figure.low, figure.high, figure.support)


def _noted(one: Amendment) -> tuple[float | None, float | None, float | None, str]:
    return one.new_value, one.new_low, one.new_high, one.new_support


def _restated(old: Estimate, noted: Amendment | None) -> Estimate:
    """The figure as it was stated last: as published, or as amended."""
    if noted is None:
        return old
    value, low, high, support = _noted(noted)
    values = {field.name: getattr(old, field.name) for field in fields(Estimate)}
    return Estimate(**{**values, "value": value, "low": low, "high": high, "support": support})


def _bounds(figure: Estimate) -> tuple[date, date]:
    return figure.period_start, figure.period_end


def _amendment(
    publication_id: str,
    old: Estimate,
    new: Estimate | None,
    *,
    causes: frozenset[str],
    snapshot_id: str,
    noted_at: datetime,
) -> Amendment:
    value, low, high, support = _numbers(new)
    told = "\n".join(map(str, (publication_id, old.figure_id, snapshot_id, value, low, high, support)))
    return Amendment(
        amendment_id=hashlib.blake2b(told.encode(), digest_size=16).hexdigest(),
        publication_id=publication_id,
        figure_id=old.figure_id,
        snapshot_id=snapshot_id,
        kind="erratum" if causes & ERRATA else "revision",
        cause="+".join(cause for cause in CAUSES if cause in causes),
        **{
            name: getattr(old, name)
            for name in ("measure", "brand", "rival", "aspect", "period", "period_start", "period_end", "counted")
        },
        old_value=old.value,
        old_low=old.low,
        old_high=old.high,
        old_support=old.support,
        new_value=value,
        new_low=low,
        new_high=high,
        new_support=support,
        noted_at=noted_at,
    )


def held(amendments: Sequence[Amendment]) -> list[Amendment]:
    """Give what holds now of amendments, oldest first: the last one a figure, those taken back by now left out."""
    last = {(one.publication_id, one.figure_id): one for one in amendments}
    return [one for one in last.values() if _noted(one) != _old(one)]


def _old(one: Amendment) -> tuple[float | None, float | None, float | None, str]:
    return one.old_value, one.old_low, one.old_high, one.old_support


def summed_up(publications: pa.Table, amendments: Sequence[Amendment]) -> tuple[Amended, ...]:
    """Give, for each published report and reason, how many figures read differently today and the largest change."""
    reports = {row["publication_id"]: row for row in publications.to_pylist()}
    groups: dict[tuple[str, str, str], list[Amendment]] = {}
    for one in held(amendments):
        groups.setdefault((one.publication_id, one.kind, one.cause), []).append(one)
    found = [
        Amended(
            publication_id=publication_id,
            title=reports[publication_id]["title"],
            published_at=reports[publication_id]["published_at"],
            kind=kind,
            cause=cause,
            n_figures=len(these),
            largest=max(these, key=_moved),
        )
        for (publication_id, kind, cause), these in groups.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.published_at, one.publication_id, one.kind, -one.n_figures)))


def _moved(one: Amendment) -> tuple[bool, bool, float, str]:
    """How far a figure moved, in its interval's lengths: figures that are read first before others."""
    plain = one.aspect == "" and one.counted == "posts" and one.measure != "share_of_voice"
    if one.old_value is None or one.new_value is None or one.old_low is None or one.old_high is None:
        return plain, False, 0.0, one.figure_id
    length = max(one.old_high - one.old_low, 1e-9)
    return plain, one.old_support != "unproven", abs(one.new_value - one.old_value) / length, one.figure_id
