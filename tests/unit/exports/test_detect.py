"""Files find their contract by header names, whatever their order, spacing and preamble."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from pipelines.exports.contract_files import load_contracts
from pipelines.exports.headers import normalise_header, number_headers
from pipelines.exports.report import check_file
from pipelines.settings import Settings
from tests.unit.exports.conftest import KEY, write

ORDERS_2017 = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,总金额,买家实际支付金额,订单状态,"
    "收货地址 ,联系手机,订单创建时间,订单付款时间 ,退款金额"
)
NEW_RETAIL = (
    "新零售交易类型,新零售导购门店名称,新零售导购门店id,新零售发货门店名称,新零售发货门店id"
)
SETTLEMENT = "确认收货时间,打款商家金额,含应开票给个人的个人红包"
ORDERS_2018 = f"{ORDERS_2017},支付单号,支付详情,{NEW_RETAIL},{SETTLEMENT}"
ORDERS_2019 = (
    f"{ORDERS_2018},是否信用购,体验期结束时间,前N有礼,配送类型,直播返现状态,返现金额,"
    "新零售成交门店昵称,新零售成交门店id,新零售成交经销商id,主订单编号"
)
GIFT_BAGS = (
    "序列号,是否福袋订单,福袋采购订单号,福袋采购订单状态,福袋采购订单采购方ID,福袋采购订单采购方名称,"
    "福袋采购订单创建时间,福袋采购订单支付时间,福袋采购订单订单应付金额,福袋采购订单订单实际付款金额,"
    "福袋采购订单订单优惠金额,福袋采购订单商品ID,福袋采购订单商品名称,福袋采购订单商品单价,"
    "福袋采购订单商品数量,福袋采购订单核销数量,福袋采购订单结算数量"
)
POS = "销售日期,门店名称,小票号,销售数量,销售金额"
POS_ROW = "2026-05-01,一店,A1,1,9.90"


@pytest.mark.parametrize(
    ("header", "normal"),
    [
        ("订单付款时间 ", "订单付款时间"), ("订单\t付款\n时间", "订单付款时间"),
        ("应付金额（元）", "应付金额"), ("应付金额(元)", "应付金额"), ("商品ＩＤ", "商品id"),
        ("建议发货时间（起）", "建议发货时间(起)"), ("\ufeff日期", "日期"), (" ", ""),
    ],
)  # fmt: skip
def test_header_texts_fold(header: str, normal: str) -> None:
    assert normalise_header(header) == normal


def test_repeated_headers_are_numbered() -> None:
    assert number_headers(["a", "b", "A ", "", "", "a"]) == ["a", "b", "a#2", "", "", "a#3"]


@pytest.mark.parametrize(
    ("header", "variant"),
    [(ORDERS_2017, "y2017"), (ORDERS_2018, "y2018"), (ORDERS_2019, "y2019_20")],
)
def test_tmall_variants_without_a_sample(header: str, variant: str, check) -> None:
    (part,) = check("orders.csv", header + "\n", "gb18030")
    assert (part.report.contract, part.report.variant) == ("tmall_orders", variant)
    assert part.report.unknown_headers == ()


@pytest.mark.parametrize(
    ("more", "columns", "variant"),
    [("", 73, "columns_73"), ("序列号", 74, "columns_74"), (GIFT_BAGS, 90, "columns_90")],
)
def test_douyin_forms_load_the_same_row(
    more: str, columns: int, variant: str, shared: Path, check
) -> None:
    sample = shared / "exports/samples/doudian_order_1777800000_demo.csv"
    header, *lines = sample.read_text("utf-8-sig").splitlines()
    extra = more.split(",") if more else []
    text = "\n".join([",".join([header, *extra]), *(line + ",-" * len(extra) for line in lines)])
    (part,) = check("1777800000_shop.csv", text)
    assert len(header.split(",")) + len(extra) == columns
    assert (part.report.variant, part.report.rows_loaded) == (variant, 5)
    assert part.report.unknown_headers == ()


def test_douyin_75_columns_take_the_price_from_its_other_name(shared: Path, check) -> None:
    headers = json.loads((shared / "exports/headers.json").read_text("utf-8"))
    names = headers["doudian_order_compact_xlsx"]
    values = dict.fromkeys(names, "-") | {
        "主订单编号": "\t6900000000000000001", "子订单编号": "\t6900000000000000002",
        "订单状态": "已完成", "订单提交时间": "2026-05-01 20:30:11", "商品金额": "1,299.00",
        "商品数量": "2", "订单应付金额": "1,199.00",
    }  # fmt: skip
    line = ",".join(f'"{values[name]}"' for name in names)
    (part,) = check("1777800000_shop.csv", ",".join(names) + "\n" + line + "\n")
    assert len(names) == 75
    assert part.report.variant == "columns_75"
    (row,) = part.checked.rows.to_dicts()
    assert (str(row["unit_price_cny"]), row["quantity"]) == ("1299.0000", 2)


def test_position_does_not_matter(check) -> None:
    names, cells = POS.split(","), POS_ROW.split(",")
    order = list(range(len(names)))
    random.Random(3).shuffle(order)
    text = "\n".join(",".join(values[i] for i in order) for values in (names, cells))
    (part,) = check("sales.csv", text)
    (row,) = part.checked.rows.to_dicts()
    assert (row["receipt_no"], str(row["amount_cny"])) == ("A1", "9.9000")


def test_preamble_is_skipped_up_to_twelve_rows(check) -> None:
    for rows, status in ((11, "loaded"), (12, "refused")):
        (part,) = check("sales.csv", "报表\n" * rows + f"{POS}\n{POS_ROW}\n")
        assert part.report.status == status
        if status == "loaded":
            assert part.report.header_line == 12
            assert part.checked.rows["_line_number"].to_list() == [13]


def test_unknown_headers_are_loaded_and_reported(check) -> None:
    (part,) = check("sales.csv", f"{POS},班次,天气\n{POS_ROW},早,晴\n")
    assert part.report.rows_loaded == 1
    assert part.report.unknown_headers == ("班次", "天气")


def test_a_repeated_loaded_header_is_refused(check) -> None:
    (part,) = check("sales.csv", f"{POS},销售金额\n{POS_ROW},9.90\n")
    assert part.report.status == "refused"
    assert "'销售金额' stands twice in line 1" in part.report.message
    assert "'销售金额#2'" in part.report.message


def test_a_repeated_header_that_is_not_loaded_does_no_harm(check) -> None:
    (part,) = check("sales.csv", f"{POS},班次,班次\n{POS_ROW},早,晚\n")
    assert part.report.rows_loaded == 1


def test_the_refusal_shows_what_is_missing_and_what_differs(check) -> None:
    (part,) = check("sales.csv", "销售日期,门店名称,小票编号,销售数量,销售金额\n")
    lines = part.report.message.splitlines()
    assert lines[0] == "No contract fits this file. The nearest ones:"
    assert lines[1].startswith(
        "- pos_sales (门店销售明细): knows 4 of 5 headers; header in line 1;"
    )
    assert "the file lacks 小票号" in lines[1]
    assert "only in the file: 小票编号" in lines[1]
    assert len(lines) == 5


def test_a_file_without_header_shows_none_of_its_values(check) -> None:
    (part,) = check("phones.csv", "19900000001,demo@example.com\n19900000002,x@y.cn\n")
    assert "1990000" not in part.report.message
    assert "@" not in part.report.message
    assert "none knows a cell of its first lines as a header" in part.report.message
    assert "export it again with one" in part.report.message


def test_two_contracts_that_fit_equally_are_ambiguous(tmp_path: Path) -> None:
    folder = tmp_path / "brand" / "contracts"
    write(folder / "a.yml", "extends: pos_sales\ncontract: a_sales\n")
    contracts = load_contracts(Settings(brand_folder=tmp_path / "brand"))
    (part,) = check_file(write(tmp_path / "sales.csv", f"{POS}\n{POS_ROW}\n"), contracts, KEY)
    assert part.report.status == "refused"
    assert "fits pos_sales, a_sales equally well (5 known headers each)" in part.report.message
    assert "header.must_have" in part.report.message


def test_the_first_listed_alias_wins(check) -> None:
    header = (
        "订单编号,订单创建时间,总金额,退款金额,买家会员昵称,买家会员名,"
        "买家实付金额,买家实际支付金额"
    )
    line = "1,2026-05-01 10:00:00,9,0,新名,旧名,7,8"
    (part,) = check("orders.csv", f"{header}\n{line}\n")
    (row,) = part.checked.rows.to_dicts()
    assert (row["buyer_nick_masked"], str(row["received_cny"])) == ("旧**", "8.0000")
