"""Files, folders, archives in; posts out: each page goes to the reader that knows it, a broken one is listed."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import leumund.sources
from leumund.errors import LeumundError, UnknownForum, WrongUse, near_name
from leumund.sources.archives import Problem, open_pages, page_of
from leumund.sources.encoding import head_of, refuse_empty_and_binary
from leumund.sources.found import Options, Page, Reader, ReadPage
from leumund.sources.preview import Preview, preview_of

__all__ = [
    "Preview",
    "Problem",
    "open_pages",
    "options_from",
    "page_of",
    "preview",
    "read_page",
    "read_paths",
    "reader_for",
    "readers",
]

FIRST_LOOK = 8_192  # bytes


def readers() -> tuple[Reader, ...]:
    """Give every reader there is: the folders of this room, and what other packages declare as `leumund.sources`.

    A folder is a source when it has a module `reader` with a `READER`. Its import errors are raised, not swallowed.
    """
    return _readers(tuple(leumund.sources.__path__))


@lru_cache(maxsize=8)
def _readers(places: tuple[str, ...]) -> tuple[Reader, ...]:
    folders = sorted(module.name for module in pkgutil.iter_modules(places) if module.ispkg)
    modules = [importlib.import_module(f"leumund.sources.{name}.reader") for name in folders]
    declared = [point.load() for point in sorted(entry_points(group="leumund.sources"), key=lambda point: point.name)]
    return tuple([module.READER for module in modules] + declared)


def reader_for(page: Page) -> Reader:
    """Give the reader that is surest that `page` is its own.

    Raises EmptyInput, NotText, or UnknownForum when no reader knows the page.
    """
    binary, _ = _best(page, "", [reader for reader in readers() if reader.binary])
    if binary is not None:
        return binary
    reader, sure = _best(page, head_of(page.content, FIRST_LOOK), readers())
    if sure < 1.0:  # most pages say at once what they are
        reader, _ = _best(page, head_of(page.content), readers())
    if reader is None:
        refuse_empty_and_binary(page.content, name=page.name)
        raise _unknown(page)
    return reader


def _best(page: Page, head: str, among: Iterable[Reader]) -> tuple[Reader | None, float]:
    best, surest = None, 0.0
    for reader in among:
        sure = reader.recognise(page, head)
        if sure > surest:
            best, surest = reader, sure
        if sure >= 1.0:
            break
    return best, surest


def _unknown(page: Page) -> UnknownForum:
    known = ", ".join(reader.name for reader in readers())
    return UnknownForum(
        "no reader knows this page",
        where=page.name,
        next_step=f"readers: {known}; a table of the posts (CSV, Excel …) can always be brought in",
    )


def options_from(**options: Any) -> Options:
    """Give the options for readers; raises WrongUse with the near name for one that does not exist."""
    known = [field.name for field in fields(Options)]
    for name in options:
        if name not in known:
            near = near_name(name, known)
            raise WrongUse(f"no such option: {name}", next_step=f"perhaps {near}" if near else ", ".join(known))
    return Options(**options)


def read_page(page: Page, **options: Any) -> Iterator[ReadPage]:
    """Read one page with the reader that knows it; tables and mailboxes come in slices.

    Options are the fields of `found.Options`. Raises InputError when the page cannot be read.
    """
    chosen = options_from(**options)
    yield from reader_for(page).read(page, chosen)


def preview(page: Page, **options: Any) -> Preview:
    """Give how a page or table would be understood; stores nothing. Raises what read_page raises."""
    return preview_of(page, read_page(page, **options))


def read_paths(paths: Iterable[Path | str], **options: Any) -> Iterator[ReadPage | Problem]:
    """Read files, folders and archives; a page that cannot be read comes as (name, error), and the walk goes on."""
    chosen = options_from(**options)
    for entry in open_pages([Path(path) for path in paths]):
        if isinstance(entry, Page):
            yield from _pages_or_problem(entry, chosen)
        else:
            yield entry


def _pages_or_problem(page: Page, options: Options) -> Iterator[ReadPage | Problem]:
    try:
        yield from reader_for(page).read(page, options)
    except LeumundError as error:
        yield page.name, error
