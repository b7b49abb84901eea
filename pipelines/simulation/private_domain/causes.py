"""Orders that the private domain causes: a touch shortly before takes the place of the cause."""

from __future__ import annotations

import polars as pl

from pipelines.simulation.block import Block

_CLAIMING = ("sms", "ai_call", "email", "referral")
"""Channels that only this module makes the cause of an order."""


def with_next_order(block: Block, rows: pl.DataFrame, moment: str, *, within: int) -> pl.DataFrame:
    """The rows with order_no and ordered of the person's first order after ``moment``, else null.

    It counts within ``within`` seconds, unless the private domain claims it already. Where several
    rows find one order, the latest of them keeps it.
    """
    is_free = pl.col("channel").is_null() | ~pl.col("channel").is_in(_CLAIMING)
    orders = block.orders.filter(is_free & pl.col("person_id").is_not_null())
    orders = orders.select("person_id", "order_no", ordered="created").sort("ordered")
    numbered = rows.with_row_index("row").sort(moment, "row")
    found = numbered.join_asof(
        orders,
        left_on=moment,
        right_on="ordered",
        by="person_id",
        strategy="forward",
        tolerance=within,
        check_sortedness=False,
    )
    keeps = pl.int_range(pl.len()).over("order_no") == pl.len().over("order_no") - 1
    keeps &= pl.col("order_no").is_not_null()
    return found.with_columns(
        pl.when(keeps).then(name).alias(name) for name in ("order_no", "ordered")
    ).sort("row").drop("row")  # fmt: skip


def claim_orders(block: Block, claims: pl.DataFrame) -> None:
    """Make touches the cause of orders: ``claims`` has order_no, channel and campaign.

    The touch that caused such an order before remains a touch that caused nothing.
    """
    new = claims.select("order_no", new_channel="channel", new_campaign="campaign")
    orders = block.orders.join(new, on="order_no", how="left", maintain_order="left")
    is_claimed = pl.col("new_channel").is_not_null()
    block.orders = orders.with_columns(
        channel=pl.when(is_claimed).then("new_channel").otherwise("channel"),
        campaign=pl.when(is_claimed).then("new_campaign").otherwise("campaign"),
    ).drop("new_channel", "new_campaign")
    claimed = pl.col("order_no").is_in(claims["order_no"].to_list())
    block.touches = block.touches.with_columns(order_no=pl.when(~claimed).then("order_no"))
