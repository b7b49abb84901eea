"""WeChat's files: WeCom external contacts and official-account followers, as the APIs give them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulation import layouts
from pipelines.simulation.demo.delivery import Landing
from pipelines.simulation.demo.people import Population
from pipelines.simulation.demo.period import (
    DAY,
    SHANGHAI_OFFSET,
    Array,
    Period,
    random_texts,
    stamp,
)
from pipelines.simulation.demo.rendering import csv_bytes, layout, with_bad_rows

CORP = "corp_main"
_ADD_WAYS = (
    (1, 0.46),
    (16, 0.2),
    (3, 0.08),
    (4, 0.07),
    (2, 0.05),
    (6, 0.04),
    (10, 0.05),
    (24, 0.05),
)
_SCENES = (
    ("ADD_SCENE_QR_CODE", 0.38),
    ("ADD_SCENE_SEARCH", 0.16),
    ("ADD_SCENE_PAID", 0.1),
    ("ADD_SCENE_WXA", 0.1),
    ("ADD_SCENE_PROFILE_CARD", 0.08),
    ("ADD_SCENE_WECHAT_ADVERTISEMENT", 0.08),
    ("ADD_SCENE_CHANNELS", 0.05),
    ("ADD_SCENE_LIVESTREAM", 0.03),
    ("ADD_SCENE_OTHERS", 0.02),
)
_BAD_CONTACTS = (
    {"external_userid": "wmBAD0000000000000000000000000001", "createtime": "yesterday"},
    {"external_userid": "", "unionid": ""},
)
_BAD_FOLLOWERS = ({"openid": ""},)


@dataclass(frozen=True)
class WeChatTotals:
    """People in WeCom, their follow relations, and followers now and formerly per app."""

    contacts: int
    contact_relations: int
    followers: dict[str, int]
    unsubscribed: dict[str, int]
    identifiers: pl.DataFrame


def deliver_wechat(
    rng: np.random.Generator,
    landing: Landing,
    period: Period,
    exported_at: int,
    population: Population,
) -> WeChatTotals:
    """Write the full snapshots of one corp and two official accounts."""
    relations = _relations(rng, period, population, exported_at)
    _deliver_contacts(landing, exported_at, relations)
    followers, unsubscribed = {}, {}
    identifiers = [_contact_identifiers(population, relations)]
    fans = np.flatnonzero(population.follows_account)
    for account, share in (("brand_service", 1.0), ("brand_subscription", 0.2)):
        people = fans[rng.random(len(fans)) < share]
        table = _followers(rng, period, population, people)
        _deliver_followers(landing, exported_at, account, table, has_bad=share == 1.0)
        followers[account] = int(table["is_subscribed"].sum())
        unsubscribed[account] = table.height - followers[account]
        identifiers.append(_follower_identifiers(population, account, table))
    return WeChatTotals(
        contacts=relations["external_userid"].n_unique(),
        contact_relations=relations.height,
        followers=followers,
        unsubscribed=unsubscribed,
        identifiers=pl.concat(identifiers),
    )


def _draw(rng: np.random.Generator, options: tuple[tuple[object, float], ...], count: int) -> Array:
    shares = np.array([share for _, share in options])
    return rng.choice(
        np.array([value for value, _ in options]), size=count, p=shares / shares.sum()
    )


def _relations(
    rng: np.random.Generator, period: Period, population: Population, exported_at: int
) -> pl.DataFrame:
    """One row per contact and staff member; an eighth of the contacts know a second one."""
    person = np.flatnonzero(population.on_wecom)
    first = _first_relations(rng, period, population, person)
    second = first.filter(pl.Series(rng.random(len(person)) < 0.12))
    second = second.with_columns(
        added=pl.col("added") + pl.Series(rng.integers(DAY, 20 * DAY, second.height)),
        add_way=pl.Series(rng.choice([201, 202, 3], size=second.height, p=[0.3, 0.4, 0.3])),
        state=pl.lit(""),
        guide=pl.col("guide") % 24 + 1,
        remark_phones=pl.lit("[]"),
        typed_phone=pl.lit(""),
    )
    met = second.filter(pl.col("added") < exported_at)
    return pl.concat([first, met]).sort("added", "external_userid", "guide")


def _first_relations(
    rng: np.random.Generator, period: Period, population: Population, person: Array
) -> pl.DataFrame:
    count = len(person)
    is_corporate = rng.random(count) < 0.03
    has_no_unionid = is_corporate | (rng.random(count) < 0.08)
    add_way = _draw(rng, _ADD_WAYS, count)
    code = population.place_column("code", person)
    scanned = np.where(rng.random(count) < 0.3, "parcel_card_01", np.char.add("livecode_", code))
    linked = np.char.add("acq_", np.array(["0601", "0618", "0720"])[rng.integers(0, 3, count)])
    typed = np.where(rng.random(count) < 0.2, population.phone[person], "")
    return pl.DataFrame(
        {
            "person_id": person,
            "external_userid": np.char.add("wm", random_texts(rng, count, 30)),
            "name": population.nick_name[person],
            "type": np.where(is_corporate, 2, 1),
            "gender": rng.choice([0, 1, 2], size=count, p=[0.2, 0.2, 0.6]),
            "unionid": np.where(has_no_unionid, "", population.unionid[person]),
            "guide": person % 24 + 1,
            "added": population.touch_seconds(rng, period, person, mean_lag_days=6),
            "add_way": add_way,
            "state": np.select([add_way == 1, add_way == 16], [scanned, linked], ""),
            "typed_phone": typed,
            "remark_phones": [f'["{phone}"]' if phone else "[]" for phone in typed.tolist()],
            "is_vip": rng.random(count) < 0.15,
        }
    )


def _deliver_contacts(landing: Landing, exported_at: int, relations: pl.DataFrame) -> None:
    guide = pl.concat_str(pl.lit("guide"), pl.col("guide").cast(pl.String).str.zfill(2))
    vip = '[{"group_name":"客户等级","tag_name":"VIP","type":1}]'
    by_manager = pl.when(pl.col("add_way") == 202).then(pl.lit("admin")).otherwise(guide)
    cells = {
        **{key: pl.col(key) for key in ("external_userid", "name", "type", "gender", "unionid")},
        "follow_userid": guide,
        "createtime": pl.col("added") - SHANGHAI_OFFSET,
        "add_way": pl.col("add_way"),
        "state": pl.col("state"),
        "oper_userid": by_manager,
        "remark_mobiles": pl.col("remark_phones"),
        "tags": pl.when("is_vip").then(pl.lit(vip)).otherwise(pl.lit("[]")),
    }
    table = layout(relations, layouts.WECOM_CONTACTS, cells, "")
    table, bad = with_bad_rows(table, _BAD_CONTACTS)
    landing.deliver(
        f"wecom/{CORP}/external_contacts_{stamp(exported_at, '%Y%m%d%H%M')}.csv",
        _api_csv(table),
        exported_at=exported_at,
        rows=table.height,
        rejected=bad,
    )


def _api_csv(table: pl.DataFrame) -> bytes:
    """UTF-8 without quotes around empty cells, as the flattened API answers have them."""
    empty_as_null = table.with_columns(pl.all().replace("", None))
    return csv_bytes(empty_as_null, encoding="utf-8", quotes="necessary")


def _contact_identifiers(population: Population, relations: pl.DataFrame) -> pl.DataFrame:
    contacts = relations.with_columns(
        scoped=pl.concat_str(pl.lit(f"{CORP}:"), pl.col("external_userid"))
    )
    parts = (
        ("wecom_external_userid", "scoped", contacts),
        ("unionid", "unionid", contacts.filter(pl.col("unionid") != "")),
        ("phone", "typed_phone", contacts.filter(pl.col("typed_phone") != "")),
    )
    return pl.concat(
        population.identifiers(kind, rows[column].to_numpy(), rows["person_id"].to_numpy())
        for kind, column, rows in parts
    )


def _followers(
    rng: np.random.Generator, period: Period, population: Population, person: Array
) -> pl.DataFrame:
    """Followers of one app. Who left keeps nothing but the openid."""
    count = len(person)
    scene = _draw(rng, _SCENES, count)
    store_code = np.char.add("store_", population.place_column("code", person))
    is_subscribed = rng.random(count) >= 0.09
    table = pl.DataFrame(
        {
            "person_id": person,
            "openid": np.char.add("o", random_texts(rng, count, 27)),
            "is_subscribed": is_subscribed,
            "subscribed": population.touch_seconds(rng, period, person, mean_lag_days=5),
            "unionid": population.unionid[person],
            "tags": np.where(rng.random(count) < 0.2, "[2,5]", "[2]"),
            "scene": scene,
            "scene_text": np.where(scene == "ADD_SCENE_QR_CODE", store_code, ""),
        }
    )
    return table.sort("subscribed", "openid")


def _deliver_followers(
    landing: Landing, exported_at: int, account: str, followers: pl.DataFrame, *, has_bad: bool
) -> None:
    def while_following(value: pl.Expr) -> pl.Expr:
        return pl.when("is_subscribed").then(value).otherwise(pl.lit(""))

    cells = {
        "subscribe": pl.col("is_subscribed").cast(pl.Int8),
        "openid": pl.col("openid"),
        "language": while_following(pl.lit("zh_CN")),
        "subscribe_time": while_following((pl.col("subscribed") - SHANGHAI_OFFSET).cast(pl.String)),
        "unionid": while_following(pl.col("unionid")),
        "groupid": while_following(pl.lit("0")),
        "tagid_list": while_following(pl.col("tags")),
        "subscribe_scene": while_following(pl.col("scene")),
        "qr_scene": while_following(pl.lit("0")),
        "qr_scene_str": while_following(pl.col("scene_text")),
    }
    table = layout(followers, layouts.OA_FOLLOWERS, cells, "")
    table, bad = with_bad_rows(table, _BAD_FOLLOWERS if has_bad else ())
    landing.deliver(
        f"official_account/{account}/followers_{stamp(exported_at, '%Y%m%d%H%M')}.csv",
        _api_csv(table),
        exported_at=exported_at,
        rows=table.height,
        rejected=bad,
    )


def _follower_identifiers(
    population: Population, account: str, followers: pl.DataFrame
) -> pl.DataFrame:
    scoped = followers.with_columns(scoped=pl.concat_str(pl.lit(f"{account}:"), pl.col("openid")))
    present = scoped.filter("is_subscribed")
    return pl.concat(
        population.identifiers(kind, rows[column].to_numpy(), rows["person_id"].to_numpy())
        for kind, column, rows in (
            ("wechat_openid", "scoped", scoped),
            ("unionid", "unionid", present),
        )
    )
