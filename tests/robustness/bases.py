"""A valid table, and what loading it gives: the yardstick of every mutation of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.exports.contract import Column, Contract
from pipelines.exports.contract_files import Contracts
from pipelines.exports.report import CheckedPart, FileReport, check_file
from tests.robustness.tables import Table

KEY = b"k" * 32
Outcome = tuple[Any, ...]


@dataclass(frozen=True)
class Mutant:
    """A changed file, and what must become of it."""

    file_name: str
    data: bytes
    must: str
    """load, refuse, or account: either of them, but every row is told."""
    text: str | None = None
    """What the bytes say, for the independent count of records."""
    grid: list[tuple[str, ...]] | None = None
    """Rows of a workbook, from its first row."""
    rejected: int | None = None
    """How many rows more than before are rejected, where that is certain."""
    unchanged_rows: bool = True
    """Rows that are as before load as before."""


@dataclass(frozen=True)
class Base:
    """A table that loads, with the contract it follows and the outcome of every row."""

    table: Table
    contract: Contract
    report: FileReport
    positions: dict[str, int]
    """Place of every loaded column in the header."""
    outcomes: dict[tuple[str, ...], set[Outcome]]
    """By the loaded cells of a record: loaded with these values, rejected or junk."""

    def columns(self, *types: str) -> list[tuple[int, Column]]:
        """Place and column of every loaded column of these types (none: of all)."""
        return [
            (place, self.contract.column_by_name[name])
            for name, place in self.positions.items()
            if not types or self.contract.column_by_name[name].type in types
        ]

    def typed(self, *types: str) -> list[tuple[int, Column]]:
        """As ``columns``, without those whose value goes on to the rows below."""
        return [(place, column) for place, column in self.columns(*types) if not column.fill_down]

    def required(self) -> list[tuple[int, Column]]:
        """Columns without which the file is refused."""
        return [
            (place, column)
            for place, column in self.columns()
            if column.required and column.from_file_name is None
        ]

    @property
    def data_rows(self) -> list[int]:
        """Records that load."""
        return [
            i
            for i, record in enumerate(self.table.records)
            if any(outcome[0] == "loaded" for outcome in self.outcomes[self.key(record)])
        ]

    def key(self, cells: tuple[str, ...], places: dict[str, int] | None = None) -> tuple[str, ...]:
        """The loaded cells of a record; a cell that is not there is blank."""
        wanted = (places or self.positions).values()
        return tuple(cells[place] if place < len(cells) else "" for place in wanted)

    def mutant(self, table: Table, must: str, **facts: Any) -> Mutant:
        """A mutant written from a changed table."""
        known = {"grid": table.grid} if table.is_workbook else {"text": table.text}
        return Mutant(table.file_name, table.data, must, **known, **facts)


def checked(folder: Path, contracts: Contracts, name: str, data: bytes) -> list[CheckedPart]:
    """Dry run of one file with that content."""
    path = folder / name
    path.write_bytes(data)
    try:
        return check_file(path, contracts, KEY)
    finally:
        path.unlink()


def outcomes_by_line(part: CheckedPart) -> tuple[dict[int, Outcome], set[int]]:
    """Loaded values by line, and the lines that were rejected."""
    assert part.checked is not None
    rows = part.checked.rows
    lines = rows["_line_number"].to_list()
    values = rows.drop("_line_number").rows(named=True)
    loaded = dict(zip(lines, values, strict=True))
    return loaded, set(part.checked.quarantine["line_number"].to_list())


def base_of(table: Table, folder: Path, contracts: Contracts) -> Base | None:
    """None when no contract knows the table, which then says nothing about its rows."""
    (part,) = checked(folder, contracts, table.file_name, table.data)
    if part.checked is None:
        return None
    match = part.checked.match
    base = Base(table, match.contract, part.report, dict(match.positions), {})
    loaded, rejected = outcomes_by_line(part)
    outcomes: dict[tuple[str, ...], set[Outcome]] = {}
    line = part.report.header_line or 0
    line += _height(table.header, table)
    for record in table.records:
        outcome = outcome_of(base, loaded, rejected, line)
        outcomes.setdefault(base.key(record), set()).add(outcome)
        line += _height(record, table)
    return replace(base, outcomes=outcomes)


def outcome_of(base: Base, loaded: dict[int, Any], rejected: set[int], line: int) -> Outcome:
    """What became of the row on a line: its values, or that it is rejected or junk."""
    if line in loaded:
        columns = [c for _, column in base.columns() for c in column.raw_columns]
        return ("loaded", *(loaded[line][name] for name in columns))
    return ("rejected",) if line in rejected else ("junk",)


def _height(record: tuple[str, ...], table: Table) -> int:
    return 1 if table.is_workbook else 1 + sum(cell.count("\n") for cell in record)
