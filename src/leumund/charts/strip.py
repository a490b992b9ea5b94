"""The coverage strip: what was collected, venue by venue, week by week; days without collection hatched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from leumund.charts.marks import Chart
from leumund.charts.scales import millis, month_ticks
from leumund.charts.svg import Frame, to_svg
from leumund.charts.theme import AXIS, INK, PAPER, QUIET, RIVAL, hatch

__all__ = ["Stretch", "StripChart", "StripRow", "draw_strip"]

_DAY = 24 * 60 * 60 * 1000
_ROW = 34


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row with the same trouble; whole = nothing was collected, else only a part."""

    first: date
    last: date
    whole: bool
    name: str


@dataclass(frozen=True, slots=True)
class StripRow:
    """One venue: posts a week (first day, number), and the stretches with trouble."""

    label: str
    weeks: tuple[tuple[date, float], ...]
    stretches: tuple[Stretch, ...]
    href: str


@dataclass(frozen=True)
class StripChart:
    """What to draw; each venue's weeks are drawn against its own fullest week."""

    chart_id: str
    title: str
    description: str
    rows: tuple[StripRow, ...]
    first: date
    last: date
    tell_month: Callable[[date, bool], str]


def draw_strip(chart: StripChart) -> Chart:
    """Draw the strip for a wide page and for a telephone."""
    longest = max((len(row.label) for row in chart.rows), default=0)
    wide = Frame(width=960, height=_ROW * len(chart.rows), left=min(260, int(longest * 7.6) + 24), right=20)
    narrow = Frame(width=358, height=(_ROW + 18) * len(chart.rows), left=14, right=14)
    return Chart(_drawn(chart, wide, "w", months=8), _drawn(chart, narrow, "n", months=4))


def _drawn(chart: StripChart, frame: Frame, form: str, *, months: int) -> str:
    layers = [_axes(chart, frame, months)]
    for place, row in enumerate(chart.rows):
        layers += list(_row(chart, frame, place, row, stacked=form == "n"))
    name = f"{chart.chart_id}-{form}"
    return to_svg(frame.specification(layers), chart_id=name, title=chart.title, description=chart.description)


def _axes(chart: StripChart, frame: Frame, months: int) -> dict[str, Any]:
    times = month_ticks(chart.first, chart.last, most=months)
    with_year = {when for i, when in enumerate(times) if i == 0 or when.year != times[i - 1].year}
    words = {str(millis(when)): chart.tell_month(when, when in with_year) for when in times}
    axis = {
        "values": [millis(when) for when in times],
        "labelExpr": f"{words!r}[toString(toNumber(datum.value))]",
        "grid": False,
        "ticks": True,
        "tickColor": AXIS,
    }
    ends = [millis(chart.first), millis(chart.last) + _DAY]
    x = {"datum": ends[0], "type": "temporal", "axis": axis}
    return {
        "data": {"values": [{}]},
        "mark": {"type": "rule", "stroke": AXIS, "aria": False},
        "encoding": {
            "x": x | {"scale": {"type": "utc", "domain": ends, "nice": False}},
            "x2": {"value": frame.width},
            "y": {"value": frame.height},
        },
    }


def _row(chart: StripChart, frame: Frame, place: int, row: StripRow, *, stacked: bool) -> Iterator[dict[str, Any]]:
    step = frame.height / len(chart.rows)
    base, full = step * (place + 1) - 4, _ROW - 10
    most = max((posts for _, posts in row.weeks), default=0) or 1
    values = [
        {"t": max(millis(week), millis(chart.first)), "e": min(millis(week) + 7 * _DAY, millis(chart.last) + _DAY)}
        | {"y": base - full * posts / most}
        for week, posts in row.weeks
    ]
    x = {"x": {"field": "t", "type": "temporal"}, "x2": {"field": "e"}}
    height = {"y": {"field": "y", "type": "quantitative", "scale": None, "axis": None}, "y2": {"value": base}}
    yield {
        "data": {"values": values},
        "mark": {"type": "rect", "fill": RIVAL, "fillOpacity": 0.55, "aria": False},
        "encoding": x | height,
    }
    yield from _stretches(row, base, full, x)
    at = (0, base - full - 9) if stacked else (-12, base - full / 2)
    yield {
        "data": {"values": [{}]},
        "mark": {"type": "text", "align": "left" if stacked else "right", "fill": INK, "aria": False},
        "encoding": {"text": {"value": row.label}, "x": {"value": at[0]}, "y": {"value": at[1]}},
    }


def _stretches(row: StripRow, base: float, full: float, x: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for whole in (True, False):
        values = [
            {"t": millis(s.first), "e": millis(s.last) + _DAY, "n": s.name, "u": row.href}
            for s in row.stretches
            if s.whole is whole
        ]
        if not values:
            continue
        y = {"y": {"value": base - full}, "y2": {"value": base}}
        paper = {"type": "rect", "fill": PAPER, "aria": False}
        if whole:
            yield {"data": {"values": values}, "mark": paper, "encoding": x | y}
        look: dict[str, Any] = {"type": "rect", "fill": hatch("gap")}
        if not whole:
            y = {"y": {"value": base - 5}, "y2": {"value": base}}
            look |= {"stroke": QUIET, "strokeWidth": 0.5}
        links = {"href": {"field": "u"}, "description": {"field": "n"}}
        yield {"data": {"values": values}, "mark": look, "encoding": x | y | links}
