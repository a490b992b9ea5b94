"""What every test may ask for: the shared data, and a word on what this machine cannot test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REQUIRED = set(filter(None, os.environ.get("LEUMUND_REQUIRE", "").split(",")))


def missing(what: str, why: str) -> None:
    """Skip with one line, or fail where LEUMUND_REQUIRE says that this must be tested."""
    if what in REQUIRED:
        pytest.fail(f"{what} is required here, but {why}", pytrace=False)
    pytest.skip(f"{what}: {why}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with data for tests and measuring (LEUMUND_SHARED, default ../shared beside the project)."""
    folder = Path(os.environ.get("LEUMUND_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "data").is_dir():
        missing("shared", f"no folder {folder}/data; set LEUMUND_SHARED")
    return folder / "data"
