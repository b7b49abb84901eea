"""Where the records of comma-separated text begin and end, proven from its bytes.

The bytes that structure text (separator, quotation mark, line end) become bit maps, 64 bytes a
word. A prefix XOR over the quotation marks says which bytes lie within quotes; population counts
say how many separators each record has. All of it is exact: no parser is believed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]
Octets = npt.NDArray[np.uint8]
_BLOCK = 1 << 18
_LF, _CR, _QUOTE = b'\n\r"'
_ONE = np.uint64(1)
_TOP = np.uint64(63)


@dataclass(frozen=True)
class Structure:
    """Records of a text up to its first misplaced quotation mark."""

    starts: Positions
    """Offset of each whole record."""
    ends: Positions
    """Offset behind the line end of each record."""
    cells: Positions
    """Cells of each record."""
    lines_before: Positions
    """Physical line ends before each record; one more entry than there are records."""
    is_right: bool
    """No quotation mark is misplaced."""

    @classmethod
    def of(cls, text: bytes | memoryview, separator: bytes) -> Structure:
        """Structure of text that begins where a record begins."""
        octets = np.frombuffer(text, dtype=np.uint8)
        line_ends, quotes = _bitmap(octets, _LF), _bitmap(octets, _QUOTE)
        separators = _bitmap(octets, separator[0])
        quoted, first_wrong = quotes, len(text)
        if quotes.any():
            quoted = within(quotes)
            returns = _bitmap(octets, _CR)
            wrong = _misplaced(quotes, quoted, separators | line_ends, returns)
            first_wrong = _first(wrong, len(text))
        ends = _set_bits(line_ends & ~quoted) + 1
        ends = ends[: np.searchsorted(ends, first_wrong, side="right")]
        starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])[: len(ends)]
        outside = _Counts(separators & ~quoted)
        cells = np.diff(outside.before(ends), prepend=0) + 1
        lines = np.concatenate([np.zeros(1, np.int64), _Counts(line_ends).before(ends)])
        return cls(starts, ends, cells, lines, first_wrong == len(text))


def packed(octets: Octets, flag: Callable[[Octets], npt.NDArray[np.bool_]]) -> Words:
    """One bit per byte for which ``flag`` holds, the first byte in the lowest bit of word 0; at
    least one bit is left over."""
    words = np.zeros((len(octets) // 64 + 1) * 8, dtype=np.uint8)
    for start in range(0, len(octets), _BLOCK):  # in blocks that stay in the cache
        bits = np.packbits(flag(octets[start : start + _BLOCK]), bitorder="little")
        words[start // 8 : start // 8 + len(bits)] = bits
    return words.view("<u8")


def _bitmap(octets: Octets, value: int) -> Words:
    """One bit per byte that equals ``value``; see ``packed``."""
    return packed(octets, lambda block: block == value)


def within(quotes: Words) -> Words:
    """Bits from an opening quotation mark up to the byte before the closing one."""
    parity = quotes.copy()
    for shift in (1, 2, 4, 8, 16, 32):
        parity ^= parity << np.uint64(shift)
    odd_before = np.bitwise_xor.accumulate(parity >> _TOP)
    carried = np.concatenate([np.zeros(1, np.uint64), odd_before[:-1]])
    return parity ^ (np.uint64(0) - carried)


def _misplaced(quotes: Words, quoted: Words, ends_cell: Words, returns: Words) -> Words:
    """Opening marks that follow text, closing marks before text."""
    after_cell_end = _next(ends_cell | quotes)
    after_cell_end[0] |= _ONE
    return (quotes & quoted & ~after_cell_end) | (
        quotes & ~quoted & ~_previous(ends_cell | quotes | returns)
    )


def _next(bits: Words) -> Words:
    """Every bit moved to the byte behind it."""
    moved = bits << _ONE
    moved[1:] |= bits[:-1] >> _TOP
    return moved


def _previous(bits: Words) -> Words:
    """Every bit moved to the byte before it."""
    moved = bits >> _ONE
    moved[:-1] |= bits[1:] << _TOP
    return moved


def _set_bits(bits: Words) -> Positions:
    """Positions of all set bits in order: the lowest bit of every word is taken off until none is
    left, which for the few line ends of a text is ten times as quick as looking at every bit."""
    places = np.flatnonzero(bits)
    words = bits[places]
    found = []
    while len(places):
        below = (words & (np.uint64(0) - words)) - _ONE
        found.append((places << 6) + np.bitwise_count(below))
        words &= words - _ONE
        is_left = words != 0
        places, words = places[is_left], words[is_left]
    return np.sort(np.concatenate(found), kind="stable") if found else np.zeros(0, np.int64)


def _first(bits: Words, default: int) -> int:
    positions = _set_bits(bits)
    return int(positions[0]) if len(positions) else default


class _Counts:
    """How many bits are set before any position."""

    def __init__(self, bits: Words) -> None:
        self._bits = bits
        totals = np.cumsum(np.bitwise_count(bits), dtype=np.int64)
        self._before_word = np.concatenate([np.zeros(1, np.int64), totals])

    def before(self, positions: Positions) -> Positions:
        words = positions >> 6
        low = (_ONE << (positions & 63).astype(np.uint64)) - _ONE
        part = np.bitwise_count(self._bits[words] & low).astype(np.int64)
        return self._before_word[words] + part
