"""Series from outside of the forums: orders, churn, recommendation scores by week, out of a table."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from leumund.errors import DateNotUnderstood, MissingColumn, NoUsableRow, near_name
from leumund.picture.verdict import Outside
from leumund.sources.dates import DateRules, read_date, with_order
from leumund.sources.found import Note, Options, Page
from leumund.sources.tables.grids import open_grid

__all__ = ["read_outside"]

WEEK_NAMES = ("week", "woche", "kw", "date", "datum", "day", "tag", "week_start", "wochenbeginn")
_ISO_WEEK = re.compile(r"(\d{4})[-/ ]?(?:W|KW)[- ]?(\d{1,2})(?:-[1-7])?", re.IGNORECASE)
_WEEK_YEAR = re.compile(r"(?:W|KW)\s?(\d{1,2})[-/ ](\d{4})", re.IGNORECASE)
_EITHER = re.compile(r"-?[1-9]\d{0,2}([.,])\d{3}")  # 1.310 may be a thousand or one and a bit
_NUMBER = {
    ".": re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?"),
    ",": re.compile(r"-?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?(?:[eE][-+]?\d+)?"),
}


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
    rows: list[tuple[int, date, dict[int, object]]] = []
    notes: list[Note] = []
    seen: dict[date, int] = {}
    table = [(number, dict(enumerate(cells))) for number, cells in grid.rows]
    rules = with_order(DateRules(), (_text(held.get(place)) for _, held in table))  # one order for the whole column
    for number, held in table:
        try:
            week = _week(_text(held.get(place)), rules)
        except (DateNotUnderstood, ValueError) as error:
            told = error.seen if isinstance(error, DateNotUnderstood) else str(error)
            notes.append(_note(number, told, "write the week as 2024-03-18 or 2024-W12"))
            continue
        if week > datetime.now(UTC).date():
            notes.append(_note(number, f"the week of {week} lies ahead", "look whether the year is right"))
            continue
        if week in seen:
            notes.append(
                _note(number, f"the week of {week} stands in row {seen[week]} already", "keep one of the rows")
            )
            continue
        seen[week] = number
        rows.append((number, week, {i: held.get(i) for i in names}))
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


def _week(text: str, rules: DateRules) -> date:
    """Give the Monday of the week that a cell names."""
    found = _ISO_WEEK.fullmatch(text)
    if found:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    found = _WEEK_YEAR.fullmatch(text)
    if found:
        return date.fromisocalendar(int(found[2]), int(found[1]), 1)
    if not text:
        raise DateNotUnderstood("no week")
    moment = read_date(text, rules).moment
    if moment is None:
        raise DateNotUnderstood(f"no day: “{text}”")
    return moment.date() - timedelta(days=moment.weekday())


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _column(rows: Sequence[tuple[int, date, object]], name: str, notes: list[Note]) -> list[tuple[date, float]]:
    """Give the numbers of a column; which sign begins its decimals, the whole column tells."""
    bare = [re.sub(r"[\s%€$]", "", _text(cell)).replace("\N{MINUS SIGN}", "-") for _, _, cell in rows]
    sign = _decimal_sign([text for text, (_, _, cell) in zip(bare, rows, strict=True) if isinstance(cell, str)])
    kept = []
    for (number, week, cell), text in zip(rows, bare, strict=True):
        if not text:
            continue
        if not sign and isinstance(cell, str) and _EITHER.fullmatch(text):
            seen = f"“{_text(cell)}” under {name} could be {re.sub('[.,]', '', text)} or {text.replace(',', '.')}"
            notes.append(_note(number, seen, "write it without a sign between thousands"))
            continue
        value = _value(text, (sign if isinstance(cell, str) else "") or ".")
        if value is None:
            notes.append(_note(number, f"“{_text(cell)}” under {name} is no number", "mend the cell or leave it empty"))
        else:
            kept.append((week, value))
    return kept


def _value(text: str, sign: str) -> float | None:
    """Give the number that a text says when `sign` begins its decimals; None where it says none."""
    if not _NUMBER[sign].fullmatch(text):
        return None
    value = float(text.replace("." if sign == "," else ",", "").replace(",", "."))
    return value if math.isfinite(value) else None


def _decimal_sign(texts: Sequence[str]) -> str:
    """Give the sign that begins decimals, "," as in 1.234,5 or "." as in 1,234.5; "" where the column does not tell."""
    for text in texts:
        if "," in text and "." in text:
            return max(",.", key=text.rindex)
        for sign, other in (",.", ".,"):
            if text.count(sign) > 1:
                return other
            if sign in text and not _EITHER.fullmatch(text):
                return sign
    return ""
