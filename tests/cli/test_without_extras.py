"""What `pip install leumund` alone can do: everything on one machine; Spark and PostgreSQL say what they need."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from tests.cli.conftest import Answer

EXTRAS = ("spark", "postgres")
BROUGHT_ALONG = {"py4j", "psycopg_binary"}  # by the packages that the extras name
EVERYWHERE = {"pandas"}  # Ibis brings it; the extra for Spark only bounds its version

# Stands in for a machine on which nobody has installed them: they are not found, by whatever way they are sought.
_ABSENT = """
import importlib.machinery

class Path(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {absent!r} else super().find_spec(name, path, target)

import sys
sys.meta_path[:] = [Path if one is importlib.machinery.PathFinder else one for one in sys.meta_path]
"""

Bare = Callable[..., Answer]


def only_in_extras() -> set[str]:
    """The packages that are there only with an extra."""
    names = {
        re.split(r"[^\w-]", text, maxsplit=1)[0]
        for text in metadata.requires("leumund") or ()
        for extra in EXTRAS
        if f'extra == "{extra}"' in text.replace("'", '"')
    }
    return (names | BROUGHT_ALONG) - EVERYWHERE


@pytest.fixture
def bare(tmp_path: Path) -> Bare:
    """Run a command as a process of its own, its children included, on a machine without the extras."""
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent" / "sitecustomize.py").write_text(_ABSENT.format(absent=only_in_extras()), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "absent"), "LEUMUND_KEY_FILE": str(tmp_path / "key")}

    def call(*arguments: object) -> Answer:
        command = [sys.executable, "-m", "leumund", *map(str, arguments)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path, env=environment)
        return Answer(done.returncode, done.stdout, done.stderr)

    return call


def set_in(project: Path, table: str, **values: str) -> None:
    """Write one table of the project's settings anew."""
    file = project / "leumund.toml"
    kept = re.sub(rf"(?ms)^\[{table}\]$.*?(?=^\[|\Z)", "", file.read_text(encoding="utf-8"))
    lines = "".join(f'{name} = "{value}"\n' for name, value in values.items())
    file.write_text(f"{kept}\n[{table}]\n{lines}", encoding="utf-8")


def test_the_packages_of_the_extras_are_known_and_the_stand_in_hides_them(bare: Bare) -> None:
    assert {"pyspark", "psycopg"} <= only_in_extras()
    answer = bare("doctor")
    assert re.search("spark: not installed", answer.out)
    assert re.search("postgres: not installed", answer.out)


def test_a_post_is_read_without_the_extras(bare: Bare, tmp_path: Path) -> None:
    post = '{"id": "1", "text": "Die Hotline von Brisanta war super freundlich."}\n'
    (tmp_path / "posts.jsonl").write_text(post, encoding="utf-8")
    answer = bare("read", "posts.jsonl", "--brand", "Brisanta=Brisanta")
    assert answer.status == 0, answer.err
    assert "posts read: 1; problems: 0" in answer.err
    assert '"id": "1"' in answer.out


def test_the_whole_walk_and_every_form_of_the_report_need_no_extras(bare: Bare, pages: Path, tmp_path: Path) -> None:
    for command in (("init", "mybrand", "--brand", "Brisanta"), ("import", pages, "--project", "mybrand")):
        assert bare(*command).status == 0, command
    answer = bare("run", "--project", "mybrand")
    assert answer.status == 0, answer.err
    for form in ("html", "pdf", "xlsx"):
        answer = bare("picture", "--project", "mybrand", "--format", form, "-o", tmp_path / f"picture.{form}")
        assert answer.status == 0, answer.err
        assert (tmp_path / f"picture.{form}").stat().st_size > 1_000


@pytest.mark.parametrize(
    ("table", "values", "code", "extra"),
    [
        ("engine", {"kind": "spark"}, "LM400", "leumund[spark]"),
        ("ledger", {"url": "postgresql://me:secret@localhost/mybrand"}, "LM500", "leumund[postgres]"),
    ],
)
def test_what_asks_for_an_extra_names_the_command_that_brings_it(
    table: str, values: dict[str, str], code: str, extra: str, *, bare: Bare, project: Path, pages: Path
) -> None:
    assert bare("import", pages, "--project", project).status == 0
    set_in(project, table, **values)
    answer = bare("run", "--project", project)
    assert answer.status == 1
    assert f"({code})" in answer.err
    assert f"pip install '{extra}'" in answer.err
    assert "Traceback" not in answer.err
    assert "secret" not in answer.err
    assert answer.out == ""
