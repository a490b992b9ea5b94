"""The gate: what the shipped baseline must reach, and a broken reader that it must reject."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from leumund.readings.brand import Brand, BrandFinder
from leumund.readings.judge import Judge
from leumund.readings.model import POLARITIES, Model, baseline, make_model

FLOORS = {"sentiment_macro": 0.40, "relevance_micro": 0.84}
RAILWAY = Brand("Deutsche Bahn", ("Bahn", "Deutsche Bahn", "DB", "S-Bahn", "ICE", "Bahnhof?", "Bahncard"))


def macro_f1(true: Sequence[str], said: Sequence[str]) -> float:
    def f1(answer: str) -> float:
        right = sum(t == s == answer for t, s in zip(true, said, strict=True))
        return 2 * right / max(1, true.count(answer) + said.count(answer))  # type: ignore[attr-defined]  # lists

    return sum(f1(answer) for answer in POLARITIES) / len(POLARITIES)


@pytest.fixture(scope="module")
def rows(shared: Path) -> list[dict[str, str]]:
    lines = (shared / "germeval2017" / "test_syn_half.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def sentiment(model: Model, rows: list[dict[str, str]]) -> float:
    said = [one.whole.polarity for one in Judge(model, ()).judge_all([row["text"] for row in rows])]
    return macro_f1([row["sentiment"] for row in rows], said)


def without_words(model: Model) -> Model:
    """The baseline with its n-grams turned round and its word list unheard."""
    (head,) = model.heads
    deaf = type(head)(head.name, head.answers, True, -head.scale, head.intercept, ((0.0,) * 4,) * 3, head.thresholds)
    return make_model("broken", (), [deaf], model.weights)


@pytest.mark.shared
def test_the_baseline_keeps_its_floor_and_a_broken_one_does_not(rows: list[dict[str, str]]) -> None:
    assert sentiment(baseline(), rows) >= FLOORS["sentiment_macro"]
    assert sentiment(without_words(baseline()), rows) < FLOORS["sentiment_macro"]


@pytest.mark.shared
def test_names_tell_relevance_and_names_without_borders_do_not(rows: list[dict[str, str]]) -> None:
    about = [row["relevance"] == "true" for row in rows]
    finder, blind = BrandFinder([RAILWAY]), BrandFinder([Brand("Deutsche Bahn", ("Deutsche Bahn AG",))])

    def right(found: BrandFinder) -> float:
        return sum(bool(found.find(row["text"])) is yes for row, yes in zip(rows, about, strict=True)) / len(rows)

    assert right(finder) >= FLOORS["relevance_micro"] > right(blind)
