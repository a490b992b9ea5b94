"""phpBB's message markup: own words apart from quotes, code labels and attachments, in both looks."""

from __future__ import annotations

import re

from leumund.sources.found import FoundQuote
from leumund.sources.words import cut, line, words

__all__ = ["own_words"]

_QUOTED_NUMBER = re.compile(r'data-post-id="(\d+)"|#p(\d+)"|[?&;]p=(\d+)')
_WROTE = re.compile(
    r"\s*(?:wrote|hat geschrieben|schrieb|a écrit|escribió|ha scritto|schreef|napisał(?:\(a\))?|escreveu)?\s*:?\s*$"
)
_CODE_LABEL = re.compile(r'(<(?:dl|div) class="codebox[^>]*>\s*)<(p|dt)\b.*?</\2>', re.DOTALL)
_QUOTE_TITLE = re.compile(r'<div class="quotetitle">(.*?)</div>\s*(?=<div class="quotecontent")', re.DOTALL)
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
    if "<blockquote" in html:
        found = cut(html, "blockquote", lambda tag: True)
        for piece in found.pieces:
            _quote(piece, quotes)
        html = found.rest
    if "quotecontent" in html:
        html = _without_old_quotes(html, quotes)
    return html


def _quote(piece: str, quotes: list[FoundQuote]) -> None:
    inner = piece[piece.index(">") + 1 : piece.rfind("</blockquote")]
    match = _CITE.search(inner[: inner.find("<blockquote")] if "<blockquote" in inner else inner)
    head = match[1] if match else ""
    rest = inner.replace(match[0], "", 1) if match else inner
    place = len(quotes)
    text = words(_without_quotes(rest, quotes))
    quotes.insert(place, FoundQuote(author=_cited(head), text=text, number=_number(piece.split(">", 1)[0] + head)))


def _without_old_quotes(html: str, quotes: list[FoundQuote]) -> str:
    """Cut subsilver2's quotes: a title element, then a content element beside it."""
    titles = [line(title) for title in _QUOTE_TITLE.findall(html)]
    found = cut(_QUOTE_TITLE.sub("", html), "div", lambda tag: 'class="quotecontent' in tag)
    for piece in found.pieces:
        inner = piece[piece.index(">") + 1 : piece.rfind("</div")]
        nested = inner.count('class="quotecontent')
        author = _WROTE.sub("", titles.pop(0)) if titles else ""
        place = len(quotes)
        text = words(_without_old_quotes(inner, quotes))
        for number, title in enumerate(titles[:nested], start=len(quotes) - nested):
            quotes[number] = FoundQuote(_WROTE.sub("", title), quotes[number].text)
        del titles[:nested]
        quotes.insert(place, FoundQuote(author=author, text=text))
    return found.rest


def _cited(head: str) -> str:
    link = _FIRST_LINK.search(head)
    if link:
        return line(link[1])
    plain = re.split(r"<(?:a|div|span)\b", head, maxsplit=1)[0] or head
    return _WROTE.sub("", line(plain))


def _number(head: str) -> str:
    match = _QUOTED_NUMBER.search(head.replace("&amp;", "&"))
    return next((group for group in match.groups() if group), "") if match else ""
