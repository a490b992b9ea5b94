"""A workbook to judge posts in: blind, the guideline above, a list to choose the verdict from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from leumund.errors import storage_errors
from leumund.picture.labelling import Drawn
from leumund.wording import say

__all__ = ["write_workbook"]

COLUMNS = ("brand", "text", "value", "labeller", "post_id", "plan_id", "inclusion_probability")
WIDTHS = (16, 90, 14, 16, 12, 12, 12)
VERDICTS = ("negative", "neutral", "positive")


def write_workbook(drawn: Sequence[Drawn], texts: dict[str, str], path: Path, *, labeller: str, language: str) -> None:
    """Write one row per drawn post; `texts` gives a post's own words. `leumund label take` reads it back."""
    with storage_errors(path), xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("labels")
        head = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        open_cell = book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#eef3fa", "border": 1})
        for column, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
            sheet.write_string(0, column, name, head)
            sheet.set_column(column, column, width)
        for number, row in enumerate(drawn, start=1):
            for column, text in enumerate((row.brand, texts[row.post_id], "", labeller, row.post_id, row.plan_id)):
                sheet.write_string(number, column, text, open_cell if COLUMNS[column] == "value" else wrapped)
            sheet.write_number(number, len(COLUMNS) - 1, row.inclusion_probability, wrapped)
        choice = {
            "validate": "list",
            "source": list(VERDICTS),
            "input_title": say("label.verdict", language),
            "input_message": say("label.guideline", language),
            "error_message": say("label.choose", language),
        }
        sheet.data_validation(1, COLUMNS.index("value"), max(len(drawn), 1), COLUMNS.index("value"), choice)
        sheet.freeze_panes(1, 0)
