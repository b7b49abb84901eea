"""The main job against the truth of the simulated brand, and what a second run does."""

from __future__ import annotations

import json
import os
import shutil
from datetime import datetime, time
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dashboard.figures import Filters
from dashboard.pages import data_health
from pipelines.publishing.reader import connect, read_manifest
from pipelines.settings import LOCAL_TIME_ZONE
from tests.golden.plain_cohorts import counts_by_cell, published_counts
from tests.integration.accuracy import accuracy
from tests.integration.conftest import RefreshedBrand
from tests.integration.restatements import (
    a_member_who_never_bought,
    assert_the_late_order_is_a_restatement,
    published_stocks,
)
from tests.siyu_process import SiyuProcess


def rows(refreshed: RefreshedBrand, sql: str) -> list[tuple]:
    with connect(refreshed.siyu.settings) as snapshot:
        return snapshot.fetch(sql)[1]


def copy_of(refreshed: RefreshedBrand, tmp_path: Path) -> SiyuProcess:
    """The refreshed brand with a data folder of its own, to deliver more files into."""
    data = tmp_path / "data"
    shutil.copytree(refreshed.siyu.settings.data_folder, data, symlinks=True)
    return SiyuProcess(data)


@pytest.mark.truth
def test_every_row_of_every_file_is_accounted_for(refreshed: RefreshedBrand) -> None:
    [(files, read, loaded, rejected, junk)] = rows(
        refreshed,
        "select sum(files), sum(rows_read), sum(rows_loaded), sum(rows_rejected), sum(rows_junk) "
        "from marts.rpt_data_health",
    )
    totals = refreshed.truth.totals
    assert files == totals["files"]
    assert read == totals["rows"]
    assert rejected == totals["rejected"]
    assert junk == totals["junk"]
    assert read == loaded + rejected + junk


@pytest.mark.truth
def test_rejected_rows_say_where_and_why(refreshed: RefreshedBrand) -> None:
    rejected = rows(
        refreshed,
        "select file_name, line_number, reason, remedy from marts.rpt_rejected_rows",
    )
    assert (
        len({(file, line) for file, line, _, _ in rejected}) == refreshed.truth.totals["rejected"]
    )
    assert all(line > 1 and reason and remedy for _, line, reason, remedy in rejected)


@pytest.mark.truth
def test_daily_figures_equal_the_truth(refreshed: RefreshedBrand) -> None:
    """Orders and money per day, platform, account and stated channel, as the files show them."""
    metrics = {
        "orders": "count(*)",
        "paid_orders": "count(*) filter (where is_paid)",
        "valid_orders": "count(*) filter (where is_valid)",
        "identified_orders": "count(*) filter (where is_identified)",
        "gross": "sum(gmv_cny) * 100",
        "refund": "sum(refund_cny) * 100",
        "net": "sum(net_gmv_cny) * 100",
    }
    selected = ", ".join(f"cast({sql} as bigint)" for sql in metrics.values())
    found = {
        (day, platform, account, channel, metric): value
        for day, platform, account, channel, *values in rows(
            refreshed,
            f"select created_date, platform, account, channel, {selected} "
            "from customer_center.fct_orders group by all",
        )
        for metric, value in zip(metrics, values, strict=True)
    }
    expected = refreshed.truth.headline.filter(pl.col("metric").is_in(list(metrics)))
    assert found == {tuple(key): value for *key, value in expected.iter_rows()}
    assert {key[1] for key in found} == {
        "tmall", "douyin", "pos", "youzan", "jd", "xiaohongshu", "kuaishou", "wechat_shop",
    }  # fmt: skip
    assert {key[3] for key in found} >= {"douyin_live", "oceanengine_ads", None}


@pytest.mark.truth
def test_ad_spend_equals_the_truth(refreshed: RefreshedBrand) -> None:
    found = rows(
        refreshed,
        "select report_date, ad_product, account, cast(sum(spend_cny) * 100 as bigint) "
        "from customer_center.fct_ad_spend group by all",
    )
    spend = refreshed.truth.headline.filter(metric="spend")
    spend = spend.group_by("date", "platform", "account")
    assert sorted(found) == sorted(spend.agg(pl.col("value").sum()).iter_rows())


@pytest.mark.truth
def test_attribution_credits_every_valid_order_once(refreshed: RefreshedBrand) -> None:
    """Those that were paid after the midnight of the last day count the day after."""
    total = dict(refreshed.truth.headline.group_by("metric").agg(pl.col("value").sum()).iter_rows())
    [[later]] = rows(
        refreshed,
        "select count(*) from customer_center.fct_orders where is_valid "
        "and sale_date > (select max(as_of_date) from marts.rpt_sales_daily)",
    )
    assert later <= 0.01 * total["valid_orders"]
    for model, conversions, spend in rows(
        refreshed,
        "select (basis, model, lookback_days), sum(conversions), sum(spend_cny) "
        "from marts.rpt_attribution_channel where conversion_type = 'all_orders' group by 1",
    ):
        assert conversions == pytest.approx(total["valid_orders"] - later, abs=1e-6), model
        assert spend * 100 == total["spend"], model


@pytest.mark.truth
@pytest.mark.parametrize(
    ("period", "clock", "rolling_days"),
    [("day", "calendar", None), ("month", "calendar", None), ("week", "rolling_7", 7)],
)
def test_cohorts_follow_the_true_orders(
    refreshed: RefreshedBrand, period: str, clock: str, rolling_days: int | None
) -> None:
    """Orders that count by the truth, of the customers that they were bound to, one by one."""
    true = refreshed.truth.orders.filter("is_valid", "is_identified")
    keys = ["platform", "account", "order_id"]
    bound = pl.DataFrame(
        rows(
            refreshed,
            "select platform, account, order_id, customer_id, sale_date "
            "from customer_center.fct_orders where is_identified",
        ),
        schema=[*keys, "person", "day"],
        orient="row",
    )
    purchases = true.select(keys).join(bound, on=keys)
    assert len(purchases) == len(true)
    with connect(refreshed.siyu.settings) as snapshot:
        published = published_counts(snapshot, period, clock)
        as_of = snapshot.manifest.as_of
    shown = max(k for _, k in published)
    purchases = purchases.filter(pl.col("day") <= as_of)
    cells = counts_by_cell(purchases.to_pandas(), period, as_of, rolling_days)
    assert published == {(start, k): cell for (start, k), cell in cells.items() if k <= shown}
    buyers = sum(cell[0] for (_, k), cell in published.items() if k == 0)
    assert true["person_id"].n_unique() == pytest.approx(buyers, rel=0.15)


@pytest.mark.truth
def test_one_id_follows_the_true_people(refreshed: RefreshedBrand) -> None:
    """Pairwise, over every identifier; recall over what the files can tell (see `evaluate`)."""
    whole = accuracy(refreshed.siyu.settings, refreshed.truth)
    assert whole.precision >= 0.995, whole
    assert whole.recall >= 0.95, whole


def test_the_report_names_the_figures(refreshed: RefreshedBrand) -> None:
    for text in ("What landed", "What was rejected", "AIPL", "Sales", "Cohorts", "Repurchase"):
        assert text in refreshed.output
    assert "Channel attribution" in refreshed.output
    assert "How long each stage took" in refreshed.output
    assert "What to do next" in refreshed.output


def test_nothing_new_changes_nothing_and_says_so(refreshed: RefreshedBrand) -> None:
    settings = refreshed.siyu.settings
    before = settings.warehouse_path.read_bytes()
    versions = sorted((settings.serving_folder / "versions").iterdir())
    assert "Nothing new" in refreshed.siyu.run("run")
    assert settings.warehouse_path.read_bytes() == before
    assert sorted((settings.serving_folder / "versions").iterdir()) == versions


def test_no_personal_value_is_stored_in_clear(refreshed: RefreshedBrand) -> None:
    """No table of the warehouse holds a phone number; the exports do."""
    phones = refreshed.truth.identifiers.filter(identifier_type="phone")["identifier_value"]
    landing = refreshed.siyu.settings.landing_folder
    crm = b"".join(path.read_bytes() for path in (landing / "crm").rglob("*.csv"))
    assert sum(phone.encode() in crm for phone in phones) > 100
    with duckdb.connect(str(refreshed.siyu.settings.warehouse_path), read_only=True) as warehouse:
        columns = warehouse.execute(
            "select schema_name || '.' || table_name, list(column_name) from duckdb_columns() "
            "where data_type = 'VARCHAR' and schema_name not in ('information_schema', 'seeds') "
            "and not internal group by 1"
        ).fetchall()
        assert len(columns) > 50
        for table, names in columns:
            found = " or ".join(
                f"regexp_matches(\"{name}\", '(^|[^0-9a-f])19[49][0-9]{{8}}($|[^0-9a-f])')"
                for name in names
            )
            [(count,)] = warehouse.execute(f"select count(*) from {table} where {found}").fetchall()
            assert count == 0, table


def test_command_line_queries(refreshed: RefreshedBrand) -> None:
    siyu = refreshed.siyu
    sql = (
        "select tier, sum(customers) as customers from marts.rpt_aipl_tiers "
        "where tier_view = 'lifetime' and segment_type = 'all' group by 1 order by 1"
    )
    assert siyu.run("query", sql, "--format", "csv").startswith("tier,customers\n")
    lines = siyu.run("query", sql, "--format", "json").splitlines()
    assert {json.loads(line)["tier"] for line in lines} == {"A", "I", "P", "L"}
    refused = siyu.run("query", "drop table marts.rpt_cohort", expect=1)
    assert "read-only" in refused
    assert "Traceback" not in refused


@pytest.mark.slow
def test_a_late_file_and_a_stranger_while_readers_ask(
    refreshed: RefreshedBrand, tmp_path: Path
) -> None:
    """Readers are answered all along; the late row arrives; the stranger stops nothing."""
    siyu = copy_of(refreshed, tmp_path)
    customer, card = a_member_who_never_bought(siyu)
    stocks = published_stocks(siyu)
    late = siyu.settings.landing_folder / "pos" / "late.csv"
    late.write_text(
        "销售日期,门店名称,收银机,小票号,会员卡号,物料编码,物料描述,销售数量,销售金额,收银员\n"
        f"2026-07-01 10:00:00,杭州一店,T1,LATE0001,{card},P1,示例面霜,1,199.00,收银01\n",
        "gb18030",
    )
    exported = datetime.combine(refreshed.truth.last_day, time(23), LOCAL_TIME_ZONE).timestamp()
    os.utime(late, (exported, exported))  # its name does not tell; the as-of day stays
    (siyu.settings.landing_folder / "stranger.csv").write_text("a,b,c\n1,2,3\n")
    count = "select count(*) as orders from customer_center.fct_orders"
    [before] = siyu.run("query", count, "--format", "csv").splitlines()[1:]
    refresh = siyu.start("refresh")
    answers = set()
    while refresh.poll() is None:
        answers.add(siyu.run("query", count, "--format", "csv").splitlines()[1])
    output = refresh.output
    assert refresh.returncode == 0, output
    [after] = siyu.run("query", count, "--format", "csv").splitlines()[1:]
    assert int(after) == int(before) + 1
    assert before in answers
    assert answers <= {before, after}
    assert "1 file was refused" in output
    assert "stranger.csv" in output
    assert "No contract fits this file" in output
    assert "asset check" not in output, "Dagster's own warnings stay out of what an operator reads"
    assert_the_late_order_is_a_restatement(siyu, customer, stocks)
    with connect(siyu.settings) as snapshot:
        told = dict(
            snapshot.fetch(
                "select metric, (restated_value, published_value, restatement_cause, late_rows) "
                "from marts.rpt_restatements where metric_date = '2026-07-01'"
            )[1]
        )
        shown = data_health.PAGE.figure("restatements", snapshot, Filters())
    assert told["orders"] == (1.0, None, "late_rows", 1), "no order was known of that day"
    assert shown.error is None
    assert "orders" in shown.frame["metric"].to_list()


@pytest.mark.slow
def test_a_failed_check_publishes_nothing_and_names_the_remedy(
    refreshed: RefreshedBrand, tmp_path: Path
) -> None:
    """A status that no seed maps: readers keep the last good version."""
    siyu = copy_of(refreshed, tmp_path)
    header = (
        "订单编号,买家会员名,总金额,买家实际支付金额,订单状态,订单创建时间,订单付款时间,退款金额"
    )
    (siyu.settings.landing_folder / "tmall" / "unmapped.csv").write_text(
        f"{header}\n1,某人,10.00,10.00,神秘状态,2026-07-01 10:00:00,2026-07-01 10:01:00,0\n",
        "utf-8",
    )
    version = read_manifest(siyu.settings)
    output = siyu.run("refresh", expect=1)
    assert "tmall_order_status_is_mapped__else_add_a_row_to_seed_order_status_map" in output
    assert f"version {version.version} stays current" in output
    assert "Traceback" not in output
    assert read_manifest(siyu.settings) == version
