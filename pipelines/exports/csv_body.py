"""Rows below the header of comma-separated text: fast where the structure is proven, else safe.

The text is read in stretches. ``Structure`` says where the records of a stretch are and how many
cells each has; a fast reader gets those that are whole and must find exactly as many. A record that
has too few or too many goes to the csv module alone, and so does the text around a misplaced
quotation mark: one odd record never makes the rest of the file slow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from pipelines.exports.csv_cells import UTF_8, read_cells
from pipelines.exports.csv_records import LINE_END, Record, records
from pipelines.exports.csv_structure import Positions, Structure
from pipelines.exports.table import BadRecord, Body

STRETCH = 1 << 23
_AFTER_TROUBLE = 1 << 18
_MORE_CELLS = 8
"""Cells beyond the header that a fast read allows; they must be blank."""
_LINE_END_BYTES = list(b"\r\n")
_BROKEN = (
    "a quotation mark opens or closes where it must not, so the record cannot be split",
    "correct the quotation marks in that line and deliver the file again",
)


@dataclass
class CsvBody:
    """Collects the rows of one text, which ends with a line end."""

    text: bytes
    separator: str
    header: Sequence[str]
    pad: bool
    """Records may be shorter than the header."""
    wanted: Sequence[int]
    """Positions of the columns that are read."""
    encoding: str = UTF_8
    _frames: list[pl.DataFrame] = field(default_factory=list)
    _lines: list[Positions] = field(default_factory=list)
    _starts: list[Positions] = field(default_factory=list)
    _odd_rows: list[list[str]] = field(default_factory=list)
    _odd_places: list[tuple[int, int]] = field(default_factory=list)
    _bad: list[BadRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._width = len(self.header)
        self._named = max(
            (i + 1 for i, cell in enumerate(self.header) if cell.strip()), default=self._width
        )

    def pieces(self, start: int, line: int, size: int | None) -> Iterator[Body]:
        """All records from an offset on, about ``size`` bytes of text at a time, None for all.

        ``line`` is the physical line that begins at the offset. There is always a piece.
        """
        until = len(self.text) if size is None else start + size
        for place in self._places(start, line):
            if until <= place < len(self.text):
                yield replace(self._body(), is_last=False)
                until = place + (size or 0)
                self._frames, self._lines, self._starts = [], [], []
                self._odd_rows, self._odd_places, self._bad = [], [], []
        yield self._body()

    def _places(self, start: int, line: int) -> Iterator[int]:
        """Read on; the offset after every step."""
        size = STRETCH
        while start < len(self.text):
            end = self.text.rfind(LINE_END, start, start + size) + 1 or start + size
            stretch = memoryview(self.text)[start:end]
            read, lines, is_clean = self._read_stretch(stretch, start, line)
            start, line = start + read, line + lines
            is_last = start + len(stretch) - read >= len(self.text)
            if is_clean and (read or not is_last):
                size = min(size * 4, STRETCH) if read else size * 4
            elif start < len(self.text):
                start, line = self._read_slowly(start, line)
                size = _AFTER_TROUBLE
            yield start

    def _read_stretch(self, stretch: memoryview, start: int, line: int) -> tuple[int, int, bool]:
        """Bytes and lines read, and whether it was not trouble that ended it."""
        found = Structure.of(stretch, self.separator.encode())
        is_blank = np.isin(np.frombuffer(stretch, np.uint8)[found.starts], _LINE_END_BYTES)
        is_odd = (found.cells < self._least) | (found.cells > self._width + _MORE_CELLS) | is_blank
        is_folded = np.diff(found.lines_before) > 1
        folded = np.flatnonzero(is_folded & (is_odd | (found.cells > self._width)))
        count = int(folded[0]) if len(folded) else len(found.ends)
        if not count:
            return 0, 0, found.is_right and not len(folded)
        is_good = ~is_odd[:count]
        if not self._read_fast(stretch, found, is_good, start, line):
            return 0, 0, False
        for index in np.flatnonzero(~is_good):
            first = int(found.starts[index])
            text = bytes(stretch[first : found.ends[index]])
            (record,) = records(text, 0, self.separator, self._fits, self.encoding)
            self._add(record, start + first, line + int(found.lines_before[index]))
        is_clean = found.is_right and count == len(found.ends)
        return int(found.ends[count - 1]), int(found.lines_before[count]), is_clean

    @property
    def _least(self) -> int:
        return 1 if self.pad else self._named

    def _read_fast(
        self, stretch: memoryview, found: Structure, is_good: np.ndarray, start: int, line: int
    ) -> bool:
        """Let a fast reader take the good records; False when it does not find as many."""
        frames = []
        for width in np.unique(found.cells[: len(is_good)][is_good]).tolist():
            is_alike = is_good & (found.cells[: len(is_good)] == width)
            cells = self._cells(_joined(stretch, found, is_alike), width)
            places = np.flatnonzero(is_alike)
            if cells is None or cells.height != len(places):
                return False
            frames.append((cells, places, width))
        for cells, places, width in frames:
            lines, starts = line + found.lines_before[places], start + found.starts[places]
            if width > self._width:
                cells, is_right = self._without_more_cells(cells, lines, width)
                lines, starts = lines[is_right], starts[is_right]
            self._frames.append(cells)
            self._lines.append(lines)
            self._starts.append(starts)
        return True

    def _cells(self, text: memoryview, width: int) -> pl.DataFrame | None:
        """The wanted cells of records of one width, and those beyond the header."""
        present = [i for i in self.wanted if i < width]
        beyond = range(self._width, width)
        cells = read_cells(text, self.separator, width, [*present, *beyond], self.encoding)
        if cells is None or len(present) == len(self.wanted):
            return cells
        blank = [pl.lit("").alias(str(i)) for i in self.wanted if i >= width]
        return cells.with_columns(blank).select(str(i) for i in self.wanted)

    def _without_more_cells(
        self, cells: pl.DataFrame, lines: Positions, width: int
    ) -> tuple[pl.DataFrame, np.ndarray]:
        """Rows whose cells beyond the header are blank; the others are bad records."""
        more = [pl.col(str(i)).str.strip_chars() != "" for i in range(self._width, width)]
        filled = [pl.when(is_filled).then(i + self._width + 1) for i, is_filled in enumerate(more)]
        found = cells.select(pl.max_horizontal(filled).alias("cells"))["cells"]
        for index in found.is_not_null().arg_true():
            self._bad.append(self._wrong_width(int(lines[index]), found[index]))
        kept = cells.select(str(i) for i in self.wanted).filter(found.is_null())
        return kept, found.is_null().to_numpy()

    def _read_slowly(self, start: int, line: int) -> tuple[int, int]:
        """One line of trouble and the records up to where it may be over."""
        until = start + 1
        for record in records(self.text, start, self.separator, self._fits, self.encoding):
            self._add(record, record.start, line)
            start, line = record.end, line + record.lines
            if record.cells is not None and start >= until:
                break
        return start, line

    def _fits(self, cells: list[str]) -> bool:
        while len(cells) > self._width and not cells[-1].strip():
            cells.pop()
        is_blank = not any(cell.strip() for cell in cells)
        return is_blank or (0 if self.pad else self._named) <= len(cells) <= self._width

    def _add(self, record: Record, start: int, line: int) -> None:
        if record.cells is None:
            self._bad.append(BadRecord(line, *_BROKEN))
        elif record.is_right:
            cells = record.cells + [""] * (self._width - len(record.cells))
            self._odd_rows.append([cells[i] for i in self.wanted])
            self._odd_places.append((line, start))
        else:
            self._bad.append(self._wrong_width(line, len(record.cells)))

    def _wrong_width(self, line: int, cells: int) -> BadRecord:
        reason = f"the record has {cells} cells, the header has {self._named}"
        return BadRecord(line, reason, _width_remedy(cells > self._width))

    def _body(self) -> Body:
        names = {str(i): pl.String() for i in self.wanted}
        frames = self._frames
        if self._odd_rows or not frames:
            frames = [*frames, pl.DataFrame(self._odd_rows, schema=names, orient="row")]
        cells = pl.concat(frames)
        places = np.array(self._odd_places, dtype=np.int64).reshape(-1, 2)
        lines = np.concatenate([*self._lines, places[:, 0]])
        starts = np.concatenate([*self._starts, places[:, 1]])
        if (np.diff(lines) < 0).any():
            order = np.argsort(lines)
            cells, lines, starts = cells[order], lines[order], starts[order]
        bad = sorted(self._bad, key=lambda record: record.line_number)
        return Body(cells, pl.Series(lines), bad, is_blank=_BlankTest(self, starts))


@dataclass(frozen=True)
class _BlankTest:
    """Whether rows are blank in every column, also in those that are not read."""

    body: CsvBody
    starts: Positions

    def __call__(self, rows: Sequence[int]) -> list[bool]:
        return [self._is_blank(int(self.starts[row])) for row in rows]

    def _is_blank(self, start: int) -> bool:
        record = next(
            records(self.body.text, start, self.body.separator, _any_width, self.body.encoding)
        )
        return not any(cell.strip() for cell in record.cells or ())


def _any_width(_cells: list[str]) -> bool:
    return True


def _joined(stretch: memoryview, found: Structure, is_good: np.ndarray) -> memoryview:
    """The good records as one text."""
    count = len(is_good)
    if is_good.all():
        end = int(found.ends[count - 1])
        return stretch[:end]
    edges = np.flatnonzero(np.diff(is_good, prepend=False, append=False))
    runs = zip(edges[::2], edges[1::2], strict=True)
    return memoryview(b"".join(stretch[found.starts[a] : found.ends[b - 1]] for a, b in runs))


def _width_remedy(too_long: bool) -> str:
    if too_long:
        return "put the cell that holds a comma in quotation marks and deliver the file again"
    return "export the file again; if this format leaves out trailing cells, set short_rows: pad"
