"""WeCom groups: benefit, interest, function and flash groups, who joins, leaves and comes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.catalogue import PLACES
from pipelines.simulation.draws import pick, random_texts
from pipelines.simulation.period import DAY, HOUR
from pipelines.simulation.private_domain.campaigns import Calendar
from pipelines.simulation.private_domain.contacts import CORP
from pipelines.simulation.private_domain.figures import add_daily_counts
from pipelines.simulation.private_domain.guides import GUIDES_PER_STORE
from pipelines.simulation.private_domain.snapshots import (
    WEEKLY,
    ever_seen,
    snapshot_moments,
)
from pipelines.simulation.truth import local_time

_BENEFIT, _INTEREST, _FUNCTION, _FLASH = "福利群", "兴趣群", "功能群", "快闪群"
_MEAN_STAY_DAYS = 300.0
_FLASH_DAYS = 3


@dataclass(frozen=True)
class Groups:
    """Groups and memberships of one block.

    groups: chat_id, place (-1: all), kind, name, guide (the owner), created.
    members: chat_id, person_id, userid, unionid, name, joined, left (null: still there),
    join_scene, guide (who invited).
    """

    groups: pl.DataFrame
    members: pl.DataFrame


def simulate_groups(
    block: Block, rng: np.random.Generator, relations: pl.DataFrame, calendar: Calendar
) -> Groups:
    """Two in five contacts are in a group of their store; some members are no contacts."""
    groups = _groups(block, rng, calendar)
    candidates = pl.concat([_contacts(rng, relations), _strangers(block, rng)])
    stays = pl.concat(
        [
            _join_lasting(block, rng, candidates, groups),
            _join_flash(block, rng, candidates, groups),
        ]
    )
    return Groups(groups, stays.sort("joined", "chat_id", "userid"))


def _groups(block: Block, rng: np.random.Generator, calendar: Calendar) -> pl.DataFrame:
    period = block.world.period
    lasting = [
        (place, kind, f"{PLACES[place].store}{kind}", place * GUIDES_PER_STORE)
        for place in range(len(PLACES))
        for kind in (_BENEFIT, _INTEREST)
    ]
    lasting.append((-1, _FUNCTION, "会员服务群", 0))
    opened = period.start - rng.integers(30, 400, len(lasting)) * DAY
    flashes = [c for c in calendar.sms if c.at + 2 * DAY < period.end]
    rows = [
        *((*group, at) for group, at in zip(lasting, opened.tolist(), strict=True)),
        *((-1, _FLASH, f"{c.name}{_FLASH}", 1, c.at) for c in flashes),
    ]
    table = pl.DataFrame(rows, schema=["place", "kind", "name", "guide", "created"], orient="row")
    suffix = "" if block.is_first else f"{block.number + 1}"
    chat = np.char.add("wr", random_texts(rng, table.height, 30))
    return table.with_columns(chat_id=pl.Series(chat), name=pl.col("name") + suffix)


def _contacts(rng: np.random.Generator, relations: pl.DataFrame) -> pl.DataFrame:
    """Two in five contacts: the WeCom relation brings them to the group."""
    met = relations.unique("external_userid", keep="first", maintain_order=True)
    chosen = met.filter(pl.Series(rng.random(met.height) < 0.4))
    return chosen.select(
        "person_id", "name", "unionid", "guide", userid="external_userid", met="added"
    )


def _strangers(block: Block, rng: np.random.Generator) -> pl.DataFrame:
    """People in a group whom no employee has as a contact; WeChat knows their unionid."""
    people = block.people.filter(~pl.col("on_wecom") & pl.col("on_official_account"))
    people = people.filter(pl.Series(rng.random(people.height) < 0.05))
    userid = np.char.add("wm", random_texts(rng, people.height, 30))
    return people.select(
        "person_id",
        pl.col("nick").alias("name"),
        pl.col("unionid"),
        guide=pl.col("place") * GUIDES_PER_STORE,
        userid=pl.Series(userid, dtype=pl.String),
        met="met_at",
    )


def _join_lasting(
    block: Block, rng: np.random.Generator, people: pl.DataFrame, groups: pl.DataFrame
) -> pl.DataFrame:
    """The store's benefit or interest group, and for some the brand's service group."""
    period, count = block.world.period, people.height
    kind = pick(rng, ((_BENEFIT, 0.7), (_INTEREST, 0.3)), count)
    own = people.with_columns(
        kind=pl.Series(kind, dtype=pl.String), place=pl.col("guide") // GUIDES_PER_STORE
    )
    service = people.filter(pl.Series(rng.random(count) < 0.15)).with_columns(
        kind=pl.lit(_FUNCTION), place=pl.lit(-1, dtype=pl.Int64)
    )
    rows = pl.concat([own, service]).join(
        groups.select("chat_id", "place", "kind", "created"),
        on=["place", "kind"],
        how="inner",
        maintain_order="left",
    )
    lag = (rng.exponential(6.0, rows.height) * DAY).astype(np.int64) + 600
    joined = np.maximum(rows["met"].to_numpy(), rows["created"].to_numpy()) + lag
    begin = np.maximum(joined, period.start)
    left = begin + (rng.exponential(_MEAN_STAY_DAYS, rows.height) * DAY).astype(np.int64)
    stays = rows.with_columns(joined=pl.Series(joined), left=pl.Series(left))
    return pl.concat([_stays(block, rng, stays), _rejoins(block, rng, stays)])


def _rejoins(block: Block, rng: np.random.Generator, stays: pl.DataFrame) -> pl.DataFrame:
    """One in ten who left joins the group again."""
    gone = stays.filter(pl.col("left") < block.world.period.end)
    gone = gone.filter(pl.Series(rng.random(gone.height) < 0.1))
    days = pl.Series(rng.integers(2, 20, gone.height))
    never = pl.lit(None, dtype=pl.Int64)
    return _stays(block, rng, gone.with_columns(joined=pl.col("left") + days * DAY, left=never))


def _join_flash(
    block: Block, rng: np.random.Generator, people: pl.DataFrame, groups: pl.DataFrame
) -> pl.DataFrame:
    """A flash group fills within a day and is empty after three."""
    flashes = groups.filter(kind=_FLASH).select("chat_id", "created")
    rows = flashes.join(people, how="cross", maintain_order="left_right")
    rows = rows.filter(pl.Series(rng.random(rows.height) < 0.05))
    joined = pl.col("created") + pl.Series(rng.integers(60, DAY, rows.height))
    left = pl.col("created") + _FLASH_DAYS * DAY + pl.Series(rng.integers(0, HOUR, rows.height))
    rows = rows.with_columns(joined=joined, left=left)
    return _stays(block, rng, rows.filter(pl.col("met") < pl.col("joined")))


def _stays(block: Block, rng: np.random.Generator, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as memberships that begin within the period or before it."""
    end = block.world.period.end
    scene = pick(rng, ((1, 0.45), (2, 0.2), (3, 0.35)), rows.height)
    table = rows.with_columns(
        left=pl.when(pl.col("left") < end).then("left"),
        join_scene=pl.Series(scene, dtype=pl.Int64),
    ).select(
        "chat_id",
        "person_id",
        "userid",
        "unionid",
        "name",
        "joined",
        "left",
        "join_scene",
        "guide",
    )
    return table.filter(pl.col("joined") < end)


def state_groups(block: Block, groups: Groups) -> None:
    """The people behind the members that a snapshot shows, and every join."""
    moments = snapshot_moments(block.world.period, WEEKLY)
    scoped = groups.members.with_columns(scoped=pl.concat_str(pl.lit(f"{CORP}:"), "userid"))
    listed = scoped.filter(ever_seen(scoped, moments, "joined", "left"))
    block.add_identifiers("wecom_external_userid", listed, "scoped")
    block.add_identifiers("unionid", listed, "unionid")
    named = groups.members.join(
        groups.groups.select("chat_id", campaign="name"), on="chat_id", how="left"
    )
    block.add_touches(
        named.select(
            "person_id",
            "campaign",
            at="joined",
            kind=pl.lit("wecom_group_joined"),
            channel=pl.lit("wecom_group"),
        )
    )
    block.world.truth.append(
        "relations",
        scoped.select(
            "person_id",
            kind=pl.lit("wecom_group"),
            account=pl.lit(CORP),
            identifier_value="scoped",
            holder="chat_id",
            began_at=local_time(pl.col("joined")),
            ended_at=local_time(pl.col("left")),
            ended_by=pl.when(pl.col("left").is_not_null()).then(pl.lit("customer")),
        ),
    )
    add_daily_counts(
        block,
        "wecom",
        CORP,
        group_joins=(groups.members, "joined"),
        group_leaves=(groups.members, "left"),
    )
    block.world.truth.add_totals(
        groups=groups.groups.height, group_members=groups.members["left"].null_count()
    )
