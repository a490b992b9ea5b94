"""Which companies a text names, and where.

An alias is found in all the ways people write it, as a word of its own, with German endings ("Telekoms") and in
compounds with a hyphen or with a word of the trade ("Telekom-Techniker", "Telekomtechniker"), never inside
another word.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ahocorasick

from leumund.errors import WrongUse
from leumund.readings.cues import lexicon, spellings
from leumund.readings.sheets import fold_in_place

__all__ = ["Brand", "BrandFinder", "Mention", "brand_of_option", "default_brands", "variants"]

_WINDOW_CHARACTERS = 120
_DIGIT_WORDS = {"1": "eins", "2": "zwei", "3": "drei", "4": "vier", "5": "fünf"}
_CASE_MATTERS_UP_TO = 3


@dataclass(frozen=True, slots=True)
class Brand:
    """A watched company and how people write it.

    context: words of which one has to stand within 120 characters; without them, words of the trade are taken.
    It is asked of aliases that end in '?' ("Alice?"), or of all when context is given and no alias has a '?'.
    blocked: beginnings of words that must not follow ("Sensor": not "O2-Sensor").
    An alias of up to three capitals ("DB") is only found in capitals.
    """

    name: str
    aliases: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A company named at [start, end) of the text searched."""

    brand: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Alias:
    brand: int
    needs_context: bool
    capitals: bool
    takes_endings: bool


def variants(alias: str) -> set[str]:
    """Give the folded ways to write an alias.

    >>> sorted(variants("1&1"))[:4]
    ['1 & 1', '1 &1', '1 + 1', '1 and 1']
    >>> "einsundeins" in variants("1&1"), "t-online" in variants("T-Online"), "tonline" in variants("T-Online")
    (True, True, True)
    """
    found = set(spellings(" ".join(alias.split())))
    for folded in list(found):
        parts = re.split(r"\s*&\s*", folded)
        if len(parts) > 1:
            found |= _joined(parts)
        if "-" in folded.strip("-") or " " in folded:
            pieces = re.split(r"[-\s]+", folded)
            found |= {mark.join(pieces) for mark in (" ", "-", "")}
        if re.fullmatch(r"[a-zäöüß]\d", folded):
            found |= {f"{folded[0]} {folded[1]}", f"{folded[0]}-{folded[1]}"}
    return {form for form in found if form.strip()}


def _joined(parts: list[str]) -> set[str]:
    """The parts of a name with '&', put together in all ways that are met, digits also in words."""
    joints = ("&", " & ", " &", "& ", "&amp;", " &amp; ", "+", " + ", "und", " und ", "u", " u ", " u. ", "n", " and ")
    found = {joint.join(parts) for joint in joints}
    if all(part in _DIGIT_WORDS for part in parts):
        words = [_DIGIT_WORDS[part] for part in parts]
        found |= {joint.join(words) for joint in ("und", " und ", "-und-", " & ", "&")}
    return found - {"n".join(parts)} if not all(part.isdigit() for part in parts) else found


class BrandFinder:
    """Finds the mentions of a set of brands; of overlapping ones the longest counts."""

    def __init__(self, brands: Iterable[Brand]) -> None:
        self.brands = tuple(brands)
        known = lexicon("brands")
        self._trade = _word_start(known["trade"])
        self._heads = re.compile(_alternatives(known["heads"]))
        self._contexts = [_word_start(b.context) if b.context else self._trade for b in self.brands]
        self._blocked = [
            re.compile(rf"[\s_-]?(?:{_alternatives(b.blocked)})") if b.blocked else None for b in self.brands
        ]
        self._automaton = self._build()

    def _build(self) -> ahocorasick.Automaton:
        forms: dict[str, list[_Alias]] = {}
        for number, brand in enumerate(self.brands):
            written = (
                brand.aliases if brand.name in {a.rstrip("?") for a in brand.aliases} else (brand.name, *brand.aliases)
            )
            all_need = bool(brand.context) and not any(alias.endswith("?") for alias in written)
            for alias in written:
                bare = alias.rstrip("?").strip()
                capitals = bare.isalpha() and bare.isupper() and len(bare) <= _CASE_MATTERS_UP_TO
                for form in sorted(variants(bare)):
                    entry = _Alias(number, all_need or alias.endswith("?"), capitals, form.isalpha() and len(form) > 3)
                    forms.setdefault(form, []).append(entry)
        automaton = ahocorasick.Automaton()
        for form, entries in forms.items():
            automaton.add_word(form, (len(form), tuple(entries)))
        if forms:
            automaton.make_automaton()
        return automaton

    def find(self, text: str, folded: str | None = None) -> list[Mention]:
        """Give the mentions in `text`, in order; `folded` saves folding it again."""
        if not len(self._automaton):
            return []
        folded = fold_in_place(text) if folded is None else folded
        candidates = []
        for last, (size, entries) in self._automaton.iter(folded):
            start, end = last + 1 - size, last + 1
            if not self._begins(folded, start):
                continue
            for entry in entries:
                until = self._until(folded, start, end, entry)
                if (
                    until
                    and not (entry.capitals and not text[start:end].isupper())
                    and self._meant(folded, start, until, entry)
                ):
                    candidates.append((start, -until, entry.brand))
        return self._longest(sorted(candidates))

    def _longest(self, candidates: Sequence[tuple[int, int, int]]) -> list[Mention]:
        mentions: list[Mention] = []
        for start, minus_end, brand in candidates:
            if not mentions or start >= mentions[-1].end:
                mentions.append(Mention(self.brands[brand].name, start, -minus_end))
        return mentions

    @staticmethod
    def _begins(folded: str, start: int) -> bool:
        """A word begins here, and it is not the host of a mail address ("max@t-online.de")."""
        if start == 0:
            return True
        before = folded[start - 1]
        if before == "@" and start > 1 and folded[start - 2].isalnum():
            return False
        if before in "&+" and start > 1 and folded[start - 2].isdigit():
            return False  # the end of a sum or of a longer name: 2+1&1
        return not (before.isalnum() and folded[start].isalnum())

    def _until(self, folded: str, start: int, end: int, entry: _Alias) -> int:
        """Where the name ends, with its ending or compound; 0 when it is only the beginning of another word."""
        if end == len(folded) or not (folded[end].isalnum() and folded[end - 1].isalnum()):
            return end
        if start and folded[start - 1] in "@#":
            return end  # a name for an account or a tag: @telekomhilft, #o2down
        if entry.takes_endings:
            if folded[end] == "s" and (end + 1 == len(folded) or not folded[end + 1].isalnum()):
                return end
            if self._heads.match(folded, end) or (folded[end] == "s" and self._heads.match(folded, end + 1)):
                return end
        return 0

    def _meant(self, folded: str, start: int, end: int, entry: _Alias) -> bool:
        blocked = self._blocked[entry.brand]
        if blocked and blocked.match(folded, end):
            return False
        if not entry.needs_context:
            return True
        context = self._contexts[entry.brand]
        before = folded[max(0, start - _WINDOW_CHARACTERS) : start]
        after = folded[end : end + _WINDOW_CHARACTERS]
        return bool(context.search(before) or context.search(after))


def _alternatives(words: Iterable[str]) -> str:
    folded = sorted(set(itertools.chain.from_iterable(spellings(word.strip("*")) for word in words)), reverse=True)
    return "|".join(map(re.escape, folded))


def _word_start(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{_alternatives(words)})")


def default_brands() -> tuple[Brand, ...]:
    """Give the providers of the German DSL market that are known without a project."""
    return tuple(
        Brand(row["name"], *(tuple(row.get(key, ())) for key in ("aliases", "context", "blocked")))
        for row in lexicon("brands")["brands"]
    )


def brand_of_option(option: str) -> Brand:
    """Give the brand of a command line's NAME=alias,alias; raises WrongUse when there is no name."""
    name, _, aliases = option.partition("=")
    if not name.strip():
        raise WrongUse(f"--brand {option!r} has no name", next_step="--brand 'Deutsche Bahn=Bahn,DB'")
    return Brand(name.strip(), tuple(alias.strip() for alias in aliases.split(",") if alias.strip()))
