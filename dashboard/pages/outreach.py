"""Outreach and groups: what messages earn and drive away, and how the groups are doing."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from dashboard import labels
from dashboard.charts import theme
from dashboard.charts.bars import grouped_bars
from dashboard.charts.lines import Series, lines
from dashboard.figures import Figure, Filters, Language, Option, Page, Snapshot, Text, Tile
from dashboard.pages.sql import conditions, described, window

_CAMPAIGNS_TITLE = Text("What campaigns earned", "触达活动的增量")
_LOSSES_TITLE = Text("Whom outreach drove away", "触达后的流失")
_MEMBERS_TITLE = Text("Members of groups", "社群成员数")
_GROUPS_TITLE = Text("Groups by kind", "各类社群")
_SALES_TITLE = Text("Sales through groups", "社群成交")
_DRAWN = 12
_PERIOD_DAYS = 28
_KIND_COLOURS = {
    "benefit": theme.BLUE,
    "interest": theme.ORANGE,
    "function": theme.GREEN,
    "flash": theme.PINK,
}


def campaigns(snapshot: Snapshot, filters: Filters) -> Figure:
    """Net sales to the customers reached, beside the same hours of the weeks before."""
    first, last = window(snapshot, filters)
    condition = conditions(
        ("first_sent_date >= ?", first),
        ("first_sent_date <= ?", last),
        ("channel = ?", filters.channel),
    )
    rows = snapshot.polars(
        f"""
        select campaign, medium, first_sent_date, sent, reached, clicked, reached_customers,
            window_orders, window_net_gmv_cny, baseline_weeks, campaigns_in_baseline,
            baseline_net_gmv_cny, incremental_net_gmv_cny, outreach_cost_cny, cost_reason,
            excess_lost_value_cny, net_gain_cny, net_roi, is_mature
        from marts.rpt_outreach_roi where {condition.sql}
        order by first_sent_date desc, campaign
        """,
        condition.parameters,
    )

    def draw(language: Language) -> Option:
        drawn = rows.head(_DRAWN)
        return grouped_bars(
            drawn,
            "campaign",
            {
                "window_net_gmv_cny": Text("After the message", "触达后")[language],
                "baseline_net_gmv_cny": Text("Same hours before", "基线")[language],
            },
            "money",
            language,
            names=[
                f"{row['campaign']}\n{labels.value(row['medium'])[language]}"
                for row in drawn.to_dicts()
            ],
        )

    return Figure(
        key="campaigns",
        title=_CAMPAIGNS_TITLE,
        definition=Text(
            "Net sales to the customers whom a campaign reached, within 3 days of the message, "
            "beside the mean of the same hours and weekday in up to 4 weeks before, same "
            "customers. Net gain: the difference minus cost and minus the value lost beyond the "
            f"expected. The latest {_DRAWN} campaigns are drawn.",
            "活动触达客户在消息后 3 天内的净成交，对比相同客户此前最多 4 周同星期同时段的均值。"
            f"净增益 = 差额 − 成本 − 超额流失价值。图中为最近 {_DRAWN} 个活动。",
        ),
        frame=rows,
        draw=draw,
        metrics=("outreach_incremental_net_gmv_cny", "outreach_cost_cny"),
        **described(snapshot, "rpt_outreach_roi", rows, units={"net_roi": "ratio"}),
        note=Text(
            "An order counts for every campaign that reached its customer: campaigns do not add "
            "up. Other campaigns lie in many baselines; the rows say how many.",
            "订单计入所有触达该客户的活动，活动之间不可相加；许多基线内有其他活动，见数据表。",
        ),
        height=480,
    )


def losses(snapshot: Snapshot, filters: Filters) -> Figure:
    """Customers lost within 24 and 72 hours, beside those who would have been lost anyway."""
    first, last = window(snapshot, filters)
    condition = conditions(
        ("first_sent_date >= ?", first),
        ("first_sent_date <= ?", last),
        ("channel = ?", filters.channel),
    )
    rows = snapshot.polars(
        f"""
        select medium, count(*) as campaigns, sum(reached_customers) as reached_customers,
            sum(lost_customers_24h) as lost_customers_24h,
            sum(lost_customers_72h) as lost_customers_72h,
            sum(expected_lost_72h) as expected_lost_72h,
            sum(possibly_lost_customers_72h) as possibly_lost_customers_72h,
            sum(lost_value_cny) as lost_value_cny,
            sum(excess_lost_value_cny) as excess_lost_value_cny
        from marts.rpt_outreach_roi
        where expected_lost_72h is not null and {condition.sql}
        group by medium order by reached_customers desc, medium
        """,
        condition.parameters,
    )

    def draw(language: Language) -> Option:
        return grouped_bars(
            rows,
            "medium",
            {
                "lost_customers_72h": Text("Lost within 72 hours", "72 小时内流失")[language],
                "expected_lost_72h": Text("Expected anyway", "基线预期")[language],
            },
            "count",
            language,
            names=labels.values(rows["medium"], language),
        )

    return Figure(
        key="losses",
        title=_LOSSES_TITLE,
        definition=Text(
            "Customers who deleted the contact, unfollowed or left the group within 72 hours of "
            "being reached, as far as an export dates it, beside what their relations would "
            "have lost at the rate of the same hours in the weeks before. Lost value: their net "
            "sales of the year before. Campaigns with such weeks only.",
            "触达后 72 小时内删除好友、取关或退群的客户（以导出可定位时间者为准），"
            "对比按此前各周同时段流失率推算的预期。流失价值为其此前一年的净成交。仅计有基线的活动。",
        ),
        frame=rows,
        draw=draw,
        metrics=("outreach_lost_customers_72h",),
        **described(snapshot, "rpt_outreach_roi", rows),
        note=Text(
            "Weekly member lists cannot date a leave within 72 hours: see “possibly lost”.",
            "按周导出的成员名单无法将退群定位到 72 小时内，见“可能流失”。",
        ),
        height=260,
    )


def members(snapshot: Snapshot, filters: Filters) -> Figure:
    """Members by kind of group and day."""
    rows = snapshot.polars(
        """
        select stat_date, group_kind, sum(members) as members,
            sum(active_members) as active_members, sum(joined_members) as joined_members,
            sum(left_members) as left_members
        from marts.rpt_community_health where stat_date between ? and ?
        group by stat_date, group_kind order by stat_date, group_kind
        """,
        list(window(snapshot, filters)),
    )

    def draw(language: Language) -> Option:
        wide = rows.pivot("group_kind", index="stat_date", values="members").fill_null(0)
        series = [
            Series(kind, labels.value(kind)[language], _KIND_COLOURS.get(kind))
            for kind in sorted(set(wide.columns) - {"stat_date"})
        ]
        return lines(wide, "stat_date", series, "count", language)

    return Figure(
        key="members",
        unheeded=frozenset({"channel"}),
        title=_MEMBERS_TITLE,
        definition=Text(
            "Customers in WeCom groups at the end of each day, by kind of group "
            "(seeds/community_group_kinds.csv). Lists of members tell a leave only by the first "
            "list without the member, so the lines fall in steps.",
            "每日末企微群内客户数，按社群类别。成员名单仅能在首个缺失该成员的名单上体现退群，"
            "故曲线呈阶梯下降。",
        ),
        frame=rows,
        draw=draw,
        metrics=("group_joins", "group_leaves"),
        **described(snapshot, "rpt_community_health", rows),
    )


def groups(snapshot: Snapshot, _: Filters) -> Figure:
    """How each kind of group stands on the last day."""
    rows = snapshot.polars(
        """
        with kinds as (
            select group_kind, count(distinct chat_id) as groups,
                sum(orders) as orders, sum(high_ticket_orders) as high_ticket_orders,
                sum(net_gmv_cny) as net_gmv_cny
            from marts.rpt_community_health group by group_kind
        )
        select group_kind, kinds.groups, sum(health.members) as members,
            sum(health.active_members) as active_members,
            cast(sum(health.active_members) as double)
                / nullif(sum(health.identified_members), 0) as member_active_rate,
            sum(health.members * health.member_churn_rate)
                / nullif(sum(health.members), 0) as member_churn_rate,
            kinds.orders, kinds.high_ticket_orders,
            cast(kinds.high_ticket_orders as double) / nullif(kinds.orders, 0)
                as high_ticket_share,
            kinds.net_gmv_cny
        from marts.rpt_community_health as health
        inner join kinds using (group_kind)
        where health.stat_date = health.as_of_date
        group by all order by members desc, group_kind
        """
    )

    def draw(language: Language) -> Option:
        return grouped_bars(
            rows,
            "group_kind",
            {
                "members": Text("Members", "成员")[language],
                "active_members": Text("Active", "活跃")[language],
            },
            "count",
            language,
            names=labels.values(rows["group_kind"], language),
        )

    return Figure(
        key="groups",
        unheeded=frozenset({"date_from", "date_to", "channel"}),
        title=_GROUPS_TITLE,
        definition=Text(
            "Members on the last day, those who did anything with the brand within the active "
            "days of the industry profile, and the share who left within 30 days (mean of the "
            "groups by their members). Orders of all days. No export tells who talked in a group.",
            "最近一日成员数、行业活跃期内有任何双向行为的成员，以及 30 天流失率（按成员加权）。"
            "订单为全部日期。导出不含群内发言人。",
        ),
        frame=rows,
        draw=draw,
        metrics=("group_active_rate",),
        **described(snapshot, "rpt_community_health", rows),
        height=260,
    )


def group_sales(snapshot: Snapshot, filters: Filters) -> Figure:
    """The groups' share of sales and of orders over 1,000 yuan, over 28 days."""
    _, last = window(snapshot, filters)
    rows = snapshot.polars(
        """
        select group_kind, sum(orders) as orders, sum(high_ticket_orders) as high_ticket_orders,
            sum(net_gmv_cny) as net_gmv_cny
        from marts.rpt_community_sales where sale_date > ? and sale_date <= ?
        group by group_kind order by net_gmv_cny desc, group_kind
        """,
        [last - timedelta(days=_PERIOD_DAYS), last],
    )
    through = rows.filter(pl.col("group_kind") != "(none)")

    def share(column: str) -> float | None:
        total = float(rows[column].sum() or 0)
        return float(through[column].sum() or 0) / total if total else None

    return Figure(
        key="group_sales",
        unheeded=frozenset({"date_from", "channel"}),
        title=_SALES_TITLE,
        definition=Text(
            f"The last {_PERIOD_DAYS} days. Through a group: the customer had joined it, or a "
            "message to it had reached the customer, at most 3 days before the order; of several "
            "groups the latest. Orders that name nobody cannot come through a group.",
            f"近 {_PERIOD_DAYS} 天。经社群成交：下单前 3 天内客户入群或收到群发消息，多群取最近者；"
            "无法识别客户的订单不计入社群。",
        ),
        frame=rows,
        tiles=tuple(
            Tile(key=column, label=label, value=share(column), unit="share")
            for column, label in (
                ("net_gmv_cny", Text("Groups' share of net sales", "社群成交占比")),
                ("orders", Text("of orders", "占订单")),
                ("high_ticket_orders", Text("of orders over ¥1,000", "占千元以上订单")),
            )
        )
        if rows.height
        else (),
        metrics=("group_net_gmv_share", "group_high_ticket_share"),
        **described(snapshot, "rpt_community_sales", rows),
    )


PAGE = Page(
    key="outreach",
    title=Text("Outreach and groups", "触达与社群"),
    lead=Text(
        "What do messages earn, whom do they cost, how are the groups?",
        "触达带来多少、流失多少？社群如何？",
    ),
    makers={
        "campaigns": (_CAMPAIGNS_TITLE, campaigns),
        "losses": (_LOSSES_TITLE, losses),
        "groups": (_GROUPS_TITLE, groups),
        "members": (_MEMBERS_TITLE, members),
        "group_sales": (_SALES_TITLE, group_sales),
    },
    filters=frozenset({"date_from", "date_to", "channel"}),
)
