"""Engines: where tables live and steps run. Nothing outside of this room imports DuckDB or Spark."""

from __future__ import annotations

from pathlib import Path

from leumund.engines.engine import Engine
from leumund.errors import EngineMissing

__all__ = ["Engine", "start_engine"]


def start_engine(
    kind: str, *, scratch: Path, processes: int = 2, memory_mib: int = 1024, spark_master: str = ""
) -> Engine:
    """Give the engine named in leumund.toml: 'duckdb', 'processes' or 'spark'.

    `scratch` is a folder for what does not fit into `memory_mib`. Raises EngineMissing when Spark is not installed.
    """
    if kind == "spark":
        try:
            from leumund.engines.spark import SparkEngine
        except ImportError as error:
            raise EngineMissing(
                "PySpark is not installed",
                where="leumund.toml, [engine] kind",
                next_step="pip install 'leumund[spark]'",
            ) from error
        return SparkEngine(master=spark_master, memory_mib=memory_mib)
    from leumund.engines.duckdb import DuckEngine

    return DuckEngine(scratch=scratch, processes=processes if kind == "processes" else 1, memory_mib=memory_mib)
