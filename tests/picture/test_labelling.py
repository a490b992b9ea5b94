"""Posts to judge are drawn by chance, and say with what probability."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leumund.picture.labelling import Sharpness, draw, how_sharp
from leumund.picture.weights import weights_of
from leumund.tables import arrow_schema

TODAY = datetime.date(2024, 6, 30)
COLUMNS = ("post_id", "brand", "author", "thread", "day", "y")


def opinion(n: int, brand: str, **said: Any) -> dict[str, Any]:
    place = {"author": f"author {n}", "thread": f"thread {n}", "day": TODAY - datetime.timedelta(n % 60), "y": 0}
    return {"post_id": f"post {n:05d}", "brand": brand, **place, **said}


def table(rows: list[dict[str, Any]]) -> pa.Table:
    schema = arrow_schema("opinions")
    return pa.Table.from_pylist(rows, schema=pa.schema([schema.field(name) for name in COLUMNS]))


def pairs(rows: Any) -> pa.Table:
    found = [(row["post_id"], row["brand"]) if isinstance(row, dict) else (row.post_id, row.brand) for row in rows]
    return pa.table({"post_id": [p for p, _ in found], "brand": [b for _, b in found]}).cast(
        pa.schema([("post_id", pa.string()), ("brand", pa.string())])
    )


MARKET = [opinion(n, brand) for n in range(300) for brand in ("Own", "Rival")]


def lively(n: int, seed: int) -> list[dict[str, Any]]:
    """A market with threads that grow, authors who write a lot, old and new posts, and a reader that errs unevenly."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(n):
        brand = ("Own", "Own", "Big rival", "Big rival", "Small rival")[k % 5]
        thread = int(n / 8 * rng.random() ** 1.5)
        old = int(rng.integers(0, 500))
        author = "chatterbox" if rng.random() < 0.05 else f"author {int(n / 4 * rng.random() ** 2)}"
        y = int(rng.choice([-9_000, -5_000, 0, 1_000, 8_000]))
        day = TODAY - datetime.timedelta(old)
        rows.append(opinion(k, brand, thread=f"thread {thread}", author=author, day=day, y=y))
    return rows


@settings(deadline=None, max_examples=40)
@given(n=st.integers(1, 700), n_judged=st.integers(0, 200))
def test_nothing_drawn_is_drawn_again_and_all_that_waits_is_drawn_for_certain(n: int, n_judged: int) -> None:
    judged = MARKET[:n_judged]
    drawn = draw(table(MARKET), pairs(judged), own="Own", n=n, plan_id="s")
    found = [(row.post_id, row.brand) for row in drawn]
    assert len(found) == len(set(found)) == min(n, len(MARKET) - n_judged)
    assert not set(found) & {(row["post_id"], row["brand"]) for row in judged}
    assert all(0 < row.inclusion_probability <= 1 for row in drawn)
    if len(found) == len(MARKET) - n_judged:
        assert {row.inclusion_probability for row in drawn} <= {1.0}, "what is all drawn was drawn for certain"


def test_half_of_the_verdicts_go_to_the_own_brand() -> None:
    drawn = draw(table(MARKET), pairs([]), own="Own", n=100, plan_id="s")
    assert sum(row.brand == "Own" for row in drawn) == 50


def test_the_same_plan_gives_the_same_draw_whatever_the_order_of_rows() -> None:
    market = lively(2_000, 1)
    forth = draw(table(market), pairs([]), own="Own", n=100, plan_id="s")
    back = draw(table(market[::-1]), pairs([]), own="Own", n=100, plan_id="s")
    assert forth == back
    assert forth != draw(table(market), pairs([]), own="Own", n=100, plan_id="t")


@pytest.mark.parametrize("plan", range(20))
def test_a_draw_never_takes_a_whole_thread_nor_follows_one_author(plan: int) -> None:
    market = lively(3_000, 2)
    of_post = {row["post_id"]: row for row in market}
    assert Counter(row["author"] for row in market).most_common(1)[0][1] > 100, "somebody writes a lot"
    drawn = draw(table(market), pairs([]), own="Own", n=60, plan_id=f"plan {plan}")
    for group in ("author", "thread"):
        assert max(Counter(of_post[row.post_id][group] for row in drawn).values()) <= 2


def test_the_newest_thirteen_weeks_get_two_thirds_and_each_of_their_months_some() -> None:
    market = [opinion(n, "Own", day=TODAY - datetime.timedelta(n % 500)) for n in range(5_000)]
    drawn = draw(table(market), pairs([]), own="Own", n=100, plan_id="s")
    age = {row["post_id"]: (TODAY - row["day"]).days for row in market}
    ages = [age[row.post_id] for row in drawn]
    assert 63 <= sum(a < 91 for a in ages) <= 71
    assert all(sum(30 * m <= a < 30 * m + 30 for a in ages) >= 16 for m in range(3))
    assert sum(a > 300 for a in ages) >= 10


def test_thirty_a_week_reach_each_week_of_a_quarter_and_the_years_before() -> None:
    """A quarter of weekly draws from a market that goes on: its own weeks get their share and none is left out."""
    weekly, weeks_before, quarter = 60, 65, 13
    start = TODAY - datetime.timedelta(7 * quarter)
    rows = [
        opinion(k, ("Own", "Rival")[k % 2], day=start + datetime.timedelta(7 * (k // weekly - weeks_before)))
        for k in range(weekly * (weeks_before + quarter))
    ]
    drawn: list[Any] = []
    for week in range(1, quarter + 1):
        frame = table(rows[: weekly * (weeks_before + week)])
        drawn += draw(frame, pairs(drawn), own="Own", n=30, plan_id=f"week {week}")
    of_post = {row["post_id"]: (row["day"] - start).days // 7 for row in rows}
    own = Counter(of_post[row.post_id] for row in drawn if row.brand == "Own")
    of_the_quarter = [own[week] for week in range(quarter)]
    assert sum(of_the_quarter) >= 0.37 * sum(own.values())
    assert min(of_the_quarter) >= 3
    assert sum(own[week] for week in range(-weeks_before, 0)) >= 0.2 * sum(own.values())


def test_the_draw_looks_harder_where_the_reader_errs_more_and_never_looks_away() -> None:
    market = [opinion(n, "Own", y=(-9_000, 0, 9_000)[n % 3]) for n in range(3_000)]
    sharp = how_sharp(judged_rows([(-9_000, -10_000)] * 50 + [(0, 10_000), (0, -10_000)] * 25 + [(9_000, 10_000)] * 50))
    assert sharp.relative[1] > 1.5
    assert min(sharp.relative) == 0.5
    drawn = draw(table(market), pairs([]), own="Own", n=120, plan_id="s", sharpness=sharp)
    score = {row["post_id"]: row["y"] for row in market}
    counts = Counter(score[row.post_id] for row in drawn)
    assert counts[0] >= 70
    assert min(counts.values()) >= 20


def judged_rows(rows: list[tuple[int, int]]) -> pa.Table:
    return pa.table({
        "machine_y": [m for m, _ in rows], "label_y": [y for _, y in rows], "weight": [1.0] * len(rows),
    })  # fmt: skip


def drawn_rows(rows: list[tuple[str, str, str, float, datetime.datetime]]) -> pa.Table:
    names = ("plan_id", "post_id", "brand", "inclusion_probability", "drawn_at")
    more = {"second": False, "labeller": "a", "snapshot_id": "s", "guideline": "", "again_of": ""}
    filled = [{**dict(zip(names, row, strict=True)), "frame_until": row[-1], **more} for row in rows]
    return pa.Table.from_pylist(filled, schema=arrow_schema("drawn"))


def off(values: Any, true: float) -> float:
    """How many Monte Carlo standard errors the mean lies off the truth."""
    return float(abs(values.mean() - true) / (values.std(ddof=1) / np.sqrt(len(values))))


def weekly_trial(market: list[dict[str, Any]], truth: dict[str, float], trial: int) -> dict[str, tuple[float, ...]]:
    """Three draws of thirty from a growing market, every seventh row not filled in: weighed, and each at 1/p."""
    weeks = [datetime.datetime(2024, 6, day, tzinfo=datetime.UTC) for day in (10, 17, 24)]
    known = [market[: len(market) // 2], market[: 3 * len(market) // 4], market]
    posted = {row["post_id"]: row["day"] for row in market}
    came = {row["post_id"]: weeks[sum(i >= len(k) for k in known)] for i, row in enumerate(market)}
    drawn: list[tuple[str, str, str, float, datetime.datetime]] = []
    for week, frame in zip(weeks, known, strict=True):
        plan = f"{trial} {week:%d}"
        out = pa.table({"post_id": [r[1] for r in drawn], "brand": [r[2] for r in drawn]}).cast(pairs([]).schema)
        sharp = Sharpness((0.6, 1.7, 0.8))
        for row in draw(table(frame), out, own="Own", n=30, plan_id=plan, sharpness=sharp):
            drawn.append((plan, row.post_id, row.brand, row.inclusion_probability, week))
    judged = [row for n, row in enumerate(drawn) if (n + trial) % 7]
    verdicts = pa.table({
        "post_id": [r[1] for r in judged], "brand": [r[2] for r in judged], "plan_id": [r[0] for r in judged],
        "day": [posted[r[1]] for r in judged],
        "collected_at": pa.array([came[r[1]] for r in judged], pa.timestamp("us", tz="UTC")),
        "inclusion_probability": [r[3] for r in judged],
    })  # fmt: skip
    weight = weights_of(verdicts, drawn_rows(drawn))
    value = np.array([truth[r[1]] for r in judged])
    naive = 1 / np.array([r[3] for r in judged])
    brand = np.array([r[2] for r in judged])
    found = {}
    for name in np.unique(brand):
        of = brand == name
        shares = [np.average(value[of], weights=w[of]) for w in (weight, naive)]
        found[str(name)] = (float(weight[of] @ value[of]), float(weight[of].sum()), *map(float, shares))
    return found


@pytest.mark.slow
def test_the_mean_over_weekly_draws_is_the_truth_on_average_though_the_market_grows() -> None:
    market = lively(800, 3)
    rng = np.random.default_rng(4)
    # The truth hangs on the score, on the thread's size, and on when a post came: all that the draw looks at.
    size = Counter(row["thread"] for row in market)
    truth = {
        row["post_id"]: row["y"] / 10_000 + size[row["thread"]] / 20 + n / len(market) + rng.normal(0, 0.3)
        for n, row in enumerate(market)
    }
    trials = [weekly_trial(market, truth, trial) for trial in range(700)]
    for brand in ("Own", "Big rival", "Small rival"):
        of = [truth[row["post_id"]] for row in market if row["brand"] == brand]
        totals, counts, means, _ = (np.array(column) for column in zip(*(t[brand] for t in trials), strict=True))
        assert off(totals, sum(of)) < 3.3, f"the total of {brand} is unbiased (Horvitz and Thompson)"
        assert off(counts, len(of)) < 3.3, f"the weights of {brand} add up to its opinions"
        assert abs(means.mean() - np.mean(of)) < 0.15 * means.std(), f"the mean of {brand} (Hájek)"
    own = [truth[row["post_id"]] for row in market if row["brand"] == "Own"]
    naive = np.array([trial["Own"][3] for trial in trials])
    assert off(naive, np.mean(own)) > 5, "each draw at its own 1/p, pooled, would be off"
