"""What is quoted of a post: whole words around what tells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leumund.picture.evidence import EXCERPT_CHARACTERS, excerpt_of


def test_an_excerpt_begins_and_ends_with_a_whole_word() -> None:
    text = " ".join(f"Wort{place}" for place in range(100))
    start = text.index("Wort50")
    excerpt, mark_start, mark_end = excerpt_of(text, start, start + len("Wort50"))
    assert excerpt[mark_start:mark_end] == "Wort50"
    assert excerpt.startswith("…") and excerpt.endswith("…")
    assert set(excerpt.strip("…").split()) <= set(text.split())


@given(st.text(alphabet="ab \n", max_size=600), st.integers(0, 600), st.integers(0, 600))
def test_the_marked_words_stay_and_the_excerpt_stays_short(text: str, start: int, length: int) -> None:
    excerpt, mark_start, mark_end = excerpt_of(text, start, start + length)
    assert len(excerpt) <= EXCERPT_CHARACTERS
    told = text[start : start + length][: EXCERPT_CHARACTERS - 2]
    assert excerpt[mark_start:mark_end] == "".join(" " if one.isspace() else one for one in told)
