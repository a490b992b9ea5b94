"""Snapshots: which parts make up the tables, named with their digests and swapped by one rename."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from leumund.engines.engine import read_parts
from leumund.engines.parts import digest_of, part_files, remove, sync_folder, writing
from leumund.errors import DamagedProject, ProjectBusy, storage_errors
from leumund.tables import arrow_schema

__all__ = ["Part", "Snapshot", "Store"]

SNAPSHOTS_KEPT = 3
FIGURES = ("estimates", "evidence")  # made from a snapshot, carry its id, and so are no part of it


@dataclass(frozen=True, slots=True)
class Part:
    """One complete part of a table."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class Snapshot:
    """The parts of every table at one moment; its id follows from their digests."""

    tables: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)

    @property
    def snapshot_id(self) -> str:
        """blake2b-128, hex, of all tables, part names and digests; figures and what backs them left out."""
        digest = hashlib.blake2b(digest_size=16)
        for table, parts in sorted(self.tables.items()):
            if table in FIGURES:
                continue
            for part in sorted(parts, key=lambda part: part.name):
                digest.update(f"{table}\n{part.name}\n{part.sha256}\n".encode())
        return digest.hexdigest()

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        return sum(part.rows for part in self.tables.get(table, ()))

    def names(self, table: str) -> tuple[str, ...]:
        """The names of a table's parts."""
        return tuple(part.name for part in self.tables.get(table, ()))

    def with_parts(self, changes: Mapping[str, Iterable[Part]]) -> Snapshot:
        """Give a snapshot in which the named tables consist of other parts."""
        return Snapshot({**self.tables, **{table: tuple(parts) for table, parts in changes.items()}})


class Store:
    """A project's Parquet data sets and their snapshots; many readers, one writer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._data, self._snapshots = folder / "data", folder / "snapshots"

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Be the one writer; raise ProjectBusy when another process is. A killed process frees the lock."""
        lock = FileLock(self.folder / "project.lock")
        with storage_errors(self.folder):
            try:
                lock.acquire(timeout=0)
            except Timeout:
                raise ProjectBusy(
                    "another process writes to this project", where=str(self.folder), next_step="wait until it ends"
                ) from None
        try:
            yield
        finally:
            lock.release()

    def path(self, table: str, name: str) -> Path:
        """Where a part of a table lies."""
        return self._data / table / name

    def paths(self, snapshot: Snapshot, table: str) -> list[Path]:
        """Where the parts of a table lie; raise DamagedProject when one is missing, cut short or another one."""
        parts = snapshot.tables.get(table, ())
        for part in parts:
            path = self.path(table, part.name)
            try:
                rows = _rows_in(path) if path.exists() else -1
            except (OSError, pa.ArrowInvalid):
                rows = -1
            if rows != part.rows:
                raise _damaged("a part is damaged" if path.exists() else "a part is missing", path)
        return [self.path(table, part.name) for part in parts]

    def read(self, snapshot: Snapshot, table: str, columns: list[str] | None = None) -> pa.Table:
        """Give a whole (small) table of a snapshot; raise DamagedProject when a part cannot be read."""
        paths = self.paths(snapshot, table)
        try:
            return read_parts(table, paths, columns)
        except KeyError as error:
            raise DamagedProject(
                f"a column is missing: {error}", where=str(self._data / table), next_step="leumund run makes it anew"
            ) from error
        except (OSError, pa.ArrowInvalid) as error:
            raise _damaged("a part cannot be read", self._data / table) from error

    def write(self, table: str, name: str, rows: pa.Table) -> Part:
        """Write one part; it becomes visible with the next commit."""
        path = self.path(table, name)
        with writing(path) as unfinished:
            pq.write_table(rows.cast(arrow_schema(table)), unfinished, compression="zstd", row_group_size=10_000)
        return self.part(table, name)

    def beside(self, folder: Path, snapshot: Snapshot) -> Store:
        """Give a store in another folder that finds this snapshot's parts by links; what is made there stays there."""
        other = Store(folder)
        for table, parts in snapshot.tables.items():
            for part in parts:
                link = other.path(table, part.name)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(self.path(table, part.name).resolve())
        return other

    def part(self, table: str, name: str) -> Part:
        """Describe a part that lies there complete."""
        path = self.path(table, name)
        with storage_errors(path):
            return Part(name, digest_of(path), _rows_in(path))

    def current(self) -> Snapshot:
        """The snapshot that readers see; an empty one in a new project."""
        pointer = self._snapshots / "current"
        if not pointer.exists():
            return Snapshot()
        return self.snapshot(pointer.read_text().strip())

    def snapshot(self, snapshot_id: str) -> Snapshot:
        """Give a snapshot that is kept; raise DamagedProject when it is not."""
        manifest = self._snapshots / f"{snapshot_id}.json"
        try:
            tables = json.loads(manifest.read_text())["tables"]
        except (OSError, ValueError, KeyError) as error:
            raise DamagedProject(
                "the manifest cannot be read", where=str(manifest), next_step="leumund explain LM124"
            ) from error
        return Snapshot({table: tuple(Part(**part) for part in parts) for table, parts in tables.items()})

    def pin(self, snapshot_id: str) -> None:
        """Keep a snapshot and all its parts for good; raise DamagedProject when it is not kept any more."""
        self.snapshot(snapshot_id)
        pinned = self._snapshots / f"{snapshot_id}.pinned"
        with storage_errors(pinned):
            pinned.touch()
            sync_folder(self._snapshots)

    def keeps(self, snapshot_id: str) -> bool:
        """Tell whether a snapshot is still kept."""
        return (self._snapshots / f"{snapshot_id}.json").is_file()

    def commit(self, snapshot: Snapshot) -> None:
        """Make a snapshot the current one by one rename, then remove parts that none of the kept ones names."""
        snapshot_id = snapshot.snapshot_id
        tables = {
            table: [{"name": part.name, "sha256": part.sha256, "rows": part.rows} for part in parts]
            for table, parts in sorted(snapshot.tables.items())
        }
        with writing(self._snapshots / f"{snapshot_id}.json") as unfinished:
            unfinished.write_text(json.dumps({"snapshot_id": snapshot_id, "tables": tables}, indent=1))
        with writing(self._snapshots / "current") as unfinished:
            unfinished.write_text(snapshot_id)
        sync_folder(self._snapshots)
        self._sweep()

    def _sweep(self) -> None:
        manifests = sorted(self._snapshots.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        current = (self._snapshots / "current").read_text().strip()
        kept = {path for path in manifests[-SNAPSHOTS_KEPT:] if path.stem != current} | {
            self._snapshots / f"{current}.json"
        }
        kept |= {pinned.with_suffix(".json") for pinned in self._snapshots.glob("*.pinned")}
        named = {
            (table, part.name)
            for path in kept
            for table, parts in self.snapshot(path.stem).tables.items()
            for part in parts
        }
        for path in set(manifests) - kept:
            path.unlink()
        for part in self._data.glob("*/*"):
            if (part.parent.name, part.name) not in named:
                remove(part)
        for unfinished in self._snapshots.glob(".*"):  # what a killed writer left
            remove(unfinished)


def _rows_in(path: Path) -> int:
    return sum(pq.read_metadata(file).num_rows for file in part_files(path))


def _damaged(seen: str, path: Path) -> DamagedProject:
    return DamagedProject(seen, where=str(path), next_step="put it back from a copy; leumund explain LM124")
