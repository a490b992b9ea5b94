"""Another guideline for labels, tried where every verdict under both is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import stats

from bench.figures_trial import QUICK, Bench, Tried
from leumund.estimates import LabelledErrors, Mixtures, Places
from leumund.picture import guidelines
from leumund.picture.borrowing import STEP, scales_of
from leumund.step import Whole
from leumund.tables import arrow_schema

__all__ = ["another_guideline"]

NOON = datetime(2024, 5, 3, 12, tzinfo=UTC)
WEEKS, BRANDS = 26, 3
EARLIER, LATER = "earlier", "later"

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Changed:
    """Posts of three brands, half of the labels on the first; a share `moved` is judged one step lower afterwards."""

    moved: float
    before: int = 400
    both: int = 100
    after: int = 60
    posts: int = 6_000

    def draw(self, rng: np.random.Generator) -> _Posts:
        """Give a market; chances of praise and blame differ by brand and week."""
        brand, week = rng.choice(BRANDS, self.posts, p=(0.5, 0.3, 0.2)), rng.integers(0, WEEKS, self.posts)
        mood = rng.normal(0, 0.1, (BRANDS, WEEKS))[brand, week]
        chance = rng.random(self.posts)
        earlier = np.where(chance < 0.4 - mood, -1, np.where(chance < 0.7, 0, 1))
        later = np.maximum(earlier - (rng.random(self.posts) < self.moved), -1)
        machine = 40.0 * earlier - 10 + 8 * brand + rng.normal(0, 30, self.posts)
        return _Posts(brand, week, 100.0 * earlier, 100.0 * later, machine)

    def judged(self, of: _Posts, rng: np.random.Generator) -> list[dict[str, Any]]:
        """Draw posts as two plans do, one under each guideline, and judge some of the first ones again."""
        order = rng.permutation(self.posts)
        order = order[np.argsort(of.brand[order] != 0, kind="stable")]
        own, others = order[of.brand[order] == 0], order[of.brand[order] != 0]
        rows, at = [], 0
        for plan, n in (("1", self.before), ("2", self.after)):
            half = slice(at // 2, at // 2 + n // 2)
            for members in (own, others):
                for place, post in enumerate(members[half].tolist()):
                    told = {"plan_id": plan, "inclusion_probability": n / 2 / len(members), "post": post}
                    under = [EARLIER if plan == "1" else LATER]
                    if plan == "1" and place < self.both // 2:
                        under.append(LATER)
                    rows += [{**told, "guideline": one} for one in under]
            at += n
        return rows


@dataclass(frozen=True)
class _Posts:
    brand: Ints
    week: Ints
    earlier: Floats
    later: Floats
    machine: Floats


def _verdicts(of: _Posts, rows: list[dict[str, Any]]) -> pa.Table:
    said = []
    for row in rows:
        post, value = row["post"], (of.earlier if row["guideline"] == EARLIER else of.later)[row["post"]]
        told = {name: row[name] for name in ("guideline", "plan_id", "inclusion_probability")}
        said.append(
            {
                **told,
                "post_id": f"{post:05d}",
                "brand": str(of.brand[post]),
                "author": str(post),
                "thread": str(post),
                "venue": "",
                "day": date(2024, 1, 1) + timedelta(weeks=int(of.week[post])),
                "collected_at": NOON,
                "machine_y": round(100 * of.machine[post]),
                "label_y": round(100 * value),
                "label_negative": 10_000 * int(value < 0),
                "label_positive": 10_000 * int(value > 0),
                "relevant": 10_000,
                "n_labellers": 1,
            }
        )
    return pa.Table.from_pylist(said, schema=arrow_schema("verdicts"))


def _handed_out(rows: list[dict[str, Any]], of: _Posts) -> pa.Table:
    first = [row for row in rows if (row["plan_id"] == "1") is (row["guideline"] == EARLIER)]
    told = [
        {
            "plan_id": row["plan_id"],
            "post_id": f"{row['post']:05d}",
            "brand": str(of.brand[row["post"]]),
            "inclusion_probability": row["inclusion_probability"],
            "second": False,
            "labeller": "",
            "drawn_at": NOON + timedelta(days=int(row["plan_id"])),
            "snapshot_id": "",
            "frame_until": NOON,
            "guideline": row["guideline"],
            "again_of": "",
        }
        for row in first
    ]
    return pa.Table.from_pylist(told, schema=arrow_schema("drawn"))


def _error(bench: Bench, of: _Posts, judged: pa.Table, bridges: pa.Table) -> tuple[float, float, float]:
    """The reader's error on the first brand, carried from the labels."""
    brand = np.array([int(name) for name in judged["brand"].to_pylist()])
    week = (pc.cast(judged["day"], pa.int32()).to_numpy() - (date(2024, 1, 1) - date(1970, 1, 1)).days) // 7
    places = Places(brand, np.zeros((len(brand), 1)), week)
    error = (judged["label_y"].to_numpy() - judged["machine_y"].to_numpy()) / 100
    scales = scales_of(judged["guideline"].to_pylist(), bridges, "net_index")
    weeks, n = np.unique(of.week[of.brand == 0], return_counts=True)
    target = Mixtures(np.zeros(len(weeks)), n / n.sum(), Places(np.zeros(len(weeks)), np.zeros((len(weeks), 1)), weeks))
    got = bench.use.pool(LabelledErrors(error, judged["weight"].to_numpy(), places, scales, step=STEP), target)
    return float(got.value[0]), float(got.se[0]), float(got.dof[0])


CHANGES = {
    "one verdict in eight lower, 100 judged under both": Changed(0.125),
    "one verdict in four lower, 40 of 1,200 judged under both": Changed(0.25, before=1_200, both=40),
    "one verdict in thirty lower, 100 judged under both": Changed(1 / 30),
}


def another_guideline(bench: Bench) -> Iterator[Tried]:
    """Coverage of what the later guideline gives where most labels are the earlier one's, and how wide it is."""
    step = guidelines.step("0", level=0.95)
    assert isinstance(step, Whole)
    trials = bench.trials if bench.trials > QUICK else QUICK // 2
    for number, (name, world) in enumerate(CHANGES.items()):
        rng, held, width = bench.rng(24, number), np.zeros(2), np.zeros(2)
        for _ in range(trials):
            of = world.draw(rng)
            rows = world.judged(of, rng)
            verdicts = _verdicts(of, rows)
            made = step.run({"verdicts": verdicts, "drawn": _handed_out(rows, of)})
            truth = float((of.later - of.machine)[of.brand == 0].mean())
            as_one = made["judged"].filter(pc.field("guideline") == LATER), made["guideline_bridges"].slice(0, 0)
            for place, (judged, bridges) in enumerate(((made["judged"], made["guideline_bridges"]), as_one)):
                value, se, dof = _error(bench, of, judged, bridges)
                half = se * float(stats.t.ppf(0.975, dof))
                held[place] += abs(value - truth) <= half
                width[place] += half / trials
        yield bench.rate(f"{name}: coverage", held[0], trials, 0.945)
        yield Tried(f"{name}: width against labels of the later one alone", width[0] / width[1], trials=trials)
