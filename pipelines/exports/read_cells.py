"""Workbooks and Parquet files to text cells, as exact as the file still is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from pipelines.exports.detect import HeadRow
from pipelines.exports.errors import UnreadableExport
from pipelines.exports.sheet_part import Grid, SheetPart
from pipelines.exports.sheet_xml import Places, hidden_texts, unpacked, with_hidden_texts
from pipelines.exports.table import Body
from pipelines.exports.text_sheets import text_sheets

EXACT_INTEGERS = 2**53
"""From here on a float has lost digits: such a number is written with an exponent, and the
check of an id column refuses it as damaged by Excel."""
LOCAL_ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class ValueGrid:
    """Cells of a sheet from A1 on, as values."""

    values: Sequence[Sequence[Any]]

    @property
    def height(self) -> int:
        """Rows."""
        return len(self.values)

    @property
    def width(self) -> int:
        """Columns."""
        return len(self.values[0]) if self.values else 0

    def columns(self, wanted: Sequence[int], first: int) -> pl.DataFrame:
        """Texts of columns from a row on, named by position; "" where cells are empty."""
        below = self.values[first:]
        return pl.DataFrame({str(i): _texts([row[i] for row in below]) for i in wanted})

    def rows(self, wanted: Sequence[int]) -> list[tuple[str, ...]]:
        """Texts of some rows."""
        return [tuple(cell_text(value) for value in self.values[row]) for row in wanted]

    def is_filled(self) -> bool:
        """Some cell is not blank."""
        return any(cell_text(value).strip() for row in self.values for value in row)


@dataclass(frozen=True)
class FramePart:
    """A Parquet file: the column names are the header, row 1 is its first row."""

    frame: pl.DataFrame
    member: str | None
    sheet: None = None
    encoding: str = "parquet"
    file_format: str = "parquet"

    def head(self, rows: int) -> list[HeadRow]:  # noqa: ARG002 - the names are known
        """The column names."""
        return [HeadRow(0, 0, tuple(self.frame.columns))]

    def bodies(
        self,
        header: HeadRow,  # noqa: ARG002 - the names are known
        short_rows: str,  # noqa: ARG002 - rows are full
        wanted: Sequence[int] | None = None,  # noqa: ARG002 - Parquet is quick enough
        piece_bytes: int | None = None,  # noqa: ARG002 - it was read as a whole
    ) -> Iterator[Body]:
        """All rows."""
        cells = self.frame.select(
            _text_of(self.frame[name]).alias(str(i)) for i, name in enumerate(self.frame.columns)
        )
        yield Body(cells, pl.int_range(1, cells.height + 1, eager=True))


def open_workbook(data: bytes, member: str | None = None) -> list[SheetPart]:
    """Non-empty sheets in order. Several of them are told apart by their names.

    Raises ``UnreadableExport`` for a password or damage.
    """
    grids = _grids(data)
    filled = [name for name, grid in grids.items() if grid.is_filled()]
    members = _members(filled, member)
    return [SheetPart(grids[name], members[name], name) for name in filled]


def _grids(data: bytes) -> Mapping[str, Grid]:
    hidden: dict[str, Places] = {}
    if zipfile.is_zipfile(io.BytesIO(data)):
        book = unpacked(data)
        if (texts := text_sheets(book)) is not None:
            return texts
        hidden = hidden_texts(book)
        del book
    tables = _tables(data)
    for name, rows in tables.items():
        with_hidden_texts(rows, hidden.get(name, {}))
    return {name: ValueGrid(rows) for name, rows in tables.items()}


def _tables(data: bytes) -> dict[str, list[list[Any]]]:
    """Rows of every sheet from A1 on, by its name."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
        return {name: sheet.to_python(skip_empty_area=False) for name, sheet in sheets.items()}
    except PasswordError as error:
        raise UnreadableExport(
            "The workbook is protected by a password. Remove it in Excel and deliver again."
        ) from error
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableExport(
            f"The workbook cannot be read: {error}. Open it in Excel, save as xlsx, deliver again."
        ) from error


def _members(sheets: Sequence[str], member: str | None) -> dict[str, str | None]:
    """What tells each sheet apart: its name where there are several."""
    if len(sheets) < 2:
        return dict.fromkeys(sheets, member)
    return {name: f"{member}!{name}" if member else name for name in sheets}


def open_parquet(data: bytes, member: str | None = None) -> FramePart:
    """Read a Parquet file. Raises ``UnreadableExport`` when it is damaged."""
    try:
        return FramePart(pl.read_parquet(io.BytesIO(data)), member)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UnreadableExport(f"The Parquet file cannot be read: {error}.") from error


def cell_text(value: Any) -> str:
    """Text of one workbook cell.

    >>> cell_text(19900000001.0), cell_text(0.1), cell_text(6.9e18)
    ('19900000001', '0.1', '6.9000000000000000e+18')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, datetime):
        rounded = value + timedelta(microseconds=500_000)
        return rounded.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _texts(values: list[Any]) -> pl.Series:
    """Texts of one column; most hold nothing else, and are taken over as they are."""
    try:
        texts = pl.Series(values, dtype=pl.String)
    except TypeError:
        texts = pl.Series([cell_text(value) for value in values], dtype=pl.String)
    return texts.fill_null("") if texts.null_count() else texts


def _float_text(value: float) -> str:
    if value.is_integer():
        return str(int(value)) if abs(value) < EXACT_INTEGERS else f"{value:.16e}"
    return format(Decimal(repr(value)), "f")


def _text_of(series: pl.Series) -> pl.Series:
    kind = series.dtype
    if kind == pl.String:
        text = series
    elif kind.is_float():
        exact = series.cast(pl.Float64)
        text = pl.Series(
            [None if value is None or value != value else _float_text(value) for value in exact],
            dtype=pl.String,
        )
    elif isinstance(kind, pl.Datetime):
        local = series.dt.convert_time_zone(LOCAL_ZONE) if kind.time_zone else series
        text = local.dt.round("1s").dt.strftime("%Y-%m-%d %H:%M:%S")
    elif kind.is_nested() or kind in (pl.Binary, pl.Object):
        text = pl.Series([None if v is None else str(v) for v in series.to_list()], dtype=pl.String)
    else:
        text = series.cast(pl.String)
    return text.fill_null("")
