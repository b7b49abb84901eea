"""WeCom mass sends: guides write to their contacts on Thursdays and to the groups on Sundays."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.cadence import expand, periodic_windows
from pipelines.simulation.draws import pick
from pipelines.simulation.period import DAY, HOUR, stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.campaigns import Calendar, frame_of
from pipelines.simulation.private_domain.cells import epoch, without_empty
from pipelines.simulation.private_domain.contact_files import FOLDER
from pipelines.simulation.private_domain.contacts import CORP
from pipelines.simulation.private_domain.figures import add_daily_counts
from pipelines.simulation.private_domain.groups import Groups
from pipelines.simulation.private_domain.guides import Guides
from pipelines.simulation.private_domain.snapshots import WEEKLY, per_moment, standing_at
from pipelines.simulation.rendering import layout
from pipelines.simulation.truth import local_time

_NOT_SENT, _SENT, _NO_CONTACT, _LIMIT = 0, 1, 2, 3
_AUDIENCE_SHARE = 0.4
_STILL_LISTED_DAYS = 14
"""Who deleted the guide stays on the guide's list for some days; the send then fails."""
_SETTLED_DAYS = 4
"""A guide may confirm a send some days late; the result is final after that."""


def simulate_mass_sends(
    rng: np.random.Generator,
    guides: Guides,
    relations: pl.DataFrame,
    groups: Groups,
    calendar: Calendar,
) -> pl.DataFrame:
    """One row per send and receiver, sorted by ``created``.

    Columns: created (when the task was made), msgid, campaign, send_type, person_id (null: to a
    group), guide_userid, external_userid, chat_id, first_status, last_status, sent.
    """
    columns = (
        "created",
        "msgid",
        "campaign",
        "send_type",
        "person_id",
        "guide_userid",
        "external_userid",
        "chat_id",
        "first_status",
        "last_status",
        "sent",
    )
    single = _single_sends(rng, relations, calendar)
    group = _group_sends(rng, groups, calendar)
    parts = [
        _with_task(guides.named(part), tasks).select(columns) for part, tasks in (single, group)
    ]
    return pl.concat(parts).sort("created", "guide_userid", "external_userid", "chat_id")


Part = tuple[pl.DataFrame, pl.DataFrame]


def _with_task(rows: pl.DataFrame, tasks: pl.DataFrame) -> pl.DataFrame:
    task = tasks.select(created="at", campaign="name", msgid=pl.concat_str(pl.lit("msg"), "batch"))
    return rows.join(task, on="created", how="left", maintain_order="left")


def _single_sends(rng: np.random.Generator, relations: pl.DataFrame, calendar: Calendar) -> Part:
    tasks = frame_of(calendar.single_sends)
    listed = relations.with_columns(
        listed_until=pl.when(pl.col("end_kind") == "customer")
        .then(pl.col("ended") + _STILL_LISTED_DAYS * DAY)
        .otherwise("ended")
    )
    rows = standing_at(listed, tasks["at"].to_numpy(), "added", "listed_until")
    rows = rows.filter(pl.Series(rng.random(rows.height) < _AUDIENCE_SHARE))
    rows = rows.unique(["moment", "guide", "external_userid"], keep="last", maintain_order=True)
    count = rows.height
    is_gone = pl.col("ended") <= pl.col("moment")
    outcome = pick(rng, ((_SENT, 0.92), (_NOT_SENT, 0.06), (_LIMIT, 0.02)), count)
    last = pl.when(is_gone).then(pl.lit(_NO_CONTACT)).otherwise(pl.Series(outcome))
    is_slow = pl.Series(rng.random(count) < 0.08)
    table = rows.with_columns(last_status=last).with_columns(
        first_status=pl.when(is_slow).then(pl.lit(_NOT_SENT)).otherwise("last_status"),
        created="moment",
        sent=pl.col("moment") + pl.Series(rng.integers(60, 4 * HOUR, count)),
        send_type=pl.lit("single"),
        chat_id=pl.lit(None, dtype=pl.String),
    )
    return table, tasks


def _group_sends(rng: np.random.Generator, groups: Groups, calendar: Calendar) -> Part:
    """The results of group sends leave out what was not sent."""
    tasks = frame_of(calendar.group_sends)
    lasting = groups.groups.filter(pl.col("kind") != "快闪群")
    rows = standing_at(lasting, tasks["at"].to_numpy(), "created")
    rows = rows.filter(pl.Series(rng.random(rows.height) < 0.94))
    table = rows.with_columns(
        last_status=pl.lit(_SENT, dtype=pl.Int64),
        first_status=pl.lit(_SENT, dtype=pl.Int64),
        created="moment",
        sent=pl.col("moment") + pl.Series(rng.integers(60, HOUR, rows.height)),
        send_type=pl.lit("group"),
        person_id=pl.lit(None, dtype=pl.Int64),
        external_userid=pl.lit(None, dtype=pl.String),
    )
    return table, tasks


def deliver_mass_sends(block: Block, sends: pl.DataFrame) -> None:
    """The results of the last two weeks, every week."""
    windows = periodic_windows(block.world.period, 9 * HOUR, every=WEEKLY, covers=2 * WEEKLY)
    rows = expand(sends, windows)
    is_settled = pl.col("at") >= pl.col("created") + _SETTLED_DAYS * DAY
    rows = rows.with_columns(
        status=pl.when(is_settled).then("last_status").otherwise("first_status")
    )
    cells = {
        "msgid": pl.col("msgid"),
        "任务名称": pl.col("campaign"),
        "群发类型": pl.col("send_type"),
        "userid": pl.col("guide_userid"),
        "external_userid": pl.col("external_userid"),
        "chat_id": pl.col("chat_id"),
        "status": pl.col("status"),
        "send_time": pl.when(pl.col("status") == _SENT).then(epoch(pl.col("sent"))),
    }
    table = without_empty(layout(rows, headers.WECOM_MASS_SENDS, cells, ""))
    for moment, part in per_moment(rows["at"], table):
        block.world.desk.append(
            f"{FOLDER}/mass_sends_{stamp(moment, '%Y%m%d%H%M')}.csv", part, exported_at=moment
        )


def state_mass_sends(block: Block, sends: pl.DataFrame) -> None:
    """How many messages went out per day, and to whom those to single contacts."""
    sent = sends.filter(pl.col("last_status") == _SENT)
    block.world.truth.append(
        "sends",
        sends.filter(send_type="single").select(
            "campaign",
            "person_id",
            medium=pl.lit("wecom_single"),
            sent_at=local_time(pl.col("sent")),
            is_reached=pl.col("last_status") == _SENT,
        ),
    )
    add_daily_counts(block, "wecom", CORP, messages_sent=(sent, "sent"))
