"""People who judge the same posts: how far they agree, and where they do not."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest

from leumund.estimates import alpha
from leumund.picture.agreement import agreement_of, where_they_differ
from leumund.reports.labelplan import agreement_lines
from leumund.tables import Label, arrow_schema, rows_to_arrow

NOON = datetime.datetime(2024, 5, 3, 12, tzinfo=datetime.UTC)


def labels(said: list[tuple[str, ...]]) -> pa.Table:
    """One tuple a post: the verdicts of anna, bert, …; '' = none."""
    people = ("anna", "bert", "carl")
    rows = [
        Label(f"post {n:03d}", "Own", "", "polarity", value, who, NOON, "plan", 0.1, blind=True)
        for n, verdicts in enumerate(said)
        for who, value in zip(people, verdicts, strict=False)
        if value
    ]
    return rows_to_arrow("labels", rows)


def posts(n: int) -> pa.Table:
    ids = [f"post {k:03d}" for k in range(n)]
    return pa.table({"post_id": ids, "text": ["Ruft mich an: 0151 2345678901. " * 20] * n})


MIXED = [("negative", "negative")] * 20 + [("positive", "positive")] * 12 + [("neutral", "negative")] * 8


def test_alpha_is_krippendorffs_with_an_interval_around_it() -> None:
    found = agreement_of(labels([*MIXED, ("neutral", ""), ("not_relevant", "negative")]))
    place = {"negative": -1, "neutral": 0, "positive": 1}
    table = np.array([[place[a], place[b]] for a, b in MIXED], dtype=float).T
    assert found.alpha == pytest.approx(alpha(table, "ordinal"))
    assert (found.n_posts, found.n_same, found.n_labellers) == (41, 32, 2)
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < found.alpha < found.high <= 1
    assert found == agreement_of(labels([*MIXED, ("neutral", ""), ("not_relevant", "negative")]))


@pytest.mark.parametrize(
    ("said", "grade"),
    [
        ([], "none"),
        ([("negative", "")] * 9, "none"),
        ([("negative", "negative")] * 9, "undefined"),
        ([("negative", "positive"), ("positive", "negative")] * 10, "low"),
        ([("negative", "negative"), ("positive", "positive"), ("neutral", "neutral")] * 20, "good"),
    ],
)
def test_each_state_is_told_in_words_of_its_own(said: list[tuple[str, ...]], grade: str) -> None:
    found = agreement_of(labels(said))
    assert found.grade == grade
    for language in ("de", "en"):
        lines = agreement_lines(found, where_they_differ(labels(said), posts(60)), language)
        assert lines[0]
        assert "nan" not in "".join(lines)


def test_the_sharpest_differences_come_first_and_quote_little_and_nobody() -> None:
    said = [("negative", "neutral"), ("negative", "positive"), ("positive", "positive")]
    found = where_they_differ(labels(said), posts(3))
    assert [one.post_id for one in found] == ["post 001", "post 000"]
    assert found[0].verdicts == (("anna", "negative"), ("bert", "positive"))
    assert all(len(one.excerpt) <= 200 and "0151" not in one.excerpt for one in found)


def test_what_was_seen_beside_the_machines_verdict_says_nothing_of_agreement() -> None:
    open_eyed = [row | {"blind": False} for row in labels(MIXED).to_pylist()]
    assert agreement_of(pa.Table.from_pylist(open_eyed, schema=arrow_schema("labels"))).n_posts == 0


def test_of_a_few_posts_judged_twice_no_agreement_is_told() -> None:
    found = agreement_of(labels([("positive", "neutral")] * 2 + [("positive", "positive")] * 2))
    assert (found.grade, found.alpha, found.low, found.high) == ("undefined", None, None, None)
