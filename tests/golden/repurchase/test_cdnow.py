"""The models' own SQL on the customers of CDNOW, from orders to curves: lifetimes and lifelines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from benchmarks.inputs.compiled import compile_models
from pipelines.settings import Settings
from tests.golden.repurchase.cdnow import CALIBRATION_ENDS, ENDS, purchases, summaries

MODELS = {
    "int_orders": "intermediate",
    "int_orders__occasions": "intermediate",
    "int_repurchase__windows": "intermediate",
    "int_repurchase__segments": "intermediate",
    "int_repurchase__durations": "intermediate",
    "int_repurchase__cells": "intermediate",
    "int_repurchase__curve": "intermediate",
    "fct_order_sequence": "customer_center",
    "rpt_repurchase_curve": "marts",
    "rpt_repurchase_gap": "marts",
}
PLATFORMS = "tmall douyin wechat_shop youzan jd xiaohongshu kuaishou tiktok_shop shopify laike"
CUSTOMERS = 2357
ZERO_PRICED = 8
"""Purchases that cost nothing, each the only one of its customer."""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every model on the sample, under the settings that ship: what cost nothing is no purchase."""
    settings = Settings(data=tmp_path_factory.mktemp("cdnow"))
    settings.warehouse_path.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        _write_inputs(connection, settings)
    sql = compile_models(settings, list(MODELS), {})
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        for model, schema in MODELS.items():
            kind = "view" if model == "fct_order_sequence" else "table"
            connection.execute(f"create {kind} {schema}.{model} as {sql[model]}")
        yield connection


def _write_inputs(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    noon = timedelta(hours=12)
    orders = pl.DataFrame(
        [
            (f"o{number}", str(row.customer), datetime(*row.day.timetuple()[:3]) + noon, row.value)
            for number, row in enumerate(purchases())
        ],
        ["order_key", "identifier_value", "paid_at", "total_cny"],
        orient="row",
    ).to_arrow()
    connection.register("orders", orders)
    seed = settings.dbt_project_folder / "seeds" / "repurchase_windows.csv"
    connection.execute(
        f"""
        create schema seeds; create schema staging; create schema intermediate;
        create schema customer_center; create schema marts;
        create table seeds.repurchase_windows as from read_csv('{seed}', header = true);
        create table intermediate.int_calendar__as_of as
            select date '{ENDS}' as as_of_date, 90 as repurchase_days;
        create table intermediate.int_calendar__numbers as
            select range as number from range(1000);
        create table intermediate.int_orders__pos as
            select order_key, 'pos' as platform, 'shop' as account, order_key as order_id,
                'crm_member_id' as identifier_type, identifier_value, null::text as order_status,
                null::text as province, null::text as city, null::text as store_name,
                null::text as channel, true as is_paid, false as is_closed,
                false as is_channel_pending, total_cny, total_cny as gmv_cny, 0 as refund_cny,
                total_cny as net_gmv_cny, total_cny as received_cny, 1 as quantity,
                paid_at as created_at, paid_at, 1 as file_id
            from orders;
        create table staging.stg_identity__identifiers as
            select distinct identifier_type, identifier_value,
                identifier_value::bigint as identifier_id
            from intermediate.int_orders__pos;
        create table staging.stg_identity__map as
            select identifier_id, identifier_id as customer_id,
                timestamp '1900-01-01' as valid_from, timestamp '9999-12-31' as valid_to
            from staging.stg_identity__identifiers;
        create table intermediate.int_cohort__customers as
            select distinct customer_id, null::text as first_product, null::text as first_channel,
                null::date as first_touch_date
            from staging.stg_identity__map;
        create table intermediate.int_cohort__members as
            select distinct customer_id, date '1997-01-01' as first_order_date,
                'channel' as first_channel, 'domain' as first_domain,
                'product' as first_product, 'role' as product_role
            from staging.stg_identity__map;
        """
    )
    for platform in PLATFORMS.split():
        connection.execute(
            f"create view intermediate.int_orders__{platform} as "
            "from intermediate.int_orders__pos where false"
        )


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    return json.loads(Path(__file__).with_name("reference.json").read_text("utf-8"))


def test_repeat_purchases_equal_those_of_lifetimes(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Occasions after the first, weeks to the last one and weeks watched, as of September 1997.

    lifetimes counts what cost nothing; of those customers it is the only purchase.
    """
    warehouse.begin()
    warehouse.execute(
        f"update intermediate.int_calendar__as_of set as_of_date = '{CALIBRATION_ENDS}'"
    )
    rows = warehouse.execute(
        """
        select customer_id, max(occasion_number) - 1, max(days_observed) - min(days_observed),
            max(days_observed)
        from customer_center.fct_order_sequence group by customer_id
        """
    ).fetchall()
    warehouse.rollback()
    paying = {row.customer for row in purchases() if row.value > 0}
    theirs = {customer: row for customer, row in summaries().items() if customer in paying}
    assert len(theirs) == CUSTOMERS - ZERO_PRICED
    assert {row[0]: row[1] for row in rows} == {
        customer: summary.frequency for customer, summary in theirs.items()
    }
    for customer, _, recency, age in rows:
        assert recency / 7 == pytest.approx(theirs[customer].recency, abs=0.006)
        assert age / 7 == pytest.approx(theirs[customer].age, abs=0.006)


def test_what_cost_nothing_is_no_purchase(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "select count(*), count(*) filter (where is_valid) from intermediate.int_orders"
    ).fetchall()
    assert rows == [(6919, 6919 - ZERO_PRICED)]
    days = {(row.customer, row.day) for row in purchases() if row.value > 0}
    rows = warehouse.execute(
        "select customer_id, occasion_date from intermediate.int_orders__occasions"
    ).fetchall()
    assert len(rows) == len(days) == 6688
    assert set(rows) == days


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_the_curve_equals_that_of_lifelines(
    warehouse: duckdb.DuckDBPyConnection, reference: dict[str, Any], step: int
) -> None:
    expected = reference[str(step)]
    rows = warehouse.execute(
        """
        select duration_days, at_risk, repurchased_on_day, survival_rate, customers
        from marts.rpt_repurchase_curve
        where cohort = 'all' and segment_type = 'all' and from_n = ? order by duration_days
        """,
        [step],
    ).fetchall()
    assert [row[:3] for row in rows] == [tuple(row[:3]) for row in expected["curve"]]
    assert {row[4] for row in rows} == {expected["customers"]}
    survival = [row[3] for row in expected["curve"]]
    assert [row[3] for row in rows] == pytest.approx(survival, abs=2e-15, rel=0)


def test_the_median_equals_that_of_lifelines(
    warehouse: duckdb.DuckDBPyConnection, reference: dict[str, Any]
) -> None:
    rows = warehouse.execute(
        "select from_n, km_median_gap_days from marts.rpt_repurchase_gap "
        "where cohort = 'all' and segment_type = 'all'"
    ).fetchall()
    assert {str(step): median for step, median in rows} == {
        step: expected["median"] for step, expected in reference.items()
    }
