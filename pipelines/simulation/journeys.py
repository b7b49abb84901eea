"""What people meet on their way: first contacts, deposits, and the touches that cause orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulation.block import TOUCH_COLUMNS, Block
from pipelines.simulation.draws import Array, pick, pick_by_row
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
class Cause:
    """A channel that causes orders on a platform, for people who are on ``needs`` (or all)."""

    platform: str
    channel: str | None
    weight: float
    needs: str | None = None


CAUSES = (
    Cause("tmall", "tmall_search", 0.5),
    Cause("tmall", "tmall_membership", 0.14),
    Cause("tmall", "oceanengine_ads", 0.08),
    Cause("tmall", "wechat_ads", 0.05),
    Cause("tmall", "wecom_group", 0.25, "on_wecom"),
    Cause("tmall", "official_account_menu", 0.15, "on_official_account"),
    Cause("douyin", "douyin_live", 0.38),
    Cause("douyin", "oceanengine_ads", 0.22),
    Cause("douyin", "douyin_short_video", 0.22),
    Cause("douyin", "douyin_product_card", 0.18),
    Cause("jd", "direct_shop_visit", 0.3),
    Cause("jd", None, 0.7),
    Cause("xiaohongshu", None, 1.0),
    Cause("kuaishou", None, 1.0),
    Cause("youzan", "wechat_mini_program", 0.3),
    Cause("youzan", "direct_shop_visit", 0.2),
    Cause("youzan", "wecom_group", 0.6, "on_wecom"),
    Cause("youzan", "official_account_menu", 0.4, "on_official_account"),
    Cause("wechat_shop", "wechat_ads", 0.2),
    Cause("wechat_shop", "wechat_mini_program", 0.3),
    Cause("wechat_shop", "wecom_group", 0.5, "on_wecom"),
    Cause("pos", None, 0.5),
    Cause("pos", "store_guide", 0.3),
    Cause("pos", "wecom_group", 0.3, "on_wecom"),
    Cause("pos", "official_account_menu", 0.1, "on_official_account"),
)
"""Null is a customer who came by no touch that anybody could see."""

DEPOSITS = {
    "wecom_contact_added": (
        "on_wecom",
        (
            ("wecom_qr_code", 0.36),
            ("parcel_card", 0.1),
            ("wecom_acquisition_link", 0.2),
            ("wecom_card_share", 0.08),
            ("wecom_group", 0.07),
            ("wecom_phone_search", 0.05),
            ("wecom_wechat_contact", 0.09),
            ("wechat_channels", 0.05),
        ),
    ),
    "official_account_followed": (
        "on_official_account",
        (
            ("official_account_qr_code", 0.38),
            ("wechat_search", 0.16),
            ("official_account_after_payment", 0.1),
            ("wechat_mini_program", 0.1),
            ("official_account_card_share", 0.08),
            ("wechat_ads", 0.08),
            ("wechat_channels", 0.05),
            ("wechat_channels_live", 0.03),
            ("official_account_other", 0.02),
        ),
    ),
    "membership_joined": ("on_crm", (("store_sign_up", 1.0),)),
    "shop_customer_created": (
        "on_youzan",
        (("wechat_mini_program", 0.4), ("official_account_menu", 0.3), ("wecom_qr_code", 0.3)),
    ),
}
"""Kind of deposit: who makes it, and through which channels."""
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
        _first_contacts(block.people),
        *(_deposits(rng, block, kind) for kind in DEPOSITS),
        _causing(rng, block, orders),
        _idle(rng, block),
    ]
    touches = pl.concat(with_columns_of(part, TOUCH_COLUMNS) for part in parts)
    return touches, orders


def _first_contacts(people: pl.DataFrame) -> pl.DataFrame:
    """How each person was met, unless that is a deposit."""
    deposit = pl.col("first_channel").replace_strict(_FIRST_OF, default=None)
    is_deposit = pl.any_horizontal(
        (deposit == kind) & pl.col(on) for kind, (on, _) in DEPOSITS.items()
    )
    return people.filter(~is_deposit.fill_null(value=False)).select(
        "person_id", at="met_at", kind=kind_of("first_channel"), channel="first_channel"
    )


def kind_of(channel: str) -> pl.Expr:
    """What a person does when the channel in this column reaches them."""
    return pl.col(channel).replace_strict(
        _BY_CHANNEL, default="brand_interaction", return_dtype=pl.String
    )


def _deposits(rng: np.random.Generator, block: Block, kind: str) -> pl.DataFrame:
    """One deposit per person on the platform: at the first contact or some days after it.

    Who would do it after the period did it on the day of the first contact instead.
    """
    on, channels = DEPOSITS[kind]
    people = block.people.filter(on)
    count = people.height
    is_first = people["first_channel"].replace_strict(_FIRST_OF, default="") == kind
    met = people["met_at"].to_numpy()
    lag = rng.exponential(_MEAN_DAYS_TO_DEPOSIT, count).astype(np.int64) * DAY
    lag += rng.integers(600, 6 * HOUR, count)
    last = block.world.period.end - HOUR
    at = np.where(met + lag < last, met + lag, np.minimum(met + 300, last))
    return people.select(
        "person_id",
        at=pl.when(is_first).then("met_at").otherwise(pl.Series(at)),
        kind=pl.lit(kind),
        channel=pl.when(is_first)
        .then("first_channel")
        .otherwise(pl.Series(pick(rng, channels, count), dtype=pl.String)),
    )


def _causes(rng: np.random.Generator, block: Block) -> pl.Series:
    """The channel that causes each order; guests come by themselves."""
    orders = block.orders
    row = (orders["person_id"] - block.first_person).to_numpy(allow_copy=True)
    is_guest = orders["person_id"].is_null().to_numpy()
    row = np.where(is_guest, 0, row).astype(np.int64)
    platform = orders["platform"].to_numpy()
    weights = np.zeros((orders.height, len(CAUSES)))
    for index, cause in enumerate(CAUSES):
        weight = _weight(block.people, cause)[row]
        weights[:, index] = np.where(platform == cause.platform, weight, 0)
    channels = [cause.channel for cause in CAUSES]
    picked = pl.Series(pick_by_row(rng, weights)).replace_strict(
        list(range(len(CAUSES))), channels, return_dtype=pl.String
    )
    return pl.select(pl.when(pl.Series(~is_guest)).then(picked)).to_series()


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
    Cause("", "tmall_search", 0.3, "on_tmall"),
    Cause("", "douyin_live", 0.4, "on_douyin"),
    Cause("", "douyin_short_video", 0.3, "on_douyin"),
    Cause("", "oceanengine_ads", 0.2, "on_douyin"),
    Cause("", "official_account_article", 0.4, "on_official_account"),
    Cause("", "wecom_group", 0.4, "on_wecom"),
    Cause("", "wechat_mini_program", 0.3, "on_youzan"),
    Cause("", "wechat_search", 0.02),
)


def _idle(rng: np.random.Generator, block: Block) -> pl.DataFrame:
    """Touches that cause nothing, spread by demand after the first contact."""
    period, people = block.world.period, block.people
    counts = rng.poisson(1.2 * period.days / 90, people.height)
    row = np.repeat(np.arange(people.height), counts)
    met = people["met_at"].to_numpy()[row]
    day = block.world.demand.days(rng, np.maximum((met - period.start) // DAY, 0))
    at = np.maximum(block.world.demand.moments(rng, day), met + 120)
    weights = np.column_stack([_weight(people, cause)[row] for cause in _IDLE])
    channel = np.array([cause.channel for cause in _IDLE])[pick_by_row(rng, weights)]
    frame = pl.DataFrame(
        {"person_id": people["person_id"].to_numpy()[row], "at": at, "channel": channel}
    )
    return frame.filter(pl.col("at") < period.end).with_columns(kind=kind_of("channel"))


def _weight(people: pl.DataFrame, cause: Cause) -> Array:
    """Weight of a cause per person, 0 for who cannot have it."""
    held = people[cause.needs].to_numpy() if cause.needs else np.ones(people.height)
    return np.asarray(cause.weight * held)
