"""One parsed page of a forum: its tree, and what holds for the whole page (venue, language, zone, thread)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import PurePath
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from leumund.errors import DateNotUnderstood
from leumund.sources.dates import DateRules, When, find_date, read_date, read_stamp, zone_of
from leumund.sources.encoding import decode
from leumund.sources.found import Note, Options, Page

__all__ = ["Sheet", "host_of", "opened", "text_of"]

# Stands at the place where a page broke off, so that the post which is cut can be told from the whole ones.
BREAK_MARK = "\ue000break\ue000"

_VOID = set(re.findall(rb"\w+", b"area base br col embed hr img input link meta param source track wbr"))
_ENDS = (b"</html", b"</body", b"</HTML", b"</BODY")
_COMMON_VOID = {b"<br", b"<hr", b"<hr ", b"<img", b"<lin", b"<met", b"<inp"}  # the first four bytes of the usual ones
_CLOSED_TAGS_LOOKED_AT = 24
_CLOSED = re.compile(rb"/>")  # splits twice as quickly as bytes do, since it looks for the rarer "/"
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(https?://\S+)\s*-->")
_ORIGIN_AND_FOLDER = re.compile(r"((?:https?:)?//[^/?#]+)([^?#]*/)?")
_SESSION = re.compile(r"([?&])(?:s|sid|phpsessid)=\w*(?:&|(?=#)|$)", re.IGNORECASE)
_ZONE_BY_LANGUAGE = {"de": "Europe/Berlin"}


class Sheet:
    """A page, parsed once. Readers ask it for what is the same in every forum software."""

    def __init__(self, page: Page, options: Options) -> None:
        """Decode and parse `page`; raises EmptyInput or NotText where there is no text."""
        decoded = decode(page.content, name=page.name, declared=options.encoding)
        self.page, self.options, self.encoding = page, options, decoded.encoding
        self.notes: list[Note] = [decoded.note] if decoded.note else []
        html = opened(decoded.utf8)
        self.truncated = _ends_early(html)
        if self.truncated:
            html = _cut_back(html) + BREAK_MARK.encode()
            self.notes.append(
                Note("end of the page", "LM202", "the page breaks off; whole posts were kept", "save the page again")
            )
        self.html = html  # in UTF-8
        self._contained: dict[bytes, bool] = {}
        self.tree = LexborHTMLParser(html, options=LexborDocumentOptions.WO_EVENTS)  # nobody waits for events

    @cached_property
    def language(self) -> str:
        """The page's language as it says itself (de, en-us, …), '' when it does not."""
        if self.options.language:
            return self.options.language
        root = self.tree.root
        return ((root.attributes.get("lang") or "") if root else "").strip().lower().replace("_", "-")

    @cached_property
    def _head(self) -> LexborNode | LexborHTMLParser:
        """Where the page speaks of itself: its head; the whole page where a tool has thrown the head into the body."""
        head = self.tree.head
        return head if head is not None and head.css_first("meta") is not None else self.tree

    @cached_property
    def _stated_base(self) -> str:
        node = self._head.css_first("base[href]")
        return ((node.attributes.get("href") or "") if node else "").strip()

    @cached_property
    def base(self) -> str:
        """The address that relative links start from, '' when nothing tells."""
        return joined(self.address, self._stated_base) if self._stated_base else self.address

    @cached_property
    def address(self) -> str:
        """The page's own address: canonical link, og:url, or where archive or browser took it from; '' for none."""
        for selector, name in (('link[rel="canonical"]', "href"), ('meta[property="og:url"]', "content")):
            for node in self._head.css(selector):
                stated = joined(self._stated_base, (node.attributes.get(name) or "").strip())
                if stated.startswith(("http://", "https://")):
                    return clean_url(stated)
        return clean_url(self.page.url or self._saved_from)

    @property
    def _saved_from(self) -> str:
        """The address that a browser notes at the top of a page it saves."""
        noted = _SAVED_FROM.search(self.html[:2048])
        return noted[1].decode("utf-8", "replace") if noted else ""

    def venue(self, links: Iterable[str] = ()) -> str:
        """Give the forum's host name; where page and `links` tell none, the file's name."""
        if self.options.venue:
            return self.options.venue
        for address in (self.address, self.base, *links):
            if "//" in address and (host := host_of(address)):
                return host
        return PurePath(self.page.name).stem or self.page.name

    def absolute(self, link: str) -> str:
        """Give `link` as a full address without session marks, as far as the page's own address is known."""
        if not link:
            return ""
        if link.startswith("#"):
            return self.address.partition("#")[0] + link
        if link.startswith(("http://", "https://")):
            return clean_url(link)
        # urljoin means the same and takes ten times as long
        link = link.removeprefix("./")
        if link.startswith("/") and not link.startswith("//"):
            return clean_url(self._origin_and_folder[0] + link)
        if ".." in link or ":" in link or link.startswith(("?", "//")):
            return clean_url(joined(self.base, link))
        return clean_url(self._origin_and_folder[1] + link)

    @cached_property
    def _origin_and_folder(self) -> tuple[str, str]:
        """What stands before links that begin with "/" and before those that do not; '' where no address is known."""
        parts = _ORIGIN_AND_FOLDER.match(self.base)
        if parts and "/." not in self.base:
            return parts[1], parts[1] + (parts[2] or "/")
        origin = joined(self.base, "/").removesuffix("/")
        return origin if "//" in origin else "", joined(self.base, ".") if self.base else ""

    def contains(self, words: bytes) -> bool:
        """Tell whether `words` stand anywhere in the page's source; asked once a page, then remembered."""
        if words not in self._contained:
            self._contained[words] = words in self.html
        return self._contained[words]

    def whole(self, node: LexborNode) -> bool:
        """Tell whether the page broke off after `node`, not inside it."""
        return not self.truncated or BREAK_MARK not in (node.text() or "")

    def rules(self, *, stated: tzinfo | None = None, taken_at: datetime | None = None) -> DateRules:
        """Give the rules for this page's dates: the user's word, else the page's, else the language's zone, marked."""
        language = self.language or "en"
        taken = self.page.taken_at or taken_at
        common = DateRules(language=language, order=self.options.date_order, taken_at=taken)
        if self.options.zone:
            return replace(common, zone=zone_of(self.options.zone), zone_assumed=self.options.zone)
        if stated is not None:
            return replace(common, zone=stated, zone_assumed="")
        name = _ZONE_BY_LANGUAGE.get(language.split("-")[0], "UTC")
        return replace(common, zone=zone_of(name) if name != "UTC" else UTC, zone_assumed=name)

    def when(self, time_text: str, rules: DateRules, *, place: str) -> When:
        """Read a date as shown; one that cannot be read is noted (LM213) and unknown."""
        try:
            if time_text[10:11] == "T" and len(time_text) > 16:  # a machine's stamp
                return read_stamp(time_text, rules)
            return read_date(time_text, rules)
        except DateNotUnderstood as error:
            inside = find_date(time_text, rules)  # „geschrieben von Käthe am 3. April 2020“
            if inside.moment is None:
                self.notes.append(Note(place, error.code, error.seen, error.next_step))
            return inside


def text_of(node: LexborNode | None) -> str:
    """Give a node's text on one line, '' for no node."""
    return " ".join((node.text() or "").split()) if node is not None else ""


def joined(base: str, link: str) -> str:
    """Give `link` seen from `base`; as it stands where one of them is no address (http://[ …)."""
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def host_of(address: str) -> str:
    """Give the host name of an address in lower case without a leading www., '' when it has none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def clean_url(address: str) -> str:
    """Give an address without session marks, so that one post has one address.

    >>> clean_url("https://forum.example/viewtopic.php?p=7&sid=0af3#p7")
    'https://forum.example/viewtopic.php?p=7#p7'
    """
    if "s=" not in address and "id=" not in address:
        return address
    start, mark, fragment = _SESSION.sub(_keep_sign, address).partition("#")
    return start.rstrip("?&") + mark + fragment


def _keep_sign(match: re.Match[str]) -> str:
    return match[1]


def opened(html: bytes) -> bytes:
    """Open what an XML writer closed: <a/> swallows the rest of an HTML page, <iframe/> even its tags.

    XML writers put no space before "/>" and leave no <br>; templates that people write do one or the other.
    """
    looked_at = html[:16_384].split(b"/>", _CLOSED_TAGS_LOOKED_AT)[:-1]
    spaced = [part for part in looked_at if part.endswith(b" ")]
    if len(looked_at) <= 2 * len(spaced) or b"<br>" in html[:32_768]:
        return html
    *parts, last = _CLOSED.split(html)
    for place, part in enumerate(parts):
        start = part.rfind(b"<")
        if part[start : start + 4] not in _COMMON_VOID:
            parts[place] = part + _end(part[start + 1 :])
    return b"/>".join([*parts, last])


def _end(tag: bytes) -> bytes:
    """Give what has to stand before the "/>" that closed `tag`: "></i", which makes it </i/>; nothing for void ones."""
    name = (tag.split(None, 1) or [b""])[0]
    if b">" in tag or name in _VOID or not name.isalnum():  # "/>" in a script or in words
        return b""
    return b"></" + name


def _ends_early(html: bytes) -> bool:
    return not any(html.rfind(end, max(len(html) - tail, 0)) >= 0 for tail in (500, 65_536) for end in _ENDS)


def _cut_back(html: bytes) -> bytes:
    """Leave off a tag that was cut in two."""
    start = html.rfind(b"<")
    return html[:start] if start > html.rfind(b">") else html
