"""The commands that work in a project: each does its work once, says what it did, and names the next."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leumund import world
from leumund.cli import main
from leumund.errors import LeumundError
from leumund.loop import open_project
from tests.cli.conftest import Leumund


@pytest.fixture(scope="module")
def walked(market: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project on the small simulated market, labels taken, the walk done."""
    folder = tmp_path_factory.mktemp("walked") / "mybrand"
    brands = [part for brand in world.BRANDS for part in ("--brand", brand.name)]
    commands = [
        ["init", str(folder), *brands],
        ["import", str(market / "pages"), "--project", str(folder)],
        ["label", "take", str(next((market / "truth").glob("labels*.csv"))), "--project", str(folder)],
        ["run", "--project", str(folder)],
    ]
    before = sys.argv
    os.environ["LEUMUND_KEY_FILE"] = str(tmp_path_factory.getbasetemp() / "pseudonym.key")
    for command in commands:
        sys.argv = ["leumund", *command]
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code == 0, command
    sys.argv = before
    yield folder


@pytest.fixture
def project_walked(walked: Path, tmp_path: Path) -> Path:
    """A copy of the walked project, to be changed."""
    return Path(shutil.copytree(walked, tmp_path / "mybrand"))


def test_before_the_first_run_there_is_nothing_to_show(leumund: Leumund, project: Path) -> None:
    for command in (("run",), ("picture",), ("publish", "--title", "t"), ("read",)):
        answer = leumund(*command, "--project", project)
        assert (answer.status, answer.out) == (1, ""), command
        assert answer.err.startswith("NothingToShow (LM123): ")
        assert "leumund import PAGE" in answer.err


def test_init_leaves_an_existing_project_as_it_is(leumund: Leumund, project: Path) -> None:
    (project / "leumund.toml").write_text('[[brands]]\nname = "Mine"\n')
    answer = leumund("init", project, "--brand", "Other")
    assert answer.status == 0
    assert "left as it is" in answer.err
    assert (project / "leumund.toml").read_text() == '[[brands]]\nname = "Mine"\n'


def test_the_same_again_changes_nothing(leumund: Leumund, project_walked: Path, market: Path) -> None:
    snapshot_id = open_project(project_walked).store.current().snapshot_id
    brought = leumund("import", market / "pages", "--project", project_walked)
    assert brought.status == 0
    assert brought.err.startswith("0 new posts from 0 files; ")
    labels = next((market / "truth").glob("labels*.csv"))
    assert leumund("label", "take", labels, "--project", project_walked).err.startswith("0 new labels of ")
    for command in ("run", "read"):
        assert leumund(command, "--project", project_walked).err.startswith("nothing new. ")
    assert open_project(project_walked).store.current().snapshot_id == snapshot_id


def test_the_picture_comes_as_html_in_both_languages_and_as_json(
    leumund: Leumund, project_walked: Path, tmp_path: Path
) -> None:
    for language, word in (("de", "Was die Leute sagen"), ("en", "What people say")):
        answer = leumund("picture", "--project", project_walked, "--language", language)
        assert answer.status == 0
        report = Path(answer.out.strip())
        assert report.parent == project_walked / "reports"
        assert word in report.read_text(encoding="utf-8")
    file = tmp_path / "picture.json"
    assert leumund("picture", "--project", project_walked, "--format", "json", "-o", file).out == f"{file}\n"
    assert json.loads(file.read_text(encoding="utf-8"))["estimates"]


def test_every_post_behind_a_figure_can_be_listed(leumund: Leumund, project_walked: Path, tmp_path: Path) -> None:
    file = tmp_path / "picture.json"
    leumund("picture", "--project", project_walked, "--format", "json", "-o", file)
    figures = json.loads(file.read_text(encoding="utf-8"))["estimates"]
    figure = next(
        row
        for row in figures
        if (row["measure"], row["counted"], row["period"], row["aspect"]) == ("net_index", "posts", "all", "")
    )
    answer = leumund("picture", "--project", project_walked, "--figure", figure["figure_id"])
    rows = [json.loads(line) for line in answer.out.splitlines()]
    assert len(rows) == figure["n_posts"] > 0
    assert all(row["text"] and row["post_id"] for row in rows)
    unknown = leumund("picture", "--project", project_walked, "--figure", "0123")
    assert (unknown.status, unknown.out) == (2, "")


def test_a_published_page_that_was_altered_is_told(leumund: Leumund, project_walked: Path, tmp_path: Path) -> None:
    copied = tmp_path / "project"
    shutil.copytree(project_walked, copied)
    page = Path(leumund("publish", "--title", "Second quarter", "--project", copied).out.split()[0])
    assert leumund("publish", "--check", "--project", copied).status == 0
    page.write_text(page.read_text(encoding="utf-8").replace("Index", "Xndex"), encoding="utf-8")
    told = leumund("publish", "--check", "--project", copied)
    assert told.status == 1
    assert "LM124" in told.err
    assert page.parent.name in told.err


def test_a_published_report_that_is_lost_does_not_keep_the_others_from_being_checked(
    leumund: Leumund, project_walked: Path, tmp_path: Path
) -> None:
    copied = tmp_path / "project"
    shutil.copytree(project_walked, copied)
    lost = Path(leumund("publish", "--title", "First", "--project", copied).out.split()[0])
    told = leumund("publish", "--title", "Second", "--project", copied)
    assert "published before, as “First”" in told.err
    lost.with_name("de.json").unlink()
    told = leumund("publish", "--title", "Second", "--project", copied)
    assert told.status == 0
    kept = Path(told.out.split()[0]).parent
    assert kept.name != lost.parent.name
    told = leumund("publish", "--check", "--project", copied)
    assert told.status == 1
    assert lost.parent.name in told.err
    assert kept.name not in told.err
    assert (kept / "amendments.de.html").is_file()


def test_a_report_is_published_once_and_stays(leumund: Leumund, project_walked: Path) -> None:
    first = leumund("publish", "--title", "Third quarter", "--project", project_walked)
    assert first.status == 0
    german, english = map(Path, first.out.split())
    frozen = german.read_bytes()
    again = leumund("publish", "--title", "Third quarter", "--project", project_walked)
    assert again.out == first.out
    assert "published before" in again.err
    assert german.read_bytes() == frozen
    assert english.with_suffix(".json").is_file()
    assert not list((project_walked / "reports").rglob(".*"))
    with open_project(project_walked).ledger() as ledger:
        assert ledger.publications()["title"].to_pylist() == ["Third quarter"]


def test_the_doctor_counts_what_is_there_and_sees_what_is_missing(leumund: Leumund, project_walked: Path) -> None:
    answer = leumund("doctor", "--project", project_walked)
    assert answer.status == 0
    assert "project: 1000 posts, " in answer.out
    assert "0 6 * * 1" in answer.out
    part = next((project_walked / "data" / "posts").glob("*.parquet"))
    part.unlink()
    broken = leumund("doctor", "--project", project_walked)
    assert broken.status == 1
    assert broken.err.startswith("DamagedProject (LM124): ")
    assert part.name in broken.err


def test_the_line_for_cron_works_with_what_cron_knows(leumund: Leumund, project_walked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "100 % Netz"
    shutil.copytree(project_walked, folder)
    line = next(line for line in leumund("doctor", "--project", folder).out.splitlines() if "0 6 * * 1" in line)
    command = line.partition("0 6 * * 1 ")[2].replace(r"\%", "%")
    done = subprocess.run(
        ["/bin/sh", "-c", command], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert {path.suffix for path in (folder / "reports").iterdir()} >= {".html", ".eml"}


def test_a_second_writer_is_told_to_wait(leumund: Leumund, project_walked: Path, market: Path) -> None:
    with open_project(project_walked).store.writer():
        answer = leumund("import", market / "pages", "--project", project_walked)
    assert answer.status == 1
    assert answer.err.startswith("ProjectBusy (LM122): ")


def test_a_preview_takes_the_projects_zone_and_stores_nothing(leumund: Leumund, project: Path, tmp_path: Path) -> None:
    settings = project / "leumund.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("Europe/Berlin", "Asia/Tokyo"), encoding="utf-8")
    table = tmp_path / "rows.csv"
    table.write_text("Datum,Beitrag\n03.04.2020 12:00,gut\n", encoding="utf-8")
    answer = leumund("import", table, "--project", project, "--preview")
    shown = json.loads(answer.out)
    assert answer.status == 0
    assert shown["first_dates"][0]["read"] == "2020-04-03T12:00:00+09:00"
    assert shown["columns"] == {"posted_at": "Datum", "text": "Beitrag"}
    assert not (project / "data").exists()


def test_from_python_the_same_words_open_the_same_project(walked: Path) -> None:
    import leumund as package

    picture = package.open(walked).picture()
    assert picture.own == world.OWN_BRAND
    with pytest.raises(LeumundError):
        package.open(walked.parent)


def test_the_picture_of_a_stretch_of_days_has_a_name_of_its_own(leumund: Leumund, project_walked: Path) -> None:
    days = open_project(project_walked).picture().period_end
    answer = leumund("picture", "--project", project_walked, "--since", f"{days:%Y}-01", "--language", "en")
    assert answer.status == 0, answer.err
    report = Path(answer.out.strip())
    assert f".{days:%Y}-01-01_.en.html" in report.name
    assert "A stretch of time: " in report.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--since", "2024-03-01", "--until", "2024-02-01"), 2, "before it begins on 2024-03-01"),
        (("--since", "bald"), 2, "not understood as a date: “bald”"),
        (("--until", "31.2.2024"), 2, "--until"),
        (("--until", "1999-12"), 1, "no post about a watched brand from "),
    ],
)
def test_a_stretch_of_days_that_cannot_be_is_refused_with_the_next_step(
    leumund: Leumund, project_walked: Path, options: tuple[str, ...], code: int, said: str
) -> None:
    answer = leumund("picture", "--project", project_walked, *options)
    assert (answer.status, answer.out) == (code, "")
    assert said in answer.err
    assert "next: " in answer.err
