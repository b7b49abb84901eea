"""Contracts as data: what is wrong with one is said with file, field and remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from pipelines.exports.contract import raw_table
from pipelines.exports.contract_files import SHIPPED, Contracts, load_contracts, read_contracts
from pipelines.exports.errors import ContractError
from pipelines.settings import Settings

SMALL = """
contract: small
source: demo
export: things
title: Things
title_zh: 东西
grain: One row per thing.
header: {min_known: 1}
columns:
  - {name: thing_id, headers: [编号], type: id, required: true, description: Number of the thing}
snapshot: {key: [thing_id], unit: row}
"""


def read(tmp_path: Path, text: str) -> Contracts:
    (tmp_path / "small.yml").write_text(text, "utf-8")
    return read_contracts(tmp_path, tmp_path / "none")


def test_all_shipped_contracts_are_right(contracts: Contracts) -> None:
    files = {path.stem for path in SHIPPED.glob("*.yml")}
    assert {contract.contract for contract in contracts} == files
    assert len({raw_table(contract) for contract in contracts}) == len(files)
    for contract in contracts:
        assert contract.contract == f"{contract.source}_{contract.export}"


def test_raw_columns_of_personal_types(contracts: Contracts) -> None:
    columns = contracts["tmall_orders"].raw_columns
    assert columns["receiver_phone_key"] == "VARCHAR"
    assert columns["receiver_phone_masked"] == "VARCHAR"
    assert columns["receiver_province"] == "VARCHAR"
    assert columns["total_cny"] == "DECIMAL(18,4)"
    assert columns["created_at"] == "TIMESTAMP"
    assert "receiver_phone" not in columns
    assert "receiver_name" not in columns
    assert "remark_phones_keys" in contracts["wecom_contacts"].raw_columns


MISTAKES = [
    ("type: id", "type: number", "columns[thing_id].type", "use one of the values"),
    ("required: true", "requird: true", "columns[thing_id].requird", "correct its spelling"),
    ("title: Things\n", "", "title", "add it"),
    ("key: [thing_id]", "key: [other]", "(whole contract)", "there are thing_id"),
    ("headers: [编号]", "headers: []", "columns[thing_id]", "give headers"),
    ("source: demo", "source: Demo shop", "source", "use lower-case letters"),
    ("required: true", "required: false", "(whole contract)", "any file would fit"),
    ("type: id", "type: percent", "columns[thing_id]", "unit: points or ratio"),
    ("type: id", "type: id, labelled: true", "columns[thing_id]", "remove it"),
    ("title: Things", "timezone: Shanghai\ntitle: Things", "timezone", "write Asia/Shanghai"),
    ("title: Things", "not_loaded: [编 号]\ntitle: Things", "(whole contract)", "is loaded by"),
    ("header: {min_known: 1}", "header: {must_have: [name]}", "(whole contract)", "no column"),
    (
        "title: Things", "exported_at: [{pattern: '\\d+', format: '%Y'}]\ntitle: Things",
        "exported_at.0.pattern", "exactly one (group)",
    ),
    (
        "title: Things", "junk: [{name: total, column: 合计列, values: [合计]}]\ntitle: Things",
        "(whole contract)", "neither a column nor a known header",
    ),
    (
        "title: Things", "junk: [{name: total, column: thing_id, pattern: '('}]\ntitle: Things",
        "junk.0", "not a regular expression",
    ),
    (
        "title: Things", "variants: [{name: a, has: [无]}]\ntitle: Things",
        "(whole contract)", "header '无' is not known",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "field", "remedy"), MISTAKES)
def test_a_mistake_names_file_field_and_remedy(
    right: str, wrong: str, field: str, remedy: str, tmp_path: Path
) -> None:
    assert right in SMALL
    with pytest.raises(ContractError) as caught:
        read(tmp_path, SMALL.replace(right, wrong))
    message = str(caught.value)
    assert f"{tmp_path / 'small.yml'}: field `{field}`" in message
    assert remedy in message
    assert "Traceback" not in message
    assert "pydantic" not in message


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = SMALL.replace("type: id", "type: number").replace("grain:", "grian:")
    with pytest.raises(ContractError) as caught:
        read(tmp_path, text)
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "remedy"),
    [("columns: [", "check indentation"), ("- 1", "start with `contract"), ("", "start with")],
)
def test_a_file_that_is_no_contract(text: str, remedy: str, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=re.escape(remedy)):
        read(tmp_path, text)


def test_a_header_belongs_to_one_column(tmp_path: Path) -> None:
    second = "  - {name: other, headers: [编号 ], type: text, description: Another one}\nsnapshot"
    with pytest.raises(ContractError, match="belongs to column 'thing_id' and to column 'other'"):
        read(tmp_path, SMALL.replace("snapshot", second))


def brand(tmp_path: Path, name: str, text: str) -> Contracts:
    folder = tmp_path / "contracts"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yml").write_text(text, "utf-8")
    return load_contracts(Settings(brand_folder=tmp_path))


def test_a_brand_contract_under_another_name_stands_next_to_the_shipped_one(tmp_path: Path) -> None:
    text = """
extends: pos_sales
contract: till_report
columns:
  - {name: receipt_no, headers: [InvoiceNo]}
not_loaded: [Country]
"""
    contracts = brand(tmp_path, "till", text)
    own, shipped = contracts["till_report"], contracts["pos_sales"]
    assert raw_table(own) == raw_table(shipped) == "raw_pos.sales"
    assert own.column_by_name["receipt_no"].headers == ("InvoiceNo",)
    assert own.column_by_name["receipt_no"].type == "id"
    assert own.column_by_name["quantity"] == shipped.column_by_name["quantity"]
    assert own.raw_columns == shipped.raw_columns
    assert own.hash != shipped.hash


def test_a_rhythm_loads_no_file_again(tmp_path: Path) -> None:
    text = "extends: outreach_sms_sends\ncontract: outreach_sms_sends\nis_occasional: false\n"
    own, shipped = (
        brand(tmp_path, "sms", text),
        load_contracts(Settings(brand_folder=tmp_path / "none")),
    )
    name = "outreach_sms_sends"
    assert (own[name].is_occasional, shipped[name].is_occasional) == (False, True)
    assert own[name].hash == shipped[name].hash


def test_a_brand_contract_under_the_same_name_takes_its_place(tmp_path: Path) -> None:
    text = "extends: crm_members\ncontract: crm_members\ntitle: Ours\ndropped: [星座]\n"
    contracts = brand(tmp_path, "crm", text)
    assert len([c for c in contracts if c.source == "crm"]) == 1
    assert contracts["crm_members"].title == "Ours"
    assert {"星座", "生日"} <= set(contracts["crm_members"].dropped)


def test_a_brand_may_load_what_the_parent_drops(tmp_path: Path) -> None:
    text = """
extends: crm_members
contract: crm_members
columns:
  - {name: zodiac, headers: [备注], type: text, description: A sign kept in the remark}
"""
    contract = brand(tmp_path, "crm", text)["crm_members"]
    assert "zodiac" in contract.raw_columns
    assert "备注" not in contract.dropped


def test_extending_what_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"no shipped contract 'pos'.*Remedy: use one of"):
        brand(tmp_path, "x", "extends: pos\ncontract: x\n")


def test_two_contracts_of_one_table_agree_on_types(tmp_path: Path) -> None:
    text = "extends: pos_sales\ncontract: x\ncolumns: [{name: till_id, type: integer}]\n"
    with pytest.raises(ContractError, match="as BIGINT, contract 'pos_sales' as VARCHAR"):
        brand(tmp_path, "x", text)


def test_the_demo_brand_has_valid_contracts() -> None:
    contracts = load_contracts(Settings())
    assert contracts["crm_members"].title_zh == "示例品牌会员资料"
    for path in (Settings().brand_configuration / "contracts").glob("*.yml"):
        assert yaml.safe_load(path.read_text("utf-8"))["contract"] in contracts.by_name
