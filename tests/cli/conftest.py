"""The command line as a user meets it: in this process where that is enough, as a child where streams matter."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from leumund import world
from leumund.cli import main

SOFTWARES = ("phpbb3", "vbulletin4", "xenforo2")


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    status: int
    out: str
    err: str
    cpu_seconds: float = 0.0


Leumund = Callable[..., Answer]


@pytest.fixture(autouse=True)
def own_key(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test touches the pseudonym key of the person who runs it."""
    monkeypatch.setenv("LEUMUND_KEY_FILE", str(tmp_path_factory.getbasetemp() / "pseudonym.key"))


@pytest.fixture
def leumund(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Leumund:
    """Run a command in this process."""

    def call(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["leumund", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return Answer(int(left.value.code or 0), out, err)

    return call


@pytest.fixture
def child(tmp_path: Path) -> Leumund:
    """Run a command as a process of its own, its streams being pipes, and measure its CPU time."""

    def call(*arguments: object, **environment: str) -> Answer:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-m", "leumund", *map(str, arguments)],
            check=False, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, **environment},
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Answer(done.returncode, done.stdout, done.stderr, cpu_seconds)

    return call


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated market: forum pages, mail and a table below pages/, labels below truth/."""
    folder = tmp_path_factory.mktemp("market")
    simulated = world.simulate(seed=7, n_posts=1_000)
    world.write_pages(simulated, folder)
    world.write_truth(simulated, folder)
    return folder


@pytest.fixture
def pages(market: Path, tmp_path: Path) -> Path:
    """A folder with one good page of each forum software: phpbb3.html, vbulletin4.html, xenforo2.html."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for software in SOFTWARES:
        thread = max((market / "pages" / software).glob("*.html"), key=lambda path: path.stat().st_size)
        shutil.copy(thread, folder / f"{software}.html")
    return folder


@pytest.fixture
def project(leumund: Leumund, tmp_path: Path) -> Path:
    """An empty project."""
    folder = tmp_path / "mybrand"
    assert leumund("init", folder).status == 0
    return folder
