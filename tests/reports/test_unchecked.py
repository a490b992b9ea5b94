"""Without a label no title of a report tells what the machine alone has counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from leumund.loop import Project
from leumund.reports.layout import laid_out
from tests.walks import Talk, talking_project


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory: pytest.TempPathFactory) -> Project:
    talk = Talk(a_day=12, good_after={"a.example": 0.8, "b.example": 0.9})
    return talking_project(Path(tmp_path_factory.mktemp("unlabelled")) / "project", talk, labelled=False)


@pytest.mark.parametrize(("language", "unchecked"), [("de", "noch nicht geprüft"), ("en", "not yet checked")])
def test_titles_say_that_nothing_is_checked(unlabelled: Project, language: str, unchecked: str) -> None:
    titles = {panel.panel_id: panel.title for panel in laid_out(unlabelled.picture(), language).panels}
    for panel in ("brands", "change", "drivers", "watch", "quarters"):
        assert unchecked in titles[panel], (panel, titles)
    assert len(set(titles.values())) == len(titles)
