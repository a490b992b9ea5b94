"""init, doctor, run, label, picture, publish: the commands that work in a project's folder."""

from __future__ import annotations

import csv
import getpass
import hashlib
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from leumund.cli.output import Progress, problem_line, write_rows
from leumund.errors import LeumundError, MissingColumn, NothingToShow, UnknownName, storage_errors
from leumund.settings import FILE_NAME, BrandSetting
from leumund.tables import Label

if TYPE_CHECKING:
    from leumund.loop import Project

__all__ = ["doctor", "figure_posts", "init", "picture", "publish", "read_labels", "run", "take_labels"]

LABEL_COLUMNS = ("brand", "value", "labeller")


def init(folder: Path, brands: list[str]) -> None:
    """Make a project; without brands it watches a few German providers, to be edited."""
    from leumund.loop import init_project
    from leumund.readings.brand import brand_of_option, default_brands

    chosen = [brand_of_option(option) for option in brands] or default_brands()
    settings = [
        BrandSetting(b.name, b.aliases, b.context, b.blocked, own=number == 0) for number, b in enumerate(chosen)
    ]
    existed = (folder / FILE_NAME).exists()
    init_project(folder, settings)
    print(f"{'left as it is' if existed else 'made'}: {folder / FILE_NAME}", file=sys.stderr)
    print(f"Next: look at the brands in it, then leumund import PAGE… --project {folder}", file=sys.stderr)


def doctor(folder: Path) -> int:
    """Say what is there and what is missing; give 1 when something in a project is wrong."""
    for line in _machine():
        print(line)
    if not (folder / FILE_NAME).exists():
        print(f"project: none in {folder.resolve()} (leumund init DIR makes one)")
        return 0
    from leumund.loop import open_project

    try:
        project = open_project(folder)
        snapshot = project.store.current()
        for table in sorted(snapshot.tables):
            project.store.paths(snapshot, table)
        with project.ledger() as ledger:
            n_labels = len(ledger.labels())
    except LeumundError as error:
        print(error)
        return 1
    print(f"project: {snapshot.rows('posts')} posts, {snapshot.rows('estimates')} figures, {n_labels} labels")
    print(f"every morning at six: 0 6 * * * cd {folder.resolve()} && leumund run && leumund picture")
    return 0


def _machine() -> Iterator[str]:
    import importlib.util

    yield f"python: {sys.version.split()[0]}"
    for name, package, how in (("spark", "pyspark", "leumund[spark]"), ("postgres", "psycopg", "leumund[postgres]")):
        found = importlib.util.find_spec(package) is not None
        yield f"{name}: {'installed' if found else f'not installed (pip install {how!r}), not needed on one machine'}"
    yield f"java: {shutil.which('java') or 'not found, only Spark needs it'}"
    free = shutil.disk_usage(Path()).free
    yield f"disk: {free / 2**30:.1f} GiB free"


def run(folder: Path) -> None:
    """Walk, showing each step on a terminal."""
    from leumund.loop import open_project

    with Progress("walking") as progress:
        walked = open_project(folder).run(on_step=lambda name, done, of: progress.show(f"{name} {done}/{of}"))
    if walked.did_nothing:
        print("nothing new", file=sys.stderr)
    slowest = sorted(walked.step_seconds.items(), key=lambda item: -item[1])[:3]
    if slowest:
        print("done; slowest: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in slowest), file=sys.stderr)
    print("Next: leumund picture", file=sys.stderr)


def take_labels(file: Path, folder: Path) -> int:
    """Record the labels of a CSV file; rows that cannot be used are listed and left out."""
    from leumund.loop import open_project

    project, problems = open_project(folder), []
    labels = list(read_labels(file, problems))
    n = project.take_labels(labels)
    for line in problems:
        print(line, file=sys.stderr)
    print(f"{n} new labels of {len(labels)} rows. Next: leumund run", file=sys.stderr)
    return int(bool(problems) or not labels)


def read_labels(file: Path, problems: list[str]) -> Iterator[Label]:
    """Give the labels of a CSV file; what is wrong with a row is put into `problems`.

    Columns: post_id, or venue and number; brand, value, labeller; and as far as known aspect, field, plan_id,
    inclusion_probability, labelled_at. Raises MissingColumn.
    """
    from leumund.posts.identity import post_id_of

    with storage_errors(file), file.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        columns = set(rows.fieldnames or ())
        missing = [name for name in LABEL_COLUMNS if name not in columns]
        if "post_id" not in columns and not {"venue", "number"} <= columns:
            missing.append("post_id")
        if missing:
            raise MissingColumn(
                f"no column {missing[0]}", where=str(file), next_step=f"there are: {', '.join(sorted(columns))}"
            )
        for number, row in enumerate(rows, start=1):
            post_id = row.get("post_id") or post_id_of(row.get("venue", ""), row.get("number", ""))
            try:
                yield _label(row, post_id)
            except ValueError as error:
                problems.append(problem_line(str(file), f"row {number}", "LM211", str(error), "mend the row"))


def _label(row: dict[str, str], post_id: str) -> Label:
    field, value = row.get("field") or "polarity", row["value"].strip()
    if field == "polarity" and value not in ("negative", "neutral", "positive"):
        raise ValueError(f"value {value!r} is not negative, neutral or positive")
    chance = float(row["inclusion_probability"]) if row.get("inclusion_probability") else None
    if chance is not None and not 0 < chance <= 1:
        raise ValueError(f"inclusion_probability {chance} is not between 0 and 1")
    at = datetime.fromisoformat(row["labelled_at"]) if row.get("labelled_at") else datetime.now(UTC)
    return Label(
        post_id=post_id,
        brand=row["brand"],
        aspect=row.get("aspect") or "",
        field=field,
        value=value,
        labeller=row["labeller"],
        labelled_at=at if at.tzinfo else at.replace(tzinfo=UTC),
        plan_id=row.get("plan_id") or "",
        inclusion_probability=chance if row.get("plan_id") else None,
        blind=(row.get("blind") or "true").lower() == "true",
    )


def picture(folder: Path, *, form: str, output: Path | None, language: str) -> None:
    """Write the report, by default into the project's folder reports."""
    from leumund.loop import open_project

    project = open_project(folder)
    chosen = language or project.settings.text("project", "language")
    if chosen not in ("de", "en"):
        raise UnknownName(f"no language {chosen}", next_step="de or en")
    path = output or folder / "reports" / f"{project.settings.own_brand.name}.{chosen}.{form}".replace("/", "-")
    write_picture(project, path, form=form, language=chosen)
    print(path)


def write_picture(project: Project, path: Path, *, form: str, language: str) -> None:
    """Write one report file; HTML brings its JSON twin along."""
    from leumund.reports.html import write_report

    image = project.picture()
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if form == "html":
            write_report(image, path, language="en" if language == "en" else "de")
        else:
            path.write_text(image.to_json(), encoding="utf-8")


def figure_posts(folder: Path, figure_id: str) -> None:
    """List every post behind a figure as JSON Lines."""
    from leumund.loop import open_project

    rows = open_project(folder).posts_behind(figure_id)
    write_rows(rows, form="jsonl", output=None)


def publish(folder: Path, *, title: str, by: str) -> None:
    """Freeze both languages' reports under the publication's id and note it in the ledger."""
    from leumund.loop import open_project

    project = open_project(folder)
    snapshot_id = project.store.current().snapshot_id
    if not project.store.current().rows("estimates"):
        raise NothingToShow("no figure yet", where=str(folder), next_step="leumund run")
    drafts = {language: folder / "reports" / f".{snapshot_id}.{language}.html" for language in ("de", "en")}
    for language, path in drafts.items():
        write_picture(project, path, form="html", language=language)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in drafts.values())).hexdigest()
    with project.ledger() as ledger:
        publication_id = ledger.publish(
            snapshot_id=snapshot_id, report_sha256=digest, title=title, published_by=by or getpass.getuser()
        )
    for language, path in drafts.items():
        kept = folder / "reports" / "published" / publication_id / f"{language}.html"
        with storage_errors(kept):
            kept.parent.mkdir(parents=True, exist_ok=True)
            path.rename(kept)
        print(kept)
