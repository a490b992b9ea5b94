"""Habits of the doors: help, statuses, streams, near names, error codes."""

from __future__ import annotations

import ast
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer

import leumund as package
from leumund import errors
from leumund.cli.app import app
from tests.cli.conftest import Leumund

SOURCE = Path(package.__file__).parent
CPU_FLOOR_SECONDS = 0.3


def _all_commands() -> Iterator[tuple[str, ...]]:
    """Every level at which help can be asked for, the root included."""
    yield ()
    root = typer.main.get_command(app)
    waiting: list[tuple[tuple[str, ...], object]] = [((), root)]
    while waiting:
        path, group = waiting.pop()
        for name, command in sorted(getattr(group, "commands", {}).items()):
            yield (*path, name)
            waiting.append(((*path, name), command))


COMMANDS = sorted(_all_commands())
NAMES = [" ".join(("leumund", *command)) for command in COMMANDS]


def test_all_commands_of_the_contract_are_there() -> None:
    first_set = [
        "demo",
        "init",
        "doctor",
        "posts",
        "import",
        "run",
        "read",
        "teach",
        "picture",
        "campaign",
        "publish",
        "explain",
        "label",
    ]
    assert {(name,) for name in first_set} | {("label", "take")} <= set(COMMANDS)


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("command", COMMANDS, ids=NAMES)
def test_help_comes_on_standard_output_at_every_level(command: tuple[str, ...], flag: str, leumund: Leumund) -> None:
    answer = leumund(*command, flag)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(f"Usage: {' '.join(('leumund', *command))}")
    assert all(len(line) <= 80 for line in answer.out.splitlines())


@pytest.mark.parametrize("command", COMMANDS, ids=NAMES)
def test_the_version_comes_on_standard_output_at_every_level(command: tuple[str, ...], leumund: Leumund) -> None:
    answer = leumund(*command, "--version")
    assert (answer.status, answer.out, answer.err) == (0, f"leumund {package.__version__}\n", "")


@pytest.mark.parametrize("command", COMMANDS, ids=NAMES)
def test_the_list_of_commands_shows_each_in_one_whole_line(command: tuple[str, ...], leumund: Leumund) -> None:
    listed = leumund(*command, "--help").out.partition("Commands:\n")[2].partition("\n\n")[0]
    assert "..." not in listed


@pytest.mark.parametrize("command", [(), ("posts",), ("label", "take"), ("run",)], ids=" ".join)
def test_help_is_quick(
    command: tuple[str, ...], child: Leumund, record_property: Callable[[str, object], None]
) -> None:
    child(*command, "--help")  # the first time compiles
    quickest = min(child(*command, "--help").cpu_seconds for _ in range(3))
    record_property("floor", f"CPU of leumund {' '.join(command)} --help: {quickest:.2f} s (<= {CPU_FLOOR_SECONDS} s)")
    assert quickest <= CPU_FLOOR_SECONDS


def test_importing_the_package_loads_neither_engine_nor_arrow_and_is_quick(
    record_property: Callable[[str, object], None],
) -> None:
    code = (
        "import sys, time; begun = time.process_time(); import leumund; took = time.process_time() - begun;"
        "heavy = {'pyarrow', 'duckdb', 'ibis', 'pandas', 'numpy', 'pyspark', 'sqlalchemy', 'typer'} & set(sys.modules);"
        "print(took, *heavy)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    took, *heavy = done.stdout.split()
    record_property("floor", f"CPU of import leumund: {float(took):.3f} s (< 0.3 s)")
    assert heavy == []
    assert float(took) < 0.3
    assert done.stderr == ""


def test_what_the_package_offers_is_listed() -> None:
    assert package.__all__ == ["__version__", "open"]
    assert all(hasattr(package, name) for name in package.__all__)


# Wrong use


def test_without_a_command_the_help_comes_on_standard_error_with_status_2(leumund: Leumund) -> None:
    for group in ((), ("label",)):
        answer = leumund(*group)
        assert (answer.status, answer.out) == (2, "")
        assert answer.err.startswith("Usage: leumund")


NEAR = [
    (("psts", "x.html"), "did you mean 'leumund posts'?"),
    (("label", "tke", "x.csv"), "did you mean 'leumund label take'?"),
    (("posts", "--frmat", "csv", "x.html"), "did you mean '--format'?"),
    (("posts", "--format", "cvs", "x.html"), "did you mean 'csv'?"),
    (("posts", "--date-order", "dmj", "x.html"), "did you mean 'dmy'?"),
    (("posts", "--zone", "Europe/Berln", "x.html"), "did you mean 'Europe/Berlin'?"),
    (("posts", "--encoding", "cp-1252x", "x.csv"), "did you mean 'cp1252'?"),
    (("posts", "--column", "txt=Beitrag", "x.csv"), "did you mean 'text'?"),
    (("picture", "--format", "htm"), "did you mean 'html'?"),
    (("read", "--tier", "fsat", "x"), "did you mean 'fast'?"),
    (("explain", "LM21O"), "did you mean LM21"),
]


@pytest.mark.parametrize(("typed", "hint"), NEAR, ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")
def test_a_slip_is_answered_with_the_near_name_and_status_2(
    typed: tuple[str, ...], hint: str, leumund: Leumund
) -> None:
    answer = leumund(*typed)
    assert (answer.status, answer.out) == (2, "")
    seen, where, step = answer.err.splitlines()
    assert re.match(r"(WrongUse|UnknownName) \(LM10[01]\): ", seen)
    assert where.startswith("  where: ")
    assert step.startswith("  next:  ")
    assert hint in step


WRONG = [
    ("posts",),
    ("posts", "--format", "parquet", "x.html"),
    ("posts", "--column", "text", "x.csv"),
    ("posts", "nowhere.html"),
    ("import", "x.html", "--project", "nowhere"),
    ("run", "--project", "nowhere"),
    ("doctor", "--project", "nowhere"),
    ("picture", "--project", "nowhere"),
    ("publish", "--project", "nowhere", "--title", "t"),
    ("read", "nowhere.jsonl"),
    ("read", "--brand", "Telekom"),
    ("read", "x.txt", "--model", "nowhere.npz"),
    ("teach", "nowhere.jsonl", "-o", "m.npz"),
    ("label", "take", "nowhere.csv", "--project", "nowhere"),
    ("explain", "nonsense"),
]


@pytest.mark.parametrize("typed", WRONG, ids=" ".join)
def test_wrong_use_has_status_2_and_leaves_standard_output_empty(
    typed: tuple[str, ...], leumund: Leumund, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.txt").write_text("Die Telekom ist gut.")
    answer = leumund(*typed)
    assert (answer.status, answer.out) == (2, "")
    assert "next:  " in answer.err
    assert "Traceback" not in answer.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.txt"]


# Streams


def test_the_reader_of_our_output_may_leave_early(pages: Path) -> None:
    command = f"{sys.executable} -m leumund posts {pages} {pages} {pages} | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1


def test_a_pipe_gets_neither_progress_nor_colour_nor_boxes(child: Leumund, pages: Path) -> None:
    for arguments in (("posts", pages), ("--help",), ("posts", "--help"), ("nonsense",), ("doctor",), ("posts", "no")):
        answer = child(*arguments)
        assert not re.search("[\x1b\r─-╿]", answer.out + answer.err), arguments


def _on_a_terminal(arguments: list[str], cwd: Path, **environment: str) -> tuple[str, bytes]:
    """Run with standard error being a terminal and standard output a pipe; give both."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "leumund", *arguments],
        stdout=subprocess.PIPE, stderr=theirs, text=True, cwd=cwd, env={**os.environ, **environment},
    ) as process:  # fmt: skip
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # Linux says so when the other end has closed
                break
            if not piece:
                break
            shown += piece
        out = process.communicate()[0]
    os.close(ours)
    return out, shown


def test_a_terminal_sees_progress_beside_the_data_and_no_colour_when_asked(pages: Path, tmp_path: Path) -> None:
    out, shown = _on_a_terminal(["posts", str(pages)], tmp_path, NO_COLOR="1")
    assert b"reading: " in shown
    assert not re.search(rb"\x1b\[[0-9;]*m", shown)
    assert all(line.startswith('{"page"') for line in out.splitlines())


def test_output_is_utf8_whatever_the_locale_says(child: Leumund, pages: Path) -> None:
    plain = child("posts", pages)
    assert re.search("[äöüß]", plain.out)
    assert child("posts", pages, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0").out == plain.out


# Error codes


def _named_in_source() -> set[str]:
    """Names of classes that are called, and codes that are written out, anywhere but in errors.py."""
    found: set[str] = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found.add(node.func.id)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and file.name != "errors.py":
                found.add(node.value)
    return found


def _classes(base: type[errors.LeumundError] = errors.LeumundError) -> Iterator[type[errors.LeumundError]]:
    for error in base.__subclasses__():
        yield error
        yield from _classes(error)


@pytest.mark.parametrize("error", [error for error in _classes() if "code" in vars(error)], ids=lambda e: e.code)
def test_each_error_code_has_a_page_and_is_raised_somewhere(error: type[errors.LeumundError], leumund: Leumund) -> None:
    answer = leumund("explain", error.code.lower())
    assert answer.status == 0
    assert answer.out.startswith(f"{error.code} {error.__name__}\n\n")
    assert len(answer.out.splitlines()) >= 3
    assert {error.__name__, error.code} & _named_in_source()


def test_no_error_without_a_code_and_no_code_twice_is_ever_shown() -> None:
    """A class without a code of its own only gathers others; nothing makes one."""
    codes = [error.code for error in _classes() if "code" in vars(error)]
    assert len(codes) == len(set(codes))
    assert set(errors.error_pages()) == set(codes)
    gathering = {error.__name__ for error in (errors.LeumundError, *_classes()) if "code" not in vars(error)}
    assert not (gathering | {"LeumundError"}) & _named_in_source()


def test_every_code_that_the_source_writes_out_has_a_page() -> None:
    written = {code for name in _named_in_source() for code in re.findall(r"\bLM\d{3}\b", name)}
    assert written <= set(errors.error_pages())


def test_the_tree_in_the_docstring_names_every_error_with_its_code() -> None:
    drawn = dict(re.findall(r"[├└]── (\w+)\s+(LM\d{3})", errors.__doc__ or ""))
    assert drawn == {error.__name__: error.code for error in _classes() if "code" in vars(error)}
