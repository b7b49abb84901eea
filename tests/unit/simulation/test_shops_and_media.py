"""Orders, refunds and spend of the smaller shops and of the ads, read from the files alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.unit.simulation.conftest import Written
from tests.unit.simulation.reading import Record, money, table

SHOPS = {
    "youzan": ("youzan/订单*.csv", "订单号"),
    "jd": ("jd/*.csv", "订单号"),
    "xiaohongshu": ("xiaohongshu/*.xlsx", "订单号"),
    "kuaishou": ("kuaishou/*.xlsx", "订单号"),
    "wechat_shop": ("wechat_shop/*.zip", "订单号"),
}
SPEND = {
    "oceanengine": (("oceanengine/*/project*.csv", "oceanengine/*/unit*.csv"), "时间-天", "消耗"),
    "qianchuan": (("qianchuan/qc_2001/*.csv",), "日期", "整体消耗"),
    "wanxiangtai": (("wanxiangtai/*/*.xlsx",), "日期", "花费"),
    "juguang": (("xiaohongshu_ads/*/*.csv",), "时间", "消费"),
    "tencent_ads": (("tencent_ads/*/*.csv",), "日期", "花费"),
}

SPOILT = {"两件", "一件", "¥待定", "昨天", "统计中", "未知", "2026-02-30 10:00:00"}
"""Cells that no good row holds."""


def fen(cell: str) -> int:
    """Money of a cell as fen; nothing is zero."""
    text = cell.replace("¥", "")
    return 0 if text in {"", "-", "——"} else int(money(text) * 100)


def newest_orders(written: Written, platform: str) -> dict[str, list[Record]]:
    """Rows of every order in the newest file that holds it."""
    pattern, key = SHOPS[platform]
    orders: dict[str, list[Record]] = {}
    for path in written.paths(pattern):
        found: dict[str, list[Record]] = defaultdict(list)
        number = ""
        for record in read(path, platform):
            number = record[key] or number
            found[number].append(record)
        orders |= found
    return orders


def read(path: Path, source: str) -> Iterator[Record]:
    """Rows of a file by header without those that the simulation has spoilt."""
    header, rows = table(path, source)
    for row in rows:
        cells = [cell.strip() for cell in row]
        is_spoilt = not SPOILT.isdisjoint(cells)
        if not is_spoilt:
            yield dict(zip(header, cells, strict=False))


def amounts(platform: str, rows: list[Record]) -> tuple[int, int]:
    """Paid and refunded fen of one order, as its file states them."""
    first = rows[0]
    if platform == "youzan":
        return fen(first["订单实付金额"]), fen(first["订单已退款金额"])
    if platform == "jd":
        paid = fen(first["应付金额"]) if first["付款确认时间"] else 0
        return paid, paid if "已取消" in first["订单状态"] else 0
    if platform == "xiaohongshu":
        paid = [fen(row["用户应付金额(元)"]) if row["支付时间"] else 0 for row in rows]
        back = [row["售后状态"] == "售后完成" for row in rows]
        return sum(paid), sum(p for p, b in zip(paid, back, strict=True) if b)
    if platform == "kuaishou":
        paid = [fen(row["实付款"]) if row["订单支付时间"] else 0 for row in rows]
        back = [row["售后状态"] == "退款成功" for row in rows]
        return sum(paid), sum(p for p, b in zip(paid, back, strict=True) if b)
    paid_fen = fen(first["订单实际支付金额"]) if first["支付时间"] else 0
    return paid_fen, sum(fen(row["商品已退款金额"]) for row in rows)


@pytest.mark.parametrize("platform", SHOPS)
def test_orders_of_the_files_are_those_of_the_truth(written: Written, platform: str) -> None:
    found = {
        number: amounts(platform, rows)
        for number, rows in newest_orders(written, platform).items()
        if number not in {"", "——"} and not number.startswith(("39999", "E99"))
    }
    orders = written.truth.orders.filter(platform=platform)
    stated = orders.select("order_id", "gross_fen", "refund_fen").iter_rows()
    assert found == {number: (gross, refund) for number, gross, refund in stated}
    assert len(found) > 20
    assert orders["refund_fen"].sum() > 0


@pytest.mark.parametrize("ad_product", SPEND)
def test_spend_is_that_of_the_newest_file_of_each_day(written: Written, ad_product: str) -> None:
    patterns, day_header, spend_header = SPEND[ad_product]
    newest: dict[tuple[str, str], int] = {}
    for pattern in patterns:
        for path in written.paths(pattern):
            account = path.parts[-2]
            found: dict[tuple[str, str], int] = defaultdict(int)
            for record in read(path, path.parts[-3]):
                if record[day_header].startswith("20"):
                    found[account, record[day_header]] += fen(record[spend_header])
            newest |= found
    stated = written.truth.headline.filter(platform=ad_product, metric="spend")
    if ad_product == "qianchuan":  # the other account has a file per day
        stated = stated.filter(account="qc_2001")
    expected = {(a, str(d)): v for a, d, v in stated.select("account", "date", "value").iter_rows()}
    assert newest == expected
    assert sum(newest.values()) > 0


def test_after_sale_cases_add_up_to_the_refunds(written: Written) -> None:
    """Every refund of a Douyin order has its case, once its export shows it."""
    cases: dict[str, Record] = {}
    for path in written.paths("douyin/*/售后单*.xlsx"):
        cases |= {record["售后单号"]: record for record in read(path, "douyin")}
    refunded: dict[str, int] = defaultdict(int)
    for record in cases.values():
        if record["售后状态"] == "退款成功":
            refunded[record["订单号"]] += fen(record["退商品金额（元）"])
    orders = written.truth.orders.filter(
        (pl.col("platform") == "douyin") & (pl.col("refund_fen") > 0)
    )
    stated = dict(orders.select("order_id", "refund_fen").iter_rows())
    assert len(stated) > 10
    assert {number: refunded[number] for number in stated} == stated
    kinds = {record["售后类型"] for record in cases.values()}
    assert {"未发货退款", "退货退款"} <= kinds


def test_a_lead_of_the_operators_list_is_one_of_the_api(written: Written) -> None:
    api, listed = (
        {
            (record[phone], record[created])
            for path in written.paths(pattern)
            for record in read_plain(path)
        }
        for pattern, phone, created in (
            ("oceanengine/*/clue*.csv", "telephone", "create_time_detail"),
            ("oceanengine/*/线索*.csv", "手机号", "线索创建时间"),
        )
    )
    assert len(listed) > 5
    assert listed <= api
    touches = written.truth.touches.filter(kind="lead_left")
    assert touches.height >= len({created for _, created in api}) > len(listed)


def read_plain(path: Path) -> Iterator[Record]:
    """Rows of a UTF-8 file without a mark."""
    header, *rows = path.read_text("utf-8").splitlines()
    for row in rows:
        record = dict(zip(header.split(","), row.split(","), strict=False))
        if "昨天" not in row:
            yield record
