"""The report laid out: what stands on it and in which order, before it takes the form of a page, a file or a mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leumund.picture.view import Picture
from leumund.reports.account import apart_panel, left_out_panel, method_panels
from leumund.reports.amendments import amendments_panel
from leumund.reports.behind import ShownPost, five_posts, shown_post
from leumund.reports.bridges import bridges_panel
from leumund.reports.campaigns import campaign_panels
from leumund.reports.change import change_panel, driver_panel
from leumund.reports.figures import Figures
from leumund.reports.guidelines import guidelines_panel
from leumund.reports.headline import Advice, advice, headline
from leumund.reports.overtime import coverage_panel, lead_panel, share_panel, weekly_panel
from leumund.reports.panel import Panel
from leumund.reports.phrases import phrase_panel
from leumund.reports.polarities import polarity_panel
from leumund.reports.sidebyside import aspect_panel, brand_panel, difference_panel, quarter_panel, truth_panel
from leumund.reports.watch import watch_panel
from leumund.wording import say

__all__ = ["Report", "laid_out"]


@dataclass(frozen=True)
class Report:
    """First the plain page: three sentences, one chart, five posts, one thing to do; then the panels in order."""

    language: str
    title: str
    figures: Figures
    sentences: tuple[str, ...]
    lead: Panel
    five: tuple[ShownPost, ...]
    advice: Advice
    panels: tuple[Panel, ...]

    @property
    def picture(self) -> Picture:
        """The picture that the report is about."""
        return self.figures.picture

    @property
    def period(self) -> str:
        """The days that the report covers, in words."""
        picture = self.picture
        key = "report.period_window" if picture.window else "report.period"
        return say(key, self.language, first=picture.period_start, last=picture.period_end)


def laid_out(picture: Picture, language: str) -> Report:
    """Lay the picture out in a language; every form of the report is made from what this gives."""
    figures = Figures(picture)
    return Report(
        language=language,
        title=picture.title or picture.own,
        figures=figures,
        sentences=tuple(headline(picture, language)),
        lead=lead_panel(figures, language),
        five=tuple(shown_post(row, language) for row in five_posts(figures)),
        advice=advice(picture, language),
        panels=tuple(_panels(figures, language)),
    )


def _panels(figures: Figures, language: str) -> Iterator[Panel]:
    if not figures.picture.estimates:
        yield coverage_panel(figures, language)
        yield left_out_panel(figures.picture, language)
        yield method_panels(figures.picture, language)
        return
    for part in (_against_rivals, _of_change, _of_aspects, _of_sources, _of_campaigns, _beside):
        yield from (panel for panel in part(figures, language) if panel)
    yield method_panels(figures.picture, language)


def _against_rivals(figures: Figures, language: str) -> Iterator[Panel | None]:
    yield brand_panel(figures, language)
    if figures.picture.rivals:
        yield difference_panel(figures, language)
    yield quarter_panel(figures, language)
    yield weekly_panel(figures, language)


def _of_change(figures: Figures, language: str) -> Iterator[Panel | None]:
    for panel in (change_panel, driver_panel, phrase_panel, watch_panel):
        yield panel(figures, language)


def _of_aspects(figures: Figures, language: str) -> Iterator[Panel | None]:
    yield share_panel(figures, language)
    yield aspect_panel(figures, language)
    if figures.polarities:
        yield polarity_panel(figures, language)


def _of_sources(figures: Figures, language: str) -> Iterator[Panel | None]:
    yield coverage_panel(figures, language)
    yield left_out_panel(figures.picture, language)
    yield apart_panel(figures.picture, language)


def _of_campaigns(figures: Figures, language: str) -> Iterator[Panel | None]:
    for place, campaign in enumerate(figures.picture.campaigns, start=1):
        yield from campaign_panels(campaign, language, place=place)


def _beside(figures: Figures, language: str) -> Iterator[Panel | None]:
    """What tells how far the figures can be trusted, and how they read elsewhere."""
    yield truth_panel(figures, language)
    yield bridges_panel(figures, language)
    yield guidelines_panel(figures, language)
    yield amendments_panel(figures.picture, language)
