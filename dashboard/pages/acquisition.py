"""Acquisition: what brings people, how far leads get, and how soon the brand answers."""

from __future__ import annotations

from dashboard import formats, labels
from dashboard.charts import theme
from dashboard.charts.bars import grouped_bars
from dashboard.charts.funnel import funnel
from dashboard.figures import Figure, Filters, Language, Option, Page, Snapshot, Text, Tile
from dashboard.pages.sql import conditions, described, window

_SOURCES_TITLE = Text("What each source brought", "各拉新来源的带来")
_VARIANTS_TITLE = Text("Opt-in rate by variant", "各版本添加转化率")
_LEADS_TITLE = Text("From lead to deal", "从留资到成交")
_SERVICE_TITLE = Text("First answers within 30 minutes", "30 分钟内首次响应")
_STEPS = {
    "leads_left": Text("Leads", "留资"),
    "contacted_leads": Text("Contacted", "已联系"),
    "visited_leads": Text("Came to a store", "到店"),
    "deal_leads": Text("Deals", "成交"),
}


def sources(snapshot: Snapshot, _: Filters) -> Figure:
    """People added, and what they bought within 30 days, by source."""
    rows = snapshot.polars(
        """
        select source_kind, acquisition_source, count(*) as variants,
            sum(added_people) as added_people, sum(source_cost_cny) as source_cost_cny,
            sum(first_time_buyers) as first_time_buyers, sum(mature_people) as mature_people,
            sum(buyers_30d) as buyers_30d, sum(net_gmv_30d_cny) as net_gmv_30d_cny,
            cast(sum(net_gmv_30d_cny) as double) / nullif(sum(mature_people), 0)
                as net_gmv_30d_per_person_cny,
            bool_and(is_mature) as is_mature
        from marts.rpt_acquisition_sources
        group by source_kind, acquisition_source order by added_people desc, acquisition_source
        """
    )

    def draw(language: Language) -> Option:
        return grouped_bars(
            rows,
            "acquisition_source",
            {
                "added_people": Text("Added", "添加")[language],
                "first_time_buyers": Text("Bought for the first time", "首单")[language],
            },
            "count",
            language,
            names=labels.values(rows["acquisition_source"], language),
        )

    return Figure(
        key="sources",
        unheeded=frozenset({"date_from", "date_to", "channel"}),
        title=_SOURCES_TITLE,
        definition=Text(
            "People added through the codes of each source (seeds/acquisition_sources.csv), and "
            "those whose first known order came afterwards. The money is what people paid within "
            "30 days of being added, of those watched so long; the row says where some are not.",
            "通过各来源渠道码添加的人数，以及其后完成首单的人数。金额为添加后 30 天净成交，"
            "仅计已观测满 30 天者；尚有未满窗口者的行会标明。",
        ),
        frame=rows,
        draw=draw,
        metrics=("acquisition_adds", "acquired_people", "acquired_net_gmv_30d_cny"),
        **described(snapshot, "rpt_acquisition_sources", rows),
    )


def variants(snapshot: Snapshot, _: Filters) -> Figure:
    """Who opted in after scanning, with its interval and the comparison with the control."""
    rows = snapshot.polars(
        """
        select acquisition_source, variant, pieces_shown, scanners, eligible_scanners, opted_in,
            opt_in_rate, opt_in_rate_low, opt_in_rate_high, control_variant, lift_rate, p_value,
            is_test_reliable, needed_scanners, source_cost_cny, cost_per_add_cny, cost_reason
        from marts.rpt_acquisition_sources
        where scanners is not null order by acquisition_source, variant
        """
    )

    def draw(language: Language) -> Option:
        return grouped_bars(
            rows,
            "variant",
            {"opt_in_rate": Text("Opt-in rate", "添加转化率")[language]},
            "share",
            language,
            names=[_with_interval(row, language) for row in rows.to_dicts()],
        )

    return Figure(
        key="variants",
        unheeded=frozenset({"date_from", "date_to", "channel"}),
        title=_VARIANTS_TITLE,
        definition=Text(
            "Of the scanners who were no contacts yet, the share who added the brand through the "
            "same variant within 3 days, with the 95 % Wilson interval. The rows compare every "
            "variant with the control (two-proportion z-test), and say how many scanners each "
            "would need to find such a difference in 80 of 100 tests.",
            "扫码且此前非好友者中 3 天内经同一版本添加的比例，附 95% Wilson 置信区间。"
            "数据表含与对照版本的双比例 z 检验，以及以 80% 功效发现该差异所需的样本量。",
        ),
        frame=rows,
        draw=draw,
        metrics=("opt_in_rate",),
        **described(snapshot, "rpt_acquisition_sources", rows, units={"p_value": "ratio"}),
        note=Text(
            "Codes that only tell who was added, not who scanned, have no rate.",
            "仅记录添加、不记录扫码的渠道码没有转化率。",
        ),
        height=260,
    )


def _with_interval(row: dict[str, object], language: Language) -> str:
    low, high = (
        formats.write(row[name], "share", language)
        for name in ("opt_in_rate_low", "opt_in_rate_high")
    )
    name = f"{labels.value(row['acquisition_source'])[language]} {row['variant']}"
    return f"{name}\n{low} – {high}" if row["opt_in_rate"] is not None else name


def leads(snapshot: Snapshot, filters: Filters) -> Figure:
    """Leads by channel and the steps that they took."""
    condition = conditions(
        ("lead_month >= date_trunc('month', cast(? as date))", filters.date_from),
        ("lead_month <= ?", filters.date_to),
        ("channel = ?", filters.channel),
    )
    rows = snapshot.polars(
        f"""
        select source, channel, sum(leads_left) as leads_left,
            sum(contacted_leads) as contacted_leads, sum(visited_leads) as visited_leads,
            sum(deal_leads) as deal_leads, sum(invalid_leads) as invalid_leads,
            sum(mature_leads) as mature_leads, sum(mature_deal_leads) as mature_deal_leads,
            cast(sum(mature_deal_leads) as double) / nullif(sum(mature_leads), 0)
                as lead_deal_rate,
            sum(deal_net_gmv_cny) as deal_net_gmv_cny
        from marts.rpt_leads where {condition.sql}
        group by source, channel order by leads_left desc, channel
        """,
        condition.parameters,
    )

    def draw(language: Language) -> Option:
        return funnel(
            [name[language] for name in _STEPS.values()],
            [int(rows[column].sum()) for column in _STEPS],
            [theme.BLUE] * len(_STEPS),
            language,
        )

    return Figure(
        key="leads",
        title=_LEADS_TITLE,
        definition=Text(
            "Leads, and how many of them were contacted, came to a store and bought: as the source "
            "states it, or as their customer is seen to do it within the attribution look-back of "
            "the industry profile. A lead may buy without a visit. The deal rate is of leads whose "
            "window is over.",
            "留资线索中被联系、到店与成交的数量：以来源状态或客户在行业归因回溯期内的行为为准；"
            "线索可不到店而成交。成交率仅计窗口已满的线索。",
        ),
        frame=rows,
        draw=draw,
        metrics=("deal_leads", "lead_deal_rate"),
        **described(snapshot, "rpt_leads", rows),
        height=260,
    )


def service(snapshot: Snapshot, filters: Filters) -> Figure:
    """How many chats of working days were answered within the target, at least and at most."""
    rows = snapshot.polars(
        """
        select source, agent_id, sum(conversations) as conversations,
            sum(answered_conversations) as answered_conversations,
            sum(first_reply_minutes * answered_conversations)
                / nullif(sum(answered_conversations), 0) as first_reply_minutes,
            sum(within_target_at_least) as within_target_at_least,
            sum(within_target_at_most) as within_target_at_most
        from marts.rpt_service
        where is_working_day and answered_conversations > 0
            and period_start_date between ? and ?
        group by source, agent_id order by answered_conversations desc, agent_id
        """,
        list(window(snapshot, filters)),
    )
    answered = float(rows["answered_conversations"].sum() or 0)

    def share(column: str) -> float | None:
        return float(rows[column].sum()) / answered if answered else None

    return Figure(
        key="service",
        unheeded=frozenset({"channel"}),
        title=_SERVICE_TITLE,
        definition=Text(
            "Chats of working days (seeds/service_hours.csv) whose first answer came within 30 "
            "minutes. The exports state a mean per account and day, so the share lies between two "
            "bounds; they tell neither hours nor automatic answers.",
            "工作日（seeds/service_hours.csv）内 30 分钟内首次响应的会话。导出仅含每账号每日均值，"
            "故占比以上下限表示；导出不含小时与自动回复信息。",
        ),
        frame=rows,
        tiles=(
            Tile(
                key="answered_conversations",
                label=Text("Chats answered", "已回复会话"),
                value=answered,
                unit="count",
            ),
            Tile(
                key="quick_at_least",
                label=Text("Within 30 minutes, at least", "30 分钟内（下限）"),
                value=share("within_target_at_least"),
                unit="share",
            ),
            Tile(
                key="quick_at_most",
                label=Text("Within 30 minutes, at most", "30 分钟内（上限）"),
                value=share("within_target_at_most"),
                unit="share",
            ),
        )
        if rows.height
        else (),
        metrics=("quick_answer_rate_at_least", "quick_answer_rate_at_most"),
        **described(snapshot, "rpt_service", rows),
    )


PAGE = Page(
    key="acquisition",
    title=Text("Acquisition", "拉新"),
    lead=Text("What brings new people, how far do they get?", "什么带来新客？走到哪一步？"),
    makers={
        "sources": (_SOURCES_TITLE, sources),
        "variants": (_VARIANTS_TITLE, variants),
        "leads": (_LEADS_TITLE, leads),
        "service": (_SERVICE_TITLE, service),
    },
    filters=frozenset({"date_from", "date_to", "channel"}),
)
