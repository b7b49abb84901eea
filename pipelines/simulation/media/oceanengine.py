"""OceanEngine: the same money in reports per project, account, unit and creative."""

from __future__ import annotations

import polars as pl

from pipelines.simulation.block import World
from pipelines.simulation.media import headers
from pipelines.simulation.media.campaigns import LEAD_ADVERTISER, LEAD_UNITS
from pipelines.simulation.media.figures import (
    Days,
    Thing,
    as_shown,
    daily_reports,
    day_text,
    newest,
    ratio,
    settled_figures,
    spend_text,
    state_spend,
    summed,
    weekly_reports,
)
from pipelines.simulation.period import DAY, HOUR, stamp
from pipelines.simulation.rendering import layout, with_bad_rows

_EXPORT_CLOCK = 9 * HOUR
_LIVE, _FANS = "adv_1001", "adv_1002"
_PROJECTS = (
    *(
        Thing(_LIVE, f"73000000000000000{n:02}", f"示例项目-直播-{n}", 9 * (1 - 0.25 * (n - 1)))
        for n in (1, 2, 3)
    ),
    *(
        Thing(_FANS, f"73000000000000000{n:02}", f"示例项目-加粉-{n}", 9 * (1 - 0.25 * (n - 11)))
        for n in (11, 12, 13)
    ),
)
_UNITS = tuple(Thing(LEAD_ADVERTISER, number, name, 2.5) for number, name in LEAD_UNITS)
_BAD_ROWS = ({"项目ID": "7390000000000000001", "消耗": "统计中"},)


def write_oceanengine(world: World) -> None:
    """Write the reports of three advertisers and state what was spent.

    The live advertiser's projects come daily, its whole account weekly; the fans advertiser's
    projects weekly, and one day's creatives with them; the lead advertiser has unit reports only.
    """
    projects = settled_figures(world, "oceanengine", _PROJECTS)
    daily = daily_reports(world.period, _EXPORT_CLOCK)
    weekly = weekly_reports(world.period, _EXPORT_CLOCK)
    live, fans = (projects.filter(account=account) for account in (_LIVE, _FANS))
    _write_projects(world, _LIVE, live, daily, is_spoilt=True)
    _write_projects(world, _FANS, fans, weekly)
    _write_accounts(world, _LIVE, live, weekly)
    _write_materials(world, _FANS, fans, weekly)
    units = settled_figures(world, "oceanengine_units", _UNITS)
    _write_units(world, units, weekly)
    for figures, reports in ((live, daily), (fans, weekly), (units, weekly)):
        state_spend(world, "oceanengine", newest(world, figures, reports))


def _write_projects(
    world: World,
    account: str,
    figures: pl.DataFrame,
    reports: list[Days],
    *,
    is_spoilt: bool = False,
) -> None:
    for report in reports:
        rows = as_shown(world, figures, report)
        cells = {"项目ID": pl.col("number"), "项目名称": pl.col("name"), **_cells(world)}
        table = layout(rows, headers.OCEANENGINE_PROJECTS, cells, "")
        faults = _BAD_ROWS if is_spoilt and report is reports[-1] else ()
        table, bad = with_bad_rows(table, faults)
        _append(world, account, "project_report", report, table, rejected=bad)


def _write_accounts(world: World, account: str, figures: pl.DataFrame, reports: list[Days]) -> None:
    for report in reports:
        rows = summed(as_shown(world, figures, report), "day")
        table = layout(rows, headers.OCEANENGINE_ACCOUNTS, _cells(world), "")
        _append(world, account, "account_report", report, table)


def _write_units(world: World, figures: pl.DataFrame, reports: list[Days]) -> None:
    cells = {
        "单元ID": pl.col("number"),
        "单元名称": pl.col("name"),
        "转化目标": "留资",
        "单元出价": "60.00",
        **_cells(world),
    }
    for report in reports:
        table = layout(as_shown(world, figures, report), headers.OCEANENGINE_UNITS, cells, "")
        _append(world, LEAD_ADVERTISER, "unit_report", report, table)


def _write_materials(
    world: World, account: str, figures: pl.DataFrame, reports: list[Days]
) -> None:
    """The creatives of each week's last day: rows without a date, which the file name holds."""
    cells = {header: cell for header, cell in _cells(world).items() if header != "时间-天"}
    cells |= {
        "素材名称": pl.format("{}.mp4", "name"),
        "素材类型": "视频",
        "素材ID": pl.format("74{}", pl.col("number").str.slice(2)),
    }
    for report in reports:
        rows = as_shown(world, figures, Days(report.last, report.last, report.exported_at))
        day = stamp(world.period.start + report.last * DAY, "%Y-%m-%d")
        world.desk.append(
            f"oceanengine/{account}/material_report_{day}.csv",
            layout(rows, headers.OCEANENGINE_MATERIALS, cells, ""),
            exported_at=report.exported_at,
            encoding="utf-8-sig",
        )


def _append(
    world: World, account: str, kind: str, report: Days, table: pl.DataFrame, rejected: int = 0
) -> None:
    world.desk.append(
        f"oceanengine/{account}/{kind}_{stamp(report.exported_at, '%Y%m%d%H%M%S')}.csv",
        table,
        exported_at=report.exported_at,
        encoding="utf-8-sig",
        rejected=rejected,
    )


def _cells(world: World) -> dict[str, pl.Expr | str]:
    spend, clicks = pl.col("spend_fen"), pl.col("clicks")
    conversions, deep = pl.col("conversions"), pl.col("deep_conversions")
    shown = pl.col("impressions")
    return {
        "时间-天": day_text(world),
        "消耗": spend_text(world),
        "展示数": shown,
        "平均千次展现费用(元)": ratio(spend * 1_000, shown),
        "点击数": clicks,
        "点击率%": ratio(clicks * 10_000, shown),
        "平均点击单价(元)": ratio(spend, clicks),
        "转化数": conversions,
        "平均转化成本": ratio(spend, conversions),
        "转化率%": ratio(conversions * 10_000, clicks),
        "深度转化数": deep,
        "深度转化成本": ratio(spend, deep),
        "深度转化率%": ratio(deep * 10_000, conversions),
    }
