"""What is recorded stays, what is said later holds, and twice is once: on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leumund.errors import WrongUse
from leumund.ledger import Ledger, open_ledger
from leumund.tables import Amendment, Label, Override, arrow_schema

NOON = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)

VERDICT = Label(
    post_id="0f3c", brand="Telekom", aspect="Umzug", field="polarity", value="negative", labeller="Annegret Müller",
    labelled_at=NOON, plan_id="märz", inclusion_probability=0.125, blind=True,
)  # fmt: skip


def events(ledger: Ledger) -> int:
    """How many verdicts were ever recorded, replaced ones included."""
    with ledger._engine.connect() as connection:
        return int(connection.execute(sa.text("SELECT count(*) FROM label_events")).scalar_one())


def test_a_new_ledger_is_empty_and_has_the_declared_columns(url: str) -> None:
    with open_ledger(url) as ledger:
        for name, table in (
            ("labels", ledger.labels()),
            ("audit", ledger.audit_rows()),
            ("publications", ledger.publications()),
            ("overrides", ledger.overrides()),
            ("amendments", ledger.amendments()),
        ):
            assert table.num_rows == 0
            assert table.schema == arrow_schema(name)


def test_a_verdict_comes_back_word_for_word_after_the_ledger_was_closed(url: str) -> None:
    with open_ledger(url) as ledger:
        assert (
            ledger.record_labels([VERDICT, replace(VERDICT, post_id="1a", plan_id="", inclusion_probability=None)]) == 2
        )
    with open_ledger(url) as ledger:
        table = ledger.labels()
    assert table.schema == arrow_schema("labels")
    assert [Label(**row) for row in table.to_pylist()] == [
        VERDICT,
        replace(VERDICT, post_id="1a", plan_id="", inclusion_probability=None),
    ]


def test_the_same_label_again_changes_nothing(url: str) -> None:
    with open_ledger(url) as ledger:
        assert ledger.record_labels([VERDICT, VERDICT]) == 1
        before = ledger.labels()
        assert ledger.record_labels(label for label in [VERDICT]) == 0
        assert ledger.labels() == before
        assert events(ledger) == 1


def test_the_same_moment_told_in_another_zone_is_the_same_label(url: str) -> None:
    summer = timezone(timedelta(hours=2))
    with open_ledger(url) as ledger:
        ledger.record_labels([VERDICT])
        assert ledger.record_labels([replace(VERDICT, labelled_at=NOON.astimezone(summer))]) == 0


def test_a_later_verdict_replaces_the_earlier_one_and_the_history_stays(url: str) -> None:
    later = replace(VERDICT, value="neutral", labelled_at=NOON + timedelta(microseconds=1))
    with open_ledger(url) as ledger:
        ledger.record_labels([VERDICT])
        assert ledger.record_labels([later]) == 1
        assert ledger.labels()["value"].to_pylist() == ["neutral"]
        assert ledger.record_labels([VERDICT]) == 0
        assert ledger.labels()["value"].to_pylist() == ["neutral"]
        assert events(ledger) == 2


def test_an_older_verdict_that_arrives_late_does_not_replace_the_newer_one(url: str) -> None:
    with open_ledger(url) as ledger:
        ledger.record_labels([VERDICT])
        ledger.record_labels([replace(VERDICT, value="positive", labelled_at=NOON - timedelta(days=400))])
        assert ledger.labels()["value"].to_pylist() == ["negative"]
        assert events(ledger) == 2


def test_of_two_verdicts_at_the_same_moment_the_one_recorded_last_holds(url: str) -> None:
    with open_ledger(url) as ledger:
        ledger.record_labels([replace(VERDICT, value=value) for value in ("negative", "positive", "neutral")])
        assert ledger.labels()["value"].to_pylist() == ["neutral"]
        ledger.record_labels([replace(VERDICT, value="mixed")])
        assert ledger.labels()["value"].to_pylist() == ["mixed"]


def test_two_people_may_read_the_same_post_differently(url: str) -> None:
    with open_ledger(url) as ledger:
        ledger.record_labels([VERDICT, replace(VERDICT, labeller="Böhm", value="positive")])
        assert ledger.labels()["labeller"].to_pylist() == ["Annegret Müller", "Böhm"]


def test_the_view_is_sorted_alike_on_every_database(url: str) -> None:
    names = ["Ärger", "o2", "1&1", "Zebra", "O2", "ähnlich", "", "vodafone", "1 & 1", "🐟", "Vodafone"]
    with open_ledger(url) as ledger:
        ledger.record_labels([replace(VERDICT, brand=name) for name in names])
        assert ledger.labels()["brand"].to_pylist() == sorted(names, key=str.encode)


def test_a_list_with_one_bad_label_records_none_of_them(url: str) -> None:
    with open_ledger(url) as ledger:
        for bad in (
            replace(VERDICT, labelled_at=datetime(2026, 3, 29, 12, 0)),
            replace(VERDICT, value="neg\0ative"),
            replace(VERDICT, aspect="\ud83d"),
            replace(VERDICT, inclusion_probability=float("nan")),
        ):
            with pytest.raises(WrongUse) as caught:
                ledger.record_labels([VERDICT, bad])
            assert caught.value.where
            assert caught.value.next_step
        assert events(ledger) == 0
        assert ledger.record_labels([]) == 0


def test_signs_that_no_database_can_store_are_refused_everywhere(url: str) -> None:
    with open_ledger(url) as ledger:
        for bad in ("\ud83d", "Bericht\0"):
            with pytest.raises(WrongUse):
                ledger.audit(who=bad, what="looked")
            with pytest.raises(WrongUse):
                ledger.publish(snapshot_id=bad, report_sha256="", title="", published_by="")
        assert ledger.audit_rows().num_rows == ledger.publications().num_rows == 0


def test_the_audit_keeps_who_did_what_in_order_and_in_utc(url: str) -> None:
    before = datetime.now(UTC)
    with open_ledger(url) as ledger:
        ledger.audit(who="böhm", what="name seen", subject="author 77", detail="Fall 12: „Rückruf“")
        ledger.audit(who="böhm", what="name seen", subject="author 77", detail="Fall 12: „Rückruf“")
        ledger.audit(who="müller", what="published")
        table = ledger.audit_rows()
    assert table.schema == arrow_schema("audit")
    rows = table.to_pylist()
    assert [(row["who"], row["what"]) for row in rows] == [("böhm", "name seen")] * 2 + [("müller", "published")]
    assert [row["number"] for row in rows] == sorted({row["number"] for row in rows})
    assert all(before <= row["at"] <= datetime.now(UTC) for row in rows)
    assert rows[0]["detail"] == "Fall 12: „Rückruf“"


def test_publishing_the_same_report_twice_is_one_publication(url: str, new_url: Callable[[], str]) -> None:
    report = {"snapshot_id": "s-1", "report_sha256": "ab" * 32}
    with open_ledger(url) as ledger:
        first = ledger.publish(**report, title="März 2026", published_by="müller")
        before = ledger.publications()
        assert ledger.publish(**report, title="März, noch einmal", published_by="böhm") == first
        assert ledger.publications() == before
        assert before["title"].to_pylist() == ["März 2026"]
        others = {ledger.publish(**{**report, key: "anders"}, title="", published_by="") for key in report}
        assert len(others | {first}) == 3
        assert ledger.publications().schema == arrow_schema("publications")
        assert ledger.publications()["publication_id"].to_pylist()[0] == first
    with open_ledger(new_url()) as elsewhere:
        assert elsewhere.publish(**report, title="", published_by="") == first


words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
moments = st.datetimes(
    min_value=datetime(1990, 1, 1),  # naive, as hypothesis wants it; the zone is added by timezones
    max_value=datetime(2100, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30)), timezone(timedelta(hours=14))]),
)
labels = st.builds(
    Label,
    post_id=st.sampled_from(["a", "b"]),
    brand=st.sampled_from(["", "o2"]) | words,
    aspect=st.just("") | words,
    field=st.sampled_from(["polarity", "relevant"]),
    value=st.sampled_from(["negative", "positive"]) | words,
    labeller=st.sampled_from(["müller", "böhm"]),
    labelled_at=moments | st.sampled_from([NOON, NOON + timedelta(microseconds=1)]),
    plan_id=st.just("") | words,
    inclusion_probability=st.none() | st.floats(0, 1),
    blind=st.booleans(),
)
Key = tuple[str, str, str, str, str]


def key(label: Label) -> Key:
    return label.post_id, label.brand, label.aspect, label.field, label.labeller


def expected_view(recorded: list[Label]) -> dict[Key, Label]:
    """The law in plain Python: walk through the events, the later moment wins, of equal moments the later event."""
    view: dict[Key, Label] = {}
    seen: set[Label] = set()
    for label in recorded:
        if label not in seen and (key(label) not in view or view[key(label)].labelled_at <= label.labelled_at):
            view[key(label)] = label
        seen.add(label)
    return view


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(recorded=st.lists(labels, max_size=12), data=st.data())
def test_order_between_keys_does_not_matter_and_twice_is_once(
    new_url: Callable[[], str], recorded: list[Label], data: st.DataObject
) -> None:
    by_key: dict[Key, list[Label]] = {}
    for label in recorded:
        by_key.setdefault(key(label), []).append(label)
    turns = data.draw(st.permutations([key(label) for label in recorded]), label="whose turn")
    shuffled = [by_key[turn].pop(0) for turn in turns]
    with open_ledger(new_url()) as ledger, open_ledger(new_url()) as other:
        assert ledger.record_labels(recorded) == len(set(recorded))
        assert sum(other.record_labels([label]) for label in shuffled) == len(set(recorded))
        view = ledger.labels()
        assert view == other.labels()
        assert {key(label): label for label in (Label(**row) for row in view.to_pylist())} == expected_view(recorded)
        assert ledger.record_labels(reversed(recorded)) == 0
        assert ledger.labels() == view


OVERRIDE = Override("0f3c", "Telekom", "", "polarity", "positive", "Annegret Müller", NOON, "ironisch gemeint")


def test_of_two_overrides_the_later_one_holds_whoever_made_it(url: str) -> None:
    later = replace(
        OVERRIDE, value="", overridden_by="böhm", overridden_at=NOON + timedelta(minutes=1), reason="doch nicht"
    )
    other = replace(OVERRIDE, brand="", field="relevant", value="false")
    with open_ledger(url) as ledger:
        assert ledger.record_overrides([later, OVERRIDE, other]) == 3
        assert ledger.record_overrides([OVERRIDE]) == 0
        assert {Override(**row) for row in ledger.overrides().to_pylist()} == {later, other}


@pytest.mark.parametrize("wrong", [{"reason": "  "}, {"reason": "\0"}, {"overridden_at": NOON.replace(tzinfo=None)}])
def test_an_override_without_reason_or_zone_is_refused_with_all_that_came_with_it(
    url: str, wrong: dict[str, object]
) -> None:
    with open_ledger(url) as ledger:
        with pytest.raises(WrongUse):
            ledger.record_overrides([OVERRIDE, replace(OVERRIDE, **wrong)])  # type: ignore[arg-type]  # wrong on purpose
        assert ledger.overrides().num_rows == 0


def test_an_amendment_comes_back_as_it_was_noted_and_is_noted_once(url: str) -> None:
    amendment = Amendment(
        amendment_id="a1", publication_id="p1", figure_id="f1", snapshot_id="s2", kind="erratum", cause="overridden",
        measure="net_index", brand="Telekom", rival="", aspect="", period="week", period_start=date(2026, 3, 2),
        period_end=date(2026, 3, 8), counted="posts", old_value=-18.25, old_low=-25.0, old_high=-11.5,
        old_support="measured", new_value=None, new_low=None, new_high=None, new_support="", noted_at=NOON,
    )  # fmt: skip
    with open_ledger(url) as ledger:
        assert ledger.record_amendments([amendment]) == 1
        assert ledger.record_amendments([replace(amendment, noted_at=NOON + timedelta(days=1))]) == 0
        assert [Amendment(**row) for row in ledger.amendments().to_pylist()] == [amendment]
