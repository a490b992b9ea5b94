"""What the database's complaints mean, and what to do about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from leumund.errors import LedgerError

__all__ = ["database_errors", "masked"]

_SECRETS = ("password", "sslpassword")

# SQLite's name of the error -> what was seen, what to do.
_SQLITE = {
    "SQLITE_FULL": ("no space left for the ledger; nothing of this was recorded", "make room, then do it again"),
    "SQLITE_READONLY": ("the ledger can only be read", "change the permissions of the file and its folder"),
    "SQLITE_PERM": ("the ledger may not be opened", "change the permissions of the file and its folder"),
    "SQLITE_CANTOPEN": ("the ledger cannot be opened or made", "check that its folder exists and may be written to"),
    "SQLITE_BUSY": ("somebody else kept the ledger locked", "wait until the other process is done, then do it again"),
    "SQLITE_NOTADB": ("the file is no ledger", "name another file in [ledger] url of leumund.toml"),
    "SQLITE_CORRUPT": ("the ledger's file is damaged", "put back a copy of the file"),
    "SQLITE_IOERR": (
        "the disk failed while the ledger was used",
        "check the disk and the room on it, then do it again",
    ),
}

# PostgreSQL's SQLSTATE, or its first two signs -> what was seen, what to do.
_POSTGRES = {
    "53100": (
        "no space left for the ledger; nothing of this was recorded",
        "make room on the server, then do it again",
    ),
    "25006": ("the ledger can only be read", "connect to the server that takes writes"),
    "55P03": ("somebody else kept the ledger locked", "wait until the other process is done, then do it again"),
    "28": ("the server does not let us in", "check user and password in [ledger] url of leumund.toml"),
    "3D000": ("the server has no such database", "make it with createdb, or name another in [ledger] url"),
    "42501": ("the user may not do that in this database", "let the database's owner grant it, or name another user"),
}

_UNKNOWN_NEXT = "check [ledger] url in leumund.toml and that the database runs"


def masked(url: sa.URL) -> str:
    """Give the URL as people write it, without any password."""
    secret = {key: "***" for key in url.query if key in _SECRETS}
    shown = url.update_query_dict(secret).set(drivername=url.get_backend_name())
    return shown.render_as_string(hide_password=True).replace("%2A%2A%2A", "***")


@contextmanager
def database_errors(url: sa.URL) -> Iterator[None]:
    """Turn whatever the database raises into a LedgerError that says where and what to do."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _ledger_error(error, url) from error
    except sa.exc.SQLAlchemyError as error:
        raise LedgerError(_first_line(error), where=masked(url), next_step=_UNKNOWN_NEXT) from error


def _ledger_error(error: sa.exc.DBAPIError, url: sa.URL) -> LedgerError:
    words = _first_line(error.orig)
    seen, next_step = _meaning(error.orig, words)
    return LedgerError(f"{seen} ({words})" if seen else words, where=masked(url), next_step=next_step)


def _meaning(error: BaseException | None, words: str) -> tuple[str, str]:
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", "")  # extended, like SQLITE_READONLY_DIRECTORY
        return next((meaning for start, meaning in _SQLITE.items() if name.startswith(start)), ("", _UNKNOWN_NEXT))
    state = getattr(error, "sqlstate", None) or _state_in_words(words)
    return _POSTGRES.get(state) or _POSTGRES.get(state[:2]) or ("", _UNKNOWN_NEXT)


def _state_in_words(words: str) -> str:
    # psycopg gives no SQLSTATE when the connection itself is refused.
    if "authentication failed" in words or "no password supplied" in words:
        return "28P01"
    return "3D000" if "does not exist" in words and "database" in words else ""


def _first_line(error: BaseException | None) -> str:
    # The lines after the first may hold values, which are nobody's business in a log.
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__
