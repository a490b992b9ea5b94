"""Grams: the phrases of a text of one to three words, without those that the aspects already tell."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

import pyarrow as pa

from leumund.readings.aspect import aspect_cues
from leumund.readings.sheets import fold_in_place
from leumund.tables import arrow_schema

__all__ = ["GramReader", "grams_of"]

LONGEST = 3
SHORTEST_CHARACTERS = 3
MOST_CHARACTERS = 2_000  # of a text; what comes after says little that is new
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*|[^\s\w]")

Word = tuple[str, bool, bool]  # as folded; may begin or end a phrase; is outside of the aspects and the brands' names


@functools.cache
def _stopwords() -> frozenset[str]:
    text = (resources.files("leumund.picture") / "stopwords.toml").read_text("utf-8")
    return frozenset(word for words in tomllib.loads(text).values() for word in words.split())


def grams_of(text: str, names: frozenset[str] = frozenset()) -> set[str]:
    """Give the phrases of a text: one to three words in a row of one clause, folded.

    A phrase neither begins nor ends with a word that stands in every text or with a number, holds none of `names`, and
    has at least one word that no aspect's cue covers.

    >>> sorted(grams_of("Das Umspannwerk brummt, die Hotline auch.")), sorted(grams_of("Techniker kam nicht"))
    (['brummt', 'umspannwerk', 'umspannwerk brummt'], [])
    """
    found: set[str] = set()
    for words in _clauses(text[:MOST_CHARACTERS], names):
        for first in range(len(words)):
            for size in range(1, LONGEST + 1):
                gram = words[first : first + size]
                if len(gram) == size and gram[0][1] and gram[-1][1] and any(outside for *_, outside in gram):
                    found.add(" ".join(word for word, *_ in gram))
    return found


def _clauses(text: str, names: frozenset[str]) -> Iterator[list[Word]]:
    """Cut at marks, at line ends and at the brands' names."""
    folded = fold_in_place(text)
    covered = [(start, end) for start, end, _ in aspect_cues().find(folded)]
    clause: list[Word] = []
    for line in re.finditer(r"[^\n]+", text):
        for met in _WORD.finditer(folded, line.start(), line.end()):
            word = met[0]
            if not word[0].isalnum() or word in names:
                yield clause
                clause = []
                continue
            edge = len(word) >= SHORTEST_CHARACTERS and not word[0].isdigit() and word not in _stopwords()
            outside = edge and not any(start < met.end() and met.start() < end for start, end in covered)
            clause.append((word, edge, outside))
        yield clause
        clause = []


@dataclass(frozen=True)
class GramReader:
    """latest posts (post_id, text) -> grams: a row for each phrase of a post; can be sent to another process."""

    names: frozenset[str]

    @classmethod
    def of(cls, aliases: Sequence[str]) -> GramReader:
        """Give the reader that leaves out every word of these names."""
        return cls(frozenset(word for alias in aliases for word in fold_in_place(alias).strip("?").split()))

    @property
    def version(self) -> str:
        """Version of the rules and the names left out."""
        return "|".join(("1", *sorted(self.names)))

    def __call__(self, posts: pa.RecordBatch) -> pa.RecordBatch:
        """Read a batch."""
        ids: list[str] = []
        grams: list[str] = []
        for post_id, text in zip(posts["post_id"].to_pylist(), posts["text"].to_pylist(), strict=True):
            found = sorted(grams_of(text, self.names))
            ids += [post_id] * len(found)
            grams += found
        columns = [pa.array(ids, pa.string()), pa.array(grams, pa.string())]
        return pa.RecordBatch.from_arrays(columns, schema=arrow_schema("grams"))
