"""Copies are one voice, also with a word or two changed; what many say in passing is not a copy."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import families as measured
from leumund.posts.families import compare, gather, sign
from leumund.tables import arrow_schema

SAID = "Seit drei Wochen warte ich auf die Schaltung und jeder an der Hotline erzählt mir etwas anderes als der davor"


def twins(left: str, right: str) -> int:
    pair = {"left_id": ["a"], "right_id": ["b"], "left_text": [left], "right_text": [right]}
    return compare(pa.RecordBatch.from_pydict(pair, schema=arrow_schema("neighbours"))).num_rows


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (SAID, True),
        (SAID.upper() + "!!!", True),
        (SAID.replace("drei", "vier"), True),
        (SAID.replace("drei", "vier").replace("Hotline", "Leitung"), True),
        (SAID.replace("drei", "vier").replace("Hotline", "Leitung").replace("warte", "hoffe"), False),
        (
            "Bei mir läuft alles seit Jahren ohne jede Störung und die Rechnung stimmt auch immer auf den Cent genau",
            False,
        ),
        (" ".join(reversed(SAID.split())), False),
    ],
)
def test_two_posts_are_copies_when_at_most_two_words_differ_in_order(other: str, alike: bool) -> None:
    assert twins(SAID, other) == alike
    assert twins(other, SAID) == alike


def test_what_many_say_in_few_words_is_no_copy() -> None:
    thanks = "Danke, das hat mir sehr geholfen, jetzt läuft es wieder!"
    assert twins(thanks, thanks) == 0
    posts = {"post_id": ["a"], "text": [thanks]}
    assert sign(pa.RecordBatch.from_pydict(posts)).num_rows == 0


def test_a_signature_depends_on_the_post_alone() -> None:
    texts = [SAID, SAID.replace("Wochen", "Monaten"), SAID + " und das nervt"]
    together = sign(pa.RecordBatch.from_pydict({"post_id": ["a", "b", "c"], "text": texts})).to_pylist()
    alone = [
        row
        for post_id, text in zip("cba", reversed(texts), strict=True)
        for row in sign(pa.RecordBatch.from_pydict({"post_id": [post_id], "text": [text]})).to_pylist()
    ]
    assert sorted(together, key=repr) == sorted(alone, key=repr)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda pair: pair[0] < pair[1]), max_size=40))
def test_groups_are_what_hangs_together_in_whatever_order_twins_come(pairs: list[tuple[int, int]]) -> None:
    rows = [{"left_id": f"{a:02}", "right_id": f"{b:02}", "similarity": 9_000} for a, b in pairs]
    found = gather({"twins": pa.Table.from_pylist(rows, schema=arrow_schema("twins"))})["kin"].to_pylist()
    backwards = gather({"twins": pa.Table.from_pylist(rows[::-1], schema=arrow_schema("twins"))})["kin"].to_pylist()
    groups = measured.Groups((row["left_id"], row["right_id"]) for row in rows)
    assert found == backwards
    assert {row["post_id"] for row in found} == {name for row in rows for name in (row["left_id"], row["right_id"])}
    for row in found:
        together = [other["post_id"] for other in found if groups.of(other["post_id"]) == groups.of(row["post_id"])]
        assert row["group_id"] == min(together)


@pytest.mark.slow
def test_planted_copies_are_found_and_little_else() -> None:
    for figure in measured.run(quick=True):
        assert figure.holds, figure
