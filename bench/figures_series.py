"""Campaigns, a year of watching, changes between two periods and bridges, tried where the truth is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from bench import figures_real as real
from bench import figures_worlds as worlds
from bench.figures_change import CHANGES, PARTED, TwoPeriods
from bench.figures_trial import QUICK, Bench, Estimators, Tried
from leumund import estimates
from leumund.picture import change
from leumund.picture.shift import ReaderShift
from leumund.step import Whole
from leumund.tables import arrow_schema

Array = worlds.Array

MARKETS = {
    "shared shocks": (worlds.Market("none"), 0.93, 0.07, 0.65),
    "own autocorrelation": (worlds.Market("autocorrelated"), 0.90, 0.10, 0.52),
    "random walks": (worlds.Market("walk"), 0.90, 0.10, 0.42),
}
LIFT = 6.0


def campaigns(bench: Bench) -> Iterator[Tried]:
    """Coverage at +6 points, false alarms at none, power at +6, in three kinds of markets."""
    for number, (name, (market, cover, alarm, power)) in enumerate(MARKETS.items()):
        rng, hits = bench.rng(10, number), np.zeros(3)
        for _ in range(bench.trials):
            index, rivals = market.draw(rng)
            nothing = bench.use.effect(index, rivals, market.start)
            index, rivals = market.draw(rng)
            lifted = bench.use.effect(index + LIFT * (np.arange(market.weeks) >= market.start), rivals, market.start)
            hits += [lifted.covers(LIFT), not nothing.covers(0.0), lifted.low > 0]
        yield bench.rate(f"campaign, {name}: coverage", hits[0], bench.trials, cover)
        yield bench.rate(f"campaign, {name}: false alarms", hits[1], bench.trials, alarm, at_most=True)
        yield bench.rate(f"campaign, {name}: power at +6 points", hits[2], bench.trials, power)


SECOND = {"shared shocks": (0.10, 0.78), "own autocorrelation": (0.10, 0.36), "random walks": (0.14, 0.42)}


def second_opinion(bench: Bench) -> Iterator[Tried]:
    """False alarms and power at +6 points of the synthetic control with placebos in time."""
    for number, (name, (alarm, power)) in enumerate(SECOND.items()):
        market, rng, hits = MARKETS[name][0], bench.rng(14, number), np.zeros(2)
        for _ in range(bench.trials):
            index, rivals = market.draw(rng)
            step = LIFT * (np.arange(market.weeks) >= market.start)
            nothing = bench.use.second(index, rivals, market.start)
            hits += [not nothing.covers(0.0), bench.use.second(index + step, rivals, market.start).low > 0]
        yield bench.rate(f"second opinion, {name}: false alarms", hits[0], bench.trials, alarm, at_most=True)
        yield bench.rate(f"second opinion, {name}: power at +6 points", hits[1], bench.trials, power)


TIMID = {"600 labels, follows by .2": (600, 0.2, 20.0), "200 labels, follows by .5": (200, 0.5, 10.0)}


def timid_readers(bench: Bench) -> Iterator[Tried]:
    """Coverage of an effect that a timid reader shows only in part, once its response is reckoned in."""
    for number, (name, (n_labels, slope, effect)) in enumerate(TIMID.items()):
        market, rng, held = MARKETS["shared shocks"][0], bench.rng(15, number), 0
        for _ in range(bench.trials):
            index, rivals = market.draw(rng)
            seen = index + slope * effect * (np.arange(market.weeks) >= market.start)
            truth = rng.choice([-100.0, 0.0, 100.0], n_labels, p=[0.4, 0.33, 0.27])
            reading = slope * truth + rng.normal(0, 35, n_labels)
            response = estimates.estimate_response(truth, reading, groups=np.arange(n_labels) % 5)
            got = bench.use.carry(bench.use.effect(seen, rivals, market.start), response)
            held += got is not None and got.covers(effect)
        yield bench.rate(f"effect through a reader, {name}: coverage", held, bench.trials, 0.93)


def published_example(bench: Bench) -> Iterator[Tried]:
    """The CausalImpact vignette: 10.2 to 10.8, ends within .4 of 9.7 and 11.3."""
    path = real.SHARED / "campaign" / "causalimpact_vignette.csv"
    if not path.is_file():
        return
    table = np.genfromtxt(path, delimiter=",", skip_header=1)
    got = bench.use.effect(table[:, 1], table[:, 2:], 70)
    for name, value, middle, off in (
        ("value", got.value, 10.5, 0.3),
        ("low", got.low, 9.7, 0.4),
        ("high", got.high, 11.3, 0.4),
    ):
        yield bench.bound(f"published campaign, {name} {value:.2f}: off {middle} by", abs(value - middle), off)


def naive_watch(values: Array, errors: Array, dofs: Array) -> estimates.Watched:
    """This week against last, as the tools of the field do it: 1.96 standard errors of the difference."""
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.diff(values, prepend=np.nan) / np.hypot(errors, np.concatenate([[np.nan], errors[:-1]]))
    return estimates.Watched(values, z, z, 1.96, np.where(np.abs(z) > 1.96, np.sign(z), 0).astype(np.int64))


LEARNED = 8  # weeks before the year begins
TALKS: tuple[worlds.Talk, ...] = ("usual", "few", "heavy_tailed")


def year_of_watching(bench: Bench) -> Iterator[Tried]:
    """How often a year of weeks without any change has an alarm; beside it this week against last, and the power."""
    for number, kind in enumerate(TALKS):
        rng, alarms = bench.rng(14, number), np.zeros(2)
        for _ in range(bench.trials):
            cells = worlds.weekly_cells(kind, LEARNED + 52, rng)
            for place, watch in enumerate((bench.use.watch, naive_watch)):
                alarms[place] += bool(watch(cells.value, cells.se, cells.dof).alarm[LEARNED:].any())
        name = f"a year of weeks, {kind.replace('_', ' ')}"
        yield bench.rate(f"{name}: a false alarm", alarms[0], bench.trials, 0.055, at_most=True)
        yield Tried(f"{name}: this week against last", alarms[1] / bench.trials, trials=bench.trials)
    rng, found = bench.rng(15), 0
    for _ in range(bench.trials):
        cells = worlds.weekly_cells("usual", 60, rng, shift=0.4)
        found += bool((bench.use.watch(cells.value, cells.se, cells.dof).alarm[30:43] < 0).any())
    yield Tried("a fall by about 25 points: found within 13 weeks", found / bench.trials, trials=bench.trials)


TWO_PERIODS = (
    ((150, 150), (0.3, 0.6), 4),
    ((800, 700), (0.2, 0.7), 8),
    ((2500, 3000), (0.5, 0.2), 12),
)


def venue_mix(bench: Bench) -> Iterator[Tried]:
    """Coverage of 0 by the opinion part, and of its parts' sum by the truth, when only the mix of venues changes."""
    for number, (n, share, mean) in enumerate(TWO_PERIODS):
        rng, hits = bench.rng(13, number), np.zeros(2)
        for _ in range(bench.trials):
            got = bench.use.split(*worlds.two_venues(n, share, mean, rng))
            truth = 50.0 * (share[1] - share[0])
            hits += [got["rate"].low <= 0 <= got["rate"].high, got["total"].low <= truth <= got["total"].high]
        name = f"venue mix only, {n[0]} and {n[1]} posts"
        yield bench.rate(f"{name}: opinions' interval holds 0", hits[0], bench.trials, 0.945)
        yield bench.rate(f"{name}: coverage of the whole change", hits[1], bench.trials, 0.945)


def changes_read(bench: Bench) -> Iterator[Tried]:
    """How far opinions moved, read by a machine whose bias differs by venue and drifts, and labels of thirty a week."""
    trials = bench.trials if bench.trials > QUICK else QUICK // 3
    for number, (name, world) in enumerate(CHANGES.items()):
        rng, held = bench.rng(21, number), np.zeros(2)
        for _ in range(trials):
            got = world.draw_periods(rng)
            opinion = _opinion(bench.use, got)
            held += [opinion.low <= got.truth <= opinion.high, opinion.low > 0 or opinion.high < 0]
        yield bench.rate(f"change, {name}: coverage of the opinions", held[0], trials, 0.945)
        if world.late == 0 and world.calm:
            yield bench.rate(f"change, {name}: a change is said", held[1], trials, 0.055, at_most=True)
        elif world.late and world.slope > 0.4:
            yield bench.rate(f"change, {name}: it is said", held[1], trials, 0.85)


def _opinion(use: Estimators, got: TwoPeriods) -> estimates.Part:
    """The part of the opinions, as the picture makes it."""
    reader = ReaderShift(got.judged, arrow_schema("guideline_bridges").empty_table())
    shift = reader.of([got.asked])[0]
    rows = got.rows._replace(y=np.asarray(got.rows.y) * reader.power)
    within = use.split(rows, got.venue, np.zeros(got.venue.size))["rate"]
    told = {"drift": shift.drift, "response": shift.response, "labels": shift.labels, "shared": shift.shared}
    return use.movement(within, **told).opinion


MOST_PARTED = 1_000
OTHER_CAUSES = ("mix_only", "reader_only")
UNFORESEEN = ("the reader jumps by 10",)  # labels of other weeks tell nothing of it: what is measured has no floor


def change_parts(bench: Bench) -> Iterator[Tried]:
    """All parts of a change as the table `changes` gives them, of readers, labels and weeks as in `changes_read`.

    The total is the machine's movement at its worth; venues, authors and opinions are what they add as people judge;
    the reader's part is all that is left.
    """
    trials = min(bench.trials, MOST_PARTED) if bench.trials > QUICK else QUICK // 3
    step = change.steps("0", (), level=0.95, min_posts=5)[-1]
    assert isinstance(step, Whole)
    bridges = arrow_schema("guideline_bridges").empty_table()
    for number, (name, world) in enumerate(PARTED.items()):
        rng, verdicts = bench.rng(22, number), Counter[str]()
        seen: dict[str, list[tuple[bool, float, float]]] = {part: [] for part in change.PARTS}
        for _ in range(trials):
            got = world.draw_periods(rng)
            truth = {**got.parts, "total": got.machine * ReaderShift(got.judged, bridges).power}
            truth["reader"] = truth["total"] - sum(got.parts.values())
            made = step.run({**got.said, "judged": got.judged, "guideline_bridges": bridges})
            for row in made["changes"].to_pylist():
                low, high, part = row["low"], row["high"], row["part"]
                seen[part].append((low <= truth[part] <= high, row["value"] - truth[part], (high - low) / 2))
                verdicts[row["verdict"]] += part == "total"
        for part, told in seen.items():
            held, off, half = np.mean(told, axis=0)
            title = f"parts, {name}: {part}"
            gated = name not in UNFORESEEN or part not in ("opinion", "reader")
            found = f"{title}, truth held"
            yield bench.rate(found, held * trials, trials, 0.94) if gated else Tried(found, held, trials=trials)
            yield Tried(f"{title}, off by, points", float(off), trials=trials)
            yield Tried(f"{title}, half width, points", float(half), trials=trials)
        wrong, title = verdicts["up"] + verdicts["down"], f"parts, {name}: opinions are said to move"
        if world.late == 0 and name not in UNFORESEEN:
            yield bench.rate(title, wrong, trials, 0.055, at_most=True)
        else:
            yield Tried(title, wrong / trials, trials=trials)
        yield from (Tried(f"parts, {name}: {said}", verdicts[said] / trials, trials=trials) for said in OTHER_CAUSES)


SHIFT = 4.0
APART = {
    "posts alone": (0.0, 0.0),
    "authors": (10.0, 0.0),
    "threads": (0.0, 10.0),
    "authors and threads": (8.0, 8.0),
}


def bridges(bench: Bench) -> Iterator[Tried]:
    """Coverage of a new reader's constant shift on posts both have read, each counting some that the other does not."""
    for number, (name, apart) in enumerate(APART.items()):
        for n in (300, 1500):
            rng, hits, off = bench.rng(14, number, n), 0, []
            for _ in range(bench.trials):
                old, new, groups, weights = worlds.two_readers(n, SHIFT, apart, rng)
                got = bench.use.bridge(old, new, groups, weights=weights)
                hits += got.covers(SHIFT)
                off.append(got.value - SHIFT)
            title = f"bridge, readers apart by {name}, {n} posts"
            yield bench.rate(f"{title}: coverage", hits, bench.trials, 0.945)
            error = float(np.std(off) / np.sqrt(bench.trials))
            yield bench.bound(f"{title}: |bias|, points", abs(float(np.mean(off))), 0.1, error)
