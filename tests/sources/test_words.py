"""Markup to words: what is cut out, and what stays."""

from __future__ import annotations

import pytest

from leumund.sources.encoding import decode
from leumund.sources.words import line, nested, words


def test_quotes_in_quotes_come_apart_outermost_first() -> None:
    html = "a<q x>b<q x>c</q>d<q>e</q></q>f<q x>g</q>"
    rest, found = nested(html, "q", lambda tag: "x" in tag)
    assert rest == "a<br>f<br>"
    assert [piece.inner for piece in found] == ["b<br>d<q>e</q>", "c", "g"]


def test_a_quote_in_which_the_page_breaks_off_keeps_what_follows() -> None:
    rest, found = nested("a<q>b<q>c", "q", lambda tag: True)
    assert (rest, [piece.inner for piece in found]) == ("a", ["b", "c"])


def test_an_end_without_a_start_stays_where_it_is() -> None:
    assert nested("a</q>b", "q", lambda tag: True) == ("a</q>b", [])


@pytest.mark.parametrize("name", ["Käthe  B.", "Kaethe\n B.", "K&auml;the B.", "<b>Käthe</b> B.", "Käthe\u200b B."])
def test_a_name_is_the_same_on_one_line_however_it_is_written(name: str) -> None:
    assert line(name) == " ".join(words(name).split())
    assert line(name) in ("Käthe B.", "Kaethe B.")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<i>a</i><b>b</b>", "ab"),
        ("<table><tr><td>a</td><td>b</td></tr></table>c", "a b\n\nc"),
        ("a<!-- <b>x</b> -->b<script>if (a < b) {}</script>c<button>Antworten</button>", "abc"),
        ("a<pre>b\nc  d</pre>e", "a\nb\nc  d\ne"),
    ],
)
def test_tags_go_and_what_shows_no_words_goes_with_them(html: str, text: str) -> None:
    assert words(html) == text


def test_every_sign_of_windows_1252_is_read() -> None:
    meant = [byte for byte in range(0x20, 0x100) if byte not in (0x7F, 0x81, 0x8D, 0x8F, 0x90, 0x9D)]
    content = b"<meta charset=windows-1252>" + bytes(meant)
    decoded = decode(content, name="x")
    assert (decoded.text, decoded.encoding, decoded.note) == (content.decode("cp1252"), "cp1252", None)


def test_a_byte_that_windows_1252_leaves_free_is_noted() -> None:
    decoded = decode(b"<meta charset=iso-8859-1>M\xfcller \x81", name="x")
    assert decoded.text.endswith("Müller \ufffd")
    assert decoded.note is not None
    assert decoded.note.place == "byte 32"
