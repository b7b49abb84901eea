"""What an operator may see of identifiers that are stored as keyed hashes: `138****1234`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from pipelines.exports.contract import raw_table
from pipelines.exports.contract_files import Contracts


@dataclass(frozen=True)
class MaskedForms:
    """Reads the masked form from the raw row that named the identifier."""

    connection: duckdb.DuckDBPyConnection
    contracts: Contracts

    def of(self, hashes: Mapping[int, str]) -> dict[int, str]:
        """Masked forms by identifier id, where a row of evidence shows one."""
        found: dict[int, str] = {}
        for identifier_id, file_id, line, name in self._rows(list(hashes)):
            contract = self.contracts.get(name)
            if identifier_id not in found and contract is not None:
                shown = self._look_up(
                    raw_table(contract), list(contract.raw_columns), file_id, line,
                    hashes[identifier_id],
                )  # fmt: skip
                if shown:
                    found[identifier_id] = shown
        return found

    def _rows(self, identifier_ids: list[int]) -> list[tuple[int, int, int, str]]:
        """Rows that name the identifiers, one per identifier and rule."""
        return self.connection.execute(
            """
            with ends as (
                select identifier_id_a as identifier_id, rule_id, file_id, line_number
                from identity.identity_edges
                where identifier_id_a in (select unnest($1::bigint[]))
                union all
                select identifier_id_b, rule_id, file_id, line_number
                from identity.identity_edges
                where identifier_id_b in (select unnest($1::bigint[]))
            )
            select e.identifier_id, min(e.file_id), arg_min(e.line_number, e.file_id),
                arg_min(f.contract, e.file_id)
            from ends e join ledger.files f on f.file_id = e.file_id
            group by e.identifier_id, e.rule_id
            """,
            [identifier_ids],
        ).fetchall()

    def _look_up(
        self, table: str, columns: list[str], file_id: int, line: int, value: str
    ) -> str | None:
        stems = [name.removesuffix("_key") for name in columns if name.endswith("_key")]
        shown = [stem for stem in stems if f"{stem}_masked" in columns]
        if not shown:
            return None
        cases = " ".join(f"when {stem}_key = $3 then {stem}_masked" for stem in shown)
        rows = self.connection.execute(
            f"select case {cases} end from {table} where _file_id = $1 and _line_number = $2",
            [file_id, line, value],
        ).fetchall()
        return rows[0][0] if rows else None
