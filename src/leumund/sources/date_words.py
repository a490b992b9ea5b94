"""Names of months, days and spans in the languages of forums; German and English by hand, others from CLDR."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["RELATIVE_DAYS", "UNITS", "month_numbers", "weekday_numbers"]

_MONTHS = {
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "en": "january february march april may june july august september october november december",
}
_SHORT_MONTHS = {
    "de": "jan feb mär apr mai jun jul aug sep okt nov dez",
    "en": "jan feb mar apr may jun jul aug sep oct nov dec",
}
# Spellings that forums really show beside the regular ones.
_OTHER_MONTHS = {"jänner": 1, "jän": 1, "feber": 2, "maerz": 3, "mrz": 3, "mar": 3, "juno": 6, "julei": 7, "sept": 9}
_WEEKDAYS = {
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "en": "monday tuesday wednesday thursday friday saturday sunday",
}
_SHORT_WEEKDAYS = {"de": "mo di mi do fr sa so", "en": "mon tue wed thu fri sat sun"}
_OTHER_WEEKDAYS = {"sonnabend": 5, "tues": 1, "weds": 2, "thur": 3, "thurs": 3}

# Longest first, so that vorgestern is not read as gestern. Other languages: what vBulletin and phpBB show there.
RELATIVE_DAYS = {
    "vorgestern": -2, "heute": 0, "gestern": -1, "morgen": 1, "today": 0, "yesterday": -1, "tomorrow": 1,
    "aujourd'hui": 0, "aujourd’hui": 0, "hier": -1, "hoy": 0, "ayer": -1, "oggi": 0, "ieri": -1,
    "vandaag": 0, "gisteren": -1, "hoje": 0, "ontem": -1, "dzisiaj": 0, "wczoraj": -1,
}  # fmt: skip

_SECONDS = {
    1: "sekunde sekunden second seconds sec secs",
    60: "minute minuten minutes min mins",
    3600: "stunde stunden hour hours std",
    86400: "tag tage tagen day days",
    86400 * 7: "woche wochen week weeks",
    86400 * 30: "monat monate monaten month months",
    86400 * 365: "jahr jahre jahren year years",
}
UNITS = {word: seconds for seconds, words in _SECONDS.items() for word in words.split()}


@lru_cache(maxsize=64)
def month_numbers(language: str) -> dict[str, int]:
    """Give name -> 1..12 for German, English and `language` (a two-letter code), in lower case."""
    names = dict(_OTHER_MONTHS)
    for line in (*_MONTHS.values(), *_SHORT_MONTHS.values()):
        names.update({name: number for number, name in enumerate(line.split(), start=1)})
    if language not in _MONTHS:
        names.update(_from_cldr(language, "months"))
    return names


@lru_cache(maxsize=64)
def weekday_numbers(language: str) -> dict[str, int]:
    """Give name -> 0 (Monday) .. 6 for German, English and `language`, in lower case, without full stops."""
    base = language.lower().replace("_", "-").split("-")[0]
    names = dict(_OTHER_WEEKDAYS)
    for line in (*_WEEKDAYS.values(), *_SHORT_WEEKDAYS.values()):
        names.update({name: number for number, name in enumerate(line.split())})
    if base not in _WEEKDAYS:
        names.update(_from_cldr(base, "days"))
    return names


def _from_cldr(language: str, what: str) -> dict[str, int]:
    import babel

    try:
        locale = babel.Locale.parse(language)
    except (ValueError, babel.UnknownLocaleError):
        return {}
    tables = locale.months if what == "months" else locale.days
    return {
        name.lower().rstrip("."): number
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in tables[context][width].items()
        if not name.isdigit()
    }
