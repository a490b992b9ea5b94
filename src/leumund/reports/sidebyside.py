"""The parts of a report that set figures side by side: brands, differences, aspects, and the simulated truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from leumund.charts import Dot, Row, Tick, WhiskerChart, draw_whiskers
from leumund.charts.scales import domain
from leumund.picture.view import TrueValue
from leumund.reports.figures import (
    COUNTED,
    Figures,
    aspect_name,
    disagree,
    dot,
    full_name,
    is_share,
    period_name,
    span_of,
    spoken,
)
from leumund.reports.headline import stands_apart, verdicts, weakest_aspect
from leumund.reports.panel import Cell, Panel, Sheet, figure_cell
from leumund.tables import Estimate
from leumund.wording import percent, say, signed

__all__ = ["aspect_panel", "brand_panel", "difference_panel", "quarter_panel", "truth_panel"]

_SHAPES = {"posts": "circle", "authors": "ring", "threads": "square"}
_TRUTHS_DRAWN = 14


def _whiskers(chart_id: str, title: str, note: str, rows: Sequence[Row], language: str) -> WhiskerChart:
    return WhiskerChart(
        chart_id=chart_id,
        title=title,
        description=note,
        rows=tuple(rows),
        lowest=-200,
        highest=200,
        tell=lambda value: signed(value, language),
    )


def _panel(chart: WhiskerChart, sheet: Sheet, *, opened: bool = False) -> Panel:
    drawn = (("", draw_whiskers(chart)),) if any(row.dots for row in chart.rows) else ()
    return Panel(chart.chart_id, chart.title, chart.description, drawn, sheet, open_sheet=opened)


def _sorted_brands(figures: Figures) -> list[str]:
    def height(brand: str) -> tuple[bool, float]:
        whole = figures.whole("net_index", brand)
        return (not spoken(whole), -(whole.value or 0) if whole else 0)

    return sorted(figures.brands, key=height)


def brand_panel(figures: Figures, language: str) -> Panel:
    """Give all brands' index over the whole period, counted by posts, authors and threads."""
    rows, cells = [], []
    for brand in _sorted_brands(figures):
        counts = [figures.whole("net_index", brand, counted=counted) for counted in COUNTED]
        own = brand == figures.picture.own
        dots = [dot(f, language, shape=_SHAPES[c]) for f, c in zip(counts, COUNTED, strict=True)]
        shown = tuple(found for found in dots if found)
        rows.append(Row(brand, own, shown, span_of(counts[0], language), strong=own))
        flag = say("brands.disagree", language) if disagree(counts) else ""
        cells.append((Cell(brand, flag=flag), *(figure_cell(figure, language) for figure in counts)))
    heads = (say("head.brand", language), *(say(f"head.{counted}", language) for counted in COUNTED))
    sheet = Sheet(say("caption.brands", language), heads, tuple(cells))
    title, note = _brand_title(figures, language), say("brands.note", language)
    return _panel(_whiskers("brands", title, note, rows, language), sheet, opened=True)


def quarter_panel(figures: Figures, language: str) -> Panel | None:
    """Give all brands' index quarter by quarter, one small chart a quarter; None where there are no quarters."""
    of_brand = {brand: figures.over_time("net_index", brand, "quarter") for brand in figures.brands}
    starts = sorted({f.period_start for found in of_brand.values() for f in found if f.value is not None})
    if len(starts) < 2:
        return None
    held = [end for found in of_brand.values() for f in found if f.low is not None for end in (f.low, f.high or 0)]
    axis = domain(held, lowest=-100, highest=100, most=4)
    charts = []
    for place, start in enumerate(starts):
        found = {brand: next((f for f in of_brand[brand] if f.period_start == start), None) for brand in of_brand}
        name = next(period_name(figure, language) for figure in found.values() if figure)
        rows = []
        for brand, figure in found.items():
            one = dot(figure, language)
            own = brand == figures.picture.own
            rows.append(Row(brand, own, (one,) if one else (), span_of(figure, language), strong=own))
        chart = _whiskers(f"quarter-{place}", name, say("quarters.note", language), rows, language)
        charts.append((name, draw_whiskers(replace(chart, small=True, shown=axis))))
    title = _quarter_title(figures, len(starts), language)
    return Panel("quarters", title, say("quarters.note", language), tuple(charts))


def _quarter_title(figures: Figures, quarters: int, language: str) -> str:
    own = figures.picture.own
    differences = [f for r in figures.picture.rivals for f in figures.over_time("difference", own, "quarter", rival=r)]
    shown = {f.period_start for f in differences if spoken(f) and f.verdict in ("higher", "lower")}
    if not any(map(spoken, differences)):
        return say("quarters.unproven", language)
    if not shown:
        return say("quarters.none", language)
    return say("quarters.title", language, n=len(shown), quarters=quarters)


def _brand_title(figures: Figures, language: str) -> str:
    counts = {verdict: len(names) for verdict, names in verdicts(figures).items()}
    if not figures.picture.rivals:
        return say("brands.alone", language)
    if not spoken(figures.whole("net_index", figures.picture.own)):
        return say("brands.unproven", language)
    rivals, brand = len(figures.picture.rivals), figures.picture.own
    if counts["no_difference_shown"] == rivals:
        return say("brands.none", language, brand=brand)
    return say("brands.title", language, brand=brand, above=counts["higher"], below=counts["lower"], n=rivals)


def difference_panel(figures: Figures, language: str) -> Panel:
    """Give the difference to each rival over the whole period, around zero, with its verdict in words."""
    own = figures.picture.own
    rows, cells = [], []
    for rival in figures.picture.rivals:
        whole = figures.whole("difference", own, rival=rival)
        verdict = say(f"verdict.{_verdict(whole)}", language)
        found = dot(whole, language)
        rows.append(Row(rival, True, (found,) if found else (), span_of(whole, language)))
        cells.append((Cell(rival), figure_cell(whole, language, remark=False), Cell(verdict)))
    heads = (say("head.rival", language), say("head.difference", language), say("head.verdict", language))
    sheet = Sheet(say("caption.differences", language), heads, tuple(cells))
    title = _difference_title(figures, language)
    note = say("differences.note", language, brand=own)
    return _panel(_whiskers("differences", title, note, rows, language), sheet, opened=True)


def _verdict(figure: Estimate | None) -> str:
    if figure is None or figure.value is None:
        return "gap" if figure and figure.verdict == "gap" else "too_few"
    if figure.support == "unproven":
        return "unproven"
    return figure.verdict or "too_few"


def _difference_title(figures: Figures, language: str) -> str:
    found = verdicts(figures)
    shown = len(found["higher"]) + len(found["lower"])
    if len(found["too_few"]) == len(figures.picture.rivals):
        return say("differences.unproven", language)
    if not shown:
        return say("differences.none", language)
    return say("differences.title", language, n=shown, rivals=len(figures.picture.rivals))


def aspect_panel(figures: Figures, language: str) -> Panel:
    """Give the aspect ladder: the own brand's aspects from weakest to strongest, the rivals in grey below each."""
    own = figures.picture.own
    held = {aspect: figures.whole("net_index", own, aspect=aspect) for aspect in figures.aspects}
    order = sorted(
        (aspect for aspect, figure in held.items() if figure is not None and figure.value is not None),
        key=lambda aspect: _height(held[aspect]),
    )
    rows = []
    for aspect in order:
        found = dot(held[aspect], language)
        text = span_of(held[aspect], language)
        rivals = [dot(figures.whole("net_index", rival, aspect=aspect), language) for rival in figures.picture.rivals]
        others = tuple(rival for rival in rivals if rival and rival.support != "unproven")
        rows.append(Row(aspect_name(aspect, language), True, (found,) if found else (), text, others=others))
    heads = (say("head.aspect", language), *figures.brands)
    cells = tuple(
        (
            Cell(aspect_name(aspect, language)),
            *(figure_cell(figures.whole("net_index", brand, aspect=aspect), language) for brand in figures.brands),
        )
        for aspect in order or figures.aspects
    )
    title = _aspect_title(figures, language)
    sheet = Sheet(say("caption.aspects", language), heads, cells)
    note = say("aspects.note", language, brand=own)
    return _panel(_whiskers("aspects", title, note, rows, language), sheet)


def _height(figure: Estimate | None) -> tuple[bool, float]:
    value = figure.value if figure is not None and figure.value is not None else 0.0
    return (not spoken(figure), value)


def _aspect_title(figures: Figures, language: str) -> str:
    weakest = weakest_aspect(figures)
    if weakest is None:
        return say("aspects.none", language)
    if not stands_apart(weakest, figures):
        return say("aspects.no_weakest", language)
    return say(
        "aspects.title",
        language,
        aspect=aspect_name(weakest.aspect, language),
        span=span_of(weakest, language),
    )


def truth_panel(figures: Figures, language: str) -> Panel | None:
    """Give the simulated truth beside machine count and corrected interval; None where no truth is known."""
    pairs = [(truth, _beside(figures, truth)) for truth in figures.picture.truth]
    held = [(truth, figure) for truth, figure in pairs if figure is not None and figure.value is not None]
    if not held:
        return None
    inside = sum(_holds(truth, figure) for truth, figure in held)
    title = say("truth.title", language, inside=inside, n=len(held))
    shown = _drawn_truths(held, figures)
    rows = [_truth_row(truth, figure, figures, language) for truth, figure in shown]
    names = ("figure", "period", "truth", "machine", "corrected", "holds")
    heads = tuple(say(f"head.{name}", language) for name in names)
    cells = tuple(_truth_cells(truth, figure, language) for truth, figure in held if truth.period != "week")
    sheet = Sheet(say("caption.truth", language), heads, cells)
    note = say("truth.note", language)
    return _panel(_whiskers("truth", title, note, rows, language), sheet)


def _drawn_truths(held: list[tuple[TrueValue, Estimate]], figures: Figures) -> list[tuple[TrueValue, Estimate]]:
    """The own brand's index over all longer periods, and each rival's over the last one."""
    drawn = [pair for pair in held if pair[0].measure == "net_index" and pair[0].period != "week"]
    drawn = drawn or [pair for pair in held if pair[0].measure == "net_index"]
    own = [pair for pair in drawn if pair[0].brand == figures.picture.own]
    last = {pair[0].brand: pair for pair in drawn if pair[0].brand != figures.picture.own}
    return own[-_TRUTHS_DRAWN:] + list(last.values())


def _beside(figures: Figures, truth: TrueValue) -> Estimate | None:
    found = figures.over_time(truth.measure, truth.brand, truth.period)
    return next((figure for figure in found if figure.period_start == truth.period_start), None)


def _holds(truth: TrueValue, figure: Estimate) -> bool:
    return figure.low is not None and figure.high is not None and figure.low <= truth.value <= figure.high


def _truth_row(truth: TrueValue, figure: Estimate, figures: Figures, language: str) -> Row:
    found: Dot | None = dot(figure, language)
    ticks = [Tick(truth.value, "diamond")]
    if figure.machine_value is not None:
        ticks.append(Tick(figure.machine_value, "stroke"))
    label = f"{figure.brand}, {period_name(figure, language)}"
    text = say("truth.holds" if _holds(truth, figure) else "truth.misses", language)
    own = figure.brand == figures.picture.own
    return Row(label, own, (found,) if found else (), text, tuple(ticks), strong=own)


def _truth_cells(truth: TrueValue, figure: Estimate, language: str) -> tuple[Cell, ...]:
    values = (truth.value, figure.machine_value)
    tell = percent if is_share(figure) else signed
    texts = ["–" if value is None else tell(value, language) for value in values]
    return (
        Cell(full_name(figure, language)),
        Cell(period_name(figure, language)),
        *(Cell(text, number=True, value=value) for text, value in zip(texts, values, strict=True)),
        figure_cell(figure, language),
        Cell(say("truth.inside" if _holds(truth, figure) else "truth.outside", language)),
    )
