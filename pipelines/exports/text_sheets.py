"""Workbooks that hold nothing but text, as most platforms write them.

They are read without a Python object for each cell. Whatever is no text (a number, a date, a
truth value) is left to the other reader, which gives every cell as exact as the file has it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import fastexcel
import polars as pl

from pipelines.exports.detect import HeadRow
from pipelines.exports.table import Body

logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns of every column without a cell


@dataclass(frozen=True)
class TextPart:
    """A sheet of a workbook; row 1 is the first row of the sheet."""

    cells: pl.DataFrame
    """Columns named by position, of text or without a type; empty cells are null."""
    member: str | None
    sheet: str
    encoding: str = "xlsx"
    file_format: str = "xlsx"

    def head(self, rows: int) -> list[HeadRow]:
        """First rows."""
        first = self.cells.head(rows).rows()
        texts = (tuple(cell or "" for cell in row) for row in first)
        return [HeadRow(i, i, row) for i, row in enumerate(texts, 1)]

    def bodies(
        self,
        header: HeadRow,
        short_rows: str,  # noqa: ARG002 - sheets are full
        wanted: Sequence[int] | None = None,
        piece_bytes: int | None = None,  # noqa: ARG002 - a workbook is read as a whole
    ) -> Iterator[Body]:
        """Rows below the header."""
        below = self.cells[header.end_line :]
        columns = range(below.width) if wanted is None else wanted

        def is_blank(rows: Sequence[int]) -> list[bool]:
            return [not any(cell and cell.strip() for cell in below.row(row)) for row in rows]

        first = header.end_line + 1
        lines = pl.int_range(first, first + below.height, eager=True)
        yield Body(_texts(below, columns), lines, is_blank=is_blank)


def text_sheets(data: bytes) -> dict[str, pl.DataFrame] | None:
    """Cells of every sheet from A1 on, by its name; None unless each is text or empty.

    An error cell counts as empty. Damage and passwords are left to the other reader to tell.
    """
    sheets: dict[str, pl.DataFrame] = {}
    try:
        book = fastexcel.read_excel(data)
        for name in book.sheet_names:
            sheet = book.load_sheet(
                name,
                header_row=None,
                skip_rows=0,  # blank rows above the table count too
                schema_sample_rows=None,
                dtype_coercion="strict",
            )
            cells = sheet.to_polars()
            if not set(cells.dtypes) <= {pl.String(), pl.Null()}:
                return None
            columns = sheet.selected_columns
            sheets[name] = _from_a1(cells, columns[0].absolute_index if columns else 0)
    except fastexcel.FastExcelError:
        return None
    return sheets


def is_filled(cells: pl.DataFrame) -> bool:
    """Some cell is not blank."""
    texts = (column for column in cells if column.dtype == pl.String)
    return any((column.str.strip_chars() != "").any() for column in texts)


def _texts(cells: pl.DataFrame, columns: Sequence[int]) -> pl.DataFrame:
    """Some columns as texts, empty ones where cells are empty."""
    return cells.select(pl.col(str(i)).cast(pl.String).fill_null("") for i in columns)


def _from_a1(cells: pl.DataFrame, first: int) -> pl.DataFrame:
    """Columns named by position, also the empty ones to the left of the table."""
    cells.columns = [str(i) for i in range(first, first + cells.width)]
    left = [pl.lit(None).alias(str(i)) for i in range(first)]
    return cells.select(*left, pl.all()) if left else cells
