"""Who writes where, when and about what: one block of posts as arrays, before a word is written.

Posts are made in blocks of BLOCK, each from its own random stream, so that any size can be made in bounded memory and
the same seed and size always give the same posts. A thread lives inside one block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from leumund.world.brands import BRANDS, VENUES
from leumund.world.mood import GAP, OUTAGES, WEEKS, flow, voice_shares
from leumund.world.opinions import ABOUT_BRAND, ABOUT_CHAT, ABOUT_CHOICE, ABOUT_OUTAGE, COMPANY, OPINION, draw, opinions

__all__ = ["BLOCK", "Plan", "n_blocks", "plan_block", "pool_size"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BLOCK = 10_000
COPY_SHARE = 0.018
WEEK_SECONDS = 7 * 86_400
SPAN_SECONDS = WEEKS * WEEK_SECONDS


@dataclass
class Plan:
    """One block: per post (thread order inside a thread is time order), sorted by time. -1 stands for none."""

    first_serial: int
    venue: Ints
    board: Ints
    thread: Ints  # index, in the block, of the thread's first post
    position: Ints
    theme: Ints
    thread_brand: Ints
    author: Ints  # number in the venue's pool; companies' accounts are below zero: -1 - brand
    seconds: Ints  # after START
    english: Bools
    kind: Ints
    brand: Ints
    polarity: Ints  # -1, 0, 1 of the post about `brand`
    aspect: Ints
    aspect_polarity: Ints
    second_aspect: Ints
    second_aspect_polarity: Ints
    named: Bools
    other_brand: Ints
    other_aspect: Ints
    other_polarity: Ints
    quotes: Ints  # index, in the block, of the quoted post
    copy_of: Ints  # index, in the block, of the post it repeats

    def __len__(self) -> int:
        """Give the number of posts."""
        return len(self.venue)


def n_blocks(n_posts: int) -> int:
    """Give the number of blocks that `n_posts` take."""
    return -(-n_posts // BLOCK)


def pool_size(venue: int, n_posts: int) -> int:
    """Give how many people write in a venue: it grows more slowly than the posts."""
    return 30 + int(VENUES[venue].thread_share * min(n_posts, 2_000_000) ** 0.88)


def plan_block(*, seed: int, n_posts: int, block: int) -> Plan:
    """Give the plan of block `block` (0 …) of a market of `n_posts` posts."""
    rng = np.random.default_rng([seed, n_posts, block, 2])
    first = block * BLOCK
    size = min(BLOCK, n_posts - first)
    sizes = _thread_sizes(rng, size)
    starts = flow(seed).seconds_at((first + np.sort(rng.random(len(sizes))) * size) / n_posts)
    theme, brand, venue = _themes(rng, starts, seed)
    board, english = _boards(rng, theme, venue)
    seconds, thread, position = _times(rng, sizes, starts, venue)
    order = np.lexsort((position, seconds))
    place = np.empty(size, dtype=np.int64)
    place[order] = np.arange(size)
    first_post = place[np.cumsum(sizes) - sizes]
    thread, position, seconds = thread[order], position[order], seconds[order]
    author = _authors(rng, thread, position, first_post, venue, seed=seed, n_posts=n_posts)
    leaning = _leanings(rng, thread, author, venue, seed)
    columns = opinions(
        rng,
        flow(seed).mood,
        week=np.minimum(seconds // WEEK_SECONDS, WEEKS - 1),
        theme=theme[thread],
        thread_brand=brand[thread],
        position=position,
        leaning=leaning,
    )
    columns["english"] = english[thread]
    copy_of = _copies(rng, columns, venue[thread] * 100 + board[thread])
    columns["author"] = np.where(columns["kind"] == COMPANY, -1 - columns["brand"], author)
    return Plan(
        first_serial=first,
        venue=venue[thread],
        board=board[thread],
        thread=first_post[thread],
        position=position,
        theme=theme[thread],
        thread_brand=brand[thread],
        seconds=seconds,
        quotes=_quotes(rng, thread, position, venue, place=place, sizes=sizes),
        copy_of=copy_of,
        **columns,
    )


def _thread_sizes(rng: np.random.Generator, size: int) -> Ints:
    sizes = 1 + np.minimum(rng.geometric(1 / 10, size), rng.zipf(1.5, size) + 3)
    n = int(np.searchsorted(np.cumsum(sizes), size)) + 1
    sizes = sizes[:n]
    sizes[-1] -= sizes.sum() - size
    return np.asarray(sizes, dtype=np.int64)


def _themes(rng: np.random.Generator, starts: Floats, seed: int) -> tuple[Ints, Ints, Ints]:
    hour = np.minimum(starts // 3600, WEEKS * 168 - 1).astype(np.int64)
    until = np.cumsum(flow(seed).outage_share[:, hour], axis=0)
    lot = rng.random(len(starts))
    outage = (lot[None, :] > until).sum(axis=0)  # == len(OUTAGES): an ordinary thread
    theme = rng.choice([ABOUT_BRAND, ABOUT_CHOICE, ABOUT_CHAT], size=len(starts), p=[0.70, 0.20, 0.10])
    theme[outage < len(OUTAGES)] = ABOUT_OUTAGE
    brand = draw(rng, voice_shares(hour // 168))
    names = [b.name for b in BRANDS]
    for number, event in enumerate(OUTAGES):
        rows = np.flatnonzero(outage == number)
        brand[rows] = rng.choice([names.index(name) for name in event.brands], size=len(rows))
    shares = np.tile([v.thread_share for v in VENUES], (len(starts), 1))
    missing = (starts >= GAP.day * 86_400) & (starts < (GAP.day + GAP.days) * 86_400)
    shares[missing, [v.host for v in VENUES].index(GAP.venue)] = 0
    return theme, brand, draw(rng, shares)


def _boards(rng: np.random.Generator, theme: Ints, venue: Ints) -> tuple[Ints, Bools]:
    """Give a board per thread, and whether it is in English: the English board, and a part of list and forums."""
    board = np.zeros(len(theme), dtype=np.int64)
    english = rng.random(len(theme)) < 0.06
    for number, place in enumerate(VENUES):
        rows = np.flatnonzero(venue == number)
        chatty = [i for i, b in enumerate(place.boards) if b.about == "offtopic"] or [0]
        serious = [i for i, b in enumerate(place.boards) if b.about != "offtopic"]
        board[rows] = np.where(theme[rows] == ABOUT_CHAT, rng.choice(chatty, len(rows)), rng.choice(serious, len(rows)))
        foreign = [i for i, b in enumerate(place.boards) if b.about == "english"]
        if foreign:
            english[rows] = board[rows] == foreign[0]
    return board, english


def _times(rng: np.random.Generator, sizes: Ints, starts: Floats, venue: Ints) -> tuple[Ints, Ints, Ints]:
    """Give second, thread and position of every post; no reply falls behind the end or into the gap."""
    thread = np.repeat(np.arange(len(sizes)), sizes)
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    position = np.arange(len(thread)) - first + 1
    waits = np.exp(rng.normal(8.2, 1.7, len(thread)))
    waits[position == 1] = 0
    since = np.cumsum(waits)
    since -= since[first]
    limit = np.where(
        (venue == [v.host for v in VENUES].index(GAP.venue)) & (starts < GAP.day * 86_400),
        GAP.day * 86_400.0,
        float(SPAN_SECONDS),
    )
    room = np.maximum(limit - starts, 60.0)[thread]
    late = np.zeros(len(sizes))
    np.maximum.at(late, thread, since)
    since *= np.minimum(1.0, 0.98 * room / np.maximum(late[thread], 1.0))
    return (starts[thread] + since).astype(np.int64), thread, position


def _authors(
    rng: np.random.Generator,
    thread: Ints,
    position: Ints,
    first_post: Ints,
    venue: Ints,
    *,
    seed: int,
    n_posts: int,
) -> Ints:
    """Give authors whose activity falls like 1 / (rank + 4); who opened a thread comes back to it."""
    author = np.empty(len(thread), dtype=np.int64)
    place = venue[thread]
    for number in range(len(VENUES)):
        rows = np.flatnonzero(place == number)
        edges = np.cumsum(1 / (np.arange(pool_size(number, n_posts)) + 4.0))
        author[rows] = np.searchsorted(edges, rng.random(len(rows)) * edges[-1])
    back = (position > 1) & (rng.random(len(thread)) < 0.14)
    author[back] = author[first_post[thread[back]]]
    return author


def _leanings(rng: np.random.Generator, thread: Ints, author: Ints, venue: Ints, seed: int) -> Floats:
    """Give what the writer's temper and the thread's tone add: posts of one hand or thread hang together."""
    temper = np.random.default_rng([seed, 3]).uniform(-0.25, 0.25, 1 << 16)
    tone = rng.uniform(-0.2, 0.2, int(thread.max()) + 1)
    return np.asarray(temper[(author * 5 + venue[thread]) % len(temper)] + tone[thread])


def _quotes(rng: np.random.Generator, thread: Ints, position: Ints, venue: Ints, *, place: Ints, sizes: Ints) -> Ints:
    """Give whom a reply quotes: mostly the post before, at times the first or any other; tables know no quotes."""
    n = len(thread)
    tables = np.array([place_.software == "table" for place_ in VENUES])
    quoting = (position > 1) & (rng.random(n) < 0.32) & ~tables[venue[thread]]
    any_earlier = 1 + (rng.random(n) * (position - 1)).astype(np.int64)
    lot = rng.random(n)
    target = np.select([lot < 0.55, lot < 0.75], [position - 1, np.ones(n, dtype=np.int64)], any_earlier)
    start = (np.cumsum(sizes) - sizes)[thread]
    return np.where(quoting, place[np.where(quoting, start + target - 1, 0)], -1)


def _copies(rng: np.random.Generator, columns: dict[str, Any], board: Ints) -> Ints:
    """Choose posts that repeat an earlier longish opinion on another board; they say what their model says."""
    n = len(board)
    longish = (columns["kind"] == OPINION) & ((columns["second_aspect"] >= 0) | (columns["other_brand"] >= 0))
    copies = rng.random(n) < COPY_SHARE
    models = np.flatnonzero(longish & ~copies)
    rows = np.flatnonzero(copies)
    known = np.searchsorted(models, rows)
    rows, known = rows[known > 0], known[known > 0]
    chosen = models[np.maximum(known - 1 - (rng.random(len(rows)) * np.minimum(known, 800)).astype(np.int64), 0)]
    elsewhere = board[rows] != board[chosen]
    rows, chosen = rows[elsewhere], chosen[elsewhere]
    for column in columns.values():
        column[rows] = column[chosen]
    copy_of = np.full(n, -1, dtype=np.int64)
    copy_of[rows] = chosen
    return copy_of
