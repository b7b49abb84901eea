"""Valid exports, and what loading them gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.exports.contract_files import SHIPPED, Contracts, read_contracts
from pipelines.exports.report import check_file
from tests.robustness.bases import KEY, Base, base_of
from tests.robustness.tables import made_tables, sample_table
from tests.unit.exports.conftest import warehouse as warehouse


@pytest.fixture(scope="session")
def contracts() -> Contracts:
    return read_contracts(SHIPPED, SHIPPED / "none")


@pytest.fixture(scope="session")
def bases(
    shared: Path, contracts: Contracts, tmp_path_factory: pytest.TempPathFactory
) -> list[Base]:
    folder = tmp_path_factory.mktemp("bases")
    tables = list(made_tables(contracts))
    for path in sorted((shared / "exports/samples").glob("*.[cx][sl]*")):
        (part,) = check_file(path, contracts, KEY)
        if part.report.header_line:
            tables.append(sample_table(path, part.report.header_line))
    bases = [base_of(table, folder, contracts) for table in tables]
    return [base for base in bases if base is not None]
