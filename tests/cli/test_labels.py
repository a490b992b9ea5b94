"""From a drawn workbook to figures that rest on people's verdicts."""

from __future__ import annotations

import csv
import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from leumund.cli.labels import agreement, next_labels, plan, take_labels
from leumund.errors import MissingColumn, NothingToShow, StorageError, WrongUse
from leumund.loop import Project, init_project, open_project
from leumund.settings import BrandSetting

BRANDS = [BrandSetting("Telekom", own=True), BrandSetting("Vodafone")]
Row = dict[str, Any]
Case = tuple[Callable[[list[Row]], None], int, str]


def project_with_posts(folder: Path) -> Project:
    project = init_project(folder / "project", BRANDS)
    table = folder / "posts.csv"
    with table.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["id", "author", "date", "text"])
        for n in range(60):
            brand, word = ("Telekom", "Vodafone")[n % 2], ("=1+1 schlecht", "super")[n % 3 == 0]
            weekday = ("montags", "dienstags", "mittwochs", "donnerstags", "freitags")[n % 5]
            said = f"{brand} ist {word}, und zwar {weekday} um {n} Uhr {'x' * n}"
            rows.writerow([n, f"author {n % 17}", f"2020-03-{n % 28 + 1:02d}T10:00:00+01:00", said])
    project.import_pages([table])
    project.run()
    return project


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project_with_posts(tmp_path_factory.mktemp("walked")).folder


@pytest.fixture
def project(walked: Path, tmp_path: Path) -> Project:
    shutil.copytree(walked, tmp_path / "project")
    return open_project(tmp_path / "project")


def drawn(project: Project, tmp_path: Path, *, n: int = 40, labeller: str = "anna") -> list[Row]:
    """The rows of a drawn workbook by their headings."""
    path = tmp_path / f"{labeller}-{n}.xlsx"
    next_labels(project.folder, path, n=n, labeller=labeller)
    head, *rows = python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


def take(project: Project, tmp_path: Path, rows: Sequence[Row], name: str = "filled.csv") -> int:
    """Give back these rows as a table saved a second after the last one."""
    path = tmp_path / name
    with path.open("w", newline="", encoding="utf-8") as stream:
        out = csv.DictWriter(stream, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    return take_labels(path, project.folder)


def verdict(row: Row) -> str:
    return "positiv" if "super" in row["Beitrag"] else "negativ"


def filled(rows: Sequence[Row]) -> list[Row]:
    return [{**row, "Urteil": verdict(row)} for row in rows]


def labels(project: Project) -> list[Row]:
    with project.ledger() as ledger:
        found: list[Row] = ledger.labels().to_pylist()
    return found


def events(project: Project) -> int:
    import sqlite3

    with sqlite3.connect(project.folder / "ledger.sqlite") as connection:
        return int(connection.execute("SELECT count(*) FROM label_events").fetchone()[0])


def test_a_drawn_workbook_is_filled_in_taken_back_and_counts(project: Project, tmp_path: Path) -> None:
    rows = drawn(project, tmp_path)
    assert list(rows[0]) == [
        "Nr.",
        "Marke",
        "Zusammenhang",
        "Beitrag",
        "Urteil",
        "Wer",
        "Merkhilfe",
        "post_id",
        "plan_id",
    ]
    assert 36 <= len(rows) <= 40
    assert {row["Urteil"] for row in rows} == {""}, "nothing tells what the machine thinks"
    given_back = [*filled(rows[:-2]), *rows[-2:]]  # two are left for another day
    assert take(project, tmp_path, given_back) == 0
    assert take(project, tmp_path, given_back, "saved again.csv") == 0
    assert len(labels(project)) == events(project) == len(rows) - 2
    assert {label["guideline"] for label in labels(project)} == {project.guideline()[1]}
    project.run()
    own = next(
        row
        for row in project.picture().estimates
        if (row.measure, row.brand, row.period, row.counted) == ("net_index", "Telekom", "all", "posts")
        and not row.aspect
    )
    assert own.n_labels >= 16
    assert (own.support == "measured") == (own.n_labels >= 20)
    weights = project.store.read(project.store.current(), "judged", ["brand", "weight"]).to_pylist()
    assert sum(row["weight"] for row in weights if row["brand"] == "Telekom") == pytest.approx(30, rel=0.3)


def test_the_workbook_shows_words_and_nothing_of_machine_or_chance(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "posts.xlsx"
    next_labels(project.folder, path, n=10, labeller="anna")
    book = python_calamine.load_workbook(str(path))
    assert book.sheet_names == ["Beiträge", "Anleitung"]
    guide = " ".join(str(cell) for row in book.get_sheet_by_index(1).to_python() for cell in row)
    assert all(
        word in guide for word in ("negativ", "Ironie", "Fragen", "Zitate", "nicht gemeint", project.guideline()[1])
    )
    cells = {type(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row}
    assert cells == {str}, "no number stands in it, so no probability and no score"


def test_the_same_again_before_a_verdict_gives_the_same_posts(project: Project, tmp_path: Path) -> None:
    first = drawn(project, tmp_path)
    assert drawn(project, tmp_path) == first
    take(project, tmp_path, filled(first[:10]))
    later = drawn(project, tmp_path, n=10)
    assert not {row["post_id"] for row in later} & {row["post_id"] for row in first}, "what is out is not drawn again"


def test_two_people_get_different_posts_and_some_of_the_same(project: Project, tmp_path: Path) -> None:
    anna = drawn(project, tmp_path, n=20, labeller="anna")
    bert = drawn(project, tmp_path, n=20, labeller="bert")
    both = {row["post_id"] for row in anna} & {row["post_id"] for row in bert}
    assert len(both) == 2, "a tenth of the first draw"
    assert 18 <= len(bert) <= 20
    take(project, tmp_path, filled(anna), "anna.csv")
    take(project, tmp_path, filled(bert), "bert.csv")
    project.run()
    judged = project.store.read(project.store.current(), "judged", ["post_id", "n_labellers"]).to_pylist()
    assert {row["post_id"] for row in judged if row["n_labellers"] == 2} == both
    assert len(judged) == len(anna) + len(bert) - 2
    with pytest.raises(NothingToShow):
        drawn(project, tmp_path, n=0, labeller="bert")
    assert len(drawn(project, tmp_path, n=0, labeller="anna")) == 2, "a tenth of Bert's eighteen goes to Anna"


def test_words_are_understood_in_either_language_and_any_case(project: Project, tmp_path: Path) -> None:
    rows = drawn(project, tmp_path, n=16)[:8]
    said = ["NEGATIV", "positive", " Neutral ", "nicht gemeint", "Not this brand", "-1", "Lob", "weder noch"]
    assert take(project, tmp_path, [{**row, "Urteil": word} for row, word in zip(rows, said, strict=True)]) == 0
    found = {label["post_id"]: label["value"] for label in labels(project)}
    assert [found[row["post_id"]] for row in rows] == [
        *("negative", "positive", "neutral", "not_relevant", "not_relevant", "negative", "positive", "neutral")
    ]
    assert all(label["inclusion_probability"] for label in labels(project))


def test_a_changed_verdict_is_a_new_event_and_the_later_one_holds(project: Project, tmp_path: Path) -> None:
    rows = filled(drawn(project, tmp_path, n=12))[:6]
    take(project, tmp_path, rows)
    time.sleep(0.01)
    rows[0]["Urteil"] = "neutral"
    take(project, tmp_path, rows, "mended.csv")
    assert events(project) == 7
    assert {label["value"] for label in labels(project) if label["post_id"] == rows[0]["post_id"]} == {"neutral"}
    os.utime(tmp_path / "filled.csv")
    assert len(labels(project)) == 6


def spoil_text(rows: list[Row]) -> None:
    rows[0]["Beitrag"], rows[1]["Beitrag"] = rows[1]["Beitrag"], rows[0]["Beitrag"]


def spoil_id(rows: list[Row]) -> None:
    rows[0]["post_id"] = "0" * 32


def spoil_value(rows: list[Row]) -> None:
    rows[0]["Urteil"] = "ganz furchtbar"


def spoil_brand(rows: list[Row]) -> None:
    rows[0]["Marke"] = "Vodafone" if rows[0]["Marke"] == "Telekom" else "Telekom"


def spoil_name(rows: list[Row]) -> None:
    rows[0]["Wer"] = ""


def double_row(rows: list[Row]) -> None:
    rows.append({**rows[0], "Urteil": "neutral"})


@pytest.mark.parametrize(
    "case",
    [
        (spoil_text, 4, "the text is not that of post"),
        (spoil_id, 5, "no post 000000000000"),
        (spoil_value, 5, "value “ganz furchtbar” is not known"),
        (spoil_brand, 5, "was not asked of this post"),
        (spoil_name, 5, "nobody is named as labeller"),
        (double_row, 5, "something else elsewhere (rows 1 and 7)"),
    ],
)
def test_a_row_that_cannot_be_right_is_listed_and_the_others_are_taken(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str], case: Case
) -> None:
    spoil, kept, told = case
    rows = filled(drawn(project, tmp_path, n=12))[:6]
    spoil(rows)
    assert take(project, tmp_path, rows) == 1
    assert told in capsys.readouterr().err
    assert len(labels(project)) == kept
    assert all(label["plan_id"] for label in labels(project))


def test_the_order_of_rows_and_a_row_given_twice_change_nothing(project: Project, tmp_path: Path) -> None:
    rows = filled(drawn(project, tmp_path, n=12))[:6]
    assert take(project, tmp_path, [*rows[::-1], rows[3]]) == 0
    assert len(labels(project)) == events(project) == 6


def test_rows_that_no_plan_drew_teach_and_measure_nothing(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every = filled(drawn(project, tmp_path, n=12))
    rows = every[:6]
    undrawn = next(
        row
        for row in project.store.read(project.store.current(), "posts", ["post_id", "text"]).to_pylist()
        if row["post_id"] not in {r["post_id"] for r in every}
    )
    brand = undrawn["text"].split()[0]
    slipped_in = {**rows[0], "post_id": undrawn["post_id"], "Beitrag": undrawn["text"], "Marke": brand}
    without_plan = {**rows[1], "plan_id": ""}
    assert take(project, tmp_path, [*rows[2:], slipped_in, without_plan]) == 0
    assert "2 that no plan drew, for teaching only" in capsys.readouterr().err
    assert sum(label["inclusion_probability"] is None for label in labels(project)) == 2
    project.run()
    assert len(project.store.read(project.store.current(), "judged")) == 4


def test_rows_drawn_elsewhere_measure_by_the_chance_they_state_if_that_can_be(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{**row, "plan_id": "institute", "inclusion_probability": "0.2"} for row in filled(drawn(project, tmp_path))]
    rows[0]["inclusion_probability"] = "0.000001"
    assert take(project, tmp_path, rows[:6]) == 1
    told = capsys.readouterr().err
    assert "with inclusion_probability 1e-06 it stands for 1,000,000 opinions of at most 120" in told
    assert "5 of a draw made elsewhere, each as likely as it says" in told
    assert {label["inclusion_probability"] for label in labels(project)} == {0.2}


def test_rows_that_were_deleted_from_a_workbook_are_told(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = filled(drawn(project, tmp_path, n=12))
    assert take(project, tmp_path, rows) == 0
    assert "any more" not in capsys.readouterr().err
    assert take(project, tmp_path, rows[:9]) == 0
    assert "3 drawn posts not in the file any more" in capsys.readouterr().err


def test_a_file_older_than_what_holds_is_not_told_as_new(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = filled(drawn(project, tmp_path, n=6))
    later = [{**row, "Urteil": "neutral", "labelled_at": "2024-05-02"} for row in rows]
    earlier = [{**row, "labelled_at": "2024-05-01"} for row in rows]
    assert take(project, tmp_path, later) == 0
    capsys.readouterr()
    assert take(project, tmp_path, earlier) == 0
    told = capsys.readouterr().err
    assert "0 new labels of 6 rows; 6 known before, or older than the verdict that holds" in told
    assert {label["value"] for label in labels(project)} == {"neutral"}


def test_a_workbook_of_another_project_is_listed_row_by_row_and_nothing_is_taken(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = init_project(tmp_path / "other", BRANDS)
    table = tmp_path / "others.csv"
    table.write_text("id,author,date,text\n1,a,2020-03-01,Telekom ist gut\n", encoding="utf-8")
    other.import_pages([table])
    other.run()
    rows = filled(drawn(project, tmp_path, n=12))[:6]
    assert take(other, tmp_path, rows) == 1
    assert capsys.readouterr().err.count("is it a file of another project?") == 6
    assert labels(other) == []


def test_a_table_without_the_needed_columns_says_which(project: Project, tmp_path: Path) -> None:
    rows = [{"Marke": "Telekom", "Urteil": "negativ", "post_id": "1"}]
    with pytest.raises(MissingColumn) as error:
        take(project, tmp_path, rows)
    assert "labeller" in str(error.value)


def test_a_guideline_of_ones_own_is_handed_out_and_kept_with_each_label(project: Project, tmp_path: Path) -> None:
    settings = project.folder / "leumund.toml"
    (project.folder / "ours.txt").write_text("# Nur das\n- negativ: Tadel\n", encoding="utf-8")
    settings.write_text(settings.read_text("utf-8").replace('guideline = ""', 'guideline = "ours.txt"'), "utf-8")
    again = Project(project.folder, init_project(project.folder, BRANDS).settings)
    rows = filled(drawn(again, tmp_path, n=12))[:6]
    take(again, tmp_path, rows)
    assert {label["guideline"] for label in labels(again)} == {again.guideline()[1]} != {project.guideline()[1]}


def test_a_guideline_whose_spelling_is_mended_stays_the_same_under_the_same_name(project: Project) -> None:
    settings, ours = project.folder / "leumund.toml", project.folder / "ours.txt"
    ours.write_text("# Nur das\n- negativ: Tadl\n", encoding="utf-8")
    named = settings.read_text("utf-8").replace('guideline = ""', 'guideline = "ours.txt"')
    settings.write_text(named.replace('guideline_version = ""', 'guideline_version = "Frühjahr"'), "utf-8")
    again = Project(project.folder, init_project(project.folder, BRANDS).settings)
    before = again.guideline()
    ours.write_text("# Nur das\n- negativ: Tadel\n", encoding="utf-8")
    assert before[1] == again.guideline()[1] == "Frühjahr"
    assert before[0] != again.guideline()[0]


def test_the_plan_says_what_labels_buy_in_words_and_for_programs(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan(project.folder, form="text")
    words = capsys.readouterr().out
    assert "zu wenige, um zu sagen, wie gut der Leser diese Beiträge liest" in words
    assert "GermEval 2017" in words, "it says where the assumed figure was measured"
    plan(project.folder, form="json")
    before = json.loads(capsys.readouterr().out)
    assert before["reader"]["assumed"]["n"] == 2950
    quarter = before["figures"][0]
    assert quarter["best"] <= quarter["after_year"] <= quarter["after_quarter"]
    assert [figure["figure"] for figure in before["figures"]] == ["quarter", "week", "difference"]
    take(project, tmp_path, filled(drawn(project, tmp_path, n=58)))
    project.run()
    plan(project.folder, form="json")
    after = json.loads(capsys.readouterr().out.split("\n", 1)[1])
    assert after["reader"]["assumed"] is None
    assert after["reader"]["n_labels"] >= 50


def test_people_who_differ_are_shown_where(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    agreement(project.folder, form="text")
    assert "Noch hat niemand" in capsys.readouterr().out
    rows = filled(drawn(project, tmp_path, n=30))
    take(project, tmp_path, rows)
    again = [{**row, "Wer": "bert", "Urteil": "neutral" if n < 3 else row["Urteil"]} for n, row in enumerate(rows)]
    take(project, tmp_path, again)
    capsys.readouterr()
    agreement(project.folder, form="json")
    found = json.loads(capsys.readouterr().out)
    assert (found["n_posts"], found["n_same"], len(found["differing"])) == (len(rows), len(rows) - 3, 3)
    project.run()
    method = project.picture().method
    assert method.agreement is not None
    assert method.agreement.alpha == pytest.approx(found["alpha"])
    assert method.guidelines == (project.guideline()[1],)


def test_a_workbook_goes_into_a_new_folder_and_not_over_one_that_is_there(project: Project, tmp_path: Path) -> None:
    next_labels(project.folder, tmp_path / "new" / "labels.xlsx", n=5, labeller="anna")
    assert (tmp_path / "new" / "labels.xlsx").is_file()
    (tmp_path / "there.xlsx").mkdir()
    with pytest.raises(StorageError):
        next_labels(project.folder, tmp_path / "there.xlsx", n=5, labeller="anna")
    assert not list(tmp_path.glob(".there*"))
    with pytest.raises(WrongUse, match="does not end so"):
        next_labels(project.folder, tmp_path / "labels.csv", n=5, labeller="anna")


def test_a_verdict_of_tomorrow_is_set_aside(project: Project, tmp_path: Path) -> None:
    rows = drawn(project, tmp_path, n=5)
    for row in rows:
        row |= {"value": "neutral", "labelled_at": "2099-01-01T12:00:00"}
    table = tmp_path / "late.csv"
    with table.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert take_labels(table, project.folder) == 1
    with project.ledger() as ledger:
        assert ledger.labels().num_rows == 0
