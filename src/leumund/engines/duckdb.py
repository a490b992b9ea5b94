"""DuckDB in this process; batches here or in several processes."""

from __future__ import annotations

import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.sql.datatypes import DuckDBType

from leumund.engines.engine import Inputs, result_of, run_whole
from leumund.engines.parts import part_files, writing
from leumund.errors import StepFailed, storage_errors
from leumund.step import Batch, Query, Whole
from leumund.tables import arrow_schema, table_of

__all__ = ["DuckEngine"]

ROWS_PER_BATCH = 2_000
ROWS_PER_GROUP = 10_000

Run = Callable[[pa.RecordBatch], pa.RecordBatch]


class DuckEngine:
    """Queries in DuckDB; batches by a loop, or by `processes` workers that get the same batches."""

    def __init__(self, *, scratch: Path, processes: int = 1, memory_mib: int = 1024) -> None:
        self.name = "processes" if processes > 1 else "duckdb"
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None
        with storage_errors(scratch):
            shutil.rmtree(scratch, ignore_errors=True)  # what a killed process left
            scratch.mkdir(parents=True, exist_ok=True)
        # One connection for all queries: an open streaming result would block it, so results go to files.
        self._ibis = ibis.duckdb.connect(
            memory_limit=f"{memory_mib}MiB",
            temp_directory=str(scratch),
            threads=2,
            preserve_insertion_order=False,
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
        )
        self._ibis.raw_sql("SET TimeZone = 'UTC'")
        # Steps join in the order they mean; DuckDB's search for another one made sums of sums ten times slower.
        self._ibis.raw_sql("SET disabled_optimizers = 'join_order'")
        self._ibis.raw_sql("SET enable_progress_bar = false")  # it would be printed among the data

    def query(self, step: Query, inputs: Inputs, output: Path) -> None:
        """Run a query over all parts and write its result, sorted by the table's key, as one part."""
        try:
            result = result_of(step, {name: self._view(name, inputs[name]) for name in step.reads})
            key = list(table_of(step.writes).key)
            sql = f"SELECT {_casts(result)} FROM ({ibis.to_sql(result.order_by(key), dialect='duckdb')})"
            with writing(output) as unfinished:
                self._ibis.raw_sql(f"COPY ({sql}) TO '{_quoted(unfinished)}' (FORMAT parquet, COMPRESSION zstd)")
        except duckdb.IOException as error:
            raise OSError(str(error)) from error
        except duckdb.Error as error:
            raise StepFailed(
                str(error).splitlines()[0], where=f"step {step.name}", next_step="run again; see leumund doctor"
            ) from error

    def _view(self, table: str, parts: Iterable[Path]) -> ibis.Table:
        files = [file for part in parts for file in part_files(part)]
        if files:
            listed = ", ".join(f"'{_quoted(file)}'" for file in files)
            self._ibis.raw_sql(f'CREATE OR REPLACE VIEW "{table}" AS SELECT * FROM read_parquet([{listed}])')
        else:
            self._ibis.con.register(f"empty_{table}", arrow_schema(table).empty_table())
            self._ibis.raw_sql(f'CREATE OR REPLACE VIEW "{table}" AS SELECT * FROM "empty_{table}"')
        return self._ibis.table(table)

    def batch(self, step: Batch, source: Path, output: Path) -> None:
        """Map one part to one part, batch by batch, in order."""
        schema = arrow_schema(step.writes)
        with writing(output) as unfinished, pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
            waiting: list[pa.RecordBatch] = []
            for result in self._map(step.run, _batches(source, step.needs)):
                waiting.append(result)
                if sum(batch.num_rows for batch in waiting) >= ROWS_PER_GROUP:
                    writer.write_table(pa.Table.from_batches(waiting).cast(schema))
                    waiting.clear()
            if waiting:
                writer.write_table(pa.Table.from_batches(waiting).cast(schema))

    def _map(self, run: Run, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if self._processes == 1:
            yield from map(run, batches)
            return
        if self._pool is None:
            # spawn: a fork would copy DuckDB's locks in whatever state its threads left them
            self._pool = ProcessPoolExecutor(
                self._processes, mp_context=get_context("spawn"), initializer=_end_with_parent
            )
        under_way: deque[Future[pa.RecordBatch]] = deque()
        for batch in batches:
            under_way.append(self._pool.submit(run, batch))
            if len(under_way) >= 2 * self._processes:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()

    def whole(self, step: Whole, inputs: Inputs, outputs: Mapping[str, Path]) -> None:
        """Run a step that holds its reduced tables in memory."""
        run_whole(step, inputs, outputs)

    def close(self) -> None:
        """End the workers and the connection."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._ibis.disconnect()


def _end_with_parent() -> None:
    """Let a worker die with the process that started it; a killed one cannot tell its workers to go."""

    def wait() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def _batches(source: Path, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    for file in part_files(source):
        with pq.ParquetFile(file) as parquet:
            yield from parquet.iter_batches(batch_size=ROWS_PER_BATCH, columns=list(columns))


def _casts(result: ibis.Table) -> str:
    """Cast every column in SQL too: what Ibis takes for a date, DuckDB may hold as a timestamp."""
    return ", ".join(
        f'CAST("{name}" AS {DuckDBType.to_string(kind)}) AS "{name}"' for name, kind in result.schema().items()
    )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
