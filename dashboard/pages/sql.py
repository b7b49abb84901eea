"""Pieces of SQL and of choices that several pages share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypedDict

import polars as pl

from dashboard import labels
from dashboard.figures import Filters, Snapshot, Text, Unit, UnitOfRow

UNATTRIBUTED = "(unattributed)"
DEFAULT_DAYS = 90
"""How far back figures over days look when the reader has not said."""


@dataclass(frozen=True)
class Condition:
    """A condition with its parameters."""

    sql: str
    parameters: list[object]


def conditions(*chosen: tuple[str, object]) -> Condition:
    """All of the conditions whose value was chosen, joined by `and`."""
    kept = [(sql, value) for sql, value in chosen if value is not None]
    return Condition(
        " and ".join(["true", *(sql for sql, _ in kept)]), [value for _, value in kept]
    )


def days_and_channel(column: str, window: tuple[date, date], filters: Filters) -> Condition:
    """The days of the window, the chosen channel and the chosen domain."""
    return conditions(
        (f"{column} >= ?", window[0]),
        (f"{column} <= ?", window[1]),
        (f"coalesce(channel, '{UNATTRIBUTED}') = ?", filters.channel),
        (f"coalesce(domain, '{UNATTRIBUTED}') = ?", filters.domain),
    )


def as_of(snapshot: Snapshot) -> date:
    """The last complete day that the snapshot describes."""
    return snapshot.fetch("select max(as_of_date) from marts.rpt_sales_daily")[1][0][0]


def window(snapshot: Snapshot, filters: Filters, days: int = DEFAULT_DAYS) -> tuple[date, date]:
    """First and last day: as chosen, else the `days` up to the last complete day."""
    last = min(filters.date_to or date.max, as_of(snapshot))
    return filters.date_from or last - timedelta(days=days - 1), last


class Described(TypedDict):
    """The fields of a `Figure` that say what its columns are."""

    table: str
    columns: Mapping[str, Text]
    units: Mapping[str, Unit | UnitOfRow]


def described(
    snapshot: Snapshot,
    table: str,
    rows: pl.DataFrame,
    *,
    columns: Mapping[str, Text] | None = None,
    units: Mapping[str, Unit | UnitOfRow] | None = None,
) -> Described:
    """Names and units of the columns of `rows`, which come from the published `table`.

    >>> Figure(..., frame=rows, **described(snapshot, "rpt_cohort", rows))     # doctest: +SKIP

    `columns` and `units` are those that the table does not have.
    """
    return {
        "table": table,
        "columns": {**labels.columns(snapshot, table, rows.columns), **(columns or {})},
        "units": {**labels.units(rows.columns), **(units or {})},
    }


@dataclass(frozen=True)
class Segment:
    """Which rows of a mart with `segment_type` and `segment_value` the reader has chosen."""

    type: str
    value: str
    note: Text | None = None


def tier_segment(filters: Filters) -> Segment:
    """As `segment`, for marts that know channels and domains alone."""
    return segment(replace(filters, product_role=None))


def segment(filters: Filters) -> Segment:
    """Product role before channel before domain: marts hold one segment at a time."""
    chosen = [
        (type_, value)
        for type_, value in (
            ("product_role", filters.product_role),
            ("first_channel", filters.channel),
            ("first_domain", filters.domain),
        )
        if value is not None
    ]
    if not chosen:
        return Segment("all", "all")
    type_, value = chosen[0]
    note = None
    if len(chosen) > 1:
        note = Text(
            "One choice at a time applies here: {value}.", "此处一次只按一个条件筛选：{value}。"
        ).format(value=labels.value(value))
    return Segment(type_, value, note)
