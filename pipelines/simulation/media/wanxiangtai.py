"""Wanxiangtai: weekly workbooks per product and shop, with rates as decimals."""

from __future__ import annotations

import polars as pl

from pipelines.simulation.block import World
from pipelines.simulation.catalogue import products
from pipelines.simulation.desk import part_path
from pipelines.simulation.media import headers
from pipelines.simulation.media.figures import (
    Thing,
    as_shown,
    day_text,
    fraction,
    newest,
    ratio,
    settled_figures,
    state_spend,
    weekly_reports,
)
from pipelines.simulation.period import HOUR, stamp
from pipelines.simulation.rendering import layout, money

_ACCOUNT = "flagship"
_EXPORT_CLOCK = 9 * HOUR + 1_800
_FIRST_ITEM = 600_000_000_001


def write_wanxiangtai(world: World) -> None:
    """Write the reports and state what was spent."""
    titles = products(world.profile)["title"].head(4)
    things = [
        Thing(_ACCOUNT, str(_FIRST_ITEM + index), title, 2.4 - 0.4 * index)
        for index, title in enumerate(titles)
    ]
    things.append(Thing(_ACCOUNT, "100200300", "示例旗舰店", 0.8))
    figures = settled_figures(world, "wanxiangtai", things)
    reports = weekly_reports(world.period, _EXPORT_CLOCK)
    for report in reports:
        table = layout(
            as_shown(world, figures, report), headers.WANXIANGTAI_ITEMS, _cells(world), "0"
        )
        path = f"商品报表_{stamp(report.exported_at, '%Y%m%d%H%M%S')}.xlsx"
        world.desk.write_xlsx(
            part_path(f"wanxiangtai/{_ACCOUNT}/{path}", 0), table, exported_at=report.exported_at
        )
    state_spend(world, "wanxiangtai", newest(world, figures, reports))


def _cells(world: World) -> dict[str, pl.Expr | str]:
    spend, shown, clicks = pl.col("spend_fen"), pl.col("impressions"), pl.col("clicks")
    orders, gmv = pl.col("conversions"), pl.col("gmv_fen")
    direct = gmv * 8 // 10
    is_product = pl.col("number").str.starts_with("6000")
    return {
        "日期": day_text(world),
        "主体ID": pl.col("number"),
        "主体类型": pl.when(is_product).then(pl.lit("商品")).otherwise(pl.lit("店铺")),
        "主体名称": pl.col("name"),
        "展现量": shown,
        "点击量": clicks,
        "花费": money(spend),
        "点击率": fraction(clicks, shown),
        "平均点击花费": ratio(spend, clicks),
        "千次展现花费": ratio(spend * 1_000, shown),
        "直接成交金额": money(direct),
        "间接成交金额": money(gmv - direct),
        "总成交金额": money(gmv),
        "总成交笔数": orders,
        "投入产出比": ratio(gmv * 100, spend),
        "总购物车数": orders * 4,
        "入会率": fraction(pl.col("deep_conversions"), clicks),
        "入会量": pl.col("deep_conversions"),
        "成交人数": orders,
        "成交新客数": orders // 3,
        "成交新客占比": fraction(orders // 3, orders),
    }
