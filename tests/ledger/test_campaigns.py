"""Plans and evaluations of campaigns: dated by the ledger, added to, never changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from leumund.errors import WrongUse
from leumund.ledger import Ledger, open_ledger
from leumund.picture.plans import plan_status, terms_of
from leumund.tables import CampaignEntry

SPRING: dict[str, Any] = {
    "planned": True,
    "brand": "Telekom",
    "starts_on": date(2030, 3, 4),
    "weeks_after": 26,
    "measure": "net_index",
    "counted": "posts",
    "aspect": "",
    "rivals": ("Vodafone", "o2"),
    "recorded_by": "kim",
}


def record(ledger: Ledger, name: str = "Spring", **changed: Any) -> bool:
    return ledger.record_campaign(name, **{**SPRING, **changed})


def test_a_plan_comes_back_with_the_ledgers_own_time_and_its_digest(url: str) -> None:
    before = datetime.now(UTC)
    with open_ledger(url) as ledger:
        assert record(ledger)
        (row,) = ledger.campaigns().to_pylist()
    assert before <= row["recorded_at"] <= datetime.now(UTC)
    assert row["rivals"] == '["Vodafone", "o2"]'
    assert (row["starts_on"], row["weeks_after"], row["number"]) == (date(2030, 3, 4), 26, 1)
    assert len(row["digest"]) == 64


def test_the_same_plan_again_changes_nothing(url: str) -> None:
    with open_ledger(url) as ledger:
        record(ledger)
        kept = ledger.campaigns()
        assert not record(ledger, recorded_by="somebody else")
        assert ledger.campaigns() == kept


def test_a_changed_plan_stands_beside_the_old_one_and_may_be_taken_up_again(url: str) -> None:
    with open_ledger(url) as ledger:
        assert [record(ledger, weeks_after=weeks) for weeks in (26, 13, 26)] == [True, True, True]
        assert ledger.campaigns()["weeks_after"].to_pylist() == [26, 13, 26]
        assert ledger.campaigns()["number"].to_pylist() == [1, 2, 3]


def test_an_evaluation_does_not_hide_the_plan(url: str) -> None:
    with open_ledger(url) as ledger:
        assert record(ledger)
        assert record(ledger, planned=False)
        assert not record(ledger)
        assert not record(ledger, planned=False)
        rows = ledger.campaigns().to_pylist()
    assert [row["planned"] for row in rows] == [True, False]
    assert rows[0]["digest"] == rows[1]["digest"]


def test_the_digest_tells_any_change_of_what_was_written_down(url: str) -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"brand": "o2"},
        {"starts_on": date(2030, 3, 11)},
        {"weeks_after": 13},
        {"counted": "authors"},
        {"aspect": "price"},
        {"rivals": ("Vodafone",)},
    ]
    with open_ledger(url) as ledger:
        for change in changes:
            record(ledger, **change)
        record(ledger, name="Autumn")
        digests = ledger.campaigns()["digest"].to_pylist()
    assert len(set(digests)) == len(changes) + 1


def test_the_database_itself_refuses_a_second_entry_of_the_same_number(url: str) -> None:
    with open_ledger(url) as ledger:
        record(ledger)
        (row,) = ledger.campaigns().to_pylist()
        with ledger._engine.connect() as connection, pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.text("INSERT INTO campaigns SELECT * FROM campaigns"))
        assert ledger.campaigns().to_pylist() == [row]


def test_a_name_that_no_database_can_store_is_refused(url: str) -> None:
    with open_ledger(url) as ledger, pytest.raises(WrongUse, match="name"):
        record(ledger, name="Spr\0ing")


def test_a_plan_altered_in_the_database_no_longer_has_its_digest_and_proves_nothing(url: str) -> None:
    with open_ledger(url) as ledger:
        record(ledger)
        with ledger._engine.begin() as connection:
            connection.execute(sa.text("UPDATE campaigns SET weeks_after = 4"))
        entries = [CampaignEntry(**row) for row in ledger.campaigns().to_pylist()]
    assert [entry.digest for entry in entries] == [""]
    assert plan_status(entries, terms_of(entries[0])).kind == "altered"
