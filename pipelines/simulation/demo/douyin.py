"""Douyin shop orders: sub-orders with gifts, after-sales and late attribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulation.demo.catalogue import GIFT_SKU, GIFT_TITLE
from pipelines.simulation.demo.people import Population
from pipelines.simulation.demo.period import DAY, HOUR, NEVER, Array, Period, random_texts
from pipelines.simulation.demo.purchases import (
    Plan,
    baskets,
    order_numbers,
    order_truth,
    plan_orders,
    with_products,
)

UNPAID_CLOSES_AFTER = 1_800
AFTERSALE_TAKES = DAY
"""Seconds between the buyer's request and the refund."""


@dataclass(frozen=True)
class DouyinShop:
    """One shop's orders and sub-orders with the moments (local seconds) of all that happens.

    orders: order, order_id, person_id, created, paid, shipped, completed, closed, and the texts
    that are equal on all sub-orders. sub_orders: order, sub_order_id, title, sku, size, quantity,
    price_fen, merchant_fen and platform_fen (discounts), payable_fen, is_gift, refunded.
    """

    account: str
    orders: pl.DataFrame
    sub_orders: pl.DataFrame

    def view(self, moment: int) -> pl.DataFrame:
        """Sub-orders with their order, as they stand at ``moment``; null: not happened yet."""
        both = self.sub_orders.join(self.orders, on="order", how="left", maintain_order="left")
        names = ("paid", "shipped", "completed", "closed", "refunded", "requested")
        return both.filter(pl.col("created") <= moment).with_columns(
            **{name: pl.when(pl.col(name) <= moment).then(pl.col(name)) for name in names}
        )

    def truth(self, moment: int) -> pl.DataFrame:
        """Order truth at ``moment``. The export holds no person key, so none is identified."""
        is_back = pl.col("refunded") <= moment
        sums = self.sub_orders.group_by("order").agg(
            payable_fen=pl.col("payable_fen").sum(),
            refund_fen=pl.col("payable_fen").filter(is_back).sum(),
        )
        seen = self.orders.filter(pl.col("created") <= moment)
        gross = pl.when(pl.col("paid") <= moment).then("payable_fen").otherwise(0)
        frame = (
            seen.join(sums, on="order", how="left", maintain_order="left")
            .with_columns(gross_fen=gross)
            .with_columns(
                is_paid=pl.col("gross_fen") > 0,
                is_valid=pl.col("gross_fen") > pl.col("refund_fen"),
            )
        )
        return order_truth("douyin", self.account, frame, is_identified=False)


def simulate_douyin_shop(
    rng: np.random.Generator,
    period: Period,
    population: Population,
    *,
    account: str,
    buyer_share: float,
    opens_on: int,
    first_order_number: int,
    last_moment: int,
) -> DouyinShop:
    """A shop that opens on day ``opens_on``; nothing is ordered after ``last_moment``."""
    on_douyin = np.flatnonzero(population.on_douyin)
    buyers = on_douyin[rng.random(len(on_douyin)) < buyer_share]
    plan = plan_orders(
        rng,
        period,
        buyers,
        population.met_day[buyers],
        mean_extra_orders=1.3,
        opens_on=opens_on,
    )
    plan = Plan(plan.person, np.minimum(plan.created, last_moment - 60))
    number = order_numbers(rng, plan.size, first_order_number)
    orders = _orders(rng, plan, population).with_columns(order_id=pl.Series(number))
    return DouyinShop(account, orders, _sub_orders(rng, orders))


def _orders(rng: np.random.Generator, plan: Plan, population: Population) -> pl.DataFrame:
    count = plan.size
    traffic = rng.choice(len(_TRAFFIC), size=count, p=[row[0] for row in _TRAFFIC])
    unpaid = rng.random(count) < 0.07
    paid = np.where(unpaid, NEVER, plan.created + rng.integers(8, 900, count))
    creator = rng.integers(1, 9, count)
    by_creator = traffic == 0
    texts = {
        name: np.array([row[position] for row in _TRAFFIC])[traffic]
        for position, name in enumerate(("traffic_source", "traffic_type", "traffic_format"), 1)
    }
    return pl.DataFrame(
        {
            "order": np.arange(count),
            "person_id": plan.person,
            "created": plan.created,
            "paid": paid,
            "fate": np.where(unpaid, 1.0, rng.random(count)),
            "is_slow": rng.random(count) < 0.1,
            "author_id": np.where(by_creator, 7_000_000_000_000_000_000 + creator, 0),
            "author_name": np.where(by_creator, np.char.add("示例达人", creator.astype(str)), "-"),
            **texts,
            "cipher": random_texts(rng, count, 16),
            **{
                key: population.place_column(key, plan.person)
                for key in ("province", "city", "district")
            },
        }
    ).with_columns(**_moments(rng, paid, plan.created))


_TRAFFIC = (
    (0.38, "精选联盟", "非广告", "直播"),
    (0.22, "鲁班广告", "广告", "直播"),
    (0.22, "小店自卖", "非广告", "短视频"),
    (0.18, "商城", "非广告", "商品卡"),
)


def _moments(rng: np.random.Generator, paid: Array, created: Array) -> dict[str, Array]:
    """When an order ships, completes or closes unpaid; below EXPORT_STEP_DAYS in sum."""
    count = len(paid)
    shipped = paid + rng.integers(6 * HOUR, 2 * DAY, count)
    return {
        "shipped": np.where(paid == NEVER, NEVER, shipped),
        "completed": np.where(
            paid == NEVER, NEVER, shipped + rng.integers(4 * DAY, 8 * DAY, count)
        ),
        "closed": np.where(paid == NEVER, created + UNPAID_CLOSES_AFTER, NEVER),
    }


def _sub_orders(rng: np.random.Generator, orders: pl.DataFrame) -> pl.DataFrame:
    """Products and gifts. ``fate`` below 0.05 refunds all products, below 0.08 the first one."""
    lines = with_products(baskets(rng, orders.height, extra_line_share=0.3))
    goods = lines["goods_fen"].to_numpy()
    merchant = np.where(rng.random(len(goods)) < 0.35, goods * 8 // 100, 0)
    platform = np.where(rng.random(len(goods)) < 0.15, goods * 3 // 100, 0)
    products = lines.select(
        "order", "title", "sku", "size", "quantity", "price_fen",
        line_no=pl.col("line_no").cast(pl.Int64),
        product_id=3_600_000_000_000_000_000 + pl.col("product").cast(pl.Int64),
        merchant_fen=pl.Series(merchant),
        platform_fen=pl.Series(platform),
        payable_fen=pl.Series(goods - merchant - platform),
        is_gift=pl.lit(False),
    )  # fmt: skip
    gifts = products.filter(pl.col("line_no") == 1).filter(
        pl.Series(rng.random(orders.height) < 0.25)
    )
    gifts = gifts.with_columns(
        title=pl.lit(GIFT_TITLE),
        sku=pl.lit(GIFT_SKU),
        size=pl.lit("默认"),
        quantity=pl.lit(1).cast(products.schema["quantity"]),
        line_no=pl.lit(9, dtype=pl.Int64),
        product_id=pl.lit(3_600_000_000_000_000_099, dtype=pl.Int64),
        is_gift=pl.lit(True),
        **{
            name: pl.lit(0).cast(products.schema[name])
            for name in ("price_fen", "merchant_fen", "platform_fen", "payable_fen")
        },
    )
    everything = pl.concat([products, gifts]).sort("order", "line_no")
    return (
        _with_refunds(everything, orders)
        .with_columns(sub_order_id=pl.col("order_id") + pl.col("line_no") - 1)
        .drop("order_id", "fate", "paid", "shipped", "completed", "is_slow")
    )


def _with_refunds(lines: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Add ``requested`` and ``refunded``: soon after payment, or a day after completion."""
    head = orders.select("order", "order_id", "fate", "paid", "shipped", "completed", "is_slow")
    joined = lines.join(head, on="order", how="left", maintain_order="left")
    fate, is_first = pl.col("fate"), pl.col("line_no") == 1
    goes_back = (fate < 0.05) | ((fate < 0.08) & is_first)
    asked = pl.when(pl.col("is_slow") | (fate < 0.03)).then(pl.col("completed") + 6 * HOUR)
    requested = asked.otherwise(pl.col("shipped") + 2 * HOUR)
    never = pl.lit(NEVER, dtype=pl.Int64)
    return joined.with_columns(
        requested=pl.when(goes_back).then(requested).otherwise(never),
        refunded=pl.when(goes_back).then(requested + AFTERSALE_TAKES).otherwise(never),
    )
