"""Series from outside of the forums: orders, churn, recommendation scores by week, out of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from leumund.errors import DateNotUnderstood, MissingColumn, NoUsableRow, near_name
from leumund.picture.verdict import Outside
from leumund.sources.dates import DateRules, read_date
from leumund.sources.found import Note, Options, Page
from leumund.sources.tables.grids import open_grid

__all__ = ["read_outside"]

WEEK_NAMES = ("week", "woche", "kw", "date", "datum", "day", "tag", "week_start", "wochenbeginn")
_ISO_WEEK = re.compile(r"(\d{4})[-/ ]?(?:W|KW)[- ]?(\d{1,2})", re.IGNORECASE)
_WEEK_YEAR = re.compile(r"(?:W|KW)\s?(\d{1,2})[-/ ](\d{4})", re.IGNORECASE)
_THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+")
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def read_outside(page: Page) -> tuple[tuple[Outside, ...], list[Note]]:
    """Give the named columns of a table by week, and what could not be used, row by row.

    One column is the week: any day of it, or 2024-W12, KW 12/2024. A cell without a value leaves that week out. Numbers
    may be written as 1234.5, 1.234,5 or 1,234.5; one that could mean two things is set aside. Raises EmptyInput and
    NotText for what is no table, MissingColumn without a week or without a value, NoUsableRow where no row is left.
    """
    grid = open_grid(page, Options())
    place = _week_column(grid.header, page.name)
    names = {i: name for i, name in enumerate(grid.header) if i != place and name}
    if not names:
        raise MissingColumn(
            "no column of values beside the week", where=page.name, next_step="add one, as orders, churn or NPS"
        )
    rows: list[tuple[int, date, dict[int, str]]] = []
    notes: list[Note] = []
    seen: dict[date, int] = {}
    for number, cells in grid.rows:
        texts = {i: str(cell if cell is not None else "").strip() for i, cell in enumerate(cells)}
        try:
            week = _week(texts.get(place, ""))
        except (DateNotUnderstood, ValueError) as error:
            notes.append(_note(number, str(error), "write the week as 2024-03-18 or 2024-W12"))
            continue
        if week in seen:
            notes.append(
                _note(number, f"the week of {week} stands in row {seen[week]} already", "keep one of the rows")
            )
            continue
        seen[week] = number
        rows.append((number, week, {i: texts.get(i, "") for i in names}))
    series = [
        Outside(names[i], tuple(sorted(_column([(n, w, t[i]) for n, w, t in rows], names[i], notes)))) for i in names
    ]
    kept = tuple(one for one in series if one.weeks)
    notes += grid.notes
    if not kept:
        first = f"; {notes[0].place}: {notes[0].seen}" if notes else ""
        raise NoUsableRow(
            f"no row of the table could be used{first}",
            where=page.name,
            next_step="one column week (2024-03-18), one or more columns of numbers",
        )
    return kept, notes


def _note(row: int, seen: str, next_step: str) -> Note:
    return Note(f"row {row}", "LM211", seen, next_step)


def _week_column(header: Sequence[str], name: str) -> int:
    plain = [cell.strip().lower().replace(" ", "_") for cell in header]
    found = next((plain.index(known) for known in WEEK_NAMES if known in plain), None)
    if found is None:
        listed = ", ".join(f"“{cell}”" for cell in header[:12])
        near = next((cell for cell, low in zip(header, plain, strict=True) if near_name(low, WEEK_NAMES)), "")
        raise MissingColumn(
            f"no column “week”; there are: {listed}",
            where=name,
            next_step=f"perhaps “{near}” is meant: rename it to week" if near else "name the column of weeks week",
        )
    return found


def _week(text: str) -> date:
    """Give the Monday of the week that a cell names."""
    found = _ISO_WEEK.fullmatch(text)
    if found:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    found = _WEEK_YEAR.fullmatch(text)
    if found:
        return date.fromisocalendar(int(found[2]), int(found[1]), 1)
    if not text:
        raise DateNotUnderstood("no week")
    moment = read_date(text, DateRules()).moment
    if moment is None:
        raise DateNotUnderstood(f"no day: “{text}”")
    return moment.date() - timedelta(days=moment.weekday())


def _column(rows: Sequence[tuple[int, date, str]], name: str, notes: list[Note]) -> list[tuple[date, float]]:
    """Give the numbers of a column; whether its comma parts thousands or decimals, the whole column tells."""
    texts = [re.sub(r"[\s%€$]", "", text).replace("\N{MINUS SIGN}", "-") for _, _, text in rows]
    comma = _comma_is_decimal(texts)
    kept = []
    for (number, week, shown), text in zip(rows, texts, strict=True):
        if not text:
            continue
        if comma is None and _THOUSANDS.fullmatch(text):
            digits = text.replace(",", "")
            seen = f"“{shown}” under {name} could be {digits} or {text.replace(',', '.')}"
            notes.append(_note(number, seen, "write it without a sign between thousands"))
            continue
        plain = text.replace(".", "").replace(",", ".") if comma else text.replace(",", "")
        if _PLAIN.fullmatch(plain):
            kept.append((week, float(plain)))
        else:
            notes.append(_note(number, f"“{shown}” under {name} is no number", "mend the cell or leave it empty"))
    return kept


def _comma_is_decimal(texts: Sequence[str]) -> bool | None:
    """True for 1.234,5; False for 1,234.5 or where there is no comma; None where the column does not tell."""
    told = None
    for text in texts:
        if "," not in text:
            continue
        if "." in text:
            return text.rindex(",") > text.rindex(".")
        if text.count(",") > 1:
            return False
        if not _THOUSANDS.fullmatch(text):
            return True
        told = True
    return None if told else False
