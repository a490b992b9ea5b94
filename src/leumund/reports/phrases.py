"""The part of a report that lists phrases which rise, each with the posts that say it."""

from __future__ import annotations

from leumund.reports.figures import Figures
from leumund.reports.panel import Cell, Panel, Sheet
from leumund.tables import Phrase
from leumund.wording import day, percent, say

__all__ = ["phrase_panel"]

_IN_TITLE = 3
_OF_A_RIVAL = 3


def phrase_panel(figures: Figures, language: str) -> Panel | None:
    """Give the phrases that rise; None where no time was compared."""
    picture = figures.picture
    spans = [row.after_first for row in picture.changes if row.span == "four_weeks"]
    if not spans:
        return None
    own = sorted((row for row in picture.phrases if row.brand == picture.own), key=lambda row: row.rank)
    named = ", ".join(say("word.quoted", language, text=row.phrase) for row in own[:_IN_TITLE])
    title = say("phrases.title", language, phrases=named) if own else say("phrases.none", language)
    note = say("phrases.note", language, since=day(spans[0], language))
    return Panel("phrases", title, note, (), _sheet(figures, own, language), open_sheet=True)


def _sheet(figures: Figures, own: list[Phrase], language: str) -> Sheet:
    heads = tuple(say(f"head.{name}", language) for name in ("phrase", "brand", "authors_after", "authors_before"))
    others = [
        row
        for rival in figures.picture.rivals
        for row in sorted((one for one in figures.picture.phrases if one.brand == rival), key=lambda one: one.rank)
        if row.rank <= _OF_A_RIVAL
    ]
    rows = tuple(
        (
            Cell(row.phrase),
            Cell(row.brand),
            Cell(_share(row.share_after, language), href=f"#f-{row.figure_id}", number=True),
            Cell(_share(row.share_before, language), number=True),
        )
        for row in (*own, *others)
    )
    return Sheet(say("caption.phrases", language), heads, rows)


def _share(share: float, language: str) -> str:
    return percent(share, language, digits=1)
