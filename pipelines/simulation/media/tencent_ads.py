"""Tencent Ads: weekly CSV per ad with a sum at the end."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.simulation.block import World
from pipelines.simulation.media import headers
from pipelines.simulation.media.figures import (
    Thing,
    as_shown,
    day_text,
    newest,
    settled_figures,
    spend_text,
    state_spend,
    weekly_reports,
)
from pipelines.simulation.period import HOUR, stamp
from pipelines.simulation.rendering import layout, yuan

_ACCOUNT = "tx_3001"
_EXPORT_CLOCK = 9 * HOUR + 1_200
_ADS = (
    Thing(_ACCOUNT, "1", "示例广告-朋友圈-新客", 2.2),
    Thing(_ACCOUNT, "2", "示例广告-公众号-加粉", 1.4),
    Thing(_ACCOUNT, "3", "示例广告-视频号-直播", 1.0),
)


def write_tencent_ads(world: World) -> None:
    """Write the reports and state what was spent."""
    figures = settled_figures(world, "tencent_ads", _ADS)
    reports = weekly_reports(world.period, _EXPORT_CLOCK)
    for report in reports:
        rows = as_shown(world, figures, report)
        cells = {
            "日期": day_text(world),
            "广告名称": pl.col("name"),
            "曝光次数": pl.col("impressions"),
            "点击次数": pl.col("clicks"),
            "花费": spend_text(world),
            "目标转化量": pl.col("conversions"),
        }
        path = f"tencent_ads/{_ACCOUNT}/广告报表_{stamp(report.exported_at, '%Y%m%d%H%M%S')}.csv"
        world.desk.append(
            path,
            layout(rows, headers.TENCENT_ADS, cells, "-"),
            exported_at=report.exported_at,
            encoding="utf-8-sig",
        )
        world.desk.add_total_row(path, _total_row, spend_fen=int(rows["spend_fen"].sum()))
    state_spend(world, "tencent_ads", newest(world, figures, reports))


def _total_row(sums: Mapping[str, int]) -> str:
    return f"合计,-,-,-,{yuan(sums['spend_fen'])},-\r\n"
