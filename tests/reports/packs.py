"""Evidence packs: written, worked out anew by their scripts, and changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leumund.loop import Project

# Leumund cannot be imported here, however it is installed.
ALONE = "import runpy, sys; sys.modules['leumund'] = None; sys.argv = sys.argv[1:]; "
ALONE += "runpy.run_path(sys.argv[0], run_name='__main__')"

SOME_DAYS = {"since": date(2024, 2, 20), "until": date(2024, 5, 7)}
of_all_and_some_days = pytest.mark.parametrize("days", [{}, SOME_DAYS], ids=["all", "some"])


def packed(project: Project, path: Path, *, since: date | None = None, until: date | None = None) -> Path:
    project.write_report(path, form="pack", language="de", since=since, until=until)
    return path


def recomputed(pack: Path, script: str = "recompute.py") -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(pack / script), str(pack)],
        check=False,
        capture_output=True,
        text=True,
        cwd=pack,
    )
    return done.returncode, done.stdout + done.stderr


def changed(pack: Path, table: str, column: str, change: Callable[[Any], Any]) -> None:
    """Put other values into a column of a table of the pack."""
    rows = pq.read_table(pack / f"{table}.parquet")
    field = rows.schema.field(column)
    values = pa.array([change(value) for value in rows[column].to_pylist()], field.type)
    pq.write_table(rows.set_column(rows.column_names.index(column), field, values), pack / f"{table}.parquet")


def disagrees(pack: Path, script: str = "recompute.py") -> bool:
    """Tell whether the script ends with 1 and counts fewer that agree than there are: not for the digest alone."""
    status, told = recomputed(pack, script)
    agree, _, of, *_ = told.split(" ")
    return status == 1 and int(agree) < int(of)
