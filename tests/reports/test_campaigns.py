"""How a campaign is told: the verdict first, then all that stands beside it, in German and English."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from leumund.picture.campaign import campaign_effect
from leumund.picture.plans import PlanStatus, Terms
from leumund.picture.truth import TrueValue
from leumund.picture.verdict import Campaign, Outside, Span
from leumund.reports.campaigns import beside, campaign_panels, sentence, span_text
from leumund.reports.html import campaign_html, report_html
from leumund.reports.panel import part_name
from tests.reports.pictures import make_picture
from tests.weeks import BRANDS, START, Weeks, reading

TERMS = Terms("Licht & Töne", "Own", START, BRANDS[1:])
LANGUAGES = ("de", "en")


@cache
def said(effect: float = 16.0, labels: int = 400, start: int = 0, weeks_after: int = 0) -> Campaign:
    terms = replace(TERMS, starts_on=START + timedelta(weeks=start), weeks_after=weeks_after)
    truth = [TrueValue("campaign_effect", "Own", "week", START, effect)]
    market = Weeks(effect=effect, labels=labels, gap_days=(70, 71, 72))
    return campaign_effect(reading(market), terms, level=0.95, plan=PlanStatus("none"), truth=truth)


def told(campaign: Campaign, language: str) -> str:
    return "\n".join([sentence(campaign, language), *beside(campaign, language)])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "campaign",
    [said(), said(effect=0.0), said(effect=-16.0), said(labels=5), said(start=-40), said(start=60), said(start=26)],
    ids=["rose", "nothing", "fell", "unproven", "too early", "too late", "last week"],
)
def test_every_verdict_is_a_whole_sentence_without_a_gap(campaign: Campaign, language: str) -> None:
    text = told(campaign, language)
    assert "{" not in text
    assert "None" not in text
    assert "nan" not in text
    for line in text.splitlines():
        assert line.endswith("."), line
    title = next(campaign_panels(campaign, language)).title
    assert title in sentence(campaign, language)
    assert title.endswith(".") == (campaign.verdict == "cannot_be_said")  # only then it is more than one sentence


def test_without_time_for_earlier_placebos_nothing_is_said_of_none() -> None:
    short = replace(said(), placebo_starts=())
    assert "0 of 0" not in told(short, "en")
    assert "too little time before the start" in told(short, "en")
    alone = replace(short, placebo_brands=())
    assert "Placebos are not possible here" in told(alone, "en")
    titles = [panel.title for panel in campaign_panels(alone, "en")]
    assert titles[1] == "Placebos are not possible for this effect"


def test_where_nothing_can_be_said_no_index_without_an_interval_is_drawn() -> None:
    (panel,) = campaign_panels(said(start=-40), "en")
    assert (panel.charts, panel.sheet) == ((), None)
    assert panel.paragraphs


def test_a_size_that_is_not_proven_stands_in_no_sentence_about_the_effect() -> None:
    assert re.search(r"[+−]\d", sentence(said(labels=5), "en")) is None
    assert "Too few labels" in told(said(labels=5), "en")


def test_an_end_that_is_not_nought_does_not_look_like_it() -> None:
    assert span_text(Span(4.6, 0.3, 8.9), "de") == "+4,6 (+0,3 bis +8,9)"
    assert span_text(Span(4.6, -2.0, 8.9), "en") == "+5 (−2 to +9)"
    assert span_text(Span(4.6, None, None), "en") == "–"


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (PlanStatus("planned", "ab" * 32, datetime(2023, 12, 1, tzinfo=UTC), n_plans=1), "Vorher geplant: Der Plan"),
        (
            PlanStatus("differs", "ab" * 32, datetime(2023, 12, 1, tzinfo=UTC), ("counted", "rivals")),
            "Nicht so geplant: Am 1. Dezember 2023 stand ein Plan fest, aber ausgewertet ist etwas anderes"
            " (Zählweise, Mitbewerber)",
        ),
        (PlanStatus("late", "ab" * 32, datetime(2024, 2, 1, tzinfo=UTC)), "erst am 1. Februar 2024"),
        (PlanStatus("none"), "Nicht vorher geplant"),
        (PlanStatus("none", n_looks=4), "auf 4 Arten"),
        (PlanStatus("planned", "ab" * 32, datetime(2023, 12, 1, tzinfo=UTC), n_plans=2), "der letzte von 2"),
    ],
)
def test_the_plan_stands_beside_the_result(plan: PlanStatus, words: str) -> None:
    assert words in told(replace(said(), plan=plan), "de")


def test_a_look_before_the_time_says_so() -> None:
    assert "Interim: 26 of 40 weeks" in told(said(weeks_after=40), "en")


def test_the_simulated_truth_is_told_and_drawn() -> None:
    assert "An effect of +16 points was simulated; it lies inside the interval." in told(said(), "en")
    checks = list(campaign_panels(said(), "en"))[1]
    assert "Diamond" in checks.note


def test_the_course_has_expected_series_band_gap_and_start() -> None:
    course = next(campaign_panels(said(), "en"))
    chart = course.charts[0][1].wide
    assert ">expected<" in chart
    assert "r0_band_borrowed" in chart
    assert "campaign-1-w-gap" in chart
    assert 'd="M' in chart
    assert course.sheet is not None
    assert len(course.sheet.rows) == 13 + 7


def test_four_weeks_never_reach_over_the_start() -> None:
    sheet = next(campaign_panels(said(), "en")).sheet
    assert sheet is not None
    assert any(row[0].text.startswith("1 to 28 January 2024") for row in sheet.rows)


def test_placebo_brands_and_starts_are_drawn_beside_the_result() -> None:
    checks = list(campaign_panels(said(), "en"))[1]
    assert checks.sheet is not None
    names = [row[0].text for row in checks.sheet.rows]
    assert names[:4] == ["effect", "as the machine sees it", "second opinion", "Far in its place"]
    assert len([name for name in names if name.startswith("start on")]) == 12
    assert all(name in checks.charts[0][1].wide for name in names)


def test_what_came_from_outside_is_drawn_beside_and_changes_no_figure() -> None:
    weeks = tuple((week.week, 100.0 + place) for place, week in enumerate(said().weeks))
    campaign = replace(said(), outside=(Outside("Orders", weeks),))
    panels = list(campaign_panels(campaign, "en"))
    assert [name for name, _ in panels[2].charts] == ["Index Own", "Orders"]
    assert "Orders, not reckoned in: 126 a week on average before and 164 after the start." in told(campaign, "en")
    assert campaign.effect == said().effect


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_has_a_section_for_each_campaign(language: str) -> None:
    picture = replace(make_picture(), campaigns=(said(), said(start=-40)))
    page = report_html(picture, language=language, twin="x.json")
    for campaign, place in zip(picture.campaigns, (1, 2), strict=True):
        assert f'<section id="campaign-{place}"' in page
        assert part_name(next(campaign_panels(campaign, language, place=place)), language) in page.replace("&amp;", "&")
    assert '<section id="campaign-1-checks"' in page
    assert '<section id="campaign-2-checks"' not in page


def test_a_page_of_its_own_runs_no_script_and_escapes_names() -> None:
    bad: dict[str, Any] = {"name": "<script>alert(1)</script>"}
    campaign = replace(said(), terms=replace(TERMS, **bad))
    page = campaign_html(campaign, language="en", simulated=True, snapshot_id="abc")
    assert "<script" not in page
    assert "SIMULATED" in page
    assert page.count("<section") == 2
