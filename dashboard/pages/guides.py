"""Guides and referral: whom they serve and bring, and whether it pays."""

from __future__ import annotations

import polars as pl

from dashboard.charts.bars import grouped_bars
from dashboard.figures import Figure, Filters, Language, Option, Page, Snapshot, Text, Tile
from dashboard.pages.sql import described, window

_TILES_TITLE = Text("Guides this month", "本月导购")
_SALES_TITLE = Text("Sales and cost of guides", "导购成交与成本")
_GUIDES_TITLE = Text("Does a single guide earn money?", "单个导购是否盈利")
_CAMPAIGNS_TITLE = Text("Referral campaigns", "老带新活动")
_REFERRAL_TITLE = Text("How invitations spread", "裂变效果")
_TOP = 12


def _month(snapshot: Snapshot, filters: Filters) -> pl.DataFrame:
    """The guides' rows of the last month of the window."""
    _, last = window(snapshot, filters)
    return snapshot.polars(
        """
        select coalesce(seller_name, seller_id) as seller_name, store_name, net_gmv_cny,
            guide_cost_cny, profit_cny, break_even_margin_rate, earns_money, no_profit_reason,
            contacts_added, contacts_held, visits, orders
        from marts.rpt_guides
        where period_start = (
            select max(period_start) from marts.rpt_guides where period_start <= ?
        )
        order by net_gmv_cny desc, seller_id
        """,
        [last],
    )


def guide_tiles(snapshot: Snapshot, filters: Filters) -> Figure:
    """Sums over the guides in the last month of the window."""
    rows = _month(snapshot, filters)

    def total(column: str) -> float | None:
        return float(rows[column].sum()) if rows[column].count() else None

    sold, cost = total("net_gmv_cny"), total("guide_cost_cny")
    tiles = (
        Tile(
            "contacts_added", Text("Contacts added", "新增好友"), total("contacts_added"), "count"
        ),
        Tile("visits", Text("Visits received", "接待到店"), total("visits"), "count"),
        Tile("net_gmv_cny", Text("Net sales", "净成交"), sold, "money"),
        Tile("guide_cost_cny", Text("Known cost", "已知成本"), cost, "money"),
        Tile(
            "net_gmv_per_cost",
            Text("Net sales per yuan of cost", "成本产出比"),
            sold / cost if sold is not None and cost else None,
            "ratio",
        ),
    )
    return Figure(
        key="guide_tiles",
        unheeded=frozenset({"date_from"}),
        title=_TILES_TITLE,
        definition=Text(
            "The last month of the window, which may still run; costs are those of its days so "
            "far. Sales: orders that name a guide or distributor, or whose buyer was a guide's "
            "WeCom contact at the sale, of several the last added one's.",
            "所选范围内最后一个月（可能未结束），成本按已过天数计。成交：订单写明导购或分销员，"
            "或购买时客户为其企微好友（多位时取最后添加者）。",
        ),
        frame=rows,
        tiles=tiles if rows.height else (),
        metrics=("guide_contacts_added", "guide_visits", "guide_net_gmv_cny", "guide_cost_cny"),
        **described(snapshot, "rpt_guides", rows),
    )


def guide_sales(snapshot: Snapshot, filters: Filters) -> Figure:
    """Net sales beside the cost of the guides who sell most."""
    rows = _month(snapshot, filters).head(_TOP)

    def draw(language: Language) -> Option:
        return grouped_bars(
            rows,
            "seller_name",
            {
                "net_gmv_cny": Text("Net sales", "净成交")[language],
                "guide_cost_cny": Text("Cost", "成本")[language],
            },
            "money",
            language,
            names=rows["seller_name"].to_list(),
        )

    return Figure(
        key="guide_sales",
        unheeded=frozenset({"date_from"}),
        title=_SALES_TITLE,
        definition=Text(
            "The guides with most net sales in the last month of the window. Net sales are no "
            "margin: a guide earns money where the margin on them exceeds the cost.",
            "所选范围内最后一个月净成交最高的导购。净成交不等于毛利：毛利超过成本才算盈利。",
        ),
        frame=rows,
        draw=draw,
        metrics=("guide_net_gmv_cny", "guide_cost_cny"),
        height=420,
        **described(snapshot, "rpt_guides", rows),
    )


def guide_table(snapshot: Snapshot, filters: Filters) -> Figure:
    """Every guide of the last month; rows alone."""
    rows = _month(snapshot, filters)
    return Figure(
        key="guide_table",
        unheeded=frozenset({"date_from"}),
        title=_GUIDES_TITLE,
        definition=Text(
            "Profit: margin less cost, where the cost of all goods is known (seed product_costs). "
            "Else the break-even margin rate says from which margin on the guide earns money; "
            "above 100 % none suffices.",
            "利润 = 毛利 − 成本，需商品成本齐全（product_costs）。否则看盈亏平衡毛利率："
            "毛利率高于它才盈利；超过 100% 则无论如何都不盈利。",
        ),
        frame=rows,
        **described(snapshot, "rpt_guides", rows),
    )


def _campaigns(snapshot: Snapshot) -> pl.DataFrame:
    return snapshot.polars(
        """
        select campaign, first_invited_date, inviters, invitations, accepted_invitations,
            acceptance_rate, wilson_low, wilson_high, k_factor, brought_customers,
            generation_ratio, deepest_generation, median_cycle_days, referred_buyers,
            referred_net_gmv_cny, median_days_to_order, is_mature
        from marts.rpt_referral order by first_invited_date desc, campaign
        """
    )


def campaigns(snapshot: Snapshot, _: Filters) -> Figure:
    """Invitations and acceptances of the newest campaigns."""
    rows = _campaigns(snapshot).head(_TOP)

    def draw(language: Language) -> Option:
        return grouped_bars(
            rows,
            "campaign",
            {
                "invitations": Text("Invitations", "邀请")[language],
                "accepted_invitations": Text("Accepted", "已接受")[language],
            },
            "count",
            language,
            names=rows["campaign"].to_list(),
        )

    return Figure(
        key="campaigns",
        unheeded=frozenset({"date_from", "date_to"}),
        title=_CAMPAIGNS_TITLE,
        definition=Text(
            "Invitations of customers to others and those that were followed, by the state in the "
            "newest export. Invitations to oneself do not count.",
            "客户发出的邀请与已接受的邀请，以最新文件状态为准；自邀不计。",
        ),
        frame=rows,
        draw=draw,
        metrics=("invitations", "accepted_invitations", "acceptance_rate"),
        height=280,
        **described(snapshot, "rpt_referral", rows),
    )


def referral_table(snapshot: Snapshot, _: Filters) -> Figure:
    """K-factor, generations, cycle and sales of every campaign; rows alone."""
    rows = _campaigns(snapshot)
    return Figure(
        key="referral_table",
        unheeded=frozenset({"date_from", "date_to"}),
        title=_REFERRAL_TITLE,
        definition=Text(
            "K-factor: accepted invitations per inviter. Generation ratio: people brought by the "
            "people brought, per person; above 1 it grows by itself. Sales: net, within 30 "
            "days from the invitation on unless the brand sets another window; young campaigns "
            "still grow.",
            "K 因子：每位邀请人被接受的邀请数。代际裂变系数：被邀请者人均再带来的人数，"
            "大于 1 则自增长。净成交：邀请起 30 天内（品牌可另设）；未成熟的活动仍会增长。",
        ),
        frame=rows,
        metrics=("k_factor", "referred_net_gmv_cny"),
        **described(snapshot, "rpt_referral", rows),
    )


PAGE = Page(
    key="guides",
    title=Text("Guides and referral", "导购与裂变"),
    lead=Text(
        "Does a single guide earn money, and do customers bring customers?",
        "单个导购是否赚钱？老客能否带来新客？",
    ),
    makers={
        "guide_tiles": (_TILES_TITLE, guide_tiles),
        "guide_sales": (_SALES_TITLE, guide_sales),
        "guide_table": (_GUIDES_TITLE, guide_table),
        "campaigns": (_CAMPAIGNS_TITLE, campaigns),
        "referral_table": (_REFERRAL_TITLE, referral_table),
    },
    filters=frozenset({"date_from", "date_to"}),
)
