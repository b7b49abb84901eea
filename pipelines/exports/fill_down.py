"""Cells that a workbook merged over several rows: the blank ones take the value above."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.exports.column import Column
from pipelines.exports.table import BadRecord


def fill_down(
    clean: pl.DataFrame, columns: Sequence[Column], lines: pl.Series, bad: Sequence[BadRecord]
) -> pl.DataFrame:
    """Fill blank cells of ``columns`` within the rows of one record, which the first one names.

    A record that could not be read ends the one above it: rows below it may be its own.
    """
    names = [column.name for column in columns if column.name in clean.columns]
    if not names or columns[0].name != names[0]:
        return clean
    broken = pl.Series(sorted(record.line_number for record in bad), dtype=pl.Int64)
    stretch = broken.search_sorted(lines).alias("_stretch")
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
