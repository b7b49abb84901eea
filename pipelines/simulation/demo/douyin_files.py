"""Douyin's files: the 73-column CSV of the main shop and the 75-column xlsx of the outlet."""

from __future__ import annotations

import polars as pl

from pipelines.simulation import layouts
from pipelines.simulation.demo.delivery import Landing
from pipelines.simulation.demo.douyin import DouyinShop
from pipelines.simulation.demo.period import DAY, SHANGHAI_OFFSET, Period, Window
from pipelines.simulation.demo.rendering import (
    Cells,
    clock,
    csv_bytes,
    layout,
    money,
    tabbed,
    with_bad_rows,
    xlsx_bytes,
)

EXPORT_CLOCK = -300
"""Exported five minutes before midnight: the export day itself is in the file, and its traffic
format is not known yet."""
NOT_YET_ATTRIBUTED = "数据将于第二天更新"

_BAD_ORDERS = (
    {"主订单编号": '"\t6990000000000000001"', "订单提交时间": "2026-13-05 10:00:00"},
    {"主订单编号": '"\t"', "子订单编号": '"\t6990000000000000002"'},
    {"主订单编号": '"\t6990000000000000003"', "订单应付金额": "一百元"},
)
_BROKEN_ORDER = '"\t6990000000000000004","\t6990000000000000004","\t示例面霜 50g"\r\n'
_BAD_OUTLET_ORDERS = ({"主订单编号": "6990000000000000005", "商品数量": "多件"},)


def shop_windows(period: Period) -> tuple[Window, ...]:
    """The exports of a Douyin shop."""
    return period.windows(EXPORT_CLOCK)


def deliver_csv_shop(landing: Landing, period: Period, shop: DouyinShop) -> None:
    """One 73-column CSV per window, named by its export second; bad rows in the newest."""
    windows = shop_windows(period)
    for window in windows:
        rows = _sub_orders_between(shop, window)
        table = layout(rows, layouts.DOUYIN_ORDERS, _csv_cells(), "-")
        table, bad = with_bad_rows(table, _BAD_ORDERS if window is windows[-1] else ())
        broken = _BROKEN_ORDER if bad else ""
        landing.deliver(
            f"douyin/{shop.account}/{_epoch(window)}_{_file_mark(window)}.csv",
            csv_bytes(table, encoding="utf-8-sig", quotes="never", after=broken),
            exported_at=window.exported_at,
            rows=table.height + bool(broken),
            rejected=bad + bool(broken),
        )


def deliver_xlsx_shop(landing: Landing, period: Period, shop: DouyinShop) -> None:
    """The newest window only, as one 75-column xlsx."""
    window = shop_windows(period)[-1]
    rows = _sub_orders_between(shop, window)
    table = layout(rows, layouts.DOUYIN_ORDERS_XLSX, _xlsx_cells(), "-")
    table, bad = with_bad_rows(table, _BAD_OUTLET_ORDERS)
    landing.deliver(
        f"douyin/{shop.account}/{_epoch(window)}_{_file_mark(window)}.xlsx",
        xlsx_bytes(table),
        exported_at=window.exported_at,
        rows=table.height,
        rejected=bad,
    )


def _epoch(window: Window) -> int:
    return window.exported_at - SHANGHAI_OFFSET


def _file_mark(window: Window) -> str:
    return f"{_epoch(window) * 2_654_435_761 % 2**64:016x}"


def _sub_orders_between(shop: DouyinShop, window: Window) -> pl.DataFrame:
    """Sub-orders of the window, newest first, with status, after-sales and attribution texts."""
    seen = shop.view(window.exported_at).filter(
        pl.col("created").is_between(window.start, window.end, closed="left")
    )
    is_product = ~pl.col("is_gift")
    all_back = (pl.col("refunded").is_not_null() | ~is_product).all().over("order")
    on_export_day = pl.col("created") >= window.end - DAY
    seen = seen.with_columns(
        is_closed=pl.col("closed").is_not_null()
        | pl.col("refunded").is_not_null()
        | (pl.col("is_gift") & all_back),
        traffic_format=pl.when(on_export_day)
        .then(pl.lit(NOT_YET_ATTRIBUTED))
        .otherwise("traffic_format"),
        discount_fen=pl.col("merchant_fen") + pl.col("platform_fen"),
    )
    texts = seen.with_columns(
        status=_status(), aftersale=_aftersale(), cancel_reason=_cancel_reason()
    )
    return texts.sort("created", "line_no", descending=[True, False], maintain_order=True)


def _status() -> pl.Expr:
    return (
        pl.when("is_closed")
        .then(pl.lit("已关闭"))
        .when(pl.col("completed").is_not_null())
        .then(pl.lit("已完成"))
        .when(pl.col("shipped").is_not_null())
        .then(pl.lit("已发货"))
        .when(pl.col("paid").is_not_null())
        .then(pl.lit("待发货"))
        .otherwise(pl.lit("待支付"))
    )


def _aftersale() -> pl.Expr:
    wording = pl.when(pl.col("order_id") % 3 == 0).then(pl.lit("同意退款，退款成功"))
    return (
        pl.when(pl.col("refunded").is_not_null())
        .then(wording.otherwise(pl.lit("退款成功")))
        .when(pl.col("requested").is_not_null())
        .then(pl.lit("待商家处理"))
        .otherwise(pl.lit("-"))
    )


def _cancel_reason() -> pl.Expr:
    unpaid = pl.col("closed").is_not_null()
    gift_closed = pl.col("is_gift") & pl.col("is_closed") & ~unpaid
    return (
        pl.when(unpaid)
        .then(pl.lit("超时未支付"))
        .when(gift_closed)
        .then(pl.lit("主品订单售后完成"))
        .otherwise(pl.lit("-"))
    )


def _merchant_discount() -> pl.Expr:
    labelled = pl.concat_str(pl.lit("店铺新人券-"), money(pl.col("merchant_fen")))
    return pl.when(pl.col("merchant_fen") > 0).then(labelled).otherwise(pl.lit("0.00"))


def _shared_cells() -> dict[str, pl.Expr | str]:
    """Cells that both variants write in the same way."""
    return {
        "商品数量": pl.col("quantity"),
        "运费": "0.00",
        "优惠总金额": money(pl.col("discount_fen")),
        "平台优惠": money(pl.col("platform_fen")),
        "商家优惠": _merchant_discount(),
        "达人优惠": "0.00",
        "商家改价": "0.00",
        "支付优惠": "0.00",
        "红包抵扣": "0.00",
        "支付方式": "抖音支付",
        "手续费": "0.00",
        "收件人": pl.format("##{}==##", "cipher"),
        "收件人手机号": pl.format("$${}==$$", "cipher"),
        "省": pl.col("province"),
        "市": pl.col("city"),
        "区": pl.col("district"),
        "街道": "示例街道",
        "详细地址": pl.format("##{}ad==##", "cipher"),
        "是否修改过地址": "否",
        "订单提交时间": clock(pl.col("created")),
        "订单完成时间": clock(pl.when(~pl.col("is_closed")).then("completed")).fill_null("-"),
        "APP渠道": "抖音",
        "流量来源": pl.col("traffic_source"),
        "订单状态": pl.col("status"),
        "承诺发货时间": clock(pl.col("paid") + 2 * DAY).fill_null("-"),
        "订单类型": "普通订单",
        "达人昵称": pl.col("author_name"),
        "售后状态": pl.col("aftersale"),
        "取消原因": pl.col("cancel_reason"),
        "是否安心购": "否",
        "流量类型": pl.col("traffic_type"),
        "流量体裁": pl.col("traffic_format"),
        "发货主体": "商家",
        "发货时间": clock(pl.col("shipped")).fill_null("-"),
        "降价类优惠": "0.00",
        "平台实际承担优惠金额": money(pl.col("platform_fen")),
        "商家实际承担优惠金额": money(pl.col("merchant_fen")),
        "达人实际承担优惠金额": "0.00",
        "是否平台仓自流转": "否",
    }


def _grouped_money(column: str) -> pl.Expr:
    """Money with a thousands comma, which makes the cell a quoted one."""
    text = money(pl.col(column), thousands=True)
    quoted = pl.concat_str(pl.lit('"'), text, pl.lit('"'))
    return pl.when(pl.col(column) >= 100_000).then(quoted).otherwise(text)


def _csv_cells() -> Cells:
    return {
        **_shared_cells(),
        "主订单编号": tabbed(pl.col("order_id").cast(pl.String)),
        "子订单编号": tabbed(pl.col("sub_order_id").cast(pl.String)),
        "选购商品": tabbed(pl.col("title")),
        "商品规格": tabbed(pl.format("{};默认", "size")),
        "商品ID": tabbed(pl.col("product_id").cast(pl.String)),
        "商家编码": tabbed(pl.col("sku")),
        "商品单价": _grouped_money("price_fen"),
        "订单应付金额": _grouped_money("payable_fen"),
        "买家留言": '""',
        "支付完成时间": clock(pl.col("paid")).fill_null('""'),
        "鲁班落地页ID": '"\t-"',
        "达人ID": tabbed(pl.col("author_id").cast(pl.String)),
        "仓库ID": '"\t-"',
    }


def _xlsx_cells() -> Cells:
    return {
        **_shared_cells(),
        "主订单编号": pl.col("order_id"),
        "子订单编号": pl.col("sub_order_id"),
        "选购商品": pl.col("title"),
        "货号": pl.col("sku"),
        "商品ID": pl.col("product_id"),
        "商家编码": pl.col("sku"),
        "商品金额": money(pl.col("price_fen"), thousands=True),
        "订单应付金额": money(pl.col("payable_fen"), thousands=True),
        "支付完成时间": clock(pl.col("paid")).fill_null("-"),
        "达人ID": pl.col("author_id"),
        "是否是以旧换新": "否",
    }
