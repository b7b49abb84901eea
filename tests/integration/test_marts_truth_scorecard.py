"""The scorecard of the published snapshot against the truth of the simulated brand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from pipelines.publishing.reader import connect
from tests.integration.conftest import RefreshedBrand

pytestmark = pytest.mark.truth


def stated(refreshed: RefreshedBrand, kpi: str, period: str = "day") -> dict[date, float]:
    with connect(refreshed.siyu.settings) as snapshot:
        rows = snapshot.fetch(
            "select period_start, kpi_value from marts.rpt_kpi_scorecard "
            "where kpi = ? and period_type = ? and kpi_value is not null",
            [kpi, period],
        )[1]
    return dict(rows)


def test_sales_are_true_by_day_week_and_month(refreshed: RefreshedBrand) -> None:
    """Exact in all; by period but for orders that were paid after the midnight of their day."""
    with connect(refreshed.siyu.settings) as snapshot:
        sold = snapshot.polars(
            "select platform, account, order_id, sale_date from customer_center.fct_orders "
            "where sale_date <= (select max(as_of_date) from marts.rpt_kpi_scorecard)"
        )
    orders = refreshed.truth.orders.join(
        sold, on=["platform", "account", "order_id"], how="semi"
    ).with_columns(
        day=pl.col("created_at").dt.date(),
        net=(pl.col("gross_fen") - pl.col("refund_fen")) / 100,
    )
    starts: dict[str, Callable[[pl.Expr], pl.Expr]] = {
        "day": lambda day: day,
        "week": lambda day: day.dt.truncate("1w"),
        "month": lambda day: day.dt.truncate("1mo"),
    }
    for period, start in starts.items():
        true = dict(orders.group_by(start(pl.col("day"))).agg(pl.col("is_valid").sum()).iter_rows())
        found = stated(refreshed, "orders", period)
        assert sum(found.values()) == sum(true.values())
        moved = sum(abs(found.get(day, 0) - true.get(day, 0)) for day in found.keys() | true.keys())
        assert moved <= 0.05 * sum(true.values())
        money = stated(refreshed, "net_gmv", period)
        assert sum(money.values()) == pytest.approx(orders["net"].sum())


def test_leads_are_true(refreshed: RefreshedBrand) -> None:
    true = (
        refreshed.truth.headline.filter(pl.col("metric") == "leads")
        .group_by("date")
        .agg(pl.col("value").sum())
    )
    found = stated(refreshed, "leads")
    assert found == {day: value for day, value in true.iter_rows() if value}


def test_what_no_export_holds_is_said_and_never_guessed(refreshed: RefreshedBrand) -> None:
    with connect(refreshed.siyu.settings) as snapshot:
        rows = snapshot.fetch(
            "select kpi, max(unavailable_reason), count(kpi_value) from marts.rpt_kpi_scorecard "
            "where kpi in ('fan_interaction_ratio', 'fan_watch_time_ratio', "
            "'search_after_share') group by kpi"
        )[1]
    assert len(rows) == 3
    assert all(reason and values == 0 for _, reason, values in rows)
