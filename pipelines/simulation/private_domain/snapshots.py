"""Complete snapshots: what stands at each moment of an operator's weekly or monthly export."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from pipelines.simulation.cadence import periodic_days
from pipelines.simulation.draws import Array
from pipelines.simulation.period import DAY, HOUR, Period

WEEKLY, MONTHLY = 7, 30
MORNING = 8 * HOUR
"""Complete snapshots are made at eight on the morning after the day."""
_NEVER = 1 << 60
_LATE_INDEX, _LATE_BY = 2, 2 * DAY


def snapshot_moments(period: Period, every: int, clock: int = MORNING) -> Array:
    """Local seconds of the snapshots after the first, every ``every``-th and the last day."""
    days = np.array(periodic_days(period, every), dtype=np.int64)
    return period.start + (days + 1) * DAY + clock


def delivery_of(moment: int, moments: Array) -> int:
    """When the snapshot of a moment arrives: the third one is found two days late."""
    is_late = moment == moments[min(_LATE_INDEX, len(moments) - 1)] != moments[-1]
    return moment + _LATE_BY if is_late else moment


def standing_at(
    rows: pl.DataFrame, moments: Array, begin: str, end: str | None = None
) -> pl.DataFrame:
    """Every row once per moment in [begin, end), oldest moment first; adds ``moment``.

    A null ``end`` has not come yet.
    """
    frame = pl.DataFrame({"moment": moments}, schema={"moment": pl.Int64})
    stands = pl.col(begin) <= pl.col("moment")
    if end is not None:
        stands &= pl.col(end).is_null() | (pl.col(end) > pl.col("moment"))
    return frame.join(rows, how="cross", maintain_order="left_right").filter(stands)


def ever_seen(rows: pl.DataFrame, moments: Array, begin: str, end: str | None = None) -> pl.Series:
    """Per row whether one of the moments lies in [begin, end); a null ``begin`` never comes."""
    starts = rows[begin].fill_null(_NEVER).to_numpy()
    ends = rows[end].fill_null(_NEVER).to_numpy() if end is not None else _NEVER
    following = np.append(moments, _NEVER)[np.searchsorted(moments, starts)]
    return pl.Series(following < ends)


def per_moment(moment: pl.Series, table: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    """The rows of each moment that has any; ``moment`` is sorted and aligned with the table."""
    values = moment.to_numpy()
    for value in np.unique(values).tolist():
        low, high = np.searchsorted(values, [value, value + 1])
        yield value, table[int(low) : int(high)]
