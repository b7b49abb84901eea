"""One Tmall shop's real order report, through the shipped contract: every reference figure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.publishing.reader import connect
from tests.siyu_process import SiyuProcess

pytestmark = pytest.mark.slow
LOCAL = "cast({} + interval 8 hour as timestamp)"


@pytest.fixture(scope="module")
def reference(shared: Path) -> dict[str, Any]:
    return json.loads((shared / "data/tmall_orders/reference.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def snapshot(shared: Path, tmp_path_factory: pytest.TempPathFactory):
    siyu = SiyuProcess(tmp_path_factory.mktemp("tmall"))
    siyu.land(shared / "data/tmall_orders/tmall_order_report.csv", "tmall")
    siyu.run("refresh")
    with connect(siyu.settings) as connection:
        yield connection


def scalar(snapshot, expression: str, where: str = "true") -> Any:
    _, rows = snapshot.fetch(
        f"select {expression} from customer_center.fct_orders where platform = 'tmall' and {where}"
    )
    return rows[0][0]


FIGURES = {
    "created_orders": "count(*)",
    "distinct_order_ids": "count(distinct order_id)",
    "paid_orders": "count(*) filter (where is_paid)",
    "received_orders": "count(*) filter (where received_cny > 0)",
    "orders_with_refund": "count(*) filter (where refund_cny > 0)",
    "fully_refunded_paid_orders": (
        "count(*) filter (where is_paid and received_cny = 0 and refund_cny >= total_cny)"
    ),
    "provinces": "count(distinct province)",
    "created_first": f"cast({LOCAL.format('min(created_at)')} as varchar)",
    "created_last": f"cast({LOCAL.format('max(created_at)')} as varchar)",
    "paid_first": f"cast({LOCAL.format('min(paid_at)')} as varchar)",
    "paid_last": f"cast({LOCAL.format('max(paid_at)')} as varchar)",
    "rows_paid_gt_total": "count(*) filter (where received_cny > total_cny)",
    "payment_before_creation": "count(*) filter (where paid_at < created_at)",
    "total_zero_rows": "count(*) filter (where total_cny = 0)",
}

AMOUNTS = {
    "GMV_created": "sum(total_cny)",
    "GMV_paid": "sum(total_cny) filter (where is_paid)",
    "received_amount": "sum(received_cny)",
    "refund_amount": "sum(refund_cny)",
}


@pytest.mark.parametrize("name", FIGURES)
def test_figure(snapshot, reference: dict[str, Any], name: str) -> None:
    assert scalar(snapshot, FIGURES[name]) == reference[name]


@pytest.mark.parametrize("name", AMOUNTS)
def test_amount_to_the_cent(snapshot, reference: dict[str, Any], name: str) -> None:
    assert f"{scalar(snapshot, AMOUNTS[name]):.2f}" == f"{reference[name]:.2f}"


def test_conversion_rates(snapshot, reference: dict[str, Any]) -> None:
    paid = scalar(snapshot, "avg(cast(is_paid as int))")
    received = scalar(snapshot, "avg(cast(received_cny > 0 as int))")
    assert round(paid, 6) == reference["payment_conversion"]
    assert round(received, 6) == reference["received_conversion"]


def test_orders_per_day(snapshot, reference: dict[str, Any]) -> None:
    _, rows = snapshot.fetch(
        "select cast(created_date as varchar), count(*) from customer_center.fct_orders group by 1"
    )
    assert dict(rows) == reference["orders_created_by_day"]


def test_orders_and_money_by_province(snapshot, reference: dict[str, Any]) -> None:
    _, rows = snapshot.fetch(
        "select province, count(*), round(sum(received_cny), 2) "
        "from customer_center.fct_orders group by 1"
    )
    orders = {province: count for province, count, _ in rows}
    money = {province: float(amount) for province, _, amount in rows}
    top = reference["orders_by_province_top10"]
    assert {province: orders[province] for province in top} == top
    assert max(count for province, count in orders.items() if province not in top) <= min(
        top.values()
    )
    top_money = reference["received_amount_by_province_top5"]
    assert {province: money[province] for province in top_money} == top_money


def test_nobody_is_invented(snapshot) -> None:
    """The export has no buyer key: every order is kept, none belongs to a customer."""
    assert scalar(snapshot, "count(*) filter (where is_identified)") == 0
    assert snapshot.fetch("select count(*) from customer_center.dim_customers")[1] == [(0,)]
