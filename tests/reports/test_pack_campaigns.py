"""What a campaign did comes out of the pack again, with all that stands beside it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from leumund.loop import Project
from leumund.picture.plans import Asked
from tests.reports.packs import changed, disagrees, of_all_and_some_days, packed, recomputed
from tests.walks import BRANDS, Talk, talking_project


@pytest.fixture(scope="module")
def four_brands(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Four brands that are spoken of every week, no post of seven days in the midst, and two campaigns."""
    silent = dict.fromkeys(("a.example", "b.example"), (129, 123))
    talks = [
        Talk(seed=place, a_day=2 if place else 4, days=300, brand=brand.name, silent=silent)
        for place, brand in enumerate(BRANDS[:4])
    ]
    project = talking_project(tmp_path_factory.mktemp("four"), [post for talk in talks for post in talk.posts()])
    for asked in (
        Asked("June", starts_on=date(2024, 6, 3)),
        Asked("May", starts_on=date(2024, 5, 1), counted="threads", weeks_after=6),  # a Wednesday
    ):
        project.evaluate_campaign(project.campaign_terms(asked), by="kim")
    return project


@pytest.fixture(scope="module")
def pack_of_four_brands(four_brands: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed(four_brands, tmp_path_factory.mktemp("packed") / "pack")


def test_the_effect_of_campaigns_comes_out_again(market: Project, tmp_path: Path) -> None:
    pack = packed(market, tmp_path / "pack")
    told = pq.read_table(pack / "campaigns.parquet").to_pylist()
    assert [row["name"] for row in told] == ["voices", "spring"]
    assert any(row["value"] != row["machine_value"] for row in told)
    assert recomputed(pack, "recompute_campaigns.py") == (0, "2 of 2 campaigns agree to six digits\n")


@pytest.mark.parametrize(
    ("table", "column", "change"),
    [("campaigns", "weeks", lambda weeks: weeks[1:]), ("labels", "label_y", lambda y: min(y, 0))],
    ids=["weeks", "labels"],
)
def test_an_effect_from_other_weeks_or_labels_does_not_agree(
    market: Project, tmp_path: Path, table: str, column: str, change: Callable[[Any], Any]
) -> None:
    pack = packed(market, tmp_path / "pack")
    changed(pack, table, column, change)
    status, told = recomputed(pack, "recompute_campaigns.py")
    assert (status, told.splitlines()[0]) == (1, "0 of 2 campaigns agree to six digits")


@of_all_and_some_days
@pytest.mark.parametrize("kind", ["market", "four_brands"])
def test_placebos_and_which_weeks_of_a_campaign_count_come_out_again(
    kind: str, days: dict[str, date], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pack = packed(request.getfixturevalue(kind), tmp_path / "pack", **days)
    n = sum(len(pq.read_table(pack / f"{name}.parquet")) for name in ("campaigns", "placebos"))
    told = f"{n} of {n} placebos and choices of weeks agree to six digits\n"
    assert recomputed(pack, "recompute_placebos.py") == (0, told)
    assert n > 7


def test_the_pack_tells_what_the_report_shows_beside_a_campaign(
    four_brands: Project, pack_of_four_brands: Path
) -> None:
    campaigns, placebos = (
        pq.read_table(pack_of_four_brands / f"{name}.parquet").to_pylist() for name in ("campaigns", "placebos")
    )
    for number, (row, said) in enumerate(zip(campaigns, four_brands.campaigns(), strict=True)):
        assert said.second is not None
        gaps = [(one.week - row["first_week"]).days // 7 for one in said.left_out if one.why == "gap"]
        assert len(gaps) == 2
        assert not set(gaps) & set(row["weeks"])
        mine = [one for one in placebos if one["campaign"] == number]
        spans = [said.second, *said.placebo_starts, *said.placebo_brands]
        values = [(one.effect.value, one.effect.low, one.effect.high) for one in spans]
        assert [(one["value"], one["low"], one["high"]) for one in mine] == values
        assert [one["kind"] for one in mine].count("brand") == 3
        assert mine[0]["p_value"] == said.second.p_value is not None
        assert mine[0]["weights"] == [weight for _, weight in said.second.weights]
        assert sum(weight > 0 for weight in mine[0]["weights"]) > 1


@pytest.mark.parametrize(
    ("table", "column", "change"),
    [
        ("coverage", "problem", lambda _: ""),
        ("opinions", "y", lambda y: y // 2),
        ("labels", "label_y", lambda y: min(y, 0)),
        ("campaigns", "weeks", lambda weeks: weeks[1:]),
        ("campaigns", "rivals", lambda rivals: rivals[1:]),
        ("campaigns", "weeks_after", lambda _: 2),
        ("placebos", "high", lambda high: high + 2e-6),
        ("placebos", "p_value", lambda p: p and p / 2),
        ("placebos", "weights", lambda weights: weights and weights[::-1]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_placebos_of_which_something_was_changed_do_not_agree(
    pack_of_four_brands: Path, tmp_path: Path, table: str, column: str, change: Callable[[Any], Any]
) -> None:
    pack = shutil.copytree(pack_of_four_brands, tmp_path / "pack")
    changed(pack, table, column, change)
    assert disagrees(pack, "recompute_placebos.py")
