"""phpBB 3: a topic's page to posts, in prosilver (and themes made from it) and in subsilver2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from html import unescape

from selectolax.lexbor import LexborNode

from leumund.errors import WrongUse
from leumund.sources.dates import DateRules, find_date, zone_from_words, zone_of
from leumund.sources.found import Options, Page, Reader, ReadPage
from leumund.sources.phpbb.subsilver import subsilver_posts
from leumund.sources.phpbb.text import own_words
from leumund.sources.sheet import Sheet, text_of
from leumund.sources.thread import RawPost, Thread, hand_out, note_without_words
from leumund.sources.words import cut, line

__all__ = ["READER"]

NAME, VERSION = "phpbb", "1"
SOFTWARE = "phpbb3"

_POSTS = '.post[id^="p"]'
_TOPIC = re.compile(r"[?&;]t=(\d+)|-t(\d+)(?:[-./]|$)|/topic(\d+)")
_START = re.compile(r"[?&;]start=(\d{1,9})(?!\d)")
_PLACE = re.compile(r"\d{1,9}")
_NOW = re.compile(r"(?:It is currently|Aktuelle Zeit:|Aktuelles Datum und Uhrzeit:)\s*([^<]{8,60})")
_ZONE = re.compile(r'<span title="([^"]*)">\s*(UTC[^<]{0,12})</span>')
_YEAR = re.compile(r"(?:19|20)\d\d")
_CLOCK_OR_YEAR = re.compile(r"\d[:.h]\d\d|\d{4}")
_HREF = re.compile(r'href="([^"]*)"')
_USERNAME = re.compile(r'class="username[^"]*"[^<>]*>([^<]+)<')
_STRONG = re.compile(r"<strong\b[^>]*>\s*<a\b[^>]*memberlist[^>]*>([^<]+)<")
_LABELS = re.compile(r'<span class="sr-only">.*?</span>', re.DOTALL)


def recognise(page: Page, head: str) -> float:
    """Give 1 for a page in phpBB's own markup, less for one that only names it."""
    start = head.find("<body")
    body = head[start : start + 500] if start >= 0 else ""
    if 'id="phpbb"' in body or "section-viewtopic" in body:
        return 1.0
    top = head[:start] if start >= 0 else head
    if "prosilver" in top or "subsilver" in top:
        return 0.9
    if 'class="post' in head and ('class="postprofile"' in head or 'class="postauthor"' in head):
        return 0.8
    return 0.5 if "viewtopic.php" in head and "phpbb" in head.lower() else 0.0


def read(page: Page, options: Options) -> Iterator[ReadPage]:
    """Give the posts of one page; raises SourceDrift when it has none."""
    sheet = Sheet(page, options)
    nodes = sheet.tree.css(_POSTS)
    first = _first_position(sheet)
    if nodes:
        places = range(first, first + len(nodes)) if first else [0] * len(nodes)
        read_ones = [_post(sheet, node, place) for node, place in zip(nodes, places, strict=True)]
    else:
        read_ones = list(subsilver_posts(sheet, first))
    raw = [post for post in read_ones if post is not None]
    yield hand_out(sheet, f"{NAME} {VERSION}", _thread(sheet), raw, _rules(sheet, raw))


def _rules(sheet: Sheet, raw: list[RawPost]) -> DateRules:
    rules = sheet.rules(stated=_zone(sheet))
    if rules.taken_at is not None or all(post.stamp or _YEAR.search(post.time_text) for post in raw):
        return rules
    shown = _NOW.search(sheet.html[:65_536].decode("utf-8", "replace"))
    return replace(rules, taken_at=find_date(shown[1], rules).moment) if shown else rules


def _zone(sheet: Sheet) -> tzinfo | None:
    """Give the zone that the page's foot states; a named zone knows summer time, an offset does not."""
    foot = max(sheet.html.rfind(b"-footer"), sheet.html.rfind(b"wrapfooter"), 0)
    place = max(sheet.html.rfind(b"UTC", foot), sheet.html.rfind(b"GMT", foot))
    if place < 0 or not foot:  # without a foot it may be a post that speaks of UTC
        return None
    near = sheet.html[max(place - 100, 0) : place + 120].decode("utf-8", "replace")
    named = _ZONE.search(near)
    try:
        after = sheet.html[place : place + 120].decode("utf-8", "replace")
        return zone_of(named[1]) if named else zone_from_words(line(after))
    except WrongUse:  # the zone's name is translated: „Europa/Berlin“
        offset = zone_from_words(near)
        german = sheet.language.startswith("de") and offset in (zone_of("+1"), zone_of("+2"))
        return zone_of("Europe/Berlin") if german else offset


def _thread(sheet: Sheet) -> Thread:
    heading = sheet.tree.css_first(".topic-title") or sheet.tree.css_first('h2 a[href*="viewtopic"], #pageheader h2')
    heading = heading or sheet.tree.css_first("#page-body h2, h2")
    link = heading.css_first("a") if heading is not None and heading.tag != "a" else heading
    target = (link.attributes.get("href") or "") if link is not None else ""
    match = _TOPIC.search(sheet.address) or _TOPIC.search(target)
    number = next(group for group in match.groups() if group) if match else sheet.absolute(target) or sheet.address
    return Thread(SOFTWARE, _board(sheet), text_of(heading), number)


def _board(sheet: Sheet) -> str:
    for selector in (".navlinks, .breadcrumbs", ".breadcrumbs"):
        node = sheet.tree.css_first(selector)
        links = (node.css_first(".breadcrumbs") or node).css("a") if node is not None else []
        boards = [link for link in links if "viewforum" in (link.attrs.get("href") or "")] or links
        if boards:
            return text_of(boards[-1])
    return ""


def _first_position(sheet: Sheet) -> int:
    """Give the place of the page's first post in its topic (1 = the topic's first), 0 when nothing tells."""
    for address in (sheet.address, sheet.page.url):
        if match := _START.search(address):
            return int(match[1]) + 1
    bar = sheet.tree.css_first(".pagination")
    shown = bar.css_first("li.active, strong") if bar is not None else None
    if bar is None or shown is None or text_of(shown) == "1":
        return 1
    for link in bar.css("a"):
        number, start = text_of(link), _START.search(link.attributes.get("href") or "")
        if start and _PLACE.fullmatch(number) and int(number) > 1 and _PLACE.fullmatch(text_of(shown)):
            return int(start[1]) // (int(number) - 1) * (int(text_of(shown)) - 1) + 1
    return 0


def _post(sheet: Sheet, node: LexborNode, position: int) -> RawPost | None:
    number = (node.attributes.get("id") or "")[1:]
    if not number.isdigit():
        return None
    body = node.css_first(".postbody .content") or node.css_first(".content")
    if body is None:
        note_without_words(sheet, number)
        return None
    if not sheet.whole(body):
        return None
    text, quotes = own_words(body.inner_html or "")
    head = node.css_first(".author")
    html = (head.html or "") if head is not None else ""
    time = head.css_first("time") if head is not None and "<time" in html else None
    return RawPost(
        number=number,
        author=_author(node, html),
        time_text=text_of(time) if time is not None else _time_text(head, html),
        text=text,
        stamp=(time.attributes.get("datetime") or "") if time is not None else "",
        position=position,
        quotes=quotes,
        url=sheet.absolute(_link(node, html, number)),
        edit_note=text_of(node.css_first(".notice")) if sheet.contains(b'class="notice') else "",
    )


def _author(node: LexborNode, head: str) -> str:
    """Give the name as the head line shows it, else as the profile beside the post does."""
    if shown := _USERNAME.search(head) or _STRONG.search(head):
        return line(shown[1])
    profile = node.css_first(".postprofile")
    for place, selector in ((profile, '[class^="username"]'), (node, ".author strong"), (profile, "dt strong, dt")):
        found = place.css_first(selector) if place is not None else None
        if found is not None and (name := text_of(found)):
            return name
    return ""


def _time_text(head: LexborNode | None, html: str) -> str:
    """Give the date in „von NAME » 12. Jan 2009, 14:22“ and its younger forms."""
    text = text_of(head)
    if "»" in text:
        parts = text.split("»")
        return next((part for part in reversed(parts) if _CLOCK_OR_YEAR.search(part)), parts[-1]).strip()
    html = cut(_LABELS.sub("", html), "span", lambda tag: "responsive-hide" in tag).rest
    return line(cut(html, "strong", lambda tag: True).rest)


def _link(node: LexborNode, head: str, number: str) -> str:
    """Give the post's own link: the icon in its head line, else its title."""
    for link in _HREF.findall(head):
        if f"p{number}" in link or f"p={number}" in link:
            return unescape(link)
    title = node.css_first("h3 a")
    target = (title.attributes.get("href") or "") if title is not None else ""
    return target if number in target else ""


READER = Reader(name=NAME, version=VERSION, recognise=recognise, read=read)
