"""The same ledger on SQLite and on a private PostgreSQL server, which starts and ends with the tests."""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import missing

PASSWORD = "kein Wort davon"
# One count for the whole process: the server outlives the fixture that gives out its schemas.
NUMBERS = itertools.count()


def server_programs() -> Path | None:
    """The folder with initdb and pg_ctl: on PATH, where Debian keeps them, or where pg_config says."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        folders.append(Path(told))
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def unprivileged() -> str | None:
    """Whom to run the server as: PostgreSQL refuses root. None = as we are."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def run_as(user: str | None, *command: str | Path) -> None:
    # Output goes to a file: a pipe would stay open for as long as the server lives.
    identity: dict[str, object] = {}
    if user is not None:
        entry = pwd.getpwnam(user)
        identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    with tempfile.TemporaryFile("w+") as words:
        done = subprocess.run(command, stdout=words, stderr=words, cwd="/", check=False, **identity)  # type: ignore[call-overload]  # options by name
        words.seek(0)
        assert done.returncode == 0, words.read()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a private server on a unix socket in a temporary folder; no TCP."""
    programs = server_programs()
    if programs is None:
        missing("postgres", "no PostgreSQL server is installed (initdb, pg_ctl)")
        raise AssertionError("missing() does not come back")
    if importlib.util.find_spec("psycopg") is None:
        missing("postgres", "psycopg is not installed")
    user = unprivileged()
    with tempfile.TemporaryDirectory(prefix="leumund-pg-") as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD)
        if user is not None:
            for path in (folder, folder / "password"):
                shutil.chown(path, user)
        data = folder / "data"
        login = ["--username=leumund", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}"]
        run_as(user, programs / "initdb", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", *login, data)
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=60"
        run_as(user, programs / "pg_ctl", "start", "-w", "-D", data, "-l", folder / "log", "-o", options)
        try:
            yield f"postgresql://leumund:{quote(PASSWORD)}@/postgres?host={quote(name)}"
        finally:
            run_as(user, programs / "pg_ctl", "stop", "-w", "-m", "immediate", "-D", data)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Gives, each time it is called, the URL of an empty place for a ledger."""
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("ledgers")
        return lambda: f"sqlite:///{folder}/ledger-{next(NUMBERS)}.sqlite"
    server = request.getfixturevalue("postgres_server")
    return lambda: _new_schema(server, f"ledger_{next(NUMBERS)}")


def _new_schema(server: str, name: str) -> str:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{server}&options=-csearch_path%3D{name}"


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    """An empty place for a ledger."""
    return new_url()
