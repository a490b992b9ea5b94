"""The truth beside the market: complete, keyed like the program's posts, and with honest labels."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from leumund.posts.identity import post_id_of
from leumund.world import BRANDS, Market, simulate, write_truth
from leumund.world.truth import LABEL_COLUMNS, label_rows


@pytest.fixture(scope="module")
def truth(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("truth")
    write_truth(market, place)
    return place / "truth"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_there_is_an_index_for_every_brand_and_week_and_it_is_one(truth: Path) -> None:
    index = rows(truth / "index-SIMULIERT.csv")
    weeks = [row for row in index if row["period"] == "week"]
    assert len(weeks) == 90 * len(BRANDS)
    assert {row["period_start"][5:] for row in index if row["period"] == "quarter"} == {
        "01-01",
        "04-01",
        "07-01",
        "10-01",
    }
    for row in index:
        for name in ("mood_index", "expected_index", "organic_index", "corpus_index"):
            assert row[name] == "" or -100 <= float(row[name]) <= 100


def test_the_corpus_index_is_the_mean_of_the_true_polarities(truth: Path) -> None:
    score = {"negative": -100, "neutral": 0, "positive": 100}
    sums: dict[str, list[int]] = defaultdict(list)
    for row in pq.read_table(truth / "opinions-SIMULIERT.parquet").to_pylist():
        if row["aspect"] == "" and row["named"] and str(row["posted_at"].date()) < "2022-10-17":
            sums[row["brand"]].append(score[row["polarity"]])
    for row in rows(truth / "index-SIMULIERT.csv"):
        if row["period"] == "week" and row["period_start"] == "2022-10-10":
            said = sums[row["brand"]]
            assert int(row["n_corpus"]) == len(said)
            assert float(row["corpus_index"]) == pytest.approx(sum(said) / len(said), abs=0.001)


def test_polarities_are_keyed_by_the_identity_that_the_program_gives_its_posts(truth: Path) -> None:
    for name in ("opinions", "posts"):
        for row in pq.read_table(truth / f"{name}-SIMULIERT.parquet").slice(0, 500).to_pylist():
            assert row["post_id"] == post_id_of(row["venue"], row["number"])


def test_six_hundred_posts_are_labelled_with_a_known_probability(market: Market, truth: Path) -> None:
    labels = rows(truth / "labels-SIMULIERT.csv")
    assert tuple(labels[0]) == LABEL_COLUMNS
    assert len({(row["venue"], row["number"]) for row in labels}) == 600
    assert {float(row["inclusion_probability"]) for row in labels} == {600 / 20_000}
    assert sum(row["field"] == "relevant" for row in labels) == 600


def test_labellers_err_in_about_three_of_a_hundred_verdicts() -> None:
    wrong = n = 0
    for seed in range(6):
        market = simulate(seed=seed, n_posts=1_200)
        said = {
            (row["venue"], row["number"], row["brand"]): row["polarity"]
            for row in market.opinions.to_pylist()
            if row["aspect"] == "" and row["named"]
        }
        for row in (dict(zip(LABEL_COLUMNS, values, strict=True)) for values in label_rows(market)):
            if row["field"] == "polarity":
                wrong += said[row["venue"], row["number"], row["brand"]] != row["value"]
                n += 1
    assert 0.015 < wrong / n < 0.045


def test_what_was_planted_is_told(truth: Path) -> None:
    events = json.loads((truth / "events-SIMULIERT.json").read_text(encoding="utf-8"))
    assert events["campaign"] == {"brand": "Brisanta", "week": 52, "start": "2023-10-09", "effect": 10.0}
    assert (events["gap"]["start"], events["gap"]["end"]) == ("2023-09-08", "2023-09-17")
    copies = rows(truth / "copies-SIMULIERT.csv")
    assert len(copies) > 100
    assert all(row["post_id"] == post_id_of(row["venue"], row["number"]) for row in copies)
    assert all(row["words_changed"] in {"1", "2"} for row in copies)
