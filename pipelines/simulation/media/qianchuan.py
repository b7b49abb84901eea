"""Qianchuan: products with a row that sums everything up, creatives with the day in the name."""

from __future__ import annotations

import polars as pl

from pipelines.simulation.block import World
from pipelines.simulation.catalogue import products
from pipelines.simulation.media import headers
from pipelines.simulation.media.figures import (
    Days,
    Thing,
    as_shown,
    daily_reports,
    day_text,
    fraction,
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
from pipelines.simulation.rendering import layout, money

_PRODUCTS, _CREATIVES = "qc_2001", "qc_2002"
_EXPORT_CLOCK = 9 * HOUR + 600
_FIRST_PRODUCT = 3_600_000_000_000_000_000
_YOUNG_DAYS = 20
"""The account with creative reports only was opened this many days before the end."""


def write_qianchuan(world: World) -> None:
    """Write both accounts' reports and state what was spent."""
    _write_products(world)
    _write_materials(world)


def _write_products(world: World) -> None:
    catalogue = products(world.profile).head(4)
    things = [
        Thing(_PRODUCTS, str(_FIRST_PRODUCT + index), title, 3.0 - 0.5 * index)
        for index, title in enumerate(catalogue["title"])
    ]
    figures = settled_figures(world, "qianchuan", things)
    reports = weekly_reports(world.period, _EXPORT_CLOCK)
    for number, report in enumerate(reports):
        rows = as_shown(world, figures, report)
        totals = summed(rows.with_columns(account=pl.lit(_PRODUCTS)), "account")
        table = pl.concat(
            [
                layout(totals, headers.QIANCHUAN_PRODUCTS, _total_cells(), "-"),
                layout(rows, headers.QIANCHUAN_PRODUCTS, _product_cells(world), "-"),
            ]
        )
        path = f"商品_{stamp(report.exported_at, '%Y%m%d%H%M%S')}.csv"
        world.desk.append(
            f"qianchuan/{_PRODUCTS}/{path}",
            table,
            exported_at=report.exported_at,
            encoding="gb18030" if number % 4 == 3 else "utf-8-sig",
            junk=1,
        )
    state_spend(world, "qianchuan", newest(world, figures, reports))


def _write_materials(world: World) -> None:
    """One workbook per day; the picture of the live room has spend and no number."""
    first = world.period.days - _YOUNG_DAYS
    things = [
        Thing(_CREATIVES, "7400000000000000001", "示例素材A.mp4", 2.0, first),
        Thing(_CREATIVES, "7400000000000000002", "示例素材B.mp4", 1.0, first),
        Thing(_CREATIVES, "", "直播间画面", 1.5, first),
    ]
    figures = settled_figures(world, "qianchuan_materials", things)
    reports = [
        Days(report.last, report.last, report.exported_at)
        for report in daily_reports(world.period, _EXPORT_CLOCK)[first:]
    ]
    for report in reports:
        day = stamp(world.period.start + report.last * DAY, "%Y-%m-%d")
        rows = as_shown(world, figures, report)
        world.desk.write_xlsx(
            f"qianchuan/{_CREATIVES}/千川_素材_{day}.xlsx",
            layout(rows, headers.QIANCHUAN_MATERIALS, _material_cells(world), "-"),
            exported_at=report.exported_at,
        )
    state_spend(world, "qianchuan", newest(world, figures, reports))


def _product_cells(world: World) -> dict[str, pl.Expr | str]:
    return {
        **_total_cells(),
        "日期": day_text(world),
        "商品ID": pl.col("number"),
        "商品名称": pl.col("name"),
    }


def _total_cells() -> dict[str, pl.Expr | str]:
    spend, gmv, orders = pl.col("spend_fen"), pl.col("gmv_fen"), pl.col("conversions")
    return {
        "日期": "全部",
        "商品ID": "-",
        "商品名称": "全部",
        "整体展示次数": pl.col("impressions"),
        "整体点击次数": pl.col("clicks"),
        "整体点击率": percent(pl.col("clicks"), pl.col("impressions")),
        "整体转化率": percent(orders, pl.col("clicks")),
        "整体消耗": money(spend),
        "整体成交金额": money(gmv),
        "整体支付ROI": ratio(gmv * 100, spend),
        "整体成交订单成本": ratio(spend, orders),
        "用户实际支付金额": money(gmv * 94 // 100),
        "电商平台补贴金额": money(gmv - gmv * 94 // 100),
        "净成交金额": money(gmv * 88 // 100),
        "1小时内退款率": "3.21%",
    }


def _material_cells(world: World) -> dict[str, pl.Expr | str]:
    spend, gmv = pl.col("spend_fen"), pl.col("gmv_fen")
    number = pl.when(pl.col("number") == "").then(pl.lit("-")).otherwise("number")
    return {
        "素材名称": pl.col("name"),
        "素材ID": number,
        "素材评估": "优质",
        "素材时长": "00:35",
        "素材创建时间": "2026-04-20 18:00:00",
        "素材来源": "本地上传",
        "整体消耗": spend_text(world),
        "净成交ROI": fraction(gmv * 88 // 100, spend),
        "净成交金额": money(gmv * 88 // 100),
        "1小时内退款率": "3.21%",
        "整体支付ROI": fraction(gmv, spend),
        "整体成交金额": money(gmv),
        "净成交金额结算率": "88.10%",
        "净成交订单数": pl.col("conversions"),
    }
