"""Grids of text to the bytes of files, written here so that every byte of them is known."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

Grid = Sequence[Sequence[str]]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8"?>'


def csv_cell(text: str) -> str:
    """A cell in quotation marks when it needs them."""
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def csv_text(rows: Grid, line_end: str = "\n") -> str:
    """Comma-separated text with a line end after every row."""
    return "".join(",".join(map(csv_cell, row)) + line_end for row in rows)


def column_letters(index: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def text_cell(reference: str, text: str) -> str:
    """A cell of a sheet that holds its text itself."""
    preserved = escape(text).replace("\r", "&#13;")
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{preserved}</t></is></c>'


def sheet_xml(
    rows: Grid,
    cell: Callable[[str, str], str] = text_cell,
    before: str = "",
    after: str = "",
    extra_rows: str = "",
) -> str:
    """One worksheet; blank cells are left out, as Excel does."""
    lines = []
    for r, row in enumerate(rows, start=1):
        cells = "".join(
            cell(f"{column_letters(c)}{r}", text) for c, text in enumerate(row) if text != ""
        )
        lines.append(f'<row r="{r}">{cells}</row>')
    body = "".join(lines) + extra_rows
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}">{before}<sheetData>{body}</sheetData>{after}</worksheet>'
    )


def workbook(sheets: Mapping[str, str]) -> bytes:
    """A workbook of ready worksheets, by sheet name."""
    numbered = list(enumerate(sheets.items(), start=1))
    content = (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>'
    )
    root = (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}" r:id="rId{i}"/>' for i, (name, _) in numbered
    )
    book = (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
    )
    targets = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i, _ in numbered
    )
    members = {
        "[Content_Types].xml": content,
        "_rels/.rels": root,
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": (
            f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{targets}</Relationships>'
        ),
    }
    members.update({f"xl/worksheets/sheet{i}.xml": xml for i, (_, xml) in numbered})
    return archive({name: xml.encode() for name, xml in members.items()})


def archive(members: Mapping[str, bytes]) -> bytes:
    """A zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, data in members.items():
            packed.writestr(
                zipfile.ZipInfo(name, (2026, 5, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED
            )
    return stream.getvalue()
