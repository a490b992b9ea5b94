"""What moved between two periods is told apart: opinions, another mix, a gap, or nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leumund.loop import Project
from leumund.picture.change import steps
from leumund.picture.spans import last_full_week, missing_share, pairs
from leumund.step import Whole
from tests.walks import Talk, talking_project
from tests.weeks import filled

SIDES = {"before": (date(2024, 5, 6), date(2024, 6, 2)), "after": (date(2024, 6, 3), date(2024, 6, 30))}
OTHER_TONE = {"a.example": 0.8, "b.example": 0.9}


def rows(project: Project, table: str, **where: str) -> list[dict[str, Any]]:
    read = project.store.read(project.store.current(), table).to_pylist()
    return [row for row in read if all(row[name] == value for name, value in where.items())]


def verdicts(project: Project) -> dict[str, str]:
    own = project.settings.own_brand.name
    return {row["span"]: row["verdict"] for row in rows(project, "changes", brand=own)}


def parts(project: Project, span: str) -> dict[str, dict[str, Any]]:
    found = rows(project, "changes", brand=project.settings.own_brand.name, span=span)
    return {row["part"]: row for row in found}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return talking_project(tmp_path_factory.mktemp("quiet") / "project", Talk(a_day=8))


@pytest.fixture(scope="module")
def louder(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return talking_project(tmp_path_factory.mktemp("louder") / "project", Talk(good_after=OTHER_TONE))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    talk = Talk(a_day=20, share_of_b=(0.15, 0.85), good={"a.example": 0.1, "b.example": 0.9})
    return talking_project(tmp_path_factory.mktemp("mixed") / "project", talk)


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Project:
    talk = Talk(a_day=8, silent={"b.example": (17, 8)})
    return talking_project(tmp_path_factory.mktemp("silent") / "project", talk)


def test_nothing_is_shown_where_nothing_changed(quiet: Project) -> None:
    assert verdicts(quiet) == {"four_weeks": "no_change_shown", "quarter": "no_change_shown"}


def test_another_tone_is_a_change(louder: Project) -> None:
    assert verdicts(louder) == {"four_weeks": "up", "quarter": "up"}
    opinion = parts(louder, "four_weeks")["opinion"]
    assert 0 < opinion["low"] < opinion["value"] < opinion["high"]


def test_more_posts_of_a_kinder_venue_are_another_mix_and_no_opinion(mixed: Project) -> None:
    found = parts(mixed, "four_weeks")
    assert found["total"]["verdict"] == "mix_only"
    assert found["opinion"]["low"] < 0 < found["opinion"]["high"]
    assert found["venues"]["low"] > 0


def test_a_forum_removed_for_ten_days_is_said_once_and_is_no_change(silent: Project, quiet: Project) -> None:
    assert verdicts(silent)["four_weeks"] == "gap"
    assert verdicts(silent)["quarter"] == "no_change_shown"
    assert [row["day"].isoformat() for row in rows(silent, "coverage", problem="gap")] == [
        f"2024-06-{day}" for day in range(13, 23)
    ]
    assert rows(quiet, "coverage", problem="gap") == []


@pytest.mark.parametrize("days", [10, 28])
def test_a_forum_that_is_not_collected_to_the_end_is_no_change_either(tmp_path: Path, days: int) -> None:
    good = {"a.example": 0.1, "b.example": 0.9}
    talk = Talk(a_day=20, good=good, share_of_b=(0.5, 0.5), silent={"b.example": (days - 1, 0)})
    project = talking_project(tmp_path / "project", talk)
    assert verdicts(project)["four_weeks"] == "gap"
    assert len(rows(project, "coverage", problem="gap")) == days
    last = max(rows(project, "watched_weeks", brand=talk.brand), key=lambda row: row["week"])
    assert last["state"] == "gap"
    (week,) = (
        row
        for row in rows(project, "estimates", brand=talk.brand, measure="net_index", aspect="", counted="posts")
        if row["period"] == "week" and row["period_start"] == last["week"]
    )
    assert (week["verdict"], week["value"]) == ("gap", None)


def test_what_one_side_could_not_hear_the_other_does_not_use(silent: Project) -> None:
    days = {row["day"] for row in rows(silent, "left_out", span="four_weeks", venue="b.example")}
    assert days == {date(2024, 6, day) for day in range(13, 23)} | {
        *(date(2024, 5, day) for day in range(16, 26)),
    }
    assert rows(silent, "left_out", venue="a.example") == []


@pytest.mark.parametrize("span", ["four_weeks", "quarter"])
def test_parts_and_drivers_add_up_to_the_total(louder: Project, span: str) -> None:
    found = parts(louder, span)
    total = found["total"]["value"]
    assert sum(found[name]["value"] for name in ("venues", "authors", "opinion", "reader")) == pytest.approx(total)
    drivers = rows(louder, "drivers", span=span, brand=louder.settings.own_brand.name)
    assert sum(row["value"] for row in drivers) == pytest.approx(total)
    for when in ("share_before", "share_after"):
        assert sum(row[when] for row in drivers if row["part"] == "rate") == pytest.approx(1)


def test_the_total_is_the_change_of_the_counted_index(louder: Project) -> None:
    own = louder.settings.own_brand.name
    said = rows(louder, "opinions", brand=own, aspect="")
    middle = {}
    for row in rows(louder, "spans", span="quarter"):
        within = [opinion["y"] for opinion in said if row["first"] <= opinion["day"] <= row["last"]]
        middle[row["side"]] = sum(within) / len(within) / 100
    total = parts(louder, "quarter")["total"]
    ratio = total["value"] / (middle["after"] - middle["before"])
    assert 0 < ratio < 3  # the machine's verdicts at their worth
    for row in rows(louder, "changes", part="total", brand=own):
        assert row["n_before"] + row["n_after"] <= len(said)


def test_the_posts_behind_a_rise_are_of_the_later_period_kind_and_by_many(louder: Project) -> None:
    opinion = parts(louder, "four_weeks")["opinion"]
    behind = [row for row in rows(louder, "evidence") if row["figure_id"] == opinion["figure_id"]]
    assert len(behind) == 20
    assert all(row["p_positive"] > row["p_negative"] for row in behind)
    assert all(opinion["after_first"] <= row["posted_at"].date() <= opinion["after_last"] for row in behind)
    authors = {row["post_id"]: row["author_key"] for row in rows(louder, "posts")}
    assert len({authors[row["post_id"]] for row in behind}) == len(behind)


def test_without_labels_nothing_is_said_about_opinions(tmp_path: Path) -> None:
    project = talking_project(tmp_path / "project", Talk(good_after=OTHER_TONE), labelled=False)
    assert set(verdicts(project).values()) == {"unproven"}


def posts_of_a_class(side: str, n: int, y: int, *, heavy: bool) -> list[dict[str, Any]]:
    kind, first = ("heavy" if heavy else "other"), SIDES[side][0]
    return [
        {"span": "four_weeks", "brand": "Own", "side": side, "venue": "a.example", "week": first, "heavy": heavy,
         "author": f"{kind} {number % (n // 4)}", "thread": f"{side} {number // 2}", "n_posts": 1,
         "y": y + (3_000 if number % 2 else -3_000)}
        for number in range(n)
    ]  # fmt: skip


def verdicts_on(day: date, n_good: int, n_bad: int) -> list[dict[str, Any]]:
    """Verdicts that a machine follows by half: praise reads 0 or 100, blame −100 or 0."""
    signs = [1] * n_good + [-1] * n_bad
    return [
        {"post_id": f"{day} {number}", "brand": "Own", "author": str(number), "thread": f"{day} {number}",
         "venue": "a.example", "day": day, "label_y": 10_000 * sign, "weight": 1.0,
         "machine_y": 5_000 * (sign + (1 if number % 2 else -1))}
        for number, sign in enumerate(signs)
    ]  # fmt: skip


def test_a_timid_reader_shows_other_authors_in_part_and_they_are_told_in_full_and_not_as_opinions() -> None:
    said = [
        *posts_of_a_class("before", 40, -2_000, heavy=True),
        *posts_of_a_class("before", 120, 2_000, heavy=False),
        *posts_of_a_class("after", 120, -2_000, heavy=True),
        *posts_of_a_class("after", 40, 2_000, heavy=False),
    ]
    judged = [
        *verdicts_on(date(2024, 1, 8), 60, 60),
        *verdicts_on(date(2024, 5, 14), 36, 24),
        *verdicts_on(date(2024, 6, 11), 24, 36),
    ]
    tables = {
        "contrasts": filled("contrasts", said),
        "aspect_contrasts": filled("aspect_contrasts", []),
        "judged": filled("judged", judged),
        "guideline_bridges": filled("guideline_bridges", []),
        "spans": filled("spans", [
            {"span": "four_weeks", "side": side, "first": first, "last": last} for side, (first, last) in SIDES.items()
        ]),
    }  # fmt: skip
    step = steps("Own", (), level=0.95, min_posts=5)[-1]
    assert isinstance(step, Whole)
    found = {row["part"]: row["value"] for row in step.run(tables)["changes"].to_pylist()}
    assert found["total"] == pytest.approx(-20, abs=0.5)  # as the machine counts
    assert found["authors"] == pytest.approx(-40, abs=1)
    assert found["opinion"] == pytest.approx(0, abs=1)
    assert sum(found[part] for part in ("venues", "authors", "opinion", "reader")) == pytest.approx(found["total"])


def test_only_full_weeks_and_quarters_are_compared() -> None:
    assert last_full_week(date(2024, 6, 30)) == date(2024, 6, 30)
    assert last_full_week(date(2024, 6, 29)) == date(2024, 6, 23)
    found = {name: (before, after) for name, before, after in pairs(date(2023, 1, 1), date(2024, 6, 29))}
    assert found["quarter"] == (
        (date(2023, 10, 1), date(2023, 12, 31)),
        (date(2024, 1, 1), date(2024, 3, 31)),
    )
    assert found["four_weeks"] == (
        (date(2024, 4, 29), date(2024, 5, 26)),
        (date(2024, 5, 27), date(2024, 6, 23)),
    )
    assert list(pairs(date(2024, 5, 1), date(2024, 6, 20))) == []


def test_what_is_missing_is_weighed_by_what_was_expected() -> None:
    days = [
        {"day": date(2024, 6, day), "expected": 3.0 if day < 6 else None, "seen": 0 if day < 3 else 3,
         "problem": "gap" if day < 3 else ""}
        for day in range(1, 11)
    ]  # fmt: skip
    assert missing_share(days, date(2024, 6, 1), date(2024, 6, 10)) == 2_000
    assert missing_share(days, date(2024, 7, 1), date(2024, 7, 10)) == 0
