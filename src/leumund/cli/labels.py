"""label next and take: posts to judge out, verdicts in; a row that cannot be used is listed and left out."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from leumund.cli.output import Problems, at
from leumund.errors import MissingColumn, near_name, storage_errors
from leumund.tables import Label

if TYPE_CHECKING:
    from leumund.loop import Project

__all__ = ["next_labels", "read_labels", "take_labels"]

NEEDED = ("brand", "value", "labeller")
VALUES = {"polarity": ("negative", "neutral", "positive"), "relevant": ("true", "false")}
KNOWN = (*NEEDED, "post_id", "venue", "number", "aspect", "field", "plan_id", "inclusion_probability", "labelled_at")


def next_labels(folder: Path, output: Path, *, n: int, labeller: str) -> None:
    """Draw posts and write a workbook to judge them in."""
    from leumund.loop import open_project
    from leumund.reports.workbook import write_workbook

    project = open_project(folder)
    drawn, texts = project.labels_to_judge(n)
    write_workbook(
        drawn,
        texts,
        output,
        labeller=labeller or getpass.getuser(),
        language=project.settings.text("project", "language"),
    )
    print(
        f"{len(drawn)} posts to judge. Next: fill in the column value, then leumund label take {output}",
        file=sys.stderr,
    )
    print(output)


def take_labels(file: Path, folder: Path) -> int:
    """Record the labels of a table; give 1 when a row was left out or there was none."""
    from leumund.loop import open_project

    problems, project = Problems(), open_project(folder)
    labels = list(_of_known_posts(project, read_labels(file, problems, project), problems, file))
    n = project.take_labels(label for _, label in labels)
    problems.say()
    print(f"{n} new labels of {len(labels)} rows. Next: leumund run{at(folder)}", file=sys.stderr)
    return problems.status(came=len(labels))


def _of_known_posts(
    project: Project, labels: Iterator[tuple[int, Label]], problems: Problems, file: Path
) -> Iterator[tuple[int, Label]]:
    posts = project.store.read(project.store.current(), "posts", ["post_id"])["post_id"]
    known = set(posts.to_pylist())
    for number, label in labels:
        if label.post_id in known:
            yield number, label
        else:
            problems.note(
                str(file), f"row {number}", "LM211", "no such post in this project", "leumund import it first"
            )


def read_labels(file: Path, problems: Problems, project: Project) -> Iterator[tuple[int, Label]]:
    """Give (row, label) of a CSV, Excel or Parquet file; what is wrong with a row goes to `problems`.

    Columns: post_id, or venue and number; brand, value, labeller; and as far as known aspect, field, plan_id,
    inclusion_probability, labelled_at (else the time the file was written). Raises MissingColumn and InputError.
    """
    from leumund.sources.archives import page_of
    from leumund.sources.found import Options
    from leumund.sources.tables.grids import open_grid

    with storage_errors(file):
        content, written = file.read_bytes(), datetime.fromtimestamp(file.stat().st_mtime, UTC)
    grid = open_grid(page_of(str(file), content), Options())
    _check_columns(grid.header, file)
    brands = [brand.name for brand in project.settings.brands]
    for number, cells in grid.rows:
        row = {
            name: str(cell if cell is not None else "").strip() for name, cell in zip(grid.header, cells, strict=False)
        }
        if row.get("plan_id") and not row.get("value"):
            continue  # drawn and not judged yet; it may be judged later
        try:
            yield number, _label(row, brands, written)
        except ValueError as error:
            problems.note(str(file), f"row {number}", "LM211", str(error), "mend the row")
    for note in grid.notes:
        problems.note(str(file), note.place, note.code, note.seen, note.next_step)


def _check_columns(header: Sequence[str], file: Path) -> None:
    missing = [name for name in NEEDED if name not in header]
    if "post_id" not in header and not {"venue", "number"} <= set(header):
        missing.append("post_id")
    if missing:
        near = near_name(missing[0], [name for name in header if name not in KNOWN])
        listed = ", ".join(f"“{name}”" for name in header[:12])
        raise MissingColumn(
            f"no column “{missing[0]}”; there are: {listed}",
            where=str(file),
            next_step=f"perhaps “{near}” is meant: rename it" if near else f"needed: {', '.join(NEEDED)}, post_id",
        )


def _label(row: dict[str, str], brands: Sequence[str], written: datetime) -> Label:
    from leumund.posts.identity import post_id_of

    field, value, brand = row.get("field") or "polarity", row["value"], row["brand"]
    _one_of("field", field, VALUES)
    _one_of("value", value, VALUES[field])
    _one_of("brand", brand, ("", *brands))
    at = datetime.fromisoformat(row["labelled_at"]) if row.get("labelled_at") else written
    plan = row.get("plan_id", "")
    return Label(
        post_id=row.get("post_id") or post_id_of(row.get("venue", ""), row.get("number", "")),
        brand=brand,
        aspect=row.get("aspect", ""),
        field=field,
        value=value,
        labeller=row["labeller"],
        labelled_at=at if at.tzinfo else at.replace(tzinfo=UTC),
        plan_id=plan,
        inclusion_probability=_chance(row.get("inclusion_probability", "")) if plan else None,
        blind=(row.get("blind") or "true").lower() == "true",
    )


def _one_of(what: str, given: str, known: Sequence[str] | dict[str, tuple[str, ...]]) -> None:
    if given not in known:
        near = near_name(given, known)
        raise ValueError(f"{what} “{given}” is not known" + (f"; did you mean “{near}”?" if near else ""))


def _chance(given: str) -> float | None:
    chance = float(given) if given else None
    if chance is not None and not 0 < chance <= 1:
        raise ValueError(f"inclusion_probability {chance} is not between 0 and 1")
    return chance
