"""The rows of a figure as a file: names in the reader's language, numbers as they are."""

from __future__ import annotations

import io

import polars as pl

from dashboard import labels
from dashboard.figures import Figure, Language
from pipelines.settings import LOCAL_TIME_ZONE

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a CSV cell that begins so for a formula (OWASP, CSV injection)."""


def csv(figure: Figure, rows: pl.DataFrame, language: Language) -> bytes:
    """UTF-8 with a byte order mark and times without a T: Excel reads both."""
    frame = named(figure, rows, language)
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    harmless = frame.with_columns(
        pl.when(pl.col(name).str.head(1).is_in(_FORMULA))
        .then("'" + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    )
    return harmless.write_csv(include_bom=True, datetime_format="%Y-%m-%d %H:%M:%S").encode()


def excel(figure: Figure, rows: pl.DataFrame, language: Language) -> bytes:
    """One sheet as a table; texts that look like formulas stay texts."""
    file = io.BytesIO()
    named(figure, rows, language).write_excel(file, autofit=True, freeze_panes=(1, 0))
    return file.getvalue()


def named(figure: Figure, rows: pl.DataFrame, language: Language) -> pl.DataFrame:
    """The rows with written headers; two columns of one name are told apart by their own names."""
    headers: dict[str, str] = {}
    for name in rows.columns:
        header = figure.columns[name][language] if name in figure.columns else name
        headers[name] = header if header not in headers.values() else f"{header} ({name})"
    return rows.with_columns(
        pl.col(pl.String).map_elements(
            lambda text: labels.value(text)[language], return_dtype=pl.String
        ),
        *(_local(name) for name, kind in rows.schema.items() if isinstance(kind, pl.Datetime)),
    ).rename(headers)


def _local(name: str) -> pl.Expr:
    """Shanghai time without a zone, which Excel does not know; marts hold UTC."""
    utc = pl.col(name).dt.replace_time_zone("UTC")
    return utc.dt.convert_time_zone(LOCAL_TIME_ZONE.key).dt.replace_time_zone(None)
