"""Whatever bytes come in: posts, an error that says what to do, or both; never anything else."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leumund.cli.output import problem_line
from leumund.errors import LeumundError
from leumund.posts.identity import AuthorKeys
from leumund.posts.intake import rows_of
from leumund.sources.found import ReadPage
from leumund.sources.pages import read_paths
from leumund.tables import rows_to_arrow

SEEDS = ("phpbb3.html", "vbulletin4.html", "xenforo2.html", "mail.mbox", "table.csv")
ENCODINGS = ("utf-8", "utf-16", "utf-7", "idna", "punycode", "unicode_escape", "cp037", "no-such-thing")
NO_ENCODINGS = ("rot13", "hex", "undefined")  # Python has codecs of these names that give no text
STRAY = (
    b"\0",
    b"\xff\xfe",
    b"<",
    b">",
    b'"',
    b"</div>",
    b"<div>",
    b"&#xD800;",
    b"&#0;",
    b"\r",
    b"From ",
    b"=?x?b?",
    b";",
)

keys = AuthorKeys(b"a key for tests only")


@pytest.fixture(scope="module")
def seeds(market: Path) -> list[bytes]:
    """One real file of each source."""
    folder = market / "pages"
    pages = [min((folder / kind).glob("*.html"), key=lambda p: p.stat().st_size) for kind in sorted(
        path.name for path in folder.iterdir() if next(path.glob("*.html"), None)
    )]  # fmt: skip
    mail, table = next(folder.rglob("*.mbox")).read_bytes(), next(folder.rglob("*.csv")).read_bytes()
    return [*(page.read_bytes() for page in pages), mail[:20_000], table[:20_000]]


def _goes_through(path: Path) -> int:
    """Read a file and make table rows of it, as `posts` and `import` do; give how many posts and errors came."""
    from datetime import UTC, datetime

    came = 0
    for entry in read_paths([path]):
        if isinstance(entry, ReadPage):
            for note in entry.notes:
                assert problem_line(entry.page.name, note.place, note.code, note.seen, note.next_step)
            rows = rows_of(entry, keys=keys, source="test", now=datetime(2026, 1, 1, tzinfo=UTC))
            for name in ("posts", "quotes", "issues"):
                came += len(rows_to_arrow(name, getattr(rows, name)))
        else:
            name, error = entry
            assert isinstance(error, LeumundError)
            assert name
            assert error.seen
            came += 1
    return came


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=600), ending=st.sampled_from(("html", "csv", "jsonl", "xlsx", "parquet", "mbox", "zip"))
)
def test_any_bytes_under_any_name_end_in_posts_or_an_error(content: bytes, ending: str, tmp_path: Path) -> None:
    (file := tmp_path / f"any.{ending}").write_bytes(content)
    assert _goes_through(file) > 0


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=400),
    head=st.sampled_from(("", "Datum;Beitrag\n", "date,text\n", '{"text": "', "[{", "From ")),
)
def test_any_text_that_looks_like_a_table_or_mail_ends_in_posts_or_an_error(
    text: str, head: str, tmp_path: Path
) -> None:
    (file := tmp_path / "any").write_text(head + text, encoding="utf-8", errors="surrogatepass")
    assert _goes_through(file) > 0


@st.composite
def damages(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A few things that happen to files: cut, doubled, a piece lost, strange bytes put in, bits turned."""
    hits = draw(
        st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.2), st.sampled_from(STRAY), st.integers(0, 4)), max_size=6)
    )

    def damage(content: bytes) -> bytes:
        for place, share, stray, kind in hits:
            at = int(place * len(content))
            until = at + int(share * len(content))
            content = {
                0: content[:at] + content[until:],
                1: content[:at] + stray + content[at:],
                2: content[:at],
                3: content[:until] + content[at:],
                4: content[:at] + bytes(b ^ 0x20 for b in content[at : at + 40]) + content[at + 40 :],
            }[kind]
        return content

    return damage


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=damages(), which=st.integers(0, len(SEEDS) - 1))
def test_a_damaged_page_ends_in_posts_or_an_error(
    damage: Callable[[bytes], bytes], which: int, seeds: list[bytes], tmp_path: Path
) -> None:
    (file := tmp_path / SEEDS[which]).write_bytes(damage(seeds[which]))
    assert _goes_through(file) > 0


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_page_may_declare_whatever_encoding_it_likes(encoding: str, seeds: list[bytes], tmp_path: Path) -> None:
    page = seeds[0].replace(b"utf-8", encoding.encode()) + "Störung".encode("cp1252")
    (file := tmp_path / "page.html").write_bytes(page)
    assert _goes_through(file) > 0


@pytest.mark.parametrize("encoding", NO_ENCODINGS)
def test_a_page_may_declare_what_is_no_encoding(encoding: str, seeds: list[bytes], tmp_path: Path) -> None:
    page = seeds[0].replace(b"utf-8", encoding.encode()) + "Störung".encode("cp1252")
    (file := tmp_path / "page.html").write_bytes(page)
    assert _goes_through(file) > 0


def test_half_a_character_in_a_table_does_not_stop_the_others(tmp_path: Path) -> None:
    (file := tmp_path / "rows.jsonl").write_text(
        '{"text": "halb \\ud800 Zeichen", "date": "2020-04-03"}\n{"text": "ganz", "date": "2020-04-03"}\n'
    )
    assert _goes_through(file) == 2


@pytest.mark.parametrize("member", [b"", b"\0" * 50, b"PK\x03\x04" + b"x" * 40], ids=["empty", "zeros", "zip in zip"])
def test_a_broken_member_of_an_archive_loses_nothing_of_the_others(
    member: bytes, seeds: list[bytes], tmp_path: Path
) -> None:
    alone = tmp_path / "alone.html"
    alone.write_bytes(seeds[0])
    n_alone = _goes_through(alone)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.html", member)
        archive.writestr("b.html", seeds[0])
    (file := tmp_path / "pages.zip").write_bytes(packed.getvalue())
    assert _goes_through(file) == n_alone + 1
