"""Which contract a table of cells follows: by header names, never by position or file name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipelines.exports.column import Column
from pipelines.exports.contract import Contract
from pipelines.exports.contract_files import Contracts
from pipelines.exports.errors import AmbiguousExport, ExportRefused, UnknownExport
from pipelines.exports.headers import normalise_header, number_headers, without_number

NEAREST = 3
SHOWN_HEADERS = 8
SURELY_A_HEADER = 3
"""A row with so many known headers is one."""
_LOOKS_LIKE_DATA = re.compile(r"\d{6}|@|^[0-9a-fA-F]{16,}$")
_IS_A_VALUE = re.compile(r"^[-+¥￥$]?\d[\d.,:/%年月日时分秒 -]*$")


@dataclass(frozen=True)
class HeadRow:
    """One of the first rows of a table."""

    line_number: int
    """Physical line (sheet row) on which it starts, from 1; 0 for the names of a Parquet file."""
    end_line: int
    cells: tuple[str, ...]

    @cached_property
    def headers(self) -> frozenset[str]:
        """Normalised texts of the cells that are not blank."""
        return frozenset(map(normalise_header, self.cells)) - {""}


@dataclass(frozen=True)
class Match:
    """A contract and where its columns stand in the file."""

    contract: Contract
    header: HeadRow
    variant: str
    positions: dict[str, int]
    """Position of every loaded column that the file has, from 0."""
    collected: dict[str, dict[str, int]]
    """Per collecting column: header as written in the file → position."""
    header_positions: dict[str, int]
    """Position of every named header of the file (normalised, numbered when repeated)."""
    unknown_headers: tuple[str, ...]
    """Headers of the file that the contract does not know, as written in the file."""

    @property
    def wanted(self) -> list[int]:
        """Positions of every column that is read: loaded, collected or looked at for junk."""
        junk = {normalise_header(rule.column) for rule in self.contract.junk}
        collected = {i for headers in self.collected.values() for i in headers.values()}
        looked_at = {i for header, i in self.header_positions.items() if header in junk}
        return sorted({*self.positions.values(), *collected, *looked_at})


@dataclass(frozen=True)
class _Candidate:
    contract: Contract
    header: HeadRow
    known: frozenset[str]
    loaded: frozenset[str]

    @property
    def named(self) -> int:
        return len(self.header.headers)

    @property
    def fits(self) -> bool:
        return len(self.known) >= self.contract.header.min_known and not self.missing

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Columns that the contract needs and the row does not have."""
        contract = self.contract
        columns = [
            column.label
            for column in contract.columns
            if (column.required and not column.is_outside)
            or column.name in contract.header.must_have
            if column.name not in self.loaded
        ]
        groups = [
            " or ".join(contract.column_by_name[name].label for name in group)
            for group in contract.at_least_one_of
            if self.loaded.isdisjoint(group)
        ]
        return (*columns, *groups)

    @property
    def score(self) -> tuple[int, float]:
        return len(self.known), len(self.known) / max(self.named, 1)


def detect(rows: Sequence[HeadRow], contracts: Contracts, file_format: str) -> Match:
    """Find the header row and the one contract that fits it best.

    Raises ``UnknownExport`` (nearest contracts and the differing headers), ``AmbiguousExport``
    (two fit equally well) or ``ExportRefused`` (a loaded header stands twice).
    """
    fitting = _fitting(_ranked(rows, _likely(rows, contracts)), file_format)
    if not fitting:
        ranked = _ranked(rows, contracts)
        fitting = _fitting(ranked, file_format)
    if not fitting:
        raise UnknownExport(_unknown_message(ranked, file_format))
    top = [c for c in fitting if c.score == fitting[0].score]
    if len(top) > 1:
        names = ", ".join(c.contract.contract for c in top)
        raise AmbiguousExport(
            f"The header in line {top[0].header.line_number} fits {names} equally well "
            f"({len(top[0].known)} known headers each). Make one of them more specific: set "
            "header.must_have, or list the headers that only one of them has."
        )
    return _match(fitting[0])


def nearest_contracts(rows: Sequence[HeadRow], contracts: Contracts, file_format: str) -> str:
    """Up to three nearest contracts, one line each: what the file lacks and what only it has.

    Without any that knows a cell there is nothing to say.
    """
    ranked = _ranked(rows, contracts)
    return _unknown_message(ranked, file_format) if any(one.known for one in ranked) else ""


def _likely(rows: Sequence[HeadRow], contracts: Contracts) -> list[Contract]:
    """Contracts that know enough headers of a row by name: the only ones worth a closer look."""
    likely: set[str] = set()
    for row in rows:
        if known := row.headers & contracts.knowing.keys():
            hits = Counter(name for h in known for name in contracts.knowing[h])
            likely |= {name for name, count in hits.items() if contracts[name].may_fit(count)}
    return [contract for contract in contracts if contract.contract in likely]


def _fitting(ranked: Sequence[_Candidate], file_format: str) -> list[_Candidate]:
    return [c for c in ranked if c.fits and file_format in c.contract.formats]


def _ranked(rows: Sequence[HeadRow], contracts: Iterable[Contract]) -> list[_Candidate]:
    best = [_best_row(contract, rows) for contract in contracts]
    return sorted((c for c in best if c is not None), key=lambda c: c.score, reverse=True)


def _best_row(contract: Contract, rows: Sequence[HeadRow]) -> _Candidate | None:
    within_reach = rows[: contract.header.scan_rows]
    # no other row can be better: nothing of it is known
    near = [row for row in within_reach if contract.may_know(row.headers)]
    candidates = [_candidate(contract, row) for row in near or within_reach]
    # max() keeps the first of equals: the upper row is the header, a repeated one below is junk
    return max(candidates, key=lambda c: (c.fits, *c.score, c.named), default=None)


def _candidate(contract: Contract, row: HeadRow) -> _Candidate:
    known = row.headers & contract.known_headers
    loaded = {contract.column_of_header[h].name for h in known if h in contract.column_of_header}
    taken = contract.taken(row.headers)
    return _Candidate(contract, row, known | taken.keys(), frozenset(loaded | set(taken.values())))


def _match(found: _Candidate) -> Match:
    contract, row = found.contract, found.header
    numbered = number_headers(row.cells)
    positions = {header: i for i, header in enumerate(numbered) if header}
    loaded: dict[str, int] = {}
    for column in contract.columns:
        wanted = [normalise_header(header) for header in column.headers]
        header = next((h for h in wanted if h in positions), None)
        if header is None:
            header = _by_pattern(contract, row, numbered, column)
        if header is not None:
            loaded[column.name] = positions[header]
            _refuse_repeated(contract, row, numbered, header)
    collected: dict[str, dict[str, int]] = {}
    unknown: list[str] = []
    for header, i in positions.items():
        if _is_known(contract, header):
            continue
        collector = contract.collector(without_number(header))
        if collector is None:
            unknown.append(row.cells[i].strip())
        else:
            cells = collected.setdefault(collector.name, {})
            cells[row.cells[i].strip() + header[len(without_number(header)) :]] = i
    return Match(
        contract=contract,
        header=row,
        variant=contract.variant_of(frozenset(positions)),
        positions=loaded,
        collected=collected,
        header_positions=positions,
        unknown_headers=tuple(unknown),
    )


def _is_known(contract: Contract, header: str) -> bool:
    """By name, also when it stands there again, by a column's pattern or as one to ignore."""
    if header in contract.known_headers:
        return True
    text = without_number(header)
    by_name = text in contract.known_headers
    return by_name or contract.takes(text) is not None or contract.ignores(text)


def _by_pattern(
    contract: Contract, row: HeadRow, numbered: list[str], column: Column
) -> str | None:
    if not column.header_patterns:
        return None
    fitting = [h for h in numbered if h and contract.takes(without_number(h)) is column]
    if len(fitting) > 1:
        raise ExportRefused(
            f"The headers {_listed(fitting)} in line {row.line_number} all fit header_patterns of "
            f"column {column.name} in contract {contract.contract}: which one counts is not known. "
            "List the right one under headers of the column, the others under not_loaded."
        )
    return fitting[0] if fitting else None


def _refuse_repeated(contract: Contract, row: HeadRow, numbered: list[str], header: str) -> None:
    again = f"{header}#2"
    if again in numbered and again not in contract.known_headers:
        raise ExportRefused(
            f"The header {header!r} stands twice in line {row.line_number} and contract "
            f"{contract.contract} loads it: which one counts is not known. List {again!r} under "
            "not_loaded, or as the header of a column, in the contract."
        )


def _unknown_message(ranked: Sequence[_Candidate], file_format: str) -> str:
    if not ranked:
        return "The file holds no rows at all, so there is no header to match."
    nearest = [candidate for candidate in ranked[:NEAREST] if candidate.known]
    lines = [
        "No contract fits this file. The nearest ones:"
        if nearest
        else "No contract fits this file, and none knows a cell of its first lines as a header."
    ]
    for candidate in nearest:
        contract = candidate.contract
        unknown = [
            cell.strip()
            for cell in candidate.header.cells
            if (header := normalise_header(cell)) and not _is_known(contract, header)
        ]
        facts = [
            f"knows {len(candidate.known)} of {candidate.named} headers",
            f"header in line {candidate.header.line_number}",
        ]
        if candidate.missing:
            facts.append(f"the file lacks {_listed(candidate.missing)}")
        elif file_format not in contract.formats:
            facts.append(f"it is not for {file_format} files")
        elif len(candidate.known) < contract.header.min_known:
            facts.append(f"at least {contract.header.min_known} are needed")
        if unknown and _may_be_data(candidate):
            facts.append("nothing that looks like its header was found")
        elif any(_is_value(text) for text in unknown):
            facts.append(f"data stands among its headers ({len(unknown)} cells, not shown)")
        elif unknown:
            facts.append(f"only in the file: {_listed(unknown)}")
        lines.append(f"- {contract.contract} ({contract.title_zh}): {'; '.join(facts)}")
    lines.append(
        "If it is one of these with renamed headers, add the new names to that contract; "
        "else draft a contract for it with `siyu add-export`."
        if nearest
        else "If its header line is missing, export it again with one; "
        "else draft a contract for it with `siyu add-export`."
    )
    return "\n".join(lines)


def _may_be_data(candidate: _Candidate) -> bool:
    """A file without a header offers a row of data instead, which no message may show."""
    if len(candidate.known) >= SURELY_A_HEADER:
        return False
    cells = [cell.strip() for cell in candidate.header.cells]
    return any(_IS_A_VALUE.match(cell) for cell in cells)


def _is_value(text: str) -> bool:
    """A header that lost its line end runs on into the first row of data."""
    return bool(_IS_A_VALUE.match(text) or _LOOKS_LIKE_DATA.search(text))


def _listed(texts: Iterable[str]) -> str:
    texts = list(texts)
    shown = ", ".join(_shown(text) for text in texts[:SHOWN_HEADERS])
    rest = len(texts) - SHOWN_HEADERS
    return f"{shown} and {rest} more" if rest > 0 else shown


def _shown(text: str) -> str:
    """A header as a message may show it: a file without a header offers its data instead."""
    return "(a value, not shown)" if _LOOKS_LIKE_DATA.search(text) else text[:40]
