"""How cells and files look: money, clock times, wrapped ids, CSV, xlsx and zip bytes.

Every function is deterministic: the same frame gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

import polars as pl

Encoding = Literal["utf-8", "utf-8-sig", "gb18030"]
Quotes = Literal["always", "necessary", "never"]
Cells = Mapping[str, pl.Expr | str]

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OPEN_XML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def money(fen: pl.Expr, *, thousands: bool = False) -> pl.Expr:
    """Integer fen as yuan text, ``1299.00`` or ``1,299.00``; null stays null.

    ``thousands`` holds for sizes below a million yuan.
    """
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


def yuan(fen: int) -> str:
    """One amount of fen as yuan text."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def clock(seconds: pl.Expr, pattern: str = "%Y-%m-%d %H:%M:%S") -> pl.Expr:
    """Local seconds as the naive local time that the platforms print; null stays null."""
    return pl.from_epoch(seconds, time_unit="s").dt.strftime(pattern)


def wrapped_id(expression: pl.Expr) -> pl.Expr:
    """``="123"``, Tmall's way to keep Excel from rounding a long id."""
    return pl.concat_str(pl.lit('="'), expression, pl.lit('"'))


def tabbed(expression: pl.Expr) -> pl.Expr:
    """A quoted cell with a leading TAB, Douyin's way to do the same."""
    return pl.concat_str(pl.lit('"\t'), expression, pl.lit('"'))


def masked_phone(phone: pl.Expr, tail: int = 4) -> pl.Expr:
    """``194****1234`` with ``tail`` digits left at the end; null stays null."""
    return pl.concat_str(phone.str.head(3), pl.lit("*" * (8 - tail)), phone.str.tail(tail))


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


def csv_header(names: Sequence[str], quotes: Quotes) -> str:
    r"""The header line with its ``\r\n``. A header that stands twice is named ``x`` and ``x#2``."""
    mark = '"' if quotes == "always" else ""
    return ",".join(f"{mark}{name.removesuffix('#2')}{mark}" for name in names) + "\r\n"


def csv_body(table: pl.DataFrame, quotes: Quotes) -> str:
    r"""The rows as CSV text with ``\r\n`` ends, without header."""
    return table.write_csv(include_header=False, quote_style=quotes, line_terminator="\r\n")


def xlsx_bytes(
    sheets: Mapping[str, pl.DataFrame], *, preamble: Sequence[str] = (), packed_at: int = 0
) -> bytes:
    """A workbook with ``inlineStr`` cells only; null and empty cells are absent.

    ``preamble`` is rows of one cell above the header of every sheet.
    """
    numbered = list(enumerate(sheets.items(), start=1))
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
        f'ContentType="{_OPEN_XML}.worksheet+xml"/>'
        for n, _ in numbered
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" '
        f'Target="worksheets/sheet{n}.xml"/>'
        for n, _ in numbered
    )
    entries = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, (name, _) in numbered
    )
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" '
        f'ContentType="{_OPEN_XML}.sheet.main+xml"/>{parts}</Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_SHEET}" xmlns:r="{_RELATIONS}">'
        f"<sheets>{entries}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{relations}</Relationships>",
    }
    for number, (_, table) in numbered:
        members[f"xl/worksheets/sheet{number}.xml"] = (
            f'{_XML}<worksheet xmlns="{_SHEET}"><sheetData>'
            + _sheet_rows(table, preamble)
            + "</sheetData></worksheet>"
        )
    return zip_bytes(members, packed_at)


def zip_bytes(members: Mapping[str, str | bytes], packed_at: int = 0) -> bytes:
    """A zip whose members all carry ``packed_at`` (local seconds; 1980 or later)."""
    moment = datetime.fromtimestamp(max(packed_at, 315_532_800), UTC).timetuple()[:6]
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


def _escaped(column: pl.Expr) -> pl.Expr:
    return column.str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])


def _sheet_rows(table: pl.DataFrame, preamble: Sequence[str]) -> str:
    """Preamble, header and rows as ``<row>`` elements."""
    top = [pl.DataFrame({table.columns[0]: [text]}) for text in preamble]
    head = pl.DataFrame({name: [name] for name in table.columns})
    texts = pl.concat([*top, head, table.cast(pl.String)], how="diagonal")
    number = pl.int_range(1, pl.len() + 1).cast(pl.String)
    cells = [
        pl.when(pl.col(name) != "")
        .then(
            pl.concat_str(
                pl.lit(f'<c r="{_column_letters(index)}'),
                number,
                pl.lit('" t="inlineStr"><is><t xml:space="preserve">'),
                _escaped(pl.col(name)),
                pl.lit("</t></is></c>"),
            )
        )
        .otherwise(pl.lit(""))
        for index, name in enumerate(table.columns)
    ]
    row = pl.concat_str(pl.lit('<row r="'), number, pl.lit('">'), *cells, pl.lit("</row>"))
    return str(texts.select(row.str.join("")).item())
