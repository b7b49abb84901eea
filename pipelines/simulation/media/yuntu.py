"""Yuntu's 5A totals: a CSV per tier and month; only the file name and two headers hold the tier."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import World
from pipelines.simulation.cadence import is_monthly
from pipelines.simulation.media import headers
from pipelines.simulation.media.figures import day_text
from pipelines.simulation.period import DAY, HOUR, stamp
from pipelines.simulation.rendering import layout

_ACCOUNT = "brand_5001"
_EXPORT_CLOCK = 10 * HOUR
_COVERS = 30
_SIZES = {"O": 900, "A1": 300, "A2": 120, "A3": 60, "A4": 12, "A5": 4}
"""People of each tier per person of the brand: most of them the brand will never know."""


def write_yuntu(world: World) -> None:
    """Write every tier's file of every month, and the one of all tiers."""
    tiers = _tiers(world)
    whole = tiers.group_by("day", maintain_order=True).agg(pl.exclude("tier").sum())
    for day in range(world.period.days):
        if not is_monthly(world.period, day):
            continue
        exported = world.period.start + (day + 1) * DAY + _EXPORT_CLOCK
        covered = pl.col("day").is_between(day - _COVERS + 1, day)
        for tier in _SIZES:
            _write(world, tier, tiers.filter(covered & (pl.col("tier") == tier)), exported)
        _write(world, "总资产", whole.filter(covered), exported)


def _tiers(world: World) -> pl.DataFrame:
    """tier, day, assets, new and lost; assets move by what is new and lost."""
    rng, days = world.rng("yuntu"), world.period.days
    parts = []
    for tier, size in _SIZES.items():
        base = size * world.customers
        new = (base * 0.03 * world.demand.weights * rng.gamma(20, 1 / 20, days)).astype(np.int64)
        lost = (base * 0.028 * rng.gamma(20, 1 / 20, days)).astype(np.int64)
        assets = np.maximum(base + np.cumsum(new - lost), 0)
        parts.append(
            pl.DataFrame(
                {
                    "tier": [tier] * days,
                    "day": np.arange(days),
                    "assets": assets,
                    "new": new,
                    "lost": lost,
                }
            )
        )
    return pl.concat(parts)


def _write(world: World, tier: str, rows: pl.DataFrame, exported: int) -> None:
    label = "" if tier == "总资产" else tier
    names = [header.format(label) for header in headers.YUNTU_ASSETS]
    values = (
        day_text(world),
        pl.col("assets"),
        pl.col("new"),
        pl.col("lost"),
        pl.col("assets") * 8 // 10,
        pl.col("new") * 8 // 10,
        pl.col("lost") * 8 // 10,
    )
    world.desk.append(
        f"yuntu/{_ACCOUNT}/云图5A_{tier}_{stamp(exported, '%Y%m%d%H%M%S')}.csv",
        layout(rows, names, dict(zip(names, values, strict=True)), ""),
        exported_at=exported,
        encoding="utf-8-sig",
    )
