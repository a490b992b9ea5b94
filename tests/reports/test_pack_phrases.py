"""Which phrases rise comes out of the pack again, though no word is in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leumund.loop import Project
from tests.reports.packs import SOME_DAYS, changed, disagrees, packed, recomputed
from tests.walks import LAST_DAY, Talk, talking_project


@pytest.fixture(scope="module")
def humming(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One brand in two forums, of which one is silent for ten days, and two phrases that rise."""
    said = "Das Umspannwerk brummt wieder"
    posts = Talk(a_day=12, said_after=said, silent={"b.example": (60, 51)}).posts()
    of_all = [13 if post.posted_at and (LAST_DAY - post.posted_at).days < 28 else 90 for post in posts]
    also = [
        dataclasses.replace(post, text=f"{post.text} Ein Kolibri summt.") if number % of == 0 else post
        for number, (post, of) in enumerate(zip(posts, of_all, strict=True))
    ]
    return talking_project(tmp_path_factory.mktemp("humming"), also)


LAST_DAYS = {"since": date(2024, 4, 17), "until": date(2024, 6, 30)}  # cut through a block of four weeks


@pytest.mark.parametrize("days", [{}, SOME_DAYS, LAST_DAYS], ids=["all", "some", "last"])
@pytest.mark.parametrize("kind", ["market", "humming"])
def test_rising_phrases_and_what_comparisons_leave_out_come_out_again(
    kind: str, days: dict[str, date], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pack = packed(request.getfixturevalue(kind), tmp_path / "pack", **days)
    n = len(pq.read_table(pack / "phrases.parquet"))
    assert n == (2 if kind == "humming" and days is not SOME_DAYS else 0)
    assert recomputed(pack, "recompute_phrases.py") == (0, f"{n} of {n} phrases agree to six digits\n")
    assert kind == "market" or len(pq.read_table(pack / "left_out.parquet")) > 0
    status, told = recomputed(pack, "recompute_spans.py")
    n_told = told.split(" ")[0]
    assert (status, told) == (0, f"{n_told} of {n_told} periods, days left out and marks of weeks agree\n")


@pytest.mark.parametrize(
    ("table", "column", "change"),
    [
        ("phrases", "authors_before", lambda n: n + 1),
        ("phrases", "share_after", lambda share: share + 2e-6),
        ("phrases", "p_value", lambda p: p + 2e-6),
        ("phrases", "p_adjusted", lambda p: p + 2e-6),
        ("phrases", "rank", lambda rank: 3 - rank),
        ("phrases", "opinions", lambda rows: rows[: len(rows) // 2]),
        ("phrase_counts", "authors_before", lambda n: n + 1),
        ("opinions", "author", lambda n: n // 2),
        ("opinions", "week", lambda week: week - timedelta(days=28)),
        ("blocks", "last", lambda day: day - timedelta(days=7)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_phrases_of_which_something_was_changed_do_not_agree(
    humming: Project, tmp_path: Path, table: str, column: str, change: Callable[[Any], Any]
) -> None:
    pack = packed(humming, tmp_path / "pack")
    changed(pack, table, column, change)
    status, told = recomputed(pack, "recompute_phrases.py")
    assert (status, told.splitlines()[0]) == (1, "0 of 2 phrases agree to six digits")


def test_phrases_do_not_agree_when_fewer_were_tested_or_the_surest_is_kept_back(
    humming: Project, tmp_path: Path
) -> None:
    pack = packed(humming, tmp_path / "pack")
    whole = {name: pq.read_table(pack / f"{name}.parquet") for name in ("phrases", "phrase_counts")}
    shown = {tuple(row.values()) for row in whole["phrases"].select(["authors_after", "authors_before"]).to_pylist()}
    tested = [tuple(row.values())[1:3] in shown for row in whole["phrase_counts"].to_pylist()]
    for table, kept in (("phrase_counts", tested), ("phrases", [False, True]), ("phrases", [False, False])):
        file = pack / f"{table}.parquet"
        as_given = file.read_bytes()
        pq.write_table(whole[table].filter(pa.array(kept)), file)
        assert disagrees(pack, "recompute_phrases.py")
        file.write_bytes(as_given)
    assert recomputed(pack, "recompute_phrases.py")[0] == 0


def test_no_word_of_a_phrase_is_in_the_pack(humming: Project, tmp_path: Path) -> None:
    pack = packed(humming, tmp_path / "pack")
    told = humming.store.read(humming.store.current(), "phrases").to_pylist()
    for file in pack.glob("*.parquet"):
        rows = repr(pq.read_table(file).to_pydict()).lower()
        assert not any(row[name] in rows for row in told for name in ("phrase", "figure_id")), file.name
