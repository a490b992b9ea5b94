"""Whether the figures can be trusted: `python -m bench.figures [--quick]` tries estimators where the truth is known.

A floor counts as broken when the figure is beyond it by more than 2.2 Monte Carlo standard errors. `run` can be given
other estimators: the tests give it broken ones, which have to fail.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from bench import figures_real as real
from bench import figures_worlds as worlds
from bench.figure import Figure
from bench.figures_change import CHANGES, TwoPeriods
from bench.figures_pooling import WORLDS, ReaderWorld
from leumund import estimates
from leumund.estimates.share import wilson
from leumund.picture.shift import ReaderShift

ALLOWANCE = 2.2
FULL, QUICK = 1500, 60
Array = worlds.Array


@dataclass(frozen=True)
class Tried(Figure):
    """A figure out of trials by chance: its floor is `nominal` less the allowance for chance."""

    nominal: float = 0.0
    trials: int = 0

    def __str__(self) -> str:
        limit = "" if self.floor is None else f"{'≤' if self.at_most else '≥'} {self.nominal:<6g}"
        verdict = "" if self.holds else "MISSED"
        return f"{self.name:<66} {limit:<8} {self.value:>8.4f} {self.trials:>7,} {verdict}".rstrip()


@dataclass(frozen=True)
class Estimators:
    """What is tried; the tests put broken ones here."""

    share: Callable[..., estimates.Estimated] = estimates.estimate_share
    compare: Callable[..., list[estimates.EstimatedDifference]] = estimates.compare_brands
    follow: Callable[..., list[estimates.Estimated]] = estimates.follow_share
    effect: Callable[..., estimates.Estimated] = estimates.estimate_effect
    ratio: Callable[..., estimates.Cells] = estimates.ratio_from_sums
    net: Callable[..., estimates.Estimated] = estimates.estimate_net
    correct: Callable[..., estimates.Cells] = estimates.correct_with_labels
    bridge: Callable[..., estimates.Estimated] = estimates.estimate_bridge
    watch: Callable[..., estimates.Watched] = estimates.watch_weeks
    split: Callable[..., dict[str, estimates.Part]] = estimates.split_in_three
    movement: Callable[..., estimates.Movement] = estimates.estimate_movement
    pool: Callable[..., estimates.Pooled] = estimates.pool_errors
    second: Callable[..., estimates.Estimated] = estimates.estimate_synthetic
    carry: Callable[..., estimates.Estimated | None] = estimates.carry_effect


@dataclass(frozen=True)
class Bench:
    """One run: the estimators, how many trials a cell, and where chance starts."""

    use: Estimators
    trials: int
    seed: int = 20

    def rng(self, *key: int) -> np.random.Generator:
        """A generator of its own for each cell, so that cells can be run alone."""
        return np.random.default_rng([self.seed, *key])

    def rate(self, name: str, hits: float, trials: int, floor: float, *, at_most: bool = False) -> Tried:
        """A share of trials beside its floor."""
        error = ALLOWANCE * float(np.sqrt(floor * (1 - floor) / trials))
        limit = floor + error if at_most else floor - error
        return Tried(name, hits / trials, floor=limit, at_most=at_most, nominal=floor, trials=trials)

    def least(self, name: str, value: float, floor: float, error: float) -> Tried:
        """A mean, with its own standard error, that must not be below its floor."""
        return Tried(name, value, floor=floor - ALLOWANCE * error, at_most=False, nominal=floor, trials=self.trials)

    def bound(self, name: str, value: float, floor: float, error: float = 0.0) -> Tried:
        """A mean, with its own standard error, that must not be above its floor."""
        limit = floor + ALLOWANCE * error
        return Tried(name, value, floor=limit, at_most=True, nominal=floor, trials=self.trials)


POSTS = 4000
WIDTHS = {100: 0.94, 200: 0.91, 400: 0.875}


def corpus_share(bench: Bench) -> Iterator[Tried]:
    """Coverage, bias and width of a corpus' share, by share and number of labels."""
    for share in (0.05, 0.15, 0.30, 0.50):
        for n in (100, 200, 400):
            rng = bench.rng(1, int(100 * share), n)
            rows = np.array([_one_corpus(bench, share, n, rng, "usual") for _ in range(bench.trials)])
            name = f"corpus share {share:.2f}, {n} labels"
            floor = 0.945 if share >= 0.15 else 0.93
            yield bench.rate(f"{name}: coverage", rows[:, 0].sum(), bench.trials, floor)
            if share >= 0.15:
                error = float(rows[:, 1].std() / np.sqrt(bench.trials))
                yield bench.bound(f"{name}: |bias|, points", 100 * abs(rows[:, 1].mean()), 0.4, 100 * error)
            if share == 0.30:
                yield bench.bound(f"{name}: width against labels alone", _ratio(rows), WIDTHS[n])


def poor_readers(bench: Bench) -> Iterator[Tried]:
    """What useless, inverted and hard scores cost in width, and that coverage holds with them."""
    for number, reader in enumerate(("useless", "inverted", "hard")):
        rng = bench.rng(2, number)
        rows = np.array([_one_corpus(bench, 0.3, 100, rng, reader) for _ in range(bench.trials)])
        yield bench.rate(f"{reader} scores, 100 labels: coverage", rows[:, 0].sum(), bench.trials, 0.945)
        yield bench.bound(f"{reader} scores, 100 labels: width against labels alone", _ratio(rows), 1.03)


def odd_readers(bench: Bench) -> Iterator[Tried]:
    """Coverage with scores on a grid of five, most of them near 0, or 1 for one post in forty."""
    for number, reader in enumerate(("grid", "steep", "rare")):
        for share, floor in ((0.15, 0.945), (0.90, 0.93)):
            rng = bench.rng(16, number, int(100 * share))
            rows = np.array([_one_corpus(bench, share, 100, rng, reader) for _ in range(bench.trials)])
            name = f"{reader} scores, share {share:.2f}, 100 labels"
            yield bench.rate(f"{name}: coverage", rows[:, 0].sum(), bench.trials, floor)
            error = float(rows[:, 1].std() / np.sqrt(bench.trials))
            yield bench.bound(f"{name}: |bias|, points", 100 * abs(rows[:, 1].mean()), 0.4, 100 * error)


def net_index(bench: Bench) -> Iterator[Tried]:
    """Coverage of a corpus' net index, whose labels are −1, 0, 1."""
    for n in (100, 400):
        rng, hits = bench.rng(11, n), 0
        for _ in range(bench.trials):
            y = rng.choice([-1.0, 0.0, 1.0], POSTS, p=[0.35, 0.5, 0.15])
            s = np.clip(0.2 + 0.3 * y + rng.normal(0, 0.4, POSTS), -1, 1)
            hits += bench.use.net(worlds.labels_on(y, n, rng), s).covers(float(y.mean()))
        yield bench.rate(f"corpus net index, {n} labels: coverage", hits, bench.trials, 0.945)


def borrowed_correction(bench: Bench) -> Iterator[Tried]:
    """Coverage of a cell's share put right with labels from other cells, whose reader's bias is not quite the same."""
    rng, hits, spread = bench.rng(12), 0, 0.03
    for _ in range(bench.trials):
        y = (rng.random(300) < 0.3).astype(float)
        machine = y - 0.1 + spread * rng.normal() + 0.3 * rng.normal(size=y.size)
        off = 0.1 + 0.3 * rng.normal(size=200)
        got = bench.use.correct(
            machine.mean(),
            machine.std(ddof=1) / np.sqrt(machine.size),
            off.mean(),
            off.std(ddof=1) / np.sqrt(off.size),
            rectifier_dof=off.size - 1,
            spread=spread,
        )
        hits += bool(got.low <= 0.3 <= got.high)
    yield bench.rate("borrowed correction: coverage", hits, bench.trials, 0.94)


def pooled_reader(bench: Bench) -> Iterator[Tried]:
    """Coverage of weeks put right with labels from all brands, venues and weeks; the last quarter's width."""
    quarters: list[float] = []
    for number, (name, world) in enumerate(WORLDS.items()):
        rng, held = bench.rng(13, number), []
        for _ in range(max(bench.trials // 3, 12)):
            got = world.draw(rng)
            error = bench.use.pool(got.labelled, got.mixtures)
            cells = bench.use.correct(
                got.machine, got.machine_se, error.value, error.se, rectifier_dof=error.dof, bounds=(-100, 100)
            )
            inside, half = (cells.low <= got.truth) & (got.truth <= cells.high), (cells.high - cells.low) / 2
            held.append((inside[:-1].mean(), inside[got.own].mean(), inside[-1], half[got.own].mean(), half[-1]))
        rows = np.array(held)
        errors = rows.std(axis=0) / np.sqrt(len(rows))  # the weeks of one market hang together
        for column, what in enumerate(("weeks", "own weeks")):
            name_ = f"pooling, {name}: coverage, {what}"
            yield bench.least(name_, float(rows[:, column].mean()), 0.93, float(errors[column]))
        quarters += [*rows[:, 2]]
        if world == ReaderWorld():
            yield bench.bound("pooling: half width of the own quarter, points", float(rows[:, 4].mean()), 8.0)
        print(f"  half width of an own week {rows[:, 3].mean():.1f}, of the own quarter {rows[:, 4].mean():.1f} points")
    yield bench.rate("pooling, all worlds: coverage, own quarter", sum(quarters), len(quarters), 0.93)


def _one_corpus(bench: Bench, share: float, n: int, rng: np.random.Generator, reader: worlds.Reader) -> list[float]:
    """Covered, error, width, width of Wilson's interval on the labels alone."""
    y = (rng.random(POSTS) < share).astype(float)
    return _tried(bench, y, worlds.scores_for(y, rng, reader=reader), n, rng)


def _tried(bench: Bench, y: Array, s: Array, n: int, rng: np.random.Generator) -> list[float]:
    labels = worlds.labels_on(y, n, rng)
    got = bench.use.share(labels, s)
    low, high = wilson(float(np.nanmean(labels)), n, 1.96)
    return [got.covers(float(y.mean())), got.value - y.mean(), got.width, high - low]


def _ratio(rows: Array) -> float:
    return float(rows[:, 2].mean() / rows[:, 3].mean())


def real_posts(bench: Bench) -> Iterator[Tried]:
    """Corpora drawn from real labelled posts: coverage, bias, and false differences between equal brands."""
    for number, (name, (y, s)) in enumerate(real.sets().items()):
        for n in (100, 200, 400):
            rng, rows = bench.rng(3, number, n), []
            for _ in range(bench.trials):
                drawn = rng.choice(y.size, 1500, replace=False)
                rows.append(_tried(bench, y[drawn], s[drawn], n, rng))
            table, error = np.array(rows), np.std([row[1] for row in rows]) / np.sqrt(bench.trials)
            yield bench.rate(f"real {name}, {n} labels: coverage", table[:, 0].sum(), bench.trials, 0.945)
            bias = 100 * abs(float(table[:, 1].mean()))
            yield bench.bound(f"real {name}, {n} labels: |bias|, points", bias, 0.4, 100 * float(error))
        rng, false = bench.rng(4, number), 0
        for _ in range(bench.trials):
            drawn = [rng.choice(y.size, 1000) for _ in range(6)]
            pairs = [(worlds.labels_on(y[one], 200, rng), s[one]) for one in drawn]
            false += any(got.differs for got in bench.use.compare(pairs))
        title = f"real {name}, 5 equal rivals: a false difference"
        yield bench.rate(title, false, bench.trials, 0.055, at_most=True)


def rate_under_threads(bench: Bench) -> Iterator[Tried]:
    """Coverage of the rate when posts of a thread, or of a thread and an author, hang together."""
    for mean in (8, 25):
        for icc in (0.0, 0.1, 0.3):
            for n in (200, 1500):
                rng, hits = bench.rng(5, mean, int(100 * icc), n), 0
                for _ in range(bench.trials):
                    thread = worlds.thread_numbers(1500, mean, rng)
                    y = worlds.threaded_labels(0.3, icc, thread, rng)
                    labels, s = worlds.labels_on(y, n, rng), worlds.scores_for(y, rng)
                    hits += bench.use.share(labels, s, thread, "rate").covers(0.3)
                some = "all posts labelled" if n == 1500 else f"{n} labels"
                name = f"rate, threads of {mean}, correlation {icc:.2f}, {some}: coverage"
                yield bench.rate(name, hits, bench.trials, 0.94)


CROSSED = ((0.2, 0.2), (0.3, 0.1), (0.1, 0.3))


def rate_crossed(bench: Bench) -> Iterator[Tried]:
    """Coverage when threads and authors cross, from posts and from sums alone."""
    for of_author, of_thread in CROSSED:
        name = f"crossed, author {of_author} thread {of_thread}"
        rng, hits = bench.rng(6, int(10 * of_author)), np.zeros(3)
        for _ in range(bench.trials):
            groups = worlds.threads_and_authors(1500, 12, rng)
            y = worlds.crossed_labels(0.3, of_author, of_thread, groups, rng)
            s, labels = worlds.scores_for(y, rng), worlds.labels_on(y, 200, rng)
            hits[0] += bench.use.share(labels, s, groups, "rate").covers(0.3)
            hits[1] += bench.use.share(y, s, groups, "rate").covers(0.3)
            hits[2] += _sums_cover(bench, y, groups)
        for what, count in zip(("200 labels", "all posts labelled", "from sums"), hits, strict=True):
            yield bench.rate(f"{name}, {what}: coverage", count, bench.trials, 0.94)


def _sums_cover(bench: Bench, y: Array, groups: worlds.Ints) -> bool:
    thread, author = groups.T
    got = bench.use.ratio(
        n=y.size,
        sum_y=y.sum(),
        author=worlds.group_sums(y, author),
        thread=worlds.group_sums(y, thread),
        both=worlds.group_sums(y, author, thread),
    )
    return bool(got.low <= 0.3 <= got.high)


def differences(bench: Bench) -> Iterator[Tried]:
    """False differences among equal rivals, and the power to find a real one among five."""
    for share in (0.15, 0.29, 0.50):
        for rivals in (1, 5):
            rng, false = bench.rng(7, int(100 * share), rivals), 0
            for _ in range(bench.trials):
                pairs = [worlds.brand(share, 2000, 200, rng) for _ in range(rivals + 1)]
                false += any(got.differs for got in bench.use.compare(pairs))
            name = f"{rivals} equal rival{'s' if rivals > 1 else ''} at {share:.2f}: a false difference"
            yield bench.rate(name, false, bench.trials, 0.055, at_most=True)
    rng, found = bench.rng(8), 0
    for _ in range(bench.trials):
        pairs = [worlds.brand(share, 2000, 200, rng) for share in (0.29, 0.45, 0.29, 0.29, 0.29, 0.29)]
        found += bench.use.compare(pairs)[0].differs
    yield bench.rate("29 against 45 % among five rivals, 200 labels each: power", found, bench.trials, 0.75)


def weekly_looks(bench: Bench) -> Iterator[Tried]:
    """A year of looks: how often one of them misses, and what it costs against a single look at the end."""
    trials = max(bench.trials // 2, 1) if bench.trials < 1000 else bench.trials
    for share in (0.15, 0.30):
        rng, missed, ratios = bench.rng(9, int(100 * share)), 0, []
        for _ in range(trials):
            weeks = [worlds.brand(share, 200, 20, rng) for _ in range(52)]
            looks = bench.use.follow(weeks)
            missed += not all(look.covers(share) for look in looks)
            y, s = (np.concatenate(column) for column in zip(*weeks, strict=True))
            ratios.append(looks[-1].width / estimates.estimate_share(y, s).width)
        yield bench.rate(f"a year of weekly looks at {share:.2f}: a wrong one", missed, trials, 0.05, at_most=True)
        yield bench.bound(f"a year of weekly looks at {share:.2f}: final width", float(np.mean(ratios)), 1.85)


def uneven_weeks(bench: Bench) -> Iterator[Tried]:
    """The same where posts and labels differ from week to week, the first week has one label and the share rises."""
    rng, missed, ratios = bench.rng(17), 0, []
    for _ in range(bench.trials):
        posts, labels = rng.poisson(100, 52) + 1, np.append(1, rng.poisson(10, 51))
        share = np.linspace(0.2, 0.4, 52)
        weeks = [worlds.brand(float(p), n, min(seen, n), rng) for p, n, seen in zip(share, posts, labels, strict=True)]
        truth = np.cumsum(share * posts) / np.cumsum(posts)
        looks = bench.use.follow(weeks)
        missed += not all(look.covers(so_far) for look, so_far in zip(looks, truth, strict=True))
        y, s = (np.concatenate(column) for column in zip(*weeks, strict=True))
        ratios.append(looks[-1].width / estimates.estimate_share(y, s, estimand="rate").width)
    yield bench.rate("a year of uneven weeks: a wrong look", missed, bench.trials, 0.05, at_most=True)
    yield bench.bound("a year of uneven weeks: final width", float(np.mean(ratios)), 1.85)


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
    reader = ReaderShift(got.judged)
    shift = reader.of([got.asked])[0]
    rows = got.rows._replace(y=np.asarray(got.rows.y) * reader.power)
    within = use.split(rows, got.venue, np.zeros(got.venue.size))["rate"]
    told = {"drift": shift.drift, "response": shift.response, "labels": shift.labels, "shared": shift.shared}
    return use.movement(within, **told).opinion


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


PARTS = (
    corpus_share,
    poor_readers,
    odd_readers,
    net_index,
    borrowed_correction,
    pooled_reader,
    real_posts,
    rate_under_threads,
    rate_crossed,
    differences,
    weekly_looks,
    uneven_weeks,
    campaigns,
    second_opinion,
    timid_readers,
    published_example,
    venue_mix,
    changes_read,
    bridges,
    year_of_watching,
)


def run(
    quick: bool, use: Estimators | None = None, parts: tuple[Callable[[Bench], Iterator[Tried]], ...] = PARTS
) -> list[Figure]:
    """Try everything: 1,500 trials a cell, or 60 when quick, always from the same seeds."""
    bench = Bench(use or Estimators(), QUICK if quick else FULL)
    return [figure for part in parts for figure in part(bench)]


def main(arguments: list[str]) -> int:
    """Print the table while it grows; 1 when a floor is broken."""
    bench, started = Bench(Estimators(), QUICK if "--quick" in arguments else FULL), time.process_time()
    print(f"{'measure':<66}   {'floor':<6} {'figure':>8} {'trials':>7}")
    figures = []
    for part in PARTS:
        for figure in part(bench):
            print(figure, flush=True)
            figures.append(figure)
    broken = [figure.name for figure in figures if not figure.holds]
    if len(real.sets()) < 2:
        print(f"real posts are missing: no germeval2017 or airline_en in {real.SHARED}; set LEUMUND_SHARED")
    print(f"{len(figures)} figures, {len(broken)} floors broken, {time.process_time() - started:.0f} s of CPU")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
