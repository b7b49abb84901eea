"""`siyu explain order`: what it reads, what it prints, and what it says when it cannot."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from pipelines.attribution.explain import OrderNotExplainedError, explain_order
from pipelines.reporting import attribution_pages


class Snapshot:
    """As much of a published version as an explanation reads."""

    version = "v1"

    def __init__(self) -> None:
        self._connection = duckdb.connect()
        self._connection.execute(
            """
            create schema customer_center; create schema marts;
            create table customer_center.fct_orders (order_key text, order_id text, platform text,
                account text, is_paid boolean, is_valid boolean, gmv_cny decimal(18, 4),
                refund_cny decimal(18, 4), sale_date date);
            create table marts.rpt_attribution_credit (as_of_date date, conversion_id text,
                touch_id text, model text, lookback_days int, customer_id bigint,
                conversion_type text, converted_at timestamp, touched_at timestamp, channel text,
                domain text, source text, medium text, campaign text, position int,
                hours_before double, is_direct boolean, weight double,
                revenue_gross_cny decimal(18, 4), is_default_lookback boolean, is_mature boolean)
            """
        )

    def order(self, key: str, number: str, *, is_paid: bool = True) -> None:
        self._connection.execute(
            "insert into customer_center.fct_orders "
            "values (?, ?, 'tmall', 'shop', ?, ?, 100, 5, '2026-05-01')",
            [key, number, is_paid, is_paid],
        )

    def credit(self, key: str, touch: str | None, position: int, **weights: float) -> None:
        touched = datetime(2026, 4, 30, 23, position) if touch else None
        for model, weight in weights.items():
            self._connection.execute(
                "insert into marts.rpt_attribution_credit values (?, ?, ?, ?, 30, 7, "
                "'first_order', ?, ?, ?, 'private', 'wecom', '扫码', 'store[1]', ?, 1.5, false, "
                "?, ?, true, true)",
                [date(2026, 5, 31), key, touch or "(unattributed)", model, datetime(2026, 5, 1),
                 touched, touch or "(unattributed)", position, weight, Decimal(100 * weight)],
            )  # fmt: skip

    def fetch(self, sql: str, parameters: list[Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        relation = self._connection.sql(sql, params=parameters)
        return list(relation.columns), relation.fetchall()


@pytest.fixture
def snapshot() -> Snapshot:
    return Snapshot()


def printed(snapshot: Snapshot, order: str, capsys: pytest.CaptureFixture[str]) -> str:
    attribution_pages.print_order_credit(explain_order(snapshot, order), snapshot.version)
    return capsys.readouterr().out


def test_touches_and_the_credit_of_each_model(
    snapshot: Snapshot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attribution_pages._out, "_width", 150)
    snapshot.order("tmall:shop:1", "1")
    snapshot.credit("tmall:shop:1", "qr_code", 1, first=1.0, linear=0.5)
    snapshot.credit("tmall:shop:1", "ads", 2, linear=0.5)
    explanation = explain_order(snapshot, "1")
    assert [touch.touch_id for touch in explanation.touches] == ["qr_code", "ads"]
    assert explanation.credit["linear"]["ads"].revenue_gross_cny == 50
    assert set(explanation.credit["first"]) == {"qr_code"}
    text = printed(snapshot, "tmall:shop:1", capsys)
    assert "paid 2026-05-01 08:00:00, 100.00 yuan, 5.00 refunded; first order of customer 7" in text
    assert "2026-05-01 07:01:00" in text
    assert "store[1]" in text
    assert "50.0 %  50.00" in text
    assert "100.0 %  100.00" in text


def test_a_single_touch_and_none_need_no_table(
    snapshot: Snapshot, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot.order("k1", "1")
    snapshot.credit("k1", "ads", 1, first=1.0, linear=1.0)
    snapshot.order("k2", "2")
    snapshot.credit("k2", None, 1, first=1.0)
    assert "earns the whole order in all 2 models" in printed(snapshot, "1", capsys)
    assert "No touch led to it within 30 days" in printed(snapshot, "2", capsys)


def test_what_cannot_be_explained_is_named_with_a_remedy(snapshot: Snapshot) -> None:
    with pytest.raises(OrderNotExplainedError, match="no order '9' in version v1; give the number"):
        explain_order(snapshot, "9")
    snapshot.order("unpaid", "1", is_paid=False)
    with pytest.raises(OrderNotExplainedError, match="unpaid was never paid or holds returns"):
        explain_order(snapshot, "1")
    snapshot.order("later", "2")
    with pytest.raises(OrderNotExplainedError, match="later lies after the as-of day"):
        explain_order(snapshot, "2")
    snapshot.order("a:3", "3")
    snapshot.order("b:3", "3")
    with pytest.raises(OrderNotExplainedError, match="2 orders have the number 3; give"):
        explain_order(snapshot, "3")
