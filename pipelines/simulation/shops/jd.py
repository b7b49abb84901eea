"""JD: orders as GB18030 CSV whose rows end with a comma, one row per SKU with repeated totals.

The file states no refund of a part: only an order that went back whole is seen, as cancelled.
"""

from __future__ import annotations

import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.cadence import weekly_windows
from pipelines.simulation.period import HOUR, stamp
from pipelines.simulation.purchases import state_orders
from pipelines.simulation.rendering import Cells, clock, layout, money, with_bad_rows
from pipelines.simulation.shops import headers
from pipelines.simulation.shops.exports import (
    lines_of,
    orders_of,
    seen_rows,
    shown_in,
    status_text,
    tables_of,
)

_EXPORT_CLOCK = 10 * HOUR
_FIRST_PRODUCT = 100_000_000_000
_DELETED_EVERY = 40
"""One buyer in so many has deleted the order from the list; it counts as cancelled."""
_BAD_ORDERS = (
    {"订单号": "399999999901", "订购数量": "两件"},
    {"订单号": "399999999902", "下单帐号": ""},
)


def write_jd(block: Block) -> None:
    """Write the files of a block and state its orders and accounts."""
    windows = weekly_windows(block.world.period, _EXPORT_CLOCK)
    accounts = block.people.select("person_id", "jd_account")
    orders = orders_of(block, "jd").join(
        accounts, on="person_id", how="left", maintain_order="left"
    )
    orders = _whole_refunds_only(orders).with_columns(
        buyer=pl.col("jd_account").fill_null(pl.format("jd_guest_{}", "order_no"))
    )
    shown = shown_in(lines_of(block, orders), windows)
    table = layout(shown, headers.JD_ORDERS, _cells(), "")
    for window, rows in tables_of(table, shown, windows):
        is_spoilt = block.is_first and window is windows[-1]
        content, bad = with_bad_rows(rows, _BAD_ORDERS if is_spoilt else ())
        block.world.desk.append(
            f"jd/订单导出_{stamp(window.exported_at, '%Y%m%d%H%M%S')}.csv",
            content.with_columns(pl.lit(None, dtype=pl.String).alias("")),
            exported_at=window.exported_at,
            encoding="gb18030",
            rejected=bad,
        )
    state_orders(block, orders, windows, is_identified=pl.lit(value=True))
    block.add_identifiers("jd_account", seen_rows(orders, windows), "jd_account")


def _whole_refunds_only(orders: pl.DataFrame) -> pl.DataFrame:
    """The orders without refunds of a part, which the file does not show."""
    is_whole = pl.col("refund_fen") == pl.col("received_fen")
    return orders.with_columns(
        refund_fen=pl.when(is_whole).then("refund_fen").otherwise(0),
        refunded=pl.when(is_whole).then("refunded"),
    )


def _cells() -> Cells:
    status = status_text("等待付款", "等待出库", "等待确认收货", "完成", "已取消")
    is_deleted = (pl.col("order_no") // 100 % _DELETED_EVERY == 0) & pl.col("closed").is_not_null()
    received = money(pl.col("order_received_fen"))
    return {
        "订单号": pl.col("order_no"),
        "商品ID": _FIRST_PRODUCT + pl.col("product").cast(pl.Int64),
        "商品名称": pl.col("title"),
        "订购数量": pl.col("quantity"),
        "支付方式": "在线支付",
        "下单时间": clock(pl.col("created")),
        "京东价": money(pl.col("price_fen")),
        "订单金额": money(pl.col("order_goods_fen")),
        "结算金额": received,
        "余额支付": "0.00",
        "应付金额": received,
        "订单状态": pl.when(is_deleted).then(pl.format("(删除){}", status)).otherwise(status),
        "订单类型": "普通订单",
        "下单帐号": pl.col("buyer"),
        "客户姓名": pl.col("receiver_name"),
        "客户地址": pl.format("{}{}{}****", "province", "city", "district"),
        "联系电话": pl.concat_str(pl.lit("1******"), pl.col("receiver_phone").str.tail(4)),
        "运费金额": "0.00",
        "付款确认时间": clock(pl.col("paid")),
        "货号": pl.col("sku"),
        "订单完成时间": clock(pl.col("confirmed")),
    }
