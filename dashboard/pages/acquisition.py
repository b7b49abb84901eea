"""Acquisition: which codes, cards and links bring people, and which variant does it better."""

from __future__ import annotations

from dashboard import formats, labels
from dashboard.charts.bars import grouped_bars
from dashboard.figures import Figure, Filters, Language, Option, Page, Snapshot, Text

_SOURCES_TITLE = Text("What each source brought", "各拉新来源的带来")
_VARIANTS_TITLE = Text("Opt-in rate by variant", "各版本添加转化率")


def sources(snapshot: Snapshot, _: Filters) -> Figure:
    """People added, and what they bought within 30 days, by source."""
    rows = snapshot.polars(
        """
        select source_kind, acquisition_source, count(*) as variants,
            sum(added_people) as added_people, sum(source_cost_cny) as source_cost_cny,
            sum(first_buyers) as first_buyers, sum(mature_people) as mature_people,
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
                "first_buyers": Text("Bought for the first time", "首单")[language],
            },
            "count",
            language,
            names=labels.values(rows["acquisition_source"], language),
        )

    return Figure(
        key="sources",
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
        columns=labels.columns(snapshot, "rpt_acquisition_sources", rows.columns),
        units=labels.units(rows.columns),
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
        columns=labels.columns(snapshot, "rpt_acquisition_sources", rows.columns),
        units={**labels.units(rows.columns), "p_value": "ratio"},
        note=Text(
            "Codes that only tell who was added, not who scanned, have no rate.",
            "仅记录添加、不记录扫码的渠道码没有转化率。",
        ),
    )


def _with_interval(row: dict[str, object], language: Language) -> str:
    low, high = (
        formats.write(row[name], "share", language)
        for name in ("opt_in_rate_low", "opt_in_rate_high")
    )
    name = f"{labels.value(row['acquisition_source'])[language]} {row['variant']}"
    return f"{name}\n{low} – {high}" if row["opt_in_rate"] is not None else name


PAGE = Page(
    key="acquisition",
    title=Text("Acquisition", "拉新"),
    lead=Text("What brings new people, and at what cost?", "什么带来新客？成本多少？"),
    makers={
        "sources": (_SOURCES_TITLE, sources),
        "variants": (_VARIANTS_TITLE, variants),
    },
)
