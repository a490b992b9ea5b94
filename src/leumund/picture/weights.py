"""Weights: for how many opinions each verdict stands when several draws, one after the other, are taken together.

After each draw k the total over all opinions that could be drawn then is estimated without bias by what was drawn
before (known) plus what was drawn now over its chance (Raj 1956; "level unbiased" in Farquhar, Gal, Rainforth 2021).
Any mixture of these totals is unbiased too; its shares may differ from opinion to opinion, if they do not hang on
whether that one was drawn. So a verdict from draw j weighs
(a_j / p + a_j+1 + … + a_K) / (all a_k of draws in whose frame its post stood).
A draw's share a_k goes by its number of verdicts and by the chance that draws give to opinions as old as this one was
then, as the other verdicts show it: a draw that hardly looks at old posts says little about them, and the few it takes
would weigh a hundred times the others. Rows handed out and not filled in count as missing by chance.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["plans_of", "weights_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def weights_of(verdicts: pa.Table, drawn: pa.Table) -> Floats:
    """Give the weight of each row of `verdicts`: the opinions of its brand that it stands for.

    `drawn` is what was handed out; being handed out again under another guideline does not change a post's chance. A
    plan that is not in it (labels drawn elsewhere) counts as one draw from all posts that were there when its own were,
    of which every row came back.
    """
    if not len(verdicts):
        return np.zeros(0)
    plans = plans_of(verdicts, drawn)
    number = {plan["plan_id"]: k for k, plan in enumerate(plans)}
    of = np.array([number[plan_id] for plan_id in verdicts["plan_id"].to_pylist()], dtype=np.int64)
    brands, brand = np.unique(np.asarray(verdicts["brand"].to_pylist(), dtype=str), return_inverse=True)
    came_back = np.zeros((len(brands), len(plans)))
    np.add.at(came_back, (brand, of), 1)
    handed = np.maximum([[plan["handed"].get(name, 0) for plan in plans] for name in brands.tolist()], came_back)
    until = np.array([plan["until"].replace(tzinfo=None) for plan in plans], dtype="datetime64[us]")
    collected = verdicts["collected_at"].cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]")
    chance, row, draws = verdicts["inclusion_probability"].to_numpy(), np.arange(len(of)), np.arange(len(plans))
    age = _age(verdicts["day"].cast(pa.int32()).to_numpy(), until.astype("datetime64[D]").astype(np.int64))
    in_frame = (collected[:, None] <= until) | (draws >= of[:, None])
    share = in_frame * came_back[brand] * _chance_at(age, age[row, of], handed[brand, of] / chance)
    later = np.where(draws > of[:, None], share, 0.0).sum(axis=1)
    answered = handed[brand, of] / came_back[brand, of]
    return np.asarray(answered * (share[row, of] / chance + later) / share.sum(axis=1), dtype=np.float64)


def _age(day: NDArray[Any], until: NDArray[Any]) -> Ints:
    """Give how old each post (row) was at each draw, in classes: two for each doubling of one more than its weeks."""
    weeks = (until[None, :] + 3) // 7 - (day[:, None].astype(np.int64) + 3) // 7  # day 0 was a Thursday
    return np.asarray(np.floor(2 * np.log2(np.maximum(weeks, 0) + 1)), dtype=np.int64)


def _chance_at(age: Ints, drawn_at: Ints, behind: Floats) -> Floats:
    """Give each verdict (row) the chance, for each verdict wanted, of opinions of these ages: as the others show it.

    `drawn_at` is the age of each verdict's post when it was drawn, `behind` its draw's size over its chance, which
    sums up to the opinions of that age. One verdict that has the chance of all is put to those of each age, so that
    ages at which nobody drew have one too.
    """
    ages = int(age.max()) + 1
    n, opinions = np.bincount(drawn_at, minlength=ages), np.bincount(drawn_at, behind, minlength=ages)
    itself = age == drawn_at[:, None]
    return np.asarray((n[age] - itself + 1) / (opinions[age] - itself * behind[:, None] + behind.mean()))


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
