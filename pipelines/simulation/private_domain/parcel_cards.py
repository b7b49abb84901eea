"""Scans of the card in the parcel: the red packet that brings a buyer to WeCom."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.cadence import expand, periodic_windows
from pipelines.simulation.draws import random_texts
from pipelines.simulation.mistakes import with_somebody_else
from pipelines.simulation.period import DAY, HOUR, stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.figures import add_daily_counts
from pipelines.simulation.private_domain.snapshots import WEEKLY, per_moment
from pipelines.simulation.rendering import clock, layout, money

APP = "red_packet_app"
"""The mini program behind the card's code; it issues the openids."""
_PARCELS = ("tmall", "douyin", "jd")
_SCAN_SHARE = 0.04
_GIFT_SHARE = 0.03
"""So many of the parcels are opened by somebody else than the buyer."""


def simulate_scans(block: Block, rng: np.random.Generator, relations: pl.DataFrame) -> pl.DataFrame:
    """One row per scan, sorted by ``created``.

    Columns: person_id, created (the scan), state, openid, unionid, reward_fen, order_no (null:
    the card was not printed for one order).
    """
    scans = pl.concat([_with_adds(block, rng, relations), _alone(block, rng)])
    scans = scans.filter(pl.col("created") >= block.world.period.start)
    known = block.people.select("person_id", "unionid").filter(pl.col("unionid").is_not_null())
    known = known.with_columns(
        openid=pl.Series(np.char.add("o", random_texts(rng, known.height, 27)), dtype=pl.String)
    )
    scans = scans.join(known, on="person_id", how="inner", maintain_order="left")
    reward = pl.Series(rng.choice([88, 100, 128, 188], size=scans.height))
    return scans.with_columns(reward_fen=reward).sort("created", "person_id")


def _with_adds(block: Block, rng: np.random.Generator, relations: pl.DataFrame) -> pl.DataFrame:
    """The scans that led to a guide's code, minutes before the contact was added."""
    adds = relations.filter(pl.col("state").str.starts_with("parcel_card"))
    lag = pl.Series(rng.integers(20, 240, adds.height))
    scans = adds.select("person_id", "state", created=pl.col("added") - lag).sort("created")
    orders = _parcels(block).select("person_id", "order_no", created="shipped").sort("created")
    return scans.join_asof(orders, on="created", by="person_id", check_sortedness=False)


def _alone(block: Block, rng: np.random.Generator) -> pl.DataFrame:
    """Scans by buyers who only took the red packet; half of the cards name the order."""
    orders = _parcels(block)
    orders = orders.filter(pl.Series(rng.random(orders.height) < _SCAN_SHARE))
    lag = pl.Series(rng.integers(2 * DAY, 6 * DAY, orders.height))
    is_named = pl.Series(rng.random(orders.height) < 0.5)
    scans = orders.select(
        "person_id",
        state=pl.lit("parcel_card_02"),
        created=pl.col("shipped") + lag,
        order_no=pl.when(is_named).then("order_no"),
    ).filter(pl.col("created") < block.world.period.end)
    return _with_receivers(block, scans)


def _with_receivers(block: Block, scans: pl.DataFrame) -> pl.DataFrame:
    """The scans by whom the parcel was for, as far as the brand has met them by then."""
    gifts = block.rng("parcel_card_gifts")
    met = block.people.select("met_at", receiver="person_id")
    given = with_somebody_else(block, gifts, scans, _GIFT_SHARE, "receiver")
    given = given.join(met, on="receiver", how="left", maintain_order="left")
    knows = pl.col("met_at") <= pl.col("created")
    return given.with_columns(
        person_id=pl.when(knows).then("receiver").otherwise("person_id")
    ).select(scans.columns)


def _parcels(block: Block) -> pl.DataFrame:
    return block.orders.filter(
        pl.col("platform").is_in(_PARCELS)
        & pl.col("person_id").is_not_null()
        & pl.col("shipped").is_not_null()
    )


def deliver_scans(block: Block, scans: pl.DataFrame) -> None:
    """The scans of the last two weeks, every week."""
    windows = periodic_windows(block.world.period, 8 * HOUR, every=WEEKLY, covers=2 * WEEKLY)
    rows = expand(scans, windows)
    cells = {
        "扫码时间": clock(pl.col("created")),
        "卡片批次": pl.concat_str(pl.lit("K"), clock(pl.col("created"), "%Y%m")),
        "渠道活码": pl.col("state"),
        "openid": pl.col("openid"),
        "unionid": pl.col("unionid"),
        "奖励金额": money(pl.col("reward_fen")),
        "订单号": pl.col("order_no"),
    }
    table = layout(rows, headers.PARCEL_CARD_SCANS, cells, "")
    for moment, part in per_moment(rows["at"], table):
        block.world.desk.append(
            f"parcel_cards/{APP}/扫码明细_{stamp(moment, '%Y%m%d%H%M')}.csv",
            part,
            exported_at=moment,
            encoding="utf-8-sig",
        )


def state_scans(block: Block, scans: pl.DataFrame) -> None:
    """The people behind the openids, and their touches."""
    scoped = scans.with_columns(scoped=pl.concat_str(pl.lit(f"{APP}:"), "openid"))
    block.add_identifiers("wechat_openid", scoped, "scoped")
    block.add_identifiers("unionid", scans, "unionid")
    block.add_touches(
        scans.select(
            "person_id",
            at="created",
            kind=pl.lit("parcel_card_scanned"),
            channel=pl.lit("parcel_card"),
            campaign="state",
        )
    )
    add_daily_counts(block, "parcel_cards", APP, scans=(scans, "created"))
