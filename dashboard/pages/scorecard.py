"""Today's scorecard for the brand's industry profile, against the days before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from dashboard import labels
from dashboard.charts import theme
from dashboard.charts.lines import Series, lines
from dashboard.figures import Figure, Filters, Language, Option, Page, Snapshot, Text, Tile, Unit
from dashboard.pages.aipl import lifetime_tiers
from dashboard.pages.sql import days_and_channel, described, segment, window

_DAY_TITLE = Text("The last complete day", "最近完整日")
_PROFILE_TITLE = Text("What matters for this industry", "行业重点指标")
_SALES_TITLE = Text("Net sales by domain", "净成交金额（按域）")
_TIERS_TITLE = Text("New entries into tiers", "每日层级进入人数")
_WEEK = Text("against the mean of the 7 days before", "较前 7 日均值")
_MONTH = Text("against the 28 days before", "较前 28 日")
_PERIOD_DAYS = 28
PROFILE_TILES: dict[int, tuple[str, ...]] = {
    1: ("repurchase_rate", "roas", "private_share", "refund_rate"),
    2: ("repurchase_rate", "private_share", "leads", "refund_rate"),
    3: ("purchase_share", "roas", "private_share", "refund_rate"),
    4: ("leads", "purchase_share", "roas", "private_share"),
}
"""Which figures lead, by industry profile (seeds/industry_profiles.csv): high frequency looks at
repurchase, low frequency at decisions, what is sold offline at leads."""


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


def profile_tiles(snapshot: Snapshot, filters: Filters) -> Figure:
    """What the industry profile looks at first, over 28 days beside the 28 days before."""
    _, last = window(snapshot, filters)
    rows = pl.DataFrame(
        [
            {"kpi": key, "kpi_value": value, "baseline": baseline}
            for key in PROFILE_TILES[filters.industry_profile]
            for value, baseline in [_KPIS[key][1](snapshot, filters, last)]
        ],
        schema={"kpi": pl.String, "kpi_value": pl.Float64, "baseline": pl.Float64},
    )
    return Figure(
        key="profile_tiles",
        title=_PROFILE_TITLE,
        definition=Text(
            "The last 28 days beside the 28 before. Repurchase: share of mature buyers who bought "
            "again within the profile's window, all cohorts. ROAS: net revenue credited to "
            "channels with spend (chosen model) over spend. Private share: of net sales. "
            "Purchase share: customers in P or L among those in I, P or L.",
            "近 28 日对比前 28 日。复购率：成熟买家在行业窗口内再次购买的占比（全部分群）。投产比："
            "有消耗渠道的归因净成交（所选模型）÷ 消耗。私域占比：占净成交。"
            "购买占比：P、L 层占 I、P、L 层客户的比例。",
        ),
        frame=rows,
        tiles=tuple(
            Tile(
                key=row["kpi"],
                label=labels.value(row["kpi"]),
                value=row["kpi_value"],
                unit=_KPIS[row["kpi"]][0],
                baseline=row["baseline"],
                baseline_label=_MONTH,
            )
            for row in rows.to_dicts()
        ),
        columns={
            "kpi": Text("Figure", "指标"),
            "kpi_value": Text("Last 28 days", "近 28 日"),
            "baseline": Text("28 days before", "前 28 日"),
        },
        units={"kpi_value": "ratio", "baseline": "ratio"},
        metrics=tuple(_METRICS[key] for key in PROFILE_TILES[filters.industry_profile]),
        note=Text("Industry profile {profile}", "行业类型 {profile}").format(
            profile=filters.industry_profile
        ),
    )


_METRICS = {
    "repurchase_rate": "window_repurchase_rate", "roas": "roas", "private_share": "net_gmv_cny",
    "refund_rate": "refund_rate", "leads": "leads", "purchase_share": "tier_customers",
}  # fmt: skip
"""The metric that defines each, or of which it is a share."""

_Pair = tuple[float | None, float | None]


def _two_periods(
    snapshot: Snapshot, filters: Filters, last: date, *, measure: str, table: str, day: str,
    where: str = "true", parameters: tuple[object, ...] = (), with_channel: bool = True,
) -> _Pair:  # fmt: skip
    """`measure` over the last 28 days, and over the 28 before."""
    found: list[float | None] = []
    chosen = filters if with_channel else Filters()
    for back in (0, _PERIOD_DAYS):
        end = last - timedelta(days=back)
        start = end - timedelta(days=_PERIOD_DAYS - 1)
        condition = days_and_channel(day, (start, end), chosen)
        [[value]] = snapshot.fetch(
            f"select {measure} from {table} where {condition.sql} and {where}",
            [*condition.parameters, *parameters],
        )[1]
        found.append(None if value is None else float(value))
    return found[0], found[1]


def _repurchase(snapshot: Snapshot, filters: Filters, _: date) -> _Pair:
    chosen = segment(filters)
    rows = snapshot.fetch(
        "select rate_mature from marts.rpt_repurchase_window where cohort = 'all' and from_n = 1 "
        "and is_profile_window and segment_type = ? and segment_value = ?",
        [chosen.type, chosen.value],
    )[1]
    return (rows[0][0] if rows else None), None


def _roas(snapshot: Snapshot, filters: Filters, last: date) -> _Pair:
    return _two_periods(
        snapshot, filters, last, table="marts.rpt_attribution_channel", day="credit_date",
        measure="sum(revenue_net_cny) filter (where channel in (select channel "
        "from customer_center.fct_ad_spend)) / nullif(sum(spend_cny), 0)",
        where="basis = 'conversion_date' and conversion_type = 'all_orders' "
        "and is_default_lookback and model = ?",
        parameters=(filters.model,),
    )  # fmt: skip


def _private_share(snapshot: Snapshot, filters: Filters, last: date) -> _Pair:
    return _two_periods(
        snapshot, filters, last, table="marts.rpt_sales_daily", day="sales_date",
        measure="coalesce(sum(net_gmv_cny) filter (where domain = 'private'), 0) "
        "/ nullif(sum(net_gmv_cny), 0)",
    )  # fmt: skip


def _refund_rate(snapshot: Snapshot, filters: Filters, last: date) -> _Pair:
    return _two_periods(
        snapshot, filters, last, table="marts.rpt_sales_daily", day="sales_date",
        measure="sum(refund_cny) / nullif(sum(gmv_cny), 0)",
    )  # fmt: skip


def _leads(snapshot: Snapshot, filters: Filters, last: date) -> _Pair:
    return _two_periods(
        snapshot, filters, last, table="customer_center.fct_leads", day="lead_date",
        measure="count(*)", with_channel=False,
    )  # fmt: skip


def _purchase_share(snapshot: Snapshot, _: Filters, last: date) -> _Pair:
    found: list[float | None] = []
    for day in (last, last - timedelta(days=_PERIOD_DAYS)):
        [[value]] = snapshot.fetch(
            "select sum(customers) filter (where tier in ('P', 'L')) "
            "/ nullif(sum(customers) filter (where tier in ('I', 'P', 'L')), 0) "
            "from marts.rpt_aipl_tiers where tier_view = 'lifetime' and segment_type = 'all' "
            "and tier_date = ?",
            [day],
        )[1]
        found.append(None if value is None else float(value))
    return found[0], found[1]


_KPIS: dict[str, tuple[Unit, Callable[[Snapshot, Filters, date], _Pair]]] = {
    "repurchase_rate": ("share", _repurchase),
    "roas": ("ratio", _roas),
    "private_share": ("share", _private_share),
    "refund_rate": ("share", _refund_rate),
    "leads": ("count", _leads),
    "purchase_share": ("share", _purchase_share),
}


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
    },
    filters=frozenset({"date_from", "date_to", "channel", "domain", "model"}),
)
