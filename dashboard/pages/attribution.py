"""Attribution: which channels earn the sales, by each model, and what they cost."""

from __future__ import annotations

import polars as pl

from dashboard import formats, labels
from dashboard.charts.bars import grouped_bars, named_bars
from dashboard.figures import LANGUAGES, Figure, Filters, Language, Option, Page, Snapshot, Text
from dashboard.pages.sql import UNATTRIBUTED, days_and_channel, described, window

_MODELS_TITLE = Text("Models side by side", "归因模型对比")
_SPEND_TITLE = Text("Spend and return", "消耗与投产比")
_ROAS = Text("ROAS", "投产比")
_PATHS_TITLE = Text("Most frequent paths", "高频转化路径")
_ROWS = "basis = 'conversion_date' and conversion_type = 'all_orders' and is_default_lookback"
"""One of each, as the mart asks for."""
COMPARED = ("first", "last_non_direct", "linear", "markov_1")
_CHANNELS = 8
_PATHS = 12


def models(snapshot: Snapshot, filters: Filters) -> Figure:
    """Net revenue credited to the largest channels, by four models and the chosen one."""
    condition = days_and_channel("credit_date", window(snapshot, filters), filters)
    compared = list(dict.fromkeys([*COMPARED, filters.model]))
    marks = ", ".join("?" for _ in compared)
    rows = snapshot.polars(
        f"""
        select channel, model, sum(revenue_net_cny) as revenue_net_cny,
            sum(conversions) as conversions
        from marts.rpt_attribution_channel
        where {_ROWS} and model in ({marks}) and {condition.sql}
        group by all having sum(conversions_gross) > 0 order by channel, model
        """,
        [*compared, *condition.parameters],
    )

    def draw(language: Language) -> Option:
        wide = rows.with_columns(pl.col("revenue_net_cny").cast(pl.Float64)).pivot(
            on="model", index="channel", values="revenue_net_cny"
        )
        wide = wide.filter(pl.col("channel") != UNATTRIBUTED)
        present = [model for model in compared if model in wide.columns]
        largest = (
            wide.with_columns(pl.max_horizontal(present).alias("largest"))
            .sort("largest", descending=True, nulls_last=True)
            .head(_CHANNELS)
        )
        return grouped_bars(
            largest,
            "channel",
            {model: labels.value(model)[language] for model in present},
            "money",
            language,
            names=labels.values(largest["channel"], language),
        )

    return Figure(
        key="models",
        title=_MODELS_TITLE,
        definition=Text(
            "Net revenue of orders, credited to the channels of the touches before them within the "
            "industry profile's look-back; each model divides the same revenue. By day of the "
            "order. The largest 8 channels are drawn.",
            "将订单净成交额归因到回溯期内的触点渠道；各模型分配的总额相同，"
            "按下单日统计。图中为前 8 个渠道。",
        ),
        frame=rows,
        draw=draw,
        metrics=("attributed_net_gmv_cny", "attributed_conversions"),
        **described(snapshot, "rpt_attribution_channel", rows),
        note=_unattributed(rows),
        height=460,
    )


def _unattributed(rows: pl.DataFrame) -> Text | None:
    """Revenue without a touch, which every model leaves alike; drawn, it would dwarf the rest."""
    totals = rows.filter(pl.col("model") == COMPARED[1]).select(
        pl.col("revenue_net_cny").filter(pl.col("channel") == UNATTRIBUTED).sum().alias("without"),
        pl.col("revenue_net_cny").sum().alias("all"),
    )
    without, everything = (float(value or 0) for value in totals.row(0))
    if not without or not everything:
        return None
    amounts = {
        language: formats.write(without, "money", language)
        + f" ({formats.write(without / everything, 'share', language)})"
        for language in LANGUAGES
    }
    return Text(
        f"Not drawn: {amounts['en']} of orders without a touch in the look-back.",
        f"图中未含回溯期内无触点的订单：{amounts['zh']}。",
    )


def spend(snapshot: Snapshot, filters: Filters) -> Figure:
    """Spend, credited revenue and ROAS of every channel that costs money."""
    condition = days_and_channel("credit_date", window(snapshot, filters), filters)
    rows = snapshot.polars(
        f"""
        select channel, sum(spend_cny) as spend_cny, sum(revenue_net_cny) as revenue_net_cny,
            sum(conversions) as conversions,
            cast(sum(revenue_net_cny) as double) / nullif(sum(spend_cny), 0) as roas,
            cast(sum(spend_cny) as double) / nullif(sum(conversions), 0) as cpa_cny
        from marts.rpt_attribution_channel
        where {_ROWS} and model = ? and {condition.sql}
        group by channel having sum(spend_cny) > 0 order by spend_cny desc
        """,
        [filters.model, *condition.parameters],
    )

    def draw(language: Language) -> Option:
        columns = labels.columns(snapshot, "rpt_attribution_channel", rows.columns)
        names = [
            f"{name}\n{_ROAS[language]} {'–' if roas is None else format(roas, '.2f')}"
            for name, roas in zip(
                labels.values(rows["channel"], language), rows["roas"], strict=True
            )
        ]
        return grouped_bars(
            rows,
            "channel",
            {name: columns[name][language] for name in ("spend_cny", "revenue_net_cny")},
            "money",
            language,
            names=names,
        )

    return Figure(
        key="spend",
        title=_SPEND_TITLE,
        definition=Text(
            "Spend as the ad platforms report it, net revenue that the chosen model credits to the "
            "channel, and ROAS: the second over the first.",
            "广告平台上报的消耗、所选模型归因的净成交额，以及投产比（后者 ÷ 前者）。",
        ),
        frame=rows,
        draw=draw,
        metrics=("ad_spend_cny", "attributed_net_gmv_cny", "roas"),
        **described(snapshot, "rpt_attribution_channel", rows, units={"roas": "ratio"}),
        note=Text("Model: {model}", "模型：{model}").format(model=labels.value(filters.model)),
        height=80 + 56 * max(rows.height, 3),
    )


def paths(snapshot: Snapshot, filters: Filters) -> Figure:
    """The paths of touches that most conversions took."""
    rows = snapshot.polars(
        f"""
        select path, path_length, conversions, non_conversions, conversion_rate, revenue_net_cny,
            median_days
        from marts.rpt_attribution_path
        where goal = 'order' and is_default_lookback and conversions > 0 and path_length > 1
            and (? is null or list_contains(string_split(path, ' > '), ?))
        order by conversions desc, path limit {_PATHS}
        """,
        [filters.channel, filters.channel],
    )

    def draw(language: Language) -> Option:
        return named_bars(
            rows["conversions"].to_list(),
            "count",
            language,
            names=[labels.path(path)[language] for path in rows["path"]],
        )

    return Figure(
        key="paths",
        unheeded=frozenset({"date_from", "date_to", "domain", "model"}),
        title=_PATHS_TITLE,
        definition=Text(
            "Paths of two touches or more: channels in the order in which a buyer met them within "
            "the look-back before an order. Conversion rate: of all paths of this kind that ended.",
            "两次及以上触点的路径：买家在回溯期内下单前依次接触的渠道；转化率为同类已结束路径中的转化占比。",
        ),
        frame=rows,
        draw=draw,
        **described(snapshot, "rpt_attribution_path", rows),
        note=Text("All days of the attribution window.", "统计归因窗口内全部日期。"),
        height=20 + 40 * max(rows.height, 3),
    )


PAGE = Page(
    key="attribution",
    title=Text("Attribution", "渠道归因"),
    lead=Text("Which channels earn their money?", "哪些渠道值得投入？"),
    makers={
        "models": (_MODELS_TITLE, models),
        "spend": (_SPEND_TITLE, spend),
        "paths": (_PATHS_TITLE, paths),
    },
    filters=frozenset({"date_from", "date_to", "channel", "domain", "model"}),
)
