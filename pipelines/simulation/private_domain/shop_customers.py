"""Youzan's customers: some phones are masked, a blank is a space, the header ends in a comma."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.draws import Array
from pipelines.simulation.people import phone_at
from pipelines.simulation.period import stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.cells import yes_no
from pipelines.simulation.private_domain.snapshots import (
    MONTHLY,
    per_moment,
    snapshot_moments,
    standing_at,
)
from pipelines.simulation.rendering import clock, layout, masked_phone, money, with_bad_rows

_SOURCES = {
    "wechat_mini_program": "小程序",
    "official_account_menu": "微信公众号",
    "wecom_qr_code": "企业微信",
    "youzan_shop": "网店",
    "store_sign_up": "门店",
    "wechat_channels": "视频号",
    "wechat_ads": "微信广告",
}
_BAD_CUSTOMERS = ({"客户昵称": "坏行", "消费金额": "很多"},)


def simulate_shop_customers(block: Block, rng: np.random.Generator) -> pl.DataFrame:
    """One row per Youzan customer, sorted by ``became``.

    Columns: person_id, name, nick, phone, is_masked, is_member, points, became, source.
    """
    created = block.touches.filter(kind="shop_customer_created").sort("at")
    created = created.unique("person_id", keep="first", maintain_order=True)
    people = block.people.filter("on_youzan").join(
        created.select("person_id", "at", "channel"), on="person_id", how="left"
    )
    count = people.height
    return people.select(
        "person_id",
        "nick",
        phone=phone_at(pl.col("met_at")),
        name=pl.concat_str("surname", "given_name"),
        is_masked=pl.Series(rng.random(count) < 0.4),
        is_member=pl.Series(rng.random(count) < 0.5),
        points=pl.Series(rng.integers(0, 400, count)),
        became=pl.col("at").fill_null(pl.col("met_at")),
        source=pl.col("channel").replace_strict(_SOURCES, default="小程序", return_dtype=pl.String),
    ).sort("became", "person_id")


def deliver_shop_customers(block: Block, customers: pl.DataFrame) -> None:
    """The complete file of every month, with what each customer has bought by then."""
    moments = snapshot_moments(block.world.period, MONTHLY)
    rows = _with_purchases(block, standing_at(customers, moments, "became"), moments)
    table = layout(rows, headers.YOUZAN_CUSTOMERS, _cells(), " ")
    for moment, part in per_moment(rows["moment"], table):
        faults = _BAD_CUSTOMERS if block.is_first and moment == moments[-1] else ()
        content, bad = with_bad_rows(part, faults)
        block.world.desk.append(
            f"youzan/客户列表_{stamp(moment, '%Y%m%d%H%M')}.csv",
            content.with_columns(pl.lit(None, dtype=pl.String).alias("")),
            exported_at=moment,
            rejected=bad,
        )


def _with_purchases(block: Block, rows: pl.DataFrame, moments: Array) -> pl.DataFrame:
    """The rows with orders, spent_fen and last_order as of their moment."""
    paid = block.orders.filter(
        (pl.col("platform") == "youzan")
        & pl.col("person_id").is_not_null()
        & pl.col("paid").is_not_null()
    )
    bought = (
        standing_at(paid.select("person_id", "paid", "received_fen"), moments, "paid")
        .group_by("moment", "person_id")
        .agg(orders=pl.len(), spent_fen=pl.sum("received_fen"), last_order=pl.max("paid"))
    )
    return rows.join(
        bought, on=["moment", "person_id"], how="left", maintain_order="left"
    ).with_columns(pl.col("orders", "spent_fen").fill_null(0))


def _cells() -> dict[str, pl.Expr | str]:
    def if_member(value: pl.Expr) -> pl.Expr:
        return pl.when("is_member").then(value).otherwise(pl.lit(" "))

    average = pl.when(pl.col("orders") > 0).then(pl.col("spent_fen") // pl.col("orders"))
    phone = pl.when("is_masked").then(masked_phone(pl.col("phone"), 2)).otherwise("phone")
    return {
        "客户姓名": if_member(pl.col("name")),
        "客户昵称": pl.col("nick"),
        "客户手机号": phone,
        "是否会员": yes_no(pl.col("is_member")),
        "免费等级": if_member(pl.lit("V1")),
        "客户积分": if_member(pl.col("points").cast(pl.String)),
        "消费次数": pl.col("orders"),
        "消费金额": money(pl.col("spent_fen")),
        "累计退款金额": "0.00",
        "笔单价": money(average).fill_null(" "),
        "上次消费时间": clock(pl.col("last_order")).fill_null(" "),
        "来源渠道": pl.col("source"),
        "来源方式": "扫码",
        "成为客户时间": clock(pl.col("became")),
        "成为会员时间": if_member(clock(pl.col("became"))),
        "成为会员店铺": if_member(pl.lit("示例总店")),
    }


def state_shop_customers(block: Block, customers: pl.DataFrame) -> None:
    """Who stands behind each clear phone of the file, and who joined the shop's membership."""
    block.add_identifiers("phone", customers.filter(~pl.col("is_masked")), "phone")
    block.add_touches(
        customers.filter("is_member").select(
            "person_id",
            at="became",
            kind=pl.lit("shop_membership_joined"),
            channel=pl.lit("youzan_shop"),
        )
    )
