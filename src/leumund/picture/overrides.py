"""Overrides: what a person may put right by hand in what the machine read."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from leumund.errors import UnknownName, WrongUse, near_name
from leumund.settings import BrandSetting
from leumund.tables import Override

__all__ = ["VALUES", "checked"]

VALUES = {"polarity": ("negative", "neutral", "positive", ""), "relevant": ("false", "")}


def checked(override: Override, readings: pa.Table, brands: Sequence[BrandSetting]) -> Override:
    """Give the override back when it can be counted; `readings` has the columns post_id, brand and aspect.

    Raises UnknownName for a post, brand, field or value that is not there, WrongUse for a polarity of no brand.
    """
    where = f"override of post {override.post_id}"
    _known("field", override.field, VALUES, where)
    _known("value", override.value, VALUES[override.field], where)
    if override.brand:
        _known("brand", override.brand, [brand.name for brand in brands], where)
    elif override.field == "polarity":
        raise WrongUse("a polarity without a brand", where=where, next_step="name the brand that is spoken of")
    of_post = readings.filter(pc.equal(readings["post_id"], override.post_id))
    found = {(row["brand"], row["aspect"]) for row in of_post.to_pylist()}
    wanted = {(brand, aspect) for brand, aspect in found if override.brand in ("", brand)}
    if override.aspect or override.field == "polarity":
        wanted = {(brand, aspect) for brand, aspect in wanted if aspect == override.aspect}
    if not wanted:
        told = ", ".join(sorted({f"{brand} {aspect}".strip() for brand, aspect in found if brand}))
        raise UnknownName(
            "nothing was read there that could be put right",
            where=where,
            next_step=f"in this post was read: {told}" if told else "leumund picture --figure ID lists post ids",
        )
    return override


def _known(what: str, name: str, names: Sequence[str] | dict[str, tuple[str, ...]], where: str) -> None:
    if name not in names:
        near = near_name(name, names)
        listed = ", ".join(filter(None, names))
        raise UnknownName(
            f"no {what} '{name}'", where=where, next_step=f"did you mean {near}?" if near else f"one of {listed}"
        )
