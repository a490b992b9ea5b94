"""The evidence pack: all that the figures were made from, without a person in it, and a script that makes them again.

Posts, authors and threads get numbers that hold in this pack alone, so that two packs cannot be put side by side and a
public post's address does not lead to its row; days are coarsened to week and month; words are not in it.
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

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from leumund.engines.parts import writing
from leumund.picture.borrowing import Makeup, Stretch
from leumund.picture.guidelines import in_order
from leumund.picture.identity import ALL_TIME
from leumund.picture.missing import Gaps
from leumund.picture.polarities import POLARITIES, gaps_in_shares, toned_rows
from leumund.picture.view import Picture
from leumund.picture.weights import plans_of
from leumund.picture.window import Window
from leumund.posts.identity import AuthorKeys
from leumund.wording import LANGUAGES, say

__all__ = ["pack_files", "write_pack"]

FORMAT = 1
INDEX = 0.01  # 1/10,000 -> index points
SCRIPT = Path(__file__).with_name("recompute.py")
SCRIPTS = (
    SCRIPT,
    *(SCRIPT.with_name(f"recompute_{part}.py") for part in ("polarities", "campaigns", "labels", "gaps", "watch")),
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

_ENDS = ("value", "low", "high")
_CAMPAIGNS = pa.schema(
    {
        "name": pa.string(),
        "brand": pa.int64(),
        "rivals": pa.list_(pa.int64()),
        "aspect": pa.int64(),
        "counted": pa.string(),
        "starts_on": pa.date32(),
        "first_week": pa.date32(),
        "weeks": pa.list_(pa.int64()),
        **{f"{whose}{part}": pa.float64() for whose in ("", "machine_") for part in _ENDS},
        "p_value": pa.float64(),
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
    estimates, bridges = read("estimates"), read("guideline_bridges")
    verdicts, drawn = read("verdicts"), read("drawn")
    opinions, names = _opinions(toned_rows(read("opinions"), read("readings")), picture, keys)
    names["guidelines"] = in_order(verdicts["guideline"].to_pylist(), drawn)
    tables = {
        "opinions": opinions.drop_columns(["post_id"]),
        "verdicts": _verdicts(verdicts, drawn, opinions, names),
        "plans": _plans(verdicts, drawn, names),
        "bridges": _bridges(bridges, names),
        "labels": _labels([read("judged"), read("judged_aspects")], bridges, opinions, names),
        "judged": _judged(read("judged_polarities"), bridges, opinions, names),
        "gaps": _gaps(estimates, read, picture.window, names),
        "figures": _figures(estimates, names),
        "polarities": _polarities(read("polarities"), names),
        "campaigns": _campaigns(picture, names),
        "watched": _watched(read("watched_weeks"), names),
        "coverage": read("coverage"),
        "tallies": read("tallies"),
    }
    written = {f"{name}.parquet": _parquet(table) for name, table in tables.items()}
    written |= {script.name: script.read_bytes() for script in SCRIPTS}
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
    readme = "\n\n".join(_readme(picture, language) for language in LANGUAGES) + "\n"
    return {
        "README.md": readme.encode(),
        "manifest.json": json.dumps(manifest, ensure_ascii=False, indent=1).encode(),
        **written,
    }


def _opinions(rows: pa.Table, picture: Picture, keys: AuthorKeys) -> tuple[pa.Table, dict[str, list[str]]]:
    """Give the opinions with numbers for names, and the names of brands, aspects and venues by number.

    Posts, authors and threads are numbered in an order that only the holder of the key can make again. `post_id`
    stands beside for joining and is taken out before anything is written.
    """
    names = {
        "brands": [picture.own, *picture.rivals],
        "aspects": sorted(pc.unique(rows["aspect"]).to_pylist()),
        "venues": sorted(pc.unique(rows["venue"]).to_pylist()),
    }
    columns = {
        "post": _numbered("post", rows["post_id"], picture, keys),
        **{one: _number_of(rows[one], names[f"{one}s"]) for one in ("brand", "aspect", "venue")},
        "author": _numbered("author", rows["author"], picture, keys),
        "thread": _numbered("thread", rows["thread"], picture, keys),
        "week": pc.floor_temporal(rows["day"], unit="week", week_starts_monday=True),
        "month": pc.floor_temporal(rows["day"], unit="month"),
        "quarter": pc.floor_temporal(rows["day"], unit="quarter"),
        "all": _of_all(rows["day"], picture),
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


def _numbered(kind: str, ids: pa.ChunkedArray, picture: Picture, keys: AuthorKeys) -> pa.Array:
    folded = ids.combine_chunks().dictionary_encode()
    realm = f"pack {picture.snapshot_id} {kind}"
    secret = [keys.key(realm, one) for one in folded.dictionary.to_pylist()]
    place = {key: number for number, key in enumerate(sorted(secret))}
    return pa.array([place[key] for key in secret], pa.int64()).take(folded.indices)


def _verdicts(verdicts: pa.Table, drawn: pa.Table, opinions: pa.Table, names: dict[str, list[str]]) -> pa.Table:
    """Give what people said, with the row of the opinion (from 0) and the number of its draw and guideline.

    Moments are numbers too: `collected` says which draws a post came too late for, see `_moments`.
    """
    plans = {plan["plan_id"]: number for number, plan in enumerate(plans_of(verdicts, drawn))}
    moments = _moments(verdicts, drawn)
    said = ("label_y", "label_negative", "label_positive")
    columns = {
        "opinion": _places(verdicts.to_pylist(), opinions, names),
        "guideline": _guideline_of(verdicts["guideline"], names),
        "plan": pa.array([plans[plan_id] for plan_id in verdicts["plan_id"].to_pylist()], pa.int64()),
        "collected": pa.array(np.searchsorted(moments, _epoch(verdicts["collected_at"])), pa.int64()),
        **{name: verdicts[name] for name in (*said, "inclusion_probability")},
    }
    return pa.table(columns).sort_by([("opinion", "ascending"), ("guideline", "ascending")])


def _plans(verdicts: pa.Table, drawn: pa.Table, names: dict[str, list[str]]) -> pa.Table:
    """Give of each draw how many opinions of a brand it handed out, and `until`, the last moment of what it knew."""
    moments, rows = _moments(verdicts, drawn), []
    for number, plan in enumerate(plans_of(verdicts, drawn)):
        until = int(np.searchsorted(moments, plan["until"].timestamp()))
        rows += [
            {"plan": number, "until": until, "brand": place, "handed": plan["handed"].get(brand, 0)}
            for place, brand in enumerate(names["brands"])
        ]
    return pa.Table.from_pylist(rows, schema=pa.schema([(n, pa.int64()) for n in ("plan", "until", "brand", "handed")]))


def _moments(verdicts: pa.Table, drawn: pa.Table) -> NDArray[np.float64]:
    """The moments until which draws knew posts: a post was known to a draw when its number is not above the draw's."""
    return np.unique([plan["until"].timestamp() for plan in plans_of(verdicts, drawn)])


def _epoch(moments: pa.ChunkedArray) -> NDArray[np.float64]:
    return np.array([moment.timestamp() for moment in moments.to_pylist()])


def _bridges(bridges: pa.Table, names: dict[str, list[str]]) -> pa.Table:
    """Give the bridges between guidelines, with numbers for these."""
    numbers = {name: _guideline_of(bridges[name], names) for name in ("guideline", "followed")}
    return pa.table({name: numbers.get(name, bridges[name]) for name in bridges.column_names})


def _guideline_of(column: pa.ChunkedArray, names: dict[str, list[str]]) -> pa.ChunkedArray:
    """Give the number of each guideline, from 1 for the newest; 0 = unknown."""
    return pc.add(pc.fill_null(_number_of(column, names["guidelines"]), -1), 1)


def _labels(judged: list[pa.Table], bridges: pa.Table, opinions: pa.Table, names: dict[str, list[str]]) -> pa.Table:
    """Give the labels, whole and by aspect, with the row of the opinion (from 0) that each is about.

    `bridge` is the number of the guideline from which a bridge led it here, with its error; 0 where none did.
    """
    rows = [row for table in judged for row in table.to_pylist()]
    columns = {
        **_bridged([row["guideline"] for row in rows], bridges, {"bridge_se": "net_index"}, names),
        "opinion": _places(rows, opinions, names),
        "label_y": pa.array([row["label_y"] for row in rows], pa.int64()),
        "weight": pa.array([row["weight"] for row in rows], pa.float64()),
    }
    return pa.table(columns).sort_by("opinion")


def _bridged(
    guidelines: list[str], bridges: pa.Table, measures: dict[str, str], names: dict[str, list[str]]
) -> dict[str, pa.Array]:
    """Give the number of the bridge of each label, and its error in some measures, by the name of the column."""
    known = {(one["guideline"], one["measure"]): one["se"] or 0.0 for one in bridges.to_pylist()}
    number = {one: place for place, one in enumerate(names["guidelines"], start=1) if known.get((one, "net_index"))}
    errors = {
        column: pa.array([known.get((one, measure), 0.0) for one in guidelines], pa.float64())
        for column, measure in measures.items()
    }
    return {"bridge": pa.array([number.get(one, 0) for one in guidelines], pa.int64()), **errors}


def _judged(judged: pa.Table, bridges: pa.Table, opinions: pa.Table, names: dict[str, list[str]]) -> pa.Table:
    """Give which part of the labellers say negative and positive, with the row of the opinion that each is about."""
    said = {name: judged[f"label_{name}"] for name in ("negative", "positive")}
    said |= _bridged(judged["guideline"].to_pylist(), bridges, {f"{name}_se": name for name in POLARITIES}, names)
    columns = {"opinion": _places(judged.to_pylist(), opinions, names), **said, "weight": judged["weight"]}
    return pa.table(columns).sort_by("opinion")


def _places(rows: list[dict[str, Any]], opinions: pa.Table, names: dict[str, list[str]]) -> pa.Array:
    """Give for each row the opinion it is about, by the opinion's row from 0."""
    keys = (opinions[name].to_pylist() for name in ("post_id", "brand", "aspect"))
    place = {key: number for number, key in enumerate(zip(*keys, strict=True))}
    brand_of, aspect_of = ({name: i for i, name in enumerate(names[kind])} for kind in ("brands", "aspects"))
    found = [place[r["post_id"], brand_of[r["brand"]], aspect_of[r.get("aspect", "")]] for r in rows]
    return pa.array(found, pa.int64())


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
        "brand": _number_of(estimates["brand"], names["brands"]),
        "rival": pc.if_else(
            pc.equal(estimates["rival"], ""),
            _number_of(estimates["brand"], names["brands"]),
            _number_of(estimates["rival"], names["brands"]),
        ),
        "aspect": _number_of(estimates["aspect"], names["aspects"]),
    }
    columns = {field: numbers.get(field, estimates[field]) for field in estimates.column_names}
    return pa.table(columns).sort_by("figure_id")


def _polarities(shares: pa.Table, names: dict[str, list[str]]) -> pa.Table:
    """Give the shares of polarity; as side 0 the own brand, 1 its rivals together."""
    numbers = {
        "side": pc.equal(shares["brand"], "").cast("int64"),
        "aspect": _number_of(shares["aspect"], names["aspects"]),
    }
    kept = [name for name in shares.column_names if name not in ("brand", "aspect")]
    return pa.table({**numbers, **{name: shares[name] for name in kept}}).sort_by("figure_id")


def _campaigns(picture: Picture, names: dict[str, list[str]]) -> pa.Table:
    """Give the effect of each campaign of which one can be told, and the weeks that count, by number from the first."""
    brands, kept = names["brands"], []
    for one in picture.campaigns:
        if one.effect is None or one.machine_effect is None or one.p_value is None:
            continue
        terms, weeks = one.terms, one.weeks
        spans = {"": one.effect, "machine_": one.machine_effect}
        kept.append(
            {
                "name": terms.name,
                "brand": brands.index(terms.brand),
                "rivals": [brands.index(rival) for rival in one.rivals_used],
                "aspect": names["aspects"].index(terms.aspect),
                "counted": terms.counted,
                "starts_on": terms.starts_on,
                "first_week": weeks[0].week,
                "weeks": [number for number, week in enumerate(weeks) if week.index is not None],
                **{f"{whose}{part}": getattr(span, part) for whose, span in spans.items() for part in _ENDS},
                "p_value": round(one.p_value, 6),
            }
        )
    return pa.Table.from_pylist(kept, schema=_CAMPAIGNS)


def _watched(weeks: pa.Table, names: dict[str, list[str]]) -> pa.Table:
    """Give the weekly watch, with numbers for brands."""
    numbers = {"brand": _number_of(weeks["brand"], names["brands"])}
    columns = {name: numbers.get(name, weeks[name]) for name in weeks.column_names}
    return pa.table(columns).sort_by([("brand", "ascending"), ("week", "ascending")])


def _number_of(column: pa.ChunkedArray, names: list[str]) -> pa.ChunkedArray:
    return pc.index_in(column, pa.array(names, pa.string())).cast("int64")


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
