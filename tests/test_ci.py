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


REPORT = """<testsuites><testsuite name="pytest">
<testcase classname="tests.a" name="passes"><properties>
<property name="floor" value="CPU: 0.1 s (at most 0.3)"/></properties></testcase>
<testcase classname="tests.a" name="waits"><skipped type="pytest.skip" message="spark: no Java"/></testcase>
<testcase classname="tests.b" name="waits too"><skipped type="pytest.skip" message="spark: no Java"/></testcase>
{more}</testsuite></testsuites>"""
FAILS = '<testcase classname="tests.b" name="breaks"><failure message="no"/></testcase>'
BENCH = "walk  speed    1.1   floor ≤ 1.3\nwalk  memory   1.1\n"


def _summary(
    folder: Path, *, stages: str = "check test bench offline", failing: str = "", more: str = ""
) -> tuple[int, str]:
    lines = [f"{name}\t60\t{int(name == failing)}" for name in stages.split()]
    (folder / "stages.tsv").write_text("\n".join(lines), encoding="utf-8")
    (folder / "bench.txt").write_text(BENCH, encoding="utf-8")
    (folder / "tests.xml").write_text(REPORT.format(more=more), encoding="utf-8")
    script = str(ROOT / ".ci" / "summary.py")
    done = subprocess.run([sys.executable, script, str(folder)], check=False, capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_the_summary_counts_tests_skips_by_reason_and_floors(tmp_path: Path) -> None:
    status, told = _summary(tmp_path)
    assert status == 0
    assert "3 run, 1 passed, 0 failed" in told
    assert "2  spark: no Java" in told
    assert "CPU: 0.1 s (at most 0.3)" in told
    assert "floor ≤ 1.3" in told
    assert "all holds, 4.0 minutes" in told


@pytest.mark.parametrize("stage", ["check", "test", "bench", "offline"])
def test_one_failed_or_missing_stage_fails_the_whole(stage: str, tmp_path: Path) -> None:
    assert _summary(tmp_path, failing=stage)[0] == 1
    others = [name for name in ("check", "test", "bench", "offline") if name != stage]
    status, told = _summary(tmp_path, stages=" ".join(others))
    assert (status, f"stage {stage} did not run" in told) == (1, True)


def test_one_failed_test_fails_the_whole_and_is_named(tmp_path: Path) -> None:
    status, told = _summary(tmp_path, more=FAILS)
    assert (status, "tests.b::breaks" in told) == (1, True)
