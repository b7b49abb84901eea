"""Which columns tell one row of a sample from another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipelines.exports.drafting.columns import DraftColumn
from pipelines.exports.drafting.sample import Sample

SURE_ROWS = 50
_TRIED = 10
_OTHER_ID = 2
_KINDS = frozenset(
    {"id", "account", "phone", "email", "person_name", "text", "timestamp", "epoch_seconds", "date"}
)
_NAME = re.compile(r"名称|名$|计划|项目|活动|单元|campaign|name|title", re.IGNORECASE)
_LINE = re.compile(r"子订单|子单|明细|sub|line", re.IGNORECASE)
_ORDER = re.compile(
    r"订单|单号|小票|流水|售后|线索|券|会员卡号|会员号|客户编号|编号$|order|receipt|clue|record id|"
    r"^name$|klaviyo id",
    re.IGNORECASE,
)
_DAY = re.compile(r"^(?:日期|时间|时间-天|day|date|stat_time|report_date|统计日期)$", re.IGNORECASE)


@dataclass(frozen=True)
class Key:
    """Columns of the key, whether a key names one row or a group, and why that is not certain."""

    columns: tuple[DraftColumn, ...]
    unit: str
    doubt: str | None


def guess_key(columns: Sequence[DraftColumn], sample: Sample, rows: Sequence[int]) -> Key:
    """The shortest likely key; ``rows`` are the rows that are data."""
    few = f"the key is guessed from {len(rows)} rows" if len(rows) < SURE_ROWS else None
    # A group of one row is a row; with a key that is too short, a group still loses nothing.
    unit = "group" if few else "row"
    days = [c for c in columns if c.is_loaded and _DAY.match(c.header or c.name)]
    ids = sorted((c for c in columns if c.kind == "id"), key=_rank)
    orders = [c for c in ids if _rank(c) < _OTHER_ID and _is_filled([c], sample, rows)]
    if orders:
        for key in _starting_with(orders[:1], orders, ids):
            if _is_filled(key, sample, rows) and _is_unique(key, sample, rows):
                return Key(tuple(key), unit, few)
        return Key((orders[0],), "group", few)
    merged = [c for c in ids if _rank(c) < _OTHER_ID and rows and _cells(c, sample, rows[0])]
    if merged:
        doubt = f"{merged[0].header} is blank on some rows; if they belong to the row above, give "
        return Key((merged[0],), "group", f"{doubt}the order's columns fill_down: true")
    candidates = list(_in_order(columns, days, ids))
    for key in _combinations(days[:1], candidates):
        if _is_filled(key, sample, rows) and _is_unique(key, sample, rows):
            return Key(tuple(key), unit, few)
    doubt = "no few columns tell all rows of the sample apart"
    return Key(tuple([*days[:1], *candidates][:3]), "group", doubt)


def _starting_with(
    first: list[DraftColumn], orders: list[DraftColumn], ids: list[DraftColumn]
) -> Iterator[list[DraftColumn]]:
    """An order's number, alone or with the number of its line."""
    yield from ([column] for column in orders)
    yield from ([*first, other] for other in ids if other not in first)


def _in_order(
    columns: Sequence[DraftColumn], days: list[DraftColumn], ids: list[DraftColumn]
) -> Iterator[DraftColumn]:
    """Columns that may be part of a key, the likely ones first."""
    yield from ids
    texts = [c for c in columns if c.kind == "text" and c not in days]
    groups = (
        [c for c in columns if c.kind in ("account", "phone", "email", "person_name")],
        [c for c in texts if _NAME.search(c.header)],
        [c for c in columns if c.kind in ("timestamp", "epoch_seconds", "date") and c not in days],
        [c for c in texts if not _NAME.search(c.header)],
        [c for c in columns if c.is_loaded and c.kind not in _KINDS and c not in days],
    )
    for group in groups:
        yield from group


def _combinations(
    days: list[DraftColumn], candidates: list[DraftColumn]
) -> Iterator[list[DraftColumn]]:
    likely = candidates[:_TRIED]
    alone = [c for c in likely if c.kind in ("id", "account", "phone", "email")]
    named = [c for c in likely if c.kind == "text"]
    if days:
        yield from ([*days, column] for column in (alone or named))
        yield days
    else:
        yield from ([column] for column in alone)
    for length in (2, 3):
        yield from ([*days, *some] for some in combinations(likely, length))
    yield from ([column] for column in likely)


def _rank(column: DraftColumn) -> int:
    if re.search("流水", column.header):
        return -1
    if _LINE.search(column.header):
        return 0
    return 1 if _ORDER.search(column.header) else _OTHER_ID


def _cells(column: DraftColumn, sample: Sample, row: int) -> str:
    if not column.header:
        return "file"
    return sample.rows[row][sample.headers.index(column.header)]


def _is_filled(key: Sequence[DraftColumn], sample: Sample, rows: Sequence[int]) -> bool:
    return all(any(_cells(column, sample, row) for column in key) for row in rows) and all(
        _cells(key[0], sample, row) for row in rows
    )


def _is_unique(key: Sequence[DraftColumn], sample: Sample, rows: Sequence[int]) -> bool:
    seen = {tuple(_cells(column, sample, row) for column in key) for row in rows}
    return len(seen) == len(rows)
