"""Real labelled posts with the scores of a reader that never saw them, for trying estimators where nothing is normal.

The reader is a plain word model, taught on some folds and scoring the others; it is thrown away. The data stays in the
folder beside the project (LEUMUND_SHARED).
"""

from __future__ import annotations

import csv
import json
import os
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

SHARED = Path(os.environ.get("LEUMUND_SHARED", Path(__file__).parents[2] / "shared")) / "data"
TAUGHT = 1000
Array = NDArray[np.float64]


def sets() -> dict[str, tuple[Array, Array]]:
    """Give name -> (labels: 1 = negative, scores) of each set that is there."""
    readers = {"germeval2017": _germeval, "airline_en": _airline}
    return {name: _scored(name) for name in readers if (SHARED / name).is_dir()}


@cache
def _scored(name: str) -> tuple[Array, Array]:
    """Teach on the first thousand posts of an order by chance, score the others: a reader as poor as they come."""
    texts, labels = _germeval() if name == "germeval2017" else _airline()
    order = np.random.default_rng(1).permutation(len(texts))
    features = HashingVectorizer(n_features=2**16, ngram_range=(1, 2)).transform([texts[i] for i in order])
    y = labels[order]
    model = LogisticRegression(max_iter=300).fit(features[:TAUGHT], y[:TAUGHT])
    return y[TAUGHT:], np.asarray(model.predict_proba(features[TAUGHT:])[:, 1], dtype=np.float64)


def _germeval() -> tuple[list[str], Array]:
    """Each text once: copies would stand on both sides of the fold."""
    rows: dict[str, float] = {}
    for name in ("dev.jsonl", "test_syn_half.jsonl", "extra_v14.jsonl"):
        for line in (SHARED / "germeval2017" / name).read_text("utf-8").splitlines():
            row = json.loads(line)
            rows[row["text"]] = float(row["sentiment"] == "negative")
    return list(rows), np.array(list(rows.values()))


def _airline() -> tuple[list[str], Array]:
    with (SHARED / "airline_en" / "train.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["text"]: float(row["airline_sentiment"] == "negative") for row in csv.DictReader(file)}
    return list(rows), np.array(list(rows.values()))
