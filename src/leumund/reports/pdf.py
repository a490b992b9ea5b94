"""The report as PDF on A4: tagged (PDF/UA-1), every chart with its words for those who do not see it, no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from leumund.charts import Chart, figure_names, printed
from leumund.engines.parts import writing
from leumund.picture.view import Picture
from leumund.reports.layout import Report, laid_out
from leumund.reports.panel import Panel, Sheet, part_name, unbroken
from leumund.wording import say

__all__ = ["report_pdf", "write_pdf"]

FONT = "Libertinus Serif"  # is in typst itself, so every machine sets the same pages
MOST_ROWS = 40  # a longer table is for the workbook
MOST_TOLD = 14  # figures of a chart that its words name one by one
_LARGER = {1: 1.15, 2: 1.0, 3: 1.35}  # letters by charts in a row: 960 pixels are set in 174 mm, 358 in 84 or 55 mm
_TEMPLATE = Path(__file__).parent / "templates" / "report.typ"


def write_pdf(picture: Picture, path: Path, *, language: str) -> None:
    """Write the report as PDF; raises a StorageError where the place cannot be written to."""
    document = report_pdf(picture, language=language)
    with writing(path) as draft:
        draft.write_bytes(document)


def report_pdf(picture: Picture, *, language: str) -> bytes:
    """Give the report's PDF; the same picture gives the same bytes. Typst refuses what PDF/UA-1 forbids."""
    import typst

    files: Any = report_files(picture, language=language)  # typst's own types do not tell of files in memory
    document: bytes = typst.compile(
        files,
        format="pdf",
        pdf_standards="ua-1",
        ignore_system_fonts=True,
        timestamp=int(picture.made_at.timestamp()),
    )
    return document


def report_files(picture: Picture, *, language: str) -> dict[str, bytes]:
    """Give the files that the PDF is set from: template, words, charts."""
    report = laid_out(picture, language)
    charts: dict[str, bytes] = {}
    words = {
        **_first_page(report),
        "lead": _panel(report.lead, charts, language),
        "panels": [_panel(panel, charts, language) for panel in report.panels],
    }
    return {
        "main.typ": _TEMPLATE.read_bytes(),
        "report.json": json.dumps(words, ensure_ascii=False).encode(),
        **charts,
    }


def _first_page(report: Report) -> dict[str, Any]:
    picture, language = report.picture, report.language
    simulated = {"word": say("report.simulated", language), "why": say("report.simulated_why", language)}
    five = say("report.five", language, n=len(report.five)) if report.five else say("report.five_none", language)
    foot = say("report.window", language, title=report.title)
    return {
        "language": language,
        "title": report.title,
        "window": foot,
        "foot": f"{foot} · {say('report.simulated', language)}" if picture.simulated else foot,
        "page": say("report.page", language, place="#", pages="*"),
        "over": say("report.over", language),
        "period": report.period,
        "simulated": simulated if picture.simulated else None,
        "sentences": [unbroken(sentence) for sentence in report.sentences],
        "nothing_to_draw": say("report.nothing_to_draw", language),
        "five_title": five,
        "five": [{name: getattr(post, name) for name in post.__slots__} for post in report.five],
        "no_posts": say("report.no_posts", language),
        "do": say("report.do", language),
        "advice": {
            "text": report.advice.text,
            "command": report.advice.command,
            "place": say("report.place", language) if report.advice.href else "",
        },
        "made": say("report.made", language, when=picture.made_at, snapshot=picture.snapshot_id),
    }


def _panel(panel: Panel, charts: dict[str, bytes], language: str) -> dict[str, Any]:
    drawn, columns = [], columns_for(len(panel.charts))
    for place, (name, chart) in enumerate(panel.charts):
        file = f"{panel.panel_id}-{place}.svg"
        charts[file] = printed(chart, font=FONT, larger=_LARGER[columns]).encode()
        drawn.append({"name": name, "file": file, "alt": _told(panel, name, chart, language)})
    return {
        "over": part_name(panel, language) if panel.panel_id != "lead" else "",
        "title": unbroken(panel.title),
        "note": panel.note,
        "remarks": panel.remarks,
        "paragraphs": [unbroken(paragraph) for paragraph in panel.paragraphs],
        "charts": drawn,
        "columns": columns,
        "sheet": _sheet(panel.sheet, language) if panel.sheet and panel.sheet.rows and _wanted(panel) else None,
    }


def columns_for(n: int) -> int:
    """Give how many of n charts stand in a row: as many in each, as far as that goes.

    >>> [columns_for(n) for n in (1, 2, 3, 4, 6, 7)]
    [1, 2, 3, 2, 3, 3]
    """
    return max(1, n) if n < 4 else 2 if n == 4 else 3


def _wanted(panel: Panel) -> bool:
    """The first page has no room for a table; its figures stand in the chart's words and in the workbook."""
    return panel.panel_id != "lead"


def _sheet(sheet: Sheet, language: str) -> dict[str, Any]:
    rows = [[{"text": c.text, "number": c.number, "flag": c.flag} for c in row] for row in sheet.rows[:MOST_ROWS]]
    more = len(sheet.rows) - len(rows)
    left_out = say("report.more_rows", language, n=more) if more else ""
    return {"caption": sheet.caption, "heads": sheet.heads, "rows": rows, "left_out": left_out}


def _told(panel: Panel, name: str, chart: Chart, language: str) -> str:
    """Say what a chart shows: its finding, then its figures one by one, or how many they are and the last ones."""
    names = figure_names(chart)
    few = names[-MOST_TOLD:]
    count = say("report.last_figures", language, n=len(names), few=len(few)) if len(few) < len(names) else ""
    parts = [name, panel.title, panel.note, count, "; ".join(few)]
    return ". ".join(part.rstrip(".") for part in parts if part) + "."
