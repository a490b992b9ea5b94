"""The reader changes: what both have read is kept, and the report says how far apart they read."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from leumund.cli import picture as door
from leumund.loop import Project
from leumund.picture import bridging
from leumund.readings import steps as reading_steps
from leumund.readings.model import baseline, make_model
from tests.walks import simulated_project, tables_of

READ = reading_steps.steps


def harsher(path: Path, by: float) -> str:
    """A model like the one that comes along, but with more blame in everything; where it lies."""
    model = baseline()
    heads = [
        dataclasses.replace(head, intercept=(head.intercept[0] + by, *head.intercept[1:]))
        if head.name == "polarity"
        else head
        for head in model.heads
    ]
    make_model("harsher", model.trained_on, heads, model.weights).save(path)
    return str(path)


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project walked by one reader, published, and walked by a harsher one."""
    folder = tmp_path_factory.mktemp("bridging")
    project = simulated_project(folder / "project", 3_000, rows_per_file=1_000)
    project.run()
    door.publish(project.folder, title="Erster Bericht", by="müller")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading_steps, "steps", partial(READ, model_path=harsher(folder / "harsher.npz", 1.0)))
        project.run()
        again = project.run()
    assert again.did_nothing
    return project


def test_the_overlap_is_what_both_read_and_stands_for_all_of_it(changed: Project) -> None:
    overlap = changed.store.read(changed.store.current(), "overlap").to_pylist()
    assert overlap
    assert len({(row["post_id"], row["brand"]) for row in overlap}) == len(overlap)
    assert len({row["old_reader"] for row in overlap}) == len({row["new_reader"] for row in overlap}) == 1
    assert "harsher" in overlap[0]["new_reader"]
    assert "harsher" not in overlap[0]["old_reader"]
    n_posts = Counter[str]()
    for row in overlap:
        n_posts[row["brand"]] += row["weight"]
    opinions = changed.store.read(changed.store.current(), "opinions").to_pylist()
    counted = Counter(row["brand"] for row in opinions if row["aspect"] == "")
    assert {brand: round(n) for brand, n in n_posts.items()} == dict(counted)


def test_the_bridge_says_what_the_published_and_the_new_machine_values_differ_by(changed: Project) -> None:
    snapshot = changed.store.current()
    bridges = {row["brand"]: row for row in changed.store.read(snapshot, "bridges").to_pylist()}
    with changed.ledger() as ledger:
        (published,) = changed.published(ledger)
    now = {row["figure_id"]: row for row in changed.store.read(snapshot, "estimates").to_pylist()}
    plain = [
        one
        for one in published.estimates
        if (one.measure, one.period, one.aspect, one.counted) == ("net_index", "all", "", "posts")
    ]
    assert plain
    for one in plain:
        bridge = bridges[one.brand]
        assert one.machine_value is not None
        moved = now[one.figure_id]["machine_value"] - one.machine_value
        assert moved < -3
        if bridge["support"] == "measured":  # all posts are in the overlap of so small a market
            assert bridge["value"] == pytest.approx(moved, abs=0.01)
        assert bridge["low"] <= moved <= bridge["high"]


def test_the_own_brands_bridge_is_sure_to_two_points(changed: Project) -> None:
    own = changed.settings.own_brand.name
    (bridge,) = [row for row in changed.picture().bridges if row.brand == own]
    assert bridge.support == "measured"
    assert (bridge.high - bridge.low) / 2 <= 2


def test_a_new_reader_makes_revisions_of_what_was_published(changed: Project) -> None:
    found = [one for new in changed.amend().values() for one in new]
    assert found
    assert {one.kind for one in found} == {"revision"}
    assert {one.cause for one in found} == {"new_reader"}


def test_the_report_says_what_the_new_reader_does(changed: Project, tmp_path: Path) -> None:
    own = changed.settings.own_brand.name
    for language, words in (("de", f"liest {own} niedriger: −"), ("en", f"reads {own} lower: −")):
        door.picture(changed.folder, form="html", output=tmp_path / f"{language}.html", language=language)
        assert words in (tmp_path / f"{language}.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")


def test_a_reader_that_reads_the_same_is_bridged_by_nothing(tmp_path: Path) -> None:
    project = simulated_project(tmp_path / "project", 1_000)
    project.run()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading_steps, "steps", partial(READ, model_path=harsher(tmp_path / "same.npz", 0.0)))
        project.run()
    bridges = project.store.read(project.store.current(), "bridges").to_pylist()
    assert bridges
    for row in bridges:
        assert row["value"] == pytest.approx(0, abs=1e-6)
        assert row["low"] <= 0 <= row["high"]


def test_a_walk_with_one_reader_keeps_no_overlap(tmp_path: Path) -> None:
    project = simulated_project(tmp_path / "project", 300)
    project.run()
    found = tables_of(project.store)
    assert found["bridges"] == []
    assert "overlap" not in found


def opinions(rows: list[tuple[str, str, str, int]], *, y: int) -> pa.Table:
    """Opinions as (post, brand, venue, day of the year)."""
    days = np.datetime64("2024-01-01") + np.array([row[3] for row in rows])
    return pa.table(
        {
            "post_id": [row[0] for row in rows],
            "brand": [row[1] for row in rows],
            "aspect": [""] * len(rows),
            "venue": [row[2] for row in rows],
            "author": [row[0] for row in rows],
            "thread": [row[0] for row in rows],
            "day": pa.array(days),
            "y": pa.array([y] * len(rows), pa.int64()),
        }
    )


def snapshot(name: str, found: pa.Table, read: list[str], overridden: tuple[str, ...] = ()) -> bridging.Read:
    tables = {
        "opinions": found,
        "posts": pa.table({"post_id": read}),
        "post_readings": pa.table({"post_id": read}),
        "overrides": pa.table({"post_id": pa.array(overridden, pa.string())}),
        "origins": pa.table({"kind": ["model"], "name": [name], "n": [1]}),
    }
    return tables.__getitem__


def test_posts_that_one_reader_was_not_given_and_those_put_right_are_left_out() -> None:
    old = opinions([("a", "T", "v", 1), ("b", "T", "v", 2), ("gone", "T", "v", 3)], y=1_000)
    new = opinions([("a", "T", "v", 1), ("c", "T", "v", 2), ("late", "T", "v", 3), ("right", "T", "v", 3)], y=2_000)
    then = snapshot("eins", old, ["a", "b", "c", "gone", "right"])
    now = snapshot("zwei", new, ["a", "b", "c", "late", "right"], ("right",))
    rows = bridging.overlap_of(then, now, changed_at=datetime(2024, 5, 1, tzinfo=UTC)).sort_by("post_id").to_pylist()
    assert [(row["post_id"], row["old_y"], row["new_y"]) for row in rows] == [
        ("a", 1_000, 2_000),
        ("b", 1_000, None),
        ("c", None, 2_000),
    ]


def test_a_small_forum_is_drawn_from_as_much_as_a_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridging, "POSTS_PER_BRAND", 100)
    rows = [(f"{n:04x}", "T", "large" if n % 10 else "small", n % 180) for n in range(2_000)]
    ids = [row[0] for row in rows]
    then, now = (snapshot(name, opinions(rows, y=500), ids) for name in ("eins", "zwei"))
    drawn = bridging.overlap_of(then, now, changed_at=datetime(2024, 5, 1, tzinfo=UTC))
    assert len(drawn) == 100
    assert set(Counter((row["venue"], row["quarter"]) for row in drawn.to_pylist()).values()) == {25}
    assert sum(drawn["weight"].to_pylist()) == pytest.approx(2_000)
    again = bridging.overlap_of(then, now, changed_at=datetime(2024, 5, 1, tzinfo=UTC))
    assert again.sort_by("post_id").equals(drawn.sort_by("post_id"))
