"""The world of one brand, and the blocks of people that it is made of.

Memory stays bounded because people are made, rendered and dropped in blocks of BLOCK_SIZE. Every
part of the simulation is a function ``write(block)`` in a module of its own, listed in
``brand.PARTS``. It reads the frames below, draws from ``block.rng("<part>")``, appends its files
with ``block.world.desk`` (see `desk.py`), and states what is true with ``block.add_identifiers``,
``block.add_touches``, ``block.add_orders`` and ``block.world.truth`` (see `truth.py`). A part
about the brand as a whole (ads, live sessions) is a ``write(world)`` in ``brand.BRAND_PARTS``; it
runs after all blocks and draws from ``world.rng("<part>")``.

Frames of a block (times are local seconds, money is fen, null is "never" or "none"):

people    one row per person, sorted by person_id: person_id, met_at (may lie before the period),
          place (index into catalogue.PLACES), surname, given_name, nick, phone, new_phone,
          phone_changed_at, phone_taken_at (of a number that somebody else had before), family_id,
          tmall_nick, new_tmall_nick, nick_changed_at, unionid, jd_account, xhs_user_id,
          kuaishou_id, email, crm_card, old_crm_card, cards_merged_at, on_tmall, on_douyin, on_jd,
          on_xiaohongshu, on_kuaishou, on_youzan, on_wechat_shop, on_store, on_wecom,
          on_official_account, on_crm, first_channel.
          unionid, accounts, e-mail and cards are null for who has none.
orders    one row per order, sorted by created: order_no (unique over the brand; order_no + line_no
          is free for sub-order numbers), platform, account, person_id (null: guest), created,
          paid, shipped, confirmed, refunded, closed, goods_fen, received_fen (paid, before
          refunds; what would be paid where nobody pays), refund_fen (what refunded brings back),
          lines, quantity, product (of the first line), channel and campaign (that caused the
          order), place (whose store or parcel it is).
lines     one row per order line, sorted by order_no and line_no (from 1): order_no, line_no,
          product (index into catalogue.products(profile)), quantity, price_fen, goods_fen,
          received_fen, refund_fen. They sum to the order.
touches   one row per touch: person_id, at, kind (a behaviour of seeds/aipl_behaviours.csv),
          channel (of seeds/channels.csv), campaign, order_no (of the order that it caused).
          Its deposits are what the private-domain files show: wecom_contact_added,
          official_account_followed, membership_joined, shop_customer_created.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.simulation.desk import Desk
from pipelines.simulation.period import Demand, Period
from pipelines.simulation.profiles import Profile
from pipelines.simulation.truth import (
    IDENTIFIERS,
    ORDERS,
    TruthWriter,
    local_time,
    with_columns_of,
)

BLOCK_SIZE = 20_000
_BRAND = 0xFFFFFFFF
"""Spawn key of the streams that belong to no block."""


@dataclass(frozen=True)
class World:
    """What all blocks share: period, profile, seed, size, and where files and truth go."""

    period: Period
    profile: Profile
    seed: int
    customers: int
    desk: Desk
    truth: TruthWriter

    @cached_property
    def demand(self) -> Demand:
        """Demand over the period."""
        return Demand(self.period, self.profile)

    @property
    def blocks(self) -> int:
        """How many blocks the customers make."""
        return -(-self.customers // BLOCK_SIZE)

    def rng(self, part: str, block: int = _BRAND) -> np.random.Generator:
        """The stream of one part: a change in one part leaves the others as they were."""
        key = (block, zlib.crc32(part.encode()))
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))


@dataclass
class Block:
    """Up to BLOCK_SIZE people and everything about them; the module says which frames it has."""

    world: World
    number: int
    people: pl.DataFrame = field(default_factory=pl.DataFrame)
    orders: pl.DataFrame = field(default_factory=pl.DataFrame)
    lines: pl.DataFrame = field(default_factory=pl.DataFrame)
    touches: pl.DataFrame = field(default_factory=pl.DataFrame)
    identifiers: list[pl.DataFrame] = field(default_factory=list)
    true_orders: list[pl.DataFrame] = field(default_factory=list)

    @property
    def first_person(self) -> int:
        """person_id of the first person."""
        return self.number * BLOCK_SIZE

    @property
    def size(self) -> int:
        """Number of people."""
        return min(BLOCK_SIZE, self.world.customers - self.first_person)

    @property
    def is_first(self) -> bool:
        """Whether this is the first block: it writes what a file has once, such as bad rows."""
        return self.number == 0

    def rng(self, part: str) -> np.random.Generator:
        """The random stream of one part in this block."""
        return self.world.rng(part, self.number)

    def add_touches(self, frame: pl.DataFrame) -> None:
        """More touches, in the columns of ``touches`` (campaign and order_no may be absent)."""
        self.touches = pl.concat([self.touches, with_columns_of(frame, TOUCH_COLUMNS)])

    def add_identifiers(
        self,
        kind: str,
        frame: pl.DataFrame,
        value: str,
        *,
        mess: pl.Expr | str = "none",
        valid_from: pl.Expr | None = None,
        valid_to: pl.Expr | None = None,
    ) -> None:
        """State who stands behind the texts in column ``value``; null and empty ones are skipped.

        ``frame`` has person_id. ``kind`` is an identifier type of the warehouse, and values stand
        as it keeps them before hashing (``<account>:<openid>``). ``mess`` says what is wrong with
        the link (truth.MESS); the valid times are local seconds.
        """
        rows = frame.filter(pl.col(value).is_not_null() & (pl.col(value) != "")).select(
            identifier_type=pl.lit(kind),
            identifier_value=pl.col(value).cast(pl.String),
            person_id=pl.col("person_id").cast(pl.Int64),
            valid_from=local_time(valid_from),
            valid_to=local_time(valid_to),
            mess=pl.lit(mess) if isinstance(mess, str) else mess,
        )
        self.identifiers.append(rows.select(*IDENTIFIERS).cast(IDENTIFIERS))

    def add_orders(self, frame: pl.DataFrame) -> None:
        """State orders as the newest file shows them, in the columns of truth.ORDERS
        (stated_channel may be absent).
        """
        self.true_orders.append(with_columns_of(frame, ORDERS))


TOUCH_COLUMNS = pl.Schema(
    {
        "person_id": pl.Int64(),
        "at": pl.Int64(),
        "kind": pl.String(),
        "channel": pl.String(),
        "campaign": pl.String(),
        "order_no": pl.Int64(),
    }
)
"""Columns of ``block.touches``."""
