"""Whether two tables hold the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.publishing.comparison import same_in_order, same_rows
from pipelines.publishing.manifest import Column
from tests.same_hash import SAME_HASH

ROWS = 300_000
COLUMNS = [
    Column(name=name, type=kind)
    for name, kind in [("id", "BIGINT"), ("name", "VARCHAR"), ("value", "DOUBLE")]
]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Two databases whose tables `told` are the same, with gaps and with nulls."""
    with duckdb.connect() as con:
        for catalog in ("one", "other"):
            con.execute(f"attach '{tmp_path / catalog}.duckdb' as {catalog}")
            con.execute(
                f"create table {catalog}.told as select range as id, 'name ' || range as name, "
                f"nullif(range % 10, 3)::double as value from range({ROWS})"
            )
            con.execute(f"create view {catalog}.renamed as select id, name, value from told")
            con.execute(f"delete from {catalog}.told where id % 7 = 1 or id between 9000 and 15000")
            con.execute(f"checkpoint {catalog}")
        yield con


@pytest.mark.parametrize("table", ["told", "renamed"])
def test_stored_tables_and_views_that_rename_are_compared_in_their_order(
    connection: duckdb.DuckDBPyConnection, table: str
) -> None:
    assert same_in_order(connection, COLUMNS, f"one.{table}", "other.told")


@pytest.mark.parametrize(
    "change",
    [
        "update other.told set value = null where id = 299999",
        "update other.told set value = 3 where id = 3",
        "delete from other.told where id = 299999",
        "insert into other.told values (null, null, null)",
        "update other.told set id = 20003 where id = 20002",
        "delete from other.told where id = 20002; insert into other.told from other.told limit 1",
    ],
)
def test_every_difference_is_found(connection: duckdb.DuckDBPyConnection, change: str) -> None:
    connection.execute(change)
    assert not same_in_order(connection, COLUMNS, "one.told", "other.told")
    assert not same_rows(connection, COLUMNS, "one.told", "other.told")
    assert not same_rows(connection, COLUMNS, "other.told", "one.told")


def test_texts_of_the_same_hash_differ(connection: duckdb.DuckDBPyConnection) -> None:
    for catalog, text in zip(("one", "other"), SAME_HASH, strict=True):
        connection.execute(f"update {catalog}.told set name = $1 where id = 5", [text])
    assert not same_rows(connection, COLUMNS, "one.told", "other.told")


def test_another_order_is_the_same_rows(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table other.turned as from other.told order by id desc")
    assert not same_in_order(connection, COLUMNS, "one.told", "other.turned")
    assert same_rows(connection, COLUMNS, "one.told", "other.turned")


def test_a_view_that_joins_is_compared_by_checksum(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create view one.joined as select id, name, told.value from one.told "
        "inner join (select id from one.told) using (id)"
    )
    assert not same_in_order(connection, COLUMNS, "one.joined", "other.told")
    assert same_rows(connection, COLUMNS, "one.joined", "other.told")
