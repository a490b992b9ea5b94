"""The catalogue: one key, German and English side by side, with placeholders in braces."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from leumund.errors import UnknownName, near_name
from leumund.wording.forms import clock, day, number

__all__ = ["LANGUAGES", "catalogue", "say"]

LANGUAGES = ("de", "en")


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Give key -> form -> text. Forms are de and en, and de_one and en_one where one of a thing is said otherwise."""
    entries: dict[str, Mapping[str, str]] = {}
    for file in sorted(Path(__file__).parent.glob("*.toml")):
        entries.update(_flat(tomllib.loads(file.read_text(encoding="utf-8")), ""))
    return entries


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for name, entry in table.items():
        if all(isinstance(text, str) for text in entry.values()):
            yield prefix + name, entry
        else:
            yield from _flat(entry, f"{prefix}{name}.")


def say(key: str, language: str, **values: str | int | float | date | datetime) -> str:
    """Give the text of `key` in `language`, its placeholders filled.

    Numbers and dates take the language's form. With n = 1 the singular is taken where there is one.
    Raises UnknownName for a language or key that is not there.
    """
    if language not in LANGUAGES:
        raise UnknownName(f"no language '{language}'", next_step=f"one of {', '.join(LANGUAGES)}")
    entry = catalogue().get(key)
    if entry is None:
        near = near_name(key, catalogue())
        raise UnknownName(f"no wording '{key}'", next_step=f"did you mean '{near}'?" if near else "see wording/*.toml")
    one = values.get("n") == 1 and f"{language}_one" in entry
    text = entry[f"{language}_one" if one else language]
    return text.format(**{name: _plain(value, language) for name, value in values.items()})


def _plain(value: str | int | float | date | datetime, language: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return clock(value, language)
    if isinstance(value, date):
        return day(value, language)
    return number(value, language, digits=0 if isinstance(value, int) else None)
