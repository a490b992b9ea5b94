"""From a text to a judgement: relevance, polarity, opinions on brands and aspects with their evidence, intents."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leumund.readings.aspect import aspect_cues
from leumund.readings.attribution import Subject, brands_of_clauses, subjects
from leumund.readings.brand import Brand, BrandFinder, Mention
from leumund.readings.closing import signed_by_company
from leumund.readings.grams import clause_sums, lay_out
from leumund.readings.intent import INTENTS, Intents, intents_of
from leumund.readings.model import POLARITIES, Head, Model, logistic, softmax
from leumund.readings.polarity import Valence, clause_valences, features
from leumund.readings.sheets import Clause, Sheet, clauses_of, sheets_of

__all__ = ["Judge", "Judgement", "Opinion", "shares_of"]

WHOLE = 10_000
_TEXTS_AT_ONCE = 128
_ASPECT_ALONE = 0.5  # how much an aspect's own clauses count against all that is said of the brand
_NO_WORDS = (0, WHOLE, 0)

Shares = tuple[int, int, int]


def shares_of(probabilities: Sequence[float]) -> Shares:
    """Give three probabilities as whole 1/10,000 that sum to 10,000 (largest remainder).

    >>> shares_of([1 / 3, 1 / 3, 1 / 3])
    (3334, 3333, 3333)
    """
    scaled = [p * WHOLE for p in probabilities]
    down = [math.floor(value) for value in scaled]
    missing = WHOLE - sum(down)
    for number in sorted(range(3), key=lambda i: (down[i] - scaled[i], i))[:missing]:
        down[number] += 1
    return down[0], down[1], down[2]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a text says of a brand ('' = none named) and aspect ('' = all), and the words [start, end) that show it."""

    brand: str
    aspect: str
    shares: Shares
    start: int
    end: int

    @property
    def polarity(self) -> str:
        """The likeliest polarity."""
        return POLARITIES[max(range(3), key=lambda i: (self.shares[i], i == 1))]

    def to_json(self) -> dict[str, Any]:
        """Give the opinion as `leumund read` prints it."""
        return {"brand": self.brand, "aspect": self.aspect, **_polarity(self), "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that was read in a text. `whole` is about the text, `brands` one each, `opinions` one a brand × aspect."""

    relevant: bool
    whole: Opinion
    brands: tuple[Opinion, ...]
    opinions: tuple[Opinion, ...]
    intents: Intents
    model: str

    def to_json(self, *, id: str = "", language: str = "und") -> dict[str, Any]:
        """Give the row of `leumund read`: probabilities 0..1."""
        return {
            "id": id,
            "language": language,
            "relevant": self.relevant,
            "post_kind": self.intents.post_kind,
            **_polarity(self.whole),
            "intents": {name: round(self.intents.intents[name], 4) for name in INTENTS},
            "voice": self.intents.voice,
            "incentive": self.intents.incentive,
            "opinions": [opinion.to_json() for opinion in self.opinions],
            "model": self.model,
        }


def _polarity(opinion: Opinion) -> dict[str, Any]:
    shares = {f"p_{name}": share / WHOLE for name, share in zip(POLARITIES, opinion.shares, strict=True)}
    return {"polarity": opinion.polarity, **shares}


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A text cut into clauses, each with its sums of weights, its n-grams and its valence."""

    sheet: Sheet
    clauses: list[Clause]
    sums: list[list[int]]
    n_grams: list[int]
    valences: list[Valence]

    def logits(self, head: Head, columns: slice, numbers: Iterable[int]) -> list[float]:
        """Give the logits of some clauses taken together."""
        chosen = list(numbers)
        if len(chosen) == 1:
            totals = self.sums[chosen[0]][columns]
        else:
            totals = [sum(column) for column in zip(*(self.sums[i][columns] for i in chosen), strict=True)]
        praise = sum(self.valences[i].praise for i in chosen)
        blame = sum(self.valences[i].blame for i in chosen)
        n_grams = sum(self.n_grams[i] for i in chosen)
        return head.logits(totals, n_grams, features(praise, blame, n_grams))


def prepare(texts: Sequence[str], model: Model) -> Iterator[_Prepared]:
    """Make texts ready, in order; what comes out for one does not depend on the others."""
    for at in range(0, len(texts), _TEXTS_AT_ONCE):
        yield from _prepare_chunk(texts[at : at + _TEXTS_AT_ONCE], model)


def _prepare_chunk(texts: Sequence[str], model: Model) -> Iterator[_Prepared]:
    sheets = sheets_of(texts)
    cut = [clauses_of(sheet) for sheet in sheets]
    layout = lay_out([sheet.text for sheet, clauses in zip(sheets, cut, strict=True) if clauses])
    starts, text_number = [], 0
    for clauses in cut:
        if clauses:
            first = int(layout.first[text_number])
            starts += [first, *(first + 1 + clause.start for clause in clauses[1:])]
            text_number += 1
    sums, counts = clause_sums(layout, np.array(starts, dtype=np.int64), model.weights)
    all_sums, all_counts, at = sums.tolist(), counts.tolist(), 0
    for sheet, clauses in zip(sheets, cut, strict=True):
        until = at + len(clauses)
        valences = clause_valences(sheet.folded, clauses)
        yield _Prepared(sheet, clauses, all_sums[at:until], all_counts[at:until], valences)
        at = until


class Judge:
    """Reads texts with one model and one set of brands."""

    def __init__(self, model: Model, brands: Iterable[Brand]) -> None:
        self.model = model
        self._finder = BrandFinder(brands)
        polarity = model.head("polarity")
        assert polarity is not None, "every model file has the polarity head; load_model refuses others"
        self._polarity = polarity
        self._relevance, self._aspects = model.head("relevance"), model.head("aspect")

    def judge(self, text: str) -> Judgement:
        """Read one text."""
        return next(self.judge_all([text]))

    def judge_all(self, texts: Sequence[str]) -> Iterator[Judgement]:
        """Read texts, in order."""
        for one in prepare(texts, self.model):
            mentions = self._finder.find(one.sheet.text, one.sheet.folded)
            whole, brands, opinions = self._opinions(one, mentions)
            yield Judgement(
                relevant=self._relevant(one, mentions),
                whole=whole,
                brands=tuple(brands),
                opinions=tuple(opinions),
                intents=self._intents(one, whole.shares),
                model=f"{self.model.name} {self.model.version}",
            )

    def read_intents(self, texts: Sequence[str]) -> Iterator[Intents]:
        """Read only what the writers want, in order; equal to the intents of `judge_all`."""
        for one in prepare(texts, self.model):
            yield self._intents(one, self._shares(one))

    def read_opinions(self, texts: Sequence[str]) -> Iterator[tuple[bool, list[Opinion]]]:
        """Read relevance, and the opinions on the whole, on each brand and on each brand × aspect."""
        for one in prepare(texts, self.model):
            mentions = self._finder.find(one.sheet.text, one.sheet.folded)
            whole, brands, opinions = self._opinions(one, mentions)
            yield self._relevant(one, mentions), [whole, *brands, *opinions]

    def _relevant(self, one: _Prepared, mentions: Sequence[Mention]) -> bool:
        head = self._relevance
        if head is None or not one.clauses:
            return bool(mentions)
        (logit,) = one.logits(head, self.model.columns[head.name], range(len(one.clauses)))
        return logistic(logit) >= head.thresholds[0]

    def _intents(self, one: _Prepared, shares: Shares) -> Intents:
        signed = signed_by_company(one.sheet, self._finder)
        return intents_of(one.sheet.folded, shares[0] / WHOLE, shares[2] / WHOLE, signed_by_company=signed)

    def _shares(self, one: _Prepared) -> Shares:
        """Give the polarity of the whole text."""
        if not one.clauses:
            return _NO_WORDS
        return shares_of(softmax(one.logits(self._polarity, self.model.columns["polarity"], range(len(one.clauses)))))

    def _whole(self, one: _Prepared) -> Opinion:
        if not one.clauses:
            return Opinion("", "", _NO_WORDS, 0, 0)
        return self._opinion(one, Subject("", "", tuple(range(len(one.clauses)))), None)[0]

    def _opinions(self, one: _Prepared, mentions: Sequence[Mention]) -> tuple[Opinion, list[Opinion], list[Opinion]]:
        whole = self._whole(one)
        if not one.clauses:
            return whole, [], []
        spoken_of = brands_of_clauses(one.clauses, mentions)
        brands, said = [], {}
        for brand in dict.fromkeys(mention.brand for mention in mentions):
            numbers = tuple(i for i, names in enumerate(spoken_of) if brand in names)
            opinion, said[brand] = self._opinion(one, Subject(brand, "", numbers), None)
            brands.append(opinion)
        opinions = [
            self._opinion(one, subject, said.get(subject.brand))[0] for subject in self._subjects(one, mentions)
        ]
        return whole, brands, opinions

    def _subjects(self, one: _Prepared, mentions: Sequence[Mention]) -> list[Subject]:
        if self._aspects is None:
            return subjects(one.clauses, mentions, aspect_cues().find(one.sheet.folded))
        return _taught_subjects(one, mentions, self._aspects, self.model.columns[self._aspects.name])

    def _opinion(self, one: _Prepared, subject: Subject, around: list[float] | None) -> tuple[Opinion, list[float]]:
        """Give the opinion on a subject and its logits; `around` are the logits of all that is said of the brand."""
        columns = self.model.columns["polarity"]
        logits = one.logits(self._polarity, columns, subject.clauses)
        if around is not None:
            logits = [_ASPECT_ALONE * a + (1 - _ASPECT_ALONE) * b for a, b in zip(logits, around, strict=True)]
        shares = shares_of(softmax(logits))
        leading = max(range(3), key=lambda i: shares[i])
        start, end = _evidence(one, subject.clauses, leading, columns.start)
        return Opinion(subject.brand, subject.aspect, shares, start, end), logits


def _evidence(one: _Prepared, numbers: Sequence[int], leading: int, first_column: int) -> tuple[int, int]:
    """Give the span of the clause that speaks most for the leading polarity, in the text as given."""

    def speaks(number: int) -> tuple[float, int]:
        valence = one.valences[number]
        words = (valence.blame - valence.praise, 0.0, valence.praise - valence.blame)[leading]
        return words, one.sums[number][first_column + leading]

    clause = one.clauses[max(numbers, key=speaks)]
    words = one.sheet.text[clause.start : clause.end]
    start = clause.start + len(words) - len(words.lstrip())
    return one.sheet.span(start, max(start, clause.start + len(words.rstrip())))


def _taught_subjects(one: _Prepared, mentions: Sequence[Mention], head: Head, columns: slice) -> list[Subject]:
    """Give the aspects that a taught model finds, on the clause that shows each best and the brands of that clause."""
    spoken_of = brands_of_clauses(one.clauses, mentions)
    found = []
    logits = one.logits(head, columns, range(len(one.clauses)))
    for number, (aspect, logit, threshold) in enumerate(zip(head.answers, logits, head.thresholds, strict=True)):
        if logistic(logit) < threshold:
            continue
        best = max(range(len(one.clauses)), key=lambda i: one.sums[i][columns.start + number])
        sentence = one.clauses[best].sentence
        told = tuple(i for i, clause in enumerate(one.clauses) if clause.sentence == sentence)
        found += [Subject(brand, aspect, told) for brand in spoken_of[best]]
    return found
