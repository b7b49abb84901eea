"""What every reader hands over: text cells with the physical line of each row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from pipelines.exports.detect import HeadRow


@dataclass(frozen=True)
class BadRecord:
    """A record that could not be split into cells; its text is not kept, it may be personal."""

    line_number: int
    reason: str
    remedy: str


@dataclass
class Body:
    """Rows below the header."""

    cells: pl.DataFrame
    """Text columns named by position: "0", "1", ..."""
    line_numbers: pl.Series
    """Physical line (sheet row, Parquet row) of each row, Int64."""
    bad: list[BadRecord] = field(default_factory=list)
    is_blank: Callable[[Sequence[int]], list[bool]] | None = None
    """Whether rows are blank in every column of the file; None when all columns are among the
    cells."""
    blank_lines: int = 0
    """Trailing blank lines that are not among the cells."""
    is_last: bool = True
    """No further piece of the table follows."""

    @property
    def rows_read(self) -> int:
        """Every record below the header."""
        return self.cells.height + len(self.bad) + self.blank_lines


class Part(Protocol):
    """One table of a delivered file: the file itself, a sheet or a member of an archive."""

    @property
    def member(self) -> str | None:
        """Sheet or archive member; None when the file is the table."""

    @property
    def sheet(self) -> str | None:
        """Name of the sheet; None when the table is no sheet."""

    @property
    def encoding(self) -> str:
        """Text encoding, or the binary format."""

    @property
    def file_format(self) -> str:
        """csv, xlsx or parquet."""

    def head(self, rows: int) -> list[HeadRow]:
        """First rows, where the header is looked for."""

    def bodies(
        self,
        header: HeadRow,
        short_rows: str,
        wanted: Sequence[int] | None = None,
        piece_bytes: int | None = None,
    ) -> Iterator[Body]:
        """Rows below the header, at least one piece.

        ``short_rows`` is reject or pad, ``wanted`` the positions of the columns that are needed
        (None for all). Text comes in pieces of about ``piece_bytes`` (None for one).
        """


def whole_body(
    part: Part, header: HeadRow, short_rows: str, wanted: Sequence[int] | None = None
) -> Body:
    """All rows below the header as one piece; see ``Part.bodies``."""
    return next(part.bodies(header, short_rows, wanted))
