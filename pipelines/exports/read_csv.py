"""Comma-separated text to text cells, every physical record accounted for.

The fast way is Polars. It pads a short record silently and takes a stray quotation mark for the
start of a cell, so its result is believed only after two proofs. Every quotation mark stands where
a cell begins or ends, or is doubled. And the bytes add up: those of all cells, plus the separators,
quotes and line ends that so many full records have, are the bytes that were read; each possible
error only adds to the difference. Otherwise Python's csv module reads record by record.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.exports.detect import HeadRow
from pipelines.exports.errors import UnreadableExport
from pipelines.exports.table import BadRecord, Body

_CHUNK = 1 << 18
_BOM = codecs.BOM_UTF8
LINE_END = b"\n"
_LF, _CR, _QUOTE = b'\n\r"'
_OPENS = np.isin(np.arange(256), list(b',\n"'))
_CLOSES = np.isin(np.arange(256), list(b',\r\n"'))
_BROKEN = (
    "a quotation mark opens or closes where it must not, so the record cannot be split",
    "correct the quotation marks in that line and deliver the file again",
)


@dataclass(frozen=True)
class CsvPart:
    """A CSV file: its text as UTF-8 bytes without byte-order mark, every line ended by LF."""

    text: bytes
    encoding: str
    member: str | None = None
    sheet: None = None
    file_format: str = "csv"

    def head(self, rows: int) -> list[HeadRow]:
        """First records, blank ones too."""
        text = self.text[: 1 << 20].decode("utf-8", errors="ignore")
        reader = csv.reader(io.StringIO(text, newline="\n"))
        found: list[HeadRow] = []
        try:
            while len(found) < rows:
                start = reader.line_num + 1
                cells = next(reader)
                found.append(HeadRow(start, reader.line_num, tuple(cells)))
        except (StopIteration, csv.Error):
            pass
        return found

    def body(self, header: HeadRow, short_rows: str) -> Body:
        """Records below the header."""
        start = _line_offset(self.text, header.end_line)
        end = len(self.text)
        while end > start and self.text[end - 1] in b"\r\n":
            end -= 1
        stop = self.text.find(LINE_END, end) + 1 if end > start else start
        content = self.text[start:stop]
        body = _read_fast(content, header.end_line + 1, len(header.cells))
        if body is None:
            body = _read_records(content, header, pad=short_rows == "pad")
        body.blank_lines = self.text.count(LINE_END, stop)
        return body


def open_csv(data: bytes, encodings: Sequence[str], member: str | None = None) -> CsvPart:
    """Decode by the first encoding that fits all bytes: UTF-8 (with or without BOM), GB18030.

    Raises ``UnreadableExport`` naming byte and line when none does.
    """
    failures = []
    if data.startswith(_BOM):
        data, label, encodings = data[len(_BOM) :], "utf-8-sig", ["utf-8"]
    else:
        label = "utf-8"
    for encoding in encodings:
        try:
            text = _as_utf8(data, encoding)
        except UnicodeDecodeError as error:
            line = data.count(LINE_END, 0, error.start) + 1
            failures.append(f"{encoding} fails at byte {error.start} (line {line})")
            continue
        return CsvPart(_plain(text), label if encoding == "utf-8" else encoding, member)
    raise UnreadableExport(
        f"The text cannot be decoded: {'; '.join(failures)}. Export the file again, or save it "
        "as CSV UTF-8."
    )


def _plain(text: bytes) -> bytes:
    """Without the byte-order marks of joined files, every line ended by LF or CRLF."""
    nul = text.find(b"\0")
    if nul >= 0:
        line = text.count(LINE_END, 0, nul) + 1
        raise UnreadableExport(
            f"The text holds a NUL byte (line {line}): the file is damaged or no text. Download it "
            "again."
        )
    if _BOM in text:
        text = text.replace(_BOM, b"")
    if text.count(b"\r") != text.count(b"\r\n"):  # line ends of old Macintosh files
        text = text.replace(b"\r\n", LINE_END).replace(b"\r", LINE_END)
    return text if text.endswith(LINE_END) else text + LINE_END


def _as_utf8(data: bytes, encoding: str) -> bytes:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    view = memoryview(data)
    position = 0
    pieces: list[bytes] = []
    try:
        for position in range(0, len(data), _CHUNK):
            piece = decoder.decode(view[position : position + _CHUNK])
            if encoding != "utf-8":
                pieces.append(piece.encode())
        position = len(data)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        start = max(position - (len(error.object) - min(_CHUNK, len(data) - position)), 0)
        raise UnicodeDecodeError(
            encoding, data, start + error.start, start + error.start + 1, error.reason
        ) from error
    return data if encoding == "utf-8" else b"".join(pieces)


def _line_offset(text: bytes, lines: int) -> int:
    offset = 0
    for _ in range(lines):
        end = text.find(LINE_END, offset)
        if end < 0:
            return len(text)
        offset = end + 1
    return offset


def _read_fast(content: bytes, first_line: int, width: int) -> Body | None:
    """Polars, when the bytes prove that nothing was padded, cut or merged; else None."""
    names = [str(i) for i in range(width)]
    if not content:
        return Body.empty(names)
    marks = _Marks.of(content)
    if not marks.stand_right:
        return None
    try:
        cells = pl.read_csv(
            content,
            has_header=False,
            schema=dict.fromkeys(names, pl.String()),
            infer_schema=False,
            empty_string_is_null=False,
        )
    except pl.exceptions.PolarsError:
        return None
    records = cells.height
    lengths = cells.select(pl.all().str.len_bytes().sum()).row(0)
    line_end = 2 if marks.carriage_returns else 1
    expected = sum(lengths) + records * (width - 1 + line_end) + marks.quotes
    surplus = expected - len(content)
    if surplus:
        # a doubled quote inside a cell is counted once too often; anything else is a doubt
        surplus -= sum(cells.select(pl.all().str.count_matches('"', literal=True).sum()).row(0))
    if surplus:
        return None
    lines = pl.int_range(first_line, first_line + records, eager=True)
    if marks.line_ends > records:
        inner = cells.select(pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True)))
        lines = lines + inner.to_series().cast(pl.Int64).cum_sum().shift(1, fill_value=0)
    return Body(cells, lines)


@dataclass(frozen=True)
class _Marks:
    """Counts of the structural bytes, and whether quotes and carriage returns stand right."""

    quotes: int
    line_ends: int
    carriage_returns: int
    stand_right: bool

    @classmethod
    def of(cls, content: bytes) -> _Marks:
        octets = np.frombuffer(content, dtype=np.uint8)
        quotes: list[np.ndarray] = []
        returns: list[np.ndarray] = []
        line_ends = 0
        for start in range(0, len(octets), _CHUNK):  # in pieces that stay in the cache
            piece = octets[start : start + _CHUNK]
            line_ends += int(np.count_nonzero(piece == _LF))
            quotes.append(np.flatnonzero(piece == _QUOTE) + start)
            returns.append(np.flatnonzero(piece == _CR) + start)
        quoted, returned = np.concatenate(quotes), np.concatenate(returns)
        right = _quotes_stand_right(octets, quoted) and bool((octets[returned + 1] == _LF).all())
        return cls(len(quoted), line_ends, len(returned), right)


def _quotes_stand_right(octets: np.ndarray, quotes: np.ndarray) -> bool:
    """Odd quotation marks open a cell, even ones close it; a doubled one closes and opens.

    ``octets`` end with a line end, so a closing mark always has a byte behind it.
    """
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    opens = _OPENS[octets[opening - 1]] | (opening == 0)
    return bool(opens.all() and _CLOSES[octets[closing + 1]].all())


def _read_records(content: bytes, header: HeadRow, *, pad: bool) -> Body:
    width = len(header.cells)
    named = max((i + 1 for i, cell in enumerate(header.cells) if cell.strip()), default=width)
    rows: list[list[str]] = []
    lines: list[int] = []
    bad: list[BadRecord] = []

    def fits(cells: list[str]) -> bool:
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        is_blank = not any(cell.strip() for cell in cells)
        return is_blank or (0 if pad else named) <= len(cells) <= width

    for line_number, cells, is_right in _records(content, header.end_line + 1, fits):
        if cells is None:
            bad.append(BadRecord(line_number, *_BROKEN))
        elif is_right:
            rows.append(cells + [""] * (width - len(cells)))
            lines.append(line_number)
        else:
            reason = f"the record has {len(cells)} cells, the header has {named}"
            bad.append(BadRecord(line_number, reason, _width_remedy(len(cells) > width)))
    names = [str(i) for i in range(width)]
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String()), orient="row")
    return Body(table, pl.Series(lines, dtype=pl.Int64), bad)


def _width_remedy(too_long: bool) -> str:
    if too_long:
        return "put the cell that holds a comma in quotation marks and deliver the file again"
    return "export the file again; if this format leaves out trailing cells, set short_rows: pad"


def _records(
    content: bytes, first_line: int, fits: Callable[[list[str]], bool]
) -> Iterator[tuple[int, list[str] | None, bool]]:
    """Records, the physical line each starts on and whether its width is right.

    Cells are None for a line with broken quotes. A quote that never closes swallows the lines
    below it, until the parser stops or the cell count is wrong: then only its own line is bad,
    and reading goes on at the next one.
    """
    physical = [line + "\n" for line in content.decode("utf-8").split("\n")[:-1]]
    start = 0
    while start < len(physical):
        reader = csv.reader((physical[i] for i in range(start, len(physical))), strict=True)
        consumed = 0
        try:
            for cells in reader:
                is_right = fits(cells)
                if not is_right and reader.line_num > consumed + 1:
                    break
                yield first_line + start + consumed, cells, is_right
                consumed = reader.line_num
            else:
                return
        except csv.Error:
            pass
        yield first_line + start + consumed, None, False
        start += consumed + 1
