"""Files, folders, zip, gzip and WARC archives to pages, one at a time; a broken member is a problem, not the end."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from leumund.errors import (
    EmptyInput,
    InputError,
    LeumundError,
    NotReadable,
    NotText,
    TruncatedInput,
    UnknownForum,
    storage_errors,
)
from leumund.sources.found import Page

__all__ = ["Problem", "open_pages", "page_of"]

Problem = tuple[str, LeumundError]
"""The name of a page, and why it could not be read."""

MAX_MEMBER_BYTES = 256 * 2**20
MAX_ARCHIVE_BYTES = 8 * 2**30
MAX_RATIO = 300  # text compresses 3 to 20 times; zip bombs more than 1,000 times
_SMALL = 2**20  # below this no ratio is dangerous
_OFFICE_MEMBERS = {"[Content_Types].xml", "mimetype"}
_GZIP = b"\x1f\x8b"
_TEXT_TYPES = ("text/", "application/xhtml", "application/json", "application/xml")


def page_of(name: str, content: bytes, *, url: str = "", taken_at: datetime | None = None) -> Page:
    """Give a page made of `content`, with its digest."""
    return Page(name=name, content=content, sha256=hashlib.sha256(content).hexdigest(), url=url, taken_at=taken_at)


def open_pages(paths: Iterable[Path | str]) -> Iterator[Page | Problem]:
    """Give the pages behind `paths`: files as they are, folders in order of names and recursively, archives opened.

    What cannot be opened comes as (name, error). Hidden files are left out, and in WARC files what is no text.
    """
    for path in map(Path, paths):
        if path.is_dir():
            yield from _folder(path)
        else:
            yield from _file(path)


def _folder(folder: Path) -> Iterator[Page | Problem]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    shown = [path for path in files if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    if not shown:
        yield str(folder), EmptyInput("the folder holds no files", where=str(folder), next_step="name another folder")
    for path in shown:
        yield from _file(path)


def _file(path: Path) -> Iterator[Page | Problem]:
    try:
        with storage_errors(path):
            content = path.read_bytes()
    except NotReadable as error:
        yield str(path), error
        return
    except LeumundError as error:  # the system's other reasons: permissions, a folder that went away
        yield str(path), NotReadable(error.seen, where=str(path), next_step="check the file's permissions")
        return
    yield from _content(str(path), content)


def _content(name: str, content: bytes) -> Iterator[Page | Problem]:
    try:
        if content[:4] in (b"PK\x03\x04", b"PK\x05\x06") and not _is_office(content):
            yield from _zip(name, content)
        elif _is_warc(content):
            yield from _warc(name, content)
        elif content.startswith(_GZIP):
            yield _gzip(name, content)
        else:
            yield page_of(name, content)
    except InputError as error:
        yield name, error


def _is_office(content: bytes) -> bool:
    """Tell an Excel or OpenDocument table, which is a zip file too, from a zip of pages."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return bool(_OFFICE_MEMBERS & set(archive.namelist()[:20]))
    except zipfile.BadZipFile:
        return False


def _zip(name: str, content: bytes) -> Iterator[Page | Problem]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise TruncatedInput(
            f"the zip archive cannot be opened: {error}", where=name, next_step="take it from its source once more"
        ) from error
    with archive:
        members = sorted((info for info in archive.infolist() if not info.is_dir()), key=lambda info: info.filename)
        left = MAX_ARCHIVE_BYTES
        if not members:
            raise EmptyInput("the archive holds no files", where=name, next_step="name another archive")
        for info in members:
            if info.filename.startswith("__MACOSX/") or Path(info.filename).name.startswith("."):
                continue
            inner = f"{name}/{info.filename}"
            try:
                body = _member(archive, info, inner, min(left, MAX_MEMBER_BYTES))
            except InputError as error:
                yield inner, error
                continue
            left -= len(body)
            yield page_of(inner, body)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, limit: int) -> bytes:
    if info.flag_bits & 1:
        raise NotText("the member is encrypted", where=name, next_step="unpack it with its password first")
    if info.file_size > _SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise _too_big(name, f"it would unpack to {info.file_size // max(info.compress_size, 1)} times its size")
    if info.file_size > limit:
        raise _too_big(name, f"it would unpack to {info.file_size >> 20} MiB")
    try:
        with archive.open(info) as stream:
            body = stream.read(limit + 1)
    # NotImplementedError: a way of packing that Python does not know
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise TruncatedInput(
            f"the member is damaged: {error}", where=name, next_step="take the archive from its source once more"
        ) from error
    if len(body) > limit:  # the archive lied about the size
        raise _too_big(name, f"it unpacks to more than {limit >> 20} MiB")
    if body.startswith(b"PK\x03\x04") and not _is_office(body):
        raise NotText("an archive inside the archive", where=name, next_step="unpack it first")
    return body


def _too_big(name: str, why: str) -> InputError:
    return NotText(
        f"not unpacked, it looks like a zip bomb: {why}", where=name, next_step="unpack it yourself if you trust it"
    )


def _gzip(name: str, content: bytes) -> Page:
    inner = f"{name}/{Path(name).stem}"
    try:
        body = _bounded(gzip.GzipFile(fileobj=io.BytesIO(content)))
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise TruncatedInput(
            f"the gzip file is damaged: {error}", where=name, next_step="take it from its source once more"
        ) from error
    if body is None:
        raise _too_big(name, f"more than {MAX_MEMBER_BYTES >> 20} MiB")
    if len(body) > _SMALL and len(body) > MAX_RATIO * len(content):
        raise _too_big(name, f"it unpacks to {len(body) // len(content)} times its size")
    return page_of(inner, body)


def _is_warc(content: bytes) -> bool:
    if content.startswith(_GZIP):
        content = _first_bytes(content)
    return content.startswith(b"WARC/")


def _first_bytes(content: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(content[:4096], 64)
    except zlib.error:
        return b""


def _warc(name: str, content: bytes) -> Iterator[Page | Problem]:
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    number = 0
    try:
        for record in ArchiveIterator(io.BytesIO(content)):
            number += 1
            if record.rec_type == "response" and _is_text(record):
                yield from _record(name, number, record)
                if getattr(record.raw_stream, "limit", 0) > 0:  # warcio itself says nothing
                    raise EOFError("the record is shorter than it says")
    except (ArchiveLoadFailed, zlib.error, EOFError, OSError, ValueError) as error:
        raise TruncatedInput(
            f"the archive breaks off after record {number}: {error}",
            where=name,
            next_step="what came before was kept; take the archive from its source once more",
        ) from error


def _is_text(record: Any) -> bool:
    status = record.http_headers.get_statuscode() if record.http_headers else "200"
    kind = (record.http_headers.get_header("Content-Type") if record.http_headers else "") or "text/html"
    return not status.startswith(("1", "3")) and kind.lower().startswith(_TEXT_TYPES) and "css" not in kind


def _record(name: str, number: int, record: Any) -> Iterator[Page | Problem]:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    inner = f"{name}/{url or number}"
    status = record.http_headers.get_statuscode() if record.http_headers else "200"
    if status.startswith(("4", "5")):
        yield inner, UnknownForum(f"the server's answer was error {status}", where=inner, next_step="collect it again")
        return
    body = _bounded(record.content_stream())
    if body is None:
        yield inner, _too_big(inner, f"more than {MAX_MEMBER_BYTES >> 20} MiB")
        return
    page = page_of(inner, body, url=url, taken_at=_warc_time(record.rec_headers.get_header("WARC-Date")))
    stated = (record.http_headers.get_header("tdm-reservation") if record.http_headers else None) or ""
    reservation = {"1": "reserved", "0": "none"}.get(stated.strip(), "unknown")
    yield Page(page.name, page.content, page.sha256, page.url, page.taken_at, reservation)


def _bounded(stream: IO[bytes] | gzip.GzipFile) -> bytes | None:
    parts, size = [], 0
    while chunk := stream.read(2**20):
        parts.append(chunk)
        size += len(chunk)
        if size > MAX_MEMBER_BYTES:
            return None
    return b"".join(parts)


def _warc_time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
