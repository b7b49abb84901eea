"""What the XML of a workbook's sheets says before, and beyond what, the workbook reader tells.

The reader holds a sheet as a full rectangle, so one stray cell in the last row and column of an
empty sheet costs more memory than there is. And it gives an error cell (``#REF!``) or a formula
that was saved without its value as a blank, which would be a loss without a word.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from xml.etree import ElementTree

from pipelines.exports.errors import UnreadableExport

LAST_ROW = 1_048_576
FREE_CELLS = 5_000_000
"""A rectangle of this size is read, however few of its cells are filled."""
BLANKS_PER_CELL = 100
_SHEETS, _BOOK, _STRINGS = "xl/worksheets/", "xl/workbook.xml", "xl/sharedStrings.xml"
LAST_COLUMN = 16_384
_ROW = re.compile(rb"<row\b[^>]*?\br=[\"'](\d+)")
_PREFIXED_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=[\"'](\d+)")
_PREFIX = re.compile(rb"xmlns:\w+=[\"'][^\"']*/spreadsheetml/(?:2006/)?main[\"']")
_FAR_COLUMN = re.compile(rb"r=[\"']([A-Z]{3,})\d")
_SECOND_COLUMN = re.compile(rb"r=[\"'][A-Z]{2}\d")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_PLACE = re.compile(rb"\br=[\"']([A-Z]+)(\d+)[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]+)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)</)")
_ERROR = re.compile(rb"\bt=[\"']e[\"']")
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError,
    ValueError, KeyError, ElementTree.ParseError,
)  # fmt: skip
_ROOT = 1 << 12
"""Bytes that hold the first element and the names it declares."""
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Places = dict[tuple[int, int], str]
"""Text by (row, column), both from 0."""


@dataclass(frozen=True)
class Unpacked:
    """What of a workbook is read."""

    sheets: dict[str, bytes]
    """XML of every sheet by the archive's member that holds it."""
    names: dict[str, str]
    """Name of every sheet by its member, in the workbook's order; empty for no xlsx."""
    strings: bytes | None
    """XML of the strings that cells share."""


def unpacked(data: bytes) -> Unpacked:
    """Unpack a workbook. Raises ``UnreadableExport`` for damage."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.namelist()
            sheets = [name for name in members if name.startswith(_SHEETS)]
            return Unpacked(
                sheets={name: archive.read(name) for name in sheets if name.endswith(".xml")},
                names=_sheet_names(archive) if _BOOK in members else {},
                strings=archive.read(_STRINGS) if _STRINGS in members else None,
            )
    except _DAMAGE as error:
        raise UnreadableExport(
            f"The workbook is damaged: {error}. Download it again; the download may be incomplete."
        ) from error


def hidden_texts(book: Unpacked) -> dict[str, Places]:
    """Errors and formulas without a value, by sheet name, in an xlsx file.

    Raises ``UnreadableExport`` for a sheet whose cells lie too far apart.
    """
    found: dict[str, Places] = {}
    for member, xml in book.sheets.items():
        is_prefixed = _may_have_prefixes(xml)
        _refuse_stray_cells(xml, posixpath.basename(member), is_prefixed=is_prefixed)
        if texts := _texts(xml, is_prefixed=is_prefixed):
            found[book.names.get(member, member)] = texts
    return found


def with_hidden_texts(rows: list[list[Any]], texts: Mapping[tuple[int, int], str]) -> None:
    """Put the texts into a sheet's rows, which begin at cell A1."""
    width = max((len(row) for row in rows), default=0)
    for (row, column), text in texts.items():
        while len(rows) <= row:
            rows.append([""] * width)
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = text


def _may_have_prefixes(xml: bytes) -> bool:
    """Elements may be written ``<x:row>``: a prefix is declared, in the first element or later."""
    return _PREFIX.search(xml, 0, _ROOT) is not None or xml.find(b"xmlns:", _ROOT) >= 0


def _refuse_stray_cells(xml: bytes, sheet: str, *, is_prefixed: bool) -> None:
    row = _PREFIXED_ROW if is_prefixed else _ROW
    rows = max((int(number) for number in row.findall(xml)), default=0)
    if rows * LAST_COLUMN <= FREE_CELLS:
        return
    cells = xml.count(b"<c ") + (xml.count(b":c ") if is_prefixed else 0)
    if rows > LAST_ROW or rows * _width(xml) > FREE_CELLS + BLANKS_PER_CELL * cells:
        raise UnreadableExport(
            f"{sheet} reaches to row {rows:,} with only {cells:,} cells: a stray cell stands far "
            "from the table. Delete the empty rows and columns around the table in Excel, save "
            "and deliver again."
        )


def _width(xml: bytes) -> int:
    """How many columns there may be: exact beyond ZZ, else the last one with as many letters."""
    if far := set(_FAR_COLUMN.findall(xml)):
        return max(_column_index(letters) for letters in far) + 1
    return 702 if _SECOND_COLUMN.search(xml) else 26


def _texts(xml: bytes, *, is_prefixed: bool) -> Places:
    # looking for bytes first: the patterns alone cost more than reading the workbook
    may_err = b't="e"' in xml or b"t='e'" in xml
    may_calculate = b"<f" in xml or (is_prefixed and b":f" in xml)
    if not (may_err and _ERROR.search(xml)) and not (may_calculate and _FORMULA.search(xml)):
        return {}
    texts: Places = {}
    for cell in _CELL.finditer(xml):
        place, value = _PLACE.search(cell[1]), _VALUE.search(cell[2])
        formula = _FORMULA.search(cell[2])
        if place is None:
            continue
        if _ERROR.search(cell[1]):
            text = value[1] if value else b"#ERROR!"
        elif formula is not None and value is None:
            text = b"=" + (formula[1] or b"")
        else:
            continue
        at = int(place[2]) - 1, _column_index(place[1])
        texts[at] = unescape(text.decode("utf-8", errors="replace"))
    return texts


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of every sheet by the archive's member that holds it."""
    book = ElementTree.fromstring(archive.read(_BOOK))
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {
        relation.get("Id"): posixpath.normpath(posixpath.join("/xl", relation.get("Target", "")))
        for relation in relations
    }
    names = {}
    for element in book.iter():
        if element.tag.endswith("}sheet"):
            member = targets.get(element.get(_RELATION), "").lstrip("/")
            names[member] = element.get("name", "")
    return names
