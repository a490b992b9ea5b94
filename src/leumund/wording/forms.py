"""Numbers, dates and intervals as the language writes them; minus signs are real ones."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

__all__ = ["clock", "day", "day_span", "index_span", "month", "number", "percent", "quarter", "share_span", "signed"]

# English dates are written day first: 3 May 2010.
_LOCALES = {"de": "de_DE", "en": "en_GB"}
_DAY = {"de": "d. MMMM y", "en": "d MMMM y"}
_SHORT_DAY = {"de": "d. MMM y", "en": "d MMM y"}
_TO = {"de": "bis", "en": "to"}
_PERCENT = {"de": "\N{NO-BREAK SPACE}%", "en": "%"}


def number(value: float, language: str, *, digits: int | None = None) -> str:
    """Give a number with `digits` decimals, or with as many as it has, up to three.

    >>> number(-1234.5, "de"), number(-1234.5, "en"), number(2, "de", digits=1)
    ('−1.234,5', '−1,234.5', '2,0')
    """
    return _decimal(round(value, 3 if digits is None else digits), language, digits)


@lru_cache(maxsize=50_000)
def _decimal(value: float, language: str, digits: int | None) -> str:
    from babel.numbers import format_decimal

    pattern = "#,##0.###" if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    text: str = format_decimal(value or 0, format=pattern, locale=_LOCALES[language])
    return text.replace("-", "−")


def signed(value: float, language: str, *, digits: int = 0) -> str:
    """Give a number with its sign; zero has none.

    >>> signed(20, "de"), signed(-20, "de"), signed(0.2, "de")
    ('+20', '−20', '0')
    """
    text = number(value, language, digits=digits)
    rounds_to_zero = not any(digit in text for digit in "123456789")
    return text if value < 0 or rounds_to_zero else f"+{text}"


@lru_cache(maxsize=10_000)
def day(when: date, language: str, *, short: bool = False) -> str:
    """Give a day in words.

    >>> day(date(2010, 5, 3), "de"), day(date(2010, 5, 3), "en")
    ('3. Mai 2010', '3 May 2010')
    """
    from babel.dates import format_date

    form = (_SHORT_DAY if short else _DAY)[language]
    text: str = format_date(when, form, locale=_LOCALES[language])
    return text


def clock(when: datetime, language: str) -> str:
    """Give day and time in UTC.

    >>> clock(datetime(2010, 5, 3, 14, 5), "de")
    '3. Mai 2010, 14:05 UTC'
    """
    return f"{day(when.date(), language)}, {when:%H:%M} UTC"


def day_span(first: date, last: date, language: str) -> str:
    """Give the days from first to last in words, saying month and year once where they are the same.

    >>> day_span(date(2023, 9, 8), date(2023, 9, 16), "de"), day_span(date(2023, 9, 8), date(2023, 10, 1), "en")
    ('8. bis 16. September 2023', '8 September to 1 October 2023')
    """
    if first == last:
        return day(first, language)
    start = day(first, language)
    if first.year == last.year:
        start = start.removesuffix(f" {first.year}")
    if (first.year, first.month) == (last.year, last.month):
        start = f"{first.day}." if language == "de" else str(first.day)
    return f"{start} {_TO[language]} {day(last, language)}"


@lru_cache(maxsize=10_000)
def month(when: date, language: str, *, with_year: bool = True, short: bool = True) -> str:
    """Give a month, short as on an axis or in full as in a sentence.

    >>> month(date(2010, 5, 3), "de"), month(date(2010, 9, 1), "en", with_year=False)
    ('Mai 2010', 'Sept')
    >>> month(date(2010, 9, 1), "de", short=False)
    'September 2010'
    """
    from babel.dates import format_date

    form = ("LLL" if short else "LLLL") + (" y" if with_year else "")
    text: str = format_date(when, form, locale=_LOCALES[language])
    return text


def quarter(when: date, language: str) -> str:
    """Give the quarter a day is in.

    >>> quarter(date(2010, 5, 3), "de"), quarter(date(2010, 5, 3), "en")
    ('2. Quartal 2010', 'Q2 2010')
    """
    place = (when.month + 2) // 3
    return f"{place}. Quartal {when.year}" if language == "de" else f"Q{place} {when.year}"


def index_span(value: float | None, low: float | None, high: float | None, language: str) -> str:
    """Give an index with its interval, with as many digits as the interval bears; '–' when nothing can be said.

    >>> index_span(-18.2, -25.1, -11.4, "de"), index_span(1.14, 0.31, 2.04, "en")
    ('−18 (−25 bis −11)', '+1.1 (+0.3 to +2.0)')
    """
    if value is None or low is None or high is None:
        return "–"
    digits = 0 if high - low >= 4 else 1
    middle, lower, upper = (signed(bound, language, digits=digits) for bound in (value, low, high))
    return f"{middle} ({lower} {_TO[language]} {upper})"


def percent(share: float, language: str, *, digits: int = 0) -> str:
    """Give a share (0..1) as per cent.

    >>> percent(0.234, "de"), percent(0.234, "en", digits=1)
    ('23\\xa0%', '23.4%')
    """
    return f"{number(100 * share, language, digits=digits)}{_PERCENT[language]}"


def share_span(value: float | None, low: float | None, high: float | None, language: str) -> str:
    """Give a share (0..1) as per cent with its interval; '–' when nothing can be said.

    >>> share_span(0.234, 0.21, 0.26, "de"), share_span(0.234, 0.231, 0.238, "en")
    ('23\\xa0% (21 bis 26\\xa0%)', '23.4% (23.1 to 23.8%)')
    """
    if value is None or low is None or high is None:
        return "–"
    digits = 0 if high - low >= 0.04 else 1
    middle, lower, upper = (number(100 * bound, language, digits=digits) for bound in (value, low, high))
    return f"{middle}{_PERCENT[language]} ({lower} {_TO[language]} {upper}{_PERCENT[language]})"
