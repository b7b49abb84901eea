"""Tmall's files: order and item reports as GB18030 CSV, and as xlsx for the outlet shop."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation import layouts
from pipelines.simulation.demo.delivery import Landing
from pipelines.simulation.demo.people import Population
from pipelines.simulation.demo.period import DAY, HOUR, Period, Window, stamp
from pipelines.simulation.demo.purchases import with_products
from pipelines.simulation.demo.rendering import (
    Cells,
    clock,
    csv_bytes,
    layout,
    money,
    with_bad_rows,
    wrapped_id,
    xlsx_bytes,
)
from pipelines.simulation.demo.tmall import TmallShop

EXPORT_CLOCK = 9 * HOUR + 30 * 60
"""Operators export the whole days before this morning."""
OUTLET_WEEK = 7 * DAY

_BAD_ORDERS = (
    {"订单编号": '="4700000000000000001"', "订单创建时间": "2026-08-32 10:00:00"},
    {"订单编号": '="4700000000000000002"', "买家实际支付金额": "待核算"},
    {"订单编号": '=""', "主订单编号": '=""'},
)
_BROKEN_ORDER = '"=""4700000000000000003""","示例买家","示例买家"\r\n'
_BAD_ITEMS = (
    {"子订单编号": '=""', "主订单编号": '=""'},
    {"主订单编号": '="4700000000000000004"', "购买数量": "两件"},
)
_BAD_OUTLET_ORDERS = ({"订单编号": "4700000000000000005", "买家实付金额": "未知"},)


def flagship_windows(period: Period) -> tuple[Window, ...]:
    """The exports of the main shop."""
    return period.windows(EXPORT_CLOCK)


def outlet_windows(period: Period) -> tuple[Window, ...]:
    """Two exports, a week apart, both with all that the young shop has sold so far."""
    last = period.windows(EXPORT_CLOCK)[-1]
    earlier = Window(last.start, last.end - OUTLET_WEEK, last.exported_at - OUTLET_WEEK)
    return (earlier, last)


def deliver_flagship(
    landing: Landing, period: Period, population: Population, shop: TmallShop
) -> None:
    """Order and item CSV of every window; the bad rows are in the newest files."""
    windows = flagship_windows(period)
    for window in windows:
        is_newest = window is windows[-1]
        folder = f"tmall/{shop.account}"
        orders = _orders_between(shop, window)
        table = layout(orders, layouts.TMALL_ORDERS, _order_cells(population, orders), "")
        table, bad = with_bad_rows(table, _BAD_ORDERS if is_newest else ())
        broken = _BROKEN_ORDER if bad else ""
        landing.deliver(
            f"{folder}/ExportOrderList{stamp(window.exported_at, '%Y%m%d%H%M')}.csv",
            csv_bytes(table, encoding="gb18030", quotes="always", after=broken),
            exported_at=window.exported_at,
            rows=table.height + bool(broken),
            rejected=bad + bool(broken),
        )
        items = layout(_lines_of(shop, orders), layouts.TMALL_ITEMS, _item_cells(), "null")
        items, bad = with_bad_rows(items, _BAD_ITEMS if is_newest else ())
        exported = window.exported_at + 300  # one export every five minutes
        landing.deliver(
            f"{folder}/ExportOrderDetailList{stamp(exported, '%Y%m%d%H%M')}.csv",
            csv_bytes(items, encoding="gb18030", quotes="always"),
            exported_at=exported,
            rows=items.height,
            rejected=bad,
        )


def deliver_outlet(landing: Landing, period: Period, shop: TmallShop) -> None:
    """Order and item xlsx of both windows. The order file holds neither nick nor status."""
    windows = outlet_windows(period)
    for window in windows:
        folder = f"tmall/{shop.account}"
        orders = _orders_between(shop, window)
        table = layout(orders, layouts.TMALL_ORDERS_XLSX, _outlet_order_cells(), "")
        table, bad = with_bad_rows(table, _BAD_OUTLET_ORDERS if window is windows[-1] else ())
        landing.deliver(
            f"{folder}/ExportOrderList{stamp(window.exported_at, '%Y%m%d%H%M')}.xlsx",
            xlsx_bytes(table),
            exported_at=window.exported_at,
            rows=table.height,
            rejected=bad,
        )
        lines = _lines_of(shop, orders)
        items = layout(lines, layouts.TMALL_ITEMS_XLSX, _outlet_item_cells(), "")
        exported = window.exported_at + 300
        landing.deliver(
            f"{folder}/ExportOrderDetailList{stamp(exported, '%Y%m%d%H%M')}.xlsx",
            xlsx_bytes(items),
            exported_at=exported,
            rows=items.height,
        )


def _orders_between(shop: TmallShop, window: Window) -> pl.DataFrame:
    """Orders of the window as they stand at the export, newest first, with status and title."""
    seen = shop.view(window.exported_at).filter(
        pl.col("created").is_between(window.start, window.end, closed="left")
    )
    status = (
        pl.when(pl.col("closed").is_not_null())
        .then(pl.lit("交易关闭"))
        .when(pl.col("confirmed").is_not_null())
        .then(pl.lit("交易成功"))
        .when(pl.col("shipped").is_not_null())
        .then(pl.lit("卖家已发货，等待买家确认"))
        .when(pl.col("paid").is_not_null())
        .then(pl.lit("买家已付款，等待卖家发货"))
        .otherwise(pl.lit("等待买家付款"))
    )
    return with_products(seen.with_columns(status=status).reverse())


def _lines_of(shop: TmallShop, orders: pl.DataFrame) -> pl.DataFrame:
    """The item lines of the orders; amounts that have not moved yet are zero."""
    head = orders.select(
        "order", "order_id", "payment_id", "status", "created", "paid", "shipped", "refunded",
        "lines",
    )  # fmt: skip
    joined = head.join(shop.lines, on="order", how="left", maintain_order="left")
    is_single = pl.col("lines") == 1
    return with_products(joined).with_columns(
        sub_order_id=pl.col("order_id")
        + pl.when(is_single).then(0).otherwise(pl.col("line_no").cast(pl.Int64)),
        received_fen=pl.when(pl.col("paid").is_not_null()).then("received_fen").otherwise(0),
        refund_fen=pl.when(pl.col("refunded").is_not_null()).then("refund_fen").otherwise(0),
    )


def _or_blank(expression: pl.Expr) -> pl.Expr:
    return expression.fill_null("")


def _tracking_no() -> pl.Expr:
    number = (pl.col("order_id") % 10**10).cast(pl.String).str.zfill(10)
    shipped = pl.col("shipped").is_not_null()
    return pl.when(shipped).then(pl.concat_str(pl.lit("No:YT"), number)).otherwise(pl.lit(""))


def _net_fen() -> pl.Expr:
    """What the shop is paid out once the buyer has confirmed."""
    net = pl.col("received_fen") - pl.col("refund_fen")
    return pl.when(pl.col("confirmed").is_not_null()).then(net).otherwise(0)


def _close_reason() -> pl.Expr:
    return (
        pl.when(pl.col("closed").is_null())
        .then(pl.lit("订单未关闭"))
        .when(pl.col("paid").is_null())
        .then(pl.lit("买家未付款"))
        .otherwise(pl.lit("退款"))
    )


def _title() -> pl.Expr:
    several = pl.concat_str(pl.col("title"), pl.lit("等多件"))
    return pl.when(pl.col("lines") > 1).then(several).otherwise(pl.col("title"))


def _person_cells(population: Population, people: np.ndarray) -> dict[str, pl.Expr]:
    """Nick in clear; name, address and phone masked as the platform masks them."""
    place = {key: population.place_column(key, people) for key in ("province", "city", "district")}
    last_digit = [phone[-1] for phone in population.phone[people].tolist()]
    stars = np.char.multiply("*", np.char.str_len(population.given_name[people]))
    nick = pl.lit(pl.Series(population.tmall_nick[people]))
    address = pl.format("{} {} {} 示例街道 ****", *(pl.lit(pl.Series(t)) for t in place.values()))
    return {
        "买家会员名": nick,
        "买家会员昵称": nick,
        "收货人姓名": pl.lit(pl.Series(np.char.add(population.surname[people], stars))),
        "收货地址": address,
        "联系手机": pl.concat_str(pl.lit("'1*********"), pl.lit(pl.Series(last_digit))),
    }


def _order_cells(population: Population, orders: pl.DataFrame) -> Cells:
    order_id = wrapped_id(pl.col("order_id").cast(pl.String))
    return {
        **_person_cells(population, orders["person_id"].to_numpy()),
        "订单编号": order_id,
        "主订单编号": order_id,
        "支付单号": wrapped_id(pl.col("payment_id")),
        "买家应付货款": money(pl.col("goods_fen")),
        "买家应付邮费": "0",
        "买家支付积分": "0",
        "总金额": money(pl.col("goods_fen")),
        "返点积分": "0",
        "买家实际支付金额": money(pl.col("received_fen")),
        "买家实际支付积分": "0",
        "订单状态": pl.col("status"),
        "运送方式": "快递",
        "订单创建时间": clock(pl.col("created")),
        "订单付款时间": _or_blank(clock(pl.col("paid"))),
        "宝贝标题": _title(),
        "宝贝种类": pl.col("lines"),
        "物流单号": _tracking_no(),
        "物流公司": "圆通速递",
        "宝贝总数量": pl.col("quantity"),
        "店铺Id": "0",
        "店铺名称": "示例旗舰店",
        "订单关闭原因": _close_reason(),
        "卖家服务费": "0",
        "买家服务费": "0元",
        "是否手机订单": "手机订单",
        "是否代付": "否",
        "修改后的收货地址": "null",
        "是否是O2O交易": "null",
        "退款金额": money(pl.col("refund_fen")),
        "确认收货时间": _or_blank(clock(pl.col("confirmed"))),
        "打款商家金额": pl.concat_str(money(_net_fen()), pl.lit("元")),
        "发货时间": _or_blank(clock(pl.col("shipped"))),
        "商家备忘": "null",
    }


def _refund_status() -> pl.Expr:
    refunded = pl.col("refund_fen") > 0
    return pl.when(refunded).then(pl.lit("退款成功")).otherwise(pl.lit("没有申请退款"))


def _item_cells() -> Cells:
    return {
        "子订单编号": wrapped_id(pl.col("sub_order_id").cast(pl.String)),
        "主订单编号": wrapped_id(pl.col("order_id").cast(pl.String)),
        "标题": pl.col("title"),
        "价格": money(pl.col("price_fen")),
        "购买数量": pl.col("quantity"),
        "外部系统编号": pl.col("sku"),
        "商品属性": pl.concat_str(pl.lit("颜色分类："), pl.col("size")),
        "订单状态": pl.col("status"),
        "商家编码": pl.col("sku"),
        "支付单号": wrapped_id(pl.col("payment_id")),
        "买家应付货款": money(pl.col("goods_fen")),
        "买家实际支付金额": money(pl.col("received_fen")),
        "退款状态": _refund_status(),
        "退款金额": money(pl.col("refund_fen")),
        "订单创建时间": clock(pl.col("created")),
        "订单付款时间": _or_blank(clock(pl.col("paid"))),
        "商品id": pl.format('="6000000000{}"', pl.col("product").cast(pl.String).str.zfill(2)),
        "发货时间": _or_blank(clock(pl.col("shipped"))),
        "物流单号": _tracking_no(),
        "物流公司": "圆通速递",
        "是否赔付": "否",
        "赔付金额": "0",
    }


def _outlet_order_cells() -> Cells:
    return {
        "订单编号": pl.col("order_id"),
        "支付单号": pl.col("payment_id"),
        "支付详情": "支付宝支付",
        "买家应付货款": money(pl.col("goods_fen")),
        "买家应付邮费": "0.00",
        "总金额": money(pl.col("goods_fen")),
        "买家实付金额": money(pl.col("received_fen")),
        "订单创建时间": clock(pl.col("created")),
        "订单付款时间": _or_blank(clock(pl.col("paid"))),
        "商品标题": _title(),
        "退款金额": money(pl.col("refund_fen")),
        "是否主动赔付": "否",
        "商品属性SKU": pl.concat_str(pl.lit("规格:"), pl.col("size")),
        "确认收货打款金额": money(_net_fen()),
    }


def _outlet_item_cells() -> Cells:
    return {
        "子订单编号": pl.col("sub_order_id"),
        "主订单编号": pl.col("order_id"),
        "商品标题": pl.col("title"),
        "商品价格": money(pl.col("price_fen")),
        "购买数量": pl.col("quantity"),
        "外部系统编号": pl.col("sku"),
        "订单状态": pl.col("status"),
        "商家编码": pl.col("sku"),
        "支付单号": pl.col("payment_id"),
        "买家应付货款": money(pl.col("goods_fen")),
        "买家实付金额": money(pl.col("received_fen")),
        "退款状态": _refund_status(),
        "退款金额": money(pl.col("refund_fen")),
        "订单创建时间": clock(pl.col("created")),
        "订单付款时间": _or_blank(clock(pl.col("paid"))),
        "商品ID": pl.format("6000000000{}", pl.col("product").cast(pl.String).str.zfill(2)),
        "是否主动赔付": "否",
    }
