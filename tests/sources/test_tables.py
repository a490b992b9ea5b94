"""Tables of posts: columns by name or as told, rows that cannot be used set aside with their number."""

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leumund.errors import EmptyInput, MissingColumn, NotText, NoUsableRow, TruncatedInput, UnknownName
from leumund.sources.found import FoundPost, Note
from leumund.sources.pages import page_of, preview, read_page


def posts_of(content: bytes | str, name: str = "x.csv", **options: Any) -> tuple[list[FoundPost], list[Note]]:
    body = content.encode() if isinstance(content, str) else content
    parts = list(read_page(page_of(name, body), **options))
    return [post for part in parts for post in part.posts], [note for part in parts for note in part.notes]


def test_a_german_csv_with_semicolons_is_understood() -> None:
    posts, notes = posts_of("Autor;Beitrag;Datum\nKäthe;Der Techniker kam nicht.;03.04.2020\n")
    assert (posts[0].author, posts[0].text, notes) == ("Käthe", "Der Techniker kam nicht.", [])
    assert posts[0].posted_at is not None
    assert (posts[0].posted_at.date(), posts[0].posted_precision) == (date(2020, 4, 3), "day")
    assert posts[0].zone_assumed == "Europe/Berlin"


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_delimiter_encoding_and_line_end_are_found_out(sign: str, encoding: str, end: str) -> None:
    rows = ["id author text date", "1 Käthe schlecht, 2020-04-03", "2 Jörg gut; 2020-04-04"]
    text = end.join(sign.join(f'"{cell}"' for cell in row.split()) for row in rows)
    posts, notes = posts_of(text.encode(encoding))
    assert notes == []
    assert [(post.author, post.text) for post in posts] == [("Käthe", "schlecht,"), ("Jörg", "gut;")]


def test_a_cell_may_hold_line_breaks_quotes_and_delimiters() -> None:
    posts, notes = posts_of('id,text,date\n1,"eins\nzwei ""drei"", vier",2020-04-03\n2,"5"" Rohr",2020-04-03\n')
    assert [post.text for post in posts] == ['eins\nzwei "drei", vier', '5" Rohr']
    assert notes == []


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    rows = [f"{n},gut {n},2020-04-03" for n in range(1, 8)]
    rows[2] = '3,"offen,2020-04-03'
    posts, notes = posts_of("id,text,date\n" + "\n".join(rows))
    assert [post.number for post in posts] == ["1", "2", "4", "5", "6", "7"]
    assert [(note.place, note.code) for note in notes] == [("row 3", "LM211")]


def test_rows_that_cannot_be_used_are_named_and_the_others_go_on() -> None:
    rows = ["1,,2020-04-03", "2,gut,irgendwann", "3,gut,", "4,gut", "5,gut,2020-04-03,zuviel", "6,gut,2020-04-03"]
    table = "\n".join(["id,text,date", *rows])
    posts, notes = posts_of(table)
    assert [post.number for post in posts] == ["6"]
    assert [(note.place, note.code) for note in notes] == [
        ("row 1", "LM211"),
        ("row 2", "LM213"),
        ("row 3", "LM211"),
        ("row 4", "LM211"),
        ("row 5", "LM211"),
    ]


def test_a_table_without_a_column_for_the_text_says_which_columns_there_are() -> None:
    with pytest.raises(MissingColumn, match="“Spalte1”") as caught:
        posts_of("Spalte1,Datum\nx,2020-04-03\n")
    assert "--column text=NAME" in caught.value.next_step


def test_a_near_name_is_offered() -> None:
    with pytest.raises(MissingColumn) as caught:
        posts_of("id,txet,date\n1,x,2020-04-03\n")
    assert "--column text=txet" in caught.value.next_step
    with pytest.raises(MissingColumn) as caught:
        posts_of("id,Beitrag,date\n1,x,2020-04-03\n", columns={"text": "Beitrg"})
    assert "“Beitrag”" in caught.value.next_step
    with pytest.raises(UnknownName) as named:
        posts_of("id,Beitrag,date\n1,x,2020-04-03\n", columns={"txt": "Beitrag"})
    assert "text" in named.value.next_step


def test_the_user_names_the_columns() -> None:
    posts, _ = posts_of("a,b,c\nx,2020-04-03,Käthe\n", columns={"text": "a", "posted_at": "b", "author": "c"})
    assert (posts[0].text, posts[0].author) == ("x", "Käthe")


def test_a_table_of_which_nothing_can_be_used_is_no_success() -> None:
    with pytest.raises(NoUsableRow, match=r"no text \(2 rows\)"):
        posts_of("id,text,date\n1,,2020-04-03\n2,,2020-04-03\n")
    with pytest.raises(NoUsableRow, match="no rows"):
        posts_of("id,text,date\n")


def test_dates_that_could_be_two_days_wait_for_the_order() -> None:
    table = "id,text,date\n1,gut,03/04/2020\n"
    with pytest.raises(NoUsableRow, match="two days"):
        posts_of(table)
    (post,), _ = posts_of(table, date_order="mdy")
    assert post.posted_at == datetime(2020, 3, 4, tzinfo=UTC)
    posts, _ = posts_of(table + "2,gut,28/04/2020\n")  # the column itself tells
    assert [post.posted_at.month for post in posts if post.posted_at] == [4, 4]


def test_rows_without_a_number_keep_their_identity_in_the_next_export() -> None:
    first, _ = posts_of("author,text,date\nA,eins,2020-04-03\nB,zwei,2020-04-03\n")
    second, _ = posts_of("author,text,date\nC,neu,2020-04-04\nB,zwei,2020-04-03\n")
    assert first[1].number == second[1].number
    assert len({first[0].number, first[1].number, second[0].number}) == 3


def test_posts_without_a_thread_stand_each_for_itself() -> None:
    posts, _ = posts_of("id,text,date\n1,a,2020-04-03\n2,b,2020-04-03\n")
    assert len({post.thread_number for post in posts}) == 2


def test_json_lines_are_read_and_a_broken_line_is_set_aside() -> None:
    lines = [
        {"id": 1, "text": "gut", "posted_at": "2020-04-03T10:00:00+02:00", "quotes": [{"author": "A", "text": "x"}]}
    ]
    body = "\n".join(json.dumps(line) for line in lines) + '\n{"id": 2, "text"\n[1]\n'
    posts, notes = posts_of(body, "x.jsonl")
    assert (posts[0].number, posts[0].zone_assumed, posts[0].quotes[0].author) == ("1", "", "A")
    assert [note.place for note in notes] == ["row 2", "row 3"]


@pytest.mark.parametrize("shape", ["{list}", '{{"count": 2, "posts": {list}, "tags": ["a"]}}'])
@pytest.mark.parametrize("indent", [None, 2])
def test_one_json_list_of_posts_is_read_alone_or_inside_an_object(shape: str, indent: int | None) -> None:
    entries = [{"text": "schlecht", "date": "2020-04-03"}, 7, {"text": "gut", "date": "2020-04-04"}]
    posts, notes = posts_of(shape.format(list=json.dumps(entries, indent=indent)), "x.json")
    assert [post.text for post in posts] == ["schlecht", "gut"]
    assert [(note.place, note.seen) for note in notes] == [("row 2", "JSON, but no object")]


def test_json_without_a_list_of_posts_says_what_there_is_instead() -> None:
    with pytest.raises(NotText, match="2 lists of objects"):
        posts_of('{"posts":\n [{"text": "a"}], "users": [{"name": "b"}]}', "x.json")
    with pytest.raises(TruncatedInput, match="no whole JSON"):
        posts_of('[{"text": "a", "date"', "x.json")
    with pytest.raises(MissingColumn, match="“name”"):
        posts_of('{\n"name": "a",\n"date": "2020-04-03"\n}', "x.json")


def test_a_long_first_line_of_json_lines_is_one_line_all_the_same() -> None:
    lines = [
        json.dumps({"text": "gut " * 30_000, "date": "2020-04-03"}),
        json.dumps({"text": "b", "date": "2020-04-03"}),
    ]
    assert len(posts_of("\n".join(lines), "x.jsonl")[0]) == 2


def test_json_in_a_thousand_levels_is_refused_and_costs_nothing_else() -> None:
    posts, notes = posts_of('{"a":' * 9_999 + '\n{"text": "gut", "date": "2020-04-03"}', "x.jsonl")
    assert ([post.text for post in posts], [note.place for note in notes]) == (["gut"], ["row 1"])
    with pytest.raises(NotText, match="levels"):
        posts_of("[" * 99_999, "x.json")


def test_a_text_that_is_a_list_is_set_aside() -> None:
    posts, notes = posts_of('{"text": "gut", "date": "2020-04-03"}\n{"text": ["a"], "date": "2020-04-03"}', "x.jsonl")
    assert ([post.text for post in posts], [note.place for note in notes]) == (["gut"], ["row 2"])


@pytest.mark.parametrize("quotes", [5, "5", "nur Worte", {"author": "Kai"}, None])
def test_quotes_in_another_shape_cost_no_post(quotes: Any) -> None:
    posts, notes = posts_of(json.dumps({"text": "gut", "date": "2020-04-03", "quotes": quotes}), "x.jsonl")
    assert ([post.text for post in posts], notes) == (["gut"], [])


def test_two_columns_of_one_name_are_told() -> None:
    posts, notes = posts_of("text,text,date\na,b,2020-04-03\n")
    assert [post.text for post in posts] == ["a"]
    assert [(note.place, note.code) for note in notes] == [("header", "LM211")]


def test_a_quote_opened_in_the_only_row_is_the_reason_why_nothing_is_usable() -> None:
    with pytest.raises(NoUsableRow, match="never closed"):
        posts_of('author,text,date\nKai,"offen\nund,weg')


def test_parquet_is_read_with_its_own_types() -> None:
    table = pa.table({"Beitrag": ["gut", None], "Datum": [datetime(2020, 4, 3, 10, tzinfo=UTC)] * 2, "Nr": [1, 2]})
    stream = io.BytesIO()
    pq.write_table(table, stream)
    posts, notes = posts_of(stream.getvalue(), "x.parquet")
    assert (posts[0].posted_at, posts[0].zone_assumed, posts[0].number) == (
        datetime(2020, 4, 3, 10, tzinfo=UTC),
        "",
        "1",
    )
    assert [note.place for note in notes] == ["row 2"]
    with pytest.raises(TruncatedInput):
        posts_of(stream.getvalue()[:-40], "x.parquet")


def excel(rows: list[list[Any]], sheet: str = "Beiträge") -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "dd.mm.yyyy hh:mm"}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                page.write(number, place, cell)
    return stream.getvalue()


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1899, 12, 31), date(9999, 12, 31)])
def test_a_day_that_no_forum_can_have_is_set_aside(day: date) -> None:
    stream = io.BytesIO()
    pq.write_table(pa.table({"text": ["gut", "schlecht"], "date": [date(2020, 4, 3), day]}), stream)
    posts, notes = posts_of(stream.getvalue(), "x.parquet")
    assert ([post.text for post in posts], [(note.place, note.code) for note in notes]) == (
        ["gut"],
        [("row 2", "LM213")],
    )


def test_excel_is_read_also_with_a_title_line_above_the_header() -> None:
    rows = [
        ["Auswertung April"],
        [],
        ["Nr", "Verfasser", "Beitrag", "Datum"],
        [7, "Käthe", "gut", datetime(2020, 4, 3, 14, 22)],
    ]
    posts, _ = posts_of(excel(rows), "x.xlsx")
    assert (posts[0].number, posts[0].author, posts[0].text) == ("7", "Käthe", "gut")
    assert posts[0].posted_at is not None
    assert posts[0].posted_at.isoformat() == "2020-04-03T14:22:00+02:00"
    with pytest.raises(UnknownName) as caught:
        posts_of(excel(rows), "x.xlsx", sheet="Beitrage")
    assert "Beiträge" in caught.value.next_step
    with pytest.raises(EmptyInput):
        posts_of(excel([]), "x.xlsx")


def test_what_leumund_posts_wrote_comes_back_as_it_was() -> None:
    row = {"page": "x", "thread_title": "T", "position": 3, "author": "A", "posted_at": "2020-04-03T10:00:00+02:00"}
    row |= {
        "time_text": "3.4.2020",
        "text": "gut",
        "quotes": '[{"author": "B", "text": "schlecht"}]',
        "url": "https://a.example/1",
    }
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(row))
    writer.writeheader()
    writer.writerow(row)
    (post,), _ = posts_of(stream.getvalue())
    assert (post.thread_title, post.position, post.author, post.text, post.url) == (
        "T",
        3,
        "A",
        "gut",
        "https://a.example/1",
    )
    assert (post.quotes[0].author, post.quotes[0].text, post.venue) == ("B", "schlecht", "a.example")


def test_a_long_table_comes_in_slices() -> None:
    table = "id,text,date\n" + "".join(f"{n},gut {n},2020-04-03\n" for n in range(12_000))
    parts = list(read_page(page_of("x.csv", table.encode())))
    assert [len(part.posts) for part in parts] == [5_000, 5_000, 2_000]


def test_a_preview_tells_how_the_table_is_understood(tmp_path: Path) -> None:
    table = "Nr;Verfasser;Beitrag;Datum;Farbe\n1;A;gut;3.4.2020;rot\n2;B;;3.4.2020;rot\n".encode("cp1252")
    shown = preview(page_of("x.csv", table))
    assert shown["columns"] == {"number": "Nr", "author": "Verfasser", "text": "Beitrag", "posted_at": "Datum"}
    assert (shown["unused_columns"], shown["posts"], shown["encoding"]) == (["Farbe"], 1, "utf-8")
    assert shown["first_dates"][0]["read"] == "2020-04-03T00:00:00+02:00"
    assert [aside["place"] for aside in shown["set_aside"]] == ["row 2"]
    assert json.loads(json.dumps(shown))["posts"] == 1


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n;,\"'"), min_size=1, max_size=30)


@settings(max_examples=60)
@given(st.lists(cells.filter(lambda cell: cell.strip() != ""), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_every_text_that_was_written_is_read_again(texts: list[str], sign: str) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=sign, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "text", "date"])
    writer.writerows([number, text, "2020-04-03"] for number, text in enumerate(texts))
    posts, notes = posts_of(stream.getvalue())
    assert [post.text for post in posts] == [text.strip() for text in texts]
    assert notes == []
