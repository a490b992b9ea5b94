"""What another guideline for labels did to the figures: the bridge between the two, with its error."""

from __future__ import annotations

from leumund.picture.borrowing import LABELS_FOR_A_BRAND
from leumund.picture.guidelines import PAIRS_FOR_A_BRIDGE
from leumund.reports.figures import Figures
from leumund.reports.panel import Cell, Panel, Sheet
from leumund.tables import GuidelineBridge
from leumund.wording import index_span, number, say

__all__ = ["guidelines_panel"]


def guidelines_panel(figures: Figures, language: str) -> Panel | None:
    """Give how much higher or lower people judge under the guideline in force; None while there was only one."""
    bridges = [one for one in figures.picture.guideline_bridges if one.measure == "net_index"]
    if not bridges:
        return None
    rows = tuple(_row(one, language) for one in bridges)
    names = ("guideline", "judged_alone", "judged_both", "guideline_bridge", "brand_spread")
    heads = tuple(say(f"head.{name}", language) for name in names)
    sheet = Sheet(say("caption.guidelines", language), heads, rows)
    note = say("guideline.note", language, level=number(100 * figures.picture.level, language))
    paragraphs = tuple(_paragraphs(bridges, figures.picture.own, language))
    return Panel("guidelines", _title(bridges, language), note, (), sheet, True, "", paragraphs)


def _row(one: GuidelineBridge, language: str) -> tuple[Cell, ...]:
    spread = "–" if one.spread is None else number(one.spread, language, digits=1)
    return (
        Cell(one.guideline),
        *(Cell(number(n, language), number=True) for n in (one.n_labels, one.n_posts)),
        Cell(_span(one, language) or "–", number=True, value=one.value, ends=(one.low, one.high)),
        Cell(spread, number=True),
    )


def _paragraphs(bridges: list[GuidelineBridge], own: str, language: str) -> list[str]:
    said = [say("guideline.use", language, followed=bridges[0].followed)]
    if any(one.value is None for one in bridges):
        said.append(say("guideline.wanted", language, pairs=PAIRS_FOR_A_BRIDGE))
    said += [
        say("guideline.newer", language, guideline=one.guideline, n=LABELS_FOR_A_BRAND, brand=own)
        for one in bridges
        if one.newer
    ]
    return said


def _title(bridges: list[GuidelineBridge], language: str) -> str:
    """Say what the bridge from the guideline with most verdicts shows."""
    if any(one.newer for one in bridges):
        return say("guideline.still", language)
    most = max(bridges, key=lambda one: (one.value is not None, one.n_labels, one.guideline))
    if most.low is None or most.high is None:
        return say("guideline.no_bridge", language)
    key = "same" if most.low <= 0 <= most.high else "higher" if most.low > 0 else "lower"
    return say(f"guideline.{key}", language, span=_span(most, language))


def _span(one: GuidelineBridge, language: str) -> str:
    if one.value is None or one.low is None or one.high is None:
        return ""
    return index_span(one.value, one.low, one.high, language)
