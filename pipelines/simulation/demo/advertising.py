"""OceanEngine project reports: weekly files that repeat days whose figures have moved since."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from pipelines.simulation import layouts
from pipelines.simulation.demo.delivery import Landing
from pipelines.simulation.demo.period import DAY, HOUR, Period, stamp
from pipelines.simulation.demo.rendering import clock, csv_bytes, layout, money, with_bad_rows

FILE_DAYS = 7
REPEATED_DAYS = 3
"""Figures settle on the fourth morning after their day; a file repeats the days before that."""
ADVERTISERS = {"adv_1001": "直播", "adv_1002": "加粉"}
_PROJECTS = 3
_BAD_ROWS = ({"项目ID": "7390000000000000001", "消耗": "统计中"},)


def simulate_spend(rng: np.random.Generator, period: Period) -> pl.DataFrame:
    """Settled figures, one row per advertiser, day and project: advertiser, project, day
    (index), spend_fen, impressions, clicks, conversions, deep_conversions.
    """
    parts = []
    for number, advertiser in enumerate(ADVERTISERS):
        day = np.repeat(np.arange(period.days), _PROJECTS)
        project = np.tile(np.arange(_PROJECTS), period.days)
        demand = period.day_weights[day] * (1.0 - 0.25 * project)
        spend = (90_000 * demand * rng.gamma(20, 1 / 20, len(day))).astype(np.int64)
        spend[rng.random(len(day)) < 0.05] = 0  # a paused project still has its row
        impressions = spend * rng.integers(35, 60, len(day)) // 100
        clicks = rng.binomial(impressions, 0.018)
        conversions = rng.binomial(clicks, 0.05)
        parts.append(
            pl.DataFrame(
                {
                    "advertiser": [advertiser] * len(day),
                    "project": project + 1 + 10 * number,
                    "day": day,
                    "spend_fen": spend,
                    "impressions": impressions,
                    "clicks": clicks,
                    "conversions": conversions,
                    "deep_conversions": rng.binomial(conversions, 0.2),
                }
            )
        )
    return pl.concat(parts)


def spend_at(spend: pl.DataFrame, period: Period, moment: int) -> pl.DataFrame:
    """The figures as the platform shows them at ``moment``: young days lack 3 % a day."""
    age = moment // DAY - (period.start // DAY + pl.col("day"))
    missing = (REPEATED_DAYS + 1 - age).clip(lower_bound=0) * 3
    moving = ("spend_fen", "impressions", "conversions", "deep_conversions")
    return spend.filter(pl.col("day") * DAY + period.start < moment).with_columns(
        pl.col(name) * (100 - missing) // 100 for name in moving
    )


def report_moment(period: Period) -> int:
    """Local second of the last export."""
    return period.end + 9 * HOUR


def deliver_spend(landing: Landing, period: Period, spend: pl.DataFrame) -> None:
    """One UTF-8-BOM CSV per advertiser and week, repeating the last days of the week before."""
    for start in range(0, period.days, FILE_DAYS):
        end = min(start + FILE_DAYS, period.days)
        exported = period.start + end * DAY + 9 * HOUR
        shown = spend_at(spend, period, exported).filter(
            pl.col("day").is_between(max(start - REPEATED_DAYS, 0), end, closed="left")
        )
        for advertiser, goal in ADVERTISERS.items():
            is_last = end == period.days and advertiser == next(iter(ADVERTISERS))
            rows = shown.filter(pl.col("advertiser") == advertiser)
            table = layout(rows, layouts.OCEANENGINE_PROJECTS, _cells(period, goal), "")
            table, bad = with_bad_rows(table, _BAD_ROWS if is_last else ())
            landing.deliver(
                f"oceanengine/{advertiser}/{_file_name(period, end, exported)}",
                csv_bytes(table, encoding="utf-8-sig", quotes="necessary"),
                exported_at=exported,
                rows=table.height,
                rejected=bad,
            )


def _file_name(period: Period, end: int, exported: int) -> str:
    last = period.first_day + timedelta(days=end - 1)
    return f"project_report_to_{last:%Y%m%d}_{stamp(exported, '%Y%m%d%H%M%S')}.csv"


def _cells(period: Period, goal: str) -> dict[str, pl.Expr | str]:
    day = period.start + pl.col("day") * DAY
    project = pl.col("project").cast(pl.String)
    number = pl.concat_str(pl.lit("73000000000000000"), project.str.zfill(2))
    spend, clicks = pl.col("spend_fen"), pl.col("clicks")
    conversions, deep = pl.col("conversions"), pl.col("deep_conversions")
    shown = pl.col("impressions")
    return {
        "时间-天": clock(day, "%Y-%m-%d"),
        "项目ID": number,
        "项目名称": pl.format(f"示例项目-{goal}-{{}}", project),
        "消耗": money(spend, thousands=True),
        "展示数": shown,
        "平均千次展现费用(元)": _ratio(spend * 1_000, shown),
        "点击数": clicks,
        "点击率%": _ratio(clicks * 10_000, shown),
        "平均点击单价(元)": _ratio(spend, clicks),
        "转化数": conversions,
        "平均转化成本": _ratio(spend, conversions),
        "转化率%": _ratio(conversions * 10_000, clicks),
        "深度转化数": deep,
        "深度转化成本": _ratio(spend, deep),
        "深度转化率%": _ratio(deep * 10_000, conversions),
    }


def _ratio(hundredths: pl.Expr, of: pl.Expr) -> pl.Expr:
    """A quotient with two decimals; 0.00 where there is nothing to divide by."""
    value = pl.when(of > 0).then(hundredths // pl.when(of > 0).then(of).otherwise(1)).otherwise(0)
    return money(value)
