"""What labels say of the reader in two periods that are compared: how its error moved, and how far it follows opinions.

`estimates.pool_errors` carries two errors of the reader to the posts of a comparison. Label minus weighed machine,
across the venues whose shares changed, puts the part of the venues right. Machine minus response times label does not
depend on what people think: its movement is the reader's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leumund.errors import CannotEstimate
from leumund.estimates import (
    Estimated,
    LabelledErrors,
    Mixtures,
    Pooled,
    Scales,
    estimate_response,
    label_movement,
    pool_errors,
)
from leumund.picture.borrowing import LABELS_FOR_A_BRAND, LABELS_FOR_A_CELL, STEP, places_of, scales_of, worth

__all__ = ["Compared", "ReaderShift", "Shift", "Told"]

Floats = NDArray[np.float64]
Row = Mapping[str, Any]
Stretch = tuple[date, date]
Told = tuple[float, float, float]  # value, standard error, degrees of freedom

INDEX = 0.01  # 1/10,000 -> index points −100..100
UNKNOWN: Told = (0.0, 0.0, np.inf)
SIDES = ("before", "after")
COLUMNS = ("label_y", "machine_y", "weight")
VENUES, WITHIN = 0, 1  # the two targets of a comparison


class Compared(NamedTuple):
    """A brand in two periods, and its posts there: rows with side, venue, week, n_posts."""

    brand: str
    before: Stretch
    after: Stretch
    posts: pa.Table


@dataclass(frozen=True)
class Shift:
    """What the labels know of one comparison, in index points.

    `venues`: what the reader's error adds to the part of the venues; `drift`: how far its reading moved by itself;
    `labels`: how far labels moved in the same venues; `shared`: covariance of that with the machine's movement over
    its response.
    """

    venues: Told
    drift: Told
    labels: Told | None
    response: Estimated | None
    shared: float
    support: str
    n_labels: int


class ReaderShift:
    """The labels of a snapshot, to be asked about comparisons. `power`: points of truth that one of the machine is."""

    def __init__(self, judged: pa.Table, bridges: pa.Table) -> None:
        self._judged = judged.to_pylist()
        self._scales = scales_of(judged["guideline"].to_pylist(), bridges, "net_index")
        self._n = Counter(row["brand"] for row in self._judged)
        columns = [np.array([row[name] for row in self._judged], dtype=np.float64) for name in COLUMNS]
        self._label, machine, self._weight = columns[0] * INDEX, columns[1] * INDEX, columns[2]
        self.power = worth(self._label, machine, self._weight)
        self._machine = machine * self.power
        self.response = self._response()

    def of(self, asked: Sequence[Compared]) -> list[Shift]:
        """Give what is known of each comparison."""
        places = [
            i for i, one in enumerate(asked) if self._n[one.brand] >= LABELS_FOR_A_BRAND and min(_heard(one.posts))
        ]
        known = [asked[i] for i in places]
        venues = self._carried(known, VENUES, self._label - self._machine, self._scales, STEP)
        follows = self.response is not None and self.response.low > 0
        slope = self.response.value if self.response is not None and follows else 0.0
        own = self._machine - slope * self._label
        scales = Scales(self._scales.number, slope * np.asarray(self._scales.se))
        drift = self._carried(known, WITHIN, own, scales, slope * STEP) if follows else [UNKNOWN] * len(known)
        told = dict(zip(places, zip(venues, drift, strict=True), strict=True))
        return [self._shift(one, *told.get(i, (UNKNOWN, UNKNOWN))) for i, one in enumerate(asked)]

    def _response(self) -> Estimated | None:
        """How far the machine, at its worth, moves when a verdict moves by one point; None with too few labels."""
        names = [np.array([row[name] for row in self._judged], dtype=object) for name in ("brand", "thread")]
        try:
            return estimate_response(
                self._label, self._machine, groups=names[0], clusters=names[1], weights=self._weight
            )
        except CannotEstimate:
            return None

    def _shift(self, asked: Compared, venues: Told, drift: Told) -> Shift:
        own = np.array([row["brand"] == asked.brand for row in self._judged], dtype=bool)
        period = np.array([_period(row["day"], asked) for row in self._judged], dtype=np.int64)
        n = [int((own & (period == side)).sum()) for side in (1, 2)]
        enough = int(own.sum()) >= LABELS_FOR_A_BRAND
        labels = self._labels(own, period) if enough else None
        follows = enough and self.response is not None and self.response.low > 0
        proven = labels is not None or follows
        return Shift(
            venues=venues,
            drift=drift,
            labels=labels,
            response=self.response if follows else None,
            shared=self._noise(own) * float(sum(1 / max(n, 1) for n in _heard(asked.posts))) if labels else 0.0,
            support="unproven" if not proven else "measured" if min(n) >= LABELS_FOR_A_CELL else "borrowed",
            n_labels=sum(n),
        )

    def _labels(self, own: NDArray[np.bool_], period: NDArray[np.int64]) -> Told | None:
        names = [np.array([row[name] for row in self._judged], dtype=object)[own] for name in ("venue", "thread")]
        scales = Scales(np.asarray(self._scales.number)[own], self._scales.se)
        return label_movement(
            self._label[own], period[own], names[0], weights=self._weight[own], clusters=names[1], scales=scales
        )

    def _noise(self, own: NDArray[np.bool_]) -> float:
        """Variance of one label of a brand."""
        return float(np.cov(self._label[own], aweights=self._weight[own])) if own.sum() > 1 else 0.0

    def _carried(self, asked: Sequence[Compared], part: int, errors: Floats, scales: Scales, step: float) -> list[Told]:
        """Give the movement of an error of the reader in each comparison, carried from all labels."""
        if not asked:
            return []
        mixed = [(number, one.brand, *row) for number, one in enumerate(asked) for row in _mixture(one.posts, part)]
        labels, posts = places_of(
            [(row["brand"], row["venue"], (), row["day"]) for row in self._judged],
            [(brand, venue, (), week) for _, brand, venue, week, _ in mixed],
        )
        shares = Mixtures([row[0] for row in mixed], [row[-1] for row in mixed], posts)
        got: Pooled = pool_errors(LabelledErrors(errors, self._weight, labels, scales, step=step), shares)
        return [(float(v), float(e), float(d)) for v, e, d in zip(got.value, got.se, got.dof, strict=True)]


def _period(day: date, asked: Compared) -> int:
    """0 = neither, 1 = before, 2 = after."""
    return next((n for n, (a, b) in enumerate((asked.before, asked.after), start=1) if a <= day <= b), 0)


def _heard(posts: pa.Table) -> list[int]:
    """How many posts there are on each side."""
    side, n = posts["side"].to_numpy(zero_copy_only=False), posts["n_posts"].to_numpy()
    return [int(n[side == name].sum()) for name in SIDES]


def _mixture(posts: pa.Table, part: int) -> list[tuple[str, date, float]]:
    """Give venue, week and share of each row of a target; the shares add up to 0.

    The change of a mean of errors is Σ Δshare · mean error + Σ mean share · Δerror over the venues (Kitagawa 1955); the
    first sum is the target of the venues, the second that of what moved within them. A venue without posts in one
    period takes the other period's error, so its coming or going is all of the venues.
    """
    summed = posts.group_by(["side", "venue", "week"]).aggregate([("n_posts", "sum")]).to_pylist()
    held: dict[tuple[str, str], dict[date, int]] = {}
    for row in sorted(summed, key=lambda row: (row["venue"], row["week"], row["side"])):
        held.setdefault((row["venue"], row["side"]), {})[row["week"]] = row["n_posts_sum"]
    total = {side: sum(sum(weeks.values()) for (_, s), weeks in held.items() if s == side) for side in SIDES}
    found = []
    for venue in sorted({venue for venue, _ in held}):
        weeks = [held.get((venue, side), {}) for side in SIDES]
        share = [sum(one.values()) / total[side] for one, side in zip(weeks, SIDES, strict=True)]
        sources = [one or other for one, other in zip(weeks, reversed(weeks), strict=True)]
        for sign, source in zip((-1, 1), sources, strict=True):
            factor = (share[1] - share[0]) / 2 if part == VENUES else sign * sum(share) / 2
            n = sum(source.values())
            found += [(venue, week, factor * posts / n) for week, posts in source.items()]
    return found
