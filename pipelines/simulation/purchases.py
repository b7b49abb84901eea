"""Who orders what, where and when, and what becomes of each order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import polars as pl

from pipelines.simulation.block import Block, World
from pipelines.simulation.cadence import Window, last_seen
from pipelines.simulation.catalogue import PLACE_SHARES, PLACES, products
from pipelines.simulation.draws import Array, pick_by_row
from pipelines.simulation.period import DAY, HOUR
from pipelines.simulation.truth import local_time

OUTLET_DAYS = 30
"""An outlet opened this many days before the end of the period."""
GUESTS = 0.5
"""Receipts of walk-in guests per receipt of a known person."""
ORDERS_PER_BLOCK = 1 << 22
NUMBERS_PER_ORDER = 100
"""order_no up to order_no + 99 belong to one order."""


@dataclass(frozen=True)
class Shop:
    """A selling platform: how likely its people order there, and what becomes of orders.

    ``weight`` is relative to the other platforms that a person is on. With ``refunds_lines`` a
    partial refund gives whole lines back, else a part of the amount. ``first_number`` is where the
    platform's order numbers begin.
    """

    on: str
    weight: float
    has_outlet: bool
    unpaid_share: float
    full_refund_share: float
    partial_refund_share: float
    refunds_lines: bool
    first_number: int


SHOPS = {
    "tmall": Shop("on_tmall", 1.0, True, 0.06, 0.05, 0.03, False, 3_900_000_000_000_000_000),
    "douyin": Shop("on_douyin", 0.9, True, 0.07, 0.06, 0.03, True, 6_900_000_000_000_000_000),
    "jd": Shop("on_jd", 0.7, False, 0.03, 0.03, 0.01, True, 300_000_000_000),
    "xiaohongshu": Shop("on_xiaohongshu", 0.5, False, 0.04, 0.06, 0.02, True, 710_000_000_000_000),
    "kuaishou": Shop("on_kuaishou", 0.6, False, 0.06, 0.07, 0.02, True, 2_400_000_000_000_000),
    "youzan": Shop("on_youzan", 0.8, False, 0.05, 0.03, 0.01, True, 260_000_000_000_000_000),
    "wechat_shop": Shop("on_wechat_shop", 0.6, False, 0.05, 0.04, 0.01, True, 37_000_000_000_000),
    "pos": Shop("on_store", 0.0, False, 0.0, 0.04, 0.02, True, 1_000_000_000_000),
}
"""Selling platforms; the weight of the stores comes from the profile."""


def simulate_orders(block: Block) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Orders and lines of a block's people and of guests; channel and campaign are null yet."""
    rng, world = block.rng("orders"), block.world
    plan = _plan(rng, block)
    plan = pl.concat([plan, _guests(rng, world, plan)]).sort("created", maintain_order=True)
    plan = _with_accounts(rng, world, plan)
    lines = _baskets(rng, world, plan.height)
    orders = _with_amounts(rng, plan, lines)
    orders = orders.with_columns(**_moments(rng, orders)).with_columns(
        **{name: _null_if_never(name) for name in ("paid", "shipped", "confirmed", "refunded",
                                                   "closed")}
    )  # fmt: skip
    first = pl.col("platform").replace_strict(
        list(SHOPS), [shop.first_number for shop in SHOPS.values()], return_dtype=pl.Int64
    )
    number = (block.number * ORDERS_PER_BLOCK + pl.col("order")) * NUMBERS_PER_ORDER
    orders = orders.with_columns(
        order_no=first + number,
        channel=pl.lit(None, dtype=pl.String),
        campaign=pl.lit(None, dtype=pl.String),
    )
    lines = _line_amounts(lines, orders)
    return orders.select(
        "order_no", "platform", "account", "person_id", "created", "paid", "shipped", "confirmed",
        "refunded", "closed", "goods_fen", "received_fen", "refund_fen", "lines", "quantity",
        "product", "channel", "campaign", "place",
    ), lines  # fmt: skip


def _plan(rng: np.random.Generator, block: Block) -> pl.DataFrame:
    """One row per order of a known person: person_id, created, place, platform."""
    people, world = block.people, block.world
    held = np.column_stack([people[shop.on].to_numpy() for shop in SHOPS.values()])
    buys = held.any(axis=1) & (rng.random(people.height) < world.profile.buyer_share)
    row = np.flatnonzero(buys)
    person, moment = _order_times(rng, world, people["met_at"].to_numpy()[row])
    row = row[person]
    weights = np.array([shop.weight for shop in SHOPS.values()])
    shares = held[row] * weights
    store = list(SHOPS).index("pos")
    online = shares.sum(axis=1)
    share = world.profile.store_share / (1 + GUESTS * (1 - world.profile.store_share))
    shares[:, store] = held[row, store] * _store_weight(held[row, store], online, share)
    platform = pick_by_row(rng, shares)
    created = np.where(platform == store, _opening_hours(rng, world, moment), moment)
    met = people["met_at"].to_numpy()[row]
    return pl.DataFrame(
        {
            "person_id": people["person_id"].to_numpy()[row],
            "created": np.minimum(np.maximum(created, met + HOUR), world.period.end - 600),
            "place": people["place"].to_numpy()[row],
            "platform": np.array(list(SHOPS))[platform],
        }
    )


def _store_weight(in_store: Array, online: Array, share: float) -> float:
    """The weight of the stores that gives them the share of all orders, found by bisection.

    Who is on no online platform orders in a store anyway, so the share may come out higher.
    """
    low, high = 1e-3, 1e3
    for _ in range(30):
        middle = float(np.sqrt(low * high))
        stores = in_store * middle
        reached = (stores / np.maximum(stores + online, 1e-9)).mean() if len(online) else share
        low, high = (low, middle) if reached > share else (middle, high)
    return high


def _order_times(rng: np.random.Generator, world: World, met: Array) -> tuple[Array, Array]:
    """Index into ``met`` and moment of every order in the period, one pair per order.

    A renewal process in demand time. Who was met before the period is somewhere within a gap; who
    is new decides first. Who is not loyal orders once, at any time of the year after the meeting.
    """
    period, profile, demand = world.period, world.profile, world.demand
    count = len(met)
    met_day = (met - period.start) // DAY
    is_new = met_day >= 0
    is_loyal = rng.random(count) < profile.loyal_share
    rhythm = profile.rhythm_days * rng.gamma(3, 1 / 3, count)
    decided = demand.demand_time(met_day) + rng.exponential(profile.decision_days, count)
    within = rng.random(count) * np.where(is_loyal, rhythm, 360)
    first = np.where(is_new, decided, within)
    most = ceil(2.5 * period.days / profile.rhythm_days) + 4
    gaps = rhythm[:, None] * rng.gamma(2, 1 / 2, (count, most)) + 0.5
    times = first[:, None] + np.concatenate([np.zeros((count, 1)), np.cumsum(gaps, axis=1)], axis=1)
    happens = (times < period.days) & (is_loyal[:, None] | (np.arange(most + 1) == 0))
    person, _ = np.nonzero(happens)
    return person, demand.moments(rng, demand.day_at(times[happens]))


def _opening_hours(rng: np.random.Generator, world: World, moment: Array) -> Array:
    day = (moment - world.period.start) // DAY
    return world.period.start + day * DAY + 10 * HOUR + rng.integers(0, 11 * HOUR, len(moment))


def _guests(rng: np.random.Generator, world: World, plan: pl.DataFrame) -> pl.DataFrame:
    """Walk-in guests of the stores."""
    count = int(rng.binomial(plan.filter(platform="pos").height, GUESTS))
    day = world.demand.days(rng, np.zeros(count, dtype=np.int64))
    return pl.DataFrame(
        {
            "person_id": pl.Series([None] * count, dtype=pl.Int64),
            "created": _opening_hours(rng, world, world.period.start + day * DAY),
            "place": rng.choice(len(PLACES), size=count, p=PLACE_SHARES),
            "platform": pl.Series(["pos"] * count, dtype=pl.String),
        },
        schema=plan.schema,
    )


def _with_accounts(rng: np.random.Generator, world: World, plan: pl.DataFrame) -> pl.DataFrame:
    """Add ``account`` and ``order`` (index): outlets take a tenth once they are open."""
    outlets = [name for name, shop in SHOPS.items() if shop.has_outlet]
    opened = max(world.period.end - OUTLET_DAYS * DAY, world.period.start)
    in_outlet = (pl.col("created") >= opened) & pl.Series(rng.random(plan.height) < 0.1)
    account = (
        pl.when(~pl.col("platform").is_in(outlets))
        .then(pl.lit("default"))
        .when(in_outlet)
        .then(pl.lit("outlet"))
        .otherwise(pl.lit("flagship"))
    )
    return plan.with_columns(account=account, order=pl.int_range(pl.len(), dtype=pl.Int64))


def _baskets(rng: np.random.Generator, world: World, orders: int) -> pl.DataFrame:
    """Lines of the baskets: order (index), line_no from 1, product (index), quantity, price_fen,
    goods_fen. Products differ within a basket.
    """
    catalogue = products(world.profile)
    weights = catalogue["weight"].to_numpy()
    count = 1 + rng.binomial(2, 0.2, orders)
    order = np.repeat(np.arange(orders), count)
    line_no = np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count) + 1
    first = rng.choice(len(weights), size=orders, p=weights / weights.sum())
    product = (np.repeat(first, count) + (line_no - 1) * 3) % len(weights)
    quantity = 1 + (rng.random(len(order)) < 0.12)
    price = catalogue["price_fen"].to_numpy()[product]
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


def _with_amounts(
    rng: np.random.Generator, plan: pl.DataFrame, lines: pl.DataFrame
) -> pl.DataFrame:
    """Add goods, received and the refund that will come, and the order's fate.

    A partial refund always exceeds the discount: where it does not, nobody can tell from Tmall's
    买家实际支付金额, 总金额 and 退款金额 whether the refund is already taken off.
    """
    sums = lines.group_by("order", maintain_order=True).agg(
        lines=pl.len().cast(pl.Int64),
        quantity=pl.col("quantity").sum(),
        product=pl.col("product").first(),
        goods_fen=pl.col("goods_fen").sum(),
        first_line_fen=pl.col("goods_fen").first(),
    )
    count = plan.height
    orders = plan.hstack(sums.drop("order"))
    is_store = (orders["platform"] == "pos").to_numpy()
    goods = orders["goods_fen"].to_numpy()
    has_coupon = (rng.random(count) < 0.3) & ~is_store
    discount = np.where(has_coupon, goods * rng.integers(3, 11, count) // 100, 0)
    received = goods - discount
    unpaid, full, partial, by_line = (
        _of_shop(orders, name)
        for name in ("unpaid_share", "full_refund_share", "partial_refund_share", "refunds_lines")
    )
    fate = rng.random(count)
    part = received * rng.integers(30, 61, count) // 100
    first_line = np.maximum(orders["first_line_fen"].to_numpy() - discount, 0)
    part = np.where(by_line.astype(bool), first_line, part)
    refund = np.select([fate < full, fate < full + partial], [received, part], 0)
    is_unpaid = rng.random(count) < unpaid
    return orders.with_columns(
        received_fen=pl.Series(received),
        refund_fen=pl.Series(np.where(is_unpaid, 0, refund)),
        is_unpaid=pl.Series(is_unpaid),
        is_refunded_early=pl.Series((fate < 0.4 * full) & ~is_unpaid & ~is_store),
    )


def _of_shop(orders: pl.DataFrame, attribute: str) -> Array:
    values = [float(getattr(shop, attribute)) for shop in SHOPS.values()]
    return orders["platform"].replace_strict(
        list(SHOPS), values, return_dtype=pl.Float64
    ).to_numpy()  # fmt: skip


_NEVER = -1


def _moments(rng: np.random.Generator, orders: pl.DataFrame) -> dict[str, Array]:
    """When each order is paid, shipped, confirmed, refunded and closed; _NEVER if it is not.

    A refund comes before shipping, some days after the arrival, or (one in five) weeks later: up
    to 41 days after the order, so that a monthly re-export of 45 days mostly still shows it.
    """
    count = orders.height
    created = orders["created"].to_numpy()
    unpaid = orders["is_unpaid"].to_numpy()
    early = orders["is_refunded_early"].to_numpy()
    refund = orders["refund_fen"].to_numpy()
    is_store = (orders["platform"] == "pos").to_numpy()
    full = (refund == orders["received_fen"].to_numpy()) & (refund > 0)
    paid = np.where(is_store, created, created + rng.integers(20, 1_800, count))
    shipped = paid + rng.integers(6 * HOUR, 2 * DAY, count)
    arrived = shipped + rng.integers(3 * DAY, 8 * DAY, count)
    complaint = arrived + rng.integers(2 * HOUR, 2 * DAY, count)
    late = rng.random(count) < 0.2
    complaint = np.where(late, complaint + rng.integers(5 * DAY, 29 * DAY, count), complaint)
    refunded = np.where(early, paid + rng.integers(HOUR, 5 * HOUR, count), complaint)
    given_up = created + rng.integers(1_800, 3 * DAY, count)
    return {
        "paid": np.where(unpaid, _NEVER, paid),
        "shipped": np.where(unpaid | early | is_store, _NEVER, shipped),
        "confirmed": np.where(unpaid | (full & ~late) | is_store, _NEVER, arrived),
        "refunded": np.where(refund > 0, refunded, _NEVER),
        "closed": np.select([unpaid, full], [given_up, refunded], _NEVER),
    }


def _null_if_never(name: str) -> pl.Expr:
    return pl.when(pl.col(name) != _NEVER).then(pl.col(name))


def _line_amounts(lines: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Share the order's discount and refund among its lines, from the first line on."""
    totals = orders.select(
        "order",
        "order_no",
        discount_fen=pl.col("goods_fen") - pl.col("received_fen"),
        owed="refund_fen",
    )
    joined = lines.join(totals, on="order", how="left", maintain_order="left")
    taken = joined.with_columns(
        received_fen=pl.col("goods_fen") - _greedy_share("goods_fen", "discount_fen")
    )
    shared = taken.with_columns(refund_fen=_greedy_share("received_fen", "owed"))
    return shared.select(
        "order_no", "line_no", "product", "quantity", "price_fen", "goods_fen", "received_fen",
        "refund_fen",
    )  # fmt: skip


def _greedy_share(capacity: str, total: str) -> pl.Expr:
    """Fill each line up to its capacity until the order's total is used up."""
    before = pl.col(capacity).cum_sum().over("order") - pl.col(capacity)
    return pl.min_horizontal((pl.col(total) - before).clip(lower_bound=0), pl.col(capacity))


def as_seen(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as they stand at the moment in ``at``: what has not happened yet is null."""
    names = ("paid", "shipped", "confirmed", "refunded", "closed")
    return rows.with_columns(
        pl.when(pl.col(name) <= pl.col("at")).then(pl.col(name)).alias(name) for name in names
    )


def state_orders(
    block: Block,
    orders: pl.DataFrame,
    windows: Sequence[Window],
    *,
    is_identified: pl.Expr,
    order_id: pl.Expr | None = None,
    refunds_at: pl.Series | None = None,
    stated_channel: pl.Expr | None = None,
) -> None:
    """State orders of ``block.orders`` as the newest of the exports shows them.

    What no export shows is no order of the files. The order id is the order number unless
    ``order_id`` says otherwise. ``refunds_at`` is, per order, up to when an export of refunds
    shows what went back. ``stated_channel`` may use ``at``, the moment of the newest export.
    """
    at = last_seen(orders["created"], windows)
    refunds_seen = at if refunds_at is None else refunds_at
    dated = orders.with_columns(
        at=at,
        known_refund=pl.when(pl.col("refunded") <= pl.max_horizontal(at, refunds_seen))
        .then("refund_fen")
        .otherwise(0),
    )
    shown = as_seen(dated.filter(pl.col("at").is_not_null()))
    is_paid = pl.col("paid").is_not_null()
    block.add_orders(
        shown.with_columns(
            gross_fen=pl.when(is_paid).then("received_fen").otherwise(0),
            refund_fen=pl.col("known_refund"),
        ).with_columns(
            order_id=pl.col("order_no").cast(pl.String) if order_id is None else order_id,
            is_identified=is_identified,
            stated_channel=pl.lit(None) if stated_channel is None else stated_channel,
            created_at=local_time(pl.col("created")),
            is_paid=is_paid,
            is_valid=pl.col("closed").is_null() & (pl.col("gross_fen") > pl.col("refund_fen")),
        )
    )
