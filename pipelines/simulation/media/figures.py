"""Daily figures of what is advertised, how a report shows them while they settle, and the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulation.block import World
from pipelines.simulation.cadence import periodic_days
from pipelines.simulation.period import DAY, Period
from pipelines.simulation.rendering import money

SETTLING_DAYS = 3
"""Figures settle on the fourth morning after their day."""
_MISSING_A_DAY = 3
"""Per cent that a young day lacks for each day that it still has to settle."""
_MOVING = ("spend_fen", "impressions", "conversions", "deep_conversions", "gmv_fen")


@dataclass(frozen=True)
class Thing:
    """A project, unit, product, note … that money is spent on, from day ``first_day`` on."""

    account: str
    number: str
    name: str
    fen_per_person_and_day: float
    first_day: int = 0


@dataclass(frozen=True)
class Days:
    """One report: day indexes from ``first`` to ``last``, exported at a local second."""

    first: int
    last: int
    exported_at: int


def daily_reports(period: Period, clock: int) -> list[Days]:
    """A report every morning that repeats the days which have moved since."""
    return [
        Days(max(day - SETTLING_DAYS, 0), day, period.start + (day + 1) * DAY + clock)
        for day in range(period.days)
    ]


def weekly_reports(period: Period, clock: int, *, covers: int = 10) -> list[Days]:
    """A report every seven days and after the last day, each of ``covers`` days."""
    return [
        Days(max(day - covers + 1, 0), day, period.start + (day + 1) * DAY + clock)
        for day in periodic_days(period, 7, first_day=6)
    ]


def settled_figures(world: World, part: str, things: Sequence[Thing]) -> pl.DataFrame:
    """Settled figures, one row per thing and day, sorted by day and thing.

    Columns: account, number, name, thing (index), day (index), spend_fen, impressions, clicks,
    conversions, deep_conversions, gmv_fen.
    """
    rng, days = world.rng(part), world.period.days
    day = np.repeat(np.arange(days), len(things))
    thing = np.tile(np.arange(len(things)), days)
    budgets = np.array([thing.fen_per_person_and_day for thing in things]) * world.customers
    firsts = np.array([thing.first_day for thing in things])
    demand = world.demand.weights[day] * rng.gamma(20, 1 / 20, len(day))
    spend = (budgets[thing] * demand).astype(np.int64)
    spend[rng.random(len(day)) < 0.05] = 0  # what is paused still has its row
    impressions = spend * rng.integers(35, 60, len(day)) // 100
    clicks = rng.binomial(impressions, 0.018)
    conversions = rng.binomial(clicks, 0.05)
    return pl.DataFrame(
        {
            "account": [thing.account for thing in things] * days,
            "number": [thing.number for thing in things] * days,
            "name": [thing.name for thing in things] * days,
            "thing": thing,
            "day": day,
            "spend_fen": spend,
            "impressions": impressions,
            "clicks": clicks,
            "conversions": conversions,
            "deep_conversions": rng.binomial(conversions, 0.2),
            "gmv_fen": conversions * rng.integers(12_000, 30_000, len(day)),
        }
    ).filter(pl.Series(day >= firsts[thing]))


def as_shown(world: World, figures: pl.DataFrame, report: Days) -> pl.DataFrame:
    """The rows of a report's days as the platform shows them at its export."""
    age = report.exported_at // DAY - (world.period.start // DAY + pl.col("day"))
    missing = (SETTLING_DAYS + 1 - age).clip(lower_bound=0) * _MISSING_A_DAY
    return figures.filter(pl.col("day").is_between(report.first, report.last)).with_columns(
        pl.col(name) * (100 - missing) // 100 for name in _MOVING
    )


def newest(world: World, figures: pl.DataFrame, reports: Sequence[Days]) -> pl.DataFrame:
    """The rows of every reported day as the newest report shows them."""
    last = {day: report for report in reports for day in range(report.first, report.last + 1)}
    shown = [
        as_shown(world, figures, report).filter(
            pl.col("day").is_in([day for day, owner in last.items() if owner is report])
        )
        for report in reports
    ]
    return pl.concat(shown)


def state_spend(world: World, ad_product: str, rows: pl.DataFrame) -> None:
    """State the spend per day and account of rows of ``newest``."""
    day = pl.from_epoch(world.period.start + pl.col("day") * DAY, time_unit="s").dt.date()
    world.truth.add_headline(
        rows.select(
            "account",
            date=day,
            platform=pl.lit(ad_product),
            metric=pl.lit("spend"),
            value=pl.col("spend_fen"),
        )
    )


def summed(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """The rows added up per key."""
    names = ("spend_fen", "impressions", "clicks", "conversions", "deep_conversions", "gmv_fen")
    return rows.group_by(keys, maintain_order=True).agg(pl.col(names).sum())


def spend_text(world: World) -> pl.Expr:
    """The spend of a row, with thousands separators where sums stay below a million yuan."""
    return money(pl.col("spend_fen"), thousands=world.customers < 100_000)


def ratio(hundredths: pl.Expr, of: pl.Expr) -> pl.Expr:
    """A quotient with two decimals; 0.00 where there is nothing to divide by."""
    value = pl.when(of > 0).then(hundredths // pl.when(of > 0).then(of).otherwise(1)).otherwise(0)
    return money(value)


def percent(part: pl.Expr, of: pl.Expr) -> pl.Expr:
    """``4.00%``."""
    return pl.concat_str(ratio(part * 10_000, of), pl.lit("%"))


def fraction(part: pl.Expr, of: pl.Expr) -> pl.Expr:
    """``0.0400``, a rate as a decimal."""
    value = pl.when(of > 0).then(part / pl.when(of > 0).then(of).otherwise(1)).otherwise(0.0)
    return value.round(4).cast(pl.String)


def day_text(world: World, pattern: str = "%Y-%m-%d") -> pl.Expr:
    """The day of a row as text."""
    return pl.from_epoch(world.period.start + pl.col("day") * DAY, time_unit="s").dt.strftime(
        pattern
    )
