"""The report as PDF: tagged, told in words, set without a network, and one page first."""

from __future__ import annotations

import io
import itertools
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pypdf
import pytest
import typst

from leumund.errors import StorageError
from leumund.reports import headline
from leumund.reports.layout import laid_out
from leumund.reports.pdf import MOST_ROWS, columns_for, report_files, report_pdf, write_pdf
from tests.reports.pictures import Plan, make_picture

PLANS = {
    "measured": Plan(weeks=28, brands=4),
    "unproven": Plan(weeks=28, brands=3, support="unproven", simulated=False),
    "mixed": Plan(weeks=40, brands=6, support="mixed"),
    "one brand": Plan(weeks=28, brands=1),
    "no posts": Plan(posts=False, simulated=False),
}
CASES = [(name, language) for name in PLANS for language in ("de", "en")]


@cache
def document(name: str, language: str) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(report_pdf(make_picture(PLANS[name]), language=language)))


def elements(reader: pypdf.PdfReader) -> list[tuple[str, Any]]:
    """All structure elements in order of reading: (role, element)."""

    def walk(node: Any) -> Iterator[tuple[str, Any]]:
        node = node.get_object()
        if isinstance(node, list):
            for part in node:
                yield from walk(part)
        elif isinstance(node, dict):
            if "/S" in node:
                yield str(node["/S"]), node
            if "/K" in node:
                yield from walk(node["/K"])

    return list(walk(reader.trailer["/Root"]["/StructTreeRoot"]))


def page_of(element: Any) -> int:
    """The page's object number where an element's first words stand."""
    if "/Pg" in element:
        return int(element.raw_get("/Pg").idnum)
    parts = element["/K"].get_object()
    return next(page_of(part.get_object()) for part in (parts if isinstance(parts, list) else [parts]))


def words(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).replace("\N{SOFT HYPHEN}", "").replace("-", "").split())


@pytest.mark.parametrize(("name", "language"), CASES)
def test_the_file_says_that_it_is_tagged_in_which_language_and_what_it_is_called(name: str, language: str) -> None:
    reader = document(name, language)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == laid_out(make_picture(PLANS[name]), language).title + (
        ": was die Leute sagen" if language == "de" else ": what people say"
    )
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


@pytest.mark.parametrize(("name", "language"), CASES)
def test_every_chart_is_told_in_words_and_every_table_has_heads(name: str, language: str) -> None:
    found = elements(document(name, language))
    report = laid_out(make_picture(PLANS[name]), language)
    charts = [chart for panel in (report.lead, *report.panels) for chart in panel.charts]
    figures = [element for role, element in found if role == "/Figure"]
    assert len(figures) == len(charts)
    assert all(len(str(element.get("/Alt", ""))) > 40 for element in figures)
    tables = [panel for panel in report.panels if panel.sheet and panel.sheet.rows]
    assert sum(role == "/Table" for role, _ in found) == len(tables)
    heads = sum(len(panel.sheet.heads) for panel in tables if panel.sheet)
    assert sum(role == "/TH" for role, _ in found) >= heads


@pytest.mark.parametrize(("name", "language"), CASES)
def test_headings_go_down_one_step_at_a_time(name: str, language: str) -> None:
    levels = [int(role[2]) for role, _ in elements(document(name, language)) if role[:2] == "/H" and role[2:].isdigit()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize(("name", "language"), CASES)
def test_the_first_page_holds_the_three_sentences_the_posts_and_the_one_thing_to_do(name: str, language: str) -> None:
    picture = make_picture(PLANS[name])
    report, page = laid_out(picture, language), words(document(name, language).pages[0].extract_text())
    for sentence in headline(picture, language):
        assert words(sentence) in page
    assert words(report.advice.text) in page
    assert all(words(post.marked) in page for post in report.five)
    assert words(report.panels[0].title) not in page
    assert ("SIMUL" in page) == picture.simulated


def test_the_pages_follow_the_panels_of_the_page_on_screen() -> None:
    report = laid_out(make_picture(PLANS["measured"]), "en")
    whole = words("".join(page.extract_text() for page in document("measured", "en").pages))
    places = [whole.index(words(panel.title)) for panel in report.panels]
    assert places == sorted(places)


def test_no_font_is_taken_from_the_machine() -> None:
    fonts = set()
    for page in document("measured", "de").pages:
        fonts |= {str(font.get_object()["/BaseFont"]) for font in page["/Resources"].get("/Font", {}).values()}
    assert fonts
    assert all("Libertinus" in font or "DejaVuSansMono" in font for font in fonts)


def test_the_same_picture_gives_the_same_bytes() -> None:
    picture = make_picture(PLANS["one brand"])
    assert report_pdf(picture, language="de") == report_pdf(picture, language="de")
    later = replace(picture, made_at=datetime(2026, 1, 1, tzinfo=picture.made_at.tzinfo))
    assert report_pdf(later, language="de") != report_pdf(picture, language="de")


def test_hostile_words_stay_words() -> None:
    hostile = '#panic("x") *b* $x$ @y <z> `r` [a] \\ "q" ]'
    picture = make_picture(Plan(weeks=8, brands=2, hostile=hostile))
    picture = replace(picture, title='#eval("1") & <b>')
    reader = pypdf.PdfReader(io.BytesIO(report_pdf(picture, language="de")))
    page = words(reader.pages[0].extract_text())
    assert words('#panic("x")*b*$x$@y<z>`r`[a]') in page
    assert words('#eval("1") & <b>') in page


def test_a_chart_without_words_is_refused() -> None:
    files = report_files(make_picture(PLANS["one brand"]), language="en")
    told = json.loads(files["report.json"])
    for panel in (told["lead"], *told["panels"]):
        for chart in panel["charts"]:
            chart["alt"] = None
    files["report.json"] = json.dumps(told).encode()
    with pytest.raises(typst.TypstError):
        typst.compile(files, format="pdf", pdf_standards="ua-1", ignore_system_fonts=True)


def test_charts_for_paper_have_plain_colours_and_nothing_that_waits_to_be_pointed_at() -> None:
    charts = {
        name: text.decode()
        for name, text in report_files(make_picture(PLANS["measured"]), language="de").items()
        if name.endswith(".svg")
    }
    assert any("_hidden_" in svg for svg in charts.values())
    for svg in charts.values():
        assert "var(" not in svg
        assert "<a " not in svg
        assert "system-ui" not in svg
        hidden = re.findall(r'<g class="[^"]*_hidden_[^"]*"( display="none")?', svg)
        assert all(hidden)


def test_a_long_table_says_how_many_rows_are_in_the_workbook() -> None:
    picture = make_picture(Plan(weeks=60, brands=6))
    told = json.loads(report_files(picture, language="de")["report.json"])
    long = [panel for panel in laid_out(picture, "de").panels if panel.sheet and len(panel.sheet.rows) > MOST_ROWS]
    assert long
    for panel in long:
        (sheet,) = [one["sheet"] for one in told["panels"] if one["title"] == panel.title]
        assert len(sheet["rows"]) == MOST_ROWS
        assert str(len(panel.sheet.rows) - MOST_ROWS) in sheet["left_out"]


@pytest.mark.parametrize(("name", "language"), CASES)
def test_a_torn_table_has_at_least_three_rows_on_either_side(name: str, language: str) -> None:
    torn = 0
    for table in (element for role, element in elements(document(name, language)) if role == "/Table"):
        parts = [part.get_object() for part in table["/K"] if part.get_object()["/S"] != "/THead"]
        rows = [row.get_object() for part in parts for row in part["/K"]]
        counts = [len(list(run)) for _, run in itertools.groupby(rows, page_of)]
        torn += len(counts) > 1
        assert len(counts) == 1 or min(counts[0], counts[-1]) >= 3
    assert torn or name != "mixed"


@pytest.mark.parametrize(("name", "language"), CASES)
def test_no_heading_is_left_alone_at_the_foot_of_a_page(name: str, language: str) -> None:
    told = [
        one for one in elements(document(name, language)) if one[0] in ("/H1", "/H2", "/H3", "/P", "/Figure", "/TR")
    ]
    assert all(
        page_of(heading) == page_of(after)
        for (role, heading), (_, after) in itertools.pairwise(told)
        if role.startswith("/H")
    )


@pytest.mark.parametrize(("n", "columns"), [(1, 1), (2, 2), (3, 3), (4, 2), (5, 3), (6, 3), (9, 3)])
def test_small_charts_stand_in_rows_that_are_as_full_as_they_can_be(n: int, columns: int) -> None:
    assert columns_for(n) == columns


def test_an_interval_is_not_torn_from_its_figure() -> None:
    told = json.loads(report_files(make_picture(PLANS["measured"]), language="de")["report.json"])
    texts = [*told["sentences"], *(one["title"] for one in told["panels"])]
    spans = [text for text in texts if " bis " in text.replace("\N{NO-BREAK SPACE}", " ") and "(" in text]
    assert spans
    assert not any(re.search(r"\d (?:% )?\([−+\d]|\([−+\d][^)]* bis ", text) for text in spans)


def test_a_place_that_cannot_be_written_to_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StorageError) as told:
        write_pdf(make_picture(PLANS["no posts"]), tmp_path / "file" / "picture.pdf", language="de")
    assert told.value.next_step
