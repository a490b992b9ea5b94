"""Files, folders and archives become pages; what is broken is named and loses nothing else."""

import gzip
import io
import re
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import pytest

import leumund.sources
from leumund.errors import EmptyInput, LeumundError, NotText, UnknownForum, WrongUse
from leumund.sources.found import Page, ReadPage
from leumund.sources.pages import open_pages, page_of, preview, read_page, read_paths, readers

SAMPLES = Path(__file__).parents[1] / "samples"
PHPBB = (SAMPLES / "phpbb" / "prosilver-3.3.html").read_bytes()
XENFORO = (SAMPLES / "xenforo" / "frage-2.3.html").read_bytes()


def warc_of(*pages: tuple[str, str, bytes]) -> bytes:
    """Write a WARC/1.1 by hand, each record compressed by itself."""
    written = b""
    for url, kind, body in pages:
        answer = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\ntdm-reservation: 1\r\n\r\n".encode() + body
        head = (
            f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{len(written)}>\r\n"
            f"WARC-Date: 2020-04-05T12:00:00Z\r\nWARC-Target-URI: {url}\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
        )
        written += gzip.compress(head.encode() + answer + b"\r\n\r\n")
    return written


def zip_of(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return stream.getvalue()


def names(entries: list[Page | tuple[str, LeumundError]]) -> list[str]:
    return [Path(entry.name).name if isinstance(entry, Page) else f"! {entry[1].code}" for entry in entries]


def test_a_folder_gives_its_files_in_order_and_those_below(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/2.html", "b/1.html", "a.html", ".hidden"):
        (tmp_path / name).write_bytes(PHPBB)
    assert names(list(open_pages([tmp_path]))) == ["a.html", "1.html", "2.html"]


def test_a_zip_of_pages_is_opened(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(zip_of(**{"b.html": PHPBB, "a.html": XENFORO}))
    parts = list(read_paths([tmp_path / "x.zip"]))
    assert [part.reader for part in parts if isinstance(part, ReadPage)] == ["xenforo 1", "phpbb 1"]


def test_a_gzipped_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "a.html.gz").write_bytes(gzip.compress(PHPBB, mtime=0))
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(PHPBB, mtime=0)[:-40])
    (tmp_path / "c.txt.gz").write_bytes(gzip.compress(b" " * 2**22, mtime=0))
    whole, cut, bomb = open_pages([tmp_path])
    assert isinstance(whole, Page)
    assert (whole.name, whole.content) == (f"{tmp_path}/a.html.gz/a.html", PHPBB)
    assert names([cut, bomb]) == ["! LM202", "! LM201"]


def test_a_warc_gives_its_pages_with_address_time_and_reservation(tmp_path: Path) -> None:
    picture = ("https://forum.leitung.example/x.png", "image/png", b"\x89PNG")
    page = ("https://forum.leitung.example/viewtopic.php?t=77", "text/html; charset=utf-8", PHPBB)
    (tmp_path / "x.warc.gz").write_bytes(warc_of(picture, page))
    (entry,) = open_pages([tmp_path / "x.warc.gz"])
    assert isinstance(entry, Page)
    assert (entry.url, entry.reservation) == (page[0], "reserved")
    assert entry.taken_at == datetime(2020, 4, 5, 12, tzinfo=UTC)
    assert entry.content == PHPBB


def test_a_warc_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    page = ("https://a.example/1", "text/html", PHPBB)
    whole = warc_of(page, ("https://a.example/2", "text/html", XENFORO))
    (tmp_path / "x.warc.gz").write_bytes(whole[: len(warc_of(page)) + 700])
    assert names(list(open_pages([tmp_path / "x.warc.gz"]))) == ["1", "2", "! LM202"]


def test_a_broken_member_of_a_zip_costs_itself_only(tmp_path: Path) -> None:
    body = bytearray(zip_of(**{"a.html": PHPBB, "b.html": XENFORO}))
    body[200:260] = bytes(60)
    (tmp_path / "x.zip").write_bytes(body)
    assert names(list(open_pages([tmp_path / "x.zip"]))) == ["! LM202", "b.html"]


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(zip_of(**{"bomb.html": bytes(40_000_000), "good.html": PHPBB}))
    entries = list(open_pages([tmp_path / "x.zip"]))
    assert names(entries) == ["! LM201", "good.html"]
    assert "zip bomb" in str(entries[0])


def test_an_archive_in_an_archive_is_left_shut(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(zip_of(**{"inner.zip": zip_of(**{"a.html": PHPBB})}))
    assert names(list(open_pages([tmp_path / "x.zip"]))) == ["! LM201"]


def test_a_path_that_is_not_there_is_a_problem_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(PHPBB)
    assert names(list(open_pages([tmp_path / "none.html", tmp_path / "a.html"]))) == ["! LM302", "a.html"]


def test_an_empty_folder_is_no_success(tmp_path: Path) -> None:
    assert names(list(open_pages([tmp_path]))) == ["! LM200"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyInput),
        (b" \n\t\n", EmptyInput),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), NotText),
        (b"%PDF-1.7 ...", NotText),
        (bytes(range(256)) * 20, NotText),
        (gzip.compress(b"x" * 1000, mtime=0), NotText),
        (b"<html><body><p>Guten Tag</p></body></html>", UnknownForum),
        ("Ein Brief.\n\nMit freundlichen Grüßen".encode(), UnknownForum),
    ],
)
def test_what_is_no_forum_page_gets_an_error_with_place_and_next_step(
    content: bytes, error: type[LeumundError]
) -> None:
    with pytest.raises(error) as caught:
        list(read_page(page_of("seite.html", content)))
    assert caught.value.where == "seite.html"
    assert caught.value.next_step


def test_a_problem_between_two_pages_does_not_end_the_walk(tmp_path: Path) -> None:
    for name, content in (("1.html", PHPBB), ("2.html", b""), ("3.html", XENFORO)):
        (tmp_path / name).write_bytes(content)
    parts = list(read_paths([tmp_path]))
    assert [len(part.posts) if isinstance(part, ReadPage) else part[1].code for part in parts] == [2, "LM200", 3]


def test_a_page_in_utf_16_is_read() -> None:
    part = next(read_page(page_of("x.html", PHPBB.decode().encode("utf-16"))))
    assert part.posts[0].author == "Käthe B."


def test_a_page_written_by_an_xml_tool_is_read_like_the_original() -> None:
    """<i/>, <a/> and <iframe/> would swallow the rest of the page."""
    void = r"(?:meta|link|img|br|hr|input)"
    written = re.sub(rf"(<{void}\b[^<>]*?)\s*/?>", r"\1/>", PHPBB.decode().replace(" />", "/>"))
    written = re.sub(r"<(i|a|div|span|iframe)\b([^<>]*)></\1>", r"<\1\2/>", written)
    written = written.replace('<div id="wrap"', '<noscript><iframe src="x"/></noscript><div id="wrap"')
    assert "<i class" in written
    assert "/>" in written
    parts = [next(read_page(page_of("x.html", text.encode()))) for text in (PHPBB.decode(), written)]
    assert parts[0].posts == parts[1].posts


def test_an_unknown_option_is_refused_with_the_near_name() -> None:
    with pytest.raises(WrongUse, match="dateorder") as caught:
        list(read_page(page_of("x.html", PHPBB), dateorder="dmy"))
    assert "date_order" in caught.value.next_step


def test_a_preview_shows_dates_threads_and_quotes_of_a_page() -> None:
    shown = preview(page_of("x.html", PHPBB))
    assert (shown["posts"], shown["threads"], shown["quotes"], shown["notes"]) == (2, 1, 1, 1)
    assert shown["first_dates"][1]["read"] == "2020-04-04T08:00:00+02:00"


TOY = '''
"""A toy source: one line, one post."""
from leumund.sources.found import FoundPost, Reader, ReadPage

def read(page, options):
    posts = [
        FoundPost("toy", "toy", "", "", "1", n, str(n), "", None, "unknown", "", "", line)
        for n, line in enumerate(page.content.decode().splitlines()[1:], start=1)
    ]
    yield ReadPage(page, "toy 1", posts)

READER = Reader("toy", "1", lambda page, head: float(head.startswith("TOY")), read)
'''


def test_a_source_is_added_by_adding_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "__init__.py").write_text('"""Toy."""')
    (tmp_path / "toy" / "reader.py").write_text(TOY)
    monkeypatch.setattr(leumund.sources, "__path__", [*leumund.sources.__path__, str(tmp_path)])
    try:
        part = next(read_page(page_of("x.toy", b"TOY\nerster\nzweiter")))
    finally:
        for name in [name for name in sys.modules if name.startswith("leumund.sources.toy")]:
            del sys.modules[name]
        leumund.sources.__dict__.pop("toy", None)
    assert [post.text for post in part.posts] == ["erster", "zweiter"]


def test_a_source_that_cannot_be_imported_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_toy").mkdir()
    (tmp_path / "broken_toy" / "__init__.py").write_text("")
    (tmp_path / "broken_toy" / "reader.py").write_text("import there_is_no_such_module")
    monkeypatch.setattr(leumund.sources, "__path__", [*leumund.sources.__path__, str(tmp_path)])
    try:
        with pytest.raises(ModuleNotFoundError, match="there_is_no_such_module"):
            readers()
    finally:
        for name in [name for name in sys.modules if name.startswith("leumund.sources.broken_toy")]:
            del sys.modules[name]
        leumund.sources.__dict__.pop("broken_toy", None)


@pytest.mark.parametrize("named", ["Europe/Berlin", "Europa/Berlin"])
def test_a_named_zone_knows_summer_and_winter(named: str) -> None:
    page = PHPBB.replace(b'title="Europe/Berlin"', f'title="{named}"'.encode())
    page = page.replace(b"Sa 4. Apr 2020", b"Sa 4. Jan 2020")
    post = next(read_page(page_of("x.html", page))).posts[1]
    assert post.posted_at is not None
    assert post.posted_at.isoformat() == "2020-01-04T08:00:00+01:00"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("./viewtopic.php?p=7&sid=0af3#p7", "https://a.example/forum/viewtopic.php?p=7#p7"),
        ("/x/7", "https://a.example/x/7"),
        ("threads/7-x?s=0af3&p=9", "https://a.example/forum/threads/7-x?p=9"),
        ("../x", "https://a.example/x"),
        ("//b.example/x", "https://b.example/x"),
        ("https://b.example/x?sid=1", "https://b.example/x"),
        ("#p7", "https://a.example/forum/viewtopic.php?t=1#p7"),
        ("?t=2", "https://a.example/forum/viewtopic.php?t=2"),
    ],
)
def test_links_become_addresses_without_session_marks(link: str, address: str) -> None:
    from leumund.sources.found import Options
    from leumund.sources.sheet import Sheet

    sheet = Sheet(
        page_of("x.html", b"<html></html>", url="https://a.example/forum/viewtopic.php?t=1&sid=0af3"), Options()
    )
    assert sheet.absolute(link) == address


@pytest.mark.parametrize("link", ["/y", "y", "./y", "y?z=1"])
@pytest.mark.parametrize(
    "base",
    ["https://a.example", "https://a.example/", "http://a.example/f/g/h.html?x=1/2#q/r", "https://a.example/f/../g/h"],
)
def test_a_link_leads_where_a_browser_goes_from_any_page(base: str, link: str) -> None:
    from leumund.sources.found import Options
    from leumund.sources.sheet import Sheet

    sheet = Sheet(page_of("x.html", b"<html></html>", url=base), Options())
    assert sheet.absolute(link) == urljoin(base, link)


def test_a_post_that_speaks_of_utc_does_not_set_the_pages_zone() -> None:
    page = PHPBB.decode()
    page = (
        page[: page.index('<div id="page-footer"')].replace("Kündigen!", "In UTC-5 gerechnet: kündigen!")
        + "</body></html>"
    )
    post = next(read_page(page_of("x.html", page.encode()))).posts[1]
    assert (str(post.posted_at), post.zone_assumed) == ("2020-04-04 08:00:00+02:00", "Europe/Berlin")
