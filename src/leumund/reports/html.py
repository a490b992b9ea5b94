"""The report as one HTML file: plain first screen, then the rest; no network, no outside file, at most 5 MB."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leumund.charts import pointed_rules
from leumund.errors import storage_errors
from leumund.picture.view import Picture
from leumund.reports.account import left_out_panel, method_panels
from leumund.reports.behind import collected, five_posts, shown_post
from leumund.reports.figures import Figures
from leumund.reports.headline import advice, headline
from leumund.reports.overtime import coverage_panel, lead_panel, share_panel, weekly_panel
from leumund.reports.panel import Panel
from leumund.reports.sidebyside import aspect_panel, brand_panel, difference_panel, quarter_panel, truth_panel
from leumund.wording import say

__all__ = ["report_html", "write_report"]

MOST_BYTES = 5_000_000
_MARGIN_BYTES = 20_000
_HERE = Path(__file__).parent / "templates"


def write_report(picture: Picture, path: Path, *, language: str) -> None:
    """Write the report to `path` and the same figures as JSON beside it, with the ending .json.

    The file holds everything it shows, opens no connection, and stays below 5 MB: posts are embedded until it is full,
    the others are named by post_id. Raises a StorageError where the place cannot be written to.
    """
    twin = path.with_suffix(".json")
    page = report_html(picture, language=language, twin=twin.name)
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(twin, picture.to_json())
        _replace(path, page)


def _replace(path: Path, text: str) -> None:
    """Write under a dot-name and rename, so that nobody reads half a report."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def report_html(picture: Picture, *, language: str, twin: str) -> str:
    """Give the report's HTML; `twin` is the name of the JSON file that it links to."""
    figures = Figures(picture)
    template = _template()
    values = {
        "picture": picture,
        "language": language,
        "title": picture.title or picture.own,
        "sentences": headline(picture, language),
        "lead": lead_panel(figures, language),
        "five": [shown_post(row, language) for row in five_posts(figures)],
        "advice": advice(picture, language),
        "panels": list(_panels(figures, language)),
        "twin": twin,
        "style": _text("report.css") + pointed_rules(len(picture.rivals)),
        "script": _text("report.js"),
        "say": lambda key, **words: say(key, language, **words),
    }
    without = template.render(behind=None, **values)
    budget = MOST_BYTES - _MARGIN_BYTES - len(without.encode())
    page: str = template.render(behind=collected(figures, language, budget_bytes=budget), **values)
    return page


def _panels(figures: Figures, language: str) -> Iterator[Panel]:
    if not figures.picture.estimates:
        yield coverage_panel(figures, language)
        yield left_out_panel(figures.picture, language)
        yield method_panels(figures.picture, language)
        return
    yield brand_panel(figures, language)
    if figures.picture.rivals:
        yield difference_panel(figures, language)
    quarters = quarter_panel(figures, language)
    if quarters is not None:
        yield quarters
    yield aspect_panel(figures, language)
    yield share_panel(figures, language)
    yield weekly_panel(figures, language)
    truth = truth_panel(figures, language)
    if truth is not None:
        yield truth
    yield coverage_panel(figures, language)
    yield left_out_panel(figures.picture, language)
    yield method_panels(figures.picture, language)


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _unbroken(text: str) -> str:
    """Keep an interval on one line: its spaces do not break."""
    return re.sub(r"\([−+\d][^()]*\)", lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), text)


def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    surroundings = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    surroundings.filters["unbroken"] = _unbroken
    return surroundings.get_template("report.html.j2")
