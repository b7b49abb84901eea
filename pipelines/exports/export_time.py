"""When a file was exported: its name says so, else the time of delivery stands in.

Orders of snapshots are decided by this time, so it must not depend on when a file is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from pipelines.exports.column import EPOCH_SECONDS, FileNameValue

USUAL_SHAPES = tuple(
    FileNameValue(pattern=pattern, format=form)
    for pattern, form in (
        (r"(\d{4}年\d{1,2}月\d{1,2}日\d{1,2}时\d{1,2}分\d{1,2}秒)", "%Y%m%d%H%M%S"),
        (r"(\d{4}年\d{1,2}月\d{1,2}日)", "%Y%m%d"),
        (r"(?<!\d)(20\d{2}-?\d{2}-?\d{2}[-_T ]?\d{6})(?!\d)", "%Y%m%d%H%M%S"),
        (
            r"(?<!\d)(20\d{2}-\d{2}-\d{2}[-_T ]\d{2}[-_.:]\d{2}[-_.:]\d{2})(?![-\d])",
            "%Y%m%d%H%M%S",
        ),
        (r"(?<!\d)(20\d{10})(?!\d)", "%Y%m%d%H%M"),
        (r"(?<!\d)(1[0-9]{9})(?!\d)", EPOCH_SECONDS),
        (r"(?<!\d)(20\d{2}[-_.]?\d{2}[-_.]?\d{2})(?!\d)", "%Y%m%d"),
    )
)
"""Tried in this order; the last hit of a shape counts (a range ends with its last day)."""
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def export_time(
    names: Iterable[str], shapes: Sequence[FileNameValue], zone: ZoneInfo, delivered_at: datetime
) -> datetime:
    """Export time in UTC (naive), from the first of ``names`` that holds one.

    A name that gives only a day means the end of that local day. ``delivered_at`` is aware.
    """
    for name in names:
        for shape in (*shapes, *USUAL_SHAPES):
            found = time_in_name(name, shape, zone)
            if found is not None and found >= _EARLIEST:
                return found.astimezone(UTC).replace(tzinfo=None)
    return delivered_at.astimezone(UTC).replace(tzinfo=None)


def time_in_name(name: str, shape: FileNameValue, zone: ZoneInfo) -> datetime | None:
    """Time that a file name holds in one shape, aware; None when it does not."""
    for text in reversed(re.findall(shape.pattern, name)):
        if shape.format == EPOCH_SECONDS:
            return datetime.fromtimestamp(int(text), tz=UTC)
        try:
            local = datetime.strptime(_digits(text), "".join(re.findall("%.", shape.format)))
        except ValueError:
            continue
        if "%H" not in shape.format:
            local = datetime.combine(local.date(), time(23, 59, 59))
        return local.replace(tzinfo=zone)
    return None


def day_in_name(name: str, shape: FileNameValue, zone: ZoneInfo) -> date | None:
    """Local day that a file name holds in one shape."""
    found = time_in_name(name, shape, zone)
    return None if found is None else found.astimezone(zone).date()


def text_in_name(name: str, pattern: str) -> str | None:
    """Last text that the pattern's group finds in a name."""
    found = re.findall(pattern, name)
    return found[-1].strip() or None if found else None


def _digits(text: str) -> str:
    """``2026年3月1日`` as 20260301: numbers padded to two digits, everything else dropped."""
    return "".join(number.zfill(2) for number in re.findall(r"\d+", text))
