"""The evidence pack: every figure comes out again without Leumund, and nobody is in it."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leumund.loop import Project
from leumund.picture.plans import Asked
from leumund.reports.pack import SCRIPTS
from tests.walks import BRANDS, LAST_DAY, Talk, judge, judged_project, label_some, labelled_market, talking_project

# Leumund cannot be imported here, however it is installed.
ALONE = "import runpy, sys; sys.modules['leumund'] = None; sys.argv = sys.argv[1:]; "
ALONE += "runpy.run_path(sys.argv[0], run_name='__main__')"


CAMPAIGNS = (
    Asked("spring", starts_on=date(2024, 5, 6)),
    Asked("voices", starts_on=date(2024, 1, 1), counted="authors", weeks_after=20),
    Asked("early", starts_on=date(2022, 11, 7)),  # nothing can be said of it
)


@pytest.fixture(autouse=True, scope="module")
def own_key(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["LEUMUND_KEY_FILE"] = str(tmp_path_factory.mktemp("key") / "pseudonym.key")


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A simulated market of six brands with labels on every third opinion."""
    project = labelled_market(tmp_path_factory.mktemp("market"))
    for asked in CAMPAIGNS:
        project.evaluate_campaign(project.campaign_terms(asked), by="kim")
    return project


@pytest.fixture(scope="module")
def with_a_gap(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One brand in two forums, of which one is silent for ten days."""
    return talking_project(tmp_path_factory.mktemp("gap"), Talk(a_day=12, silent={"b.example": (60, 51)}))


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


@pytest.fixture(scope="module")
def under_two_guidelines(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Posts judged under one guideline, under a stricter one, and under both."""
    project = judged_project(tmp_path_factory.mktemp("guidelines") / "project")
    judge(project, 80, at=LAST_DAY + timedelta(days=9), harsh=True)
    project.run()
    return project


@pytest.fixture(scope="module")
def humming(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One brand in two forums, of which one is silent for ten days, and two phrases that rise."""
    said = "Das Umspannwerk brummt wieder"
    posts = Talk(a_day=12, said_after=said, silent={"b.example": (60, 51)}).posts()
    of_all = [13 if post.posted_at and (LAST_DAY - post.posted_at).days < 28 else 90 for post in posts]
    also = [
        dataclasses.replace(post, text=f"{post.text} Ein Kolibri summt.") if number % of == 0 else post
        for number, (post, of) in enumerate(zip(posts, of_all, strict=True))
    ]
    return talking_project(tmp_path_factory.mktemp("humming"), also)


SOME_DAYS = {"since": date(2024, 2, 20), "until": date(2024, 5, 7)}
of_all_and_some_days = pytest.mark.parametrize("days", [{}, SOME_DAYS], ids=["all", "some"])


def packed(project: Project, path: Path, *, since: date | None = None, until: date | None = None) -> Path:
    project.write_report(path, form="pack", language="de", since=since, until=until)
    return path


def recomputed(pack: Path, script: str = "recompute.py") -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(pack / script), str(pack)],
        check=False,
        capture_output=True,
        text=True,
        cwd=pack,
    )
    return done.returncode, done.stdout + done.stderr


def test_every_figure_of_a_market_comes_out_again(market: Project, tmp_path: Path) -> None:
    n = len(market.store.read(market.store.current(), "estimates"))
    status, told = recomputed(packed(market, tmp_path / "pack"))
    assert told == f"{n} of {n} figures agree to six digits; files changed: 0\n"
    assert status == 0
    assert n > 500


@of_all_and_some_days
@pytest.mark.parametrize("kind", ["market", "with_a_gap"])
def test_shares_of_polarity_come_out_again(
    kind: str, days: dict[str, date], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pack = packed(request.getfixturevalue(kind), tmp_path / "pack", **days)
    shares = pq.read_table(pack / "polarities.parquet")
    n = len(shares)
    assert shares["value"].null_count < n
    assert recomputed(pack, "recompute_polarities.py") == (0, f"{n} of {n} shares agree to six digits\n")
    assert kind == "market" or max(shares["gap_share"].to_pylist()) > 0


@pytest.mark.parametrize(
    ("table", "column"), [("opinions", "neutral"), ("judged", "negative")], ids=["opinions", "judged"]
)
def test_shares_from_other_posts_or_labels_do_not_agree(
    with_a_gap: Project, tmp_path: Path, table: str, column: str
) -> None:
    pack = packed(with_a_gap, tmp_path / "pack")
    rows = pq.read_table(pack / f"{table}.parquet")
    changed = pa.array([(value or 0) // 2 for value in rows[column].to_pylist()], rows.schema.field(column).type)
    pq.write_table(rows.set_column(rows.column_names.index(column), column, changed), pack / f"{table}.parquet")
    status, told = recomputed(pack, "recompute_polarities.py")
    assert status == 1
    agree, of = told.split(" shares")[0].split(" of ")
    assert int(agree) < int(of)


@of_all_and_some_days
@pytest.mark.parametrize("kind", ["market", "with_a_gap"])
def test_what_is_put_in_for_gaps_comes_out_again(
    kind: str, days: dict[str, date], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pack = packed(request.getfixturevalue(kind), tmp_path / "pack", **days)
    n = len(pq.read_table(pack / "gaps.parquet"))
    told = f"{n} of {n} figures with something put in agree to six digits\n"
    assert recomputed(pack, "recompute_gaps.py") == (0, told)
    assert kind == "market" or n > 5


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
    rows = pq.read_table(pack / "watched.parquet")
    off = pa.array([None if value is None else value + 0.001 for value in rows["off"].to_pylist()], pa.float64())
    pq.write_table(rows.set_column(rows.column_names.index("off"), "off", off), pack / "watched.parquet")
    assert recomputed(pack, "recompute_watch.py")[0] == 1


LAST_DAYS = {"since": date(2024, 4, 17), "until": date(2024, 6, 30)}  # cut through a block of four weeks


@pytest.mark.parametrize("days", [{}, SOME_DAYS, LAST_DAYS], ids=["all", "some", "last"])
@pytest.mark.parametrize("kind", ["market", "humming"])
def test_rising_phrases_and_what_comparisons_leave_out_come_out_again(
    kind: str, days: dict[str, date], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pack = packed(request.getfixturevalue(kind), tmp_path / "pack", **days)
    n = len(pq.read_table(pack / "phrases.parquet"))
    assert n == (2 if kind == "humming" and days is not SOME_DAYS else 0)
    assert recomputed(pack, "recompute_phrases.py") == (0, f"{n} of {n} phrases agree to six digits\n")
    assert kind == "market" or len(pq.read_table(pack / "left_out.parquet")) > 0
    status, told = recomputed(pack, "recompute_spans.py")
    n_told = told.split(" ")[0]
    assert (status, told) == (0, f"{n_told} of {n_told} periods, days left out and marks of weeks agree\n")


def changed(pack: Path, table: str, column: str, change: Callable[[Any], Any]) -> None:
    rows = pq.read_table(pack / f"{table}.parquet")
    field = rows.schema.field(column)
    values = pa.array([change(value) for value in rows[column].to_pylist()], field.type)
    pq.write_table(rows.set_column(rows.column_names.index(column), field, values), pack / f"{table}.parquet")


@pytest.mark.parametrize(
    ("table", "column", "change"),
    [
        ("phrases", "authors_before", lambda n: n + 1),
        ("phrases", "share_after", lambda share: share + 2e-6),
        ("phrases", "p_value", lambda p: p + 2e-6),
        ("phrases", "p_adjusted", lambda p: p + 2e-6),
        ("phrases", "rank", lambda rank: 3 - rank),
        ("phrases", "opinions", lambda rows: rows[: len(rows) // 2]),
        ("phrase_counts", "authors_before", lambda n: n + 1),
        ("opinions", "author", lambda n: n // 2),
        ("opinions", "week", lambda week: week - timedelta(days=28)),
        ("blocks", "last", lambda day: day - timedelta(days=7)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_phrases_of_which_something_was_changed_do_not_agree(
    humming: Project, tmp_path: Path, table: str, column: str, change: Callable[[Any], Any]
) -> None:
    pack = packed(humming, tmp_path / "pack")
    changed(pack, table, column, change)
    assert recomputed(pack, "recompute_phrases.py") == (1, "0 of 2 phrases agree to six digits\n")


def test_phrases_do_not_agree_when_fewer_were_tested_or_the_surest_is_kept_back(
    humming: Project, tmp_path: Path
) -> None:
    pack = packed(humming, tmp_path / "pack")
    whole = {name: pq.read_table(pack / f"{name}.parquet") for name in ("phrases", "phrase_counts")}
    shown = {tuple(row.values()) for row in whole["phrases"].select(["authors_after", "authors_before"]).to_pylist()}
    tested = [tuple(row.values())[1:3] in shown for row in whole["phrase_counts"].to_pylist()]
    for table, kept in (("phrase_counts", tested), ("phrases", [False, True]), ("phrases", [False, False])):
        pq.write_table(whole[table].filter(pa.array(kept)), pack / f"{table}.parquet")
        assert recomputed(pack, "recompute_phrases.py")[0] == 1
        pq.write_table(whole[table], pack / f"{table}.parquet")
    assert recomputed(pack, "recompute_phrases.py")[0] == 0


def test_no_word_of_a_phrase_is_in_the_pack(humming: Project, tmp_path: Path) -> None:
    pack = packed(humming, tmp_path / "pack")
    told = humming.store.read(humming.store.current(), "phrases").to_pylist()
    for file in pack.glob("*.parquet"):
        rows = repr(pq.read_table(file).to_pydict()).lower()
        assert not any(row[name] in rows for row in told for name in ("phrase", "figure_id")), file.name


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
    status, told = recomputed(pack, "recompute_spans.py")
    assert status == 1, told
    agree, of = told.split(" periods")[0].split(" of ")
    assert int(agree) < int(of)


def test_other_missing_days_do_not_agree(with_a_gap: Project, tmp_path: Path) -> None:
    pack = packed(with_a_gap, tmp_path / "pack")
    rows = pq.read_table(pack / "coverage.parquet")
    problem = ["" if n % 2 else value for n, value in enumerate(rows["problem"].to_pylist())]
    place = rows.column_names.index("problem")
    pq.write_table(rows.set_column(place, "problem", pa.array(problem)), pack / "coverage.parquet")
    assert recomputed(pack, "recompute_gaps.py")[0] == 1


@pytest.mark.parametrize("kind", ["market", "under_two_guidelines"])
def test_labels_their_weights_and_bridges_come_out_again(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pack = packed(request.getfixturevalue(kind), tmp_path / "pack")
    n = sum(len(pq.read_table(pack / f"{name}.parquet")) for name in ("labels", "judged", "bridges"))
    assert recomputed(pack, "recompute_labels.py") == (0, f"{n} of {n} labels and bridges agree to six digits\n")
    assert len(pq.read_table(pack / "bridges.parquet")) == (4 if kind == "under_two_guidelines" else 0)


def test_figures_behind_which_bridged_labels_stand_come_out_again(
    under_two_guidelines: Project, tmp_path: Path
) -> None:
    pack = packed(under_two_guidelines, tmp_path / "pack")
    assert max(pq.read_table(pack / "labels.parquet")["bridge_se"].to_pylist()) > 0
    scripts = ("", "_polarities", "_changes", "_drivers")
    for script in (f"recompute{part}.py" for part in scripts):
        status, told = recomputed(pack, script)
        assert status == 0, told


@pytest.mark.parametrize(("table", "column"), [("verdicts", "label_y"), ("plans", "handed")])
def test_labels_from_other_verdicts_or_draws_do_not_agree(
    under_two_guidelines: Project, tmp_path: Path, table: str, column: str
) -> None:
    pack = packed(under_two_guidelines, tmp_path / "pack")
    rows = pq.read_table(pack / f"{table}.parquet")
    changed = pa.array([2 * value for value in rows[column].to_pylist()], pa.int64())
    pq.write_table(rows.set_column(rows.column_names.index(column), column, changed), pack / f"{table}.parquet")
    assert recomputed(pack, "recompute_labels.py")[0] == 1


def test_the_effect_of_campaigns_comes_out_again(market: Project, tmp_path: Path) -> None:
    pack = packed(market, tmp_path / "pack")
    told = pq.read_table(pack / "campaigns.parquet").to_pylist()
    assert [row["name"] for row in told] == ["voices", "spring"]
    assert any(row["value"] != row["machine_value"] for row in told)
    assert recomputed(pack, "recompute_campaigns.py") == (0, "2 of 2 campaigns agree to six digits\n")


@pytest.mark.parametrize("change", ["weeks", "labels"])
def test_an_effect_from_other_weeks_or_labels_does_not_agree(market: Project, tmp_path: Path, change: str) -> None:
    pack = packed(market, tmp_path / "pack")
    name = "campaigns" if change == "weeks" else "labels"
    rows = pq.read_table(pack / f"{name}.parquet").to_pylist()
    changed = [
        {**r, "weeks": r["weeks"][1:]} if change == "weeks" else {**r, "label_y": min(r["label_y"], 0)} for r in rows
    ]
    pq.write_table(pa.Table.from_pylist(changed, pq.read_schema(pack / f"{name}.parquet")), pack / f"{name}.parquet")
    assert recomputed(pack, "recompute_campaigns.py") == (1, "0 of 2 campaigns agree to six digits\n")


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
    rows = pq.read_table(pack / f"{table}.parquet")
    changed = pa.array([change(value) for value in rows[column].to_pylist()], rows.schema.field(column).type)
    pq.write_table(rows.set_column(rows.column_names.index(column), column, changed), pack / f"{table}.parquet")
    status, told = recomputed(pack, "recompute_placebos.py")
    assert status == 1, told
    agree, of = told.split(" placebos")[0].split(" of ")
    assert int(agree) < int(of)


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
    rows = pq.read_table(pack / f"{table}.parquet")
    field = rows.schema.field(column)
    changed = pa.array([change(value) for value in rows[column].to_pylist()], field.type)
    pq.write_table(rows.set_column(rows.column_names.index(column), field, changed), pack / f"{table}.parquet")
    status, told = recomputed(pack, f"recompute_{script}.py")
    assert status == 1, told
    agree, of = told.split(" parts")[0].split(" of ")
    assert int(agree) < int(of)


def test_figures_with_a_gap_in_collection_come_out_again(with_a_gap: Project, tmp_path: Path) -> None:
    pack = packed(with_a_gap, tmp_path / "pack")
    figures = pq.read_table(pack / "figures.parquet")
    assert len(pq.read_table(pack / "gaps.parquet")) > 0
    assert max(figures["gap_share"].to_pylist()) > 0
    status, told = recomputed(pack)
    assert status == 0, told


@pytest.mark.parametrize("kind", ["market", "with_a_gap"])
def test_the_figures_of_a_stretch_of_days_come_out_again(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pack = packed(request.getfixturevalue(kind), tmp_path / "pack", **SOME_DAYS)
    figures = pq.read_table(pack / "figures.parquet")
    assert "all" in figures["period"].to_pylist()
    status, told = recomputed(pack)
    assert status == 0, told
    assert told.startswith(f"{len(figures)} of {len(figures)} ")


def test_figures_without_any_label_come_out_again(tmp_path: Path) -> None:
    project = talking_project(tmp_path / "project", Talk(days=60), labelled=False)
    pack = packed(project, tmp_path / "pack")
    for script in SCRIPTS:
        status, told = recomputed(pack, script.name)
        assert status == 0, told


@pytest.mark.parametrize(
    ("table", "column", "change"),
    [
        ("opinions", "y", lambda y: -y),
        ("figures", "high", lambda h: (h or 0) + 1e-5),
    ],
    ids=["opinions", "figures"],
)
def test_a_pack_in_which_something_was_changed_does_not_agree(
    market: Project, tmp_path: Path, table: str, column: str, change: object
) -> None:
    pack = packed(market, tmp_path / "pack")
    rows = pq.read_table(pack / f"{table}.parquet")
    values = rows[column].to_pylist()
    values[: len(values) // 3] = [change(value) for value in values[: len(values) // 3]]  # type: ignore[operator]  # a lambda
    at = rows.column_names.index(column)
    rows = rows.set_column(at, column, pa.array(values, rows.schema.field(column).type))
    pq.write_table(rows, pack / f"{table}.parquet")
    status, told = recomputed(pack)
    assert status == 1
    agree, of = told.split(" figures")[0].split(" of ")
    assert int(agree) < int(of)
    assert "files changed: 1" in told


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_each_script_is_short_and_imports_nothing_of_leumund(script: Path) -> None:
    lines = script.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 150
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    beside = {other.stem for other in SCRIPTS if other != script}
    assert imported <= {"hashlib", "json", "os", "sys", "itertools", "pathlib", "numpy", "pyarrow", "scipy"} | beside


def test_nobody_and_no_words_are_in_the_pack(market: Project, tmp_path: Path) -> None:
    pack = packed(market, tmp_path / "pack")
    snapshot = market.store.current()
    opinions = market.store.read(snapshot, "opinions")
    secret = {value for name in ("post_id", "author", "thread") for value in opinions[name].to_pylist()}
    for file in pack.glob("*.parquet"):
        table = pq.read_table(file)
        for name in table.column_names:
            if pa.types.is_string(table.schema.field(name).type):
                assert not secret & set(table[name].to_pylist()), (file.name, name)
    assert pq.read_table(pack / "opinions.parquet").schema.field("author").type == pa.int64()
    assert "text" not in pq.read_table(pack / "opinions.parquet").column_names


def test_the_manifest_names_every_file_with_its_digest_and_the_readme_speaks_both_languages(
    market: Project, tmp_path: Path
) -> None:
    pack = packed(market, tmp_path / "pack")
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    files = {path.name for path in pack.iterdir()}
    assert set(manifest["sha256"]) == files - {"manifest.json", "README.md"}
    assert manifest["snapshot_id"] == market.store.current().snapshot_id
    readme = (pack / "README.md").read_text(encoding="utf-8")
    assert "Nachrechnen" in readme
    assert "To recompute" in readme
    assert all(name in readme for name in files - {"README.md"})


def test_a_pack_written_again_is_the_same_and_a_zip_holds_the_same_files(market: Project, tmp_path: Path) -> None:
    pack = packed(market, tmp_path / "pack")
    first = {path.name: path.read_bytes() for path in pack.iterdir() if path.name not in ("manifest.json", "README.md")}
    packed(market, pack)
    again = {path.name: path.read_bytes() for path in pack.iterdir() if path.name in first}
    assert again == first
    with zipfile.ZipFile(packed(market, tmp_path / "x.zip")) as file:
        assert {name.removeprefix("x/"): file.read(name) for name in file.namelist()}.items() >= first.items()
