"""Repurchase: who buys again, how soon, and how often."""

from __future__ import annotations

import polars as pl

from dashboard.charts import theme
from dashboard.charts.bars import grouped_bars
from dashboard.charts.lines import Series, lines
from dashboard.charts.survival import step_curve
from dashboard.figures import Figure, Filters, Language, Option, Page, Snapshot, Text
from dashboard.pages.sql import conditions, described, segment

_WINDOW_TITLE = Text("Repurchase rate by window", "各窗口复购率")
_CURVE_TITLE = Text("Repurchase curve", "复购曲线")
_LADDER_TITLE = Text("Ladder of purchases", "复购阶梯")
_PERIOD_TITLE = Text("Repurchase by month", "月度复购率与回购率")
_STEPS = 6
_Z = 1.959963984540054
"""Of a 95 % interval."""


def _of_segment(
    snapshot: Snapshot, filters: Filters, table: str, columns: str, where: str
) -> tuple[pl.DataFrame, Text | None]:
    chosen = segment(filters)
    rows = snapshot.polars(
        f"select {columns} from marts.{table} where cohort = 'all' "
        f"and segment_type = ? and segment_value = ? and {where}",
        [chosen.type, chosen.value],
    )
    return rows, chosen.note


def windows(snapshot: Snapshot, filters: Filters) -> Figure:
    """Who bought a second time within 30 to 365 days, among those observed so long."""
    rows, note = _of_segment(
        snapshot, filters, "rpt_repurchase_window",
        "window_days, eligible, repurchased, rate_mature, wilson_low, wilson_high, rate_km",
        "from_n = 1 order by window_days",
    )  # fmt: skip

    def draw(language: Language) -> Option:
        names = {"en": "{} days", "zh": "{} 天"}[language]
        known = rows.filter(pl.col("rate_mature").is_not_null() | pl.col("rate_km").is_not_null())
        return grouped_bars(
            known,
            "window_days",
            {
                "rate_mature": Text("Mature buyers", "成熟买家")[language],
                "rate_km": Text("Kaplan-Meier, all buyers", "Kaplan-Meier（全部买家）")[language],
            },
            "share",
            language,
            names=[names.format(days) for days in known["window_days"]],
        )

    return Figure(
        key="windows",
        unheeded=frozenset({"date_from", "date_to"}),
        title=_WINDOW_TITLE,
        definition=Text(
            "Share of buyers who bought again on a later day within the window, among those "
            "observed for the whole window. Kaplan-Meier also uses the others for as long as they "
            "were seen. The rows hold the 95 % interval.",
            "在窗口内的另一日再次购买的买家占比，仅计已观测满窗口的买家。"
            "Kaplan-Meier 同时利用未满窗口的买家。数据表含 95% 置信区间。",
        ),
        frame=rows,
        draw=draw,
        metrics=("window_repurchase_rate",),
        **described(snapshot, "rpt_repurchase_window", rows),
        note=note,
    )


def curve(snapshot: Snapshot, filters: Filters) -> Figure:
    """Share that has bought again by each day after the first purchase."""
    rows, note = _of_segment(
        snapshot, filters, "rpt_repurchase_curve",
        "duration_days, at_risk, repurchased_on_day, rate_km", "from_n = 1 order by duration_days",
    )  # fmt: skip
    rows = with_band(rows)

    def draw(language: Language) -> Option:
        start = pl.DataFrame(
            {"duration_days": [0], "rate_km": [0.0], "rate_low": [0.0], "rate_high": [0.0]}
        ).cast({"duration_days": rows.schema["duration_days"]})
        columns = start.columns
        return step_curve(
            pl.concat([start, rows.select(columns)]),
            x="duration_days",
            value="rate_km",
            low="rate_low",
            high="rate_high",
            names=(
                Text("Bought again", "已复购")[language],
                Text("95 % interval", "95% 置信区间")[language],
            ),
            x_name=Text("Days since the first purchase", "距首购天数")[language],
            language=language,
        )

    return Figure(
        key="curve",
        unheeded=frozenset({"date_from", "date_to"}),
        title=_CURVE_TITLE,
        definition=Text(
            "Kaplan-Meier: share of buyers who have bought a second time by that day; who is not "
            "yet observed so long counts until the last day seen. Band: 95 %, Greenwood, log-log.",
            "Kaplan-Meier：截至该日已第二次购买的买家占比；未观测满的买家计至其最后观测日。"
            "阴影为 95% 置信区间（Greenwood，log-log）。",
        ),
        frame=rows,
        draw=draw,
        **described(snapshot, "rpt_repurchase_curve", rows, units={"duration_days": "count"}),
        note=note,
    )


def with_band(rows: pl.DataFrame) -> pl.DataFrame:
    """Add rate_low and rate_high: Greenwood's variance on the log-log scale (Kalbfleisch and
    Prentice, The Statistical Analysis of Failure Time Data, 2nd ed., 1.4). Null where the curve
    is 0 or 1.
    """
    at_risk, events = pl.col("at_risk").cast(pl.Float64), pl.col("repurchased_on_day")
    variance = (events / (at_risk * (at_risk - events))).cum_sum()
    survival = 1 - pl.col("rate_km")
    spread = (_Z * variance.sqrt() / survival.log()).abs()
    banded = rows.with_columns(
        (1 - survival ** (-spread).exp()).alias("rate_low"),
        (1 - survival ** spread.exp()).alias("rate_high"),
    )
    defined = (survival > 0) & (survival < 1)
    return banded.with_columns(
        pl.when(defined & pl.col(name).is_finite()).then(pl.col(name)).alias(name)
        for name in ("rate_low", "rate_high")
    )


def ladder(snapshot: Snapshot, filters: Filters) -> Figure:
    """From the nth purchase to the next one."""
    rows, note = _of_segment(
        snapshot, filters, "rpt_repurchase_ladder",
        "from_n, to_n, customers, converted, rate_so_far, rate_mature, rate_km, p50_gap_days",
        f"from_n <= {_STEPS} order by from_n",
    )  # fmt: skip

    def draw(language: Language) -> Option:
        return grouped_bars(
            rows,
            "from_n",
            {
                "rate_so_far": Text("So far", "截至目前")[language],
                "rate_mature": Text("Within the window, mature", "窗口内（成熟）")[language],
            },
            "share",
            language,
            names=[_step(row, language) for row in rows.to_dicts()],
        )

    return Figure(
        key="ladder",
        unheeded=frozenset({"date_from", "date_to"}),
        title=_LADDER_TITLE,
        definition=Text(
            "Of those with n purchases, the share who made the next one: so far, and within the "
            "industry profile's window among mature buyers. With the median days between.",
            "有 n 次购买的客户中进入下一次的比例：截至目前，以及成熟买家在行业窗口内；"
            "并列出间隔中位天数。",
        ),
        frame=rows,
        draw=draw,
        **described(snapshot, "rpt_repurchase_ladder", rows),
        note=note,
    )


def _step(row: dict[str, object], language: Language) -> str:
    days = row["p50_gap_days"]
    gap = "" if days is None else f" ({float(str(days)):.0f}{' 天' if language == 'zh' else ' d'})"
    return f"{row['from_n']} → {row['to_n']}{gap}"


def months(snapshot: Snapshot, filters: Filters) -> Figure:
    """复购率 within the month, 回购率 to the next one."""
    condition = conditions(
        ("period_start >= date_trunc('month', cast(? as date))", filters.date_from),
        ("period_start <= ?", filters.date_to),
    )
    rows = snapshot.polars(
        "select period_start, buyers, new_buyers, repeat_buyers, returned_buyers, "
        "repeat_buyer_rate, next_period_return_rate from marts.rpt_repurchase_period "
        f"where calendar_period = 'month' and {condition.sql} order by period_start",
        condition.parameters,
    )

    def draw(language: Language) -> Option:
        frame = rows.with_columns(pl.col("period_start").dt.strftime("%Y-%m"))
        series = [
            Series(
                "repeat_buyer_rate",
                Text("Bought again within the month", "期内复购率")[language],
                theme.BLUE,
            ),
            Series(
                "next_period_return_rate",
                Text("Bought again in the next month", "下期回购率")[language],
                theme.ORANGE,
                is_dashed=True,
            ),
        ]
        return lines(frame, "period_start", series, "share", language)

    return Figure(
        key="months",
        unheeded=frozenset({"channel", "domain", "product_role"}),
        title=_PERIOD_TITLE,
        definition=Text(
            "Share of a month's buyers who bought on two days or more of it (复购率), and share "
            "who bought again in the next month (回购率). Months that still run have no rate.",
            "当月买家中在当月两日及以上购买的比例（复购率），"
            "以及次月再次购买的比例（回购率）。未结束的月份无比率。",
        ),
        frame=rows,
        draw=draw,
        metrics=("repeat_buyer_rate", "next_period_return_rate"),
        **described(snapshot, "rpt_repurchase_period", rows),
        height=260,
    )


PAGE = Page(
    key="repurchase",
    title=Text("Repurchase", "复购"),
    lead=Text("Who buys again, how soon, how often?", "谁会再次购买？多久？几次？"),
    makers={
        "windows": (_WINDOW_TITLE, windows),
        "curve": (_CURVE_TITLE, curve),
        "ladder": (_LADDER_TITLE, ladder),
        "months": (_PERIOD_TITLE, months),
    },
    filters=frozenset({"date_from", "date_to", "channel", "domain", "product_role"}),
)
