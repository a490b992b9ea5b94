"""The two databases, made to behave alike: one writer at a time, all of it or nothing, readers undisturbed.

SQLite: WAL, and BEGIN IMMEDIATE for writes; a plain BEGIN takes the write lock too late, and of two that have read
already one must fail. PostgreSQL: an advisory lock for the length of the write. So events are numbered in the order in
which they were committed, on both.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

from leumund.errors import LedgerError, near_name
from leumund.ledger.schema import NEWEST_REVISION
from leumund.ledger.troubles import database_errors, masked

__all__ = ["VERSION_TABLE", "bring_up_to_date", "engine_for", "reading", "writing"]

VERSION_TABLE = "leumund_version"
"""A name of our own, because a PostgreSQL database may be shared with programs that use Alembic too."""

_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}

_WAIT_SECONDS = 30.0
_CONNECT_SECONDS = 10
_ADVISORY_LOCK = int.from_bytes(b"leumund", "big")

# Alembic keeps its context in module variables: one migration at a time in a process.
_one_migration = threading.Lock()


def engine_for(url: str) -> sa.Engine:
    """Give the engine for `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/DATABASE`; nothing is connected yet.

    Raises LedgerError when the URL cannot be read, names another database, or asks for a driver that is missing.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        engine = _engine(parsed, connect_args={"timeout": _WAIT_SECONDS})
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    patience = {} if "connect_timeout" in parsed.query else {"connect_timeout": _CONNECT_SECONDS}
    engine = _engine(parsed, connect_args=patience, pool_pre_ping=True)
    sa.event.listen(engine, "begin", _begin_postgres)
    return engine


def _parsed(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # The parser's own words may repeat a part of the password.
        raise _bad_url("the ledger's URL cannot be read") from None
    if parsed.drivername not in _DRIVERS:
        near = near_name(parsed.drivername, _DRIVERS)
        raise _bad_url(f"no ledger can be kept in {parsed.drivername!r}" + (f"; did you mean {near}?" if near else ""))
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise _bad_url("the ledger's URL names no file, and memory would forget what people decide")
    return parsed.set(drivername=_DRIVERS[parsed.drivername])


def _bad_url(seen: str) -> LedgerError:
    return LedgerError(
        seen,
        where="[ledger] url in leumund.toml",
        next_step="write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE",
    )


def _engine(url: sa.URL, **options: Any) -> sa.Engine:
    try:
        # Parameters are what people said; they do not belong into error messages.
        return sa.create_engine(url, hide_parameters=True, **options)
    except ImportError as error:
        raise LedgerError(
            f"PostgreSQL is asked for, but its driver psycopg is not installed ({error})",
            where=masked(url),
            next_step="pip install 'leumund[postgres]'",
        ) from error


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun by us, not by Python's guess
    connection.execute(f"PRAGMA busy_timeout = {int(_WAIT_SECONDS * 1000)}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    _turn_on_wal(connection)


def _turn_on_wal(connection: sqlite3.Connection) -> None:
    # Alone among the commands this one does not heed busy_timeout while others open the new file too.
    give_up = time.monotonic() + _WAIT_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def _writes(connection: sa.Connection) -> bool:
    return bool(connection.get_execution_options().get("leumund_writes"))


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")


def _begin_postgres(connection: sa.Connection) -> None:
    if _writes(connection):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(_WAIT_SECONDS * 1000)}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that sees one state of the ledger; database errors come out as LedgerError."""
    with database_errors(engine.url), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that waits for its turn to write, and commits at the end; errors come out as LedgerError."""
    with (
        database_errors(engine.url),
        engine.connect().execution_options(leumund_writes=True) as connection,
        connection.begin(),
    ):
        yield connection


def bring_up_to_date(engine: sa.Engine) -> None:
    """Make or migrate the ledger's tables; quick, and without loading Alembic, when nothing is to be done.

    Raises LedgerError when a newer Leumund has made the ledger.
    """
    with reading(engine) as connection:
        revision = _revision(connection)
    if revision is not None and revision > NEWEST_REVISION:
        raise LedgerError(
            f"the ledger was made by a newer Leumund (its form is {revision}, this program knows {NEWEST_REVISION})",
            where=masked(engine.url),
            next_step="install the newer Leumund: pip install --upgrade leumund",
        )
    if revision != NEWEST_REVISION:
        with _one_migration, writing(engine) as connection:
            _migrate(connection)


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    table = sa.table(VERSION_TABLE, sa.column("version_num", sa.Text()))
    return connection.execute(sa.select(table.c.version_num)).scalar()


def _migrate(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "leumund.ledger:migrations")
    command.upgrade(config, "head")
