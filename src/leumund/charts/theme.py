"""Colours, type and hatches. Colours are CSS variables with a fallback, so a chart follows its page into the dark."""

from __future__ import annotations

__all__ = ["FONT", "INK", "OWN", "PAPER", "QUIET", "RIVAL", "config", "hatch", "pointed_rules"]

OWN = "var(--own,#0b5cad)"
RIVAL = "var(--rival,#8b9199)"
INK = "var(--ink,#1b1f24)"
QUIET = "var(--quiet,#5a616b)"
PAPER = "var(--paper,#ffffff)"
GRID = "var(--grid,#e3e6ea)"
AXIS = "var(--axis,#9aa1aa)"
FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
TEXT_PX = 13

_HATCHES = {"own": OWN, "rival": RIVAL, "gap": AXIS}


def hatch(kind: str) -> str:
    """Give the fill of a hatch: own, rival (figures that are not proven) or gap (nothing collected)."""
    return f"url(#hatch-{kind})"


def hatch_definitions(svg: str, chart_id: str) -> str:
    """Put the patterns that `svg` uses into it, under ids that are its own."""
    used = [kind for kind in _HATCHES if hatch(kind) in svg]
    for kind in used:
        svg = svg.replace(hatch(kind), f"url(#{chart_id}-{kind})")
    patterns = "".join(
        f'<pattern id="{chart_id}-{kind}" width="6" height="6" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="6" stroke="{_HATCHES[kind]}"'
        f' stroke-width="{2 if kind == "gap" else 2.5}"/></pattern>'
        for kind in used
    )
    start = svg.index(">") + 1
    return f"{svg[:start]}<defs>{patterns}</defs>{svg[start:]}" if used else svg


def config() -> dict[str, object]:
    """Give Vega-Lite's configuration: quiet axes, no frame, the system's sans."""
    label = {"labelFont": FONT, "labelFontSize": TEXT_PX, "labelColor": QUIET, "domain": False, "title": None}
    return {
        "background": None,
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            **label,
            "gridColor": GRID,
            "ticks": False,
            "labelOverlap": False,
            "labelFlush": False,
            "labelBound": False,
        },
        "text": {"font": FONT, "fontSize": TEXT_PX, "baseline": "middle"},
    }


def pointed_rules(rivals: int) -> str:
    """Give the CSS that colours a rival, and shows its band, while its line, dots or label are pointed at."""
    rules = ['.chart [class*="_hidden_"]{opacity:0}']
    for place in range(rivals):
        at = f'[class*=" r{place}_"]'
        chart = f".chart:is(:has({at}:hover),:has({at} a:focus-visible))"
        rules += [
            f"{chart} {at} :is(path,line):not(.background,.foreground){{stroke:var(--pointed)}}",
            f'{chart} [class*=" r{place}_hidden_"]{{opacity:1}}',
            f'{chart} [class*=" r{place}_hidden_"] path{{stroke:none!important}}',
            f"{chart} {at} text{{fill:var(--pointed)}}",
        ]
    return "".join(rules)
