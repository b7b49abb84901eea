"""CRM cards: merged ones, changed phones, family phones, store phones and test numbers."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.catalogue import MEMBER_LEVELS, STORE_PHONE, TEST_PHONE
from pipelines.simulation.draws import pick
from pipelines.simulation.people import nick_at, phone_at
from pipelines.simulation.period import DAY, HOUR, stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.cells import without_empty
from pipelines.simulation.private_domain.guides import Guides, guide_of
from pipelines.simulation.private_domain.snapshots import (
    MONTHLY,
    delivery_of,
    ever_seen,
    per_moment,
    snapshot_moments,
    standing_at,
)
from pipelines.simulation.rendering import clock, layout, masked_phone, money, with_bad_rows

MERGED = "107"
_JOIN_TEXTS = {
    "store_sign_up": "门店扫码",
    "store_guide": "导购邀请",
    "tmall_membership": "天猫会员通",
    "douyin_membership": "抖音会员通",
    "official_account_menu": "公众号菜单",
    "wechat_mini_program": "小程序注册",
    "wecom_qr_code": "企业微信",
    "youzan_shop": "有赞商城",
    "website": "官网",
    "phone_line": "电话",
    "event": "线下活动",
    "parcel_card": "包裹卡",
}
_BY_WECHAT = ("公众号菜单", "小程序注册", "企业微信")
_BAD_MEMBERS = (
    {"会员卡号": "80990001", "开卡时间": "2026-02-30 10:00:00"},
    {"会员卡号": ""},
)


def simulate_cards(block: Block, rng: np.random.Generator) -> pl.DataFrame:
    """One row per card: a person's main card, and a second one that is merged into it later.

    Columns: card, person_id, name, phone (as typed at first), new_phone and changed (from when
    the card shows it; null: never), mess, is_masked, joined, is_date_only, join_text, status,
    merged_into and merged (from when), tmall_nick, unionid, consent, level, points, balance_fen,
    guide, email.
    """
    main = _main_cards(block, rng)
    twice = main.filter(pl.col("old_crm_card").is_not_null())
    again = pl.col("joined") + pl.Series(rng.integers(HOUR, 20 * DAY, twice.height))
    old = twice.with_columns(
        merged_into=pl.col("card"),
        card=pl.col("old_crm_card"),
        joined=pl.min_horizontal(again, pl.col("merged") - HOUR),
        join_text=pl.lit("门店扫码"),
        tmall_nick=pl.lit(None, dtype=pl.String),
        unionid=pl.lit(None, dtype=pl.String),
    )
    alone = main.with_columns(merged_into=pl.lit(None, dtype=pl.String))
    return pl.concat([alone, old.select(alone.columns)]).sort("joined", "card")


def _members(block: Block) -> pl.DataFrame:
    """The people with a card, with ``joined`` and ``join_text`` of the touch of the block."""
    joins = block.touches.filter(kind="membership_joined").sort("at")
    joins = joins.unique("person_id", keep="first", maintain_order=True)
    people = block.people.filter("on_crm").join(
        joins.select("person_id", joined="at", channel="channel"), on="person_id", how="left"
    )
    join_text = pl.col("channel").replace_strict(
        _JOIN_TEXTS, default="门店扫码", return_dtype=pl.String
    )
    return people.with_columns(
        joined=pl.col("joined").fill_null(pl.col("met_at")), join_text=join_text
    )


def _main_cards(block: Block, rng: np.random.Generator) -> pl.DataFrame:
    people = _members(block)
    count = people.height
    is_known_nick = pl.Series(rng.random(count) < 0.05)
    is_old = pl.col("joined") < block.world.period.start - 60 * DAY
    guide = guide_of(people["person_id"].to_numpy(), people["place"].to_numpy())
    seen_lag = pl.Series(rng.integers(DAY // 2, 12 * DAY, count))
    tells = pl.Series(rng.random(count) < 0.7) & (pl.col("phone_changed_at") > pl.col("joined"))
    has_balance = pl.Series(rng.random(count) < 0.06)
    cards = people.select(
        "person_id",
        "old_crm_card",
        "email",
        "joined",
        "join_text",
        "family_id",
        card="crm_card",
        name=pl.concat_str("surname", "given_name"),
        own_phone=phone_at(pl.col("joined")),
        new_phone=pl.when(tells).then("new_phone"),
        changed=pl.when(tells).then(pl.col("phone_changed_at") + seen_lag),
        is_masked=pl.Series(rng.random(count) < 0.06),
        is_date_only=is_old | pl.Series(rng.random(count) < 0.1),
        status=pl.Series(pick(rng, (("105", 0.96), ("106", 0.02), ("104", 0.02)), count)),
        merged=pl.max_horizontal("cards_merged_at", pl.col("joined") + DAY),
        tmall_nick=pl.when((pl.col("join_text") == "天猫会员通") | is_known_nick).then(
            nick_at(pl.col("joined"))
        ),
        unionid=pl.when(
            pl.col("join_text").is_in(_BY_WECHAT) | pl.Series(rng.random(count) < 0.3)
        ).then("unionid"),
        consent=pl.Series(np.where(rng.random(count) < 0.78, "是", "否")),
        level=pl.Series(rng.choice(MEMBER_LEVELS, size=count, p=[0.7, 0.18, 0.1, 0.02])),
        points=pl.Series(rng.integers(0, 900, count)),
        balance_fen=pl.when(has_balance)
        .then(pl.Series(rng.integers(1, 50_000, count)))
        .fill_null(0),
        guide=pl.Series(guide),
    )
    return _with_typed_phones(rng, block, cards)


def _with_typed_phones(rng: np.random.Generator, block: Block, cards: pl.DataFrame) -> pl.DataFrame:
    """What the CRM holds: mostly the own number; some families share one, some are not theirs."""
    drawn = pl.Series(rng.random(cards.height))
    homes = block.people.filter(pl.col("family_id").is_not_null()).sort("person_id")
    shared = homes.group_by("family_id", maintain_order=True).agg(family_phone=pl.first("phone"))
    typed = cards.join(shared, on="family_id", how="left", maintain_order="left")
    is_other = pl.col("family_phone").is_not_null() & (
        pl.col("family_phone") != pl.col("own_phone")
    )
    mess = (
        pl.when(drawn < 0.015)
        .then(pl.lit("store_phone"))
        .when(drawn < 0.02)
        .then(pl.lit("test_number"))
        .when(is_other)
        .then(pl.lit("family_phone"))
        .otherwise(pl.lit("none"))
    )
    own = pl.col("mess") == "none"
    return (
        typed.with_columns(mess=mess)
        .with_columns(
            phone=pl.when(pl.col("mess") == "store_phone")
            .then(pl.lit(STORE_PHONE))
            .when(pl.col("mess") == "test_number")
            .then(pl.lit(TEST_PHONE))
            .when(pl.col("mess") == "family_phone")
            .then("family_phone")
            .otherwise("own_phone"),
            new_phone=pl.when(own).then("new_phone"),
            changed=pl.when(own).then("changed"),
        )
        .drop("own_phone", "family_phone", "family_id")
    )


def phone_on_card(at: pl.Expr) -> pl.Expr:
    """The clear phone that a card of ``simulate_cards`` shows at a moment."""
    return pl.when(pl.col("changed") <= at).then("new_phone").otherwise("phone")


def deliver_cards(block: Block, guides: Guides, cards: pl.DataFrame) -> None:
    """The whole card file of every month as GB18030 CSV, some join times without a clock."""
    moments = snapshot_moments(block.world.period, MONTHLY)
    rows = guides.named(standing_at(cards, moments, "joined"))
    phone = phone_on_card(pl.col("moment"))
    is_merged = (pl.col("merged") <= pl.col("moment")) & pl.col("merged_into").is_not_null()
    joined = pl.when("is_date_only").then(clock(pl.col("joined"), "%Y-%m-%d"))
    cells = {
        "会员卡号": pl.col("card"),
        "姓名": pl.col("name"),
        "手机号": pl.when("is_masked").then(masked_phone(phone)).otherwise(phone),
        "会员等级": pl.col("level"),
        "积分": pl.col("points"),
        "余额": money(pl.col("balance_fen")),
        "开卡门店": pl.col("store"),
        "开卡时间": joined.otherwise(clock(pl.col("joined"))),
        "入会渠道": pl.col("join_text"),
        "专属导购": pl.col("guide_name"),
        "会员状态": pl.when(is_merged).then(pl.lit(MERGED)).otherwise("status"),
        "合并至卡号": pl.when(is_merged).then("merged_into"),
        "天猫昵称": pl.col("tmall_nick"),
        "unionid": pl.col("unionid"),
        "营销授权": pl.col("consent"),
    }
    table = layout(rows, headers.CRM_MEMBERS, cells, "")
    for moment, part in per_moment(rows["moment"], table):
        faults = _BAD_MEMBERS if block.is_first and moment == moments[-1] else ()
        content, bad = with_bad_rows(part, faults)
        block.world.desk.append(
            f"crm/会员档案_{stamp(moment, '%Y%m%d%H%M')}.csv",
            without_empty(content),
            exported_at=moment,
            delivered_at=delivery_of(moment, moments),
            encoding="gb18030",
            rejected=bad,
        )


def state_cards(block: Block, cards: pl.DataFrame) -> None:
    """Who stands behind each card, clear phone, nick and unionid that a card file shows."""
    moments = snapshot_moments(block.world.period, MONTHLY)
    merged = pl.when(pl.col("merged_into").is_not_null()).then(pl.lit("merged_card"))
    block.add_identifiers("crm_member_id", cards, "card", mess=merged.otherwise(pl.lit("none")))
    block.add_identifiers("tmall_nick", cards, "tmall_nick")
    block.add_identifiers("unionid", cards, "unionid")
    clear = cards.filter(~pl.col("is_masked"))
    is_changed = pl.col("changed").is_not_null()
    block.add_identifiers(
        "phone",
        clear.filter(ever_seen(clear, moments, "joined", "changed")),
        "phone",
        mess=pl.when(is_changed).then(pl.lit("changed_phone")).otherwise("mess"),
        valid_to=pl.col("changed"),
    )
    block.add_identifiers(
        "phone",
        clear.filter(ever_seen(clear, moments, "changed")),
        "new_phone",
        valid_from=pl.col("changed"),
    )
    block.add_touches(
        cards.filter(pl.col("merged_into").is_not_null()).select(
            "person_id",
            at="joined",
            kind=pl.lit("membership_joined"),
            channel=pl.lit("store_sign_up"),
        )
    )
    merged_by_now = (pl.col("merged") <= int(moments[-1])) & pl.col("merged_into").is_not_null()
    block.world.truth.add_totals(
        members=cards["person_id"].n_unique(), merged_cards=cards.filter(merged_by_now).height
    )
