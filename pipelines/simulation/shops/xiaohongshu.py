"""Xiaohongshu: orders as xlsx, one row per SKU; a refund is only a word, on the row of its SKU."""

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
    seen_rows,
    shown_in,
    status_text,
    tables_of,
)

_CREATOR = "xiaohongshu_creator"
_EXPORT_CLOCK = 10 * HOUR + 2_400
_BAD_ORDERS = ({"订单号": "P799999999999999", "订单创建时间": "2026-02-30 10:00:00"},)


def write_xiaohongshu(block: Block) -> None:
    """Write the files of a block and state its orders and user numbers."""
    windows = weekly_windows(block.world.period, _EXPORT_CLOCK)
    orders = _with_users(block, orders_of(block, "xiaohongshu"))
    shown = shown_in(lines_of(block, orders), windows)
    table = layout(shown, headers.XIAOHONGSHU_ORDERS, _cells(), "")
    for window, rows in tables_of(table, shown, windows):
        is_spoilt = block.is_first and window is windows[-1]
        content, bad = with_bad_rows(rows, _BAD_ORDERS if is_spoilt else ())
        name = f"订单列表_{stamp(window.exported_at, '%Y%m%d%H%M%S')}.xlsx"
        block.world.desk.write_xlsx(
            part_path(f"xiaohongshu/{name}", block.number),
            content,
            exported_at=window.exported_at,
            rejected=bad,
        )
    state_orders(
        block,
        orders,
        windows,
        is_identified=pl.lit(value=True),
        order_id=pl.concat_str(pl.lit("P"), pl.col("order_no")),
        stated_channel=pl.when(pl.col("channel") == _CREATOR).then("channel"),
    )
    block.add_identifiers("xiaohongshu_user_id", seen_rows(orders, windows), "user_key")


def _with_users(block: Block, orders: pl.DataFrame) -> pl.DataFrame:
    """Add the buyer's number, a number of their own for guests, and user_key for known people."""
    people = block.people.select("person_id", "xhs_user_id")
    joined = orders.join(people, on="person_id", how="left", maintain_order="left")
    return joined.with_columns(
        user=pl.col("xhs_user_id").fill_null(pl.format("5e{}", "order_no")),
        user_key=pl.format("{}:{}", "account", "xhs_user_id"),
    )


def _cells() -> Cells:
    by_creator = pl.col("channel") == _CREATOR
    creator = (pl.col("order_no") // 100 % 8 + 1).cast(pl.String)
    sku = pl.col("product").cast(pl.Int64)
    return {
        "订单号": pl.concat_str(pl.lit("P"), pl.col("order_no")),
        "订单状态": status_text("待付款", "配货中", "已发货", "已完成", "已取消"),
        "售后状态": pl.when(is_refunded_line())
        .then(pl.lit("售后完成"))
        .otherwise(pl.lit("无售后")),
        "收件人姓名": pl.col("receiver_name"),
        "收件人电话": pl.col("receiver_phone"),
        "省": pl.col("province"),
        "市": pl.col("city"),
        "区": pl.col("district"),
        "规格ID": pl.format("65{}", (sku + 1).cast(pl.String).str.zfill(22)),
        "达人ID": pl.when(by_creator).then(pl.format("5a000000000000000000000{}", creator)),
        "达人名称": pl.when(by_creator).then(pl.format("示例博主{}", creator)),
        "SKU名称": pl.col("title"),
        "SKU规格": pl.col("size"),
        "SKU件数": pl.col("quantity"),
        "是否为赠品": "否",
        "商品总价(元)": money(pl.col("goods_fen")),
        "用户应付金额(元)": money(pl.col("received_fen")),
        "平台优惠(元)": "0.00",
        "店铺优惠(元)": money(pl.col("goods_fen") - pl.col("received_fen")),
        "商家应收金额(元)（支付金额）": money(pl.col("received_fen")),
        "支付时间": clock(pl.col("paid")),
        "订购人身份证姓名/ID Name": pl.col("receiver_name"),
        "订购人身份证号/ID Number": "110101********0000",
        "订单创建时间": clock(pl.col("created")),
        "订单发货时间": clock(pl.col("shipped")),
        "订单完成时间": clock(pl.col("confirmed")),
        "店铺名称": "示例品牌的店",
        "用户编号": pl.col("user"),
        "商家编码": pl.col("sku"),
        "商品名称": pl.col("title"),
    }
