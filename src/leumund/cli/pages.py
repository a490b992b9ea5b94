"""posts and import: pages in, rows or stored posts out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from leumund.cli.output import Progress, problem_line, write_rows
from leumund.errors import LeumundError, WrongUse
from leumund.sources.found import FoundPost, ReadPage

__all__ = ["import_", "options", "posts", "preview"]


def options(*, columns: list[str], **others: str) -> dict[str, Any]:
    """Give the readers' options from what was typed; raises WrongUse for a --column without '='."""
    mapped = {}
    for entry in columns:
        name, equals, column = entry.partition("=")
        if not equals:
            raise WrongUse(f"--column {entry}", where="command line", next_step="write --column text=Beitrag")
        mapped[name] = column
    given = {name: value for name, value in others.items() if value}
    return {**given, **({"columns": mapped} if mapped else {})}


def posts(paths: list[Path], *, form: str, output: Path | None, options: dict[str, Any]) -> int:
    """Write one row a post; give 1 when a page could not be read or nothing was found."""
    problems: list[str] = []
    rows = _rows(paths, options, problems)
    n = write_rows(rows, form=form, output=output)
    for line in problems:
        print(line, file=sys.stderr)
    if n == 0 and not problems:
        print("no post was found", file=sys.stderr)
    return int(bool(problems) or n == 0)


def _rows(paths: Iterable[Path], options: dict[str, Any], problems: list[str]) -> Iterator[dict[str, Any]]:
    from leumund.sources.pages import read_paths

    for entry in read_paths(paths, **options):
        if isinstance(entry, ReadPage):
            problems += [problem_line(entry.page.name, n.place, n.code, n.seen, n.next_step) for n in entry.notes]
            yield from (_row(entry, post) for post in entry.posts)
        else:
            problems.append(_with_page(*entry))


def _with_page(page: str, error: LeumundError) -> str:
    return str(error) if page in error.where else f"{page}: {error}"


def _row(page: ReadPage, post: FoundPost) -> dict[str, Any]:
    return {
        "page": page.page.name,
        "thread_title": post.thread_title,
        "position": post.position,
        "author": post.author,
        "posted_at": _iso(post),
        "posted_precision": post.posted_precision,
        "time_text": post.time_text,
        "text": post.text,
        "quotes": [{"author": quote.author, "text": quote.text} for quote in post.quotes],
        "url": post.url,
        "software": post.software,
        "reader": page.reader,
        "confidence": post.confidence,
    }


def _iso(post: FoundPost) -> str | None:
    """ISO 8601, with the zone where the page gives one."""
    if post.posted_at is None:
        return None
    return (post.posted_at.replace(tzinfo=None) if post.zone_assumed else post.posted_at).isoformat()


def import_(paths: list[Path], *, project: Path, options: dict[str, Any]) -> int:
    """Bring files into the project; give 1 when something was set aside or nothing came of it."""
    from leumund.loop import open_project

    opened = open_project(project)
    with Progress("bringing in") as progress:
        arrived = opened.import_pages(
            paths, on_progress=lambda a: progress.show(f"{a.pages} files, {a.posts} posts", a.posts), **options
        )
    for issue in arrived.problems[:20]:
        print(problem_line(issue.page, issue.place, issue.code, issue.seen, issue.next_step), file=sys.stderr)
    if len(arrived.problems) > 20:
        print(f"… and {len(arrived.problems) - 20} more in the table issues", file=sys.stderr)
    print(
        f"{arrived.posts} new posts from {arrived.pages} files; {arrived.posts_known} posts and "
        f"{arrived.pages_known} files were known; {len(arrived.problems)} problems. Next: leumund run",
        file=sys.stderr,
    )
    nothing = arrived.pages + arrived.pages_known == 0
    return int(bool(arrived.problems) or nothing)


def preview(paths: list[Path], *, options: dict[str, Any]) -> int:
    """Show how files would be understood, and store nothing."""
    from leumund.sources.archives import open_pages
    from leumund.sources.found import Page
    from leumund.sources.pages import preview as look

    status = 0
    for entry in open_pages(paths):
        try:
            if not isinstance(entry, Page):
                raise entry[1]
            sys.stdout.write(json.dumps(look(entry, **options), ensure_ascii=False, default=str, indent=1) + "\n")
        except LeumundError as error:
            status = 1
            print(error, file=sys.stderr)
    print("nothing was stored. Next: leumund import the same files", file=sys.stderr)
    return status
