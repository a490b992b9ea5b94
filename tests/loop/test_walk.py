"""The walk writes what its steps declare and nothing else, does nothing twice, and goes on where it was killed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from bench import kill
from leumund.engines.engine import run_whole
from leumund.engines.parts import part_files
from leumund.errors import TooManyRows
from leumund.loop import Project, open_project
from leumund.step import Whole
from leumund.tables import TABLES, arrow_schema
from tests.walks import simulated_project, tables_of

BROUGHT_IN = {"posts", "quotes", "authors", "threads"}


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = simulated_project(tmp_path_factory.mktemp("loop") / "project", 1_200, rows_per_file=500)
    project.run()
    return project


def written_by_steps(project: Project) -> set[str]:
    steps = [*project._steps(), project._bridges(), project._figures("")]
    return {table for step in steps for table in (step.writes if isinstance(step.writes, tuple) else (step.writes,))}


def test_nothing_but_steps_writes_tables(walked: Project) -> None:
    lying_there = {path.name for path in (walked.folder / "data").iterdir()}
    assert lying_there == BROUGHT_IN | {"labels", "drawn", "overrides"} | written_by_steps(walked)
    assert lying_there <= set(TABLES)


def test_a_walk_leaves_no_part_that_its_snapshot_does_not_name(walked: Project) -> None:
    snapshot = walked.store.current()
    named = {(table, name) for table in snapshot.tables for name in snapshot.names(table)}
    assert {(path.parent.name, path.name) for path in walked.folder.glob("data/*/*")} == named


def test_queries_leave_nothing_in_the_engine(walked: Project, tmp_path: Path) -> None:
    project = simulated_project(tmp_path / "project", 300)
    left: list[int] = []
    start = project._engine

    def started() -> object:
        engine = start()
        close: Callable[[], None] = engine.close

        def close_after_a_look() -> None:
            left.append(engine._ibis.raw_sql("SELECT count(*) FROM duckdb_tables()").fetchone()[0])
            close()

        engine.close = close_after_a_look
        return engine

    project._engine = started  # type: ignore[method-assign]  # to look at the engine before it is gone
    project.run()
    assert left == [0]


def test_every_table_lies_there_in_its_declared_schema(walked: Project) -> None:
    snapshot = walked.store.current()
    for table in snapshot.tables:
        for path in walked.store.paths(snapshot, table):
            for file in part_files(path):
                assert pa.parquet.read_schema(file).names == arrow_schema(table).names


def test_a_second_walk_does_nothing(walked: Project) -> None:
    before = walked.store.current()
    again = open_project(walked.folder).run()
    assert again.did_nothing
    assert walked.store.current() == before


def test_a_step_that_holds_tables_whole_refuses_more_rows_than_it_declared(walked: Project, tmp_path: Path) -> None:
    snapshot = walked.store.current()
    step = Whole("count", ("posts",), ("tallies",), bound_rows=1_000, run=lambda tables: {"tallies": tables["posts"]})
    with pytest.raises(TooManyRows) as raised:
        run_whole(step, {"posts": walked.store.paths(snapshot, "posts")}, {"tallies": tmp_path / "x.parquet"})
    assert "1,200 rows" in raised.value.seen
    assert "posts" in raised.value.where
    assert not (tmp_path / "x.parquet").exists()


def test_how_posts_are_cut_into_files_does_not_matter(walked: Project, tmp_path: Path) -> None:
    other = simulated_project(tmp_path / "project", 1_200, rows_per_file=1_200)
    other.run()
    assert other.store.current().names("posts") != walked.store.current().names("posts")
    left, right = (tables_of(project.store, without=("snapshot_id",)) for project in (walked, other))
    assert left.keys() == right.keys()
    assert [table for table in left if left[table] != right[table]] == []


def test_two_processes_give_the_same_figures_as_one(walked: Project, tmp_path: Path) -> None:
    changed = {("engine", "kind"): "processes", ("engine", "processes"): 2}
    other = simulated_project(tmp_path / "project", 1_200, rows_per_file=500, changed=changed)
    other.run()
    assert tables_of(other.store) == tables_of(walked.store)


def test_the_picture_is_of_the_last_run(walked: Project) -> None:
    picture = walked.picture()
    assert picture.snapshot_id == walked.store.current().snapshot_id
    assert picture.counts.stored == 1_200
    assert picture.made_at <= datetime.now(UTC)
    figure = next(row for row in picture.estimates if row.measure == "net_index" and row.period == "all")
    assert len(walked.posts_behind(figure.figure_id)) == figure.n_posts


@pytest.mark.slow
def test_a_run_killed_at_any_moment_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    killed = kill.killed_runs(1_000, kills=3)
    assert (killed.different, killed.halves) == (0, [])
    assert killed.looks > 3


@pytest.mark.slow
def test_an_import_killed_at_any_moment_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    killed = kill.killed_imports(1_000, kills=3)
    assert (killed.different, killed.halves) == (0, [])
