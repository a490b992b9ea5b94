"""Charts: the one place that draws. Plain values in, SVG out; no browser, no network, and no word of its own."""

from leumund.charts.lines import Gap, LineChart, Series, draw_lines
from leumund.charts.marks import Chart, Dot, Tick
from leumund.charts.strip import Stretch, StripChart, StripRow, draw_strip
from leumund.charts.svg import figure_links, figure_names, png, printed
from leumund.charts.theme import pointed_rules
from leumund.charts.whiskers import Row, WhiskerChart, draw_whiskers

__all__ = [
    "Chart",
    "Dot",
    "Gap",
    "LineChart",
    "Row",
    "Series",
    "Stretch",
    "StripChart",
    "StripRow",
    "Tick",
    "WhiskerChart",
    "draw_lines",
    "draw_strip",
    "draw_whiskers",
    "figure_links",
    "figure_names",
    "png",
    "pointed_rules",
    "printed",
]
