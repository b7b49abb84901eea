"""Contracts, a key and a warehouse with an empty landing folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.exports.contract_files import SHIPPED, Contracts, load_contracts, read_contracts
from pipelines.exports.load import load_files, pending_files
from pipelines.exports.report import CheckedPart, FileReport, check_file
from pipelines.exports.tables import ensure_raw_tables
from pipelines.settings import Settings

KEY = b"k" * 32
DELIVERED = datetime(2026, 5, 20, 1, tzinfo=UTC)


_HEADER = "主订单编号,子订单编号,订单提交时间,订单状态,商品数量,订单应付金额,收件人手机号,商品ID"
_ROW = '{},{},2026-05-01 20:30:11,{},1,"1,299.00",19900000001,36\n'


def orders(*rows: tuple[str, str, str]) -> str:
    """A Douyin order export: main order, sub-order and status of each row."""
    return _HEADER + "\n" + "".join(_ROW.format(*row) for row in rows)


def write(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    """Put a file there, delivered on 2026-05-20."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    os.utime(path, (DELIVERED.timestamp(), DELIVERED.timestamp()))
    return path


@pytest.fixture(scope="session")
def contracts() -> Contracts:
    """The shipped contracts alone, without any brand's."""
    return read_contracts(SHIPPED, SHIPPED / "none")


@pytest.fixture
def check(tmp_path: Path, contracts: Contracts):
    """Dry run of one file with that content."""

    def run(name: str, content: str | bytes, encoding: str = "utf-8") -> list[CheckedPart]:
        return check_file(write(tmp_path / name, content, encoding), contracts, KEY)

    return run


@dataclass
class Warehouse:
    """A loader's view of one data folder."""

    settings: Settings
    con: duckdb.DuckDBPyConnection
    contracts: Contracts

    def land(self, relative: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        return write(self.settings.landing_folder / relative, content, encoding)

    def load(self) -> list[FileReport]:
        ensure_raw_tables(self.con, self.contracts)
        pending = pending_files(self.settings, self.con, self.contracts)
        loaded = load_files(self.con, pending, self.contracts, KEY)
        return [report for reports in loaded for report in reports]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.con.execute(query).fetchall()

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table."""
        tables = self.rows("select schema_name || '.' || table_name from duckdb_tables()")
        return {name: self.rows(f"select * from {name} order by all") for (name,) in tables}


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    settings = Settings(data=tmp_path / "data", brand_folder=tmp_path / "brand")
    settings.landing_folder.mkdir(parents=True)
    settings.warehouse_path.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.warehouse_path)) as con:
        yield Warehouse(settings, con, load_contracts(settings))
