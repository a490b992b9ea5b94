"""Lines over time: the own brand strong with its band, the others grey, gaps hatched and the line interrupted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from math import inf
from typing import Any

from leumund.charts.marks import Chart, Dot
from leumund.charts.scales import dodged, domain, millis, month_ticks, ticks
from leumund.charts.svg import Frame, to_svg
from leumund.charts.theme import AXIS, INK, OWN, PAPER, QUIET, RIVAL, hatch

__all__ = ["Gap", "LineChart", "Series", "draw_lines"]

_LABEL_PX = 7.6  # a character of the labels' type, on average
_MONTH_PX = 9.0  # a character of a small chart's axis, as large as paper has it
_DOT_PX, _RIVAL_DOT_PX, _SMALL_DOT_PX = 9.5, 6.3, 6.3
_LEAST_DOT_PX = 6.0  # a smaller one only breaks the line: then the dot shows when pointed at, or where it is alone
_FILLED = 0.6  # of the way from one dot to the next, so that neighbours stand apart


@dataclass(frozen=True, slots=True)
class Gap:
    """Days without collection, first and last one included; whole = most of what was to come is missing."""

    first: date
    last: date
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Series:
    """One brand over time. A period without a figure is None and breaks the line.

    The band of a series that is not the own one stays out of sight until it is pointed at, unless `banded`.
    """

    name: str
    own: bool
    dots: tuple[Dot | None, ...]
    banded: bool = False


@dataclass(frozen=True)
class LineChart:
    """What to draw. `tell` writes a value, `tell_month` a month (with its year or not) in the page's language."""

    chart_id: str
    title: str
    description: str
    series: tuple[Series, ...]
    first: date
    last: date
    gaps: tuple[Gap, ...]
    lowest: float
    highest: float
    tell: Callable[[float], str]
    tell_month: Callable[[date, bool], str]
    small: bool = False  # one of many: no labels at the lines' ends, dots only when pointed at
    shown: tuple[float, float] | None = None  # ends of the axis; None = as the figures need
    marks: tuple[date, ...] = ()  # days marked on the axis: something began
    limits: tuple[float, ...] = ()  # levels drawn across, between which nothing is to be noticed


def draw_lines(chart: LineChart) -> Chart:
    """Draw the chart for a wide page and for a telephone; a small one serves both."""
    if chart.small:
        only = _drawn(chart, Frame(width=340, height=150, left=40, right=12), f"{chart.chart_id}-s", 3)
        return Chart(only, only)
    longest = max((len(series.name) for series in chart.series), default=0)
    wide = Frame(width=960, height=400, left=52, right=min(220, int(longest * _LABEL_PX) + 24))
    narrow = Frame(width=358, height=320, left=42, right=min(110, int(longest * _LABEL_PX) + 16))
    return Chart(_drawn(chart, wide, f"{chart.chart_id}-w", 8), _drawn(chart, narrow, f"{chart.chart_id}-n", 4))


def _drawn(chart: LineChart, frame: Frame, chart_id: str, months: int) -> str:
    sheet = _Sheet(chart, frame, months)
    specification = frame.specification(list(sheet.layers()))
    return to_svg(specification, chart_id=chart_id, title=chart.title, description=chart.description)


def _runs(series: Series) -> list[tuple[str, list[Dot]]]:
    """Split a series where a figure is missing or where its support changes: (support, dots).

    Between a measured and a borrowed figure the line goes on, in the weaker one's form.
    """
    found = [
        (support, [dot for dot in run if dot is not None])
        for support, run in groupby(series.dots, key=lambda dot: dot.support if dot else "")
    ]
    nothing: tuple[str, list[Dot]] = ("", [])
    joined = []
    for before, (support, run), after in zip([nothing, *found], found, [*found[1:], nothing], strict=False):
        first = before[1][-1:] if support == "borrowed" and before[0] == "measured" else []
        last = after[1][:1] if support == "borrowed" and after[0] == "measured" else []
        met = support == "measured" and "borrowed" in (before[0], after[0])
        if support and not (met and len(run) == 1):
            joined.append((support, first + run + last))
    return joined


def _point(dot: Dot) -> dict[str, Any]:
    when = millis(dot.when) if dot.when else 0
    return {"t": when, "v": dot.value, "lo": dot.low, "hi": dot.high, "u": dot.href, "n": dot.name}


class _Sheet:
    """One drawing of a LineChart: its scales and its layers from back to front."""

    def __init__(self, chart: LineChart, frame: Frame, months: int) -> None:
        self.chart, self.frame, self.months = chart, frame, months
        held = [bound for s in chart.series for d in s.dots if d for bound in self._extent(s, d)]
        held += chart.limits
        self.low, self.high = chart.shown or domain(held, lowest=chart.lowest, highest=chart.highest)

    @staticmethod
    def _extent(series: Series, dot: Dot) -> tuple[float, ...]:
        return (dot.low, dot.high) if series.own or series.banded else (dot.value,)

    def layers(self) -> Iterator[dict[str, Any]]:
        yield self._axes()
        yield from self._limits()
        rivals = [(f"r{i}", series) for i, series in enumerate(s for s in self.chart.series if not s.own)]
        owns = [("own", series) for series in self.chart.series if series.own]
        for name, series in rivals + owns:
            yield from self._band(name, series)
        for name, series in rivals + owns:
            yield from self._line(name, series)
        yield from self._gaps()
        yield from self._marks()
        for name, series in rivals + owns:
            yield self._dots(name, series)
        if not self.chart.small:
            yield from self._labels(rivals + owns)

    def _axes(self) -> dict[str, Any]:
        times = month_ticks(self.chart.first, self.chart.last, most=self.months)
        with_year = {when for i, when in enumerate(times) if i == 0 or when.year != times[i - 1].year}
        words = {str(millis(when)): self.chart.tell_month(when, when in with_year) for when in times}
        values = ticks(self.low, self.high, most=4 if self.chart.small else 6)
        marks = {str(round(value * 1000)): self.chart.tell(value) for value in values}
        ends = [millis(self.chart.first), millis(self.chart.last)]
        # Without padding, a bar for a single period would narrow the axis of its chart alone.
        x = {
            "datum": ends[0],
            "type": "temporal",
            "scale": {"type": "utc", "domain": ends, "nice": False, "padding": 0},
            "axis": {
                "values": [millis(when) for when in times],
                "labelExpr": f"{words!r}[toString(toNumber(datum.value))]",
                "grid": False,
                "ticks": True,
                "tickColor": AXIS,
                "labelPadding": 6,
                "labelAlign": self._aligned(words, ends) if self.chart.small else "center",
            },
        }
        y = {
            "datum": 0,
            "type": "quantitative",
            "scale": {"domain": [self.low, self.high], "nice": False, "zero": False},
            "axis": {"values": values, "grid": True, "labelExpr": f"{marks!r}[toString(round(datum.value*1000))]"},
        }
        zero = {"type": "rule", "stroke": AXIS, "strokeWidth": 1.5, "aria": False}
        return {"data": {"values": [{}]}, "mark": zero, "encoding": {"x": x, "x2": {"value": self.frame.width}, "y": y}}

    def _aligned(self, words: Mapping[str, str], ends: Sequence[int]) -> dict[str, Any]:
        """A small chart's names of months begin at their tick; one that would run over the edge ends at it."""
        room = {when: self.frame.width * (ends[1] - int(when)) / max(1, ends[1] - ends[0]) for when in words}
        over = [int(when) for when, word in words.items() if len(word) * _MONTH_PX > room[when] + self.frame.right]
        return {
            "condition": {"test": f"indexof({over}, toNumber(datum.value)) >= 0", "value": "right"},
            "value": "left",
        }

    def _limits(self) -> Iterator[dict[str, Any]]:
        look = {"type": "rule", "stroke": QUIET, "strokeWidth": 1, "strokeDash": [3, 3], "aria": False}
        if self.chart.limits:
            values = [{"v": limit} for limit in self.chart.limits]
            encoding = {"x": {"value": 0}, "x2": {"value": self.frame.width}, **_y("v")}
            yield {"data": {"values": values}, "mark": look, "encoding": encoding}

    def _band(self, name: str, series: Series) -> Iterator[dict[str, Any]]:
        """The intervals: rivals' bands stay out of sight until the rival is pointed at."""
        colour = OWN if series.own else RIVAL
        looks: dict[str, dict[str, Any]] = {
            "measured": {"fill": colour, "fillOpacity": 0.2},
            "borrowed": {"fill": colour, "fillOpacity": 0.2},
            "unproven": {"fill": hatch("own" if series.own else "rival")},
        }
        drawer = "band" if series.own or series.banded or self.chart.small else "hidden"
        for support, look in looks.items():
            runs = [run for found, run in _runs(series) if found == support]
            for kind, kept in (
                ("area", [run for run in runs if len(run) > 1]),
                ("bar", [r for r in runs if len(r) == 1]),
            ):
                if not kept:
                    continue
                shape = {"type": kind, "aria": False, "clip": True, **look} | ({"width": 8} if kind == "bar" else {})
                yield {
                    "name": f"{name}-{drawer}-{support}-{kind}",
                    "data": {"values": _numbered(kept)},
                    "mark": shape,
                    "encoding": {**_x("t"), **_y("lo"), "y2": {"field": "hi"}, **_RUN},
                }

    def _line(self, name: str, series: Series) -> Iterator[dict[str, Any]]:
        for support in ("measured", "borrowed"):
            runs = [run for found, run in _runs(series) if found == support]
            if not runs:
                continue
            look: dict[str, Any] = {
                "type": "line",
                "stroke": OWN if series.own else RIVAL,
                "strokeWidth": (2 if self.chart.small else 3) if series.own else 1.5,
                "strokeJoin": "round",
                "aria": False,
            }
            if support == "borrowed":
                look["strokeDash"] = [6, 4]
            yield {
                "name": f"{name}-line-{support}",
                "data": {"values": _numbered(runs)},
                "mark": look,
                "encoding": {**_x("t"), **_y("v"), **_RUN},
            }

    def _gaps(self) -> Iterator[dict[str, Any]]:
        """Most is missing: hatched over the whole height, the line interrupted; only a part: grey at the foot."""
        for whole in (True, False):
            values = [self._stretch(gap) for gap in self.chart.gaps if gap.whole is whole]
            if not values:
                continue
            top = 0 if whole else self.frame.height - 6
            encoding = {**_x("t"), "x2": {"field": "e"}, "y": {"value": top}, "y2": {"value": self.frame.height}}
            for fill in (PAPER, hatch("gap")) if whole else (AXIS,):
                look = {"type": "rect", "fill": fill, "aria": False}
                yield {"data": {"values": values}, "mark": look, "encoding": encoding}

    def _marks(self) -> Iterator[dict[str, Any]]:
        """A small triangle on the axis for each day on which something began."""
        days = [day for day in self.chart.marks if self.chart.first <= day <= self.chart.last]
        if days:
            look = {"type": "point", "shape": "triangle-up", "filled": True, "fill": INK, "size": 70, "opacity": 1}
            yield {
                "data": {"values": [{"t": millis(day)} for day in days]},
                "mark": look | {"aria": False},
                "encoding": {**_x("t"), "y": {"value": self.frame.height - 4}},
            }

    def _stretch(self, gap: Gap) -> dict[str, Any]:
        first, end = millis(gap.first), millis(gap.last) + 24 * 60 * 60 * 1000
        return {"t": max(millis(self.chart.first), first), "e": min(millis(self.chart.last), end)}

    def _dots(self, name: str, series: Series) -> dict[str, Any]:
        wanted = (_SMALL_DOT_PX if self.chart.small else _DOT_PX) if series.own else _RIVAL_DOT_PX
        room = _FILLED * self._step(series)
        close = self.chart.small or room < _LEAST_DOT_PX
        size = wanted if close else min(wanted, room)
        alone = set() if self.chart.small else {run[0].when for _, run in _runs(series) if len(run) == 1}
        values = [
            _point(dot) | {"o": 0 if dot.support == "unproven" or (close and dot.when not in alone) else 1}
            for dot in series.dots
            if dot
        ]
        look = {
            "type": "point",
            "filled": True,
            "fill": OWN if series.own else RIVAL,
            "stroke": PAPER,
            "strokeWidth": 1.5 if series.own else 1,
            "size": round(size**2),
        }
        links = {"href": {"field": "u"}, "description": {"field": "n"}}
        shown = {"opacity": {"field": "o", "type": "quantitative", "scale": None}}
        return {
            "name": f"{name}-dots",
            "data": {"values": values},
            "mark": look,
            "encoding": {**_x("t"), **_y("v"), **links, **shown},
        }

    def _step(self, series: Series) -> float:
        """The pixels between the two dots of a series that are nearest to each other."""
        times = sorted(millis(dot.when) for dot in series.dots if dot and dot.when)
        nearest = min((after - before for before, after in pairwise(times)), default=inf)
        return self.frame.width * nearest / max(1, millis(self.chart.last) - millis(self.chart.first))

    def _labels(self, named: Sequence[tuple[str, Series]]) -> Iterator[dict[str, Any]]:
        last = [(name, series, [dot for dot in series.dots if dot]) for name, series in named]
        ends = [(name, series, dots[-1]) for name, series, dots in last if dots]
        wanted = [self._pixel(dot.value) for _, _, dot in ends]
        placed = dodged(wanted, gap=17, top=4, bottom=self.frame.height - 4)
        room = int((self.frame.right - 12) / _LABEL_PX)
        for (name, series, dot), pixel in zip(ends, placed, strict=True):
            text = series.name if len(series.name) <= room else series.name[: room - 1] + "…"
            yield {
                "name": f"{name}-lead",
                "data": {"values": [_point(dot)]},
                "mark": {"type": "rule", "stroke": RIVAL, "strokeWidth": 0.75, "aria": False},
                "encoding": {**_x("t"), "x2": {"value": self.frame.width + 6}, **_y("v"), "y2": {"value": pixel}},
            }
            look = {
                "type": "text",
                "align": "left",
                "fill": OWN if series.own else QUIET,
                "fontWeight": 700 if series.own else 400,
                "aria": False,
            }
            yield {
                "name": f"{name}-label",
                "data": {"values": [{}]},
                "mark": look,
                "encoding": {
                    "text": {"value": text},
                    "x": {"value": self.frame.width + 9},
                    "y": {"value": pixel},
                },
            }

    def _pixel(self, value: float) -> float:
        return self.frame.height * (1 - (value - self.low) / (self.high - self.low))


def _numbered(runs: Sequence[Sequence[Dot]]) -> list[dict[str, Any]]:
    """Give the points of all runs, each with the number of its run, so that no line joins two runs."""
    return [_point(dot) | {"run": number} for number, run in enumerate(runs) for dot in run]


_RUN = {"detail": {"field": "run", "type": "nominal"}}


def _x(field: str) -> dict[str, Any]:
    return {"x": {"field": field, "type": "temporal"}}


def _y(field: str) -> dict[str, Any]:
    return {"y": {"field": field, "type": "quantitative"}}
