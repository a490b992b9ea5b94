"""Standard output is data; progress goes to a terminal's standard error and nowhere else."""

from __future__ import annotations

import csv
import itertools
import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from leumund.errors import WrongUse, storage_errors

__all__ = ["Progress", "problem_line", "write_rows"]


def problem_line(page: str, place: str, code: str, seen: str, next_step: str) -> str:
    """Give a problem with one row or page in lines that fit a terminal."""
    where = page if place in ("", page) else f"{page}, {place.removeprefix(page).lstrip(', ')}"
    return f"{code}: {seen}\n  where: {where}\n  next:  {next_step}"


def write_rows(rows: Iterable[dict[str, Any]], *, form: str, output: Path | None) -> int:
    """Write rows as jsonl, csv or parquet and give how many; Parquet needs a file."""
    if form == "parquet":
        if output is None:
            raise WrongUse("Parquet cannot go to a terminal", next_step="add -o FILE.parquet")
        return _write_parquet(rows, output)
    write = _write_csv if form == "csv" else _write_jsonl
    with _opened(output) as stream:
        return write(rows, stream)


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[str]]:
    if output is None:
        yield sys.stdout
        return
    with storage_errors(output), output.open("w", encoding="utf-8", newline="") as stream:
        yield stream


def _write_jsonl(rows: Iterable[dict[str, Any]], stream: IO[str]) -> int:
    n = 0
    for row in rows:
        n += 1
        stream.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
    return n


def _write_csv(rows: Iterable[dict[str, Any]], stream: IO[str]) -> int:
    n, writer = 0, None
    for row in rows:
        n += 1
        if writer is None:
            writer = csv.DictWriter(stream, row)
            writer.writeheader()
        writer.writerow(
            {k: json.dumps(v, ensure_ascii=False) if isinstance(v, list | dict) else v for k, v in row.items()}
        )
    return n


def _write_parquet(rows: Iterable[dict[str, Any]], output: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    n, writer = 0, None
    with storage_errors(output):
        for chunk in _batched(rows, 5_000):
            table = pa.Table.from_pylist(list(chunk))
            writer = writer or pq.ParquetWriter(output, table.schema)
            writer.write_table(table.cast(writer.schema))
            n += len(table)
        if writer is not None:
            writer.close()
    return n


def _batched(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    source = iter(rows)
    while chunk := list(itertools.islice(source, size)):
        yield chunk


class Progress:
    """One line on a terminal's standard error: what, how many, how many a second; silent in a pipe."""

    def __init__(self, what: str) -> None:
        self._what, self._begun, self._shown = what, time.monotonic(), 0.0
        self._on = sys.stderr.isatty()

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
