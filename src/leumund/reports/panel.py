"""One part of a report: a finding as its title, a grey line below it, a chart, and the same figures as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from leumund.charts import Chart
from leumund.reports.figures import anchor, span_of
from leumund.tables import Estimate
from leumund.wording import day, say

__all__ = ["Cell", "Panel", "Sheet", "figure_cell", "span_of_time"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: text, perhaps a link, perhaps a mark that something is to be noticed."""

    text: str
    href: str = ""
    number: bool = False
    flag: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table: its caption, its column heads, and rows of which the first cell is the head."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Panel:
    """One part of the report. `charts` holds one chart, or many small ones with their names."""

    panel_id: str
    title: str
    note: str
    charts: tuple[tuple[str, Chart], ...] = ()
    sheet: Sheet | None = None
    open_sheet: bool = False  # the table is the thing itself, not the chart's other form
    paragraphs: tuple[str, ...] = field(default=())


def figure_cell(figure: Estimate | None, language: str, *, flag: str = "") -> Cell:
    """Give a figure as a cell that opens it; an unproven one says so."""
    if figure is None:
        return Cell("–", number=True)
    unproven = figure.value is not None and figure.support == "unproven"
    mark = flag or (say("support.unproven", language) if unproven else "")
    return Cell(span_of(figure, language), href=anchor(figure), number=True, flag=mark)


def span_of_time(figures: Sequence[Estimate], language: str) -> str:
    """Give the first and last day of some figures in words, '' when there are none."""
    if not figures:
        return ""
    first, last = min(f.period_start for f in figures), max(f.period_end for f in figures)
    return say("period.from_to", language, first=day(first, language), last=day(last, language))
