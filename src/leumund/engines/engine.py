"""What every engine offers: run a query, map batches, hold a small table whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from leumund.engines.parts import part_files, writing
from leumund.errors import TooManyRows
from leumund.step import Batch, Query, Whole
from leumund.tables import arrow_schema, table_of

if TYPE_CHECKING:
    import ibis

__all__ = ["Engine", "Inputs", "read_parts", "result_of", "run_whole"]

Inputs = Mapping[str, Sequence[Path]]
"""Table name -> its parts (Parquet files, or folders of them)."""


class Engine(Protocol):
    """The same few verbs on every engine; each writes complete parts or nothing."""

    name: str

    def query(self, step: Query, inputs: Inputs, output: Path) -> None:
        """Run a query over all parts and write its result, cast to the declared schema, as one part."""

    def batch(self, step: Batch, source: Path, output: Path) -> None:
        """Map one part to one part."""

    def whole(self, step: Whole, inputs: Inputs, outputs: Mapping[str, Path]) -> None:
        """Load reduced tables, run, write one part per table written."""

    def close(self) -> None:
        """Let go of processes and connections."""


def read_parts(table: str, parts: Sequence[Path], columns: Sequence[str] | None = None) -> pa.Table:
    """Give all rows of the parts as one Arrow table in the declared schema (an empty one when there are no parts)."""
    schema = arrow_schema(table)
    if columns is not None:
        schema = pa.schema([schema.field(name) for name in columns])
    read = []
    for file in (file for part in parts for file in part_files(part)):
        with pq.ParquetFile(file) as parquet:
            read.append(parquet.read(columns=schema.names).select(schema.names).cast(schema))
    return pa.concat_tables(read) if read else pa.Table.from_batches([], schema=schema)


def _needed(table: str, parts: Sequence[Path], columns: Sequence[str] | None) -> pa.Table:
    """Give all of a table, or a few columns of it, in which words that repeat are held once."""
    if columns is None:
        return read_parts(table, parts)
    fields = [arrow_schema(table).field(name) for name in columns]
    words = [field.name for field in fields if pa.types.is_string(field.type)]
    coded = pa.schema(
        [field.with_type(pa.dictionary(pa.int32(), pa.string())) if field.name in words else field for field in fields]
    )
    read = []
    for file in (file for part in parts for file in part_files(part)):
        with pq.ParquetFile(file, read_dictionary=words) as parquet:
            read.append(parquet.read(columns=list(columns)).select(list(columns)).cast(coded))
    return pa.concat_tables(read) if read else coded.empty_table()


def result_of(step: Query, tables: Mapping[str, ibis.Table]) -> ibis.Table:
    """Give a query's result with the columns of the table it writes, in order and cast to the declared types."""
    import ibis

    result = step.run(tables)
    types = ibis.schema(pa.schema([pa.field(field.name, field.type) for field in table_of(step.writes).fields]))
    return result.select([result[name].cast(kind).name(name) for name, kind in types.items()])


def run_whole(step: Whole, inputs: Inputs, outputs: Mapping[str, Path]) -> None:
    """Run a Whole step in this process; the same on every engine.

    Raises TooManyRows when the tables read have more rows together than the step declared.
    """
    rows = sum(
        pq.ParquetFile(f).metadata.num_rows for parts in inputs.values() for part in parts for f in part_files(part)
    )
    if rows > step.bound_rows:
        raise TooManyRows(
            f"{rows:,} rows for a step that holds at most {step.bound_rows:,} in memory",
            where=f"step {step.name}, tables {', '.join(inputs)}",
            next_step="shorten the period with --since, or split the project",
        )
    written = step.run({table: _needed(table, parts, step.needs.get(table)) for table, parts in inputs.items()})
    for table, output in outputs.items():
        with writing(output) as unfinished:
            pq.write_table(written[table].cast(arrow_schema(table)), unfinished, compression="zstd")
