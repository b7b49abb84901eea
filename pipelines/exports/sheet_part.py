"""A sheet of a workbook as one table, whatever holds its cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from pipelines.exports.detect import HeadRow
from pipelines.exports.table import Body


class Grid(Protocol):
    """Cells of a sheet from A1 on."""

    @property
    def height(self) -> int:
        """Rows."""

    @property
    def width(self) -> int:
        """Columns."""

    def columns(self, wanted: Sequence[int], first: int) -> pl.DataFrame:
        """Texts of columns from a row on, named by position; "" where cells are empty."""

    def rows(self, wanted: Sequence[int]) -> list[tuple[str, ...]]:
        """Texts of some rows, named in ascending order."""

    def is_filled(self) -> bool:
        """Some cell is not blank."""


@dataclass(frozen=True)
class SheetPart:
    """A sheet of a workbook; row 1 is the first row of the sheet."""

    grid: Grid
    member: str | None
    sheet: str
    encoding: str = "xlsx"
    file_format: str = "xlsx"

    def head(self, rows: int) -> list[HeadRow]:
        """First rows."""
        first = self.grid.rows(range(min(rows, self.grid.height)))
        return [HeadRow(i, i, row) for i, row in enumerate(first, 1)]

    def bodies(
        self,
        header: HeadRow,
        short_rows: str,  # noqa: ARG002 - sheets are full
        wanted: Sequence[int] | None = None,
        piece_bytes: int | None = None,  # noqa: ARG002 - a workbook is read as a whole
    ) -> Iterator[Body]:
        """Rows below the header."""
        above = header.end_line
        columns = range(self.grid.width) if wanted is None else wanted
        cells = self.grid.columns(columns, above)

        def is_blank(rows: Sequence[int]) -> list[bool]:
            found = self.grid.rows([row + above for row in rows])
            return [not any(cell.strip() for cell in row) for row in found]

        lines = pl.int_range(above + 1, self.grid.height + 1, eager=True)
        yield Body(cells, lines, is_blank=is_blank)
