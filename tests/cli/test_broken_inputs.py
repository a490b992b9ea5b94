"""Broken inputs: each an error that names place and next step, and nothing else is lost by it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import leumund as package
from tests.cli.conftest import Answer, Leumund
from tests.conftest import missing

GERMAN_UMLAUTS = re.compile("[äöüß]")


@dataclass(frozen=True)
class Broken:
    """A broken input: how it is made of a good page, its code, what the message names, and how many posts survive."""

    name: str
    make: Callable[[bytes], bytes]
    code: str
    says: str
    survives: bool = False


def _csv(*lines: str) -> Callable[[bytes], bytes]:
    return lambda good: "\n".join(lines).encode()


BROKEN = [
    Broken("truncated.html", lambda good: good[: len(good) * 6 // 10], "LM202", "end of the page", survives=True),
    Broken("wrong-encoding.html", lambda good: good.decode().encode("cp1252", "replace"), "LM205", "byte ", True),
    Broken(
        "wrong-declaration.html", lambda good: good.replace(b'charset="utf-8"', b'charset="iso-8859-1"'), "LM205",
        "read as utf-8", survives=True,
    ),
    Broken("picture.html", lambda good: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "LM201", "a PNG picture"),
    Broken("program.html", lambda good: b"\x7fELF" + bytes(range(256)) * 20, "LM201", "a program"),
    Broken("empty.html", lambda good: b"", "LM200", "the file is empty"),
    Broken("blank.csv", lambda good: b" \n\n", "LM200", "the file is empty"),
    Broken("no-forum.html", lambda good: b"<!doctype html><title>Hallo</title><p>Willkommen!", "LM203", "phpbb"),
    Broken("cut.zip", lambda good: b"PK\x03\x04" + b"x" * 50, "LM202", "zip archive"),
    Broken("no-text.csv", _csv("Verfasser,Datum,Bewertg", "anna,03.04.2020,gut"), "LM210", "--column text=Bewertg"),
    Broken("no-date.csv", _csv("Verfasser,Beitrag", "anna,Alles gut"), "LM210", "--column posted_at="),
    Broken("head-only.csv", _csv("Verfasser,Datum,Beitrag"), "LM212", "no rows"),
    Broken("empty-text.csv", _csv("Datum,Beitrag", "03.04.2020,", "14.04.2020,gut"), "LM211", "row 1", survives=True),
    Broken("odd-date.csv", _csv("Datum,Beitrag", "neulich,gut", "14.04.2020,gut"), "LM213", "“neulich”", True),
    Broken("all-dates-odd.csv", _csv("Datum,Beitrag", "neulich,gut", "bald,gut"), "LM212", "not understood as a date"),
    Broken("either-day.csv", _csv("date,text", "03/04/2020,gut"), "LM213", "--date-order dmy"),
]  # fmt: skip
BROKEN_NAMES = [broken.name for broken in BROKEN]


def assert_three_lines(answer: Answer, code: str, name: str) -> None:
    """The error has its code, names the file, and says what to do; no traceback, no line that a terminal breaks up."""
    assert "Traceback" not in answer.err
    told = re.findall(rf"^.*\b{code}\b.?: .*\n  where: (.*)\n  next:  \S", answer.err, re.MULTILINE)
    assert any(name in where for where in told), answer.err


@pytest.mark.parametrize("broken", BROKEN, ids=BROKEN_NAMES)
def test_reading_says_what_is_broken_where_and_what_to_do(broken: Broken, leumund: Leumund, pages: Path) -> None:
    file = pages / broken.name
    file.write_bytes(broken.make((pages / "phpbb3.html").read_bytes()))
    answer = leumund("posts", file)
    assert answer.status == 1
    assert_three_lines(answer, broken.code, broken.name)
    assert broken.says in answer.err
    assert bool(answer.out) == broken.survives


@pytest.mark.parametrize("broken", BROKEN, ids=BROKEN_NAMES)
def test_a_broken_file_loses_nothing_of_the_others(
    broken: Broken, leumund: Leumund, pages: Path, tmp_path: Path
) -> None:
    (alone := tmp_path / "alone").mkdir()
    whole = leumund("posts", pages).out.splitlines()
    (alone / broken.name).write_bytes(broken.make((pages / "phpbb3.html").read_bytes()))
    beside = leumund("posts", pages, alone)
    assert beside.status == 1
    assert beside.out.splitlines()[: len(whole)] == whole


def _stored(project: Path) -> int:
    store = package.open(project).store
    return store.current().rows("posts")


def test_an_import_stores_the_good_ones_and_lists_the_broken_ones(
    leumund: Leumund, pages: Path, project: Path, tmp_path: Path
) -> None:
    n_good = leumund("posts", pages).out.count("\n")
    good = (pages / "phpbb3.html").read_bytes()
    (mixed := tmp_path / "mixed").mkdir()
    for broken in BROKEN:
        (mixed / broken.name).write_bytes(broken.make(good))
    for page in pages.iterdir():
        (mixed / page.name).write_bytes(page.read_bytes())
    answer = leumund("import", mixed, "--project", project)
    assert (answer.status, answer.out) == (1, "")
    for broken in BROKEN:
        assert_three_lines(answer, broken.code, broken.name)
    from_tables = 2  # one row each of empty-text.csv and odd-date.csv; the broken pages hold posts of the good one
    assert _stored(project) == n_good + from_tables
    store = package.open(project).store
    issues = store.read(store.current(), "issues").to_pylist()
    assert {Path(issue["page"]).name for issue in issues} == set(BROKEN_NAMES)
    assert all(issue["code"] and issue["seen"] and issue["next_step"] for issue in issues)


@pytest.mark.parametrize("broken", [b for b in BROKEN if not b.survives], ids=lambda broken: broken.name)
def test_an_import_of_which_nothing_came_is_no_success(
    broken: Broken, leumund: Leumund, project: Path, pages: Path
) -> None:
    file = pages / broken.name
    file.write_bytes(broken.make((pages / "phpbb3.html").read_bytes()))
    answer = leumund("import", file, "--project", project)
    assert answer.status == 1
    assert_three_lines(answer, broken.code, broken.name)
    assert _stored(project) == 0
    assert leumund("import", file, "--project", project, "--preview").status == 1


def test_a_page_in_the_wrong_encoding_keeps_its_umlauts(leumund: Leumund, pages: Path) -> None:
    page = pages / "phpbb3.html"
    right = leumund("posts", page).out
    page.write_bytes(page.read_bytes().decode().encode("cp1252", "replace"))
    wrong = leumund("posts", page).out
    assert len(GERMAN_UMLAUTS.findall(wrong)) == len(GERMAN_UMLAUTS.findall(right)) > 20


# What the nearest peer calls a success


def test_a_semicolon_table_with_german_dates_is_understood(leumund: Leumund, tmp_path: Path) -> None:
    table = tmp_path / "export.csv"
    table.write_bytes(
        "Verfasser;Datum;Beitrag\nanna;03.04.2020 12:30;Gut, sehr gut\nbert;13.4.2020;Störung\n".encode("cp1252")
    )
    answer = leumund("posts", table)
    assert re.findall(r'"posted_at": "([^"]+)"', answer.out) == ["2020-04-03T12:30:00", "2020-04-13T00:00:00"]
    assert re.findall(r'"text": "([^"]+)"', answer.out) == ["Gut, sehr gut", "Störung"]


def test_a_column_that_is_not_there_is_answered_with_the_near_one(leumund: Leumund, tmp_path: Path) -> None:
    table = tmp_path / "export.csv"
    table.write_text("Verfasser,Datum,Beitrag\nanna,03.04.2020,gut\n")
    answer = leumund("posts", table, "--column", "text=Beitrga")
    assert (answer.status, answer.out) == (1, "")
    assert_three_lines(answer, "LM210", "export.csv")
    assert "--column text=Beitrag" in answer.err


def test_empty_texts_are_counted_and_set_aside_by_their_row(leumund: Leumund, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "a", "text": ""}\n{"id": "b", "text": "Die Telekom ist gut."}\n{"id": "c"}\nkein JSON\n')
    answer = leumund("read", rows)
    assert answer.status == 1
    assert re.findall(r'"id": "(\w)"', answer.out) == ["b"]
    for line in (1, 3, 4):
        assert f"where: {rows}, line {line}\n" in answer.err


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b'{"id": "a", "text": " "}\n', b'{"id": "a"}\n', b"\xff\xfe\x00\x01\x02"]
)
def test_reading_a_file_without_a_text_is_no_success(content: bytes, leumund: Leumund, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_bytes(content)
    answer = leumund("read", rows)
    assert (answer.status, answer.out) == (1, "")
    assert re.search(r"^\w+ \(LM\d{3}\): ", answer.err, re.MULTILINE)
    assert "Traceback" not in answer.err


def test_reading_a_table_points_to_posts(leumund: Leumund, tmp_path: Path) -> None:
    table = tmp_path / "export.csv"
    table.write_text("Datum,Beitrag\n03.04.2020,gut\n")
    answer = leumund("read", table)
    assert answer.status == 1
    assert f"leumund posts {table}" in answer.err


# Settings


TYPOS = [
    ("[picture]\nlevle = 0.9\n", "level", "line 2"),
    ("[pictrue]\nlevel = 0.9\n", "picture", "line 1"),
    ('[engine]\nkind = "dukdb"\n', "duckdb", "line 2"),
    ('[posts]\ndate_order = "dmj"\n', "dmy", "line 2"),
    ("[picture]\nlevel = wrong\n", "mend that line", "line 2"),
    ('[[brands]]\nname = "Telekom"\naliasses = ["T-Com"]\n', "aliases", "line 3"),
]


@pytest.mark.parametrize(("text", "near", "line"), TYPOS, ids=[text.splitlines()[-1] for text, _, _ in TYPOS])
def test_a_slip_in_the_settings_is_named_with_its_line_and_nothing_runs(
    text: str, near: str, line: str, leumund: Leumund, project: Path
) -> None:
    settings = project / "leumund.toml"
    settings.write_text(text + ('\n[[brands]]\nname = "Telekom"\n' if "brands" not in text else ""))
    for command in (("import", "page.html"), ("run",), ("picture",), ("doctor",)):
        answer = leumund(*command, "--project", project)
        assert (answer.status, answer.out) == (2, "")
        assert_three_lines(answer, "LM121", "leumund.toml")
        assert near in answer.err
        assert line in answer.err
    assert not (project / "data").exists()


# Labels


def test_labels_that_cannot_be_used_are_listed_with_the_near_name(
    leumund: Leumund, pages: Path, project: Path, tmp_path: Path
) -> None:
    leumund("import", pages, "--project", project)
    store = package.open(project).store
    post_id = store.read(store.current(), "posts", ["post_id"])["post_id"][0].as_py()
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "post_id,brand,value,labeller\n"
        f"{post_id},Telekom,negative,anna\n"
        f"{post_id},Telekm,negative,anna\n"
        f"{post_id},Telekom,negatve,anna\n"
        "0123,Telekom,negative,anna\n"
    )
    answer = leumund("label", "take", labels, "--project", project)
    assert answer.status == 1
    assert "1 new label of 1 row" in answer.err
    for row, said in ((2, "did you mean “Telekom”"), (3, "did you mean “negative”"), (4, "no post 0123")):
        assert f"{labels}, row {row}\n" in answer.err
        assert said in answer.err
    again = leumund("label", "take", labels, "--project", project)
    assert "0 new labels of 1 row" in again.err


def test_a_table_of_labels_without_a_needed_column_names_the_near_one(
    leumund: Leumund, project: Path, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("post_id,brand,valeu,labeller\nx,Telekom,negative,anna\n")
    answer = leumund("label", "take", labels, "--project", project)
    assert answer.status == 1
    assert_three_lines(answer, "LM210", "labels.csv")
    assert "perhaps “valeu”" in answer.err


# The disk


def _mounted(kind: str, folder: Path, *options: str) -> None:
    done = subprocess.run(["mount", *options, kind, str(folder)], check=False, capture_output=True, text=True)
    if done.returncode:
        missing("mount", f"mount {' '.join(options)} is not allowed here: {done.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MiB."""
    if os.geteuid():
        missing("mount", "only root can mount a small disk")
    (folder := tmp_path / "disk").mkdir()
    _mounted("tmpfs", folder, "-t", "tmpfs", "-o", "size=3m")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def read_only_disk(tmp_path: Path, leumund: Leumund, pages: Path) -> Iterator[Path]:
    """A project with posts on a disk that cannot be written to any more."""
    if os.geteuid():
        missing("mount", "only root can mount a disk read-only")
    (folder := tmp_path / "disk").mkdir()
    _mounted("tmpfs", folder, "-t", "tmpfs", "-o", "size=3m")
    assert leumund("init", folder / "mybrand").status == 0
    assert leumund("import", pages / "xenforo2.html", "--project", folder / "mybrand").status == 0
    _mounted("tmpfs", folder, "-o", "remount,ro")
    yield folder / "mybrand"
    subprocess.run(["umount", str(folder)], check=True)


def _fill(disk: Path, leave_bytes: int) -> Path:
    ballast = disk / "ballast"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    ballast.write_bytes(b"\0" * (free - leave_bytes))
    return ballast


def test_a_full_disk_is_named_and_the_same_command_goes_on_after_making_room(
    small_disk: Path, leumund: Leumund, pages: Path
) -> None:
    project = small_disk / "mybrand"
    assert leumund("init", project).status == 0
    assert leumund("import", pages / "xenforo2.html", "--project", project).status == 0
    before = _stored(project)
    ballast = _fill(small_disk, leave_bytes=8_192)
    answer = leumund("import", pages, "--project", project)
    assert answer.status == 1
    assert_three_lines(answer, "LM300", str(small_disk))
    assert _stored(project) == before
    ballast.unlink()
    assert not list((project / "data").rglob(".*"))
    assert leumund("import", pages, "--project", project).status == 0
    assert _stored(project) == leumund("posts", pages).out.count("\n")


def test_rows_that_do_not_fit_on_the_disk_leave_no_half_file(small_disk: Path, leumund: Leumund, pages: Path) -> None:
    _fill(small_disk, leave_bytes=4_096)
    for form in ("jsonl", "csv", "parquet"):
        answer = leumund("posts", pages, "--format", form, "-o", small_disk / f"rows.{form}")
        assert answer.status == 1
        assert_three_lines(answer, "LM300", "rows")
    assert [path.name for path in small_disk.iterdir()] == ["ballast"]


def test_standard_output_on_a_full_disk_is_an_error_too(small_disk: Path, pages: Path) -> None:
    _fill(small_disk, leave_bytes=4_096)
    command = f"{sys.executable} -m leumund posts {pages} > {small_disk / 'rows.jsonl'}"
    done = subprocess.run(["bash", "-c", command], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "DiskFull (LM300)" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_read_only_folder_is_named_by_every_command_that_writes(
    read_only_disk: Path, leumund: Leumund, pages: Path
) -> None:
    commands = [
        ("import", pages, "--project", read_only_disk),
        ("run", "--project", read_only_disk),
        ("init", read_only_disk.parent / "other"),
        ("posts", pages, "-o", read_only_disk / "rows.jsonl"),
        ("posts", pages, "--format", "parquet", "-o", read_only_disk / "rows.parquet"),
    ]
    for command in commands:
        answer = leumund(*command)
        assert answer.status == 1, command
        assert_three_lines(answer, "LM301", str(read_only_disk.parent))
