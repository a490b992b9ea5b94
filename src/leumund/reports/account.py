"""What was left out and why, and the method page, filled from the run."""

from __future__ import annotations

from leumund.picture.view import Method, Picture
from leumund.reports.labelplan import agreement_short
from leumund.reports.panel import Cell, Panel, Sheet, count_cell
from leumund.tables import Apart
from leumund.wording import number, say, signed

__all__ = ["apart_panel", "left_out_panel", "method_panels"]

FEWEST_TOLD = 10  # the mean of fewer posts says more about one of them than about its kind
INDEX = 0.01  # 1/10,000 -> index points −100..100


def left_out_panel(picture: Picture, language: str) -> Panel:
    """Give how many posts were not counted, by reason."""
    counts = picture.counts
    if counts.stored == 0:
        return Panel("left-out", say("left_out.nothing", language), "")
    reasons = ["copies", "company_voice", "incentive", "without_time", "without_brand", "set_aside"]
    beside: tuple[str, ...] = ()
    if picture.window:
        reasons = [reason for reason in reasons if reason not in ("without_time", "set_aside")]
        outside = {"undated": counts.without_time, "set_aside": counts.set_aside}
        beside = (say("left_out.outside", language, **outside),) if any(outside.values()) else ()
    rows = tuple(
        (
            Cell(say(f"left_out.{reason}", language)),
            count_cell(getattr(counts, reason), language),
            Cell(say(f"left_out.why_{reason}", language)),
        )
        for reason in reasons
    )
    heads = (say("head.reason", language), say("head.posts", language), say("head.why", language))
    sheet = Sheet(say("caption.left_out", language), heads, rows)
    title = say("left_out.title", language, counted=counts.counted, n=counts.stored)
    note = say("left_out.note", language, authors=counts.authors, threads=counts.threads, venues=counts.venues)
    return Panel("left-out", title, note, (), sheet, open_sheet=True, paragraphs=beside)


def apart_panel(picture: Picture, language: str) -> Panel | None:
    """Give what is not counted for who speaks, and what it would have said; None where there is nothing of it."""
    brands = (picture.own, *picture.rivals)
    rows = sorted((row for row in picture.apart if row.brand in brands), key=lambda row: brands.index(row.brand))
    if not rows:
        return None
    names = {"company": "left_out.company_voice", "incentive": "left_out.incentive"}
    heads = tuple(say(f"head.{name}", language) for name in ("brand", "reason", "posts", "authors", "would_have_said"))
    lines = tuple(
        (
            Cell(row.brand),
            Cell(say(names[row.kind], language)),
            count_cell(row.n_posts, language),
            count_cell(row.n_authors, language),
            Cell(_would_have_said(row, language), number=True),
        )
        for row in rows
    )
    title = say("apart.title", language, n=sum(row.n_posts for row in rows))
    note = say("apart.note", language, fewest=FEWEST_TOLD)
    return Panel("apart", title, note, (), Sheet(say("caption.apart", language), heads, lines), open_sheet=True)


def _would_have_said(row: Apart, language: str) -> str:
    """Give the index that the machine counts in these posts alone."""
    if row.n_posts < FEWEST_TOLD:
        return "–"
    return signed(row.y / row.n_posts * INDEX, language)


def _named(method: Method, language: str) -> str:
    """Give the reader's name and version; the one that comes along has a name in words."""
    name = say("fact.baseline", language) if method.model == "baseline" else method.model
    return f"{name} {method.model_version}".strip()


def method_panels(picture: Picture, language: str) -> Panel:
    """Give how the figures came about: in sentences, then as a table of what was used."""
    method = picture.method
    level = number(100 * picture.level, language)
    names = ("index", "interval", "clusters", "correction", "copies", "share", "supports")
    asked = ("window",) if picture.window else ()
    paragraphs = tuple(say(f"method.{name}", language, level=level) for name in (*asked, *names))
    told = [sentence for tongue, sentence in method.how_good if tongue == language]
    good = " ".join(told or [sentence for _, sentence in method.how_good])
    agreed = agreement_short(method.agreement, language) if method.agreement else ""
    not_known = say("fact.no_agreement", language) if method.n_labels else ""
    slowest = sorted(method.step_seconds, key=lambda step: -step[1])[:5]
    steps = ", ".join(f"{name} {number(seconds, language, digits=1)} s" for name, seconds in slowest)
    facts = [
        ("model", _named(method, language)),
        ("how_good", good),
        ("labels", number(method.n_labels, language)),
        ("agreement", agreed or not_known),
        ("guideline", ", ".join(version or say("fact.unknown_guideline", language) for version in method.guidelines)),
        ("readers", ", ".join(method.readers)),
        ("zones", ", ".join(method.zone_assumed)),
        ("engine", say(f"engine.{method.engine}", language) if method.engine else ""),
        *([("steps", steps)] if steps else []),
        ("snapshot", picture.snapshot_id),
    ]
    rows = tuple((Cell(say(f"fact.{name}", language)), Cell(text or "–")) for name, text in facts)
    heads = (say("head.what", language), say("head.value", language))
    sheet = Sheet(say("caption.method", language), heads, rows)
    title = say("method.title", language)
    return Panel("method", title, say("method.note", language), (), sheet, open_sheet=True, paragraphs=paragraphs)
