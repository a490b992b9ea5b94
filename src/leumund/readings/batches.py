"""The readers of the walk: a record batch of posts in, a record batch of readings out; rows do not touch each other."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from leumund.readings.brand import Brand
from leumund.readings.cues import lexicon_digest
from leumund.readings.intent import INTENTS
from leumund.readings.judge import WHOLE, Judge
from leumund.readings.model import Model, baseline, load_model
from leumund.tables import arrow_schema

__all__ = ["OpinionReader", "PostReader"]

_RULES = "1"  # how clauses are cut and given to brands; raise it when that changes


@functools.lru_cache(maxsize=8)
def _judge(brands: tuple[Brand, ...], model_path: str | None) -> Judge:
    return Judge(_model(model_path), brands)


def _model(model_path: str | None) -> Model:
    return baseline() if model_path is None else load_model(Path(model_path))


def _digest(brands: tuple[Brand, ...]) -> str:
    written = json.dumps([(b.name, b.aliases, b.context, b.blocked) for b in brands], ensure_ascii=False)
    return hashlib.blake2b(written.encode(), digest_size=4).hexdigest()


@dataclass(frozen=True)
class _Reader:
    """Brands and model by name, so that a reader can be sent to another process and loads there once."""

    brands: tuple[Brand, ...]
    model_path: str | None = None

    @property
    def version(self) -> str:
        """Version of the rules, the model and the brands' configuration."""
        return f"{_RULES}.{lexicon_digest()}-{_model(self.model_path).version}-{_digest(self.brands)}"

    def _judge(self) -> Judge:
        return _judge(self.brands, self.model_path)


@dataclass(frozen=True)
class OpinionReader(_Reader):
    """posts (post_id, text) -> readings: a row for the post, one a brand named, one a brand × aspect found."""

    def __call__(self, posts: pa.RecordBatch) -> pa.RecordBatch:
        """Read a batch; the probabilities of a row sum to 10,000."""
        judge, rows = self._judge(), []
        ids, texts = posts.column("post_id").to_pylist(), posts.column("text").to_pylist()
        for post_id, (relevant, opinions) in zip(ids, judge.read_opinions(texts), strict=True):
            for o in opinions:
                rows.append((post_id, o.brand, o.aspect, relevant or bool(o.brand), *o.shares, o.start, o.end))
        return _batch("readings", rows, judge.model.name, self.version)


@dataclass(frozen=True)
class PostReader(_Reader):
    """posts (post_id, text) -> post_readings: kind, voice, incentive and intents, a row a post."""

    def __call__(self, posts: pa.RecordBatch) -> pa.RecordBatch:
        """Read a batch; probabilities are whole 1/10,000."""
        judge, rows = self._judge(), []
        ids, texts = posts.column("post_id").to_pylist(), posts.column("text").to_pylist()
        for post_id, read in zip(ids, judge.read_intents(texts), strict=True):
            chances = (round(read.intents[name] * WHOLE) for name in INTENTS)
            rows.append((post_id, read.post_kind, read.voice, read.incentive, *chances))
        return _batch("post_readings", rows, judge.model.name, self.version)


def _batch(table: str, rows: Sequence[tuple[object, ...]], model: str, version: str) -> pa.RecordBatch:
    schema = arrow_schema(table)
    width = len(schema) - 2
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
    columns += [[model] * len(rows), [version] * len(rows)]
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
