"""When the database fails, the message says what was seen, where, and what to do, and never the password."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from leumund.errors import LedgerError
from leumund.ledger import databases, open_ledger
from tests.ledger.conftest import PASSWORD, unprivileged


def trouble(url: str) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        open_ledger(url)
    error = caught.value
    assert error.seen
    assert error.where
    assert error.next_step
    return error


def test_a_folder_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    error = trouble(f"sqlite:///{tmp_path}/nicht da/ledger.sqlite")
    assert "cannot be opened" in error.seen
    assert "nicht da" in error.where
    assert "folder" in error.next_step


def test_a_file_that_is_no_database_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_text("Sehr geehrte Damen und Herren, " * 100)
    before = path.read_bytes()
    assert "no ledger" in trouble(f"sqlite:///{path}").seen
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("", "cannot be read"),
        ("ledger.sqlite", "cannot be read"),
        ("sqlite://", "no file"),
        ("sqlite:///:memory:", "no file"),
        ("mysql://root:geheim@localhost/x", "'mysql'"),
        ("postgrsql://root:geheim@localhost/x", "did you mean postgresql?"),
        ("postgresql://root:geheim#1@localhost:port/x", "cannot be read"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_with_the_forms_that_can(url: str, hint: str) -> None:
    error = trouble(url)
    assert hint in error.seen
    assert "sqlite:///FILE" in error.next_step
    assert "geheim" not in str(error)


def test_who_waits_too_long_for_another_writer_is_told_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "_WAIT_SECONDS", 0.2)
    with open_ledger(url) as slow, open_ledger(url) as quick:
        with databases.writing(slow._engine), pytest.raises(LedgerError) as caught:
            quick.audit(who="müller", what="looked")
        assert "locked" in caught.value.seen
        assert "wait" in caught.value.next_step
        quick.audit(who="müller", what="looked")
        assert quick.audit_rows().num_rows == 1


def test_a_ledger_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    open_ledger(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE leumund_version SET version_num = '9999'")
    connection.close()
    error = trouble(f"sqlite:///{path}")
    assert "newer Leumund" in error.seen
    assert "9999" in error.seen


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Root may write everywhere, so these tests step down for a while."""
    if unprivileged() is None:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_ledger_that_may_only_be_read_says_so_and_stays_as_it_was() -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "ledger.sqlite"
        open_ledger(f"sqlite:///{path}").close()
        before = path.read_bytes()
        path.chmod(0o444)
        Path(name).chmod(0o555)
        try:
            with as_somebody_else():
                error = trouble_while_writing(f"sqlite:///{path}")
        finally:
            Path(name).chmod(0o755)
        assert "read" in error.seen or "cannot be opened" in error.seen
        assert "permi" in error.next_step or "written to" in error.next_step
        assert str(path) in error.where
        assert path.read_bytes() == before


def trouble_while_writing(url: str) -> LedgerError:
    with pytest.raises(LedgerError) as caught, open_ledger(url) as ledger:
        ledger.audit(who="müller", what="looked", detail="x" * 100_000)
    return caught.value


def test_a_full_disk_says_so_and_what_was_recorded_before_is_still_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    with open_ledger(url) as ledger:
        ledger.audit(who="müller", what="looked")

    def no_room(connection: Any, _entry: object) -> None:
        connection.execute("PRAGMA max_page_count = 20")

    sa.event.listen(sa.Engine, "connect", no_room)
    try:
        error = trouble_while_writing(url)
    finally:
        sa.event.remove(sa.Engine, "connect", no_room)
    assert "no space left" in error.seen
    assert "make room" in error.next_step
    with open_ledger(url) as ledger:
        assert ledger.audit_rows()["detail"].to_pylist() == [""]


def test_what_people_said_is_not_in_the_message_of_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with open_ledger(f"sqlite:///{path}") as ledger:
        with sqlite3.connect(path) as connection:
            connection.execute("DROP TABLE audit")
        connection.close()
        with pytest.raises(LedgerError) as caught:
            ledger.audit(who="müller", what="looked", subject="Kundin Schmidt")
    assert "audit" in caught.value.seen
    assert "Schmidt" not in f"{caught.value}{caught.value.__cause__}"


def test_without_the_driver_postgres_names_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    error = trouble("postgresql://leumund:geheim@localhost/leumund")
    assert error.next_step == "pip install 'leumund[postgres]'"
    assert "geheim" not in str(error)


@pytest.mark.postgres
class TestServer:
    """What only a server can answer."""

    def test_a_wrong_password_is_told_without_the_password(self, postgres_server: str) -> None:
        error = trouble(postgres_server.replace("kein%20Wort", "ein%20Wort"))
        assert "does not let us in" in error.seen
        assert "password" in error.next_step
        assert "Wort" not in str(error)

    def test_a_password_among_the_options_is_masked_too(self, postgres_server: str) -> None:
        _, _, rest = postgres_server.partition("@")
        error = trouble(f"postgresql://leumund@{rest}&password=ein%20Wort")
        assert "***" in error.where
        assert "Wort" not in str(error)
        assert PASSWORD not in str(error)

    def test_a_database_that_is_not_there_is_named(self, postgres_server: str) -> None:
        error = trouble(postgres_server.replace("/postgres?", "/leumunt?"))
        assert "no such database" in error.seen
        assert "createdb" in error.next_step

    def test_a_server_that_does_not_answer_is_named(self, tmp_path: Path) -> None:
        error = trouble(f"postgresql://leumund:geheim@/leumund?host={tmp_path}")
        assert str(tmp_path.name) in error.where
        assert "database runs" in error.next_step
        assert "geheim" not in str(error)

    def test_a_server_that_takes_no_writes_says_so(self, postgres_server: str) -> None:
        import psycopg

        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute("CREATE SCHEMA only_read")
        url = f"{postgres_server}&options=-csearch_path%3Donly_read"
        open_ledger(url).close()
        error = trouble_while_writing(f"{url}%20-cdefault_transaction_read_only%3Don")
        assert "only be read" in error.seen
