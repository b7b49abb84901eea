"""Rows that differ between two versions, by day and cause."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from pipelines.restatement.facts import changed_rows
from tests.same_hash import SAME_HASH

_COLUMNS = (
    "order_key varchar, customer_id bigint, sale_date date, refund_cny decimal(18, 4), "
    "province varchar"
)
FIRST, SECOND = date(2026, 7, 1), date(2026, 7, 2)


@pytest.fixture
def versions() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for catalog in ("older", "newer"):
            connection.execute(f"attach ':memory:' as {catalog}")
            connection.execute(f"create schema {catalog}.customer_center")
            connection.execute(f"create table {catalog}.customer_center.fct_orders ({_COLUMNS})")
        yield connection


def order(connection: duckdb.DuckDBPyConnection, catalog: str, *values: object) -> None:
    connection.execute(
        f"insert into {catalog}.customer_center.fct_orders values (?, ?, ?, ?, ?)", values
    )


def changes(connection: duckdb.DuckDBPyConnection) -> dict[date, dict[str, int]]:
    counts = changed_rows(connection, "older", "newer", SECOND)
    assert {table for table, _ in counts} <= {"fct_orders"}
    return {day: dict(rows) for (_, day), rows in counts.items()}


def test_every_cause_is_told_apart(versions: duckdb.DuckDBPyConnection) -> None:
    for catalog in ("older", "newer"):
        order(versions, catalog, "same", 1, FIRST, 0, "广东")
    order(versions, "older", "gone", 1, FIRST, 0, "广东")
    order(versions, "newer", "late", 1, FIRST, 0, "广东")
    order(versions, "older", "merged", 1, FIRST, 0, "广东")
    order(versions, "newer", "merged", 2, FIRST, 0, "广东")
    order(versions, "older", "sent back", 1, FIRST, 0, "广东")
    order(versions, "newer", "sent back", 1, FIRST, 5, "广东")
    order(versions, "older", "corrected", 1, FIRST, 0, None)
    order(versions, "newer", "corrected", 1, FIRST, 0, "上海")
    assert changes(versions) == {
        FIRST: {
            "withdrawn_rows": 1,
            "late_rows": 1,
            "identity": 1,
            "refund": 1,
            "corrected_rows": 1,
        }
    }


def test_a_row_that_moved_counts_on_both_days(versions: duckdb.DuckDBPyConnection) -> None:
    order(versions, "older", "moved", 1, FIRST, 0, "广东")
    order(versions, "newer", "moved", 1, SECOND, 0, "广东")
    assert changes(versions) == {FIRST: {"corrected_rows": 1}, SECOND: {"corrected_rows": 1}}


def test_days_after_the_older_version_are_news(versions: duckdb.DuckDBPyConnection) -> None:
    order(versions, "newer", "new", 1, date(2026, 7, 3), 0, "广东")
    assert changes(versions) == {}


def test_a_customer_who_became_known_is_identity(versions: duckdb.DuckDBPyConnection) -> None:
    order(versions, "older", "guest", None, FIRST, 0, "广东")
    order(versions, "newer", "guest", 7, FIRST, 0, "广东")
    assert changes(versions) == {FIRST: {"identity": 1}}


def test_a_text_that_became_one_of_the_same_hash_is_corrected(
    versions: duckdb.DuckDBPyConnection,
) -> None:
    order(versions, "older", "text", 1, FIRST, 0, SAME_HASH[0])
    order(versions, "newer", "text", 1, FIRST, 0, SAME_HASH[1])
    order(versions, "older", SAME_HASH[0], 1, SECOND, 0, "广东")
    order(versions, "newer", SAME_HASH[1], 1, SECOND, 0, "广东")
    assert changes(versions) == {
        FIRST: {"corrected_rows": 1},
        SECOND: {"late_rows": 1, "withdrawn_rows": 1},
    }
