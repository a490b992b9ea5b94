"""The parts of a report that run over time: the first chart, share of voice, week by week, and coverage."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from leumund.charts import (
    Gap,
    LineChart,
    Series,
    Stretch,
    StripChart,
    StripRow,
    draw_lines,
    draw_strip,
)
from leumund.charts.scales import domain
from leumund.reports.figures import Figures, dot, period_name, span_of, spoken
from leumund.reports.gaps import missing_days, shown_gaps, stretches
from leumund.reports.panel import Cell, Panel, Sheet, count_cell, figure_cell
from leumund.tables import Coverage, Estimate
from leumund.wording import day, day_span, month, number, say, share_span, signed

__all__ = ["coverage_panel", "lead_panel", "share_panel", "weekly_panel"]


def _month_teller(language: str) -> Callable[[date, bool], str]:
    return lambda when, with_year: month(when, language, with_year=with_year)


def _index_teller(language: str) -> Callable[[float], str]:
    return lambda value: signed(value, language)


def _percent_teller(language: str) -> Callable[[float], str]:
    return lambda value: share_text(value / 100, language)


def share_text(value: float, language: str) -> str:
    """Give a share as a whole per cent."""
    return share_span(value, 0, 1, language).split(" (", 1)[0]


def _series(brand: str, figures: Sequence[Estimate], language: str, *, own: bool, scale: float = 1) -> Series:
    return Series(brand, own, tuple(dot(figure, language, scale=scale) for figure in figures))


def _all_series(figures: Figures, measure: str, period: str, language: str, *, scale: float = 1) -> tuple[Series, ...]:
    """The own brand whatever its support; a rival only where something about it is more than unproven."""
    kept = []
    for brand in figures.brands:
        found = figures.over_time(measure, brand, period)
        own = brand == figures.picture.own
        if own or any(spoken(figure) for figure in found):
            shown = found if own else [figure for figure in found if spoken(figure) or figure.value is None]
            kept.append(_series(brand, shown, language, own=own, scale=scale))
    return tuple(kept)


def _gap_note(gaps: Sequence[Gap], language: str) -> str:
    """Say which stretches the chart hatches; beyond three of a kind the strip below tells the rest."""
    notes = []
    for key, whole in (("note.gap", True), ("note.part_gap", False)):
        kept = [gap for gap in gaps if gap.whole is whole]
        if kept:
            spans = ", ".join(day_span(gap.first, gap.last, language) for gap in kept[:3]) + (
                " …" if len(kept) > 3 else ""
            )
            notes.append(say(key, language, spans=spans))
    return " ".join(notes)


def _support_notes(series: Sequence[Series], language: str) -> list[str]:
    shown = {dot.support for one in series for dot in one.dots if dot}
    return [say(f"note.{support}", language) for support in ("borrowed", "unproven") if support in shown]


def _sheet(figures: Figures, measure: str, period: str, language: str) -> Sheet:
    """One row per period, one column per brand."""
    by_start: dict[date, dict[str, Estimate]] = defaultdict(dict)
    for brand in figures.brands:
        for figure in figures.over_time(measure, brand, period):
            by_start[figure.period_start][brand] = figure
    rows = tuple(
        (
            Cell(period_name(next(iter(found.values())), language)),
            *(_cell(figures, found.get(brand), language) for brand in figures.brands),
        )
        for _, found in sorted(by_start.items())
    )
    caption = say(f"caption.{measure}", language)
    return Sheet(caption, (say("head.period", language), *figures.brands), rows)


def _cell(figures: Figures, figure: Estimate | None, language: str) -> Cell:
    uneven = figure is not None and figure.measure == "net_index" and figures.counts_disagree(figure)
    return figure_cell(figure, language, uneven=uneven)


def _moved(figures: Figures, period: str, language: str) -> str:
    """The first chart's finding: whether the last period differs from the first one."""
    own = figures.picture.own
    found = [figure for figure in figures.over_time("net_index", own, period) if spoken(figure)]
    if not found:
        some = any(figure.value is not None for figure in figures.over_time("net_index", own, period))
        return say("lead.unproven" if some else "lead.nothing", language, brand=own)
    first, last = found[0], found[-1]
    if len(found) == 1:
        return say("lead.one", language, brand=own, period=period_name(first, language), span=span_of(first, language))
    names = [
        day(figure.period_start, language) if period == "week" else period_name(figure, language)
        for figure in (first, last)
    ]
    when = say("lead.when_month" if period == "month" else "lead.when", language, first=names[0], last=names[1])
    spans = {"before": span_of(first, language), "after": span_of(last, language)}
    return say(f"lead.{_change(first, last)}", language, brand=own, when=when, **spans)


def _change(first: Estimate, last: Estimate) -> str:
    """Tell whether two periods differ: the difference of their values against both intervals' near sides in quadrature.

    Square-and-add (Newcombe 1998, method 10; Zou and Donner 2008). Voices that stand in both periods make it cautious.
    """
    a, b = _ends(first), _ends(last)
    if b[0] - a[0] > math.hypot(b[0] - b[1], a[2] - a[0]):
        return "up"
    return "down" if a[0] - b[0] > math.hypot(a[0] - a[1], b[2] - b[0]) else "same"


def _ends(figure: Estimate) -> tuple[float, float, float]:
    return figure.value or 0.0, figure.low or 0.0, figure.high or 0.0


def lead_panel(figures: Figures, language: str) -> Panel:
    """Give the first chart: the own brand's index over time with its band, the rivals in grey."""
    picture, period = figures.picture, figures.readable_period
    series = _all_series(figures, "net_index", period, language)
    gaps = shown_gaps(picture.coverage)
    title = _moved(figures, period, language)
    parts = [say(f"note.lead_{period}", language, level=number(100 * picture.level, language))]
    if figures.shorter_is_too_wide:
        parts.append(say(f"note.why_{period}", language))
    if len(series) < len(figures.brands):
        parts.append(say("note.rivals_left_out", language))
    note = " ".join(parts)
    starts = tuple(one.terms.starts_on for one in picture.campaigns if one.terms.brand == picture.own)
    marks = tuple(day for day in starts if picture.period_start <= day <= picture.period_end)
    told = [say("campaign.on_axis", language)] if marks else []
    remarks = " ".join([*_support_notes(series, language), _gap_note(gaps, language), *told]).strip()
    chart = LineChart(
        chart_id="lead",
        title=title,
        description=f"{note} {remarks}".strip(),
        series=series,
        first=picture.period_start,
        last=picture.period_end,
        gaps=gaps,
        lowest=-100,
        highest=100,
        tell=_index_teller(language),
        tell_month=_month_teller(language),
        marks=marks,
    )
    if not any(dot for one in series for dot in one.dots):
        return Panel("lead", title, "")
    drawn = (("", draw_lines(chart)),)
    return Panel("lead", title, note, drawn, _sheet(figures, "net_index", period, language), remarks=remarks)


def share_panel(figures: Figures, language: str) -> Panel:
    """Give share of voice over time."""
    picture, period = figures.picture, figures.readable_period
    series = _all_series(figures, "share_of_voice", period, language, scale=100)
    whole = figures.whole("share_of_voice", picture.own)
    known = spoken(whole) and whole is not None
    title = (
        say("share.title", language, brand=picture.own, span=span_of(whole, language))
        if known
        else say("share.title_unproven", language)
    )
    note = " ".join([say("share.note", language), *_support_notes(series, language)])
    chart = LineChart(
        chart_id="share",
        title=title,
        description=note,
        series=series,
        first=picture.period_start,
        last=picture.period_end,
        gaps=shown_gaps(picture.coverage),
        lowest=0,
        highest=100,
        tell=_percent_teller(language),
        tell_month=_month_teller(language),
    )
    drawn = (("", draw_lines(chart)),) if any(dot for one in series for dot in one.dots) else ()
    return Panel("share", title, note, drawn, _sheet(figures, "share_of_voice", period, language))


def weekly_panel(figures: Figures, language: str) -> Panel:
    """Give the index week by week, one small chart a brand, all on the same axis."""
    picture = figures.picture
    dots = {
        brand: tuple(dot(figure, language) for figure in figures.over_time("net_index", brand, "week"))
        for brand in figures.brands
    }
    held = [bound for found in dots.values() for one in found if one for bound in (one.low, one.high)]
    axis = domain(held, lowest=-100, highest=100, most=4)
    charts = []
    for place, (brand, found) in enumerate(dots.items()):
        if any(found):
            series = Series(brand, brand == picture.own, found)
            chart = _weekly_chart(figures, f"weekly-{place}", series, language)
            charts.append((brand, draw_lines(replace(chart, shown=axis))))
    told = sum(one is not None for one in dots[picture.own])
    n = len(dots[picture.own])
    title = say("weekly.title_all" if told == n > 1 else "weekly.title", language, brand=picture.own, told=told, n=n)
    return Panel("weekly", title, say("weekly.note", language), tuple(charts))


def _weekly_chart(figures: Figures, chart_id: str, series: Series, language: str) -> LineChart:
    picture = figures.picture
    return LineChart(
        chart_id=chart_id,
        title=say("weekly.chart", language, brand=series.name),
        description=say("weekly.note", language),
        series=(series,),
        first=picture.period_start,
        last=picture.period_end,
        gaps=shown_gaps(picture.coverage),
        lowest=-100,
        highest=100,
        tell=_index_teller(language),
        tell_month=_month_teller(language),
        small=True,
    )


def coverage_panel(figures: Figures, language: str) -> Panel:
    """Give the coverage strip: posts a week and missing days, venue by venue."""
    picture = figures.picture
    by_venue: dict[str, list[Coverage]] = defaultdict(list)
    for row in picture.coverage:
        by_venue[row.source].append(row)
    missing = len(set(missing_days(picture.coverage)))
    days = (picture.period_end - picture.period_start).days + 1
    title = say("coverage.title" if missing else "coverage.title_whole", language, n=missing, days=days)
    note = say("coverage.note", language)
    if not by_venue:
        return Panel("coverage", say("coverage.none", language), "")
    chart = StripChart(
        chart_id="coverage",
        title=title,
        description=note,
        rows=tuple(_strip_row(venue, rows, language) for venue, rows in by_venue.items()),
        first=picture.period_start,
        last=picture.period_end,
        tell_month=_month_teller(language),
    )
    return Panel("coverage", title, note, (("", draw_strip(chart)),), _coverage_sheet(by_venue, language))


def _strip_row(venue: str, rows: Sequence[Coverage], language: str) -> StripRow:
    weeks: dict[date, float] = defaultdict(float)
    for row in rows:
        weeks[row.day - timedelta(days=row.day.weekday())] += row.seen
    found = [(True, gap) for gap in stretches(missing_days(rows))]
    found += [(False, gap) for gap in stretches(row.day for row in rows if row.problem == "partial")]
    troubles = tuple(
        Stretch(
            gap.first,
            gap.last,
            whole,
            say(
                "coverage.stretch_whole" if whole else "coverage.stretch_part",
                language,
                venue=venue,
                days=day_span(gap.first, gap.last, language),
            ),
        )
        for whole, gap in found
    )
    return StripRow(venue, tuple(sorted(weeks.items())), troubles, "#t-coverage")


def _coverage_sheet(by_venue: dict[str, list[Coverage]], language: str) -> Sheet:
    heads = tuple(say(f"head.{name}", language) for name in ("venue", "posts", "days", "missing_days", "partial_days"))
    rows = tuple(
        (
            Cell(venue),
            count_cell(sum(row.seen for row in rows), language),
            count_cell(len(rows), language),
            count_cell(len(missing_days(rows)), language),
            count_cell(sum(row.problem == "partial" for row in rows), language),
        )
        for venue, rows in by_venue.items()
    )
    return Sheet(say("caption.coverage", language), heads, rows)
