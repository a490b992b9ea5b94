"""Phrases that rise are found outside of the aspects, by voices and not by posts."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from leumund.loop import Project
from leumund.picture.grams import grams_of
from leumund.picture.phrases import _phrases
from leumund.tables import Block, arrow_schema, rows_to_arrow
from tests.walks import LAST_DAY, Talk, talking_project


def rows(project: Project, table: str) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = project.store.read(project.store.current(), table).to_pylist()
    return read


@pytest.fixture(scope="module")
def humming(tmp_path_factory: pytest.TempPathFactory) -> Project:
    talk = Talk(a_day=8, said_after="Das Umspannwerk brummt wieder, und die Hotline weiß nichts")
    return talking_project(tmp_path_factory.mktemp("humming") / "project", talk, labelled=False)


def test_a_new_phrase_of_many_is_found_and_said_once(humming: Project) -> None:
    risen = [row["phrase"] for row in rows(humming, "phrases")]
    assert risen == ["umspannwerk brummt"]


def test_what_an_aspect_tells_is_no_new_phrase(humming: Project) -> None:
    counted = {row["gram"] for row in rows(humming, "gram_counts")}
    assert "umspannwerk" in counted
    assert not any(gram in counted for gram in ("hotline", "rechnung", "störung"))


def test_a_phrase_opens_the_posts_that_say_it_one_an_author(humming: Project) -> None:
    (phrase,) = rows(humming, "phrases")
    behind = [row for row in rows(humming, "evidence") if row["figure_id"] == phrase["figure_id"]]
    marked = {row["excerpt"][row["mark_start"] : row["mark_end"]].lower() for row in behind}
    assert marked == {"umspannwerk brummt"}
    authors = {row["post_id"]: row["author_key"] for row in rows(humming, "posts")}
    assert len({authors[row["post_id"]] for row in behind}) == len(behind) == min(20, phrase["authors_after"])


def test_all_posts_of_the_last_sixteen_weeks_that_say_a_phrase_are_known(humming: Project) -> None:
    (phrase,) = rows(humming, "phrases")
    said = {row["post_id"] for row in rows(humming, "posts") if "Umspannwerk brummt" in row["text"]}
    known = [row["post_id"] for row in rows(humming, "sayings") if row["figure_id"] == phrase["figure_id"]]
    assert sorted(known) == sorted(said & {row["post_id"] for row in rows(humming, "opinions")})


def test_counts_are_those_of_a_count_by_hand(humming: Project) -> None:
    (phrase,) = rows(humming, "phrases")
    days = {row["post_id"]: (LAST_DAY.date() - row["day"]).days // 28 for row in rows(humming, "opinions")}
    said = {row["post_id"] for row in rows(humming, "posts") if "Umspannwerk" in row["text"]}
    own = humming.settings.own_brand.name
    spoken = [row for row in rows(humming, "opinions") if row["aspect"] == "" and row["brand"] == own]
    authors = {row["author"] for row in spoken if row["post_id"] in said and days[row["post_id"]] == 0}
    everybody = {row["author"] for row in spoken if days[row["post_id"]] == 0}
    assert phrase["authors_after"] == len(authors)
    assert phrase["share_after"] == pytest.approx(len(authors) / len(everybody), abs=1e-6)
    assert phrase["authors_before"] == 0


def test_one_author_with_many_posts_makes_no_phrase(tmp_path: Path) -> None:
    posts = Talk(a_day=8).posts()
    loud = [
        dataclasses.replace(post, author_key="one man", text=f"{post.text} Das Umspannwerk brummt.")
        if number % 4 == 0 and post.posted_at and (LAST_DAY - post.posted_at).days < 28
        else post
        for number, post in enumerate(posts)
    ]
    assert sum("Umspannwerk" in post.text for post in loud) > 40
    assert rows(talking_project(tmp_path / "project", loud, labelled=False), "phrases") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Das Umspannwerk brummt.", {"umspannwerk", "brummt", "umspannwerk brummt"}),
        ("Umspannwerk, brummt", {"umspannwerk", "brummt"}),
        ("Techniker kam nicht", set()),
        ("123 und 16000", set()),
        ("Blauer Kasten am Zaun", {"blauer", "blauer kasten", "kasten", "kasten am zaun", "zaun"}),
        ("Pirolnet Kasten", {"kasten"}),
        ("", set()),
    ],
)
def test_phrases_of_a_text(text: str, found: set[str]) -> None:
    assert grams_of(text, frozenset({"pirolnet"})) == found


def table(counts: list[tuple[str, int, int, int, int]], totals: tuple[int, int, int, int]) -> dict[str, pa.Table]:
    names = ("authors_after", "authors_before", "threads_after", "threads_before")
    counted = [{"brand": "x", "gram": gram, **dict(zip(names, n, strict=True))} for gram, *n in counts]
    return {
        "gram_counts": pa.Table.from_pylist(counted, schema=arrow_schema("gram_counts")),
        "voices_lately": pa.Table.from_pylist(
            [{"brand": "x", **dict(zip(names, totals, strict=True))}], schema=arrow_schema("voices_lately")
        ),
        "blocks": rows_to_arrow("blocks", [Block(0, LAST_DAY.date(), LAST_DAY.date())]),
    }


def test_what_many_say_in_one_thread_alone_is_not_shown() -> None:
    totals = (200, 600, 80, 240)
    spread = _phrases(table([("kasten", 30, 4, 25, 4)], totals))["phrases"]
    one_thread = _phrases(table([("kasten", 30, 4, 1, 3)], totals))["phrases"]
    assert spread.num_rows == 1
    assert one_thread.num_rows == 0


def test_among_phrases_that_nobody_says_more_often_hardly_any_is_shown() -> None:
    rng, wrong = np.random.default_rng(1), 0
    for _ in range(200):
        authors = [(rng.binomial(200, share), rng.binomial(600, share)) for share in rng.uniform(0.01, 0.2, 400)]
        counts = [(f"g{n}", int(a), int(b), int(a), int(b)) for n, (a, b) in enumerate(authors) if a + b >= 8]
        wrong += _phrases(table(counts, (200, 600, 200, 600)))["phrases"].num_rows > 0
    assert wrong / 200 <= 0.05 + 2.2 * np.sqrt(0.05 * 0.95 / 200)
