"""A big, correct export file of any contract, made from what the contract says of its columns.

Every header of the format is there, also those that are not loaded. A value fits its column's
type; a person stands in two rows, an order number in one. The clean twin holds the
same values as plain UTF-8, as a reader without any duty would like them best.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.exports.contract import Column, Contract

_FIRST_DAY = datetime(2026, 1, 1)
_SECONDS = 150 * 86_400
"""Times lie in the 150 days from then on."""
_EXPORTED = "2026-06-30"
_PROBE_ROWS = 2_000
_PHRASES = (
    "交易成功", "卖家已发货，等待买家确认", "示例面霜 50g 滋润保湿", "示例洁面乳 120ml", "快递",
    "示例旗舰店", "否", "是", "微信支付", "规格:标准装;颜色:白色", "订单未关闭", "短视频", "直播间",
)  # fmt: skip
_CITIES = (
    "浙江省 杭州市 西湖区",
    "广东省 广州市 天河区",
    "四川省 成都市 武侯区",
    "上海 上海市 浦东新区",
)


@dataclass(frozen=True)
class Habit:
    """How a platform writes its text files."""

    encoding: Literal["utf-8", "utf-8-sig", "gb18030"] = "utf-8"
    quotes: Literal["always", "necessary"] = "necessary"
    id_form: str = "{}"
    """How an id is wrapped against spreadsheets."""
    nothing: str = ""
    """What stands for no value."""
    stem: str = ""
    """Name of the file, where the name says more than the time of the export."""


HABITS = {
    "tmall_orders": Habit("gb18030", "always", '="{}"'),
    "tmall_items": Habit("gb18030", "always", '="{}"', "null"),
    "jd_orders": Habit("gb18030", "always", '="{}"'),
    "douyin_orders": Habit("utf-8-sig", id_form="\t{}", nothing="-"),
    "yuntu_assets": Habit(stem="人群资产_A3"),
}
"""Contracts that are not named here are written as plain UTF-8."""


@dataclass(frozen=True)
class MadeExport:
    """A file as the platform writes it, its clean twin, and their size."""

    file: Path
    clean: Path
    rows: int
    encoding: str

    @property
    def clean_mb(self) -> float:
        """Size of the clean twin, in which throughput is stated: equal data, equal bytes."""
        return self.clean.stat().st_size / 1e6


def make_export(
    contract: Contract,
    folder: Path,
    megabytes: float = 0.0,
    *,
    rows: int | None = None,
    first_row: int = 0,
) -> MadeExport:
    """Write an export and its clean twin into `folder`.

    It has so many rows or, without `rows`, as many as make about `megabytes` of clean UTF-8.
    Files with other values begin at another `first_row`.
    """
    habit = HABITS.get(contract.contract, Habit())
    rows = rows or _rows_for(contract, megabytes)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{habit.stem or contract.contract}_{_EXPORTED}.csv"
    clean = folder / f"{contract.contract}_clean.csv"
    table(contract, rows, first_row).write_csv(clean)
    written = table(contract, rows, first_row, habit)
    text = written.write_csv(quote_style=habit.quotes, line_terminator="\r\n")
    file.write_bytes(text.encode(habit.encoding))
    return MadeExport(file, clean, rows, habit.encoding)


def table(
    contract: Contract, rows: int, first_row: int = 0, habit: Habit | None = None
) -> pl.DataFrame:
    """All headers of a contract as text columns, as the habit writes them; else null and plain."""
    index = pl.col("row")
    cells: dict[str, pl.Expr] = {}
    for number, column in enumerate(contract.columns):
        if column.headers:
            values = _MAKERS[column.type](index, number, column)
            if habit and column.type == "id":
                values = _wrapped(values, habit.id_form)
            cells[column.headers[0]] = values
    for number, header in enumerate((*contract.not_loaded, *contract.dropped)):
        cells.setdefault(header, _sparse(index, number))
    count = pl.DataFrame({"row": pl.int_range(first_row, first_row + rows, eager=True)})
    frame = count.select(values.alias(header) for header, values in cells.items())
    return frame.with_columns(pl.all().fill_null(habit.nothing)) if habit else frame


def _wrapped(values: pl.Expr, form: str) -> pl.Expr:
    before, _, after = form.partition("{}")
    return pl.concat_str(pl.lit(before), values, pl.lit(after))


def _rows_for(contract: Contract, megabytes: float) -> int:
    probe = table(contract, _PROBE_ROWS).write_csv(include_header=False)
    return max(int(megabytes * 1e6 * _PROBE_ROWS / len(probe.encode())), 1)


def _mixed(index: pl.Expr, number: int, values: int) -> pl.Expr:
    """A whole number below `values`, scattered over the rows, other for every column."""
    return (index * 2_654_435_761 + number * 40_503) // 97 % values


def _text(index: pl.Expr, number: int, _column: Column) -> pl.Expr:
    return _mixed(index, number, len(_PHRASES)).replace_strict(
        range(len(_PHRASES)), _PHRASES, return_dtype=pl.String
    )


def _id(index: pl.Expr, number: int, _column: Column) -> pl.Expr:
    return (index * 7_919 + (100 + number) * 10**16).cast(pl.String)


def _integer(index: pl.Expr, number: int, _column: Column) -> pl.Expr:
    return (_mixed(index, number, 9) + 1).cast(pl.String)


def _money(index: pl.Expr, number: int, _column: Column) -> pl.Expr:
    fen = _mixed(index, number, 90_000)
    return pl.concat_str(fen // 100, pl.lit("."), (fen % 100).cast(pl.String).str.zfill(2))


def _percent(index: pl.Expr, number: int, column: Column) -> pl.Expr:
    if column.unit == "points":
        return pl.concat_str(_mixed(index, number, 100), pl.lit(".25%"))
    return pl.concat_str(pl.lit("0."), (_mixed(index, number, 10_000) + 10_000).cast(pl.String))


def _seconds(index: pl.Expr, number: int) -> pl.Expr:
    return _mixed(index, number, _SECONDS) + int(
        (_FIRST_DAY - datetime(1970, 1, 1)).total_seconds()
    )


def _timestamp(index: pl.Expr, number: int, _column: Column) -> pl.Expr:
    return pl.from_epoch(_seconds(index, number)).dt.strftime("%Y-%m-%d %H:%M:%S")


def _date(index: pl.Expr, number: int, _column: Column) -> pl.Expr:
    return pl.from_epoch(_seconds(index, number)).dt.strftime("%Y-%m-%d")


def _epoch(index: pl.Expr, number: int, _column: Column) -> pl.Expr:
    return _seconds(index, number).cast(pl.String)


def _boolean(index: pl.Expr, number: int, column: Column) -> pl.Expr:
    yes = _mixed(index, number, 2) == 1
    return (
        pl.when(yes).then(pl.lit(column.true_values[0])).otherwise(pl.lit(column.false_values[0]))
    )


def _json(index: pl.Expr, number: int, _column: Column) -> pl.Expr:
    return pl.concat_str(pl.lit('{"步骤":'), _mixed(index, number, 9), pl.lit("}"))


def _phone(index: pl.Expr, number: int, _column: Column) -> pl.Expr:
    return pl.concat_str(
        pl.lit("194"), _mixed(index // 2, number, 10**8).cast(pl.String).str.zfill(8)
    )


def _email(index: pl.Expr, number: int, _column: Column) -> pl.Expr:
    return pl.concat_str(pl.lit("buyer"), _mixed(index // 2, number, 10**6), pl.lit("@example.com"))


def _account(index: pl.Expr, number: int, _column: Column) -> pl.Expr:
    return pl.concat_str(pl.lit("买家tb"), _mixed(index // 2, number, 10**6))


def _person_name(index: pl.Expr, number: int, _column: Column) -> pl.Expr:
    return pl.concat_str(pl.lit("示例"), _mixed(index // 2, number, 10**4))


def _region(index: pl.Expr, number: int, _column: Column) -> pl.Expr:
    city = _mixed(index, number, len(_CITIES)).replace_strict(
        range(len(_CITIES)), _CITIES, return_dtype=pl.String
    )
    return pl.concat_str(city, pl.lit(" 示例路"), _mixed(index, number, 999), pl.lit("号"))


def _sparse(index: pl.Expr, number: int) -> pl.Expr:
    """A column that nobody needs: every third is empty, the others repeat themselves."""
    if number % 3 == 0:
        return pl.lit(None, dtype=pl.String)
    return pl.when(_mixed(index, number, 4) > 0).then(pl.lit("示例" if number % 3 == 1 else "0"))


_MAKERS: dict[str, Callable[[pl.Expr, int, Column], pl.Expr]] = {
    "text": _text, "id": _id, "integer": _integer, "money": _money, "decimal": _money,
    "percent": _percent, "timestamp": _timestamp, "epoch_seconds": _epoch, "date": _date,
    "boolean": _boolean, "json": _json, "phone": _phone, "email": _email, "account": _account,
    "phone_list": _phone, "person_name": _person_name, "region": _region,
}  # fmt: skip
