"""The whole walk on a real Spark cluster: a master and two workers on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leumund.loop import Project
from leumund.tables import Label
from tests.engines.conftest import N_POSTS, ROWS_PER_FILE, need_spark
from tests.walks import simulated_project, tables_of

pytestmark = pytest.mark.spark

START_SECONDS = 60
WALK = "import sys; from leumund.loop import open_project; open_project(sys.argv[1]).run()"


@dataclass(frozen=True)
class Cluster:
    """Where the master listens, and where the workers keep what they run."""

    master: str
    folder: Path

    def executors(self) -> dict[str, int]:
        """How many executors each worker has started."""
        return {place.name: len(list(place.glob("app-*/*/stdout"))) for place in sorted(self.folder.glob("work-*"))}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(log: Path, words: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while words not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"no '{words}' in {log.name}:\n{log.read_text(errors='replace')[-2_000:]}", pytrace=False)
        time.sleep(0.2)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A standalone master with two workers of one core each, on 127.0.0.1; no web pages that anybody could reach."""
    need_spark()
    import pyspark

    folder, home, port = tmp_path_factory.mktemp("cluster"), Path(pyspark.__file__).parent, free_port()
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_CORES": "1",
        "SPARK_WORKER_MEMORY": "600m",
        "SPARK_DAEMON_MEMORY": "128m",
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, words: str, *arguments: str) -> None:
        log = folder / f"{name}.log"
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{arguments[0]}", *arguments[1:]]
        with log.open("wb") as stream:
            process = subprocess.Popen(command, env=environment, cwd=folder, stdout=stream, stderr=stream)
        started.append(process)
        wait_for(log, words, process)

    local = ("--host", "127.0.0.1", "--webui-port", "0")
    try:
        start("master", "New state: ALIVE", "master.Master", *local, "--port", str(port))
        master = f"spark://127.0.0.1:{port}"
        for number in (1, 2):
            work = str(folder / f"work-{number}")
            words = "Successfully registered with master"
            start(f"worker-{number}", words, "worker.Worker", *local, "--work-dir", work, master)
        yield Cluster(master, folder)
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=30)


def test_the_whole_walk_on_a_cluster_equals_the_walk_in_one_process(
    walked: Project, cluster: Cluster, tmp_path: Path
) -> None:
    changed = {("engine", "kind"): "spark", ("engine", "spark_master"): cluster.master, ("engine", "memory_mib"): 500}
    project = simulated_project(tmp_path / "project", N_POSTS, rows_per_file=ROWS_PER_FILE, changed=changed)
    label_from(walked, project)
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"}
    subprocess.run([sys.executable, "-c", WALK, project.folder], env=environment, check=True, timeout=300)
    assert cluster.executors() == {"work-1": 1, "work-2": 1}
    # the id of a snapshot follows from the bytes of its parts, and those are Spark's own
    assert tables_of(project.store, without=("snapshot_id",)) == tables_of(walked.store, without=("snapshot_id",))


def label_from(walked: Project, project: Project) -> None:
    """Give the second project the first one's labels."""
    with walked.ledger() as ledger:
        rows = ledger.labels().to_pylist()
    project.take_labels(Label(**row) for row in rows)
