"""When an operator exports, and what each export covers.

Order reports are windows: the rows created in [start, end), as they stand at ``exported_at``.
Windows overlap, and a monthly one reaches back far enough to catch late refunds. Complete
snapshots have no window: only their moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from pipelines.simulation.period import DAY, Period

OVERLAP_DAYS = 3
"""A daily export covers the last days, today's included."""
REEXPORT_DAYS = 45
"""A monthly export covers this many days."""
REEXPORT_EVERY = 30
WEEK_DAYS = 10
"""A weekly export repeats the last days of the one before."""


@dataclass(frozen=True)
class Window:
    """One export of rows created in [start, end); local seconds. ``delivered_at`` is later than
    ``exported_at`` where a colleague sends the file days afterwards.
    """

    start: int
    end: int
    exported_at: int
    delivered_at: int

    @property
    def is_long(self) -> bool:
        """Whether this is a monthly re-export."""
        return self.end - self.start > OVERLAP_DAYS * DAY


def daily_windows(period: Period, clock: int, *, late_day: int | None = None) -> list[Window]:
    """A short export per day and a long one every REEXPORT_EVERY days and on the last day.

    ``clock`` is seconds after (negative: before) the end of the exported day. The file of
    ``late_day`` is delivered two days late.
    """
    windows = []
    for day in range(period.days):
        end = period.start + (day + 1) * DAY
        delivered = end + clock + (2 * DAY if day == late_day else 0)
        short = max(end - OVERLAP_DAYS * DAY, period.start)
        windows.append(Window(short, end, end + clock, delivered))
        if is_monthly(period, day):
            moment = end + clock + 120
            windows.append(Window(end - REEXPORT_DAYS * DAY, end, moment, moment))
    return windows


def weekly_windows(period: Period, clock: int) -> list[Window]:
    """An export every seven days; the monthly and the last one reach back REEXPORT_DAYS.

    ``clock`` is seconds after (negative: before) the end of the exported day.
    """
    windows = []
    for day in range(period.days):
        is_long = is_monthly(period, day)
        if is_long or (day + 1) % 7 == 0:
            end = period.start + (day + 1) * DAY
            covered = REEXPORT_DAYS if is_long else WEEK_DAYS
            windows.append(Window(end - covered * DAY, end, end + clock, end + clock))
    return windows


def periodic_windows(
    period: Period, clock: int, *, every: int, covers: int, first_day: int = 0
) -> list[Window]:
    """An export every ``every`` days and on the last day, each covering ``covers`` days."""
    windows = []
    for day in periodic_days(period, every, first_day=first_day):
        end = period.start + (day + 1) * DAY
        windows.append(Window(end - covers * DAY, end, end + clock, end + clock))
    return windows


def periodic_days(period: Period, every: int, *, first_day: int = 0) -> list[int]:
    """Day indexes of complete snapshots: the first day, every ``every`` days, the last day."""
    return sorted({*range(first_day, period.days, every), period.days - 1})


def is_monthly(period: Period, day: int) -> bool:
    """Whether the long export is made after this day: monthly and on the last day."""
    return day == period.days - 1 or (day + 1) % REEXPORT_EVERY == 0


def expand(rows: pl.DataFrame, windows: Sequence[Window]) -> pl.DataFrame:
    """Every row once per window that shows it, oldest window first, newest rows first.

    ``rows`` is sorted by ``created``. Adds ``window`` (index) and ``at`` (the window's
    exported_at). A row is shown when it was created in the window and before the export.
    """
    created = rows["created"].to_numpy()
    low = np.searchsorted(created, [w.start for w in windows])
    high = np.searchsorted(created, [min(w.end, w.exported_at) for w in windows])
    counts = np.maximum(high - low, 0)
    window = np.repeat(np.arange(len(windows)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    taken = np.repeat(high, counts) - 1 - within
    moments = np.array([w.exported_at for w in windows], dtype=np.int64)
    return rows[taken].with_columns(
        window=pl.Series(window, dtype=pl.Int32), at=pl.Series(moments[window], dtype=pl.Int64)
    )


def last_seen(created: pl.Series, windows: Sequence[Window]) -> pl.Series:
    """Per row the moment of the newest export that shows it; null when none does."""
    moments = created.to_numpy()
    seen = np.full(len(moments), -1, dtype=np.int64)
    for window in sorted(windows, key=lambda w: w.exported_at):
        shown = (moments >= window.start) & (moments < min(window.end, window.exported_at))
        seen[shown] = window.exported_at
    return pl.Series("at", seen, dtype=pl.Int64).replace(-1, None)


def by_window(table: pl.DataFrame, window: pl.Series, count: int) -> list[pl.DataFrame]:
    """The rows of each window, in order; ``window`` is sorted, aligned with the table."""
    bounds = np.searchsorted(window.to_numpy(), np.arange(count + 1))
    return [table[int(a) : int(b)] for a, b in pairwise(bounds)]
