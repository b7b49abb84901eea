"""Data health: what arrived, is late or was rejected, and how well people are told apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from dashboard import labels
from dashboard.charts import theme
from dashboard.charts.bars import grouped_bars
from dashboard.charts.lines import Series, lines
from dashboard.figures import Figure, Filters, Language, Option, Page, Snapshot, Text, Tile, Unit
from dashboard.pages.sql import as_of, described
from pipelines.publishing import Manifest
from pipelines.settings import LOCAL_TIME_ZONE

_LOAD_TITLE = Text("What arrived", "数据到达")
_DAYS_TITLE = Text("Rows by day of arrival", "每日入库行数")
_LATE_TITLE = Text("How fresh each export is", "各数据源时效")
_REJECTED_TITLE = Text("What was rejected, and why", "拒收原因")
_RESTATED_TITLE = Text("Published figures that changed", "已发布指标的变动")
_IDENTITY_TITLE = Text("Identity quality", "识别质量")
_MATCH_TITLE = Text("Facts with a known customer", "事实识别率")


def load_tiles(snapshot: Snapshot, _: Filters) -> Figure:
    """Rows read, loaded and rejected over everything that arrived."""
    rows = snapshot.polars(
        "select sum(files) as files, sum(refused_files) as refused_files, "
        "sum(rows_read) as rows_read, sum(rows_loaded) as rows_loaded, "
        "sum(rows_rejected) as rows_rejected, sum(rows_junk) as rows_junk "
        "from marts.rpt_data_health"
    )
    columns = labels.columns(snapshot, "rpt_data_health", rows.columns)
    return Figure(
        key="load_tiles",
        title=_LOAD_TITLE,
        definition=Text(
            "Over all files so far. Rows read = loaded + rejected + junk (totals, blank lines).",
            "截至目前的全部文件。读取行数 = 入库 + 拒收 + 垃圾（合计行、空行）。",
        ),
        frame=rows,
        tiles=tuple(
            Tile(key=name, label=columns[name], value=rows[name][0], unit="count")
            for name in rows.columns
        ),
        columns=columns,
        table="rpt_data_health",
        metrics=("rows_read", "rejected_rows"),
    )


def arrivals(snapshot: Snapshot, _: Filters) -> Figure:
    """Loaded and rejected rows by the day on which their file came."""
    rows = snapshot.polars(
        "select delivered_date, sum(rows_loaded) as rows_loaded, "
        "sum(rows_rejected) as rows_rejected from marts.rpt_data_health "
        "where delivered_date is not null group by all order by all"
    )
    columns = labels.columns(snapshot, "rpt_data_health", rows.columns)

    def draw(language: Language) -> Option:
        series = [
            Series("rows_loaded", columns["rows_loaded"][language], theme.BLUE, True, "rows"),
            Series("rows_rejected", columns["rows_rejected"][language], theme.ORANGE, True, "rows"),
        ]
        return lines(rows, "delivered_date", series, "count", language)

    return Figure(
        key="arrivals",
        title=_DAYS_TITLE,
        definition=Text(
            "Rows of the files that arrived on each day.", "按文件到达日统计的数据行数。"
        ),
        frame=rows,
        draw=draw,
        columns=columns,
        table="rpt_data_health",
        metrics=("rejected_rows",),
        height=240,
    )


def late_exports(manifest: Manifest, last_day: date) -> list[tuple[dict[str, Any], int | None]]:
    """Each kind of export with the days by which its newest file misses the last complete day.

    None: an occasional one, which comes with a campaign and is never late.
    """
    covered = last_day + timedelta(days=1)  # an export of the next morning holds the day
    found: list[tuple[dict[str, Any], int | None]] = []
    for source in manifest.sources:
        day = (_exported_at(source) + _END_OF_DAY).astimezone(LOCAL_TIME_ZONE).date()
        is_occasional = source.get("is_occasional", False)
        found.append((source, None if is_occasional else max(0, (covered - day).days)))
    return found


def _exported_at(source: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(source["last_exported_at"])


_END_OF_DAY = timedelta(seconds=1)
"""A file named by a day alone counts as exported in its last second, and holds the day."""


def freshness(snapshot: Snapshot, _: Filters) -> Figure:
    """How many days each export lags behind the last complete day."""
    rows = pl.DataFrame(
        [
            {
                "source": source["source"],
                "contract": source["contract"],
                "files": source["files"],
                "last_exported_at": _exported_at(source),
                "late_days": days,
            }
            for source, days in late_exports(snapshot.manifest, as_of(snapshot))
        ],
        schema={
            "source": pl.String,
            "contract": pl.String,
            "files": pl.Int64,
            "last_exported_at": pl.Datetime(time_zone="UTC"),
            "late_days": pl.Int64,
        },
    ).sort("late_days", "contract", descending=[True, False], nulls_last=True)
    return Figure(
        key="freshness",
        title=_LATE_TITLE,
        definition=Text(
            "Days by which the newest export of a kind misses the last complete day. Zero: it was "
            "made after that day had ended, or is named by that day alone. Empty: it comes when "
            "there was something to export, such as a campaign.",
            "各类导出的最新文件距最近完整日的滞后天数；0 表示导出于该日结束之后，"
            "或文件名只写该日日期；空白表示该导出随活动产生，没有固定周期。",
        ),
        frame=rows,
        columns={
            **labels.columns(snapshot, "rpt_data_health", rows.columns),
            "last_exported_at": Text("Last export", "最近导出时间"),
            "late_days": Text("Days late", "滞后天数"),
        },
        units={"late_days": "count"},
    )


def rejected(snapshot: Snapshot, _: Filters) -> Figure:
    """Rejected cells by reason and export."""
    rows = snapshot.polars(
        "select contract, column_name, reason, count(*) as cells, any_value(remedy) as remedy "
        "from marts.rpt_rejected_rows group by all order by cells desc, contract, "
        "column_name, reason limit 50"
    )
    return Figure(
        key="rejected",
        title=_REJECTED_TITLE,
        definition=Text(
            "Cells that broke their contract; their rows were not loaded.",
            "不符合契约的单元格；其所在行未入库。",
        ),
        frame=rows,
        **described(
            snapshot, "rpt_rejected_rows", rows, columns={"cells": Text("Cells", "单元格数")}
        ),
        empty=Text("Every row of every file was loaded.", "全部文件的数据行均已入库，没有拒收。"),
    )


def _unit(row: Mapping[str, Any]) -> Unit:
    return labels.units([row["metric"]]).get(row["metric"], "count")


def restatements(snapshot: Snapshot, _: Filters) -> Figure:
    """What the newest version says otherwise of days that the one before it had published."""
    rows = snapshot.polars(
        "select metric, metric_label_zh, metric_date, published_value, restated_value, "
        "value_difference, restatement_cause, late_rows, corrected_rows, refunded_rows, "
        "regrouped_rows, withdrawn_rows, is_rule_change, compared_version "
        "from marts.rpt_restatements where compared_version = "
        "(select max(compared_version) from marts.rpt_restatements) "
        "order by restatement_cause = 'time_passed', metric_date desc, metric limit 500"
    )
    return Figure(
        key="restatements",
        title=_RESTATED_TITLE,
        definition=Text(
            "Figures of past days that the last publish with such changes states otherwise than "
            "the version before it: why, and how many rows are behind it. `siyu diff` compares "
            "any two kept versions.",
            "最近一次有变动的发布与其前一版本相比，过往日期指标的变化、原因及涉及行数。"
            "`siyu diff` 可比较任意两个保留版本。",
        ),
        frame=rows,
        metrics=("restated_values",),
        **described(
            snapshot,
            "rpt_restatements",
            rows,
            units=dict.fromkeys(("published_value", "restated_value", "value_difference"), _unit),
        ),
        empty=Text(
            "No figure of a past day has changed since it was published.",
            "已发布的过往日期指标没有变动。",
        ),
    )


_IDENTITY: tuple[tuple[str, Unit], ...] = (
    ("customers", "count"), ("identifiers", "count"), ("merged_customers", "count"),
    ("split_customers", "count"), ("ambiguous_identifiers", "count"),
    ("largest_customer_identifiers", "count"),
)  # fmt: skip


def identity_tiles(snapshot: Snapshot, _: Filters) -> Figure:
    """The last run of identity."""
    names = [name for name, _ in _IDENTITY]
    rows = snapshot.polars(
        f"select run_at, {', '.join(names)} from marts.rpt_identity_quality "
        "order by run_at desc limit 1"
    )
    columns = labels.columns(snapshot, "rpt_identity_quality", rows.columns)
    return Figure(
        key="identity_tiles",
        title=_IDENTITY_TITLE,
        definition=Text(
            "The last run of identity that changed something: customers and identifiers after it, "
            "customers that it merged and split.",
            "最近一次有变化的识别：识别后的客户数与标识数，以及合并、拆分的客户数。",
        ),
        frame=rows,
        tiles=tuple(
            Tile(key=name, label=columns[name], value=rows[name][0], unit=unit)
            for name, unit in _IDENTITY
        )
        if rows.height
        else (),
        columns=columns,
        table="rpt_identity_quality",
    )


def match_rates(snapshot: Snapshot, _: Filters) -> Figure:
    """Share of each source's facts whose customer is known."""
    rows = snapshot.polars(
        "select source, fact, facts, named_facts, identified_facts, match_rate "
        "from marts.rpt_identity_match_rates where fact = 'orders' "
        "order by facts desc, source"
    )

    def draw(language: Language) -> Option:
        columns = {"match_rate": Text("Orders with a customer", "已识别订单占比")[language]}
        return grouped_bars(
            rows, "source", columns, "share", language,
            names=labels.values(rows["source"], language),
        )  # fmt: skip

    return Figure(
        key="match_rates",
        title=_MATCH_TITLE,
        definition=Text(
            "Orders of each platform whose customer is known, over all its orders. A platform that "
            "exports no identifier stays at 0.",
            "各平台已识别客户的订单占其全部订单的比例；不导出标识的平台为 0。",
        ),
        frame=rows,
        draw=draw,
        metrics=("match_rate",),
        **described(snapshot, "rpt_identity_match_rates", rows),
        height=40 + 34 * max(rows.height, 3),
    )


PAGE = Page(
    key="data_health",
    title=Text("Data health", "数据健康"),
    lead=Text("Can we trust today's numbers?", "今天的数据可信吗？"),
    makers={
        "load_tiles": (_LOAD_TITLE, load_tiles),
        "arrivals": (_DAYS_TITLE, arrivals),
        "freshness": (_LATE_TITLE, freshness),
        "rejected": (_REJECTED_TITLE, rejected),
        "restatements": (_RESTATED_TITLE, restatements),
        "identity_tiles": (_IDENTITY_TITLE, identity_tiles),
        "match_rates": (_MATCH_TITLE, match_rates),
    },
)
