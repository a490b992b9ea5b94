"""What every test may ask for: the shared data, and a word on what this machine cannot test."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

REQUIRED = set(filter(None, os.environ.get("LEUMUND_REQUIRE", "").split(",")))


def missing(what: str, why: str) -> None:
    """Skip with one line, or fail where LEUMUND_REQUIRE says that this must be tested."""
    if what in REQUIRED:
        pytest.fail(f"{what} is required here, but {why}", pytrace=False)
    pytest.skip(f"{what}: {why}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line each what this machine cannot test."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"not tested here ({count}) – {reason}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with data for tests and measuring (LEUMUND_SHARED, default ../shared beside the project)."""
    folder = Path(os.environ.get("LEUMUND_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "data").is_dir():
        missing("shared", f"no folder {folder}/data; set LEUMUND_SHARED")
    return folder / "data"
