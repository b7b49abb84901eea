"""WeCom contacts: who follows whom from when to when, hand-overs, leavers and who comes back."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.catalogue import PLACES
from pipelines.simulation.draws import Array, pick, random_texts
from pipelines.simulation.mistakes import with_somebody_else, wrongly
from pipelines.simulation.people import phone_at
from pipelines.simulation.period import DAY, HOUR
from pipelines.simulation.private_domain.campaigns import Calendar, moments_of
from pipelines.simulation.private_domain.figures import add_daily_counts
from pipelines.simulation.private_domain.guides import GUIDES_PER_STORE, Guides, guide_of
from pipelines.simulation.private_domain.snapshots import WEEKLY, ever_seen, snapshot_moments
from pipelines.simulation.truth import local_time

CORP = "corp_main"
SHARED, ASSIGNED, CARD_SHARE = 201, 202, 3
_ADD_WAYS: dict[str, tuple[int, ...]] = {
    "wecom_qr_code": (1,),
    "wecom_acquisition_link": (16,),
    "wecom_card_share": (CARD_SHARE,),
    "wecom_group": (4,),
    "wecom_phone_search": (2, 5),
    "wecom_email_search": (9,),
    "wecom_wechat_contact": (6, 24),
    "wechat_channels": (10,),
    "wecom_work_contact": (11, 12),
    "wecom_service": (8,),
    "wecom_unknown": (0,),
}
_PARCEL_CARD = "parcel_card_01"
"""How the API names each channel; a channel that is not here used a code (1)."""
_MEAN_STAY_DAYS = 600.0
_LOST_AFTER_A_SEND = 0.45
_MIXED_UP_SHARE = 0.01
"""Of the phones that a guide types, these are of another customer."""
_INTERESTS = ("面霜", "面霜,洁面", "防晒", "面膜,精华", "")


def simulate_contacts(
    block: Block, rng: np.random.Generator, guides: Guides, calendar: Calendar
) -> pl.DataFrame:
    """One row per follow relation and stay, sorted by ``added``.

    Columns: person_id, external_userid, name, type, gender, unionid (empty: unknown), guide,
    added, ended (null: still there), end_kind (customer, staff, transfer, silent), add_way,
    state, is_by_admin, typed_phone, typed_owner (whose it is), typed_at, is_vip, interest,
    is_refused (a hand-over that the customer refused), is_further (not the touch of the block).
    """
    first = _with_ends(rng, block, _first_relations(block, rng, guides), calendar)
    second = _with_ends(rng, block, _second_relations(block, rng, first), calendar)
    first, handed_over = _hand_over(block, rng, guides, first)
    again = _come_back(block, rng, guides, first)
    return pl.concat([first, second, handed_over, again]).sort("added", "external_userid", "guide")


def _first_relations(block: Block, rng: np.random.Generator, guides: Guides) -> pl.DataFrame:
    """The relation in which the brand met each contact; it begins with a touch of the block."""
    people = block.people.filter("on_wecom").with_columns(name="nick")
    adds = block.touches.filter(kind="wecom_contact_added").sort("at")
    adds = adds.unique("person_id", keep="first", maintain_order=True)
    table = people.join(
        adds.select("person_id", "channel", "campaign", added="at"), on="person_id", how="left"
    ).with_columns(pl.col("added").fill_null(pl.col("met_at")))
    table = _with_phones_to_type(block, table)
    count = table.height
    is_corporate = rng.random(count) < 0.03
    knows_unionid = ~is_corporate & (rng.random(count) >= 0.08)
    ways = _add_ways(rng, table["channel"].to_list())
    typed_lag = rng.integers(HOUR, 10 * DAY, count)
    is_typed = rng.random(count) < 0.2
    guide = guide_of(table["person_id"].to_numpy(), table["place"].to_numpy())
    codes = np.array([place.code for place in PLACES])[table["place"].to_numpy()]
    return table.select(
        "person_id",
        external_userid=pl.Series(np.char.add("wm", random_texts(rng, count, 30))),
        name="name",
        type=pl.Series(np.where(is_corporate, 2, 1)),
        gender=pl.Series(pick(rng, ((0, 0.2), (1, 0.2), (2, 0.6)), count)),
        unionid=pl.when(pl.Series(knows_unionid)).then("unionid").fill_null(""),
        guide=pl.Series(_present_guide(guides, guide, table["added"].to_numpy())),
        added="added",
        add_way=pl.Series(ways),
        state=_state(pl.Series(ways), pl.Series(codes)),
        is_by_admin=pl.lit(value=False),
        typed_phone=pl.when(pl.Series(is_typed)).then("phone"),
        typed_owner=pl.when(pl.Series(is_typed)).then("phone_owner"),
        typed_at=pl.when(pl.Series(is_typed)).then(pl.col("added") + pl.Series(typed_lag)),
        is_vip=pl.Series(rng.random(count) < 0.15),
        interest=pl.Series(pick(rng, [(text, 1.0) for text in _INTERESTS], count)),
        is_refused=pl.lit(value=False),
        is_further=pl.lit(value=False),
    )


def _with_phones_to_type(block: Block, table: pl.DataFrame) -> pl.DataFrame:
    """The contacts with the phone that a guide would type, and phone_owner: whose it is."""
    owners = block.people.select("phone", "new_phone", "phone_changed_at", phone_owner="person_id")
    mixed_up = block.rng("wecom_mixed_up_phones")
    table = table.drop("phone", "new_phone", "phone_changed_at")
    table = with_somebody_else(block, mixed_up, table, _MIXED_UP_SHARE, "phone_owner")
    return table.join(owners, on="phone_owner", how="left", maintain_order="left").with_columns(
        phone=phone_at(pl.col("added"))
    )


def _add_ways(rng: np.random.Generator, channels: list[str | None]) -> Array:
    drawn = rng.integers(0, 1 << 30, len(channels)).tolist()
    options = [_ADD_WAYS.get(channel or "", (1,)) for channel in channels]
    return np.array([ways[n % len(ways)] for ways, n in zip(options, drawn, strict=True)], int)


def _state(ways: pl.Series, codes: pl.Series) -> pl.Expr:
    """The channel code: of the campaign where the touch names one, else of the store."""
    by_card = pl.when(pl.col("channel") == "parcel_card").then(pl.lit(_PARCEL_CARD))
    code = pl.coalesce("campaign", by_card, pl.lit("livecode_") + codes)
    link = pl.coalesce("campaign", pl.lit("acq_0601"))
    return pl.when(ways == 1).then(code).when(ways == 16).then(link).otherwise(pl.lit(""))


def colleague(guide: Array, step: int) -> Array:
    """Another guide of the same store for each guide; steps 1 and 2 give different ones."""
    store = guide - guide % GUIDES_PER_STORE
    return store + (guide - store + step) % GUIDES_PER_STORE


def _present_guide(guides: Guides, guide: Array, added: Array) -> Array:
    """Who comes after a guide has left is served by a colleague."""
    left = guides.left[guide]
    return np.where(added >= left, colleague(guide, 2), guide)


def _second_relations(block: Block, rng: np.random.Generator, first: pl.DataFrame) -> pl.DataFrame:
    """One contact in eight also knows a colleague: shared, assigned or through a card."""
    rows = first.drop("ended", "end_kind").filter(pl.Series(rng.random(first.height) < 0.12))
    way = pick(rng, ((SHARED, 0.3), (ASSIGNED, 0.4), (CARD_SHARE, 0.3)), rows.height)
    second = rows.with_columns(
        added=pl.col("added") + pl.Series(rng.integers(DAY, 20 * DAY, rows.height)),
        guide=pl.Series(colleague(rows["guide"].to_numpy(), 1)),
        add_way=pl.Series(way),
        state=pl.lit(""),
        is_by_admin=pl.Series(way == ASSIGNED),
        typed_phone=pl.lit(None, dtype=pl.String),
        typed_owner=pl.lit(None, dtype=pl.Int64),
        typed_at=pl.lit(None, dtype=pl.Int64),
        is_further=pl.lit(value=True),
    )
    return second.filter(pl.col("added") < block.world.period.end)


def _with_ends(
    rng: np.random.Generator, block: Block, relations: pl.DataFrame, calendar: Calendar
) -> pl.DataFrame:
    """When relations end within the period and who ends them; many end after a mass send."""
    period, count = block.world.period, relations.height
    begin = np.maximum(relations["added"].to_numpy(), period.start) + HOUR
    end = begin + (rng.exponential(_MEAN_STAY_DAYS, count) * DAY).astype(np.int64)
    sends = np.append(moments_of(calendar.single_sends), period.end + DAY)
    next_send = sends[np.minimum(np.searchsorted(sends, end), len(sends) - 1)]
    after_send = next_send + (rng.exponential(14.0, count) * HOUR).astype(np.int64)
    end = np.where(rng.random(count) < _LOST_AFTER_A_SEND, after_send, end)
    kind = pick(rng, (("customer", 0.86), ("staff", 0.14)), count)
    is_over = pl.col("ended") < period.end
    return relations.with_columns(ended=pl.Series(end), end_kind=pl.Series(kind)).with_columns(
        ended=pl.when(is_over).then("ended"), end_kind=pl.when(is_over).then("end_kind")
    )


def _hand_over(
    block: Block, rng: np.random.Generator, guides: Guides, first: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Who followed a guide who left: most are assigned to a colleague, some refuse.

    Returns the relations with those ended, and the new ones.
    """
    left = guides.left[first["guide"].to_numpy()]
    moved_at = left + rng.integers(HOUR, 2 * DAY, first.height)
    moved_at = np.minimum(moved_at, block.world.period.end - HOUR)
    refuses = rng.random(first.height) < 0.2
    table = first.with_columns(moved_at=pl.Series(moved_at), left=pl.Series(left))
    is_moved = (pl.col("added") < pl.col("left")) & (pl.col("left") < block.world.period.end)
    is_moved &= pl.col("ended").is_null() | (pl.col("ended") > pl.col("moved_at"))
    refused = pl.Series(refuses)
    moved = table.filter(is_moved & ~refused).with_columns(
        guide=pl.Series("guide", colleague(first["guide"].to_numpy(), 2)).filter(
            table.select(keep=is_moved & ~refused)["keep"]
        ),
        added="moved_at",
        add_way=pl.lit(ASSIGNED, dtype=first.schema["add_way"]),
        state=pl.lit(""),
        is_by_admin=pl.lit(value=True),
        is_further=pl.lit(value=True),
    )
    ended = table.with_columns(
        ended=pl.when(is_moved).then("moved_at").otherwise("ended"),
        end_kind=pl.when(is_moved & refused)
        .then(pl.lit("silent"))
        .when(is_moved)
        .then(pl.lit("transfer"))
        .otherwise("end_kind"),
        is_refused=is_moved & refused,
    )
    return ended.select(first.columns), moved.select(first.columns)


def _come_back(
    block: Block, rng: np.random.Generator, guides: Guides, first: pl.DataFrame
) -> pl.DataFrame:
    """One in five who deleted their guide adds the guide again some days later."""
    gone = first.filter(pl.col("end_kind") == "customer")
    gone = gone.filter(pl.Series(rng.random(gone.height) < 0.2))
    way = pick(rng, ((1, 0.6), (24, 0.4)), gone.height)
    again = gone.with_columns(
        added=pl.col("ended") + pl.Series(rng.integers(3 * DAY, 30 * DAY, gone.height)),
        ended=pl.lit(None, dtype=pl.Int64),
        end_kind=pl.lit(None, dtype=pl.String),
        add_way=pl.Series(way),
        state=pl.when(pl.Series(way) == 1).then(pl.lit("livecode_back")).otherwise(pl.lit("")),
        is_further=pl.lit(value=True),
    )
    left = pl.Series(guides.left[again["guide"].to_numpy()])
    return again.filter((pl.col("added") < block.world.period.end) & (pl.col("added") < left))


_TOUCH_CHANNELS = {way: channel for channel, ways in _ADD_WAYS.items() for way in ways}


def state_contacts(block: Block, guides: Guides, relations: pl.DataFrame) -> None:
    """The relations, the people behind ids and typed phones, and every further add of a guide."""
    period = block.world.period
    moments = snapshot_moments(period, WEEKLY)
    scoped = relations.with_columns(scoped=pl.concat_str(pl.lit(f"{CORP}:"), "external_userid"))
    listed = scoped.filter(ever_seen(scoped, moments, "added", "ended"))
    told = scoped.filter((pl.col("added") >= period.start) | (pl.col("ended") >= period.start))
    block.add_identifiers("wecom_external_userid", pl.concat([listed, told]), "scoped")
    block.add_identifiers("unionid", listed, "unionid")
    typed = listed.with_columns(seen_from=pl.max_horizontal("added", "typed_at"))
    typed = typed.filter(pl.col("typed_at").is_not_null())
    typed = typed.filter(ever_seen(typed, moments, "seen_from", "ended"))
    block.add_identifiers(
        "phone",
        typed.select("typed_phone", "typed_at", person_id="typed_owner", customer="person_id"),
        "typed_phone",
        mess=wrongly("mixed_up_phone", "customer"),
        valid_from=pl.col("typed_at"),
    )
    later = relations.filter(pl.col("is_further") & ~pl.col("add_way").is_in([SHARED, ASSIGNED]))
    channel = pl.col("add_way").replace_strict(_TOUCH_CHANNELS, return_dtype=pl.String)
    block.add_touches(
        later.select(
            "person_id",
            at="added",
            kind=pl.lit("wecom_contact_added"),
            channel=channel,
            campaign=pl.when(pl.col("state") != "").then("state"),
        )
    )
    block.world.truth.append(
        "relations",
        guides.named(scoped).select(
            "person_id",
            kind=pl.lit("wecom_contact"),
            account=pl.lit(CORP),
            identifier_value="scoped",
            holder="guide_userid",
            began_at=local_time(pl.col("added")),
            ended_at=local_time(pl.col("ended")),
            ended_by="end_kind",
        ),
    )
    add_daily_counts(
        block,
        "wecom",
        CORP,
        contacts_added=(relations.filter(~pl.col("add_way").is_in([SHARED, ASSIGNED])), "added"),
        contacts_lost_by_customers=(relations.filter(end_kind="customer"), "ended"),
        contacts_lost_by_staff=(relations.filter(end_kind="staff"), "ended"),
    )
    now = relations.filter(pl.col("ended").is_null())
    block.world.truth.add_totals(
        contacts=now["external_userid"].n_unique(), contact_relations=now.height
    )
