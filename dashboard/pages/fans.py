"""Fans against others, as the page of the private domain shows them: persons, and live rooms."""

from __future__ import annotations

from dashboard import labels
from dashboard.charts.lines import Series, lines
from dashboard.figures import Figure, Filters, Language, Option, Snapshot, Text
from dashboard.pages.sql import conditions, described, window

SALES_TITLE = Text("Sales to fans and others", "粉丝与非粉丝成交")
AUDIENCE_TITLE = Text("Fans among live viewers", "直播间老粉占比")
_KINDS = ("returning_fan", "new_fan", "other", "guest")


def fan_sales(snapshot: Snapshot, filters: Filters) -> Figure:
    """Net sales of every week by kind of buyer."""
    first, last = window(snapshot, filters)
    condition = conditions(("period_end >= ?", first), ("period_start <= ?", last))
    rows = snapshot.polars(
        "select period_start, buyer_kind, orders, buyers, net_gmv_cny, place_net_gmv_share "
        "from marts.rpt_fan_value where calendar_period = 'week' and sales_place = 'all' "
        f"and {condition.sql} order by period_start, buyer_kind",
        condition.parameters,
    )

    def draw(language: Language) -> Option:
        wide = rows.pivot(on="buyer_kind", index="period_start", values="net_gmv_cny").fill_null(0)
        series = [
            Series(kind, labels.value(kind)[language], is_bar=True, stack="kind")
            for kind in _KINDS
            if kind in wide.columns
        ]
        return lines(wide.sort("period_start"), "period_start", series, "money", language)

    return Figure(
        key="fan_sales",
        title=SALES_TITLE,
        definition=Text(
            "Net sales by week. A fan had followed, been added, joined a group or become a member "
            "by the day of the sale; a returning one had also bought before. Persons: guests may "
            "be fans or not, and live rooms whose platform masks buyers have guests alone.",
            "按周净成交。粉丝：成交日前已关注、加好友、入群或入会；回访粉丝：此前还购买过。"
            "按人统计：匿名订单可能是粉丝；平台隐藏买家的直播间只有匿名订单。",
        ),
        frame=rows,
        draw=draw,
        metrics=("fan_net_gmv_cny", "fan_net_gmv_share"),
        **described(snapshot, "rpt_fan_value", rows),
    )


def live_audience(snapshot: Snapshot, filters: Filters) -> Figure:
    """Share of fans among the viewers of all live rooms, week by week."""
    first, last = window(snapshot, filters)
    condition = conditions(("period_end >= ?", first), ("period_start <= ?", last))
    rows = snapshot.polars(
        "select period_start, sum(sessions) as sessions, sum(session_viewers) as session_viewers, "
        "sum(fan_session_viewers) as fan_session_viewers, "
        "sum(fan_viewer_share * session_viewers) / nullif(sum(session_viewers) "
        "filter (where fan_viewer_share is not null), 0) as fan_viewer_share, "
        "sum(watch_minutes) as watch_minutes, sum(comments) as comments, "
        "any_value(no_fan_ratio_reason) as no_fan_ratio_reason "
        "from marts.rpt_fan_live_audience where calendar_period = 'week' "
        f"and {condition.sql} group by period_start order by period_start",
        condition.parameters,
    )

    def draw(language: Language) -> Option:
        name = Text("Fans among viewers", "老粉占比")[language]
        return lines(rows, "period_start", [Series("fan_viewer_share", name)], "share", language)

    return Figure(
        key="live_audience",
        title=AUDIENCE_TITLE,
        definition=Text(
            "What the platform counts of its live rooms: viewers who had followed before, of all "
            "viewers, every session counted. No export names them: never add it to figures of "
            "persons. Watch time and comments of fans against others are in no export.",
            "平台统计的直播间数据：观看者中此前已关注的占比，按场累计。文件不含个人，"
            "不可与按人统计相加。粉丝与非粉丝的观看时长、互动对比，平台文件未提供。",
        ),
        frame=rows,
        draw=draw,
        metrics=("live_fan_viewer_share",),
        **described(snapshot, "rpt_fan_live_audience", rows),
    )
