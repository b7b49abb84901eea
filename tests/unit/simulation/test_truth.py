"""The newest snapshot of everything in the files gives the figures that the truth states."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.settings import REPOSITORY
from pipelines.simulation.journeys import KINDS
from pipelines.simulation.truth import MESS, TABLES
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
POS = {
    "moneys": ("销售金额",),
    "times": ("销售日期",),
    "required": ("小票号",),
    "integers": ("销售数量",),
}
REFUNDED = {"退款成功", "同意退款，退款成功"}
Key = Callable[[Record], Any]


def newest(written: Written, pattern: str, rules: dict, key: Key) -> dict[Any, list[Record]]:
    """All records of the newest file that holds the key, per key."""
    found: dict[Any, list[Record]] = {}
    for path in written.paths(pattern):
        records, _ = good_records(path, pattern.split("/")[0], **rules)
        groups = defaultdict(list)
        for record in records:
            groups[key(record)].append(record)
        found.update(groups)
    return found


def figures(written: Written, platform: str, account: str) -> dict[tuple[str, str], int]:
    """The headline of one account: (day, metric) -> value; zeros left out."""
    mine = written.truth.headline.filter(platform=platform, account=account)
    mine = mine.group_by("date", "metric").agg(pl.col("value").sum())
    return {
        (day.isoformat(), metric): value
        for day, metric, value in mine.select("date", "metric", "value").iter_rows()
        if value
    }


class Daily(dict[tuple[str, str], int]):
    """Figures counted from records, in the shape of ``figures``."""

    def count(self, day: str, **values: Decimal | int | bool) -> None:
        for metric, value in values.items():
            fen = int(value * 100) if isinstance(value, Decimal) else int(value)
            if fen:
                self[day[:10], metric] = self.get((day[:10], metric), 0) + fen


def add_order(  # one call per order
    daily: Daily, day: str, gross: Decimal, refund: Decimal, *, paid: bool, valid: bool, known: bool
) -> None:
    daily.count(
        day, orders=1, paid_orders=paid, valid_orders=valid, identified_orders=known,
        gross=gross, refund=refund, net=gross - refund,
    )  # fmt: skip


def test_tmall_figures_from_the_files(written: Written) -> None:
    orders = newest(written, "tmall/flagship/ExportOrderList*.csv", TMALL, lambda r: r["订单编号"])
    daily = Daily()
    for [order] in orders.values():
        gross, refund = money(order["买家实际支付金额"]), money(order["退款金额"])
        is_open = order["订单状态"] != "交易关闭"
        add_order(
            daily, order["订单创建时间"], gross, refund,
            paid=bool(order["订单付款时间"]), valid=is_open and gross > refund, known=True,
        )  # fmt: skip
    assert daily == figures(written, "tmall", "flagship")


def test_outlet_figures_from_the_files(written: Written) -> None:
    orders = newest(written, "tmall/outlet/ExportOrderList*.xlsx", OUTLET, lambda r: r["订单编号"])
    daily = Daily()
    for [order] in orders.values():
        gross, refund = money(order["买家实付金额"]), money(order["退款金额"])
        add_order(
            daily, order["订单创建时间"], gross, refund,
            paid=bool(order["订单付款时间"]), valid=gross > refund, known=False,
        )  # fmt: skip
    assert daily == figures(written, "tmall", "outlet")


def test_tmall_items_add_up_to_their_orders(written: Written) -> None:
    orders = newest(written, "tmall/flagship/ExportOrderList*.csv", TMALL, lambda r: r["订单编号"])
    groups = newest(
        written, "tmall/flagship/ExportOrderDetailList*.csv", ITEMS, lambda r: r["主订单编号"]
    )
    assert groups.keys() == orders.keys()
    for order_id, lines in groups.items():
        [order] = orders[order_id]
        for column in ("买家实际支付金额", "退款金额"):
            assert sum(money(line[column]) for line in lines) == money(order[column])
        assert len({line["子订单编号"] for line in lines}) == len(lines)
        assert sum(int(line["购买数量"]) for line in lines) == int(order["宝贝总数量"])


def test_douyin_figures_from_the_files(written: Written) -> None:
    for account, pattern in (
        ("flagship", "douyin/flagship/*.csv"),
        ("outlet", "douyin/outlet/1*.xlsx"),
    ):
        daily = Daily()
        for subs in newest(written, pattern, DOUYIN, lambda r: r["主订单编号"]).values():
            is_paid = bool(subs[0]["支付完成时间"])
            total = sum((money(s["订单应付金额"]) for s in subs if is_paid), Decimal(0))
            back = sum(
                (money(s["订单应付金额"]) for s in subs if s["售后状态"] in REFUNDED), Decimal(0)
            )
            if is_paid:
                assert (total > back) == any(s["订单状态"] != "已关闭" for s in subs)
            add_order(
                daily, subs[0]["订单提交时间"], total, back,
                paid=is_paid, valid=total > back, known=False,
            )  # fmt: skip
        assert daily == figures(written, "douyin", account)


def test_store_figures_from_the_files(written: Written) -> None:
    receipts = newest(
        written, "pos/*", POS,
        lambda r: (r["门店名称"], r["收银机"], r["销售日期"], r["小票号"]),
    )  # fmt: skip
    daily = Daily()
    for lines in receipts.values():
        amounts = [money(line["销售金额"]) for line in lines]
        gross = sum((a for a in amounts if a > 0), Decimal(0))
        refund = -sum((a for a in amounts if a < 0), Decimal(0))
        add_order(
            daily, lines[0]["销售日期"], gross, refund,
            paid=gross > 0, valid=gross > refund, known=bool(lines[0]["会员卡号"]),
        )  # fmt: skip
    assert daily == figures(written, "pos", "default")
    ids = written.truth.orders.filter(platform="pos")["order_id"]
    assert {"/".join(key) for key in receipts} == set(ids)
    assert len({key[3] for key in receipts}) < len(receipts)


def test_spend_is_that_of_the_newest_file(written: Written) -> None:
    rules = {"moneys": ("消耗",), "times": ("时间-天",), "required": ("时间-天",)}
    for advertiser in ("adv_1001", "adv_1002"):
        latest: dict[tuple[str, str], Decimal] = {}
        moved = 0
        for path in written.paths(f"oceanengine/{advertiser}/project*.csv"):
            for row in good_records(path, "oceanengine", **rules)[0]:
                key = (row["时间-天"], row["项目ID"])
                moved += key in latest and latest[key] != money(row["消耗"])
                latest[key] = money(row["消耗"])
        daily = Daily()
        for (day, _), spend in latest.items():
            daily.count(day, spend=spend)
        assert daily == figures(written, "oceanengine", advertiser)
        assert moved


def test_newer_snapshots_change_rows(written: Written) -> None:
    states: dict[str, list[Record]] = defaultdict(list)
    for path in written.paths("tmall/flagship/ExportOrderList*.csv"):
        for record in good_records(path, "tmall", **TMALL)[0]:
            states[record["订单编号"]].append(record)
    assert sum(len({r["订单状态"] for r in history}) > 1 for history in states.values()) > 50
    assert any(len({r["买家会员名"] for r in history}) > 1 for history in states.values())
    grew = 0
    for history in states.values():
        refunds = [money(record["退款金额"]) for record in history]
        assert refunds == sorted(refunds)
        grew += refunds[-1] > refunds[0]
    assert grew
    before, after = (
        {r["子订单编号"]: r for r in good_records(path, "douyin", **DOUYIN)[0]}
        for path in written.paths("douyin/flagship/*.csv")[20:22]
    )
    late = [k for k in before.keys() & after.keys() if before[k]["流量体裁"].startswith("数据将于")]
    assert late
    assert all(after[k]["流量体裁"] in {"直播", "短视频", "商品卡"} for k in late)


def test_every_table_has_its_columns(written: Written) -> None:
    for name, columns in TABLES.items():
        table = written.truth.table(name)
        assert table.schema == columns, name
        assert table.height > 0, name
    content = json.loads((written.truth.folder / "truth.json").read_text("utf-8"))
    assert content["arguments"]["seed"] == 7
    assert content["totals"]["orders"] == written.truth.orders.height
    once = written.truth.files.filter(pl.col("repeats").is_null())
    assert content["totals"]["rows"] == once["rows"].sum()


def test_a_file_that_says_what_an_earlier_one_said_is_a_repetition(written: Written) -> None:
    seen: dict[bytes, str] = {}
    repeats = {}
    for path in written.truth.files.sort("delivered_at", maintain_order=True)["path"]:
        earlier = seen.setdefault((written.landing / path).read_bytes(), path)
        if earlier != path:
            repeats[path] = earlier
    stated = written.truth.files.filter(pl.col("repeats").is_not_null())
    assert dict(stated.select("path", "repeats").iter_rows()) == repeats


def test_identifiers_name_people(written: Written) -> None:
    table = written.truth.identifiers
    keys = ["identifier_type", "identifier_value", "person_id"]
    assert table.select(keys).null_count().sum_horizontal().item() == 0
    assert table.select(keys).is_unique().all()
    assert set(table["mess"]) <= set(MESS)
    shared = table.group_by(keys[:2]).agg(pl.len(), pl.col("mess").unique())
    shared = shared.filter(pl.col("len") > 1)
    assert set(shared["identifier_type"]) == {"phone"}
    assert set(shared["mess"].explode()) <= {
        *("family_phone", "store_phone", "test_number", "reused_phone", "none"),
        *("mixed_up_phone", "companion_phone"),
    }
    orders = newest(written, "tmall/flagship/ExportOrderList*.csv", TMALL, lambda r: r["订单编号"])
    nicks = {order["买家会员名"] for [order] in orders.values()}
    assert nicks <= set(table.filter(identifier_type="tmall_nick")["identifier_value"])


def test_touches_are_in_order_and_cause_their_orders(written: Written) -> None:
    touches, orders = written.truth.touches, written.truth.orders
    steps = touches.with_columns(
        step=pl.col("at").diff().over("person_id"), next=pl.col("seq").diff().over("person_id")
    )
    assert (steps["step"].drop_nulls().dt.total_seconds() >= 0).all()
    assert (steps["next"].drop_nulls() == 1).all()
    caused = orders.filter(pl.col("channel").is_not_null()).join(
        touches, on="order_no", suffix="_touch"
    )
    online = caused.filter(pl.col("platform") != "pos")
    assert caused.height > 300
    assert (caused["channel"] == caused["channel_touch"]).all()
    assert (caused["person_id"] == caused["person_id_touch"]).all()
    assert (online["at"] < online["created_at"]).all()
    met = touches.group_by("person_id").agg(pl.col("at").min()).join(
        written.truth.people, on="person_id"
    )  # fmt: skip
    assert met.height == written.truth.people.height
    assert (met["at"] >= met["met_at"] - timedelta(minutes=10)).all()  # scanned, then added


def test_tiers_follow_from_touches_and_orders(written: Written) -> None:
    """Worked out once more, person by person, without the code of the package."""
    first: dict[tuple[int, str], object] = {}
    end = written.truth.last_day.isoformat() + " 23:59:59"
    for person, at, kind in written.truth.touches.select("person_id", "at", "kind").iter_rows():
        if str(at) <= end:
            first.setdefault((person, KINDS[kind]), at)
    days = defaultdict(dict)
    for person, at in (
        written.truth.orders.filter(pl.col("is_valid") & pl.col("person_id").is_not_null())
        .sort("created_at")
        .select("person_id", "created_at")
        .iter_rows()
    ):
        days[person].setdefault(at.date(), at)
    for row in written.truth.people.iter_rows(named=True):
        person = row["person_id"]
        bought = list(days[person].values())
        loyal = [at for at in (first.get((person, "L")), *bought[1:2]) if at]
        assert row["first_i_at"] == first.get((person, "I"))
        assert row["first_p_at"] == (bought[0] if bought else None)
        assert row["first_l_at"] == (min(loyal) if loyal else None)
        reached = {"A": row["first_a_at"], "I": row["first_i_at"], "P": bought, "L": loyal}
        assert row["lifetime_tier"] == next((t for t in "LPIA" if reached[t]), None)


def test_lifecycle_stages_come_one_after_another(written: Written) -> None:
    people = written.truth.people
    for ecosystem in ("wechat", "douyin"):
        new, deposited, converted, repurchased = (
            pl.col(f"{ecosystem}_{stage}_at")
            for stage in ("new", "deposited", "converted", "repurchased")
        )
        for earlier, later in ((new, deposited), (deposited, converted), (converted, repurchased)):
            reached = people.filter(later.is_not_null())
            assert reached.filter(earlier.is_null() | (earlier > later)).is_empty()
    assert people.filter(pl.col("wechat_repurchased_at").is_not_null()).height > 50
    again = people.filter(pl.col("wechat_repurchased_at").is_not_null())
    days = again.select(
        pl.col("wechat_converted_at").dt.date() < pl.col("wechat_repurchased_at").dt.date()
    )
    assert days.to_series().all()


def test_channels_and_kinds_are_those_of_the_seeds(written: Written) -> None:
    def column(seed: str, name: str) -> set[str]:
        path = REPOSITORY / "dbt_project/seeds" / f"{seed}.csv"
        with path.open(encoding="utf-8", newline="") as handle:
            return {row[name] for row in csv.DictReader(handle)}

    used = set(written.truth.touches["channel"].drop_nulls())
    assert used <= column("channels", "channel")
    assert set(written.truth.people["first_channel"]) <= column("channels", "channel")
    assert set(written.truth.touches["kind"]) <= column("aipl_behaviours", "behaviour")


def test_demand_is_plausible(written: Written) -> None:
    orders = written.truth.orders.filter(pl.col("platform") != "pos")
    per_day = orders.group_by(pl.col("created_at").dt.date()).len()
    assert per_day["created_at"].n_unique() >= 58
    totals = written.truth.totals
    money_back = orders["refund_fen"].sum() / orders["gross_fen"].sum()
    assert 0.02 < money_back < 0.12
    assert 0.2 < totals["repeat_buyers"] / totals["buyers"] < 0.7
    assert totals["buyers"] < totals["people"]
