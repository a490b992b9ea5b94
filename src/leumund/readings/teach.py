"""Learning from labelled rows: a model for `leumund read --model`, from relevance, polarity and opinions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from leumund.errors import ModelError
from leumund.readings.cues import lexicon
from leumund.readings.fit import Examples, Fitted, examples_of, fit_exclusive, fit_several
from leumund.readings.model import POLARITIES, Model, baseline, make_model

__all__ = ["own_examples", "teach"]

_FEWEST_ROWS = 20
_FEWEST_OF_AN_ASPECT = 5
_STRENGTH = 1.0
_TRUE, _FALSE = {"true", "1", "yes", "ja"}, {"false", "0", "no", "nein"}

Row = Mapping[str, Any]


def own_examples() -> list[tuple[str, str]]:
    """Give (text, polarity) of the sentences that the project wrote for itself."""
    return [(text, label) for label in POLARITIES for text in lexicon("examples")[label]]


def teach(rows: Iterable[Row], out_path: Path, *, name: str = "taught") -> Model:
    """Learn from rows, write the model to `out_path` and give it.

    A row has `text` and any of `relevance` (true, false), `polarity` or `sentiment`, `opinions` [{`category` or
    `aspect`, `polarity`}], `aspect`. Aspects are those of the rows, of 'Main#Sub' the part before '#'.
    What the rows do not teach (intents always) stays as in the baseline. Raises ModelError when there is nothing to
    learn from.
    """
    usable = [row for row in rows if isinstance(row.get("text"), str) and row["text"].strip()]
    if len(usable) < _FEWEST_ROWS:
        raise ModelError(
            f"{len(usable)} rows with a text; at least {_FEWEST_ROWS} are needed",
            next_step='give JSON Lines with "id", "text" and "polarity", "relevance" or "opinions"',
        )
    examples = examples_of([row["text"] for row in usable])
    learnt = [f for f in (_relevance(usable, examples), _polarity(usable, examples), _aspects(usable, examples)) if f]
    if not learnt:
        raise ModelError(
            "the rows teach nothing: no relevance, polarity or opinions with two different answers",
            next_step='give rows "polarity": "negative" | "neutral" | "positive", "relevance" or "opinions"',
        )
    if not any(fitted.head.name == "polarity" for fitted in learnt):
        learnt.append(_baseline_polarity())
    model = make_model(
        name,
        [f"{len(usable)} rows of the user", *baseline().trained_on],
        [fitted.head for fitted in learnt],
        np.ascontiguousarray(np.hstack([fitted.weights for fitted in learnt])),
    )
    model.save(out_path)
    return model


def _baseline_polarity() -> Fitted:
    model = baseline()
    head = next(head for head in model.heads if head.name == "polarity")
    return Fitted(head, model.weights[:, model.columns["polarity"]])


def _relevance(rows: list[Row], examples: Examples) -> Fitted | None:
    told = [(i, answer) for i, row in enumerate(rows) if (answer := _truth(row.get("relevance"))) is not None]
    if len({answer for _, answer in told}) < 2:
        return None
    numbers, answers = zip(*told, strict=True)
    targets: npt.NDArray[np.bool_] = np.array(answers, dtype=np.bool_).reshape(-1, 1)
    return fit_several(examples.take(numbers), targets, name="relevance", answers=("relevant",))


def _truth(value: Any) -> bool | None:
    word = str(value).strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _polarity(rows: list[Row], examples: Examples) -> Fitted | None:
    told = [(i, p) for i, row in enumerate(rows) if (p := row.get("polarity") or row.get("sentiment")) in POLARITIES]
    if len({polarity for _, polarity in told}) < 2:
        return None
    numbers, polarities = zip(*told, strict=True)
    roots = np.sqrt(
        [polarities.count(polarity) for polarity in POLARITIES]
    )  # rare answers are heard, frequent ones lead
    return fit_exclusive(
        examples.take(numbers),
        polarities,
        name="polarity",
        answers=POLARITIES,
        strength=_STRENGTH,
        shares=roots / roots.sum(),
    )


def aspects_of_row(row: Row) -> set[str]:
    """Give the aspects that a row names."""
    opinions = row.get("opinions") or ()
    named = [opinion.get("category") or opinion.get("aspect") for opinion in opinions if isinstance(opinion, Mapping)]
    return {str(name).split("#")[0].strip() for name in (*named, row.get("aspect")) if name}


def _aspects(rows: list[Row], examples: Examples) -> Fitted | None:
    told = [(i, aspects_of_row(row)) for i, row in enumerate(rows) if "opinions" in row or row.get("aspect")]
    counts: dict[str, int] = {}
    for _, aspects in told:
        for aspect in aspects:
            counts[aspect] = counts.get(aspect, 0) + 1
    names = sorted(name for name, count in counts.items() if count >= _FEWEST_OF_AN_ASPECT)
    if not names:
        return None
    targets = np.array([[name in aspects for name in names] for _, aspects in told], dtype=np.bool_)
    return fit_several(examples.take([i for i, _ in told]), targets, name="aspect", answers=names)
