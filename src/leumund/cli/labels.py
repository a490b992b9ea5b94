"""label next and take: posts to judge out, verdicts in; a row that cannot be used is listed and left out."""

from __future__ import annotations

import dataclasses
import getpass
import json
import math
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leumund.cli.output import Problems, at
from leumund.errors import WrongUse, storage_errors

if TYPE_CHECKING:
    from leumund.loop import Project
    from leumund.picture.taking import Taken

__all__ = ["agreement", "next_labels", "plan", "read_labels", "take_labels"]


def plan(folder: Path, *, form: str) -> None:
    """Print what labels would buy: sentences and a table, or JSON."""
    from leumund.loop import open_project
    from leumund.reports.labelplan import plan_lines

    project = open_project(folder)
    found = project.label_plan()
    if form == "json":
        print(_json(dataclasses.asdict(found)))
        return
    print("\n".join(plan_lines(found, project.settings.text("project", "language"))))
    next_ = f"label next -n {found.weekly} -o posts.xlsx" if found.figures else "import PAGE…, then run"
    print(f"Next: leumund {next_}{at(folder)}", file=sys.stderr)


def agreement(folder: Path, *, form: str) -> None:
    """Print how far people agree, and the posts on which they do not."""
    from leumund.loop import open_project
    from leumund.reports.labelplan import agreement_lines

    project = open_project(folder)
    found, differing = project.label_agreement()
    if form == "json":
        apart = [dataclasses.asdict(one) | {"verdicts": dict(one.verdicts)} for one in differing]
        print(_json({**dataclasses.asdict(found), "grade": found.grade, "differing": apart}))
        return
    print("\n".join(agreement_lines(found, differing, project.settings.text("project", "language"))))


def _json(found: Any) -> str:
    return json.dumps(_finite(found), ensure_ascii=False, indent=1)


def _finite(value: Any) -> Any:
    """What JSON can say: no number is infinite there."""
    if isinstance(value, dict):
        return {name: _finite(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def next_labels(folder: Path, output: Path, *, n: int, labeller: str) -> None:
    """Draw posts and write a workbook to judge them in."""
    from leumund.loop import open_project
    from leumund.reports.workbook import write_workbook

    if output.suffix.lower() != ".xlsx":
        raise WrongUse(
            f"the workbook is an Excel file, and {output.name} does not end so",
            where="--output",
            next_step=f"-o {output.with_suffix('.xlsx')}",
        )
    project, labeller = open_project(folder), labeller.strip() or getpass.getuser()
    guideline, version = project.guideline()
    handout, shown = project.labels_to_judge(n, labeller, guideline=version)
    language = project.settings.text("project", "language")
    write_workbook(shown, output, labeller=labeller, language=language, guideline=guideline, version=version)
    told = f"{_counted(len(shown), 'post')} to judge"
    if handout.again:
        told += f", {len(handout.again)} of them judged before under another guideline"
    if handout.second:
        told += f", {len(handout.second)} of them judged by somebody else too"
    print(f"{told}. Next: fill in the verdicts, then leumund label take {output}{at(folder)}", file=sys.stderr)
    print(output)


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def take_labels(file: Path, folder: Path) -> int:
    """Record the labels of a table; give 1 when a row was left out or there was none."""
    from leumund.loop import open_project

    problems, project = Problems(), open_project(folder)
    taken = read_labels(file, problems, project)
    n = project.take_labels(label for _, label in taken.labels)
    problems.say()
    told = [f"{_counted(n, 'new label')} of {_counted(len(taken.labels), 'row')}"]
    told += (
        [f"{len(taken.labels) - n} known before, or older than the verdict that holds"] if n < len(taken.labels) else []
    )
    told += [f"{taken.n_empty} not judged yet"] if taken.n_empty else []
    told += [f"{_counted(taken.n_gone, 'drawn post')} not in the file any more"] if taken.n_gone else []
    told += [f"{taken.n_again} given twice"] if taken.n_again else []
    told += [f"{taken.n_elsewhere} of a draw made elsewhere, each as likely as it says"] if taken.n_elsewhere else []
    told += [f"{taken.n_teaching} that no plan drew, for teaching only"] if taken.n_teaching else []
    print(f"{'; '.join(told)}. Next: leumund run{at(folder)}", file=sys.stderr)
    return problems.status(came=len(taken.labels))


def read_labels(file: Path, problems: Problems, project: Project) -> Taken:
    """Give the labels of a CSV, Excel or Parquet file; what is wrong with a row goes to `problems`.

    Columns: post_id, or venue and number; brand, value, labeller; and as far as known aspect, field, plan_id,
    inclusion_probability, labelled_at (else the time the file was written). Raises MissingColumn and InputError.
    """
    from leumund.picture.taking import check_columns, named_columns, take_rows
    from leumund.sources.archives import page_of
    from leumund.sources.found import Options
    from leumund.sources.tables.grids import open_grid

    with storage_errors(file):
        content, written = file.read_bytes(), datetime.fromtimestamp(file.stat().st_mtime, UTC)
    grid = open_grid(page_of(str(file), content), Options())
    named = named_columns(grid.header)
    check_columns(named, grid.header, str(file))
    taken = take_rows(named, grid.rows, project.known_to_labels(), written)
    for number, seen, next_step in taken.notes:
        problems.note(str(file), f"row {number}", "LM211", seen, next_step)
    for note in grid.notes:
        problems.note(str(file), note.place, note.code, note.seen, note.next_step)
    return taken
