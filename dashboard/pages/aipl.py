"""AIPL: how many stand in each tier, and how they move between two days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
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
_FIRST_TOUCH = ", ".join(
    f"coalesce(first_{name}, '{UNATTRIBUTED}') as first_{name}" for name in ("channel", "domain")
)
_PREVIOUS_RANK = f"""case previous_tier {
    " ".join(f"when '{name}' then {rank}" for rank, name in enumerate(_NAMES))
} else {len(_NAMES) - 1} end"""


def _of_first_touch(rows: pl.DataFrame, filters: Filters) -> pl.DataFrame:
    """Those of the chosen channel and domain; a query serves every choice of them."""
    for name, chosen in (("channel", filters.channel), ("domain", filters.domain)):
        if chosen is not None:
            rows = rows.filter(pl.col(f"first_{name}") == chosen)
    return rows


def tier_funnel(snapshot: Snapshot, filters: Filters) -> Figure:
    """Customers who have reached each tier or a higher one."""
    everybody = snapshot.polars(
        f"select lifetime_tier, {_FIRST_TOUCH}, count(*) as customers "
        "from customer_center.dim_customers where lifetime_tier is not null group by all"
    )
    tiers = _of_first_touch(everybody, filters).group_by("lifetime_tier")
    counted = dict(tiers.agg(pl.col("customers").sum()).iter_rows())
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
        unheeded=frozenset({"date_from", "date_to"}),
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
    stood = snapshot.polars(
        "select tier as from_tier, tier as to_tier, customers from marts.rpt_aipl_tiers "
        "where tier_view = 'active' and tier_date = ? and segment_type = ? and segment_value = ?",
        [first, chosen.type, chosen.value],
    )
    moved = _moved(snapshot, first, last)
    if chosen.type != "all":
        moved = moved.filter(pl.col(chosen.type) == chosen.value)
    moved = moved.select(stood.columns)
    left = moved.filter(pl.col("from_tier") != "new").with_columns(
        pl.col("from_tier").alias("to_tier"), -pl.col("customers")
    )
    flows = pl.concat([stood, moved, left]).group_by("from_tier", "to_tier")
    rows = flows.agg(pl.col("customers").sum()).filter(pl.col("customers") > 0)
    rows = rows.sort("from_tier", "to_tier")

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


def _moved(snapshot: Snapshot, first: date, last: date) -> pl.DataFrame:
    """Customers who moved after `first` and not after `last`: by first touch, from where, to where.

    Only who moved is read by customer; the mart knows how many stood where. Ranks instead of names:
    at a million customers they take two thirds of the time.
    """
    return snapshot.polars(
        f"""
        select
            {_FIRST_TOUCH},
            {_NAMES}[moves.from_rank + 1] as from_tier,
            {_NAMES}[moves.to_rank + 1] as to_tier,
            count(*) as customers
        from (
            select
                customer_id,
                arg_min({_PREVIOUS_RANK}, valid_from) as from_rank,
                arg_max(tier_rank, valid_from) as to_rank
            from customer_center.customer_aipl_history
            where tier_view = 'active' and valid_from_date > ? and valid_from_date <= ?
            group by customer_id
        ) as moves
        left join customer_center.dim_customers using (customer_id)
        group by all
        """,
        [first, last],
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
