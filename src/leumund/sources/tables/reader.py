"""Tables of posts, in slices: rows become posts, a row that cannot be used is set aside with its number."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from itertools import islice
from pathlib import PurePath
from typing import Any

from leumund.errors import BadRow, DateNotUnderstood, NoUsableRow
from leumund.sources.dates import DateRules, When, believable, order_by_numbers, read_date, zone_of
from leumund.sources.found import FoundPost, FoundQuote, Note, Options, Page, Reader, ReadPage
from leumund.sources.sheet import host_of
from leumund.sources.tables.columns import known_columns, mapped
from leumund.sources.tables.grids import Grid, Row, delimiter_of, open_grid

__all__ = ["READER"]

NAME, VERSION = "tables", "1"
ROWS_A_SLICE = 5_000
_ENDINGS = {".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xls", ".xlsm", ".ods"}
_MAGIC = (b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SIGNS_OF_GERMAN = {"datum", "beitrag", "verfasser", "thema", "titel", "inhalt", "autor", "nachricht", "quelle"}
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?(?:\.\d+)?")


def recognise(page: Page, head: str) -> float:
    """Give 1 for Parquet and Excel, less for text that is a table by its ending or its first line."""
    if page.content.startswith(_MAGIC):
        return 1.0
    start = head[:1000].lstrip()[:1]
    if not start or start == "<":
        return 0.0
    if PurePath(page.name).suffix.lower() in _ENDINGS:
        return 0.95
    if start in "[{" and PurePath(page.name).suffix.lower() == ".json":
        return 0.5  # a source that knows the program which wrote it goes first
    first = head.lstrip().split("\n", 1)[0]
    if start == "{":
        return 0.9 if re.match(r'\{\s*"', first) and '"text"' in first else 0.0
    sign = delimiter_of(head)
    return 0.8 if known_columns([cell.strip('" \r') for cell in first.split(sign)]) > 1 else 0.0


def read(page: Page, options: Options) -> Iterator[ReadPage]:
    """Give the table's posts, some thousand a slice.

    Raises EmptyInput, MissingColumn, and NoUsableRow when no row could be used.
    """
    grid = open_grid(page, options)
    places = mapped(grid.header, options.columns, where=page.name)
    understood = {ours: grid.header[place] for ours, place in places.items()}
    unused = tuple(name for place, name in enumerate(grid.header) if place not in places.values())
    grid.notes[:0] = _same_names(grid.header, places)
    slices = iter(lambda: list(islice(grid.rows, ROWS_A_SLICE)), [])
    to_post, aside, used = None, Counter[str](), 0
    for rows in slices:
        to_post = to_post or _row_reader(page, options, grid, places, rows)
        posts, notes = _posts(rows, to_post)
        notes, grid.notes[:] = sorted([*grid.notes, *notes], key=_row_number), []
        aside.update(note.seen.split(":")[0] for note in notes)
        used += len(posts)
        yield ReadPage(page, f"{NAME} {VERSION}", posts, notes, grid.encoding, understood, unused)
    if used == 0:
        aside.update(note.seen.split(":")[0] for note in grid.notes)
        raise _nothing_usable(page, aside)


def _same_names(header: Sequence[str], places: dict[str, int]) -> list[Note]:
    doubled = [header[place] for place in places.values() if header.count(header[place]) > 1]
    return [
        Note("header", "LM211", f"several columns are called “{name}”; the first was read", "rename one of them")
        for name in doubled
    ]


def _nothing_usable(page: Page, aside: Counter[str]) -> NoUsableRow:
    reasons = "; ".join(f"{why} ({count} row{'s' * (count > 1)})" for why, count in aside.most_common(3))
    return NoUsableRow(
        reasons or "the table has a header and no rows",
        where=page.name,
        next_step="look at the columns as understood with --preview, and name them with --column",
    )


def _row_number(note: Note) -> int:
    number = note.place.removeprefix("row ")
    return int(number) if number.isdigit() else 0


def _posts(rows: list[Row], to_post: Callable[[Sequence[Any]], FoundPost]) -> tuple[list[FoundPost], list[Note]]:
    posts: list[FoundPost] = []
    notes: list[Note] = []
    for number, cells in rows:
        try:
            posts.append(to_post(cells))
        except (BadRow, DateNotUnderstood) as error:
            notes.append(Note(f"row {number}", error.code, error.seen, error.next_step))
    return posts, notes


def _row_reader(
    page: Page, options: Options, grid: Grid, places: dict[str, int], ahead: list[Row]
) -> Callable[[Sequence[Any]], FoundPost]:
    """Give the function that makes a post of a row's cells."""
    rules = _rules(options, grid, places, ahead)

    @lru_cache(maxsize=10_000)
    def read_when(shown: Any) -> When:
        return _when(shown, rules) if at_date >= 0 else When(None, "unknown", "")

    default_venue = options.venue or PurePath(page.name).stem
    at_text, at_date = places["text"], places.get("posted_at", -1)

    def cell(cells: Sequence[Any], name: str) -> str:
        place = places.get(name, -1)
        return _word(cells[place]) if place >= 0 else ""

    def to_post(cells: Sequence[Any]) -> FoundPost:
        text = _word(cells[at_text])
        if isinstance(cells[at_text], dict | list):
            raise BadRow("a list or object where the text should be", next_step="name another column with --column")
        if not text:
            raise BadRow("no text", next_step="fill in the text or leave the row out")
        shown = cells[at_date] if at_date >= 0 else ""
        when = read_when(shown)
        author, time_text, title = cell(cells, "author"), _word(shown), cell(cells, "title")
        number = cell(cells, "number") or _fingerprint(author, time_text, text)
        url, position, edited = cell(cells, "url"), cell(cells, "position"), cell(cells, "edited_at")
        return FoundPost(
            venue=cell(cells, "venue") or (not options.venue and host_of(url)) or default_venue,
            software="table",
            board=cell(cells, "board"),
            thread_title=title,
            # without a thread every post stands for itself, never all in one
            thread_number=cell(cells, "thread") or ("" if title else number),
            position=int(position) if position.isdigit() else 0,
            number=number,
            author=author,
            posted_at=when.moment,
            posted_precision=when.precision,
            zone_assumed=when.zone_assumed,
            time_text=time_text,
            text=text,
            quotes=_quotes(cells[places["quotes"]]) if "quotes" in places else (),
            url=url,
            edited_at=_when(edited, rules).moment if edited else None,
        )

    return to_post


def _word(cell: Any) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # Excel knows no whole numbers
    return str(cell).strip()


def _fingerprint(author: str, time_text: str, text: str) -> str:
    """Give a number to a post whose table has none: the same row in the next export is the same post."""
    return hashlib.blake2b(f"{author}\n{time_text}\n{text}".encode(), digest_size=12).hexdigest()


def _rules(options: Options, grid: Grid, places: dict[str, int], ahead: list[Row]) -> DateRules:
    dates = [_word(cells[places["posted_at"]]) for _, cells in ahead] if "posted_at" in places else []
    german = any(name.lower() in _SIGNS_OF_GERMAN for name in grid.header)
    german = german or any(re.match(r"\d{1,2}\.\d{1,2}\.\d", text) for text in dates[:50])
    language = options.language or ("de" if german else "en")
    zone = options.zone or ("Europe/Berlin" if language.startswith("de") else "UTC")
    rules = DateRules(language, options.date_order, zone_of(zone), zone)
    return replace(rules, order=rules.order or order_by_numbers(dates))


def _when(shown: Any, rules: DateRules) -> When:
    when = _moment_of(shown, rules)
    if not believable(when.moment):
        raise DateNotUnderstood(f"“{shown}” is no year of forums or mails", next_step="mend the date of the row")
    return when


def _moment_of(shown: Any, rules: DateRules) -> When:
    if isinstance(shown, datetime):
        precision = "second" if shown.second else "minute" if shown.time() != time() else "day"
        zone: tzinfo | None = shown.tzinfo
        return (
            When(shown, precision, "")
            if zone
            else When(shown.replace(tzinfo=rules.zone), precision, rules.zone_assumed)
        )
    if isinstance(shown, date):
        return When(datetime(shown.year, shown.month, shown.day, tzinfo=rules.zone), "day", rules.zone_assumed)
    text = _word(shown)
    if not text:
        raise BadRow("no date", next_step="fill in the date or leave the row out")
    if _EPOCH.fullmatch(text):
        seconds = float(text) / (1000 if len(text.split(".")[0]) > 10 else 1)
        return When(datetime.fromtimestamp(seconds, UTC), "second", "")
    return read_date(text, rules)


def _quotes(cell: Any) -> tuple[FoundQuote, ...]:
    """Read quotes as `leumund posts` writes them: a list of {author, text}, in CSV as JSON."""
    if isinstance(cell, str):
        try:
            cell = json.loads(cell) if cell.strip() else []
        except (json.JSONDecodeError, RecursionError):
            return (FoundQuote(author="", text=cell.strip()),)
    entries = [entry for entry in cell if isinstance(entry, dict)] if isinstance(cell, list) else []
    return tuple(FoundQuote(str(entry.get("author") or ""), str(entry.get("text") or "")) for entry in entries)


READER = Reader(name=NAME, version=VERSION, recognise=recognise, read=read, binary=True)
