"""Links that a file states and that are wrong: whose number, and whose hands, they really are."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import Block


def with_somebody_else(
    block: Block, rng: np.random.Generator, rows: pl.DataFrame, share: float, name: str
) -> pl.DataFrame:
    """The rows with a person of the block in column ``name``: for ``share`` of them a stranger,
    for the others the row's own ``person_id``.
    """
    stranger = block.first_person + rng.integers(0, block.size, rows.height)
    is_wrong = rng.random(rows.height) < share
    return rows.with_columns(
        pl.when(pl.Series(is_wrong)).then(pl.Series(stranger)).otherwise("person_id").alias(name)
    )


def wrongly(mess: str, stated: str) -> pl.Expr:
    """The mess of an identifier of ``person_id`` that a file gives to the person in ``stated``."""
    is_wrong = pl.col("person_id") != pl.col(stated)
    return pl.when(is_wrong).then(pl.lit(mess)).otherwise(pl.lit("none"))
