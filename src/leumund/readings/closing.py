"""How a post is signed: staff who answer in a forum close their posts in a company's name, customers in their own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from leumund.readings.brand import BrandFinder, Mention
from leumund.readings.sheets import Sheet

__all__ = ["signed_by_company"]

_TAIL_CHARACTERS = 260
_CLOSING_CHARACTERS = 110
_LINE_CHARACTERS = 60

_GREETING = re.compile(
    r"\b(?:gr(?:ü|ue)(?:ß|ss)(?:e|en)?|gru(?:ß|ss)|mfg|lg|vg|bg|(?:best |kind |warm )?regards|sincerely|cheers)\b"
    r"[\s,!.-]*|\b(?:thanks|thank you|dank|danke)\s?[,!.-]\s*"
)
_STAFF = (
    r"\b(?:[\w&-]*team|kunden(?:service|dienst|betreu\w+)|customer (?:service|care)|support|service|"
    r"social[ -]media\b|community[ -]manag\w+|moderator\w*|pressestelle)\b"
)
_IN_ITS_NAME = re.compile(
    rf"\b(?:ihre?|deine?|eure?|euer|your|unser|vom|von|aus dem|from|im auftrag)\b.{{0,40}}?{_STAFF}"
)
_HOUSE = re.compile(r"^[\s-]*(?:(?:internet|deutschland|telecom\w*|online)\s+)*(?:ag|gmbh|se|kg|hilft)\b")
_BELONGS = re.compile(r"\b(?:vom|von|von der|from|of|at)\s*$")
_CUSTOMER = re.compile(r"kund(?:e|in|en)\b|customer|\bex\b|\bex-|nutzer|opfer|gesch(?:ä|ae)digt|verärgert|enttäuscht")
_ADDRESSED = re.compile(r"(?:lieb\w*|hallo|dear|an|to)\b")
_STAFF_WORD = re.compile(_STAFF)


def signed_by_company(sheet: Sheet, finder: BrandFinder) -> bool:
    """Say whether a text ends in a company's name: "Ihr 1&1-Team", "Anna von o2", "Telekom AG, Kundenservice"."""
    start, end = _closing(sheet)
    closing = sheet.folded[start:end]
    if not closing or _ADDRESSED.match(closing) or _CUSTOMER.search(closing):
        return False
    if '"' in closing:  # somebody else's words
        return False
    if _IN_ITS_NAME.search(closing):
        return True
    mentions = finder.find(sheet.text[start:end], closing)
    return bool(mentions) and (bool(_STAFF_WORD.search(closing)) or _names_its_house(closing, mentions))


def _closing(sheet: Sheet) -> tuple[int, int]:
    """Where the words after the last greeting stand, or a last short line; (0, 0) when the text just ends."""
    end = len(sheet.text.rstrip())
    greetings = list(_GREETING.finditer(sheet.folded, max(0, end - _TAIL_CHARACTERS), end))
    if greetings and end - greetings[-1].end() <= _CLOSING_CHARACTERS:
        start = greetings[-1].end()
        return (0, 0) if re.search(r"[!?]|\.\s", sheet.folded[start : end - 1]) else (start, end)
    start = sheet.text.rfind("\n", 0, end) + 1
    return (start, end) if start and end - start <= _LINE_CHARACTERS else (0, 0)


def _names_its_house(closing: str, mentions: Sequence[Mention]) -> bool:
    return any(_BELONGS.search(closing[: one.start]) or _HOUSE.match(closing[one.end :]) for one in mentions)
