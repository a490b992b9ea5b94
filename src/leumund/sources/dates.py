"""Dates as forums write them, German and English first: a grammar that reads or refuses, and never guesses.

03.04.2020 with dots is the third of April. 03/04/2020 and 03-04-2020 could be two days; then an explicit order, the
page's language, or the other dates of the page must tell, else DateNotUnderstood. Relative dates (Heute, Yesterday)
need the time when the page was taken. dateparser is asked last, with the language fixed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leumund.errors import DateNotUnderstood, WrongUse, near_name
from leumund.sources.date_words import RELATIVE_DAYS, UNITS, month_numbers, weekday_numbers

__all__ = [
    "DateRules",
    "When",
    "believable",
    "find_date",
    "order_by_numbers",
    "order_from",
    "read_date",
    "read_stamp",
    "with_order",
    "zone_from_words",
    "zone_of",
]

ORDERS = ("dmy", "mdy", "ymd")

_DAY_FIRST = {"de", "fr", "es", "it", "nl", "pt", "pl", "da", "nb", "no", "fi", "cs", "sk", "tr", "ru", "el", "ro"}
_DAY_FIRST |= {"en-gb", "en-au", "en-nz", "en-ie", "en-in", "en-za"}
_MONTH_FIRST = {"en-us"}

# What may stand around a date without changing it.
_FILLER = re.compile(
    r"\b(?:um|uhr|at|on|à|a las|alle|am|den|der|le|om|posted|geschrieben|verfasst|of|de|del|h|alt|old)\b"
    r"|[\s,;|»«•·()\[\]:–—-]+"
)
_TIME = re.compile(
    r"(?<![\d.:/-])(?P<hour>\d{1,2})\s?(?:[:h.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?)?"
    r"\s?(?P<half>[ap]\.?\s?m\b\.?)?(?:\s?(?:uhr|h)\b)?"
    r"(?:\s*(?P<zone>z|utc|gmt|[mw]ez|mesz|ce[s]?t)\b)?(?:\s?(?P<offset>[+-]\d{1,2}:?\d{2}|[+-]\d{1,2})(?![\d]))?"
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?\s?(?:z|[+-]\d{2}:?\d{2})?)?")
_CLOCK = r"(?:,?\s(?:um\s)?(\d{1,2})[:h](\d{2})(?::(\d{2}))?(?:\suhr)?)?"
_NUMBERS_ONLY = re.compile(rf"(\d{{1,2}})([./])(\d{{1,2}})\2(\d{{4}}){_CLOCK}")
_DAY_NAME_YEAR = re.compile(rf"(?:[^\W\d_]{{2}}\.?,? )?(\d{{1,2}})\.? ([^\W\d_]{{3,9}})\.? (\d{{4}}){_CLOCK}")
_NAME_DAY_YEAR = re.compile(
    r"(?:[a-z]{3},? )?([a-z]{3,9}) (\d{1,2}), (\d{4})(?:,? (?:at )?(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([ap]m))?)?"
)
_YEAR_FIRST = re.compile(r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)")
_NUMBERS = re.compile(
    r"(?<![\d.:])(?P<a>\d{1,2})(?P<sep>[./-])\s?(?P<b>\d{1,2})(?P=sep)\s?(?P<year>\d{4}|\d{2})(?![\d:])"
)
_YEARS = range(1900, 2200)  # beyond them a date is a slip, and would not survive the way into another zone
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_AGO = (
    re.compile(r"\bvor (?P<n>\d{1,4}|einer|einem|eine|ein paar|wenigen) (?P<unit>[a-zäöü]+)"),
    re.compile(r"\b(?P<n>\d{1,4}|an?|a few|one) (?P<unit>[a-z]+) ago\b"),
)
_JUST_NOW = re.compile(
    r"\b(?:gerade eben|soeben|vor einem (?:moment|augenblick)|vor weniger als einer minute|just now|a moment ago"
    r"|moments ago|less than a minute ago)\b"
)
_ZONE_NAMES = {"z": 0, "utc": 0, "gmt": 0, "wez": 0, "mez": 1, "cet": 1, "mesz": 2, "cest": 2}


class When(NamedTuple):
    """A moment with zone, how exact it is, and the zone that was assumed ('' when the page states one)."""

    moment: datetime | None
    precision: str  # second, minute, day, month, unknown
    zone_assumed: str


UNKNOWN = When(None, "unknown", "")


@dataclass(frozen=True, slots=True)
class DateRules:
    """What a page tells about its dates: language, order of day and month, zone, and when it was taken."""

    language: str = "de"  # de, en, en-us, fr …
    order: str = ""  # dmy, mdy, ymd; '' = the language tells, or nothing does
    zone: tzinfo = UTC
    zone_assumed: str = "UTC"  # '' when the page states its zone
    taken_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.order and self.order not in ORDERS:
            near = near_name(self.order, ORDERS) or "dmy"
            raise WrongUse(f"no such order of dates: {self.order}", next_step=f"dmy, mdy or ymd; perhaps {near}")

    @property
    def day_first(self) -> bool | None:
        """True for 31/12, False for 12/31, None when neither the order nor the language tells."""
        if self.order:
            return self.order == "dmy"
        language = self.language.lower().replace("_", "-")
        if language in _MONTH_FIRST:
            return False
        return True if language in _DAY_FIRST or language.split("-")[0] in _DAY_FIRST else None


def read_date(text: str, rules: DateRules) -> When:
    """Give the moment that `text` names; the whole text must be a date.

    Raises DateNotUnderstood when it is none, when it could be two days, or when it is relative and the rules do not
    say when the page was taken.

    >>> read_date("Mo 12. Jan 2009, 14:22", DateRules()).moment.isoformat()
    '2009-01-12T14:22:00+00:00'
    """
    words = _clean(text)
    when = _usual(words, rules) or _iso(words, rules) or _grammar(words, rules, whole=True)
    when = when or _last_resort(text, rules)
    if when is None or not believable(when.moment):
        raise DateNotUnderstood(f"not understood as a date: “{text.strip()[:60]}”", next_step=_NEXT)
    return when


def read_stamp(stamp: str, rules: DateRules) -> When:
    """Give the moment of a machine's date (ISO 8601, as in <time datetime>), without trying anything else first."""
    try:
        when = _placed(datetime.fromisoformat(stamp), "second", rules)
    except ValueError:
        return read_date(stamp, rules)
    return when if believable(when.moment) else UNKNOWN


def find_date(text: str, rules: DateRules) -> When:
    """Give the moment named somewhere inside a sentence, or an unknown one; raises nothing."""
    try:
        when = _grammar(_clean(text), rules, whole=False)
        return when if when is not None and believable(when.moment) else UNKNOWN
    except DateNotUnderstood:
        return UNKNOWN


_NEXT = "give the order with --date-order dmy (or mdy, ymd), or set the row aside"


def believable(moment: datetime | None) -> bool:
    """Tell whether a moment lies in years of which forums and mails can be."""
    return moment is not None and moment.year in _YEARS


def _clean(text: str) -> str:
    return " ".join(text.replace("\u200e", "").replace("\u200f", "").lower().split())


def _usual(words: str, rules: DateRules) -> When | None:
    """Read the commonest forms at once; they are the same to the grammar, which takes ten times as long.

    "03.04.2020, 14:22", "29/07/2004, 19h46", "mo 12. jan 2009, 14:22", "sat feb 24, 2024 12:41 pm"
    """
    month: int | None
    if match := _NUMBERS_ONLY.fullmatch(words):
        day, sign, month_name, year, *clock, half = *match.groups(), None
        month = int(month_name) if rules.order == "dmy" or (rules.order == "" and sign == ".") else None
    elif match := _DAY_NAME_YEAR.fullmatch(words):
        day, month_name, year, *clock, half = *match.groups(), None
        month = month_numbers("de").get(month_name)
    elif match := _NAME_DAY_YEAR.fullmatch(words):
        month_name, day, year, *clock, half = match.groups()
        month = month_numbers("en").get(month_name)
    else:
        return None
    hour, minute, second = (int(part or 0) for part in clock)
    if month is None or (half and not 1 <= hour <= 12):
        return None
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    try:
        moment = datetime(int(year), month, int(day), hour, minute, second, tzinfo=rules.zone)
    except ValueError:
        return None
    return When(moment, "second" if clock[2] else "minute" if clock[0] else "day", rules.zone_assumed)


def _iso(words: str, rules: DateRules) -> When | None:
    if not _ISO.fullmatch(words):
        return None
    try:
        moment = datetime.fromisoformat(words.upper().replace(" +", "+").replace(" -", "-").replace(" Z", "Z"))
    except ValueError:
        return None
    colons = words[10:].split("+", maxsplit=1)[0].count(":")
    return _placed(moment, "day" if len(words) == 10 else "second" if colons > 1 else "minute", rules)


def _placed(moment: datetime, precision: str, rules: DateRules) -> When:
    if moment.tzinfo is not None:
        return When(moment, precision, "")
    return When(moment.replace(tzinfo=rules.zone), precision, rules.zone_assumed)


def _grammar(words: str, rules: DateRules, *, whole: bool) -> When | None:
    if not _YEAR.search(words) and (ago := _ago(words, rules)) is not None:
        return ago
    day, rest = _day(words, rules)
    if day is None:
        return _month_only(words, rules) if whole else None
    clock = next((match for match in _TIME.finditer(rest) if match["minute"] or match["half"]), None)
    if whole and _has_other_words(rest, clock, rules):
        return None
    return _with_time(day, clock, rules)


def _has_other_words(rest: str, clock: re.Match[str] | None, rules: DateRules) -> bool:
    """Tell whether something stands beside day and time that means neither."""
    outside = rest[: clock.start()] + " " + rest[clock.end() :] if clock else rest
    names = weekday_numbers(rules.language)
    return any(word not in names for word in _FILLER.sub(" ", outside).replace(".", " ").split())


def _with_time(day: datetime, clock: re.Match[str] | None, rules: DateRules) -> When | None:
    if clock is None:
        return _placed(day, "day", rules)
    hour = int(clock["hour"])
    if clock["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if clock["half"].startswith("p") else 0)
    try:
        moment = day.replace(hour=hour, minute=int(clock["minute"] or 0), second=int(clock["second"] or 0))
        moment = moment.replace(tzinfo=_named_zone(clock))
    except ValueError:  # no such time of day, or a zone a day away
        return None
    return _placed(moment, "second" if clock["second"] else "minute", rules)


def _named_zone(match: re.Match[str]) -> tzinfo | None:
    name, offset = match["zone"], match["offset"]
    if not name and not offset:
        return None
    minutes = _ZONE_NAMES.get(name or "z", 0) * 60
    if offset:
        digits = offset[1:].replace(":", "")
        hours, rest = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
        minutes += (-1 if offset[0] == "-" else 1) * (int(hours) * 60 + int(rest))
    return timezone(timedelta(minutes=minutes))


def _day(words: str, rules: DateRules) -> tuple[datetime | None, str]:
    for read in (_numeric_day, _named_day, _relative_day, _weekday):
        found = read(words, rules)
        if found is not None:
            return found
    return None, words


def _numeric_day(words: str, rules: DateRules) -> tuple[datetime, str] | None:
    if match := _YEAR_FIRST.search(words):
        day = _date(int(match["year"]), int(match["month"]), int(match["day"]))
    elif match := _NUMBERS.search(words):
        day = _two_numbers(match, rules)
    else:
        return None
    return (day, words[: match.start()] + " " + words[match.end() :].removeprefix("t")) if day else None


def _two_numbers(match: re.Match[str], rules: DateRules) -> datetime | None:
    a, b, year = int(match["a"]), int(match["b"]), _year(match["year"])
    if rules.order == "ymd":
        if len(match["year"]) == 4:
            raise _ambiguous(match[0], "the year does not stand first")
        return _date(_year(match["a"]), b, int(match["year"]))
    day_first = rules.day_first
    if rules.order == "" and match["sep"] == ".":
        day_first = True
    if rules.order == "" and match["sep"] != ".":
        day_first = True if a > 12 >= b else False if b > 12 >= a else True if a == b else day_first
    if day_first is None:
        raise _ambiguous(match[0], "day and month could be either")
    return _date(year, b, a) if day_first else _date(year, a, b)


def _ambiguous(text: str, why: str) -> DateNotUnderstood:
    return DateNotUnderstood(f"“{text}” could be two days: {why}", next_step=_NEXT)


def _year(digits: str) -> int:
    number = int(digits)
    return number if len(digits) == 4 else number + (2000 if number < 70 else 1900)


def _date(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _named_patterns(language: str) -> tuple[re.Pattern[str], ...]:
    names = "|".join(sorted(map(re.escape, month_numbers(language)), key=len, reverse=True))
    month, end = rf"(?P<month>{names})\b\.?", r"(?P<year>\d{4}|'?\d{2}(?![\d:h]))(?!\d)"
    return (
        re.compile(
            rf"(?<![\d:])(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th|er|º)?[\s-]?(?:de |of )?{month},?[\s-](?:de )?{end}"
        ),
        re.compile(rf"\b{month}\s?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})(?!\d)"),
        re.compile(rf"(?<!\d)(?P<year>\d{{4}})[\s-]{month}[\s-](?P<day>\d{{1,2}})(?!\d)"),
        # as in "Sun Mar  3 12:00:01 2019"
        re.compile(rf"\b{month}\s(?P<day>\d{{1,2}})\s(?=\d{{1,2}}:\d{{2}}.*?(?P<year>\b\d{{4}})\b)"),
    )


def _named_day(words: str, rules: DateRules) -> tuple[datetime, str] | None:
    for pattern in _named_patterns(_base(rules.language)):
        if match := pattern.search(words):
            month = month_numbers(_base(rules.language))[match["month"]]
            day = _date(_year(match["year"].lstrip("'")), month, int(match["day"]))
            rest = words[: match.start()] + " " + words[match.end() :]
            if match.end("year") > match.end():
                rest = rest.replace(match["year"], " ", 1)
            return (day, rest) if day else None
    return None


def _base(language: str) -> str:
    return language.lower().replace("_", "-").split("-")[0]


def _month_only(words: str, rules: DateRules) -> When | None:
    names = month_numbers(_base(rules.language))
    parts = words.replace(".", " ").split()
    if len(parts) == 2 and parts[0] in names and re.fullmatch(r"\d{4}", parts[1]):
        return _placed(datetime(int(parts[1]), names[parts[0]], 1), "month", rules)
    return None


def _taken(rules: DateRules, words: str) -> datetime:
    if rules.taken_at is None:
        raise DateNotUnderstood(
            f"“{words[:40]}” is relative, and nothing tells when the page was saved",
            next_step="say when it was saved: --taken-at 2024-02-24T12:00",
        )
    return rules.taken_at.astimezone(rules.zone)


def _relative_day(words: str, rules: DateRules) -> tuple[datetime, str] | None:
    for word, days in RELATIVE_DAYS.items():
        if match := re.search(rf"(?<!\w){word}(?!\w)", words):
            day = _taken(rules, words) + timedelta(days=days)
            return datetime(day.year, day.month, day.day), words[: match.start()] + " " + words[match.end() :]
    return None


def _weekday(words: str, rules: DateRules) -> tuple[datetime, str] | None:
    """Read „Freitag um 09:07 Uhr“: the last such day before the page was taken."""
    first, _, rest = words.partition(" ")
    number = weekday_numbers(rules.language).get(first.rstrip(".,"))
    if number is None or ":" not in rest:
        return None
    taken = _taken(rules, words)
    day = taken - timedelta(days=(taken.weekday() - number) % 7 or 7)
    return datetime(day.year, day.month, day.day), rest


def _ago(words: str, rules: DateRules) -> When | None:
    if _JUST_NOW.search(words):
        return When(_taken(rules, words), "minute", "")
    match = next((m for pattern in _AGO if (m := pattern.search(words))), None)
    if match is None or match["unit"] not in UNITS:
        return None
    seconds = UNITS[match["unit"]]
    exact = match["n"] not in ("ein paar", "wenigen", "a few")
    number = int(match["n"]) if match["n"].isdigit() else 1 if exact else 3
    try:
        moment = _taken(rules, words) - timedelta(seconds=seconds * number)
    except OverflowError:  # before the first year
        return None
    clock = next((found for found in _TIME.finditer(words, match.end()) if found["minute"]), None)
    if seconds == 86_400 and clock is not None:  # "3 days ago, 10:22 am"
        return _with_time(datetime(moment.year, moment.month, moment.day), clock, rules)
    precision = "day" if seconds >= 3600 or not exact else "minute"
    return When(moment, precision if seconds <= 86_400 else "month", "")  # a week ago is any of seven days


def _last_resort(text: str, rules: DateRules) -> When | None:
    """Ask dateparser, with language and order fixed, and only for complete, absolute dates with a year in them."""
    if not re.search(r"\d{4}", text) or not re.search(r"[^\W\d_]{3}", text):
        return None
    import dateparser

    settings: dict[str, object] = {"REQUIRE_PARTS": ["day", "month", "year"], "STRICT_PARSING": True}
    settings["DATE_ORDER"] = "DMY" if rules.day_first is not False else "MDY"
    try:
        moment = dateparser.parse(text, languages=[_base(rules.language) or "en"], settings=settings)
    except ValueError:  # a language that dateparser does not know
        return None
    if moment is None:
        return None
    return _placed(moment, "minute" if re.search(r"\d[:h]\d{2}", text) else "day", rules)


def order_by_numbers(texts: Iterable[str]) -> str:
    """Give dmy or mdy where a number above 12 tells which one stands first in all of `texts`; else ''."""
    whole = [order for order, days in _both_ways(texts).items() if days and None not in days]
    return whole[0] if len(whole) == 1 else ""


def order_from(texts: Iterable[str]) -> str:
    """Give dmy or mdy where the dates of one thread, in page order, leave only one possible; else ''.

    A number above 12 tells. So does the order of a thread: when the dates ascend read one way and not the other.
    """
    listed = list(texts)
    ascending = [order for order, days in _both_ways(listed).items() if days and _ascending(days)]
    return order_by_numbers(listed) or (ascending[0] if len(ascending) == 1 else "")


def _both_ways(texts: Iterable[str]) -> dict[str, list[datetime | None]]:
    found = [m for text in texts if (m := _NUMBERS.search(_clean(text))) and m["sep"] != "."]
    pairs = [(int(m["a"]), int(m["b"]), _year(m["year"])) for m in found]
    return {
        "dmy": [_date(year, b, a) for a, b, year in pairs],
        "mdy": [_date(year, a, b) for a, b, year in pairs],
    }


def _ascending(days: Sequence[datetime | None]) -> bool:
    return all(before is not None and after is not None and before <= after for before, after in pairwise(days))


def zone_of(name: str) -> tzinfo:
    """Give the zone called `name` (Europe/Berlin, UTC, +02:00); raise WrongUse when there is none."""
    if match := re.fullmatch(r"(?:utc|gmt)?\s?([+-])(\d{1,2})(?::?(\d{2}))?", name.strip().lower()):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
    try:
        return UTC if name.strip().upper() in ("UTC", "GMT", "Z") else ZoneInfo(name.strip())
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise WrongUse(f"no such time zone: {name}", next_step="Europe/Berlin, UTC or +02:00") from error


_FOOTER_ZONE = re.compile(
    r"(?:UTC|GMT|WEZ|MEZ)\s?(?:(?P<sign>[+\-−])\s?(?P<hours>\d{1,2})(?:[:.](?P<minutes>\d{2}))?)?", re.IGNORECASE
)


def zone_from_words(words: str) -> tzinfo | None:
    """Give the zone that a page's foot states ("All times are UTC + 1 hour [ DST ]"), or None."""
    match = _FOOTER_ZONE.search(words)
    if match is None:
        return None
    minutes = int(match["hours"] or 0) * 60 + int(match["minutes"] or 0)
    if match["sign"] and match["sign"] != "+":
        minutes = -minutes
    if match[0].upper().startswith("MEZ") or re.search(r"\[\s?(?:DST|Sommerzeit)", words):
        minutes += 60
    return timezone(timedelta(minutes=minutes)) if abs(minutes) < 24 * 60 else None


def with_order(rules: DateRules, texts: Iterable[str]) -> DateRules:
    """Give the rules with the order that a thread's own dates show: by numbers, else by ascent.

    An explicit order stays; a page's language yields to dates that fit only the other way.
    """
    listed = [text for text in texts if "/" in text or "-" in text]  # no other sign leaves a doubt
    if rules.order or not listed:
        return rules
    return replace(rules, order=order_by_numbers(listed) if rules.day_first is not None else order_from(listed))
