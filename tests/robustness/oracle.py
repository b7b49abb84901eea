"""An independent account of the records in a text: no code is shared with the reader.

The rule that both follow: a cell that begins with a quotation mark ends at the next single one,
behind which only a comma or the end of the line may stand; every other mark is plain text. A
record that breaks this, or that spans several lines and has the wrong width, costs its own first
line and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Record:
    """A record and the physical line it starts on; no cells when it cannot be split."""

    line: int
    cells: tuple[str, ...] | None


@dataclass(frozen=True)
class Width:
    """How many cells a record may have."""

    least: int
    most: int

    def fits(self, cells: list[str]) -> bool:
        """Right width, or nothing but blanks, or surplus cells that are blank."""
        kept = len(cells)
        while kept > self.most and not cells[kept - 1].strip():
            kept -= 1
        return not any(cell.strip() for cell in cells) or self.least <= kept <= self.most


def physical_lines(text: str) -> list[str]:
    """Lines of a text; CR, LF and CRLF all end one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def records_below(text: str, header_line: int, width: Width) -> list[Record]:
    """Every record below the header that starts on physical line ``header_line`` (from 1)."""
    lines = physical_lines(text)
    _, start = _split(lines, header_line - 1)
    found = []
    while start < len(lines):
        cells, following = _split(lines, start)
        if cells is None or (following > start + 1 and not width.fits(cells)):
            found.append(Record(start + 1, None))
            start += 1
        else:
            found.append(Record(start + 1, tuple(cells)))
            start = following
    return found


def cells_of_line(text: str, line: int) -> tuple[str, ...]:
    """Cells of the record that starts on a physical line (from 1)."""
    return tuple(_split(physical_lines(text), line - 1)[0] or ())


def _split(lines: list[str], start: int) -> tuple[list[str] | None, int]:
    """Cells of the record that starts at ``start``, and the index of the line below it."""
    cells: list[str] = []
    line, at = start, 0
    while True:
        text = lines[line]
        if at < len(text) and text[at] == '"':
            cell, line, at = _quoted(lines, line, at + 1)
            if line < 0 or (at < len(lines[line]) and lines[line][at] != ","):
                return None, start + 1
        else:
            end = text.find(",", at)
            end = len(text) if end < 0 else end
            cell, at = text[at:end], end
        cells.append(cell)
        if at >= len(lines[line]):
            return cells, line + 1
        at += 1


def _quoted(lines: list[str], line: int, at: int) -> tuple[str, int, int]:
    """Text of a cell in quotation marks, and the place behind its closing mark."""
    cell = ""
    while line < len(lines):
        text = lines[line]
        mark = text.find('"', at)
        if mark < 0:
            cell += text[at:] + "\n"
            line, at = line + 1, 0
        elif text[mark + 1 : mark + 2] == '"':
            cell += text[at : mark + 1]
            at = mark + 2
        else:
            return cell + text[at:mark], line, mark + 1
    return cell, -1, 0
