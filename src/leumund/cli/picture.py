"""picture and publish: the image as a report, and the report frozen."""

from __future__ import annotations

import collections
import dataclasses
import getpass
import json
import shutil
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from leumund.cli.output import Problems, at, write_rows
from leumund.errors import DamagedProject, NothingToShow, storage_errors
from leumund.project.publishing import digest_of_pages
from leumund.tables import Amendment
from leumund.wording import LANGUAGES

if TYPE_CHECKING:
    from leumund.loop import Project
    from leumund.picture.amendments import Published
    from leumund.picture.view import Picture

__all__ = ["check", "figure_posts", "picture", "publish"]


def picture(
    folder: Path, *, form: str, output: Path | None, language: str, since: date | None = None, until: date | None = None
) -> None:
    """Write the report, of all days or of a stretch of them, by default into the folder reports; print its path."""
    from leumund.loop import open_project
    from leumund.reports.forms import ENDINGS

    project = open_project(folder)
    language = language or project.settings.text("project", "language")
    days = f".{since or ''}_{until or ''}" if since or until else ""
    name = f"{project.settings.own_brand.name}{days}.{language}.{ENDINGS[form]}".replace("/", "-")
    path = output or folder / "reports" / name
    project.write_report(path, form=form, language=language, since=since, until=until)
    print(path)
    print(f"Next: open it; leumund publish --title TITLE{at(folder)} freezes {_whole(days)}", file=sys.stderr)


def _whole(days: str) -> str:
    return "the report of all days" if days else "it"


def figure_posts(folder: Path, figure_id: str, *, since: date | None = None, until: date | None = None) -> None:
    """List every post behind a figure as JSON Lines."""
    from leumund.loop import open_project

    rows = open_project(folder).posts_behind(figure_id, since=since, until=until)
    write_rows(rows, form="jsonl", output=None)


def publish(folder: Path, *, title: str, by: str) -> None:
    """Freeze the report in both languages and note it in the ledger; the same report again changes nothing."""
    from leumund.loop import open_project

    project = open_project(folder)
    image = project.picture()
    known = _published(project, image)
    kept, called = known or (_freeze(project, image, title=title, by=by or getpass.getuser()), title)
    for language in LANGUAGES:
        print(kept / f"{language}.html")
    before = f"published before, as “{called}”; nothing changed"
    print(before if known else "published; it stays as it is", file=sys.stderr)


def check(folder: Path) -> int:
    """Note which figures of published reports read differently today, and print each as a JSON line.

    The published pages stay as they were; the page beside each tells what changed. A second time notes nothing. Gives
    1 when a published page is not byte for byte as it was given out, else 0.
    """
    from leumund.loop import open_project
    from leumund.picture.amendments import held

    project = open_project(folder)
    found = project.amend()
    if not found:
        raise NothingToShow(
            "no report was published yet", where=str(folder), next_step=f"leumund publish --title TITLE{at(folder)}"
        )
    problems = Problems()
    with project.ledger() as ledger:
        for kept in project.altered(ledger):
            seen = "the published pages are not as they were given out; nothing is noted of their figures"
            problems.note(str(kept), "pages", DamagedProject.code, seen, "put them back from a copy")
        noted = held([Amendment(**row) for row in ledger.amendments().to_pylist()])
        for report in project.published(ledger):
            _companion(project.shelf / report.publication_id, report, noted)
    write_rows((dataclasses.asdict(one) for new in found.values() for one in new), form="jsonl", output=None)
    new = collections.Counter(one.kind for rows in found.values() for one in rows)
    told = ", ".join(f"{new[kind]} {plural}" for kind, plural in (("erratum", "errata"), ("revision", "revisions")))
    print(f"{len(found)} published reports; newly noted: {told}", file=sys.stderr)
    problems.say()
    print(f"Next: the pages beside them, {project.shelf}/*/amendments.*.html", file=sys.stderr)
    return problems.status(came=len(found))


def _companion(kept: Path, report: Published, noted: list[Amendment]) -> None:
    """Write the pages beside a published report, and their twin."""
    from leumund.engines.parts import writing
    from leumund.reports.amendments import amendments_twin, companion_name
    from leumund.reports.html import companion_html

    of_report = [one for one in noted if one.publication_id == report.publication_id]
    pages = {
        companion_name(code): companion_html(report.title, report.made_at, of_report, language=code)
        for code in LANGUAGES
    }
    for name, text in (pages | {"amendments.json": amendments_twin(of_report)}).items():
        with writing(kept / name) as draft:
            draft.write_text(text, encoding="utf-8")


def _published(project: Project, image: Picture) -> tuple[Path, str] | None:
    """Give folder and title under which exactly this report was published; only the moment of making may differ."""
    with project.ledger() as ledger:
        rows = ledger.publications().to_pylist()
    for row in rows:
        kept = project.shelf / str(row["publication_id"])
        twin = kept / f"{LANGUAGES[0]}.json"
        if row["snapshot_id"] == image.snapshot_id and twin.is_file():
            made_at = datetime.fromisoformat(json.loads(twin.read_text(encoding="utf-8"))["made_at"])
            if _digest(_pages(dataclasses.replace(image, made_at=made_at))) == row["report_sha256"]:
                return kept, str(row["title"])
    return None


def _freeze(project: Project, image: Picture, *, title: str, by: str) -> Path:
    from leumund.picture.amendments import published_of

    pages = _pages(image)
    project.store.pin(image.snapshot_id)
    draft = project.shelf / f".{image.snapshot_id}"
    with storage_errors(draft):
        draft.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (draft / name).write_text(text, encoding="utf-8")
        with project.ledger() as ledger:
            publication_id = ledger.publish(
                snapshot_id=image.snapshot_id, report_sha256=_digest(pages), title=title, published_by=by
            )
        kept = project.shelf / publication_id
        if kept.exists():
            shutil.rmtree(draft)
        else:
            draft.rename(kept)
    _companion(kept, published_of(publication_id, title, pages["de.json"]), [])
    return kept


def _pages(image: Picture) -> dict[str, str]:
    """Give the files of a published report: both languages, each with its JSON twin."""
    from leumund.reports.amendments import companion_name
    from leumund.reports.html import report_html

    pages = {
        f"{code}.html": report_html(image, language=code, twin=f"{code}.json", companion=companion_name(code))
        for code in LANGUAGES
    }
    return pages | {f"{code}.json": image.to_json() for code in LANGUAGES}


def _digest(pages: dict[str, str]) -> str:
    return digest_of_pages({name: text.encode() for name, text in pages.items()})
