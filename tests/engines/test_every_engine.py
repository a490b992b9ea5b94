"""Each step of the walk means the same on every engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from leumund.engines import Engine
from leumund.engines.engine import read_parts
from leumund.loop import Project
from leumund.picture import counting, coverage, evidence, figures
from leumund.posts import steps as post_steps
from leumund.readings import steps as reading_steps
from leumund.readings.brand import Brand
from leumund.step import Batch, Query, Step
from tests.walks import BRANDS, sorted_rows


def steps(snapshot_id: str = "") -> dict[str, Step]:
    """The walk's steps, by name."""
    own, *rivals = (brand.name for brand in BRANDS)
    listed: list[Step] = [
        *post_steps.steps(),
        *reading_steps.steps([Brand(brand.name, brand.aliases) for brand in BRANDS]),
        *counting.steps(own, rivals),
        coverage.step(),
        *evidence.steps(),
        figures.step(level=0.95, min_posts=5, rivals=len(rivals), snapshot_id=snapshot_id),
    ]
    return {step.name: step for step in listed}


def made_by_the_walk(project: Project, step: Step) -> dict[str, list[tuple[object, ...]]]:
    """What the finished walk holds of the tables that the step writes."""
    store, snapshot = project.store, project.store.current()
    written = step.writes if isinstance(step.writes, tuple) else (step.writes,)
    return {table: sorted_rows(store.read(snapshot, table)) for table in written}


def made_anew(engine: Engine, project: Project, step: Step, folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the engine makes of the same inputs."""
    store, snapshot = project.store, project.store.current()
    if isinstance(step, Batch):
        sources = store.paths(snapshot, step.reads)
        outputs = [folder / f"{number}.parquet" for number in range(len(sources))]
        for source, output in zip(sources, outputs, strict=True):
            engine.batch(step, source, output)
        return {step.writes: sorted_rows(read_parts(step.writes, outputs))}
    inputs = {table: store.paths(snapshot, table) for table in step.reads}
    if isinstance(step, Query):
        engine.query(step, inputs, folder / "result.parquet")
        return {step.writes: sorted_rows(read_parts(step.writes, [folder / "result.parquet"]))}
    results = {table: folder / f"{table}.parquet" for table in step.writes}
    engine.whole(step, inputs, results)
    return {table: sorted_rows(read_parts(table, [path])) for table, path in results.items()}


@pytest.mark.parametrize("name", list(steps()))
def test_a_step_makes_the_same_rows_on_every_engine(engine: Engine, walked: Project, name: str, tmp_path: Path) -> None:
    step = steps(walked.store.current().snapshot_id)[name]
    known, found = made_by_the_walk(walked, step), made_anew(engine, walked, step, tmp_path)
    if step.writes == "cells":  # written by several steps: this one's share of it
        assert found["cells"] and set(found["cells"]) <= set(known["cells"])
    else:
        assert found == known


def test_the_steps_that_write_cells_write_all_of_them_once(walked: Project, tmp_path: Path) -> None:
    with_cells = [step for step in steps().values() if step.writes == "cells"]
    engine = walked._engine()
    rows = [row for step in with_cells for row in made_anew(engine, walked, step, tmp_path / step.name)["cells"]]
    engine.close()
    assert sorted(rows, key=repr) == sorted_rows(walked.store.read(walked.store.current(), "cells"))


def test_no_step_of_the_small_project_runs_on_nothing(walked: Project) -> None:
    snapshot = walked.store.current()
    written = {table for step in steps().values() for table in made_by_the_walk(walked, step)}
    assert [table for table in sorted(written) if snapshot.rows(table) == 0] == []
