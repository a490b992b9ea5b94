"""Each gate is shown a program that is broken on purpose, and has to reject it."""

from __future__ import annotations

import dataclasses
import sys

import pyarrow as pa
import pytest

from bench import families as families_bench
from bench import pages as pages_bench
from bench.figure import Figure
from bench.tree import watched
from leumund.posts import families
from leumund.step import Batch
from leumund.tables import arrow_schema


def passes(figures: list[Figure]) -> bool:
    return all(figure.holds or figure.is_open for figure in figures)


def test_a_reader_that_parses_each_page_once_more_is_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    read = pages_bench.read
    monkeypatch.setattr(pages_bench, "read", lambda page: read(page) + read(page))
    assert not passes(pages_bench.run(quick=True))


def everything_is_alike(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [batch["left_id"], batch["right_id"], pa.array([10_000] * batch.num_rows, pa.int64())]
    return pa.RecordBatch.from_arrays(columns, schema=arrow_schema("twins"))


def nothing_is_alike(batch: pa.RecordBatch) -> pa.RecordBatch:
    return everything_is_alike(batch.slice(0, min(batch.num_rows, 3)))


@pytest.mark.parametrize("broken", [everything_is_alike, nothing_is_alike])
def test_families_that_compare_nothing_are_rejected(broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = tuple(
        dataclasses.replace(step, run=broken, version="broken")
        if isinstance(step, Batch) and step.name == "compare"
        else step
        for step in families.STEPS
    )
    monkeypatch.setattr(families, "STEPS", steps)
    assert not passes(families_bench.run(quick=True))


def test_a_program_that_loads_its_engine_for_a_help_page_takes_too_long() -> None:
    heavy = "import ibis, scipy.stats, sklearn.linear_model, duckdb; from leumund.cli import main"
    assert watched([sys.executable, "-c", heavy]).cpu_seconds > 0.3


def test_a_missed_floor_is_open_only_as_long_as_it_gets_no_worse() -> None:
    figure = Figure("x", 4.2, floor=4.0, reached=4.5)
    assert not figure.holds
    assert figure.is_open
    assert not dataclasses.replace(figure, value=4.6).is_open
    assert not dataclasses.replace(figure, reached=None).is_open
    assert dataclasses.replace(figure, value=3.9).holds
