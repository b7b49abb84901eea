"""Values that stand outside of the table: in the name of the file or of the sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.exports.column import TEXT, Column
from pipelines.exports.contract import Contract
from pipelines.exports.detect import Match
from pipelines.exports.errors import ExportRefused
from pipelines.exports.export_time import day_in_name, text_in_name


@dataclass(frozen=True)
class Origin:
    """What a table came from."""

    names: tuple[str, ...]
    """Names of the file, the innermost (a member of an archive) first."""
    sheet: str | None = None
    """Name of the workbook's sheet."""


Outside = str | date


def values_outside(match: Match, origin: Origin) -> dict[str, Outside]:
    """Values for every row of the columns that have no header in this file.

    Raises ``ExportRefused`` when a required column must have one and the name does not hold it.
    """
    values = {
        column.name: value_outside(match.contract, column, origin)
        for column in match.contract.columns
        if column.is_outside and column.name not in match.positions
    }
    return {name: value for name, value in values.items() if value is not None}


def value_outside(contract: Contract, column: Column, origin: Origin) -> Outside | None:
    """The value for every row of one column that has no header in this file."""
    value: Outside | None = None
    if column.from_sheet_name is not None:
        value = text_in_name(origin.sheet or "", column.from_sheet_name.pattern)
    elif column.from_file_name is not None:
        value = _in_file_name(contract, column, origin.names)
    if value is None and column.required:
        raise ExportRefused(_missing(contract, column, origin))
    return value


def _in_file_name(contract: Contract, column: Column, names: tuple[str, ...]) -> Outside | None:
    shape = column.from_file_name
    if shape is None:
        return None
    if shape.format == TEXT:
        found = (text_in_name(name, shape.pattern) for name in names)
        return next((text for text in found if text is not None), None)
    days = (day_in_name(name, shape, contract.zone) for name in names)
    return next((day for day in days if day is not None), None)


def _missing(contract: Contract, column: Column, origin: Origin) -> str:
    by_header = column.headers or column.header_patterns
    lacks = f"the file has no header {column.label!r} and " if by_header else ""
    if column.from_sheet_name is not None:
        return (
            f"Contract {contract.contract}: {lacks}the sheet's name {origin.sheet or ''!r} holds "
            f"no {column.name} ({column.from_sheet_name.pattern}). Name the sheet as the platform "
            "does."
        )
    shape = column.from_file_name
    if shape is not None and shape.format != TEXT:
        return (
            f"Contract {contract.contract}: {lacks}its name holds no day for {column.name}. Put "
            "the day into the file name, such as report_2026-05-01.csv."
        )
    return (
        f"Contract {contract.contract}: {lacks}its name holds no {column.name} "
        f"({shape.pattern if shape else ''}). Put it into the file name as the platform does."
    )
