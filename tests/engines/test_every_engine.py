"""Each step of the walk means the same on every engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from leumund.engines import Engine
from leumund.engines.engine import read_parts
from leumund.loop import Project
from leumund.picture import (
    change,
    counting,
    coverage,
    evidence,
    figures,
    movers,
    phrases,
    polarities,
    spans,
    weekly,
)
from leumund.posts import steps as post_steps
from leumund.readings import steps as reading_steps
from leumund.readings.brand import Brand
from leumund.step import Batch, Query, Step
from tests.walks import BRANDS, sorted_rows

# Nothing can be said of change in the other project, whose brands have too few posts in a quarter.
CHANGING = (*change.steps("", [], level=0.95, min_posts=5), *phrases.steps([]), *movers.steps())
OF_CHANGE = [step.name for step in CHANGING]


def steps(snapshot_id: str = "") -> dict[str, Step]:
    """The walk's steps, by name."""
    own, *rivals = (brand.name for brand in BRANDS)
    listed: list[Step] = [
        *post_steps.steps(),
        *reading_steps.steps([Brand(brand.name, brand.aliases) for brand in BRANDS]),
        *counting.steps(own, rivals, level=0.95, min_posts=5),
        coverage.step(),
        *evidence.steps(),
        polarities.judged_step(),
        *polarities.steps(own, level=0.95, min_posts=5),
        spans.step(),
        *change.steps(own, rivals, level=0.95, min_posts=5),
        *phrases.steps([brand.name for brand in BRANDS]),
        *movers.steps(),
        weekly.step(min_posts=5),
        figures.step(level=0.95, min_posts=5, rivals=len(rivals), snapshot_id=snapshot_id),
    ]
    return {step.name: step for step in listed}


def written_by_several() -> list[str]:
    """The tables to which several steps add their rows."""
    written = [step.writes for step in steps().values() if isinstance(step.writes, str)]
    return sorted({table for table in written if written.count(table) > 1})


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
def test_a_step_makes_the_same_rows_on_every_engine(
    engine: Engine, walked: Project, changing: Project, name: str, tmp_path: Path
) -> None:
    project = changing if name in OF_CHANGE else walked
    step = steps(project.store.current().snapshot_id)[name]
    known, found = made_by_the_walk(project, step), made_anew(engine, project, step, tmp_path)
    if step.writes in written_by_several():  # this one's share of it
        assert found[step.writes] and set(found[step.writes]) <= set(known[step.writes])
    else:
        assert found == known


@pytest.mark.parametrize("table", written_by_several())
def test_the_steps_that_write_one_table_write_all_of_it_once(walked: Project, table: str, tmp_path: Path) -> None:
    writing = [step for step in steps().values() if step.writes == table]
    engine = walked._engine()
    rows = [row for step in writing for row in made_anew(engine, walked, step, tmp_path / step.name)[table]]
    engine.close()
    assert sorted(rows, key=repr) == sorted_rows(walked.store.read(walked.store.current(), table))


def test_no_step_of_the_small_projects_runs_on_nothing(walked: Project, changing: Project) -> None:
    for name, step in steps().items():
        project = changing if name in OF_CHANGE else walked
        written = made_by_the_walk(project, step)
        assert [table for table in written if not written[table]] == []
