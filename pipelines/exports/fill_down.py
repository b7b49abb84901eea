"""Cells that a workbook merged over several rows: the blank ones take the value above."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from pipelines.exports.column import Column
from pipelines.exports.table import BadRecord


def stretches(tables: Iterable[tuple[pl.Series, Sequence[BadRecord]]]) -> pl.Series:
    """The number of the stretch that each row belongs to, for tables that are filled together.

    A table is given as the lines of its rows and its records that could not be read. Such a record
    ends the one above it, and the stretch: rows below it may be its own.
    """
    numbers, first = [], 0
    for lines, bad in tables:
        broken = pl.Series(sorted(record.line_number for record in bad), dtype=pl.Int64)
        numbers.append(broken.search_sorted(lines) + first)
        first += len(broken) + 1
    return pl.concat(numbers)


def fill_down(
    clean: pl.DataFrame, columns: Sequence[Column], stretch_numbers: pl.Series
) -> pl.DataFrame:
    """Fill blank cells of ``columns`` within the rows of one record, which the first one names.

    No cell is filled from another stretch than its own.
    """
    names = [column.name for column in columns if column.name in clean.columns]
    if not names or columns[0].name != names[0]:
        return clean
    stretch = stretch_numbers.alias("_stretch")
    anchor = pl.col(names[0])
    filled = clean.with_columns(stretch).with_columns(anchor.forward_fill().over("_stretch"))
    record = pl.struct("_stretch", names[0]).rle_id()
    others = [
        pl.when(anchor.is_not_null())
        .then(pl.col(name).forward_fill().over(record))
        .otherwise(pl.col(name))
        for name in names[1:]
    ]
    return filled.with_columns(others).drop("_stretch")
