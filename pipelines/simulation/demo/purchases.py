"""What the sales platforms have in common: who orders when, what is in a basket, final truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulation.demo.catalogue import PRODUCTS
from pipelines.simulation.demo.period import Array, Period

ORDER_TRUTH = {
    "platform": pl.String,
    "account": pl.String,
    "order_id": pl.String,
    "person_id": pl.Int64,
    "is_identified": pl.Boolean,
    "created_at": pl.Datetime("us"),
    "is_paid": pl.Boolean,
    "is_valid": pl.Boolean,
    "gross_fen": pl.Int64,
    "refund_fen": pl.Int64,
}
"""Columns of the order truth. created_at is naive Shanghai time; person_id is null for guests;
is_identified says whether the file carries a person key; gross is what was paid at first."""


@dataclass(frozen=True)
class Plan:
    """Orders in the order of their creation: one entry per order in both arrays."""

    person: Array
    created: Array

    @property
    def size(self) -> int:
        """Number of orders."""
        return len(self.person)


def plan_orders(
    rng: np.random.Generator,
    period: Period,
    people: Array,
    met_day: Array,
    mean_extra_orders: float,
    opens_on: int = 0,
) -> Plan:
    """Orders of ``people`` in a shop that opens on day ``opens_on``.

    Who was met before the opening orders for the first time on any day by demand; the others
    some days after they were met, if the period still lasts. From the first order on, further
    ones follow at a gamma rate (``mean_extra_orders`` over a whole period): many buy once, a few
    buy often.
    """
    is_new = met_day > opens_on
    lag = rng.exponential(5.0, len(people)).astype(np.int64)
    any_day = period.sample_days(rng, np.full(len(people), opens_on))
    first = np.where(is_new, met_day + lag, any_day)
    people, first = people[first < period.days], first[first < period.days]
    rate = rng.gamma(0.6, mean_extra_orders / 0.6, len(people))
    counts = rng.poisson(rate * period.share_left(first))
    extra = period.sample_days(rng, np.repeat(first, counts))
    person = np.concatenate([people, np.repeat(people, counts)])
    created = period.moments(rng, np.concatenate([first, extra]))
    order = np.argsort(created, kind="stable")
    return Plan(person[order], created[order])


def order_numbers(rng: np.random.Generator, count: int, base: int) -> Array:
    """Rising 19-digit order ids with gaps of 10 or more, shape (count,), int64."""
    return base + np.cumsum(rng.integers(10, 90_000_000, count))


def baskets(rng: np.random.Generator, orders: int, extra_line_share: float) -> pl.DataFrame:
    """Lines of ``orders`` baskets: order (index), line_no from 1, product (index), quantity,
    goods_fen. Products differ within a basket.
    """
    weights = PRODUCTS["weight"].to_numpy()
    count = 1 + rng.binomial(2, extra_line_share / 2, orders)
    order = np.repeat(np.arange(orders), count)
    line_no = np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count) + 1
    first = rng.choice(len(weights), size=orders, p=weights / weights.sum())
    product = (np.repeat(first, count) + (line_no - 1) * 3) % len(weights)
    quantity = 1 + (rng.random(len(order)) < 0.12)
    price = PRODUCTS["price_fen"].to_numpy()[product]
    return pl.DataFrame(
        {
            "order": order,
            "line_no": line_no,
            "product": product,
            "quantity": quantity,
            "price_fen": price,
            "goods_fen": price * quantity,
        }
    )


def with_products(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines with title, sku and size of their product."""
    texts = PRODUCTS.select("title", "sku", "size").with_row_index("product")
    return lines.with_columns(pl.col("product").cast(pl.UInt32)).join(
        texts, on="product", how="left", maintain_order="left"
    )


def order_truth(
    platform: str, account: str, frame: pl.DataFrame, *, is_identified: bool | None = None
) -> pl.DataFrame:
    """The order truth in the columns of ORDER_TRUTH.

    ``frame`` brings order_id, person_id, created (local seconds), is_paid, is_valid, gross_fen,
    refund_fen. Without ``is_identified``, an order is identified when it has a person.
    """
    known = pl.col("person_id").is_not_null() if is_identified is None else pl.lit(is_identified)
    return frame.select(
        platform=pl.lit(platform),
        account=pl.lit(account),
        order_id=pl.col("order_id").cast(pl.String),
        person_id=pl.col("person_id").cast(pl.Int64),
        is_identified=known,
        created_at=pl.from_epoch("created", time_unit="s").cast(pl.Datetime("us")),
        is_paid=pl.col("is_paid"),
        is_valid=pl.col("is_valid"),
        gross_fen=pl.col("gross_fen").cast(pl.Int64),
        refund_fen=pl.col("refund_fen").cast(pl.Int64),
    )
