"""What is found out about posts alone: language and families."""

from __future__ import annotations

import pyarrow as pa

from leumund.posts import families, language
from leumund.step import Batch, Step
from leumund.tables import arrow_schema

__all__ = ["steps"]


def tell_language(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Give each post's language."""
    languages = pa.array(language.languages_of(batch["text"].to_pylist()), pa.string())
    return pa.RecordBatch.from_arrays([batch["post_id"], languages], schema=arrow_schema("languages"))


def steps() -> tuple[Step, ...]:
    """Give the steps from posts to languages and families, in order."""
    needs = ("post_id", "text")
    return (
        Batch("tell_language", "posts", "languages", needs, tell_language, version=language.VERSION),
        *families.STEPS,
    )
