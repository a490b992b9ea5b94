"""Errata and revisions: the panel in the next report, and the page that stands beside a published one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from leumund.picture.view import Picture
from leumund.reports.figures import full_name, period_name, span_of
from leumund.reports.panel import Cell, Panel, Sheet
from leumund.tables import Amendment, Estimate
from leumund.wording import day, say

__all__ = ["amendments_page", "amendments_panel", "amendments_twin", "companion_name"]

ROWS_SHOWN = 300
KINDS = ("erratum", "revision")
_PERIODS = ("all", "quarter", "month", "week")
_COUNTED = ("posts", "authors", "threads")


def companion_name(language: str) -> str:
    """Give the file name of the page beside a published report."""
    return f"amendments.{language}.html"


def amendments_panel(picture: Picture, language: str) -> Panel | None:
    """Give which figures of earlier reports changed, by report and reason; None when none did."""
    if not picture.amended:
        return None
    rows = tuple(
        (
            Cell(one.title),
            Cell(day(one.published_at.date(), language)),
            Cell(say(f"amended.{one.kind}", language, n=one.n_figures)),
            Cell(causes(one.cause, language)),
            Cell(_change(one.largest, language)),
        )
        for one in picture.amended
    )
    heads = tuple(say(f"head.{name}", language) for name in ("report", "published", "kind", "reason", "largest"))
    sheet = Sheet(say("caption.amendments", language), heads, rows)
    title = say("amended.title", language, n=sum(one.n_figures for one in picture.amended))
    return Panel("amendments", title, say("amended.note", language), (), sheet, open_sheet=True)


def causes(cause: str, language: str) -> str:
    """Give the causes of an amendment in words."""
    return "; ".join(say(f"cause.{name}", language) for name in cause.split("+"))


def amendments_page(
    title: str, made_at: datetime, amendments: Sequence[Amendment], *, language: str, style: str, template: Any
) -> str:
    """Give the page beside a published report; `amendments` are those that hold now, one a figure."""
    parts = []
    for kind in KINDS:
        found = sorted((one for one in amendments if one.kind == kind), key=_weight)
        rows = [_row(one, language) for one in found[:ROWS_SHOWN]]
        left_out = len(found) - len(rows)
        head, why = say(f"amended.{kind}", language, n=len(found)), say(f"amended.why_{kind}", language)
        parts.append({"kind": kind, "title": head, "why": why, "rows": rows, "left_out": left_out})
    heads = [say(f"head.{name}", language) for name in ("figure", "period", "as_published", "today", "reason", "noted")]
    page: str = template.render(
        language=language,
        title=say("amended.page", language, title=title),
        note=say("amended.page_note", language, when=made_at.date()),
        parts=[part for part in parts if part["rows"]],
        heads=heads,
        style=style,
        say=lambda key, **words: say(key, language, **words),
    )
    return page


def amendments_twin(amendments: Sequence[Amendment]) -> str:
    """Give the amendments that hold now as JSON."""
    rows = [{name: getattr(one, name) for name in Amendment.__slots__} for one in amendments]
    return json.dumps(rows, default=date.isoformat, ensure_ascii=False, indent=1)


def _weight(one: Amendment) -> tuple[int, int, int, str, str]:
    """Whole before quarter before week, posts before authors, all before aspects: what is read first stands first."""
    place = _PERIODS.index(one.period) if one.period in _PERIODS else len(_PERIODS)
    counted = _COUNTED.index(one.counted) if one.counted in _COUNTED else len(_COUNTED)
    return (counted, place, one.aspect != "", one.period_start.isoformat(), one.figure_id)


def _row(one: Amendment, language: str) -> list[Cell]:
    then = _figure(one, "old")
    name = full_name(then, language)
    if one.counted != "posts":
        name = f"{name}, {say(f'counted.{one.counted}', language)}"
    return [
        Cell(name),
        Cell(period_name(then, language)),
        Cell(span_of(then, language), number=True),
        Cell(span_of(_figure(one, "new"), language), number=True),
        Cell(causes(one.cause, language)),
        Cell(day(one.noted_at.date(), language, short=True)),
    ]


def _change(one: Amendment, language: str) -> str:
    then = _figure(one, "old")
    words = {"what": full_name(then, language), "period": period_name(then, language)}
    spans = {"old": span_of(then, language), "new": span_of(_figure(one, "new"), language)}
    return say("amended.largest", language, **words, **spans)


def _figure(one: Amendment, when: str) -> Estimate:
    """Give the figure as it was ('old') or is ('new'), as far as wording needs it."""
    values: dict[str, Any] = {field.name: getattr(one, field.name, "") for field in fields(Estimate)}
    return Estimate(
        **{**values, **{name: getattr(one, f"{when}_{name}") for name in ("value", "low", "high", "support")}}
    )
