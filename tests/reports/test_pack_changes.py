"""What changed, what moved it and what is watched comes out of the pack again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leumund.loop import Project
from tests.reports.packs import changed, disagrees, of_all_and_some_days, packed, recomputed
from tests.walks import Talk, label_some, talking_project


@pytest.mark.parametrize("kind", ["market", "with_a_gap"])
def test_the_weekly_watch_comes_out_again(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    pack = packed(request.getfixturevalue(kind), tmp_path / "pack")
    weeks = pq.read_table(pack / "watched.parquet")
    n = len(weeks)
    assert recomputed(pack, "recompute_watch.py") == (0, f"{n} of {n} watched weeks agree to six digits\n")
    assert weeks["running"].null_count < n
    assert kind == "market" or "gap" in weeks["state"].to_pylist()


def test_a_watched_week_that_was_changed_does_not_agree(with_a_gap: Project, tmp_path: Path) -> None:
    pack = packed(with_a_gap, tmp_path / "pack")
    changed(pack, "watched", "off", lambda value: None if value is None else value + 0.001)
    assert disagrees(pack, "recompute_watch.py")


@pytest.mark.parametrize(
    ("table", "column", "change"),
    [
        ("coverage", "problem", lambda _: ""),
        ("coverage", "expected", lambda n: None if n is None else 2 * n + 1),
        ("spans", "missing", lambda n: n + 1),
        ("spans", "first", lambda day: day + timedelta(days=1)),
        ("left_out", "day", lambda day: day + timedelta(days=1)),
        ("blocks", "last", lambda day: day - timedelta(days=7)),
        ("changes", "missing", lambda n: n + 1),
        ("changes", "after_last", lambda day: day - timedelta(days=7)),
        ("opinions", "left_out_four_weeks", lambda _: False),
        ("opinions", "left_out_quarter", lambda _: True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_days_left_out_do_not_agree(
    with_a_gap: Project, tmp_path: Path, table: str, column: str, change: Callable[[Any], Any]
) -> None:
    pack = packed(with_a_gap, tmp_path / "pack")
    changed(pack, table, column, change)
    assert disagrees(pack, "recompute_spans.py")


@of_all_and_some_days
@pytest.mark.parametrize("kind", ["market", "with_a_gap"])
def test_changes_and_what_each_aspect_adds_to_them_come_out_again(
    kind: str, days: dict[str, date], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pack = packed(request.getfixturevalue(kind), tmp_path / "pack", **days)
    changes, drivers = (pq.read_table(pack / f"{name}.parquet") for name in ("changes", "drivers"))
    assert len(changes) > 0
    assert recomputed(pack, "recompute_changes.py") == changes_agree(len(changes))
    assert recomputed(pack, "recompute_drivers.py") == drivers_agree(len(drivers))


def changes_agree(n: int) -> tuple[int, str]:
    return 0, f"{n} of {n} parts of changes agree to six digits\n"


def drivers_agree(n: int) -> tuple[int, str]:
    return 0, f"{n} of {n} parts of aspects agree to six digits\n"


def test_changes_with_all_that_moves_them_come_out_again(tmp_path: Path) -> None:
    """The venues shift, one of them is new, opinions move, and days are missing on one side."""
    talk = Talk(
        a_day=10, share_of_b=(0.0, 0.6), good_after={"a.example": 0.8, "b.example": 0.9}, silent={"a.example": (12, 11)}
    )
    pack = packed(talking_project(tmp_path / "project", talk), tmp_path / "pack")
    changes = pq.read_table(pack / "changes.parquet").to_pylist()
    assert {row["verdict"] for row in changes if row["span"] == "four_weeks"} == {"up"}
    parts = {row["part"]: row["value"] for row in changes if row["span"] == "four_weeks"}
    assert all(parts[name] for name in ("total", "venues", "opinion", "reader"))
    assert recomputed(pack, "recompute_changes.py") == changes_agree(len(changes))


def test_days_that_a_comparison_leaves_out_are_marked_and_no_day_is_told(with_a_gap: Project, tmp_path: Path) -> None:
    opinions = pq.read_table(packed(with_a_gap, tmp_path / "pack") / "opinions.parquet")
    said = with_a_gap.store.read(with_a_gap.store.current(), "opinions").to_pylist()
    left_out = with_a_gap.store.read(with_a_gap.store.current(), "left_out").to_pylist()
    for span in ("four_weeks", "quarter"):
        days = {(row["venue"], row["day"]) for row in left_out if row["span"] == span}
        marked = sum(opinions[f"left_out_{span}"].to_pylist())
        assert marked == sum((row["venue"], row["day"]) in days for row in said) > 0
    when = {name for name in opinions.column_names if pa.types.is_date(opinions.schema.field(name).type)}
    assert when == {"week", "month", "quarter", "all"}


@pytest.mark.parametrize(
    ("days", "every", "verdicts"), [(60, 40, {"unproven"}), (60, 10, {"no_change_shown"}), (30, 2, set())],
    ids=["too few labels for the brand", "few labels", "nothing to compare"],
)  # fmt: skip
def test_changes_with_few_labels_or_without_any_change_come_out_again(
    days: int, every: int, verdicts: set[str], tmp_path: Path
) -> None:
    project = talking_project(tmp_path / "project", Talk(days=days), labelled=False)
    label_some(project, every=every)
    project.run()
    pack = packed(project, tmp_path / "pack")
    changes, drivers = (pq.read_table(pack / f"{name}.parquet") for name in ("changes", "drivers"))
    assert set(changes["verdict"].to_pylist()) == verdicts
    assert recomputed(pack, "recompute_changes.py") == changes_agree(len(changes))
    assert recomputed(pack, "recompute_drivers.py") == drivers_agree(len(drivers))


@pytest.mark.parametrize(
    ("script", "table", "column", "change"),
    [
        ("changes", "changes", "high", lambda high: high + 2e-6),
        ("changes", "changes", "verdict", lambda _: "no_change_shown"),
        ("changes", "opinions", "y", lambda y: -y),
        ("changes", "opinions", "left_out_four_weeks", lambda _: False),
        ("changes", "labels", "label_y", lambda y: min(y, 0)),
        ("drivers", "drivers", "value", lambda value: value + 2e-6),
        ("drivers", "drivers", "share_after", lambda share: share + 2e-6),
        ("drivers", "opinions", "y", lambda y: -y),
        ("drivers", "opinions", "left_out_four_weeks", lambda _: False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_changes_of_which_something_was_changed_do_not_agree(  # noqa: PLR0917  # one case a row
    with_a_gap: Project, tmp_path: Path, script: str, table: str, column: str, change: Callable[[Any], Any]
) -> None:
    pack = packed(with_a_gap, tmp_path / "pack")
    changed(pack, table, column, change)
    assert disagrees(pack, f"recompute_{script}.py")
