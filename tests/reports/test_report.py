"""The report as a file: whole, safe, reachable, and below its bound."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from leumund.errors import StorageError
from leumund.picture.view import Picture
from leumund.reports import behind, write_report
from leumund.reports.account import method_panels
from leumund.reports.change import verdict_sentence
from leumund.reports.figures import Figures, disagree, spoken
from leumund.reports.gaps import shown_gaps, stretches, whole_gaps
from leumund.reports.html import MOST_BYTES, report_html
from leumund.reports.layout import laid_out
from leumund.reports.overtime import _change, lead_panel
from leumund.tables import Coverage
from tests.reports.pictures import Plan, make_picture
from tests.reports.test_headline import moved

VOID = {"meta", "link", "br", "img", "input", "hr", "wbr"}
PLANS = {
    "measured": Plan(weeks=28, brands=4),
    "unproven": Plan(weeks=28, brands=3, support="unproven", simulated=False),
    "mixed": Plan(weeks=28, brands=4, support="mixed"),
    "one brand": Plan(weeks=28, brands=1),
    "no posts": Plan(posts=False, simulated=False),
    "few weeks": Plan(weeks=6, gap=False),
}


class Page(HTMLParser):
    """A page taken apart: its elements in order, ids, links, and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.unclosed: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unclosed.append(tag)

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.words.append(data)

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]

    def count(self, tag: str) -> int:
        return sum(found == tag for found, _ in self.elements)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module", params=[(name, language) for name in PLANS for language in ("de", "en")], ids=str)
def page(request: pytest.FixtureRequest) -> Page:
    name, language = request.param
    return Page(report_html(make_picture(PLANS[name]), language=language, twin="report.json"))


def test_the_page_is_well_formed_and_has_its_landmarks(page: Page) -> None:
    assert page.open == []
    assert page.unclosed == []
    assert page.count("h1") == page.count("main") == page.count("header") == page.count("footer") == 1
    assert all(page.count(tag) == 1 for tag in ("nav", "dialog"))
    assert all("scope" in attributes for tag, attributes in page.elements if tag == "th")
    assert page.count("caption") == page.count("table")


def test_no_id_stands_twice_and_every_link_leads_somewhere(page: Page) -> None:
    ids = Counter(page.values("id"))
    assert [name for name, times in ids.items() if times > 1] == []
    for address in page.values("href"):
        assert address in ("report.json", "data:,") or address[1:] in ids, address
    for name in ("aria-labelledby", "aria-describedby"):
        assert set(page.values(name)) <= set(ids)


def test_the_page_asks_nothing_of_the_network(page: Page) -> None:
    assert page.values("src") == []
    assert not [address for address in page.values("href") if "//" in address]
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"iframe", "object", "embed", "img", "form"} - {"form"}


def test_no_placeholder_is_left_and_nothing_is_none(page: Page) -> None:
    assert not re.search(r"\{\w*\}|\bNone\b|\bnan\b|undefined", page.text)
    assert not re.search(r"(?<![\w-])-\d", " ".join(page.values("aria-label")))


def test_a_simulated_project_says_so_first(page: Page) -> None:
    simulated = "SIMUL" in page.text
    assert simulated == ("erfunden" in page.text or "made up" in page.text)
    if simulated:
        assert page.text.index("SIMUL") < page.text.index("Nordnetz", page.text.index("SIMUL"))


def test_hostile_posts_stay_text() -> None:
    hostile = "<script>alert(1)</script>\"' onclick=x </blockquote><img src=x onerror=y>&lt;"
    picture = make_picture(Plan(weeks=8, brands=2, hostile=hostile))
    picture = replace(picture, title='<b>"Titel"</b>', own=picture.own)
    read = Page(report_html(picture, language="de", twin="x.json"))
    assert read.open == []
    assert read.count("script") == 1
    assert read.count("img") == read.count("b") == 0
    assert not [attributes for _, attributes in read.elements if "onclick" in attributes or "onerror" in attributes]
    assert "<script>alert(1)</script>" in "".join(read.words)


def test_a_hostile_brand_stays_text_in_charts_and_tables() -> None:
    picture = make_picture(Plan(weeks=8, brands=2))
    name = '<i onmouseover="x">A & B</i>'
    figures = tuple(
        replace(f, brand=name if f.brand == picture.own else f.brand, figure_id=f.figure_id) for f in picture.estimates
    )
    read = Page(report_html(replace(picture, own=name, estimates=figures), language="en", twin="x.json"))
    assert read.open == []
    assert read.count("i") == 0
    assert not read.values("onmouseover")


def test_every_figure_stands_in_the_table_and_every_drawn_figure_opens_its_row(tmp_path: Path) -> None:
    picture = make_picture(Plan(weeks=20))
    text = report_html(picture, language="de", twin="x.json")
    rows = set(re.findall(r'<tr id="f-(\w+)">', text))
    assert rows == {figure.figure_id for figure in (*picture.estimates, *picture.polarities)}
    drawn = set(re.findall(r'<a href="#f-(\w+)" aria-label="[^"]+"><title>', text))
    told = {f.figure_id for f in picture.estimates if f.value is not None and f.measure == "net_index"}
    weekly = {f.figure_id for f in picture.estimates if f.period == "week" and f.counted == "posts"}
    assert drawn <= rows
    assert (told & weekly) - drawn == set()


def test_a_figure_names_the_posts_behind_it_and_they_stand_in_the_file() -> None:
    picture = make_picture(Plan(weeks=8, brands=2))
    text = report_html(picture, language="de", twin="x.json")
    for figure in picture.estimates[:40]:
        row = re.search(rf'<tr id="f-{figure.figure_id}">.*?</tr>', text, flags=re.S)
        assert row is not None
        linked = re.findall(r'href="#p-(\w+)"', row[0])
        assert linked == [post.post_id for post in picture.evidence if post.figure_id == figure.figure_id]
        assert all(f'<article id="p-{post_id}">' in text for post_id in linked)


def test_the_telling_words_are_marked() -> None:
    picture = make_picture(Plan(weeks=8, brands=2))
    row = picture.evidence[0]
    shown = behind.shown_post(row, "de")
    assert shown.marked == row.excerpt[row.mark_start : row.mark_end]
    assert shown.before + shown.marked + shown.after == row.excerpt
    assert f"<mark>{shown.marked}</mark>" in report_html(picture, language="de", twin="x.json")


def test_never_more_than_two_hundred_characters_of_a_post_are_quoted() -> None:
    picture = make_picture(Plan(weeks=8, brands=1))
    long = replace(picture.evidence[0], excerpt="ab " * 300, mark_start=150, mark_end=400)
    shown = behind.shown_post(long, "de")
    assert len(shown.before + shown.marked + shown.after) == 200


def test_a_date_is_told_no_more_exactly_than_it_is_known() -> None:
    row = make_picture(Plan(weeks=8, brands=1)).evidence[0]
    told = {p: behind.shown_post(replace(row, posted_precision=p), "en").when for p in ("minute", "month", "unknown")}
    assert told["unknown"] == "no date"
    assert re.fullmatch(r"\d+ \w+ \d{4}", told["minute"])
    assert re.fullmatch(r"\w+ \d{4}", told["month"])


def test_five_different_posts_are_shown_and_each_polarity_has_one() -> None:
    picture = make_picture(Plan(weeks=60))
    five = behind.five_posts(behind.Figures(picture))
    assert len({row.post_id for row in five}) == 5
    leans = {max((row.p_negative, "n"), (row.p_positive, "p"))[1] for row in five}
    assert leans == {"n", "p"}


def test_the_json_twin_lies_beside_the_page_and_holds_the_same_figures(tmp_path: Path) -> None:
    picture = make_picture(Plan(weeks=8, brands=2))
    write_report(picture, tmp_path / "new" / "picture.html", language="en")
    twin = json.loads((tmp_path / "new" / "picture.json").read_text(encoding="utf-8"))
    assert {row["figure_id"] for row in twin["estimates"]} == {figure.figure_id for figure in picture.estimates}
    assert 'href="picture.json"' in (tmp_path / "new" / "picture.html").read_text(encoding="utf-8")
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["picture.html", "picture.json"]


def test_a_report_written_twice_is_the_same(tmp_path: Path) -> None:
    picture = make_picture(Plan(weeks=8, brands=2))
    texts = [report_html(picture, language="de", twin="x.json") for _ in range(2)]
    assert texts[0] == texts[1]


def test_a_place_that_is_not_there_or_not_a_folder_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StorageError) as told:
        write_report(make_picture(Plan(posts=False)), tmp_path / "file" / "picture.html", language="de")
    assert told.value.next_step


def full_picture() -> Picture:
    """As much as a report has to bear: over 3,000 figures and 20,000 rows of evidence with long excerpts."""
    picture = make_picture(Plan(evidence_per_figure=60))
    filler = " und dann noch einmal von vorn, bis endlich jemand zuständig war und zurückrief, was selten genug vorkam"
    rows = []
    for place, row in enumerate(picture.evidence[:20_000]):
        rows.append(replace(row, post_id=f"{place % 16_000:032x}", excerpt=(row.excerpt + filler)[:200]))
    return replace(picture, evidence=tuple(rows))


def test_a_full_report_stays_below_five_megabytes_and_is_written_quickly(tmp_path: Path) -> None:
    picture = full_picture()
    assert len(picture.estimates) > 3_000
    assert len(picture.evidence) > 15_000
    write_report(make_picture(Plan(weeks=8, brands=2)), tmp_path / "warm.html", language="de")
    start = time.process_time()
    write_report(picture, tmp_path / "full.html", language="de")
    assert time.process_time() - start < 4.0
    size = (tmp_path / "full.html").stat().st_size
    assert 0.8 * MOST_BYTES < size <= MOST_BYTES
    text = (tmp_path / "full.html").read_text(encoding="utf-8")
    embedded = set(re.findall(r'<article id="p-(\w+)">', text))
    named = set(re.findall(r"<code>(\w{32})</code>", text))
    assert embedded
    assert named
    assert not embedded & named
    assert set(re.findall(r'href="#p-(\w+)"', text)) <= embedded


def test_what_does_not_fit_is_named_or_said_to_be_in_the_json() -> None:
    figures = behind.Figures(make_picture(Plan(weeks=20, brands=2)))
    for budget in (0, 20_000, 60_000, 300_000, 2_000_000):
        found = behind.collected(figures, "de", budget_bytes=budget)
        assert len((found.rows + found.posts).encode()) <= budget
        assert found.n_rows + found.rows_left_out == len(figures.picture.estimates) + len(figures.polarities)
        known = {row.post_id for row in figures.picture.evidence}
        assert found.n_posts + found.posts_left_out == len(known)


def test_what_the_page_shows_opens_however_little_room_there_is() -> None:
    figures = behind.Figures(make_picture(Plan()))
    known = {row.figure_id for row in figures.picture.evidence}
    last = [one.figure_id for one in figures.picture.estimates if one.period == "week" and one.figure_id in known][-30:]
    found = behind.collected(figures, "de", budget_bytes=500_000, shown=last)
    assert found.rows_left_out
    rows = dict(re.findall(r'<tr id="f-([^"]+)">(.*?)</tr>', found.rows, re.DOTALL))
    assert set(last) <= rows.keys()
    assert all('href="#p-' in rows[figure_id] for figure_id in last)


def test_every_figure_on_the_page_opens_in_a_full_report_too() -> None:
    text = report_html(full_picture(), language="en", twin="x.json")
    shown = set(re.findall(r'href="#f-([^"]+)"', text))
    assert shown
    assert shown <= set(re.findall(r'<tr id="f-([^"]+)"', text))


def test_a_true_share_is_told_as_per_cent_and_a_true_index_as_points() -> None:
    panel = next(
        one for one in laid_out(make_picture(Plan(weeks=20, brands=2)), "en").panels if one.panel_id == "truth"
    )
    assert panel.sheet
    told = {row[0].text: (row[2].text, row[3].text) for row in panel.sheet.rows}
    assert all(text.endswith("%") == name.startswith("Share") for name, both in told.items() for text in both)
    assert any(name.startswith("Share") for name in told)


def test_the_method_says_what_it_does_not_know_and_has_no_row_for_what_was_not_done() -> None:
    picture = make_picture(Plan())
    made_before = replace(picture, method=replace(picture.method, step_seconds=()))
    first, again = (
        {row[0].text: row[1].text for row in method_panels(p, "en").sheet.rows} for p in (picture, made_before)
    )
    assert first["Agreement of the labellers"] == "not known yet: too few posts were judged by two people."
    assert set(first) - set(again) == {"Longest steps"}


def test_days_that_follow_one_another_are_one_stretch() -> None:
    days = [date(2024, 2, 28), date(2024, 3, 1), date(2024, 2, 29), date(2024, 3, 5)]
    assert [(gap.first, gap.last) for gap in stretches(days)] == [
        (date(2024, 2, 28), date(2024, 3, 1)),
        (date(2024, 3, 5), date(2024, 3, 5)),
    ]


def test_only_when_most_of_the_posts_are_missing_is_the_whole_interrupted() -> None:
    def rows(big: str, small: str, *, days: int = 4) -> list[Coverage]:
        found = [date(2024, 5, 3 + place) for place in range(days)]
        told = (("big", 90.0, big), ("small", 10.0, small))
        return [Coverage(venue, day, posts, 0, problem) for day in found for venue, posts, problem in told]

    assert whole_gaps(rows("", "gap")) == []
    assert len(whole_gaps(rows("outage", ""))) == 1
    assert whole_gaps(rows("partial", "partial")) == []
    assert [gap.whole for gap in shown_gaps(rows("", "gap"))] == [False]
    assert [gap.whole for gap in shown_gaps(rows("outage", "gap"))] == [True]
    assert [gap.whole for gap in shown_gaps(rows("outage", "gap", days=1))] == [False]


def test_a_change_is_told_only_beyond_what_both_intervals_bear() -> None:
    figure = make_picture(Plan(weeks=8, brands=1)).estimates[0]
    first = replace(figure, value=-20.0, low=-30.0, high=-10.0)
    assert _change(first, replace(figure, value=-5.0, low=-15.0, high=5.0)) == "up"
    assert _change(first, replace(figure, value=-7.0, low=-17.0, high=3.0)) == "same"
    assert _change(first, replace(figure, value=-35.0, low=-45.0, high=-25.0)) == "down"


def test_ways_of_counting_disagree_when_one_lies_outside_of_the_other() -> None:
    figure = make_picture(Plan(weeks=8, brands=1)).estimates[0]
    posts = replace(figure, value=-20.0, low=-25.0, high=-15.0)
    assert not disagree([posts, replace(posts, value=-22.0), None])
    assert disagree([posts, replace(posts, value=-10.0, low=-22.0, high=2.0)])
    assert not disagree([posts, replace(posts, value=None, low=None, high=None)])


@pytest.mark.parametrize(("language", "told"), [("de", "Zählweisen uneinig"), ("en", "ways of counting disagree")])
def test_a_period_of_which_the_counts_disagree_is_marked_in_the_table_of_the_first_chart(
    language: str, told: str
) -> None:
    picture = make_picture(Plan(weeks=8, brands=1))
    even = replace(picture, estimates=tuple(one for one in picture.estimates if one.counted == "posts"))
    figures = Figures(even)
    uneven = next(one for one in figures.over_time("net_index", picture.own, figures.readable_period) if spoken(one))
    authors = replace(uneven, counted="authors", value=99.0, low=98.0, high=100.0)
    marked = replace(even, estimates=(*even.estimates, authors))
    sheets = [lead_panel(Figures(one), language).sheet for one in (even, marked)]
    flags = [[cell.flag for row in sheet.rows for cell in row if cell.flag == told] for sheet in sheets if sheet]
    assert flags == [[], [told]]


def test_a_counted_index_that_moved_for_no_shown_reason_is_told_so() -> None:
    part = {"part": "total", "value": 9.0, "low": 3.0, "high": 15.0}
    opinion = replace(moved("no_change_shown"), value=4.0, low=-3.0, high=11.0)
    parts = {"total": replace(opinion, **part), "opinion": opinion}
    assert "the counted index moved, but whether" in verdict_sentence(parts, "en")
    assert "+4 (−3 to +11)" in verdict_sentence(parts, "en")
    parts["total"] = replace(parts["total"], low=-1.0)
    assert "no change shown" in verdict_sentence(parts, "en")
