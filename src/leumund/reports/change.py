"""The part of a report that says what moved since last time: verdicts in words, the split, the drivers."""

from __future__ import annotations

from collections.abc import Sequence

from leumund.charts import Chart, Dot, Row, WhiskerChart, draw_whiskers
from leumund.charts.scales import domain
from leumund.reports.figures import Figures, anchor, aspect_name, dot, span_of
from leumund.reports.panel import Cell, Panel, Sheet
from leumund.tables import Change, Driver
from leumund.wording import day_span, index_span, number, percent, quarter, say, signed

__all__ = ["change_panel", "driver_panel", "parts_of", "verdict_sentence"]

PARTS = ("total", "venues", "authors", "opinion", "reader")
SPANS = ("four_weeks", "quarter")


def parts_of(figures: Figures, brand: str, span: str) -> dict[str, Change]:
    """Give the parts of a brand's change by name; empty where nothing is compared."""
    return {row.part: row for row in figures.picture.changes if row.brand == brand and row.span == span}


def period_pair(row: Change, language: str) -> tuple[str, str]:
    """Give the later and the earlier period in words."""
    if row.span == "quarter":
        return quarter(row.after_first, language), quarter(row.before_first, language)
    return day_span(row.after_first, row.after_last, language), day_span(row.before_first, row.before_last, language)


def verdict_sentence(parts: dict[str, Change], language: str) -> str:
    """Give the verdict on one brand's change in one plain sentence."""
    row, opinion = parts["total"], parts["opinion"]
    after, before = period_pair(row, language)
    words = {"brand": row.brand, "after": after, "before": before}
    moved = row.low is not None and row.high is not None and not row.low <= 0 <= row.high
    return say(
        f"change.{'undivided' if moved and row.verdict == 'no_change_shown' else row.verdict}",
        language,
        **words,
        span=_span(opinion, language),
        posts_before=number(row.n_before, language),
        posts_after=number(row.n_after, language),
        missing=number(row.missing / 100, language, digits=0),
    )


def _span(row: Change, language: str) -> str:
    return index_span(row.value, row.low, row.high, language)


def change_panel(figures: Figures, language: str) -> Panel | None:
    """Give the verdicts of all brands and the own brand's split; None where nothing is compared."""
    own = figures.picture.own
    held = {span: parts_of(figures, own, span) for span in SPANS}
    held = {span: parts for span, parts in held.items() if parts}
    if not held:
        return None
    first = next(iter(held.values()))
    rivals = [parts_of(figures, rival, "four_weeks") for rival in figures.picture.rivals]
    others = [verdict_sentence(parts, language) for parts in [*list(held.values())[1:], *(r for r in rivals if r)]]
    charts = tuple(_charts(held, figures, language))
    note = say("change.note", language)
    sheet = _sheet(figures, language)
    title = verdict_sentence(first, language).removesuffix(".")
    return Panel("change", title, note, charts, sheet, open_sheet=True, paragraphs=tuple(others))


def _charts(held: dict[str, dict[str, Change]], figures: Figures, language: str) -> list[tuple[str, Chart]]:
    told = {span: parts for span, parts in held.items() if parts["total"].value is not None}
    ends = [end for parts in told.values() for row in parts.values() for end in (row.low, row.high) if end is not None]
    axis = domain(ends, lowest=-200, highest=200, most=4)
    charts = []
    for span, parts in told.items():
        after, before = period_pair(parts["total"], language)
        name = say("change.chart", language, after=after, before=before)
        rows = []
        for part in PARTS:
            figure = figures.changes[parts[part].figure_id]
            found = dot(figure, language)
            dots: tuple[Dot, ...] = (found,) if found else ()
            label = say(f"part.{part}", language)
            rows.append(Row(label, True, dots, span_of(figure, language), strong=part == "opinion"))
        chart = WhiskerChart(
            chart_id=f"change-{span.replace('_', '-')}",
            title=name,
            description=say("change.note", language),
            rows=tuple(rows),
            lowest=-200,
            highest=200,
            tell=lambda value: signed(value, language),
            small=True,
            shown=axis,
        )
        charts.append((name, draw_whiskers(chart)))
    return charts


def _sheet(figures: Figures, language: str) -> Sheet:
    heads = tuple(say(f"head.{name}", language) for name in ("brand", "period"))
    heads = (*heads, *(say(f"part.{part}", language) for part in PARTS), say("head.verdict", language))
    rows = []
    for brand in figures.brands:
        for span in SPANS:
            parts = parts_of(figures, brand, span)
            if parts:
                cells = (_cell(figures, parts[part], language) for part in PARTS)
                verdict = say(f"verdict.{parts['total'].verdict}", language)
                period = Cell(period_pair(parts["total"], language)[0])
                rows.append((Cell(brand), period, *cells, Cell(verdict)))
    return Sheet(say("caption.change", language), heads, tuple(rows))


def _cell(figures: Figures, row: Change, language: str) -> Cell:
    figure = figures.changes[row.figure_id]
    if figure.value is None:
        return Cell("–", number=True)
    middle = None if figure.support == "unproven" else figure.value
    ends = (figure.low, figure.high)
    return Cell(span_of(figure, language), href=anchor(figure), number=True, value=middle, ends=ends)


def driver_panel(figures: Figures, language: str) -> Panel | None:
    """Give what each aspect has moved in the own brand's last quarter, or four weeks; None without drivers."""
    own = figures.picture.own
    of = {span: [d for d in figures.picture.drivers if d.brand == own and d.span == span] for span in SPANS}
    span = next((span for span in reversed(SPANS) if of[span]), None)
    if span is None:
        return None
    found = of[span]
    after, before = period_pair(parts_of(figures, own, span)["total"], language)
    shown = [row for row in found if row.verdict != "no_change_shown"]
    names = sorted({aspect_name(row.aspect, language) for row in shown})
    if parts_of(figures, own, span)["total"].verdict == "unproven":
        title = say("drivers.unproven", language)
    else:
        title = say("drivers.title", language, aspects=", ".join(names)) if names else say("drivers.none", language)
    sheet = _driver_sheet(found, language)
    note = say("drivers.note", language, brand=own, after=after, before=before)
    return Panel("drivers", title, note, (), sheet, open_sheet=True)


def _driver_sheet(found: Sequence[Driver], language: str) -> Sheet:
    effects = (say("part.rate", language), say("part.share", language))
    heads = (
        say("head.aspect", language),
        *effects,
        say("head.share_before", language),
        say("head.share_after", language),
    )
    by_aspect: dict[str, dict[str, Driver]] = {}
    for row in found:
        by_aspect.setdefault(row.aspect, {})[row.part] = row
    order = sorted(by_aspect.items(), key=lambda item: -sum(abs(row.value) for row in item[1].values()))
    rows = tuple((Cell(aspect_name(aspect, language)), *_driver_cells(parts, language)) for aspect, parts in order)
    return Sheet(say("caption.drivers", language), heads, rows)


def _driver_cells(parts: dict[str, Driver], language: str) -> list[Cell]:
    cells = []
    for row in (parts["rate"], parts["share"]):
        flag = "" if row.verdict == "no_change_shown" else say(f"verdict.{row.verdict}", language)
        span = index_span(row.value, row.low, row.high, language)
        cells.append(Cell(span, number=True, flag=flag, value=row.value, ends=(row.low, row.high)))
    shares = (parts["share"].share_before, parts["share"].share_after)
    return [*cells, *(Cell(percent(share, language), number=True, value=share, form="share") for share in shares)]
