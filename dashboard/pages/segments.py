"""Segments: which customers there are, by rules that are written beside them."""

from __future__ import annotations

from datetime import date

from dashboard import labels
from dashboard.charts import theme
from dashboard.charts.bars import grouped_bars
from dashboard.charts.flow import flow
from dashboard.figures import Figure, Filters, Language, Option, Page, Snapshot, Text
from dashboard.pages.sql import described

_SHARES_TITLE = Text("RFM segments: people and money", "RFM 分群：人数与金额占比")
_MOVES_TITLE = Text("Who moved within a month", "近一月分群流转")
_LIST_TITLE = Text("All segments and their rules", "全部分群与规则")
_NO_ORDER = "(no order)"
_COLOURS = (
    theme.BLUE, theme.SKY, theme.GREEN, theme.ORANGE, theme.PINK, theme.BROWN, "#4d908e", "#9c6644",
)  # fmt: skip


def shares(snapshot: Snapshot, _: Filters) -> Figure:
    """Each RFM segment's share of the buyers beside its share of the money."""
    rows = snapshot.polars(
        "select segment_key, customers, buyer_share, net_gmv_cny, net_gmv_share, order_value_cny "
        "from marts.rpt_segments where segment_family = 'rfm' order by segment_position"
    )

    def draw(language: Language) -> Option:
        return grouped_bars(
            rows,
            "segment_key",
            {
                "buyer_share": Text("Share of buyers", "占购买人数")[language],
                "net_gmv_share": Text("Share of net GMV", "占净成交")[language],
            },
            "share",
            language,
            names=labels.values(rows["segment_key"], language),
        )

    return Figure(
        key="shares",
        title=_SHARES_TITLE,
        definition=Text(
            "Every buyer is in exactly one of the eight. Recency in repurchase windows of the "
            "industry profile, frequency in days bought, money in medians of all buyers; all up to "
            "the as-of day.",
            "每位买家恰属八个分群之一。R 按行业复购窗口，F 按购买天数，"
            "M 按全部买家中位数；均截至数据截至日。",
        ),
        frame=rows,
        draw=draw,
        metrics=("segment_customers", "segment_net_gmv_cny", "segment_order_value_cny"),
        **described(snapshot, "rpt_segments", rows),
        height=380,
    )


def moves(snapshot: Snapshot, _: Filters) -> Figure:
    """From the segment of a month ago to today's."""
    rows = snapshot.polars(
        "select compared_date, as_of_date, from_segment, to_segment, customers "
        "from marts.rpt_segment_moves order by from_segment, to_segment"
    )
    keys = snapshot.fetch(
        "select segment_key from marts.rpt_segments where segment_family = 'rfm' "
        "order by segment_position"
    )[1]

    def draw(language: Language) -> Option:
        order = [*(key for (key,) in keys), _NO_ORDER]
        colours = {**dict(zip(order, _COLOURS, strict=False)), _NO_ORDER: theme.GREY}
        days: list[date] = [rows["compared_date"][0], rows["as_of_date"][0]]
        return flow(
            rows.rename({"from_segment": "from_name", "to_segment": "to_name"}),
            names={key: labels.value(key)[language] for key in order},
            colours=colours,
            sides=(f"{days[0]:%Y-%m-%d}", f"{days[1]:%Y-%m-%d}"),
            language=language,
        )

    return Figure(
        key="moves",
        title=_MOVES_TITLE,
        definition=Text(
            "RFM segment of every buyer a month ago and now, both by what is known now.",
            "每位买家一个月前与当前的 RFM 分群，均按当前已知数据计算。",
        ),
        frame=rows,
        draw=draw,
        **described(snapshot, "rpt_segment_moves", rows),
        height=380,
    )


def rules(snapshot: Snapshot, _: Filters) -> Figure:
    """Every segment: rule, size, money, who came and went."""
    rows = snapshot.polars(
        "select segment_key, customers, buyer_share, net_gmv_cny, order_value_cny, "
        "joined_customers, gone_customers, segment_rule, segment_description "
        "from marts.rpt_segments order by segment_position"
    )
    return Figure(
        key="rules",
        title=_LIST_TITLE,
        definition=Text(
            "A customer is in a segment while every rule listed with it holds (seeds "
            "segment_rules and customer_flag_rules). Joined and gone: against the same day a "
            "month before. "
            "customer_center.customer_segments holds the members.",
            "满足所列全部规则的客户属于该分群（种子表 segment_rules 与 customer_flag_rules）。"
            "转入、转出：与一个月前同日相比。成员名单见 customer_center.customer_segments。",
        ),
        frame=rows,
        metrics=("segment_customers", "segment_net_gmv_cny", "segment_order_value_cny"),
        **described(snapshot, "rpt_segments", rows),
    )


PAGE = Page(
    key="segments",
    title=Text("Segments", "客户分群"),
    lead=Text("Which customers are there, and who moved?", "客户分成哪些群？谁在流动？"),
    makers={
        "shares": (_SHARES_TITLE, shares),
        "rules": (_LIST_TITLE, rules),
        "moves": (_MOVES_TITLE, moves),
    },
)
