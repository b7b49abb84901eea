"""What WeCom tells about contacts day by day: callbacks, and the daily figures of every guide."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.cadence import expand, periodic_windows
from pipelines.simulation.draws import random_texts
from pipelines.simulation.period import DAY, HOUR, stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.cells import epoch, without_empty
from pipelines.simulation.private_domain.contact_files import FOLDER
from pipelines.simulation.private_domain.contacts import ASSIGNED, CORP
from pipelines.simulation.private_domain.guides import GUIDES_PER_BLOCK, Guides
from pipelines.simulation.private_domain.snapshots import WEEKLY, per_moment
from pipelines.simulation.rendering import layout, with_bad_rows

_BAD_EVENTS = ({"CreateTime": "昨天"},)
_LOST_CALLBACKS = 0.015
Kinds = tuple[tuple[str, pl.Expr, str, dict[str, pl.Expr | str]], ...]
"""Kind of event, which relations have it, its moment, and the texts that it states."""


def deliver_events(
    block: Block, rng: np.random.Generator, guides: Guides, relations: pl.DataFrame
) -> None:
    """The stored callbacks of every day, some of which never arrived."""
    period = block.world.period
    events = _events(rng, guides.named(relations))
    arrived = pl.Series(rng.random(events.height) >= _LOST_CALLBACKS)
    in_period = pl.col("at").is_between(period.start, period.end, closed="left")
    events = events.filter(arrived & in_period).sort("at", "ExternalUserID", "ChangeType")
    cells = {"CreateTime": epoch(pl.col("at")).cast(pl.String)} | {
        name: pl.col(name) for name in headers.WECOM_EVENTS[1:]
    }
    table = layout(events, headers.WECOM_EVENTS, cells, "")
    day = (events["at"] - period.start) // DAY * DAY + period.start
    for start, part in per_moment(day, without_empty(table)):
        faults = _BAD_EVENTS if block.is_first and start == day[-1] else ()
        content, bad = with_bad_rows(part, faults)
        block.world.desk.append(
            f"{FOLDER}/change_external_contact_{stamp(start, '%Y%m%d')}.csv",
            content,
            exported_at=start + DAY + HOUR,
            rejected=bad,
        )


def _events(rng: np.random.Generator, relations: pl.DataFrame) -> pl.DataFrame:
    """at and the columns of the events file, all kinds one after the other."""
    count = relations.height
    rows = relations.with_columns(
        code=pl.Series(random_texts(rng, count, 24)), half=pl.Series(rng.random(count) < 0.05)
    )
    by_hand = pl.col("add_way") != ASSIGNED
    limit = pl.col("external_userid").str.ends_with("0")
    kinds: Kinds = (
        (
            "add_half_external_contact",
            by_hand & pl.col("half"),
            "added",
            {"State": "state", "WelcomeCode": "code"},
        ),
        ("add_external_contact", by_hand, "added", {"State": "state", "WelcomeCode": "code"}),
        ("add_external_contact", ~by_hand, "added", {}),
        ("edit_external_contact", pl.col("typed_at").is_not_null(), "typed_at", {}),
        ("del_follow_user", pl.col("end_kind") == "customer", "ended", {}),
        ("del_external_contact", pl.col("end_kind") == "staff", "ended", {}),
        (
            "del_external_contact",
            pl.col("end_kind") == "transfer",
            "ended",
            {"Source": pl.lit("DELETE_BY_TRANSFER")},
        ),
        (
            "transfer_fail",
            pl.col("is_refused"),
            "ended",
            {
                "FailReason": pl.when(limit)
                .then(pl.lit("customer_limit_exceed"))
                .otherwise(pl.lit("customer_refused"))
            },
        ),
    )
    texts = ("State", "WelcomeCode", "Source", "FailReason")
    return pl.concat(
        rows.filter(condition)
        .with_columns(
            at=pl.col(moment),
            ChangeType=pl.lit(kind),
            UserID="guide_userid",
            ExternalUserID="external_userid",
            **{name: filled.get(name, pl.lit("")) for name in texts},
        )
        .select("at", *headers.WECOM_EVENTS[1:])
        for kind, condition, moment, filled in kinds
    )


def deliver_statistics(block: Block, guides: Guides, statistics: pl.DataFrame) -> None:
    """The daily figures of every guide, pulled every week for the last two."""
    windows = periodic_windows(block.world.period, 6 * HOUR + 1800, every=WEEKLY, covers=2 * WEEKLY)
    rows = guides.named(expand(statistics, windows))
    talked = pl.col("chats") > 0
    cells = {
        "stat_time": epoch(pl.col("created")),
        "userid": pl.col("guide_userid"),
        "new_apply_cnt": pl.col("applied"),
        "new_contact_cnt": pl.col("added_count"),
        "chat_cnt": pl.col("chats"),
        "message_cnt": pl.col("messages"),
        "reply_percentage": pl.when(talked).then(pl.col("replied").round(1)),
        "avg_reply_time": pl.when(talked).then("reply_minutes"),
        "negative_feedback_cnt": pl.col("lost"),
    }
    table = layout(rows, headers.WECOM_STATISTICS, cells, "")
    for moment, part in per_moment(rows["at"], table):
        block.world.desk.append(
            f"{FOLDER}/user_behavior_data_{stamp(moment, '%Y%m%d%H%M')}.csv",
            part,
            exported_at=moment,
        )


def state_statistics(block: Block, statistics: pl.DataFrame) -> None:
    """Per day: how many chats, and the guides' mean minutes to the first answer, added up."""
    talked = statistics.filter(pl.col("chats") > 0)
    for metric, column in (("chats", "chats"), ("first_reply_minutes", "reply_minutes")):
        block.world.truth.add_headline(
            talked.group_by(date=pl.from_epoch("created", time_unit="s").dt.date()).agg(
                value=pl.col(column).sum().cast(pl.Int64),
                platform=pl.lit("wecom"),
                account=pl.lit(CORP),
                metric=pl.lit(metric),
            )
        )


def simulate_statistics(
    block: Block, rng: np.random.Generator, relations: pl.DataFrame
) -> pl.DataFrame:
    """One row per day and guide, sorted by ``created``, the begin of the day."""
    period = block.world.period
    grid = pl.DataFrame({"day": range(period.days)}, schema={"day": pl.Int64}).join(
        pl.DataFrame({"guide": range(GUIDES_PER_BLOCK)}, schema={"guide": pl.Int64}), how="cross"
    )
    added = _per_day(block, relations.filter(pl.col("add_way") < 200), "added")
    lost = _per_day(block, relations.filter(pl.col("end_kind") == "customer"), "ended")
    table = grid.join(added.rename({"count": "added_count"}), on=["day", "guide"], how="left").join(
        lost.rename({"count": "lost"}), on=["day", "guide"], how="left"
    )
    count = table.height
    busy = relations.height / GUIDES_PER_BLOCK / 40
    chats = rng.poisson(busy, count)
    return (
        table.with_columns(pl.col("added_count", "lost").fill_null(0))
        .select(
            "guide",
            "added_count",
            "lost",
            created=period.start + pl.col("day") * DAY,
            applied=pl.col("added_count") + pl.Series(rng.poisson(0.3, count)),
            chats=pl.Series(chats),
            messages=pl.Series(chats * rng.integers(1, 9, count)),
            replied=pl.Series(rng.uniform(70, 100, count)),
            reply_minutes=pl.Series(rng.integers(1, 45, count)),
        )
        .sort("created", "guide")
    )


def _per_day(block: Block, relations: pl.DataFrame, moment: str) -> pl.DataFrame:
    """Rows per day index and guide: day, guide, count."""
    day = (pl.col(moment) - block.world.period.start).floordiv(DAY)
    return relations.group_by(day.alias("day"), "guide").agg(count=pl.len())
