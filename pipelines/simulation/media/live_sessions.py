"""Douyin live sessions: weekly workbooks of the compass, known by host and start."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import World
from pipelines.simulation.media import headers
from pipelines.simulation.media.figures import weekly_reports
from pipelines.simulation.period import DAY, HOUR, stamp
from pipelines.simulation.rendering import clock, layout, money, with_bad_rows

_ACCOUNT = "flagship"
_EXPORT_CLOCK = 9 * HOUR + 3_000
_VIEWERS_PER_PERSON = 0.12
"""Viewers of a session per person of the brand, on a mean day."""
_BAD_SESSIONS = ({"主播抖音号": "demo_brand", "直播开始时间": "昨晚"},)


def write_live_sessions(world: World) -> None:
    """Write the weekly lists and state what the sessions of each day brought."""
    sessions = _sessions(world)
    reports = weekly_reports(world.period, _EXPORT_CLOCK)
    for report in reports:
        rows = sessions.filter(pl.col("day").is_between(report.first, report.last))
        table = layout(rows, headers.LIVE_SESSIONS, _cells(), "-")
        table, bad = with_bad_rows(table, _BAD_SESSIONS if report is reports[-1] else ())
        world.desk.write_xlsx(
            f"douyin/{_ACCOUNT}/直播间列表_{stamp(report.exported_at, '%Y%m%d%H%M%S')}.xlsx",
            table,
            exported_at=report.exported_at,
            rejected=bad,
        )
    _state(world, sessions)


def _sessions(world: World) -> pl.DataFrame:
    """One row per session, sorted by start: day, begun, ended, and the figures of the file."""
    rng, days = world.rng("live_sessions"), world.period.days
    day = np.sort(np.concatenate([np.arange(days), np.flatnonzero(rng.random(days) < 0.3)]))
    is_second = np.append(False, day[1:] == day[:-1])
    begun = world.period.start + day * DAY + np.where(is_second, 19, 12) * HOUR
    minutes = rng.integers(90, 240, len(day))
    demand = world.demand.weights[day] * rng.gamma(12, 1 / 12, len(day))
    viewers = (_VIEWERS_PER_PERSON * world.customers * demand).astype(np.int64) + 1
    fans = rng.binomial(viewers, 0.4)
    orders = rng.binomial(viewers, 0.012)
    gmv = orders * rng.integers(9_000, 22_000, len(day))
    return pl.DataFrame(
        {
            "day": day,
            "begun": begun,
            "ended": begun + minutes * 60,
            "minutes": minutes,
            "viewers": viewers,
            "fans": fans,
            "peak": viewers // 12 + 1,
            "seconds": rng.integers(60, 200, len(day)),
            "new_fans": rng.binomial(viewers, 0.01),
            "lost_fans": rng.binomial(viewers, 0.001),
            "comments": rng.binomial(viewers, 0.1),
            "orders": orders,
            "gmv_fen": gmv,
            "paid_fen": gmv * 96 // 100,
            "refund_fen": gmv * 7 // 100,
        }
    )


def _state(world: World, sessions: pl.DataFrame) -> None:
    daily = sessions.group_by(
        date=pl.from_epoch(world.period.start + pl.col("day") * DAY, time_unit="s").dt.date()
    ).agg(
        sessions=pl.len().cast(pl.Int64),
        viewers=pl.col("viewers").sum(),
        gmv=pl.col("gmv_fen").sum(),
    )
    figures = daily.unpivot(index="date", variable_name="metric")
    world.truth.add_headline(
        figures.with_columns(platform=pl.lit("douyin_live"), account=pl.lit(_ACCOUNT))
    )


def _cells() -> dict[str, pl.Expr | str]:
    viewers, orders = pl.col("viewers"), pl.col("orders")
    pattern = "%Y/%m/%d %H:%M:%S"
    return {
        "主播昵称": "示例旗舰店",
        "主播抖音号": "demo_brand",
        "直播开始时间": clock(pl.col("begun"), pattern),
        "直播结束时间": clock(pl.col("ended"), pattern),
        "直播时长(分钟)": pl.col("minutes"),
        "直播间曝光人数": viewers * 6,
        "直播间观看人数": viewers,
        "最高在线人数": pl.col("peak"),
        "人均观看时长(分钟)": (pl.col("seconds") / 60).round(1),
        "评论次数": pl.col("comments"),
        "新增粉丝数": pl.col("new_fans"),
        "取关粉丝数": pl.col("lost_fans"),
        "观看老粉占比": (pl.col("fans") / viewers).round(4),
        "直播间成交订单数": orders,
        "直播间成交金额": money(pl.col("gmv_fen")),
        "直播间用户支付金额": money(pl.col("paid_fen")),
        "直播间成交人数": orders,
        "直播间退款金额": money(pl.col("refund_fen")),
        "观看-成交率(人数)": (orders / viewers).round(4),
        "净成交金额": money(pl.col("gmv_fen") - pl.col("refund_fen")),
        "1小时退款率": "0.041",
    }
