"""Douyin shop: sub-orders, the 73-column CSV of the flagship and the 75-column xlsx of the outlet.

Gifts are sub-orders of their own, refunds give whole sub-orders back, and the traffic format is
known a day late.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation import layouts
from pipelines.simulation.block import Block
from pipelines.simulation.cadence import (
    Window,
    by_window,
    daily_windows,
    expand,
    last_seen,
    periodic_windows,
    weekly_windows,
)
from pipelines.simulation.catalogue import GIFT_SKU, GIFT_TITLE, place_text, with_products
from pipelines.simulation.desk import part_path
from pipelines.simulation.draws import random_texts
from pipelines.simulation.period import DAY, HOUR, SHANGHAI_OFFSET, Period
from pipelines.simulation.purchases import OUTLET_DAYS, as_seen, state_orders
from pipelines.simulation.rendering import Cells, clock, layout, money, tabbed, with_bad_rows

EXPORT_CLOCK = -300
"""Exported five minutes before midnight: the export day itself is in the file, and its traffic
format is not known yet."""
NOT_YET_ATTRIBUTED = "数据将于第二天更新"
_AFTERSALES_CLOCK = 9 * HOUR
AFTERSALE_TAKES = DAY
"""Seconds between the buyer's request and the refund."""

TRAFFIC = {
    "douyin_live": ("精选联盟", "非广告", "直播"),
    "oceanengine_ads": ("鲁班广告", "广告", "直播"),
    "douyin_short_video": ("小店自卖", "非广告", "短视频"),
    "douyin_product_card": ("商城", "非广告", "商品卡"),
}
"""流量来源, 流量类型 and 流量体裁 of the orders that each channel of the platform causes."""
OWN_CHANNEL = "douyin_product_card"
"""What the platform claims for itself when a channel of the brand caused the order."""

_BAD_ORDERS = (
    {"主订单编号": '"\t6990000000000000001"', "订单提交时间": "2026-13-05 10:00:00"},
    {"主订单编号": '"\t"', "子订单编号": '"\t6990000000000000002"'},
    {"主订单编号": '"\t6990000000000000003"', "订单应付金额": "一百元"},
)
_BROKEN_ORDER = '"\t6990000000000000004","\t6990000000000000004","\t示例面霜 50g"\r\n'
_BAD_OUTLET_ORDERS = ({"主订单编号": "6990000000000000005", "商品数量": "多件"},)
_FIRST_PRODUCT = 3_600_000_000_000_000_000
_GIFT_LINE = 9


def flagship_windows(period: Period) -> list[Window]:
    """Daily exports, just before midnight, with a monthly re-export."""
    return daily_windows(period, EXPORT_CLOCK)


def outlet_windows(period: Period) -> list[Window]:
    """Weekly exports of all that the young shop has sold so far."""
    opened = max(period.days - OUTLET_DAYS, 0)
    return periodic_windows(
        period, EXPORT_CLOCK, every=7, covers=OUTLET_DAYS + 7, first_day=opened + 6
    )


def aftersale_windows(period: Period) -> list[Window]:
    """Weekly exports of the after-sale cases opened in the window, on the mornings after."""
    return weekly_windows(period, _AFTERSALES_CLOCK)


def write_douyin(block: Block) -> None:
    """Write both shops' files of a block and state their orders; the files hold no person key."""
    orders = block.orders.filter(platform="douyin")
    sub_orders = douyin_sub_orders(block)
    cases = aftersale_windows(block.world.period)
    for account, windows, write in (
        ("flagship", flagship_windows(block.world.period), _write_flagship),
        ("outlet", outlet_windows(block.world.period), _write_outlet),
    ):
        shown = _with_states(as_seen(expand(sub_orders.filter(account=account), windows)), windows)
        write(block, shown, windows)
        mine = orders.filter(account=account)
        state_orders(
            block,
            mine,
            windows,
            is_identified=pl.lit(value=False),
            stated_channel=_stated_channel(),
            refunds_at=last_seen(mine.select(_requested()).to_series(), cases),
        )


def _claimed_channel() -> pl.Expr:
    """The channel that the platform says brought the order."""
    is_own = pl.col("channel").is_in(list(TRAFFIC))
    return pl.when(is_own).then("channel").otherwise(pl.lit(OWN_CHANNEL))


def _stated_channel() -> pl.Expr:
    """The channel that the newest export states: on the day itself only whether it was an ad."""
    is_pending = pl.col("created") // DAY == pl.col("at") // DAY
    is_ad = _claimed_channel() == "oceanengine_ads"
    return pl.when(~is_pending | is_ad).then(_claimed_channel())


def douyin_sub_orders(block: Block) -> pl.DataFrame:
    """Products and gifts of a block with their order, sorted by created: all columns of
    ``block.orders`` and ``block.lines`` (line amounts; refund_fen is the line's), sub_order_id,
    product_id, title, sku, size, is_gift, requested (of the refund) and the rendered texts.
    """
    rng = block.rng("douyin")
    orders = block.orders.filter(platform="douyin")
    is_all_back = (pl.col("refund_fen") == pl.col("received_fen")) & (pl.col("refund_fen") > 0)
    orders = orders.with_columns(
        has_gift=pl.Series(rng.random(orders.height) < 0.25),
        cipher=pl.Series(random_texts(rng, orders.height, 16), dtype=pl.String),
        creator=pl.Series(rng.integers(1, 9, orders.height)),
        is_all_back=is_all_back,
    ).drop("goods_fen", "received_fen", "refund_fen", "quantity", "product")
    lines = with_products(
        orders.join(block.lines, on="order_no", how="left", maintain_order="left"),
        block.world.profile,
    ).with_columns(product_id=_FIRST_PRODUCT + pl.col("product").cast(pl.Int64), is_gift=False)
    both = pl.concat([lines, _gifts(lines)]).sort("created", "order_no", "line_no")
    goes_back = pl.col("is_all_back") | (pl.col("refund_fen") > 0)
    is_product_back = goes_back & ~pl.col("is_gift")
    return _with_texts(
        both.with_columns(
            sub_order_id=pl.col("order_no") + pl.col("line_no") - 1,
            gift_closed=pl.when(pl.col("is_gift") & pl.col("is_all_back")).then("refunded"),
            refunded=pl.when(is_product_back).then("refunded"),
            discount_fen=pl.col("goods_fen") - pl.col("received_fen"),
        ).with_columns(requested=_requested())
    )


def _requested() -> pl.Expr:
    """When the buyer asked for the refund; null when nobody did."""
    asked = pl.max_horizontal(pl.col("refunded") - AFTERSALE_TAKES, pl.col("paid") + 60)
    return pl.when(pl.col("refunded").is_not_null()).then(asked)


def _gifts(lines: pl.DataFrame) -> pl.DataFrame:
    """A free gift beside the first product of a quarter of the orders."""
    zero = {
        name: pl.lit(0).cast(lines.schema[name])
        for name in ("price_fen", "goods_fen", "received_fen", "refund_fen")
    }
    return lines.filter(pl.col("has_gift") & (pl.col("line_no") == 1)).with_columns(
        title=pl.lit(GIFT_TITLE),
        sku=pl.lit(GIFT_SKU),
        size=pl.lit("默认"),
        quantity=pl.lit(1).cast(lines.schema["quantity"]),
        line_no=pl.lit(_GIFT_LINE).cast(lines.schema["line_no"]),
        product_id=pl.lit(_FIRST_PRODUCT + 99, dtype=pl.Int64),
        is_gift=pl.lit(value=True),
        **zero,
    )


def _with_texts(lines: pl.DataFrame) -> pl.DataFrame:
    """Cells that never change, rendered once before the rows are repeated per export."""
    source, kind, form = (
        _claimed_channel().replace_strict(
            {channel: texts[index] for channel, texts in TRAFFIC.items()}, return_dtype=pl.String
        )
        for index in range(3)
    )
    by_creator = pl.col("channel") == "douyin_live"
    creator = pl.col("creator").cast(pl.String)
    moments = ("created", "paid", "shipped", "confirmed")
    promised = clock(pl.col("paid") + 2 * DAY)
    return lines.with_columns(
        traffic_source=source,
        traffic_type=kind,
        traffic_format=form,
        author_id=pl.when(by_creator).then(pl.format("700000000000000000{}", creator)).otherwise(
            pl.lit("0")
        ),
        author_name=pl.when(by_creator)
        .then(pl.format("示例达人{}", creator))
        .otherwise(pl.lit("-")),
        order_id=pl.col("order_no").cast(pl.String),
        sub_id=pl.col("sub_order_id").cast(pl.String),
        platform_fen=pl.col("discount_fen") // 4,
        merchant_fen=pl.col("discount_fen") - pl.col("discount_fen") // 4,
        promised_text=promised,
        **{f"{name}_text": clock(pl.col(name)) for name in moments},
        **{name: place_text(name, pl.col("place")) for name in ("province", "city", "district")},
    ).with_columns(
        discount_text=money(pl.col("discount_fen")),
        platform_text=money(pl.col("platform_fen")),
        merchant_text=money(pl.col("merchant_fen")),
        labelled_text=pl.when(pl.col("merchant_fen") > 0)
        .then(pl.concat_str(pl.lit("店铺新人券-"), money(pl.col("merchant_fen"))))
        .otherwise(pl.lit("0.00")),
        price_text=money(pl.col("price_fen"), thousands=True),
        payable_text=money(pl.col("received_fen"), thousands=True),
    )  # fmt: skip


def _with_states(seen: pl.DataFrame, windows: list[Window]) -> pl.DataFrame:
    """Add status, after-sales and attribution texts as of the export."""
    ends = np.array([window.end for window in windows], dtype=np.int64)
    window_end = pl.Series(ends[seen["window"].to_numpy()], dtype=pl.Int64)
    is_unpaid = pl.col("paid").is_null() & pl.col("closed").is_not_null()
    gift_closed = pl.col("gift_closed") <= pl.col("at")
    wording = pl.when(pl.col("order_no") % 300 == 0).then(pl.lit("同意退款，退款成功"))
    return seen.with_columns(
        is_closed=is_unpaid | pl.col("refunded").is_not_null() | gift_closed.fill_null(value=False),
        traffic_format=pl.when(pl.col("created") >= window_end - DAY)
        .then(pl.lit(NOT_YET_ATTRIBUTED))
        .otherwise("traffic_format"),
        aftersale=pl.when(pl.col("refunded").is_not_null())
        .then(wording.otherwise(pl.lit("退款成功")))
        .when(pl.col("requested") <= pl.col("at"))
        .then(pl.lit("待商家处理"))
        .otherwise(pl.lit("-")),
        cancel_reason=pl.when(is_unpaid)
        .then(pl.lit("超时未支付"))
        .when(gift_closed)
        .then(pl.lit("主品订单售后完成"))
        .otherwise(pl.lit("-")),
    ).with_columns(status=_status())


def _status() -> pl.Expr:
    return (
        pl.when("is_closed")
        .then(pl.lit("已关闭"))
        .when(pl.col("confirmed").is_not_null())
        .then(pl.lit("已完成"))
        .when(pl.col("shipped").is_not_null())
        .then(pl.lit("已发货"))
        .when(pl.col("paid").is_not_null())
        .then(pl.lit("待发货"))
        .otherwise(pl.lit("待支付"))
    )


def _write_flagship(block: Block, shown: pl.DataFrame, windows: list[Window]) -> None:
    table = layout(shown, layouts.DOUYIN_ORDERS, _csv_cells(), "-")
    for window, rows in zip(windows, by_window(table, shown["window"], len(windows)), strict=True):
        if rows.is_empty():
            continue
        is_spoilt = block.is_first and window is windows[-1]
        rows, bad = with_bad_rows(rows, _BAD_ORDERS if is_spoilt else ())
        block.world.desk.append(
            f"douyin/flagship/{_file_name(window)}.csv",
            rows,
            exported_at=window.exported_at,
            encoding="utf-8-sig",
            quotes="never",
            rejected=bad + bool(bad),
            raw_lines=_BROKEN_ORDER if bad else "",
        )


def _write_outlet(block: Block, shown: pl.DataFrame, windows: list[Window]) -> None:
    table = layout(shown, layouts.DOUYIN_ORDERS_XLSX, _xlsx_cells(), "-")
    for window, rows in zip(windows, by_window(table, shown["window"], len(windows)), strict=True):
        if rows.is_empty():
            continue
        is_spoilt = block.is_first and window is windows[-1]
        rows, bad = with_bad_rows(rows, _BAD_OUTLET_ORDERS if is_spoilt else ())
        block.world.desk.write_xlsx(
            part_path(f"douyin/outlet/{_file_name(window)}.xlsx", block.number),
            rows,
            exported_at=window.exported_at,
            rejected=bad,
        )


def _file_name(window: Window) -> str:
    """The export's epoch second and a mark that nobody can read."""
    epoch = window.exported_at - SHANGHAI_OFFSET
    return f"{epoch}_{epoch * 2_654_435_761 % 2**64:016x}"


def _once(moment: str, text: str, before: str) -> pl.Expr:
    return pl.when(pl.col(moment).is_not_null()).then(text).otherwise(pl.lit(before))


def _shared_cells() -> dict[str, pl.Expr | str]:
    """Cells that both variants write in the same way."""
    completed = pl.when(pl.col("confirmed").is_not_null() & ~pl.col("is_closed"))
    return {
        "商品数量": pl.col("quantity"),
        "运费": "0.00",
        "优惠总金额": pl.col("discount_text"),
        "平台优惠": pl.col("platform_text"),
        "商家优惠": pl.col("labelled_text"),
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
        "订单提交时间": pl.col("created_text"),
        "订单完成时间": completed.then("confirmed_text").otherwise(pl.lit("-")),
        "APP渠道": "抖音",
        "流量来源": pl.col("traffic_source"),
        "订单状态": pl.col("status"),
        "承诺发货时间": _once("paid", "promised_text", "-"),
        "订单类型": "普通订单",
        "达人昵称": pl.col("author_name"),
        "售后状态": pl.col("aftersale"),
        "取消原因": pl.col("cancel_reason"),
        "是否安心购": "否",
        "流量类型": pl.col("traffic_type"),
        "流量体裁": pl.col("traffic_format"),
        "发货主体": "商家",
        "发货时间": _once("shipped", "shipped_text", "-"),
        "降价类优惠": "0.00",
        "平台实际承担优惠金额": pl.col("platform_text"),
        "商家实际承担优惠金额": pl.col("merchant_text"),
        "达人实际承担优惠金额": "0.00",
        "是否平台仓自流转": "否",
    }


def _grouped(column: str) -> pl.Expr:
    """Money with a thousands comma, which makes the cell a quoted one."""
    text = pl.col(column)
    quoted = pl.concat_str(pl.lit('"'), text, pl.lit('"'))
    return pl.when(text.str.contains(",", literal=True)).then(quoted).otherwise(text)


def _csv_cells() -> Cells:
    return {
        **_shared_cells(),
        "主订单编号": tabbed(pl.col("order_id")),
        "子订单编号": tabbed(pl.col("sub_id")),
        "选购商品": tabbed(pl.col("title")),
        "商品规格": tabbed(pl.format("{};默认", "size")),
        "商品ID": tabbed(pl.col("product_id").cast(pl.String)),
        "商家编码": tabbed(pl.col("sku")),
        "商品单价": _grouped("price_text"),
        "订单应付金额": _grouped("payable_text"),
        "买家留言": '""',
        "支付完成时间": _once("paid", "paid_text", '""'),
        "鲁班落地页ID": '"\t-"',
        "达人ID": tabbed(pl.col("author_id")),
        "仓库ID": '"\t-"',
    }


def _xlsx_cells() -> Cells:
    return {
        **_shared_cells(),
        "主订单编号": pl.col("order_id"),
        "子订单编号": pl.col("sub_id"),
        "选购商品": pl.col("title"),
        "货号": pl.col("sku"),
        "商品ID": pl.col("product_id"),
        "商家编码": pl.col("sku"),
        "商品金额": pl.col("price_text"),
        "订单应付金额": pl.col("payable_text"),
        "支付完成时间": _once("paid", "paid_text", "-"),
        "达人ID": pl.col("author_id"),
        "是否是以旧换新": "否",
    }
