"""Snapshots: readers see the old or the new, never half; one writer; what is damaged is said."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from filelock import FileLock

from leumund.engines import parts
from leumund.engines.parts import writing
from leumund.engines.snapshots import SNAPSHOTS_KEPT, Part, Snapshot, Store
from leumund.errors import DamagedProject, LeumundError, ProjectBusy
from leumund.tables import arrow_schema


def tally(*names: str) -> pa.Table:
    return pa.Table.from_pylist([{"name": name, "n": 1} for name in names], schema=arrow_schema("tallies"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def committed(store: Store, *names: str) -> Snapshot:
    part = store.write("tallies", f"{'-'.join(names)}.parquet", tally(*names))
    snapshot = store.current().with_parts({"tallies": [part]})
    store.commit(snapshot)
    return snapshot


def files(store: Store) -> set[str]:
    return {str(path.relative_to(store.folder)) for path in store.folder.rglob("*") if path.is_file()}


def test_a_new_project_has_an_empty_snapshot(store: Store) -> None:
    assert store.current() == Snapshot()
    assert store.read(store.current(), "tallies").num_rows == 0


def test_what_is_written_shows_only_after_the_commit(store: Store) -> None:
    committed(store, "old")
    part = store.write("tallies", "new.parquet", tally("new"))
    assert store.read(store.current(), "tallies")["name"].to_pylist() == ["old"]
    store.commit(store.current().with_parts({"tallies": [part]}))
    assert store.read(store.current(), "tallies")["name"].to_pylist() == ["new"]


def test_a_commit_that_is_cut_off_before_its_last_rename_changes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = committed(store, "old")
    real = Path.rename

    def cut_off(path: Path, target: Path) -> Path:
        if target.name == "current":
            raise KeyboardInterrupt
        return real(path, target)

    monkeypatch.setattr(Path, "rename", cut_off)
    with pytest.raises(KeyboardInterrupt):
        committed(store, "new")
    assert store.current() == before
    assert store.read(store.current(), "tallies")["name"].to_pylist() == ["old"]


def test_an_old_reader_keeps_reading_while_the_writer_goes_on(store: Store) -> None:
    old = committed(store, "old")
    for number in range(SNAPSHOTS_KEPT - 1):
        committed(store, f"new {number}")
        assert store.read(old, "tallies")["name"].to_pylist() == ["old"]


def test_parts_that_no_kept_snapshot_names_are_swept_with_everything_unfinished(store: Store) -> None:
    first = committed(store, "first")
    unfinished = store.path("tallies", ".spark.parquet.4711")
    (unfinished / "_temporary" / "0").mkdir(parents=True)
    (unfinished / "_temporary" / "0" / "part-0.parquet").write_bytes(b"half")
    (store.folder / "snapshots" / ".current.4711").write_text("half")
    store.write("tallies", "never committed.parquet", tally("lost"))
    for number in range(SNAPSHOTS_KEPT):
        committed(store, f"new {number}")
    assert not any(".4711" in name or "never" in name or "first" in name for name in files(store))
    assert len(list((store.folder / "snapshots").glob("*.json"))) == SNAPSHOTS_KEPT
    with pytest.raises(DamagedProject, match="missing"):
        store.read(first, "tallies")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def overwrite_its_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[8 : len(content) // 3] = b"\xff" * (len(content) // 3 - 8)
    path.write_bytes(content)


def put_another_in_its_place(path: Path) -> None:
    other = Store(path.parents[2] / "other")
    other.write("tallies", "x.parquet", tally("a", "b", "c"))
    path.write_bytes(other.path("tallies", "x.parquet").read_bytes())


@pytest.mark.parametrize("damage", [Path.unlink, cut_short, overwrite_its_middle, put_another_in_its_place])
def test_a_damaged_part_is_said_with_its_place(store: Store, damage: Callable[[Path], None]) -> None:
    snapshot = committed(store, "whole", "and", "more", "rows" * 50)
    damage(store.path("tallies", snapshot.names("tallies")[0]))
    with pytest.raises(DamagedProject) as raised:
        store.read(store.current(), "tallies")
    assert "tallies" in raised.value.where
    assert raised.value.next_step


def test_a_manifest_that_is_gone_is_said(store: Store) -> None:
    snapshot = committed(store, "whole")
    (store.folder / "snapshots" / f"{snapshot.snapshot_id}.json").unlink()
    with pytest.raises(DamagedProject, match="manifest"):
        store.current()


def test_the_id_of_a_snapshot_follows_from_its_parts_whatever_their_order() -> None:
    one, other = Part("a.parquet", "1", 1), Part("b.parquet", "2", 1)
    assert Snapshot({"posts": (one, other)}).snapshot_id == Snapshot({"posts": (other, one)}).snapshot_id
    assert Snapshot({"posts": (one,)}).snapshot_id != Snapshot({"posts": (one, other)}).snapshot_id
    assert Snapshot({"posts": (one,)}).snapshot_id != Snapshot({"quotes": (one,)}).snapshot_id


def hold(folder: Path, held: multiprocessing.Event, let_go: multiprocessing.Event) -> None:  # type: ignore[valid-type]  # a function that makes one
    with Store(folder).writer():
        held.set()
        let_go.wait(60)
        os._exit(1)  # as a killed process would: without letting go


def test_a_second_writer_is_told_to_wait_and_a_killed_first_one_frees_the_lock(store: Store) -> None:
    spawn = multiprocessing.get_context("spawn")
    held, let_go = spawn.Event(), spawn.Event()
    first = spawn.Process(target=hold, args=(store.folder, held, let_go))
    first.start()
    assert held.wait(60)
    with pytest.raises(ProjectBusy), store.writer():
        pass
    let_go.set()
    first.join()
    with store.writer():
        assert FileLock(store.folder / "project.lock").lock_file


def test_an_error_while_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(LeumundError), writing(tmp_path / "part.parquet") as unfinished:
        unfinished.write_bytes(b"half")
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_parts_are_the_same_on_every_file_system_order(tmp_path: Path) -> None:
    for name in ("b.parquet", "a.parquet", "_SUCCESS"):
        (tmp_path / name).write_bytes(name.encode())
    assert [path.name for path in parts.part_files(tmp_path)] == ["a.parquet", "b.parquet"]
