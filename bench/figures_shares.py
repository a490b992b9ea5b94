"""Shares, rates, comparisons and weekly looks, tried where the truth is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bench import figures_real as real
from bench import figures_worlds as worlds
from bench.figures_pooling import WORLDS, ReaderWorld
from bench.figures_trial import Bench, Tried
from leumund import estimates
from leumund.estimates.score import wilson

Array = worlds.Array

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
    """Coverage with scores on a grid of five, most of them near 0, 1 for one post in forty, or that seldom speak up."""
    for number, reader in enumerate(("grid", "steep", "rare", "precise")):
        for share, n, floor in ((0.15, 50, 0.945), (0.15, 100, 0.945), (0.15, 200, 0.945), (0.90, 100, 0.93)):
            rng = bench.rng(16, number, int(100 * share), n)
            rows = np.array([_one_corpus(bench, share, n, rng, reader) for _ in range(bench.trials)])
            name = f"{reader} scores, share {share:.2f}, {n} labels"
            yield bench.rate(f"{name}: coverage", rows[:, 0].sum(), bench.trials, floor)
            error = float(rows[:, 1].std() / np.sqrt(bench.trials))
            yield bench.bound(f"{name}: |bias|, points", 100 * abs(rows[:, 1].mean()), 0.4, 100 * error)


def unequal_chances(bench: Bench) -> Iterator[Tried]:
    """Coverage of a corpus' share whose labels were drawn by score, four times as often at its ends as between."""
    for number, reader in enumerate(("usual", "useless", "precise")):
        for share, n in ((0.15, 100), (0.15, 400), (0.90, 100), (0.90, 400)):
            rng, hits = bench.rng(27, number, int(100 * share), n), 0
            for _ in range(bench.trials):
                y = (rng.random(POSTS) < share).astype(float)
                s = worlds.scores_for(y, rng, reader=reader)
                labels, chances = worlds.labels_by_score(y, s, n, rng)
                hits += bench.use.share(labels, s, inclusion=chances).covers(float(y.mean()))
            yield bench.rate(f"labels by {reader} scores, {share:.2f}, {n} labels: coverage", hits, bench.trials, 0.945)


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
        rng, hits = bench.rng(28, number), 0
        for _ in range(bench.trials):
            some = rng.choice(y.size, 1500, replace=False)
            labels, chances = worlds.labels_by_score(y[some], s[some], 200, rng)
            hits += bench.use.share(labels, s[some], inclusion=chances).covers(float(y[some].mean()))
        yield bench.rate(f"real {name}, 200 labels by score: coverage", hits, bench.trials, 0.945)
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


def rare_under_threads(bench: Bench) -> Iterator[Tried]:
    """Coverage of a rate that hardly anybody, or nearly everybody, speaks of, where threads are of one mind."""
    for share in (0.05, 0.95):
        for n in (200, 1500):
            rng, hits = bench.rng(26, int(100 * share), n), 0
            for _ in range(bench.trials):
                thread = worlds.thread_numbers(1500, 25, rng)
                y = worlds.threaded_labels(share, 0.3, thread, rng)
                hits += bench.use.share(worlds.labels_on(y, n, rng), worlds.scores_for(y, rng), thread, "rate").covers(
                    share
                )
            some = "all posts labelled" if n == 1500 else f"{n} labels"
            yield bench.rate(f"rate of {share:.2f}, threads of 25, {some}: coverage", hits, bench.trials, 0.94)


def net_under_threads(bench: Bench) -> Iterator[Tried]:
    """Coverage of a net index that leans to one end: labels are −1 or 0, or a few of them 1, and hang together."""
    for mean in (8, 25):
        for share, icc in ((0.05, 0.1), (0.10, 0.2), (0.15, 0.3)):
            for n in (200, 1500):
                rng, hits = bench.rng(23, mean, int(100 * share), n), np.zeros(2)
                for _ in range(bench.trials):
                    thread = worlds.thread_numbers(1500, mean, rng)
                    y = worlds.threaded_labels(share, icc, thread, rng)
                    s, some_up = worlds.scores_for(y, rng), (rng.random(y.size) < 0.05).astype(float)
                    for which, net in enumerate((-y, np.where(y == 1, -1.0, some_up))):
                        truth = -share + which * 0.05 * (1 - share)
                        hits[which] += bench.use.net(worlds.labels_on(net, n, rng), -s, thread, "rate").covers(truth)
                some = "all posts labelled" if n == 1500 else f"{n} labels"
                for what, count in zip(("none up", "few up"), hits, strict=True):
                    name = f"net, threads of {mean}, {share:.2f} down, {what}, {some}"
                    yield bench.rate(f"{name}: coverage", count, bench.trials, 0.94)


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


def looks_of_a_precise_reader(bench: Bench) -> Iterator[Tried]:
    """A year of looks at scores that seldom speak up, with five labels a week."""
    rng, missed = bench.rng(25), 0
    for _ in range(bench.trials):
        looks = bench.use.follow([worlds.brand(0.15, 100, 5, rng, "precise") for _ in range(52)])
        missed += not all(look.covers(0.15) for look in looks)
    yield bench.rate("a year of looks, precise scores: a wrong one", missed, bench.trials, 0.05, at_most=True)


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
