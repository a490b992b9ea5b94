"""Weekly figures of a made-up market, as the walk leaves them, for tests of what is said of campaigns."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from leumund.tables import arrow_schema

__all__ = ["BRANDS", "FIRST", "START", "Weeks", "filled", "reading", "tables"]

BRANDS = ("Own", "Far", "Left", "Right")
FIRST = date(2023, 1, 2)
START = FIRST + timedelta(weeks=52)
_EMPTY: dict[Any, Any] = {
    pa.string(): "",
    pa.int64(): 0,
    pa.float64(): 0.0,
    pa.bool_(): False,
    pa.date32(): FIRST,
    pa.timestamp("us", tz="UTC"): datetime(2023, 1, 2, tzinfo=UTC),
    pa.decimal128(38, 0): Decimal(0),
}


@dataclass(frozen=True)
class Weeks:
    """What the market is like; `effect` in points as people judge, of which the machine sees `slope`."""

    effect: float = 0.0
    seed: int = 1
    weeks: int = 78
    slope: float = 0.5
    labels: int = 400
    brands: tuple[str, ...] = BRANDS
    withheld: Mapping[tuple[str, int], str] = field(default_factory=dict)  # (brand, week) -> thin or unread
    gap_days: tuple[int, ...] = ()  # days since FIRST on which the one large venue was not collected


def filled(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Give rows in the schema of a table; columns that are not named are empty."""
    schema = arrow_schema(table)
    return pa.Table.from_pylist([{f.name: _EMPTY[f.type] for f in schema} | row for row in rows], schema=schema)


def tables(market: Weeks) -> dict[str, pa.Table]:
    """Give estimates, coverage and judged of the market; the same market always gives the same."""
    return {
        "estimates": filled("estimates", _estimates(market)),
        "coverage": filled("coverage", _coverage(market)),
        "judged": filled("judged", _judged(market)),
    }


def reading(market: Weeks) -> Callable[[str], pa.Table]:
    """Give what a snapshot's reader gives."""
    return tables(market).__getitem__


def _estimates(market: Weeks) -> list[dict[str, Any]]:
    rng = np.random.default_rng(market.seed)
    shocks = np.cumsum(rng.normal(0, 1, market.weeks))
    rows = []
    for brand in market.brands:
        seen = shocks + rng.normal(0, 1.5, market.weeks)
        if brand == market.brands[0]:
            seen = seen + market.slope * market.effect * (np.arange(market.weeks) >= 52)
        for week, machine in enumerate(seen):
            why = market.withheld.get((brand, week), "")
            for counted, shift in (("posts", 0.0), ("authors", 0.1), ("threads", 0.2)):
                rows.append(
                    {
                        "figure_id": f"{brand} {week} {counted}",
                        "measure": "net_index",
                        "brand": brand,
                        "period": "week",
                        "period_start": FIRST + timedelta(weeks=week),
                        "period_end": FIRST + timedelta(weeks=week, days=6),
                        "counted": counted,
                        "value": None if why else float(machine) + shift - 12,
                        "machine_value": math.nan if why == "unread" else float(machine) + shift,
                        "support": "borrowed",
                    }
                )
    return rows


def _coverage(market: Weeks) -> list[dict[str, Any]]:
    days = [FIRST + timedelta(days=day) for day in range(7 * market.weeks)]
    rows = []
    for venue, expected in (("large.example", 30.0), ("small.example", 1.0)):
        for number, day in enumerate(days):
            lost = number in market.gap_days if venue == "large.example" else number % 70 == 0
            rows.append(
                {
                    "source": venue,
                    "day": day,
                    "expected": expected,
                    "seen": 0 if lost else int(expected),
                    "problem": "gap" if lost else "",
                }
            )
    return rows


def _judged(market: Weeks) -> list[dict[str, Any]]:
    rng = np.random.default_rng([market.seed, 2])
    truth = rng.choice([-10_000, 0, 10_000], market.labels)
    seen = np.clip(market.slope * truth + rng.normal(0, 2_000, market.labels), -10_000, 10_000)
    return [
        {
            "post_id": str(place),
            "brand": market.brands[place % len(market.brands)],
            "thread": str(place),
            "label_y": int(label),
            "machine_y": int(machine),
            "inclusion_probability": 0.1,
            "weight": 10.0,
        }
        for place, (label, machine) in enumerate(zip(truth, seen, strict=True))
    ]
