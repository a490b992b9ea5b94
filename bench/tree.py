"""What a process and its children take: memory watched from outside, through /proc."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Watched", "tree_of", "watched"]

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
EVERY_SECONDS = 0.1


@dataclass(frozen=True)
class Watched:
    """What a command printed, and what it took."""

    output: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int


def tree_of(pid: int) -> list[int]:
    """Give the process and all its descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        threads = [int(path.name) for path in Path(f"/proc/{pid}/task").iterdir() if path.name != str(pid)]
        for thread in threads:  # a child belongs to the thread that started it
            children += Path(f"/proc/{pid}/task/{thread}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(member for child in children for member in tree_of(int(child)))]


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except OSError:
        return 0


def watched(command: Sequence[str | Path], *, environment: dict[str, str] | None = None) -> Watched:
    """Run a command to its end; resident memory is summed over its tree, pages shared between processes count twice.

    Raises CalledProcessError when the command fails.
    """
    before, begun = os.times(), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    peak, ended = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(EVERY_SECONDS):
            peak = max(peak, sum(_resident_bytes(pid) for pid in tree_of(process.pid)))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    output, _ = process.communicate()
    ended.set()
    watcher.join()
    after = os.times()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command), output)
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Watched(output, time.perf_counter() - begun, cpu, peak)
