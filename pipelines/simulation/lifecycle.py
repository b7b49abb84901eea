"""The people table of the truth: tiers and lifecycle dates from true touches and orders."""

from __future__ import annotations

import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.journeys import KINDS
from pipelines.simulation.truth import local_time

_WECHAT_DEPOSITS = (
    "wecom_contact_added",
    "official_account_followed",
    "wecom_group_joined",
    "shop_customer_created",
)
_MEMBERSHIPS = ("membership_joined", "shop_membership_joined")
"""They deposit where their channel lies."""
_ECOSYSTEMS = {
    "wechat": (
        ("wechat", "wecom", "official_account", "youzan"),
        _WECHAT_DEPOSITS,
        ("shared_or_referred", "referral_accepted"),
    ),
    "douyin": (("douyin", "oceanengine"), ("douyin_account_followed",), ()),
}
"""Beginnings of the channels of each ecosystem, the kinds of touches that deposit, and those that
belong to it whatever their channel."""
_ACTIVE = ("brand_interaction", "shop_visited", "outreach_clicked", "brand_searched")


def people_truth(block: Block) -> pl.DataFrame:
    """One row per person in the columns of truth.PEOPLE, as of the end of the period.

    A tier is entered with the first touch or valid order that qualifies. Converted is the first
    valid order after the deposit, on any platform; repurchased the next one on a later day.
    """
    in_period = block.touches.filter(pl.col("at") < block.world.period.end)
    bought = _valid_orders(block)
    table = block.people.select("person_id", "met_at", "first_channel", "family_id")
    for part in (
        _tiers(in_period, bought),
        *(_stages(name, in_period, bought) for name in _ECOSYSTEMS),
    ):
        table = table.join(part, on="person_id", how="left", maintain_order="left")
    tier = (
        pl.when(pl.col("first_l_at").is_not_null())
        .then(pl.lit("L"))
        .when(pl.col("first_p_at").is_not_null())
        .then(pl.lit("P"))
        .when(pl.col("first_i_at").is_not_null())
        .then(pl.lit("I"))
        .when(pl.col("first_a_at").is_not_null())
        .then(pl.lit("A"))
    )
    seconds = [name for name in table.columns if name.endswith("_at")]
    return table.with_columns(lifetime_tier=tier).with_columns(
        local_time(pl.col(name)).alias(name) for name in seconds
    )


def _valid_orders(block: Block) -> pl.DataFrame:
    """person_id and at of every valid order that the files show."""
    if not block.true_orders:
        return pl.DataFrame(schema={"person_id": pl.Int64, "at": pl.Int64})
    orders = pl.concat(block.true_orders)
    return orders.filter(pl.col("is_valid") & pl.col("person_id").is_not_null()).select(
        "person_id", at=pl.col("created_at").dt.epoch("s")
    )


def _first(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    return rows.group_by("person_id").agg(pl.col("at").min().alias(name))


def _first_on_later_day(orders: pl.DataFrame, first: str, name: str) -> pl.DataFrame:
    """First order on a day after the moment in column ``first``."""
    return _first(orders.filter(pl.col("at") // 86_400 > pl.col(first) // 86_400), name)


def _tiers(touches: pl.DataFrame, bought: pl.DataFrame) -> pl.DataFrame:
    tier = pl.col("kind").replace_strict(KINDS, return_dtype=pl.String)
    first_p = _first(bought, "first_p_at")
    again = _first_on_later_day(bought.join(first_p, on="person_id"), "first_p_at", "first_l_at")
    loyal = touches.filter(tier == "L").select("person_id", "at")
    loyalty = pl.concat([loyal, again.select("person_id", at="first_l_at")])
    everyone = pl.concat([touches.select("person_id"), bought.select("person_id")]).unique()
    parts = (
        _first(touches.filter(tier == "A"), "first_a_at"),
        _first(touches.filter(tier == "I"), "first_i_at"),
        first_p,
        _first(loyalty, "first_l_at"),
    )
    for part in parts:
        everyone = everyone.join(part, on="person_id", how="left")
    return everyone


def _stages(name: str, touches: pl.DataFrame, bought: pl.DataFrame) -> pl.DataFrame:
    """new, deposited, active (last two-way touch), converted, repurchased and referred."""
    prefixes, deposits, own = _ECOSYSTEMS[name]
    is_here = pl.any_horizontal(pl.col("channel").str.starts_with(p) for p in prefixes)
    here = touches.filter(is_here | pl.col("kind").is_in([*deposits, *own]))
    deposited = _first(here.filter(pl.col("kind").is_in([*deposits, *_MEMBERSHIPS])), "deposited")
    after = bought.join(deposited, on="person_id").filter(pl.col("at") >= pl.col("deposited"))
    converted = _first(after, "converted")
    again = _first_on_later_day(after.join(converted, on="person_id"), "converted", "repurchased")
    active = here.filter(pl.col("kind").is_in(_ACTIVE))
    stages = (
        deposited,
        active.group_by("person_id").agg(active=pl.col("at").max()),
        converted,
        again,
        _first(here.filter(kind="shared_or_referred"), "referred"),
    )
    table = _first(here, "new")
    for stage in stages:
        table = table.join(stage, on="person_id", how="left")
    return table.rename({c: f"{name}_{c}_at" for c in table.columns if c != "person_id"})
