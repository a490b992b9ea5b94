"""A workbook to judge posts in: blind, the guideline beside, a list to choose the verdict from."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

from leumund.engines.parts import writing
from leumund.wording import say

if TYPE_CHECKING:
    from leumund.picture.handout import Shown

__all__ = ["COLUMNS", "VERDICTS", "shown_text", "write_workbook"]

VERDICTS = ("negative", "neutral", "positive", "not_relevant")
COLUMNS = ("row", "brand", "context", "text", "value", "labeller", "hint")
HIDDEN = ("post_id", "plan_id")  # which row it is; nothing of what the machine thinks, nor how likely it was drawn
WIDTHS = (5, 16, 34, 74, 16, 14, 38, 10, 10)
GUIDELINE_WIDTH = 80  # fits A4 upright
MOST_LETTERS = 8_000  # a cell holds 32,767, and nobody judges a book
MOST_QUOTED = 400
LINE_POINTS, SMALL_POINTS, MOST_POINTS = 15, 12, 405


def write_workbook(
    rows: Sequence[Shown], path: Path, *, labeller: str, language: str, guideline: str, version: str
) -> None:
    """Write one row per post and brand, and the guideline on a second sheet. `leumund label take` reads it back."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"strings_to_formulas": False, "in_memory": True}) as book:
        looks = _Looks(book)
        sheet = book.add_worksheet(say("label.sheet", language))
        heads = [*(say(f"label.{name}", language) for name in COLUMNS), *HIDDEN]
        for column, (name, width) in enumerate(zip(heads, WIDTHS, strict=True)):
            sheet.write_string(0, column, name, looks.head)
            sheet.set_column(column, column, width, None, {"hidden": name in HIDDEN})
        for number, row in enumerate(rows, start=1):
            _write_row(sheet, number, row, looks, labeller=labeller, language=language)
        _add_choice(sheet, len(rows), language)
        sheet.freeze_panes(1, 2)
        # Without a password: a seat belt, not a lock. Verdict and name stay open.
        sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
        sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
        _lay_out(sheet, len(rows))
        _write_guideline(book, guideline, version, looks, language)
    with writing(path) as draft:
        draft.write_bytes(made.getvalue())


class _Looks:
    def __init__(self, book: Any) -> None:
        top = {"text_wrap": True, "valign": "top", "font_size": 11, "bottom": 1, "bottom_color": "#d5dde6"}
        self.head = book.add_format({"bold": True, "bottom": 1, "valign": "vcenter"})
        self.text = book.add_format(top)
        self.brand = book.add_format({**top, "bold": True})
        self.grey = book.add_format({**top, "font_color": "#5f6b7a", "font_size": 9})
        self.open = book.add_format({**top, "bg_color": "#eef3fa", "border": 1, "border_color": "#9fb3c8", "locked": 0})
        self.point = book.add_format({"text_wrap": True, "valign": "top", "font_size": 11})
        self.title = book.add_format({"bold": True, "font_size": 13, "valign": "top"})


def _write_row(sheet: Any, number: int, row: Shown, looks: _Looks, *, labeller: str, language: str) -> None:
    context = [say("label.thread", language, title=row.title)] if row.title else []
    if row.quoted:
        context.append(say("label.quoted", language, text=_cut(row.quoted, MOST_QUOTED, language)))
    cells = (
        (str(number), looks.grey),
        (row.brand, looks.brand),
        ("\n\n".join(context), looks.grey),
        (shown_text(row.text, language), looks.text),
        ("", looks.open),
        (labeller, looks.open),
        (say("label.hints", language), looks.grey),
        (row.post_id, looks.grey),
        (row.plan_id, looks.grey),
    )
    for column, (text, look) in enumerate(cells):
        if text:
            sheet.write_string(number, column, text, look)
        else:
            sheet.write_blank(number, column, None, look)
    words = LINE_POINTS * max(_lines(text, WIDTHS[column]) for column, (text, _) in enumerate(cells[:6]))
    hints = SMALL_POINTS * _lines(cells[6][0], WIDTHS[6])
    sheet.set_row(number, min(max(words, hints) + 6, MOST_POINTS))


def _lines(text: str, width: int) -> int:
    return sum(1 + len(line) // max(width - 2, 1) for line in text.split("\n"))


def shown_text(text: str, language: str) -> str:
    """Give a post's own words as they stand in the workbook: cut where they are far too long for a cell."""
    return _cut(text, MOST_LETTERS, language)


def _cut(text: str, most: int, language: str) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()} {say('label.cut', language)}"


def _add_choice(sheet: Any, n: int, language: str) -> None:
    column = COLUMNS.index("value")
    choice = {
        "validate": "list",
        "source": [say(f"label.{verdict}", language) for verdict in VERDICTS],
        "input_title": say("label.question", language),
        "input_message": say("label.hints", language),
        "error_title": say("label.value", language),
        "error_message": say("label.choose", language),
    }
    sheet.data_validation(1, column, max(n, 1), column, choice)


def _lay_out(sheet: Any, n: int) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, max(n, 1), COLUMNS.index("labeller"))


def _write_guideline(book: Any, guideline: str, version: str, looks: _Looks, language: str) -> None:
    sheet = book.add_worksheet(say("label.guideline_sheet", language))
    sheet.set_column(0, 0, GUIDELINE_WIDTH)
    sheet.hide_gridlines(2)
    lines = [line.strip() for line in guideline.splitlines() if line.strip()]
    for place, line in enumerate(lines):
        if line.startswith("# "):
            sheet.write_string(place, 0, line[2:], looks.title)
            sheet.set_row(place, 26)
        else:
            text = f"•  {line[2:]}" if line.startswith("- ") else line
            sheet.write_string(place, 0, text, looks.point)
            sheet.set_row(place, LINE_POINTS * _lines(text, GUIDELINE_WIDTH) + 4)
    sheet.write_string(len(lines), 0, say("label.version", language, version=version), looks.grey)
    sheet.set_portrait()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, len(lines), 0)
