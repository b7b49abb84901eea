"""Private domain: how people flow into it, and what they are worth there."""

from __future__ import annotations

import polars as pl

from dashboard import labels
from dashboard.charts import theme
from dashboard.charts.bars import grouped_bars
from dashboard.charts.flow import flow
from dashboard.charts.lines import Series, lines
from dashboard.figures import (
    Figure,
    Filters,
    Language,
    Option,
    Page,
    Snapshot,
    Text,
    Tile,
    Unit,
)
from dashboard.pages import fans
from dashboard.pages.sql import conditions, described, window

_TILES_TITLE = Text("The last finished week", "最近完整周")
_SHARE_TITLE = Text("Private share of sales", "私域成交占比")
_FLOW_TITLE = Text("Moves between the domains", "三域流转")
_DEPOSITS_TITLE = Text("New deposits by origin", "新增沉淀（按来源域）")
_VALUE_TITLE = Text("Lifetime value by first domain", "终身价值（按首触域）")
_PAYBACK_TITLE = Text("What a customer costs and brings", "获客成本与回本")
_MODEL_TITLE = Text("How far the prediction can be trusted", "预测可信度")
_WEEK_BEFORE = Text("the week before", "前一周")
_DOMAINS = ("public", "commercial", "private", "(none)")


def _weeks(
    snapshot: Snapshot, filters: Filters, table: str, columns: str, where: str = "true"
) -> pl.DataFrame:
    """Rows of ISO weeks that lie in the window, in order."""
    first, last = window(snapshot, filters)
    condition = conditions(("period_end >= ?", first), ("period_start <= ?", last))
    return snapshot.polars(
        f"select {columns} from marts.{table} where calendar_period = 'week' "
        f"and {condition.sql} and {where} order by period_start",
        condition.parameters,
    )


def week_tiles(snapshot: Snapshot, filters: Filters) -> Figure:
    """Shares and revenue per head of the last finished week beside the week before."""
    rows = _weeks(
        snapshot, filters, "rpt_private_domain",
        "period_start, new_deposits, deposited_customers, private_share, "
        "attributed_private_share, arpu_cny, arppu_cny, other_arppu_cny",
        "is_period_over",
    ).tail(2)  # fmt: skip

    def value(column: str, place: int) -> float | None:
        found = rows[column].to_list()
        return None if len(found) < -place or found[place] is None else float(found[place])

    shown: tuple[tuple[str, Text, Unit], ...] = (
        ("private_share", Text("Private share of sales", "私域成交占比"), "share"),
        ("attributed_private_share", Text("Brought by private channels", "私域归因占比"), "share"),
        ("new_deposits", Text("New deposits", "新增沉淀"), "count"),
        ("arppu_cny", Text("Per deposited buyer", "私域购买者人均"), "money"),
        ("other_arppu_cny", Text("Per other known buyer", "其他购买者人均"), "money"),
    )
    return Figure(
        key="week_tiles",
        unheeded=frozenset({"date_from"}),
        title=_TILES_TITLE,
        definition=Text(
            "Private share: net sales to customers who were deposited (followed, added, joined a "
            "group or became a member) by the day of the sale. Brought by private channels: net "
            "sales whose last touch that was not direct lies in a private channel. The two overlap "
            "and are never added.",
            "私域成交占比：成交日前已沉淀（关注、加好友、入群、入会）客户的净成交占比。"
            "私域归因占比：最后非直接触点属私域渠道的净成交占比。两者有重叠，不可相加。",
        ),
        frame=rows,
        tiles=tuple(
            Tile(
                key=column, label=label, value=value(column, -1), unit=unit,
                baseline=value(column, -2), baseline_label=_WEEK_BEFORE,
            )
            for column, label, unit in shown
        ),
        metrics=("private_share", "new_deposits", "arppu_cny"),
        **described(snapshot, "rpt_private_domain", rows),
    )  # fmt: skip


def share_by_week(snapshot: Snapshot, filters: Filters) -> Figure:
    """Both views of the private share, week by week."""
    rows = _weeks(
        snapshot, filters, "rpt_private_domain",
        "period_start, net_gmv_cny, deposited_net_gmv_cny, private_share, "
        "private_share_of_identified, attributed_private_share",
    )  # fmt: skip

    def draw(language: Language) -> Option:
        names = {
            "private_share": Text("Deposited buyers, of all sales", "沉淀客户占全部成交"),
            "private_share_of_identified": Text(
                "Deposited buyers, of known buyers", "沉淀客户占已识别成交"
            ),
            "attributed_private_share": Text("Brought by private channels", "私域渠道归因占比"),
        }
        series = [Series(column, name[language]) for column, name in names.items()]
        return lines(rows, "period_start", series, "share", language)

    return Figure(
        key="share_by_week",
        title=_SHARE_TITLE,
        definition=Text(
            "Guests count in all sales alone, so the first line is a lower bound. The last week "
            "may still run.",
            "匿名订单仅计入全部成交，故第一条线为下限。最后一周可能未结束。",
        ),
        frame=rows,
        draw=draw,
        metrics=("private_share",),
        **described(snapshot, "rpt_private_domain", rows),
    )


def domain_flow(snapshot: Snapshot, filters: Filters) -> Figure:
    """Who came from where, and went where, in the last month of the window."""
    _, last = window(snapshot, filters)
    rows = snapshot.polars(
        """
        select period_start, flow_kind, from_domain, to_domain, customers, events
        from marts.rpt_domain_flow
        where calendar_period = 'month' and period_start = (
            select max(period_start) from marts.rpt_domain_flow
            where calendar_period = 'month' and period_start <= ?
        )
        order by flow_kind, from_domain, to_domain
        """,
        [last],
    )

    def draw(language: Language) -> Option:
        between = rows.group_by(
            pl.col("from_domain").alias("from_name"), pl.col("to_domain").alias("to_name")
        ).agg(pl.col("customers").sum())
        return flow(
            between.sort("from_name", "to_name"),
            names={name: labels.value(name)[language] for name in _DOMAINS},
            colours=theme.DOMAIN_COLOURS,
            sides=(Text("From", "来源")[language], Text("To", "去向")[language]),
            language=language,
        )

    return Figure(
        key="domain_flow",
        unheeded=frozenset({"date_from"}),
        title=_FLOW_TITLE,
        definition=Text(
            "People whom files name, in one month. Deposited: out of the domain of the channel of "
            "their first deposit; private there means by the brand's own codes, stores and "
            "referrals. Shared and returned: what deposited people did later. Who did both counts "
            "in both. Audience packages for ad platforms lead from private to commercial.",
            "文件可识别的个人，单月。沉淀：按首次沉淀渠道所属域计来源，私域来源指品牌自有二维码、"
            "门店、老带新。分享、回流：沉淀客户之后的行为；两者皆有则各计一次。"
            "交给广告平台的人群包计为私域流向商域。",
        ),
        frame=rows,
        draw=draw,
        metrics=("domain_moves",),
        height=300,
        **described(snapshot, "rpt_domain_flow", rows),
    )


def deposits_by_origin(snapshot: Snapshot, filters: Filters) -> Figure:
    """First deposits of every week, by the domain that they came out of."""
    rows = _weeks(
        snapshot, filters, "rpt_domain_flow", "period_start, from_domain, customers",
        "flow_kind = 'deposited'",
    )  # fmt: skip

    def draw(language: Language) -> Option:
        wide = rows.pivot(on="from_domain", index="period_start", values="customers").fill_null(0)
        series = [
            Series(
                domain, labels.value(domain)[language], theme.DOMAIN_COLOURS[domain],
                is_bar=True, stack="domain",
            )
            for domain in _DOMAINS
            if domain in wide.columns
        ]  # fmt: skip
        return lines(wide.sort("period_start"), "period_start", series, "count", language)

    return Figure(
        key="deposits_by_origin",
        title=_DEPOSITS_TITLE,
        definition=Text(
            "People by the week of their first deposit into the private domain and the domain of "
            "the channel that it came through.",
            "按首次沉淀所在周与沉淀渠道所属域统计的人数。",
        ),
        frame=rows,
        draw=draw,
        metrics=("new_deposits",),
        **described(snapshot, "rpt_domain_flow", rows),
    )


def lifetime_value(snapshot: Snapshot, _: Filters) -> Figure:
    """Observed and predicted value per customer, by the domain of the first touch."""
    rows = snapshot.polars(
        """
        select segment_value, customers, ltv_observed_cny, ltv_predicted_cny,
            holdout_purchases_error, holdout_value_error, is_calibrated
        from marts.rpt_lifetime_value where segment_type in ('all', 'first_domain')
        order by segment_type, customers desc, segment_value
        """
    )

    def draw(language: Language) -> Option:
        return grouped_bars(
            rows,
            "segment_value",
            {
                "ltv_observed_cny": Text("So far", "已实现")[language],
                "ltv_predicted_cny": Text("With the next 365 days", "含未来 365 天")[language],
            },
            "money",
            language,
            names=labels.values(rows["segment_value"], language),
        )

    return Figure(
        key="lifetime_value",
        unheeded=frozenset({"date_from", "date_to"}),
        title=_VALUE_TITLE,
        definition=Text(
            "Net revenue per buyer so far, and with what BG/NBD and gamma-gamma expect of the next "
            "365 days, undiscounted.",
            "每位购买者已实现净成交，及加上 BG/NBD 与 gamma-gamma 模型预期的未来 365 天净成交"
            "（未折现）。",
        ),
        frame=rows,
        draw=draw,
        metrics=("average_observed_ltv_cny", "average_predicted_ltv_cny"),
        note=_trust(rows),
        **described(snapshot, "rpt_lifetime_value", rows),
    )


def _trust(rows: pl.DataFrame) -> Text | None:
    """The error on the hold-out, in words, from the row over all buyers."""
    whole = rows.head(1).to_dicts()
    if not whole or whole[0]["holdout_value_error"] is None:
        return Text("The prediction has not been tried yet.", "预测尚未经过检验。")
    written = f"{100 * whole[0]['holdout_value_error']:+.0f} %"
    if whole[0]["is_calibrated"]:
        return Text("Error on the hold-out: {error}.", "检验期误差：{error}。").format(
            error=written
        )
    return Text(
        "Error on the hold-out: {error}, of too few days or purchases to rely on.",
        "检验期误差：{error}，但检验期或购买次数不足，仅供参考。",
    ).format(error=written)


def payback(snapshot: Snapshot, _: Filters) -> Figure:
    """Cost, value and payback by month of the first order; rows alone."""
    rows = snapshot.polars(
        """
        select cohort_period, segment_value, cohort_size, cac_cny, observed_months,
            payback_months, no_payback_reason, payback_basis, ltv_net_cny, ltv_predicted_cny
        from marts.rpt_customer_payback where segment_type in ('all', 'first_domain')
        order by cohort_period desc, segment_type, segment_value
        """
    )
    return Figure(
        key="payback",
        unheeded=frozenset({"date_from", "date_to"}),
        title=_PAYBACK_TITLE,
        definition=Text(
            "By month of the first order and domain of the first touch. Cost: advertising spend of "
            "the month over its new customers. Paid back in the first month of 30 days, lived by "
            "all, in which what they brought reaches it: margin where all product costs are known, "
            "else net revenue.",
            "按首单月份与首触域。获客成本：当月消耗 ÷ 当月新客。回本：全部客户已满的首个 "
            "30 天周期，其累计贡献达到成本；商品成本齐全时按毛利，否则按净成交。",
        ),
        frame=rows,
        **described(snapshot, "rpt_customer_payback", rows),
    )


def model_run(snapshot: Snapshot, _: Filters) -> Figure:
    """What the models expected of the hold-out, and what came; rows alone."""
    rows = snapshot.polars(
        """
        select runs.fitted_to, runs.fitted_through_date, runs.fitted_customers,
            runs.fitted_repeat_customers, runs.r, runs.alpha_days, runs.a, runs.b, runs.p, runs.q,
            runs.v_cny, runs.value_correlation, runs.not_fitted_reason
        from marts.rpt_lifetime_value_model_run as runs order by runs.fitted_to
        """
    )
    return Figure(
        key="model_run",
        unheeded=frozenset({"date_from", "date_to"}),
        title=_MODEL_TITLE,
        definition=Text(
            "Parameters of BG/NBD (r, alpha, a, b) and gamma-gamma (p, q, v). calibration ends "
            "before the hold-out and is judged by it; everything predicts. Values and frequencies "
            "that are correlated make the value misleading.",
            "BG/NBD（r、alpha、a、b）与 gamma-gamma（p、q、v）参数。calibration 截至检验期之前，"
            "用于检验；everything 用于预测。频次与金额相关时，金额预测会失真。",
        ),
        frame=rows,
        **described(snapshot, "rpt_lifetime_value_model_run", rows),
    )


PAGE = Page(
    key="private_domain",
    title=Text("Private domain", "私域价值"),
    lead=Text(
        "How do people come into the private domain, and what are they worth there?",
        "客户如何沉淀到私域？私域客户值多少？",
    ),
    makers={
        "week_tiles": (_TILES_TITLE, week_tiles),
        "share_by_week": (_SHARE_TITLE, share_by_week),
        "domain_flow": (_FLOW_TITLE, domain_flow),
        "deposits_by_origin": (_DEPOSITS_TITLE, deposits_by_origin),
        "fan_sales": (fans.SALES_TITLE, fans.fan_sales),
        "live_audience": (fans.AUDIENCE_TITLE, fans.live_audience),
        "lifetime_value": (_VALUE_TITLE, lifetime_value),
        "payback": (_PAYBACK_TITLE, payback),
        "model_run": (_MODEL_TITLE, model_run),
    },
    filters=frozenset({"date_from", "date_to"}),
)
