"""Bytes of a text file to its encoding, its separator and its records."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.exports.csv_body import CsvBody
from pipelines.exports.csv_cells import GB18030, UTF_8
from pipelines.exports.csv_records import LINE_END
from pipelines.exports.csv_text import has_bare_return, is_gb18030, utf8_text
from pipelines.exports.detect import HeadRow
from pipelines.exports.errors import UnreadableExport
from pipelines.exports.table import Body

UTF_16 = "utf-16"
_CHUNK = 1 << 18
_BOM = codecs.BOM_UTF8
_HEAD_BYTES = 1 << 20
_SHORT_HEAD_BYTES = 1 << 16
_SEPARATOR_ROWS = 12
_LONG = 1 << 19
"""From so many bytes on, decoding single cells is quicker than decoding all."""
COMMA, TAB = ",", "\t"


@dataclass(frozen=True)
class CsvPart:
    """A text file, every line ended by LF; a byte-order mark may stand before the first."""

    text: bytes
    """In UTF-8 or GB18030, see ``charset``."""
    encoding: str
    """As delivered."""
    member: str | None = None
    sheet: None = None
    file_format: str = "csv"
    separator: str = COMMA
    charset: str = UTF_8
    """Encoding of ``text``."""

    def head(self, rows: int) -> list[HeadRow]:
        """First records, blank ones too."""
        return _head(self.text, self.separator, rows, self.charset)

    def bodies(
        self,
        header: HeadRow,
        short_rows: str,
        wanted: Sequence[int] | None = None,
        piece_bytes: int | None = None,
    ) -> Iterator[Body]:
        """Records below the header."""
        start = _line_offset(self.text, header.end_line)
        end = len(self.text)
        while end > start and self.text[end - 1] in b"\r\n":
            end -= 1
        stop = self.text.find(LINE_END, end) + 1 if end > start else start
        columns = range(len(header.cells)) if wanted is None else wanted
        text = self.text if stop == len(self.text) else self.text[:stop]
        is_padded = short_rows == "pad"
        reader = CsvBody(text, self.separator, header.cells, is_padded, columns, self.charset)
        blank_lines = self.text.count(LINE_END, stop)
        for body in reader.pieces(start, header.end_line + 1, piece_bytes):
            body.blank_lines, blank_lines = blank_lines, 0
            yield body


def open_csv(data: bytes, encodings: Sequence[str], member: str | None = None) -> CsvPart:
    """Decode by the byte-order mark, else by the first encoding that fits all bytes.

    Cells are separated by commas, or by tabs as in Excel's "Unicode text".

    Raises ``UnreadableExport`` naming byte and line when none does.
    """
    failures = []
    if data.startswith(_BOM):
        label, encodings = "utf-8-sig", [UTF_8]
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        label, encodings = UTF_16, [UTF_16]
    else:
        label = "utf-8"
    for encoding in encodings:
        try:
            text, charset = _decodable(data, encoding)
        except UnicodeDecodeError as error:
            line = data.count(LINE_END, 0, error.start) + 1
            failures.append(f"{encoding} fails at byte {error.start} (line {line})")
            continue
        text = _plain(text)
        used = label if encoding == UTF_8 else encoding
        return CsvPart(text, used, member, None, "csv", _separator(text, charset), charset)
    raise UnreadableExport(
        f"The text cannot be decoded: {'; '.join(failures)}. Export the file again, or save it "
        "as CSV UTF-8."
    )


def _decodable(data: bytes, encoding: str) -> tuple[bytes, str]:
    """The text and what it is encoded in, which is UTF-8 where ``encoding`` cannot stay."""
    if encoding == GB18030 and len(data) >= _LONG and is_gb18030(data):
        return data, GB18030
    text = utf8_text(data) if encoding == UTF_8 else None
    if text is None:
        text = _as_utf8(data, encoding).replace(_BOM, b"")
    return text, UTF_8


def _plain(text: bytes) -> bytes:
    """Every line ended by LF or CRLF."""
    nul = text.find(b"\0")
    if nul >= 0:
        line = text.count(LINE_END, 0, nul) + 1
        raise UnreadableExport(
            f"The text holds a NUL byte (line {line}): the file is damaged or no text. Download it "
            "again."
        )
    if has_bare_return(text):  # line ends of old Macintosh files
        text = text.replace(b"\r\n", LINE_END).replace(b"\r", LINE_END)
    return text if text.endswith(LINE_END) else text + LINE_END


def _as_utf8(data: bytes, encoding: str) -> bytes:
    """Decoded in pieces, so that an error tells its place in the whole."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    view = memoryview(data)
    position = 0
    text = bytearray()
    try:
        for position in range(0, len(data), _CHUNK):
            text += decoder.decode(view[position : position + _CHUNK]).encode()
        position = len(data)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        start = max(position - (len(error.object) - min(_CHUNK, len(data) - position)), 0)
        raise UnicodeDecodeError(
            encoding, data, start + error.start, start + error.start + 1, error.reason
        ) from error
    return bytes(text)


def _line_offset(text: bytes, lines: int) -> int:
    offset = 0
    for _ in range(lines):
        end = text.find(LINE_END, offset)
        if end < 0:
            return len(text)
        offset = end + 1
    return offset


def _head(text: bytes, separator: str, rows: int, charset: str) -> list[HeadRow]:
    """First records; nearly always few bytes hold them, and one more tells that they are whole."""
    found = _records(text[:_SHORT_HEAD_BYTES], separator, rows + 1, charset)
    if len(found) <= rows and len(text) > _SHORT_HEAD_BYTES:
        return _records(text[:_HEAD_BYTES], separator, rows, charset)
    return found[:rows]


def _records(text: bytes, separator: str, rows: int, charset: str) -> list[HeadRow]:
    start = text.decode(charset, errors="ignore").removeprefix("\ufeff")
    reader = csv.reader(io.StringIO(start, newline="\n"), delimiter=separator)
    found: list[HeadRow] = []
    try:
        while len(found) < rows:
            line = reader.line_num + 1
            cells = next(reader)
            found.append(HeadRow(line, reader.line_num, tuple(cells)))
    except (StopIteration, csv.Error):
        pass
    return found


def _separator(text: bytes, charset: str) -> str:
    """What the first row with any of them has more of outside of quotes: commas or tabs."""
    if b"\t" not in text[:_HEAD_BYTES]:
        return COMMA
    by_comma, by_tab = (
        _head(text, separator, _SEPARATOR_ROWS, charset) for separator in (COMMA, TAB)
    )
    for comma_row, tab_row in zip(by_comma, by_tab, strict=False):
        commas, tabs = len(comma_row.cells), len(tab_row.cells)
        if max(commas, tabs) > 1:
            return TAB if tabs >= 2 * commas else COMMA  # a header's text may hold a tab
    return COMMA
