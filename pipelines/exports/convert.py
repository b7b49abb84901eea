"""Clean text cells to typed values.

Each conversion tries the plain form on the whole column, then the other forms on the distinct
texts that are left. A text that no form reads stays null and is told as a problem.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from pipelines.exports import times
from pipelines.exports.column import Column

_NUMBER = r"^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?$"
_HAS_DIGIT = r"\d"
_LOST_DIGITS = r"^[+-]?\d(?:\.\d+)?[eE]\+\d+$"
MONEY = pl.Decimal(18, 4)
FRACTION = pl.Decimal(18, 6)


@dataclass(frozen=True)
class Problem:
    """Cells of one column that are wrong for one reason."""

    mask: pl.Series
    reason: str
    remedy: str


@dataclass
class Converted:
    """Raw columns that one contract column fills, and the cells that do not fit."""

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


def convert(clean: pl.Series, column: Column, context: Context) -> Converted:
    """Type one column that holds no personal data.

    Raises ``KeyError`` for a personal type: those go through ``personal.convert_personal``.
    """
    converters: dict[str, Callable[[pl.Series, Column, Context], Converted]] = {
        "text": _text, "id": _identifier, "json": _json, "integer": _integer, "money": _money,
        "decimal": _money, "percent": _percent, "boolean": _boolean, "timestamp": _timestamp,
        "epoch_seconds": _epoch, "date": _date,
    }  # fmt: skip
    return converters[column.type](clean, column, context)


def fill_left(
    values: pl.Series, clean: pl.Series, careful: Callable[[pl.Series], pl.Series]
) -> pl.Series:
    """Where ``values`` is null although there is text, use ``careful`` of the distinct texts."""
    left = values.is_null() & clean.is_not_null()
    if not left.any():
        return values
    texts = clean.filter(left).alias("text")
    unique = texts.unique()
    lookup = pl.DataFrame({"text": unique, "value": careful(unique)})
    found = texts.to_frame().join(lookup, on="text", how="left", maintain_order="left")["value"]
    return values.scatter(left.arg_true(), found.cast(values.dtype))


def _unread(values: pl.Series, clean: pl.Series, reason: str, remedy: str) -> list[Problem]:
    mask = values.is_null() & clean.is_not_null()
    return [Problem(mask, reason, remedy)] if mask.any() else []


def _text(clean: pl.Series, column: Column, _context: Context) -> Converted:
    text = clean.str.strip_prefix(column.strip_prefix) if column.strip_prefix else clean
    return Converted({column.name: text})


def _identifier(clean: pl.Series, column: Column, context: Context) -> Converted:
    text = _text(clean, column, context).values[column.name]
    problems = []
    dotted = text.str.contains(".", literal=True)
    if dotted.any():
        text = text.to_frame("t").select(
            pl.when(pl.col("t").str.contains(r"^\d+\.0+$"))
            .then(pl.col("t").str.extract(r"^(\d+)"))
            .otherwise(pl.col("t"))
        )["t"]
    if text.str.contains("+", literal=True).any():
        damaged = text.str.contains(_LOST_DIGITS).fill_null(value=False)
        if damaged.any():
            problems.append(
                Problem(
                    damaged,
                    "a spreadsheet turned the number into an exponent and lost its last digits",
                    "export again and deliver the file without opening and saving it in Excel",
                )
            )
            text = text.to_frame("t").select(pl.when(~damaged).then(pl.col("t")))["t"]
    return Converted({column.name: text}, problems)


def _json(clean: pl.Series, column: Column, _context: Context) -> Converted:
    def parsable(text: str) -> str | None:
        try:
            json.loads(text)
        except json.JSONDecodeError:
            return None
        return text

    empty = pl.Series([None] * len(clean), dtype=pl.String)
    values = fill_left(
        empty, clean, lambda unique: unique.map_elements(parsable, return_dtype=pl.String)
    )
    problems = _unread(values, clean, "not valid JSON", "export the file again")
    return Converted({column.name: values}, problems)


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


def _plain_amount(texts: pl.Series) -> pl.Series:
    """Digits and a point; an exponent, which may stand for lost digits, is no amount."""
    values = texts.cast(MONEY, strict=False)
    exponent = texts.str.contains("[eE]").fill_null(value=False)
    if not exponent.any():
        return values
    return values.to_frame("v").select(pl.when(~exponent).then(pl.col("v")))["v"]


def _amount(texts: pl.Series) -> pl.Series:
    return _plain_number(_without_currency(texts)).cast(MONEY, strict=False)


def _labelled_amount(texts: pl.Series) -> pl.Series:
    """``券甲-10.00;券乙-5`` as 15: every part is a label, a minus as separator and an amount."""
    frame = pl.DataFrame({"text": texts, "part": texts.str.split(";")}).explode("part")
    amounts = _amount(frame["part"].str.strip_chars().str.extract(r"^.*[^\d.,]-([\d,.]+元?)$"))
    return (
        frame.with_columns(amount=amounts)
        .group_by("text", maintain_order=True)
        .agg(pl.when(pl.col("amount").null_count() == 0).then(pl.col("amount").sum()))["amount"]
    )


def _money(clean: pl.Series, column: Column, _context: Context) -> Converted:
    values = fill_left(_plain_amount(clean), clean, _amount)
    if column.labelled:
        values = fill_left(values, clean, _labelled_amount)
    kind = "an amount in yuan" if column.type == "money" else "a number"
    problems = _unread(values, clean, f"not {kind}", "correct the cell, such as 1299.00")
    return Converted({column.name: values}, problems)


def _integer(clean: pl.Series, column: Column, _context: Context) -> Converted:
    def careful(texts: pl.Series) -> pl.Series:
        return _plain_number(texts).str.replace(r"\.0*$", "").cast(pl.Int64, strict=False)

    values = fill_left(clean.cast(pl.Int64, strict=False), clean, careful)
    problems = _unread(values, clean, "not a whole number", "correct the cell, such as 12")
    return Converted({column.name: values}, problems)


def _percent(clean: pl.Series, column: Column, _context: Context) -> Converted:
    def careful(texts: pl.Series) -> pl.Series:
        signed = texts.str.contains(r"[%％]\s*$")
        number = _amount(texts.str.replace(r"[%％]\s*$", ""))
        points = signed | pl.Series([column.unit == "points"]).first()
        frame = pl.DataFrame({"number": number.cast(pl.Float64), "points": points})
        fraction = pl.when(pl.col("points")).then(pl.col("number") / 100).otherwise("number")
        return frame.select(fraction.round(6).cast(FRACTION, strict=False).alias("f"))["f"]

    empty = pl.Series([None] * len(clean), dtype=FRACTION)
    values = fill_left(empty, clean, careful)
    problems = _unread(values, clean, "not a percentage", "correct the cell, such as 4.00%")
    return Converted({column.name: values}, problems)


def _boolean(clean: pl.Series, column: Column, _context: Context) -> Converted:
    meaning = dict.fromkeys(column.true_values, True)
    meaning.update(dict.fromkeys(column.false_values, False))

    def careful(texts: pl.Series) -> pl.Series:
        folded = texts.str.to_lowercase()
        return folded.map_elements(meaning.get, return_dtype=pl.Boolean)

    empty = pl.Series([None] * len(clean), dtype=pl.Boolean)
    values = fill_left(empty, clean, careful)
    known = ", ".join(meaning)
    problems = _unread(
        values, clean, f"neither yes nor no (known: {known})",
        "correct the cell, or add the text to true_values or false_values of the contract",
    )  # fmt: skip
    return Converted({column.name: values}, problems)


def _timestamp(clean: pl.Series, column: Column, context: Context) -> Converted:
    local = fill_left(
        times.plain(clean), clean, lambda t: times.local_times(t, context.zone, column.day_first)
    )
    problems = _unread(
        local, clean, "not a time", "write it as 2026-05-01 20:15:33 and deliver the file again"
    )
    problems += _out_of_range(local, context)
    return Converted({column.name: times.to_utc(local, context.zone)}, problems)


def _epoch(clean: pl.Series, column: Column, context: Context) -> Converted:
    seconds = clean.cast(pl.Int64, strict=False)
    local = times.local_of_epoch(seconds, context.zone)
    problems = _unread(local, clean, "not an epoch second", "export the file again")
    problems += _out_of_range(local, context)
    return Converted({column.name: times.to_utc(local, context.zone)}, problems)


def _date(clean: pl.Series, column: Column, context: Context) -> Converted:
    local = fill_left(
        times.plain(clean), clean, lambda t: times.local_times(t, context.zone, column.day_first)
    )
    problems = _unread(
        local, clean, "not a date", "write it as 2026-05-01 and deliver the file again"
    )
    problems += _out_of_range(local, context)
    return Converted({column.name: local.dt.date()}, problems)


def _out_of_range(local: pl.Series, context: Context) -> list[Problem]:
    too_early = (local < context.earliest).fill_null(value=False)
    too_late = (local > context.latest).fill_null(value=False)
    problems = []
    if too_early.any():
        reason = f"before {context.earliest:%Y-%m-%d}"
        problems.append(Problem(too_early, reason, "correct the date in the source system"))
    if too_late.any():
        reason = f"more than a year after the export of the file (after {context.latest:%Y-%m-%d})"
        problems.append(Problem(too_late, reason, "correct the date in the source system"))
    return problems
