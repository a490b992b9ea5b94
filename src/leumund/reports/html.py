"""The report as one HTML file: plain first screen, then the rest; no network, no outside file, at most 5 MB."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from leumund.charts import pointed_rules
from leumund.engines.parts import writing
from leumund.picture.verdict import Campaign
from leumund.picture.view import Picture
from leumund.reports.amendments import amendments_page
from leumund.reports.behind import collected
from leumund.reports.campaigns import campaign_panels
from leumund.reports.layout import laid_out
from leumund.reports.panel import part_name, unbroken
from leumund.tables import Amendment
from leumund.wording import say

__all__ = ["campaign_html", "companion_html", "report_html", "write_report"]

MOST_BYTES = 5_000_000
_MARGIN_BYTES = 20_000
_OPENS = re.compile(r'href="#f-([^"]+)"')
_HERE = Path(__file__).parent / "templates"


def write_report(picture: Picture, path: Path, *, language: str) -> None:
    """Write the report to `path` and the same figures as JSON beside it, with the ending .json.

    The file holds everything it shows, opens no connection, and stays below 5 MB: posts are embedded until it is full,
    the others are named by post_id. Raises a StorageError where the place cannot be written to.
    """
    twin = path.with_suffix(".json")
    page = report_html(picture, language=language, twin=twin.name)
    for file, text in ((twin, picture.to_json()), (path, page)):
        with writing(file) as draft:
            draft.write_text(text, encoding="utf-8")


def report_html(picture: Picture, *, language: str, twin: str, companion: str = "") -> str:
    """Give the report's HTML; `twin` is the name of the JSON file that it links to.

    `companion` is the name of the page that will tell what changed since, for a report that is published.
    """
    report = laid_out(picture, language)
    template = _template("report.html.j2")
    values = {
        **{
            name: getattr(report, name) for name in ("title", "period", "sentences", "lead", "five", "advice", "panels")
        },
        "picture": picture,
        "language": language,
        "twin": twin,
        "companion": companion,
        "style": _text("report.css") + pointed_rules(len(picture.rivals)),
        "script": _text("report.js"),
        "say": lambda key, **words: say(key, language, **words),
        "part_name": lambda panel: part_name(panel, language),
    }
    without = template.render(behind=None, **values)
    budget = MOST_BYTES - _MARGIN_BYTES - len(without.encode())
    shown = frozenset(_OPENS.findall(without))
    behind = collected(report.figures, language, budget_bytes=budget, shown=shown)
    page: str = template.render(behind=behind, **values)
    return page


def campaign_html(campaign: Campaign, *, language: str, simulated: bool, snapshot_id: str) -> str:
    """Give a page of its own for what can be said of one campaign; it opens no connection and runs no script."""
    page: str = _template("campaign.html.j2").render(
        campaign=campaign,
        language=language,
        simulated=simulated,
        snapshot_id=snapshot_id,
        panels=list(campaign_panels(campaign, language)),
        style=_text("report.css") + pointed_rules(len(campaign.rivals_used)),
        say=lambda key, **words: say(key, language, **words),
        part_name=lambda panel: part_name(panel, language),
    )
    return page


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _breakable(text: str) -> Any:
    """Let a long name break after its dots: forums are called by their addresses."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"(?<=[^\W\d]\.)(?=[^\W\d])", "<wbr>", str(escape(text))))


def companion_html(title: str, made_at: datetime, amendments: Sequence[Amendment], *, language: str) -> str:
    """Give the page that stands beside a published report: its errata and revisions that hold now."""
    return amendments_page(
        title,
        made_at,
        amendments,
        language=language,
        style=_text("report.css"),
        template=_template("amendments.html.j2"),
    )


def _template(name: str) -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    surroundings = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    surroundings.filters["unbroken"] = unbroken
    surroundings.filters["breakable"] = _breakable
    return surroundings.get_template(name)
