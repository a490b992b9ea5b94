"""phpBB's message markup: own words apart from quotes, code labels and attachments, in both looks."""

from __future__ import annotations

import re

from leumund.sources.found import FoundQuote
from leumund.sources.words import Nested, cut, line, nested, words

__all__ = ["own_words"]

_QUOTED_NUMBER = re.compile(r'data-post-id="(\d+)"|#p(\d+)"|[?&;]p=(\d+)')
_WROTE = re.compile(
    r"\s*(?:wrote|hat geschrieben|schrieb|a écrit|escribió|ha scritto|schreef|napisał(?:\(a\))?|escreveu)?\s*:?\s*$"
)
_CODE_LABEL = re.compile(r'(<(?:dl|div) class="codebox[^>]*>\s*)<(p|dt)\b.*?</\2>', re.DOTALL)
_QUOTE_TITLE = re.compile(r'<div class="quotetitle">([^<]*(?:<(?!/div)[^<]*)*)</div>\s*<div class="quotecontent">')
_CITE = re.compile(r"<cite\b[^>]*>(.*?)</cite>", re.DOTALL)
_FIRST_LINK = re.compile(r"<a\b[^>]*memberlist[^>]*>(.*?)</a>", re.DOTALL)
_ATTACHED = re.compile(r'class="(?:[^"]*\s)?(?:inline-attachment|attachbox|file|attach[a-z-]*|notice|signature)[\s"]')


def own_words(html: str) -> tuple[str, tuple[FoundQuote, ...]]:
    """Give a post's own words and the quotes in it."""
    quotes: list[FoundQuote] = []
    html = _without_quotes(html, quotes)
    if "attach" in html or 'class="file"' in html:
        html = cut(cut(html, "dl", _is_attached).rest, "div", _is_attached).rest
    if "code" in html:
        html = cut(_CODE_LABEL.sub(r"\1", html), "div", lambda tag: 'class="codetitle' in tag).rest
    return words(html), tuple(quotes)


def _is_attached(tag: str) -> bool:
    return _ATTACHED.search(tag) is not None


def _without_quotes(html: str, quotes: list[FoundQuote]) -> str:
    """Cut the quotes out: <blockquote> in prosilver, in subsilver2 a title and a content element side by side."""
    if "<blockquote" in html:
        html = _cut(html, "blockquote", "<blockquote", quotes)
    if 'class="quotecontent' in html:
        html = _cut(_QUOTE_TITLE.sub(r'<div class="quotecontent"><cite>\1</cite>', html), "div", "quotecontent", quotes)
    return html


def _cut(html: str, element: str, sign: str, quotes: list[FoundQuote]) -> str:
    rest, found = nested(html, element, lambda tag: sign in tag)
    for piece in found:
        _quote(piece, quotes)
    return rest


def _quote(piece: Nested, quotes: list[FoundQuote]) -> None:
    match = _CITE.search(piece.inner)
    head = match[1] if match else ""
    rest = piece.inner.replace(match[0], "", 1) if match else piece.inner
    place = len(quotes)
    text = words(_without_quotes(rest, quotes))
    quotes.insert(place, FoundQuote(author=_cited(head), text=text, number=_number(piece.tag + head)))


def _cited(head: str) -> str:
    link = _FIRST_LINK.search(head)
    if link:
        return line(link[1])
    plain = re.split(r"<(?:a|div|span)\b", head, maxsplit=1)[0] or head
    return _WROTE.sub("", line(plain))


def _number(head: str) -> str:
    match = _QUOTED_NUMBER.search(head.replace("&amp;", "&"))
    return next((group for group in match.groups() if group), "") if match else ""
