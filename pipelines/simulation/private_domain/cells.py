"""How the private-domain files state times, blanks and yes or no."""

from __future__ import annotations

import polars as pl

from pipelines.simulation.period import SHANGHAI_OFFSET


def epoch(seconds: pl.Expr) -> pl.Expr:
    """Local seconds as the epoch seconds that WeChat's APIs state."""
    return seconds - SHANGHAI_OFFSET


def without_empty(table: pl.DataFrame) -> pl.DataFrame:
    """Empty texts as nulls, which stand in a CSV without quotes."""
    return table.with_columns(pl.all().replace("", None))


def yes_no(condition: pl.Expr) -> pl.Expr:
    """是 where the condition holds, else 否."""
    return pl.when(condition).then(pl.lit("是")).otherwise(pl.lit("否"))
