"""The evidence pack: all that the figures were made from, without a person in it, and a script that makes them again.

Posts, authors and threads get numbers that hold in this pack alone, so that two packs cannot be put side by side and a
public post's address does not lead to its row; days are coarsened to week and month; words are not in it. The periods
that are compared are whole weeks or whole months, so that nothing but what a comparison leaves out has to be marked.
Of a phrase the pack has no words, but whoever knows them from the report sees which rows say them.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leumund.engines.parts import writing
from leumund.picture.borrowing import Makeup, Stretch
from leumund.picture.identity import ALL_TIME
from leumund.picture.missing import Gaps
from leumund.picture.polarities import POLARITIES, gaps_in_shares, toned_rows
from leumund.picture.view import Picture
from leumund.picture.window import Window
from leumund.posts.identity import AuthorKeys
from leumund.readings.aspect import GENERAL
from leumund.reports.pack_campaigns import campaign_tables
from leumund.reports.pack_labels import label_tables, number_of
from leumund.reports.pack_phrases import phrase_tables
from leumund.wording import LANGUAGES, say

__all__ = ["pack_files", "write_pack"]

FORMAT = 1
INDEX = 0.01  # 1/10,000 -> index points
SPANS = ("four_weeks", "quarter")
MOST_DAYS = 1 << 24
SCRIPT = Path(__file__).with_name("recompute.py")
SCRIPTS = (
    SCRIPT,
    *(
        SCRIPT.with_name(f"recompute_{part}.py")
        for part in (
            *("polarities", "campaigns", "placebos", "changes", "drivers"),
            *("spans", "phrases", "labels", "gaps", "watch", "files"),
        )
    ),
)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same pack has the same bytes

_GAPS = pa.schema(
    {
        "measure": pa.string(),
        "brand": pa.int64(),
        "aspect": pa.int64(),
        "period": pa.string(),
        "period_start": pa.date32(),
        "share": pa.float64(),
        "usual": pa.float64(),
        "error": pa.float64(),
    }
)

Read = Callable[[str], pa.Table]


def write_pack(picture: Picture, read: Read, path: Path, *, min_posts: int, keys: AuthorKeys) -> None:
    """Write the pack to `path`: a zip file where that is its ending, else a folder.

    `read` gives a table of the picture's snapshot by its name. Raises a StorageError where the place cannot be
    written to.
    """
    files = pack_files(picture, read, min_posts=min_posts, keys=keys)
    with writing(path) as draft:
        if path.suffix == ".zip":
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as packed:
                for name, content in files.items():
                    packed.writestr(zipfile.ZipInfo(f"{path.stem}/{name}", _LONG_AGO), content, zipfile.ZIP_DEFLATED)
            return
        draft.mkdir()
        for name, content in files.items():
            (draft / name).write_bytes(content)
        if (path / "manifest.json").exists():  # a pack of before; anything else is not ours to remove
            shutil.rmtree(path)


def pack_files(picture: Picture, read: Read, *, min_posts: int, keys: AuthorKeys) -> dict[str, bytes]:
    """Give the pack's files by name; the same picture gives the same bytes to the same user."""
    estimates = read("estimates")
    opinions, names = _opinions(toned_rows(read("opinions"), read("readings")), read("left_out"), picture, keys)
    tables = {
        "opinions": opinions.drop_columns(["post_id"]),
        **label_tables(read, opinions, names),
        "gaps": _gaps(estimates, read, picture.window, names),
        "figures": _figures(estimates, names),
        "polarities": _polarities(read("polarities"), names),
        **campaign_tables(picture.campaigns, names),
        "changes": _changes(read("changes"), names),
        "drivers": _drivers(read("drivers"), names),
        "watched": _watched(read("watched_weeks"), names),
        **{name: read(name) for name in ("spans", "left_out", "blocks")},
        **phrase_tables(read, opinions, names),
        "coverage": read("coverage"),
        "tallies": read("tallies"),
    }
    written = {f"{name}.parquet": _parquet(table) for name, table in tables.items()}
    written |= {script.name: script.read_bytes() for script in SCRIPTS}
    written["README.md"] = ("\n\n".join(_readme(picture, language) for language in LANGUAGES) + "\n").encode()
    manifest = {
        "format": FORMAT,
        "title": picture.title,
        "simulated": picture.simulated,
        "snapshot_id": picture.snapshot_id,
        "made_at": picture.made_at.isoformat(),
        "level": picture.level,
        "min_posts": min_posts,
        "window": [day.isoformat() for day in (window.first, window.last)] if (window := picture.window) else None,
        **names,
        "tables": {
            name: {"rows": table.num_rows, "columns": {f.name: str(f.type) for f in table.schema}}
            for name, table in tables.items()
        },
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in written.items()},
    }
    return {"manifest.json": json.dumps(manifest, ensure_ascii=False, indent=1).encode(), **written}


def _opinions(
    rows: pa.Table, left_out: pa.Table, picture: Picture, keys: AuthorKeys
) -> tuple[pa.Table, dict[str, list[str]]]:
    """Give the opinions with numbers for names, and the names of brands, aspects and venues by number.

    Posts, authors and threads are numbered in an order that only the holder of the key can make again. `post_id`
    stands beside for joining and is taken out before anything is written.
    """
    names = {
        "brands": [picture.own, *picture.rivals],
        "aspects": sorted({*pc.unique(rows["aspect"]).to_pylist(), GENERAL}),
        "venues": sorted(pc.unique(rows["venue"]).to_pylist()),
    }
    columns = {
        "post": _numbered("post", rows["post_id"], picture, keys),
        **{one: number_of(rows[one], names[f"{one}s"]) for one in ("brand", "aspect", "venue")},
        "author": _numbered("author", rows["author"], picture, keys),
        "thread": _numbered("thread", rows["thread"], picture, keys),
        "week": pc.floor_temporal(rows["day"], unit="week", week_starts_monday=True),
        "month": pc.floor_temporal(rows["day"], unit="month"),
        "quarter": pc.floor_temporal(rows["day"], unit="quarter"),
        "all": _of_all(rows["day"], picture),
        **{f"left_out_{span}": _left_out(rows, left_out, span, names["venues"]) for span in SPANS},
        "y": rows["y"],
        **{name: rows[name] for name in POLARITIES},
        "post_id": rows["post_id"],
    }
    table = pa.table(columns)
    return table.sort_by([(name, "ascending") for name in ("post", "brand", "aspect")]), names


def _of_all(days: pa.ChunkedArray, picture: Picture) -> pa.ChunkedArray:
    """Give each day the start of the period that the picture covers, or, outside of it, of none."""
    inside = pc.and_(pc.greater_equal(days, picture.period_start), pc.less_equal(days, picture.period_end))
    return pc.if_else(inside, pa.scalar(picture.period_start, pa.date32()), pa.scalar(ALL_TIME, pa.date32()))


def _left_out(rows: pa.Table, left_out: pa.Table, span: str, venues: list[str]) -> pa.ChunkedArray:
    """Tell of each opinion whether its forum and day are left out of a comparison."""

    def placed(table: pa.Table) -> pa.ChunkedArray:
        days = table["day"].cast("int32").cast("int64")
        return pc.add(pc.multiply(number_of(table["venue"], venues), MOST_DAYS), days)

    return pc.is_in(placed(rows), value_set=placed(left_out.filter(pc.field("span") == span)))


def _numbered(kind: str, ids: pa.ChunkedArray, picture: Picture, keys: AuthorKeys) -> pa.Array:
    folded = ids.combine_chunks().dictionary_encode()
    realm = f"pack {picture.snapshot_id} {kind}"
    secret = [keys.key(realm, one) for one in folded.dictionary.to_pylist()]
    place = {key: number for number, key in enumerate(sorted(secret))}
    return pa.array([place[key] for key in secret], pa.int64()).take(folded.indices)


def _gaps(estimates: pa.Table, read: Read, window: Window | None, names: dict[str, list[str]]) -> pa.Table:
    """Give what gaps in collection put in: which share of a cell, at which usual value, with which error."""
    within = read("makeup_within") if window else None
    gaps = Gaps(read("coverage"), Makeup(read("makeup"), within))
    kept: list[dict[str, Any]] = []
    for row in estimates.to_pylist():
        if row["measure"] == "difference" or row["counted"] != "posts":
            continue
        period = window.period if window and row["period"] == "all" else row["period"]
        stretch = Stretch(row["brand"], "", row["aspect"], period, row["period_start"])
        share_of_voice = row["measure"] == "share_of_voice"
        found = gaps.of_voice([stretch], sorted(names["brands"])) if share_of_voice else gaps.of_index([stretch])
        share, usual, error = (float(part[0]) for part in found)
        if share:
            unit = 1 if share_of_voice else INDEX
            place = {"brand": names["brands"].index(row["brand"]), "aspect": names["aspects"].index(row["aspect"])}
            cell = {"measure": row["measure"], **place, "period": row["period"], "period_start": row["period_start"]}
            kept.append({**cell, "share": share, "usual": usual * unit, "error": error * unit})
    return pa.Table.from_pylist([*kept, *_gaps_of_shares(read, window, names)], schema=_GAPS)


def _gaps_of_shares(read: Read, window: Window | None, names: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    """Give the same for the shares of polarity; as brand 0 the own one, 1 its rivals together."""
    within = "_within" if window else ""
    own, shares = names["brands"][0], read("polarities").to_pylist()
    keys = sorted({("rivals" if row["brand"] == "" else "own", row["aspect"]) for row in shares})
    tables = {name: read(f"{name}{within}") for name in ("makeup", "coverage")}
    missing, error = gaps_in_shares(tables, keys, own)
    for (side, aspect), share, off in zip(keys, missing.tolist(), error.tolist(), strict=True):
        if share:
            place = {"brand": int(side == "rivals"), "aspect": names["aspects"].index(aspect)}
            start = min(row["first"] for row in shares)
            cell = {"measure": "polarity", **place, "period": "all", "period_start": start}
            yield {**cell, "share": share, "usual": 0.0, "error": off}


def _figures(estimates: pa.Table, names: dict[str, list[str]]) -> pa.Table:
    """Give the estimates with numbers for names; a figure that is no difference has its own brand as rival."""
    numbers = {
        "brand": number_of(estimates["brand"], names["brands"]),
        "rival": pc.if_else(
            pc.equal(estimates["rival"], ""),
            number_of(estimates["brand"], names["brands"]),
            number_of(estimates["rival"], names["brands"]),
        ),
        "aspect": number_of(estimates["aspect"], names["aspects"]),
    }
    columns = {field: numbers.get(field, estimates[field]) for field in estimates.column_names}
    return pa.table(columns).sort_by("figure_id")


def _polarities(shares: pa.Table, names: dict[str, list[str]]) -> pa.Table:
    """Give the shares of polarity; as side 0 the own brand, 1 its rivals together."""
    numbers = {
        "side": pc.equal(shares["brand"], "").cast("int64"),
        "aspect": number_of(shares["aspect"], names["aspects"]),
    }
    kept = [name for name in shares.column_names if name not in ("brand", "aspect")]
    return pa.table({**numbers, **{name: shares[name] for name in kept}}).sort_by("figure_id")


def _watched(weeks: pa.Table, names: dict[str, list[str]]) -> pa.Table:
    """Give the weekly watch, with numbers for brands."""
    numbers = {"brand": number_of(weeks["brand"], names["brands"])}
    columns = {name: numbers.get(name, weeks[name]) for name in weeks.column_names}
    return pa.table(columns).sort_by([("brand", "ascending"), ("week", "ascending")])


def _changes(changes: pa.Table, names: dict[str, list[str]]) -> pa.Table:
    """Give the parts of the changes with numbers for names."""
    numbers = {"brand": number_of(changes["brand"], names["brands"])}
    return pa.table({name: numbers.get(name, changes[name]) for name in changes.column_names}).sort_by("figure_id")


def _drivers(drivers: pa.Table, names: dict[str, list[str]]) -> pa.Table:
    """Give what each aspect moved, with numbers for names."""
    numbers = {name: number_of(drivers[name], names[f"{name}s"]) for name in ("brand", "aspect")}
    table = pa.table({name: numbers.get(name, drivers[name]) for name in drivers.column_names})
    return table.sort_by([(name, "ascending") for name in ("brand", "span", "aspect", "part")])


def _parquet(table: pa.Table) -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target, compression="zstd")
    return target.getvalue()


def _readme(picture: Picture, language: str) -> str:
    values: dict[str, Any] = {"title": picture.title, "snapshot": picture.snapshot_id, "when": picture.made_at}
    parts = ("title", "what", "simulated", "recompute", "files", "names", "limits")
    return "\n\n".join(
        say(f"pack.{part}", language, **values) for part in parts if part != "simulated" or picture.simulated
    )
