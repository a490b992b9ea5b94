"""The house keeps its own law, and the law would notice a break."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BREAKS = {
    "posts/identity.py": ("from leumund.picture import view", "The rooms in their order"),
    "estimates/share.py": ("from leumund.engines import Engine", "Numbers know no forum"),
    "posts/intake.py": ("import duckdb", "Only engines imports an engine"),
    "readings/judge.py": ("import ibis", "speak Ibis"),
    "picture/view.py": ("import sqlalchemy", "Only ledger talks"),
    "readings/teach.py": ("from leumund.world import BRANDS", "Nothing but the demo's door"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house, to break."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


def _lint(folder: Path) -> tuple[int, str]:
    code = f"import sys; sys.path.insert(0, {str(folder / 'src')!r}); from importlinter.cli import lint_imports; "
    code += "sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=folder)
    return done.returncode, done.stdout


def test_the_house_as_it_stands_keeps_the_law(copy: Path) -> None:
    status, told = _lint(copy)
    assert status == 0, told
    assert " 0 broken" in told


@pytest.mark.parametrize("file", BREAKS)
def test_a_room_that_reaches_below_is_noticed(file: str, copy: Path) -> None:
    line, law = BREAKS[file]
    path = copy / "src" / "leumund" / file
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole + f"\n{line}\n", encoding="utf-8")
    try:
        status, told = _lint(copy)
    finally:
        path.write_text(whole, encoding="utf-8")
    assert status == 1
    assert f"{law}" in told
    assert "BROKEN" in next(text for text in told.splitlines() if law in text)


def test_a_room_that_was_not_placed_is_noticed(copy: Path) -> None:
    room = copy / "src" / "leumund" / "attic"
    room.mkdir()
    (room / "__init__.py").write_text('"""Not placed."""\n', encoding="utf-8")
    try:
        status, told = _lint(copy)
    finally:
        shutil.rmtree(room)
    assert status == 1
    assert "attic" in told
