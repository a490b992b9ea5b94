"""Change: is it change, or noise, another mix of venues or authors, or the reader?

opinions, spans, left_out -> contrasts, aspect_contrasts -> changes, drivers
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from leumund.estimates import Part, Rows, correct_with_labels, estimate_movement, split_by_group, split_in_three
from leumund.picture.identity import figure_id_of
from leumund.picture.shift import Compared, ReaderShift, Shift, Told
from leumund.step import Query, Step, Whole
from leumund.tables import Change, Driver, rows_to_arrow

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["PARTS", "change_id", "steps"]

PARTS = ("total", "venues", "authors", "opinion", "reader")
HEAVY_POSTS = 4  # about a post a fortnight in the eight weeks of the shorter comparison
WHOLE_POST = 360_360  # divisible by every number of aspects up to fifteen
MOST_MISSING = 1_000  # 1/10,000: with a tenth of the posts not collected, nothing is said
INDEX = 0.01
BOUND_ROWS = 2_000_000
NAMES = {"total": "total", "outer": "venues", "inner": "authors", "rate": "opinion"}

Tables = Mapping[str, "Table"]


def change_id(part: str, brand: str, span: str, first: date) -> str:
    """Give the identity of one part of a change, `first` being the first day of its later period."""
    return figure_id_of(measure=f"change_{part}", brand=brand, period=span, period_start=first)


def compared(tables: Tables) -> Table:
    """Give the opinions on posts as a whole that lie in a period to compare, with span and side; nothing unheard."""
    whole, spans = tables["opinions"].filter(lambda t: t.aspect == ""), tables["spans"]
    met = whole.join(spans, [whole.day >= spans["first"], whole.day <= spans["last"]])
    met = met.select("span", "side", "post_id", "brand", "venue", "author", "thread", "day", "y")
    return met.anti_join(tables["left_out"], ["span", "venue", "day"])


def contrasts(tables: Tables) -> Table:
    """Sum up by author, thread and week, and tell heavy authors from occasional ones."""
    import ibis

    rows = compared(tables).mutate(week=lambda t: t.day.truncate("W").cast("date"))
    who = ("span", "brand", "side", "venue", "author", "thread", "week")
    sums = rows.group_by(*who).agg(n_posts=rows.count().cast("int64"), y=rows.y.sum().cast("int64"))
    same = ibis.window(group_by=[sums.span, sums.brand, sums.author])
    return sums.mutate(heavy=sums.n_posts.sum().over(same) >= HEAVY_POSTS)


def aspect_contrasts(tables: Tables) -> Table:
    """Share each post among its aspects; a post that names none goes to 'general'."""
    import ibis

    rows = compared(tables)
    named = tables["opinions"].filter(lambda t: t.aspect != "").select("post_id", "brand", "aspect")
    counts = named.group_by("post_id", "brand").agg(k=named.count().cast("int64"))
    of = named.join(counts, ["post_id", "brand"])
    met = rows.left_join(of, ["post_id", "brand"])
    weight = (ibis.literal(WHOLE_POST, "int64") // met.k.fill_null(1)).cast("int64")
    weighed = met.select(
        "span", "brand", "side", "author", "thread", "y", aspect=met.aspect.fill_null("general"), weight=weight
    )
    who = ("span", "brand", "side", "aspect", "author", "thread")
    return weighed.group_by(*who).agg(
        n=weighed.weight.sum().cast("int64"), y=(weighed.weight * weighed.y).sum().cast("int64")
    )


@dataclass(frozen=True)
class _Pair:
    """One comparison: its two periods and what is missing in them."""

    span: str
    before: tuple[date, date]
    after: tuple[date, date]
    missing: int


def _pairs(spans: pa.Table) -> list[_Pair]:
    rows = {(row["span"], row["side"]): row for row in spans.to_pylist()}
    found = []
    for name in sorted({span for span, _ in rows}):
        before, after = rows[name, "before"], rows[name, "after"]
        missing = max(before["missing"], after["missing"])
        found.append(_Pair(name, (before["first"], before["last"]), (after["first"], after["last"]), missing))
    return found


def _changes(
    tables: Mapping[str, pa.Table], *, own: str, rivals: Sequence[str], level: float, min_posts: int
) -> Mapping[str, pa.Table]:
    changes: list[Change] = []
    drivers: list[Driver] = []
    pairs, said = _pairs(tables["spans"]), _by_brand(tables["contrasts"])
    on_aspects = _by_brand(tables["aspect_contrasts"])
    reader = ReaderShift(tables["judged"], tables["guideline_bridges"])
    heard = [(brand, pair) for brand in (own, *rivals) for pair in pairs if (pair.span, brand) in said]
    asked = [Compared(brand, pair.before, pair.after, said[pair.span, brand]) for brand, pair in heard]
    for (brand, pair), compared_, shift in zip(heard, asked, reader.of(asked), strict=True):
        # The own brand is asked for by itself; the rivals are looked through together (Bonferroni).
        its_level = level if brand == own else 1 - (1 - level) / len(rivals)
        changes += _parts(compared_.posts, brand, pair, shift, power=reader.power, level=its_level, min_posts=min_posts)
        drivers += _drivers(on_aspects.get((pair.span, brand)), brand, pair, power=reader.power, level=its_level)
    changes.sort(key=lambda row: row.figure_id)
    drivers.sort(key=lambda row: (row.brand, row.span, row.aspect, row.part))
    return {"changes": rows_to_arrow("changes", changes), "drivers": rows_to_arrow("drivers", drivers)}


def _by_brand(table: pa.Table) -> dict[tuple[str, str], pa.Table]:
    """Give the rows of each span and brand, in an order that no engine has a say in."""
    if not table.num_rows:
        return {}
    table = table.sort_by([(name, "ascending") for name in table.column_names if name not in ("n", "y", "n_posts")])
    column = table["span"].combine_chunks(), table["brand"].combine_chunks()
    keys = np.array([f"{a}\n{b}" for a, b in zip(*(c.to_pylist() for c in column), strict=True)], dtype=object)
    return {tuple(key.split("\n")): table.filter(pa.array(keys == key)) for key in np.unique(keys)}


def _rows(table: pa.Table, n: str, unit: float) -> Rows:
    columns = {name: table[name].to_numpy() for name in ("side", n, "y", "author", "thread")}
    side = (columns["side"] == "after").astype(np.int64)
    return Rows(side, columns[n] * unit, columns["y"] * (unit * INDEX), columns["author"], columns["thread"])


def _parts(
    table: pa.Table, brand: str, pair: _Pair, shift: Shift, *, power: float, level: float, min_posts: int
) -> Iterator[Change]:
    rows = _rows(table, "n_posts", 1.0)
    side, n = np.asarray(rows.side), np.asarray(rows.n)
    sizes = [int(n[side == one].sum()) for one in (0, 1)]
    found: dict[str, Part] = {}
    if min(sizes) >= max(min_posts, 1):
        venues, heavy = table["venue"].to_numpy(), table["heavy"].to_numpy(zero_copy_only=False)
        counted = split_in_three(rows, venues, heavy, level=level)
        found = _with_reader({NAMES[name]: _times(part, power) for name, part in counted.items() if name in NAMES},
                             shift, level)  # fmt: skip
    verdict = _verdict(found, shift, pair)
    for part in PARTS:
        value = found.get(part)
        told = value is not None and math.isfinite(value.low) and verdict not in ("gap", "too_few")
        yield Change(
            figure_id=change_id(part, brand, pair.span, pair.after[0]),
            brand=brand,
            span=pair.span,
            part=part,
            before_first=pair.before[0],
            before_last=pair.before[1],
            after_first=pair.after[0],
            after_last=pair.after[1],
            value=_number(value.value) if told and value else None,
            low=_number(max(value.low, -200)) if told and value else None,
            high=_number(min(value.high, 200)) if told and value else None,
            level=level,
            support=shift.support,
            n_before=sizes[0],
            n_after=sizes[1],
            n_authors=len(table["author"].unique()),
            n_threads=len(table["thread"].unique()),
            n_labels=shift.n_labels,
            missing=pair.missing,
            verdict=verdict,
        )


def _number(value: float) -> float:
    return round(float(value), 6) + 0.0


def _times(part: Part, factor: float) -> Part:
    ends = sorted((part.low * factor, part.high * factor))
    return Part(part.value * factor, part.se * abs(factor), part.dof, *ends)


def _with_reader(parts: dict[str, Part], shift: Shift, level: float) -> dict[str, Part]:
    """Put the reader's error right in venues, authors and opinions; what they get, the reader's part gives.

    The machine follows other authors as far as other opinions, so their part is divided by the response. Labels move by
    both, so what authors moved is taken from theirs.
    """
    if not math.isfinite(parts["opinion"].se):
        return {**parts, "opinion": Part(*[math.nan] * 5), "reader": Part(*[math.nan] * 5)}
    if shift.support == "unproven":
        return {**parts, "reader": Part(0.0, 0.0, math.inf, 0.0, 0.0)}
    venues, authors, beyond = _corrected(parts["venues"], shift.venues, level), parts["authors"], shift.venues
    if shift.response is not None:
        authors, more = estimate_movement(authors, response=shift.response, level=level)
        beyond = _told(_corrected(more, beyond, level))
    moved = estimate_movement(
        parts["opinion"],
        drift=shift.drift,
        response=shift.response,
        labels=_less(shift.labels, authors),
        shared=shift.shared,
        level=level,
    )
    reader = _times(_corrected(moved.beyond, beyond, level), -1.0)
    return {**parts, "venues": venues, "authors": authors, "opinion": moved.opinion, "reader": reader}


def _told(part: Part) -> Told:
    return part.value, part.se, part.dof


def _less(labels: Told | None, authors: Part) -> Told | None:
    if labels is None:
        return None
    value, se, dof = labels
    return value - authors.value, math.hypot(se, authors.se), dof


def _corrected(part: Part, error: Told, level: float) -> Part:
    value, se, dof = error
    cells = correct_with_labels(part.value, part.se, value, se, machine_dof=part.dof, rectifier_dof=dof, level=level)
    return Part(*(float(getattr(cells, name)) for name in ("value", "se", "dof", "low", "high")))


def _verdict(parts: Mapping[str, Part], shift: Shift, pair: _Pair) -> str:
    if pair.missing > MOST_MISSING:
        return "gap"
    if not parts or not math.isfinite(parts["opinion"].low):
        return "too_few"
    if shift.support == "unproven":
        return "unproven"
    moved = {name: _moved(part) for name, part in parts.items()}
    causes = (("mix_only", ("venues", "authors")), ("reader_only", ("reader",)))
    other = [name for name, by in causes if moved["total"] and moved["total"] in [moved[part] for part in by]]
    return moved["opinion"] or next(iter(other), "no_change_shown")


def _moved(part: Part) -> str:
    return "up" if part.low > 0 else "down" if part.high < 0 else ""


def _drivers(table: pa.Table | None, brand: str, pair: _Pair, *, power: float, level: float) -> Iterator[Driver]:
    if table is None or len(table["side"].unique()) < 2 or pair.missing > MOST_MISSING:
        return
    rows, names = _rows(table, "n", 1 / WHOLE_POST), table["aspect"].to_numpy()
    aspects = np.unique(names)
    n, side = np.asarray(rows.n), np.asarray(rows.side)
    shares = [
        np.array([n[(side == one) & (names == aspect)].sum() for aspect in aspects]) / n[side == one].sum()
        for one in (0, 1)
    ]
    for (group, part), found in split_by_group(rows, names, level=level).items():
        told = math.isfinite(found.low)
        moved = _times(found, power)
        yield Driver(
            brand=brand,
            span=pair.span,
            aspect=str(aspects[group]),
            part=part,
            value=_number(moved.value),
            low=_number(moved.low) if told else None,
            high=_number(moved.high) if told else None,
            share_before=_number(shares[0][group]),
            share_after=_number(shares[1][group]),
            verdict=_moved(moved) or "no_change_shown",
        )


def steps(own: str, rivals: Sequence[str], *, level: float, min_posts: int) -> tuple[Step, ...]:
    """Give the steps from opinions and spans to changes, in order."""
    heard = ("opinions", "spans", "left_out")

    def run(tables: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
        return _changes(tables, own=own, rivals=rivals, level=level, min_posts=min_posts)

    version = "|".join(("6", str(level), str(min_posts), own, *rivals))
    read = ("contrasts", "aspect_contrasts", "spans", "judged", "guideline_bridges")
    return (
        Query("contrasts", heard, "contrasts", contrasts, version="2"),
        Query("aspect_contrasts", heard, "aspect_contrasts", aspect_contrasts),
        Whole("changes", read, ("changes", "drivers"), BOUND_ROWS, run, version=version),
    )
