"""Thousands of damaged files: each is accounted for to the row, or refused with a remedy.

The count of records comes from `oracle.py`, which shares no code with the reader; rows that a
mutation left alone must load with the values they had.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from random import Random

import pytest

from pipelines.exports.contract_files import Contracts
from tests.robustness.bases import Base, checked
from tests.robustness.container_mutations import CONTAINER_MUTATIONS, WORKBOOK_MUTATIONS
from tests.robustness.table_mutations import TABLE_MUTATIONS, Mutation
from tests.robustness.text_mutations import TEXT_MUTATIONS
from tests.robustness.verdict import judge

MUTANTS_PER_KIND = 26
AT_LEAST = 2_000
MUTATIONS: tuple[tuple[Mutation, str], ...] = (
    *((mutation, "any") for mutation in TABLE_MUTATIONS),
    *((mutation, "text") for mutation in TEXT_MUTATIONS),
    *((mutation, "workbook") for mutation in WORKBOOK_MUTATIONS),
    *((mutation, "any") for mutation in CONTAINER_MUTATIONS),
)


def test_every_made_file_loads_whole(bases: list[Base], contracts: Contracts) -> None:
    made = {base.contract.contract: base for base in bases if base.table.name.startswith("made")}
    assert made.keys() == contracts.by_name.keys()
    for base in made.values():
        assert base.report.rows_loaded == len(base.table.records), base.table.name
        assert base.report.unknown_headers == ()


def test_the_mutants_are_many() -> None:
    assert MUTANTS_PER_KIND * len(MUTATIONS) >= AT_LEAST


@pytest.mark.parametrize(("mutation", "form"), MUTATIONS, ids=lambda p: getattr(p, "__name__", p))
def test_accounted_for_or_refused(
    mutation: Mutation, form: str, bases: list[Base], contracts: Contracts, tmp_path: Path
) -> None:
    chance = Random(zlib.crc32(mutation.__name__.encode()))
    fitting = [b for b in bases if form in ("any", "workbook" if b.table.is_workbook else "text")]
    chance.shuffle(fitting)
    done = 0
    for turn in range(40 * MUTANTS_PER_KIND):
        base = fitting[turn % len(fitting)]
        mutant = mutation(base, chance)
        if mutant is None:
            continue
        try:
            judge(base, mutant, checked(tmp_path, contracts, mutant.file_name, mutant.data))
        except AssertionError as error:
            error.add_note(f"{mutation.__name__} of {base.table.name}, turn {turn}")
            raise
        done += 1
        if done == MUTANTS_PER_KIND:
            return
    pytest.fail(f"this mutation fits too few tables: {done} mutants")
