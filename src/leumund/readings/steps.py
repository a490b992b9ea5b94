"""What is read out of posts: opinions about brands, and what kind of post it is."""

from __future__ import annotations

from collections.abc import Sequence

from leumund.readings.batches import OpinionReader, PostReader
from leumund.readings.brand import Brand
from leumund.step import Batch, Step

__all__ = ["steps"]


def steps(brands: Sequence[Brand], *, model_path: str | None = None) -> tuple[Step, ...]:
    """Give the steps from posts to readings, in order."""
    opinions, kinds = OpinionReader(tuple(brands), model_path), PostReader(tuple(brands), model_path)
    needs = ("post_id", "text")
    return (
        Batch("read_opinions", "posts", "readings", needs, opinions, version=opinions.version),
        Batch("read_posts", "posts", "post_readings", needs, kinds, version=kinds.version),
    )
