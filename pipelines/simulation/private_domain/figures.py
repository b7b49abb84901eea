"""Headline figures of the private domain: what happened on each day of the period."""

from __future__ import annotations

import polars as pl

from pipelines.simulation.block import Block


def add_daily_counts(
    block: Block, platform: str, account: str, **moments: tuple[pl.DataFrame, str]
) -> None:
    """Add one metric per keyword: rows of a frame per local day of a column of local seconds."""
    period = block.world.period
    for metric, (frame, column) in moments.items():
        happened = frame.filter(pl.col(column).is_between(period.start, period.end, closed="left"))
        counts = happened.group_by(date=pl.from_epoch(column, time_unit="s").dt.date()).agg(
            value=pl.len()
        )
        block.world.truth.add_headline(
            counts.with_columns(
                platform=pl.lit(platform), account=pl.lit(account), metric=pl.lit(metric)
            )
        )
