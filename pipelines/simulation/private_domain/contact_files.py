"""WeCom's files about contacts: API snapshots, the customer list, acquisition links."""

from __future__ import annotations

import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.cadence import expand, periodic_windows
from pipelines.simulation.desk import part_path
from pipelines.simulation.period import HOUR, stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.cells import epoch, without_empty
from pipelines.simulation.private_domain.contacts import CORP
from pipelines.simulation.private_domain.guides import Guides
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
