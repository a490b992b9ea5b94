"""From a Vega-Lite specification to an SVG text with name, description, links and hatches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape
from typing import Any

from leumund.charts.marks import Chart
from leumund.charts.theme import FONT, config, hatch_definitions

__all__ = ["Frame", "figure_links", "figure_names", "png", "printed", "to_svg"]

# Vega resolves addresses against this base; the charts' links point into their own page.
_BASE = "https://vega.github.io/vega-datasets/#"
_LINK = re.compile(
    r'<a xlink:href="([^"]*)"><(\w+) aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="[^"]*"'
)
_AXIS_NAME = re.compile(r' role="graphics-symbol" aria-roledescription="axis" aria-label="[^"]*"')
_CONTAINER = re.compile(r' role="graphics-\w+" aria-roledescription="[^"]* container"')
_SHAPE = re.compile(r' (?:d|transform)="[^"]*"')
_LONG_NUMBER = re.compile(r"(\.\d\d)\d+")
_CLIP = re.compile(r"\bclip\d+\b(?=[\")])")
_DRAWN = re.compile(r'<a href="([^"]*)" aria-label="([^"]*)"')
_VARIABLE = re.compile(r"var\(--\w+,(#\w+)\)")
_PX = re.compile(r'(font-size="|font-size:\s*)(\d+(?:\.\d+)?)px')
_HIDDEN = re.compile(r'(<g class="[^"]*_hidden_[^"]*")')
_OPENING = re.compile(r'^<svg[^>]*? width="([\d.]+)" height="([\d.]+)"[^>]*>')


class Frame:
    """The size of a chart: a plotting area of width x height pixels with room around it."""

    def __init__(self, *, width: int, height: int, left: int, right: int, top: int = 8, bottom: int = 28) -> None:
        self.width, self.height = width - left - right, height
        self.left, self.right, self.top, self.bottom = left, right, top, bottom

    def specification(self, layers: list[dict[str, Any]]) -> dict[str, Any]:
        """Give a layered Vega-Lite specification of exactly this size."""
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "width": self.width,
            "height": self.height,
            "autosize": {"type": "none"},
            "padding": {"left": self.left, "right": self.right, "top": self.top, "bottom": self.bottom},
            "config": config(),
            "layer": layers,
        }


def to_svg(specification: Mapping[str, Any], *, chart_id: str, title: str, description: str) -> str:
    """Draw. Gives an SVG element with <title> and <desc>; its links lie in the page's tab order.

    A chart with links is a group for screen readers, because the children of an image are not read out.
    """
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(dict(specification), allowed_base_urls=[])
    svg = _SHAPE.sub(lambda found: _LONG_NUMBER.sub(r"\1", found[0]), svg)
    svg = _own_clips(svg, chart_id)
    svg = _LINK.sub(_named_link, svg)
    if "xlink:" in svg:
        raise AssertionError("vl-convert changed the form of its links")
    svg = _CONTAINER.sub("", _AXIS_NAME.sub(' aria-hidden="true"', svg))
    return hatch_definitions(_opened(svg, chart_id, title, description), chart_id)


def printed(chart: Chart, *, font: str, larger: float = 1.0) -> str:
    """Give the wide form for paper: colours as in the light, no links, nothing that waits to be pointed at.

    Its letters are those of `font`, `larger` times as large as on a screen.
    """
    svg = _VARIABLE.sub(r"\1", chart.wide).replace(escape(FONT), font).replace(FONT, font)
    svg = _HIDDEN.sub(r'\1 display="none"', svg)
    svg = _PX.sub(lambda found: f"{found[1]}{float(found[2]) * larger:g}px", svg)
    return re.sub(r"<a href[^>]*>", "<g>", svg).replace("</a>", "</g>")


def png(chart: Chart, *, scale: float = 1.0) -> bytes:
    """Give the wide form as a picture of dots, `scale` dots a pixel, on white."""
    import vl_convert

    svg = printed(chart, font="sans-serif")
    head = svg.index(">") + 1
    paper = f'{svg[:head]}<rect width="100%" height="100%" fill="#ffffff"/>{svg[head:]}'
    document: bytes = vl_convert.svg_to_png(paper, scale=scale)
    return document


def figure_names(chart: Chart) -> list[str]:
    """Give what the chart's figures are called, in the order in which they are drawn."""
    return [unescape(name) for _, name in _DRAWN.findall(chart.wide)]


def figure_links(chart: Chart) -> list[str]:
    """Give what the chart's figures open, in the order in which they are drawn."""
    return [unescape(link) for link, _ in _DRAWN.findall(chart.wide)]


def _named_link(found: re.Match[str]) -> str:
    address, element, name = found.groups()
    address = "#" + address.removeprefix(_BASE)
    return f'<a href="{address}" aria-label="{name}"><title>{name}</title><{element}'


def _own_clips(svg: str, chart_id: str) -> str:
    """Name clip paths after the chart: Vega counts them over the whole process."""
    names = {name: f"{chart_id}-{place}" for place, name in enumerate(dict.fromkeys(_CLIP.findall(svg)))}
    return _CLIP.sub(lambda found: names[found[0]], svg)


def _opened(svg: str, chart_id: str, title: str, description: str) -> str:
    opening = _OPENING.match(svg)
    if opening is None:
        raise AssertionError("vl-convert changed the form of its SVG")
    width, height = opening.groups()
    role = "group" if "<a href=" in svg else "img"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="{role}" aria-labelledby="{chart_id}-t" aria-describedby="{chart_id}-d">'
        f'<title id="{chart_id}-t">{escape(title)}</title><desc id="{chart_id}-d">{escape(description)}</desc>'
    )
    return head + svg[opening.end() :]
