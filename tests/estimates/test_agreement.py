"""Agreement between labellers."""

from __future__ import annotations

import numpy as np
import pytest

from leumund.errors import CannotEstimate
from leumund.estimates import alpha

GAP = np.nan
PUBLISHED = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, GAP, GAP, GAP],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, GAP, 3],
    [GAP, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, GAP],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, GAP],
]


@pytest.mark.parametrize(
    ("level", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_krippendorffs_own_example_comes_out_as_published(level: str, expected: float) -> None:
    assert alpha(PUBLISHED, level) == pytest.approx(expected, abs=0.0005)  # type: ignore[arg-type]  # a plain str


def test_people_who_always_agree_have_an_alpha_of_one() -> None:
    assert alpha([[-1, 0, 1, 1], [-1, 0, 1, 1]], "ordinal") == 1


def test_dice_agree_no_more_than_chance() -> None:
    rolled = np.random.default_rng(1).integers(-1, 2, (2, 4000))
    assert abs(alpha(rolled)) < 0.05


def test_who_sat_in_which_row_does_not_matter() -> None:
    assert alpha(PUBLISHED[::-1], "ordinal") == pytest.approx(alpha(PUBLISHED, "ordinal"))


@pytest.mark.parametrize(
    ("table", "level", "word"),
    [
        ([[1, 1], [1, 1]], "nominal", "same value"),
        ([[1, GAP], [GAP, 2]], "nominal", "two people"),
        ([1, 2, 3], "nominal", "coders"),
        ([[1, 2, 3]], "nominal", "coders"),
        ([[1, 2], [2, 1]], "rough", "unknown"),
        ([[-1, 2], [2, -1]], "ratio", "negative"),
    ],
)
def test_tables_without_an_alpha_are_refused_in_words(table: list[list[float]], level: str, word: str) -> None:
    with pytest.raises(CannotEstimate, match=word):
        alpha(table, level)  # type: ignore[arg-type]  # wrong on purpose
