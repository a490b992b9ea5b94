"""A report of a stretch of days: its figures are made from its posts, like those of a quarter."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leumund.errors import NothingToShow, WrongUse
from leumund.loop import Project
from leumund.tables import Estimate
from tests.walks import BRANDS, Talk, labelled_market, talking_project

OWN = BRANDS[0].name
TOLD = (
    "value",
    "low",
    "high",
    "machine_value",
    "support",
    "gap_share",
    "n_posts",
    "n_authors",
    "n_threads",
    "n_labels",
)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return labelled_market(tmp_path_factory.mktemp("market"))


@pytest.fixture(scope="module")
def with_a_gap(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Posts of 196 days to 30 June 2024, of which one forum is silent for ten, 51 to 60 days before the end."""
    return talking_project(tmp_path_factory.mktemp("gap"), Talk(a_day=12, silent={"b.example": (60, 51)}))


def told(figures: tuple[Estimate, ...], period: str, start: date) -> dict[Any, Any]:
    return {
        (one.measure, one.brand, one.rival, one.aspect, one.counted): [getattr(one, name) for name in TOLD]
        for one in figures
        if (one.period, one.period_start) == (period, start)
    }


@pytest.mark.parametrize("kind", ["market", "with_a_gap"])
def test_a_quarter_asked_for_as_a_stretch_of_days_has_the_quarters_figures(
    kind: str, request: pytest.FixtureRequest
) -> None:
    project: Project = request.getfixturevalue(kind)
    first = date(2024, 4, 1)
    whole, asked = project.picture(), project.picture(since=first, until=date(2024, 6, 30))
    quarter, stretch = told(whole.estimates, "quarter", first), told(asked.estimates, "all", first)
    assert quarter == stretch
    assert len(quarter) > 3
    ids = {one.figure_id for one in whole.estimates}
    assert not ids & {one.figure_id for one in asked.estimates if one.period == "all"}


def test_the_stretch_keeps_the_weeks_and_months_that_lie_within_and_no_other(with_a_gap: Project) -> None:
    asked = with_a_gap.picture(since=date(2024, 2, 20), until=date(2024, 4, 16))
    assert (asked.period_start, asked.period_end) == (date(2024, 2, 20), date(2024, 4, 16))
    months = {one.period_start for one in asked.estimates if one.period == "month"}
    weeks = {one.period_start for one in asked.estimates if one.period == "week"}
    assert months == {date(2024, 3, 1)}
    assert (min(weeks), max(weeks)) == (date(2024, 2, 26), date(2024, 4, 8))
    assert not any(one.period == "quarter" for one in asked.estimates)
    there = {one.figure_id: one for one in with_a_gap.picture().estimates}
    assert all(there[one.figure_id] == one for one in asked.estimates if one.period != "all")
    assert {row.day for row in asked.coverage} <= {date(2024, 2, d) for d in range(20, 30)} | {
        date(2024, 3, d) for d in range(1, 32)
    } | {date(2024, 4, d) for d in range(1, 17)}


def test_an_open_end_keeps_the_last_week_though_it_is_not_over(with_a_gap: Project) -> None:
    whole, since = with_a_gap.picture(), with_a_gap.picture(since=date(2024, 3, 1))
    last = max(one.period_start for one in whole.estimates if one.period == "quarter")
    assert last in {one.period_start for one in since.estimates if one.period == "quarter"}
    assert since.period_end == date(2024, 6, 30)


def test_posts_are_those_of_the_stretch_and_open(with_a_gap: Project) -> None:
    first, last = date(2024, 3, 5), date(2024, 4, 16)
    asked = with_a_gap.picture(since=first, until=last)
    opinions = with_a_gap.store.read(with_a_gap.store.current(), "opinions").to_pylist()
    within = {row["post_id"] for row in opinions if first <= row["day"] <= last and row["brand"] == OWN}
    assert asked.counts.counted == len(within)
    (index,) = [
        one
        for one in asked.estimates
        if (one.measure, one.period, one.aspect, one.counted) == ("net_index", "all", "", "posts")
    ]
    behind = {row["post_id"] for row in with_a_gap.posts_behind(index.figure_id, since=first, until=last)}
    assert behind == within
    shown = [row for row in asked.evidence if row.figure_id == index.figure_id]
    assert shown
    assert {row.post_id for row in shown} <= within


def test_changes_are_those_to_the_end_of_the_stretch(with_a_gap: Project) -> None:
    asked = with_a_gap.picture(until=date(2024, 4, 14))
    assert {row.after_last for row in asked.changes if row.span == "four_weeks"} == {date(2024, 4, 14)}


def test_a_stretch_that_ends_before_it_begins_or_holds_no_post_is_refused_with_the_next_step(
    with_a_gap: Project,
) -> None:
    with pytest.raises(WrongUse, match="ends on 2024-01-01, before it begins on 2024-02-01"):
        with_a_gap.picture(since=date(2024, 2, 1), until=date(2024, 1, 1))
    with pytest.raises(NothingToShow) as refused:
        with_a_gap.picture(since=date(2010, 2, 1), until=date(2010, 3, 1))
    assert refused.value.next_step == "choose days between 2023-12-18 and 2024-06-30"


def test_nothing_is_left_in_the_project(with_a_gap: Project, tmp_path: Path) -> None:
    before = sorted(path for path in with_a_gap.folder.rglob("*"))
    with_a_gap.write_report(tmp_path / "x.html", form="html", language="de", since=date(2024, 3, 1))
    assert sorted(path for path in with_a_gap.folder.rglob("*")) == before
