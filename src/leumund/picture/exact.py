"""Exact: sums of products in whole numbers of 128 bits, column by column.

The low 64 bits come from reckoning modulo 2^64, the high ones from the same sum in floating point, whose error is far
below 2^63 as long as the sum is below some 10^28; above, Python's own whole numbers are used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["Wide", "sums_of_products"]

KIND = pa.decimal128(38, 0)
LIMB = 2.0**64
SURE = 2.0**62  # floating point has to be right to within this
SURE_AS_FLOAT = 2.0**53  # up to here floating point holds whole numbers as they are

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Numbers = Ints | Floats


class Wide(NamedTuple):
    """Whole numbers, each high · 2^64 + low."""

    high: Ints
    low: NDArray[np.uint64]

    def floats(self) -> Floats:
        """Give the nearest floating-point numbers, or their neighbours."""
        negative = self.high < 0
        low = np.where(negative, ~self.low + np.uint64(1), self.low)
        high = np.where(negative, ~self.high + (low == 0), self.high)
        return np.asarray(np.where(negative, -1.0, 1.0) * (high * LIMB + low), dtype=np.float64)

    def to_arrow(self) -> pa.Array:
        """Give a column of decimals."""
        halves = np.stack([self.low, self.high.view(np.uint64)], axis=1).astype("<u8")
        return pa.Array.from_buffers(KIND, len(halves), [None, pa.py_buffer(np.ascontiguousarray(halves))])

    def take(self, rows: Ints) -> Wide:
        """Give some of them."""
        return Wide(self.high[rows], self.low[rows])

    def ints(self) -> list[int]:
        """Give them one by one."""
        return [high * 2**64 + low for high, low in zip(self.high.tolist(), self.low.tolist(), strict=True)]

    @classmethod
    def of(cls, numbers: Sequence[int]) -> Wide:
        """Take whole numbers one by one."""
        halves = [divmod(number, 2**64) for number in numbers]
        return cls(np.array([h for h, _ in halves], np.int64), np.array([low for _, low in halves], np.uint64))

    @classmethod
    def from_arrow(cls, column: pa.ChunkedArray) -> Wide:
        """Give a column of decimals as numbers; an empty place is 0."""
        array = pa.concat_arrays([*column.cast(KIND).chunks, pa.array([], KIND)])
        halves = np.frombuffer(array.buffers()[1] or b"", dtype="<u8").reshape(-1, 2)
        halves = halves[array.offset : array.offset + len(array)]
        return cls(halves[:, 1].astype(np.uint64).view(np.int64), halves[:, 0].astype(np.uint64))


def sums_of_products(one: Numbers, other: Numbers, starts: Ints, *, scale: int = 1) -> Wide:
    """Give scale · Σ one·other over stretches of rows, each from its start to the next one's.

    The numbers are whole, in floating point or not, and below 2^53.

    >>> sums_of_products(np.array([2, 3, 4]), np.array([5, 6, 7]), np.array([0, 2]), scale=10).floats().tolist()
    [280.0, 280.0]
    """
    if not len(starts):
        return Wide(np.zeros(0, np.int64), np.zeros(0, np.uint64))
    products = np.multiply(one, other, dtype=np.float64)
    near = np.add.reduceat(products, starts)
    total = float(np.abs(products, out=products).sum())
    if total < SURE_AS_FLOAT:
        sums = near.astype(np.int64)
        return _scaled(Wide(sums >> 63, sums.view(np.uint64)), scale)
    one, other = (np.asarray(numbers, dtype=np.int64) for numbers in (one, other))
    if total * (len(one) + 4) * 2.0**-52 >= SURE:
        return _scaled(_in_python(one, other, starts), scale)
    low = np.add.reduceat(one.view(np.uint64) * other.view(np.uint64), starts)
    return _scaled(Wide(np.rint((near - low) / LIMB).astype(np.int64), low), scale)


def _scaled(numbers: Wide, scale: int) -> Wide:
    if scale == 1:
        return numbers
    near = numbers.floats() * scale
    low = numbers.low * np.uint64(scale)
    if np.abs(near).max(initial=0) * 2.0**-50 >= SURE:
        return Wide.of([number * scale for number in numbers.ints()])
    return Wide(np.rint((near - low) / LIMB).astype(np.int64), low)


def _in_python(one: Ints, other: Ints, starts: Ints) -> Wide:
    return Wide.of(np.add.reduceat(one.astype(object) * other.astype(object), starts).tolist())
