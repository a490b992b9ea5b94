"""What scripts may rely on, field for field: the rows of `leumund posts` and `leumund read`."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Leumund

POST_FIELDS = [
    "page", "thread_title", "position", "author", "posted_at", "posted_precision", "time_text", "text", "quotes", "url",
    "software", "reader", "confidence",
]  # fmt: skip
READ_FIELDS = [
    "id", "language", "relevant", "post_kind", "polarity", "p_negative", "p_neutral", "p_positive", "intents", "voice",
    "incentive", "opinions", "model",
]  # fmt: skip
OPINION_FIELDS = ["brand", "aspect", "polarity", "p_negative", "p_neutral", "p_positive", "start", "end"]
INTENTS = [
    "complaint", "cancel_threat", "switch", "question", "praise", "advise_for", "advise_against", "legal_threat",
]  # fmt: skip
POLARITIES = ("negative", "neutral", "positive")
ROUNDING = 2e-4


def _rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


# leumund posts


def test_each_post_is_one_line_with_the_fields_of_the_contract(leumund: Leumund, pages: Path) -> None:
    answer = leumund("posts", pages)
    assert answer.status == 0
    rows = _rows(answer.out)
    assert {row["software"] for row in rows} == {"phpbb", "vbulletin", "xenforo"} or len(rows) > 20
    for row in rows:
        assert list(row) == POST_FIELDS
        for field in ("page", "thread_title", "author", "posted_precision", "time_text", "text", "url", "software"):
            assert isinstance(row[field], str), field
        assert isinstance(row["position"], int)
        assert row["posted_precision"] in ("second", "minute", "day", "month", "unknown")
        assert datetime.fromisoformat(row["posted_at"])
        assert all(list(quote) == ["author", "text"] for quote in row["quotes"])
        assert 0 <= row["confidence"] <= 1
        assert re.fullmatch(r"\w+ \S+", row["reader"])
    assert any(row["quotes"] for row in rows)
    assert {Path(row["page"]).name for row in rows} == {"phpbb3.html", "vbulletin4.html", "xenforo2.html"}


def test_a_time_carries_a_zone_only_where_the_page_gives_one(leumund: Leumund, tmp_path: Path) -> None:
    table = tmp_path / "rows.csv"
    table.write_text("date,text\n2020-04-03 12:30,ohne\n2020-04-03T12:30:00+02:00,mit\n")
    assert [row["posted_at"] for row in _rows(leumund("posts", table).out)] == [
        "2020-04-03T12:30:00",
        "2020-04-03T12:30:00+02:00",
    ]


def test_the_same_rows_come_as_csv_and_as_parquet(leumund: Leumund, pages: Path, tmp_path: Path) -> None:
    rows = _rows(leumund("posts", pages).out)
    as_csv = list(csv.DictReader(io.StringIO(leumund("posts", pages, "--format", "csv").out)))
    assert [list(row) for row in as_csv] == [POST_FIELDS] * len(rows)
    assert [row["text"] for row in as_csv] == [row["text"] for row in rows]
    assert [json.loads(row["quotes"]) for row in as_csv] == [row["quotes"] for row in rows]
    file = tmp_path / "rows.parquet"
    answer = leumund("posts", pages, "--format", "parquet", "-o", file)
    assert (answer.status, answer.out) == (0, "")
    assert pq.read_table(file).to_pylist() == rows


def test_rows_in_a_file_are_the_rows_of_standard_output(leumund: Leumund, pages: Path, tmp_path: Path) -> None:
    for form in ("jsonl", "csv"):
        file = tmp_path / f"rows.{form}"
        assert leumund("posts", pages, "--format", form, "-o", file).out == ""
        assert file.read_text(encoding="utf-8") == leumund("posts", pages, "--format", form).out


def test_what_posts_writes_can_be_brought_in_again(leumund: Leumund, pages: Path, tmp_path: Path) -> None:
    rows = _rows(leumund("posts", pages).out)
    for form in ("jsonl", "csv", "parquet"):
        file = tmp_path / f"rows.{form}"
        leumund("posts", pages, "--format", form, "-o", file)
        again = _rows(leumund("posts", file).out)
        for field in ("author", "posted_at", "text", "quotes", "thread_title", "position", "url"):
            assert [row[field] for row in again] == [row[field] for row in rows], (form, field)


def test_rows_of_which_the_first_thousands_have_no_quotes_still_fit_one_parquet_file(
    leumund: Leumund, tmp_path: Path
) -> None:
    source, file = tmp_path / "rows.jsonl", tmp_path / "rows.parquet"
    lines = [{"date": "2020-04-03", "text": f"Beitrag {number}", "quotes": []} for number in range(6_000)]
    quoting = {"date": "2020-04-03", "text": "am Ende", "quotes": [{"author": "anna", "text": "Beitrag"}]}
    source.write_text("\n".join(map(json.dumps, [*lines, quoting])))
    assert leumund("posts", source, "--format", "parquet", "-o", file).status == 0
    assert pq.read_table(file)["quotes"][-1].as_py() == [{"author": "anna", "text": "Beitrag"}]


# leumund read


def _assert_readings(rows: list[dict[str, Any]], texts: list[str]) -> None:
    for row, text in zip(rows, texts, strict=True):
        assert list(row) == READ_FIELDS
        assert list(row["intents"]) == INTENTS
        assert all(0 <= p <= 1 for p in row["intents"].values())
        assert isinstance(row["relevant"], bool)
        assert isinstance(row["incentive"], bool)
        assert row["post_kind"] in ("opinion", "question", "news", "deal", "sale", "company")
        assert row["voice"] in ("customer", "company", "dealer", "press", "unclear")
        for judged in (row, *row["opinions"]):
            shares = [judged[f"p_{name}"] for name in POLARITIES]
            assert sum(shares) == pytest.approx(1, abs=ROUNDING)
            assert judged[f"p_{judged['polarity']}"] == max(shares)
        for opinion in row["opinions"]:
            assert list(opinion) == OPINION_FIELDS
            assert 0 <= opinion["start"] < opinion["end"] <= len(text)


def test_each_reading_is_one_line_with_the_fields_of_the_contract(leumund: Leumund, tmp_path: Path) -> None:
    texts = [
        "Die Telekom hat meinen Anschluss schon wieder nicht geschaltet, der Techniker kam nicht. Frechheit!",
        "Bin mit 1und1 sehr zufrieden, der Support war freundlich und schnell.",
        "Welcher Router läuft an einem VDSL-Anschluss von Vodafone?",
        "Heute gab es Kartoffelsuppe.",
        "Very happy with my new O2 line, great speed.",
    ]
    file = tmp_path / "posts.jsonl"
    file.write_text("\n".join(json.dumps({"id": f"p{n}", "text": text}) for n, text in enumerate(texts)))
    answer = leumund("read", file)
    assert answer.status == 0
    rows = _rows(answer.out)
    _assert_readings(rows, texts)
    assert [row["id"] for row in rows] == ["p0", "p1", "p2", "p3", "p4"]
    assert [row["language"] for row in rows] == ["de", "de", "de", "de", "en"]
    brands = [{opinion["brand"] for opinion in row["opinions"]} - {""} for row in rows]
    assert brands == [{"Telekom"}, {"1&1"}, {"Vodafone"}, set(), {"O2"}]
    assert (rows[0]["polarity"], rows[1]["polarity"]) == ("negative", "positive")
    assert not rows[3]["relevant"]


def test_reading_says_how_good_it_is_with_intervals_and_numbers(leumund: Leumund, tmp_path: Path) -> None:
    file = tmp_path / "post.txt"
    file.write_text("Die Telekom ist gut.")
    told = leumund("read", file).err
    assert re.search(r"How well .* reads, measured, .*0\.\d\d \(0\.\d\d to 0\.\d\d\), n = \d{2,}", told)
    assert "It has not been measured on posts about DSL providers" in told


def test_a_brand_of_ones_own_is_found_by_its_aliases(leumund: Leumund, tmp_path: Path) -> None:
    file = tmp_path / "post.txt"
    file.write_text("Die Brisanta-Leute haben mich wieder versetzt, der Service ist schlecht.")
    assert {o["brand"] for o in _rows(leumund("read", file).out)[0]["opinions"]} == {""}
    answer = leumund("read", file, "--brand", "Brisanta AG=Brisanta")
    assert {o["brand"] for o in _rows(answer.out)[0]["opinions"]} == {"Brisanta AG"}


def test_what_posts_writes_can_be_read(leumund: Leumund, pages: Path, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    leumund("posts", pages, "-o", file)
    posts = _rows(file.read_text(encoding="utf-8"))
    _assert_readings(_rows(leumund("read", file).out), [post["text"] for post in posts])


def test_a_taught_model_reads_and_does_not_borrow_our_figures(leumund: Leumund, tmp_path: Path) -> None:
    good = [f"Der Anschluss Nummer {n} läuft stabil, prima Sache" for n in range(15)]
    bad = [f"Der Anschluss Nummer {n} fällt dauernd aus, so ein Mist" for n in range(15)]
    rows = [{"text": text, "polarity": "positive"} for text in good]
    rows += [{"text": text, "polarity": "negative"} for text in bad]
    labelled, model, post = tmp_path / "labelled.jsonl", tmp_path / "mine.npz", tmp_path / "post.txt"
    labelled.write_text("\n".join(map(json.dumps, rows)))
    taught = leumund("teach", labelled, "-o", model)
    assert (taught.status, taught.out) == (0, "")
    assert "learnt polarity" in taught.err
    assert "from 30 rows" in taught.err
    post.write_text("Der Anschluss fällt dauernd aus.")
    answer = leumund("read", post, "--model", model)
    assert _rows(answer.out)[0]["polarity"] == "negative"
    assert _rows(answer.out)[0]["model"].startswith("mine ")
    assert "has not been measured" in answer.err
    assert "n = " not in answer.err


def _in_words(row: dict[str, Any]) -> str:
    opinions = "; ".join(f"{o['brand'] or 'no brand'} {o['aspect']} {o['polarity']}" for o in row["opinions"])
    return f"{row['polarity']} ({row['p_negative']:.2f} to {row['p_positive']:.2f}); {opinions}"


@pytest.mark.shared
def test_the_seed_post_is_read_and_both_companies_are_found(
    leumund: Leumund, shared: Path, record_property: Callable[[str, object], None]
) -> None:
    seed = shared / "seed" / "post.txt"
    answer = leumund("read", seed)
    assert answer.status == 0
    rows = _rows(answer.out)
    _assert_readings(rows, [seed.read_text(encoding="utf-8")])
    assert rows[0]["language"] == "de"
    assert {opinion["brand"] for opinion in rows[0]["opinions"]} - {""} == {"1&1", "Telekom"}
    record_property("verdict", f"the seed post: {_in_words(rows[0])}")
