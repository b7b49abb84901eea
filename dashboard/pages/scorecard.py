"""Today's scorecard for the brand's industry profile, against the days before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl

from dashboard import labels
from dashboard.charts import theme
from dashboard.charts.lines import Series, lines
from dashboard.figures import Figure, Filters, Language, Option, Page, Snapshot, Text, Tile, Unit
from dashboard.pages.aipl import lifetime_tiers
from dashboard.pages.sql import days_and_channel, described, window

_DAY_TITLE = Text("The last complete day", "最近完整日")
_PROFILE_TITLE = Text("What matters for this industry", "行业重点指标")
_ALL_TITLE = Text("All KPIs", "全部指标")
_SALES_TITLE = Text("Net sales by domain", "净成交金额（按域）")
_TIERS_TITLE = Text("New entries into tiers", "每日层级进入人数")
_WEEK = Text("against the mean of the 7 days before", "较前 7 日均值")
_BEFORE = {
    "week": Text("against the week before", "较前一周"),
    "month": Text("against the month before", "较前一月"),
}


def day_tiles(snapshot: Snapshot, filters: Filters) -> Figure:
    """Sales of the last day beside the mean of the seven days before it."""
    _, last = window(snapshot, filters)
    condition = days_and_channel("sales_date", (last - timedelta(days=7), last), filters)
    rows = snapshot.polars(
        f"""
        select sales_date, sum(net_gmv_cny) as net_gmv_cny, sum(valid_orders) as valid_orders,
            sum(first_orders) as first_orders
        from marts.rpt_sales_daily where {condition.sql} group by sales_date order by sales_date
        """,
        condition.parameters,
    )
    today = rows.filter(pl.col("sales_date") == last)
    before = rows.filter(pl.col("sales_date") < last)

    def total(frame: pl.DataFrame, column: str) -> float:
        return float(frame[column].sum() or 0)

    def tile(column: str, label: Text, unit: Unit) -> Tile:
        return Tile(
            key=column, label=label, value=total(today, column),
            unit=unit,
            baseline=total(before, column) / 7, baseline_label=_WEEK,
        )  # fmt: skip

    orders, orders_before = total(today, "valid_orders"), total(before, "valid_orders")
    return Figure(
        key="day_tiles",
        unheeded=frozenset({"date_from"}),
        title=_DAY_TITLE,
        definition=Text(
            "Orders placed on the last complete day, day in Shanghai time; closed and fully "
            "refunded orders do not count. Beside each: the mean of the 7 days before.",
            "最近完整日（北京时间）的下单；已关闭及全额退款订单不计。对比值为此前 7 日均值。",
        ),
        frame=rows,
        tiles=(
            tile("net_gmv_cny", Text("Net sales", "净成交金额"), "money"),
            tile("valid_orders", Text("Orders", "有效订单数"), "count"),
            tile("first_orders", Text("First orders", "首单数"), "count"),
            Tile(
                key="order_value",
                label=Text("Net sales per order", "单均净成交"),
                value=total(today, "net_gmv_cny") / orders if orders else None,
                unit="money",
                baseline=total(before, "net_gmv_cny") / orders_before if orders_before else None,
                baseline_label=_WEEK,
            ),
        )
        if rows.height
        else (),
        **described(snapshot, "rpt_sales_daily", rows),
        metrics=("net_gmv_cny", "orders"),
        note=Text("Day: {day}", "日期：{day}").format(day=f"{last:%Y-%m-%d}"),
    )


_VALUES = """
    with ranked as (
        select *, row_number() over (
            partition by kpi order by
                is_mature desc, period_type = 'week' desc, period_start desc
        ) as newest
        from marts.rpt_kpi_scorecard where period_type in ('week', 'month')
    )
    select kpi, kpi_position, kpi_unit, period_type, period_start, period_end, kpi_value,
        previous_value, benchmark_value, benchmark_source, unavailable_reason, kpi_description
    from ranked where newest = 1 order by kpi_position nulls last, kpi
"""
"""The last complete week of every KPI; of what is said by months alone, the last complete month."""


def _kpi_unit(row: Mapping[str, Any]) -> Unit:
    unit: Unit = row["kpi_unit"]
    return unit


_KPI_UNITS = dict.fromkeys(("kpi_value", "previous_value", "benchmark_value"), _kpi_unit)


def profile_tiles(snapshot: Snapshot, _: Filters) -> Figure:
    """What the industry profile looks at first, beside the period before."""
    rows = snapshot.polars(f"select * from ({_VALUES}) where kpi_position is not null")
    [[profile, verdict]] = snapshot.fetch(
        "select (select max(industry_profile) from marts.rpt_kpi_scorecard), "
        "(select max(verdict) from marts.rpt_industry_profile)"
    )[1]
    return Figure(
        key="profile_tiles",
        unheeded=frozenset({"date_from", "date_to", "channel", "domain"}),
        title=_PROFILE_TITLE,
        definition=Text(
            "The KPIs that the brand's industry profile looks at first (seed profile_kpis), over "
            "the last complete week, beside the week before; rates of windows by month. What each "
            "says stands in the rows.",
            "品牌所选行业类型的重点指标（种子表 profile_kpis），取最近完整周并与前一周对比；"
            "窗口类比率按月。口径见数据行。",
        ),
        frame=rows,
        tiles=tuple(
            Tile(
                key=row["kpi"],
                label=labels.value(row["kpi"]),
                value=row["kpi_value"],
                unit=row["kpi_unit"],
                baseline=row["previous_value"],
                baseline_label=_BEFORE[row["period_type"]],
            )
            for row in rows.to_dicts()
        ),
        **described(snapshot, "rpt_kpi_scorecard", rows, units=_KPI_UNITS),
        note=Text("Industry profile {profile}. {verdict}", "行业类型 {profile}。{verdict}").format(
            profile=profile, verdict=labels.value(verdict or "")
        ),
    )


def all_kpis(snapshot: Snapshot, _: Filters) -> Figure:
    """Every KPI with its value, or with the reason why there is none."""
    rows = snapshot.polars(_VALUES)
    return Figure(
        key="all_kpis",
        unheeded=frozenset({"date_from", "date_to", "channel", "domain"}),
        title=_ALL_TITLE,
        definition=Text(
            "Every KPI of the scorecard over the last complete week (or month). Where no export "
            "supports a KPI, the reason stands beside it: nothing is estimated from aggregates.",
            "全部指标取最近完整周（或月）。导出数据不支持的指标注明原因，不由汇总数推算。",
        ),
        frame=rows,
        **described(snapshot, "rpt_kpi_scorecard", rows, units=_KPI_UNITS),
    )


def sales_by_domain(snapshot: Snapshot, filters: Filters) -> Figure:
    """Daily net GMV, stacked by domain."""
    condition = days_and_channel("sales_date", window(snapshot, filters), filters)
    rows = snapshot.polars(
        f"""
        select sales_date, coalesce(domain, '(unattributed)') as domain,
            sum(net_gmv_cny) as net_gmv_cny, sum(valid_orders) as valid_orders
        from marts.rpt_sales_daily where {condition.sql}
        group by all order by sales_date, domain
        """,
        condition.parameters,
    )

    def draw(language: Language) -> Option:
        wide = rows.pivot(on="domain", index="sales_date", values="net_gmv_cny").fill_null(0)
        series = [
            Series(domain, labels.value(domain)[language], colour, is_bar=True, stack="domain")
            for domain, colour in theme.DOMAIN_COLOURS.items()
            if domain in wide.columns  # a domain without a colour: the test of sums fails
        ]
        return lines(wide, "sales_date", series, "money", language)

    return Figure(
        key="sales_by_domain",
        title=_SALES_TITLE,
        definition=Text(
            "Paid orders less refunds, booked on the day of the order, by the domain of the "
            "order's channel. Guests included.",
            "已付款订单减退款，计入下单当日，按订单渠道所属的域拆分，含匿名订单。",
        ),
        frame=rows,
        draw=draw,
        metrics=("net_gmv_cny", "orders"),
        **described(snapshot, "rpt_sales_daily", rows),
    )


def tier_entries(snapshot: Snapshot, filters: Filters) -> Figure:
    """People who entered each lifetime tier, day by day."""
    return lifetime_tiers(
        snapshot,
        filters,
        "entered_customers",
        key="tier_entries",
        title=_TIERS_TITLE,
        definition=Text(
            "Customers who reached a lifetime AIPL tier for the first time on that day.",
            "当日首次达到该 AIPL 终身层级的客户数。",
        ),
        metrics=("tier_entries",),
        is_area=False,
    )


PAGE = Page(
    key="scorecard",
    title=Text("Today", "今日看板"),
    lead=Text("How does the brand stand today?", "今天经营得怎么样？"),
    makers={
        "day_tiles": (_DAY_TITLE, day_tiles),
        "profile_tiles": (_PROFILE_TITLE, profile_tiles),
        "sales_by_domain": (_SALES_TITLE, sales_by_domain),
        "tier_entries": (_TIERS_TITLE, tier_entries),
        "all_kpis": (_ALL_TITLE, all_kpis),
    },
    filters=frozenset({"date_from", "date_to", "channel", "domain"}),
)
