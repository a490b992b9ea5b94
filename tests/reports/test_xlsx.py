"""The report as a workbook: numbers that can be worked with, words that stay words."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from leumund.errors import StorageError
from leumund.loop import Project
from leumund.picture.view import Picture
from leumund.reports import headline
from leumund.reports.layout import laid_out
from leumund.reports.xlsx import report_xlsx, write_xlsx
from leumund.wording import say
from tests.reports.pictures import Plan, make_picture
from tests.walks import Talk, talking_project

PLANS = {
    "measured": Plan(weeks=14, brands=4),
    "unproven": Plan(weeks=14, brands=3, support="unproven", simulated=False),
    "mixed": Plan(weeks=14, brands=4, support="mixed"),
    "one brand": Plan(weeks=14, brands=1),
    "no posts": Plan(posts=False, simulated=False),
}
CASES = [(name, language) for name in PLANS for language in ("de", "en")]


@cache
def document(name: str, language: str) -> bytes:
    return report_xlsx(make_picture(PLANS[name]), language=language)


def sheets(book: bytes) -> dict[str, list[list[Any]]]:
    read = CalamineWorkbook.from_filelike(io.BytesIO(book))
    return {name: read.get_sheet_by_name(name).to_python() for name in read.sheet_names}


def table(rows: list[list[Any]]) -> list[dict[str, Any]]:
    """The rows below the empty line, by the heads of their columns."""
    top = next(i for i, row in enumerate(rows) if not any(row)) + 1
    return [dict(zip(rows[top], row, strict=True)) for row in rows[top + 1 :]]


def parts(book: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(book)) as file:
        return {name: file.read(name).decode() for name in file.namelist() if name.endswith((".xml", ".rels"))}


@pytest.mark.parametrize(("name", "language"), CASES)
def test_each_panel_has_its_sheet_and_the_first_one_is_plain(name: str, language: str) -> None:
    picture, found = make_picture(PLANS[name]), sheets(document(name, language))
    report = laid_out(picture, language)
    first, *rest = found.items()
    text = [str(row[0]) for row in first[1]]
    assert all(sentence in text for sentence in headline(picture, language))
    assert report.advice.text in text
    titles = [rows[0][0] for _, rows in rest]
    assert titles[: len(report.panels)] == [panel.title for panel in report.panels]
    assert len(rest) == len(report.panels) + 2
    assert all(len(tab) <= 31 for tab in found)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", ["measured", "mixed", "unproven"])
def test_every_figure_is_there_as_numbers_with_its_interval_in_columns_of_its_own(name: str, language: str) -> None:
    picture = make_picture(PLANS[name])
    rows = table(sheets(document(name, language))[say("report.all_figures", language)])
    identity = say("head.figure_id", language)
    by_id = {row[identity]: row for row in rows}
    assert by_id.keys() == {figure.figure_id for figure in picture.estimates}
    unit = say("unit.mixed", language)
    for figure in picture.estimates:
        row = by_id[figure.figure_id]
        middle = "" if figure.support == "unproven" or figure.value is None else figure.value
        shown = {"middle": middle, "low": figure.low, "high": figure.high, "machine_value": figure.machine_value}
        for column, value in shown.items():
            cell = row[say(f"head.{column}", language, unit=unit)]
            assert cell == ("" if value in (None, "") else pytest.approx(value))
        assert row[say("head.posts", language)] == figure.n_posts
        assert row[say("head.first_day", language)] == figure.period_start
        words = f"support.{figure.support}" if figure.value is not None else "verdict.too_few"
        assert row[say("head.support", language)] == say(words, language)


def test_a_share_is_written_in_per_cent_and_an_index_with_its_sign() -> None:
    book = parts(document("measured", "de"))
    assert 'formatCode="0.0%"' in book["xl/styles.xml"]
    assert "+0.0;\N{MINUS SIGN}0.0;0.0" in book["xl/styles.xml"]
    assert "dd.mm.yyyy" in book["xl/styles.xml"]
    shares = table(sheets(document("measured", "de"))[say("contents.share", "de")])
    assert all(0 <= row["Wert (Anteil)"] <= 1 for row in shares if row["Wert (Anteil)"] != "")
    assert any(isinstance(row["Wert (Anteil)"], float) for row in shares)


def test_what_was_collected_and_left_out_are_numbers_too() -> None:
    found = sheets(document("measured", "en"))
    for panel in ("coverage", "left-out"):
        rows = table(found[say(f"contents.{panel}", "en")])
        assert rows
        assert all(isinstance(row["Posts"], float) for row in rows)


def test_a_simulated_truth_stands_beside_the_figure_in_the_same_unit() -> None:
    picture = make_picture(PLANS["measured"])
    rows = table(sheets(document("measured", "en"))[say("contents.truth", "en")])
    values = {round(truth.value, 9) for truth in picture.truth if truth.period != "week"}
    assert {round(row["Truth"], 9) for row in rows} == values


def test_the_head_stays_in_sight_and_columns_are_wide_enough() -> None:
    for name, xml in parts(document("measured", "en")).items():
        if "worksheets/sheet" in name and "<autoFilter" in xml:
            assert 'state="frozen"' in xml
            assert all(float(width) >= 8 for width in re.findall(r'<col [^>]*width="([\d.]+)"', xml))


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_words_that_look_like_a_formula_stay_words(start: str) -> None:
    evil = f'{start}HYPERLINK("https://evil.example","x")'
    picture = make_picture(Plan(weeks=8, brands=2))
    evidence = tuple(replace(row, excerpt=evil, mark_start=0, mark_end=4, venue=evil) for row in picture.evidence)
    figures = tuple(replace(f, brand=evil if f.brand == picture.own else f.brand) for f in picture.estimates)
    book = report_xlsx(replace(picture, own=evil, title=evil, evidence=evidence, estimates=figures), language="en")
    for name, xml in parts(book).items():
        assert "<f>" not in xml, name
        assert "<hyperlink" not in xml, name
        assert (
            "evil.example" not in xml or name.endswith("sharedStrings.xml") or "drawing" in name or "docProps" in name
        )
    assert 'quotePrefix="1"' in parts(book)["xl/styles.xml"]
    words = [row["Words"] for row in table(sheets(book)[say("workbook.posts_tab", "en")])]
    assert words
    assert set(words) == {evil}


def test_posts_are_quoted_with_at_most_two_hundred_characters_and_each_once() -> None:
    picture = make_picture(Plan(weeks=8, brands=2))
    long = tuple(replace(row, excerpt="ab " * 300) for row in picture.evidence)
    rows = table(sheets(report_xlsx(replace(picture, evidence=long), language="de"))["Beiträge im Wortlaut"])
    assert {row["Kennung (post_id)"] for row in rows} == {row.post_id for row in long}
    assert len(rows) == len({row.post_id for row in long})
    assert all(len(row["Wortlaut"]) <= 200 for row in rows)
    assert all(isinstance(row["Tag"], date) for row in rows)


def test_a_date_that_is_not_known_to_the_day_stays_empty() -> None:
    picture = make_picture(Plan(weeks=8, brands=1))
    vague = tuple(replace(row, posted_precision="month") for row in picture.evidence)
    rows = table(sheets(report_xlsx(replace(picture, evidence=vague), language="en"))["Posts in their words"])
    assert {row["Day"] for row in rows} == {""}


def test_characters_that_no_workbook_may_hold_do_not_break_it() -> None:
    picture = make_picture(Plan(weeks=8, brands=1))
    odd = tuple(replace(row, excerpt="a\x00b\x0b\ufffe\U0001f600" + row.excerpt[:100]) for row in picture.evidence)
    rows = table(sheets(report_xlsx(replace(picture, evidence=odd), language="en"))["Posts in their words"])
    assert all("\U0001f600" in row["Words"] for row in rows)


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert report_xlsx(make_picture(PLANS["one brand"]), language="de") == document("one brand", "de")


def test_brands_with_odd_names_get_tabs_that_excel_takes() -> None:
    picture: Picture = make_picture(Plan(weeks=8, brands=2))
    figures = tuple(replace(f, aspect="a[b]:*?/\\'" if f.aspect else "") for f in picture.estimates)
    assert len(sheets(report_xlsx(replace(picture, estimates=figures), language="en"))) > 5


def test_a_place_that_cannot_be_written_to_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StorageError) as told:
        write_xlsx(make_picture(PLANS["no posts"]), tmp_path / "file" / "picture.xlsx", language="de")
    assert told.value.next_step


LOW_HIGH = ("low", "high")
_SPAN = re.compile(r"\([−+]?\d[^()]*\b(bis|to)\b [^()]*\)")


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two forums in which one brand is judged better in the end."""
    talk = Talk(a_day=12, good_after={"a.example": 0.8, "b.example": 0.9})
    return talking_project(tmp_path_factory.mktemp("turned") / "project", talk)


@pytest.mark.parametrize("language", ["de", "en"])
def test_intervals_of_changes_and_aspects_are_numbers_too(turned: Project, language: str) -> None:
    found = sheets(report_xlsx(turned.picture(), language=language))
    for panel, column in (("change", "part.opinion"), ("drivers", "part.rate")):
        rows = table(found[say(f"contents.{panel}", language)])
        assert [value for row in rows for value in row.values() if _SPAN.search(str(value))] == []
        names = [say(column, language), *(say(f"head.{end}", language, unit=say(column, language)) for end in LOW_HIGH)]
        told = [[row[name] for name in names] for row in rows if row[names[0]] != "–"]
        assert told
        assert all(low <= middle <= high for middle, low, high in told)


@pytest.mark.parametrize("language", ["de", "en"])
def test_intervals_of_campaigns_are_numbers_too(market: Project, language: str) -> None:
    found = sheets(report_xlsx(market.picture(), language=language))
    campaigns = [
        rows for name, rows in found.items() if name.startswith(say("campaign.contents", language, name="")[:8])
    ]
    assert len(campaigns) >= 2
    for rows in campaigns:
        assert [value for row in table(rows) for value in row.values() if _SPAN.search(str(value))] == []
