"""Weights: for how many opinions each verdict stands when several draws, one after the other, are taken together.

After each draw k the total over all opinions that could be drawn then is estimated without bias by what was drawn
before (known) plus what was drawn now over its chance (Raj 1956; "level unbiased" in Farquhar, Gal, Rainforth 2021).
Any mixture of these totals with shares fixed beforehand is unbiased too; the shares here go by the number of verdicts.
So a verdict from draw j weighs (a_j / p + a_j+1 + … + a_K) / (all a_k of draws in whose frame its post stood): posts
that came later are judged by the later draws alone. Rows handed out and not filled in count as missing by chance.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["plans_of", "weights_of"]

Floats = NDArray[np.float64]


def weights_of(verdicts: pa.Table, drawn: pa.Table) -> Floats:
    """Give the weight of each row of `verdicts`: the opinions of its brand that it stands for.

    `drawn` is what was handed out; being handed out again under another guideline does not change a post's chance. A
    plan that is not in it (labels drawn elsewhere) counts as one draw from all posts
    that were there when its own were, of which every row came back.
    """
    plans = plans_of(verdicts, drawn)
    weights = np.zeros(len(verdicts))
    brands = np.asarray(verdicts["brand"].to_pylist(), dtype=object)
    names = np.asarray(verdicts["plan_id"].to_pylist(), dtype=object)
    collected = verdicts["collected_at"].cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]")
    chance = verdicts["inclusion_probability"].to_numpy()
    for brand in sorted(set(brands)):
        here = np.flatnonzero(brands == brand)
        weights[here] = _of_brand(names[here], collected[here], chance[here], brand, plans)
    return weights


def plans_of(verdicts: pa.Table, drawn: pa.Table) -> list[dict[str, Any]]:
    """Give the plans, in the order of their draws, as plan_id, until (frame_until) and handed (how many, by brand)."""
    plans: dict[str, dict[str, Any]] = {}
    first = drawn.filter(pc.field("again_of") == "")
    for row in first.select(["plan_id", "brand", "drawn_at", "frame_until"]).to_pylist():
        plan = plans.setdefault(row["plan_id"], {"when": row["drawn_at"], "until": row["frame_until"], "handed": {}})
        plan["handed"][row["brand"]] = plan["handed"].get(row["brand"], 0) + 1
    elsewhere: dict[str, dict[str, Any]] = {}
    for row in verdicts.select(["plan_id", "collected_at"]).to_pylist():
        if row["plan_id"] not in plans:
            at = row["collected_at"]
            plan = elsewhere.setdefault(row["plan_id"], {"when": at, "until": at, "handed": {}})
            plan["when"] = plan["until"] = max(plan["until"], at)
    plans |= elsewhere
    return [{"plan_id": name, **plans[name]} for name in sorted(plans, key=lambda name: (plans[name]["when"], name))]


def _of_brand(names: NDArray[Any], collected: NDArray[Any], chance: Floats, brand: str, plans: Any) -> Floats:
    judged = [int((names == plan["plan_id"]).sum()) for plan in plans]
    plans = [plan for plan, n in zip(plans, judged, strict=True) if n]
    came_back = np.array([n for n in judged if n], dtype=np.float64)
    answered = np.array(
        [max(plan["handed"].get(brand, 0), n) / n for plan, n in zip(plans, came_back, strict=True)], dtype=np.float64
    )
    later = came_back.sum() - np.cumsum(came_back)
    number = {plan["plan_id"]: k for k, plan in enumerate(plans)}
    of = np.array([number[name] for name in names], dtype=np.int64)
    until = np.array([plan["until"].replace(tzinfo=None) for plan in plans], dtype="datetime64[us]")
    in_frame = (collected[:, None] <= until[None, :]) | (np.arange(len(plans))[None, :] >= of[:, None])
    shares = in_frame @ came_back
    return np.asarray(answered[of] * (came_back[of] / chance + later[of]) / shares, dtype=np.float64)
