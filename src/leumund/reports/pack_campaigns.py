"""What campaigns did, for the evidence pack: effects, the weeks and rivals behind them, the placebos beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from leumund.picture.verdict import Campaign, Span

__all__ = ["campaign_tables"]

Names = dict[str, list[str]]

_ENDS = ("value", "low", "high")
_CAMPAIGNS = pa.schema(
    {
        "name": pa.string(),
        "brand": pa.int64(),
        "rivals_asked": pa.list_(pa.int64()),
        "rivals": pa.list_(pa.int64()),
        "aspect": pa.int64(),
        "counted": pa.string(),
        "starts_on": pa.date32(),
        "weeks_after": pa.int64(),
        "first_week": pa.date32(),
        "weeks": pa.list_(pa.int64()),
        **{f"{whose}{part}": pa.float64() for whose in ("", "machine_") for part in _ENDS},
        "p_value": pa.float64(),
    }
)
_PLACEBOS = pa.schema(
    {
        "campaign": pa.int64(),
        "kind": pa.string(),
        "brand": pa.int64(),
        "week": pa.date32(),
        **{part: pa.float64() for part in _ENDS},
        "p_value": pa.float64(),
        "window_weeks": pa.int64(),
        "placebos": pa.int64(),
        "weights": pa.list_(pa.float64()),
    }
)


def campaign_tables(campaigns: Sequence[Campaign], names: Names) -> dict[str, pa.Table]:
    """Give the tables campaigns and placebos of those of which something can be told, with numbers for names."""
    told = [one for one in campaigns if one.effect is not None]
    placebos = [row for number, one in enumerate(told) for row in _placebos(number, one, names["brands"])]
    return {
        "campaigns": pa.Table.from_pylist([_campaign(one, names) for one in told], schema=_CAMPAIGNS),
        "placebos": pa.Table.from_pylist(placebos, schema=_PLACEBOS),
    }


def _campaign(one: Campaign, names: Names) -> dict[str, Any]:
    """Give what was asked, the effect, and the rivals and weeks that count, the weeks by number from the first."""
    terms, weeks, brands = one.terms, one.weeks, names["brands"]
    return {
        "name": terms.name,
        "brand": brands.index(terms.brand),
        "rivals_asked": [brands.index(rival) for rival in terms.rivals if rival in brands],
        "rivals": [brands.index(rival) for rival in one.rivals_used],
        "aspect": names["aspects"].index(terms.aspect),
        "counted": terms.counted,
        "starts_on": terms.starts_on,
        "weeks_after": terms.weeks_after,
        "first_week": weeks[0].week,
        "weeks": [number for number, week in enumerate(weeks) if week.index is not None],
        **_ends(one.effect),
        **_ends(one.machine_effect, "machine_"),
        "p_value": None if one.p_value is None else round(one.p_value, 6),
    }


def _placebos(number: int, one: Campaign, brands: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Give the second opinion, then each start and each brand at which nothing happened; weights as rivals stand."""
    if one.second is not None:
        second = one.second
        yield {
            "campaign": number,
            "kind": "second",
            **_ends(second.effect),
            "p_value": second.p_value,
            "window_weeks": second.window_weeks,
            "placebos": second.n_placebos,
            "weights": [weight for _, weight in second.weights],
        }
    for start in one.placebo_starts:
        yield {"campaign": number, "kind": "start", "week": start.week, **_ends(start.effect)}
    for other in one.placebo_brands:
        yield {"campaign": number, "kind": "brand", "brand": brands.index(other.brand), **_ends(other.effect)}


def _ends(span: Span | None, whose: str = "") -> dict[str, float | None]:
    return {f"{whose}{part}": getattr(span, part, None) for part in _ENDS}
