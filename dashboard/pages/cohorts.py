"""Cohorts: who comes back, month after month, and what they are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboard import labels, words
from dashboard.charts import theme
from dashboard.charts.heatmap import heatmap
from dashboard.charts.lines import Series, lines
from dashboard.figures import Figure, Filters, Language, Option, Page, Snapshot, Text, Unit
from dashboard.pages.sql import Segment, conditions, described, segment

_RETENTION_TITLE = Text("Retention by monthly cohort", "月度分群留存率")
_VALUE_TITLE = Text("Net sales per customer, cumulated", "人均累计净成交")
_SIZE_TITLE = Text("Cohort sizes", "分群人数")
_MONTHS = 12
_PERIODS = 12
_HATCHED = Text(
    "Hatched cells are not fully observed: they are no drop.", "斜线格为未完整观测，不代表下降。"
)


def _cells(snapshot: Snapshot, filters: Filters, columns: str) -> tuple[pl.DataFrame, Segment]:
    chosen = segment(filters)
    condition = conditions(
        ("cohort_period >= date_trunc('month', cast(? as date))", filters.date_from),
        ("cohort_period <= ?", filters.date_to),
    )
    rows = snapshot.polars(
        f"""
        select cohort_period, k, cohort_size, {columns}, is_mature
        from marts.rpt_cohort
        where cohort_kind = ? and cohort_period_type = 'month' and clock = 'calendar'
            and segment_type = ? and segment_value = ? and k <= {_PERIODS} and {condition.sql}
        order by cohort_period, k
        """,
        [filters.cohort_kind, chosen.type, chosen.value, *condition.parameters],
    )
    months = rows["cohort_period"].unique().sort().tail(_MONTHS)
    return rows.filter(pl.col("cohort_period").is_in(months.implode())), chosen


def _heatmap(
    rows: pl.DataFrame, column: str, unit: Unit, largest: float, language: Language
) -> Option:
    months = rows["cohort_period"].unique().sort().to_list()
    sizes = dict(rows.select("cohort_period", "cohort_size").iter_rows())
    return heatmap(
        rows.select(
            pl.col("cohort_period").replace_strict(months, range(len(months))).alias("row"),
            pl.col("k").alias("column"),
            pl.col(column).cast(pl.Float64).alias("value"),
            "is_mature",
        ),
        rows=[f"{month:%Y-%m} ({sizes[month]:,})" for month in months],
        columns=[f"{'第' if language == 'zh' else 'M'}{k}{'月' if language == 'zh' else ''}"
                 for k in range(int(str(rows["k"].max())) + 1)],
        unit=unit,
        language=language,
        largest=largest,
        immature=words.UI["immature"][language],
    )  # fmt: skip


def _largest(rows: pl.DataFrame, column: str, from_k: int) -> float:
    values = rows.filter(pl.col("k") >= from_k)[column].cast(pl.Float64).drop_nulls()
    return float(str(values.max())) if values.len() else 1.0


def _notes(*notes: Text | None) -> Text:
    kept = [note for note in notes if note]
    return Text(" ".join(note.en for note in kept), "".join(note.zh for note in kept))


def retention(snapshot: Snapshot, filters: Filters) -> Figure:
    """Share of each cohort that was active k months after its start."""
    return _cohort_table(
        snapshot,
        filters,
        "eligible_customers, active_customers, retention_rate",
        # Counts of a running month have no rate yet; the cell then shows the share so far, hatched.
        pl.coalesce("retention_rate", pl.col("active_customers") / pl.col("cohort_size")),
        "share",
        key="retention",
        title=_RETENTION_TITLE,
        definition=Text(
            "Share of a month's new customers who were active in a later calendar month; month 0 "
            "is the month of the start. In brackets the size of the cohort.",
            "某月新进客户在其后自然月仍活跃的比例；第0月为进入当月，括号内为分群人数。",
        ),
        metrics=("retention_rate",),
        darkest_from=1,
    )


def value(snapshot: Snapshot, filters: Filters) -> Figure:
    """Net sales per customer of each cohort, cumulated to k months after its start."""
    return _cohort_table(
        snapshot,
        filters,
        "cum_revenue_net_cny, ltv_net_cny",
        pl.coalesce(
            pl.col("ltv_net_cny").cast(pl.Float64),
            pl.col("cum_revenue_net_cny").cast(pl.Float64) / pl.col("cohort_size"),
        ),
        "money",
        key="value",
        title=_VALUE_TITLE,
        definition=Text(
            "Net sales of a cohort up to the end of month k, over its size. Refunds are booked on "
            "their own day, so a value can fall.",
            "分群截至第 k 月末的累计净成交 ÷ 分群人数；退款计入退款当日，因此数值可能下降。",
        ),
    )


def _cohort_table(
    snapshot: Snapshot, filters: Filters, columns: str, shown: pl.Expr, unit: Unit, *, key: str,
    title: Text, definition: Text, metrics: tuple[str, ...] = (), darkest_from: int = 0,
) -> Figure:  # fmt: skip
    """Months of start down, months since across; `shown` makes the cell's value of `columns`.

    The darkest colour is the largest value from month `darkest_from` on.
    """
    rows, chosen = _cells(snapshot, filters, columns)
    cells = rows.with_columns(shown.alias("shown"))
    largest = _largest(cells, "shown", darkest_from)
    return Figure(
        key=key,
        title=title,
        definition=definition,
        frame=rows,
        draw=lambda language: _heatmap(cells, "shown", unit, largest, language),
        pick=lambda cell: _cell_rows(rows, cell),
        note=_notes(_HATCHED, chosen.note),
        height=_height(rows),
        metrics=metrics,
        **described(snapshot, "rpt_cohort", rows),
    )


def _cell_rows(rows: pl.DataFrame, cell: Mapping[str, Any]) -> pl.Expr:
    months = rows["cohort_period"].unique().sort()
    k, month, *_ = cell["value"]
    return (pl.col("cohort_period") == months[month]) & (pl.col("k") == k)


def sizes(snapshot: Snapshot, filters: Filters) -> Figure:
    """How many people started in each month."""
    rows, chosen = _cells(snapshot, filters, "orders, revenue_net_cny")
    rows = rows.filter(pl.col("k") == 0).drop("k")

    def draw(language: Language) -> Option:
        months = rows.with_columns(pl.col("cohort_period").dt.strftime("%Y-%m"))
        name = labels.value(filters.cohort_kind)[language]
        series = [Series("cohort_size", name, theme.BLUE, is_bar=True)]
        return lines(months, "cohort_period", series, "count", language)

    return Figure(
        key="sizes",
        title=_SIZE_TITLE,
        definition=Text(
            "Customers whose first touch, deposit or first order (as chosen) fell into the month.",
            "首次触达、沉淀或首单（按所选方式）发生在该月的客户数。",
        ),
        frame=rows,
        draw=draw,
        **described(snapshot, "rpt_cohort", rows),
        note=chosen.note,
        height=260,
    )


def _height(rows: pl.DataFrame) -> int:
    return 80 + 34 * max(rows["cohort_period"].n_unique(), 3)


PAGE = Page(
    key="cohorts",
    title=Text("Cohorts", "同期群"),
    lead=Text("Do new customers come back, and what are they worth?", "新客会回来吗？价值多少？"),
    makers={
        "retention": (_RETENTION_TITLE, retention),
        "value": (_VALUE_TITLE, value),
        "sizes": (_SIZE_TITLE, sizes),
    },
    filters=frozenset({"date_from", "date_to", "channel", "domain", "cohort_kind", "product_role"}),
)
