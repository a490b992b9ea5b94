"""Intake: posts as found become rows; names become keys, quotes find the post they quote."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from leumund.folding import fold
from leumund.posts.identity import AuthorKeys, post_id_of, post_id_without_number, thread_id_of
from leumund.sources.found import FoundPost, FoundQuote, ReadPage
from leumund.tables import Author, Issue, Post, Quote, Thread

__all__ = ["IntakeRows", "rows_of"]

COMPARED_CHARACTERS = 80  # a quote is often shortened at its end, seldom at its beginning
POSTS_LOOKED_BACK = 200


@dataclass(frozen=True)
class IntakeRows:
    """Rows of the tables posts, quotes, authors, threads and issues from one page."""

    posts: list[Post] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    authors: dict[str, Author] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


def rows_of(page: ReadPage, *, keys: AuthorKeys, source: str, now: datetime) -> IntakeRows:
    """Turn one read page into rows; `now` stands in where the page does not tell when it was taken."""
    rows = IntakeRows()
    earlier: dict[str, list[Post]] = {}
    for found in page.posts:
        post = _post(found, page, keys=keys, source=source, collected_at=page.page.taken_at or now)
        before = earlier.setdefault(post.thread_id, [])
        quotes = [_quote(quote, number, post, before, keys) for number, quote in enumerate(found.quotes, start=1)]
        post = replace(post, reply_to=next((quote.quoted_post_id for quote in quotes if quote.quoted_post_id), ""))
        before.append(post)
        rows.posts.append(post)
        rows.quotes.extend(quotes)
        if post.author_key:
            rows.authors[post.author_key] = Author(post.author_key, found.venue, found.author)
        if post.thread_id not in rows.threads:
            thread = Thread(post.thread_id, found.venue, found.board, found.thread_title, page.page.url)
            rows.threads[post.thread_id] = thread
    rows.issues.extend(Issue(page.page.name, n.place, n.code, n.seen, n.next_step, now) for n in page.notes)
    return rows


def _post(found: FoundPost, page: ReadPage, *, keys: AuthorKeys, source: str, collected_at: datetime) -> Post:
    author_key = keys.key(found.venue, found.author)
    thread_id = thread_id_of(found.venue, found.thread_number, found.thread_title)
    if found.number:
        post_id = post_id_of(found.venue, found.number)
    else:
        post_id = post_id_without_number(thread_id, found.position, author_key, found.time_text)
    return Post(
        post_id=post_id,
        source=source,
        venue=found.venue,
        software=found.software,
        board=found.board,
        thread_id=thread_id,
        thread_title=found.thread_title,
        position=found.position,
        url=found.url,
        author_key=author_key,
        posted_at=_utc(found.posted_at),
        posted_precision=found.posted_precision,
        zone_assumed=found.zone_assumed,
        time_text=found.time_text,
        text=found.text,
        reply_to="",
        edited_at=_utc(found.edited_at),
        collected_at=collected_at,
        page_sha256=page.page.sha256,
        reader=page.reader,
        reservation=page.page.reservation,
    )


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment is not None else None


def _quote(quote: FoundQuote, number: int, post: Post, before: list[Post], keys: AuthorKeys) -> Quote:
    author_key = keys.key(post.venue, quote.author)
    quoted = post_id_of(post.venue, quote.number) if quote.number else _by_words(author_key, quote.text, before)
    return Quote(post.post_id, number, author_key, quoted, quote.text)


def _by_words(author_key: str, text: str, before: list[Post]) -> str:
    """Find the latest of the last posts by that author (anybody, when no name is given) that holds the quoted words."""
    wanted = fold(text)[:COMPARED_CHARACTERS]
    candidates = (post for post in reversed(before[-POSTS_LOOKED_BACK:]) if author_key in ("", post.author_key))
    return next((post.post_id for post in candidates if wanted and wanted in fold(post.text)), "")
