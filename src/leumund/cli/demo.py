"""demo: a simulated market, the whole walk on it, and the report beside the simulated truth."""

from __future__ import annotations

import csv
import json
import sys
import time
import webbrowser
from datetime import date
from pathlib import Path

from leumund import world
from leumund.cli.labels import read_labels
from leumund.cli.output import Problems, Progress
from leumund.errors import storage_errors
from leumund.loop import Project, init_project
from leumund.picture.plans import Asked
from leumund.picture.view import TrueValue
from leumund.reports.html import write_report
from leumund.settings import BrandSetting

__all__ = ["demo"]


def demo(folder: Path, *, posts: int, seed: int, language: str, open_report: bool) -> None:
    """Build everything in `folder`, say how long each part took, and open the report."""
    begun = time.perf_counter()
    project = _project(folder)
    lap = _Laps()
    if not (folder / "truth").is_dir():
        market = world.simulate(seed=seed, n_posts=posts)
        with storage_errors(folder):
            world.write_pages(market, folder)
            world.write_truth(market, folder)
    lap.end(f"simulated about {posts:,} posts as forum pages, mail and a table")
    with Progress("bringing in") as progress:
        arrived = project.import_pages(
            [folder / "pages"], on_progress=lambda a: progress.show(f"{a.pages} files, {a.posts} posts", a.posts)
        )
    lap.end(f"brought in {arrived.posts:,} new posts from {arrived.pages:,} files, {len(arrived.problems)} problems")
    labels = read_labels(folder / "truth" / "labels-SIMULIERT.csv", Problems(), project)
    project.take_labels(label for _, label in labels.labels)
    with Progress("walking") as progress:
        walked = project.run(on_step=lambda name, done, of: progress.show(f"{name} {done}/{of}"))
    lap.end("read, counted and estimated")
    event = _campaign(folder)
    asked = Asked("Herbst 2023", brand=event.brand, starts_on=event.period_start)
    project.evaluate_campaign(project.campaign_terms(asked), by="demo")
    picture = project.picture(truth=(*_truth(folder), event), step_seconds=walked.step_seconds)
    paths = {code: folder / "reports" / f"demo.{code}.html" for code in ("de", "en")}
    for code, path in paths.items():
        path.parent.mkdir(exist_ok=True)
        write_report(picture, path, language="en" if code == "en" else "de")
    lap.end("wrote the reports")
    print(f"demo: {time.perf_counter() - begun:.1f} s in all", file=sys.stderr)
    print(paths[language if language in paths else "de"])
    if open_report and sys.stdout.isatty():
        webbrowser.open(paths["en" if language == "en" else "de"].resolve().as_uri())


def _project(folder: Path) -> Project:
    brands = [
        BrandSetting(brand.name, tuple(brand.aliases), own=number == 0) for number, brand in enumerate(world.BRANDS)
    ]
    changed: dict[tuple[str, str], str | int | float | bool] = {
        ("project", "simulated"): True,
        ("engine", "kind"): "processes",
    }
    return init_project(folder, brands, changed)


def _truth(folder: Path) -> tuple[TrueValue, ...]:
    """The simulated truth as the world wrote it down."""
    with (folder / "truth" / "index-SIMULIERT.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            TrueValue(
                "net_index",
                row["brand"],
                row["period"],
                date.fromisoformat(row["period_start"]),
                float(row["expected_index"]),
            )
            for row in csv.DictReader(stream)
        )


def _campaign(folder: Path) -> TrueValue:
    """The campaign that the world had, and by how many points it truly moved the index."""
    told = json.loads((folder / "truth" / "events-SIMULIERT.json").read_text(encoding="utf-8"))["campaign"]
    return TrueValue("campaign_effect", told["brand"], "week", date.fromisoformat(told["start"]), told["effect"])


class _Laps:
    """Says on standard error how long each part took."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()

    def end(self, what: str) -> None:
        now = time.perf_counter()
        print(f"{now - self._begun:6.1f} s  {what}", file=sys.stderr)
        self._begun = now
