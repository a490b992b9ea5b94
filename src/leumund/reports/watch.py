"""The part of a report that shows the weekly watch: a running mean between two limits."""

from __future__ import annotations

from datetime import timedelta

from leumund.charts import Dot, LineChart, Series, draw_lines
from leumund.reports.figures import Figures, spoken
from leumund.reports.gaps import shown_gaps
from leumund.reports.panel import Cell, Panel, Sheet
from leumund.tables import WatchedWeek
from leumund.wording import day, month, number, say, signed

__all__ = ["watch_panel"]

_ALARMS = ("up", "down")


def watch_panel(figures: Figures, language: str) -> Panel | None:
    """Give the own brand's watch, and the alarms of all brands; None where no week could be judged."""
    picture = figures.picture
    own = sorted((row for row in picture.watched if row.brand == picture.own), key=lambda row: row.week)
    judged = [row for row in own if row.running is not None]
    if not judged:
        return None
    is_checked = spoken(figures.whole("net_index", picture.own))
    title = _title(own, picture.own, language) if is_checked else say("watch.unproven", language, brand=picture.own)
    note = _note(own, language)
    chart = LineChart(
        chart_id="watch",
        title=title,
        description=note,
        series=(Series(picture.own, True, tuple(_dot(row, language) for row in own)),),
        first=picture.period_start,
        last=picture.period_end,
        gaps=shown_gaps(picture.coverage),
        lowest=-8,
        highest=8,
        tell=lambda value: signed(value, language),
        tell_month=lambda when, with_year: month(when, language, with_year=with_year),
        limits=(-own[0].limit, own[0].limit),
    )
    return Panel("watch", title, note, (("", draw_lines(chart)),), _sheet(figures, language))


def _title(own: list[WatchedWeek], brand: str, language: str) -> str:
    alarms = [row for row in own if row.state in _ALARMS]
    n = sum(row.running is not None for row in own)
    if not alarms:
        return say("watch.calm", language, brand=brand, n=n)
    last = alarms[-1]
    return say(f"watch.{last.state}", language, brand=brand, n=len(alarms), week=day(last.week, language))


def _note(own: list[WatchedWeek], language: str) -> str:
    once = round(1 / own[0].false_alarm)
    skipped = sum(row.state in ("gap", "thin") for row in own)
    parts = [say("watch.note", language, n=once, limit=number(own[0].limit, language, digits=1))]
    if skipped:
        parts.append(say("watch.skipped", language, n=skipped))
    return " ".join(parts)


def _dot(row: WatchedWeek, language: str) -> Dot | None:
    if row.running is None:
        return None
    week, state = day(row.week, language, short=True), say(f"state.{row.state}", language)
    name = say("watch.dot", language, week=week, value=signed(row.running, language, digits=1), state=state)
    where = f"#f-{row.figure_id}"
    return Dot(row.running, row.running, row.running, "measured", name, where, row.week + timedelta(days=3))


def _sheet(figures: Figures, language: str) -> Sheet:
    heads = tuple(say(f"head.{name}", language) for name in ("brand", "weeks_judged", "weeks_skipped", "alarms"))
    rows = []
    for brand in figures.brands:
        weeks = sorted((row for row in figures.picture.watched if row.brand == brand), key=lambda row: row.week)
        alarms = [row for row in weeks if row.state in _ALARMS]
        told = [f"{day(row.week, language, short=True)} ({say(f'state.{row.state}', language)})" for row in alarms]
        counts = [sum(row.running is not None for row in weeks), sum(row.state in ("gap", "thin") for row in weeks)]
        numbers = (Cell(number(n, language), number=True, value=n) for n in counts)
        rows.append((Cell(brand), *numbers, Cell(", ".join(told) or "–")))
    return Sheet(say("caption.watch", language), heads, tuple(rows))
