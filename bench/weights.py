"""Weights over weekly draws: `python -m bench weights [--quick]` draws ten posts a week for twenty weeks, many times.

The market grows, threads and authors hang together, one row in seven is not filled in, and the truth hangs on the week,
the score and the thread's size. Weights must add up to the market's opinions and to the sum of their truths (Horvitz
and Thompson 1952), and be even enough that a verdict is not worth much less than one of equals (Kish 1965).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.figure import Figure
from bench.figures_trial import ALLOWANCE
from leumund.picture.labelling import Sharpness, draw
from leumund.picture.weights import weights_of
from leumund.tables import arrow_schema

__all__ = ["QUICK_TRIALS", "Trials", "figures_of", "run", "trials"]

WEEKS, OLD_WEEKS, POSTS, OLD_POSTS, A_WEEK = 20, 30, 1400, 200, 10
MONDAY = datetime(2024, 1, 8, 6, tzinfo=UTC)
BRANDS = ("Own", "Own", "Big rival", "Big rival", "Small rival")
SHARPNESS = Sharpness((0.6, 1.7, 0.8))
UNANSWERED = 7  # every seventh row
TRIALS, QUICK_TRIALS = 1000, 150
OFF = 0.02  # of the opinions; which chance draws give to which age is taken from the draws themselves
WORTH = 0.35  # of as many equal labels; by the draws' numbers alone it is .31, drawn with equal chances 1

Array = NDArray[np.float64]
Weigh = Callable[[pa.Table, pa.Table], Array]


@dataclass(frozen=True)
class Trials:
    """By brand of each trial: total of what is true, number of opinions, mean, share of labels that count (Kish)."""

    found: dict[str, Array]
    true: dict[str, Array]


class _Market:
    """Opinions as they come in week by week, and by post its brand, day, when it came, and what is true of it."""

    def __init__(self, rng: np.random.Generator) -> None:
        n = POSTS + OLD_POSTS
        ids = [f"post {k:05d}" for k in range(n)]
        week = np.concatenate([-rng.integers(1, OLD_WEEKS, OLD_POSTS), rng.integers(0, WEEKS, POSTS)])
        days = [(MONDAY + timedelta(days=int(7 * (w - 1) + rng.integers(7)))).date() for w in week]
        thread = [f"{w // 3} {int(n / 48 * rng.random() ** 1.5)}" for w in week.tolist()]
        talkative = rng.random(n) < 0.05
        author = ["chatterbox" if much else f"{int(n / 4 * rng.random() ** 2)}" for much in talkative]
        y = rng.choice([-9_000, -5_000, 0, 1_000, 8_000], n)
        _, of, sizes = np.unique(thread, return_inverse=True, return_counts=True)
        truth = y / 10_000 + sizes[of] / 20 + week / WEEKS + rng.normal(0, 0.3, n)
        brand = [BRANDS[k % len(BRANDS)] for k in range(n)]
        came = [MONDAY + timedelta(weeks=max(int(w), 0)) for w in week]
        self.truth = dict(zip(ids, truth.tolist(), strict=True))
        self.brand, self.day, self.came = (dict(zip(ids, of, strict=True)) for of in (brand, days, came))
        columns = {"post_id": ids, "brand": brand, "author": author, "thread": thread}
        schema = pa.schema([arrow_schema("opinions").field(name) for name in (*columns, "day", "y")])
        opinions = pa.table({**columns, "day": days, "y": y}, schema=schema)
        self.frames = [opinions.filter(pa.array(week <= now)) for now in range(WEEKS)]

    def judged(self, trial: int) -> tuple[pa.Table, pa.Table]:
        """Give the verdicts of twenty weeks, and all that was handed out."""
        rows = []
        for week, frame in enumerate(self.frames):
            out = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in ("post_id", "brand")})
            plan, now = f"{trial} {week}", MONDAY + timedelta(weeks=week)
            said = {"plan_id": plan, "second": False, "labeller": "clerk", "drawn_at": now, "snapshot_id": plan,
                    "frame_until": now, "guideline": "", "again_of": ""}  # fmt: skip
            picked = draw(frame, out, own=BRANDS[0], n=A_WEEK, plan_id=plan, sharpness=SHARPNESS)
            rows += [{**said, "post_id": one.post_id, "brand": one.brand,
                      "inclusion_probability": one.inclusion_probability} for one in picked]  # fmt: skip
        drawn = pa.Table.from_pylist(rows, schema=arrow_schema("drawn"))
        came_back = [row for place, row in enumerate(rows) if (place + trial) % UNANSWERED]
        names = ("post_id", "brand", "plan_id", "inclusion_probability")
        verdicts = pa.table({name: [row[name] for row in came_back] for name in names})
        days: list[date] = [self.day[row["post_id"]] for row in came_back]
        moments = pa.array([self.came[row["post_id"]] for row in came_back], pa.timestamp("us", tz="UTC"))
        return verdicts.append_column("day", pa.array(days)).append_column("collected_at", moments), drawn


def trials(n: int, weigh: Weigh = weights_of) -> Trials:
    """Draw the same market `n` times and weigh what came back with `weigh`."""
    market = _Market(np.random.default_rng(31))
    found: dict[str, list[list[float]]] = {name: [] for name in BRANDS}
    for trial in range(n):
        verdicts, drawn = market.judged(trial)
        brand = np.array(verdicts["brand"].to_pylist())
        truth = np.array([market.truth[post] for post in verdicts["post_id"].to_pylist()])
        weight = weigh(verdicts, drawn)
        for name, rows in found.items():
            w, value = weight[brand == name], truth[brand == name]
            rows.append([w @ value, w.sum(), w @ value / w.sum(), w.sum() ** 2 / (w @ w) / len(w)])
    true = {}
    for name in found:
        of = np.array([market.truth[post] for post, brand in market.brand.items() if brand == name])
        true[name] = np.array([of.sum(), len(of), of.mean()])
    return Trials({name: np.array(rows) for name, rows in found.items()}, true)


def figures_of(seen: Trials) -> list[Figure]:
    """Give how far the totals are off, as a share of the opinions, and what a label is worth."""
    figures = []
    for name, found in seen.found.items():
        mean, error = found.mean(axis=0)[:3], found.std(axis=0, ddof=1) / np.sqrt(len(found))
        off, size = mean - seen.true[name], seen.true[name][1]
        for place, what in enumerate(("sum of truths", "opinions")):
            most = OFF + ALLOWANCE * error[place] / size
            figures.append(Figure(f"{name}: {what}, off by", abs(off[place]) / size, floor=most))
        figures.append(Figure(f"{name}: mean, off by", off[2]))
        figures.append(Figure(f"{name}: mean, standard deviation", found[:, 2].std()))
        worth = float(found[:, 3].mean())
        figures.append(Figure(f"{name}: a label is worth, of an equal one", worth, floor=WORTH, at_most=False))
    return figures


def run(quick: bool = False) -> list[Figure]:
    """Draw a market over and over."""
    return figures_of(trials(QUICK_TRIALS if quick else TRIALS))
