"""Spark: the same steps on a cluster, for what one machine is too small for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import ibis
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from leumund.engines.engine import Inputs, result_of, run_whole
from leumund.engines.parts import part_files, writing
from leumund.step import Batch, Query, Whole
from leumund.tables import arrow_schema, table_of

__all__ = ["SparkEngine"]


class SparkEngine:
    """Queries by Ibis' PySpark backend, batches by mapInArrow; `master` '' means this machine."""

    name = "spark"

    def __init__(self, *, master: str = "", memory_mib: int = 1024) -> None:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        self._session = (
            SparkSession.builder.master(master or "local[2]")
            .appName("leumund")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", "8")
            .config("spark.sql.ansi.enabled", "true")
            .config("spark.driver.memory", f"{memory_mib}m")
            .config("spark.executor.memory", f"{memory_mib}m")
            .config("spark.pyspark.python", sys.executable)
            .getOrCreate()
        )
        self._session.sparkContext.setLogLevel("ERROR")
        self._ibis = ibis.pyspark.connect(self._session)

    def query(self, step: Query, inputs: Inputs, output: Path) -> None:
        """Run a query over all parts and write its result, cast to the declared schema, as one folder of files."""
        for table in step.reads:
            self._frame(table, inputs[table]).createOrReplaceTempView(table)
        result = result_of(step, {table: self._ibis.table(table) for table in step.reads})
        frame = self._session.sql(ibis.to_sql(result, dialect="pyspark"))
        schema = from_arrow_schema(arrow_schema(step.writes))
        frame = frame.select(*(frame[field.name].cast(field.dataType) for field in schema))
        # sorted file by file: sorting the whole would run the query twice, once to find where to cut
        self._write(frame.sortWithinPartitions(*table_of(step.writes).key), output)

    def _frame(self, table: str, parts: Iterable[Path]) -> DataFrame:
        files = [str(file) for part in parts for file in part_files(part)]
        schema = from_arrow_schema(arrow_schema(table))
        if not files:
            return self._session.createDataFrame([], schema)
        return self._session.read.schema(schema).parquet(*files)

    def batch(self, step: Batch, source: Path, output: Path) -> None:
        """Map one part to one part with mapInArrow."""
        run, schema = step.run, arrow_schema(step.writes)

        def each(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                yield from pa.Table.from_batches([run(batch)]).cast(schema).to_batches()

        frame = self._frame(step.reads, [source]).select(*step.needs)
        self._write(frame.mapInArrow(each, from_arrow_schema(schema)), output)

    def _write(self, frame: DataFrame, output: Path) -> None:
        with writing(output) as unfinished:
            frame.write.option("compression", "zstd").parquet(str(unfinished))

    def whole(self, step: Whole, inputs: Inputs, outputs: Mapping[str, Path]) -> None:
        """Run a step that holds its reduced tables in memory, in the driver."""
        run_whole(step, inputs, outputs)

    def close(self) -> None:
        """End the session."""
        self._session.stop()
