"""Labelling: which posts a person should judge next, drawn by chance so that the verdicts measure the reader.

Half goes to the own brand. Within it every waiting opinion gets a chance in proportion to a size of its own: how
uncertain the reader is about opinions with such a score (Neyman 1934, never below a fair share), and more in weeks
that have few verdicts yet, the newest thirteen before all. The draw is systematic over a list sorted by brand, score,
week and thread (Madow 1949), which keeps the chances to the letter and spreads the draw over all four. Then threads and
authors of whom too many came are thinned again by chance; the chance after both is the product (two phases: Särndal,
Swensson, Wretman 1992, ch. 9).
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = [
    "NEWEST_WEEK",
    "OWN_SHARE",
    "RECENT_WEEKS",
    "Picked",
    "Sharpness",
    "draw",
    "how_sharp",
    "over_weeks",
    "plan_id_of",
    "stratum_of",
]

OWN_SHARE = 0.5  # half of the verdicts go to the brand that the report is about
RECENT_WEEKS = 13
RECENT_SHARE = 2 / 3  # at least two thirds of a brand's verdicts lie in the newest thirteen weeks
NEARBY_WEEKS = 3
LEAST_OF_A_WEEK = 0.25  # of an even share goes to a week that has verdicts enough, so that every opinion has a chance
FAIR_SHARE = (0.5, 2.0)  # no score stratum gets under half or over twice the chance of the mean
STRATA = (-1 / 3, 1 / 3)  # negative, undecided, positive, as the machine reads p_positive − p_negative
PER_GROUP = 2  # of one thread or author in a draw of up to a hundred; twice an even spread where there are few of them
EXPECTED = 0.6  # of what a thread or author may have at most; the rest is room for chance
PRIOR_LABELS = 10  # a stratum's own error counts as much as that of all strata once it has so many labels

NEWEST_WEEK = 52 * 60  # the number of the newest week; no forum is older

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Picked:
    """One post and brand to judge, and with what probability (0..1) it was picked, given all earlier draws."""

    post_id: str
    brand: str
    inclusion_probability: float


@dataclass(frozen=True, slots=True)
class Sharpness:
    """Standard deviation of the reader's error in each score stratum, as a multiple of the mean one."""

    relative: tuple[float, float, float] = (1.0, 1.0, 1.0)


def plan_id_of(*parts: str) -> str:
    """Give the name of a draw: the same snapshot, number, labeller and state of the labels give the same."""
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()


def stratum_of(y: Floats) -> Ints:
    """Give 0, 1, 2 for scores (p_positive − p_negative, −1..1) that read negative, undecided, positive."""
    return np.digitize(y, STRATA).astype(np.int64)


def how_sharp(judged: pa.Table) -> Sharpness:
    """Say where the reader errs most, from the table `judged`; without labels it errs the same everywhere."""
    if not len(judged):
        return Sharpness()
    score, label = (judged[name].to_numpy() / 10_000 for name in ("machine_y", "label_y"))
    weight = judged["weight"].to_numpy()
    spread = np.average((score - np.average(score, weights=weight)) ** 2, weights=weight)
    together = np.average((score - np.average(score, weights=weight)) * label, weights=weight)
    error = label - (together / spread if spread > 0 else 1.0) * score
    error = error - np.average(error, weights=weight)
    whole = float(np.average(error**2, weights=weight))
    if whole <= 0:
        return Sharpness()
    strata = stratum_of(score)
    squares = np.bincount(strata, error**2, minlength=3)
    counts = np.bincount(strata, minlength=3)
    sd = np.sqrt((squares + PRIOR_LABELS * whole) / (counts + PRIOR_LABELS) / whole)
    low, high = FAIR_SHARE
    first, second, third = (float(min(max(value, low), high)) for value in sd)
    return Sharpness((first, second, third))


def draw(
    opinions: pa.Table, out: pa.Table, *, own: str, n: int, plan_id: str, sharpness: Sharpness | None = None
) -> list[Picked]:
    """Draw up to `n` opinions, half of them on the own brand; what one half lacks the other gives.

    `opinions` has the columns post_id, brand, author, thread, day, y (1/10,000); `out` post_id and brand of what must
    not be drawn again. The same frame and plan give the same draw, whatever the order of rows. Fewer than `n` come
    where a thread or an author would have been drawn too often.
    """
    frame = _Frame(opinions, out)
    rng = np.random.default_rng(int(hashlib.blake2b(plan_id.encode(), digest_size=8).hexdigest(), 16))
    ranks = rng.random((2, frame.n)) if frame.n else np.zeros((2, 0))
    mine = frame.brand_names == own
    ours, theirs = np.flatnonzero(mine[frame.brand]), np.flatnonzero(~mine[frame.brand])
    n_ours = min(len(ours), max(round(n * OWN_SHARE), n - len(theirs)))
    n_theirs = min(len(theirs), n - n_ours)
    chance = np.zeros(frame.n)
    picked = []
    for members, wanted in ((ours, n_ours), (theirs, n_theirs)):
        if wanted:
            size = frame.sizes(members, sharpness or Sharpness(), wanted)
            groups = [(group[members], EXPECTED * _most(group, n)) for group in (frame.thread, frame.author)]
            chance[members] = _chances(_damped(size, wanted, groups), wanted)
            order = members[frame.order(members, ranks)]
            picked.append(order[_systematic(chance[order], float(rng.random()))])
    kept = np.concatenate(picked) if picked else np.zeros(0, dtype=np.int64)
    for group in (frame.thread, frame.author):
        kept, thinned = _thinned(kept, group[kept], _most(group, n), rng)
        chance[kept] *= thinned
    kept = kept[np.argsort(ranks[1][kept])]
    return [Picked(frame.post_ids[i], str(frame.brand_names[frame.brand[i]]), float(chance[i])) for i in kept.tolist()]


class _Frame:
    """The opinions that wait, sorted by post and brand, as arrays."""

    def __init__(self, opinions: pa.Table, out: pa.Table) -> None:
        names = ["post_id", "brand", "author", "thread", "day", "y"]
        days = pc.cast(opinions["day"], pa.int32()).to_numpy() if len(opinions) else np.zeros(0, dtype=np.int32)
        self._newest = int(days.max()) // 7 if len(days) else 0
        known = out.select(["post_id", "brand"]).group_by(["post_id", "brand"]).aggregate([])
        waiting = opinions.select(names).join(known, ["post_id", "brand"], join_type="left anti")
        waiting = waiting.sort_by([("post_id", "ascending"), ("brand", "ascending")]).combine_chunks()
        self.n = len(waiting)
        self.post_ids = waiting["post_id"]
        self.brand, self.brand_names = _codes(waiting["brand"])
        self.thread, _ = _codes(waiting["thread"])
        self.author, _ = _codes(waiting["author"])
        self.day = pc.cast(waiting["day"], pa.int32()).to_numpy().astype(np.int64)
        self.stratum = stratum_of(waiting["y"].to_numpy() / 10_000)
        self.post_ids = self.post_ids.to_pylist()
        self.week = np.maximum(
            self.day // 7 - self._newest + NEWEST_WEEK, 0
        )  # one for each seven days, the newest last
        self._had = _had(opinions.select(names).join(known, ["post_id", "brand"], join_type="left semi"), self._newest)

    def sizes(self, members: Ints, sharpness: Sharpness, n: int) -> Floats:
        """Give the size of each member: its chance to be drawn is in proportion to it."""
        size = np.asarray(sharpness.relative, dtype=np.float64)[self.stratum[members]]
        for brand in np.unique(self.brand[members]):
            here = np.flatnonzero(self.brand[members] == brand)
            weeks, week = np.unique(self.week[members][here], return_inverse=True)
            had = self._had.get(str(self.brand_names[brand]), np.zeros(NEWEST_WEEK + 1))
            part = math.sqrt(len(here))  # between brands halfway from equal to in proportion (Bankier 1988)
            wanted = over_weeks(had[weeks], np.bincount(week), n * len(here) / len(members), weeks)
            size[here] *= (wanted / np.bincount(week, size[here]))[week] * part / wanted.sum()
        return size

    def order(self, members: Ints, ranks: Floats) -> Ints:
        """Give the order of the list: brand, score, week, thread, and within a thread by chance."""
        of_thread = ranks[0][np.unique(self.thread, return_index=True)[1]][self.thread]
        keys = (ranks[1], of_thread, self.week, self.stratum, self.brand)
        return np.lexsort(tuple(key[members] for key in keys))


def _had(drawn: pa.Table, newest: int) -> dict[str, Floats]:
    """How many verdicts each brand has or waits for, by week; the newest week last."""
    found: dict[str, Floats] = {}
    for brand, day in zip(drawn["brand"].to_pylist(), pc.cast(drawn["day"], pa.int32()).to_pylist(), strict=True):
        weeks = found.setdefault(brand, np.zeros(NEWEST_WEEK + 1))
        weeks[max(day // 7 - newest + NEWEST_WEEK, 0)] += 1
    return found


def over_weeks(had: Floats, posts: NDArray[Any], n: float, weeks: Ints) -> Floats:
    """Give how many of `n` verdicts each week should get, so that in the end all have as many for their size.

    `had` are verdicts, `posts` opinions that wait; `weeks` their numbers. The weeks with the fewest verdicts for the
    root of their posts are filled up to one level. At least two thirds go to the newest thirteen.
    """
    root = np.sqrt(posts.astype(np.float64))
    near = np.abs(weeks[:, None] - weeks[None, :]) <= NEARBY_WEEKS
    had = (near @ had) / (near @ root) * root  # one verdict more or less in a week is chance, not a lack
    recent = weeks > NEWEST_WEEK - RECENT_WEEKS
    shares = _filled(had, root, n)
    new = float(shares[recent].sum())
    if recent.any() and not recent.all() and new < RECENT_SHARE * n:
        shares[recent] = _filled(had[recent], root[recent], RECENT_SHARE * n)
        shares[~recent] = _filled(had[~recent], root[~recent], (1 - RECENT_SHARE) * n)
    return np.asarray(np.maximum(shares, LEAST_OF_A_WEEK * n * root / root.sum()), dtype=np.float64)


def _filled(had: Floats, root: Floats, n: float) -> Floats:
    """Fill weeks up to one level: the level times root less what they had, never less than nothing, n in all."""
    order = np.argsort(had / root)
    levels = (n + np.cumsum(had[order])) / np.cumsum(root[order])
    full = int(np.flatnonzero(levels > (had / root)[order])[-1])
    return np.asarray(np.maximum(levels[full] * root - had, 0.0), dtype=np.float64)


def _codes(column: pa.ChunkedArray) -> tuple[Ints, NDArray[np.str_]]:
    names, codes = np.unique(np.asarray(column.to_pylist(), dtype=str), return_inverse=True)
    return codes.astype(np.int64), names


def _chances(size: Floats, n: int) -> Floats:
    """Chances in proportion to size that add up to n; what would get more than 1 is certain."""
    chance = np.ones(len(size))
    sure = np.zeros(len(size), dtype=np.bool_)
    while (rest := n - int(sure.sum())) < len(size) - int(sure.sum()):
        chance[~sure] = rest * size[~sure] / size[~sure].sum()
        if not (chance > 1).any():
            break
        sure |= chance >= 1
        chance[sure] = 1
    return chance


def _most(group: Ints, n: int) -> int:
    """How many of one thread or author may come in a draw of n."""
    return max(PER_GROUP, math.ceil(n / 50), math.ceil(2 * n / max(len(np.unique(group)), 1)))


def _damped(size: Floats, n: int, groups: list[tuple[Ints, float]]) -> Floats:
    """Make members of a group smaller of which more would be expected than it may have, so that few are thinned."""
    for _ in range(3):
        for group, expected in groups:
            sums = np.bincount(group, _chances(size, n))
            size = size * np.minimum(1.0, expected / np.maximum(sums, expected))[group]
    return size


def _systematic(chance: Floats, start: float) -> Ints:
    """Walk the list with a chance start in steps of one: as many as the chances add up to (Madow 1949)."""
    passed = np.floor(np.round(np.cumsum(chance), 9) + start)
    return np.flatnonzero(np.diff(passed, prepend=np.floor(start)) > 0)


def _thinned(kept: Ints, group: Ints, most: int, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Keep at most `most` of each group, by chance; give those kept and their chance to be kept."""
    order = np.lexsort((rng.random(len(kept)), group))
    kept, group = kept[order], group[order]
    _, first, counts = np.unique(group, return_index=True, return_counts=True)
    place = np.arange(len(kept)) - np.repeat(first, counts)
    chance = np.minimum(1.0, most / np.repeat(counts, counts))
    stays = place < most
    return kept[stays], chance[stays]
