"""Kuaishou shop: orders as xlsx with ¥, thousands separators, tabs, and 0 or - for no number.

No buyer is named. A refund is only a word, on the row of its product.
"""

from __future__ import annotations

import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.cadence import weekly_windows
from pipelines.simulation.desk import part_path
from pipelines.simulation.period import HOUR, stamp
from pipelines.simulation.purchases import state_orders
from pipelines.simulation.rendering import Cells, clock, layout, money, with_bad_rows
from pipelines.simulation.shops import headers
from pipelines.simulation.shops.exports import (
    is_refunded_line,
    lines_of,
    orders_of,
    shown_in,
    status_text,
    tables_of,
)

_EXPORT_CLOCK = 11 * HOUR
_FIRST_PRODUCT = 24_000_000_000_000
_IMPOSSIBLE_YEARS_EVERY = 50
"""One promised dispatch in so many lies in a year that is not to come."""
_CARRIERS = {
    "kuaishou_live": "直播",
    "kuaishou_short_video": "短视频",
    "kuaishou_product_card": "商品卡",
}
"""订单载体 of the orders that each channel causes."""
_BAD_ORDERS = ({"订单号": "2999999999999999\t", "实付款": "¥待定"},)


def write_kuaishou(block: Block) -> None:
    """Write the files of a block and state its orders, whose buyers nobody knows."""
    windows = weekly_windows(block.world.period, _EXPORT_CLOCK)
    orders = orders_of(block, "kuaishou")
    shown = shown_in(lines_of(block, orders), windows)
    table = layout(shown, headers.KUAISHOU_ORDERS, _cells(), "")
    for window, rows in tables_of(table, shown, windows):
        is_spoilt = block.is_first and window is windows[-1]
        content, bad = with_bad_rows(rows, _BAD_ORDERS if is_spoilt else ())
        name = f"订单明细_{stamp(window.exported_at, '%Y%m%d%H%M%S')}.xlsx"
        block.world.desk.write_xlsx(
            part_path(f"kuaishou/{name}", block.number),
            content,
            exported_at=window.exported_at,
            rejected=bad,
        )
    stated = pl.when(pl.col("channel").is_in(list(_CARRIERS))).then("channel")
    state_orders(
        block,
        orders,
        windows,
        is_identified=pl.lit(value=False),
        stated_channel=stated.otherwise(pl.lit("kuaishou_other")),
    )


def _cells() -> Cells:
    carrier = pl.col("channel").replace_strict(_CARRIERS, default="其他", return_dtype=pl.String)
    promised = pl.col("paid") + 2 * 86_400
    is_impossible = pl.col("order_no") // 100 % _IMPOSSIBLE_YEARS_EVERY == 0
    return {
        "订单号": pl.concat_str(pl.col("order_no"), pl.lit("\t")),
        "赠品订单号": "0",
        "订单创建时间": clock(pl.col("created")),
        "订单支付时间": clock(pl.col("paid")),
        "订单状态": status_text("待付款", "待发货", "已发货", "交易成功", "交易关闭"),
        "实付款": _yuan("received_fen"),
        "快递费": "¥0.00",
        "店铺优惠": pl.concat_str(
            pl.lit("¥"), money(pl.col("goods_fen") - pl.col("received_fen"), thousands=True)
        ),
        "成交数量": pl.col("quantity"),
        "售后状态": pl.when(is_refunded_line())
        .then(pl.lit("退款成功"))
        .otherwise(pl.lit("无售后")),
        "预售/承诺发货时间": pl.when(is_impossible)
        .then(pl.lit("10000-01-01 00:00:00"))
        .otherwise(clock(promised)),
        "订单载体": carrier,
        "商品名称": pl.col("title"),
        "商品ID": _FIRST_PRODUCT + pl.col("product").cast(pl.Int64),
        "商品规格": pl.col("size"),
        "SKU编码": pl.col("sku"),
        "商品单价": _yuan("price_fen"),
        "渠道": "自营",
        "CPS达人ID": "0",
        "CPS达人昵称": "-",
        "收货人姓名": pl.col("receiver_name"),
        "收货人电话": pl.col("receiver_phone"),
        "收货地址-省": pl.col("province"),
        "收货地址-市": pl.col("city"),
        "收货地址-区": pl.col("district"),
        "发货时间": clock(pl.col("shipped")),
    }


def _yuan(column: str) -> pl.Expr:
    return pl.concat_str(pl.lit("¥"), money(pl.col(column), thousands=True))
