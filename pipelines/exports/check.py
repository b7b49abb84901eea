"""One matched table to typed rows, with every row that does not fit accounted for.

``rows_read = rows_loaded + rows_rejected + rows_junk`` holds for every table.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from pipelines.exports.clean import clean_cells
from pipelines.exports.collect import collected
from pipelines.exports.convert import Context, Converted, Problem, convert
from pipelines.exports.detect import Match
from pipelines.exports.fill_down import fill_down
from pipelines.exports.junk import sift
from pipelines.exports.outside import Origin, value_outside
from pipelines.exports.personal import convert_personal, masked_for_display
from pipelines.exports.table import BadRecord, Body

EARLIEST = datetime(2000, 1, 1)
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
POLARS_TYPES = {
    "VARCHAR": pl.String(),
    "BIGINT": pl.Int64(),
    "DECIMAL(18,4)": pl.Decimal(18, 4),
    "DECIMAL(18,6)": pl.Decimal(18, 6),
    "TIMESTAMP": pl.Datetime("us"),
    "DATE": pl.Date(),
    "BOOLEAN": pl.Boolean(),
}


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


def check(match: Match, body: Body, exported_at: datetime, origin: Origin, key: bytes) -> Checked:
    """Type and check all rows of a matched table.

    ``exported_at`` is naive UTC. Raises ``ExportRefused`` when a column that must come from the
    name of the file or the sheet does not.
    """
    context = _context(match, exported_at, key)
    sifted = sift(match, body)
    clean = clean_cells(
        sifted.cells.select(pl.col(str(i)).alias(name) for name, i in match.positions.items()),
        [match.contract.column_by_name[name] for name in match.positions],
    )
    lines = sifted.line_numbers
    clean = fill_down(clean, match.contract.filled_down, lines, body.bad)
    typed = _convert_all(match, clean, context)
    for name, headers in match.collected.items():
        typed.values[name] = collected(sifted.cells, headers)
    rows = _whole_rows(match, typed.values, lines, origin)
    is_bad = pl.repeat(False, clean.height, dtype=pl.Boolean, eager=True)
    for problem in typed.problems:
        is_bad = is_bad | problem.mask
    return Checked(
        match=match,
        exported_at=exported_at,
        rows=rows.filter(~is_bad) if typed.problems else rows,
        quarantine=_quarantine(match, clean, lines, typed.problems, is_bad, body.bad),
        junk=sifted.counts,
        rows_read=body.rows_read,
        rows_rejected=int(is_bad.sum()) + len(body.bad),
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


def _convert_all(match: Match, clean: pl.DataFrame, context: Context) -> Converted:
    present = [column for column in match.contract.columns if column.name in match.positions]
    typed = convert(clean, [column for column in present if not column.is_personal], context)
    personal = [column for column in present if column.is_personal]
    typed.values |= convert_personal(clean, personal, context)
    for column in present:
        cells = clean[column.name]
        if column.required and cells.null_count():
            typed.problems.append(Problem(column, cells.is_null(), *_REQUIRED))
    typed.problems += _groups_without_value(match, clean)
    _drop_virtual_numbers(match, typed.values)
    return typed


def _whole_rows(
    match: Match, values: dict[str, pl.Series], lines: pl.Series, origin: Origin
) -> pl.DataFrame:
    """Every raw column of the contract: those without a header are constant or null."""
    constants = {
        name: pl.lit(value, POLARS_TYPES[sql_type])
        for column in match.contract.columns
        if column.name not in match.positions and column.name not in match.collected
        for value in [value_outside(match.contract, column, origin)]
        for name, sql_type in column.raw_columns.items()
    }
    frame = pl.DataFrame({**values, "_line_number": lines}).with_columns(**constants)
    return frame.select(*match.contract.raw_columns, "_line_number")


_REQUIRED = ("a value is required here", "complete the row in the source system and export again")


def _groups_without_value(match: Match, clean: pl.DataFrame) -> list[Problem]:
    problems = []
    for group in match.contract.at_least_one_of:
        present = [name for name in group if name in match.positions]
        empty = clean.select(pl.all_horizontal(pl.col(present).is_null())).to_series()
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
    if not problems and not broken:
        return pl.DataFrame(schema=QUARANTINE_SCHEMA)
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
