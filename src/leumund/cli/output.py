"""Standard output is data; progress goes to a terminal's standard error and nowhere else."""

from __future__ import annotations

import csv
import itertools
import json
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from leumund.errors import LeumundError, NotReadable, WrongUse, storage_errors

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Problems", "Progress", "at", "problem_line", "write_rows"]

_CHUNK_ROWS = 5_000

Row = dict[str, Any]


def at(project: Path) -> str:
    """Give „ --project DIR“ for a command to be typed next; nothing for the folder one stands in."""
    return "" if project == Path() else f" --project {shlex.quote(str(project))}"


def problem_line(page: str, place: str, code: str, seen: str, next_step: str) -> str:
    """Give a problem with one row or page in lines that fit a terminal."""
    where = page if place in ("", page) else f"{page}, {place.removeprefix(page).lstrip(', ')}"
    return f"{code}: {seen}\n  where: {where}\n  next:  {next_step}"


class Problems:
    """What could not be used, to be listed at the end; `status` tells how the command ends."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._codes: set[str] = set()

    def __len__(self) -> int:
        return len(self._lines)

    def note(self, page: str, place: str, code: str, seen: str, next_step: str) -> None:
        """Keep a problem with one row or post."""
        self._lines.append(problem_line(page, place, code, seen, next_step))
        self._codes.add(code)

    def error(self, page: str, error: LeumundError) -> None:
        """Keep an error with a whole page; its three lines name the page."""
        if page not in error.where:
            error.where = f"{page}, {error.where}" if error.where else page
        self._lines.append(str(error))
        self._codes.add(error.code)

    def say(self, at_most: int | None = None) -> None:
        """List the problems on standard error."""
        for line in self._lines[:at_most]:
            print(line, file=sys.stderr)
        if at_most is not None and len(self) > at_most:
            print(f"… and {len(self) - at_most} more in the table issues", file=sys.stderr)

    def status(self, came: int) -> int:
        """Give 0 when all went well, 2 when the files named are not there, else 1; `came` counts what was done."""
        if not came and self._codes == {NotReadable.code}:
            return NotReadable.status
        return int(bool(self._lines) or not came)


def write_rows(
    rows: Iterable[Row], *, form: str, output: Path | None, schema: Callable[[], pa.Schema] | None = None
) -> int:
    """Write rows as jsonl, csv or parquet and give how many; Parquet needs a file and the rows' schema.

    A file appears whole or not at all; without a row, what was there before stays.
    """
    if form == "parquet" and output is None:
        raise WrongUse("Parquet cannot go to a terminal", where="command line", next_step="add -o FILE.parquet")
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return 0
    rows = itertools.chain([first], rows)
    if form == "parquet" and output is not None and schema is not None:
        return _write_parquet(rows, output, schema())
    write = _write_csv if form == "csv" else _write_jsonl
    with _opened(output) as stream:
        return write(rows, stream)


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[str]]:
    if output is None:
        yield sys.stdout
        return
    with _whole_file(output) as path, path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        yield stream


@contextmanager
def _whole_file(output: Path) -> Iterator[Path]:
    """Give a path to write to: a dot-name that is renamed at the end; a pipe or device is written to directly."""
    from leumund.engines.parts import writing

    if output.exists() and not output.is_file():
        with storage_errors(output):
            yield output
        return
    with writing(output) as unfinished:
        yield unfinished


def _write_jsonl(rows: Iterable[Row], stream: IO[str]) -> int:
    n = 0
    for row in rows:
        n += 1
        stream.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
    return n


def _write_csv(rows: Iterable[Row], stream: IO[str]) -> int:
    n, writer = 0, None
    for row in rows:
        n += 1
        if writer is None:
            writer = csv.DictWriter(stream, row, lineterminator="\n")
            writer.writeheader()
        writer.writerow(
            {k: json.dumps(v, ensure_ascii=False) if isinstance(v, list | dict) else v for k, v in row.items()}
        )
    return n


def _write_parquet(rows: Iterable[Row], output: Path, schema: pa.Schema) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    n = 0
    with _whole_file(output) as path, pq.ParquetWriter(path, schema) as writer:
        while chunk := list(itertools.islice(rows, _CHUNK_ROWS)):
            writer.write_table(pa.Table.from_pylist(chunk, schema=schema))
            n += len(chunk)
    return n


class Progress:
    """One line on a terminal's standard error: what, how many, how many a second; silent in a pipe.

    Silent too where data goes to the same terminal (`beside_data`).
    """

    def __init__(self, what: str, *, beside_data: bool = False) -> None:
        self._what, self._begun, self._shown = what, time.monotonic(), 0.0
        self._on = sys.stderr.isatty() and not (beside_data and sys.stdout.isatty())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._on:
            sys.stderr.write("\r\x1b[K")

    def show(self, state: str, n: int = 0) -> None:
        """Show the state, at most ten times a second."""
        now = time.monotonic()
        if not self._on or now - self._shown < 0.1:
            return
        self._shown = now
        speed = f", {n / (now - self._begun):,.0f}/s" if n and now - self._begun > 0.5 else ""
        sys.stderr.write(f"\r\x1b[K{self._what}: {state}{speed}")
        sys.stderr.flush()
