"""Service and leads against the simulated brand."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from pipelines.publishing.reader import connect
from tests.integration.conftest import RefreshedBrand

pytestmark = pytest.mark.truth


def published(refreshed: RefreshedBrand, sql: str) -> pl.DataFrame:
    with connect(refreshed.siyu.settings) as snapshot:
        return snapshot.polars(sql)


def test_chats_and_minutes_of_every_day_equal_the_truth(refreshed: RefreshedBrand) -> None:
    found = published(
        refreshed,
        "select period_start_date as date, sum(conversations) as chats, "
        "sum(first_reply_minutes) as first_reply_minutes "
        "from marts.rpt_service where source = 'wecom' group by all having chats > 0",
    )
    headline = refreshed.truth.headline.filter(platform="wecom")
    for metric in ("chats", "first_reply_minutes"):
        true = dict(headline.filter(metric=metric).select("date", "value").iter_rows())
        assert {row["date"]: int(row[metric]) for row in found.to_dicts()} == true, metric
    assert len(found) > 30


def test_leads_of_every_month_and_channel_equal_the_truth(refreshed: RefreshedBrand) -> None:
    left = refreshed.truth.touches.filter(kind="lead_left")
    true = left.group_by(month=pl.col("at").dt.month_start().dt.date(), channel="channel").len()
    found = published(
        refreshed,
        "select lead_month, channel, sum(leads_left) as leads_left from marts.rpt_leads "
        "group by all",
    )
    assert found.height > 3
    assert set(found.iter_rows()) == set(true.iter_rows())


def test_what_leads_bought_is_never_more_than_the_truth(refreshed: RefreshedBrand) -> None:
    """Leads without a clear phone belong to nobody, so that less is known than is true."""
    [[days]] = published(refreshed, "select max(lead_window_days) from marts.rpt_leads").rows()
    left = refreshed.truth.touches.filter(kind="lead_left").select("person_id", left="at")
    named = refreshed.truth.orders.filter("is_valid", "is_identified")
    wait = pl.col("created_at").dt.date() - pl.col("left").dt.date()
    bought = named.join(left, on="person_id").filter(
        (pl.col("created_at") >= pl.col("left")) & (wait <= timedelta(days=days))
    )
    true = bought.select((pl.col("gross_fen") - pl.col("refund_fen")).sum() / 100).item()
    found = published(
        refreshed,
        "select sum(deal_net_gmv_cny) as net, sum(deal_leads) as deals, "
        "sum(identified_leads) as identified, sum(leads_left) as leads from marts.rpt_leads",
    ).row(0, named=True)
    assert 0.7 < found["identified"] / found["leads"] <= 1
    assert 0 <= float(found["net"]) <= true
    assert 0 < found["deals"] <= found["leads"]
