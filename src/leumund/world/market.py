"""The simulated market as tables: posts with their words, and what they truly say.

`simulate` holds a whole market in memory; `iter_posts` gives it in chunks, at any size. Both give the same posts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leumund.world.brands import ASPECTS, BRANDS, VENUES
from leumund.world.mood import START
from leumund.world.opinions import ABOUT_BRAND, ABOUT_CHAT, ABOUT_CHOICE, ABOUT_OUTAGE, CHAT, COMPANY, GIFT, KINDS
from leumund.world.people import author_name, has_signature
from leumund.world.phrases import Strings, book, fill
from leumund.world.plan import BLOCK, Plan, n_blocks, plan_block
from leumund.world.speech import INTENTS, Speech, speak

__all__ = ["OPINIONS_SCHEMA", "POSTS_SCHEMA", "Market", "iter_posts", "simulate"]

Ints = npt.NDArray[np.int64]

_UTC = pa.timestamp("us", tz="UTC")
POSTS_SCHEMA = pa.schema(
    [
        ("serial", pa.int64()),  # 0 … n_posts - 1, in time order but for replies near a block's edge
        ("venue", pa.string()),
        ("software", pa.string()),
        ("board", pa.string()),
        ("board_number", pa.int64()),
        ("thread_number", pa.string()),
        ("thread_title", pa.string()),
        ("position", pa.int64()),
        ("number", pa.string()),  # the software's own number of the post
        ("url", pa.string()),
        ("author", pa.string()),
        ("posted_at", _UTC),
        ("text", pa.string()),  # own words; line breaks as \n
        ("signature", pa.string()),
        ("edited_at", _UTC),
        ("quoted_number", pa.string()),  # '' = quotes nobody
        ("quoted_author", pa.string()),
        ("quoted_text", pa.string()),
        ("kind", pa.string()),
        ("voice", pa.string()),  # customer, company
        ("incentive", pa.bool_()),
        ("intent", pa.string()),
        ("language", pa.string()),
        ("copy_of", pa.string()),  # "venue number" of the post it repeats, '' = none
        ("words_changed", pa.int64()),
    ]
)
OPINIONS_SCHEMA = pa.schema(
    [
        ("serial", pa.int64()),
        ("venue", pa.string()),
        ("number", pa.string()),
        ("brand", pa.string()),
        ("aspect", pa.string()),  # '' = the post as a whole
        ("polarity", pa.string()),
        ("named", pa.bool_()),  # the text names the brand; else only the thread tells
        ("organic", pa.bool_()),  # a customer's own opinion: no company voice, no gift, no copy
        ("posted_at", _UTC),
    ]
)
_POLARITIES = ("negative", "neutral", "positive")


@dataclass(frozen=True)
class Market:
    """A whole simulated market in memory: its posts and what they say about whom."""

    seed: int
    n_posts: int
    posts: pa.Table
    opinions: pa.Table


def simulate(*, seed: int, n_posts: int) -> Market:
    """Give the market of `seed` with `n_posts` posts; about 2 KB of memory a post."""
    blocks = [_block(seed, n_posts, number) for number in range(n_blocks(n_posts))]
    return Market(
        seed,
        n_posts,
        pa.concat_tables([posts for posts, _ in blocks]) if blocks else POSTS_SCHEMA.empty_table(),
        pa.concat_tables([opinions for _, opinions in blocks]) if blocks else OPINIONS_SCHEMA.empty_table(),
    )


def iter_posts(seed: int, n_posts: int, chunk: int = BLOCK) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Give (posts, opinions) in chunks of `chunk` posts (the last may be shorter), in the order of their serial."""
    waiting: list[pa.Table] = []
    waiting_opinions: list[pa.Table] = []
    first = 0
    for number in range(n_blocks(n_posts)):
        posts, opinions = _block(seed, n_posts, number)
        waiting.append(posts)
        waiting_opinions.append(opinions)
        while sum(map(len, waiting)) >= chunk or (number == n_blocks(n_posts) - 1 and waiting):
            all_posts, all_opinions = pa.concat_tables(waiting), pa.concat_tables(waiting_opinions)
            serials = all_opinions["serial"].to_numpy()
            cut = int(np.searchsorted(serials, first + chunk))
            yield all_posts.slice(0, chunk), all_opinions.slice(0, cut)
            first += chunk
            waiting = [all_posts.slice(chunk)] if len(all_posts) > chunk else []
            waiting_opinions = [all_opinions.slice(cut)] if waiting else []


def _block(seed: int, n_posts: int, number: int) -> tuple[pa.Table, pa.Table]:
    rng = np.random.default_rng([seed, n_posts, number, 4])
    plan = plan_block(seed=seed, n_posts=n_posts, block=number)
    speech = speak(rng, plan)
    posts = _posts(rng, plan, speech)
    return posts, _opinions(plan, posts)


def _posts(rng: np.random.Generator, plan: Plan, speech: Speech) -> pa.Table:
    n = len(plan)
    serial = plan.first_serial + np.arange(n)
    titles = _titles(rng, plan)
    hosts = np.array([v.host for v in VENUES], dtype=object)
    softwares = np.array([v.software for v in VENUES], dtype=object)
    authors = np.array([author_name(v, a) for v, a in zip(plan.venue.tolist(), plan.author.tolist(), strict=True)])
    numbers, threads, urls = _addresses(plan, serial, titles)
    quoted = np.maximum(plan.quotes, 0)
    quotes = plan.quotes >= 0
    names = hosts[plan.venue]
    edits = (rng.random(n) < 0.05) & (softwares[plan.venue] != "mail") & (softwares[plan.venue] != "table")
    edited = plan.seconds + rng.integers(90, 7200, n)
    return pa.table(
        {
            "serial": serial,
            "venue": names,
            "software": softwares[plan.venue],
            "board": [VENUES[v].boards[b].name for v, b in zip(plan.venue, plan.board, strict=True)],
            "board_number": [VENUES[v].boards[b].number for v, b in zip(plan.venue, plan.board, strict=True)],
            "thread_number": threads,
            "thread_title": titles,
            "position": plan.position,
            "number": numbers,
            "url": urls,
            "author": authors,
            "posted_at": _moments(plan.seconds),
            "text": speech.text,
            "signature": _signatures(plan, softwares),
            "edited_at": pa.array(_moments(edited), mask=~edits),
            "quoted_number": np.where(quotes, numbers[quoted], ""),
            "quoted_author": np.where(quotes, authors[quoted], ""),
            "quoted_text": [
                _excerpt(text, lot) if on else ""
                for text, lot, on in zip(speech.text[quoted], rng.random(n), quotes, strict=True)
            ],
            "kind": np.array(KINDS, dtype=object)[plan.kind],
            "voice": np.where(plan.kind == COMPANY, "company", "customer"),
            "incentive": plan.kind == GIFT,
            "intent": np.array([*INTENTS, ""], dtype=object)[speech.intent],
            "language": np.where(plan.english, "en", "de"),
            "copy_of": np.where(plan.copy_of >= 0, (names + " " + numbers)[np.maximum(plan.copy_of, 0)], ""),
            "words_changed": speech.changed,
        },
        schema=POSTS_SCHEMA,
    )


def _moments(seconds: Ints) -> npt.NDArray[np.datetime64]:
    return np.datetime64(START.replace(tzinfo=None), "us") + seconds.astype("timedelta64[s]")


def _titles(rng: np.random.Generator, plan: Plan) -> Strings:
    """Give every post its thread's title."""
    openings = np.flatnonzero(plan.position == 1)
    titles: Strings = np.full(len(plan), "", dtype=object)
    names = {
        ABOUT_BRAND: "titles",
        ABOUT_CHOICE: "titles_open",
        ABOUT_CHAT: "titles_chat",
        ABOUT_OUTAGE: "titles_outage",
    }
    brands = np.array([brand.name for brand in BRANDS], dtype=object)
    for language, english in (("de", False), ("en", True)):
        for theme, name in names.items():
            rows = openings[(plan.theme[openings] == theme) & (plan.english[openings] == english)]
            filled = fill(rng, book(language).talk[name], len(rows), {"b": brands[plan.thread_brand[rows]]})
            titles[rows] = [" ".join(title.split()) for title in filled]
    return titles[plan.thread]


def _addresses(plan: Plan, serial: Ints, titles: Strings) -> tuple[Strings, Strings, Strings]:
    """Give the software's own number of post and thread, and the post's address."""
    numbers: list[str] = []
    threads: list[str] = []
    urls: list[str] = []
    opening = plan.first_serial + plan.thread
    for v, s, t, title in zip(plan.venue.tolist(), serial.tolist(), opening.tolist(), titles, strict=True):
        venue = VENUES[v]
        thread = str(venue.first_number // 10 + t)
        number = str(venue.first_number + s)
        if venue.software == "phpbb3":
            url = f"https://{venue.host}/viewtopic.php?p={number}#p{number}"
        elif venue.software == "vbulletin4":
            url = f"https://{venue.host}/threads/{thread}-{slug(title)}?p={number}&viewfull=1#post{number}"
        elif venue.software == "xenforo2":
            url = f"https://{venue.host}/threads/{slug(title).lower()}.{thread}/post-{number}"
        elif venue.software == "mail":
            number, thread = (f"<{n:08d}.simuliert@{venue.host}>" for n in (s, t))
            url = f"https://{venue.host}/message/{s:08d}"
        else:
            url = f"https://{venue.host}/kommentar/{number}"
        numbers.append(number)
        threads.append(thread)
        urls.append(url)
    return np.array(numbers, dtype=object), np.array(threads, dtype=object), np.array(urls, dtype=object)


_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


def slug(title: str) -> str:
    """Give the title as it stands in an address.

    >>> slug("Wechsel zu Pirolnet: Köln?")
    'Wechsel-zu-Pirolnet-Koeln'
    """
    plain = title.translate(_PLAIN)
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())


def _signatures(plan: Plan, softwares: Strings) -> list[str]:
    signs = has_signature(plan.venue, plan.author) & (softwares[plan.venue] != "table")
    lines = book("de").talk["signatures"]
    known: dict[tuple[int, int], str] = {}
    out = []
    for v, a, on in zip(plan.venue.tolist(), plan.author.tolist(), signs.tolist(), strict=True):
        if on and (v, a) not in known:
            known[v, a] = str(fill(np.random.default_rng([v, a, 5]), lines, 1, {})[0])
        out.append(known[v, a] if on else "")
    return out


def _excerpt(text: str, lot: float) -> str:
    """Give what a reply quotes: all, or the first or last sentence of a longer post."""
    sentences = text.replace("\n", " ").split(". ")
    if len(sentences) < 2 or lot < 0.4:
        return text
    return sentences[0] + "." if lot < 0.7 else sentences[-1]


def _opinions(plan: Plan, posts: pa.Table) -> pa.Table:
    """Give one row per post, brand and aspect; the verdict on the post as a whole has the aspect ''."""
    own = plan.brand >= 0
    other = plan.other_brand >= 0
    groups = [
        (own, plan.brand, None, plan.polarity),
        (own & (plan.aspect >= 0), plan.brand, plan.aspect, plan.aspect_polarity),
        (plan.second_aspect >= 0, plan.brand, plan.second_aspect, plan.second_aspect_polarity),
        (other, plan.other_brand, None, plan.other_polarity),
        (other, plan.other_brand, plan.other_aspect, plan.other_polarity),
    ]
    rows = np.concatenate([np.flatnonzero(mask) for mask, *_ in groups])
    brand = np.concatenate([b[mask] for mask, b, _, _ in groups])
    aspect = np.concatenate([np.full(mask.sum(), -1) if a is None else a[mask] for mask, _, a, _ in groups])
    polarity = np.concatenate([p[mask] for mask, _, _, p in groups])
    order = np.argsort(rows, kind="stable")
    rows, brand, aspect, polarity = rows[order], brand[order], aspect[order], polarity[order]
    organic = (plan.kind != COMPANY) & (plan.kind != GIFT) & (plan.kind != CHAT) & (plan.copy_of < 0)
    taken: dict[str, Any] = {
        name: posts[name].take(pa.array(rows)) for name in ("serial", "venue", "number", "posted_at")
    }
    return (
        pa.table(
            taken
            | {
                "brand": np.array([b.name for b in BRANDS], dtype=object)[brand],
                "aspect": np.array([*ASPECTS, ""], dtype=object)[aspect],
                "polarity": np.array(_POLARITIES, dtype=object)[polarity + 1],
                "named": plan.named[rows] | (brand != plan.brand[rows]),
                "organic": organic[rows],
            }
        )
        .select(OPINIONS_SCHEMA.names)
        .cast(OPINIONS_SCHEMA)
    )
