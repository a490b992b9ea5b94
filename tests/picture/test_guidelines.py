"""Another guideline for labels: posts judged under both make a bridge, and what was judged before goes on counting."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from leumund.cli import picture as door
from leumund.estimates import LabelledErrors, Mixtures, Places, Scales, pool_errors
from leumund.loop import Project
from leumund.picture import guidelines
from leumund.picture.guidelines import PAIRS_FOR_A_BRIDGE
from leumund.picture.handout import LOST_AFTER, PAIRS_WANTED, hand_out
from leumund.reports.layout import laid_out
from leumund.step import Whole
from leumund.tables import GuidelineBridge, Label, rows_to_arrow
from tests.walks import BRANDS, judge, judged_project
from tests.weeks import filled

NOON = datetime.datetime(2024, 5, 3, 12, tzinfo=datetime.UTC)
OLD, NEW = "0ld", "new"
VALUE = {"negative": -10_000, "neutral": 0, "positive": 10_000}
Said = dict[str, str]


def verdicts(said: Sequence[Said], *, brand: str = "Own") -> pa.Table:
    """One entry a post: what is said of it under each guideline."""
    rows = [
        {
            "post_id": f"{brand} {n:04d}",
            "brand": brand,
            "guideline": guideline,
            "author": f"author {n}",
            "thread": f"thread {n // 2}",
            "collected_at": NOON,
            "label_y": VALUE[value],
            "label_negative": 10_000 * (value == "negative"),
            "label_positive": 10_000 * (value == "positive"),
            "plan_id": "plan",
            "inclusion_probability": 0.25,
        }
        for n, of_post in enumerate(said)
        for guideline, value in of_post.items()
    ]
    return filled("verdicts", rows)


def drawn(*guidelines_: str) -> pa.Table:
    """Guidelines in the order in which posts were handed out under them, here for other brands."""
    return filled(
        "drawn",
        [
            {"plan_id": f"plan {n}", "post_id": "x", "brand": "x", "guideline": name, "drawn_at": NOON, "again_of": ""}
            | {"drawn_at": NOON + datetime.timedelta(days=n)}
            for n, name in enumerate(guidelines_)
        ],
    )


def settled(
    said: pa.Table, handed_out: pa.Table, own: str = "Own"
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The verdicts that count, and the bridges."""
    step = guidelines.step(own, level=0.95)
    assert isinstance(step, Whole)
    made = step.run({"verdicts": said, "drawn": handed_out})
    return made["judged"].to_pylist(), made["guideline_bridges"].to_pylist()


def stricter(n_both: int, n_alone: int, *, every: int = 4) -> list[Said]:
    """Posts that were judged neutral before, and of those judged again every fourth negative."""
    both = [{OLD: "neutral", NEW: "negative" if n % every == 0 else "neutral"} for n in range(n_both)]
    return [*both, *[{OLD: "positive"} for _ in range(n_alone)]]


def test_under_one_guideline_nothing_is_moved() -> None:
    judged, bridges = settled(verdicts([{OLD: "positive"}, {OLD: "negative"}]), drawn(OLD))
    assert [row["label_y"] for row in judged] == [10_000, -10_000]
    assert [row["weight"] for row in judged] == [4.0, 4.0]
    assert bridges == []


def test_what_was_judged_before_is_moved_by_how_much_stricter_the_same_posts_are_judged_now() -> None:
    judged, bridges = settled(verdicts(stricter(60, 40)), drawn(OLD, NEW))
    (bridge,) = (one for one in bridges if one["measure"] == "net_index")
    assert (bridge["guideline"], bridge["followed"], bridge["newer"]) == (OLD, NEW, False)
    assert (bridge["n_posts"], bridge["n_labels"]) == (60, 40)
    assert bridge["value"] == pytest.approx(-25)
    assert bridge["low"] < -25 < bridge["high"]
    assert {row["label_y"] for row in judged if row["guideline"] == OLD} == {7_500}
    assert {row["label_negative"] for row in judged if row["guideline"] == OLD} == {2_500}
    assert [row["guideline"] for row in judged].count(NEW) == 60
    assert {row["weight"] for row in judged} == {4.0}, "a post stands for as many opinions as before"


def test_the_bridges_of_blame_neutral_and_praise_add_up_to_nothing() -> None:
    _, bridges = settled(verdicts(stricter(60, 40)), drawn(OLD, NEW))
    shares = {one["measure"]: one["value"] for one in bridges if one["measure"] != "net_index"}
    assert shares == pytest.approx({"negative": 0.25, "neutral": -0.25, "positive": 0.0}, abs=1e-6)


def test_with_too_few_posts_judged_under_both_the_earlier_verdicts_do_not_count() -> None:
    judged, bridges = settled(verdicts(stricter(PAIRS_FOR_A_BRIDGE - 1, 40)), drawn(OLD, NEW))
    assert {row["guideline"] for row in judged} == {NEW}
    assert len(judged) == PAIRS_FOR_A_BRIDGE - 1
    assert {one["value"] for one in bridges} == {None}


def test_the_figures_follow_the_new_guideline_only_once_the_own_brand_has_verdicts_enough_under_it() -> None:
    few = [{OLD: "neutral", NEW: "neutral"} for _ in range(19)]
    more = verdicts([{NEW: "negative"} for _ in range(50)], brand="Rival")
    judged, bridges = settled(pa.concat_tables([verdicts([*few, *[{OLD: "positive"}] * 30]), more]), drawn(OLD, NEW))
    assert {(one["followed"], one["newer"]) for one in bridges} == {(OLD, True)}
    assert {row["guideline"] for row in judged} == {OLD}
    judged, bridges = settled(verdicts([*few, {NEW: "neutral"}, *[{OLD: "positive"}] * 30]), drawn(OLD, NEW))
    assert {one["followed"] for one in bridges} == {NEW}


def test_who_goes_back_to_an_earlier_guideline_is_followed_back() -> None:
    _, bridges = settled(verdicts(stricter(60, 40)), drawn(OLD, NEW, OLD))
    assert {(one["guideline"], one["followed"]) for one in bridges} == {(NEW, OLD)}


def test_verdicts_of_which_no_guideline_is_known_count_as_they_are() -> None:
    judged, bridges = settled(verdicts([*[{NEW: "neutral"}] * 30, {"": "positive"}]), drawn(NEW))
    assert bridges == []
    assert [row["label_y"] for row in judged if row["guideline"] == ""] == [10_000]


def test_posts_that_are_all_judged_alike_do_not_make_a_bridge_without_error() -> None:
    _, bridges = settled(verdicts([{OLD: "neutral", NEW: "neutral"}] * 40), drawn(OLD, NEW))
    (bridge,) = (one for one in bridges if one["measure"] == "net_index")
    assert bridge["value"] == 0
    assert bridge["se"] == pytest.approx(100 / 41)


@pytest.fixture
def judged_before(tmp_path: Path) -> Project:
    """A project whose posts were judged under the guideline that comes along; then it gets one of its own."""
    return judged_project(tmp_path / "project")


def own_index(project: Project) -> Any:
    return next(
        one
        for one in project.picture().estimates
        if (one.measure, one.brand, one.period, one.counted, one.aspect)
        == ("net_index", BRANDS[0].name, "all", "posts", "")
    )


def test_after_a_new_guideline_half_of_what_is_handed_out_was_judged_before(judged_before: Project) -> None:
    before = own_index(judged_before)
    with judged_before.ledger() as ledger:
        n_before = len(ledger.labels())
    said = judge(judged_before, 80, at=NOON + datetime.timedelta(days=1), harsh=True)
    with judged_before.ledger() as ledger:
        known, labels = ledger.drawn().to_pylist(), ledger.labels().to_pylist()
    again = [row for row in known if row["again_of"]]
    assert len(again) == 40
    assert len(said) >= 78
    assert {row["guideline"] for row in again} == {judged_before.guideline()[1]}
    both = {row["post_id"] for row in again}
    assert sum(row["post_id"] in both for row in labels) == 2 * len(both), "what was said before still stands"
    judged_before.run()
    picture = judged_before.picture()
    (bridge,) = (one for one in picture.guideline_bridges if one.measure == "net_index")
    assert (bridge.followed, bridge.n_posts, bridge.n_labels) == (judged_before.guideline()[1], 40, n_before - 40)
    assert bridge.value is not None
    assert bridge.value < 0
    assert len(judged_before.store.read(judged_before.store.current(), "judged")) == n_before + len(said) - 40
    after = own_index(judged_before)
    assert after.value < before.value, "the series is that of the stricter guideline throughout"
    assert after.support == "measured"


def test_the_report_says_how_far_the_new_guideline_moves_verdicts(judged_before: Project, tmp_path: Path) -> None:
    assert all(panel.panel_id != "guidelines" for panel in laid_out(judged_before.picture(), "de").panels)
    judge(judged_before, 10, at=NOON + datetime.timedelta(days=1))
    judged_before.run()
    (panel,) = (one for one in laid_out(judged_before.picture(), "de").panels if one.panel_id == "guidelines")
    assert panel.title == "Die Zahlen folgen noch der früheren Anleitung"
    assert any("leumund label next teilt solche Beiträge mit aus" in said for said in panel.paragraphs)
    judge(judged_before, 100, at=NOON + datetime.timedelta(days=2), harsh=True)
    judged_before.run()
    titles = {
        language: panel.title
        for language in ("de", "en")
        for panel in laid_out(judged_before.picture(), language).panels
        if panel.panel_id == "guidelines"
    }
    assert titles["de"].startswith("Nach der neuen Anleitung fallen Urteile strenger aus: −")
    assert titles["en"].startswith("Verdicts under the new guideline come out lower: −")


def test_a_published_report_is_revised_for_the_new_guideline(judged_before: Project) -> None:
    door.publish(judged_before.folder, title="Erster Bericht", by="müller")
    judge(judged_before, 100, at=NOON + datetime.timedelta(days=1), harsh=True)
    judged_before.run()
    judged_before.amend()
    assert any("new_guideline" in one.cause for one in judged_before.picture().amended)


def handed(labels: Sequence[Label], known: pa.Table, *, now: datetime.datetime, n: int = 400) -> Any:
    ids = sorted({label.post_id for label in labels})
    opinions = filled("opinions", [{"post_id": one, "brand": "Own", "author": one, "thread": one} for one in ids])
    tables = {
        "opinions": opinions,
        "judged": filled("judged", []),
        "posts": filled("posts", [{"post_id": one, "collected_at": NOON} for one in ids]),
        "labels": rows_to_arrow("labels", labels),
        "drawn": known,
    }
    named: dict[str, Any] = {
        "own": "Own",
        "n": n,
        "labeller": "anna",
        "double_share": 0.0,
        "guideline": NEW,
        "snapshot_id": "s",
    }
    return hand_out(tables, now=now, **named)


def test_so_many_are_judged_again_as_a_bridge_wants_and_none_twice_at_a_time() -> None:
    labels = [
        Label(f"post {n:04d}", "Own", "", "polarity", "neutral", "anna", NOON, "plan", 0.5, blind=True, guideline=OLD)
        for n in range(150)
    ]
    first = {"plan_id": "plan", "brand": "Own", "inclusion_probability": 0.5, "guideline": OLD, "frame_until": NOON}
    known = filled("drawn", [{**first, "post_id": label.post_id, "drawn_at": NOON} for label in labels])
    later = NOON + datetime.timedelta(days=30)
    handout = handed(labels, known, now=later)
    assert len(handout.again) == PAIRS_WANTED
    assert {row.inclusion_probability for row in handout.again} == {0.5}
    assert {row.again_of for row in handout.again} == {"plan"}
    columns = [[getattr(row, name) for row in handout.again] for name in known.column_names]
    outstanding = pa.concat_tables([known, pa.table(dict(zip(known.column_names, columns, strict=True)), known.schema)])
    other = [*labels, replace(labels[0], labeller="bert")]  # another state of the labels, so another draw
    assert handed(other, outstanding, now=later + datetime.timedelta(days=1)).again == ()
    assert len(handed(other, outstanding, now=later + LOST_AFTER).again) == PAIRS_WANTED, "a lost workbook is lost"


def test_the_carried_error_grows_by_the_bridges_where_bridged_labels_count() -> None:
    rng = np.random.default_rng(1)
    at = Places(np.zeros(200, int), np.zeros((200, 1), int), rng.integers(0, 20, 200))
    error = rng.normal(5, 40, 200)
    target = Mixtures([0], [1.0], Places([0], [[0]], [10]))

    def carried(scales: Scales | None) -> float:
        return float(pool_errors(LabelledErrors(error, np.ones(200), at, scales), target).se[0])

    plain, all_of_them = carried(None), carried(Scales(np.ones(200, int), [6.0]))
    half = carried(Scales((np.arange(200) < 100).astype(int), [6.0]))
    assert all_of_them == pytest.approx(np.hypot(plain, 6.0), rel=1e-6)
    assert plain < half < all_of_them
    assert carried(Scales(np.ones(200, int), [0.0])) == pytest.approx(plain)


def test_each_bridge_is_a_row_of_its_table() -> None:
    _, bridges = settled(verdicts(stricter(60, 40)), drawn(OLD, NEW))
    assert [GuidelineBridge(**row).measure for row in bridges] == ["net_index", "negative", "neutral", "positive"]
