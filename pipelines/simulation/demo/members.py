"""Phone-bearing records: CRM cards with merges and shared phones, and Youzan customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulation import layouts
from pipelines.simulation.demo.catalogue import JOIN_CHANNELS, MEMBER_LEVELS
from pipelines.simulation.demo.delivery import Landing
from pipelines.simulation.demo.people import Population
from pipelines.simulation.demo.period import DAY, Array, Period, stamp
from pipelines.simulation.demo.rendering import clock, csv_bytes, layout, money, with_bad_rows

_BAD_MEMBERS = (
    {"会员卡号": "80990001", "开卡时间": "2026-02-30 10:00:00"},
    {"会员卡号": ""},
)
_BAD_CUSTOMERS = ({"客户昵称": "坏行", "消费金额": "很多"},)


@dataclass(frozen=True)
class Members:
    """CRM cards, one row each; a person's main card stands before the card merged into it.

    cards: card, person_id, name, phone (as in the file, maybe masked), has_clear_phone, joined
    (local seconds), is_date_only, channel, status, merged_into, tmall_nick, unionid, consent,
    level, points, balance_fen, store, guide.
    """

    cards: pl.DataFrame

    def identifiers(self, population: Population) -> pl.DataFrame:
        """Who stands behind each card, clear phone, nick and unionid in the file."""
        parts = (
            ("crm_member_id", "card", self.cards),
            ("phone", "phone", self.cards.filter("has_clear_phone")),
            ("tmall_nick", "tmall_nick", self.cards.filter(pl.col("tmall_nick") != "")),
            ("unionid", "unionid", self.cards.filter(pl.col("unionid") != "")),
        )
        return pl.concat(
            population.identifiers(kind, rows[column].to_numpy(), rows["person_id"].to_numpy())
            for kind, column, rows in parts
        )


def simulate_members(rng: np.random.Generator, period: Period, population: Population) -> Members:
    """A card for every member, and a second one, merged since, for one in eighty."""
    person = np.flatnonzero(population.is_member)
    twice = rng.random(len(person)) < 1 / 80
    main = _cards(rng, period, population, person)
    number = 80_000_001 + np.arange(len(person))
    main = main.with_columns(card=pl.Series(number.astype(str)), merged_into=pl.lit(""))
    old = main.filter(pl.Series(twice)).with_columns(
        merged_into=pl.col("card"),
        card=pl.concat_str(pl.lit("7"), pl.col("card").str.slice(1)),
        status=pl.lit("107"),
        joined=pl.col("joined") - 200 * DAY,
        channel=pl.lit("门店扫码"),
        tmall_nick=pl.lit(""),
        unionid=pl.lit(""),
        is_date_only=pl.lit(True),
    )
    return Members(pl.concat([main, old]))


def _cards(
    rng: np.random.Generator, period: Period, population: Population, person: Array
) -> pl.DataFrame:
    count = len(person)
    nick = np.where(population.on_tmall, population.tmall_nick, "")[person]
    unionid = population.unionid[person]
    channel = _join_channels(rng, nick, unionid)
    joined = population.touch_seconds(rng, period, person, mean_lag_days=12)
    phone = population.crm_phone[person]
    is_masked = rng.random(count) < 0.06
    via_wechat = np.isin(channel, ["公众号菜单", "小程序注册"])
    named = rng.random(count) < 0.05
    return pl.DataFrame(
        {
            "person_id": person,
            "name": np.char.add(population.surname[person], population.given_name[person]),
            "phone": np.where(is_masked, _masked(phone, 4), phone),
            "has_clear_phone": ~is_masked,
            "joined": joined,
            "is_date_only": (joined < period.start - 60 * DAY) | (rng.random(count) < 0.1),
            "channel": channel,
            "status": rng.choice(["105", "106", "104"], size=count, p=[0.96, 0.02, 0.02]),
            "tmall_nick": np.where((channel == "天猫会员通") | named, nick, ""),
            "unionid": np.where(via_wechat, unionid, ""),
            "consent": np.where(rng.random(count) < 0.78, "是", "否"),
            "level": rng.choice(MEMBER_LEVELS, size=count, p=[0.7, 0.18, 0.1, 0.02]),
            "points": rng.integers(0, 900, count),
            "balance_fen": np.where(rng.random(count) < 0.06, rng.integers(1, 50_000, count), 0),
            "store": population.place_column("store", person),
            "guide": np.char.add("导购", np.char.zfill((person % 24 + 1).astype(str), 2)),
        }
    )


def _join_channels(rng: np.random.Generator, nick: Array, unionid: Array) -> Array:
    """Through Tmall needs a nick, through WeChat a unionid; the stores take everybody."""
    store, tmall, menu, guide, mini = JOIN_CHANNELS
    drawn = rng.random(len(nick))
    can_tmall, can_wechat = nick != "", unionid != ""
    return np.select(
        [
            can_tmall & (drawn < 0.5),
            can_wechat & (drawn < 0.7),
            can_wechat & (drawn < 0.85),
            drawn < 0.93,
        ],
        [tmall, menu, mini, store],
        guide,
    )


def _masked(phones: Array, tail: int) -> Array:
    stars = "*" * (8 - tail)
    return np.array([f"{phone[:3]}{stars}{phone[-tail:]}" for phone in phones.tolist()], dtype=str)


def deliver_members(landing: Landing, exported_at: int, members: Members) -> None:
    """The whole card file as GB18030 CSV, some join times without a clock."""
    joined = pl.when("is_date_only").then(clock(pl.col("joined"), "%Y-%m-%d"))
    cells = {
        "会员卡号": pl.col("card"),
        "姓名": pl.col("name"),
        "手机号": pl.col("phone"),
        "会员等级": pl.col("level"),
        "积分": pl.col("points"),
        "余额": money(pl.col("balance_fen")),
        "开卡门店": pl.col("store"),
        "开卡时间": joined.otherwise(clock(pl.col("joined"))),
        "入会渠道": pl.col("channel"),
        "专属导购": pl.col("guide"),
        "会员状态": pl.col("status"),
        "合并至卡号": pl.col("merged_into"),
        "天猫昵称": pl.col("tmall_nick"),
        "unionid": pl.col("unionid"),
        "营销授权": pl.col("consent"),
    }
    table = layout(members.cards, layouts.CRM_MEMBERS, cells, "")
    table, bad = with_bad_rows(table, _BAD_MEMBERS)
    table = table.with_columns(pl.all().replace("", None))
    landing.deliver(
        f"crm/会员档案_{stamp(exported_at, '%Y%m%d%H%M')}.csv",
        csv_bytes(table, encoding="gb18030", quotes="necessary"),
        exported_at=exported_at,
        rows=table.height,
        rejected=bad,
    )


def deliver_youzan_customers(
    rng: np.random.Generator,
    landing: Landing,
    period: Period,
    exported_at: int,
    population: Population,
) -> pl.DataFrame:
    """The Youzan customer file: a space is null, some phones are masked, the header ends in a
    comma. Returns the identifiers of the clear phones.
    """
    person = np.flatnonzero(population.on_youzan)
    customers = _youzan_customers(rng, period, population, person)
    table = layout(customers, layouts.YOUZAN_CUSTOMERS, _youzan_cells(), " ")
    table, bad = with_bad_rows(table, _BAD_CUSTOMERS)
    trailing = table.with_columns(pl.lit(None, dtype=pl.String).alias(""))
    content = csv_bytes(trailing, encoding="utf-8", quotes="necessary")
    landing.deliver(
        f"youzan/客户列表_{stamp(exported_at, '%Y%m%d%H%M')}.csv",
        content,
        exported_at=exported_at,
        rows=table.height,
        rejected=bad,
    )
    clear = customers.filter("has_clear_phone")
    return population.identifiers("phone", clear["phone"].to_numpy(), clear["person_id"].to_numpy())


def _youzan_customers(
    rng: np.random.Generator, period: Period, population: Population, person: Array
) -> pl.DataFrame:
    count = len(person)
    phone = population.phone[person]
    is_masked = rng.random(count) < 0.4
    became = population.touch_seconds(rng, period, person, mean_lag_days=8)
    orders = rng.poisson(0.8, count)
    return pl.DataFrame(
        {
            "person_id": person,
            "name": np.char.add(population.surname[person], population.given_name[person]),
            "nick": population.nick_name[person],
            "phone": np.where(is_masked, _masked(phone, 2), phone),
            "has_clear_phone": ~is_masked,
            "is_member": rng.random(count) < 0.5,
            "points": rng.integers(0, 400, count),
            "orders": orders,
            "spent_fen": orders * rng.integers(3_900, 30_000, count),
            "became": became,
            "source": np.array(["微信公众号", "小程序", "企业微信"])[rng.integers(0, 3, count)],
        }
    )


def _youzan_cells() -> dict[str, pl.Expr | str]:
    def if_member(value: pl.Expr) -> pl.Expr:
        return pl.when("is_member").then(value).otherwise(pl.lit(" "))

    average = pl.when(pl.col("orders") > 0).then(pl.col("spent_fen") // pl.col("orders"))
    return {
        "客户姓名": if_member(pl.col("name")),
        "客户昵称": pl.col("nick"),
        "客户手机号": pl.col("phone"),
        "是否会员": pl.when("is_member").then(pl.lit("是")).otherwise(pl.lit("否")),
        "免费等级": if_member(pl.lit("V1")),
        "客户积分": if_member(pl.col("points").cast(pl.String)),
        "消费次数": pl.col("orders"),
        "消费金额": money(pl.col("spent_fen")),
        "累计退款金额": "0.00",
        "笔单价": money(average).fill_null(" "),
        "来源渠道": pl.col("source"),
        "来源方式": "扫码",
        "成为客户时间": clock(pl.col("became")),
        "成为会员时间": if_member(clock(pl.col("became"))),
        "成为会员店铺": if_member(pl.lit("示例总店")),
    }
