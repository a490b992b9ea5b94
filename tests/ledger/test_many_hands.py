"""Many write at once and none is lost; who is killed leaves the old or the new."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from leumund.ledger import Ledger, databases, open_ledger
from tests.ledger.hands import FORKS, by_the_thousand, killed_after_a_statement, label, one_after_another, start

WRITERS, WRITES = 4, 50


def ended(process: ForkServerProcess) -> int | None:
    process.join(timeout=60)
    process.kill()
    return process.exitcode


def rest(hear: Connection) -> Iterator[int]:
    """What the process still said before it was killed; half a word at the end does not count."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            yield hear.recv()


def everything_written(ledger: Ledger, names: list[str]) -> bool:
    wanted = {f"{name}-{number}" for name in names for number in range(WRITES)}
    notes = ledger.audit_rows()
    subjects = sorted(zip(notes["who"].to_pylist(), notes["subject"].to_pylist(), strict=True))
    return set(ledger.labels()["post_id"].to_pylist()) == wanted and subjects == sorted(
        (name, str(number)) for name in names for number in range(WRITES)
    )


def test_four_threads_of_one_ledger_write_fifty_times_each_and_none_is_lost(url: str) -> None:
    names = [f"hand{number}" for number in range(WRITERS)]
    with open_ledger(url) as ledger:

        def write(name: str) -> None:
            for number in range(WRITES):
                assert ledger.record_labels([label(f"{name}-{number}", name)]) == 1
                ledger.audit(who=name, what="labelled", subject=str(number))

        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(write, names))
        assert everything_written(ledger, names)


def test_four_processes_that_open_a_new_ledger_at_once_write_fifty_times_each_and_none_is_lost(url: str) -> None:
    names = [f"hand{number}" for number in range(WRITERS)]
    writers = [start(one_after_another, url, name, WRITES) for name in names]
    assert [ended(writer) for writer in writers] == [0] * WRITERS
    with open_ledger(url) as ledger:
        assert everything_written(ledger, names)


def test_eight_threads_may_open_the_same_new_ledger_at_once(url: str) -> None:
    together = threading.Barrier(8)

    def open_and_write(number: int) -> None:
        together.wait()
        with open_ledger(url) as ledger:
            ledger.audit(who=str(number), what="opened")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(open_and_write, range(8)))
    with open_ledger(url) as ledger:
        assert sorted(ledger.audit_rows()["who"].to_pylist()) == [str(number) for number in range(8)]


def test_opening_waits_for_whoever_is_making_the_same_new_file(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    other.execute("CREATE TABLE elsewhere (note TEXT)")
    later = threading.Timer(0.3, other.execute, ["COMMIT"])
    later.start()
    try:
        with open_ledger(f"sqlite:///{path}") as ledger:
            ledger.audit(who="müller", what="opened")
            assert ledger.audit_rows().num_rows == 1
    finally:
        later.join()
        other.close()


def test_two_who_turn_on_the_journal_at_once_both_succeed(tmp_path: Path) -> None:
    class Contended:
        """A connection that another one gets ahead of twice, as it happens now and then."""

        def __init__(self) -> None:
            self.real = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
            self.refusals = 2

        def execute(self, command: str) -> sqlite3.Cursor:
            if command == "PRAGMA journal_mode = WAL" and self.refusals:
                self.refusals -= 1
                with contextlib.closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as other:
                    other.execute("BEGIN EXCLUSIVE")
                    self.real.execute("PRAGMA busy_timeout = 0")
                    return self.real.execute(command)
            return self.real.execute(command)

    connection = Contended()
    databases._turn_on_wal(connection)  # type: ignore[arg-type]  # the one method that is used
    assert connection.refusals == 0
    assert connection.real.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.real.close()


def test_the_same_lists_recorded_in_opposite_orders_at_once_do_not_block_each_other(url: str) -> None:
    lists = [label(str(number), "müller") for number in range(2000)]
    with open_ledger(url) as ledger, ThreadPoolExecutor(2) as pool:
        new = list(pool.map(ledger.record_labels, [lists, lists[::-1]]))
        assert sum(new) == 2000
        assert ledger.labels().num_rows == 2000


def test_a_reader_is_not_held_up_and_never_sees_half_a_list(url: str) -> None:
    seen: set[int] = set()
    done = threading.Event()
    with open_ledger(url) as ledger:

        def watch() -> None:
            while not done.is_set():
                seen.add(ledger.labels().num_rows)

        reader = threading.Thread(target=watch)
        reader.start()
        for lot in range(5):
            ledger.record_labels([label(f"{lot}-{number}", "müller") for number in range(1000)])
        done.set()
        reader.join()
    assert seen <= {0, 1000, 2000, 3000, 4000, 5000}


def test_a_killed_writer_leaves_the_old_or_the_new(url: str) -> None:
    open_ledger(url).close()
    for round_number in range(3):
        name = f"round{round_number}"
        hear, tell = FORKS.Pipe(duplex=False)
        writer = start(by_the_thousand, url, name, tell)
        tell.close()
        told = [hear.recv()]
        time.sleep(0.06 * round_number)
        writer.kill()
        assert ended(writer) == -signal.SIGKILL
        told += rest(hear)
        with open_ledger(url) as ledger:
            posts = [row["post_id"] for row in ledger.labels().to_pylist() if row["labeller"] == name]
            assert len(posts) % 1000 == 0
            assert {int(post.split("-")[0]) for post in posts} >= set(told)
            assert ledger.record_labels([label("afterwards", name)]) == 1


def test_a_process_killed_while_it_makes_the_tables_leaves_no_half_ledger(url: str) -> None:
    assert ended(start(killed_after_a_statement, url, "CREATE VIEW labels")) == -signal.SIGKILL
    with open_ledger(url) as ledger:
        assert ledger.record_labels([label("1", "müller")]) == 1


def test_a_process_killed_between_writing_and_keeping_has_written_nothing(url: str) -> None:
    open_ledger(url).close()
    assert ended(start(killed_after_a_statement, url, "INSERT INTO audit")) == -signal.SIGKILL
    with open_ledger(url) as ledger:
        assert ledger.audit_rows().num_rows == 0
        ledger.audit(who="müller", what="looked")
        assert ledger.audit_rows()["who"].to_pylist() == ["müller"]


def test_opening_a_ledger_loads_no_postgres_driver_and_an_old_one_no_alembic(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('quick')}/ledger.sqlite"
    open_ledger(url).close()
    script = (
        "import sys; from leumund.ledger import open_ledger; open_ledger(sys.argv[1]).close();"
        "print([name for name in ('psycopg', 'psycopg2', 'alembic', 'duckdb', 'pyspark') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "[]"
