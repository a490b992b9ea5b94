"""Runs steps over a snapshot: what is finished is found again by its name, so a walk goes on where it stopped."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from leumund.engines.engine import Engine
from leumund.engines.snapshots import Part, Snapshot, Store
from leumund.step import Batch, Query, Step, Whole

__all__ = ["Runner"]

OnStep = Callable[[str, int, int], None]
"""Called with a step's name, the parts done and the parts there are."""


@dataclass
class Runner:
    """Walks steps in order; each part is named after the step, its version and the parts it was made from.

    `start` gives the engine and is asked only when there is something to do. `seconds` tells how long each step that
    had something to do took.
    """

    store: Store
    start: Callable[[], Engine]
    snapshot: Snapshot
    on_step: OnStep = lambda name, done, of: None
    seconds: dict[str, float] = field(default_factory=dict)
    _engine: Engine | None = None
    _made: set[str] = field(default_factory=set)

    def walk(self, steps: Iterable[Step]) -> None:
        """Run the steps that have something to do."""
        for step in steps:
            begun = time.perf_counter()
            if self._do(step):
                self.seconds[step.name] = self.seconds.get(step.name, 0.0) + time.perf_counter() - begun

    def _do(self, step: Step) -> bool:
        if isinstance(step, Batch):
            return self._batch(step)
        if isinstance(step, Query):
            return self._query(step)
        return self._whole(step)

    def _batch(self, step: Batch) -> bool:
        sources = self.snapshot.names(step.reads)
        jobs = [(source, _name(step, [source])) for source in sources]
        missing = [(source, name) for source, name in jobs if not self.store.path(step.writes, name).exists()]
        for done, (source, name) in enumerate(missing):
            self.on_step(step.name, done, len(missing))
            self._running().batch(step, self.store.path(step.reads, source), self.store.path(step.writes, name))
        self._keep(step.writes, [name for _, name in jobs])
        return bool(missing)

    def _query(self, step: Query) -> bool:
        inputs, name = self._inputs(step)
        output = self.store.path(step.writes, name)
        missing = not output.exists()
        if missing:
            self.on_step(step.name, 0, 1)
            self._running().query(step, inputs, output)
        self._keep(step.writes, [name])
        return missing

    def _whole(self, step: Whole) -> bool:
        inputs, name = self._inputs(step)
        outputs = {table: self.store.path(table, name) for table in step.writes}
        missing = not all(output.exists() for output in outputs.values())
        if missing:
            self.on_step(step.name, 0, 1)
            self._running().whole(step, inputs, outputs)
        for table in step.writes:
            self._keep(table, [name])
        return missing

    def _inputs(self, step: Query | Whole) -> tuple[dict[str, list[Path]], str]:
        inputs = {table: self.store.paths(self.snapshot, table) for table in step.reads}
        return inputs, _name(step, [f"{table}/{path.name}" for table, paths in inputs.items() for path in paths])

    def _keep(self, table: str, names: list[str]) -> None:
        """Make parts the table's own; the first step of a walk that writes a table replaces what was there."""
        known = {part.name: part for part in self.snapshot.tables.get(table, ())}
        parts = [known.get(name) or self.store.part(table, name) for name in names]
        before: tuple[Part, ...] = self.snapshot.tables.get(table, ()) if table in self._made else ()
        self._made.add(table)
        self.snapshot = self.snapshot.with_parts({table: (*before, *parts)})

    def _running(self) -> Engine:
        if self._engine is None:
            self._engine = self.start()
        return self._engine

    def close(self) -> None:
        """End the engine, if it was started."""
        if self._engine is not None:
            self._engine.close()


def _name(step: Step, sources: list[str]) -> str:
    digest = hashlib.blake2b("\n".join((step.name, step.version, *sources)).encode(), digest_size=16)
    return f"{digest.hexdigest()}.parquet"
