"""The table at the end of a CI run: stages, tests run, skipped by reason, floors with value; 1 when anything failed."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

STAGES = ("check", "test", "bench", "offline")


def main(results: Path) -> int:
    """Print the table for a folder with stages.tsv, tests.xml and what each stage said; give the status."""
    stages = list(_stages(results))
    cases = list(ET.parse(results / "tests.xml").iter("testcase")) if (results / "tests.xml").is_file() else []
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = Counter(_reason(entry) for case in cases if (entry := case.find("skipped")) is not None)
    missing = [name for name in STAGES if name not in {stage for stage, _, _ in stages}]
    _say(
        "stages", [f"{name:<10}{seconds:>6} s  {'ok' if status == 0 else 'FAILED'}" for name, seconds, status in stages]
    )
    _say("tests", [f"{len(cases)} run, {len(cases) - len(bad) - sum(skipped.values())} passed, {len(bad)} failed"])
    _say("failed", [f"{case.get('classname')}::{case.get('name')}" for case in bad])
    _say("skipped", [f"{count:>4}  {reason}" for reason, count in sorted(skipped.items())])
    _say("floors", [*_properties(cases, "floor"), *_bench_floors(results / "bench.txt")])
    _say("verdicts", list(_properties(cases, "verdict")))
    _say("missing", [f"stage {name} did not run" for name in missing])
    failed = bool(missing or bad or not cases or any(status for _, _, status in stages))
    sys.stdout.write(
        f"\n{'FAILED' if failed else 'all holds'}, {sum(seconds for _, seconds, _ in stages) / 60:.1f} minutes\n"
    )
    return int(failed)


def _stages(results: Path) -> Iterator[tuple[str, int, int]]:
    for line in (results / "stages.tsv").read_text(encoding="utf-8").splitlines():
        name, seconds, status = line.split("\t")
        yield name, int(seconds), int(status)


def _reason(skipped: ET.Element) -> str:
    expected = "expected to fail: " if skipped.get("type") == "pytest.xfail" else ""
    return expected + (skipped.get("message") or "no reason given")


def _properties(cases: list[ET.Element], name: str) -> Iterator[str]:
    for case in cases:
        for entry in case.iter("property"):
            if entry.get("name") == name:
                yield str(entry.get("value"))


def _bench_floors(said: Path) -> Iterator[str]:
    if said.is_file():
        yield from (
            line for line in said.read_text(encoding="utf-8").splitlines() if re.search(r"\bfloor\b|[≤≥] \d", line)
        )


def _say(title: str, lines: list[str]) -> None:
    if lines:
        sys.stdout.write(f"\n{title}\n  " + "\n  ".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
