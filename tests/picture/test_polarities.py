"""Shares of blame, neutral and praise by aspect: put right with the labels, and open down to their posts."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from leumund.loop import Project
from leumund.picture.polarities import POLARITIES
from leumund.tables import Polarity
from tests.walks import BRANDS, Talk, labelled_market, talking_project

OWN = BRANDS[0].name
Key = tuple[str, str, str]


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return labelled_market(tmp_path_factory.mktemp("market"))


def shares(project: Project) -> dict[Key, Polarity]:
    return {(row.brand, row.aspect, row.polarity): row for row in project.picture().polarities}


def said_by_people(project: Project) -> dict[Key, float]:
    """What the labels would give if every post were judged, by the rule after which `label_some` judges."""
    opinions = project.store.read(project.store.current(), "opinions").to_pylist()
    whole = {(row["post_id"], row["brand"]): row["y"] for row in opinions if row["aspect"] == ""}
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in opinions:
        y = whole[row["post_id"], row["brand"]]
        verdict = "positive" if y > 3_000 else "negative" if y < -1_000 else "neutral"
        found[OWN if row["brand"] == OWN else "", row["aspect"]].append(verdict)
    return {
        (*key, name): verdicts.count(name) / len(verdicts) for key, verdicts in found.items() for name in POLARITIES
    }


def test_the_three_shares_of_an_aspect_add_up_to_one_and_lie_in_their_intervals(market: Project) -> None:
    found = shares(market)
    told = {key[:2] for key, row in found.items() if row.value is not None}
    assert {("", ""), (OWN, "")} <= told
    assert len(told) > 10
    for key in told:
        rows = [found[(*key, name)] for name in POLARITIES]
        assert sum(row.value or 0 for row in rows) == pytest.approx(1, abs=1e-5)
        assert all(0 <= (row.low or 0) <= (row.value or 0) <= (row.high or 0) <= 1 for row in rows)


def test_what_people_would_say_of_all_posts_lies_in_the_intervals_where_the_machines_count_does_not(
    market: Project,
) -> None:
    found, truth = shares(market), said_by_people(market)
    told = [(row, truth[key]) for key, row in found.items() if row.value is not None and row.low is not None]
    held = sum((row.low or 0) <= true <= (row.high or 0) for row, true in told)
    assert held >= 0.93 * len(told), (held, len(told))
    off = [abs((row.value or 0) - true) for row, true in told]
    machine_off = [abs((row.machine_value or 0) - true) for row, true in told]
    assert sum(off) < 0.6 * sum(machine_off)


def test_without_labels_nothing_is_put_right_and_it_is_said(tmp_path: Path) -> None:
    project = talking_project(tmp_path / "project", Talk(days=60), labelled=False)
    rows = [row for row in shares(project).values() if row.value is not None]
    assert rows
    assert {row.support for row in rows} == {"unproven"}
    assert all(row.value == pytest.approx(row.machine_value, abs=1e-6) for row in rows)


def test_posts_behind_a_share_are_of_its_polarity_and_of_many_authors(market: Project) -> None:
    picture = market.picture()
    opinions = market.store.read(market.store.current(), "opinions").to_pylist()
    author = {row["post_id"]: row["author"] for row in opinions}
    behind = defaultdict(list)
    for row in picture.evidence:
        behind[row.figure_id].append(row)
    told = [row for row in picture.polarities if row.aspect == "" and row.value is not None]
    assert len(told) == 6
    for share in told:
        posts = behind[share.figure_id]
        assert len(posts) == (10 if share.brand == OWN else 5)
        assert len({author[post.post_id] for post in posts}) == len(posts)
        for post in posts:
            chance = {name: getattr(post, f"p_{name}") for name in POLARITIES}
            assert chance[share.polarity] == max(chance.values())


def test_a_verdict_put_right_by_hand_is_certain(tmp_path: Path) -> None:
    project = talking_project(tmp_path / "project", Talk(days=60), labelled=False)
    before = shares(project)[OWN, "", "negative"]
    opinions = project.store.read(project.store.current(), "opinions").to_pylist()
    chosen = max((row for row in opinions if row["aspect"] == ""), key=lambda row: row["y"])
    reading = next(
        row
        for row in project.store.read(project.store.current(), "readings").to_pylist()
        if (row["post_id"], row["brand"], row["aspect"]) == (chosen["post_id"], OWN, "")
    )
    project.override(chosen["post_id"], field="polarity", value="negative", reason="irony", by="clerk", brand=OWN)
    project.run()
    after = shares(project)[OWN, "", "negative"]
    moved = (10_000 - reading["p_negative"]) / 10_000 / before.n_posts
    assert (after.machine_value or 0) - (before.machine_value or 0) == pytest.approx(moved, abs=2e-6)


def test_a_stretch_of_days_has_shares_of_its_own(market: Project) -> None:
    first, last = date(2024, 1, 10), date(2024, 5, 20)
    asked, whole = market.picture(since=first, until=last), market.picture()
    told = {(row.brand, row.aspect, row.polarity): row for row in asked.polarities}
    assert (told[OWN, "", "negative"].first, told[OWN, "", "negative"].last) == (first, last)
    assert told[OWN, "", "negative"].n_posts < shares(market)[OWN, "", "negative"].n_posts
    assert told[OWN, "", "negative"].n_labels == shares(market)[OWN, "", "negative"].n_labels
    assert not {row.figure_id for row in asked.polarities} & {row.figure_id for row in whole.polarities}
    assert {row.figure_id for row in asked.polarities} & {row.figure_id for row in asked.evidence}
