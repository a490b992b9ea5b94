"""One finished walk, and every engine that this machine has."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from leumund.engines import Engine, start_engine
from leumund.loop import Project
from tests.conftest import missing
from tests.walks import Talk, label_some, simulated_project, talking_project

N_POSTS, ROWS_PER_FILE = 900, 500


def need_spark() -> None:
    """Skip, or fail where it is required, when PySpark or Java is missing."""
    if importlib.util.find_spec("pyspark") is None:
        missing("spark", "PySpark is not installed; pip install 'leumund[spark]'")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        missing("spark", "no Java; install a Java 17 or newer")


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small project, walked with DuckDB in this process, with labels, some of them under two guidelines."""
    project = simulated_project(tmp_path_factory.mktemp("walked") / "project", N_POSTS, rows_per_file=ROWS_PER_FILE)
    project.run()
    label_some(project, every=7, guideline="earlier")
    label_some(project, every=14, guideline="later")
    project.run()
    return project


@pytest.fixture(scope="session")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small project in which much is said of one brand, and lately in another tone and other words."""
    talk = Talk(good_after={"a.example": 0.8, "b.example": 0.9}, said_after="Das Umspannwerk brummt wieder")
    return talking_project(tmp_path_factory.mktemp("changing") / "project", talk)


@pytest.fixture(scope="session", params=["duckdb", "processes", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Each engine, started once."""
    kind: str = request.param
    if kind == "spark":
        need_spark()
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    scratch: Path = tmp_path_factory.mktemp("scratch")
    started = start_engine(kind, scratch=scratch, processes=2, memory_mib=512)
    yield started
    started.close()
