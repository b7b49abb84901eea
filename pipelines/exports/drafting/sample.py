"""Sample files as one table: header names and the cells below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.exports.contract import HeaderRule
from pipelines.exports.detect import HeadRow
from pipelines.exports.errors import ExportRefused
from pipelines.exports.headers import number_headers
from pipelines.exports.read import Refusal, open_export
from pipelines.exports.table import Part, whole_body

MAX_ROWS = 5_000
"""Rows of one file that are looked at."""
_NULLS = frozenset({"", "-", "--", "——", "—", "null", "NULL", "None", "nan"})
_VALUE = re.compile(
    r"^[-+¥￥$]?\d[\d.,:/%\s年月日时分秒T+-]*$|\d{6}|@\w|^(?:##|\$\$)|^https?://|^[0-9a-f]{16,}$"
)


@dataclass(frozen=True)
class Sample:
    """What the sample files hold, the columns of all of them side by side."""

    file_names: tuple[str, ...]
    header_line: int
    headers: tuple[str, ...]
    """As written in the first file that has them; a repeated one as ``x#2``."""
    rows: tuple[tuple[str, ...], ...]
    """Cells without wrapping, ``""`` for no value."""
    in_every_file: frozenset[str]
    has_short_rows: bool
    sheets: tuple[str, ...]
    other_sheets: tuple[str, ...]
    """Sheets of the workbooks in which no row looks like a header."""

    def cells(self, header: str) -> list[str]:
        """Values of a column, without the blank ones."""
        place = self.headers.index(header)
        return [row[place] for row in self.rows if row[place]]


@dataclass(frozen=True)
class _Table:
    header: HeadRow
    names: list[str]
    rows: list[list[str]]
    is_short: bool
    sheet: str | None


def read_sample(files: Sequence[Path]) -> Sample:
    """Read the files; their headers are found by their looks.

    Raises ``ExportRefused`` when a file cannot be read or no row of it looks like a header.
    """
    other_sheets: dict[str, None] = {}
    tables = [table for path in files for table in _tables(path, other_sheets)]
    headers: dict[str, None] = {}
    for table in tables:
        headers.update(dict.fromkeys(name for name in table.names if name))
    rows = []
    for table in tables:
        place = {name: i for i, name in enumerate(table.names) if name}
        rows += [tuple(row[place[h]] if h in place else "" for h in headers) for row in table.rows]
    return Sample(
        file_names=tuple(path.name for path in files),
        header_line=tables[0].header.line_number,
        headers=tuple(headers),
        rows=tuple(rows),
        in_every_file=frozenset(h for h in headers if all(h in t.names for t in tables)),
        has_short_rows=any(table.is_short for table in tables),
        sheets=tuple(dict.fromkeys(t.sheet for t in tables if t.sheet)),
        other_sheets=tuple(other_sheets),
    )


def _tables(path: Path, other_sheets: dict[str, None]) -> list[_Table]:
    tables = []
    for part in open_export(path.name, path.read_bytes()):
        if isinstance(part, Refusal):
            raise part.error
        header = find_header(part.head(HeaderRule().scan_rows))
        if header is not None:
            tables.append(_table(part, header))
        elif sheet := _sheet(part):
            other_sheets[sheet] = None
    if not tables:
        raise ExportRefused(
            f"{path.name}: none of the first {HeaderRule().scan_rows} rows looks like a header "
            "(several different names, no values). Give a sample with its header row."
        )
    return tables


def _table(part: Part, header: HeadRow) -> _Table:
    body = whole_body(part, header, "pad")
    strict = whole_body(part, header, "reject") if part.file_format == "csv" else body
    rows = ([clean(text) for text in row] for row in body.cells.head(MAX_ROWS).rows())
    return _Table(
        header=header,
        names=_as_written(header.cells),
        rows=[row for row in rows if any(row)],
        is_short=len(strict.bad) > len(body.bad),
        sheet=_sheet(part),
    )


def _sheet(part: Part) -> str | None:
    """Name of a workbook's sheet, where it has several."""
    member = part.member or ""
    return member.rpartition("!")[2] if part.file_format == "xlsx" and member else None


def _as_written(cells: Sequence[str]) -> list[str]:
    """Headers as the file has them, numbered from their second occurrence on."""
    written = []
    for cell, numbered in zip(cells, number_headers(cells), strict=True):
        text = " ".join(cell.split())
        number = numbered.rpartition("#")[2] if "#" in numbered and text else ""
        written.append(f"{text}#{number}" if number.isdigit() and not text.endswith("#") else text)
    return written


def clean(text: str) -> str:
    """A cell without the wrapping of exports; ``""`` when it means no value."""
    text = re.sub(r'^="([^"]*)"$', r"\1", text.strip()).removeprefix("'").strip()
    return "" if text in _NULLS else text


def looks_like_a_value(text: str) -> bool:
    """A number, a time, an address of some kind: no name of a column."""
    return _VALUE.search(text) is not None


def find_header(rows: Sequence[HeadRow]) -> HeadRow | None:
    """The first row that is about as wide as the widest and holds different names, no values."""
    filled = [[cell.strip() for cell in row.cells if cell.strip()] for row in rows]
    widest = max(map(len, filled), default=0)
    for row, cells in zip(rows, filled, strict=True):
        names = sum(not looks_like_a_value(cell) for cell in cells)
        is_wide = len(cells) >= max(2, 0.6 * widest)
        if is_wide and names >= 0.8 * len(cells) and len(set(cells)) >= 0.8 * len(cells):
            return row
    return None
