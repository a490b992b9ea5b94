"""One part of a report: a finding as its title, a grey line below it, a chart, and the same figures as a table."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from leumund.charts import Chart
from leumund.reports.figures import anchor, span_of
from leumund.tables import Estimate
from leumund.wording import number, say, share_span

__all__ = ["Cell", "Panel", "Sheet", "count_cell", "figure_cell", "part_name", "unbroken"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: text, perhaps a link, perhaps a mark that something is to be noticed.

    `value` is the number that the text gives, and `ends` are those of its interval, for tables that people go on
    working with; `form` is how it is written there (index, share or count) where the table does not tell.
    """

    text: str
    href: str = ""
    number: bool = False
    flag: str = ""
    value: float | None = None
    ends: tuple[float | None, float | None] | None = None
    form: str = ""


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
    remarks: str = ""  # how to read what is dashed or hatched, below the chart
    paragraphs: tuple[str, ...] = field(default=())
    name: str = ""  # what it is called in the contents, where its id does not tell


def part_name(panel: Panel, language: str) -> str:
    """Give what a panel is called in the contents."""
    return panel.name or say(f"contents.{panel.panel_id}", language)


def unbroken(text: str) -> str:
    """Keep a figure and its interval on one line: their spaces do not break.

    >>> unbroken("dann −12 (−33 bis +8)").split(" ")
    ['dann', '−12\\xa0(−33\\xa0bis\\xa0+8)']
    """
    return _INTERVAL.sub(lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), text)


_INTERVAL = re.compile(r"(?:[−+]?\d[\d.,]*\s?%? )?\([−+\d][^()]*\)")
TOLD_GAP = 0.05  # a smaller part that was not collected is in the interval, but not worth a word


def figure_cell(figure: Estimate | None, language: str, *, remark: bool = True, uneven: bool = False) -> Cell:
    """Give a figure as a cell that opens it; with `remark`, an unproven one says so.

    `uneven` is whether the ways of counting disagree on it.
    """
    if figure is None:
        return Cell("–", number=True)
    flags = []
    if remark and figure.value is not None and figure.support == "unproven":
        flags.append(say("support.unproven", language))
    if figure.gap_share >= TOLD_GAP:
        flags.append(say("figure.gap", language, share=share_span(figure.gap_share, 0, 1, language).split(" (", 1)[0]))
    if uneven:
        flags.append(say("figure.uneven", language))
    flag = ", ".join(flags)
    return Cell(span_of(figure, language), href=anchor(figure), number=True, flag=flag)


def count_cell(n: int, language: str) -> Cell:
    """Give how many there are of something as a cell."""
    return Cell(number(n, language), number=True, value=n)
