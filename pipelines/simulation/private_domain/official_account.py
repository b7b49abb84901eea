"""Official accounts: who follows which one, who leaves and who comes back."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.catalogue import PLACES
from pipelines.simulation.draws import random_texts
from pipelines.simulation.period import DAY, stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.cells import epoch, without_empty
from pipelines.simulation.private_domain.figures import add_daily_counts
from pipelines.simulation.private_domain.snapshots import (
    MONTHLY,
    ever_seen,
    per_moment,
    snapshot_moments,
    standing_at,
)
from pipelines.simulation.rendering import layout, with_bad_rows
from pipelines.simulation.truth import local_time

SERVICE, SUBSCRIPTION = "brand_service", "brand_subscription"
_SUBSCRIPTION_SHARE = 0.2
_MEAN_STAY_DAYS = 700.0
_SCENES = {
    "wechat_search": "ADD_SCENE_SEARCH",
    "official_account_card_share": "ADD_SCENE_PROFILE_CARD",
    "official_account_article": "ADD_SCENE_PROFILE_LINK",
    "official_account_after_payment": "ADD_SCENE_PAID",
    "wechat_ads": "ADD_SCENE_WECHAT_ADVERTISEMENT",
    "official_account_reprint": "ADD_SCENE_REPRINT",
    "wechat_channels_live": "ADD_SCENE_LIVESTREAM",
    "wechat_channels": "ADD_SCENE_CHANNELS",
    "wechat_mini_program": "ADD_SCENE_WXA",
    "official_account_other": "ADD_SCENE_OTHERS",
}
_QR_CODE = "ADD_SCENE_QR_CODE"
_BAD_FOLLOWERS = ({"openid": ""},)


def simulate_followers(block: Block, rng: np.random.Generator) -> pl.DataFrame:
    """One row per follower of an account and stay, sorted by ``subscribed``.

    Columns: account, person_id, openid, unionid, subscribed, ended (null: still following),
    scene, scene_text, tags, is_return (a second stay), is_first (the touch of the block).
    """
    service = _stays(block, rng, _service_followers(block), SERVICE)
    chosen = service.filter(pl.Series(rng.random(service.height) < _SUBSCRIPTION_SHARE))
    lag = pl.Series((rng.exponential(9.0, chosen.height) * DAY).astype(np.int64) + 120)
    later = chosen.select(
        "person_id",
        "unionid",
        "place",
        at=pl.col("subscribed") + lag,
        channel=pl.lit("wechat_search"),
    ).filter(pl.col("at") < block.world.period.end)
    subscription = _stays(block, rng, later, SUBSCRIPTION)
    firsts = pl.concat([service, subscription])
    return pl.concat([firsts, _returns(block, rng, firsts)]).sort("subscribed", "openid")


def _service_followers(block: Block) -> pl.DataFrame:
    follows = block.touches.filter(kind="official_account_followed").sort("at")
    follows = follows.unique("person_id", keep="first", maintain_order=True)
    people = block.people.filter("on_official_account").join(
        follows.select("person_id", "at", "channel"), on="person_id", how="left"
    )
    return people.select(
        "person_id", "unionid", "place", pl.col("at").fill_null(pl.col("met_at")), "channel"
    )


def _stays(
    block: Block, rng: np.random.Generator, people: pl.DataFrame, account: str
) -> pl.DataFrame:
    period, count = block.world.period, people.height
    begin = np.maximum(people["at"].to_numpy(), period.start)
    ended = begin + 60 + (rng.exponential(_MEAN_STAY_DAYS, count) * DAY).astype(np.int64)
    codes = np.array([f"store_{place.code}" for place in PLACES])[people["place"].to_numpy()]
    scene = pl.col("channel").replace_strict(_SCENES, default=_QR_CODE, return_dtype=pl.String)
    table = people.with_columns(
        account=pl.lit(account),
        openid=pl.Series(np.char.add("o", random_texts(rng, count, 27)), dtype=pl.String),
        subscribed="at",
        ended=pl.Series(ended),
        scene=scene,
        tags=pl.Series(np.where(rng.random(count) < 0.2, "[2,5]", "[2]")),
        is_return=pl.lit(value=False),
    )
    return table.with_columns(
        ended=pl.when(pl.col("ended") < period.end).then("ended"),
        scene_text=pl.when(pl.col("scene") == _QR_CODE).then(pl.Series(codes)),
    ).drop("at")


def _returns(block: Block, rng: np.random.Generator, stays: pl.DataFrame) -> pl.DataFrame:
    """One in six who left follows again, found by search."""
    gone = stays.filter(pl.col("ended").is_not_null())
    gone = gone.filter(pl.Series(rng.random(gone.height) < 1 / 6))
    again = gone.with_columns(
        subscribed=pl.col("ended") + pl.Series(rng.integers(DAY, 25 * DAY, gone.height)),
        ended=pl.lit(None, dtype=pl.Int64),
        channel=pl.lit("wechat_search"),
        scene=pl.lit(_SCENES["wechat_search"]),
        scene_text=pl.lit(None, dtype=pl.String),
        is_return=pl.lit(value=True),
    )
    return again.filter(pl.col("subscribed") < block.world.period.end)


def deliver_followers(block: Block, followers: pl.DataFrame) -> None:
    """Every account's followers, complete, every month; who left keeps only the openid."""
    for account in (SERVICE, SUBSCRIPTION):
        _deliver_account(block, account, followers.filter(account=account))


def _deliver_account(block: Block, account: str, followers: pl.DataFrame) -> None:
    moments = snapshot_moments(block.world.period, MONTHLY)
    rows = standing_at(followers, moments, "subscribed")
    rows = rows.unique(["moment", "openid"], keep="last", maintain_order=True)
    follows = pl.col("ended").is_null() | (pl.col("ended") > pl.col("moment"))

    def while_following(value: pl.Expr) -> pl.Expr:
        return pl.when(follows).then(value)

    cells = {
        "subscribe": follows.cast(pl.Int8),
        "openid": pl.col("openid"),
        "language": while_following(pl.lit("zh_CN")),
        "subscribe_time": while_following(epoch(pl.col("subscribed"))),
        "unionid": while_following(pl.col("unionid")),
        "groupid": while_following(pl.lit("0")),
        "tagid_list": while_following(pl.col("tags")),
        "subscribe_scene": while_following(pl.col("scene")),
        "qr_scene": while_following(pl.lit("0")),
        "qr_scene_str": while_following(pl.col("scene_text")),
    }
    table = without_empty(layout(rows, headers.OA_FOLLOWERS, cells, ""))
    for moment, part in per_moment(rows["moment"], table):
        spoils = block.is_first and account == SERVICE and moment == moments[-1]
        content, bad = with_bad_rows(part, _BAD_FOLLOWERS if spoils else ())
        block.world.desk.append(
            f"official_account/{account}/followers_{stamp(moment, '%Y%m%d%H%M')}.csv",
            without_empty(content),
            exported_at=moment,
            rejected=bad,
        )


def state_followers(block: Block, followers: pl.DataFrame) -> None:
    """The people behind openids and unionids, and the follows that the block does not have yet."""
    moments = snapshot_moments(block.world.period, MONTHLY)
    scoped = followers.with_columns(scoped=pl.concat_str("account", pl.lit(":"), "openid"))
    block.add_identifiers("wechat_openid", scoped, "scoped")
    shown = followers.filter(ever_seen(followers, moments, "subscribed", "ended"))
    block.add_identifiers("unionid", shown, "unionid")
    is_further = pl.col("is_return") | (pl.col("account") != SERVICE)
    block.add_touches(
        followers.filter(is_further).select(
            "person_id",
            "channel",
            at="subscribed",
            kind=pl.lit("official_account_followed"),
        )
    )
    block.world.truth.append(
        "relations",
        scoped.select(
            "person_id",
            "account",
            kind=pl.lit("official_account"),
            identifier_value="scoped",
            holder=pl.lit(None, dtype=pl.String),
            began_at=local_time(pl.col("subscribed")),
            ended_at=local_time(pl.col("ended")),
            ended_by=pl.when(pl.col("ended").is_not_null()).then(pl.lit("customer")),
        ),
    )
    for account in (SERVICE, SUBSCRIPTION):
        rows = followers.filter(account=account)
        add_daily_counts(
            block,
            "official_account",
            account,
            followed=(rows, "subscribed"),
            unfollowed=(rows, "ended"),
        )
        now = rows.filter(pl.col("ended").is_null()).height
        gone = rows["openid"].n_unique() - now
        totals = {f"followers_{account}": now, f"unsubscribed_{account}": gone}
        block.world.truth.add_totals(**totals)
