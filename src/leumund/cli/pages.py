"""posts and import: pages in, rows or stored posts out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leumund.cli.output import Problems, Progress, at, write_rows
from leumund.errors import LeumundError, UnknownName, WrongUse, near_name
from leumund.settings import FILE_NAME
from leumund.sources.found import FoundPost, ReadPage

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["import_", "options", "posts", "preview"]

PROBLEMS_SHOWN = 20

Options = dict[str, Any]


def options(*, columns: list[str], zone: str, encoding: str, **others: str) -> Options:
    """Give the readers' options from what was typed; raises WrongUse or UnknownName before anything is read."""
    from leumund.sources.tables.columns import KNOWN

    if zone:
        _check_zone(zone)
    if encoding:
        _check_encoding(encoding)
    mapped = {}
    for entry in columns:
        name, equals, column = entry.partition("=")
        if not equals:
            raise WrongUse(f"--column {entry}", where="command line", next_step="write --column text=Beitrag")
        if name not in KNOWN:
            near = near_name(name, KNOWN)
            raise UnknownName(
                f"no column of ours is called '{name}'",
                where="command line",
                next_step=f"did you mean '{near}'?" if near else f"ours are {', '.join(KNOWN)}",
            )
        mapped[name] = column
    given = {name: value for name, value in {"zone": zone, "encoding": encoding, **others}.items() if value}
    return {**given, **({"columns": mapped} if mapped else {})}


def _check_zone(name: str) -> None:
    from zoneinfo import available_timezones

    from leumund.sources.dates import zone_of

    try:
        zone_of(name)
    except WrongUse as error:
        near = near_name(name, available_timezones())
        raise UnknownName(
            error.seen, where="command line", next_step=f"did you mean '{near}'?" if near else error.next_step
        ) from error


def _check_encoding(name: str) -> None:
    from encodings.aliases import aliases

    try:
        b" ".decode(name)
    except LookupError as error:
        near = near_name(name.lower().replace("-", "_"), {*aliases, *aliases.values()})
        raise UnknownName(
            f"no encoding is called '{name}'",
            where="command line",
            next_step=f"did you mean '{near}'?" if near else "utf-8, cp1252 or iso-8859-15 are the usual ones",
        ) from error


def posts(paths: list[Path], *, form: str, output: Path | None, options: Options) -> int:
    """Write one row a post; give 1 when something could not be read or nothing was found."""
    problems = Problems()
    with Progress("reading", beside_data=output is None) as progress:
        n = write_rows(_rows(paths, options, problems, progress), form=form, output=output, schema=_schema)
    problems.say()
    if n == 0:
        print("no post was found", file=sys.stderr)
    else:
        print(
            f"posts: {n}; problems: {len(problems)}. Next: leumund read on a file of them, or leumund import",
            file=sys.stderr,
        )
    return problems.status(came=n)


def _rows(paths: Iterable[Path], options: Options, problems: Problems, progress: Progress) -> Iterator[dict[str, Any]]:
    from leumund.sources.pages import read_paths

    n_posts = 0
    for n_pages, entry in enumerate(read_paths(paths, **options), start=1):
        if isinstance(entry, ReadPage):
            for note in entry.notes:
                problems.note(entry.page.name, note.place, note.code, note.seen, note.next_step)
            yield from (_row(entry, post) for post in entry.posts)
            n_posts += len(entry.posts)
        else:
            problems.error(*entry)
        progress.show(f"{n_pages} pages, {n_posts} posts", n_posts)


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


def _schema() -> pa.Schema:
    """The rows of `_row` as an Arrow schema; posted_at stays text, for it carries a zone only where the page does."""
    import pyarrow as pa

    quote = pa.struct([("author", pa.string()), ("text", pa.string())])
    others = {"position": pa.int32(), "quotes": pa.list_(quote), "confidence": pa.float64()}
    names = (
        "page", "thread_title", "position", "author", "posted_at", "posted_precision", "time_text", "text", "quotes",
        "url", "software", "reader", "confidence",
    )  # fmt: skip
    return pa.schema([(name, others.get(name, pa.string())) for name in names])


def _iso(post: FoundPost) -> str | None:
    """ISO 8601, with the zone where the page gives one."""
    if post.posted_at is None:
        return None
    return (post.posted_at.replace(tzinfo=None) if post.zone_assumed else post.posted_at).isoformat()


def import_(paths: list[Path], *, project: Path, options: Options) -> int:
    """Bring files into the project; give 1 when something was set aside or nothing came of it."""
    from leumund.loop import open_project

    opened = open_project(project)
    with Progress("bringing in") as progress:
        arrived = opened.import_pages(
            paths, on_progress=lambda a: progress.show(f"{a.pages} files, {a.posts} posts", a.posts), **options
        )
    problems = Problems()
    for issue in arrived.problems:
        problems.note(issue.page, issue.place, issue.code, issue.seen, issue.next_step)
    problems.say(at_most=PROBLEMS_SHOWN)
    came = arrived.posts + arrived.posts_known + arrived.pages_known
    print(
        f"{arrived.posts} new posts from {arrived.pages} files; {arrived.posts_known} posts and "
        f"{arrived.pages_known} files were known; {len(problems)} problems. "
        + (f"Next: leumund run{at(project)}" if came else "Next: look with leumund import --preview"),
        file=sys.stderr,
    )
    return problems.status(came)


def preview(paths: list[Path], *, project: Path, options: Options) -> int:
    """Show how files would be understood, with the project's settings where there is one; store nothing."""
    from leumund.sources.archives import open_pages
    from leumund.sources.found import Page
    from leumund.sources.pages import preview as look

    problems, came = Problems(), 0
    options = {**_settings_of(project), **options}
    for entry in open_pages(paths):
        try:
            if not isinstance(entry, Page):
                raise entry[1]
            shown = look(entry, **options)
        except LeumundError as error:
            problems.error(entry.name if isinstance(entry, Page) else entry[0], error)
            continue
        came += shown["posts"]
        for aside in shown["set_aside"]:
            problems.note(shown["page"], aside["place"], aside["code"], aside["seen"], "it would be set aside")
        sys.stdout.write(json.dumps(shown, ensure_ascii=False, default=str, indent=1) + "\n")
    problems.say()
    print("nothing was stored. Next: leumund import the same files", file=sys.stderr)
    return problems.status(came)


def _settings_of(project: Path) -> Options:
    if not (project / FILE_NAME).is_file():
        return {}
    from leumund.settings import read_settings

    settings = read_settings(project)
    return {name: settings.text("posts", name) for name in ("zone", "date_order")}
