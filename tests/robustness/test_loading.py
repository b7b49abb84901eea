"""Damaged files in the warehouse: the ledger and the raw tables agree on every row."""

from __future__ import annotations

from random import Random

from tests.robustness.bases import Base, Mutant
from tests.robustness.container_mutations import CONTAINER_MUTATIONS, WORKBOOK_MUTATIONS
from tests.robustness.table_mutations import TABLE_MUTATIONS
from tests.robustness.text_mutations import TEXT_MUTATIONS
from tests.unit.exports.conftest import Warehouse


def test_every_row_of_damaged_files_is_in_the_ledger(
    bases: list[Base],
    warehouse: Warehouse,
) -> None:
    chance = Random(3)
    texts = [base for base in bases if not base.table.is_workbook]
    books = [base for base in bases if base.table.is_workbook]
    landed = 0
    for mutation in (*TABLE_MUTATIONS, *TEXT_MUTATIONS, *CONTAINER_MUTATIONS):
        landed += _land(warehouse, mutation(chance.choice(texts), chance), mutation.__name__)
    for mutation in WORKBOOK_MUTATIONS:
        landed += _land(warehouse, mutation(chance.choice(books), chance), mutation.__name__)
    warehouse.load()
    in_tables = sum(
        warehouse.rows(f"select count(*) from {table}")[0][0]
        for (table,) in warehouse.rows(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name like 'raw%'"
        )
    )
    ((files, balanced, loaded),) = warehouse.rows(
        "select count(distinct relative_path), count(*) filter (where status = 'refused' "
        "or rows_read = rows_loaded + rows_rejected + rows_junk) = count(*), sum(rows_loaded) "
        "from ledger.files"
    )
    assert (balanced, loaded) == (True, in_tables)
    assert landed - 8 <= files <= landed  # a few mutants are alike; the same content loads once
    ((rejected, quarantined),) = warehouse.rows(
        "select (select sum(rows_rejected) from ledger.files), "
        "(select count(distinct (file_id, line_number)) from ledger.quarantine)"
    )
    assert rejected == quarantined > 0


def _land(warehouse: Warehouse, mutant: Mutant | None, folder: str) -> int:
    if mutant is None:
        return 0
    warehouse.land(f"mixed/{folder}/{mutant.file_name}", mutant.data)
    return 1
