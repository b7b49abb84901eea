"""Cohorts of first buyers counted in pandas, the slow and obvious way: one person at a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

Cell = tuple[date, int]
"""First day of the cohort's period, k."""
FREQUENCIES = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q"}
COUNTS = """cohort_size, eligible_customers, active_customers, repeat_active, active_on_or_after,
    eligible_active, eligible_active_on_or_after"""


def counts_by_cell(
    purchases: pd.DataFrame, period: str, as_of: date, rolling_days: int | None = None
) -> dict[Cell, tuple[int, ...]]:
    """What `COUNTS` names, by cohort and k, of `purchases` with the columns person and day.

    period is a key of FREQUENCIES; k counts such periods, or with rolling_days that many days since
    each person's own first day.
    """
    days = purchases[["person", "day"]].drop_duplicates()
    first = days.groupby("person")["day"].min()
    days = days.join(first.rename("first"), on="person")
    cohort = pd.PeriodIndex(first, freq=FREQUENCIES[period])
    starts = dict(zip(first.index, cohort.start_time.date, strict=True))
    if rolling_days:
        days["k"] = (days["day"] - days["first"]).dt.days // rolling_days
    else:
        days["k"] = (
            pd.PeriodIndex(days["day"], freq=FREQUENCIES[period]).asi8
            - pd.PeriodIndex(days["first"], freq=FREQUENCIES[period]).asi8
        )

    def is_over(person: Any, k: int) -> bool:
        if rolling_days:
            end = first[person].date() + timedelta(days=rolling_days * (k + 1) - 1)
        else:
            end = (pd.Period(first[person], FREQUENCIES[period]) + k).end_time.date()
        return end <= as_of

    cells: dict[Cell, tuple[int, ...]] = {}
    active = {(p, k) for p, k in zip(days["person"], days["k"], strict=True)}
    repeat = {
        (p, k)
        for p, k, day, start in zip(
            days["person"], days["k"], days["day"], days["first"], strict=True
        )
        if day > start
    }
    last = days.groupby("person")["k"].max()
    for start in sorted(set(starts.values())):
        people = [person for person in first.index if starts[person] == start]
        for k in range(last_k(first[people], period, as_of, rolling_days) + 1):
            over = [person for person in people if is_over(person, k)]
            cells[start, k] = (
                len(people),
                len(over),
                sum((person, k) in active for person in people),
                sum((person, k) in repeat for person in people),
                sum(last[person] >= k for person in people),
                sum((person, k) in active for person in over),
                sum(last[person] >= k for person in over),
            )
    return cells


def last_k(first: pd.Series, period: str, as_of: date, rolling_days: int | None) -> int:
    """The last k that has begun by the as-of day for anybody of the cohort."""
    if rolling_days:
        return int((pd.Timestamp(as_of) - first.min()).days // rolling_days)
    return int(
        (pd.Period(as_of, FREQUENCIES[period]) - pd.Period(first.min(), FREQUENCIES[period])).n
    )


def published_counts(snapshot: Any, period: str, clock: str) -> dict[Cell, tuple[int, ...]]:
    """The same of the published table."""
    _, rows = snapshot.fetch(
        f"select cohort_period, k, {COUNTS} from marts.rpt_cohort "
        "where cohort_kind = 'first_order' and segment_type = 'all' "
        "and cohort_period_type = ? and clock = ?",
        [period, clock],
    )
    return {(start, k): tuple(counts) for start, k, *counts in rows}
