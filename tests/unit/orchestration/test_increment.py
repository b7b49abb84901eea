"""A refresh is an increment only after a finished one of the same code, when files were added."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.exports.ledger import ensure_ledger
from pipelines.identity.tables import ensure_identity_tables
from pipelines.orchestration import increment
from pipelines.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", brand_folder=tmp_path / "brand")


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        ensure_ledger(connection)
        ensure_identity_tables(connection)
        load(connection, 1)
        yield connection


def load(connection: duckdb.DuckDBPyConnection, file_id: int) -> None:
    connection.execute(
        "insert into ledger.files (file_id, sha256, file_name, relative_path, account, status, "
        "is_current) values ($1, $1::varchar, 'f', 'f', 'a', 'loaded', true)",
        [file_id],
    )


def refresh(settings: Settings, connection: duckdb.DuckDBPyConnection) -> str:
    """A refresh that succeeds, without what it builds."""
    mode = increment.begin(settings, connection)
    increment.note_staged(connection)
    increment.bind(connection)
    increment.finish(settings, connection, mode)
    return increment.last_refresh(connection)


def test_the_first_is_full_and_the_next_an_increment(
    settings: Settings, warehouse: duckdb.DuckDBPyConnection
) -> None:
    assert refresh(settings, warehouse) == "full: the first one"
    load(warehouse, 2)
    assert increment.begin(settings, warehouse).full_because is None
    assert warehouse.execute("from increment.new_files").fetchall() == [(2,)]
    warehouse.execute("insert into increment.touched_customers values (7), (7), (8)")
    assert refresh(settings, warehouse) == "increment: 1 new file, 2 customers"
    assert warehouse.execute("from increment.touched_customers").fetchall() == []


def test_a_withdrawn_file_makes_it_full(
    settings: Settings, warehouse: duckdb.DuckDBPyConnection
) -> None:
    refresh(settings, warehouse)
    warehouse.execute("update ledger.files set is_current = false")
    assert refresh(settings, warehouse) == "full: 1 files were withdrawn"
    assert refresh(settings, warehouse).startswith("increment: 0 new files")


def test_other_settings_make_it_full(
    settings: Settings, warehouse: duckdb.DuckDBPyConnection
) -> None:
    refresh(settings, warehouse)
    settings.brand_configuration.mkdir()
    (settings.brand_configuration / "brand.yml").write_text("industry_profile: 2\n")
    changed = Settings(data=settings.data, brand_folder=settings.brand_folder)
    assert refresh(changed, warehouse) == "full: settings changed"


def test_a_full_refresh_that_was_killed_is_repeated_in_full(
    settings: Settings, warehouse: duckdb.DuckDBPyConnection
) -> None:
    refresh(settings, warehouse)
    increment.demand_full(warehouse, "asked for")
    increment.begin(settings, warehouse)
    increment.note_staged(warehouse)
    load(warehouse, 2)
    assert refresh(settings, warehouse) == "full: asked for"
    assert increment.refresh_mode(settings, warehouse).full_because is None


def test_an_increment_that_was_killed_keeps_its_news(
    settings: Settings, warehouse: duckdb.DuckDBPyConnection
) -> None:
    refresh(settings, warehouse)
    load(warehouse, 2)
    increment.begin(settings, warehouse)
    warehouse.execute("insert into increment.touched_customers values (7)")
    load(warehouse, 3)
    assert refresh(settings, warehouse) == "increment: 2 new files, 1 customers"


def test_models_that_were_built_by_themselves_are_not_gone_on_from(
    settings: Settings, warehouse: duckdb.DuckDBPyConnection
) -> None:
    refresh(settings, warehouse)
    load(warehouse, 2)
    increment.finish(settings, warehouse, increment.begin(settings, warehouse))
    assert refresh(settings, warehouse) == "full: models were built by themselves"


def test_customers_of_every_run_of_identity_since_are_touched(
    settings: Settings, warehouse: duckdb.DuckDBPyConnection
) -> None:
    warehouse.execute(
        "insert into identity.identity_runs (run_id, run_at, mode, reason) values "
        "(1, now()::timestamp, 'rebuild', 'first run')"
    )
    warehouse.execute("insert into identity.identity_changed_customers values (1, 10)")
    refresh(settings, warehouse)
    warehouse.execute("insert into identity.identity_changed_customers values (2, 11), (3, 12)")
    increment.begin(settings, warehouse)
    increment.bind(warehouse)
    touched = warehouse.execute("from increment.touched_customers order by 1").fetchall()
    assert touched == [(11,), (12,)]
