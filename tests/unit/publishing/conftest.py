"""A small warehouse to publish."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.publishing import Companion, PublishedVersion, SnapshotConnection, publish
from pipelines.settings import Settings

NOW = datetime(2026, 1, 31, 22, 0, 0, tzinfo=UTC)
FIRST = "20260131T220000Z"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", keep_versions=3)


def write_warehouse(settings: Settings, number: int = 1, rows: int = 100) -> None:
    """Two tables and a view whose every row says `number`, and relations not to publish."""
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.warehouse_path)) as warehouse:
        warehouse.execute(
            f"""
            create schema if not exists customer_center;
            create schema if not exists marts;
            create schema if not exists staging;
            create or replace table customer_center.dim_customers as
                select range as customer_id, {number} as number, 'guest ' || range as name,
                    cast(range as decimal(18, 4)) as net_gmv_cny
                from range({rows});
            create or replace table marts.rpt_tiers as
                select range as customer_id, {number} as number from range({rows * 2});
            create or replace view marts.rpt_view as
                select count(*) as customers, {number} as number from customer_center.dim_customers;
            create or replace table marts.rpt_tiers__dbt_tmp as select 1 as half_built;
            create or replace table staging.secret as select 'x' as receiver_phone;
            comment on table customer_center.dim_customers is 'One row per customer''s id (客户)';
            comment on column customer_center.dim_customers.name is '昵称';
            comment on view marts.rpt_view is 'One row';
            """
        )


def read_number(snapshot: SnapshotConnection) -> int:
    """The number that every row of the version says; fails when the version is not whole."""
    [(number, customers), (other, tiers)] = snapshot.fetch(
        """
        select number, count(*) from customer_center.dim_customers group by all
        union all
        select number, count(*) from marts.rpt_tiers group by all
        """
    )[1]
    assert (number, customers, tiers) == (other, 100, 200), "a mixture of versions"
    return int(number)


def publish_now(
    settings: Settings,
    now: datetime = NOW,
    forgotten_at: datetime | None = None,
    companions: Mapping[str, Companion] | None = None,
) -> PublishedVersion:
    return publish(
        settings,
        now=now,
        as_of=date(2026, 1, 31),
        sources=[{"source": "tmall", "exported_at": datetime(2026, 1, 31, 20, tzinfo=UTC)}],
        checks={"passed": 12, "warned": 1},
        fingerprint="f1",
        rules="r1",
        forgotten_at=forgotten_at,
        companions=companions,
    )


def describe(settings: Settings) -> None:
    """The data dictionary, and a table with every type that the models use."""
    with duckdb.connect(str(settings.warehouse_path)) as warehouse:
        warehouse.execute(
            """
            create or replace table marts.rpt_types as
            select 1::bigint as id, null::varchar as nothing, '' as empty,
                '客户 "x", \\N' as text, 1.25::decimal(18, 4) as money, 0.5::double as rate,
                true as is_true, date '2026-01-31' as day, ['a', 'b'] as list,
                timestamp '2026-01-31 01:02:03.000004' as at, 7::hugeint as huge;
            create or replace table marts.rpt_data_dictionary as
            select schema_name as table_schema, table_name, column_name,
                'what ' || column_name || ' is' as description, '中文' as label_zh,
                'One row per thing' as table_description, column_name = 'name' as is_personal
            from duckdb_columns() where schema_name in ('customer_center', 'marts');
            """
        )
