"""WeChat shop: orders as xlsx in a zip; the cells of an order are merged over its items."""

from __future__ import annotations

import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.cadence import weekly_windows
from pipelines.simulation.desk import part_path
from pipelines.simulation.period import HOUR, stamp
from pipelines.simulation.purchases import state_orders
from pipelines.simulation.rendering import (
    Cells,
    clock,
    layout,
    money,
    with_bad_rows,
    xlsx_bytes,
    zip_bytes,
)
from pipelines.simulation.shops import headers
from pipelines.simulation.shops.exports import (
    is_refunded_line,
    lines_of,
    orders_of,
    shown_in,
    status_text,
    tables_of,
)

_APP = "wx0000000000demo01"
_EXPORT_CLOCK = 11 * HOUR + 1_800
_SOLD_BY = {"wechat_mini_program": "小程序"}
"""带货方式 of the orders that each channel causes."""
_BAD_ORDERS = ({"订单号": "37999999999999", "商品数量": "一件"},)


def write_wechat_shop(block: Block) -> None:
    """Write the files of a block and state its orders, whose buyers only the API names."""
    windows = weekly_windows(block.world.period, _EXPORT_CLOCK)
    orders = orders_of(block, "wechat_shop")
    shown = shown_in(lines_of(block, orders), windows)
    # The newest order stands first, its items from the first line down.
    shown = shown.sort(
        "window", "created", "order_no", "line_no", descending=[False, True, True, False]
    )
    table = layout(shown, headers.WECHAT_SHOP_ORDERS, {**_order_cells(), **_item_cells()}, "")
    for window, rows in tables_of(table, shown, windows):
        is_spoilt = block.is_first and window is windows[-1]
        content, bad = with_bad_rows(rows, _BAD_ORDERS if is_spoilt else ())
        path = f"微信小店订单_{_APP}_{stamp(window.exported_at, '%Y年%m月%d日%H时%M分%S秒')}.zip"
        packed = zip_bytes({"订单.xlsx": xlsx_bytes({"Sheet1": content})}, window.exported_at)
        block.world.desk.write(
            part_path(f"wechat_shop/{path}", block.number),
            packed,
            rows=content.height,
            exported_at=window.exported_at,
            rejected=bad,
        )
    state_orders(
        block,
        orders,
        windows,
        is_identified=pl.lit(value=False),
        stated_channel=pl.when(pl.col("channel").is_in(list(_SOLD_BY))).then("channel"),
    )


def _order_cells() -> Cells:
    """The merged cells: only the first item's row holds them."""
    received = money(pl.col("order_received_fen"))
    paid = pl.when(pl.col("paid").is_not_null())
    cells = {
        "订单号": pl.col("order_no").cast(pl.String),
        "订单下单时间": clock(pl.col("created")),
        "订单发货时间": clock(pl.col("shipped")),
        "订单确认收货时间": clock(pl.col("confirmed")),
        "订单状态": status_text("待付款", "待发货", "待收货", "已完成", "已取消"),
        "收件人姓名": pl.col("receiver_name"),
        "省": pl.col("province"),
        "市": pl.col("city"),
        "区": pl.col("district"),
        "收件人手机": pl.col("receiver_phone"),
        "商品总价": money(pl.col("order_goods_fen")),
        "订单实际支付金额": received,
        "订单实际收款金额": received,
        "订单运费": pl.lit("0.00"),
        "商品优惠": money(pl.col("order_goods_fen") - pl.col("order_received_fen")),
        "支付方式": paid.then(pl.lit("微信支付")),
        "支付时间": clock(pl.col("paid")),
        "交易单号": paid.then(pl.format("42000{}", "order_no")),
        "带货方式": pl.col("channel").replace_strict(
            _SOLD_BY, default=None, return_dtype=pl.String
        ),
    }
    return {
        header: pl.when(pl.col("line_no") == 1).then(cell).otherwise(pl.lit(""))
        for header, cell in cells.items()
    }


def _item_cells() -> Cells:
    unit = pl.col("received_fen") // pl.col("quantity")
    return {
        "商品名称": pl.col("title"),
        "商品编码(平台)": 10_000_000_000_000 + pl.col("product").cast(pl.Int64),
        "商品编码(自定义)": pl.col("sku"),
        "商品属性": pl.col("size"),
        "商品价格(单件)": money(pl.col("price_fen")),
        "商品实际价格(单件)": money(unit),
        "商品实际价格(总共)": money(pl.col("received_fen")),
        "是否预售": "否",
        "商品数量": pl.col("quantity"),
        "商品已退款金额": pl.when(is_refunded_line())
        .then(money(pl.col("refund_fen")))
        .otherwise(pl.lit("")),
    }
