"""The headline figures of a published version, as the command line prints them after a refresh.

Each section is one query over the published marts: what the report shows, `siyu query` returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.publishing.reader import SnapshotConnection


@dataclass(frozen=True)
class Section:
    """A titled table; `text_columns` are the positions of its left-aligned columns."""

    title: str
    sql: str
    text_columns: frozenset[int] = frozenset({0})
    note: str = ""


@dataclass(frozen=True)
class Headline:
    """A section with its rows."""

    section: Section
    columns: list[str]
    rows: list[tuple[Any, ...]]


SECTIONS = (
    Section(
        "What landed",
        """
        select
            contract, sum(files) as files, sum(rows_read) as 'rows read',
            sum(rows_loaded) as loaded, sum(rows_rejected) as rejected, sum(rows_junk) as junk,
            sum(refused_files) as 'files refused'
        from marts.rpt_data_health group by contract order by contract nulls last
        """,
        note="rows read = loaded + rejected + junk (totals, blank lines), for every file",
    ),
    Section(
        "What was rejected, and why",
        """
        select reason, count(*) as cells, any_value(file_name || ', line ' || line_number
            || coalesce(', ' || header || ' = ' || coalesce(value, '(empty)'), '')) as example
        from marts.rpt_rejected_rows group by reason order by cells desc, reason limit 8
        """,
        frozenset({0, 2}),
    ),
    Section(
        "Customers and lifetime AIPL tiers",
        """
        select coalesce(lifetime_tier, 'none yet') as tier, count(*) as customers,
            round(100.0 * count(*) / sum(count(*)) over (), 1) as 'share %'
        from customer_center.dim_customers group by 1
        union all select 'all', count(*), 100.0 from customer_center.dim_customers
        order by case tier when 'A' then 1 when 'I' then 2 when 'P' then 3 when 'L' then 4
            when 'none yet' then 5 else 6 end
        """,
        note="A awareness 认知, I interest 兴趣, P purchase 购买, L loyalty 忠诚",
    ),
    Section(
        "Sales (GMV paid, before and after refunds, yuan)",
        """
        select coalesce(platform, 'all') as platform, sum(valid_orders) as orders,
            sum(valid_orders) filter (where not is_identified) as 'of guests',
            format('{:,.2f}', cast(sum(gmv_cny) as double)) as gmv,
            format('{:,.2f}', cast(sum(refund_cny) as double)) as refunds,
            format('{:,.2f}', cast(sum(net_gmv_cny) as double)) as 'net gmv'
        from marts.rpt_sales_daily group by grouping sets ((platform), ())
        order by grouping(platform), platform
        """,
    ),
    Section(
        "Cohorts by month of first order: share that bought again k months later",
        """
        select strftime(cohort_period, '%Y-%m') as cohort, any_value(cohort_size) as buyers,
            max(round(100 * retention_rate, 1)) filter (where k = 1) as 'k=1 %',
            max(round(100 * retention_rate, 1)) filter (where k = 2) as 'k=2 %',
            max(round(100 * retention_rate, 1)) filter (where k = 3) as 'k=3 %'
        from marts.rpt_cohort
        where cohort_kind = 'first_order' and cohort_period_type = 'month'
            and clock = 'calendar' and segment_type = 'all'
        group by cohort_period
        order by cohort_period desc limit 6
        """,
        note="– is a month that has not ended: immature, not zero",
    ),
    Section(
        "Repurchase within N days of the first order, over buyers watched that long",
        """
        select window_days as days, eligible as 'mature buyers', repurchased,
            round(100 * rate_mature, 1) as 'rate %',
            round(100 * wilson_low, 1) || ' – ' || round(100 * wilson_high, 1) as '95 % interval'
        from marts.rpt_repurchase_window
        where cohort = 'all' and segment_type = 'all' and from_n = 1
            and window_days in (30, 60, 90) order by window_days
        """,
        frozenset(),
    ),
    Section(
        "Channel attribution: conversions credited to each channel",
        """
        select channel,
            round(sum(conversions) filter (where model = 'first'), 1) as first,
            round(sum(conversions) filter (where model = 'last'), 1) as last,
            round(sum(conversions) filter (where model = 'linear'), 1) as linear,
            round(sum(conversions) filter (where model = 'markov_1'), 1) as markov,
            round(sum(conversions) filter (where model = 'shapley_rate'), 1) as shapley,
            format('{:,.2f}', cast(sum(revenue_net_cny) filter (where model = 'linear') as double))
                as 'net gmv (linear)',
            format('{:,.2f}', cast(sum(spend_cny) filter (where model = 'linear') as double))
                as spend
        from marts.rpt_attribution_channel
        where basis = 'conversion_date' and conversion_type = 'all_orders' and is_default_lookback
        group by channel order by linear desc nulls last, channel limit 12
        """,
    ),
)


def read_headlines(snapshot: SnapshotConnection) -> list[Headline]:
    """Every section with its rows, all of one version. Empty sections are left out."""
    headlines = []
    for section in SECTIONS:
        columns, rows = snapshot.fetch(section.sql)
        if rows:
            headlines.append(Headline(section, columns, rows))
    return headlines
