"""What is true of the simulated market, for comparison only: indices, polarities, copies, events, labels."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leumund.errors import storage_errors
from leumund.posts.identity import post_id_of
from leumund.world.brands import BRANDS, OWN_BRAND
from leumund.world.market import Market
from leumund.world.mood import CAMPAIGN, GAP, OUTAGES, SHOCKS, START, WEEKS, flow

__all__ = ["LABEL_PLAN", "label_rows", "true_indices", "write_truth"]

N_LABELLED = 600
HUMAN_ERROR = 0.03
LABEL_PLAN = "simulated-plan-1"
LABEL_COLUMNS = (
    "venue", "number", "url", "brand", "aspect", "field", "value", "labeller", "plan_id", "inclusion_probability",
)  # fmt: skip
INDEX_COLUMNS = (
    "brand", "period", "period_start", "mood_index", "expected_index", "organic_index", "corpus_index", "n_organic",
    "n_corpus",
)  # fmt: skip
_SCORE = {"negative": -100.0, "neutral": 0.0, "positive": 100.0}
_VALUES = ("negative", "neutral", "positive")


def write_truth(market: Market, folder: Path) -> None:
    """Write below `folder/truth`: index.csv, opinions.parquet, copies.csv, events.json, labels.csv, README.txt.

    Raises StorageError.
    """
    root = Path(folder) / "truth"
    with storage_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        _write_csv(root / "index-SIMULIERT.csv", INDEX_COLUMNS, true_indices(market))
        _write_csv(root / "labels-SIMULIERT.csv", LABEL_COLUMNS, label_rows(market))
        pq.write_table(_opinions(market), root / "opinions-SIMULIERT.parquet")
        pq.write_table(_posts(market), root / "posts-SIMULIERT.parquet")
        _write_csv(root / "copies-SIMULIERT.csv", COPY_COLUMNS, _copies(market))
        (root / "events-SIMULIERT.json").write_text(
            json.dumps(events(), indent=1, ensure_ascii=False), encoding="utf-8"
        )
        (root / "README.txt").write_text(README, encoding="utf-8")


README = """SIMULIERT / SIMULATED

index      per brand, week and quarter; an index is 100 x (positive - negative) / n
             mood_index      ordinary talk, before chance
             expected_index  the same with the outages' complaints in their expected weight
             organic_index   customers' own posts that name the brand
             corpus_index    all posts that name it, with company voices, gifts and copies
opinions   true polarity per post, brand and aspect ('' = the post as a whole)
posts      kind, voice, incentive, intent, language per post
copies     planted copies and how many words were changed
events     campaign, shocks, outages, collection gap
labels     posts drawn at random (equal probability), labelled with about 3 % human error
"""


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def true_indices(market: Market) -> list[tuple[object, ...]]:
    """Give one row per brand and week, then per brand and quarter, with the columns of INDEX_COLUMNS.

    A quarter's mood and expected index are its weeks' means weighted by the posts of the week.
    """
    whole = market.opinions.filter((pc.field("aspect") == "") & pc.field("named"))
    brand = whole["brand"].to_numpy()
    score = np.array([_SCORE[p] for p in whole["polarity"].to_pylist()])
    organic = whole["organic"].to_numpy()
    since = whole["posted_at"].cast(pa.int64()).to_numpy() // 1_000_000 - int(START.timestamp())
    week = np.clip(since // (7 * 86_400), 0, WEEKS - 1)
    day = np.datetime64(START.date()) + since.astype("timedelta64[s]").astype("timedelta64[D]")
    quarter = _quarter_start(day)
    moments = flow(market.seed)
    rows: list[tuple[object, ...]] = []
    for number, known in enumerate(BRANDS):
        mine = brand == known.name
        for w in range(WEEKS):
            start = (START + timedelta(weeks=w)).date()
            now = [float(moments.mood[number, w]), float(moments.index[number, w])]
            rows.append((known.name, "week", start, *_indices(now, score, organic, mine & (week == w))))
    for number, known in enumerate(BRANDS):
        mine = brand == known.name
        for start in np.unique(quarter):
            at = mine & (quarter == start)
            weeks = week[at & organic]
            usual = [float(m[number, weeks].mean()) if len(weeks) else None for m in (moments.mood, moments.index)]
            rows.append((known.name, "quarter", start, *_indices(usual, score, organic, at)))
    return rows


def _quarter_start(day: np.ndarray) -> np.ndarray:
    months = day.astype("datetime64[M]").astype(int)
    return (months // 3 * 3).astype("datetime64[M]").astype("datetime64[D]")


def _indices(
    model: Sequence[float | None], score: np.ndarray, organic: np.ndarray, at: np.ndarray
) -> tuple[object, ...]:
    own = at & organic
    realised = [round(float(score[part].mean()), 3) if part.any() else "" for part in (own, at)]
    return (*("" if m is None else round(float(m), 3) for m in model), *realised, int(own.sum()), int(at.sum()))


def _with_ids(table: pa.Table) -> pa.Table:
    ids = [post_id_of(v, n) for v, n in zip(table["venue"].to_pylist(), table["number"].to_pylist(), strict=True)]
    return table.add_column(0, "post_id", pa.array(ids, pa.string()))


def _opinions(market: Market) -> pa.Table:
    return _with_ids(market.opinions.drop_columns(["serial"]))


def _posts(market: Market) -> pa.Table:
    columns = ["venue", "number", "url", "posted_at", "kind", "voice", "incentive", "intent", "language"]
    return _with_ids(market.posts.select(columns))


COPY_COLUMNS = ("venue", "number", "post_id", "original_venue", "original_number", "original_post_id", "words_changed")


def _copies(market: Market) -> list[tuple[object, ...]]:
    copies = market.posts.filter(pc.field("copy_of") != "").select(["venue", "number", "copy_of", "words_changed"])
    rows: list[tuple[object, ...]] = []
    for row in copies.to_pylist():
        venue, number = row["copy_of"].split(" ")
        ids = post_id_of(row["venue"], row["number"]), post_id_of(venue, number)
        rows.append((row["venue"], row["number"], ids[0], venue, number, ids[1], row["words_changed"]))
    return rows


def _day(number: float) -> str:
    return str((START + timedelta(days=number)).date())


def events() -> dict[str, object]:
    """Give campaign, shocks, outages and gap with their days, as plain values for JSON."""
    campaign = {
        "brand": CAMPAIGN.brand,
        "week": CAMPAIGN.week,
        "start": _day(7 * CAMPAIGN.week),
        "effect": CAMPAIGN.effect,
    }
    return {
        "simulated": "SIMULIERT / SIMULATED",
        "own_brand": OWN_BRAND,
        "start": _day(0),
        "end": _day(7 * WEEKS),
        "campaign": campaign,
        "shocks": [
            {"start": _day(7 * s.first), "end": _day(7 * (s.last + 1)), "effect": s.effect, "what": s.what}
            for s in SHOCKS
        ],
        "outages": [{"brands": list(o.brands), "start": _day(o.day), "hours": o.hours} for o in OUTAGES],
        "gap": {"venue": GAP.venue, "start": _day(GAP.day), "end": _day(GAP.day + GAP.days)},
    }


def label_rows(market: Market) -> list[tuple[object, ...]]:
    """Give the labels of 600 posts drawn at random, rows with the columns of LABEL_COLUMNS.

    Each post has a row `relevant`, and per brand that it names a row `polarity`. A verdict is wrong with
    probability HUMAN_ERROR.
    """
    rng = np.random.default_rng([market.seed, 6])
    n = min(N_LABELLED, len(market.posts))
    drawn = np.sort(rng.choice(len(market.posts), size=n, replace=False))
    share = n / len(market.posts)
    whole = market.opinions.filter((pc.field("aspect") == "") & pc.field("named"))
    serials = whole["serial"].to_numpy()
    rows: list[tuple[object, ...]] = []
    for post in market.posts.select(["serial", "venue", "number", "url"]).take(pa.array(drawn)).to_pylist():
        said = whole.slice(*_span(serials, post["serial"])).select(["brand", "polarity"]).to_pylist()
        place = (post["venue"], post["number"], post["url"])
        labeller = f"simulated-{rng.integers(1, 4)}"
        last = (labeller, LABEL_PLAN, share)
        relevant = bool(said) != (rng.random() < HUMAN_ERROR)
        rows.append((*place, "", "", "relevant", str(relevant).lower(), *last))
        for one in said:
            value = one["polarity"]
            if rng.random() < HUMAN_ERROR:
                value = str(rng.choice([v for v in _VALUES if v != value]))
            rows.append((*place, one["brand"], "", "polarity", value, *last))
    return rows


def _span(serials: np.ndarray, serial: int) -> tuple[int, int]:
    first = int(np.searchsorted(serials, serial))
    return first, int(np.searchsorted(serials, serial, side="right")) - first
