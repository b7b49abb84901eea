"""WeCom's files about contacts: API snapshots, the customer list, events, links, statistics."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.cadence import expand, periodic_windows
from pipelines.simulation.desk import part_path
from pipelines.simulation.draws import random_texts
from pipelines.simulation.period import DAY, HOUR, stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.cells import epoch, without_empty
from pipelines.simulation.private_domain.contacts import ASSIGNED, CORP
from pipelines.simulation.private_domain.guides import GUIDES_PER_BLOCK, Guides
from pipelines.simulation.private_domain.snapshots import (
    MONTHLY,
    WEEKLY,
    delivery_of,
    per_moment,
    snapshot_moments,
    standing_at,
)
from pipelines.simulation.rendering import clock, layout, with_bad_rows

FOLDER = f"wecom/{CORP}"
_BAD_CONTACTS = (
    {"external_userid": "wmBAD0000000000000000000000000001", "createtime": "yesterday"},
    {"external_userid": "", "unionid": ""},
)
_BAD_EVENTS = ({"CreateTime": "昨天"},)
_WAY_LABELS = {
    0: "未知",
    1: "扫描二维码",
    2: "搜索手机号",
    3: "名片分享",
    4: "群聊",
    5: "手机通讯录",
    6: "微信联系人",
    8: "第三方应用自动添加客服",
    9: "搜索邮箱",
    10: "视频号添加",
    11: "日程参与人",
    12: "会议参与人",
    16: "获客链接",
    24: "接受微信账号收到的好友申请",
    201: "内部成员共享",
    202: "管理员/负责人分配",
}
_LOST_CALLBACKS = 0.015
Kinds = tuple[tuple[str, pl.Expr, str, dict[str, pl.Expr | str]], ...]
"""Kind of event, which relations have it, its moment, and the texts that it states."""
_VIP = '{"group_name":"客户等级","tag_name":"VIP","type":1}'


def deliver_contacts(block: Block, guides: Guides, relations: pl.DataFrame) -> None:
    """The complete API snapshot of every week."""
    moments = snapshot_moments(block.world.period, WEEKLY)
    rows = guides.named(standing_at(relations, moments, "added", "ended"))
    is_typed = pl.col("typed_at") <= pl.col("moment")
    phones = pl.concat_str(pl.lit('["'), "typed_phone", pl.lit('"]'))
    interest = pl.concat_str(
        pl.lit('{"group_name":"意向品类","tag_name":"'),
        pl.col("interest").str.split(",").list.first(),
        pl.lit('","type":1}'),
    )
    tags = pl.concat_list(
        pl.when("is_vip").then(pl.lit(_VIP)), pl.when(pl.col("interest") != "").then(interest)
    )
    cells = {
        **{key: pl.col(key) for key in ("external_userid", "name", "type", "gender", "unionid")},
        "follow_userid": pl.col("guide_userid"),
        "createtime": epoch(pl.col("added")),
        "add_way": pl.col("add_way"),
        "state": pl.col("state"),
        "oper_userid": pl.when("is_by_admin").then(pl.lit("admin")).otherwise("guide_userid"),
        "remark_mobiles": pl.when(is_typed).then(phones).otherwise(pl.lit("[]")),
        "tags": pl.concat_str(pl.lit("["), tags.list.drop_nulls().list.join(","), pl.lit("]")),
    }
    table = without_empty(layout(rows, headers.WECOM_CONTACTS, cells, ""))
    for moment, part in per_moment(rows["moment"], table):
        faults = _BAD_CONTACTS if block.is_first and moment == moments[-1] else ()
        content, bad = with_bad_rows(part, faults)
        block.world.desk.append(
            f"{FOLDER}/external_contacts_{stamp(moment, '%Y%m%d%H%M')}.csv",
            without_empty(content),
            exported_at=moment,
            delivered_at=delivery_of(moment, moments),
            rejected=bad,
        )


def deliver_customer_list(block: Block, guides: Guides, relations: pl.DataFrame) -> None:
    """The console's customer list of every month: no person id, but two tag groups."""
    moments = snapshot_moments(block.world.period, MONTHLY, 9 * HOUR)
    rows = guides.named(standing_at(relations, moments, "added", "ended"))
    is_typed = pl.col("typed_at") <= pl.col("moment")
    cells = {
        "客户名称": pl.col("name"),
        "添加人": pl.col("guide_name"),
        "添加人账号": pl.col("guide_userid"),
        "添加人所属部门": pl.col("department"),
        "添加时间": clock(pl.col("added")),
        "来源": pl.col("add_way").replace_strict(_WAY_LABELS, return_dtype=pl.String),
        "手机": pl.when(is_typed).then("typed_phone"),
        "企业": pl.when(pl.col("type") == 2).then(pl.lit("示例合作公司")),
        "客户等级": pl.when("is_vip").then(pl.lit("VIP")),
        "意向品类": pl.col("interest"),
    }
    table = layout(rows, headers.WECOM_CUSTOMER_LIST, cells, "")
    for moment, part in per_moment(rows["moment"], table):
        block.world.desk.write_xlsx(
            part_path(f"{FOLDER}/客户列表_{stamp(moment, '%Y%m%d%H%M')}.xlsx", block.number),
            part,
            exported_at=moment,
            preamble=(
                "客户列表",
                f"导出时间：{stamp(moment, '%Y-%m-%d %H:%M:%S')}",
                "仅供内部使用",
            ),
        )


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


def deliver_links(block: Block, guides: Guides, relations: pl.DataFrame) -> None:
    """Who came through an acquisition link, every week for the last two."""
    windows = periodic_windows(block.world.period, 10 * HOUR, every=WEEKLY, covers=2 * WEEKLY)
    linked = relations.filter(pl.col("add_way") == 16).with_columns(created="added").sort("created")
    rows = guides.named(expand(linked, windows))
    flow = pl.concat_str(pl.lit("F"), pl.col("external_userid").str.slice(2, 10))
    cells = {
        "链接名称": pl.col("state"),
        "用户昵称": pl.col("name"),
        "添加人": pl.col("guide_name"),
        "添加人账号": pl.col("guide_userid"),
        "添加人所属部门": pl.col("department"),
        "添加时间": clock(pl.col("added")),
        "流量id": flow,
        "线索id": flow.str.replace("F", "L"),
    }
    table = layout(rows, headers.WECOM_ACQUISITION_LINKS, cells, "")
    for moment, part in per_moment(rows["at"], table):
        block.world.desk.append(
            f"{FOLDER}/获客链接明细_{stamp(moment, '%Y%m%d%H%M')}.csv", part, exported_at=moment
        )


def deliver_statistics(
    block: Block, rng: np.random.Generator, guides: Guides, relations: pl.DataFrame
) -> None:
    """The daily figures of every guide, pulled every week for the last two."""
    windows = periodic_windows(block.world.period, 6 * HOUR + 1800, every=WEEKLY, covers=2 * WEEKLY)
    rows = guides.named(expand(_statistics(block, rng, relations), windows))
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


def _statistics(block: Block, rng: np.random.Generator, relations: pl.DataFrame) -> pl.DataFrame:
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
