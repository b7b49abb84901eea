"""Rows in the warehouse: once each, all or nothing, and every one accounted for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.exports.contract_files import load_contracts
from pipelines.exports.errors import ContractError
from pipelines.exports.tables import ensure_raw_tables
from tests.unit.exports.conftest import Warehouse, orders, write

ACCOUNTS = (
    "select file_name, status, rows_read, rows_loaded, rows_rejected, rows_junk, is_current "
    "from ledger.files order by file_id"
)


def test_empty_sources_exist_with_types_and_comments(warehouse: Warehouse) -> None:
    ensure_raw_tables(warehouse.con, warehouse.contracts)
    columns = dict(
        warehouse.rows(
            "select column_name, data_type from duckdb_columns() "
            "where schema_name = 'raw_douyin' and table_name = 'orders'"
        )
    )
    assert columns["payable_cny"] == "DECIMAL(18,4)"
    assert columns["receiver_phone_key"] == "VARCHAR"
    assert columns["_exported_at"] == "TIMESTAMP"
    assert list(columns)[-5:] == [
        "_file_id",
        "_line_number",
        "_exported_at",
        "_account",
        "_variant",
    ]
    assert warehouse.rows(
        "select count(*) from duckdb_columns() where schema_name like 'raw%' and comment is null"
    ) == [(0,)]
    assert warehouse.rows("select count(*) from raw_douyin.orders") == [(0,)]
    ensure_raw_tables(warehouse.con, warehouse.contracts)


def test_texts_of_their_own_are_not_packed(warehouse: Warehouse) -> None:
    ensure_raw_tables(warehouse.con, warehouse.contracts)
    warehouse.rows(
        "insert into raw_douyin.orders (main_order_id_douyin, receiver_phone_key, order_status) "
        "select number::varchar, sha256(number::varchar), 'paid' from range(10_000) as r (number)"
    )
    warehouse.con.execute("checkpoint")
    packing = dict(
        warehouse.rows(
            "select column_name, min(compression) from pragma_storage_info('raw_douyin.orders') "
            "where segment_type = 'VARCHAR' group by column_name"
        )
    )
    assert packing["receiver_phone_key"] == packing["main_order_id_douyin"] == "Uncompressed"
    assert packing["order_status"] != "Uncompressed"


def test_a_file_is_loaded_with_its_account(warehouse: Warehouse) -> None:
    warehouse.land("douyin/shop_1/1777800000_a.csv", orders(("1", "11", "已完成")), "utf-8-sig")
    (report,) = warehouse.load()
    assert (report.account, report.source, report.variant) == ("shop_1", "douyin", "columns_73")
    assert warehouse.rows(
        "select main_order_id_douyin, _file_id, _line_number, _exported_at::varchar, _account, "
        "_variant from raw_douyin.orders"
    ) == [("1", 1, 2, "2026-05-03 09:20:00", "shop_1", "columns_73")]
    assert warehouse.rows(
        "select sha256, relative_path, size_bytes, delivered_at::varchar, "
        "contract_hash, is_current from ledger.files"
    ) == [
        (
            report.sha256, "douyin/shop_1/1777800000_a.csv", report.size_bytes,
            "2026-05-20 01:00:00", warehouse.contracts["douyin_orders"].hash, True,
        )
    ]  # fmt: skip
    [(loaded_at,)] = warehouse.rows("select loaded_at from ledger.files")
    assert timedelta(0) <= datetime.now(UTC).replace(tzinfo=None) - loaded_at < timedelta(minutes=5)


def test_rejected_rows_are_quarantined_without_personal_values(warehouse: Warehouse) -> None:
    text = (
        "会员卡号,姓名,手机号,积分,开卡时间,天猫昵称\n"
        "1,张三丰,19900000001,10,2026-05-01,tb_one\n"
        "2,李四光,19900000002,many,2026-02-30 10:00:00,tb_two\n"
        ",王五,19900000003,5,2026-05-02,tb_three\n"
        "合计,,,,,\n"
        ",,,,,\n"
        "7,短\n"
    )
    warehouse.land("crm/members.csv", text, "gb18030")
    warehouse.load()
    assert warehouse.rows(ACCOUNTS) == [("members.csv", "loaded", 6, 1, 3, 2, True)]
    assert warehouse.rows("select rule, rows_junk from ledger.junk order by rule") == [
        ("blank_line", 1),
        ("total_row", 1),
    ]
    quarantine = warehouse.rows(
        "select line_number, column_name, header, value, reason from ledger.quarantine "
        "order by line_number, column_name"
    )
    assert quarantine == [
        (3, "joined_at", "开卡时间", "2026-02-30 10:00:00", "not a time"),
        (3, "points", "积分", "many", "not a number"),
        (4, "member_id_crm", "会员卡号", None, "a value is required here"),
        (7, None, None, None, "the record has 2 cells, the header has 6"),
    ]
    records = warehouse.rows("select record from ledger.quarantine where line_number = 3")
    assert json.loads(records[0][0]) == {
        "member_id_crm": "2",
        "points": "many",
        "joined_at": "2026-02-30 10:00:00",
    }
    text = repr(warehouse.content())
    for value in ("19900000002", "李四光", "tb_two", "19900000003", "王五"):
        assert value not in text


def test_a_row_needs_one_of_the_amounts(warehouse: Warehouse) -> None:
    text = "销售日期,小票号,销售数量,销售金额,单价\n2026-05-01,A1,1,,9.9\n2026-05-01,A2,1,,\n"
    warehouse.land("pos/sales.csv", text)
    warehouse.load()
    assert warehouse.rows(ACCOUNTS) == [("sales.csv", "loaded", 2, 1, 1, 0, True)]
    assert warehouse.rows("select line_number, reason from ledger.quarantine") == [
        (3, "one of amount_cny, unit_price_cny is required")
    ]


def test_an_expiry_without_its_number_does_no_harm(warehouse: Warehouse) -> None:
    header = "订单编号,订单创建时间,总金额,虚拟号过期时间,订单状态"
    row = "900000000000000001,2026-05-01 10:00:00,1.00,2026-06-01 10:00:00,交易成功"
    warehouse.land("tmall/orders.csv", f"{header}\n{row}\n")
    (report,) = warehouse.load()
    assert (report.status, report.rows_loaded) == ("loaded", 1)


def test_a_virtual_number_gets_no_key(warehouse: Warehouse) -> None:
    text = (
        "订单编号,订单创建时间,总金额,退款金额,联系手机,虚拟号过期时间\n"
        "1,2026-05-01 10:00:00,9,0,'19900000001,2026-06-01 00:00:00\n"
        "2,2026-05-01 10:00:00,9,0,'19900000001,\n"
    )
    warehouse.land("tmall/orders.csv", text)
    warehouse.load()
    assert warehouse.rows(
        "select order_id_tmall, receiver_phone_key is null from raw_tmall.orders order by 1"
    ) == [("1", True), ("2", False)]


def test_report_day_from_the_file_name(warehouse: Warehouse) -> None:
    text = "素材名称,素材ID,消耗,展示数,点击数,转化数\n甲,7,1.5,10,1,0\n合计,,1.5,10,1,0\n"
    warehouse.land("oceanengine/adv/material_2026-05-02_2026-05-02.csv", text)
    warehouse.land("oceanengine/adv/material.csv", text.replace("甲", "乙"))
    dated, refused = sorted(warehouse.load(), key=lambda r: r.status)
    assert (dated.variant, dated.junk) == ("material", {"total_row_material": 1})
    assert warehouse.rows("select report_date::varchar, _variant from raw_oceanengine.reports") == [
        ("2026-05-02", "material")
    ]
    assert refused.status == "refused"
    assert "its name holds no day for report_date" in refused.message


def test_a_changed_contract_loads_its_files_again(warehouse: Warehouse) -> None:
    warehouse.land("pos/sales.csv", "销售日期,小票号,销售数量,单价,班次\n2026-05-01,A1,1,9,早\n")
    warehouse.land("douyin/a.csv", orders(("1", "11", "已完成")))
    warehouse.load()
    assert warehouse.rows("select unknown_headers from ledger.files where source = 'pos'") == [
        ("班次",)
    ]
    brand = warehouse.settings.brand_configuration / "contracts" / "pos.yml"
    write(
        brand,
        "extends: pos_sales\ncontract: pos_sales\ncolumns:\n"
        "  - {name: shift, headers: [班次], type: text, description: Shift of the till}\n",
    )
    warehouse.contracts = load_contracts(warehouse.settings)
    (report,) = warehouse.load()
    assert (report.file_name, report.unknown_headers) == ("sales.csv", ())
    assert warehouse.rows("select receipt_no, shift, _file_id from raw_pos.sales") == [
        ("A1", "早", report.file_id)
    ]
    assert warehouse.rows("select count(*) from ledger.files where not is_current") == [(1,)]
    assert warehouse.load() == []


def test_a_refused_file_is_tried_again_when_contracts_change(warehouse: Warehouse) -> None:
    warehouse.land("pos/sales.csv", "InvoiceNo,SoldAt,Units,Price\nA1,2026-05-01,1,9\n")
    (refused,) = warehouse.load()
    assert refused.status == "refused"
    assert warehouse.rows("select status, rows_read, message is null from ledger.files") == [
        ("refused", None, False)
    ]
    assert warehouse.load() == []
    write(
        warehouse.settings.brand_configuration / "contracts" / "till.yml",
        "extends: pos_sales\ncontract: till\ncolumns:\n"
        "  - {name: receipt_no, headers: [InvoiceNo]}\n  - {name: sold_at, headers: [SoldAt]}\n"
        "  - {name: quantity, headers: [Units]}\n  - {name: unit_price_cny, headers: [Price]}\n",
    )
    warehouse.contracts = load_contracts(warehouse.settings)
    (report,) = warehouse.load()
    assert (report.status, report.contract) == ("loaded", "till")
    assert warehouse.rows("select receipt_no from raw_pos.sales") == [("A1",)]


def test_a_column_never_changes_its_type_behind_the_data(warehouse: Warehouse) -> None:
    warehouse.con.execute("create schema raw_pos")
    warehouse.con.execute("create table raw_pos.sales (receipt_no bigint)")
    with pytest.raises(ContractError, match="receipt_no as BIGINT, the contract asks for VARCHAR"):
        ensure_raw_tables(warehouse.con, warehouse.contracts)
