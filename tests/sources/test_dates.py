"""Dates as forums write them: read, or refused; never guessed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leumund.errors import DateNotUnderstood, WrongUse
from leumund.sources.dates import DateRules, find_date, order_from, read_date, with_order, zone_from_words, zone_of

TAKEN = datetime(2024, 2, 24, 12, 0, tzinfo=UTC)  # a Saturday
GERMAN = DateRules("de", taken_at=TAKEN)
ENGLISH = DateRules("en", taken_at=TAKEN)


@pytest.mark.parametrize(
    ("text", "read", "precision"),
    [
        ("03.04.2020, 14:22", "2020-04-03T14:22", "minute"),
        ("Mo 12. Jan 2009, 14:22", "2009-01-12T14:22", "minute"),
        ("12. Januar 2009 um 14:22 Uhr", "2009-01-12T14:22", "minute"),
        ("Montag, 7. Januar 2013, 15:16", "2013-01-07T15:16", "minute"),
        ("1. Mär. 2018", "2018-03-01T00:00", "day"),
        ("17.09.09 10:30", "2009-09-17T10:30", "minute"),
        ("Verfasst am: 12.01.2009, 14:22 Uhr", "2009-01-12T14:22", "minute"),
        ("Heute, 14:03", "2024-02-24T14:03", "minute"),
        ("Gestern", "2024-02-23T00:00", "day"),
        ("vor 5 Minuten", "2024-02-24T11:55", "minute"),
        ("vor einer Stunde", "2024-02-24T11:00", "day"),
        ("Freitag um 09:07 Uhr", "2024-02-23T09:07", "minute"),
        ("Samstag um 09:07 Uhr", "2024-02-17T09:07", "minute"),
        ("Mai 2016", "2016-05-01T00:00", "month"),
    ],
)
def test_german_dates_are_read(text: str, read: str, precision: str) -> None:
    when = read_date(text, GERMAN)
    assert (when.moment, when.precision) == (datetime.fromisoformat(read).replace(tzinfo=UTC), precision)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Sat Feb 24, 2024 12:41 pm", "2024-02-24T12:41"),
        ("Sat Feb 24, 2024 12:41 am", "2024-02-24T00:41"),
        ("12 Apr 2021", "2021-04-12T00:00"),
        ("April 3rd, 2012, 02:05 PM", "2012-04-03T14:05"),
        ("Feb 14, 2026 | 9:05 pm", "2026-02-14T21:05"),
        ("Yesterday at 10:12", "2024-02-23T10:12"),
        ("Today 02:15 PM", "2024-02-24T14:15"),
        ("Monday at 9:07 PM", "2024-02-19T21:07"),
        ("5 minutes ago", "2024-02-24T11:55"),
        ("3 Days Ago, 10:22 AM", "2024-02-21T10:22"),
        ("Wed Mar  6 12:00:01 2019 UTC", "2019-03-06T12:00:01"),
        ("09-18-2012, 03:45 PM", "2012-09-18T15:45"),
        ("2012-09-18 15:45", "2012-09-18T15:45"),
    ],
)
def test_english_dates_are_read(text: str, read: str) -> None:
    assert read_date(text, ENGLISH).moment == datetime.fromisoformat(read).replace(tzinfo=UTC)


def test_other_languages_take_their_month_names_from_cldr() -> None:
    assert read_date("12 janv. 2012, 10h11", DateRules("fr")).moment == datetime(2012, 1, 12, 10, 11, tzinfo=UTC)


@pytest.mark.parametrize("text", ["31.02.2020", "2 Apfel", "", "1 Stunde", "25:70", "12.13.14.15", "13/13/2020"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(DateNotUnderstood):
        read_date(text, GERMAN)


@pytest.mark.parametrize("text", ["03/04/2020", "03-04-2020, 10:00"])
def test_a_date_that_could_be_two_days_is_refused_until_somebody_says_the_order(text: str) -> None:
    with pytest.raises(DateNotUnderstood, match="two days") as caught:
        read_date(text, DateRules("en"))
    assert "--date-order" in caught.value.next_step
    assert read_date(text, DateRules("en", "dmy")).moment.month == 4
    assert read_date(text, DateRules("en", "mdy")).moment.month == 3
    assert read_date(text, DateRules("en-us")).moment.month == 3
    assert read_date(text, DateRules("de")).moment.month == 4


@pytest.mark.parametrize("order", ["", "dmy", "mdy", "ymd"])
@pytest.mark.parametrize("language", ["de", "en", "en-us", "fr"])
@pytest.mark.parametrize(
    "text",
    ["29/07/2004, 19h46", "03/04/2004 08:01:59", "3.4.2004, 19h46", "12.31.2004", "31/02/2004", "3/4/2004, 24:00"],
)
def test_the_short_way_to_a_date_in_numbers_leads_where_the_grammar_leads(text: str, language: str, order: str) -> None:
    def read_or_why(words: str) -> str:
        try:
            return str(read_date(words, DateRules(language, order))[:2])
        except DateNotUnderstood as error:
            return error.code

    assert read_or_why(text) == read_or_why(f"am {text}")  # which only the grammar reads


def test_an_order_that_does_not_exist_is_refused_with_the_near_one() -> None:
    with pytest.raises(WrongUse, match="dym"):
        DateRules(order="dym")


@pytest.mark.parametrize("words", ["Vor einem Moment", "vor weniger als einer Minute", "Gerade eben", "Just now"])
def test_what_was_written_a_moment_ago_is_of_the_minute_the_page_was_taken(words: str) -> None:
    assert read_date(words, GERMAN)[:2] == (TAKEN, "minute")


def test_a_relative_date_needs_the_time_when_the_page_was_taken() -> None:
    with pytest.raises(DateNotUnderstood, match="relative"):
        read_date("Gestern, 10:00", DateRules("de"))


def test_the_dates_of_one_thread_tell_their_order() -> None:
    assert order_from(["03-04-2012", "03-18-2012"]) == "mdy"
    assert order_from(["03/04/2012", "18/04/2012"]) == "dmy"
    assert order_from(["01/05/2012", "02/04/2012", "03/03/2012"]) == "mdy"  # ascending only this way
    assert order_from(["03/04/2012"]) == ""
    assert order_from(["13/04/2012", "04/13/2012"]) == ""


def test_a_language_yields_to_dates_that_fit_only_the_other_way() -> None:
    assert with_order(DateRules("de"), ["03-04-2012", "03-18-2012"]).day_first is False
    assert with_order(DateRules("de", "dmy"), ["03-18-2012"]).order == "dmy"


def test_a_date_is_found_inside_an_edit_note() -> None:
    note = "Zuletzt geändert von Käthe am Fr 3. Apr 2020, 15:01, insgesamt 2-mal geändert."
    assert find_date(note, GERMAN).moment == datetime(2020, 4, 3, 15, 1, tzinfo=UTC)
    assert find_date("Grund: Tippfehler", GERMAN).moment is None


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("All times are UTC + 1 hour [ DST ]", 2),
        ("Alle Zeiten sind UTC+02:00", 2),
        ("All times are GMT -5. The time now is 09:13 AM.", -5),
        ("Alle Zeitangaben in WEZ +2. Es ist jetzt 12:04 Uhr.", 2),
        ("All times are UTC", 0),
    ],
)
def test_the_foot_of_a_page_tells_its_zone(words: str, hours: int) -> None:
    zone = zone_from_words(words)
    assert zone is not None
    assert zone.utcoffset(None) == timedelta(hours=hours)


def test_a_zone_that_is_assumed_is_marked_and_a_stated_one_is_not() -> None:
    rules = DateRules("de", zone=zone_of("Europe/Berlin"), zone_assumed="Europe/Berlin")
    assert read_date("3.4.2020 14:22", rules).zone_assumed == "Europe/Berlin"
    assert read_date("2020-04-03T14:22:00+01:00", rules).zone_assumed == ""
    assert read_date("3.4.2020 14:22 MESZ", rules).moment == datetime(2020, 4, 3, 12, 22, tzinfo=UTC)


moments = st.datetimes(datetime(1995, 1, 1), datetime(2060, 1, 1)).map(lambda m: m.replace(second=0, microsecond=0))


@given(moments)
def test_every_german_date_comes_back_as_it_was_written(moment: datetime) -> None:
    for form in ("%d.%m.%Y, %H:%M", "%d.%m.%Y %H:%M Uhr", "%Y-%m-%d %H:%M"):
        assert read_date(moment.strftime(form), GERMAN).moment == moment.replace(tzinfo=UTC)


@given(moments, st.integers(-12, 14))
def test_every_english_date_comes_back_as_it_was_written(moment: datetime, hours: int) -> None:
    rules = DateRules("en", zone=timezone(timedelta(hours=hours)))
    for form in ("%a %b %d, %Y %I:%M %p", "%d %B %Y, %H:%M", "%b %d, %Y at %I:%M %p"):
        assert read_date(moment.strftime(form), rules).moment == moment.replace(tzinfo=rules.zone)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1990, 2060))
def test_no_date_of_two_small_numbers_is_ever_guessed(first: int, second: int, year: int) -> None:
    text = f"{first:02}/{second:02}/{year}"
    if first == second:
        assert read_date(text, DateRules("en")).moment == datetime(year, first, first, tzinfo=UTC)
        return
    with pytest.raises(DateNotUnderstood):
        read_date(text, DateRules("en"))
