"""The newest snapshot of everything in the files gives the truth that the brand states."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from decimal import Decimal

import polars as pl

from tests.unit.simulation.conftest import Written
from tests.unit.simulation.reading import Record, good_records, money

TMALL = {
    "moneys": ("总金额", "买家实际支付金额", "退款金额"),
    "times": ("订单创建时间", "订单付款时间"),
    "required": ("订单编号", "订单创建时间"),
}
OUTLET = {
    "moneys": ("总金额", "买家实付金额", "退款金额"),
    "times": ("订单创建时间", "订单付款时间"),
    "required": ("订单编号", "订单创建时间"),
}
ITEMS = {
    "moneys": ("买家应付货款", "买家实际支付金额", "退款金额"),
    "times": ("订单创建时间",),
    "required": ("主订单编号", "标题"),
    "integers": ("购买数量",),
}
DOUYIN = {
    "moneys": ("订单应付金额",),
    "times": ("订单提交时间", "支付完成时间"),
    "required": ("主订单编号", "子订单编号"),
    "integers": ("商品数量",),
}
REFUNDED = {"退款成功", "同意退款，退款成功"}


def newest_orders(written: Written, pattern: str, rules: dict, key: str) -> list[dict]:
    """All records of the newest file that holds the order, per order."""
    newest: dict[str, list[Record]] = {}
    for path in written.paths(pattern):
        records, _ = good_records(path, pattern.split("/")[0], **rules)
        groups = defaultdict(list)
        for record in records:
            groups[record[key]].append(record)
        newest.update(groups)
    return list(newest.values())


def test_tmall_totals_from_the_files(written: Written) -> None:
    orders = [g[0] for g in newest_orders(
        written, "tmall/flagship/ExportOrderList*.csv", TMALL, "订单编号"
    )]  # fmt: skip
    truth = written.brand.accounts["tmall/flagship"]
    assert len(orders) == truth.orders
    paid = [o for o in orders if o["订单付款时间"]]
    assert len(paid) == truth.paid_orders
    assert sum(money(o["买家实际支付金额"]) for o in paid) == truth.gross_cny
    assert sum(money(o["退款金额"]) for o in orders) == truth.refund_cny
    valid = [
        o
        for o in paid
        if o["订单状态"] != "交易关闭" and money(o["买家实际支付金额"]) > money(o["退款金额"])
    ]
    assert len(valid) == truth.valid_orders
    days = defaultdict(set)
    for order in valid:
        days[order["买家会员名"]].add(order["订单创建时间"][:10])
    assert len(days) == truth.buyers
    assert sum(len(d) > 1 for d in days.values()) == truth.repeat_buyers


def test_outlet_totals_from_the_files(written: Written) -> None:
    orders = [g[0] for g in newest_orders(
        written, "tmall/outlet/ExportOrderList*.xlsx", OUTLET, "订单编号"
    )]  # fmt: skip
    truth = written.brand.accounts["tmall/outlet"]
    assert (len(orders), 0) == (truth.orders, truth.identified_orders)
    paid = [o for o in orders if o["订单付款时间"]]
    assert len(paid) == truth.paid_orders
    assert sum(money(o["买家实付金额"]) for o in paid) == truth.gross_cny
    assert sum(money(o["退款金额"]) for o in orders) == truth.refund_cny


def test_tmall_items_add_up_to_their_orders(written: Written) -> None:
    orders = {g[0]["订单编号"]: g[0] for g in newest_orders(
        written, "tmall/flagship/ExportOrderList*.csv", TMALL, "订单编号"
    )}  # fmt: skip
    groups = newest_orders(
        written, "tmall/flagship/ExportOrderDetailList*.csv", ITEMS, "主订单编号"
    )
    assert {g[0]["主订单编号"] for g in groups} == set(orders)
    for lines in groups:
        order = orders[lines[0]["主订单编号"]]
        for column in ("买家实际支付金额", "退款金额"):
            assert sum(money(line[column]) for line in lines) == money(order[column])
        assert len({line["子订单编号"] for line in lines}) == len(lines)
        assert sum(int(line["购买数量"]) for line in lines) == int(order["宝贝总数量"])


def test_douyin_totals_from_the_files(written: Written) -> None:
    for account, pattern in (
        ("flagship", "douyin/flagship/*.csv"),
        ("outlet", "douyin/outlet/*.xlsx"),
    ):
        orders = newest_orders(written, pattern, DOUYIN, "主订单编号")
        truth = written.brand.accounts[f"douyin/{account}"]
        assert len(orders) == truth.orders
        paid = [subs for subs in orders if subs[0]["支付完成时间"]]
        assert len(paid) == truth.paid_orders
        gross = refund = Decimal(0)
        valid = 0
        for subs in paid:
            total = sum(money(s["订单应付金额"]) for s in subs)
            back = sum(money(s["订单应付金额"]) for s in subs if s["售后状态"] in REFUNDED)
            gross, refund, valid = gross + total, refund + back, valid + (total > back)
            assert (total > back) == any(s["订单状态"] != "已关闭" for s in subs)
        assert (gross, refund, valid) == (truth.gross_cny, truth.refund_cny, truth.valid_orders)


def test_store_totals_from_the_files(written: Written) -> None:
    rules = {
        "moneys": ("销售金额",),
        "times": ("销售日期",),
        "required": ("小票号",),
        "integers": ("销售数量",),
    }
    receipts = defaultdict(list)
    for path in written.paths("pos/*"):
        for line in good_records(path, "pos", **rules)[0]:
            receipts[line["门店名称"], line["收银机"], line["小票号"]].append(line)
    truth = written.brand.platforms["pos"]
    assert len(receipts) == truth.orders
    amounts = [[money(line["销售金额"]) for line in lines] for lines in receipts.values()]
    gross = [sum(a for a in receipt if a > 0) for receipt in amounts]
    refund = [-sum(a for a in receipt if a < 0) for receipt in amounts]
    assert (sum(gross), sum(refund)) == (truth.gross_cny, truth.refund_cny)
    assert sum(g > 0 for g in gross) == truth.paid_orders
    assert sum(g > r for g, r in zip(gross, refund, strict=True)) == truth.valid_orders
    assert sum(bool(r[0]["会员卡号"]) for r in receipts.values()) == truth.identified_orders
    assert len({r[0]["小票号"] for r in receipts.values()}) < len(receipts)  # unique per till only


def test_spend_is_that_of_the_newest_file(written: Written) -> None:
    rules = {"moneys": ("消耗",), "times": ("时间-天",), "required": ("时间-天",)}
    for advertiser, truth in written.brand.ad_spend_cny.items():
        newest: dict[tuple[str, str], Decimal] = {}
        moved = 0
        for path in written.paths(f"oceanengine/{advertiser}/*.csv"):
            for row in good_records(path, "oceanengine", **rules)[0]:
                key = (row["时间-天"], row["项目ID"])
                moved += key in newest and newest[key] != money(row["消耗"])
                newest[key] = money(row["消耗"])
        assert sum(newest.values()) == truth
        assert moved


def test_newer_snapshots_change_rows(written: Written) -> None:
    older, newer = (
        {r["订单编号"]: r for r in good_records(path, "tmall", **TMALL)[0]}
        for path in written.paths("tmall/flagship/ExportOrderList*.csv")[-2:]
    )
    common = older.keys() & newer.keys()
    assert common
    assert older.keys() - newer.keys()  # out of the window, yet not deleted
    assert any(older[k]["订单状态"] != newer[k]["订单状态"] for k in common)
    assert any(money(older[k]["退款金额"]) < money(newer[k]["退款金额"]) for k in common)
    assert not any(money(older[k]["退款金额"]) > money(newer[k]["退款金额"]) for k in common)
    before, after = (
        {r["子订单编号"]: r for r in good_records(path, "douyin", **DOUYIN)[0]}
        for path in written.paths("douyin/flagship/*.csv")[-2:]
    )
    late = [k for k in before.keys() & after.keys() if before[k]["流量体裁"].startswith("数据将于")]
    assert late
    assert all(after[k]["流量体裁"] in {"直播", "短视频", "商品卡"} for k in late)


def test_bad_rows_are_counted(written: Written) -> None:
    declared = {f.path: f.rejected for f in written.brand.files}
    checks = (
        ("tmall/flagship/ExportOrderList*.csv", TMALL),
        ("tmall/outlet/ExportOrderList*.xlsx", OUTLET),
        ("tmall/flagship/ExportOrderDetailList*.csv", ITEMS),
        ("douyin/flagship/*.csv", DOUYIN),
        ("douyin/outlet/*.xlsx", DOUYIN),
        ("pos/*", {"moneys": ("销售金额",), "times": ("销售日期",), "required": ("小票号",)}),
        ("crm/*", {"moneys": ("余额",), "times": ("开卡时间",), "required": ("会员卡号",)}),
        ("youzan/*", {"moneys": ("消费金额",), "times": (), "required": ()}),
        ("wecom/*/*", {"moneys": (), "times": (), "required": ("external_userid",),
                       "integers": ("createtime",)}),
        ("official_account/*/*", {"moneys": (), "times": (), "required": ("openid",)}),
        ("oceanengine/*/*", {"moneys": ("消耗",), "times": ("时间-天",), "required": ()}),
    )  # fmt: skip
    total = 0
    for pattern, rules in checks:
        for path in written.paths(pattern):
            _, bad = good_records(path, pattern.split("/")[0], **rules)
            assert bad == declared[str(path.relative_to(written.landing))], path
            total += bad
    assert total == written.brand.expected_rejected == 22
    assert written.brand.expected_junk == len(written.paths("pos/*"))


def test_people_counts_from_the_files(written: Written) -> None:
    brand = written.brand
    rules = {
        "moneys": (),
        "times": (),
        "required": ("external_userid",),
        "integers": ("createtime",),
    }
    contacts, _ = good_records(written.paths("wecom/*/*")[0], "wecom", **rules)
    assert len(contacts) == brand.contact_relations
    assert len({c["external_userid"] for c in contacts}) == brand.contacts
    for account, expected in brand.followers.items():
        (path,) = written.paths(f"official_account/{account}/*")
        fans, _ = good_records(path, "wecom", moneys=(), times=(), required=("openid",))
        assert sum(f["subscribe"] == "1" for f in fans) == expected
        assert sum(f["subscribe"] == "0" for f in fans) == brand.unsubscribed[account]
    members = {"moneys": ("余额",), "times": ("开卡时间",), "required": ("会员卡号",)}
    cards, _ = good_records(written.paths("crm/*")[0], "crm", **members)
    assert len(cards) == brand.members + brand.merged_cards
    assert sum(bool(c["合并至卡号"]) for c in cards) == brand.merged_cards
    known = brand.identifiers.filter(pl.col("identifier_type") == "crm_member_id")
    assert {c["会员卡号"] for c in cards} == set(known["identifier_value"])


def test_every_personal_key_in_the_files_has_its_person(written: Written) -> None:
    table = written.brand.identifiers
    assert table.null_count().sum_horizontal().item() == 0
    assert table.is_unique().all()
    shared = table.group_by("identifier_type", "identifier_value").len().filter(pl.col("len") > 1)
    assert set(shared["identifier_type"]) == {"phone"}
    values = {
        kind: set(part["identifier_value"])
        for (kind,), part in table.group_by("identifier_type")
    }  # fmt: skip
    orders = newest_orders(written, "tmall/flagship/ExportOrderList*.csv", TMALL, "订单编号")
    assert {g[0]["买家会员名"] for g in orders} <= values["tmall_nick"]
    people = {g[0]["买家会员名"] for g in orders}
    assert (
        len(people)
        == written.brand.orders.filter(
            (pl.col("platform") == "tmall") & (pl.col("account") == "flagship")
        )["person_id"].n_unique()
    )


def test_demand_is_plausible(written: Written) -> None:
    brand = written.brand
    per_day = brand.orders.group_by(pl.col("created_at").dt.date()).len()
    peak = per_day.sort("len", descending=True)["created_at"][0]
    assert (peak.month, peak.day) == (6, 18)
    everything = brand.platforms["all"]
    assert Decimal("0.02") < everything.refund_cny / everything.gross_cny < Decimal("0.12")
    assert 0.2 < brand.repeat_buyers / brand.buyers < 0.7
    assert brand.identified_buyers < brand.buyers < brand.people
    for name in ("tmall", "douyin", "pos"):
        assert brand.platforms[name].orders > brand.platforms[name].valid_orders


def test_truth_folder(written: Written) -> None:
    content = json.loads((written.truth / "truth.json").read_text("utf-8"))
    assert content["platforms"]["tmall"]["net_cny"] == str(written.brand.platforms["tmall"].net_cny)
    assert len(content["files"]) == len(written.brand.files)
    assert datetime.fromisoformat(content["first_day"]).date() == written.brand.first_day
    orders = pl.read_parquet(written.truth / "orders.parquet")
    assert orders.equals(written.brand.orders)
    identifiers = pl.read_parquet(written.truth / "identifiers.parquet")
    assert identifiers.equals(written.brand.identifiers)
