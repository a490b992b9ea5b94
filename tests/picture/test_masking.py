"""What is quoted names nobody and leads nowhere."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leumund.picture.masking import MASK, masked


@pytest.mark.parametrize(
    "private",
    [
        "https://shop.example/a?b=1",
        "www.shop.example",
        "kai.m@web.example",
        "@uwe63",
        "0261 / 12 34 56 7",
        "+49 2602-960",
    ],
)
def test_links_addresses_names_and_numbers_are_masked(private: str) -> None:
    text, start, end = masked(f"Bitte an {private} wenden, nie Antwort", 0, 5)
    assert text == f"Bitte an {MASK} wenden, nie Antwort"
    assert text[start:end] == "Bitte"


@pytest.mark.parametrize("plain", ["DSL 16000 seit 2009", "29,99 € im Monat", "am 03.04.2020", "1&1", "50.000 kbit/s"])
def test_speeds_prices_and_dates_stay(plain: str) -> None:
    assert masked(plain, 0, 1)[0] == plain


@given(
    st.lists(
        st.sampled_from(["nie wieder", "www.a.example", "x@y.example", "Störung", "0261 1234567", "@kai"]), max_size=8
    ),
    st.data(),
)
def test_the_telling_words_are_found_again_after_masking(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    telling = [m.span() for m in re.finditer("Störung|nie wieder", text)]
    if telling:
        start, end = data.draw(st.sampled_from(telling))
        after, new_start, new_end = masked(text, start, end)
        assert after[new_start:new_end] == text[start:end]
