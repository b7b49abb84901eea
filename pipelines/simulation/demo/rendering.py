"""How cells and files look: money, clock times, wrapped ids, CSV, xlsx and zip bytes.

Every function is deterministic: the same frame gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal
from xml.sax.saxutils import escape

import polars as pl

Encoding = Literal["utf-8", "utf-8-sig", "gb18030"]
Quotes = Literal["always", "necessary", "never"]
Cells = Mapping[str, pl.Expr | str]

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OPEN_XML = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def money(fen: pl.Expr, *, thousands: bool = False) -> pl.Expr:
    """Integer fen as yuan text, ``1299.00`` or ``1,299.00``; sizes below a million yuan."""
    size = fen.abs()
    whole = size // 100
    text = whole.cast(pl.String)
    if thousands:
        grouped = pl.concat_str(
            (whole // 1000).cast(pl.String),
            pl.lit(","),
            (whole % 1000).cast(pl.String).str.zfill(3),
        )
        text = pl.when(whole >= 1000).then(grouped).otherwise(text)
    sign = pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, text, pl.lit("."), (size % 100).cast(pl.String).str.zfill(2))


def clock(seconds: pl.Expr, pattern: str = "%Y-%m-%d %H:%M:%S") -> pl.Expr:
    """Local seconds as the naive local time that the platforms print; null stays null."""
    return pl.from_epoch(seconds, time_unit="s").dt.strftime(pattern)


def wrapped_id(expression: pl.Expr) -> pl.Expr:
    """``="123"``, Tmall's way to keep Excel from rounding a long id."""
    return pl.concat_str(pl.lit('="'), expression, pl.lit('"'))


def tabbed(expression: pl.Expr) -> pl.Expr:
    """A quoted cell with a leading TAB, Douyin's way to do the same."""
    return pl.concat_str(pl.lit('"\t'), expression, pl.lit('"'))


def layout(frame: pl.DataFrame, headers: Sequence[str], cells: Cells, blank: str) -> pl.DataFrame:
    """The frame as text columns in the order of ``headers``; other columns hold ``blank``.

    Raises KeyError for a cell whose header does not exist.
    """
    unknown = set(cells) - set(headers)
    if unknown:
        raise KeyError(f"no such header: {', '.join(sorted(unknown))}")

    def column(header: str) -> pl.Expr:
        cell = cells.get(header, blank)
        return pl.lit(cell) if isinstance(cell, str) else cell.cast(pl.String)

    # ``with_columns`` first: a select of literals alone would collapse to one row.
    renamed = {header: f"_{index}" for index, header in enumerate(headers)}
    built = frame.with_columns(column(header).alias(name) for header, name in renamed.items())
    return built.select(pl.col(name).alias(header) for header, name in renamed.items())


def with_bad_rows(
    table: pl.DataFrame, faults: Sequence[Mapping[str, str]]
) -> tuple[pl.DataFrame, int]:
    """The table plus one spoilt copy of a row per fault, and how many were added.

    A fault replaces cells. It never touches a true row, so the truth stays in the file.
    """
    if table.is_empty() or not faults:
        return table, 0
    spoilt = [
        table[index % table.height].with_columns(
            pl.lit(text).alias(header) for header, text in fault.items()
        )
        for index, fault in enumerate(faults)
    ]
    return pl.concat([table, *spoilt]), len(spoilt)


def csv_bytes(
    table: pl.DataFrame,
    *,
    encoding: Encoding,
    quotes: Quotes,
    before: str = "",
    after: str = "",
) -> bytes:
    r"""A CSV with ``\r\n`` ends; ``before`` and ``after`` are whole lines around the table."""
    mark = '"' if quotes == "always" else ""
    header = ",".join(f"{mark}{name}{mark}" for name in table.columns)
    body = table.write_csv(include_header=False, quote_style=quotes, line_terminator="\r\n")
    return f"{before}{header}\r\n{body}{after}".encode(encoding)


def xlsx_bytes(table: pl.DataFrame) -> bytes:
    """A workbook of one sheet with ``inlineStr`` cells only; null and empty cells are absent."""
    letters = [_column_letters(index) for index in range(table.width)]
    rows = [_sheet_row(1, letters, table.columns)]
    rows += [_sheet_row(n, letters, row) for n, row in enumerate(table.iter_rows(), start=2)]
    xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    part, main = f"{_PACKAGE}/content-types", f"{_OPEN_XML}.sheet.main+xml"
    relation = f'{xml}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
    return zip_bytes(
        {
            "[Content_Types].xml": f'{xml}<Types xmlns="{part}">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{main}"/>'
            '<Override PartName="/xl/worksheets/sheet1.xml" '
            f'ContentType="{_OPEN_XML}.worksheet+xml"/></Types>',
            "_rels/.rels": f'{relation} Type="{_RELATIONS}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'{xml}<workbook xmlns="{_SHEET}" xmlns:r="{_RELATIONS}"><sheets>'
            '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'{relation} Type="{_RELATIONS}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f'{xml}<worksheet xmlns="{_SHEET}"><sheetData>'
            + "".join(rows)
            + "</sheetData></worksheet>",
        }
    )


def zip_bytes(members: Mapping[str, str | bytes], packed_at: int = 315_532_800) -> bytes:
    """A zip whose members all carry ``packed_at`` (local seconds, 1980 or later)."""
    moment = datetime.fromtimestamp(packed_at, UTC).timetuple()[:6]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, moment)  # a fixed time keeps the bytes equal
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def _column_letters(index: int) -> str:
    letters = chr(ord("A") + index % 26)
    return letters if index < 26 else _column_letters(index // 26 - 1) + letters


def _sheet_row(number: int, letters: Sequence[str], values: Sequence[str | None]) -> str:
    cells = "".join(
        f'<c r="{letter}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t>'
        "</is></c>"
        for letter, value in zip(letters, values, strict=True)
        if value
    )
    return f'<row r="{number}">{cells}</row>'
