"""Clean text cells to typed values.

Each type has a plain form, read by one expression for all columns at once, and a careful way for
the distinct texts that are left. A text that neither reads stays null and is told as a problem.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from pipelines.exports import times
from pipelines.exports.column import Column

_NUMBER = r"^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?$"
_HAS_DIGIT = r"\d"
_PERCENT = r"^[+-]?\d+(?:\.\d+)?%?$"
_PERCENT_SIGN = r"[%％]\s*$"
_LOST_DIGITS = r"^[+-]?\d(?:\.\d+)?[eE]\+\d+$"
_TRAILING_ZEROS = r"^(\d+)\.0+$"
MONEY = pl.Decimal(18, 4)
FRACTION = pl.Decimal(18, 6)


@dataclass(frozen=True)
class Problem:
    """Cells of one column that are wrong for one reason."""

    column: Column
    mask: pl.Series
    reason: str
    remedy: str
    is_late: bool = False
    """Found by comparing with the time of the export."""


@dataclass
class Converted:
    """Raw columns by name, and the cells that do not fit."""

    values: dict[str, pl.Series]
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Context:
    """What a conversion needs besides the cells."""

    zone: str
    earliest: datetime
    """Local time before which a time is a mistake."""
    latest: datetime
    key: bytes


@dataclass(frozen=True)
class _Form:
    """How the texts of one type are read, and what is said of those that are not."""

    plain: Callable[[pl.Expr, Column, Context], pl.Expr]
    reason: str
    remedy: str
    careful: Callable[[pl.Series, Column, Context], pl.Series] | None = None


def convert(clean: pl.DataFrame, columns: Sequence[Column], context: Context) -> Converted:
    """Type columns that hold no personal data; those go through ``convert_personal``.

    ``clean`` has one text column per contract column, under its name. Raises ``KeyError`` for a
    personal type.
    """
    plain = clean.select(
        _FORMS[column.type].plain(pl.col(column.name), column, context).alias(column.name)
        for column in columns
    )
    values: dict[str, pl.Series] = {}
    problems: list[Problem] = []
    for column in columns:
        typed, texts = plain[column.name], clean[column.name]
        form = _FORMS[column.type]
        if form.careful is not None and typed.null_count() != texts.null_count():
            typed = fill_left(typed, texts, _careful(form.careful, column, context))
        values[column.name] = typed
        if typed.null_count() != texts.null_count():
            mask = typed.is_null() & texts.is_not_null()
            problems.append(Problem(column, mask, *_told(form, column)))
    problems += _repair_ids(values, [column for column in columns if column.type == "id"])
    problems += _settle_times(values, columns, context)
    return Converted(values, problems)


def fill_left(
    values: pl.Series, clean: pl.Series, careful: Callable[[pl.Series], pl.Series]
) -> pl.Series:
    """Where ``values`` is null although there is text, use ``careful`` of the distinct texts."""
    left = values.is_null() & clean.is_not_null()
    texts = clean.filter(left).alias("text")
    unique = texts.unique()
    lookup = pl.DataFrame({"text": unique, "value": careful(unique)})
    found = texts.to_frame().join(lookup, on="text", how="left", maintain_order="left")["value"]
    return values.scatter(left.arg_true(), found.cast(values.dtype))


def _careful(
    careful: Callable[[pl.Series, Column, Context], pl.Series], column: Column, context: Context
) -> Callable[[pl.Series], pl.Series]:
    return lambda texts: careful(texts, column, context)


def _told(form: _Form, column: Column) -> tuple[str, str]:
    known = ", ".join((*column.true_values, *column.false_values))
    return form.reason.format(known=known), form.remedy


def _none(cell: pl.Expr, _column: Column, _context: Context) -> pl.Expr:
    return pl.when(cell.is_null()).then(cell)


def _text(cell: pl.Expr, column: Column, _context: Context) -> pl.Expr:
    return cell.str.strip_prefix(column.strip_prefix) if column.strip_prefix else cell


def _repair_ids(values: dict[str, pl.Series], columns: Sequence[Column]) -> list[Problem]:
    """Take off ``.0`` and find the ids that a spreadsheet turned into exponents."""
    marks = [".", "+"]
    ids = pl.DataFrame([values[column.name].alias(column.name) for column in columns])
    has = ids.select(
        pl.col(column.name).str.contains(mark, literal=True).any().alias(f"{mark}{column.name}")
        for column in columns
        for mark in marks
    )
    problems = []
    for column in columns:
        if has[f".{column.name}"].first():
            cell = pl.col(column.name)
            short = cell.str.replace(_TRAILING_ZEROS, "$1")
            values[column.name] = ids.select(short)[column.name]
        if has[f"+{column.name}"].first():
            damaged = values[column.name].str.contains(_LOST_DIGITS).fill_null(value=False)
            if damaged.any():
                values[column.name] = values[column.name].set(damaged, None)
                problems.append(Problem(column, damaged, *_DAMAGED_ID))
    return problems


def _parsed_json(texts: pl.Series, _column: Column, _context: Context) -> pl.Series:
    def parsable(text: str) -> str | None:
        try:
            json.loads(text)
        except json.JSONDecodeError:
            return None
        return text

    return texts.map_elements(parsable, return_dtype=pl.String)


def _without_currency(texts: pl.Series) -> pl.Series:
    return (
        texts.str.normalize("NFKC")
        .str.replace_all(r"\s", "")
        .str.replace(r"^([+-]?)(?:[¥￥]|CNY|RMB)", "$1")
        .str.replace(r"元$", "")
    )


def _plain_number(texts: pl.Series) -> pl.Series:
    """Digits with thousands separators in the right places, else null; commas removed."""
    frame = texts.to_frame("t")
    is_number = pl.col("t").str.contains(_NUMBER) & pl.col("t").str.contains(_HAS_DIGIT)
    return frame.select(
        pl.when(is_number).then(pl.col("t").str.replace_all(",", "", literal=True))
    )["t"]


def _amount(texts: pl.Series) -> pl.Series:
    return _plain_number(_without_currency(texts)).cast(MONEY, strict=False)


def _plain_money(cell: pl.Expr, _column: Column, _context: Context) -> pl.Expr:
    """Digits and a point; an exponent, which may stand for lost digits, is no amount."""
    return pl.when(~cell.str.contains("[eE]")).then(cell.cast(MONEY, strict=False))


def _careful_money(texts: pl.Series, column: Column, _context: Context) -> pl.Series:
    amounts = _amount(texts)
    if column.labelled and amounts.null_count():
        return fill_left(amounts, texts, _labelled_amount)
    return amounts


def _labelled_amount(texts: pl.Series) -> pl.Series:
    """``券甲-10.00;券乙-5`` as 15: every part is a label, a minus as separator and an amount."""
    frame = pl.DataFrame({"text": texts, "part": texts.str.split(";")}).explode("part")
    amounts = _amount(frame["part"].str.strip_chars().str.extract(r"^.*[^\d.,]-([\d,.]+元?)$"))
    return (
        frame.with_columns(amount=amounts)
        .group_by("text", maintain_order=True)
        .agg(pl.when(pl.col("amount").null_count() == 0).then(pl.col("amount").sum()))["amount"]
    )


def _plain_integer(cell: pl.Expr, _column: Column, _context: Context) -> pl.Expr:
    return cell.cast(pl.Int64, strict=False)


def _careful_integer(texts: pl.Series, _column: Column, _context: Context) -> pl.Series:
    return _plain_number(texts).str.replace(r"\.0*$", "").cast(pl.Int64, strict=False)


def _fraction(number: pl.Expr, has_sign: pl.Expr, column: Column) -> pl.Expr:
    points = has_sign | pl.lit(column.unit == "points")
    return (
        pl.when(points).then(number / 100).otherwise(number).round(6).cast(FRACTION, strict=False)
    )


def _plain_percent(cell: pl.Expr, column: Column, _context: Context) -> pl.Expr:
    number = cell.str.strip_suffix("%").cast(pl.Float64, strict=False)
    usual = pl.when(cell.str.contains(_PERCENT)).then(number)
    return _fraction(usual, cell.str.ends_with("%"), column)


def _careful_percent(texts: pl.Series, column: Column, _context: Context) -> pl.Series:
    number = _plain_number(_without_currency(texts.str.replace(_PERCENT_SIGN, "")))
    frame = pl.DataFrame({"text": texts, "number": number.cast(pl.Float64, strict=False)})
    has_sign = pl.col("text").str.contains(_PERCENT_SIGN)
    return frame.select(_fraction(pl.col("number"), has_sign, column).alias("f"))["f"]


def _boolean(cell: pl.Expr, column: Column, _context: Context) -> pl.Expr:
    folded = cell.str.to_lowercase()
    return (
        pl.when(folded.is_in(column.true_values))
        .then(True)
        .when(folded.is_in(column.false_values))
        .then(False)
    )


def _plain_time(cell: pl.Expr, _column: Column, _context: Context) -> pl.Expr:
    return times.plain(cell)


def _careful_time(texts: pl.Series, column: Column, context: Context) -> pl.Series:
    return times.local_times(texts, context.zone, column.day_first)


def _epoch(cell: pl.Expr, _column: Column, context: Context) -> pl.Expr:
    return times.local_of_epoch(cell.cast(pl.Int64, strict=False), context.zone)


def _settle_times(
    values: dict[str, pl.Series], columns: Iterable[Column], context: Context
) -> list[Problem]:
    """Local times to what is stored: days, or UTC; times out of range are problems."""
    stored = {column.name: column for column in columns if column.type in _STORED}
    if not stored:
        return []
    local = pl.DataFrame([values[name].alias(name) for name in stored])
    # asked of polars: Python knows no year 0, which a cell may well say
    is_outside = (pl.all().min() < context.earliest) | (pl.all().max() > context.latest)
    problems = []
    for column, outside in zip(stored.values(), local.select(is_outside).row(0), strict=True):
        if outside:
            problems += _out_of_range(column, values[column.name], context)
    utc_or_day = local.select(
        _STORED[column.type](pl.col(name), context.zone) for name, column in stored.items()
    )
    values.update(utc_or_day.to_dict())
    return problems


def _out_of_range(column: Column, local: pl.Series, context: Context) -> list[Problem]:
    too_early = (local < context.earliest).fill_null(value=False)
    too_late = (local > context.latest).fill_null(value=False)
    early = f"before {context.earliest:%Y-%m-%d}"
    late = f"more than a year after the export of the file (after {context.latest:%Y-%m-%d})"
    return [
        Problem(column, mask, reason, "correct the date in the source system", is_late)
        for mask, reason, is_late in ((too_early, early, False), (too_late, late, True))
        if mask.any()
    ]


def _day(local: pl.Expr, _zone: str) -> pl.Expr:
    return local.dt.date()


_STORED: dict[str, Callable[[pl.Expr, str], pl.Expr]] = {
    "timestamp": times.to_utc, "epoch_seconds": times.to_utc, "date": _day,
}  # fmt: skip
_DAMAGED_ID = (
    "a spreadsheet turned the number into an exponent and lost its last digits",
    "export again and deliver the file without opening and saving it in Excel",
)
_FORMS = {
    "text": _Form(_text, "not a text", "correct the cell"),
    "id": _Form(_text, "not an id", "correct the cell"),
    "json": _Form(_none, "not valid JSON", "export the file again", _parsed_json),
    "integer": _Form(
        _plain_integer, "not a whole number", "correct the cell, such as 12", _careful_integer
    ),
    "money": _Form(
        _plain_money, "not an amount in yuan", "correct the cell, such as 1299.00", _careful_money
    ),
    "decimal": _Form(
        _plain_money, "not a number", "correct the cell, such as 1299.00", _careful_money
    ),
    "percent": _Form(
        _plain_percent, "not a percentage", "correct the cell, such as 4.00%", _careful_percent
    ),
    "boolean": _Form(
        _boolean, "neither yes nor no (known: {known})",
        "correct the cell, or add the text to true_values or false_values of the contract",
    ),
    "timestamp": _Form(
        _plain_time, "not a time", "write it as 2026-05-01 20:15:33 and deliver the file again",
        _careful_time,
    ),
    "epoch_seconds": _Form(_epoch, "not an epoch second", "export the file again"),
    "date": _Form(
        _plain_time, "not a date", "write it as 2026-05-01 and deliver the file again",
        _careful_time,
    ),
}  # fmt: skip
