"""Douyin after-sale cases as xlsx: refunds before and after shipping, exchanges, withdrawn cases.

The order export names no refund amount: these cases do.
"""

from __future__ import annotations

import polars as pl

from pipelines.simulation import layouts
from pipelines.simulation.block import Block
from pipelines.simulation.cadence import by_window, expand
from pipelines.simulation.desk import part_path
from pipelines.simulation.douyin import aftersale_windows, douyin_sub_orders
from pipelines.simulation.period import DAY, stamp
from pipelines.simulation.rendering import Cells, clock, layout, money, with_bad_rows

_FIRST_CASE = 200_000_000_000_000_000
_EXCHANGED_SHARE = 0.01
_WITHDRAWN_SHARE = 0.01
_BAD_CASES = ({"售后单号": "7999999999999999999", "售后申请时间": "未知"},)


def write_douyin_aftersales(block: Block) -> None:
    """Write the files of a block, one set per account."""
    windows = aftersale_windows(block.world.period)
    cases = _cases(block)
    for account in ("flagship", "outlet"):
        shown = expand(cases.filter(account=account), windows)
        table = layout(shown, layouts.DOUYIN_AFTERSALES, _cells(), "-")
        parts = by_window(table, shown["window"], len(windows))
        for window, rows in zip(windows, parts, strict=True):
            if rows.is_empty():
                continue
            is_spoilt = block.is_first and window is windows[-1] and account == "flagship"
            content, bad = with_bad_rows(rows, _BAD_CASES if is_spoilt else ())
            name = f"售后单_{stamp(window.exported_at, '%Y%m%d%H%M%S')}.xlsx"
            block.world.desk.write_xlsx(
                part_path(f"douyin/{account}/{name}", block.number),
                content,
                exported_at=window.exported_at,
                rejected=bad,
            )


def _cases(block: Block) -> pl.DataFrame:
    """One row per case, sorted by ``created`` (the request): the sub-order's columns and ended,
    kind and outcome.
    """
    rng = block.rng("douyin_aftersales")
    lines = douyin_sub_orders(block).filter(~pl.col("is_gift"))
    refunds = lines.filter(pl.col("refunded").is_not_null()).with_columns(
        asked="requested",
        ended=pl.col("refunded"),
        kind=pl.when(pl.col("shipped").is_null())
        .then(pl.lit("未发货退款"))
        .otherwise(pl.lit("退货退款")),
        outcome=pl.lit("退款成功"),
        back_fen=pl.col("received_fen"),
    )
    arrived = lines.filter(pl.col("refunded").is_null() & pl.col("confirmed").is_not_null())
    drawn = pl.Series(rng.random(arrived.height), dtype=pl.Float64)
    others = (
        arrived.with_columns(drawn=drawn)
        .filter(pl.col("drawn") < _EXCHANGED_SHARE + _WITHDRAWN_SHARE)
        .with_columns(
            asked=pl.col("confirmed") + DAY,
            ended=pl.col("confirmed") + 4 * DAY,
            kind=pl.when(pl.col("drawn") < _EXCHANGED_SHARE)
            .then(pl.lit("换货"))
            .otherwise(pl.lit("退货退款")),
            outcome=pl.when(pl.col("drawn") < _EXCHANGED_SHARE)
            .then(pl.lit("换货成功"))
            .otherwise(pl.lit("售后关闭")),
            back_fen=pl.lit(0, dtype=pl.Int64),
        )
        .drop("drawn")
    )
    return (
        pl.concat([refunds, others], how="vertical_relaxed")
        .with_columns(created="asked")
        .sort("created", "sub_order_id")
    )


def _cells() -> Cells:
    is_ended = pl.col("ended") <= pl.col("at")
    wants_money = pl.col("kind") != "换货"
    asked_fen = pl.when(wants_money).then("received_fen").otherwise(0)
    moment = clock(pl.col("ended"))
    return {
        "售后单号": _FIRST_CASE + pl.col("sub_order_id"),
        "订单号": pl.col("order_id"),
        "商品单号": pl.col("sub_id"),
        "商品名称": pl.col("title"),
        "商品ID": pl.col("product_id"),
        "应付金额（元）": money(pl.col("received_fen")),
        "商品运费（元）": "0.00",
        "商品发货状态": pl.when(pl.col("shipped").is_null())
        .then(pl.lit("未发货"))
        .otherwise(pl.lit("已发货")),
        "售后类型": pl.col("kind"),
        "退商品金额（元）": money(asked_fen),
        "退运费金额（元）": "0.00",
        "售后状态": pl.when(is_ended).then("outcome").otherwise(pl.lit("待商家处理")),
        "售后申请时间": clock(pl.col("created")),
        "退款方式": "原路退回",
        "售后原因": "不想要了",
        "商家退款时间": pl.when(is_ended & (pl.col("back_fen") > 0))
        .then(moment)
        .otherwise(pl.lit("-")),
        "售后完结时间": pl.when(is_ended).then(moment).otherwise(pl.lit("-")),
        "退货物流单号": pl.when((pl.col("kind") == "退货退款") & is_ended)
        .then(pl.format("SF{}", "sub_id"))
        .otherwise(pl.lit("-")),
        "商家退货联系人姓名": "示例仓",
        "商家退货联系人电话": "19400000000",
        "商家编码": pl.col("sku"),
    }
