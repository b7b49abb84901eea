"""Where the texts of a sheet's cells stand in its XML, told without an object for each cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.exports.xml_tags import (
    EMPTY_TEXT,
    ROW,
    SHEET,
    STRINGS,
    TEXT,
    VALUE,
    Integers,
    Tags,
    Words,
    tags_of,
    word,
)

COLUMNS = 16_384
_HOLDS_TEXT = np.isin(np.arange(16), [TEXT, VALUE, EMPTY_TEXT])
_BLANKS = np.isin(np.arange(256), list(b" \t\n"))
_ROW_BEGINS, _CELL_BEGINS = b'<row r="', b'<c r="'
_SIX, _QUOTE = word(b"\xff" * 6), ord('"')


@dataclass(frozen=True)
class Places:
    """Texts in an XML, in its order."""

    rows: Integers
    """Of the cell, from 0."""
    columns: Integers
    begins: Integers
    ends: Integers
    is_shared: NDArray[np.bool_]
    """The text is the number of a shared string."""


def cell_places(xml: bytes) -> Places | None:
    """Texts of the cells of a sheet, ordered by row and column, empty ones among them.

    None unless every cell holds text or nothing and all are written in the usual way.
    """
    pieces = []
    for tags in tags_of(xml, SHEET):
        piece = None if tags is None else _cells(tags)
        if piece is None:
            return None
        pieces.append(piece)
    if not pieces:
        nothing = np.zeros(0, np.int64)
        return Places(nothing, nothing, nothing, nothing, np.zeros(0, bool))
    places = Places(*map(np.concatenate, zip(*pieces, strict=True)))
    in_order = np.diff(places.rows * COLUMNS + places.columns) > 0
    return places if in_order.all() else None


def string_places(xml: bytes) -> tuple[Integers, Integers] | None:
    """Where the texts of a workbook's shared strings begin and end; None if one is rich text."""
    begins, ends = [], []
    for tags in tags_of(xml, STRINGS):
        places = None if tags is None else _texts(tags, np.flatnonzero(_HOLDS_TEXT[tags.kinds]))
        if places is None:
            return None
        begins.append(places[0])
        ends.append(places[1])
    return np.concatenate([*begins, []]).astype(int), np.concatenate([*ends, []]).astype(int)


def _cells(tags: Tags) -> tuple[NDArray, ...] | None:
    """Fields of ``Places``."""
    texts = np.flatnonzero(_HOLDS_TEXT[tags.kinds])
    is_value = tags.kinds[texts] == VALUE
    cells = texts - np.where(is_value, 1, 2)  # <c><v> or <c><is><t>
    is_shared = _shared(tags, cells, is_value)
    places = _texts(tags, texts)
    rows = _rows(tags, texts)
    if is_shared is None or places is None or rows is None:
        return None
    columns = _columns(tags, tags.opens[cells], *rows[1:])
    return None if columns is None else (rows[0], columns, *places, is_shared)


def _shared(tags: Tags, cells: Integers, is_value: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Whether each cell holds the number of a shared string; None if one holds no text."""
    end = tags.eight_before(tags.closes[cells])
    is_shared = is_value & (end >> 16 == word(b' t="s"'))
    is_text = np.where(is_value, is_shared | (end == word(b' t="str"')), end == word(b'lineStr"'))
    return is_shared if is_text.all() else None


def _texts(tags: Tags, texts: Integers) -> tuple[Integers, Integers] | None:
    """Where texts begin and end; None if blanks around one are there for the layout only."""
    begins, ends = tags.closes[texts] + 1, tags.opens[texts + 1]
    is_laid_out = _BLANKS[tags.octets[begins]] | _BLANKS[tags.octets[ends - 1]]
    if is_laid_out.any():
        keeps = tags.eight_before(tags.closes[texts]) == word(b'reserve"')
        if (is_laid_out & ~keeps).any():
            return None
    return begins, ends


def _rows(tags: Tags, texts: Integers) -> tuple[Integers, Words, Words] | None:
    """Row of every text from 0, its digits with a quotation mark behind, and their mask."""
    at = np.flatnonzero(tags.kinds == ROW)
    opens = tags.opens[at]
    if (tags.words[opens] != word(_ROW_BEGINS)).any():
        return None
    digits = tags.words[opens + len(_ROW_BEGINS)]
    octets = digits.view(np.uint8).reshape(-1, 8)
    is_quote = octets == _QUOTE
    lengths = is_quote.argmax(axis=1)
    numbers = np.zeros(len(at), np.int64)
    for i in range(7):
        more = i < lengths
        is_digit = (octets[:, i] >= ord("0")) & (octets[:, i] <= ord("9"))
        if (more & ~is_digit).any():
            return None
        numbers = np.where(more, numbers * 10 + octets[:, i] - ord("0"), numbers)
    if not ((numbers > 0) & is_quote.any(axis=1)).all():
        return None
    masks = ~np.uint64(0) >> (56 - 8 * lengths).astype(np.uint64)
    counts = np.diff(np.searchsorted(texts, at), append=len(texts))
    numbers, digits, masks = (
        np.repeat(each, counts) for each in (numbers - 1, digits & masks, masks)
    )
    return numbers, digits, masks


def _columns(tags: Tags, opens: Integers, digits: Words, masks: Words) -> Integers | None:
    """Column of every cell, from 0; None if one does not stand in its row."""
    if ((tags.words[opens] & _SIX) != word(_CELL_BEGINS)).any():
        return None
    letters = opens + len(_CELL_BEGINS)
    columns = np.zeros(len(opens), np.int64)
    length = np.zeros(len(opens), np.int64)
    for _ in range(3):
        octet = tags.octets[letters + length]
        is_letter = (octet >= ord("A")) & (octet <= ord("Z"))
        columns = np.where(is_letter, columns * 26 + octet - 64, columns)
        length += is_letter
    is_place = (tags.words[letters + length] & masks) == digits
    fits = is_place & (length > 0) & (columns <= COLUMNS)
    return columns - 1 if fits.all() else None
