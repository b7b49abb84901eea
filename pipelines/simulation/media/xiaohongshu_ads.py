"""Xiaohongshu: Juguang's note reports with a sum on top, and Pugongying's creator orders."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import World
from pipelines.simulation.media import headers
from pipelines.simulation.media.figures import (
    Days,
    Thing,
    as_shown,
    day_text,
    newest,
    percent,
    ratio,
    settled_figures,
    spend_text,
    state_spend,
    summed,
    weekly_reports,
)
from pipelines.simulation.period import DAY, HOUR, stamp
from pipelines.simulation.rendering import clock, layout, money

_ACCOUNT = "xhs_4001"
_EXPORT_CLOCK = 9 * HOUR + 2_400
_NOTES = tuple(
    Thing(_ACCOUNT, f"66000000000000000000{n:04}", f"示例博主{n}", 1.6 / n) for n in (1, 2, 3, 4)
)
_DAYS_PER_ORDER = 4
_FIRST_ORDER = 2_080_000_000_000_000_000
_LIFE_DAYS = 20
"""A note is read for this many days."""


def write_juguang(world: World) -> None:
    """Write Juguang's reports and state what was spent."""
    figures = settled_figures(world, "juguang", _NOTES)
    reports = weekly_reports(world.period, _EXPORT_CLOCK)
    for report in reports:
        rows = as_shown(world, figures, report)
        totals = summed(rows, "account")
        notes = {"时间": day_text(world), "笔记/素材ID": pl.col("number"), **_note_cells(world)}
        table = pl.concat(
            [
                layout(totals, headers.JUGUANG_NOTES, {"时间": "合计", **_sum_cells(world)}, "-"),
                layout(rows, headers.JUGUANG_NOTES, notes, "-"),
            ]
        )
        world.desk.append(
            f"xiaohongshu_ads/{_ACCOUNT}/聚光笔记_{stamp(report.exported_at, '%Y%m%d%H%M%S')}.csv",
            table,
            exported_at=report.exported_at,
            encoding="utf-8-sig",
            junk=1,
        )
    state_spend(world, "juguang", newest(world, figures, reports))


def _sum_cells(world: World) -> dict[str, pl.Expr | str]:
    return {
        "消费": spend_text(world),
        "展现量": pl.col("impressions"),
        "点击量": pl.col("clicks"),
        "点击率": percent(pl.col("clicks"), pl.col("impressions")),
    }


def _note_cells(world: World) -> dict[str, pl.Expr | str]:
    leads, adds = pl.col("conversions"), pl.col("deep_conversions")
    return {
        **_sum_cells(world),
        "笔记/素材链接": pl.format("https://www.xiaohongshu.com/explore/{}", "number"),
        "平均点击成本": ratio(pl.col("spend_fen"), pl.col("clicks")),
        "私信进线数": leads * 3,
        "私信开口数": leads * 2,
        "私信留资数": leads,
        "创作者": pl.col("name"),
        "微信加好友(计费时间)": adds,
        "微信加好友率(计费时间)": percent(adds, leads * 3),
    }


def write_pugongying(world: World) -> None:
    """Write Pugongying's order reports, complete every week, and state what the orders cost."""
    orders = _creator_orders(world)
    reports = weekly_reports(world.period, _EXPORT_CLOCK + 600, covers=world.period.days)
    for report in reports:
        rows = orders.filter(pl.col("day") <= report.last)
        if rows.is_empty():
            continue
        world.desk.write_xlsx(
            f"xiaohongshu_ads/{_ACCOUNT}/订单报告_{stamp(report.exported_at, '%Y%m%d%H%M%S')}.xlsx",
            layout(rows, headers.PUGONGYING_ORDERS, _order_cells(world, report), "-"),
            exported_at=report.exported_at,
        )
    state_spend(world, "pugongying", orders.filter(pl.col("day") <= reports[-1].last))


def _creator_orders(world: World) -> pl.DataFrame:
    """One row per order: account, day, number, quote_fen, fee_fen, consumed_fen (orders paid by
    performance, else null), spend_fen and reads (over its life).
    """
    rng = world.rng("pugongying")
    day = np.arange(1, world.period.days, _DAYS_PER_ORDER)
    quote = rng.integers(3, 40, len(day)) * 10_000
    by_performance = rng.random(len(day)) < 0.2
    consumed = pl.Series(np.where(by_performance, quote * 8 // 10, -1)).replace(-1, None)
    frame = pl.DataFrame(
        {
            "account": [_ACCOUNT] * len(day),
            "day": day,
            "number": (_FIRST_ORDER + day).astype(str),
            "quote_fen": quote,
            "fee_fen": quote // 10,
            "reads": quote // 100 * rng.integers(1, 6, len(day)),
            "consumed_fen": consumed,
        }
    )
    fixed = pl.col("quote_fen") + pl.col("fee_fen")
    return frame.with_columns(spend_fen=pl.col("consumed_fen").fill_null(fixed))


def _order_cells(world: World, report: Days) -> dict[str, pl.Expr | str]:
    lived = (report.last + 1 - pl.col("day")).clip(upper_bound=_LIFE_DAYS)
    reads = pl.col("reads") * lived // _LIFE_DAYS
    is_performance = pl.col("consumed_fen").is_not_null()
    updated = stamp(world.period.start + report.last * DAY, "%Y/%m/%d")
    return {
        "数据更新日期": updated,
        "笔记数": "1",
        "发布人数": "1",
        "图文笔记占比": "100.0%",
        "视频笔记占比": "0.0%",
        "订单id": pl.col("number"),
        "合作名称": pl.format("示例合作{}", "day"),
        "报备品牌": "示例品牌",
        "下单账号": "示例公司",
        "博主报价": money(pl.col("quote_fen")),
        "服务费金额": money(pl.col("fee_fen")),
        "是否为优效模式": pl.when(is_performance).then(pl.lit("是")).otherwise(pl.lit("否")),
        "总预算": pl.when(is_performance).then(money(pl.col("quote_fen"))).otherwise(pl.lit("-")),
        "总消耗": pl.when(is_performance)
        .then(money(pl.col("consumed_fen")))
        .otherwise(pl.lit("-")),
        "订单来源": "定制商单",
        "订单创建时间": clock(world.period.start + pl.col("day") * DAY, "%Y/%m/%d"),
        "总曝光量": reads * 8,
        "总阅读量": reads,
        "总阅读UV": reads * 9 // 10,
        "总互动量": reads // 20,
        "总互动率": percent(reads // 20, reads),
    }
