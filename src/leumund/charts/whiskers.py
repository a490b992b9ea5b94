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

_LABEL_PX = 7.6
_STACKED_LETTERS = 46  # as many stand in one line above a whisker
_WORDS_PX = 19  # height of a row's words where they stand above its whiskers
_SHAPES = {"circle": "circle", "ring": "circle", "square": "square"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its label, its figures, and the figure in words at the right."""

    label: str
    own: bool
    dots: tuple[Dot, ...]
    text: str
    ticks: tuple[Tick, ...] = ()
    others: tuple[Dot, ...] = ()  # small and grey below
    strong: bool = False  # the label stands out


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
    small: bool = False  # one of many: the telephone's form serves both widths
    shown: tuple[float, float] | None = None  # ends of the axis; None = as the figures need


def draw_whiskers(chart: WhiskerChart) -> Chart:
    """Draw the chart for a wide page (label, whisker, words in one line) and for a telephone (words above)."""
    label = min(280, int(max((len(row.label) for row in chart.rows), default=0) * _LABEL_PX) + 20)
    words = int(max((len(row.text) for row in chart.rows), default=0) * _LABEL_PX) + 20
    tall = max((9 * len(row.dots) + 5 * len(row.others) for row in chart.rows), default=9)
    wide = Frame(width=960, height=0, left=label, right=words)
    narrow = Frame(width=358, height=0, left=16, right=16)
    wide.height, narrow.height = (len(chart.rows) * step for step in (23 + tall, 43 + tall))
    if chart.small:
        only = _Sheet(chart, narrow, stacked=True).drawn(f"{chart.chart_id}-s")
        return Chart(only, only)
    return Chart(
        _Sheet(chart, wide, stacked=False).drawn(f"{chart.chart_id}-w"),
        _Sheet(chart, narrow, stacked=True).drawn(f"{chart.chart_id}-n"),
    )


class _Sheet:
    """One drawing of a WhiskerChart."""

    def __init__(self, chart: WhiskerChart, frame: Frame, *, stacked: bool) -> None:
        self.chart, self.frame, self.stacked = chart, frame, stacked
        held = [bound for row in chart.rows for dot in row.dots + row.others for bound in (dot.low, dot.high)]
        held += [tick.value for row in chart.rows for tick in row.ticks]
        self.low, self.high = chart.shown or domain(held, lowest=chart.lowest, highest=chart.highest)
        self.step = frame.height / max(1, len(chart.rows))

    def drawn(self, chart_id: str) -> str:
        specification = self.frame.specification([self._axes(), *self._whiskers(), *self._ticks(), *self._words()])
        return to_svg(specification, chart_id=chart_id, title=self.chart.title, description=self.chart.description)

    def _axes(self) -> dict[str, Any]:
        values = ticks(self.low, self.high, most=5 if self.stacked else 8)
        marks = {str(round(value * 1000)): self.chart.tell(value) for value in values}
        axis: dict[str, Any] = {
            "values": values,
            "grid": True,
            "labelPadding": 6,
            "labelExpr": f"{marks!r}[toString(round(datum.value*1000))]",
        }
        zero: dict[str, Any] = {"type": "rule", "stroke": AXIS, "strokeWidth": 1.5, "aria": False}
        if self.stacked:  # a line through the words would make a minus of two
            dash = [self.step - _WORDS_PX, _WORDS_PX]
            axis["gridDash"] = dash  # grid lines are drawn from the foot upwards, rules from the top down
            zero |= {"strokeDash": dash, "strokeDashOffset": dash[0]}
        scale = {"domain": [self.low, self.high], "nice": False, "zero": False}
        x = {"datum": 0, "type": "quantitative", "scale": scale, "axis": axis}
        return {"data": {"values": [{}]}, "mark": zero, "encoding": {"x": x}}

    def _middle(self, place: int) -> float:
        return self.step * (place + 0.5) + (9 if self.stacked else 0)

    def _figures(self) -> list[dict[str, Any]]:
        """Every dot with where it falls and how it looks; the others of a row small and grey below its own."""
        found = []
        for place, row in enumerate(self.chart.rows):
            own = [(dot, row.own, 9.0) for dot in row.dots]
            small = [(dot, False, 5.0) for dot in row.others]
            pixel = self._middle(place) - sum(step for _, _, step in own + small) / 2
            for dot, strong, step in own + small:
                pixel += step / 2
                found.append(_figure(dot, pixel, strong=strong, small=step < 9))
                pixel += step / 2
        return found

    def _whiskers(self) -> Iterator[dict[str, Any]]:
        figures = self._figures()
        held = {support: [f for f in figures if f["s"] == support] for support in ("measured", "borrowed", "unproven")}
        span = {**_x("lo"), "x2": {"field": "hi"}, **_PIXEL}
        for support, dash in (("measured", [1, 0]), ("borrowed", [5, 4])):
            rule = {"type": "rule", "strokeDash": dash, "aria": False}
            look = {"stroke": _as_is("c"), "strokeWidth": _as_is("w", "quantitative")}
            yield {"data": {"values": held[support]}, "mark": rule, "encoding": span | look}
        bar = {"type": "bar", "height": 7}
        yield {"data": {"values": held["unproven"]}, "mark": bar, "encoding": span | _LINKS | {"fill": _as_is("h")}}
        point = {"type": "point", "filled": True, "opacity": 1}
        look = {
            "fill": _as_is("f"),
            "stroke": _as_is("e"),
            "shape": _as_is("m"),
            "size": _as_is("z", "quantitative"),
            "strokeWidth": _as_is("b", "quantitative"),
        }
        proven = held["measured"] + held["borrowed"]
        yield {"data": {"values": proven}, "mark": point, "encoding": _x("v") | _PIXEL | _LINKS | look}

    def _ticks(self) -> Iterator[dict[str, Any]]:
        looks = {
            "stroke": {"shape": "stroke", "angle": 90, "size": 260, "stroke": QUIET, "filled": False},
            "diamond": {"shape": "diamond", "size": 110, "stroke": INK, "fill": PAPER, "filled": True},
        }
        for shape, look in looks.items():
            values = [
                {"v": tick.value, "y": self._middle(place)}
                for place, row in enumerate(self.chart.rows)
                for tick in row.ticks
                if tick.shape == shape
            ]
            if values:
                mark = {"type": "point", "strokeWidth": 2, "opacity": 1, "aria": False, **look}
                yield {"data": {"values": values}, "mark": mark, "encoding": _x("v") | _PIXEL}

    def _words(self) -> Iterator[dict[str, Any]]:
        left, right = (-8, self.frame.width + 8) if self.stacked else (-14, self.frame.width + self.frame.right)
        words = []
        for place, row in enumerate(self.chart.rows):
            pixel = self._middle(place) - (self.step / 2 - 2 if self.stacked else 0)
            room = _STACKED_LETTERS - len(row.text) if self.stacked else max(8, int((self.frame.left - 14) / _LABEL_PX))
            label = row.label if len(row.label) <= room else row.label[: room - 1] + "…"
            words.append({"y": pixel, "l": label, "r": row.text, "strong": row.strong})
        for strong in (False, True):
            kept = [word for word in words if word["strong"] is strong]
            if kept:
                look = {"fill": OWN if strong else INK, "fontWeight": 700 if strong else 400}
                yield _text(kept, "l", left, align="left" if self.stacked else "right", **look)
        yield _text(words, "r", right, align="right", fill=QUIET)


def _figure(dot: Dot, pixel: float, *, strong: bool, small: bool) -> dict[str, Any]:
    colour, full = OWN if strong else RIVAL, dot.shape == "circle"
    return {
        "v": dot.value,
        "lo": dot.low,
        "hi": dot.high,
        "u": dot.href,
        "n": dot.name,
        "s": dot.support,
        "y": pixel,
        "c": colour,
        "h": hatch("own" if strong else "rival"),
        "w": 1.25 if small else 2.5,
        "f": colour if full else PAPER,
        "e": PAPER if full else colour,
        "b": 0.5 if small else 1.75,
        "m": _SHAPES[dot.shape],
        "z": 26 if small else 100 if full else 60,
    }


_LINKS = {"href": {"field": "u"}, "description": {"field": "n"}}
_PIXEL = {"y": {"field": "y", "type": "quantitative", "scale": None, "axis": None}}


def _as_is(field: str, kind: str = "nominal") -> dict[str, Any]:
    return {"field": field, "type": kind, "scale": None, "legend": None}


def _text(words: list[dict[str, Any]], field: str, x: float, **look: Any) -> dict[str, Any]:
    text = {"text": {"field": field, "type": "nominal"}, "x": {"value": x}}
    return {"data": {"values": words}, "mark": {"type": "text", "aria": False, **look}, "encoding": text | _PIXEL}


def _x(field: str) -> dict[str, Any]:
    return {"x": {"field": field, "type": "quantitative"}}
