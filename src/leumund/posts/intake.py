"""Intake: posts as found become rows; names become keys, quotes find the post they quote."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from leumund.folding import fold
from leumund.posts.identity import AuthorKeys, post_id_of, post_id_without_number, thread_id_of
from leumund.sources.found import FoundPost, FoundQuote, ReadPage
from leumund.tables import Author, Issue, Post, Quote, Thread

__all__ = ["IntakeRows", "rows_of"]


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
    collected_at = page.page.taken_at or now
    earlier: list[tuple[Post, str]] = []  # post and folded text, for quotes that give only a name
    for found in page.posts:
        post = _post(found, page, keys=keys, source=source, collected_at=collected_at)
        quotes = [_quote(quote, number, post, earlier, keys) for number, quote in enumerate(found.quotes, start=1)]
        answered = next((quote.quoted_post_id for quote in quotes if quote.quoted_post_id), "")
        post = _answering(post, answered)
        rows.posts.append(post)
        rows.quotes.extend(quotes)
        if post.author_key:
            rows.authors[post.author_key] = Author(post.author_key, found.venue, found.author)
        if post.thread_id not in rows.threads:
            rows.threads[post.thread_id] = Thread(
                post.thread_id, found.venue, found.board, found.thread_title, page.page.url
            )
        earlier.append((post, fold(post.text) if found.quotes or len(page.posts) <= 100 else ""))
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


def _quote(quote: FoundQuote, number: int, post: Post, earlier: list[tuple[Post, str]], keys: AuthorKeys) -> Quote:
    author_key = keys.key(post.venue, quote.author)
    quoted = post_id_of(post.venue, quote.number) if quote.number else _by_words(author_key, quote.text, earlier)
    return Quote(post.post_id, number, author_key, quoted, quote.text)


def _by_words(author_key: str, text: str, earlier: list[tuple[Post, str]]) -> str:
    """Find the latest earlier post of that author (anybody, when no name is given) that holds the quoted words."""
    wanted = fold(text)[:80]
    if not wanted:
        return ""
    for post, folded in reversed(earlier):
        if wanted in folded and author_key in ("", post.author_key):
            return post.post_id
    return ""


def _answering(post: Post, reply_to: str) -> Post:
    if not reply_to:
        return post
    values = {name: getattr(post, name) for name in post.__slots__}
    return Post(**{**values, "reply_to": reply_to})
