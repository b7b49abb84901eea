"""AIPL: how many stand in each tier, and how they move between two days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboard import labels
from dashboard.charts import theme
from dashboard.charts.flow import flow
from dashboard.charts.funnel import funnel
from dashboard.charts.lines import Series, lines
from dashboard.figures import Figure, Filters, Language, Option, Page, Snapshot, Text
from dashboard.pages.sql import (
    UNATTRIBUTED,
    Condition,
    conditions,
    described,
    tier_segment,
    window,
)

TIERS = ("A", "I", "P", "L")
_FUNNEL_TITLE = Text("AIPL funnel", "AIPL 漏斗")
_FLOW_TITLE = Text("Flow between active tiers", "AIPL 活跃层级流转")
_STOCK_TITLE = Text("Customers by tier", "各层级客户数")
_FLOW_DAYS = 29
_NAMES = ["outside", *TIERS, "new"]
"""By rank, as `tier_rank` counts; a customer's first change comes from `new`."""
_PREVIOUS_RANK = f"""case previous_tier {
    " ".join(f"when '{name}' then {rank}" for rank, name in enumerate(_NAMES))
} else {len(_NAMES) - 1} end"""


def _customers(filters: Filters) -> Condition:
    return conditions(
        (f"coalesce(first_channel, '{UNATTRIBUTED}') = ?", filters.channel),
        (f"coalesce(first_domain, '{UNATTRIBUTED}') = ?", filters.domain),
    )


def tier_funnel(snapshot: Snapshot, filters: Filters) -> Figure:
    """Customers who have reached each tier or a higher one."""
    condition = _customers(filters)
    counted = dict(
        snapshot.fetch(
            "select lifetime_tier, count(*) from customer_center.dim_customers "
            f"where lifetime_tier is not null and {condition.sql} group by all",
            condition.parameters,
        )[1]
    )
    rows = pl.DataFrame(
        {
            "tier": list(TIERS),
            "customers": [counted.get(tier, 0) for tier in TIERS],
            "reached_customers": [
                sum(counted.get(higher, 0) for higher in TIERS[position:])
                for position in range(len(TIERS))
            ],
        }
    )
    rows = rows if counted else rows.clear()

    def draw(language: Language) -> Option:
        return funnel(
            labels.values(rows["tier"], language),
            rows["reached_customers"].to_list(),
            [theme.TIER_COLOURS[tier] for tier in rows["tier"]],
            language,
        )

    return Figure(
        key="tier_funnel",
        title=_FUNNEL_TITLE,
        definition=Text(
            "Customers whose lifetime tier is this one or higher, on the last complete day; in "
            "brackets the share of the stage before. By the channel and domain of the first touch.",
            "截至最近完整日，终身层级达到该层及以上的客户数；括号内为占上一层的比例。按首次触达的渠道与域筛选。",
        ),
        frame=rows,
        draw=draw,
        columns=labels.columns(snapshot, "rpt_aipl_tiers", rows.columns),
        table="dim_customers",
        metrics=("customers",),
        height=260,
    )


def tier_flow(snapshot: Snapshot, filters: Filters) -> Figure:
    """Who stood where on the first day, and where on the last."""
    first, last = window(snapshot, filters, days=_FLOW_DAYS)
    chosen = tier_segment(filters)
    only = (
        f"and customer_id in (select customer_id from customer_center.dim_customers "
        f"where coalesce({chosen.type}, '{UNATTRIBUTED}') = ?)"
        if chosen.type != "all"
        else ""
    )
    # Only who moved is read by customer; the mart knows how many stood where. Ranks instead of
    # names: at a million customers they take two thirds of the time.
    rows = snapshot.polars(
        f"""
        with moved as (
            select
                {_NAMES}[from_rank + 1] as from_tier,
                {_NAMES}[to_rank + 1] as to_tier,
                count(*) as customers
            from (
                select
                    arg_min({_PREVIOUS_RANK}, valid_from) as from_rank,
                    arg_max(tier_rank, valid_from) as to_rank
                from customer_center.customer_aipl_history
                where tier_view = 'active' and valid_from_date > ? and valid_from_date <= ? {only}
                group by customer_id
            )
            group by all
        ),
        stood as (
            select tier, customers from marts.rpt_aipl_tiers
            where tier_view = 'active' and tier_date = ?
                and segment_type = ? and segment_value = ?
        ),
        flows as (
            from moved
            union all
            select tier, tier, customers from stood
            union all
            select from_tier, from_tier, -customers from moved where from_tier <> 'new'
        )
        select from_tier, to_tier, cast(sum(customers) as bigint) as customers
        from flows group by all having sum(customers) > 0 order by all
        """,
        [first, last, *([chosen.value] if only else []), first, chosen.type, chosen.value],
    )

    def draw(language: Language) -> Option:
        names = {
            name: labels.value(name)[language] for name in (*reversed(TIERS), "outside", "new")
        }
        return flow(
            rows.rename({"from_tier": "from_name", "to_tier": "to_name"}),
            names=names,
            colours={**theme.TIER_COLOURS, "outside": theme.GREY, "new": theme.BROWN},
            sides=(f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"),
            language=language,
        )

    return Figure(
        key="tier_flow",
        title=_FLOW_TITLE,
        definition=Text(
            "Each customer's active tier at the end of both days. Outside: no behaviour within the "
            "windows of the industry profile. New: not met before the first day.",
            "每位客户在两日日终的活跃层级。层级外：行业窗口期内无相应行为；新进入：首日之前未接触。",
        ),
        frame=rows,
        draw=draw,
        columns=labels.columns(snapshot, "rpt_aipl_tiers", rows.columns),
        table="customer_aipl_history",
        note=chosen.note,
        pick=_flow_rows,
        height=360,
    )


def _flow_rows(element: Mapping[str, Any]) -> pl.Expr:
    """Of a band, those who moved along it; of a side of it, all who stood there."""
    ends = [element[end] for end in ("source", "target") if end in element] or [element["name"]]
    parts = [end.split(":", 1) for end in ends]
    return pl.all_horizontal(pl.col(f"{side}_tier") == tier for side, tier in parts)


def tier_stock(snapshot: Snapshot, filters: Filters) -> Figure:
    """Customers in each lifetime tier, day by day."""
    return lifetime_tiers(
        snapshot,
        filters,
        "customers",
        key="tier_stock",
        title=_STOCK_TITLE,
        definition=Text(
            "Customers in each lifetime tier at the end of the day.", "每日日终各终身层级的客户数。"
        ),
        metrics=("tier_customers",),
        is_area=True,
    )


def lifetime_tiers(
    snapshot: Snapshot, filters: Filters, measure: str, *, key: str, title: Text, definition: Text,
    metrics: tuple[str, ...], is_area: bool,
) -> Figure:  # fmt: skip
    """A column of `rpt_aipl_tiers` by day, the lifetime tiers on top of each other."""
    first, last = window(snapshot, filters)
    chosen = tier_segment(filters)
    rows = snapshot.polars(
        f"select tier_date, tier, {measure} from marts.rpt_aipl_tiers "
        "where tier_view = 'lifetime' and segment_type = ? and segment_value = ? "
        "and tier <> 'outside' and tier_date >= ? and tier_date <= ? order by tier_date, tier",
        [chosen.type, chosen.value, first, last],
    )

    def draw(language: Language) -> Option:
        wide = rows.pivot(on="tier", index="tier_date", values=measure).fill_null(0)
        series = [
            Series(
                tier, labels.value(tier)[language], colour,
                is_bar=not is_area, stack="tier", is_area=is_area,
            )
            for tier, colour in theme.TIER_COLOURS.items()
            if tier in wide.columns
        ]  # fmt: skip
        return lines(wide, "tier_date", series, "count", language)

    return Figure(
        key=key,
        title=title,
        definition=definition,
        frame=rows,
        draw=draw,
        note=chosen.note,
        metrics=metrics,
        **described(snapshot, "rpt_aipl_tiers", rows),
    )


PAGE = Page(
    key="aipl",
    title=Text("AIPL", "AIPL 人群"),
    lead=Text(
        "Who knows us, who is interested, who buys, who stays?",
        "认知、兴趣、购买、忠诚各有多少人？",
    ),
    makers={
        "tier_funnel": (_FUNNEL_TITLE, tier_funnel),
        "tier_flow": (_FLOW_TITLE, tier_flow),
        "tier_stock": (_STOCK_TITLE, tier_stock),
    },
    filters=frozenset({"date_from", "date_to", "channel", "domain"}),
)
