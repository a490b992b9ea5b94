"""The part of a report that tells blame from silence: shares of negative, neutral and positive posts by aspect."""

from __future__ import annotations

from dataclasses import replace

from leumund.charts import Row, WhiskerChart, draw_whiskers
from leumund.charts.scales import domain
from leumund.picture.polarities import POLARITIES
from leumund.reports.figures import Figures, aspect_name, dot, span_of, spoken
from leumund.reports.panel import Cell, Panel, Sheet, figure_cell
from leumund.tables import Estimate
from leumund.wording import say, share_span

__all__ = ["polarity_panel"]

PERCENT = 100.0


def polarity_panel(figures: Figures, language: str) -> Panel:
    """Give three small charts, blame, neutral, praise: the own brand by aspect, the rivals together in grey below."""
    own, found = figures.picture.own, figures.polarities
    aspects = _order(figures)
    drawn = [figure for key, figure in found.items() if key[1] in aspects and figure.low is not None]
    ends = [PERCENT * (end or 0.0) for figure in drawn for end in (figure.low, figure.high)]
    axis = domain(ends, lowest=0, highest=PERCENT, most=5)
    note = say("polarities.note", language, brand=own)
    charts = []
    for name in POLARITIES:
        rows = tuple(_row(figures, aspect, name, language) for aspect in aspects)
        chart = WhiskerChart(
            chart_id=f"polarities-{name}",
            title=say(f"polarities.{name}", language),
            description=note,
            rows=rows,
            lowest=0,
            highest=PERCENT,
            tell=lambda value: _percent(value, language),
        )
        if any(row.dots for row in rows):
            charts.append((chart.title, draw_whiskers(replace(chart, small=True, shown=axis))))
    of_rows = (say("head.aspect", language), say("head.brand", language))
    heads = (*of_rows, *(say(f"polarities.{name}", language) for name in POLARITIES))
    cells = tuple(
        (
            Cell(aspect_name(aspect, language)),
            Cell(brand or say("measure.rivals", language)),
            *(figure_cell(found.get((brand, aspect, name)), language) for name in POLARITIES),
        )
        for aspect in aspects
        for brand in (own, "")
        if any((brand, aspect, name) in found for name in POLARITIES)
    )
    sheet = Sheet(say("caption.polarities", language), heads, cells)
    remarks = say("polarities.remarks", language)
    return Panel("polarities", _title(figures, language), note, tuple(charts), sheet, remarks=remarks)


def _percent(value: float, language: str) -> str:
    return share_span(value / PERCENT, 0, 1, language).split(" (", 1)[0]


def _order(figures: Figures) -> list[str]:
    """The whole first, then the own brand's aspects, the most blamed first; those of which nothing can be said last."""
    held = {aspect: figure for (brand, aspect, name), figure in figures.polarities.items()
            if brand == figures.picture.own and name == "negative"}  # fmt: skip
    return sorted(
        held, key=lambda aspect: (aspect != "", held[aspect].value is None, -(held[aspect].value or 0), aspect)
    )


def _row(figures: Figures, aspect: str, polarity: str, language: str) -> Row:
    mine, theirs = (figures.polarities.get((brand, aspect, polarity)) for brand in (figures.picture.own, ""))
    one, other = (dot(figure, language, scale=PERCENT) for figure in (mine, theirs))
    others = (other,) if other and theirs and spoken(theirs) else ()
    name, strong = aspect_name(aspect, language), aspect == ""
    return Row(name, True, (one,) if one else (), span_of(mine, language), others=others, strong=strong)


def _title(figures: Figures, language: str) -> str:
    """Say which aspect is blamed most, where its interval lies above the whole's; else that none stands out."""
    own = figures.picture.own
    blame = {aspect: figure for (brand, aspect, name), figure in figures.polarities.items()
             if (brand, name) == (own, "negative") and spoken(figure)}  # fmt: skip
    whole = blame.pop("", None)
    if whole is None:
        return say("polarities.unproven", language)
    above = [figure for figure in blame.values() if figure.aspect != "general" and _above(figure, whole)]
    if not above:
        return say("polarities.none", language, brand=own, span=span_of(whole, language))
    most = max(above, key=lambda figure: figure.value or 0.0)
    return say("polarities.title", language, aspect=aspect_name(most.aspect, language), span=span_of(most, language))


def _above(figure: Estimate, whole: Estimate) -> bool:
    return (figure.low or 0.0) > (whole.high or 0.0)
