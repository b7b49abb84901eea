"""Every shape of time that exports use, to naive local times and on to UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import polars as pl

PLAIN = "%Y-%m-%d %H:%M:%S"
_SHAPES = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日%H时%M分",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
)
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")
_DAY_FIRST = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")
_OFFSETS = ("%Y-%m-%d %H:%M:%S%.f%z", "%Y-%m-%dT%H:%M:%S%.f%z")
_SERIAL = r"^(?:3[6-9]|[4-7]\d)\d{3}(?:\.\d+)?$"
"""Excel serial days of 1998 to 2119."""
_MICROSECONDS_PER_DAY = 86_400_000_000
FIRST_YEAR = 2000
"""Earlier times in an export are mistakes."""
_YEARS = 120


def plain(text: pl.Expr) -> pl.Expr:
    """``2026-05-01 20:15:33`` as a local time, anything else null."""
    # texts that repeat are read once each: what is left is read quicker than looked up
    return text.str.to_datetime(PLAIN, strict=False, time_unit="us", cache=False)


def local_times(texts: pl.Series, zone: str, day_first: bool) -> pl.Series:
    """Local naive times of texts in any shape; null where none fits.

    A text without a zone is local. Epoch seconds (10 digits), milliseconds (13) and texts with an
    offset are moved into the zone. A day alone means its first second.
    """
    text, frame = pl.col("text"), texts.to_frame("text")
    days = frame.select(_day(text, _DAYS[0]))["text"]
    if days.null_count() == texts.null_count():  # the most usual: no other shape need be tried
        return days
    shapes = [_stamp(text, form) for form in _SHAPES]
    shapes += [_day(text, form) for form in _DAYS]
    shapes += [_compact(text, r"^20\d{12}$", "%Y%m%d%H%M%S"), _compact_day(text)]
    if day_first:
        shapes += [_stamp(text, form) for form in _DAY_FIRST]
        shapes.append(_day(text, "%d/%m/%Y"))
    shapes += [_serial(text), *_with_zone(text, zone)]
    return frame.select(pl.coalesce(shapes).alias("local"))["local"]


def to_utc(local: pl.Expr, zone: str) -> pl.Expr:
    """Naive UTC times; a local time that the zone skips is null, a doubled one the earlier.

    The times lie in ``FIRST_YEAR`` or later.
    """
    offset = _constant_offset(zone)
    if offset is not None:
        return local - offset
    return (
        local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        .dt.convert_time_zone("UTC")
        .dt.replace_time_zone(None)
    )


@cache
def _constant_offset(zone: str) -> timedelta | None:
    """What the zone is ahead of UTC, if its clocks are never changed, as in China: a subtraction
    costs a tenth of looking up every time in the zone's history."""
    first, info = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), ZoneInfo(zone)
    weeks = (first + timedelta(weeks=week) for week in range(52 * _YEARS))
    offsets = {week.astimezone(info).utcoffset() for week in weeks}
    return offsets.pop() if len(offsets) == 1 else None


def local_of_epoch(seconds: pl.Expr, zone: str) -> pl.Expr:
    """Local naive times of epoch seconds."""
    usable = pl.when(seconds.is_between(0, 32_503_680_000)).then(seconds)
    utc = (usable * 1_000_000).cast(pl.Datetime("us"))
    return utc.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)


def _stamp(text: pl.Expr, form: str) -> pl.Expr:
    return text.str.to_datetime(form, strict=False, time_unit="us")


def _day(text: pl.Expr, form: str) -> pl.Expr:
    return text.str.to_date(form, strict=False).cast(pl.Datetime("us"))


def _compact(text: pl.Expr, pattern: str, form: str) -> pl.Expr:
    return _stamp(pl.when(text.str.contains(pattern)).then(text), form)


def _compact_day(text: pl.Expr) -> pl.Expr:
    return _day(pl.when(text.str.contains(r"^(?:19|20)\d{6}$")).then(text), "%Y%m%d")


def _serial(text: pl.Expr) -> pl.Expr:
    days = pl.when(text.str.contains(_SERIAL)).then(text).cast(pl.Float64)
    since = (days * _MICROSECONDS_PER_DAY).round().cast(pl.Int64)
    return (pl.datetime(1899, 12, 30, time_unit="us") + since.cast(pl.Duration("us"))).dt.round(
        "1s"
    )


def _with_zone(text: pl.Expr, zone: str) -> list[pl.Expr]:
    marked = text.str.replace(r"Z$", "+00:00").str.replace(r"\s([+-]\d{2}:?\d{2})$", "$1")
    candidates = [
        pl.when(text.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$"))
        .then(marked)
        .str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC")
        for form in _OFFSETS
    ]
    for pattern, scale in ((r"^1\d{9}$", 1_000_000), (r"^1\d{12}$", 1_000)):
        number = pl.when(text.str.contains(pattern)).then(text).cast(pl.Int64)
        stamp = (number * scale).cast(pl.Datetime("us"))
        candidates.append(stamp.dt.replace_time_zone("UTC"))
    return [c.dt.convert_time_zone(zone).dt.replace_time_zone(None) for c in candidates]
