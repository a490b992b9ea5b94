"""The door of campaigns: a plain sentence first, plans before the start, near names, and nothing the second time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leumund.loop import init_project, open_project
from leumund.picture.plans import Asked
from leumund.settings import BrandSetting
from tests.cli.conftest import Leumund
from tests.weeks import BRANDS, START, Weeks, tables

AHEAD = (datetime.now(UTC) + timedelta(days=40)).date()


def project_of(folder: Path, market: Weeks) -> Path:
    """A project whose last run left the market's weekly figures."""
    project = init_project(folder, [BrandSetting(name, own=name == "Own") for name in BRANDS])
    parts = {name: [project.store.write(name, "1.parquet", rows)] for name, rows in tables(market).items()}
    project.store.commit(project.store.current().with_parts(parts))
    return folder


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project_of(tmp_path_factory.mktemp("moved"), Weeks(effect=16.0))


def entries(folder: Path) -> list[dict[str, Any]]:
    with open_project(folder).ledger() as ledger:
        return ledger.campaigns().to_pylist()


def test_the_first_line_is_the_verdict_with_effect_and_interval(leumund: Leumund, moved: Path) -> None:
    answer = leumund("campaign", "Lights", "--start", START, "--project", moved, "--language", "en")
    assert answer.status == 0
    first = answer.out.splitlines()[0]
    assert first.startswith(
        "Own: since 1 January 2024 the index has been higher than the competitors lead one to expect"
    )
    assert "to +" in first
    assert "Not planned beforehand" in answer.out
    assert "second opinion" in answer.out
    assert "Left in its place" in answer.out


def test_german_is_spoken_where_asked_for(leumund: Leumund, moved: Path) -> None:
    answer = leumund("campaign", "Lichter", "--start", "1.1.2024", "--project", moved, "--language", "de")
    assert "Seit dem 1. Januar 2024 liegt der Index höher" in answer.out
    assert "Nicht vorher geplant" in answer.out


def test_json_holds_the_same_and_every_week(leumund: Leumund, moved: Path) -> None:
    answer = leumund("campaign", "Lights", "--start", START, "--project", moved, "--format", "json")
    told = json.loads(answer.out)
    assert (told["verdict"], told["support"], told["plan"]["kind"]) == ("rose", "borrowed", "none")
    assert told["effect"]["low"] < 16 < told["effect"]["high"]
    assert len(told["weeks"]) == 78


def test_the_same_command_again_changes_nothing(leumund: Leumund, moved: Path) -> None:
    command = ("campaign", "Twice", "--start", START, "--project", moved, "--format", "json")
    first = leumund(*command)
    kept = entries(moved)
    assert leumund(*command).out == first.out
    assert entries(moved) == kept


def test_a_campaign_written_down_needs_no_start_the_next_time(leumund: Leumund, moved: Path) -> None:
    leumund("campaign", "Known", "--start", START, "--weeks", 8, "--project", moved)
    told = json.loads(leumund("campaign", "Known", "--project", moved, "--format", "json").out)
    assert told["n_after"] == 8


def test_a_plan_is_kept_with_its_digest_and_evaluates_nothing(leumund: Leumund, tmp_path: Path) -> None:
    folder = project_of(tmp_path, Weeks())
    command = ("campaign", "Spring", "--start", AHEAD, "--weeks", 13, "--plan", "--project", folder)
    answer = leumund(*command)
    assert answer.status == 0
    (kept,) = entries(folder)
    assert kept["digest"] in answer.out
    assert (kept["planned"], kept["weeks_after"], kept["brand"]) == (True, 13, "Own")
    assert "Next: " in answer.err
    assert leumund(*command).out == answer.out
    assert entries(folder) == [kept]


def test_before_the_start_nothing_can_be_said_and_the_plan_stays(leumund: Leumund, tmp_path: Path) -> None:
    folder = project_of(tmp_path, Weeks())
    leumund("campaign", "Spring", "--start", AHEAD, "--plan", "--project", folder)
    answer = leumund("campaign", "Spring", "--project", folder, "--language", "en")
    assert answer.status == 1
    assert "cannot be said. It begins after the last week" in answer.out
    assert "Planned beforehand" in answer.out
    assert "The same command once more after the start" in answer.out


def test_a_campaign_without_a_name_is_refused(leumund: Leumund, moved: Path) -> None:
    answer = leumund("campaign", " ", "--start", START, "--project", moved)
    assert (answer.status, "needs a name" in answer.err) == (2, True)


@pytest.mark.parametrize(
    ("more", "status", "seen"),
    [
        (("--start", "2024-01-01", "--plan"), 2, "a plan must stand before it"),
        (("--start", "32.13.2024"), 2, "not understood as a date"),
        (("--start", "2024-01-01", "--brand", "Owm"), 2, "“Own”"),
        (("--start", "2024-01-01", "--rival", "Lefd"), 2, "“Left”"),
        (("--start", "2024-01-01", "--counted", "author"), 2, "authors"),
        ((), 2, "add --start DATE"),
        (("--start", "2023-03-06"), 1, ""),
    ],
)
def test_a_mistake_is_never_status_0(
    leumund: Leumund, moved: Path, more: tuple[str, ...], status: int, seen: str
) -> None:
    answer = leumund("campaign", "Wrong", "--project", moved, *more)
    assert answer.status == status, answer
    assert seen in answer.err


def test_too_few_weeks_are_a_reason_not_a_number(leumund: Leumund, moved: Path) -> None:
    answer = leumund("campaign", "Early", "--start", "2023-03-06", "--project", moved, "--language", "en")
    assert "Only 9 weeks before the start can be used; 26 are needed" in answer.out
    assert answer.status == 1


def test_a_project_without_a_run_says_what_to_do(leumund: Leumund, project: Path) -> None:
    answer = leumund("campaign", "Spring", "--start", "2024-01-01", "--project", project)
    assert answer.status == 1
    assert "NothingToShow" in answer.err
    assert entries(project) == []


def test_a_page_of_its_own_holds_index_placebos_and_what_came_from_outside(
    leumund: Leumund, moved: Path, tmp_path: Path
) -> None:
    table, page = tmp_path / "orders.csv", tmp_path / "page.html"
    table.write_text("week;orders\n2023-12-18;900\n2024-01-08;1100\n", encoding="utf-8")
    command = ("campaign", "Page", "--start", START, "--project", moved, "--outside", table)
    answer = leumund(*command, "--format", "html", "-o", page)
    assert (answer.status, answer.out) == (0, f"{page}\n")
    for part in ("campaign-1", "campaign-1-checks", "campaign-1-outside"):
        assert f'<section id="{part}"' in page.read_text(encoding="utf-8")
    with_orders = json.loads(leumund(*command, "--format", "json").out)
    without = json.loads(leumund(*command[:-2], "--format", "json").out)
    assert with_orders["effect"] == without["effect"]
    assert [one["name"] for one in with_orders["outside"]] == ["orders"]


def test_a_bad_outside_file_is_told_with_file_row_and_next_step(leumund: Leumund, moved: Path, tmp_path: Path) -> None:
    table = tmp_path / "orders.csv"
    command = ("campaign", "Bad", "--start", START, "--project", moved, "--outside", table)
    table.write_text("week;orders\n2024-01-08;many\n2024-01-15;3\n", encoding="utf-8")
    answer = leumund(*command)
    assert answer.status == 1
    assert "orders.csv, row 1" in answer.err
    assert "mend the cell" in answer.err
    table.write_text("week;orders\n1990-01-08;4\n1990-01-15;3\n", encoding="utf-8")
    assert "no week in common" in leumund(*command, "--language", "en").out
    table.write_text("week;orders\nsoon;many\n", encoding="utf-8")
    assert leumund(*command).status == 1
    table.unlink()
    assert leumund(*command).status == 2
    assert all(entry["name"] != "Bad" or not entry["planned"] for entry in entries(moved))


def test_a_campaign_that_was_looked_at_stands_in_the_picture(moved: Path) -> None:
    project = open_project(moved)
    terms = project.campaign_terms(Asked("Shown", starts_on=START))
    said = project.evaluate_campaign(terms, by="kim")
    assert said in project.campaigns()
