"""How good the baseline reads: `python -m bench.readings` measures it and writes src/leumund/readings/measured.json.

Trained on is PotTS (here by cross-validation, so that a text is never judged by a model that saw it) and the own
examples; the other sets are for measuring only. 'taught' figures learn from GermEval 2017 dev and are measured on
its test half: they show what `leumund teach` can do, and that model is thrown away.
"""

from __future__ import annotations

import csv
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bench.train_baseline import SHARED, potts, train
from leumund.posts.language import languages_of
from leumund.readings.batches import OpinionReader, PostReader
from leumund.readings.brand import Brand, default_brands
from leumund.readings.judge import Judge, Judgement
from leumund.readings.model import POLARITIES, Model, baseline
from leumund.readings.teach import aspects_of_row, teach

OUT = Path(__file__).parents[1] / "src" / "leumund" / "readings" / "measured.json"
RAILWAY = Brand("Deutsche Bahn", ("Bahn", "Deutsche Bahn", "DB", "S-Bahn", "ICE", "Bahnhof?", "Bahncard"))
RESAMPLED = 500
FOLDS = 5
Score = Callable[[np.ndarray], float]


def interval(n: int, score: Score) -> tuple[float, float, float]:
    """The score on all rows, and the 2.5 and 97.5 % points over resampled rows (bootstrap, Efron 1979)."""
    rng = np.random.default_rng(1)
    drawn = [score(rng.integers(0, n, n)) for _ in range(RESAMPLED)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return score(np.arange(n)), float(low), float(high)


def micro(true: np.ndarray, said: np.ndarray) -> Score:
    """Share of rows said right; with one answer a row this is micro-F1."""
    return lambda rows: float((true[rows] == said[rows]).mean())


def macro(true: np.ndarray, said: np.ndarray) -> Score:
    """Mean over the answers of F1."""
    answers = sorted(set(true.tolist()))

    def score(rows: np.ndarray) -> float:
        t, s = true[rows], said[rows]
        return float(
            np.mean([2 * ((t == a) & (s == a)).sum() / max(1, (t == a).sum() + (s == a).sum()) for a in answers])
        )

    return score


def correlation(true: np.ndarray, score: np.ndarray) -> Score:
    """Pearson's correlation of what people say (−1, 0, 1) with p_positive − p_negative."""
    return lambda rows: float(np.corrcoef(true[rows], score[rows])[0, 1])


def spread(true: np.ndarray) -> Score:
    """Standard deviation of what people say (−1, 0, 1)."""
    return lambda rows: float(true[rows].std())


def f1_of(true: np.ndarray, said: np.ndarray) -> Score:
    """F1 of yes over boolean rows (or rows × answers, all answers together)."""

    def score(rows: np.ndarray) -> float:
        t, s = true[rows], said[rows]
        return float(2 * (t & s).sum() / max(1, t.sum() + s.sum()))

    return score


def json_lines(*names: str) -> list[dict[str, Any]]:
    """Rows of GermEval 2017."""
    return [
        json.loads(line)
        for name in names
        for line in (SHARED / "germeval2017" / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]


def table(name: str) -> list[dict[str, str]]:
    """Rows of a CSV set."""
    with (SHARED / name / "train.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def judged(model: Model, texts: Sequence[str], brands: Iterable[Brand] = ()) -> list[Judgement]:
    """What the model reads."""
    return list(Judge(model, brands).judge_all(texts))


def polarities(read: Iterable[Judgement]) -> np.ndarray:
    """The polarity of each whole text."""
    return np.array([one.whole.polarity for one in read])


Figure = tuple[str, int, Score, str, str]


def on_potts() -> Iterator[Figure]:
    """Cross-validated on PotTS: each fold read by a model of the other folds and the own examples."""
    rows = potts()
    said = np.empty(len(rows), dtype=object)
    for fold in range(FOLDS):
        model = train([row for i, row in enumerate(rows) if i % FOLDS != fold])
        held = [i for i in range(len(rows)) if i % FOLDS == fold]
        said[held] = polarities(judged(model, [rows[i][0] for i in held]))
    true = np.array([label for _, label in rows])
    said = said.astype(str)
    yield (
        "potts_cv_macro",
        len(true),
        macro(true, said),
        "Wertung, Tweets (PotTS, kreuzvalidiert), Makro-F1",
        ("polarity, German tweets (PotTS, cross-validated), macro-F1"),
    )
    yield "potts_cv_micro", len(true), micro(true, said), "ebenda, Mikro-F1", "same, micro-F1"


def on_germeval() -> Iterator[Figure]:
    """The baseline as shipped on GermEval 2017, dev and test half."""
    rows = json_lines("dev", "test_syn_half")
    read = judged(baseline(), [row["text"] for row in rows], [RAILWAY])
    true, said = np.array([row["sentiment"] for row in rows]), polarities(read)
    yield (
        "germeval2017_sentiment_micro",
        len(true),
        micro(true, said),
        ("Wertung, Beiträge über die Bahn (GermEval 2017), Mikro-F1"),
        "polarity, posts on German railways (GermEval 2017), micro-F1",
    )
    yield "germeval2017_sentiment_macro", len(true), macro(true, said), "ebenda, Makro-F1", "same, macro-F1"
    about, found = np.array([row["relevance"] == "true" for row in rows]), np.array([one.relevant for one in read])
    place = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}
    value = np.array([place[row["sentiment"]] for row in rows])[about]
    score = np.array([(one.whole.shares[2] - one.whole.shares[0]) / 10_000 for one in read])[about]
    railway = "Beiträge über die Bahn (GermEval 2017)", "posts on German railways (GermEval 2017)"
    yield "germeval2017_correlation", len(value), correlation(value, score), *railway
    yield "germeval2017_label_sd", len(value), spread(value), *railway
    yield (
        "germeval2017_relevance_micro",
        len(about),
        micro(about, found),
        ("Relevanz durch Namen (GermEval 2017), Mikro-F1"),
        "relevance by names (GermEval 2017), micro-F1",
    )
    yield (
        "germeval2017_relevance_macro",
        len(about),
        macro(about, found),
        ("Relevanz durch Namen (GermEval 2017), Makro-F1"),
        "relevance by names (GermEval 2017), macro-F1",
    )


def on_germeval_taught() -> Iterator[Figure]:
    """A model taught with GermEval 2017 dev and extra, on the test half; copies of test texts are left out."""
    tests = json_lines("test_syn_half")
    seen = {plain(row["text"]) for row in tests}
    rows = [row for row in json_lines("dev", "extra_v14") if plain(row["text"]) not in seen]
    with tempfile.TemporaryDirectory() as folder:
        model = teach(rows, Path(folder) / "taught.npz")
    read = judged(model, [row["text"] for row in tests], [RAILWAY])
    true, said = np.array([row["sentiment"] for row in tests]), polarities(read)
    n = len(tests)
    yield "taught_sentiment_micro", n, micro(true, said), "angelernt: Wertung, Mikro-F1", "taught: polarity, micro-F1"
    yield "taught_sentiment_macro", n, macro(true, said), "angelernt: Wertung, Makro-F1", "taught: polarity, macro-F1"
    about, found = np.array([row["relevance"] == "true" for row in tests]), np.array([one.relevant for one in read])
    yield (
        "taught_relevance_micro",
        n,
        micro(about, found),
        "angelernt: Relevanz, Mikro-F1",
        "taught: relevance, micro-F1",
    )
    yield (
        "taught_relevance_macro",
        n,
        macro(about, found),
        "angelernt: Relevanz, Makro-F1",
        "taught: relevance, macro-F1",
    )
    names = sorted({name for row in tests for name in aspects_of_row(row)})
    wanted = np.array([[name in aspects_of_row(row) for name in names] for row in tests])
    given = np.array([[name in {o.aspect for o in one.opinions} for name in names] for one in read])
    yield (
        "taught_aspect_micro",
        n,
        f1_of(wanted, given),
        ("nach Anlernen mit 2.600 Beiträgen: Thema (GermEval 2017), Mikro-F1"),
        "once taught with 2,600 posts: aspect (GermEval 2017), micro-F1",
    )


def plain(text: str) -> str:
    """A text without what makes copies differ."""
    return " ".join(word for word in text.lower().split() if not word.startswith(("http", "@", "rt")))


def on_sb10k() -> Iterator[Figure]:
    """The baseline on SB10k."""
    lines = (SHARED / "sb10k" / "train.tsv").read_text("utf-8").splitlines()
    labels, texts = zip(*(line.split("\t", 1) for line in lines), strict=True)
    true, said = np.array(labels), polarities(judged(baseline(), texts))
    yield (
        "sb10k_macro",
        len(true),
        macro(true, said),
        "Wertung, Tweets (SB10k), Makro-F1",
        ("polarity, German tweets (SB10k), macro-F1"),
    )
    yield "sb10k_micro", len(true), micro(true, said), "ebenda, Mikro-F1", "same, micro-F1"


def on_english() -> Iterator[Figure]:
    """The baseline on English sets."""
    rows = table("airline_en")
    true = np.array([row["airline_sentiment"] for row in rows])
    said = polarities(judged(baseline(), [row["text"] for row in rows]))
    yield (
        "airline_macro",
        len(rows),
        macro(true, said),
        "Wertung, englische Tweets an Fluglinien, Makro-F1",
        ("polarity, English tweets to airlines, macro-F1"),
    )
    yield "airline_micro", len(rows), micro(true, said), "ebenda, Mikro-F1", "same, micro-F1"
    rows = table("complaints_en")
    complaint = np.array([row["complaint"] == "1" for row in rows])
    read = judged(baseline(), [row["text"] for row in rows])
    found = np.array([one.intents.intents["complaint"] >= 0.5 for one in read])
    yield (
        "complaint_f1",
        len(rows),
        f1_of(complaint, found),
        "Absicht Beschwerde, englische Tweets, F1",
        ("intent complaint, English tweets, F1"),
    )


def on_flausch() -> Iterator[Figure]:
    """The intent praise on kind comments."""
    rows = table("flausch")[:6000]
    kind = np.array([row["flausch"] == "yes" for row in rows])
    read = judged(baseline(), [row["comment"] for row in rows])
    found = np.array([one.intents.intents["praise"] >= 0.5 for one in read])
    yield (
        "praise_f1",
        len(rows),
        f1_of(kind, found),
        "Absicht Lob, YouTube-Kommentare, F1",
        ("intent praise, German YouTube comments, F1"),
    )


def speed() -> dict[str, float]:
    """Posts a second of CPU at 300 characters."""
    words = " ".join(row["text"].replace("Bahn", "Telekom") for row in json_lines("dev"))
    texts = [words[at : at + 300] for at in range(0, 300 * 1500, 300)]
    batch = pa.RecordBatch.from_pydict({"post_id": [str(i) for i in range(len(texts))], "text": texts})
    brands = default_brands()
    steps = {"opinions": OpinionReader(brands), "posts": PostReader(brands), "language": languages_of}
    seconds = {}
    for name, step in steps.items():
        given: Any = texts if name == "language" else batch
        step(given[:10])
        started = time.process_time()
        step(given)
        seconds[name] = time.process_time() - started
    rates = {name: len(texts) / taken for name, taken in seconds.items()}
    return rates | {"both": len(texts) / (seconds["opinions"] + seconds["posts"])}


SHOWN = ("germeval2017_sentiment_micro", "germeval2017_sentiment_macro", "germeval2017_relevance_macro")
SHOWN += ("taught_aspect_micro", "potts_cv_macro", "sb10k_macro", "airline_macro")
SETS = (on_germeval, on_germeval_taught, on_potts, on_sb10k, on_english, on_flausch)


def main() -> None:
    """Measure, print, and write what the program says about itself."""
    figures = []
    for measure in SETS:
        for key, n, score, de, en in measure():
            value, low, high = interval(n, score)
            print(f"{key:32} {value:.3f}  ({low:.3f} to {high:.3f})  n = {n}", flush=True)
            numbers = {"value": round(value, 4), "low": round(low, 4), "high": round(high, 4), "n": n}
            figures.append({"key": key, "shown": key in SHOWN, **numbers, "what_de": de, "what_en": en})
    written = {"model": baseline().version, "polarities": POLARITIES, "figures": figures}
    OUT.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for name, rate in speed().items():
        print(f"{name:32} {rate:,.0f} posts/s of CPU at 300 characters")


if __name__ == "__main__":
    main()
