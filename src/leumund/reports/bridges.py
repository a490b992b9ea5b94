"""What a change of the reader did to the figures: the bridge between the old one and the new one, with its error."""

from __future__ import annotations

from datetime import date

from leumund.reports.figures import Figures
from leumund.reports.panel import Cell, Panel, Sheet
from leumund.tables import Bridge
from leumund.wording import day, index_span, number, say

__all__ = ["bridges_panel"]


def bridges_panel(figures: Figures, language: str) -> Panel | None:
    """Give how much higher or lower the new reader reads each brand; None while there was only one reader."""
    bridges = figures.picture.bridges
    if not bridges:
        return None
    newest = max(bridge.changed_at for bridge in bridges)
    own = next((one for one in bridges if one.changed_at == newest and one.brand == figures.picture.own), None)
    rows = tuple(
        (
            Cell(day(one.changed_at.date(), language)),
            Cell(one.brand),
            Cell(
                _span(one, language),
                number=True,
                value=one.value,
                ends=(one.low, one.high),
                flag="" if one.support == "measured" else say("bridge.borrowed", language),
            ),
            Cell(number(one.spread, language, digits=1), number=True),
            Cell(number(one.n_posts, language), number=True),
        )
        for one in sorted(bridges, key=lambda one: (-one.changed_at.timestamp(), *_place(figures, one.brand)))
    )
    heads = tuple(say(f"head.{name}", language) for name in ("changed", "brand", "bridge", "bridge_spread", "posts"))
    sheet = Sheet(say("caption.bridges", language), heads, rows)
    readers = {"old": bridges[-1].old_reader, "new": bridges[-1].new_reader}
    paragraphs = (say("bridge.use", language), say("bridge.readers", language, **readers))
    return Panel(
        "bridges", _title(own, newest.date(), language), say("bridge.note", language), (), sheet, True, "", paragraphs
    )


def _title(own: Bridge | None, when: date, language: str) -> str:
    if own is None:
        return say("bridge.title", language, when=when)
    key = "same" if own.low <= 0 <= own.high else "higher" if own.low > 0 else "lower"
    return say(f"bridge.{key}", language, brand=own.brand, span=_span(own, language), when=when)


def _span(bridge: Bridge, language: str) -> str:
    return index_span(bridge.value, bridge.low, bridge.high, language)


def _place(figures: Figures, brand: str) -> tuple[int, str]:
    """Brands in the report's order; others, watched no more, behind them."""
    return (figures.brands.index(brand) if brand in figures.brands else len(figures.brands), brand)
