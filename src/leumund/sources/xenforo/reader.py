"""XenForo 2: a thread's page to posts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

from selectolax.lexbor import LexborNode

from leumund.sources.found import FoundQuote, Options, Page, Reader, ReadPage
from leumund.sources.sheet import Sheet, text_of
from leumund.sources.thread import RawPost, Thread, hand_out, note_without_words
from leumund.sources.words import Nested, attribute, cut, line, nested, words

__all__ = ["READER"]

NAME, VERSION = "xenforo", "1"
SOFTWARE = "xenforo2"

# One selector after the other: lexbor gives a node once for each part of a list that fits it.
_POSTS = ('.message[id^="js-post-"]', '.message[data-content^="post-"]')
_BODY = ".message-body .bbWrapper"
_THREAD = re.compile(r"thread-(\d+)")
_THREAD_IN_URL = re.compile(r"[./](\d+)(?:/|\.html|$)")
_SOURCE = re.compile(r"post:\s*(\d+)|goto/post(?:/?\?|&(?:amp;)?)id=(\d+)|#post-(\d+)|/posts/(\d+)")
_SAID = re.compile(
    r"^(?:zitat von|quote from)\s+|\s*(?:said|schrieb|sagte|hat gesagt|meinte|a dit|ha scritto|dijo|escribió|zei|disse"
    r"|napisał\(a\))?\s*:?\s*$",
    re.IGNORECASE,
)
# They start with a letter that is rare, which lets the search run; what has to stand before it is asked then.
_POSITION = re.compile(r"#(?<=[>\s]#)\s?(\d[\d.,\s]{0,10})<")
_TIME = re.compile(r'(<time\b([^>]*?\bdatetime="([^"]*)")?[^>]*>)([^<]*)</time>')
_SECONDS = re.compile(r'\sdata-time(?:stamp)?="(\d{9,10})"')
_HREF = re.compile(r'href="(?<=\shref=")([^"]*)"')
_ROOT = re.compile(r"""<(?i:html\b[^>]*\bid\s*=\s*["']?XF\b)""")
_NO_DIGIT = re.compile(r"\D")
_TITLE_BAR = re.compile(r'\s*(<div class="bbCodeBlock-title">.*?</div>)', re.DOTALL)


def recognise(page: Page, head: str) -> float:
    """Give 1 for a page that calls itself XenForo 2, less for one that only looks so."""
    if _ROOT.search(head[:8192]):
        return 1.0
    return 0.7 if "js-post-" in head and "message-attribution" in head else 0.0


def read(page: Page, options: Options) -> Iterator[ReadPage]:
    """Give the posts of one page; raises SourceDrift when it has none."""
    sheet = Sheet(page, options)
    nodes = next((found for selector in _POSTS if (found := sheet.tree.css(selector))), [])
    raw = [post for node in nodes if (post := _post(sheet, node)) is not None]
    yield hand_out(sheet, f"{NAME} {VERSION}", _thread(sheet), raw, sheet.rules())


def _thread(sheet: Sheet) -> Thread:
    title = sheet.tree.css_first(".p-title-value")
    crumbs = sheet.tree.css_first(".p-breadcrumbs")
    links = [text_of(link) for link in crumbs.css("a")] if crumbs else []
    root = sheet.tree.css_first("html")
    key = _THREAD.search((root.attributes.get("data-content-key") or "") if root else "")
    found = key or _THREAD_IN_URL.search(sheet.address.split("#")[0])
    return Thread(SOFTWARE, links[-1] if links else "", _title(title), found[1] if found else sheet.address)


def _title(node: LexborNode | None) -> str:
    """Give the title without its prefix („Frage“, "Solved"), which stands in labels of its own."""
    if node is None:
        return ""
    html = cut(node.html or "", "span", lambda tag: re.search(r'class="(?:label|labelLink)', tag) is not None).rest
    return line(html)


def _post(sheet: Sheet, node: LexborNode) -> RawPost | None:
    number = _number(node)
    body = node.css_first(_BODY) or node.css_first(".message-body")
    if body is None:
        note_without_words(sheet, number)
        return None
    if not sheet.whole(body):
        return None
    text, quotes = own_words(body.inner_html or "")
    head = node.css_first(".message-attribution") or node
    edited = node.css_first(".message-lastEdit time") if sheet.contains(b"message-lastEdit") else None
    html = head.html or ""
    time_text, stamp = _time(node, html)
    place = _place(html)
    return RawPost(
        number=number,
        author=_author(node),
        time_text=time_text,
        text=text,
        stamp=stamp,
        position=place[0],
        quotes=quotes,
        url=sheet.absolute(place[1]),
        edit_note=text_of(edited),
        edit_stamp=_stamp(edited),
    )


def _number(node: LexborNode) -> str:
    """Give what follows "js-post-" in the element's id, else "post-" in data-content."""
    for shown in (node.id, node.attrs.get("data-content")):
        number = (shown or "").rpartition("post-")[2]
        if number.isdigit():
            return number
    return ""


def _author(node: LexborNode) -> str:
    """Give the name as the post's own element states it, else as it is shown."""
    if stated := (node.attrs.get("data-author") or "").strip():
        return stated
    return text_of(node.css_first(".message-name .username") or node.css_first(".message-name"))


def _time(node: LexborNode, head: str) -> tuple[str, str]:
    """Give the time as shown and as a machine's date: of the head line, else the first one of the post."""
    if shown := _TIME.search(head):
        return line(shown[4]), (shown[3] or "").strip() or _from_seconds(shown[1])
    found = node.css_first("time.u-dt, time")
    return text_of(found), _stamp(found)


def _stamp(node: LexborNode | None) -> str:
    if node is None:
        return ""
    return (node.attributes.get("datetime") or "").strip() or _from_seconds(node.html or "")


def _from_seconds(html: str) -> str:
    """Give the moment that an element states in seconds since 1970, as a machine's date, '' for none."""
    seconds = _SECONDS.search(html)
    return datetime.fromtimestamp(int(seconds[1]), UTC).isoformat() if seconds else ""


def _place(html: str) -> tuple[int, str]:
    """Give the post's place in the thread (0 = not shown) and its link."""
    shown = _POSITION.search(html)
    link = next((link for link in reversed(_HREF.findall(html)) if "post" in link and "share" not in link), "")
    digits = _NO_DIGIT.sub("", shown[1]) if shown else ""
    return int(digits) if 0 < len(digits) < 10 else 0, unescape(link)


def own_words(html: str) -> tuple[str, tuple[FoundQuote, ...]]:
    """Give a post's own words and the quotes in it."""
    quotes: list[FoundQuote] = []
    if "bbCodeBlock" in html:
        html = _without_quotes(html, quotes)
        if "bbCodeBlock-title" in html:  # „Code:“ above a box of code
            html = cut(html, "div", lambda tag: "bbCodeBlock-title" in tag).rest
    return words(html), tuple(quotes)


def _is_quote(tag: str) -> bool:
    return "bbCodeBlock--quote" in tag or "data-quote=" in tag


def _without_quotes(html: str, quotes: list[FoundQuote]) -> str:
    """Cut the quotes out: <blockquote> elements, in XenForo 2.0 <div>."""
    for element in ("blockquote", "div"):
        if not _is_quote(html):
            break
        html, found = nested(html, element, _is_quote)
        for piece in found:
            _quote(piece, quotes)
    return html


def _quote(piece: Nested, quotes: list[FoundQuote]) -> None:
    start, inner = piece
    title = _TITLE_BAR.match(inner)
    head = title[1] if title else ""
    body = inner.replace(head, "", 1)
    if "bbCodeBlock-expandLink" in body:
        body = cut(body, "div", lambda tag: "bbCodeBlock-expandLink" in tag).rest
    place = len(quotes)
    text = words(_without_quotes(body, quotes))
    author = attribute(start, "data-quote") or _SAID.sub("", line(head))
    source = _SOURCE.search(attribute(start, "data-source")) or _SOURCE.search(head)
    number = next((group for group in source.groups() if group), "") if source else ""
    quotes.insert(place, FoundQuote(author=unescape(author), text=text, number=number))


READER = Reader(name=NAME, version=VERSION, recognise=recognise, read=read)
