"""Tmall: order and item reports, GB18030 CSV of the flagship and xlsx of the outlet."""

from __future__ import annotations

import polars as pl

from pipelines.simulation import layouts
from pipelines.simulation.block import Block
from pipelines.simulation.cadence import (
    Window,
    by_window,
    daily_windows,
    expand,
    periodic_windows,
)
from pipelines.simulation.catalogue import place_text, with_products
from pipelines.simulation.desk import part_path
from pipelines.simulation.people import nick_at
from pipelines.simulation.period import HOUR, Period, stamp
from pipelines.simulation.purchases import OUTLET_DAYS, as_seen, state_orders
from pipelines.simulation.rendering import (
    Cells,
    clock,
    layout,
    money,
    with_bad_rows,
    wrapped_id,
)

EXPORT_CLOCK = 9 * HOUR + 30 * 60
"""Operators export the whole days before this morning."""
ITEMS_LATER = 300
"""The platform allows one export in five minutes."""

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


_MOMENTS = ("created", "paid", "shipped", "confirmed")


def flagship_windows(period: Period) -> list[Window]:
    """Daily exports with a monthly re-export; one file arrives two days late."""
    return daily_windows(period, EXPORT_CLOCK, late_day=period.days // 2)


def outlet_windows(period: Period) -> list[Window]:
    """Weekly exports of all that the young shop has sold so far."""
    opened = max(period.days - OUTLET_DAYS, 0)
    return periodic_windows(
        period, EXPORT_CLOCK, every=7, covers=OUTLET_DAYS + 7, first_day=opened + 6
    )


def write_tmall(block: Block) -> None:
    """Write both shops' files of a block and state their orders and nicks."""
    orders = block.orders.filter(platform="tmall").join(
        block.people.select(
            "person_id", "surname", "given_name", "phone", "tmall_nick", "new_tmall_nick",
            "nick_changed_at",
        ),
        on="person_id",
        how="left",
        maintain_order="left",
    )  # fmt: skip
    orders = with_products(_with_texts(orders), block.world.profile)
    flagship, outlet = (orders.filter(account=name) for name in ("flagship", "outlet"))
    _write_flagship(block, flagship)
    _write_outlet(block, outlet)


def _with_texts(orders: pl.DataFrame) -> pl.DataFrame:
    """Cells that never change, rendered once before the rows are repeated per export."""
    tail = (pl.col("order_no") % 10**10).cast(pl.String).str.zfill(10)
    address = pl.format(
        "{} {} {} 示例街道 ****",
        *(place_text(name, pl.col("place")) for name in ("province", "city", "district")),
    )
    return orders.with_columns(
        order_id=pl.col("order_no").cast(pl.String),
        payment_id=pl.format("{}2200{}", clock(pl.col("created"), "%Y%m%d"), tail.str.zfill(16)),
        tracking_no=pl.concat_str(pl.lit("No:YT"), tail),
        address=address,
        receiver=pl.concat_str("surname", pl.col("given_name").str.replace_all(".", "*")),
        masked_phone=pl.concat_str(pl.lit("'1*********"), pl.col("phone").str.tail(1)),
        goods_text=money(pl.col("goods_fen")),
        received_text=money(pl.col("received_fen")),
        refund_text=money(pl.col("refund_fen")),
        net_text=money(pl.col("received_fen") - pl.col("refund_fen")),
        **{f"{name}_text": clock(pl.col(name)) for name in _MOMENTS},
    )  # fmt: skip


def _write_flagship(block: Block, orders: pl.DataFrame) -> None:
    windows = flagship_windows(block.world.period)
    shown = _with_status(as_seen(expand(orders, windows))).with_columns(nick=nick_at(pl.col("at")))
    table = layout(shown, layouts.TMALL_ORDERS, _order_cells(), "")
    lines = _lines_of(block, orders, windows)
    items = layout(lines, layouts.TMALL_ITEMS, _item_cells(), "null")
    tables = by_window(table, shown["window"], len(windows))
    item_tables = by_window(items, lines["window"], len(windows))
    for window, order_rows, item_rows in zip(windows, tables, item_tables, strict=True):
        if order_rows.is_empty():
            continue
        is_spoilt = block.is_first and window is windows[-1]
        order_rows, bad = with_bad_rows(order_rows, _BAD_ORDERS if is_spoilt else ())
        block.world.desk.append(
            f"tmall/flagship/ExportOrderList{stamp(window.exported_at, '%Y%m%d%H%M')}.csv",
            order_rows,
            exported_at=window.exported_at,
            delivered_at=window.delivered_at,
            encoding="gb18030",
            quotes="always",
            rejected=bad + bool(bad),
            raw_lines=_BROKEN_ORDER if bad else "",
        )
        item_rows, bad = with_bad_rows(item_rows, _BAD_ITEMS if is_spoilt else ())
        exported = window.exported_at + ITEMS_LATER
        block.world.desk.append(
            f"tmall/flagship/ExportOrderDetailList{stamp(exported, '%Y%m%d%H%M')}.csv",
            item_rows,
            exported_at=exported,
            delivered_at=window.delivered_at + ITEMS_LATER,
            encoding="gb18030",
            quotes="always",
            rejected=bad,
        )
    state_orders(block, orders, windows, is_identified=pl.lit(value=True))
    _state_nicks(block, shown)


def _write_outlet(block: Block, orders: pl.DataFrame) -> None:
    """Order and item workbooks. The order file holds neither nick nor status."""
    windows = outlet_windows(block.world.period)
    shown = _with_status(as_seen(expand(orders, windows)))
    table = layout(shown, layouts.TMALL_ORDERS_XLSX, _outlet_order_cells(), "")
    lines = _lines_of(block, orders, windows)
    items = layout(lines, layouts.TMALL_ITEMS_XLSX, _outlet_item_cells(), "")
    tables = by_window(table, shown["window"], len(windows))
    item_tables = by_window(items, lines["window"], len(windows))
    for window, order_rows, item_rows in zip(windows, tables, item_tables, strict=True):
        if order_rows.is_empty():
            continue
        is_spoilt = block.is_first and window is windows[-1]
        order_rows, bad = with_bad_rows(order_rows, _BAD_OUTLET_ORDERS if is_spoilt else ())
        path = f"tmall/outlet/ExportOrderList{stamp(window.exported_at, '%Y%m%d%H%M')}.xlsx"
        block.world.desk.write_xlsx(
            part_path(path, block.number), order_rows, exported_at=window.exported_at, rejected=bad
        )
        exported = window.exported_at + ITEMS_LATER
        path = f"tmall/outlet/ExportOrderDetailList{stamp(exported, '%Y%m%d%H%M')}.xlsx"
        block.world.desk.write_xlsx(part_path(path, block.number), item_rows, exported_at=exported)
    state_orders(block, orders, windows, is_identified=pl.lit(value=False))


def _state_nicks(block: Block, shown: pl.DataFrame) -> None:
    """The nicks that the files show; a renamed person has two."""
    seen = shown.select("person_id", "nick", "tmall_nick", "nick_changed_at").unique(
        ["person_id", "nick"], maintain_order=True
    )
    is_old = pl.col("nick") == pl.col("tmall_nick")
    changed = pl.col("nick_changed_at")
    block.add_identifiers(
        "tmall_nick",
        seen,
        "nick",
        mess=pl.when(changed.is_null()).then(pl.lit("none")).otherwise(pl.lit("renamed_nick")),
        valid_from=pl.when(~is_old).then(changed),
        valid_to=pl.when(is_old).then(changed),
    )


def _with_status(seen: pl.DataFrame) -> pl.DataFrame:
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
    return seen.with_columns(status=status)


def _lines_of(block: Block, orders: pl.DataFrame, windows: list[Window]) -> pl.DataFrame:
    """The item lines of the orders in every window, as they stand at its export."""
    head = orders.select(
        "order_no", "order_id", "payment_id", "created", "paid", "shipped", "confirmed",
        "refunded", "closed", "lines", "tracking_no", "created_text", "paid_text", "shipped_text",
    )  # fmt: skip
    lines = head.join(block.lines, on="order_no", how="left", maintain_order="left")
    is_single = pl.col("lines") == 1
    number = pl.col("order_no") + pl.when(is_single).then(0).otherwise(pl.col("line_no"))
    texts = with_products(lines, block.world.profile).with_columns(
        sub_order_id=number.cast(pl.String),
        price_text=money(pl.col("price_fen")),
        goods_text=money(pl.col("goods_fen")),
        received_text=money(pl.col("received_fen")),
        refund_text=money(pl.col("refund_fen")),
    )
    return _with_status(as_seen(expand(texts, windows)))


def _once(moment: str, text: str, before: str = "") -> pl.Expr:
    """A text that stands in the cell once the moment has come."""
    return pl.when(pl.col(moment).is_not_null()).then(text).otherwise(pl.lit(before))


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


def _settled() -> pl.Expr:
    """What the shop is paid out once the buyer has confirmed."""
    refunded = pl.when(pl.col("refunded").is_not_null())
    net = refunded.then("net_text").otherwise("received_text")
    return pl.when(pl.col("confirmed").is_not_null()).then(net).otherwise(pl.lit("0.00"))


def _order_cells() -> Cells:
    order_id = wrapped_id(pl.col("order_id"))
    return {
        "订单编号": order_id,
        "主订单编号": order_id,
        "买家会员名": pl.col("nick"),
        "买家会员昵称": pl.col("nick"),
        "收货人姓名": pl.col("receiver"),
        "收货地址": pl.col("address"),
        "联系手机": pl.col("masked_phone"),
        "支付单号": wrapped_id(pl.col("payment_id")),
        "买家应付货款": pl.col("goods_text"),
        "买家应付邮费": "0",
        "买家支付积分": "0",
        "总金额": pl.col("goods_text"),
        "返点积分": "0",
        "买家实际支付金额": _once("paid", "received_text", "0.00"),
        "买家实际支付积分": "0",
        "订单状态": pl.col("status"),
        "运送方式": "快递",
        "订单创建时间": pl.col("created_text"),
        "订单付款时间": _once("paid", "paid_text"),
        "宝贝标题": _title(),
        "宝贝种类": pl.col("lines"),
        "物流单号": _once("shipped", "tracking_no"),
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
        "退款金额": _once("refunded", "refund_text", "0.00"),
        "确认收货时间": _once("confirmed", "confirmed_text"),
        "打款商家金额": pl.concat_str(_settled(), pl.lit("元")),
        "发货时间": _once("shipped", "shipped_text"),
        "商家备忘": "null",
    }


def _refund_status() -> pl.Expr:
    is_back = pl.col("refunded").is_not_null() & (pl.col("refund_fen") > 0)
    return pl.when(is_back).then(pl.lit("退款成功")).otherwise(pl.lit("没有申请退款"))


def _item_cells() -> Cells:
    return {
        "子订单编号": wrapped_id(pl.col("sub_order_id")),
        "主订单编号": wrapped_id(pl.col("order_id")),
        "标题": pl.col("title"),
        "价格": pl.col("price_text"),
        "购买数量": pl.col("quantity"),
        "外部系统编号": pl.col("sku"),
        "商品属性": pl.concat_str(pl.lit("颜色分类："), pl.col("size")),
        "订单状态": pl.col("status"),
        "商家编码": pl.col("sku"),
        "支付单号": wrapped_id(pl.col("payment_id")),
        "买家应付货款": pl.col("goods_text"),
        "买家实际支付金额": _once("paid", "received_text", "0.00"),
        "退款状态": _refund_status(),
        "退款金额": _once("refunded", "refund_text", "0.00"),
        "订单创建时间": pl.col("created_text"),
        "订单付款时间": _once("paid", "paid_text"),
        "商品id": pl.format('="{}"', _product_id()),
        "发货时间": _once("shipped", "shipped_text"),
        "物流单号": _once("shipped", "tracking_no"),
        "物流公司": "圆通速递",
        "是否赔付": "否",
        "赔付金额": "0",
    }


def _product_id() -> pl.Expr:
    return pl.format("6000000000{}", pl.col("product").cast(pl.String).str.zfill(2))


def _outlet_order_cells() -> Cells:
    return {
        "订单编号": pl.col("order_id"),
        "支付单号": pl.col("payment_id"),
        "支付详情": "支付宝支付",
        "买家应付货款": pl.col("goods_text"),
        "买家应付邮费": "0.00",
        "总金额": pl.col("goods_text"),
        "买家实付金额": _once("paid", "received_text", "0.00"),
        "订单创建时间": pl.col("created_text"),
        "订单付款时间": _once("paid", "paid_text"),
        "商品标题": _title(),
        "退款金额": _once("refunded", "refund_text", "0.00"),
        "是否主动赔付": "否",
        "商品属性SKU": pl.concat_str(pl.lit("规格:"), pl.col("size")),
        "确认收货打款金额": _settled(),
    }


def _outlet_item_cells() -> Cells:
    return {
        "子订单编号": pl.col("sub_order_id"),
        "主订单编号": pl.col("order_id"),
        "商品标题": pl.col("title"),
        "商品价格": pl.col("price_text"),
        "购买数量": pl.col("quantity"),
        "外部系统编号": pl.col("sku"),
        "订单状态": pl.col("status"),
        "商家编码": pl.col("sku"),
        "支付单号": pl.col("payment_id"),
        "买家应付货款": pl.col("goods_text"),
        "买家实付金额": _once("paid", "received_text", "0.00"),
        "退款状态": _refund_status(),
        "退款金额": _once("refunded", "refund_text", "0.00"),
        "订单创建时间": pl.col("created_text"),
        "订单付款时间": _once("paid", "paid_text"),
        "商品ID": _product_id(),
        "是否主动赔付": "否",
    }
