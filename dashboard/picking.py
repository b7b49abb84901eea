"""Which rows of a figure an element of its chart stands for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from dashboard import labels
from dashboard.figures import Figure, Language


def picked_rows(
    figure: Figure, rows: pl.DataFrame, clicked: Mapping[str, Any], language: Language
) -> pl.DataFrame | None:
    """Those of `rows` that the element shows; None when it shows no row of its own."""
    if figure.pick and isinstance(clicked.get("data"), Mapping):
        condition = figure.pick(clicked["data"])
        found = None if condition is None else rows.filter(condition)
    else:
        found = _by_names(rows, clicked, language)
    return None if found is None or found.is_empty() else found


def _by_names(
    rows: pl.DataFrame, clicked: Mapping[str, Any], language: Language
) -> pl.DataFrame | None:
    is_found = False
    for part in ("name", "series"):
        text = str(clicked.get(part) or "").split("\n", 1)[0]
        for column in rows.columns if text else ():
            values = rows[column].unique().to_list()
            meant = [value for value in values if text in _written(value, language)]
            if meant:
                rows, is_found = rows.filter(pl.col(column).is_in(meant)), True
                break
    return rows if is_found else None


def _written(value: object, language: Language) -> tuple[str, ...]:
    """How charts write a value on an axis or in a legend."""
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}", f"{value:%Y-%m}"
    if isinstance(value, str):
        return (labels.value(value)[language],)
    return (str(value),) if isinstance(value, int) else ()
