"""A change split among mix and opinions: exact sums, and errors that hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures_worlds import two_venues
from leumund.errors import LeumundError
from leumund.estimates import Rows, split_by_group, split_change, split_in_three

Voice = tuple[int, int, int, int, float, int, int]
voices = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 3),
        st.integers(0, 1),
        st.integers(1, 4),
        st.floats(-100, 100),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    min_size=2,
    max_size=60,
).filter(lambda rows: {row[0] for row in rows} == {0, 1})


def taken(rows: list[Voice]) -> tuple[Rows, list[int], list[int]]:
    side, outer, inner, n, mean, author, thread = (list(column) for column in zip(*rows, strict=True))
    y = [m * k for m, k in zip(mean, n, strict=True)]  # type: ignore[operator]  # columns of mixed rows
    return Rows(side, n, y, author, thread), outer, inner  # type: ignore[return-value]  # as above


def change_of_mean(rows: Rows) -> float:
    side, n, y = (np.asarray(column, dtype=float) for column in rows[:3])
    return float(y[side == 1].sum() / n[side == 1].sum() - y[side == 0].sum() / n[side == 0].sum())


@given(voices)
def test_the_parts_add_up_to_the_change_of_the_mean(rows: list[Voice]) -> None:
    said, outer, inner = taken(rows)
    got = split_in_three(said, outer, inner)
    assert got["outer"].value + got["inner"].value + got["rate"].value == pytest.approx(got["total"].value, abs=1e-8)
    assert got["total"].value == pytest.approx(change_of_mean(said), abs=1e-8)


@given(voices)
def test_what_the_groups_move_adds_up_to_the_change_of_the_mean(rows: list[Voice]) -> None:
    said, group, _ = taken(rows)
    got = split_by_group(said, group)
    assert sum(part.value for part in got.values()) == pytest.approx(change_of_mean(said), abs=1e-8)


def drawn(seed: int = 1) -> tuple[Rows, np.ndarray, np.ndarray]:
    return two_venues((400, 500), (0.3, 0.6), 5, np.random.default_rng(seed))


def test_with_one_kind_of_author_it_is_the_split_of_kitagawa() -> None:
    rows, venue, _ = drawn()
    side, y = np.asarray(rows.side), np.asarray(rows.y)
    weights = [[(venue[side == s] == v).mean() for v in (0, 1)] for s in (0, 1)]
    rates = [[y[(side == s) & (venue == v)].mean() for v in (0, 1)] for s in (0, 1)]
    plain = split_change(weights[0], rates[0], weights[1], rates[1])
    got = split_in_three(rows, venue, np.zeros(venue.size))
    assert (got["outer"].value, got["rate"].value) == pytest.approx(plain)
    assert got["inner"].value == 0


def test_the_error_is_that_of_leaving_one_thread_out_at_a_time() -> None:
    rows, venue, heavy = two_venues((900, 800), (0.3, 0.5), 4, np.random.default_rng(3))
    rows = rows._replace(author=np.arange(venue.size))  # nobody writes twice, so only threads hang together
    left = []
    for thread in np.unique(rows.thread):
        kept = np.asarray(rows.thread) != thread
        fewer = Rows(*(np.asarray(column)[kept] for column in rows))
        left.append({name: part.value for name, part in split_in_three(fewer, venue[kept], heavy[kept]).items()})
    for name, part in split_in_three(rows, venue, heavy).items():
        jackknife = np.sqrt((len(left) - 1) * np.var([one[name] for one in left]))
        assert part.se == pytest.approx(jackknife, rel=0.1)


def test_the_order_of_rows_and_the_names_of_groups_do_not_matter() -> None:
    rows, venue, heavy = drawn()
    order = np.random.default_rng(2).permutation(venue.size)
    mixed = Rows(*(np.asarray(column)[order] for column in rows))
    other = split_in_three(mixed, np.array(["b", "a"])[venue[order]], heavy[order] == 1)
    for name, part in split_in_three(rows, venue, heavy).items():
        assert part == pytest.approx(other[name])


def test_turning_time_round_turns_every_part_round() -> None:
    rows, venue, heavy = drawn()
    back = split_in_three(rows._replace(side=1 - np.asarray(rows.side)), venue, heavy)
    for name, part in split_in_three(rows, venue, heavy).items():
        assert part.value == pytest.approx(-back[name].value)
        assert part.se == pytest.approx(back[name].se)


def test_a_venue_that_comes_new_is_mix_and_no_opinion() -> None:
    rows, _, heavy = drawn()
    y = np.where(np.asarray(rows.side) == 1, 5.0, 5.0)
    new = (np.asarray(rows.side) == 1) & (np.asarray(rows.thread) % 2 == 0)
    got = split_in_three(rows._replace(y=np.where(new, 50.0, y)), new, heavy)
    assert got["rate"].value == pytest.approx(0, abs=1e-9)
    assert got["outer"].value == pytest.approx(45 * new.sum() / (np.asarray(rows.side) == 1).sum())


def test_one_author_alone_says_nothing_about_others() -> None:
    rows = Rows([0, 0, 1, 1], [1, 1, 1, 1], [1.0, 2, 3, 4], [1, 1, 1, 1], [1, 2, 3, 4])
    assert np.isnan(split_in_three(rows, [0, 0, 0, 0], [0, 0, 0, 0])["rate"].low)


def test_many_looks_widen_the_intervals() -> None:
    rows, venue, heavy = drawn()
    two, four = split_by_group(rows, venue), split_by_group(rows, 2 * venue + heavy)
    one = split_in_three(rows, venue, heavy)["total"]
    assert (two[0, "rate"].high - two[0, "rate"].low) / two[0, "rate"].se > (one.high - one.low) / one.se
    assert (four[0, "rate"].high - four[0, "rate"].low) / four[0, "rate"].se > (
        two[0, "rate"].high - two[0, "rate"].low
    ) / two[0, "rate"].se


@pytest.mark.parametrize("changed", [{"side": [0, 0]}, {"n": [1, 0]}, {"y": [1.0, float("nan")]}, {"y": [1.0]}])
def test_what_cannot_be_split_is_refused(changed: dict[str, list[float]]) -> None:
    rows = Rows([0, 1], [1, 1], [1.0, 2.0], [1, 2], [1, 2])._replace(**changed)
    with pytest.raises(LeumundError):
        split_in_three(rows, [0, 0], [0, 0])


def arrivals(n_after: int, each: int, *, calm: bool, seed: int = 1) -> tuple[Rows, list[int], list[int]]:
    """Sixty authors who think alike on both sides, and heavy ones who come and blame; one calm one on both, perhaps."""
    rng = np.random.default_rng(seed)
    rows = [(side, 1, rng.choice([-100.0, 0, 100]), who, who // 2, 0) for side in (0, 1) for who in range(60)]
    rows += [(1, 1, -100.0, 100 + who, 100 + 9 * who + k % 9, 1) for who in range(n_after) for k in range(each)]
    if calm:
        rows += [(side, 1, rng.choice([-100.0, 0, 100]), 99, 90 + k, 1) for side in (0, 1) for k in range(7)]
    side, n, y, author, thread, inner = zip(*rows, strict=True)
    return Rows(side, n, y, author, thread), [0] * len(rows), list(inner)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("calm", [False, True])
@pytest.mark.parametrize(("who", "each"), [(3, 30), (4, 30), (6, 20)])
def test_heavy_authors_who_come_are_no_change_of_opinions(who: int, each: int, calm: bool, seed: int) -> None:
    rows, outer, inner = arrivals(who, each, calm=calm, seed=seed)
    got = split_in_three(rows, outer, inner)
    assert got["rate"].low <= 0 <= got["rate"].high
    assert got["inner"].value < -15
    assert abs(got["rate"].value) < abs(got["inner"].value)


def test_one_author_who_comes_is_not_told_as_certain() -> None:
    got = split_in_three(*arrivals(1, 60, calm=False))
    assert got["inner"].low < 0 < got["inner"].high
