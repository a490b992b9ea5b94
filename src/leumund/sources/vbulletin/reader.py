"""vBulletin 4: a thread's page to posts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo

from selectolax.lexbor import LexborNode

from leumund.sources.dates import zone_from_words
from leumund.sources.found import FoundQuote, Options, Page, Reader, ReadPage
from leumund.sources.sheet import Sheet, text_of
from leumund.sources.thread import RawPost, Thread, hand_out, note_without_words
from leumund.sources.words import cut, line, nested, words

__all__ = ["READER"]

NAME, VERSION = "vbulletin", "1"
SOFTWARE = "vbulletin4"

_POSTS = 'li[id^="post_"]'
_BODIES = ('[id^="post_message_"] .postcontent', '[id^="post_message_"]', ".postbody .content .postcontent")
_DIGITS = re.compile(r"(\d+)")
_COUNTER = re.compile(r"#\s?(\d{1,9})(?!\d)")
_THREAD_IN_URL = re.compile(r"(?:threads?/|showthread\.php\?(?:.*?\bt=)?|[?&]t=)(\d+)|/(\d+)-[^/]*$")
_QUOTED_NUMBER = re.compile(r"#post(\d+)|[?&;]p=(\d+)")
_GENERATOR = re.compile(r"""<meta[^>]*generator[^>]*content\s*=\s*["']vBulletin\s*([\d.]+)""", re.IGNORECASE)
_ROOT = re.compile(r"""<(?i:html\b[^>]*\bid\s*=\s*["']vbulletin_html)""")
_BY = re.compile(r"^.*?(?:by|von|par|di|de|door|por)\s+", re.IGNORECASE)


def recognise(page: Page, head: str) -> float:
    """Give 1 for a page that calls itself vBulletin 4, less for one that only looks so."""
    if "vBulletin" in head and (match := _GENERATOR.search(head)):
        return 1.0 if match[1].startswith("4") else 0.0
    if "vbulletin_html" in head and _ROOT.search(head[:8192]):
        return 1.0
    return 0.7 if "postcontainer" in head and "postbit" in head else 0.0


def read(page: Page, options: Options) -> Iterator[ReadPage]:
    """Give the posts of one page; raises SourceDrift when it has none."""
    sheet = Sheet(page, options)
    raw = [post for node in sheet.tree.css(_POSTS) if (post := _post(sheet, node)) is not None]
    yield hand_out(sheet, f"{NAME} {VERSION}", _thread(sheet), raw, sheet.rules(stated=_zone(sheet)))


def _zone(sheet: Sheet) -> tzinfo | None:
    """Give the zone that the page's foot states; looked for from the end, where it stands."""
    place = sheet.html.rfind(b"footer_time")
    foot = sheet.html[place : place + 600].decode("utf-8", "replace") if place >= 0 else ""
    return zone_from_words(line(foot.partition(">")[2].partition("</div>")[0]))


def _thread(sheet: Sheet) -> Thread:
    title = sheet.tree.css_first(".threadtitle") or sheet.tree.css_first("#pagetitle h1, #pagetitle")
    trail = sheet.tree.css_first("#breadcrumb") or sheet.tree.css_first(".breadcrumb")
    crumbs = [text_of(node) for node in trail.css(".navbit a")] if trail is not None else []
    found = _THREAD_IN_URL.search(sheet.address)
    number = next(group for group in found.groups() if group) if found else sheet.address
    board = crumbs[-1].removeprefix(">").strip() if crumbs else ""
    return Thread(SOFTWARE, board, text_of(title) or _last_crumb(sheet), number)


def _last_crumb(sheet: Sheet) -> str:
    return text_of(sheet.tree.css_first(".lastnavbit"))


def _post(sheet: Sheet, node: LexborNode) -> RawPost | None:
    match = _DIGITS.search(node.attributes.get("id") or "")
    number = match[1] if match else ""
    body = next((found for selector in _BODIES if (found := node.css_first(selector)) is not None), None)
    if body is None:
        note_without_words(sheet, number)
        return None
    if not sheet.whole(body):
        return None
    text, quotes = own_words(body.inner_html or "")
    counter = node.css_first("a.postcounter") or node.css_first(".nodecontrols")
    digits = _COUNTER.search(text_of(counter))
    link = (counter.attributes.get("href") or "") if counter is not None else ""
    return RawPost(
        number=number,
        author=_author(node),
        time_text=_time_text(node),
        text=text,
        position=int(digits[1]) if digits else 0,
        quotes=quotes,
        url=sheet.absolute(link),
        edit_note=text_of(node.css_first(".lastedited")) if sheet.contains(b"lastedited") else "",
    )


def _author(node: LexborNode) -> str:
    shown = node.css_first(".username_container .username") or node.css_first(".userinfo .username, .username")
    return text_of(shown) or text_of(node.css_first(".username_container strong, .username_container"))


def _time_text(node: LexborNode) -> str:
    shown = node.css_first(".postdate .date") or node.css_first(".posthead .date") or node.css_first(".postdate")
    return text_of(shown)


def own_words(html: str) -> tuple[str, tuple[FoundQuote, ...]]:
    """Give a post's own words and the quotes in it."""
    quotes: list[FoundQuote] = []
    if "bbcode_" in html:
        html = _without_quotes(html, quotes)
        if "bbcode_description" in html:  # „Code:“ above a box of code
            html = cut(html, "div", lambda tag: "bbcode_description" in tag).rest
    return words(html), tuple(quotes)


def _without_quotes(html: str, quotes: list[FoundQuote]) -> str:
    if "bbcode_quote" not in html:
        return html
    rest, found = nested(html, "div", lambda tag: 'bbcode_quote"' in tag or "bbcode_quote " in tag)
    quotes += [_quote(piece.inner) for piece in found]
    return rest


def _quote(inner: str) -> FoundQuote:
    before, start, rest = inner.partition('<div class="bbcode_postedby">')
    head, _, after = rest.partition("</div>")
    source = _QUOTED_NUMBER.search(head)
    number = (source[1] or source[2]) if source else ""
    return FoundQuote(author=_quoted_author(start + head), text=words(before + after), number=number)


def _quoted_author(head: str) -> str:
    strong, closed, _ = head.partition("<strong>")[2].partition("</strong>")
    if closed:
        return line(strong)
    return _BY.sub("", line(head)) if head else ""


READER = Reader(name=NAME, version=VERSION, recognise=recognise, read=read)
