"""The same post is the same row wherever it is met; names become keys; quotes find what they quote."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leumund.engines.snapshots import Store
from leumund.errors import StorageError, TruncatedInput
from leumund.posts.arrival import Desk
from leumund.posts.identity import AuthorKeys, post_id_of, post_id_without_number, thread_id_of
from leumund.posts.intake import rows_of
from leumund.sources.found import FoundPost, FoundQuote, Note, Page, ReadPage
from tests.walks import tables_of

KEYS = AuthorKeys(b"a secret of the tests")
NOW = datetime(2024, 5, 2, 8, tzinfo=UTC)
BERLIN = timezone(timedelta(hours=2))


def found(number: str, text: str = "Die Leitung steht wieder.", **changed: Any) -> FoundPost:
    known: dict[str, Any] = {
        "venue": "forum.example",
        "software": "phpbb3",
        "board": "DSL",
        "thread_title": "Störung",
        "thread_number": "17",
        "position": 1,
        "author": "Käthe",
        "posted_at": datetime(2024, 5, 1, 10, 30, tzinfo=BERLIN),
        "posted_precision": "minute",
        "zone_assumed": "",
        "time_text": "1. Mai 2024, 10:30",
    }
    return FoundPost(number=number, text=text, **{**known, **changed})


def page(name: str, *posts: FoundPost, notes: list[Note] | None = None) -> ReadPage:
    return ReadPage(
        Page(name, b"", sha256=f"sha of {name}", url=f"https://{name}"), "phpbb 1", list(posts), notes or []
    )


def desk(folder: Path, rows_per_part: int = 1_000) -> Desk:
    return Desk(Store(folder), keys=KEYS, source="import", rows_per_part=rows_per_part)


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_a_numbered_post_is_known_by_venue_and_number(venue: str, number: str, other: str) -> None:
    assert post_id_of(venue, number) == post_id_of(venue, number)
    assert (post_id_of(venue, number) == post_id_of(venue, other)) == (number == other)


def test_a_post_without_number_is_known_by_thread_place_author_and_time() -> None:
    known = ("thread", 3, "key", "gestern 12:00")
    others = [
        ("other", 3, "key", "gestern 12:00"),
        ("thread", 4, "key", "gestern 12:00"),
        ("thread", 3, "key", "heute"),
    ]
    assert len({post_id_without_number(*row) for row in [known, known, *others]}) == 4


def test_a_thread_without_number_is_known_by_its_title_however_it_is_written() -> None:
    assert thread_id_of("v", "", "Störung in Köln") == thread_id_of("v", "", "STOERUNG  in Koeln")
    assert thread_id_of("v", "1", "Störung") != thread_id_of("v", "2", "Störung")


def test_an_author_is_the_same_in_any_case_but_another_in_another_forum() -> None:
    assert KEYS.key("v", "Käthe") == KEYS.key("v", "KAETHE ") != KEYS.key("w", "Käthe")
    assert KEYS.key("v", "  ") == ""
    assert KEYS.key("v", "Käthe") != AuthorKeys(b"another secret").key("v", "Käthe")


def test_the_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "keys" / "pseudonym.key"
    monkeypatch.setenv("LEUMUND_KEY_FILE", str(file))
    first, second = AuthorKeys.of_this_user(), AuthorKeys.of_this_user()
    assert first.key("v", "Käthe") == second.key("v", "Käthe")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["pseudonym.key"]
    monkeypatch.setenv("LEUMUND_KEY_FILE", str(file / "below a file"))
    with pytest.raises(StorageError):
        AuthorKeys.of_this_user()


def test_rows_hold_utc_and_no_name() -> None:
    rows = rows_of(page("p", found("1")), keys=KEYS, source="import", now=NOW)
    (post,) = rows.posts
    assert post.posted_at == datetime(2024, 5, 1, 8, 30, tzinfo=UTC)
    assert post.posted_at.tzinfo is UTC
    assert "Käthe" not in repr(post)
    assert [author.name for author in rows.authors.values()] == ["Käthe"]
    assert post.collected_at == NOW


def test_a_quote_finds_its_post_by_number_or_by_its_words() -> None:
    first = found("1", "Bei uns in der Straße ist seit Montag alles tot.")
    by_words = found(
        "2", "Hier auch.", author="Otto", quotes=(FoundQuote("Käthe", "bei uns in der Strasse ist seit Montag"),)
    )
    by_number = found("3", "Dito.", author="Uwe", quotes=(FoundQuote("", "gekürzt", number="1"),))
    nowhere = found("4", "Wer sagt das?", author="Eva", quotes=(FoundQuote("Käthe", "das hat sie nie gesagt"),))
    posts = rows_of(page("p", first, by_words, by_number, nowhere), keys=KEYS, source="import", now=NOW).posts
    assert [post.reply_to for post in posts] == ["", posts[0].post_id, posts[0].post_id, ""]


def test_the_same_pages_again_change_nothing(tmp_path: Path) -> None:
    pages = [page("a", found("1"), found("2")), page("b", found("2"), found("3"))]
    for _ in range(2):
        taking = desk(tmp_path)
        for one in pages:
            if not taking.knows(one.page.sha256):
                taking.take(one)
                taking.finish_page(one.page, reader=one.reader, n_posts=len(one.posts), n_set_aside=0)
        arrived = taking.close()
    assert (arrived.posts, arrived.pages, arrived.pages_known) == (0, 0, 2)
    store = Store(tmp_path)
    assert store.current().rows("posts") == 3
    assert len(list((tmp_path / "data" / "posts").iterdir())) == 1


def test_a_post_met_again_with_other_words_is_a_sighting_and_its_quotes_stay_as_they_were(tmp_path: Path) -> None:
    quoting = found("1", quotes=(FoundQuote("Otto", "so?"),))
    for name, post in (("a", quoting), ("b", found("1", "Die Leitung ist wieder tot.", quotes=quoting.quotes))):
        taking = desk(tmp_path)
        taking.take(page(name, post))
        arrived = taking.close()
    store = Store(tmp_path)
    assert (arrived.posts, arrived.posts_known) == (0, 1)
    assert [row["changed"] for row in store.read(store.current(), "sightings").to_pylist()] == [True]
    assert store.read(store.current(), "posts")["text"].to_pylist() == ["Die Leitung steht wieder."]
    assert store.current().rows("quotes") == 1


def test_a_page_that_fails_again_is_noted_once(tmp_path: Path) -> None:
    error = TruncatedInput("the page ends in the middle of a post", where="post 7", next_step="save it again")
    for _ in range(3):
        taking = desk(tmp_path)
        taking.problem("a.html", error)
        taking.take(page("b", notes=[Note("row 3", "LM211", "no text", "fill it in")]))
        arrived = taking.close()
        assert [issue.code for issue in arrived.problems] == ["LM202", "LM211"]
        assert arrived.set_aside == 1
    issues = Store(tmp_path).read(Store(tmp_path).current(), "issues").to_pylist()
    assert [(row["page"], row["place"], row["code"]) for row in issues] == [
        ("a.html", "post 7", "LM202"),
        ("b", "row 3", "LM211"),
    ]


@pytest.mark.parametrize("rows_per_part", [1, 3, 7, 100])
def test_parts_of_any_size_hold_the_same_rows(tmp_path: Path, rows_per_part: int) -> None:
    posts = [found(str(n), f"Beitrag {n}", quotes=(FoundQuote("Otto", f"Zitat {n}"),)) for n in range(20)]
    both = []
    for name, size in (("one", 1_000), ("many", rows_per_part)):
        taking = desk(tmp_path / name, size)
        for start in range(0, 20, 4):
            taking.take(page(f"page {start}", *posts[start : start + 4]))
        assert taking.close().posts == 20
        both.append(tables_of(Store(tmp_path / name), without=("collected_at",)))
    assert both[0] == both[1]
    sizes = [part.rows for part in Store(tmp_path / "many").current().tables["posts"]]
    assert sum(sizes) == 20
    assert max(sizes) <= rows_per_part
