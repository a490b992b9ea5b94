"""Arrival: what readers found goes into the tables once, however often it is brought in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leumund.engines.snapshots import Store
from leumund.errors import LeumundError
from leumund.posts.identity import AuthorKeys
from leumund.posts.intake import IntakeRows, rows_of
from leumund.sources.found import Page, ReadPage
from leumund.tables import Intake, Issue, Quote, Sighting, rows_to_arrow

__all__ = ["Arrived", "Desk"]

ROWS_AS_OBJECTS = 5_000


@dataclass
class Arrived:
    """What an import did, in numbers and with the problems it met."""

    pages: int = 0
    pages_known: int = 0
    posts: int = 0
    posts_known: int = 0
    set_aside: int = 0
    problems: list[Issue] = field(default_factory=list)


class Desk:
    """Takes read pages, writes parts of `rows_per_part` posts, and commits what is whole."""

    def __init__(
        self,
        store: Store,
        *,
        keys: AuthorKeys,
        source: str,
        rows_per_part: int,
        on_progress: Callable[[Arrived], None] | None = None,
    ) -> None:
        self._store, self._keys, self._source, self._rows_per_part = store, keys, source, rows_per_part
        self._on_progress = on_progress or (lambda arrived: None)
        self._snapshot = store.current()
        self._known_pages = set(store.read(self._snapshot, "intakes", ["page_sha256"])["page_sha256"].to_pylist())
        self._known_posts = store.read(self._snapshot, "posts", ["post_id"])["post_id"]
        self._known_authors = set(store.read(self._snapshot, "authors", ["author_key"])["author_key"].to_pylist())
        self._known_threads = set(store.read(self._snapshot, "threads", ["thread_id"])["thread_id"].to_pylist())
        issues = store.read(self._snapshot, "issues", ["page", "place", "code"])
        self._noted = set(zip(*(column.to_pylist() for column in issues.columns), strict=True))
        self._taken: set[str] = set()
        self._waiting = IntakeRows()
        self._packed: list[pa.Table] = []
        self._quotes: dict[str, list[Quote]] = {}
        self._intakes: list[Intake] = []
        self._now = datetime.now(UTC).replace(microsecond=0)
        self.arrived = Arrived()

    def knows(self, page_sha256: str) -> bool:
        """Tell whether exactly this file was brought in before."""
        known = page_sha256 in self._known_pages
        self.arrived.pages_known += known
        return known

    def take(self, page: ReadPage) -> None:
        """Take the posts of one page, or of one slice of a table; quotes come with the post that is new."""
        rows = rows_of(page, keys=self._keys, source=self._source, now=self._now)
        new = {post.post_id: post for post in rows.posts if post.post_id not in self._taken}
        self.arrived.posts_known += len(rows.posts) - len(new)
        self._taken.update(new)
        self._waiting.posts.extend(new.values())
        for quote in rows.quotes:
            if quote.post_id in new:
                self._quotes.setdefault(quote.post_id, []).append(quote)
        # As first met, so that it does not depend on where one part ends and the next begins.
        for key, author in rows.authors.items():
            if key not in self._known_authors:
                self._waiting.authors.setdefault(key, author)
        for thread_id, thread in rows.threads.items():
            if thread_id not in self._known_threads:
                self._waiting.threads.setdefault(thread_id, thread)
        self._note(rows.issues)
        if len(self._waiting.posts) >= min(ROWS_AS_OBJECTS, self._rows_per_part):
            self._pack()
        if sum(map(len, self._packed)) >= self._rows_per_part:
            self._flush(self._rows_per_part)

    def _pack(self) -> None:
        """Turn waiting posts into Arrow rows, which take half the memory of objects."""
        self._packed.append(rows_to_arrow("posts", self._waiting.posts))
        self._waiting.posts.clear()

    def finish_page(self, page: Page, *, reader: str, n_posts: int, n_set_aside: int) -> None:
        """Note that a file was read to its end, so that the same bytes need not be read again."""
        self.arrived.pages += 1
        self._known_pages.add(page.sha256)
        self._intakes.append(Intake(page.sha256, page.name, reader, self._now, n_posts, n_set_aside))
        self._on_progress(self.arrived)

    def problem(self, page: str, error: LeumundError) -> None:
        """Keep an error with a file aside and go on."""
        self._note([Issue(page, error.where, error.code, error.seen, error.next_step, self._now)])

    def _note(self, issues: Iterable[Issue]) -> None:
        listed = list(issues)
        for issue in listed:
            key = (issue.page, issue.place, issue.code)
            if key not in self._noted:
                self._noted.add(key)
                self._waiting.issues.append(issue)
        self.arrived.problems.extend(listed)
        self.arrived.set_aside += sum(issue.code == "LM211" for issue in listed)

    def close(self) -> Arrived:
        """Write what is left, commit, and give the account."""
        self._flush(0)
        return self.arrived

    def _flush(self, keep_below: int) -> None:
        """Write full parts of the waiting posts (all of them when `keep_below` is 0) and commit."""
        waiting, size = self._waiting, self._rows_per_part
        self._pack()
        packed = pa.concat_tables(self._packed)
        while len(packed) and len(packed) >= keep_below:
            self._write_posts(packed.slice(0, size))
            packed = packed.slice(size)
        self._packed = [packed]
        others: dict[str, list[Any]] = {
            "authors": list(waiting.authors.values()),
            "threads": list(waiting.threads.values()),
            "intakes": self._intakes,
            "issues": waiting.issues,
        }
        for table, rows in others.items():
            if rows:
                self._append(table, rows_to_arrow(table, rows))
        self._known_authors.update(waiting.authors)
        self._known_threads.update(waiting.threads)
        for emptied in (waiting.authors, waiting.threads, self._intakes, waiting.issues):
            emptied.clear()
        if self._snapshot != self._store.current():
            self._store.commit(self._snapshot)

    def _write_posts(self, rows: pa.Table) -> None:
        known = pc.is_in(rows["post_id"], value_set=self._known_posts.combine_chunks())
        n_known = pc.sum(known).as_py() or 0
        if n_known:
            self.arrived.posts_known += n_known
            self._append("sightings", self._sightings(rows.filter(known)))
            for post_id in rows.filter(known)["post_id"].to_pylist():
                self._quotes.pop(post_id, None)  # stored with the post when it was new
            rows = rows.filter(pc.invert(known))
        quotes = [quote for post_id in rows["post_id"].to_pylist() for quote in self._quotes.pop(post_id, ())]
        self.arrived.posts += len(rows)
        self._append("posts", rows)
        self._append("quotes", rows_to_arrow("quotes", quotes))
        self._on_progress(self.arrived)

    def _sightings(self, seen: pa.Table) -> pa.Table:
        """Posts met again on another page, and whether their words differ from those stored."""
        stored = self._store.read(self._snapshot, "posts", ["post_id", "text", "page_sha256"])
        stored = stored.filter(pc.is_in(stored["post_id"], value_set=seen["post_id"].combine_chunks()))
        before = {row["post_id"]: row for row in stored.to_pylist()}
        rows = [
            Sighting(
                row["post_id"], row["collected_at"], row["page_sha256"], row["text"] != before[row["post_id"]]["text"]
            )
            for row in seen.to_pylist()
            if row["page_sha256"] != before[row["post_id"]]["page_sha256"]
        ]
        return rows_to_arrow("sightings", rows)

    def _append(self, table: str, rows: pa.Table) -> None:
        if not len(rows):
            return
        digest = hashlib.blake2b(digest_size=8)
        for column in rows.columns[:3]:
            for chunk in column.chunks:
                for buffer in chunk.buffers():
                    digest.update(buffer or b"")
        names = self._snapshot.names(table)
        part = self._store.write(table, f"{len(names):05d}-{digest.hexdigest()}.parquet", rows)
        parts = self._snapshot.tables.get(table, ())
        self._snapshot = self._snapshot.with_parts({table: (*parts, part)})
