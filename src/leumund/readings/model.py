"""A model file: named heads of linear weights over hashed n-grams, in one compact file without code in it."""

from __future__ import annotations

import functools
import hashlib
import json
import math
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from leumund.errors import ModelError, NotReadable, storage_errors
from leumund.readings.grams import N_BUCKETS, norm_of

__all__ = ["N_FEATURES", "POLARITIES", "Head", "Model", "baseline", "load_model", "logistic", "make_model", "softmax"]

POLARITIES = ("negative", "neutral", "positive")
N_FEATURES = 4  # of polarity.features
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Head:
    """One question and its answers: logit = intercept + features · dense + scale · weights' sum / norm_of(n-grams)."""

    name: str
    answers: tuple[str, ...]
    exclusive: bool  # True: exactly one answer holds (softmax); False: each by itself (logistic)
    scale: float
    intercept: tuple[float, ...]
    dense: tuple[tuple[float, ...], ...]  # per answer, per feature
    thresholds: tuple[float, ...]

    def logits(self, sums: Sequence[int], n_grams: int, features: Sequence[float]) -> list[float]:
        """Give one logit an answer."""
        size = self.scale / norm_of(n_grams)
        return [
            bias + math.fsum(w * f for w, f in zip(row, features, strict=True)) + size * total
            for bias, row, total in zip(self.intercept, self.dense, sums, strict=True)
        ]

    def probabilities(self, sums: Sequence[int], n_grams: int, features: Sequence[float]) -> list[float]:
        """Give one probability an answer."""
        logits = self.logits(sums, n_grams, features)
        return softmax(logits) if self.exclusive else [logistic(value) for value in logits]


def softmax(logits: Sequence[float]) -> list[float]:
    """Give probabilities that sum to 1."""
    highest = max(logits)
    parts = [math.exp(value - highest) for value in logits]
    total = math.fsum(parts)
    return [part / total for part in parts]


def logistic(logit: float) -> float:
    """Give the probability of a log odds."""
    return 1.0 / (1.0 + math.exp(-logit)) if logit > -700 else 0.0


@dataclass(frozen=True, eq=False)
class Model:
    """Heads with their weights side by side in one matrix; `trained_on` names every source."""

    name: str
    version: str
    trained_on: tuple[str, ...]
    heads: tuple[Head, ...]
    weights: npt.NDArray[np.int8]  # [buckets, all answers of all heads]

    @functools.cached_property
    def columns(self) -> Mapping[str, slice]:
        """Give the columns of each head."""
        found, at = {}, 0
        for head in self.heads:
            found[head.name] = slice(at, at + len(head.answers))
            at += len(head.answers)
        return found

    def head(self, name: str) -> Head | None:
        """Give a head by name, None when the model was not taught this question."""
        return next((head for head in self.heads if head.name == name), None)

    def save(self, path: Path) -> None:
        """Write the model; equal models give equal files."""
        header = {
            "format": _FORMAT,
            "name": self.name,
            "trained_on": self.trained_on,
            "heads": [*map(_row, self.heads)],
        }
        text = json.dumps(header, ensure_ascii=False, sort_keys=True).encode()
        half = path.with_name(f".{path.name}.half")  # a killed process leaves the old file or the new one
        with storage_errors(path):
            with half.open("wb") as file:
                np.savez_compressed(file, header=np.frombuffer(text, dtype=np.uint8), weights=self.weights)
            half.replace(path)


def load_model(path: Path) -> Model:
    """Read a model file; raises NotReadable when there is none, ModelError when it is no model."""
    if not path.is_file():
        raise NotReadable("no model file", where=str(path), next_step="leumund teach FILE -o MODEL makes one")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            header = json.loads(stored["header"].tobytes())
            weights = stored["weights"]
        if header["format"] != _FORMAT:
            raise ValueError(f"format {header['format']}, not {_FORMAT}")
        return make_model(header["name"], header["trained_on"], map(_head, header["heads"]), weights)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as mistake:
        raise ModelError(
            f"not a model of this program ({mistake})",
            where=str(path),
            next_step="leumund teach FILE -o MODEL makes one",
        ) from mistake


def _head(row: Mapping[str, Any]) -> Head:
    return Head(
        name=row["name"],
        answers=tuple(row["answers"]),
        exclusive=bool(row["exclusive"]),
        scale=float(row["scale"]),
        intercept=tuple(row["intercept"]),
        dense=tuple(tuple(one) for one in row["dense"]),
        thresholds=tuple(row["thresholds"]),
    )


def make_model(name: str, trained_on: Iterable[str], heads: Iterable[Head], weights: npt.NDArray[np.int8]) -> Model:
    """Put a model together; its version is a digest of all in it. Raises ValueError when the parts do not fit."""
    heads, trained_on = tuple(heads), tuple(trained_on)
    if weights.dtype != np.int8 or weights.shape != (N_BUCKETS, sum(len(head.answers) for head in heads)):
        raise ValueError("weights of a wrong shape")
    if not any(head.name == "polarity" and head.answers == POLARITIES for head in heads):
        raise ValueError("no head for polarity")
    written = json.dumps([name, trained_on, [_row(head) for head in heads]], sort_keys=True).encode()
    digest = hashlib.blake2b(written + weights.tobytes(), digest_size=4).hexdigest()
    return Model(name, f"{_FORMAT}-{digest}", trained_on, heads, weights)


def _row(head: Head) -> dict[str, Any]:
    return {field: getattr(head, field) for field in Head.__slots__}


@functools.cache
def baseline() -> Model:
    """Give the model that comes with the program."""
    return load_model(Path(str(resources.files("leumund.readings") / "baseline.npz")))
