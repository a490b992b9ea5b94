"""Which days were collected: a silence that chance explains badly is a gap, at the end as well."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from leumund.picture.coverage import step
from leumund.tables import VenueDay, rows_to_arrow

LAST = date(2024, 6, 30)


def gaps(*heard: tuple[str, int, int]) -> dict[str, int]:
    """Days of gap by venue; `heard` is (venue, first and last day with posts, in days before the end)."""
    days = [
        VenueDay(venue, LAST - timedelta(days=ago), 5) for venue, first, last in heard for ago in range(last, first + 1)
    ]
    found = step().run({"days": rows_to_arrow("days", days)})["coverage"].to_pylist()
    return {venue: sum(row["source"] == venue and row["problem"] == "gap" for row in found) for venue, *_ in heard}


@pytest.mark.parametrize(("silent", "told"), [(0, 0), (1, 0), (10, 10), (60, 60)])
def test_a_forum_that_is_silent_while_another_goes_on_is_missing(silent: int, told: int) -> None:
    assert gaps(("a.example", 300, 0), ("b.example", 300, silent)) == {"a.example": 0, "b.example": told}


def test_a_forum_that_stays_silent_is_closed_after_a_quarter() -> None:
    assert gaps(("a.example", 600, 0), ("b.example", 600, 300))["b.example"] == 91


def test_one_thread_that_ends_is_no_forum_that_is_missing() -> None:
    assert gaps(("a.example", 300, 0), ("b.example", 200, 160))["b.example"] == 0


def test_what_is_expected_goes_on_through_a_silence_at_the_end() -> None:
    days = [
        VenueDay(venue, LAST - timedelta(days=ago), 5)
        for venue, end in (("a", 0), ("b", 50))
        for ago in range(end, 200)
    ]
    found = step().run({"days": rows_to_arrow("days", days)})["coverage"].to_pylist()
    assert {row["expected"] for row in found if row["source"] == "b" and row["problem"]} == {5.0}
