"""UCI Online Retail through a brand's own contract (one YAML file): cohorts and repurchase."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.publishing.reader import connect
from tests.golden.plain_cohorts import counts_by_cell, published_counts
from tests.siyu_process import SiyuProcess

pytestmark = pytest.mark.slow
BRAND = Path(__file__).parent / "brands" / "online_retail"


@pytest.fixture(scope="module")
def reference(shared: Path) -> dict[str, Any]:
    return json.loads((shared / "data/online_retail_uci/reference.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def snapshot(shared: Path, tmp_path_factory: pytest.TempPathFactory):
    siyu = SiyuProcess(tmp_path_factory.mktemp("retail"), BRAND)
    siyu.land(shared / "data/online_retail_uci/online_retail.parquet", "pos")
    siyu.run("refresh")
    with connect(siyu.settings) as connection:
        yield connection


@pytest.fixture(scope="module")
def purchases(shared: Path) -> pd.DataFrame:
    """Who bought on which day, by the reference's definition of a valid order."""
    lines = pd.read_parquet(shared / "data/online_retail_uci/online_retail.parquet")
    valid = lines[
        lines["CustomerID"].notna()
        & ~lines["InvoiceNo"].str.startswith("C")
        & (lines["Quantity"] > 0)
        & (lines["UnitPrice"] > 0)
    ]
    return pd.DataFrame(
        {"person": valid["CustomerID"], "day": valid["InvoiceDate"].dt.normalize()}
    ).drop_duplicates()


VALID = "from customer_center.fct_orders where is_valid and is_identified"


def test_every_row_is_accounted_for(snapshot, reference: dict[str, Any]) -> None:
    _, rows = snapshot.fetch(
        "select sum(rows_read), sum(rows_loaded + rows_rejected + rows_junk) "
        "from marts.rpt_data_health"
    )
    assert rows == [(reference["raw"]["rows"], reference["raw"]["rows"])]


def test_customers_orders_and_gmv(snapshot, reference: dict[str, Any]) -> None:
    _, rows = snapshot.fetch(f"select count(distinct customer_id), count(*), sum(gmv_cny) {VALID}")
    customers, orders, gmv = rows[0]
    assert (customers, orders) == (
        reference["valid"]["customers"],
        reference["valid"]["orders"],
    )
    assert gmv == Decimal(str(reference["valid"]["gmv"]))


def test_guests_are_counted_apart(snapshot, reference: dict[str, Any]) -> None:
    _, rows = snapshot.fetch(
        "select count(*), sum(gmv_cny) from customer_center.fct_orders "
        "where is_valid and not is_identified"
    )
    assert rows[0][0] == reference["valid"]["guest_valid_invoices"]
    assert rows[0][1] == Decimal(str(reference["valid"]["guest_gmv"]))


def test_cancellations_lower_net_gmv(snapshot, reference: dict[str, Any]) -> None:
    """Net of every return, as the reference counts it: valid lines plus cancelled lines."""
    _, rows = snapshot.fetch(
        "select sum(net_gmv_cny) from customer_center.fct_orders where is_identified"
    )
    net = reference["cancellations_with_customer"]["net_gmv_valid_plus_cancel"]
    assert round(float(rows[0][0]), 2) == net


def test_gmv_by_month(snapshot, reference: dict[str, Any]) -> None:
    _, rows = snapshot.fetch(
        f"select strftime(sale_date, '%Y-%m'), round(sum(gmv_cny), 2) {VALID} group by 1"
    )
    assert {month: float(gmv) for month, gmv in rows} == reference["gmv_by_month"]


def test_monthly_cohort_counts(snapshot, reference: dict[str, Any]) -> None:
    _, rows = snapshot.fetch(
        "select strftime(cohort_period, '%Y-%m'), k, active_customers "
        "from marts.rpt_cohort where cohort_kind = 'first_order' "
        "and cohort_period_type = 'month' and clock = 'calendar' and segment_type = 'all' "
        "order by all"
    )
    counts: dict[str, list[int]] = {}
    for cohort, _, customers in rows:
        counts.setdefault(cohort, []).append(customers)
    assert counts == reference["retention"]["monthly_cohort_counts"]


@pytest.mark.parametrize(
    ("period", "clock", "rolling_days"),
    [("month", "calendar", None), ("quarter", "calendar", None), ("month", "rolling_30", 30)],
)
def test_cohorts_count_as_people_one_by_one(
    snapshot, purchases: pd.DataFrame, period: str, clock: str, rolling_days: int | None
) -> None:
    expected = counts_by_cell(purchases, period, date(2011, 12, 9), rolling_days)
    assert published_counts(snapshot, period, clock) == expected


def test_guests_are_no_cohort_of_customers(snapshot, reference: dict[str, Any]) -> None:
    _, rows = snapshot.fetch(
        "select sum(orders), sum(revenue_gross_cny), sum(cohort_size), count(retention_rate) "
        "from marts.rpt_cohort where cohort_kind = 'guest_order' and cohort_period_type = 'month'"
    )
    assert rows[0][0] == reference["valid"]["guest_valid_invoices"]
    assert rows[0][1] == Decimal(str(reference["valid"]["guest_gmv"]))
    assert rows[0][2:] == (0, 0)


def test_the_triangle_of_the_first_cohort(snapshot, reference: dict[str, Any]) -> None:
    """Its last month, December 2011, still runs: counted, but without a rate."""
    _, rows = snapshot.fetch(
        "select measure, cohort_size, last_mature_k, k0, k11, k12, k13 "
        "from marts.rpt_cohort_triangle where cohort_kind = 'first_order' "
        "and cohort_period_type = 'month' and clock = 'calendar' and segment_type = 'all' "
        "and cohort_period = date '2010-12-01' "
        "and measure in ('active_customers', 'retention_rate') order by measure"
    )
    counts = reference["retention"]["monthly_cohort_counts"]["2010-12"]
    assert rows == [
        ("active_customers", counts[0], 11, counts[0], counts[11], counts[12], None),
        ("retention_rate", counts[0], 11, 1.0, counts[11] / counts[0], None, None),
    ]


def test_loyalty_is_two_purchase_days(snapshot, reference: dict[str, Any]) -> None:
    _, rows = snapshot.fetch(
        "select lifetime_tier, count(*) from customer_center.dim_customers group by 1"
    )
    tiers = dict(rows)
    loyal = reference["siyu_definition"]["L_two_dates"]
    assert tiers["L"] == loyal
    assert tiers["P"] == reference["valid"]["customers"] - loyal


@pytest.mark.parametrize("window", [30, 60, 90, 180, 365])
def test_repurchase_over_mature_buyers(snapshot, reference: dict[str, Any], window: int) -> None:
    expected = reference["siyu_definition"][f"repurchase_{window}d"]
    _, rows = snapshot.fetch(
        "select eligible, repurchased, rate_mature from marts.rpt_repurchase_window "
        "where cohort = 'all' and segment_type = 'all' and from_n = 1 and window_days = ?",
        [window],
    )
    assert len(rows) == 1
    eligible, repurchased, rate = rows[0]
    assert (eligible, repurchased) == (expected["mature_buyers"], expected["repurchased"])
    assert round(float(rate), 6) == expected["rate"]


def test_as_of_is_the_last_day_of_the_data(snapshot, reference: dict[str, Any]) -> None:
    assert str(snapshot.manifest.as_of) == reference["siyu_definition"]["last_date"]


@pytest.mark.parametrize(
    ("window", "naive", "mature", "kaplan_meier"),
    [(180, 0.568, 0.657, 0.658), (365, 0.643, 0.873, 0.848)],
)
def test_three_rates_that_are_told_apart(
    snapshot, window: int, naive: float, mature: float, kaplan_meier: float
) -> None:
    """Measured apart from this project, with lifelines for the last."""
    _, rows = snapshot.fetch(
        "select rate_naive, rate_mature, rate_km from marts.rpt_repurchase_window "
        "where cohort = 'all' and segment_type = 'all' and from_n = 1 and window_days = ?",
        [window],
    )
    assert [round(rate, 3) for rate in rows[0]] == [naive, mature, kaplan_meier]


def test_periods_say_what_the_cohorts_say(snapshot, reference: dict[str, Any]) -> None:
    """New buyers of a month, and of December 2010 those who bought in January 2011."""
    _, rows = snapshot.fetch(
        "select strftime(period_start, '%Y-%m'), new_buyers, returned_buyers "
        "from marts.rpt_repurchase_period where calendar_period = 'month'"
    )
    counts = reference["retention"]["monthly_cohort_counts"]
    assert {month: new for month, new, _ in rows} == {m: row[0] for m, row in counts.items()}
    assert {month: back for month, _, back in rows}["2010-12"] == counts["2010-12"][1]
