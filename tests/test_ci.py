"""What CI leans on: a network that is really cut off, and a summary that leaves nothing out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import missing

ROOT = Path(__file__).parents[1]
OFFLINE = ROOT / ".ci" / "offline"
CALLS_OUT = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=2)"
ASKS_FOR_A_NAME = "import socket; socket.getaddrinfo('example.org', 80)"


def _offline(*command: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(OFFLINE), *command], check=False, capture_output=True, text=True)
    if done.returncode == 3:
        missing("unshare", done.stderr.strip())
    return done


@pytest.mark.parametrize("code", [CALLS_OUT, ASKS_FOR_A_NAME], ids=["an address", "a name"])
def test_without_a_network_nothing_can_be_reached(code: str) -> None:
    done = _offline(sys.executable, "-c", code)
    assert done.returncode == 1
    assert "unreachable" in done.stderr or "gaierror" in done.stderr


def test_a_status_comes_through_and_what_needs_no_network_works() -> None:
    assert _offline("bash", "-c", "exit 7").returncode == 7
    done = _offline(sys.executable, "-m", "leumund", "explain", "LM200")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "LM200 EmptyInput")
