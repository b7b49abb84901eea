"""Outreach by text message, AI call and e-mail: who was reached, clicked, bought, unsubscribed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.draws import Array, pick
from pipelines.simulation.period import DAY, HOUR
from pipelines.simulation.private_domain.campaigns import Calendar, Campaign, frame_of
from pipelines.simulation.private_domain.cards import phone_on_card
from pipelines.simulation.private_domain.causes import with_next_order

_UNSUBSCRIBES = 0.004
_MEMBERS_DAY_SHARE = 0.4
_SLEEPING_DAYS = 60
_CALLED_SHARE = 0.3
_EFFECT_DAYS = 2
_CONVINCED = 0.35
"""Share of those who order within the days after a message whom the message convinced."""


def simulate_sms(
    block: Block, rng: np.random.Generator, calendar: Calendar, cards: pl.DataFrame
) -> pl.DataFrame:
    """One row per campaign and number, sorted by ``at``.

    Columns: at, campaign, batch, person_id, phone, sent, is_delivered, clicked, unsubscribed,
    order_no (that the click caused; null: none).
    """
    audience = cards.filter(
        (pl.col("status") == "105")
        & (pl.col("consent") == "是")
        & ~pl.col("is_masked")
        & pl.col("merged_into").is_null()
    )
    is_small = np.array(["会员日" in campaign.name for campaign in calendar.sms])
    share = np.where(is_small, _MEMBERS_DAY_SHARE, 1.0)
    rows = _addressed(rng, audience, calendar.sms, share, since="joined")
    rows = rows.with_columns(phone=phone_on_card(pl.col("at")))
    rows = rows.unique(["at", "phone"], keep="first", maintain_order=True)
    count = rows.height
    rows = rows.with_columns(
        sent=pl.col("at") + pl.Series(rng.integers(0, HOUR, count)),
        is_delivered=pl.Series(rng.random(count) < 0.97),
    )
    rows = _with_clicks(block, rng, rows, click_share=0.06)
    delay = pl.Series(rng.integers(60, 6 * HOUR, count))
    return rows.with_columns(unsubscribed=pl.when("leaves").then(pl.col("sent") + delay))


def simulate_emails(block: Block, rng: np.random.Generator, calendar: Calendar) -> pl.DataFrame:
    """One row per newsletter and address, sorted by ``at``.

    Columns: at, campaign, person_id, email, sent, is_delivered, opened, clicked, unsubscribed,
    order_no (that the click caused; null: none).
    """
    audience = block.people.filter(pl.col("email").is_not_null()).select(
        "person_id", "email", "met_at"
    )
    share = np.ones(len(calendar.emails))
    rows = _addressed(rng, audience, calendar.emails, share, since="met_at")
    count = rows.height
    rows = rows.with_columns(
        sent=pl.col("at") + pl.Series(rng.integers(0, HOUR, count)),
        is_delivered=pl.Series(rng.random(count) < 0.95),
    )
    rows = _with_clicks(block, rng, rows, click_share=0.04)
    opens = pl.Series(rng.random(count) < 0.2)
    delay = pl.Series(rng.integers(60, 20 * HOUR, count))
    opened = pl.when(pl.col("is_delivered") & opens).then(pl.col("sent") + delay)
    return rows.with_columns(
        opened=pl.coalesce(pl.col("clicked") - 20, opened),
        unsubscribed=pl.when("leaves").then(pl.col("sent") + delay),
    )


def simulate_calls(
    block: Block,
    rng: np.random.Generator,
    calendar: Calendar,
    cards: pl.DataFrame,
    relations: pl.DataFrame,
) -> pl.DataFrame:
    """One row per campaign and number of members who have not bought for long, sorted by ``at``.

    Columns: at, campaign, batch, person_id, phone, called, status, seconds, intent, is_added,
    order_no (that the talk caused; null: none).
    """
    audience = cards.filter(
        (pl.col("consent") == "是") & ~pl.col("is_masked") & pl.col("merged_into").is_null()
    )
    share = np.full(len(calendar.calls), _CALLED_SHARE)
    rows = _addressed(rng, audience, calendar.calls, share, since="joined")
    rows = _sleeping(block, rows.with_columns(phone=phone_on_card(pl.col("at"))))
    rows = rows.unique(["at", "phone"], keep="first", maintain_order=True)
    count = rows.height
    status = pick(rng, (("已接通", 0.45), ("未接通", 0.4), ("占线", 0.1), ("空号", 0.05)), count)
    intent = pick(rng, (("A", 0.06), ("B", 0.14), ("C", 0.3), ("D", 0.5)), count)
    talk = pl.Series(5 + rng.exponential(30, count).astype(np.int64))
    answers = pl.col("status") == "已接通"
    convinced = (
        answers & pl.Series(rng.random(count) < _CONVINCED) & pl.col("order_no").is_not_null()
    )
    rows = rows.with_columns(
        called=pl.col("at") + pl.Series(rng.integers(0, 5 * HOUR, count)),
        status=pl.Series(status, dtype=pl.String),
        drawn=pl.Series(intent, dtype=pl.String),
    )
    rows = with_next_order(block, rows, "called", within=_EFFECT_DAYS * DAY)
    called = rows.with_columns(
        seconds=pl.when(answers).then(talk).otherwise(0),
        order_no=pl.when(convinced).then("order_no"),
        intent=pl.when(convinced).then(pl.lit("A")).when(answers).then("drawn"),
    )
    agrees = pl.col("intent").is_in(["A", "B"]) & pl.Series(rng.random(count) < 0.5)
    return called.with_columns(
        is_added=agrees.fill_null(value=False) | (answers & _added_soon(called, relations))
    )


def _with_clicks(
    block: Block, rng: np.random.Generator, rows: pl.DataFrame, *, click_share: float
) -> pl.DataFrame:
    """The rows with clicked and order_no: some click idly, some who order soon clicked before."""
    count = rows.height
    found = with_next_order(block, rows, "sent", within=_EFFECT_DAYS * DAY)
    wait = pl.col("ordered") - pl.col("sent")
    convinced = pl.col("is_delivered") & pl.Series(rng.random(count) < _CONVINCED) & (wait > 300)
    early = (wait * pl.Series(rng.uniform(0.2, 0.95, count))).cast(pl.Int64)
    idle = pl.Series(rng.exponential(14 * HOUR, count).astype(np.int64) + 40)
    clicks = pl.col("is_delivered") & pl.Series(rng.random(count) < click_share)
    return found.with_columns(
        clicked=pl.col("sent")
        + pl.when(convinced).then(early).when(clicks).then(idle).otherwise(None),
        order_no=pl.when(convinced).then("order_no"),
    )


def _addressed(
    rng: np.random.Generator,
    audience: pl.DataFrame,
    campaigns: Sequence[Campaign],
    share: Array,
    *,
    since: str,
) -> pl.DataFrame:
    """Every member of the audience per campaign that reaches them, until they unsubscribe.

    Adds at, campaign, batch and leaves (unsubscribes after this one). Sorted by ``at``.
    """
    shape = (audience.height, len(campaigns))
    moments = np.array([campaign.at for campaign in campaigns], dtype=np.int64)
    reached = (rng.random(shape) < share) & (audience[since].to_numpy()[:, None] < moments)
    leaves = reached & (rng.random(shape) < _UNSUBSCRIBES)
    left_before: Array = np.cumsum(leaves, axis=1) - leaves
    campaign, row = np.nonzero((reached & (left_before == 0)).T)
    tasks = frame_of(list(campaigns))[campaign]
    return audience[row].with_columns(
        at=tasks["at"],
        campaign=tasks["name"],
        batch=tasks["batch"],
        leaves=pl.Series(leaves[row, campaign], dtype=pl.Boolean),
    )


def _sleeping(block: Block, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of people who paid for nothing in the days before the campaign."""
    paid = block.orders.filter(
        pl.col("person_id").is_not_null() & pl.col("paid").is_not_null()
    ).select("person_id", "paid")
    recent = (
        rows.select("person_id", "at")
        .join(paid, on="person_id", how="inner")
        .filter(pl.col("paid").is_between(pl.col("at") - _SLEEPING_DAYS * DAY, pl.col("at")))
        .select("person_id", "at")
        .unique()
    )
    return rows.join(recent, on=["person_id", "at"], how="anti", maintain_order="left")


def _added_soon(calls: pl.DataFrame, relations: pl.DataFrame) -> pl.Series:
    """Whether a guide found the person by phone within three days after the call."""
    found = relations.filter(pl.col("add_way").is_in([2, 5])).select("person_id", "added")
    found = found.unique("person_id", keep="first", maintain_order=True)
    joined = calls.join(found, on="person_id", how="left", maintain_order="left")
    soon = pl.col("added").is_between(pl.col("called"), pl.col("called") + 3 * DAY)
    return joined.select(soon.fill_null(value=False)).to_series()
