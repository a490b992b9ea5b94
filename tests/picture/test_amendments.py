"""What a published report said and what is known today: errata, revisions, and figures that merely grow."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.compute as pc
import pytest

from leumund.cli import picture as door
from leumund.errors import NothingToShow, UnknownName, WrongUse
from leumund.loop import Project, open_project
from leumund.picture import amendments
from leumund.picture.amendments import held
from leumund.tables import Amendment
from tests.walks import label_some, simulated_project


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = simulated_project(tmp_path_factory.mktemp("amendments") / "project", 1_500, rows_per_file=500)
    project.run()
    return project


@pytest.fixture
def project(walked: Project, tmp_path: Path) -> Project:
    return open_project(shutil.copytree(walked.folder, tmp_path / "project"))


def publish(project: Project, title: str = "Erstes Quartal") -> Path:
    door.publish(project.folder, title=title, by="müller")
    with project.ledger() as ledger:
        rows = ledger.publications().to_pylist()
    return project.shelf / str(next(row for row in reversed(rows) if row["title"] == title)["publication_id"])


def frozen(shelf: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in shelf.iterdir() if not path.name.startswith("amendments")}


def noted(project: Project) -> list[Amendment]:
    return [one for new in project.amend().values() for one in new]


def first_opinion(project: Project) -> dict[str, object]:
    """A negative opinion on the own brand, the post as a whole."""
    rows = project.store.read(project.store.current(), "opinions").sort_by("post_id").to_pylist()
    own = project.settings.own_brand.name
    return next(row for row in rows if row["brand"] == own and row["aspect"] == "" and row["y"] < -2_000)


def test_a_report_of_which_nothing_changed_has_no_amendments(project: Project) -> None:
    shelf = publish(project)
    assert noted(project) == []
    assert "Bisher keine" in (shelf / "amendments.de.html").read_text(encoding="utf-8")
    assert 'href="amendments.en.html"' in (shelf / "en.html").read_text(encoding="utf-8")


def test_before_the_first_report_there_is_nothing_to_check(project: Project) -> None:
    with pytest.raises(NothingToShow):
        door.check(project.folder)


def test_a_reading_put_right_makes_errata_where_it_counts_and_nowhere_else(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    shelf = publish(project)
    before = frozen(shelf)
    row = first_opinion(project)
    put_right = {"field": "polarity", "value": "positive", "brand": str(row["brand"])}
    project.override(str(row["post_id"]), **put_right, reason="Ironie", by="müller")
    assert noted(project) == []  # the figures follow with the next run
    project.run()
    capsys.readouterr()
    door.check(project.folder)
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert found
    assert {(one["kind"], one["cause"]) for one in found} == {("erratum", "overridden")}
    assert all(row["brand"] in (one["brand"], one["rival"]) for one in found)
    assert all(one["period_start"] <= str(row["day"]) <= one["period_end"] for one in found)
    week = next(
        one for one in found if (one["measure"], one["period"], one["counted"]) == ("net_index", "week", "posts")
    )
    assert week["new_value"] > week["old_value"]
    assert frozen(shelf) == before
    page = (shelf / "amendments.de.html").read_text(encoding="utf-8")
    assert "Berichtigung" in page
    assert "Lesarten wurden richtiggestellt" in page
    assert "Nachträge zum Bericht „Erstes Quartal“</h1>" in page
    door.check(project.folder)
    assert capsys.readouterr().out == ""


def test_a_post_taken_out_and_let_in_again_leaves_the_report_as_it_was(project: Project) -> None:
    publish(project)
    post_id = str(first_opinion(project)["post_id"])
    project.override(post_id, field="relevant", value="false", reason="gar nicht gemeint", by="müller")
    project.run()
    assert {one.kind for one in noted(project)} == {"erratum"}
    project.override(post_id, field="relevant", value="", reason="doch gemeint", by="müller")
    project.run()
    assert noted(project)
    with project.ledger() as ledger:
        assert held([Amendment(**row) for row in ledger.amendments().to_pylist()]) == []


def test_new_labels_make_revisions(project: Project) -> None:
    publish(project)
    label_some(project, every=7)
    project.run()
    found = noted(project)
    assert found
    assert {(one.kind, one.cause) for one in found} == {("revision", "new_labels")}


def withhold(project: Project, n_parts: int) -> Iterator[None]:
    """Take the last parts of the posts away, and bring them back at the second step."""
    whole = project.store.current()
    project.store.pin(whole.snapshot_id)
    project.store.commit(whole.with_parts({"posts": whole.tables["posts"][:-n_parts]}))
    project.run()
    yield
    project.store.commit(project.store.current().with_parts({"posts": whole.tables["posts"]}))
    project.run()
    yield


def test_posts_that_came_in_late_make_revisions_of_periods_that_were_over(project: Project) -> None:
    steps = withhold(project, 1)
    next(steps)
    publish(project)
    next(steps)
    found = noted(project)
    assert found
    assert {one.kind for one in found} == {"revision"}
    assert {one.cause for one in found} <= {"late_posts", "new_posts", "late_posts+copies"}
    assert all(one.period_end < datetime.now(UTC).date() for one in found)


def test_posts_that_are_gone_make_errata(project: Project) -> None:
    publish(project)
    next(withhold(project, 1))
    found = noted(project)
    assert "erased" in {one.cause.split("+")[0] for one in found}
    assert all(one.kind == "erratum" for one in found if "erased" in one.cause)


def test_a_period_that_was_not_over_may_grow_but_not_be_put_right_in_silence(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = withhold(project, 1)
    next(steps)
    post_id = str(first_opinion(project)["post_id"])
    shelf = publish(project)
    told = json.loads((shelf / "de.json").read_text(encoding="utf-8"))
    last = datetime.fromisoformat(told["period_start"]).replace(tzinfo=UTC) - timedelta(days=1)
    read = amendments.published_of  # as if the report had been made on its last day
    monkeypatch.setattr(amendments, "published_of", lambda *which: replace(read(*which), made_at=last))
    next(steps)
    assert noted(project) == []
    project.override(post_id, field="relevant", value="false", reason="Irrtum", by="müller")
    project.run()
    found = noted(project)
    assert found
    assert {one.cause for one in found} == {"overridden"}


def test_the_next_report_tells_what_changed_in_the_one_before(project: Project) -> None:
    publish(project)
    row = first_opinion(project)
    put_right = {"field": "polarity", "value": "positive", "brand": str(row["brand"])}
    project.override(str(row["post_id"]), **put_right, reason="Ironie", by="müller")
    project.run()
    n = len(noted(project))
    shelf = publish(project, "Zweites Quartal")
    told = json.loads((shelf / "de.json").read_text(encoding="utf-8"))["amended"]
    assert [(one["title"], one["kind"], one["n_figures"]) for one in told] == [("Erstes Quartal", "erratum", n)]
    assert f"{n} Zahlen früherer Berichte lauten heute anders" in (shelf / "de.html").read_text(encoding="utf-8")


def test_a_published_snapshot_is_kept_however_many_follow(project: Project) -> None:
    publish(project)
    published = project.store.current()
    rows = project.store.read(published, "opinions").sort_by("post_id").to_pylist()
    for number, row in enumerate(rows[::40][:5]):
        said = f"Irrtum {number}"
        project.override(str(row["post_id"]), field="relevant", value="false", reason=said, by="müller")
        project.run()
    assert open_project(project.folder).store.read(published, "opinions").num_rows == len(rows)
    unpublished = [path for path in (project.folder / "snapshots").glob("*.json") if path.stem != published.snapshot_id]
    assert len(unpublished) <= 3


def test_without_the_old_snapshot_the_reason_is_unknown(project: Project) -> None:
    publish(project)
    (project.folder / "snapshots" / f"{project.store.current().snapshot_id}.pinned").unlink()
    published = project.store.current().snapshot_id
    row = first_opinion(project)
    for value in ("positive", "neutral", "positive", "neutral"):
        project.override(
            str(row["post_id"]), field="polarity", value=value, brand=str(row["brand"]), reason="Ironie", by="müller"
        )
        project.run()
    if project.store.keeps(published):
        (project.folder / "snapshots" / f"{published}.json").unlink()
    assert {(one.kind, one.cause) for one in noted(project)} == {("revision", "unknown")}


def test_what_cannot_be_put_right_is_said(project: Project) -> None:
    row = first_opinion(project)
    post, brand = str(row["post_id"]), str(row["brand"])
    right = {"field": "polarity", "value": "positive", "brand": brand, "reason": "Ironie", "by": "müller"}
    for wrong in ({"field": "polarty"}, {"value": "gut"}, {"brand": "Nirgends"}, {"aspect": "Wetter"}):
        with pytest.raises(UnknownName):
            project.override(post, **{**right, **wrong})
    with pytest.raises(UnknownName):
        project.override("00ff", **right)
    for wrong in ({"brand": ""}, {"reason": " "}):
        with pytest.raises(WrongUse):
            project.override(post, **{**right, **wrong})
    assert project.override(post, **right) == 1


def test_an_opinion_put_right_is_shown_as_no_evidence_of_what_the_machine_read(project: Project) -> None:
    row = first_opinion(project)
    post, brand = str(row["post_id"]), str(row["brand"])
    project.override(post, field="polarity", value="positive", brand=brand, reason="Ironie", by="müller")
    project.run()
    snapshot = project.store.current()
    opinions = project.store.read(snapshot, "opinions").filter(
        (pc.field("post_id") == post) & (pc.field("brand") == brand)
    )
    assert {one["y"] for one in opinions.to_pylist() if one["aspect"] == ""} == {10_000}
    telling = project.store.read(snapshot, "telling").to_pylist()
    assert not [one for one in telling if (one["post_id"], one["brand"], one["aspect"]) == (post, brand, "")]


def test_an_amendment_of_an_amendment_is_noted_against_what_was_published(project: Project) -> None:
    publish(project)
    row = first_opinion(project)
    post, brand = str(row["post_id"]), str(row["brand"])
    seen = []
    for value in ("positive", "neutral"):
        project.override(post, field="polarity", value=value, brand=brand, reason="Ironie", by="müller")
        project.run()
        seen.append({one.figure_id: one for one in noted(project)})
    both = set(seen[0]) & set(seen[1])
    assert both
    for figure_id in both:
        first, second = (one[figure_id] for one in seen)
        same = {"amendment_id": "", "snapshot_id": "", "noted_at": first.noted_at}
        then = {name: getattr(first, name) for name in ("new_value", "new_low", "new_high", "new_support")}
        assert replace(second, **same, **then) == replace(first, **same)
