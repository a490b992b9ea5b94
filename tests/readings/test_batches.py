import pickle
import random
import subprocess
import sys

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leumund.readings.batches import OpinionReader, PostReader
from leumund.readings.brand import Brand, default_brands
from leumund.tables import arrow_schema

OPINIONS, POSTS = OpinionReader(default_brands()), PostReader(default_brands())
TEXTS = [
    "Die Telekom hat den Techniker wieder nicht geschickt, eine Frechheit.",
    "Bin von 1&1 zu Vodafone gewechselt: Hotline super, Preis fair, Router aber langsam.",
    "",
    "Weiß jemand, wann hier ausgebaut wird?",
    "😡😡😡",
    "o2 läuft stabil :-) Nicht schlecht!",
    "Grüße, e\u0301 Störung \0 bei o 2",
    "Der Preis ist gestiegen. " * 60,
]


def posts(texts: list[str]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"post_id": [f"p{i}" for i in range(len(texts))], "text": texts})


def test_the_tables_are_those_declared() -> None:
    assert OPINIONS(posts(TEXTS)).schema == arrow_schema("readings")
    assert POSTS(posts(TEXTS)).schema == arrow_schema("post_readings")
    assert OPINIONS(posts([])).num_rows == POSTS(posts([])).num_rows == 0


def test_every_post_has_one_row_of_its_own_and_no_row_comes_twice() -> None:
    rows = OPINIONS(posts(TEXTS)).to_pylist()
    keys = [(row["post_id"], row["brand"], row["aspect"]) for row in rows]
    assert len(keys) == len(set(keys))
    assert [key[0] for key in keys if key[1:] == ("", "")] == [f"p{i}" for i in range(len(TEXTS))]
    assert POSTS(posts(TEXTS))["post_id"].to_pylist() == [f"p{i}" for i in range(len(TEXTS))]


def test_the_three_probabilities_sum_to_ten_thousand() -> None:
    for row in OPINIONS(posts(TEXTS)).to_pylist():
        assert row["p_negative"] + row["p_neutral"] + row["p_positive"] == 10_000


def test_a_brand_that_is_named_is_relevant_and_has_a_row_for_itself_and_its_aspects() -> None:
    rows = [row for row in OPINIONS(posts(TEXTS)).to_pylist() if row["post_id"] == "p1"]
    assert {(row["brand"], row["aspect"]) for row in rows} >= {
        ("", ""),
        ("1&1", ""),
        ("Vodafone", ""),
        ("Vodafone", "support"),
    }
    assert all(row["relevant"] for row in rows)


@given(st.permutations(range(len(TEXTS))), st.integers(1, len(TEXTS)))
@settings(max_examples=15, deadline=None)
def test_rows_do_not_depend_on_their_neighbours(order: list[int], size: int) -> None:
    alone = {
        i: OPINIONS(posts(TEXTS).slice(i, 1)).to_pylist() + POSTS(posts(TEXTS).slice(i, 1)).to_pylist() for i in order
    }
    shuffled = posts(TEXTS).take(pa.array(order))
    for at in range(0, len(order), size):
        batch = shuffled.slice(at, size)
        together = OPINIONS(batch).to_pylist() + POSTS(batch).to_pylist()
        expected = [
            row for kind in (False, True) for i in order[at : at + size] for row in alone[i] if ("voice" in row) is kind
        ]
        assert together == expected


def test_a_large_batch_reads_like_small_ones() -> None:
    rng = random.Random(3)
    many = posts([" ".join(rng.sample(TEXTS, 3)) for _ in range(700)])
    whole = OPINIONS(many)
    parts = pa.Table.from_batches([OPINIONS(many.slice(at, 90)) for at in range(0, 700, 90)])
    assert pa.Table.from_batches([whole]).equals(parts.combine_chunks())


def test_a_reader_works_in_another_process_and_gives_the_same() -> None:
    code = (
        "import pickle, sys; reader, batch = pickle.loads(sys.stdin.buffer.read());"
        "sys.stdout.buffer.write(pickle.dumps(reader(batch)))"
    )
    for reader in (OPINIONS, POSTS):
        given_in = pickle.dumps((reader, posts(TEXTS)))
        out = subprocess.run([sys.executable, "-c", code], input=given_in, capture_output=True, check=True).stdout
        assert pickle.loads(out).equals(reader(posts(TEXTS)))


def test_the_version_tells_brands_apart() -> None:
    one, other = OpinionReader((Brand("Telekom"),)), OpinionReader((Brand("Telekom", ("T-Com",)),))
    assert one.version != other.version
    assert one.version == OpinionReader((Brand("Telekom"),)).version


@pytest.mark.parametrize("reader", [OPINIONS, POSTS])
def test_a_batch_may_have_more_columns(reader: OpinionReader | PostReader) -> None:
    batch = posts(TEXTS)
    wider = batch.append_column("board", pa.array(["x"] * batch.num_rows))
    assert reader(wider).equals(reader(batch))
