"""Comma-separated text record by record, for what no fast reader may be trusted with."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LINE_END = b"\n"


@dataclass(frozen=True)
class Record:
    """One record of the text."""

    start: int
    """Offset of its first byte."""
    end: int
    """Offset behind its line end."""
    lines: int
    """Physical lines."""
    cells: list[str] | None
    """None for a line whose quotation marks are broken."""
    is_right: bool
    """It has the cells that it should have."""


def records(
    text: bytes,
    start: int,
    separator: str,
    fits: Callable[[list[str]], bool],
    encoding: str = "utf-8",
) -> Iterator[Record]:
    """Records from an offset on.

    A quotation mark that never closes swallows the lines below it, until the parser stops or the
    cell count is wrong: then only its own line is bad, and reading goes on at the next one.
    """
    while start < len(text):
        lines = _Lines(text, start, encoding)
        reader = csv.reader(lines, delimiter=separator, strict=True)
        count = 0
        try:
            for cells in reader:
                is_right = fits(cells)
                if not is_right and reader.line_num > count + 1:
                    break
                yield Record(start, lines.end, reader.line_num - count, cells, is_right)
                start, count = lines.end, reader.line_num
            else:
                return
        except csv.Error:
            pass
        end = _line_end(text, start)
        yield Record(start, end, 1, None, is_right=False)
        start = end


class _Lines:
    """Physical lines from an offset on; ``end`` is the offset behind those handed out."""

    def __init__(self, text: bytes, start: int, encoding: str) -> None:
        self._text = text
        self._encoding = encoding
        self.end = start

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        start, self.end = self.end, _line_end(self._text, self.end)
        if start == self.end:
            raise StopIteration
        return self._text[start : self.end].decode(self._encoding)


def _line_end(text: bytes, start: int) -> int:
    return text.find(LINE_END, start) + 1 or len(text)
