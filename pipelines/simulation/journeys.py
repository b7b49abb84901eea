"""What people meet on their way: first contacts, deposits, and the touches that cause orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulation.block import TOUCH_COLUMNS, Block
from pipelines.simulation.draws import Array, pick_by_row
from pipelines.simulation.period import DAY, HOUR
from pipelines.simulation.truth import with_columns_of

KINDS = {
    "ad_seen": "A",
    "category_searched": "A",
    "ad_clicked": "I",
    "brand_searched": "I",
    "brand_interaction": "I",
    "cart_or_favourite_added": "I",
    "douyin_product_viewed": "I",
    "douyin_account_followed": "I",
    "shop_visited": "I",
    "store_visited": "I",
    "outreach_clicked": "I",
    "parcel_card_scanned": "I",
    "lead_left": "I",
    "wecom_group_joined": "I",
    "ai_call_interested": "I",
    "newsletter_subscribed": "I",
    "shop_membership_joined": "I",
    "referral_accepted": "I",
    "wecom_contact_added": "I",
    "official_account_followed": "I",
    "membership_joined": "I",
    "shop_customer_created": "I",
    "order_reviewed": "L",
    "shared_or_referred": "L",
}
"""Kinds of touches and the tier that each qualifies for."""

_BY_CHANNEL = {
    "tmall_search": "brand_searched",
    "tmall_membership": "shop_visited",
    "douyin_live": "brand_interaction",
    "douyin_short_video": "douyin_product_viewed",
    "douyin_product_card": "douyin_product_viewed",
    "oceanengine_ads": "ad_clicked",
    "wechat_ads": "ad_clicked",
    "wechat_search": "brand_searched",
    "wecom_acquisition_link": "ad_clicked",
    "official_account_menu": "shop_visited",
    "official_account_article": "brand_interaction",
    "official_account_qr_code": "brand_interaction",
    "wechat_mini_program": "shop_visited",
    "youzan_shop": "shop_visited",
    "direct_shop_visit": "shop_visited",
    "wecom_group": "brand_interaction",
    "wecom_qr_code": "brand_interaction",
    "store_guide": "store_visited",
    "store_sign_up": "store_visited",
    "parcel_card": "parcel_card_scanned",
}
"""What a person does when the channel reaches them."""


@dataclass(frozen=True)
class Way:
    """A channel, how likely it is, and the platform that a person must be on (null: none)."""

    channel: str | None
    weight: float
    needs: str | None = None


CAUSES = {
    "tmall": (
        Way("tmall_search", 0.5),
        Way("tmall_membership", 0.14),
        Way("oceanengine_ads", 0.08),
        Way("wechat_ads", 0.05),
        Way("wecom_group", 0.25, "on_wecom"),
        Way("official_account_menu", 0.15, "on_official_account"),
    ),
    "douyin": (
        Way("douyin_live", 0.38),
        Way("oceanengine_ads", 0.22),
        Way("douyin_short_video", 0.22),
        Way("douyin_product_card", 0.18),
    ),
    "jd": (Way("direct_shop_visit", 0.3), Way(None, 0.7)),
    "xiaohongshu": (Way("xiaohongshu_creator", 0.3), Way(None, 0.7)),
    "kuaishou": (
        Way("kuaishou_live", 0.5),
        Way("kuaishou_short_video", 0.3),
        Way("kuaishou_product_card", 0.2),
    ),
    "youzan": (
        Way("wechat_mini_program", 0.3),
        Way("direct_shop_visit", 0.2),
        Way("wecom_group", 0.6, "on_wecom"),
        Way("official_account_menu", 0.4, "on_official_account"),
    ),
    "wechat_shop": (
        Way("wechat_ads", 0.2),
        Way("wechat_mini_program", 0.3),
        Way("wecom_group", 0.5, "on_wecom"),
    ),
    "pos": (
        Way(None, 0.5),
        Way("store_guide", 0.3),
        Way("wecom_group", 0.3, "on_wecom"),
        Way("official_account_menu", 0.1, "on_official_account"),
    ),
}
"""Channels that cause the orders of each platform; null is a customer who came by no touch that
anybody could see."""


@dataclass(frozen=True)
class Deposit:
    """A deposit that a share of the people on a platform make, and the ways to it."""

    on: str
    ways: tuple[Way, ...]
    share: float = 1.0


DEPOSITS = {
    "wecom_contact_added": Deposit(
        "on_wecom",
        (
            Way("wecom_qr_code", 0.36),
            Way("parcel_card", 0.1),
            Way("wecom_acquisition_link", 0.2),
            Way("wecom_card_share", 0.08),
            Way("wecom_group", 0.07),
            Way("wecom_phone_search", 0.05),
            Way("wecom_wechat_contact", 0.09),
            Way("wechat_channels", 0.05),
        ),
    ),
    "official_account_followed": Deposit(
        "on_official_account",
        (
            Way("official_account_qr_code", 0.38),
            Way("wechat_search", 0.16),
            Way("official_account_after_payment", 0.1),
            Way("wechat_mini_program", 0.1),
            Way("official_account_card_share", 0.08),
            Way("wechat_ads", 0.08),
            Way("wechat_channels", 0.05),
            Way("wechat_channels_live", 0.03),
            Way("official_account_other", 0.02),
        ),
    ),
    "membership_joined": Deposit(
        "on_crm",
        (
            Way("store_sign_up", 0.2),
            Way("store_guide", 0.1),
            Way("store_sign_up", 0.4, "on_store"),
            Way("tmall_membership", 0.5, "on_tmall"),
            Way("official_account_menu", 0.4, "on_official_account"),
            Way("wechat_mini_program", 0.4, "on_youzan"),
        ),
    ),
    "shop_customer_created": Deposit(
        "on_youzan",
        (
            Way("wechat_mini_program", 0.4),
            Way("official_account_menu", 0.3),
            Way("wecom_qr_code", 0.3),
        ),
    ),
    "douyin_account_followed": Deposit(
        "on_douyin", (Way("douyin_live", 0.6), Way("douyin_short_video", 0.4)), share=0.3
    ),
}
"""Deposits by their kind."""
_FIRST_OF = {
    "wecom_qr_code": "wecom_contact_added",
    "wecom_acquisition_link": "wecom_contact_added",
    "parcel_card": "wecom_contact_added",
    "official_account_qr_code": "official_account_followed",
    "wechat_search": "official_account_followed",
    "wechat_ads": "official_account_followed",
    "tmall_membership": "membership_joined",
    "store_sign_up": "membership_joined",
    "store_guide": "membership_joined",
    "wechat_mini_program": "shop_customer_created",
}
"""First contacts that are a deposit themselves, for people who make that deposit."""
_MEAN_DAYS_TO_DEPOSIT = 9


def simulate_journeys(block: Block) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The touches of a block, and its orders with the channel that caused each."""
    rng = block.rng("journeys")
    orders = block.orders.with_columns(channel=_causes(rng, block))
    parts = [
        _passive(rng, _first_contacts(block.people)),
        *(_deposits(rng, block, kind) for kind in DEPOSITS),
        _causing(rng, block, orders),
        _passive(rng, _idle(rng, block)),
    ]
    touches = pl.concat(with_columns_of(part, TOUCH_COLUMNS) for part in parts)
    return touches, orders


def _first_contacts(people: pl.DataFrame) -> pl.DataFrame:
    """How each person was met, unless that is a deposit."""
    deposit = pl.col("first_channel").replace_strict(_FIRST_OF, default=None)
    is_deposit = pl.any_horizontal(
        (deposit == kind) & pl.col(made.on) for kind, made in DEPOSITS.items()
    )
    return people.filter(~is_deposit.fill_null(value=False)).select(
        "person_id", at="met_at", kind=kind_of("first_channel"), channel="first_channel"
    )


_PASSIVE = {"ad_clicked": "ad_seen", "brand_searched": "category_searched"}
"""What the platform shows to a person, for every act that may follow."""


def _passive(rng: np.random.Generator, touches: pl.DataFrame) -> pl.DataFrame:
    """Half of the touches that cause nothing stay without an act of the person."""
    is_passive = pl.Series(rng.random(touches.height) < 0.5)
    kind = pl.when(is_passive).then(pl.col("kind").replace(_PASSIVE)).otherwise("kind")
    return touches.with_columns(kind=kind)


def kind_of(channel: str) -> pl.Expr:
    """What a person does when the channel in this column reaches them."""
    return pl.col(channel).replace_strict(
        _BY_CHANNEL, default="brand_interaction", return_dtype=pl.String
    )


def _deposits(rng: np.random.Generator, block: Block, kind: str) -> pl.DataFrame:
    """One deposit per person who makes it: at the first contact or some days after it.

    Who would do it after the period did it on the day of the first contact instead.
    """
    deposit = DEPOSITS[kind]
    people = block.people.filter(deposit.on)
    people = people.filter(pl.Series(rng.random(people.height) < deposit.share))
    count = people.height
    is_first = people["first_channel"].replace_strict(_FIRST_OF, default="") == kind
    met = people["met_at"].to_numpy()
    lag = rng.exponential(_MEAN_DAYS_TO_DEPOSIT, count).astype(np.int64) * DAY
    lag += rng.integers(600, 6 * HOUR, count)
    last = block.world.period.end - 60
    at = np.where(met + lag < last, met + lag, np.minimum(met + 300, last))
    return people.select(
        "person_id",
        at=pl.when(is_first).then("met_at").otherwise(pl.Series(at)),
        kind=pl.lit(kind),
        channel=pl.when(is_first)
        .then("first_channel")
        .otherwise(_pick_ways(rng, people, deposit.ways)),
    )


def _pick_ways(rng: np.random.Generator, people: pl.DataFrame, ways: tuple[Way, ...]) -> pl.Series:
    """One channel per row of people, among the ways that are open to each."""
    weights = np.column_stack(
        [
            way.weight * (people[way.needs].to_numpy() if way.needs else np.ones(people.height))
            for way in ways
        ]
    )
    return pl.Series(pick_by_row(rng, weights)).replace_strict(
        list(range(len(ways))), [way.channel for way in ways], return_dtype=pl.String
    )


def _causes(rng: np.random.Generator, block: Block) -> pl.Series:
    """The channel that causes each order; guests come by themselves."""
    needs = {way.needs for ways in CAUSES.values() for way in ways if way.needs}
    known = block.orders.with_row_index("row").join(
        block.people.select("person_id", *sorted(needs)), on="person_id", maintain_order="left"
    )
    parts = []
    for platform, ways in CAUSES.items():
        mine = known.filter(platform=platform)
        parts.append(mine.select("row", channel=_pick_ways(rng, mine, ways)))
    rows = pl.select(row=pl.int_range(block.orders.height, dtype=pl.UInt32))
    return rows.join(pl.concat(parts), on="row", how="left", maintain_order="left")["channel"]


def _causing(rng: np.random.Generator, block: Block, orders: pl.DataFrame) -> pl.DataFrame:
    """The touch before each order that has a cause: minutes to days earlier, never before the
    person was met.
    """
    caused = orders.filter(pl.col("channel").is_not_null())
    met = _met(block, caused["person_id"])
    lag = 120 + rng.exponential(0.8 * DAY, caused.height).astype(np.int64)
    at = np.maximum(caused["created"].to_numpy() - lag, met + 60)
    return caused.select(
        "person_id", "channel", "campaign", "order_no", at=pl.Series(at), kind=kind_of("channel")
    )


def _met(block: Block, person_id: pl.Series) -> Array:
    row = (person_id - block.first_person).to_numpy()
    return np.asarray(block.people["met_at"].to_numpy()[row])


_IDLE = (
    Way("tmall_search", 0.3, "on_tmall"),
    Way("douyin_live", 0.4, "on_douyin"),
    Way("douyin_short_video", 0.3, "on_douyin"),
    Way("oceanengine_ads", 0.2, "on_douyin"),
    Way("official_account_article", 0.4, "on_official_account"),
    Way("wecom_group", 0.4, "on_wecom"),
    Way("wechat_mini_program", 0.3, "on_youzan"),
    Way("wechat_search", 0.02),
)


def _idle(rng: np.random.Generator, block: Block) -> pl.DataFrame:
    """Touches that cause nothing, spread by demand after the first contact."""
    period, people = block.world.period, block.people
    counts = rng.poisson(1.2 * period.days / 90, people.height)
    row = np.repeat(np.arange(people.height), counts)
    met = people["met_at"].to_numpy()[row]
    day = block.world.demand.days(rng, np.maximum((met - period.start) // DAY, 0))
    at = np.maximum(block.world.demand.moments(rng, day), met + 120)
    touched = people[row]
    frame = touched.select("person_id", at=pl.Series(at), channel=_pick_ways(rng, touched, _IDLE))
    return frame.filter(pl.col("at") < period.end).with_columns(kind=kind_of("channel"))
