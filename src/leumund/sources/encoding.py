"""Bytes to text: UTF-8 where it fits, else what the page declares, else Windows-1252; binary and empty refused."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from leumund.errors import EmptyInput, NotText
from leumund.sources.found import Note

__all__ = ["Decoded", "decode", "head_of"]

HEAD_BYTES = 65_536

_DECLARED = (
    re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,30})""", re.IGNORECASE),
    re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]{2,30})""", re.IGNORECASE),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKS_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Kinds of file that people drop by mistake; named so that the message can say what it was.
_KINDS = {
    b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture", b"GIF8": "a GIF picture", b"%PDF": "a PDF",
    b"\x7fELF": "a program", b"MZ\x90": "a program", b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 file", b"\xfd7zXZ": "an xz file", b"SQLite format 3": "a database",
    b"\xd0\xcf\x11\xe0": "an old Office file",
}  # fmt: skip
_BLANK = b" \t\r\n\0"
_CONTROL = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 26, 27})
# Browsers read a declared ISO-8859-1 as Windows-1252 (WHATWG Encoding Standard, labels of windows-1252).
_AS_CP1252 = {"iso8859-1", "latin-1", "latin1", "ascii", "us-ascii", "windows-1252", "cp1252"}
_SAME_IN_LATIN_1 = bytes([*range(0x80), *range(0xA0, 0x100)])  # what Windows-1252 and Latin-1 read alike
_PIECE_BYTES, _SHORT_PIECE_BYTES = 8192, 1024


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text in UTF-8, the encoding it was read in, and a note when the declaration was wrong."""

    utf8: bytes  # without a mark before it; where the file is that already, its own bytes
    encoding: str
    note: Note | None = None

    @property
    def text(self) -> str:
        """The text itself."""
        return self.utf8.decode("utf-8")


def decode(content: bytes, *, name: str, declared: str = "") -> Decoded:
    """Turn a page's bytes into text.

    Raises EmptyInput for no content and NotText for binary content. The note (LM205) says so when the bytes are not
    in the declared encoding.
    """
    refuse_empty_and_binary(content, name=name)
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :].decode(encoding, "replace"), encoding)
    said = declared or _declared(content)
    wrong_at = _first_not_utf8(content)
    if wrong_at >= 0:
        return _not_utf8(content, said, wrong_at)
    wrong = said not in {"", "utf-8"} and not content.isascii()
    return Decoded(content, "utf-8", _note(said, "utf-8", "") if wrong else None)


def _decoded(text: str, encoding: str, note: Note | None = None) -> Decoded:
    return Decoded(text.encode("utf-8", "replace"), encoding, note)


def _first_not_utf8(content: bytes) -> int:
    """Give the place of the first byte that is no UTF-8, -1 for none; in short pieces, which stay in the cache."""
    view, at = memoryview(content), 0
    try:
        while at < len(view):
            piece = view[at : at + _PIECE_BYTES]
            at += codecs.utf_8_decode(piece, "strict", at + len(piece) == len(view))[1]
    except UnicodeDecodeError as error:
        return at + error.start
    return -1


def refuse_empty_and_binary(content: bytes, *, name: str) -> None:
    """Raise EmptyInput or NotText where `content` is neither page nor table."""
    if not content[:4096].strip(_BLANK) and not content.strip(_BLANK):
        raise EmptyInput("the file is empty", where=name, next_step="save the page or export the table again")
    if content.startswith(_MARKS_16):
        return
    head = content[:4096]
    strange = len(head) - len(head.translate(None, _CONTROL))
    kind = ""
    if content.startswith(tuple(_KINDS)):
        kind = next(words for magic, words in _KINDS.items() if content.startswith(magic))
    if kind or strange > len(head) // 100:
        raise NotText(
            f"{kind or 'a binary file'}, where a page, mailbox or table was expected",
            where=name,
            next_step="save the forum page as HTML, or name the right file",
        )


def head_of(content: bytes, n_bytes: int = HEAD_BYTES) -> str:
    """Give the first bytes as text, roughly; for recognising only."""
    head = content[:n_bytes]
    for mark, encoding in _MARKS[1:]:
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    return head.decode("utf-8", "replace").removeprefix("\ufeff")


def _declared(content: bytes) -> str:
    head = content[:4096]
    match = next((m for pattern in _DECLARED if (m := pattern.search(head))), None)
    return _known(match[1].decode("ascii", "replace")) if match else ""


def _known(label: str) -> str:
    """Give Python's name for an encoding's label; '' for one that does not exist."""
    if label.lower() in _AS_CP1252:
        return "cp1252"
    try:
        name = codecs.lookup(label).name
        b"a".decode(name)  # Python has codecs that give no text, as rot13 and hex
    except (LookupError, UnicodeError):
        return ""
    return "cp1252" if name in _AS_CP1252 else name


def _not_utf8(content: bytes, said: str, at: int) -> Decoded:
    place = f"byte {at}"
    if said and said != "utf-8":
        try:
            if said == "cp1252":
                return Decoded(_from_cp1252(content), said)
            return _decoded(content.decode(said), said)
        except UnicodeDecodeError as error:
            place = f"byte {error.start}"
            if said == "cp1252":  # five code points are free there; the rest is right
                return _decoded(content.decode("cp1252", "replace"), "cp1252", _note(said, "cp1252", place))
    # A stray byte in a page that is UTF-8 otherwise costs one character, not the umlauts of the whole page.
    if said in ("", "utf-8"):
        text = content.decode("utf-8", "replace")
        if text.count("\ufffd") * 10 < len(re.findall(r"[\u0080-\ufffc]", text)):
            return _decoded(text, "utf-8", _note(said, "utf-8 with gaps", place))
    return _decoded(content.decode("cp1252", "replace"), "cp1252", _note(said, "cp1252", place))


def _from_cp1252(content: bytes) -> bytes:
    """Turn Windows-1252 into UTF-8, in pieces, of which most need no table; raises UnicodeDecodeError."""
    pieces = [content[at : at + _SHORT_PIECE_BYTES] for at in range(0, len(content), _SHORT_PIECE_BYTES)]
    try:
        return b"".join([piece if piece.isascii() else _piece_from_cp1252(piece) for piece in pieces])
    except UnicodeDecodeError:  # again as a whole, for the place
        return content.decode("cp1252").encode("utf-8")


def _piece_from_cp1252(piece: bytes) -> bytes:
    has_own_signs = piece.translate(None, _SAME_IN_LATIN_1)
    return piece.decode("cp1252" if has_own_signs else "latin-1").encode("utf-8")


def _note(said: str, used: str, place: str) -> Note:
    seen = f"declared as {said}, read as {used}" if said else f"not UTF-8, read as {used}"
    return Note(place or "page", "LM205", seen, "check the umlauts in the posts")
