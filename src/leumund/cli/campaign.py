"""campaign: did it move the image; and plans, written down before the start."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from leumund.cli.days import day_given
from leumund.cli.output import Problems, at
from leumund.errors import WrongUse, storage_errors

if TYPE_CHECKING:
    from leumund.loop import Project
    from leumund.picture.plans import Asked
    from leumund.picture.verdict import Campaign, Outside

__all__ = ["asked_for", "campaign", "plan"]


def asked_for(name: str, *, start: str, brand: str, rivals: list[str], weeks: int | None, counted: str | None) -> Asked:
    """Give what was asked for; raises WrongUse without a name or for the start."""
    from leumund.picture.plans import Asked

    if not name.strip():
        raise WrongUse("a campaign needs a name", where="command line", next_step="leumund campaign NAME")
    return Asked(
        name=name.strip(),
        brand=brand or None,
        starts_on=day_given(start, "--start") if start else None,
        rivals=tuple(rivals) or None,
        weeks_after=weeks,
        counted=counted,
    )


def plan(folder: Path, asked: Asked, *, by: str) -> None:
    """Write a plan down before the start, and print its fingerprint."""
    from leumund.loop import open_project

    project = open_project(folder)
    terms = project.campaign_terms(asked)
    entry = project.plan_campaign(terms, by=by or getpass.getuser())
    print(
        f"plan of “{entry.name}”, {entry.brand}, from {entry.starts_on}, written down at {entry.recorded_at:%F %T} UTC"
    )
    print(
        f"{'all weeks' if not entry.weeks_after else f'{entry.weeks_after} weeks'} after, counted {entry.counted},",
        end=" ",
    )
    print(f"against {', '.join(terms.rivals)}")
    print(f"SHA-256 {entry.digest}")
    print(
        f"Next: give the fingerprint to somebody who keeps it; after the start: "
        f"leumund campaign {json.dumps(entry.name, ensure_ascii=False)}{at(folder)}",
        file=sys.stderr,
    )


def campaign(
    folder: Path,
    asked: Asked,
    *,
    outside: Path | None,
    form: str,
    output: Path | None,
    language: str,
    by: str,
) -> int:
    """Say whether a campaign moved the image; give 1 where that cannot be said or a row could not be used."""
    from leumund.engines.parts import writing
    from leumund.loop import open_project

    problems, project = Problems(), open_project(folder)
    terms = project.campaign_terms(asked)
    language = language or project.settings.text("project", "language")
    beside = _outside(outside, problems)
    found = project.evaluate_campaign(terms, by=by or getpass.getuser(), outside=beside)
    told = _told(project, found, form=form, language=language)
    if output is None:
        sys.stdout.write(told)
    else:
        with writing(output) as draft:
            draft.write_text(told, encoding="utf-8")
        print(output)
    problems.say()
    return int(found.verdict == "cannot_be_said" or len(problems) > 0)


def _outside(file: Path | None, problems: Problems) -> tuple[Outside, ...]:
    if file is None:
        return ()
    from leumund.picture.outside import read_outside
    from leumund.sources.archives import page_of

    with storage_errors(file):
        content = file.read_bytes()
    series, notes = read_outside(page_of(str(file), content))
    for note in notes:
        problems.note(str(file), note.place, note.code, note.seen, note.next_step)
    return series


def _told(project: Project, found: Campaign, *, form: str, language: str) -> str:
    if form == "json":
        from leumund.picture.view import to_json

        return to_json(found) + "\n"
    if form == "html":
        from leumund.reports.html import campaign_html

        return campaign_html(
            found,
            language=language,
            simulated=project.settings.switch("project", "simulated"),
            snapshot_id=project.store.current().snapshot_id,
        )
    return _text(found, language) + "\n"


def _text(found: Campaign, language: str) -> str:
    from leumund.reports.campaigns import beside, effect_sheet, sentence

    lines = [sentence(found, language), *beside(found, language)]
    sheet = effect_sheet(found, language)
    if sheet is None:
        return "\n".join(lines)
    rows = [sheet.heads, *(tuple(cell.text for cell in row) for row in sheet.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(sheet.heads))]
    table = ["  ".join([row[0].ljust(widths[0]), row[1].rjust(widths[1]), row[2]]).rstrip() for row in rows]
    return "\n".join([*lines, "", *table])
