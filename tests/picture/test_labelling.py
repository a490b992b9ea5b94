"""Posts to judge are drawn by chance, and say with what probability."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from leumund.picture.labelling import draw


def rows(pairs: list[tuple[str, str]]) -> pa.Table:
    return pa.table({"post_id": [p for p, _ in pairs], "brand": [b for _, b in pairs]}, schema=SCHEMA)


SCHEMA = pa.schema([("post_id", pa.string()), ("brand", pa.string())])
MARKET = [(f"post {n}", brand) for n in range(300) for brand in ("Own", "Rival")]


@settings(deadline=None, max_examples=40)
@given(n=st.integers(1, 700), n_judged=st.integers(0, 200))
def test_nothing_judged_is_drawn_again_and_probabilities_add_up(n: int, n_judged: int) -> None:
    judged = MARKET[:n_judged]
    drawn = draw(rows(MARKET), rows(judged), own="Own", n=n, snapshot_id="s")
    pairs = [(row.post_id, row.brand) for row in drawn]
    assert len(pairs) == len(set(pairs)) == min(n, len(MARKET) - n_judged)
    assert not set(pairs) & set(judged)
    for brand in ("Own", "Rival"):
        of_brand = [row for row in drawn if row.brand == brand]
        waiting = sum(b == brand for _, b in MARKET[n_judged:])
        assert all(abs(row.inclusion_probability * waiting - len(of_brand)) < 1e-9 for row in of_brand)


def test_half_of_the_verdicts_go_to_the_own_brand() -> None:
    drawn = draw(rows(MARKET), rows([]), own="Own", n=100, snapshot_id="s")
    assert sum(row.brand == "Own" for row in drawn) == 50


def test_the_same_snapshot_gives_the_same_draw_whatever_the_order_of_rows() -> None:
    forth = draw(rows(MARKET), rows([]), own="Own", n=100, snapshot_id="s")
    back = draw(rows(MARKET[::-1]), rows([]), own="Own", n=100, snapshot_id="s")
    assert forth == back
    assert forth != draw(rows(MARKET), rows([]), own="Own", n=100, snapshot_id="t")
