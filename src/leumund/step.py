"""The three kinds of step; each says which tables it reads and writes, and nothing else materialises a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    import ibis

__all__ = ["Batch", "Query", "Step", "Whole"]


@dataclass(frozen=True)
class Query:
    """Ibis tables to one Ibis table; runs inside the engine."""

    name: str
    reads: tuple[str, ...]
    writes: str
    run: Callable[[Mapping[str, ibis.Table]], ibis.Table]
    version: str = "1"


@dataclass(frozen=True)
class Batch:
    """Arrow record batch to Arrow record batch, rows independent; `run` can be sent to another process.

    `needs` names the columns of the table read that `run` looks at; the others are not loaded.
    """

    name: str
    reads: str
    writes: str
    needs: tuple[str, ...]
    run: Callable[[pa.RecordBatch], pa.RecordBatch]
    version: str = "1"


@dataclass(frozen=True)
class Whole:
    """A few reduced tables to tables, in one process; more than `bound_rows` rows read are refused.

    `needs` names the columns that `run` looks at, by table; such a table comes with these alone, their words as
    dictionaries.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    bound_rows: int
    run: Callable[[Mapping[str, pa.Table]], Mapping[str, pa.Table]]
    version: str = "1"
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


Step = Query | Batch | Whole
