"""One parsed page of a forum: its tree, and what holds for the whole page (venue, language, zone, thread)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import PurePath
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from leumund.errors import DateNotUnderstood
from leumund.sources.dates import UNKNOWN, DateRules, When, find_date, read_date, zone_of
from leumund.sources.encoding import decode
from leumund.sources.found import Note, Options, Page

__all__ = ["Sheet", "host_of", "text_of"]

# Stands at the place where a page broke off, so that the post which is cut can be told from the whole ones.
BREAK_MARK = "\ue000break\ue000"

_VOID = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
_SELF_CLOSED = re.compile(rf"<(?!(?:{_VOID})\b)([a-z][a-z0-9]*)((?:\s[^<>]*)?)/>", re.IGNORECASE)
_SWALLOWS = re.compile(r"<(?:i|a|div|span|iframe|script|textarea|title|td|p|li|ul)(?:\s[^<>]*)?/>", re.IGNORECASE)
_OPEN_VOID = re.compile(r"<(?:br|hr|img|input|link|meta)\b[^<>]*[^/<>]>|<(?:br|hr)>", re.IGNORECASE)
_ASIDE = re.compile(r"<!--.*?-->|<script\b.*?</script>", re.IGNORECASE | re.DOTALL)
_SESSION = {"s", "sid", "phpsessid", "sessionid", "_xftoken"}
_ZONE_BY_LANGUAGE = {"de": "Europe/Berlin"}


@dataclass(slots=True)
class _Dates:
    rules: DateRules
    notes: list[Note] = field(default_factory=list)


class Sheet:
    """A page, parsed once. Readers ask it for what is the same in every forum software."""

    def __init__(self, page: Page, options: Options) -> None:
        """Decode and parse `page`; raises EmptyInput or NotText where there is no text."""
        decoded = decode(page.content, name=page.name, declared=options.encoding)
        self.page, self.options, self.encoding = page, options, decoded.encoding
        self.notes: list[Note] = [decoded.note] if decoded.note else []
        text = _opened(decoded.text)
        self.truncated = _ends_early(text)
        if self.truncated:
            text = _cut_back(text) + BREAK_MARK
            self.notes.append(
                Note("end of the page", "LM202", "the page breaks off; whole posts were kept", "save the page again")
            )
        self.text = text
        self.tree = LexborHTMLParser(text)

    @cached_property
    def language(self) -> str:
        """The page's language as it says itself (de, en-us, …), '' when it does not."""
        if self.options.language:
            return self.options.language
        root = self.tree.css_first("html[lang]")
        return ((root.attributes.get("lang") or "") if root else "").strip().lower().replace("_", "-")

    @cached_property
    def base(self) -> str:
        """The address that relative links start from, '' when nothing tells."""
        node = self.tree.css_first("base[href]")
        stated = (node.attributes.get("href") or "") if node else ""
        own = self.address
        return urljoin(own, stated) if stated else own

    @cached_property
    def address(self) -> str:
        """The page's own address: canonical link, og:url or where the archive took it from; '' when none is known."""
        for selector, name in (('link[rel="canonical"]', "href"), ('meta[property="og:url"]', "content")):
            for node in self.tree.css(selector):
                stated = (node.attributes.get(name) or "").strip()
                if stated.startswith(("http://", "https://")):
                    return clean_url(stated)
        return clean_url(self.page.url)

    def venue(self, links: Iterable[str] = ()) -> str:
        """Give the forum's host name; where page and `links` tell none, the file's name."""
        if self.options.venue:
            return self.options.venue
        for address in (self.address, self.base, *links):
            if host := host_of(address):
                return host
        return PurePath(self.page.name).stem or self.page.name

    def absolute(self, link: str) -> str:
        """Give `link` as a full address without session marks, as far as the page's own address is known."""
        return clean_url(urljoin(self.base, link)) if link else ""

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
            return read_date(time_text, rules)
        except DateNotUnderstood as error:
            self.notes.append(Note(place, error.code, error.seen, error.next_step))
            return UNKNOWN

    def edited(self, sentence: str, rules: DateRules) -> datetime | None:
        """Read the date inside an edit note."""
        return find_date(sentence, rules).moment if sentence else None


def text_of(node: LexborNode | None) -> str:
    """Give a node's text on one line, '' for no node."""
    return " ".join((node.text() or "").split()) if node is not None else ""


def host_of(address: str) -> str:
    """Give the host name of an address in lower case without a leading www., '' when it has none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def clean_url(address: str) -> str:
    """Give an address without session marks, so that one post has one address."""
    if "?" not in address:
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    if "=" not in parts.query:
        return address
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() not in _SESSION]
    query = urlencode(kept, safe="/[]:,") if len(kept) < parts.query.count("&") + 1 else parts.query
    return urlunsplit(parts._replace(query=query))


def _opened(text: str) -> str:
    """Open what an XML writer closed: <a/> swallows the rest of an HTML page, <iframe/> even its tags.

    Only pages that an XML writer wrote have self-closed <i/> and no unclosed <br>.
    """
    if not _SWALLOWS.search(text) or _OPEN_VOID.search(_ASIDE.sub("", text)):
        return text
    return _SELF_CLOSED.sub(r"<\1\2></\1>", text)


def _ends_early(text: str) -> bool:
    tail = text[-4096:].lower()
    return "</html" not in tail and "</body" not in tail


def _cut_back(text: str) -> str:
    """Leave off a tag that was cut in two."""
    start = text.rfind("<")
    return text[:start] if start > text.rfind(">") else text
