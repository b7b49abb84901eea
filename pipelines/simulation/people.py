"""Who exists, which identifiers each person holds, and when each was first met."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import BLOCK_SIZE, Block, World
from pipelines.simulation.catalogue import (
    GIVEN_NAMES,
    NICK_WORDS,
    PLACE_SHARES,
    PLACES,
    SURNAMES,
)
from pipelines.simulation.draws import Array, pick, random_texts
from pipelines.simulation.period import DAY, HOUR

LARGEST_BRAND = 30_000_000
"""People. Two phone numbers each must fit among the 80 million of ``_phones``."""

_NUMBERS = 80_000_000
_FIRST_TAIL = 10_000_000
_TEST_TAILS = (
    *(12_345_678, 23_456_789, 34_567_890, 45_678_901, 87_654_321),
    *(11_111_111 * digit for digit in range(1, 9)),
)
"""Last eight digits that a loader takes for a joke and not for a number."""

_REUSED_SHARE = 0.5
_SILENCE = 220 * DAY
_REASSIGNED_AFTER = 100 * DAY
"""An operator gives a number away again after three months; some of the new holders turn up here,
no sooner than ``_SILENCE`` after the old holder gave it up."""
_ON_PLATFORM = {
    "on_tmall": (0.46, 0.12, 0.4, 0.1),
    "on_douyin": (0.3, 0.2, 0.2, 0.12),
    "on_jd": (0.08, 0.02, 0.3, 0.08),
    "on_xiaohongshu": (0.08, 0.05, 0.06, 0.04),
    "on_kuaishou": (0.06, 0.03, 0.03, 0.02),
    "on_youzan": (0.1, 0.14, 0.06, 0.04),
    "on_wechat_shop": (0.06, 0.06, 0.04, 0.02),
    "on_store": (0.18, 0.6, 0.14, 0.75),
    "on_wecom": (0.26, 0.34, 0.22, 0.4),
    "on_official_account": (0.3, 0.28, 0.26, 0.2),
    "on_crm": (0.38, 0.42, 0.3, 0.24),
}
"""Share of the people on each platform, per profile 1 to 4."""
_FIRST_CHANNELS = {
    "on_tmall": (("tmall_search", 0.7), ("tmall_membership", 0.3)),
    "on_douyin": (
        ("douyin_live", 0.35),
        ("douyin_short_video", 0.25),
        ("douyin_product_card", 0.1),
        ("oceanengine_ads", 0.3),
    ),
    "on_wecom": (("wecom_qr_code", 0.5), ("wecom_acquisition_link", 0.3), ("parcel_card", 0.2)),
    "on_official_account": (
        ("official_account_qr_code", 0.4),
        ("wechat_search", 0.3),
        ("wechat_ads", 0.3),
    ),
    "on_store": (("store_sign_up", 0.7), ("store_guide", 0.3)),
    "on_youzan": (("wechat_mini_program", 0.6), ("youzan_shop", 0.4)),
}
"""Where people of a platform are met first; who is on none of these was found by search."""


def simulate_people(block: Block) -> pl.DataFrame:
    """The people of a block, in the columns of ``block.people``."""
    world, rng = block.world, block.rng("people")
    count = block.size
    ids = block.first_person + np.arange(count)
    held = _platforms(rng, world, count)
    met = _first_contacts(rng, world, count)
    word = np.array(NICK_WORDS)[rng.integers(0, len(NICK_WORDS), count)]
    changes = _moments_in_period(rng, world, count, 6)
    in_wechat = held["on_wecom"] | held["on_official_account"] | held["on_youzan"]
    people = pl.DataFrame(
        {
            "person_id": ids,
            "met_at": met,
            "place": rng.choice(len(PLACES), size=count, p=PLACE_SHARES),
            "surname": np.array(SURNAMES)[rng.integers(0, len(SURNAMES), count)],
            "given_name": np.array(GIVEN_NAMES)[rng.integers(0, len(GIVEN_NAMES), count)],
            "nick": word,
            "phone": _phones(world, ids),
            "new_phone": _phones(world, ids + LARGEST_BRAND),
            "phone_changed_at": _for_some(rng, changes[0], 0.03),
            "family_id": _families(rng, block, count),
            "unionid": np.char.add("oU", random_texts(rng, count, 26)),
            "crm_card": (80_000_001 + ids).astype(str),
            "cards_merged_at": _for_some(rng, changes[1], 1 / 80),
            "nick_changed_at": _for_some(rng, changes[2], 0.02),
            "has_email": rng.random(count) < 0.12,
            "is_in_wechat": in_wechat,
            "first_channel": _first_channels(rng, held, count),
            **held,
        }
    ).select(
        "person_id", "met_at", "place", "surname", "given_name", "nick", "phone",
        _if("new_phone", pl.col("phone_changed_at").is_not_null()),
        "phone_changed_at", "family_id",
        _if(pl.concat_str("nick", pl.col("person_id") + 10_000).alias("tmall_nick"), "on_tmall"),
        _if(
            pl.concat_str(pl.lit("新"), "nick", pl.col("person_id") + 10_000)
            .alias("new_tmall_nick"),
            pl.col("on_tmall") & pl.col("nick_changed_at").is_not_null(),
        ),
        _if("nick_changed_at", "on_tmall"),
        _if("unionid", "is_in_wechat"),
        _if(pl.format("jd_{}", pl.col("person_id") + 500_000).alias("jd_account"), "on_jd"),
        _if(
            pl.format("5f{}", (pl.col("person_id") * 7919 + 10**9).cast(pl.String).str.zfill(14))
            .alias("xhs_user_id"),
            "on_xiaohongshu",
        ),
        _if(
            (pl.col("person_id") * 104_729 + 2 * 10**9).cast(pl.String).alias("kuaishou_id"),
            "on_kuaishou",
        ),
        _if(pl.format("user{}@example.com", "person_id").alias("email"), "has_email"),
        _if("crm_card", "on_crm"),
        _if(
            pl.concat_str(pl.lit("7"), pl.col("crm_card").str.slice(1)).alias("old_crm_card"),
            pl.col("on_crm") & pl.col("cards_merged_at").is_not_null(),
        ),
        _if("cards_merged_at", "on_crm"),
        *held,
        "first_channel",
    )  # fmt: skip
    return _with_reused_phones(block, people)


def phone_at(at: pl.Expr) -> pl.Expr:
    """The phone that a person of ``block.people`` uses at a moment."""
    return pl.when(pl.col("phone_changed_at") <= at).then("new_phone").otherwise("phone")


def nick_at(at: pl.Expr) -> pl.Expr:
    """The Tmall nick that a person of ``block.people`` has at a moment."""
    return pl.when(pl.col("nick_changed_at") <= at).then("new_tmall_nick").otherwise("tmall_nick")


def _if(value: pl.Expr | str, condition: pl.Expr | str) -> pl.Expr:
    """The value where the condition holds, else null, under the value's name."""
    expression = pl.col(value) if isinstance(value, str) else value
    return pl.when(condition).then(expression).alias(expression.meta.output_name())


def _platforms(rng: np.random.Generator, world: World, count: int) -> dict[str, Array]:
    """Where each person exists: on one platform at least."""
    index = world.profile.number - 1
    held = {name: rng.random(count) < share[index] for name, share in _ON_PLATFORM.items()}
    lonely = ~np.logical_or.reduce(list(held.values()))
    shop = rng.choice(["on_tmall", "on_douyin", "on_official_account"], size=count)
    for name in ("on_tmall", "on_douyin", "on_official_account"):
        held[name] |= lonely & (shop == name)
    return held


def _first_contacts(rng: np.random.Generator, world: World, count: int) -> Array:
    """Half of the people were met within the year before; the others arrive with demand."""
    demand, start = world.demand, world.period.start
    arrivals = demand.days(rng, np.zeros(count, dtype=np.int64))
    known = rng.random(count) < 0.52
    before = start - rng.integers(1, 360, count) * DAY + rng.integers(9 * HOUR, 21 * HOUR, count)
    return np.where(known, before, demand.moments(rng, arrivals))


def _phones(world: World, numbers: Array) -> Array:
    """Distinct numbers of the unallocated segment 194, shuffled by the seed, as texts."""
    shuffled = (numbers * 48_271_003 + world.seed * 7_919 % _NUMBERS) % _NUMBERS
    tails = _FIRST_TAIL + shuffled
    for spare, tail in enumerate(_TEST_TAILS):
        tails[tails == tail] = spare + 1
    return np.char.add("194", np.char.zfill(tails.astype(str), 8))


def _with_reused_phones(block: Block, people: pl.DataFrame) -> pl.DataFrame:
    """Some numbers that were given up belong to people who are met long after; adds
    phone_taken_at (since when; null: the number was never anybody else's).
    """
    rng = block.rng("reused_phones")
    lonely = people.filter(pl.col("family_id").is_null()).select(
        "person_id", "phone", "phone_changed_at", "met_at"
    )
    given_up = lonely.filter(pl.col("phone_changed_at").is_not_null())
    given_up = given_up.filter(pl.Series(rng.random(given_up.height) < _REUSED_SHARE))
    late = lonely.filter(
        pl.col("phone_changed_at").is_null()
        & (pl.col("met_at") >= block.world.period.start + _SILENCE)
    )
    late = late[rng.permutation(late.height)]
    pairs = min(given_up.height, late.height)
    handed_on = pl.concat(
        [
            given_up[:pairs].select(reused="phone", given_up_at="phone_changed_at"),
            late[:pairs].select("person_id", "met_at"),
        ],
        how="horizontal",
    ).filter(pl.col("met_at") >= pl.col("given_up_at") + _SILENCE)
    taken = handed_on.select(
        "person_id", "reused", phone_taken_at=pl.col("given_up_at") + _REASSIGNED_AFTER
    )
    joined = people.join(taken, on="person_id", how="left", maintain_order="left")
    return joined.with_columns(phone=pl.coalesce("reused", "phone")).drop("reused")


def _families(rng: np.random.Generator, block: Block, count: int) -> pl.Series:
    """Pairs of people of a block who share a household; one person in twenty lives in one."""
    couples = count // 40
    members = rng.permutation(count)[: 2 * couples]
    family = np.full(count, -1, dtype=np.int64)
    family[members] = block.number * BLOCK_SIZE + np.repeat(np.arange(couples), 2)
    return pl.Series(family).replace(-1, None)


def _moments_in_period(
    rng: np.random.Generator, world: World, count: int, margin_days: int
) -> list[Array]:
    """Three moments per person, not too near to the edges of the period."""
    period = world.period
    margin = min(margin_days, period.days // 4) * DAY
    return [rng.integers(period.start + margin, period.end - margin, count) for _ in range(3)]


def _for_some(rng: np.random.Generator, values: Array, share: float) -> pl.Series:
    """The values for a share of the people, null for the others."""
    return pl.Series(np.where(rng.random(len(values)) < share, values, -1)).replace(-1, None)


def _first_channels(rng: np.random.Generator, held: dict[str, Array], count: int) -> Array:
    """A channel of one of the platforms that the person is on."""
    channel = np.full(count, "wechat_search", dtype="<U32")
    decided = np.zeros(count, dtype=bool)
    for name in rng.permutation(list(_FIRST_CHANNELS)):
        chosen = held[str(name)] & ~decided & (rng.random(count) < 0.6)
        channel[chosen] = pick(rng, _FIRST_CHANNELS[str(name)], int(chosen.sum()))
        decided |= chosen
    for name, channels in _FIRST_CHANNELS.items():
        left = held[name] & ~decided
        channel[left] = pick(rng, channels, int(left.sum()))
        decided |= left
    return channel
