"""Hashed character and word n-grams of many texts at once, with whole-number weights so that sums are exact.

All texts of a chunk are laid out in one row of code points; an n-gram belongs to the place where it starts. So a
clause's score is a sum over its places, and does not depend on which other texts are in the chunk.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leumund.readings.sheets import codes_of, fold_codes, is_word_code

__all__ = ["N_BUCKETS", "Layout", "clause_sums", "density_of", "grams", "lay_out", "norm_of"]

BITS = 16
N_BUCKETS = 1 << BITS
_SIZES = (3, 4, 5)
_LONG_TEXT_GRAMS = 600
_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_SHIFT = np.uint64(64 - BITS)
_FOLD = np.uint64(29)
_BLANK = 32
_LONGEST_WORD = 64

Places = npt.NDArray[np.int64]
Buckets = npt.NDArray[np.int64]


def density_of(n_grams: int) -> float:
    """1 for short texts, less for longer ones: the model learns from short ones and would be too sure of long ones."""
    return min(1.0, _LONG_TEXT_GRAMS / max(n_grams, 1))


def norm_of(n_grams: int) -> float:
    """What a sum of weights is divided by: the root of the number of n-grams; in long texts it grows as the number."""
    return math.sqrt(max(n_grams, 1)) / math.sqrt(density_of(n_grams))


@dataclass(frozen=True, slots=True)
class Layout:
    """Texts one after another, each between two blanks; `first` is where each begins, its blank included."""

    codes: npt.NDArray[np.uint32]
    first: Places

    @property
    def left(self) -> Places:
        """For each place, how many places its text still has, this one included."""
        ends = np.append(self.first[1:], len(self.codes))
        return np.repeat(ends, np.diff(np.append(self.first, len(self.codes)))) - np.arange(len(self.codes))


def lay_out(texts: Sequence[str]) -> Layout:
    """Lay out texts for hashing; digits count as one and the same."""
    codes = fold_codes(codes_of("".join(f" {text} " for text in texts)))
    codes = np.where((codes >= ord("0")) & (codes <= ord("9")), np.uint32(ord("0")), codes)
    sizes = np.array([len(text) + 2 for text in texts], dtype=np.int64)
    return Layout(codes, np.cumsum(sizes) - sizes)


def _bucket(hashes: npt.NDArray[np.uint64], salt: int) -> Buckets:
    mixed = (hashes + np.uint64(salt)) * _MIX
    return ((mixed ^ (mixed >> _FOLD)) * _BASE >> _SHIFT).astype(np.int64)


def grams(layout: Layout) -> Iterator[tuple[Places, Buckets]]:
    """Give for each kind of n-gram the places where one starts (rising, at most one each) and their buckets."""
    codes = layout.codes.astype(np.uint64)
    left = layout.left
    rolled = codes.copy()
    for size in range(2, max(_SIZES) + 1):
        rolled = rolled[:-1] * _BASE + codes[size - 1 :]
        if size in _SIZES:
            places = np.flatnonzero(left[: len(rolled)] >= size)
            yield places, _bucket(rolled[places], size)
    yield from _words(codes, left, is_word_code(layout.codes))


def _words(
    codes: npt.NDArray[np.uint64], left: Places, in_word: npt.NDArray[np.bool_]
) -> Iterator[tuple[Places, Buckets]]:
    before = np.concatenate(([False], in_word[:-1]))
    starts = np.flatnonzero(in_word & ~before)
    if not len(starts):
        return
    within = np.arange(len(codes)) - np.repeat(
        np.concatenate(([0], starts)), np.diff(np.concatenate(([0], starts, [len(codes)])))
    )
    powers = np.cumprod(np.full(_LONGEST_WORD, _BASE, dtype=np.uint64))
    letters = np.where(in_word, codes * powers[np.minimum(within, _LONGEST_WORD - 1)], np.uint64(0))
    words = np.add.reduceat(letters, starts)
    yield starts, _bucket(words, 100)
    same_text = left[starts[:-1]] > (starts[1:] - starts[:-1])
    yield starts[:-1][same_text], _bucket((words[:-1] * _MIX + words[1:])[same_text], 200)


def clause_sums(
    layout: Layout, starts: Places, weights: npt.NDArray[np.int8]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give for each clause (they follow each other without a gap) its summed weights by column, and its n-grams."""
    if not len(starts):
        return np.zeros((0, weights.shape[1]), dtype=np.int64), np.zeros(0, dtype=np.int64)
    scores = np.zeros((len(layout.codes), weights.shape[1]), dtype=np.int16)
    counts = np.zeros(len(layout.codes), dtype=np.int16)
    for places, buckets in grams(layout):
        scores[places] += weights[buckets]
        counts[places] += 1
    return (
        np.add.reduceat(scores, starts, axis=0, dtype=np.int64),
        np.add.reduceat(counts, starts, dtype=np.int64),
    )
