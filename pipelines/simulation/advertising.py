"""OceanEngine project reports: daily files that repeat the days whose figures have moved since."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation import layouts
from pipelines.simulation.block import World
from pipelines.simulation.period import DAY, HOUR, stamp
from pipelines.simulation.rendering import clock, layout, money, with_bad_rows

REPEATED_DAYS = 3
"""Figures settle on the fourth morning after their day; a file repeats the days before that."""
EXPORT_CLOCK = 9 * HOUR
ADVERTISERS = {"adv_1001": "直播", "adv_1002": "加粉"}
_PROJECTS = 3
_FEN_PER_PERSON_AND_DAY = 9
"""What the first project spends on a mean day."""
_MOVING = ("spend_fen", "impressions", "conversions", "deep_conversions")
_BAD_ROWS = ({"项目ID": "7390000000000000001", "消耗": "统计中"},)


def write_advertising(world: World) -> None:
    """Write one file per advertiser and morning and state the spend that the newest ones show."""
    spend = _settled(world)
    newest: list[pl.DataFrame] = []
    for day in range(world.period.days):
        exported = world.period.start + (day + 1) * DAY + EXPORT_CLOCK
        first = max(day - REPEATED_DAYS, 0)
        shown = _as_shown(world, spend, first, day, exported)
        for advertiser, goal in ADVERTISERS.items():
            is_spoilt = day == world.period.days - 1 and advertiser == next(iter(ADVERTISERS))
            rows = shown.filter(advertiser=advertiser)
            table = layout(rows, layouts.OCEANENGINE_PROJECTS, _cells(world, goal), "")
            table, bad = with_bad_rows(table, _BAD_ROWS if is_spoilt else ())
            name = f"project_report_{stamp(exported, '%Y%m%d%H%M%S')}.csv"
            world.desk.append(
                f"oceanengine/{advertiser}/{name}",
                table,
                exported_at=exported,
                encoding="utf-8-sig",
                rejected=bad,
            )
        is_final = pl.col("day") == first if day < world.period.days - 1 else pl.lit(value=True)
        if day >= REPEATED_DAYS:
            newest.append(shown.filter(is_final))
    _state_spend(world, pl.concat(newest))


def _settled(world: World) -> pl.DataFrame:
    """Settled figures, one row per advertiser, day and project: advertiser, project, day
    (index), spend_fen, impressions, clicks, conversions, deep_conversions.
    """
    rng, days = world.rng("advertising"), world.period.days
    parts = []
    for number, advertiser in enumerate(ADVERTISERS):
        day = np.repeat(np.arange(days), _PROJECTS)
        project = np.tile(np.arange(_PROJECTS), days)
        budget = _FEN_PER_PERSON_AND_DAY * world.customers * (1.0 - 0.25 * project)
        demand = world.demand.weights[day] * rng.gamma(20, 1 / 20, len(day))
        spend = (budget * demand).astype(np.int64)
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


def _as_shown(
    world: World, spend: pl.DataFrame, first: int, last: int, moment: int
) -> pl.DataFrame:
    """The days ``first`` to ``last`` as the platform shows them: young ones lack 3 % a day."""
    age = moment // DAY - (world.period.start // DAY + pl.col("day"))
    missing = (REPEATED_DAYS + 1 - age).clip(lower_bound=0) * 3
    return spend.filter(pl.col("day").is_between(first, last)).with_columns(
        pl.col(name) * (100 - missing) // 100 for name in _MOVING
    )


def _state_spend(world: World, newest: pl.DataFrame) -> None:
    day = pl.from_epoch(world.period.start + pl.col("day") * DAY, time_unit="s").dt.date()
    world.truth.add_headline(
        newest.select(
            date=day,
            platform=pl.lit("oceanengine"),
            account=pl.col("advertiser"),
            metric=pl.lit("spend"),
            value=pl.col("spend_fen"),
        )
    )


def _cells(world: World, goal: str) -> dict[str, pl.Expr | str]:
    project = pl.col("project").cast(pl.String)
    spend, clicks = pl.col("spend_fen"), pl.col("clicks")
    conversions, deep = pl.col("conversions"), pl.col("deep_conversions")
    shown = pl.col("impressions")
    return {
        "时间-天": clock(world.period.start + pl.col("day") * DAY, "%Y-%m-%d"),
        "项目ID": pl.concat_str(pl.lit("73000000000000000"), project.str.zfill(2)),
        "项目名称": pl.format(f"示例项目-{goal}-{{}}", project),
        "消耗": money(spend, thousands=world.customers < 1_000_000),
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
