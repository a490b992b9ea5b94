"""Train the model that comes with the program: `python -m bench.train_baseline` writes readings/baseline.npz.

Trained on PotTS (MIT; message level, 'mixed' left out) and on the project's own examples, nothing else. The same data
give the same file. No text of PotTS is in the file or in the repository.
"""

from __future__ import annotations

import os
from pathlib import Path

import sklearn.linear_model  # noqa: F401  # threadpool_limits reaches only what is loaded before it
from threadpoolctl import threadpool_limits

from leumund.readings.fit import Fitted, examples_of, fit_exclusive
from leumund.readings.model import POLARITIES, Model, make_model
from leumund.readings.teach import own_examples

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("LEUMUND_SHARED", ROOT.parent / "shared")) / "data"
OUT = ROOT / "src" / "leumund" / "readings" / "baseline.npz"
STRENGTH = 1.0  # the best of .03 .1 .3 1 in four-fold cross-validation on PotTS
SHARES = (0.3, 0.4, 0.3)  # what is expected of forum posts: blame, neither, praise; PotTS has half praise
OWN_TIMES = 4  # an own example counts as this many of PotTS


def potts() -> list[tuple[str, str]]:
    """(text, polarity) of PotTS, without the mixed ones, each text once."""
    lines = (SHARED / "potts" / "train.tsv").read_text("utf-8").splitlines()
    rows = [tuple(line.split("\t", 1)) for line in lines]
    return [(text, label) for text, label in {row[1]: row[0] for row in rows}.items() if label in POLARITIES]


def fit_polarity(rows: list[tuple[str, str]], *, strength: float = STRENGTH) -> Fitted:
    """The polarity head from labelled texts and the own examples."""
    rows = rows + own_examples() * OWN_TIMES
    texts, labels = zip(*rows, strict=True)
    return fit_exclusive(
        examples_of(texts), labels, name="polarity", answers=POLARITIES, strength=strength, shares=SHARES
    )


def train(rows: list[tuple[str, str]]) -> Model:
    """The baseline from labelled texts."""
    with threadpool_limits(1):  # sums in another order give other last digits, and another file
        fitted = fit_polarity(rows)
    sources = (f"PotTS, {len(rows)} tweets (MIT)", f"own examples, {len(own_examples())}")
    return make_model("baseline", sources, [fitted.head], fitted.weights)


if __name__ == "__main__":
    model = train(potts())
    model.save(OUT)
    print(
        f"{OUT.name}: {OUT.stat().st_size / 1000:.0f} KB, version {model.version}, from {'; '.join(model.trained_on)}"
    )
