"""What other processes do to a ledger in these tests. They are forked from one that has loaded everything already."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from sqlalchemy import Engine, event

from leumund.ledger import open_ledger
from leumund.tables import Label

START = datetime(2026, 1, 5, tzinfo=UTC)

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["alembic.command", "leumund.ledger", "sqlalchemy.dialects.postgresql.psycopg", __name__])


def start(work: Callable[..., None], *arguments: object) -> ForkServerProcess:
    process = FORKS.Process(target=work, args=arguments)
    process.start()
    return process


def label(post_id: str, labeller: str, value: str = "neutral", minute: int = 0) -> Label:
    when = START + timedelta(minutes=minute)
    return Label(post_id, "o2", "", "polarity", value, labeller, when, "", None, blind=False)


def one_after_another(url: str, name: str, writes: int) -> None:
    with open_ledger(url) as ledger:
        for number in range(writes):
            ledger.record_labels([label(f"{name}-{number}", name)])
            ledger.audit(who=name, what="labelled", subject=str(number))


def by_the_thousand(url: str, name: str, tell: Connection) -> None:
    with open_ledger(url) as ledger:
        for lot in range(10_000):
            ledger.record_labels(label(f"{lot}-{number}", name) for number in range(1000))
            tell.send(lot)


def killed_after_a_statement(url: str, beginning: str) -> None:
    def end(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.strip().startswith(beginning):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", end)
    with open_ledger(url) as ledger:
        ledger.audit(who="killed", what="wrote")
