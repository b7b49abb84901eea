"""What the smaller shops' exports have in common: the lines of their orders, seen per export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.cadence import Window, by_window, expand
from pipelines.simulation.catalogue import place_text, with_products
from pipelines.simulation.purchases import as_seen
from pipelines.simulation.rendering import masked_phone


def orders_of(block: Block, platform: str) -> pl.DataFrame:
    """The platform's orders with what their files say of the buyer and the place: all columns of
    ``block.orders``, receiver_name, receiver_phone (both masked, null for guests), province, city
    and district.
    """
    people = block.people.select(
        "person_id",
        receiver_name=pl.concat_str("surname", pl.lit("**")),
        receiver_phone=masked_phone(pl.col("phone")),
    )
    orders = block.orders.filter(platform=platform)
    return orders.join(people, on="person_id", how="left", maintain_order="left").with_columns(
        **{name: place_text(name, pl.col("place")) for name in ("province", "city", "district")}
    )


def lines_of(block: Block, orders: pl.DataFrame) -> pl.DataFrame:
    """One row per line of the orders, sorted by created: the orders' columns, and title, sku,
    size, line_no, quantity, price_fen, goods_fen, received_fen and refund_fen of the line.
    Amounts of the order are order_goods_fen, order_received_fen and order_refund_fen.
    """
    amounts = ("goods_fen", "received_fen", "refund_fen")
    whole = orders.rename({name: f"order_{name}" for name in amounts}).drop("quantity", "product")
    return with_products(
        whole.join(block.lines, on="order_no", how="left", maintain_order="left_right"),
        block.world.profile,
    )


def shown_in(rows: pl.DataFrame, windows: Sequence[Window]) -> pl.DataFrame:
    """The rows of every window in the order of the files, as they stand at its export."""
    return as_seen(expand(rows, windows))


def tables_of(
    table: pl.DataFrame, shown: pl.DataFrame, windows: Sequence[Window]
) -> Iterator[tuple[Window, pl.DataFrame]]:
    """The rendered rows of each window that has any."""
    parts = by_window(table, shown["window"], len(windows))
    for window, rows in zip(windows, parts, strict=True):
        if not rows.is_empty():
            yield window, rows


def is_refunded_line() -> pl.Expr:
    """Whether the line's money has gone back, in rows of ``shown_in``."""
    return pl.col("refunded").is_not_null() & (pl.col("refund_fen") > 0)


def status_text(unpaid: str, paid: str, shipped: str, confirmed: str, closed: str) -> pl.Expr:
    """The platform's word for the state of an order in rows of ``shown_in``."""
    return (
        pl.when(pl.col("closed").is_not_null())
        .then(pl.lit(closed))
        .when(pl.col("confirmed").is_not_null())
        .then(pl.lit(confirmed))
        .when(pl.col("shipped").is_not_null())
        .then(pl.lit(shipped))
        .when(pl.col("paid").is_not_null())
        .then(pl.lit(paid))
        .otherwise(pl.lit(unpaid))
    )


def seen_rows(orders: pl.DataFrame, windows: Sequence[Window]) -> pl.DataFrame:
    """The orders that any of the exports shows."""
    created = orders["created"].to_numpy()
    is_seen = np.zeros(len(created), dtype=bool)
    for window in windows:
        is_seen |= (created >= window.start) & (created < min(window.end, window.exported_at))
    return orders.filter(pl.Series(is_seen, dtype=pl.Boolean))
