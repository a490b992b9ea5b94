"""What thirty labels a week prove: `python -m bench proven [--quick]` labels markets of 78 weeks as `label next` does.

A reader is off by another amount in each venue and drifts by a point a month. Each week what came in is drawn from,
judged, weighed; every thirteen weeks figures are made, by the steps of the walk. Weekly figures that are borrowed
should hold the truth in .93; of the own brand's weeks .8 should be told and not unproven; its quarter within ±8.
Posts of one thread or author agree by chance alone, unless said.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.figure import Figure
from bench.figures_trial import ALLOWANCE
from bench.proven_market import BRANDS, FIRST, ForumMarket, Labelled, Market, labelled, report

MARKETS = {
    "120 own posts a week": ForumMarket(),
    "threads agree": ForumMarket(together=20.0),
    "12 own posts a week": ForumMarket(posts_a_week=6),
}
TRIALS, BESIDE = 20, 10  # of the first kind, whose figures have goals; of the others
QUARTER_WEEKS = 13
HELD, PROVEN, WIDTH_POINTS = 0.93, 0.8, 8.0
WIDEST_POINTS = 10.0  # what is reached, with room for chance: it must not get wider
TOGETHER_WEEKS = 4  # so many weeks of a market count as one when chance is allowed for: they share labels


@dataclass
class Weeks:
    """Weekly figures seen so far."""

    n: int = 0
    proven: int = 0
    borrowed: int = 0
    held: int = 0
    halves: list[float] = field(default_factory=list)

    def add(self, row: Mapping[str, Any], truth: float) -> None:
        """Count one week."""
        told = row["low"] is not None
        self.n += 1
        self.proven += told and row["support"] != "unproven"
        if told and row["support"] == "borrowed":
            self.borrowed += 1
            self.held += row["low"] <= truth <= row["high"]
            self.halves.append((row["high"] - row["low"]) / 2)


@dataclass
class Seen:
    """What the reports of some markets showed."""

    all_weeks: Weeks = field(default_factory=Weeks)
    own_weeks: Weeks = field(default_factory=Weeks)
    own_then: Weeks = field(default_factory=Weeks)  # as the reports at the quarters' ends showed the quarter's weeks
    quarters: list[tuple[float, bool]] = field(default_factory=list)  # half width, and whether the truth lies within
    earlier: list[float] = field(default_factory=list)  # half widths of the quarters before
    labels: list[tuple[float, float]] = field(default_factory=list)  # of the own brand, and how many they are worth

    def look(self, found: Labelled, weeks: int) -> None:
        """Add what a labelled market's reports show."""
        for until in range(QUARTER_WEEKS, weeks + 1, QUARTER_WEEKS):
            estimates, judged = report(found, until)
            since = FIRST + timedelta(weeks=until - QUARTER_WEEKS)
            for row in _indices(estimates, "week"):
                self._week(row, found.market, then=row["period_start"] >= since, last=until == weeks)
        for row in _indices(estimates, "quarter"):
            if row["brand"] == BRANDS[0]:
                truth, told = _truth(row, found.market), row["low"] is not None
                half = (row["high"] - row["low"]) / 2 if told else math.inf
                if row["period_start"] <= since + timedelta(weeks=6) <= row["period_end"]:
                    self.quarters.append((half, told and row["low"] <= truth <= row["high"]))
                else:
                    self.earlier.append(half)
        weight = judged.filter(pc.field("brand") == BRANDS[0])["weight"].to_numpy()
        self.labels.append((weight.size, weight.sum() ** 2 / (weight @ weight)))

    def _week(self, row: Mapping[str, Any], market: Market, *, then: bool, last: bool) -> None:
        truth, own = _truth(row, market), row["brand"] == BRANDS[0]
        wanted = ((self.own_then, own and then), (self.own_weeks, own and last), (self.all_weeks, last))
        for weeks, counted in wanted:
            if counted:
                weeks.add(row, truth)

    def figures(self, name: str, *, gated: bool) -> Iterator[Figure]:
        """Give what was seen, with floors and goals if `gated`."""
        shown = (("own weeks", self.own_weeks, 1), ("own weeks when new", self.own_then, 1))
        for title, weeks, brands in (("all weeks", self.all_weeks, len(BRANDS)), *shown):
            goal = PROVEN if gated and brands == 1 else None
            yield Figure(f"{name}: {title} proven", weeks.proven / weeks.n, floor=goal, goal=goal, at_most=False)
            chance = ALLOWANCE * float(np.sqrt(HELD * (1 - HELD) * TOGETHER_WEEKS * brands / max(weeks.borrowed, 1)))
            floor, goal = (HELD - chance, HELD) if gated else (None, None)
            held = weeks.held / max(weeks.borrowed, 1)
            yield Figure(f"{name}: borrowed {title}, truth held", held, floor=floor, goal=goal, at_most=False)
            half = float(np.mean(weeks.halves)) if weeks.halves else math.inf
            yield Figure(f"{name}: borrowed {title}, half width", half, "points")
        halves, inside = np.array(self.quarters).T
        goal, floor = (WIDTH_POINTS, WIDEST_POINTS) if gated else (None, None)
        half = float(halves.mean())
        yield Figure(f"{name}: own quarter, half width", half, "points", floor=floor, goal=goal)
        yield Figure(f"{name}: own quarters before, half width", float(np.mean(self.earlier)), "points")
        floor = (
            HELD - ALLOWANCE * float(np.sqrt(HELD * (1 - HELD) / inside.size)) if gated and inside.size > 1 else None
        )
        yield Figure(f"{name}: own quarter, truth held", float(inside.mean()), floor=floor, at_most=False)
        n, worth = np.mean(self.labels, axis=0)
        yield Figure(f"{name}: own labels", float(n))
        yield Figure(f"{name}: as many as so many equal ones", float(worth))


def _truth(row: Mapping[str, Any], market: Market) -> float:
    return market.truth(row["brand"], row["period_start"], row["period_end"])


def _indices(estimates: pa.Table, period: str) -> list[dict[str, Any]]:
    wanted = (pc.field("measure") == "net_index") & (pc.field("counted") == "posts")
    rows: list[dict[str, Any]] = estimates.filter(wanted & (pc.field("period") == period)).to_pylist()
    return rows


def run(quick: bool = False) -> list[Figure]:
    """Label markets of each kind, or one of the first when quick; always from the same seeds."""
    measured: list[Figure] = []
    for number, (name, market) in enumerate(MARKETS.items()):
        seen, trials = Seen(), (1 if quick else TRIALS) if number == 0 else (0 if quick else BESIDE)
        for trial in range(trials):
            rng = np.random.default_rng([22, number, trial])
            seen.look(labelled(market.forum(rng), market.weeks, market.labels_a_week), market.weeks)
        if trials:
            measured += seen.figures(name, gated=number == 0)
    return measured


if __name__ == "__main__":
    for figure in run("--quick" in sys.argv):
        print(figure)
