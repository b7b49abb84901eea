"""Today's scorecard: how the brand does, against the days before."""

from __future__ import annotations

from dashboard import labels
from dashboard.charts import theme
from dashboard.charts.lines import Series, lines
from dashboard.figures import Figure, Filters, Language, Option, Page, Text
from dashboard.pages.sql import day_window
from pipelines.publishing import SnapshotConnection

_SALES_TITLE = Text("Net sales by domain", "净成交金额（按域）")


def sales_by_domain(snapshot: SnapshotConnection, filters: Filters) -> Figure:
    """Daily net GMV, stacked by domain."""
    where, parameters = day_window("sales_date", filters)
    rows = snapshot.polars(
        f"""
        select sales_date, coalesce(domain, '(unattributed)') as domain,
            sum(net_gmv_cny) as net_gmv_cny, sum(valid_orders) as valid_orders
        from marts.rpt_sales_daily where {where} group by all order by sales_date, domain
        """,
        parameters,
    )

    def draw(language: Language) -> Option:
        wide = rows.pivot(on="domain", index="sales_date", values="net_gmv_cny").fill_null(0)
        series = [
            Series(domain, labels.value(domain)[language], colour, is_bar=True, stack="domain")
            for domain, colour in _DOMAIN_COLOURS.items()
            if domain in wide.columns
        ]
        return lines(wide, "sales_date", series, "money", language)

    return Figure(
        key="sales_by_domain",
        title=_SALES_TITLE,
        definition=Text(
            "Paid orders less refunds, booked on the day of the order, by the domain of the "
            "order's channel. Guests included.",
            "已付款订单减退款，计入下单当日，按订单渠道所属的域拆分，含匿名订单。",
        ),
        frame=rows,
        draw=draw,
        columns=labels.columns(snapshot, "rpt_sales_daily", rows.columns),
        units=labels.units(rows.columns),
    )


_DOMAIN_COLOURS = {
    "private": theme.BLUE,
    "public": theme.GREEN,
    "commercial": theme.ORANGE,
    "(unattributed)": theme.GREY,
}

PAGE = Page(
    key="scorecard",
    title=Text("Today", "今日看板"),
    lead=Text("How do we stand today?", "今天经营得怎么样？"),
    makers={"sales_by_domain": (_SALES_TITLE, sales_by_domain)},
    filters=frozenset({"date_from", "date_to", "channel", "domain"}),
)
