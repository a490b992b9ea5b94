"""The evidence pack: every figure comes out again without Leumund, and nobody is in it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leumund.loop import Project
from leumund.reports.pack import SCRIPTS
from tests.reports.packs import SOME_DAYS, changed, disagrees, of_all_and_some_days, packed, recomputed
from tests.walks import LAST_DAY, Talk, judge, judged_project, talking_project


@pytest.fixture(scope="module")
def under_two_guidelines(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Posts judged under one guideline, under a stricter one, and under both."""
    project = judged_project(tmp_path_factory.mktemp("guidelines") / "project")
    judge(project, 80, at=LAST_DAY + timedelta(days=9), harsh=True)
    project.run()
    return project


def test_every_figure_of_a_market_comes_out_again(market: Project, tmp_path: Path) -> None:
    n = len(market.store.read(market.store.current(), "estimates"))
    status, told = recomputed(packed(market, tmp_path / "pack"))
    assert told == f"{n} of {n} figures agree to six digits\n"
    assert status == 0
    assert n > 500


@of_all_and_some_days
@pytest.mark.parametrize("kind", ["market", "with_a_gap"])
def test_shares_of_polarity_come_out_again(
    kind: str, days: dict[str, date], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pack = packed(request.getfixturevalue(kind), tmp_path / "pack", **days)
    shares = pq.read_table(pack / "polarities.parquet")
    n = len(shares)
    assert shares["value"].null_count < n
    assert recomputed(pack, "recompute_polarities.py") == (0, f"{n} of {n} shares agree to six digits\n")
    assert kind == "market" or max(shares["gap_share"].to_pylist()) > 0


@pytest.mark.parametrize(
    ("table", "column"), [("opinions", "neutral"), ("judged", "negative")], ids=["opinions", "judged"]
)
def test_shares_from_other_posts_or_labels_do_not_agree(
    with_a_gap: Project, tmp_path: Path, table: str, column: str
) -> None:
    pack = packed(with_a_gap, tmp_path / "pack")
    changed(pack, table, column, lambda value: (value or 0) // 2)
    assert disagrees(pack, "recompute_polarities.py")


@of_all_and_some_days
@pytest.mark.parametrize("kind", ["market", "with_a_gap"])
def test_what_is_put_in_for_gaps_comes_out_again(
    kind: str, days: dict[str, date], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pack = packed(request.getfixturevalue(kind), tmp_path / "pack", **days)
    n = len(pq.read_table(pack / "gaps.parquet"))
    told = f"{n} of {n} figures with something put in agree to six digits\n"
    assert recomputed(pack, "recompute_gaps.py") == (0, told)
    assert kind == "market" or n > 5


def test_other_missing_days_do_not_agree(with_a_gap: Project, tmp_path: Path) -> None:
    pack = packed(with_a_gap, tmp_path / "pack")
    rows = pq.read_table(pack / "coverage.parquet")
    problem = ["" if n % 2 else value for n, value in enumerate(rows["problem"].to_pylist())]
    place = rows.column_names.index("problem")
    pq.write_table(rows.set_column(place, "problem", pa.array(problem)), pack / "coverage.parquet")
    assert disagrees(pack, "recompute_gaps.py")


@pytest.mark.parametrize("kind", ["market", "under_two_guidelines"])
def test_labels_their_weights_and_bridges_come_out_again(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pack = packed(request.getfixturevalue(kind), tmp_path / "pack")
    n = sum(len(pq.read_table(pack / f"{name}.parquet")) for name in ("labels", "judged", "bridges"))
    assert recomputed(pack, "recompute_labels.py") == (0, f"{n} of {n} labels and bridges agree to six digits\n")
    assert len(pq.read_table(pack / "bridges.parquet")) == (4 if kind == "under_two_guidelines" else 0)


def test_figures_behind_which_bridged_labels_stand_come_out_again(
    under_two_guidelines: Project, tmp_path: Path
) -> None:
    pack = packed(under_two_guidelines, tmp_path / "pack")
    assert max(pq.read_table(pack / "labels.parquet")["bridge_se"].to_pylist()) > 0
    scripts = ("", "_polarities", "_changes", "_drivers")
    for script in (f"recompute{part}.py" for part in scripts):
        status, told = recomputed(pack, script)
        assert status == 0, told


@pytest.mark.parametrize(("table", "column"), [("verdicts", "label_y"), ("plans", "handed")])
def test_labels_from_other_verdicts_or_draws_do_not_agree(
    under_two_guidelines: Project, tmp_path: Path, table: str, column: str
) -> None:
    pack = packed(under_two_guidelines, tmp_path / "pack")
    changed(pack, table, column, lambda value: 2 * value)
    assert disagrees(pack, "recompute_labels.py")


def test_figures_with_a_gap_in_collection_come_out_again(with_a_gap: Project, tmp_path: Path) -> None:
    pack = packed(with_a_gap, tmp_path / "pack")
    figures = pq.read_table(pack / "figures.parquet")
    assert len(pq.read_table(pack / "gaps.parquet")) > 0
    assert max(figures["gap_share"].to_pylist()) > 0
    status, told = recomputed(pack)
    assert status == 0, told


@pytest.mark.parametrize("kind", ["market", "with_a_gap"])
def test_the_figures_of_a_stretch_of_days_come_out_again(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pack = packed(request.getfixturevalue(kind), tmp_path / "pack", **SOME_DAYS)
    figures = pq.read_table(pack / "figures.parquet")
    assert "all" in figures["period"].to_pylist()
    status, told = recomputed(pack)
    assert status == 0, told
    assert told.startswith(f"{len(figures)} of {len(figures)} ")


def test_figures_without_any_label_come_out_again(tmp_path: Path) -> None:
    project = talking_project(tmp_path / "project", Talk(days=60), labelled=False)
    pack = packed(project, tmp_path / "pack")
    for script in SCRIPTS:
        status, told = recomputed(pack, script.name)
        assert status == 0, told


@pytest.mark.parametrize(
    ("table", "column", "change"),
    [("opinions", "y", lambda y: y if y > 0 else -y), ("figures", "high", lambda h: h if h is None else h + 1e-5)],
    ids=["opinions", "figures"],
)
def test_a_pack_in_which_something_was_changed_does_not_agree(
    market: Project, tmp_path: Path, table: str, column: str, change: Callable[[Any], Any]
) -> None:
    pack = packed(market, tmp_path / "pack")
    changed(pack, table, column, change)
    assert disagrees(pack)
    assert f"changed since it was given out, or lost: {table}.parquet" in recomputed(pack)[1]
    status, told = recomputed(pack, "recompute_files.py")
    assert status == 1
    assert f"lost: {table}.parquet" in told


@pytest.mark.parametrize("harm", ["lost", "torn", "no manifest"])
def test_a_pack_that_is_not_whole_ends_every_script_in_a_sentence(market: Project, tmp_path: Path, harm: str) -> None:
    pack = packed(market, tmp_path / "pack")
    opinions = pack / "opinions.parquet"
    if harm == "lost":
        opinions.unlink()
    elif harm == "torn":
        opinions.write_bytes(opinions.read_bytes()[:1000])
    else:
        (pack / "manifest.json").write_text("{", encoding="utf-8")
    for script in SCRIPTS:
        status, told = recomputed(pack, script.name)
        assert status == 1
        assert "Traceback" not in told, script.name
        assert "the pack is not whole" in told or "lost: opinions.parquet" in told


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_each_script_is_short_and_imports_nothing_of_leumund(script: Path) -> None:
    lines = script.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 150
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    beside = {other.stem for other in SCRIPTS if other != script}
    assert imported <= {"hashlib", "json", "os", "sys", "itertools", "pathlib", "numpy", "pyarrow", "scipy"} | beside


def test_nobody_and_no_words_are_in_the_pack(market: Project, tmp_path: Path) -> None:
    pack = packed(market, tmp_path / "pack")
    snapshot = market.store.current()
    opinions = market.store.read(snapshot, "opinions")
    secret = {value for name in ("post_id", "author", "thread") for value in opinions[name].to_pylist()}
    for file in pack.glob("*.parquet"):
        table = pq.read_table(file)
        for name in table.column_names:
            if pa.types.is_string(table.schema.field(name).type):
                assert not secret & set(table[name].to_pylist()), (file.name, name)
    assert pq.read_table(pack / "opinions.parquet").schema.field("author").type == pa.int64()
    assert "text" not in pq.read_table(pack / "opinions.parquet").column_names


def test_the_manifest_names_every_file_with_its_digest_and_the_readme_speaks_both_languages(
    market: Project, tmp_path: Path
) -> None:
    pack = packed(market, tmp_path / "pack")
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    files = {path.name for path in pack.iterdir()}
    assert set(manifest["sha256"]) == files - {"manifest.json"}
    assert manifest["snapshot_id"] == market.store.current().snapshot_id
    readme = (pack / "README.md").read_text(encoding="utf-8")
    assert "Nachrechnen" in readme
    assert "To recompute" in readme
    assert all(name in readme for name in files - {"README.md"})


def test_a_pack_written_again_is_the_same_and_a_zip_holds_the_same_files(market: Project, tmp_path: Path) -> None:
    pack = packed(market, tmp_path / "pack")
    first = {path.name: path.read_bytes() for path in pack.iterdir() if path.name not in ("manifest.json", "README.md")}
    packed(market, pack)
    again = {path.name: path.read_bytes() for path in pack.iterdir() if path.name in first}
    assert again == first
    with zipfile.ZipFile(packed(market, tmp_path / "x.zip")) as file:
        assert {name.removeprefix("x/"): file.read(name) for name in file.namelist()}.items() >= first.items()
