"""Tmall orders: what happens to each, and how they stand at any moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulation.demo.people import Population
from pipelines.simulation.demo.period import DAY, HOUR, NEVER, Array, Period
from pipelines.simulation.demo.purchases import (
    Plan,
    baskets,
    order_numbers,
    order_truth,
    plan_orders,
)


@dataclass(frozen=True)
class TmallShop:
    """One shop's orders and lines with the moments (local seconds) of all that happens.

    orders: order, order_id, payment_id, person_id, created, paid, shipped, confirmed, refunded,
    closed, lines, quantity, product, goods_fen, received_fen (paid, before refunds), refund_fen.
    lines: order, line_no, product, quantity, price_fen, goods_fen, received_fen, refund_fen.
    """

    account: str
    has_nick: bool
    orders: pl.DataFrame
    lines: pl.DataFrame

    def view(self, moment: int) -> pl.DataFrame:
        """The orders as they stand at ``moment``: what has not happened yet is null or zero."""
        happened = {
            name: pl.when(pl.col(name) <= moment).then(pl.col(name))
            for name in ("paid", "shipped", "confirmed", "refunded", "closed")
        }
        seen = self.orders.filter(pl.col("created") <= moment).with_columns(**happened)
        return seen.with_columns(
            received_fen=pl.when(pl.col("paid").is_not_null()).then("received_fen").otherwise(0),
            refund_fen=pl.when(pl.col("refunded").is_not_null()).then("refund_fen").otherwise(0),
        )

    def truth(self, moment: int) -> pl.DataFrame:
        """Order truth at ``moment``. Paid orders are valid unless closed or refunded whole."""
        seen = self.orders.filter(pl.col("created") <= moment)
        refund = pl.when(pl.col("refunded") <= moment).then("refund_fen").otherwise(0)
        gross = pl.when(pl.col("paid") <= moment).then("received_fen").otherwise(0)
        frame = seen.with_columns(gross_fen=gross, refund_fen=refund).with_columns(
            is_paid=pl.col("gross_fen") > 0,
            is_valid=(pl.col("closed") > moment) & (pl.col("gross_fen") > pl.col("refund_fen")),
        )
        return order_truth("tmall", self.account, frame, is_identified=self.has_nick)


def simulate_tmall_shop(
    rng: np.random.Generator,
    period: Period,
    population: Population,
    *,
    account: str,
    has_nick: bool,
    buyer_share: float,
    opens_on: int,
    first_order_number: int,
) -> TmallShop:
    """A shop that opens on day ``opens_on``, where ``buyer_share`` of Tmall's people order."""
    on_tmall = np.flatnonzero(population.on_tmall)
    buyers = on_tmall[rng.random(len(on_tmall)) < buyer_share]
    plan = plan_orders(
        rng,
        period,
        buyers,
        population.met_day[buyers],
        mean_extra_orders=1.6,
        opens_on=opens_on,
    )
    lines = baskets(rng, plan.size, extra_line_share=0.35)
    orders = _amounts(rng, plan, lines)
    number = order_numbers(rng, plan.size, first_order_number)
    orders = orders.with_columns(
        order_id=pl.Series(number),
        payment_id=pl.format(
            "{}2200{}",
            pl.from_epoch("created", time_unit="s").dt.strftime("%Y%m%d"),
            (pl.Series(number) % 10**10).cast(pl.String).str.zfill(16),
        ),
        **_moments(rng, orders, plan.created),
    )
    return TmallShop(account, has_nick, orders, _line_amounts(lines, orders))


def _amounts(rng: np.random.Generator, plan: Plan, lines: pl.DataFrame) -> pl.DataFrame:
    """Order rows with goods, discount, received and the refund that will come, in fen.

    A partial refund always exceeds the discount: where it does not, nobody can tell from
    买家实际支付金额, 总金额 and 退款金额 whether the refund is already taken off.
    """
    sums = lines.group_by("order", maintain_order=True).agg(
        lines=pl.len(),
        quantity=pl.col("quantity").sum(),
        product=pl.col("product").first(),
        goods_fen=pl.col("goods_fen").sum(),
    )
    goods = sums["goods_fen"].to_numpy()
    has_coupon = rng.random(plan.size) < 0.3
    discount = np.where(has_coupon, goods * rng.integers(3, 11, plan.size) // 100, 0)
    received = goods - discount
    fate = rng.random(plan.size)
    partial = received * rng.integers(30, 61, plan.size) // 100
    refund = np.select([fate < 0.05, fate < 0.08], [received, partial], 0)
    return sums.with_columns(
        person_id=pl.Series(plan.person),
        created=pl.Series(plan.created),
        received_fen=pl.Series(received),
        refund_fen=pl.Series(refund),
        is_refunded_before_shipping=pl.Series(fate < 0.02),
        is_unpaid=pl.Series(rng.random(plan.size) < 0.06),
    )


def _moments(rng: np.random.Generator, orders: pl.DataFrame, created: Array) -> dict[str, Array]:
    """When each order is paid, shipped, confirmed, refunded and closed; NEVER if it is not.

    The sums stay below EXPORT_STEP_DAYS: half an hour to pay, 2 days to ship, 8 to arrive,
    2 more to complain.
    """
    count = orders.height
    unpaid = orders["is_unpaid"].to_numpy()
    early = orders["is_refunded_before_shipping"].to_numpy() & ~unpaid
    refund = orders["refund_fen"].to_numpy()
    full = refund == orders["received_fen"].to_numpy()
    paid = created + rng.integers(20, 1_800, count)
    shipped = paid + rng.integers(6 * HOUR, 2 * DAY, count)
    arrived = shipped + rng.integers(3 * DAY, 8 * DAY, count)
    complaint = arrived + rng.integers(2 * HOUR, 2 * DAY, count)
    refunded = np.where(early, paid + rng.integers(HOUR, 5 * HOUR, count), complaint)
    refunded = np.where((refund > 0) & ~unpaid, refunded, NEVER)
    given_up = created + rng.integers(3 * HOUR, 3 * DAY, count)
    return {
        "paid": np.where(unpaid, NEVER, paid),
        "shipped": np.where(unpaid | early, NEVER, shipped),
        "confirmed": np.where(unpaid | full, NEVER, arrived),
        "refunded": refunded,
        "closed": np.select([unpaid, full], [given_up, refunded], NEVER),
    }


def _line_amounts(lines: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Share the order's discount and refund among its lines, from the first line on."""
    totals = orders.select(
        "order", discount_fen=pl.col("goods_fen") - pl.col("received_fen"), owed="refund_fen"
    )
    joined = lines.join(totals, on="order", how="left", maintain_order="left")
    taken = joined.with_columns(
        received_fen=pl.col("goods_fen") - _greedy_share("goods_fen", "discount_fen")
    )
    return taken.with_columns(refund_fen=_greedy_share("received_fen", "owed")).drop(
        "discount_fen", "owed"
    )


def _greedy_share(capacity: str, total: str) -> pl.Expr:
    """Fill each line up to its capacity until the order's total is used up."""
    before = pl.col(capacity).cum_sum().over("order") - pl.col(capacity)
    return pl.min_horizontal((pl.col(total) - before).clip(lower_bound=0), pl.col(capacity))
