"""Projects of which packs are written; nothing changes them."""

from __future__ import annotations

import os
from datetime import date

import pytest

from leumund.loop import Project
from leumund.picture.plans import Asked
from tests.walks import Talk, labelled_market, talking_project

CAMPAIGNS = (
    Asked("spring", starts_on=date(2024, 5, 6)),
    Asked("voices", starts_on=date(2024, 1, 1), counted="authors", weeks_after=20),
    Asked("early", starts_on=date(2022, 11, 7)),  # nothing can be said of it
)


@pytest.fixture(autouse=True, scope="session")
def own_key(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["LEUMUND_KEY_FILE"] = str(tmp_path_factory.mktemp("key") / "pseudonym.key")


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A simulated market of six brands with labels on every third opinion."""
    project = labelled_market(tmp_path_factory.mktemp("market"))
    for asked in CAMPAIGNS:
        project.evaluate_campaign(project.campaign_terms(asked), by="kim")
    return project


@pytest.fixture(scope="session")
def with_a_gap(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One brand in two forums, of which one is silent for ten days."""
    return talking_project(tmp_path_factory.mktemp("gap"), Talk(a_day=12, silent={"b.example": (60, 51)}))
