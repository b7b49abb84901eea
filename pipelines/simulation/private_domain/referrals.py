"""Member-get-member: who invited whom, and whether the friend joined and bought."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.draws import Array
from pipelines.simulation.people import phone_at
from pipelines.simulation.period import DAY, stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.cards import phone_on_card
from pipelines.simulation.private_domain.causes import claim_orders, with_next_order
from pipelines.simulation.private_domain.figures import add_daily_counts
from pipelines.simulation.private_domain.snapshots import (
    MONTHLY,
    per_moment,
    snapshot_moments,
    standing_at,
)
from pipelines.simulation.rendering import clock, layout

_INVITED_SHARE = 0.12
_WITHOUT_CARD = 0.35
_EFFECT_DAYS = 7
"""A friend's first order within these days after the invitation was caused by it."""
_OPEN, _JOINED, _BOUGHT = "已邀请", "已入会", "已下单"


def simulate_referrals(block: Block, rng: np.random.Generator, cards: pl.DataFrame) -> pl.DataFrame:
    """One row per invitation, sorted by ``invited``.

    Columns: invited, inviter_id, inviter_card, inviter_phone, invitee_id, invitee_card,
    invitee_phone, joined and bought (null: not yet).
    """
    main = cards.filter(pl.col("merged_into").is_null() & (pl.col("status") == "105"))
    invitees = pl.concat([_new_members(block, rng, main), _others(block, rng)])
    inviters = _inviters(block, rng, main, invitees["invited"].to_numpy())
    rows = pl.concat([invitees, inviters], how="horizontal")
    first_paid = (
        block.orders.filter(pl.col("person_id").is_not_null() & pl.col("paid").is_not_null())
        .group_by("person_id")
        .agg(bought=pl.min("paid"))
    )
    rows = rows.filter(
        pl.col("inviter_id").is_not_null() & (pl.col("inviter_id") != pl.col("invitee_id"))
    ).join(
        first_paid, left_on="invitee_id", right_on="person_id", how="left", maintain_order="left"
    )
    is_later = pl.col("bought") >= pl.col("joined")
    return rows.with_columns(
        inviter_phone=pl.when("inviter_is_clear").then(phone_on_card(pl.col("invited"))),
        bought=pl.when(is_later).then("bought"),
    ).sort("invited", "invitee_id")


def _new_members(block: Block, rng: np.random.Generator, main: pl.DataFrame) -> pl.DataFrame:
    """Members of the period whom a friend invited between their first contact and the card."""
    met = block.people.select("person_id", "met_at")
    new = main.filter(pl.col("joined") >= block.world.period.start)
    new = new.filter(pl.Series(rng.random(new.height) < _INVITED_SHARE)).join(
        met, on="person_id", how="left", maintain_order="left"
    )
    lag = pl.Series(rng.integers(600, 2 * DAY, new.height))
    invited = pl.max_horizontal(
        pl.col("joined") - lag, pl.col("met_at") + 30, pl.lit(block.world.period.start)
    )
    return new.select(
        invited=pl.min_horizontal(invited, "joined"),
        invitee_id="person_id",
        invitee_card="card",
        invitee_phone=pl.when(~pl.col("is_masked") & (pl.col("mess") == "none")).then("phone"),
        joined="joined",
    )


def _others(block: Block, rng: np.random.Generator) -> pl.DataFrame:
    """Friends who were invited by phone and have no card: they are met elsewhere."""
    period = block.world.period
    people = block.people.filter(~pl.col("on_crm") & (pl.col("met_at") >= period.start))
    people = people.filter(pl.Series(rng.random(people.height) < _INVITED_SHARE * _WITHOUT_CARD))
    lag = pl.Series(rng.integers(600, 5 * DAY, people.height))
    return people.select(
        invited=pl.col("met_at") + lag,
        invitee_id="person_id",
        invitee_card=pl.lit(None, dtype=pl.String),
        invitee_phone=phone_at(pl.col("met_at")),
        joined=pl.lit(None, dtype=pl.Int64),
    ).filter(pl.col("invited") < period.end)


def _inviters(
    block: Block, rng: np.random.Generator, main: pl.DataFrame, invited: Array
) -> pl.DataFrame:
    """A member with an order for each invitation; null where the member joined later."""
    buyers = block.orders.filter(pl.col("paid").is_not_null())["person_id"].drop_nulls().unique()
    hosts = main.filter(pl.col("person_id").is_in(buyers.to_list())).sort("joined", "card")
    if hosts.is_empty():
        hosts = main
    favoured = (rng.random(len(invited)) ** 2 * hosts.height).astype(np.int64)
    chosen = hosts[favoured].select(
        "phone",
        "new_phone",
        "changed",
        inviter_id="person_id",
        inviter_card="card",
        inviter_joined="joined",
        inviter_is_clear=~pl.col("is_masked") & (pl.col("mess") == "none"),
    )
    return chosen.with_columns(
        inviter_id=pl.when(pl.col("inviter_joined") < pl.Series(invited)).then("inviter_id")
    )


def _campaign() -> pl.Expr:
    return pl.concat_str(pl.lit("老带新"), clock(pl.col("invited"), "%m月"))


def deliver_referrals(block: Block, referrals: pl.DataFrame) -> None:
    """All invitations so far with their state, every month."""
    moments = snapshot_moments(block.world.period, MONTHLY)
    rows = standing_at(referrals, moments, "invited")
    has_joined = pl.col("joined") <= pl.col("moment")
    status = (
        pl.when(pl.col("bought") <= pl.col("moment"))
        .then(pl.lit(_BOUGHT))
        .when(has_joined)
        .then(pl.lit(_JOINED))
        .otherwise(pl.lit(_OPEN))
    )
    cells = {
        "邀请时间": clock(pl.col("invited")),
        "活动名称": _campaign(),
        "邀请人会员卡号": pl.col("inviter_card"),
        "邀请人手机号": pl.col("inviter_phone"),
        "被邀请人会员卡号": pl.col("invitee_card"),
        "被邀请人手机号": pl.col("invitee_phone"),
        "状态": status,
    }
    table = layout(rows, headers.REFERRALS, cells, "")
    for moment, part in per_moment(rows["moment"], table):
        block.world.desk.append(
            f"referrals/老带新明细_{stamp(moment, '%Y%m%d%H%M')}.csv",
            part,
            exported_at=moment,
            encoding="gb18030",
        )


def state_referrals(block: Block, referrals: pl.DataFrame) -> None:
    """The people behind the phones, and that the inviters referred somebody."""
    block.add_identifiers(
        "phone", referrals.select("inviter_phone", person_id="inviter_id"), "inviter_phone"
    )
    block.add_identifiers(
        "phone", referrals.select("invitee_phone", person_id="invitee_id"), "invitee_phone"
    )
    block.add_touches(
        referrals.select(
            person_id="inviter_id",
            at="invited",
            kind=pl.lit("shared_or_referred"),
            campaign=_campaign(),
        )
    )
    accepted = referrals.filter(pl.col("joined").is_not_null()).with_columns(
        person_id="invitee_id", campaign=_campaign(), channel=pl.lit("referral")
    )
    accepted = with_next_order(block, accepted, "invited", within=_EFFECT_DAYS * DAY)
    is_new_customer = pl.col("bought").is_not_null()
    accepted = accepted.with_columns(order_no=pl.when(is_new_customer).then("order_no"))
    claim_orders(block, accepted.filter(pl.col("order_no").is_not_null()))
    block.add_touches(
        accepted.select(
            "person_id",
            "order_no",
            "channel",
            "campaign",
            at="invited",
            kind=pl.lit("referral_accepted"),
        )
    )
    figures = {"invitations": (referrals, "invited"), "accepted": (accepted, "invited")}
    add_daily_counts(block, "referrals", "default", **figures)
