"""init, doctor, run: the commands that make, check and walk a project."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from leumund.cli.output import Progress, at
from leumund.errors import NothingToShow
from leumund.settings import FILE_NAME, BrandSetting

__all__ = ["doctor", "init", "run"]


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
    print(f"Next: look at the brands in it, then leumund import PAGE…{at(folder)}", file=sys.stderr)


def doctor(folder: Path) -> None:
    """Say what is there and what is missing; raises what is wrong with a project."""
    if folder == Path() and not (folder / FILE_NAME).exists():
        _say_machine()
        print("project: none here")
        print("Next: leumund init DIR makes one", file=sys.stderr)
        return
    from leumund.loop import open_project

    project = open_project(folder)
    _say_machine()
    snapshot = project.store.current()
    for table in sorted(snapshot.tables):
        project.store.paths(snapshot, table)
    with project.ledger() as ledger:
        n_labels = len(ledger.labels())
    print(f"project: {snapshot.rows('posts')} posts, {snapshot.rows('estimates')} figures, {n_labels} labels")
    print(f"every Monday at six: {_weekly(folder)}")
    verb, then = ("run", f", then leumund picture{at(folder)}") if snapshot.rows("posts") else ("import PAGE…", "")
    print(f"Next: leumund {verb}{at(folder)}{then}", file=sys.stderr)


def _weekly(folder: Path) -> str:
    """Give the line for cron that walks, writes the report, and the mail that tells of it.

    Cron has a short PATH, so the program is named in full, and takes a bare % for the end of the line (crontab(5)).
    """
    beside = Path(sys.executable).with_name("leumund")
    program, place = (shlex.quote(str(path)) for path in (beside if beside.exists() else "leumund", folder.resolve()))
    walk = " && ".join(f"{program} {verb}" for verb in ("run", "picture", "picture --format mail"))
    return f"0 6 * * 1 cd {place} && {walk}".replace("%", r"\%")


def _say_machine() -> None:
    for line in _machine():
        print(line)


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
    """Walk, showing each step on a terminal; raises NothingToShow when there is no post to walk with."""
    from leumund.loop import open_project

    project = open_project(folder)
    if not project.store.current().rows("posts"):
        raise NothingToShow("no post yet", where=f"folder {folder}", next_step=f"leumund import PAGE…{at(folder)}")
    with Progress("walking") as progress:
        walked = project.run(on_step=lambda name, done, of: progress.show(f"{name} {done}/{of}"))
    slowest = sorted(walked.step_seconds.items(), key=lambda item: -item[1])[:3]
    told = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in slowest)
    done = "nothing new" if walked.did_nothing else f"done; slowest: {told}"
    print(f"{done}. Next: leumund picture{at(folder)}", file=sys.stderr)
