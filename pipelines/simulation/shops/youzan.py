"""Youzan: orders as UTF-8 CSV with —— for nothing, short rows, and phones masked for a part."""

from __future__ import annotations

import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.cadence import weekly_windows
from pipelines.simulation.people import phone_at
from pipelines.simulation.period import HOUR, stamp
from pipelines.simulation.purchases import state_orders
from pipelines.simulation.rendering import (
    Cells,
    clock,
    csv_body,
    layout,
    masked_phone,
    money,
    with_bad_rows,
)
from pipelines.simulation.shops import headers
from pipelines.simulation.shops.exports import (
    lines_of,
    orders_of,
    seen_rows,
    shown_in,
    status_text,
    tables_of,
)

_EXPORT_CLOCK = 10 * HOUR + 1_200
_NOTHING = "——"
_MASKED_SHARE = 0.3
_SHORT_CELLS = 54
"""A short row of the platform ends here; everything that is loaded stands before it."""
_BAD_ORDERS = (
    {"订单号": "E99", "订单创建时间": "昨天"},
    {"订单号": _NOTHING},
)
_SOURCES = {
    "wechat_mini_program": ("小程序", "wechat_mini_program"),
    "direct_shop_visit": ("浏览器", "direct_shop_visit"),
    "wecom_group": ("企业微信", "wecom_qr_code"),
    "official_account_menu": ("微信公众号", "official_account_menu"),
}
"""订单来源 of the orders that each channel causes, and the channel that it is read as."""


def write_youzan(block: Block) -> None:
    """Write the files of a block and state its orders and phones."""
    rng = block.rng("youzan")
    windows = weekly_windows(block.world.period, _EXPORT_CLOCK)
    orders = _with_buyers(block, orders_of(block, "youzan"))
    orders = orders.with_columns(
        is_masked=pl.Series(rng.random(orders.height) < _MASKED_SHARE, dtype=pl.Boolean)
    )
    shown = shown_in(_with_titles(block, orders), windows)
    table = layout(shown, headers.YOUZAN_ORDERS, _cells(), _NOTHING)
    for window, rows in tables_of(table, shown, windows):
        is_spoilt = block.is_first and window is windows[-1]
        content, bad = with_bad_rows(rows, _BAD_ORDERS if is_spoilt else ())
        short = rows.tail(1).select(rows.columns[:_SHORT_CELLS])
        block.world.desk.append(
            f"youzan/订单_{stamp(window.exported_at, '%Y%m%d%H%M%S')}.csv",
            content,
            exported_at=window.exported_at,
            rejected=bad,
            raw_lines=csv_body(short, "necessary") if is_spoilt else "",
        )
    is_known = pl.col("buyer_phone").is_not_null() & ~pl.col("is_masked")
    state_orders(block, orders, windows, is_identified=is_known, stated_channel=_source(1))
    block.add_identifiers("phone", seen_rows(orders, windows).filter(is_known), "buyer_phone")


def _with_buyers(block: Block, orders: pl.DataFrame) -> pl.DataFrame:
    """Add nick and buyer_phone, the number in use at the time of the order; null for guests."""
    people = block.people.select("person_id", "nick", "phone", "new_phone", "phone_changed_at")
    joined = orders.join(people, on="person_id", how="left", maintain_order="left")
    return joined.with_columns(buyer_phone=phone_at(pl.col("created")))


def _with_titles(block: Block, orders: pl.DataFrame) -> pl.DataFrame:
    """Add the titles of an order's products, joined with ``;``."""
    titles = (
        lines_of(block, orders)
        .group_by("order_no")
        .agg(titles=pl.col("title").sort_by("line_no").str.join(";"))
    )
    return orders.join(titles, on="order_no", how="left", maintain_order="left")


def _source(attribute: int) -> pl.Expr:
    """What the file says of the order's channel, as text or as the channel that it means."""
    texts = {channel: said[attribute] for channel, said in _SOURCES.items()}
    return pl.col("channel").replace_strict(texts, default=None, return_dtype=pl.String)


def _cells() -> Cells:
    is_paid = pl.col("paid").is_not_null()
    received = money(pl.col("received_fen"))
    refunded = pl.when(pl.col("refunded").is_not_null()).then("refund_fen").otherwise(0)
    phone = pl.when("is_masked").then(masked_phone(pl.col("buyer_phone"))).otherwise("buyer_phone")
    return {
        "订单号": pl.col("order_no"),
        "销售渠道": "网店",
        "归属店铺": "示例总店",
        "订单类型": "普通订单",
        "订单状态": status_text("待付款", "待发货", "已发货", "交易完成", "交易关闭"),
        "订单来源": _source(0).fill_null(_NOTHING),
        "订单创建时间": clock(pl.col("created")),
        "买家付款时间": clock(pl.col("paid")).fill_null(_NOTHING),
        "交易成功时间": clock(pl.col("confirmed")).fill_null(_NOTHING),
        "付款方式": "微信支付",
        "商品金额合计": money(pl.col("goods_fen")),
        "运费": "0.00",
        "店铺优惠合计": money(pl.col("goods_fen") - pl.col("received_fen")),
        "应收订单金额": received,
        "订单实付金额": pl.when(is_paid).then(received).otherwise(pl.lit(_NOTHING)),
        "订单实收金额": pl.when(is_paid).then(received).otherwise(pl.lit(_NOTHING)),
        "全部商品名称": pl.col("titles"),
        "商品种类数": pl.col("lines"),
        "收货人省份": pl.col("province"),
        "收货人城市": pl.col("city"),
        "收货人地区": pl.col("district"),
        "收货人/提货人": pl.col("receiver_name").fill_null("访客"),
        "收货人手机号/提货人手机号": pl.col("receiver_phone").fill_null(_NOTHING),
        "买家昵称": pl.col("nick").fill_null(_NOTHING),
        "买家是否会员": "否",
        "买家手机号": phone.fill_null(_NOTHING),
        "订单已退款金额": money(refunded),
    }
