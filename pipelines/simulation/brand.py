"""A whole brand: block by block, part by part."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.simulation import private_domain
from pipelines.simulation.block import Block, World
from pipelines.simulation.desk import Desk
from pipelines.simulation.douyin import write_douyin
from pipelines.simulation.douyin_aftersales import write_douyin_aftersales
from pipelines.simulation.journeys import simulate_journeys
from pipelines.simulation.lifecycle import people_truth
from pipelines.simulation.media import (
    write_juguang,
    write_leads,
    write_live_sessions,
    write_oceanengine,
    write_pugongying,
    write_qianchuan,
    write_tencent_ads,
    write_wanxiangtai,
    write_yuntu,
)
from pipelines.simulation.people import LARGEST_BRAND, simulate_people
from pipelines.simulation.period import DAY, LAST_DAY, Period
from pipelines.simulation.pos import write_pos
from pipelines.simulation.profiles import PROFILES
from pipelines.simulation.purchases import simulate_orders
from pipelines.simulation.shops import (
    write_jd,
    write_kuaishou,
    write_wechat_shop,
    write_xiaohongshu,
    write_youzan,
)
from pipelines.simulation.tmall import write_tmall
from pipelines.simulation.truth import HEADLINE, IDENTIFIERS, ORDERS, Truth, TruthWriter, local_time

SHORTEST_PERIOD = 30
"""Days; below it there is no second long export worth the name."""
FEWEST_CUSTOMERS = 100
"""With fewer, some platform may have nobody at all and its file no rows to spoil."""

PARTS: tuple[Callable[[Block], None], ...] = (
    private_domain.write,
    write_tmall,
    write_douyin,
    write_douyin_aftersales,
    write_pos,
    write_youzan,
    write_jd,
    write_xiaohongshu,
    write_kuaishou,
    write_wechat_shop,
    write_leads,
)
"""Everything that writes files about people; see `block.py`. What causes orders runs before the
shops, which state each order with its channel."""
BRAND_PARTS: tuple[Callable[[World], None], ...] = (
    write_oceanengine,
    write_qianchuan,
    write_wanxiangtai,
    write_juguang,
    write_pugongying,
    write_tencent_ads,
    write_live_sessions,
    write_yuntu,
)
"""Everything that writes files about the brand as a whole; runs after all blocks."""


class SimulationError(Exception):
    """A brand that cannot be simulated; the message says which argument is wrong and why."""


@dataclass(frozen=True)
class Brand:
    """What was written where."""

    landing: Path
    truth: Truth


def simulate_brand(
    landing: Path,
    truth: Path,
    *,
    customers: int,
    days: int,
    seed: int = 20260601,
    profile: int = 1,
    last_day: date = LAST_DAY,
    last_day_folder: Path | None = None,
) -> Brand:
    """Write the exports of a simulated brand below ``landing`` and the truth below ``truth``.

    Files lie at ``<landing>/<source>/[<account>/]<file>`` with the platforms' headers, encodings
    and quirks. The same arguments give the same bytes. Nothing is in ``landing`` before everything
    is written, so a killed simulation leaves no half of a brand there. With ``last_day_folder``,
    what is delivered on the morning after the last day lies below that folder instead.

    Raises SimulationError for arguments that make no brand.
    """
    _check(landing, truth, customers, days, profile)
    period = Period.ending(last_day, days)
    building = landing.with_name(f".{landing.name}-building")
    shutil.rmtree(building, ignore_errors=True)
    desk = Desk(building, late=last_day_folder, late_from=period.end - DAY // 2)
    writer = TruthWriter(truth)
    world = World(period, PROFILES[profile], seed, customers, desk, writer)
    for number in range(world.blocks):
        _write_block(Block(world, number))
    for brand_part in BRAND_PARTS:
        brand_part(world)
    arguments = {
        "customers": customers,
        "days": days,
        "seed": seed,
        "profile": profile,
        "first_day": period.first_day.isoformat(),
        "last_day": last_day.isoformat(),
    }
    writer.close(desk.close(), arguments)
    _move(building, landing)
    return Brand(landing, Truth(truth))


def _check(landing: Path, truth: Path, customers: int, days: int, profile: int) -> None:
    if profile not in PROFILES:
        raise SimulationError(f"--profile must be 1, 2, 3 or 4, not {profile}")
    if days < SHORTEST_PERIOD:
        raise SimulationError(f"--days must be {SHORTEST_PERIOD} or more, not {days}")
    if not FEWEST_CUSTOMERS <= customers <= LARGEST_BRAND:
        limits = f"between {FEWEST_CUSTOMERS:,} and {LARGEST_BRAND:,}"
        raise SimulationError(f"--customers must be {limits}, not {customers:,}")
    if truth.resolve().is_relative_to(landing.resolve()):
        raise SimulationError(f"the truth folder {truth} must lie outside of landing")
    if landing.is_dir() and any(path.is_dir() for path in landing.iterdir()):
        raise SimulationError(f"{landing} holds exports already; give an empty folder")


def _move(building: Path, landing: Path) -> None:
    landing.mkdir(parents=True, exist_ok=True)
    for source in sorted(building.iterdir()):
        source.rename(landing / source.name)
    building.rmdir()


def _write_block(block: Block) -> None:
    """Draw the people of a block and all they do, write it, state the truth."""
    block.people = simulate_people(block)
    block.orders, block.lines = simulate_orders(block)
    block.touches, block.orders = simulate_journeys(block)
    for part in PARTS:
        part(block)
    _state_truth(block)


def _state_truth(block: Block) -> None:
    truth = block.world.truth
    people = people_truth(block)
    truth.append("people", people)
    touches = block.touches.sort("person_id", "at", "kind", "channel", nulls_last=True)
    truth.append(
        "touches",
        touches.with_columns(
            seq=pl.int_range(1, pl.len() + 1).over("person_id"), at=local_time(pl.col("at"))
        ),
    )
    if block.identifiers:
        stated = _distinct(pl.concat(block.identifiers))
        truth.append("identifiers", _with_holders(stated, block.people))
    orders = pl.concat(block.true_orders) if block.true_orders else pl.DataFrame(schema=ORDERS)
    truth.append("orders", orders)
    truth.add_headline(_daily_figures(orders))
    days = (
        orders.filter(pl.col("is_valid") & pl.col("person_id").is_not_null())
        .group_by("person_id")
        .agg(days=pl.col("created_at").dt.date().n_unique())
    )
    truth.add_totals(
        people=people.height,
        touches=touches.height,
        orders=orders.height,
        buyers=days.height,
        repeat_buyers=days.filter(pl.col("days") > 1).height,
    )


def _distinct(identifiers: pl.DataFrame) -> pl.DataFrame:
    """One row per identifier and person: the widest validity, the first mess stated."""
    mess = pl.col("mess").filter(pl.col("mess") != "none").first().fill_null("none")
    return (
        identifiers.group_by("identifier_type", "identifier_value", "person_id")
        .agg(pl.col("valid_from").min(), pl.col("valid_to").max(), mess)
        .select(*IDENTIFIERS)
        .sort("person_id", "identifier_type", "identifier_value")
    )


def _with_holders(identifiers: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Phones that changed hands: until when the old holder had each, and since when the new one.

    Whatever still names the old holder later (a card that nobody corrected) is out of date.
    """
    taken = people.filter(pl.col("phone_taken_at").is_not_null()).select(
        "phone", new_holder="person_id", taken_at=local_time(pl.col("phone_taken_at"))
    )
    given_up = people.filter(pl.col("phone_changed_at").is_not_null()).select(
        "phone", old_holder="person_id", given_up_at=local_time(pl.col("phone_changed_at"))
    )
    reused = taken.join(given_up, on="phone").with_columns(identifier_type=pl.lit("phone"))
    joined = identifiers.join(
        reused,
        left_on=["identifier_type", "identifier_value"],
        right_on=["identifier_type", "phone"],
        how="left",
        maintain_order="left",
    )
    is_old = pl.col("person_id") == pl.col("old_holder")
    is_new = pl.col("person_id") == pl.col("new_holder")
    return joined.with_columns(
        valid_to=pl.when(is_old).then("given_up_at").otherwise("valid_to"),
        valid_from=pl.when(is_new).then("taken_at").otherwise("valid_from"),
        mess=pl.when(is_old | is_new).then(pl.lit("reused_phone")).otherwise("mess"),
    ).select(*IDENTIFIERS)


def _daily_figures(orders: pl.DataFrame) -> pl.DataFrame:
    """Counts and money per day, platform, account and stated channel, one row per metric."""
    gross, refund = pl.col("gross_fen").sum(), pl.col("refund_fen").sum()
    keys = ["date", "platform", "account", "channel"]
    stated = orders.with_columns(
        date=pl.col("created_at").dt.date(), channel=pl.col("stated_channel")
    )
    wide = stated.group_by(keys, maintain_order=True).agg(
        orders=pl.len(),
        paid_orders=pl.col("is_paid").sum(),
        valid_orders=pl.col("is_valid").sum(),
        identified_orders=pl.col("is_identified").sum(),
        gross=gross,
        refund=refund,
        net=gross - refund,
    )
    metrics = [name for name in wide.columns if name not in keys]
    return wide.with_columns(pl.col(metrics).cast(pl.Int64)).unpivot(
        metrics, index=keys, variable_name="metric"
    ).select(*HEADLINE)  # fmt: skip
