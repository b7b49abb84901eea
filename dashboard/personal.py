"""What names people stays out of the rows that a page shows."""

from __future__ import annotations

import polars as pl

from dashboard.figures import Figure, Snapshot


def personal_columns(snapshot: Snapshot) -> frozenset[tuple[str, str]]:
    """Table and column of all that the data dictionary marks as personal. Raises QueryError."""
    rows = snapshot.fetch(
        "select table_name, column_name from marts.rpt_data_dictionary where is_personal"
    )[1]
    return frozenset((table, column) for table, column in rows)


def without_personal(figure: Figure, marked: frozenset[tuple[str, str]]) -> pl.DataFrame:
    """The figure's rows but for personal columns of its table; without a table, of any table."""
    names = {column for table, column in marked if figure.table in (table, None)}
    return figure.frame.drop(names, strict=False)
