"""A version that begins as a copy of the last one's file, and when it may not."""

from __future__ import annotations

from datetime import timedelta

import duckdb
import pytest

from pipelines.publishing import PublishedVersion, base, changes, layout, versions
from pipelines.publishing.manifest import hash_file
from pipelines.publishing.relations import Relation
from pipelines.settings import Settings
from tests.same_hash import SAME_HASH
from tests.unit.publishing.conftest import FIRST, NOW, publish_now, write_warehouse

ROWS = 2_000


def change(settings: Settings, sql: str) -> None:
    with duckdb.connect(str(settings.warehouse_path)) as warehouse:
        warehouse.execute(sql)


def assert_equal_to_the_warehouse(settings: Settings, published: PublishedVersion) -> None:
    """Every published table and view is there as in the warehouse, and no other."""
    with duckdb.connect() as con:
        con.execute(f"attach '{settings.warehouse_path}' as warehouse (read_only)")
        con.execute(f"attach '{published.database}' as snapshot (read_only)")
        relations = (
            "select schema_name, table_name as name, comment from duckdb_tables() where "
            "database_name = '{0}' union all select schema_name, view_name, comment "
            "from duckdb_views() where database_name = '{0}' and not internal"
        )
        held = con.execute(relations.format("snapshot") + " order by all").fetchall()
        expected = con.execute(
            f"from ({relations.format('warehouse')}) where schema_name <> 'staging' "
            "and not ends_with(name, '__dbt_tmp') order by all"
        ).fetchall()
        assert held == expected
        for schema, name, _ in held:
            one, other = (f'{catalog}."{schema}"."{name}"' for catalog in ("warehouse", "snapshot"))
            columns = [con.execute(f"describe {table}").fetchall() for table in (one, other)]
            assert [row[:2] for row in columns[0]] == [row[:2] for row in columns[1]]
            for left, right in ((one, other), (other, one)):
                differing = con.execute(f"from {left} except all from {right}").fetchall()
                assert differing == [], f"{name}: {differing[:3]}"


@pytest.fixture
def first(settings: Settings) -> PublishedVersion:
    write_warehouse(settings, rows=ROWS)
    change(
        settings,
        "create table marts.rpt_days as select date '2026-01-30' as as_of_date, range as id, "
        f"range % 7 as value, nullif(range % 3, 0) as gap from range({ROWS})",
    )
    return publish_now(settings)


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "update marts.rpt_days set value = 99 where id % 50 = 1",
        "delete from marts.rpt_days where id % 9 = 1",
        "insert into marts.rpt_days select as_of_date, id + 10000, value, gap from marts.rpt_days "
        "limit 30",
        "update marts.rpt_days set as_of_date = date '2026-01-31', "
        "value = case when id < 20 then -1 else value end",
        "update marts.rpt_days set as_of_date = date '2026-01-31' where id < 20",
        "update marts.rpt_days set as_of_date = null",
        "update marts.rpt_days set gap = null where id = 7; "
        "update customer_center.dim_customers set name = '客户' where customer_id = 1",
        "delete from marts.rpt_days",
        "update marts.rpt_days set value = id + 1",
        "drop table marts.rpt_days; create table marts.rpt_other as select 1 as one",
        "alter table marts.rpt_days add column more varchar",
        "drop table marts.rpt_days; create view marts.rpt_days as from marts.rpt_tiers",
        "drop view marts.rpt_view; create table marts.rpt_view as select 1 as one",
        "create or replace view marts.rpt_view as select 7 as seven from marts.rpt_tiers",
        "create table marts.rpt_outside as from staging.secret",
    ],
)
def test_a_changed_copy_equals_the_warehouse(
    sql: str, settings: Settings, first: PublishedVersion
) -> None:
    before = hash_file(first.database)
    change(settings, sql)
    second = publish_now(settings)
    assert second.manifest.written_whole == FIRST
    assert_equal_to_the_warehouse(settings, second)
    assert hash_file(first.database) == before == first.manifest.file_sha256
    assert hash_file(second.database) == second.manifest.file_sha256
    third = publish_now(settings)
    assert third.manifest.tables == second.manifest.tables
    assert_equal_to_the_warehouse(settings, third)


def test_a_text_that_became_one_of_the_same_hash_is_a_change(settings: Settings) -> None:
    write_warehouse(settings, rows=ROWS)
    assert duckdb.execute("select hash($1) = hash($2)", SAME_HASH).fetchall() == [(True,)]
    change(settings, f"update customer_center.dim_customers set name = '{SAME_HASH[0]}'")
    publish_now(settings)
    change(
        settings,
        f"update customer_center.dim_customers set name = '{SAME_HASH[1]}' where customer_id = 7",
    )
    assert_equal_to_the_warehouse(settings, publish_now(settings))


def test_only_rows_that_differ_are_written(
    settings: Settings, first: PublishedVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought: dict[str, bool] = {}
    honest = changes.bring_up_to_date

    def noting(
        connection: duckdb.DuckDBPyConnection, relation: Relation, source: str, copy: str
    ) -> bool:
        brought[relation.key] = honest(connection, relation, source, copy)
        return brought[relation.key]

    monkeypatch.setattr("pipelines.publishing.snapshot.bring_up_to_date", noting)
    change(
        settings,
        "update marts.rpt_days set as_of_date = date '2026-01-31', value = value + (id < 9)::int;"
        "update marts.rpt_tiers set number = 2",
    )
    publish_now(settings)
    assert brought == {"marts.rpt_days": True, "marts.rpt_tiers": False}


def test_rows_that_stand_twice_are_copied_whole(
    settings: Settings, first: PublishedVersion
) -> None:
    change(settings, "insert into marts.rpt_days select * from marts.rpt_days where id in (1, 2)")
    second = publish_now(settings)
    assert second.manifest.written_whole == second.version
    change(
        settings,
        "delete from marts.rpt_days where id = 1; "
        "insert into marts.rpt_days select * from marts.rpt_days where id = 2",
    )
    assert_equal_to_the_warehouse(settings, publish_now(settings))


def test_a_forgotten_person_is_in_no_byte_of_the_next_version(settings: Settings) -> None:
    write_warehouse(settings)
    change(
        settings,
        "create table marts.rpt_people as select range as id, "
        "if(range = 7, 'Wang Forgotten', chr((97 + range)::int)) as name from range(10)",
    )
    assert b"Wang Forgotten" in publish_now(settings).database.read_bytes()
    change(settings, "delete from marts.rpt_people where id = 7")
    second = publish_now(settings)
    assert second.manifest.written_whole == FIRST

    forgotten_at = NOW + timedelta(seconds=1)
    third = publish_now(settings, NOW + timedelta(seconds=2), forgotten_at=forgotten_at)
    assert third.manifest.written_whole == third.version
    assert b"Wang Forgotten" not in third.database.read_bytes()
    fourth = publish_now(settings, NOW + timedelta(seconds=3), forgotten_at=forgotten_at)
    assert fourth.manifest.written_whole == third.version


def test_a_file_is_written_whole_again_when_the_last_whole_one_is_kept_no_more(
    settings: Settings, first: PublishedVersion
) -> None:
    published = [first, *(publish_now(settings, NOW + timedelta(days=day)) for day in range(1, 6))]
    whole = [version.manifest.written_whole for version in published]
    names = [version.version for version in published]
    assert whole == [names[0]] * 4 + [names[4]] * 2
    assert len(versions(settings)) == 3


def test_other_rules_another_engine_and_wasted_space_write_the_file_whole(
    settings: Settings, first: PublishedVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chosen(rules: str | None = "r1") -> bool:
        return base.choose_base(settings, rules=rules, forgotten_at=None) is not None

    assert chosen()
    assert not chosen("r2")
    assert not chosen(None)
    with monkeypatch.context() as other:
        other.setattr(duckdb, "__version__", "9.9.9")
        assert not chosen()
    with monkeypatch.context() as other:
        other.setattr(base, "_MOST_GROWTH", 0.9)
        assert not chosen()
    unmarked = first.manifest.model_copy(update={"written_whole": None})
    first.folder.joinpath(layout.MANIFEST_NAME).unlink()
    unmarked.write(first.folder)
    assert not chosen()
    first.folder.rename(first.folder.with_name("elsewhere"))
    assert not chosen()
