"""CSV, JSON Lines, Parquet, Excel to one shape: a header and rows with their numbers, read as they are asked for."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from leumund.errors import EmptyInput, NotText, TruncatedInput, UnknownName, WrongUse, near_name
from leumund.sources.encoding import decode
from leumund.sources.found import Note, Options, Page
from leumund.sources.tables.columns import known_columns

__all__ = ["Grid", "delimiter_of", "open_grid"]

DELIMITERS = (",", ";", "\t", "|")
MAX_LINES_PER_CELL = 2_000
_HALF = re.compile("[\\ud800-\\udfff]")
_HEAD = 65_536
_SEEN_AHEAD = 200
_TITLE_ROWS = 10

Row = tuple[int, Sequence[Any]]


@dataclass(slots=True)
class Grid:
    """A table as it stands: names of columns, rows with their number (first data row = 1), what could not be read."""

    kind: str
    header: list[str]
    rows: Iterator[Row]
    encoding: str = ""
    delimiter: str = ""
    notes: list[Note] = field(default_factory=list)  # grows while the rows are read


def open_grid(page: Page, options: Options) -> Grid:
    """Open a table.

    Raises EmptyInput, NotText, TruncatedInput (damaged Parquet or Excel), UnknownName (sheet).
    """
    content = page.content
    if content.startswith(b"PAR1"):
        return _parquet(page)
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _excel(page, options)
    decoded = decode(content, name=page.name, declared=options.encoding)
    # a table declares nothing, so Windows-1252 is no mistake of its own; the preview names what was read
    notes = [decoded.note] if decoded.note and options.encoding else []
    encoding, utf8 = decoded.encoding, decoded.utf8
    del decoded  # what a large table was decoded from need not be kept beside it
    begins = utf8[:_HEAD].lstrip()[:1]
    if begins == b"[":
        grid = _listed(page.name, _json(page.name, utf8))
    elif begins == b"{":
        grid = _nested(page.name, utf8) or _json_lines(page.name, _lines(utf8))
    else:
        grid = _csv(page.name, utf8, options.delimiter)
    grid.encoding, grid.notes[:0] = encoding, notes
    return grid


def _bad(number: int, seen: str) -> Note:
    return Note(f"row {number}", "LM211", seen, "mend the row and bring the table in again")


def delimiter_of(text: str) -> str:
    """Give the sign between cells: the one that makes most known column names, then most rows of equal width."""

    def worth(sign: str) -> tuple[int, int, int]:
        records = _records(_lines(text[:_HEAD].encode("utf-8", "replace")), sign, [])
        rows = [cells for _, cells in islice(_cells(records, sign, []), 30)]
        width = len(rows[0]) if rows else 0
        return known_columns(rows[0]) if rows else 0, sum(len(row) == width > 1 for row in rows), width

    return max(DELIMITERS, key=worth)


def _csv(name: str, utf8: bytes, delimiter: str) -> Grid:
    sign = {"\\t": "\t", "tab": "\t"}.get(delimiter, delimiter) or delimiter_of(utf8[:_HEAD].decode("utf-8", "ignore"))
    if len(sign) != 1:
        raise WrongUse(f"a delimiter is one sign, not “{delimiter}”", next_step="; or , or tab")
    notes: list[Note] = []
    records = _records(_lines(utf8), sign, notes)
    cells = _cells(records, sign, notes)
    first = next(cells, None)
    if first is None:
        raise EmptyInput("a table without a row", where=name, next_step="export the table again")
    header = [cell.strip() for cell in first[1]]
    return Grid("csv", header, _of_width(cells, len(header), notes), delimiter=sign, notes=notes)


def _lines(utf8: bytes) -> Iterator[str]:
    """Give the lines with their ends; str.splitlines knows too many ends, and StringIO takes fourfold memory."""
    end = b"\n" if b"\n" in utf8 else b"\r"
    start = 0
    while (stop := utf8.find(end, start) + 1) > 0:
        yield utf8[start:stop].decode("utf-8")
        start = stop
    if start < len(utf8):
        yield utf8[start:].decode("utf-8")


def _records(lines: Iterator[str], sign: str, notes: list[Note]) -> Iterator[tuple[int, str]]:
    """Give whole records, cells with line breaks included; number 0 is the header.

    A quote that is never closed costs its own line, not the rest; one inside a cell (5" Rohr) opens nothing.
    """
    opens = re.compile(rf'(?:^|{re.escape(sign)})\s?"')
    number = 0
    waiting: list[str] = []
    again: list[str] = []
    while True:
        line = again.pop() if again else next(lines, "")
        if waiting and (not line or len(waiting) > MAX_LINES_PER_CELL):
            notes.append(_bad(number, "a quote is opened and never closed"))
            again += [*([line] if line else []), *reversed(waiting[1:])]
            number, waiting = number + 1, []
            continue
        if not line:
            return
        odd = line.count('"') % 2 == 1
        if waiting or (odd and opens.search(line)):
            waiting.append(line)
            if not odd or len(waiting) == 1:
                continue
            line, waiting = "".join(waiting), []
        if line.strip():
            yield number, line
            number += 1


def _cells(records: Iterator[tuple[int, str]], sign: str, notes: list[Note]) -> Iterator[Row]:
    numbers: list[int] = []

    def fed() -> Iterator[str]:
        for number, record in records:
            numbers.append(number)
            yield record

    csv.field_size_limit(16 * 2**20)
    reader = csv.reader(fed(), delimiter=sign)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            notes.append(_bad(numbers[-1], f"not readable: {error}"))
            continue
        yield numbers[-1], cells


def _of_width(rows: Iterator[Row], width: int, notes: list[Note]) -> Iterator[Row]:
    for number, cells in rows:
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
            notes.append(_bad(number, f"{len(cells)} cells where the header has {width}"))
        else:
            yield number, cells[:width]


def _nested(name: str, utf8: bytes) -> Grid | None:
    """Open the list inside one JSON object, as forums' programs answer, or the object as a row; None = several."""
    try:
        entry = json.loads(utf8)
    except (json.JSONDecodeError, RecursionError):  # several objects: JSON Lines
        return None
    lists = [value for value in entry.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    if len(lists) > 1:
        seen = f"one JSON object with {len(lists)} lists of objects, where one was expected"
        raise NotText(seen, where=name, next_step="save the list of posts alone, or one object a line")
    return _listed(name, lists[0] if lists else [entry])


def _listed(name: str, entries: list[Any]) -> Grid:
    notes: list[Note] = []
    return _of_objects(name, _objects(entries, notes), notes)


def _json(name: str, utf8: bytes) -> Any:
    try:
        return json.loads(utf8)
    except json.JSONDecodeError as error:
        raise TruncatedInput(
            f"no whole JSON: {error.msg}", where=f"{name}, line {error.lineno}", next_step="export it again"
        ) from error
    except RecursionError as error:
        raise NotText("JSON in too many levels", where=name, next_step="save the list of posts alone") from error


def _json_lines(name: str, lines: Iterator[str]) -> Grid:
    notes: list[Note] = []
    return _of_objects(name, _line_objects(lines, notes), notes)


def _of_objects(name: str, objects: Iterator[tuple[int, dict[str, Any]]], notes: list[Note]) -> Grid:
    ahead = list(islice(objects, _SEEN_AHEAD))
    header = list(dict.fromkeys(key for _, entry in ahead for key in entry))
    if not ahead:
        raise NotText("no line is a JSON object", where=name, next_step="one object a line, as in JSON Lines")

    def rows() -> Iterator[Row]:
        for number, entry in chain(ahead, objects):
            yield number, [_whole(entry.get(key)) for key in header]

    return Grid("jsonl", header, rows(), notes=notes)


def _whole(cell: Any) -> Any:
    """Give a cell without half characters, which JSON can write and no other format can hold."""
    return _HALF.sub("\ufffd", cell) if isinstance(cell, str) else cell


def _line_objects(lines: Iterator[str], notes: list[Note]) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    for line in lines:
        if not line.strip():
            continue
        number += 1
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as error:
            notes.append(_bad(number, f"no JSON: {error.msg} at sign {error.pos + 1}"))
            continue
        except RecursionError:
            notes.append(_bad(number, "JSON in too many levels"))
            continue
        if isinstance(entry, dict):
            yield number, entry
        else:
            notes.append(_bad(number, "JSON, but no object"))


def _objects(entries: list[Any], notes: list[Note]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, dict):
            yield number, entry
        else:
            notes.append(_bad(number, "JSON, but no object"))


def _parquet(page: Page) -> Grid:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(page.content))
    except (pa.ArrowInvalid, OSError) as error:
        raise TruncatedInput(
            f"the Parquet file is damaged: {error}", where=page.name, next_step="take it from its source once more"
        ) from error

    def rows() -> Iterator[Row]:
        number = 0
        for batch in file.iter_batches(batch_size=5_000):
            for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                number += 1
                yield number, cells

    return Grid("parquet", list(file.schema_arrow.names), rows())


def _excel(page: Page, options: Options) -> Grid:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(page.content))
        name = _sheet_name(book.sheet_names, options.sheet, page.name)
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise TruncatedInput(
            f"the Excel file cannot be opened: {error}", where=page.name, next_step="save it again as .xlsx"
        ) from error
    tops = [place for place, row in enumerate(rows[:_TITLE_ROWS]) if any(str(cell).strip() for cell in row)]
    if not tops:
        raise EmptyInput(f"the sheet “{name}” is empty", where=page.name, next_step="name another with --sheet")
    # lists for the boss carry a title line above the header
    top = max(tops, key=lambda place: (known_columns([str(cell) for cell in rows[place]]), -place))
    header = [str(cell).strip() for cell in rows[top]]
    return Grid("excel", header, ((n, row) for n, row in enumerate(rows[top + 1 :], start=1) if _filled(row)))


def _filled(row: Sequence[Any]) -> bool:
    return any(cell not in ("", None) for cell in row)


def _sheet_name(names: Sequence[str], wanted: str, where: str) -> str:
    if not wanted:
        return names[0]
    if wanted not in names:
        near = near_name(wanted, names)
        raise UnknownName(
            f"no sheet “{wanted}”", where=where, next_step=f"perhaps “{near}”" if near else ", ".join(names)
        )
    return wanted
