"""From a plan to words: each post's text, written from the phrase books in its writer's manner."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from leumund.world.brands import ASPECTS, BRANDS
from leumund.world.opinions import CHAT, COMPANY, DEAL, GIFT, NEWS, OPINION, OUTAGE, QUESTION, SALE
from leumund.world.phrases import Strings, book, fill
from leumund.world.plan import Plan

__all__ = ["INTENTS", "Speech", "speak"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

POLARITY_NAMES = {-1: "negative", 0: "neutral", 1: "positive"}
SIMPLE_KINDS = {QUESTION: "questions", NEWS: "news", DEAL: "deals", SALE: "sales", COMPANY: "company", CHAT: "chat"}
INTENTS = ("cancel_threat", "switch", "advise_against", "legal_threat", "advise_for")
NEGATIVE_INTENTS = (("cancel_threat", 0.06), ("switch", 0.06), ("advise_against", 0.06), ("legal_threat", 0.03))
FEWEST_WORDS_TO_COPY = 18


class Speech:
    """The words of one block: `text` and, per intent of INTENTS, who utters it; `changed` words of a copy."""

    def __init__(self, n: int) -> None:
        self.text: Strings = np.full(n, "", dtype=object)
        self.intent: Ints = np.full(n, -1, dtype=np.int64)
        self.changed: Ints = np.zeros(n, dtype=np.int64)


def speak(rng: np.random.Generator, plan: Plan) -> Speech:
    """Give the words of `plan`; a planned copy whose model came out too short for one becomes a post of its own."""
    speech = Speech(len(plan))
    for english in (False, True):
        rows = np.flatnonzero(plan.english == english)
        if len(rows):
            _Tongue(rng, plan, rows, "en" if english else "de").speak(speech)
    _manners(rng, plan, speech)
    _repeat(rng, plan, speech)
    return speech


class _Tongue:
    """Writes the rows of one language."""

    def __init__(self, rng: np.random.Generator, plan: Plan, rows: Ints, language: str) -> None:
        self.rng, self.plan, self.rows, self.book = rng, plan, rows, book(language)
        self.brand = _aliases(rng, plan.brand[rows])
        self.other = _aliases(rng, plan.other_brand[rows])

    def speak(self, speech: Speech) -> None:
        """Fill in the text of the rows: greeting, what is said, verdict or intent, farewell."""
        plan, rows, rng = self.plan, self.rows, self.rng
        kind, polarity = plan.kind[rows], plan.polarity[rows]
        body = self._bodies()
        opinion = kind == OPINION
        told = self._settings(body, kind)
        parts = (told > 0) | ~np.isin(kind, [*SIMPLE_KINDS, OUTAGE])
        greeting = self._talk("openers", parts & (rng.random(len(rows)) < 0.3))
        farewell = self._talk("tails", parts & (rng.random(len(rows)) < 0.28))
        verdict: Strings = np.full(len(rows), "", dtype=object)
        utters = self._verdicts(verdict, opinion & (plan.other_brand[rows] < 0), polarity)
        stops = _STOPS[rng.integers(len(_STOPS), size=len(rows))]
        breaks = _BREAKS[rng.integers(len(_BREAKS), size=len(rows))]
        first = rng.random(len(rows)) < 0.12
        speech.text[rows] = [
            _join(sentences, stop, gap, verdict_first=early)
            for *sentences, stop, gap, early in zip(
                greeting, body, verdict, farewell, stops, breaks, first, strict=True
            )
        ]
        speech.intent[rows] = utters

    def _bodies(self) -> Strings:
        plan, rows = self.plan, self.rows
        kind = plan.kind[rows]
        body: Strings = np.full(len(rows), "", dtype=object)
        for code, name in SIMPLE_KINDS.items():
            self._into(body, kind == code, name)
        self._append(body, kind == COMPANY, "company_more")
        self._append(body, kind == COMPANY, "company_more")
        self._into(body, (kind == OUTAGE) & (plan.polarity[rows] < 0), "outage")
        self._into(body, (kind == OUTAGE) & (plan.polarity[rows] == 0), "outage_calm")
        clause = self._clauses(plan.aspect[rows], plan.aspect_polarity[rows], (kind == OPINION) | (kind == GIFT))
        self._into(body, kind == GIFT, "gifts", clause)
        self._opinions(body, clause, kind == OPINION)
        return body

    def _opinions(self, body: Strings, clause: Strings, opinion: Bools) -> None:
        plan, rows, rng = self.plan, self.rows, self.rng
        strong = rng.random(len(rows)) < 0.25
        polarity = np.where(strong, plan.polarity[rows], 0)
        named = plan.named[rows]
        body[opinion & ~named] = clause[opinion & ~named]
        for sign, name in ((0, "frames"), (-1, "frames_negative"), (1, "frames_positive")):
            self._into(body, opinion & named & (polarity == sign), name, clause)
        more = opinion & (plan.second_aspect[rows] >= 0)
        second = self._clauses(plan.second_aspect[rows], plan.second_aspect_polarity[rows], more)
        agrees = plan.second_aspect_polarity[rows] == plan.aspect_polarity[rows]
        for mask, name in ((more & agrees, "both"), (more & ~agrees, "contrast")):
            joiner: Strings = np.full(len(rows), "", dtype=object)
            self._into(joiner, mask, name, second)
            body += joiner
        self._set_beside(body)

    def _settings(self, body: Strings, kind: Ints) -> Ints:
        """Tell the writers' circumstances, which say nothing about any brand; give how many sentences each got.

        A post says at least two things or is very short, so that nobody else writes the same by chance.
        """
        plan, rows, lot = self.plan, self.rows, self.rng.random(len(kind))
        rich = (plan.second_aspect[rows] >= 0) | (plan.other_brand[rows] >= 0)
        bland = (plan.polarity[rows] == 0) & ~rich
        n = np.select(
            [(kind == COMPANY) | (kind == OUTAGE), np.isin(kind, list(SIMPLE_KINDS)) | bland, rich],
            [
                0,
                np.where(lot < 0.5, 2, np.where((kind == OPINION) | (kind == SALE) | (lot > 0.9), 3, 0)),
                (lot < 0.35).astype(np.int64),
            ],
            1 + (lot < 0.4).astype(np.int64),
        )
        before = np.flatnonzero((n > 0) & (self.rng.random(len(n)) < 0.35))
        first = np.isin(np.arange(len(n)), before)
        sentence = self._talk("context", first)
        body[before] = [f"{_capital(a)}. {_capital(b)}" for a, b in zip(sentence[before], body[before], strict=True)]
        for already in range(3):
            self._append(body, n - first > already, "context")
        return np.asarray(n)

    def _append(self, body: Strings, wanted: Bools, name: str) -> None:
        """Add a sentence of the book to some bodies."""
        at = np.flatnonzero(wanted)
        sentence = self._talk(name, wanted)[at]
        body[at] = [
            f"{a}{'' if a.endswith(_ENDS) else '.'} {_capital(b)}" for a, b in zip(body[at], sentence, strict=True)
        ]

    def _set_beside(self, body: Strings) -> None:
        """Add what is said of a second brand, in a sentence of its own."""
        plan, rows = self.plan, self.rows
        there = plan.other_brand[rows] >= 0
        clause = self._clauses(plan.other_aspect[rows], plan.other_polarity[rows], there)
        sentence: Strings = np.full(len(rows), "", dtype=object)
        self._into(sentence, there, "frames", clause, brand=self.other)
        at = np.flatnonzero(there)
        body[at] = [f"{a}. {_capital(b)}" for a, b in zip(body[at], sentence[at], strict=True)]

    def _clauses(self, aspect: Ints, polarity: Ints, wanted: Bools) -> Strings:
        out: Strings = np.full(len(aspect), "", dtype=object)
        key = np.where(wanted, aspect * 3 + polarity + 1, -1)
        for code in np.unique(key[wanted]):
            at = np.flatnonzero(key == code)
            lines = self.book.aspects[ASPECTS[code // 3], POLARITY_NAMES[int(code) % 3 - 1]]
            out[at] = fill(self.rng, lines, len(at), {})
        return out

    def _verdicts(self, verdict: Strings, opinion: Bools, polarity: Ints) -> Ints:
        """Write a closing verdict or intent behind some opinions; give the intents as numbers in INTENTS, -1 = none."""
        lot = self.rng.random(len(polarity))
        intent = np.full(len(polarity), -1, dtype=np.int64)
        edge = 0.0
        for name, share in NEGATIVE_INTENTS:
            intent[opinion & (polarity < 0) & (lot >= edge) & (lot < edge + share)] = INTENTS.index(name)
            edge += share
        intent[opinion & (polarity > 0) & (lot < 0.12)] = INTENTS.index("advise_for")
        for number, name in enumerate(INTENTS):
            self._into(verdict, intent == number, name)
        plain = opinion & (intent < 0) & (lot > 0.72)
        self._into(verdict, plain & (polarity < 0), "verdict_negative")
        self._into(verdict, plain & (polarity > 0), "verdict_positive")
        return intent

    def _talk(self, name: str, wanted: Bools) -> Strings:
        out: Strings = np.full(len(wanted), "", dtype=object)
        self._into(out, wanted, name)
        return out

    def _into(
        self, out: Strings, wanted: Bools, name: str, clause: Strings | None = None, brand: Strings | None = None
    ) -> None:
        at = np.flatnonzero(wanted)
        given: dict[str, Strings] = {"b": (self.brand if brand is None else brand)[at]}
        if clause is not None:
            given["c"] = clause[at]
            given["C"] = np.array([_capital(c) for c in clause[at]], dtype=object)
        out[at] = fill(self.rng, self.book.talk[name], len(at), given)


def _aliases(rng: np.random.Generator, brand: Ints) -> Strings:
    """Give how each writer spells the brand: the name itself in about six of ten posts."""
    out: Strings = np.full(len(brand), "", dtype=object)
    for number, known in enumerate(BRANDS):
        at = np.flatnonzero(brand == number)
        names = np.array(known.aliases, dtype=object)
        pick = np.where(rng.random(len(at)) < 0.5, 0, rng.integers(len(names), size=len(at)))
        out[at] = names[pick]
    return out


_STOPS = np.array([".", ".", ".", ".", "!", "...", "", "!!", "…"], dtype=object)
_BREAKS = np.array([" ", " ", " ", "\n", "\n", "\n\n"], dtype=object)
_ENDS = (".", "!", "?", ":", ")", "…", "-(", "-/", "*", "^", "D")
_SLIPS = ("  ", " ,", " .", " !", " ?", " :", " ;", "..")
_SPACES = re.compile(r" {2,}| (?=[,.!?:;])|(?<!\.)\.(?=\.(?!\.))")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _join(sentences: Sequence[str], stop: str, gap: str, *, verdict_first: bool) -> str:
    greeting, body, verdict, farewell = sentences
    parts = [body if body.endswith(_ENDS) else body + stop]
    if verdict:
        parts.insert(0 if verdict_first else 1, f"{_capital(verdict)}{stop or '.'}")
    text = gap.join(_capital(part) for part in parts)
    if greeting:
        text = f"{greeting}{gap}{text}"
    if farewell:
        text = f"{text}{gap}{farewell}"
    # Only the choices that may be empty, and dates at a sentence's end, leave something behind.
    return _SPACES.sub(_squeeze, text) if any(slip in text for slip in _SLIPS) else text


def _squeeze(match: re.Match[str]) -> str:
    return " " if len(match[0]) > 1 else ""


_NAMES = {alias.lower() for brand in BRANDS for alias in brand.aliases}
_PARTS_OF_NAMES = {part for name in _NAMES for part in re.split(r"[ -]", name)}
_WORD = re.compile(r"\b[a-zäöüß]{6,}\b")
_PLAIN_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def _lower(text: str, _lot: float) -> str:
    return text.lower()


def _no_umlauts(text: str, _lot: float) -> str:
    return text.translate(_PLAIN_UMLAUTS)


def _mistype(text: str, lot: float) -> str:
    """Swap or drop a letter of one longer word that is no brand's name."""
    words = [m for m in _WORD.finditer(text) if m[0] not in _NAMES]
    if not words:
        return text
    word = words[int(lot * len(words))]
    at = word.start() + 1 + int(lot * 997) % (len(word[0]) - 2)
    if lot < 0.6:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :]


def _shout(text: str, _lot: float) -> str:
    return text.replace(". ", "!! ").replace(" nicht ", " NICHT ").replace(" immer ", " IMMER ")


_MANNERS: Mapping[int, Callable[[str, float], str]] = {0: _lower, 1: _no_umlauts, 2: _mistype, 3: _mistype, 4: _shout}


def _manners(rng: np.random.Generator, plan: Plan, speech: Speech) -> None:
    """Apply the writer's habits: every one has at most one, and mistypes only now and then."""
    habit = (plan.author * 7 + plan.venue * 3) % 12
    lot = rng.random(len(plan))
    applies = (plan.author >= 0) & (habit < 5) & ((habit < 2) | (lot < 0.55))
    for row in np.flatnonzero(applies):
        speech.text[row] = _MANNERS[int(habit[row])](speech.text[row], float(lot[row] / 0.56) % 1.0)


_SWAPS = {
    "und": "u.", "nicht": "net", "ist": "is", "habe": "hab", "Euro": "EUR", "Techniker": "Monteur", "schon": "bereits",
    "immer": "stets", "Router": "Modem", "einfach": "schlicht", "bei": "beim", "jetzt": "nun", "wurde": "ward",
    "the": "that", "and": "plus", "is": "was", "with": "via",
}  # fmt: skip
_FILLERS = ("echt", "übrigens", "leider", "halt", "eben", "wohl", "ja", "also")


def _repeat(rng: np.random.Generator, plan: Plan, speech: Speech) -> None:
    """Put the model's words, but for one or two, into its planned copies."""
    for row in np.flatnonzero(plan.copy_of >= 0):
        words = speech.text[plan.copy_of[row]].split(" ")
        if len(words) < FEWEST_WORDS_TO_COPY:
            plan.copy_of[row] = -1
            continue
        changes = int(rng.integers(1, 3))
        free = [at for at in range(1, len(words) - 1) if words[at].strip(".,:;!?").lower() not in _PARTS_OF_NAMES]
        for at in rng.choice(free, size=changes, replace=False):
            words[at] = _other_word(rng, words[at])
        speech.text[row] = " ".join(words)
        speech.intent[row] = speech.intent[plan.copy_of[row]]
        speech.changed[row] = changes


def _other_word(rng: np.random.Generator, word: str) -> str:
    if word in _SWAPS:
        return _SWAPS[word]
    others = [filler for filler in _FILLERS if filler != word]
    other = others[rng.integers(len(others))]
    return f"{word} {other}" if word[:1].isupper() or not word.isalpha() else other
