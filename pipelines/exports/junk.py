"""Rows that are no data: blank ones, repeated headers, and what the contract's rules name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.exports.contract import JunkRule
from pipelines.exports.detect import Match
from pipelines.exports.headers import normalise_header
from pipelines.exports.table import BadRecord, Body

BLANK_LINE = "blank_line"
REPEATED_HEADER = "repeated_header"
_FEW_ROWS = 2000
"""Up to here Python looks at the cells of a column sooner than a call of Polars begins."""


@dataclass(frozen=True)
class Sifted:
    """Rows that remain, how many each rule took, and what was read beside them."""

    cells: pl.DataFrame
    line_numbers: pl.Series
    counts: dict[str, int]
    bad: Sequence[BadRecord]
    rows_read: int


def sift(match: Match, body: Body) -> Sifted:
    """Take junk rows out; the first rule that fits counts a row."""
    cells, lines = body.cells, body.line_numbers
    counts: dict[str, int] = {}
    if _may_hold_junk(match, cells):
        is_junk = pl.repeat(False, cells.height, dtype=pl.Boolean, eager=True)
        for name, mask in _masks(match, body):
            found = mask & ~is_junk
            if found.any():
                counts[name] = int(found.sum())
                is_junk = is_junk | found
        if counts:
            cells, lines = cells.filter(~is_junk), lines.filter(~is_junk)
    if body.blank_lines:
        counts[BLANK_LINE] = counts.get(BLANK_LINE, 0) + body.blank_lines
    return Sifted(cells, lines, counts, body.bad, body.rows_read)


def _may_hold_junk(match: Match, cells: pl.DataFrame) -> bool:
    """A cell that begins a blank row or a header, or that a rule names; most tables have none, and
    one look at all of them costs a fifth of asking rule by rule."""
    first = next(iter(match.positions.values()))
    texts = {first: ["", match.header.cells[first].strip()]}
    for rule in match.contract.junk:
        position = _position(match, rule)
        if position is not None:
            if rule.pattern is not None or "" in rule.values:
                return True
            texts.setdefault(position, []).extend(rule.values)
    if cells.height <= _FEW_ROWS:
        found = {
            (position, text)
            for position, named in texts.items()
            for text in set(map(str.strip, cells[str(position)].to_list())).intersection(named)
        }
        return bool(found - {(first, "")}) or ((first, "") in found and _has_blank_row(cells))
    asked = [
        pl.col(str(position)).str.strip_chars().is_in(named).any()
        for position, named in texts.items()
    ]
    return any(cells.select(asked).row(0))


def _has_blank_row(cells: pl.DataFrame) -> bool:
    """Few rows of the columns that are read: a first cell is often merged with the one above."""
    rows: Iterable[int] = range(cells.height)
    for column in cells:
        texts = column.to_list()
        rows = [row for row in rows if not texts[row].strip()]
        if not rows:
            return False
    return True


def _masks(match: Match, body: Body) -> Iterator[tuple[str, pl.Series]]:
    cells = body.cells
    first = cells[str(next(iter(match.positions.values())))].str.strip_chars()
    yield BLANK_LINE, _blank(first, body)
    yield REPEATED_HEADER, _repeated_header(match, first, cells)
    for rule in match.contract.junk:
        position = _position(match, rule)
        if position is not None:
            yield rule.name, _fits(rule, cells[str(position)])


def _blank(first: pl.Series, body: Body) -> pl.Series:
    """Every cell of the row is blank. Only rows whose loaded cells are all blank are looked at."""
    mask = first == ""
    if not mask.any():
        return mask
    rows = mask.arg_true()
    blank = body.cells[rows].select(pl.all_horizontal(pl.all().str.strip_chars() == ""))
    mask = mask.scatter(rows, blank.to_series())
    if body.is_blank is None or not mask.any():
        return mask
    rows = mask.arg_true()
    return mask.scatter(rows, pl.Series(body.is_blank(rows.to_list()), dtype=pl.Boolean))


def _repeated_header(match: Match, first: pl.Series, cells: pl.DataFrame) -> pl.Series:
    header = match.header.cells
    position = next(iter(match.positions.values()))
    mask = first == header[position].strip()
    if not mask.any():
        return mask
    same = [pl.col(str(i)).str.strip_chars() == header[i].strip() for i in match.positions.values()]
    return mask & cells.select(pl.all_horizontal(same)).to_series()


def _position(match: Match, rule: JunkRule) -> int | None:
    if rule.column in match.contract.column_by_name:
        return match.positions.get(rule.column)
    return match.header_positions.get(normalise_header(rule.column))


def _fits(rule: JunkRule, cells: pl.Series) -> pl.Series:
    texts = cells.str.strip_chars()
    mask = texts.is_in(rule.values)
    if rule.pattern is not None:
        fitting = [text for text in texts.unique() if re.match(rule.pattern, text)]
        mask = mask | texts.is_in(fitting)
    return mask
