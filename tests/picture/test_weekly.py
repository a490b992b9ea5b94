"""The weekly watch on a project: silent where nothing changes, loud where it does, deaf to gaps."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from leumund.loop import Project
from tests.walks import Talk, talking_project


def watched(project: Project) -> list[dict[str, Any]]:
    read = project.store.read(project.store.current(), "watched_weeks").to_pylist()
    return sorted((row for row in read if row["brand"] == project.settings.own_brand.name), key=lambda row: row["week"])


def test_a_forum_that_is_not_collected_raises_no_alarm_and_its_weeks_are_passed_over(tmp_path: Path) -> None:
    talk = Talk(a_day=10, good={"a.example": 0.1, "b.example": 0.9}, silent={"b.example": (24, 10)})
    weeks = watched(talking_project(tmp_path / "project", talk, labelled=False))
    states = Counter(row["state"] for row in weeks)
    assert states["up"] + states["down"] == 0
    assert {row["week"] for row in weeks if row["state"] == "gap"} == {
        date(2024, 6, 3),
        date(2024, 6, 10),
        date(2024, 6, 17),
    }
    assert states["learning"] == 8


def test_another_tone_raises_an_alarm_and_opens_the_weeks_posts(tmp_path: Path) -> None:
    talk = Talk(a_day=10, good_after={"a.example": 0.9, "b.example": 0.95})
    project = talking_project(tmp_path / "project", talk, labelled=False)
    alarms = [row for row in watched(project) if row["state"] == "up"]
    assert alarms and alarms[0]["week"] >= date(2024, 6, 3)
    evidence = project.store.read(project.store.current(), "evidence").to_pylist()
    assert any(row["figure_id"] == alarms[0]["figure_id"] for row in evidence)
