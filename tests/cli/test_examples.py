"""The example at the end of each help page works; in the order of the commands they are a quick start."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest

from leumund.world import BRANDS, OWN_BRAND
from tests.cli.conftest import Leumund
from tests.cli.test_doors import COMMANDS

# The help pages speak of companies that exist, the simulated market of others.
REAL_NAMES = {OWN_BRAND: "Telekom", next(brand.name for brand in BRANDS if brand.name != OWN_BRAND): "Vodafone"}
ORDER = [
    "demo",
    "doctor",
    "init",
    "posts",
    "import",
    "run",
    "read",
    "teach",
    "picture",
    "campaign",
    "publish",
    "explain",
    "label",
]


def _example(leumund: Leumund, command: tuple[str, ...]) -> str:
    last = leumund(*command, "--help").out.rstrip().split("\n\n")[-1]
    lead, _, example = " ".join(last.split()).partition("Example: ")
    assert (lead, example[:8]) == ("", "leumund "), last
    return example


def _real_names(content: bytes) -> bytes:
    for made_up, real in REAL_NAMES.items():
        content = content.replace(made_up.encode(), real.encode())
    return content


@pytest.fixture
def prepared(market: Path, tmp_path: Path) -> Path:
    """A folder with the files that the examples name."""
    for page in (market / "pages").rglob("*"):
        if page.is_file():
            saved = tmp_path / "saved-pages" / page.relative_to(market / "pages")
            saved.parent.mkdir(parents=True, exist_ok=True)
            saved.write_bytes(_real_names(page.read_bytes()))
    shutil.copy(next((tmp_path / "saved-pages" / "phpbb3").glob("*.html")), tmp_path / "thread.html")
    told = next((market / "truth").glob("labels*.csv")).read_bytes().splitlines(keepends=True)
    header, *rows = [_real_names(line) for line in told]
    at = header.split(b",").index(b"brand")
    kept = [line for line in rows if line.split(b",")[at].decode() in REAL_NAMES.values()]
    (tmp_path / "labels.csv").write_bytes(header + b"".join(kept))
    texts = [(f"Die Leitung {n} läuft prima", "positive") for n in range(15)]
    texts += [(f"Die Leitung {n} fällt dauernd aus", "negative") for n in range(15)]
    rows_of = [{"id": n, "text": text, "polarity": polarity} for n, (text, polarity) in enumerate(texts)]
    for name in ("labelled.jsonl", "posts.jsonl"):
        (tmp_path / name).write_text("\n".join(map(json.dumps, rows_of)), encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_every_help_page_ends_with_an_example_that_works(
    leumund: Leumund, prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(prepared)
    examples = {_example(leumund, command): command for command in COMMANDS}
    assert {command[0] for command in examples.values() if command} == set(ORDER)
    order = sorted(examples, key=lambda example: (ORDER.index(example.split()[1]), example))
    order.sort(key=lambda example: "doctor" in example)  # it looks at what the others made
    for example in order:
        answer = leumund(*shlex.split(example)[1:])
        assert answer.status == 0, f"{example}\n{answer.err}"
        assert answer.out or "Next: " in answer.err, example
    assert sorted(path.name for path in (prepared / "mybrand" / "reports").glob("*.html")) == ["Telekom.de.html"]
    assert list((prepared / "mybrand" / "reports" / "published").glob("*/en.html"))
