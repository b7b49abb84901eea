"""One matched table to typed rows, with every row that does not fit accounted for.

``rows_read = rows_loaded + rows_rejected + rows_junk`` holds for every table.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import and_
from typing import TypeVar

import polars as pl

from pipelines.exports.clean import clean_cells
from pipelines.exports.collect import collected
from pipelines.exports.convert import Context, Converted, Problem, convert
from pipelines.exports.detect import Match
from pipelines.exports.distinct import Cells
from pipelines.exports.fill_down import fill_down, stretches
from pipelines.exports.junk import Sifted
from pipelines.exports.outside import Outside
from pipelines.exports.personal import convert_personal, masked_for_display
from pipelines.exports.table import BadRecord
from pipelines.exports.times import FIRST_YEAR

EARLIEST = datetime(FIRST_YEAR, 1, 1)
LATEST_AFTER_EXPORT = timedelta(days=366)
QUARANTINE_SCHEMA = {
    "line_number": pl.Int64(),
    "column_name": pl.String(),
    "header": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
    "remedy": pl.String(),
    "record": pl.String(),
}
_NOTHING_BAD = pl.DataFrame(schema=QUARANTINE_SCHEMA)
POLARS_TYPES = {
    "VARCHAR": pl.String(),
    "BIGINT": pl.Int64(),
    "DECIMAL(18,4)": pl.Decimal(18, 4),
    "DECIMAL(18,6)": pl.Decimal(18, 6),
    "TIMESTAMP": pl.Datetime("us"),
    "DATE": pl.Date(),
    "BOOLEAN": pl.Boolean(),
}
Rows = TypeVar("Rows", pl.DataFrame, pl.Series)


@dataclass(frozen=True)
class Checked:
    """Rows that fit, typed, and the account of those that do not."""

    match: Match
    exported_at: datetime
    """UTC, naive."""
    rows: pl.DataFrame
    """The raw columns of the contract and ``_line_number``."""
    quarantine: pl.DataFrame
    """One row per bad cell (or broken record); see ``QUARANTINE_SCHEMA``."""
    junk: dict[str, int]
    rows_read: int
    rows_rejected: int
    rows_loaded: int

    def account_with(self, later: Checked) -> Checked:
        """The account of both pieces of a table, with the rows of neither."""
        junk = Counter(self.junk)
        junk.update(later.junk)
        return replace(
            self,
            rows=self.rows.clear(),
            quarantine=pl.concat([self.quarantine, later.quarantine]),
            junk=dict(junk),
            rows_read=self.rows_read + later.rows_read,
            rows_rejected=self.rows_rejected + later.rows_rejected,
            rows_loaded=self.rows_loaded + later.rows_loaded,
        )


@dataclass(frozen=True)
class Matched:
    """A table whose contract is known and whose rows are still to be checked."""

    match: Match
    sifted: Sifted
    exported_at: datetime
    """UTC, naive."""
    outside: Mapping[str, Outside]
    """Values of columns that the name of the file or sheet holds."""

    @property
    def layout(self) -> Hashable:
        """Tables of one layout can be checked together."""
        headers = [(name, *found.items()) for name, found in self.match.collected.items()]
        contract, read = self.match.contract.contract, tuple(self.sifted.cells.columns)
        return contract, read, tuple(self.match.positions.items()), tuple(headers)


def check(tables: Sequence[Matched], key: bytes) -> list[Checked]:
    """Type and check all rows of tables of one layout, whatever file each is from.

    What is done costs the same for two hundred rows as for two thousand, and no row is looked at
    by what stands in another.
    """
    match = tables[0].match
    together = pl.concat([table.sifted.cells for table in tables])
    cells = _of_contract(together, match).rechunk()
    lines = pl.concat([table.sifted.line_numbers for table in tables])
    clean = _cleaned(tables, cells.select(*match.positions))
    context = _context(match, min(table.exported_at for table in tables), key)
    typed = _convert_all(match, clean, context)
    if len(tables) > 1 and any(problem.is_late for problem in typed.problems):
        return [checked for table in tables for checked in check([table], key)]
    for name, headers in match.collected.items():
        typed.values[name] = collected(cells, headers)
    rows = _whole_rows(match, typed.values, lines)
    checked, start = [], 0
    for table in tables:
        piece = _Piece(start, table.sifted.cells.height)
        problems = piece.problems(typed.problems)
        checked.append(_account(table, piece, clean, lines, rows, problems))
        start += piece.height
    return checked


@dataclass(frozen=True)
class _Piece:
    """Rows of one table among those that are checked together."""

    start: int
    height: int

    def of(self, rows: Rows) -> Rows:
        return rows.slice(self.start, self.height)

    def problems(self, problems: Sequence[Problem]) -> list[Problem]:
        own = [replace(problem, mask=self.of(problem.mask)) for problem in problems]
        return [problem for problem in own if problem.mask.any()]


def _of_contract(cells: pl.DataFrame, match: Match) -> pl.DataFrame:
    """Loaded columns by name, collected ones by position."""
    collected_at = {str(i) for headers in match.collected.values() for i in headers.values()}
    return cells.select(
        *(pl.col(str(i)).alias(name) for name, i in match.positions.items()),
        *(pl.col(i) for i in sorted(collected_at)),
    )


def _account(
    table: Matched,
    piece: _Piece,
    clean: Cells,
    lines: pl.Series,
    rows: pl.DataFrame,
    problems: Sequence[Problem],
) -> Checked:
    """What became of the rows of one table, a piece of those that were checked together."""
    types = table.match.contract.raw_columns
    constants = {
        name: pl.lit(value, POLARS_TYPES[types[name]]) for name, value in table.outside.items()
    }
    rows = piece.of(rows)
    rows = rows.with_columns(**constants) if constants else rows
    bad = table.sifted.bad
    quarantine, rejected = _NOTHING_BAD, 0
    if problems or bad:
        cells = clean.table(piece.start, piece.height)
        is_bad = pl.repeat(False, piece.height, dtype=pl.Boolean, eager=True)
        for problem in problems:
            is_bad = is_bad | problem.mask
        rows, rejected = rows.filter(~is_bad), int(is_bad.sum())
        quarantine = _quarantine(table.match, cells, piece.of(lines), problems, is_bad, bad)
    return Checked(
        match=table.match,
        exported_at=table.exported_at,
        rows=rows,
        quarantine=quarantine,
        junk=table.sifted.counts,
        rows_read=table.sifted.rows_read,
        rows_rejected=rejected + len(bad),
        rows_loaded=rows.height,
    )


def _context(match: Match, exported_at: datetime, key: bytes) -> Context:
    zone = match.contract.zone
    local_export = exported_at.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    return Context(
        zone=match.contract.timezone,
        earliest=EARLIEST,
        latest=local_export + LATEST_AFTER_EXPORT,
        key=key,
    )


def _cleaned(tables: Sequence[Matched], cells: pl.DataFrame) -> Cells:
    """Clean cells; those of merged cells take the value above."""
    contract = tables[0].match.contract
    filled, by_name = contract.filled_down, contract.column_by_name
    raw = Cells.row_by_row(cells) if filled else Cells.of(cells)
    clean = raw.changed(lambda part: clean_cells(part, [by_name[name] for name in part.columns]))
    if not filled:
        return clean
    numbers = stretches((table.sifted.line_numbers, table.sifted.bad) for table in tables)
    return clean.changed(lambda part: fill_down(part, filled, numbers))


def _convert_all(match: Match, clean: Cells, context: Context) -> Converted:
    """Typed values of all columns, and the problems of one column after those of another."""
    typed = _converted(match, clean.rows, context)
    if clean.places:
        few = _converted(match, clean.texts, context)
        for name in clean.places:
            column = match.contract.column_by_name[name]
            typed.values |= {raw: clean.spread(name, few.values[raw]) for raw in column.raw_columns}
        typed.problems += [
            replace(problem, mask=clean.spread(problem.column.name, problem.mask))
            for problem in few.problems
        ]
    order = list(match.contract.column_by_name)
    typed.problems.sort(key=lambda problem: order.index(problem.column.name))
    typed.problems += _groups_without_value(match, clean)
    _drop_virtual_numbers(match, typed.values)
    return typed


def _converted(match: Match, clean: pl.DataFrame, context: Context) -> Converted:
    """Typed values of some columns."""
    present = [column for column in match.contract.columns if column.name in clean.columns]
    typed = convert(clean, [column for column in present if not column.is_personal], context)
    personal = [column for column in present if column.is_personal]
    typed.values |= convert_personal(clean, personal, context)
    for column in present:
        cells = clean[column.name]
        if column.required and cells.null_count():
            typed.problems.append(Problem(column, cells.is_null(), *_REQUIRED))
    return typed


def _whole_rows(match: Match, values: dict[str, pl.Series], lines: pl.Series) -> pl.DataFrame:
    """Every raw column of the contract: those that the tables do not have are null."""
    frame = pl.DataFrame({**values, "_line_number": lines})
    missing = {
        name: pl.lit(None, POLARS_TYPES[sql_type])
        for name, sql_type in match.contract.raw_columns.items()
        if name not in values
    }
    return frame.with_columns(**missing).select(*match.contract.raw_columns, "_line_number")


_REQUIRED = ("a value is required here", "complete the row in the source system and export again")


def _groups_without_value(match: Match, clean: Cells) -> list[Problem]:
    problems = []
    for group in match.contract.at_least_one_of:
        present = [name for name in group if name in match.positions]
        empty = reduce(and_, (clean.is_null(name) for name in present))
        if empty.any():
            reason = f"one of {', '.join(group)} is required"
            column = match.contract.column_by_name[present[0]]
            problems.append(Problem(column, empty, reason, _REQUIRED[1]))
    return problems


def _drop_virtual_numbers(match: Match, values: dict[str, pl.Series]) -> None:
    """A number with an expiry is rented by the platform: it belongs to no person."""
    for column in match.contract.columns:
        if not {column.name, column.virtual_when} <= match.positions.keys():
            continue
        name = f"{column.name}_key"
        expiry = values[str(column.virtual_when)]
        frame = pl.DataFrame({"key": values[name], "expiry": expiry})
        values[name] = frame.select(pl.when(pl.col("expiry").is_null()).then(pl.col("key")))["key"]


def _quarantine(
    match: Match,
    clean: pl.DataFrame,
    lines: pl.Series,
    problems: Sequence[Problem],
    is_bad: pl.Series,
    broken: Sequence[BadRecord],
) -> pl.DataFrame:
    """One row per bad cell or broken record, in the order of the file."""
    shown = [
        name for name in match.positions if not match.contract.column_by_name[name].is_personal
    ]
    bad_rows = clean.filter(is_bad).select(shown)
    records = pl.DataFrame(
        {
            "line_number": lines.filter(is_bad),
            "record": [json.dumps(row, ensure_ascii=False) for row in bad_rows.to_dicts()],
        },
        schema={"line_number": pl.Int64(), "record": pl.String()},
    )
    cells = pl.concat(
        [
            pl.DataFrame(schema=dict(list(QUARANTINE_SCHEMA.items())[:-1])),
            *(_bad_cells(match, clean, lines, problem) for problem in problems),
        ]
    )
    joined = cells.join(records, on="line_number", how="left", maintain_order="left")
    both = pl.concat([joined.select(QUARANTINE_SCHEMA.keys()), _broken_records(broken)])
    return both.sort("line_number", maintain_order=True)


def _bad_cells(
    match: Match, clean: pl.DataFrame, lines: pl.Series, problem: Problem
) -> pl.DataFrame:
    column = problem.column
    values = clean[column.name].filter(problem.mask)
    if column.is_personal:
        values = masked_for_display(values, column)
    header = match.header.cells[match.positions[column.name]].strip()
    return pl.DataFrame(
        {
            "line_number": lines.filter(problem.mask),
            "column_name": pl.repeat(column.name, len(values), eager=True),
            "header": pl.repeat(header, len(values), eager=True),
            "value": values.str.slice(0, 200),
            "reason": pl.repeat(problem.reason, len(values), eager=True),
            "remedy": pl.repeat(problem.remedy, len(values), eager=True),
        }
    )


def _broken_records(broken: Sequence[BadRecord]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "line_number": [record.line_number for record in broken],
            "column_name": [None] * len(broken),
            "header": [None] * len(broken),
            "value": [None] * len(broken),
            "reason": [record.reason for record in broken],
            "remedy": [record.remedy for record in broken],
            "record": [None] * len(broken),
        },
        schema=QUARANTINE_SCHEMA,
    )
