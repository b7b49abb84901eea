"""Workbooks that hold nothing but text, as most platforms write them.

They are read without a Python object for each cell, and only the columns that are asked for become
texts. Whatever is no text (a number, a date, a truth value) or is written in an unusual way is left
to the other reader, which gives every cell as exact as the file has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.exports.sheet_cells import Places, cell_places, string_places
from pipelines.exports.sheet_xml import BLANKS_PER_CELL, FREE_CELLS, Unpacked
from pipelines.exports.xml_tags import Integers

_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_CHARACTER = re.compile(rb"_x[0-9A-Fa-f]{4}_")


@dataclass(frozen=True)
class Texts:
    """Texts where they stand in an XML."""

    xml: bytes
    has_entities: bool

    @classmethod
    def of(cls, xml: bytes) -> Texts | None:
        """None when characters are written by number."""
        entities = xml.count(b"&") if b"&" in xml else 0  # finding none is much quicker
        known = sum(xml.count(entity.encode()) for entity in _ENTITIES) if entities else 0
        if known != entities or (b"_" in xml and _CHARACTER.search(xml)):
            return None
        return cls(xml, entities > 0)

    def between(self, begins: NDArray[np.integer], ends: NDArray[np.integer]) -> pl.Series:
        """Texts column by column.

        The places are in the order of the XML if read row by row; 0 to 0 is an empty text.
        """
        shape = begins.shape
        begins, ends = begins.ravel(), ends.ravel()
        missing = ends == 0
        if missing.any():
            ends = np.maximum.accumulate(ends)
            begins = np.where(missing, ends, begins)
        # each text, and what stands between it and the next, are strings in the same buffer
        bounds = np.empty(2 * len(begins) + 1, np.int64)
        bounds[:-1:2], bounds[1::2], bounds[-1] = begins, ends, len(self.xml)
        buffers = pa.py_buffer(bounds), pa.py_buffer(self.xml)
        both = pa.LargeStringArray.from_buffers(len(bounds) - 1, *buffers)
        by_column = np.arange(0, len(bounds) - 1, 2).reshape(shape).T.ravel()
        texts = pl.Series(both.take(pa.array(by_column)))
        if self.has_entities and texts.str.contains("&", literal=True).any():
            texts = texts.str.replace_many(_ENTITIES)
        return texts


@dataclass(frozen=True)
class TextGrid:
    """Cells of a sheet from A1 on, as places in its XML by row and column."""

    texts: Texts
    begins: NDArray[np.int32]
    ends: NDArray[np.int32]
    shared: NDArray[np.int32] | None
    """Numbers of shared strings, -1 where a cell holds none; None when no cell does."""
    strings: pl.Series
    """Shared strings of the workbook."""

    @property
    def height(self) -> int:
        """Rows."""
        return len(self.begins)

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.begins.shape[1])

    def columns(self, wanted: Sequence[int], first: int) -> pl.DataFrame:
        """Texts of columns from a row on, named by position; "" where cells are empty."""
        texts = self._texts((slice(first, None), list(wanted)))
        height = self.height - first
        return pl.DataFrame(
            {str(column): texts.slice(i * height, height) for i, column in enumerate(wanted)}
        )

    def rows(self, wanted: Sequence[int]) -> list[tuple[str, ...]]:
        """Texts of some rows, named in ascending order."""
        texts = self._texts((list(wanted),)).to_list()
        height = len(wanted)
        return [tuple(texts[i::height]) for i in range(height)]

    def is_filled(self) -> bool:
        """Some cell is not blank."""
        columns = (self._texts((slice(None), [i])) for i in range(self.width))
        return any(text.strip() for column in columns for text in column.to_list())

    def _texts(self, part: tuple[slice | list[int], ...]) -> pl.Series:
        """Texts of a part of the rows and columns, column by column."""
        texts = self.texts.between(self.begins[part], self.ends[part])
        if self.shared is None:
            return texts
        numbers = self.shared[part].T.ravel()
        strings = self.strings.gather(np.maximum(numbers, 0))
        return texts.zip_with(pl.Series(numbers < 0), strings)


def text_sheets(book: Unpacked) -> dict[str, TextGrid] | None:
    """Cells of every sheet by its name; None unless each is text or empty."""
    found: dict[str, tuple[Places, Texts]] = {}
    for member, name in book.names.items():
        xml = book.sheets.get(member)
        places = None if xml is None else cell_places(xml)
        texts = None if xml is None or places is None else Texts.of(xml)
        if places is None or texts is None:
            return None
        found[name] = places, texts
    has_shared = any(places.is_shared.any() for places, _ in found.values())
    strings = _strings(book.strings) if has_shared else pl.Series([], dtype=pl.String)
    if strings is None:
        return None
    grids = {name: _grid(*sheet, strings) for name, sheet in found.items()}
    whole = {name: grid for name, grid in grids.items() if grid is not None}
    return whole if whole and len(whole) == len(book.names) else None


def _strings(xml: bytes | None) -> pl.Series | None:
    """Shared strings of a workbook."""
    places = string_places(xml) if xml is not None else None
    texts = Texts.of(xml) if xml is not None else None
    return (
        None
        if places is None or texts is None
        else texts.between(*(each.reshape(-1, 1) for each in places))
    )


def _grid(places: Places, texts: Texts, strings: pl.Series) -> TextGrid | None:
    """None when a number is beyond the shared strings or the cells lie too far apart."""
    height, width = (int(each.max(initial=-1)) + 1 for each in (places.rows, places.columns))
    if height * width > FREE_CELLS + BLANKS_PER_CELL * len(places.rows):
        return None

    def spread(values: Integers, empty: int = 0) -> NDArray[np.int32]:
        cells = np.full((height, width), empty, np.int32)
        cells[places.rows, places.columns] = values
        return cells

    shared = None
    if places.is_shared.any():
        at = np.flatnonzero(places.is_shared)
        numbers = texts.between(places.begins[at, None], places.ends[at, None]).cast(
            pl.Int32, strict=False
        )
        if numbers.null_count() or not numbers.is_between(0, len(strings) - 1).all():
            return None
        of_cells = np.full(len(places.rows), -1)
        of_cells[at] = numbers.to_numpy()
        shared = spread(of_cells, -1)
    return TextGrid(texts, spread(places.begins), spread(places.ends), shared, strings)
