"""WeCom's files about groups: the groups and their members, complete, every week."""

from __future__ import annotations

import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.draws import Array
from pipelines.simulation.period import stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.cells import epoch, without_empty
from pipelines.simulation.private_domain.contact_files import FOLDER
from pipelines.simulation.private_domain.groups import Groups
from pipelines.simulation.private_domain.guides import Guides
from pipelines.simulation.private_domain.snapshots import (
    WEEKLY,
    delivery_of,
    per_moment,
    snapshot_moments,
    standing_at,
)
from pipelines.simulation.rendering import clock, layout


def deliver_groups(block: Block, guides: Guides, groups: Groups) -> None:
    """The groups and their members, complete, every week."""
    moments = snapshot_moments(block.world.period, WEEKLY)
    rows = guides.named(standing_at(groups.groups, moments, "created"))
    cells = {
        "chat_id": pl.col("chat_id"),
        "群名": pl.col("name"),
        "群主": pl.col("guide_userid"),
        "群类型": pl.col("kind"),
        "create_time": epoch(pl.col("created")),
        "notice": pl.concat_str(
            pl.lit("本周福利 "), clock(pl.col("moment"), "%m-%d"), pl.lit(" 开抢")
        ),
    }
    table = layout(rows, headers.WECOM_GROUPS, cells, "")
    for moment, part in per_moment(rows["moment"], without_empty(table)):
        block.world.desk.append(
            f"{FOLDER}/groups_{stamp(moment, '%Y%m%d%H%M')}.csv", part, exported_at=moment
        )
    _deliver_members(block, guides, groups, moments)


def _deliver_members(block: Block, guides: Guides, groups: Groups, moments: Array) -> None:
    owners = guides.named(groups.groups).select(
        "chat_id",
        "guide",
        userid="guide_userid",
        name="guide_name",
        unionid=pl.lit(""),
        joined="created",
        left=pl.lit(None, dtype=pl.Int64),
        join_scene=pl.lit(1, dtype=pl.Int64),
        type=pl.lit(1),
    )
    members = groups.members.with_columns(type=pl.lit(2)).select(owners.columns)
    rows = guides.named(standing_at(pl.concat([owners, members]), moments, "joined", "left"))
    invited = (pl.col("join_scene") < 3) & (pl.col("type") == 2)
    cells = {
        **{name: pl.col(name) for name in ("chat_id", "userid", "type", "unionid", "name")},
        "join_time": epoch(pl.col("joined")),
        "join_scene": pl.col("join_scene"),
        "invitor_userid": pl.when(invited).then("guide_userid"),
    }
    table = without_empty(layout(rows, headers.WECOM_GROUP_MEMBERS, cells, ""))
    for moment, part in per_moment(rows["moment"], table):
        block.world.desk.append(
            f"{FOLDER}/group_members_{stamp(moment, '%Y%m%d%H%M')}.csv",
            part,
            exported_at=moment,
            delivered_at=delivery_of(moment, moments),
        )
