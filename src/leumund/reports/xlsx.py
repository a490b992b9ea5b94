"""The report as a workbook: a sheet per panel, then every figure, the posts behind them, and the method.

Numbers are numbers with a number format, ends of intervals have columns of their own, heads name the unit.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from leumund.charts import figure_links, png
from leumund.engines.parts import writing
from leumund.picture.view import Picture
from leumund.reports.behind import polarity
from leumund.reports.figures import Figures, aspect_name, full_name, period_name
from leumund.reports.layout import Report, laid_out
from leumund.reports.panel import Cell, Panel, part_name
from leumund.tables import Estimate, Evidence
from leumund.wording import say

__all__ = ["report_xlsx", "write_xlsx"]

QUOTED_CHARACTERS = 200
_WIDEST = 70
_MOST_FROZEN = 5  # more rows than these, and a small screen shows nothing else
_LONGEST_TAB = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_DATES = {"de": "dd.mm.yyyy", "en": "d mmm yyyy"}
_SHARES = dict.fromkeys(("share_of_voice", "share_negative", "share_neutral", "share_positive"), "share")
_FORM = {"net_index": "index", "difference": "index", **_SHARES}
_UNIT = {"net_index": "index", "difference": "points", **_SHARES}

_WAYS = {"rectified mean": "rectified", "names counted": "counted", "difference, Bonferroni": "difference"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number and how it is written: index, share or count."""

    value: float
    form: str


Value = str | Number | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: its head with the unit, and whether it holds numbers."""

    head: str
    number: bool = False


@dataclass(frozen=True)
class Grid:
    """One sheet: a name for its tab, lines above the table, heads, rows."""

    name: str
    lines: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


def write_xlsx(picture: Picture, path: Path, *, language: str) -> None:
    """Write the report as an Excel workbook; raises a StorageError where the place cannot be written to."""
    document = report_xlsx(picture, language=language)
    with writing(path) as draft:
        draft.write_bytes(document)


def report_xlsx(picture: Picture, *, language: str) -> bytes:
    """Give the workbook; the same picture gives the same bytes."""
    report = laid_out(picture, language)
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        made = picture.made_at.replace(tzinfo=None)
        book.set_properties({"title": say("report.window", language, title=report.title), "created": made})
        writer = _Writer(book, language)
        writer.first(report)
        for grid in _grids(report):
            writer.grid(grid)
    return target.getvalue()


def _grids(report: Report) -> Iterator[Grid]:
    for panel in report.panels:
        name = part_name(panel, report.language)
        yield _panel_grid(panel, name, report.figures, report.language)
    yield _every_figure(report)
    yield _posts(report)


def _panel_grid(panel: Panel, name: str, figures: Figures, language: str) -> Grid:
    lines = tuple(line for line in (panel.title, panel.note, panel.remarks, *panel.paragraphs) if line)
    told = (*figures.picture.estimates, *figures.polarities.values())
    known = {f"#f-{figure.figure_id}": figure for figure in told}
    if panel.sheet is None or not panel.sheet.rows:
        links = [link for _, chart in panel.charts for link in figure_links(chart)]
        drawn = [known[link] for link in dict.fromkeys(links) if link in known]
        return Grid(name, lines, *_figure_rows(drawn, language))
    with_figures = {i for row in panel.sheet.rows for i, cell in enumerate(row) if cell.href in known}
    if len(with_figures) > 1:
        return Grid(name, lines, *_unfolded(panel, known, with_figures, language))
    return Grid(name, lines, *_side_by_side(panel, known, with_figures, language))


def _unfolded(
    panel: Panel, known: dict[str, Estimate], with_figures: set[int], language: str
) -> tuple[tuple[Column, ...], tuple[tuple[Value, ...], ...]]:
    """One row per figure: row's head, column's head, the figure."""
    if panel.sheet is None:
        return (), ()
    found = [
        (row[0].text, panel.sheet.heads[i], known[row[i].href], row[0].flag)
        for row in panel.sheet.rows
        for i in sorted(with_figures)
        if row[i].href in known
    ]
    columns = (
        Column(panel.sheet.heads[0]),
        Column(say("head.column", language)),
        *_span_columns([figure for _, _, figure, _ in found], language),
        Column(say("head.remark", language)),
    )
    rows = tuple((row, column, *_span(figure, language), flag) for row, column, figure, flag in found)
    return columns, rows


def _side_by_side(
    panel: Panel, known: dict[str, Estimate], with_figures: set[int], language: str
) -> tuple[tuple[Column, ...], tuple[tuple[Value, ...], ...]]:
    """The table as it stands; the one column with figures becomes value, low, high, support, posts.

    A column of other numbers with intervals becomes value, low, high, and a remark where there is one.
    """
    if panel.sheet is None:
        return (), ()
    figures = [known[cell.href] for row in panel.sheet.rows for cell in row if cell.href in known]
    with_ends = {i for row in panel.sheet.rows for i, cell in enumerate(row) if cell.ends} - with_figures
    remarked = {i for row in panel.sheet.rows for i, cell in enumerate(row) if cell.flag} & with_ends
    columns: list[Column] = []
    for i, head in enumerate(panel.sheet.heads):
        if i in with_figures:
            columns += _span_columns(figures, language)
            continue
        plain = head.split(" (", 1)[0] if i in with_ends else head
        columns.append(Column(plain, number=any(row[i].value is not None for row in panel.sheet.rows)))
        if i in with_ends:
            columns += [Column(say(f"head.{end}", language, unit=plain), number=True) for end in ("low", "high")]
        if i in remarked:
            columns.append(Column(say("head.remark", language)))
    rows = []
    for row in panel.sheet.rows:
        cells: list[Value] = []
        form = next((_FORM.get(known[cell.href].measure, "index") for cell in row if cell.href in known), "count")
        for i, cell in enumerate(row):
            if i in with_figures:
                figure = known.get(cell.href)
                cells += _span(figure, language) if figure else (None,) * 5
                continue
            cells.append(_plain(cell, cell.form or ("index" if cell.ends else form)))
            if i in with_ends:
                cells += [None if end is None else Number(end, "index") for end in cell.ends or (None, None)]
            if i in remarked:
                cells.append(cell.flag)
        rows.append(tuple(cells))
    return tuple(columns), tuple(rows)


def _plain(cell: Cell, form: str) -> Value:
    if cell.value is not None:
        return Number(cell.value, form)
    return f"{cell.text} ({cell.flag})" if cell.flag else cell.text


def _unit(figures: Sequence[Estimate], language: str) -> str:
    units = {_UNIT.get(figure.measure, "mixed") for figure in figures}
    return say(f"unit.{units.pop() if len(units) == 1 else 'mixed'}", language)


def _span_columns(figures: Sequence[Estimate], language: str) -> tuple[Column, ...]:
    unit = _unit(figures, language)
    spans = tuple(Column(say(f"head.{name}", language, unit=unit), number=True) for name in ("middle", "low", "high"))
    return (*spans, Column(say("head.support", language)), Column(say("head.posts", language), number=True))


def _span(figure: Estimate, language: str) -> tuple[Value, ...]:
    """Value, low, high, support in words, posts; an unproven figure has no middle to hold on to."""
    middle = None if figure.support == "unproven" else figure.value
    support = f"support.{figure.support}" if figure.value is not None else "verdict.too_few"
    spans = (_number(value, figure) for value in (middle, figure.low, figure.high))
    return *spans, say(support, language), Number(figure.n_posts, "count")


def _number(value: float | None, figure: Estimate) -> Number | None:
    return None if value is None else Number(value, _FORM.get(figure.measure, "index"))


def _figure_rows(
    figures: Sequence[Estimate], language: str
) -> tuple[tuple[Column, ...], tuple[tuple[Value, ...], ...]]:
    columns = (
        Column(say("head.figure", language)),
        Column(say("head.period", language)),
        Column(say("head.first_day", language), number=True),
        Column(say("head.last_day", language), number=True),
        *_span_columns(figures, language),
    )
    rows = tuple(
        (
            full_name(figure, language),
            period_name(figure, language),
            figure.period_start,
            figure.period_end,
            *_span(figure, language),
        )
        for figure in figures
    )
    return columns, rows


def _every_figure(report: Report) -> Grid:
    """All figures of the picture, one a row, with their coordinates in columns to filter by."""
    language, picture = report.language, report.picture
    names = ("measure", "brand", "rival", "aspect", "counted", "period", "first_day", "last_day")
    unit = say("unit.mixed", language)
    columns = [Column(say(f"head.{name}", language), number=name.endswith("_day")) for name in names]
    spans = ("middle", "low", "high", "machine_value")
    columns += [Column(say(f"head.{name}", language, unit=unit), number=True) for name in spans]
    columns += [Column(say("head.support", language))]
    columns += [
        Column(say(f"head.{name}", language), number=True) for name in ("posts", "authors", "threads", "labels")
    ]
    columns += [Column(say(f"head.{name}", language)) for name in ("verdict", "method", "figure_id")]
    order = {"net_index": 0, "difference": 1, "share_of_voice": 2}
    periods = {"all": 0, "quarter": 1, "week": 2}
    figures = sorted(
        picture.estimates,
        key=lambda f: (periods.get(f.period, 3), order.get(f.measure, 3), f.brand != picture.own, f.brand, f.rival,
                       f.aspect, f.period_start, f.counted),
    )  # fmt: skip
    lines = (say("figures.title", language, n=len(figures)), say("workbook.figures", language))
    rows = tuple(_one_figure(figure, language) for figure in figures)
    return Grid(say("report.all_figures", language), lines, tuple(columns), rows)


def _one_figure(figure: Estimate, language: str) -> tuple[Value, ...]:
    middle, low, high, support, n_posts = _span(figure, language)
    unit = _UNIT.get(figure.measure)
    return (
        say(f"unit.{unit}", language) if unit else figure.measure,
        figure.brand,
        figure.rival,
        aspect_name(figure.aspect, language),
        say(f"counted.{figure.counted}", language),
        period_name(figure, language),
        figure.period_start,
        figure.period_end,
        middle,
        low,
        high,
        _number(figure.machine_value, figure),
        support,
        n_posts,
        *(Number(n, "count") for n in (figure.n_authors, figure.n_threads, figure.n_labels)),
        say(f"verdict.{figure.verdict}", language) if figure.verdict else "",
        say(f"way.{_WAYS[figure.method]}", language) if figure.method in _WAYS else figure.method,
        figure.figure_id,
    )


def _posts(report: Report) -> Grid:
    language = report.language
    found: dict[str, Evidence] = {}
    for row in sorted(report.picture.evidence, key=lambda row: (row.rank, row.posted_at, row.post_id)):
        found.setdefault(row.post_id, row)
    heads = ("words", "polarity", "venue", "day", "language", "post_id")
    columns = tuple(Column(say(f"head.{name}", language), number=name == "day") for name in heads)
    rows = tuple(
        (
            row.excerpt[:QUOTED_CHARACTERS],
            polarity(row, language),
            row.venue,
            row.posted_at.date() if row.posted_precision not in ("month", "unknown") else None,
            row.language,
            row.post_id,
        )
        for row in found.values()
    )
    lines = (say("workbook.posts_title", language, n=len(rows)), say("workbook.posts", language))
    return Grid(say("workbook.posts_tab", language), lines, columns, rows)


def _tab(name: str) -> str:
    """Give a name that Excel takes for a sheet: 31 letters at most, cut after a word.

    >>> _tab("Themen: Tadel, Neutrales und Lob")
    'Themen – Tadel, Neutrales und…'
    """
    plain = _FORBIDDEN.sub(" ", name.replace(": ", " – ")).strip() or "–"
    return plain if len(plain) <= _LONGEST_TAB else plain[:_LONGEST_TAB].rsplit(" ", 1)[0][: _LONGEST_TAB - 1] + "…"


class _Writer:
    """Writes grids into a workbook, each on a sheet with a name of its own."""

    def __init__(self, book: Any, language: str) -> None:
        self._book, self._language = book, language
        self._taken: set[str] = set()
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._line = book.add_format({"font_color": "#4d545d"})
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        self._right = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "align": "right"}
        )
        wrapped = {"valign": "top", "text_wrap": True}
        self._text = book.add_format(wrapped)
        self._risky = book.add_format({**wrapped, "quote_prefix": True})
        forms = {"count": "#,##0", "index": "+0.0;\N{MINUS SIGN}0.0;0.0", "share": "0.0%", "day": _DATES[language]}
        self._forms = {name: book.add_format({"num_format": form, "valign": "top"}) for name, form in forms.items()}

    def _sheet(self, name: str) -> Any:
        plain = _tab(name)
        chosen, place = plain, 2
        while chosen.lower() in self._taken:
            chosen, place = f"{plain[:27]} {place}", place + 1
        self._taken.add(chosen.lower())
        sheet = self._book.add_worksheet(chosen)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def first(self, report: Report) -> None:
        """Write the plain page: sentences, chart, the one thing to do, posts."""
        language = report.language
        sheet = self._sheet(say("report.first", language))
        sheet.set_column(0, 0, 110)
        lines = [report.period]
        if report.picture.simulated:
            lines.append(f"{say('report.simulated', language)}: {say('report.simulated_why', language)}")
        lines += ["", *report.sentences, "", say("report.do", language), report.advice.text, report.advice.command, ""]
        sheet.write_string(0, 0, report.title, self._title)
        for row, line in enumerate(lines, start=1):
            self._string(sheet, row, 0, line)
        row = len(lines) + 2
        five = say("report.five", language, n=len(report.five)) if report.five else say("report.no_posts", language)
        self._string(sheet, row, 0, five)
        for place, post in enumerate(report.five, start=row + 1):
            told = f"{post.before}{post.marked}{post.after} ({post.venue}, {post.when}, {post.polarity})"
            self._string(sheet, place, 0, told)
        if report.lead.charts:
            chart = report.lead.charts[0][1]
            words = {"description": f"{report.lead.title}. {report.lead.note}", "x_scale": 0.5, "y_scale": 0.5}
            sheet.insert_image(
                row + len(report.five) + 2, 0, "chart.png", {"image_data": io.BytesIO(png(chart, scale=2)), **words}
            )

    def grid(self, grid: Grid) -> None:
        """Write one sheet: its finding, its notes, heads that stay in sight, rows."""
        sheet = self._sheet(grid.name)
        for row, line in enumerate(grid.lines):
            sheet.write_string(row, 0, line, self._title if row == 0 else self._line)
        top = len(grid.lines) + 1 if grid.columns else 0
        for i, column in enumerate(grid.columns):
            sheet.write_string(top, i, column.head, self._right if column.number else self._head)
            sheet.set_column(i, i, _width(column, [row[i] for row in grid.rows]))
        for row, values in enumerate(grid.rows, start=top + 1):
            for i, value in enumerate(values):
                self._value(sheet, row, i, value)
        if grid.columns and grid.rows:
            sheet.freeze_panes(*((top + 1, 1) if top <= _MOST_FROZEN else (0, 1)))
            sheet.autofilter(top, 0, top + len(grid.rows), len(grid.columns) - 1)
            sheet.repeat_rows(top)

    def _value(self, sheet: Any, row: int, column: int, value: Value) -> None:
        if isinstance(value, str):
            if value:
                self._string(sheet, row, column, value)
        elif isinstance(value, Number):
            sheet.write_number(row, column, value.value, self._forms[value.form])
        elif value is not None:
            sheet.write_datetime(row, column, value, self._forms["day"])

    def _string(self, sheet: Any, row: int, column: int, text: str) -> None:
        """Write words as words: what looks like a formula is marked as text for Excel as well."""
        sheet.write_string(row, column, text, self._risky if text.startswith(_RISKY) else self._text)


def _width(column: Column, values: Sequence[Value]) -> int:
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    longest_word = max((len(word) for word in column.head.split()), default=0)
    least = 12 if column.number else 8
    return max(least, longest_word + 2, min(longest + 2, _WIDEST))
