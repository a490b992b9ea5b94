"""Series from outside: read as they are written, or refused with row and reason; never guessed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from leumund.errors import EmptyInput, LeumundError, MissingColumn, NotText, NoUsableRow
from leumund.picture.outside import read_outside
from leumund.sources.archives import page_of

WEEKS = [date(2024, 3, 11), date(2024, 3, 18)]


def read(content: str) -> tuple[dict[str, list[float]], list[str]]:
    series, notes = read_outside(page_of("orders.csv", content.encode()))
    return {one.name: [value for _, value in one.weeks] for one in series}, [f"{n.place}: {n.seen}" for n in notes]


def test_several_columns_are_read_by_week() -> None:
    series, notes = read_outside(page_of("orders.csv", b"week,orders,NPS\n2024-03-11,1200,-4.5\n2024-03-18,1310,2\n"))
    assert notes == []
    assert [(one.name, one.weeks) for one in series] == [
        ("orders", ((WEEKS[0], 1200.0), (WEEKS[1], 1310.0))),
        ("NPS", ((WEEKS[0], -4.5), (WEEKS[1], 2.0))),
    ]


@pytest.mark.parametrize(
    "week", ["2024-03-18", "18.03.2024", "2024-03-21", "2024-W12", "2024-W12-3", "2024-KW12", "KW 12/2024"]
)
def test_a_week_may_be_named_by_any_of_its_days_or_by_its_number(week: str) -> None:
    series, _ = read_outside(page_of("o.csv", f"week;orders\n{week};5\n".encode()))
    assert series[0].weeks == ((WEEKS[1], 5.0),)


def test_a_week_that_lies_ahead_or_is_none_is_set_aside_in_one_sentence() -> None:
    series, notes = read("week;orders\n2099-03-16;5\n31.02.2024;6\n2024-03-18;7\n")
    assert series == {"orders": [7.0]}
    assert notes[0] == "row 1: the week of 2099-03-16 lies ahead"
    assert notes[1].startswith("row 2: ")
    assert "LM213" not in notes[1]


def test_german_numbers_are_read_where_one_of_the_column_tells() -> None:
    assert read("Woche;Umsatz\n11.3.2024;1.234,5\n18.3.2024;1.310,0\n")[0] == {"Umsatz": [1234.5, 1310.0]}
    assert read("Woche;Quote\n11.3.2024;4,5 %\n18.3.2024;5,125\n")[0] == {"Quote": [4.5, 5.125]}


def test_english_thousands_are_read_where_one_of_the_column_tells() -> None:
    assert read('week,sales\n2024-03-11,"1,234.5"\n2024-03-18,"1,310"\n')[0] == {"sales": [1234.5, 1310.0]}


def test_a_number_that_could_mean_two_is_set_aside_not_guessed() -> None:
    series, notes = read("week;sales\n2024-03-11;1,234\n2024-03-18;900\n")
    assert series == {"sales": [900.0]}
    assert notes == ["row 1: “1,234” under sales could be 1234 or 1.234"]


@pytest.mark.parametrize("written", ["1.310", "1,310", "-2.450", "12.125"])
def test_thousands_and_decimals_look_alike_in_both_languages(written: str) -> None:
    series, notes = read(f"Woche;Bestellungen\n11.3.2024;{written}\n18.3.2024;900\n")
    assert series == {"Bestellungen": [900.0]}
    assert "could be" in notes[0]


def test_one_number_that_can_only_be_read_one_way_tells_for_its_column() -> None:
    assert read("week;sales\n2024-03-11;1.310\n2024-03-18;1.234.500\n")[0] == {"sales": [1310.0, 1234500.0]}
    assert read("week;rate\n2024-03-11;1.310\n2024-03-18;0.125\n")[0] == {"rate": [1.31, 0.125]}
    assert read("week;NPS\n2024-03-11;1.310\n2024-03-18;-4.5\n")[0] == {"NPS": [1.31, -4.5]}


@pytest.mark.parametrize("written", ["4,5", "1e999", "12,34.5", "1.2.3", "--4"])
def test_a_number_that_does_not_fit_its_column_is_named_and_never_read_as_another(written: str) -> None:
    series, notes = read(f"week;sales\n2024-03-04;2.5\n2024-03-11;{written}\n2024-03-18;900\n")
    assert series == {"sales": [2.5, 900.0]}
    assert notes == [f"row 2: “{written}” under sales is no number"]


def test_an_empty_cell_leaves_the_week_out_and_is_no_nought() -> None:
    assert read("week,orders\n2024-03-11,\n2024-03-18,7\n") == ({"orders": [7.0]}, [])


def test_a_bad_row_is_named_and_the_others_are_used() -> None:
    series, notes = read("week,orders\nsoon,1\n2024-03-11,many\n2024-03-18,7\n2024-03-20,8\n,3\n2024-W54,3\n")
    assert series == {"orders": [7.0]}
    assert [note[:6] for note in notes] == ["row 1:", "row 4:", "row 5:", "row 6:", "row 2:"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyInput),
        (b"orders,NPS\n1,2\n", MissingColumn),
        (b"week\n2024-03-11\n", MissingColumn),
        (b"week,orders\n", NoUsableRow),
        (b"week,orders\nsoon,1\n", NoUsableRow),
        (b"\x00\x01\x02\xff" * 100, NotText),
    ],
)
def test_what_is_no_such_table_is_refused(content: bytes, error: type[LeumundError]) -> None:
    with pytest.raises(error) as told:
        read_outside(page_of("orders.csv", content))
    assert told.value.next_step


def test_the_near_name_of_the_week_is_offered() -> None:
    with pytest.raises(MissingColumn) as told:
        read_outside(page_of("o.csv", b"weeek,orders\n2024-03-11,1\n"))
    assert "“weeek”" in told.value.next_step


def test_excel_is_read_as_well(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["week", "orders"])
        sheet.write_row(1, 0, ["2024-03-11", 12.125])
        sheet.write_row(2, 0, ["2024-03-18", 12.5])
    series, notes = read_outside(page_of(path.name, path.read_bytes()))
    assert (series[0].weeks, notes) == (((WEEKS[0], 12.125), (WEEKS[1], 12.5)), [])


def test_day_and_month_stand_in_one_order_in_the_whole_column() -> None:
    content = b"week,orders\n01/01/2024,5\n01/08/2024,6\n01/15/2024,7\n01/22/2024,8\n"
    (orders,), notes = read_outside(page_of("o.csv", content))
    mondays = tuple(date(2024, 1, day) for day in (1, 8, 15, 22))
    assert (notes, orders.weeks) == ([], tuple(zip(mondays, (5.0, 6.0, 7.0, 8.0), strict=True)))
