"""Dot and whisker: single figures with their intervals, one brand or aspect a row, zero on the axis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from leumund.charts.marks import Chart, Dot, Tick
from leumund.charts.scales import domain, ticks
from leumund.charts.svg import Frame, to_svg
from leumund.charts.theme import AXIS, INK, OWN, PAPER, QUIET, RIVAL, hatch

__all__ = ["Row", "WhiskerChart", "draw_whiskers"]

_LABEL_PX = 7.2
_SHAPES = {"circle": "circle", "ring": "circle", "square": "square"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its label, its figures, and the figure in words at the right."""

    label: str
    own: bool
    dots: tuple[Dot, ...]
    text: str
    ticks: tuple[Tick, ...] = ()


@dataclass(frozen=True)
class WhiskerChart:
    """What to draw. `tell` writes a value of the axis in the page's language."""

    chart_id: str
    title: str
    description: str
    rows: tuple[Row, ...]
    lowest: float
    highest: float
    tell: Callable[[float], str]


def draw_whiskers(chart: WhiskerChart) -> Chart:
    """Draw the chart for a wide page (label, whisker, words in one line) and for a telephone (words above)."""
    label = min(280, int(max((len(row.label) for row in chart.rows), default=0) * _LABEL_PX) + 20)
    words = int(max((len(row.text) for row in chart.rows), default=0) * _LABEL_PX) + 20
    tall = 1 + max((len(row.dots) for row in chart.rows), default=1)
    wide = Frame(width=960, height=0, left=label, right=words)
    narrow = Frame(width=358, height=0, left=14, right=14)
    wide.height, narrow.height = (len(chart.rows) * step for step in (14 + 9 * tall, 34 + 9 * tall))
    return Chart(
        _Sheet(chart, wide, stacked=False).drawn(f"{chart.chart_id}-w"),
        _Sheet(chart, narrow, stacked=True).drawn(f"{chart.chart_id}-n"),
    )


class _Sheet:
    """One drawing of a WhiskerChart."""

    def __init__(self, chart: WhiskerChart, frame: Frame, *, stacked: bool) -> None:
        self.chart, self.frame, self.stacked = chart, frame, stacked
        held = [bound for row in chart.rows for dot in row.dots for bound in (dot.low, dot.high)]
        held += [tick.value for row in chart.rows for tick in row.ticks]
        self.low, self.high = domain(held, lowest=chart.lowest, highest=chart.highest)
        self.step = frame.height / max(1, len(chart.rows))

    def drawn(self, chart_id: str) -> str:
        specification = self.frame.specification([self._axes(), *self._whiskers(), *self._ticks(), *self._words()])
        return to_svg(specification, chart_id=chart_id, title=self.chart.title, description=self.chart.description)

    def _axes(self) -> dict[str, Any]:
        values = ticks(self.low, self.high, most=5 if self.stacked else 8)
        marks = {str(round(value * 1000)): self.chart.tell(value) for value in values}
        x = {
            "datum": 0,
            "type": "quantitative",
            "scale": {"domain": [self.low, self.high], "nice": False, "zero": False},
            "axis": {"values": values, "labelExpr": f"{marks!r}[toString(round(datum.value*1000))]"},
        }
        zero = {"type": "rule", "stroke": AXIS, "strokeWidth": 1.5, "aria": False}
        return {"data": {"values": [{}]}, "mark": zero, "encoding": {"x": x}}

    def _middle(self, place: int) -> float:
        return self.step * (place + 0.5) + (9 if self.stacked else 0)

    def _placed(self) -> Iterator[tuple[Row, Dot, float]]:
        for place, row in enumerate(self.chart.rows):
            for rank, dot in enumerate(row.dots):
                yield row, dot, self._middle(place) + 9 * (rank - (len(row.dots) - 1) / 2)

    def _whiskers(self) -> Iterator[dict[str, Any]]:
        for row, dot, pixel in self._placed():
            data = {"values": [{"v": dot.value, "lo": dot.low, "hi": dot.high, "u": dot.href, "n": dot.name}]}
            y = {"y": {"value": pixel}}
            links = {"href": {"field": "u"}, "description": {"field": "n"}}
            if dot.support == "unproven":
                bar = {"type": "bar", "height": 9, "fill": hatch("own" if row.own else "rival")}
                yield {"data": data, "mark": bar, "encoding": {**_x("lo"), "x2": {"field": "hi"}, **y, **links}}
                continue
            yield {"data": data, "mark": _whisker(row, dot), "encoding": {**_x("lo"), "x2": {"field": "hi"}, **y}}
            yield {"data": data, "mark": _dot(row, dot), "encoding": {**_x("v"), **y, **links}}

    def _ticks(self) -> Iterator[dict[str, Any]]:
        for place, row in enumerate(self.chart.rows):
            for tick in row.ticks:
                stroke = {"shape": "stroke", "angle": 90, "size": 260, "stroke": QUIET, "filled": False}
                diamond = {"shape": "diamond", "size": 110, "stroke": INK, "fill": PAPER, "filled": True}
                look = {"type": "point", "strokeWidth": 2, "opacity": 1, "aria": False}
                yield {
                    "data": {"values": [{"v": tick.value}]},
                    "mark": look | (diamond if tick.shape == "diamond" else stroke),
                    "encoding": {**_x("v"), "y": {"value": self._middle(place)}},
                }

    def _words(self) -> Iterator[dict[str, Any]]:
        for place, row in enumerate(self.chart.rows):
            pixel = self._middle(place) - (self.step / 2 - 2 if self.stacked else 0)
            left, right = (-8, self.frame.width + 8) if self.stacked else (-12, self.frame.width + self.frame.right)
            room = max(8, int((self.frame.left - 14) / _LABEL_PX)) if not self.stacked else 34 - len(row.text) // 2
            label = row.label if len(row.label) <= room else row.label[: room - 1] + "…"
            strong = {"fontWeight": 700 if row.own else 400, "fill": OWN if row.own else INK}
            yield _text(label, left, pixel, align="left" if self.stacked else "right", **strong)
            yield _text(row.text, right, pixel, align="right", fill=QUIET)


def _whisker(row: Row, dot: Dot) -> dict[str, Any]:
    look: dict[str, Any] = {"type": "rule", "stroke": OWN if row.own else RIVAL, "strokeWidth": 2.5, "aria": False}
    if dot.support == "borrowed":
        look["strokeDash"] = [5, 4]
    return look


def _dot(row: Row, dot: Dot) -> dict[str, Any]:
    colour = OWN if row.own else RIVAL
    return {
        "type": "point",
        "shape": _SHAPES[dot.shape],
        "size": 100 if dot.shape == "circle" else 60,
        "filled": True,
        "fill": colour if dot.shape == "circle" else PAPER,
        "stroke": PAPER if dot.shape == "circle" else colour,
        "strokeWidth": 1.5 if dot.shape == "circle" else 2,
        "opacity": 1,
    }


def _text(text: str, x: float, y: float, **look: Any) -> dict[str, Any]:
    return {
        "data": {"values": [{}]},
        "mark": {"type": "text", "aria": False, **look},
        "encoding": {"text": {"value": text}, "x": {"value": x}, "y": {"value": y}},
    }


def _x(field: str) -> dict[str, Any]:
    return {"x": {"field": field, "type": "quantitative"}}
