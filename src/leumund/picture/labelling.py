"""Labelling: which posts a person should judge next, drawn by chance so that the verdicts measure the reader."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

__all__ = ["Drawn", "draw"]

OWN_SHARE = 0.5  # half of the verdicts go to the brand that the report is about


@dataclass(frozen=True, slots=True)
class Drawn:
    """One post and brand to judge, and with what probability (0..1) it was drawn among those not judged yet."""

    post_id: str
    brand: str
    plan_id: str
    inclusion_probability: float


def draw(opinions: pa.Table, judged: pa.Table, *, own: str, n: int, snapshot_id: str) -> list[Drawn]:
    """Draw `n` opinions, half of them on the own brand, at random without replacement within each half.

    `opinions` and `judged` have the columns post_id and brand; what is judged is not drawn again. The same snapshot,
    labels and `n` give the same draw, so an interrupted command can be repeated. What one half lacks the other gives.
    """
    known = set(_pairs(judged))
    plan_id = _digest(snapshot_id, str(n), str(len(known)))[:16]
    waiting = sorted(set(_pairs(opinions)) - known, key=lambda pair: _digest(plan_id, *pair))
    ours = [pair for pair in waiting if pair[1] == own]
    theirs = [pair for pair in waiting if pair[1] != own]
    n_ours = min(len(ours), max(round(n * OWN_SHARE), n - len(theirs)))
    n_theirs = min(len(theirs), n - n_ours)
    drawn = [*_taken(ours, n_ours, plan_id), *_taken(theirs, n_theirs, plan_id)]
    return sorted(drawn, key=lambda row: _digest(plan_id, "order", row.post_id, row.brand))


def _pairs(rows: pa.Table) -> list[tuple[str, str]]:
    return list(zip(rows["post_id"].to_pylist(), rows["brand"].to_pylist(), strict=True))


def _taken(waiting: Sequence[tuple[str, str]], n: int, plan_id: str) -> list[Drawn]:
    return [Drawn(post_id, brand, plan_id, n / len(waiting)) for post_id, brand in waiting[:n]]


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
