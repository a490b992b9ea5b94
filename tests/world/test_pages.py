"""The pages: what was written into them comes out of the program's own readers."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from leumund.errors import StorageError, WrongUse
from leumund.sources.found import ReadPage
from leumund.sources.pages import read_paths
from leumund.world import Market, write_pages


@pytest.fixture(scope="module")
def folder(small: Market, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("world")
    write_pages(small, place)
    return place


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_every_post_comes_back_from_the_readers_as_it_was_written(small: Market, folder: Path) -> None:
    written = {(row["venue"], row["number"]): row for row in small.posts.to_pylist()}
    read = set()
    for result in read_paths([folder / "pages"]):
        assert isinstance(result, ReadPage), result
        for post in result.posts:
            row = written[post.venue, post.number]
            read.add((post.venue, post.number))
            assert (post.author, post.thread_title, post.board) == (row["author"], row["thread_title"], row["board"])
            assert post.thread_number == row["thread_number"]
            assert squeezed(post.text) == squeezed(row["text"])
            assert post.posted_at is not None
            assert timedelta(0) <= row["posted_at"] - post.posted_at < timedelta(minutes=1)
            assert [quote.number for quote in post.quotes] == [row["quoted_number"]] * bool(row["quoted_number"])
            for quote in post.quotes:
                assert quote.author == row["quoted_author"]
                assert squeezed(quote.text) == squeezed(row["quoted_text"])
    assert read == set(written)


def test_every_file_says_that_it_is_simulated(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 50
    for path in files:
        assert "SIMULIERT" in path.name or path.name == "README.txt"
        if path.suffix in {".html", ".mbox", ".txt"}:
            assert b"SIMULIERT / SIMULATED" in path.read_bytes()


def test_a_page_holds_at_most_twenty_posts(folder: Path) -> None:
    for result in read_paths([folder / "pages" / name for name in ("phpbb3", "vbulletin4", "xenforo2")]):
        assert isinstance(result, ReadPage)
        assert 1 <= len(result.posts) <= 20


def test_the_vbulletin_venue_is_served_as_latin_1(folder: Path) -> None:
    pages = [path.read_bytes() for path in (folder / "pages" / "vbulletin4").glob("*.html")]
    assert all(b"charset=ISO-8859-1" in page for page in pages)
    with pytest.raises(UnicodeDecodeError):
        b"\n".join(pages).decode("utf-8")


def test_the_same_market_is_written_byte_for_byte_the_same(small: Market, folder: Path, tmp_path: Path) -> None:
    write_pages(small, tmp_path)
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert all((folder / path).read_bytes() == (tmp_path / path).read_bytes() for path in files)


def test_more_than_a_hundred_thousand_posts_are_refused_as_pages(small: Market, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="100,001"):
        write_pages(dataclasses.replace(small, n_posts=100_001), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_folder_s_place_is_named(small: Market, tmp_path: Path) -> None:
    in_the_way = tmp_path / "world"
    in_the_way.write_text("a file")
    with pytest.raises(StorageError) as caught:
        write_pages(small, in_the_way)
    assert "world" in caught.value.where
