"""What a contract can say about odd columns: each option works, or refuses what is unsure."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from pipelines.exports.contract_files import Contracts, read_contracts
from pipelines.exports.errors import ContractError
from pipelines.exports.outside import Origin, value_outside
from pipelines.exports.report import (
    CheckedPart,
    check_file,
    check_opened,
    describe,
    open_landed,
)
from tests.unit.exports.conftest import KEY, write

BASE = """
contract: demo_things
source: demo
export: things
title: Things
title_zh: 东西
grain: One row per thing.
header: {min_known: 1}
columns:
  - {name: thing_id, headers: [编号], type: id, required: true, description: Number of the thing}
COLUMNS
snapshot: {key: [thing_id], unit: row}
"""


def contracts_with(tmp_path: Path, *columns: str, more: str = "", base: str = BASE) -> Contracts:
    lines = "\n".join(f"  - {{{column}, description: A column}}" for column in columns)
    folder = tmp_path / "contracts"
    write(folder / "demo.yml", base.replace("COLUMNS", lines) + more)
    return read_contracts(folder, folder / "none")


def check(tmp_path: Path, contracts: Contracts, text: str, name: str = "a.csv") -> CheckedPart:
    (part,) = check_file(write(tmp_path / name, text), contracts, KEY)
    return part


def rows(part: CheckedPart, *names: str) -> list[tuple]:
    assert part.checked is not None, part.report.message
    return part.checked.rows.select(names).rows()


def test_a_text_from_the_file_name(tmp_path: Path) -> None:
    contracts = contracts_with(
        tmp_path,
        "name: tier, type: text, required: true, "
        "from_file_name: {pattern: '(A[1-5]|总资产)', format: text}",
    )
    found = check(tmp_path, contracts, "编号\n1\n2\n", "5a_A3_assets.csv")
    assert rows(found, "thing_id", "tier") == [("1", "A3"), ("2", "A3")]
    refused = check(tmp_path, contracts, "编号\n1\n", "assets.csv").report
    assert refused.status == "refused"
    assert "its name holds no tier ((A[1-5]|总资产))" in refused.message


def workbook(path: Path, sheets: dict[str, list[list[str]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def test_a_text_from_the_sheet_name(tmp_path: Path) -> None:
    contracts = contracts_with(
        tmp_path,
        "name: state, type: text, required: true, from_sheet_name: {pattern: '^(未预约|已预约)'}",
    )
    path = workbook(
        tmp_path / "a.xlsx",
        {"未预约-1": [["编号"], ["1"]], "已预约-1": [["编号"], ["2"], ["3"]]},
    )
    parts = check_file(path, contracts, KEY)
    assert [rows(part, "thing_id", "state") for part in parts] == [
        [("1", "未预约")],
        [("2", "已预约"), ("3", "已预约")],
    ]
    (single,) = check_file(
        workbook(tmp_path / "b.xlsx", {"已预约-2": [["编号"], ["2"]]}), contracts, KEY
    )
    assert rows(single, "state") == [("已预约",)]
    (refused,) = check_file(
        workbook(tmp_path / "c.xlsx", {"Sheet1": [["编号"], ["2"]]}), contracts, KEY
    )
    assert "the sheet's name 'Sheet1' holds no state" in refused.report.message


PATTERNED = (
    "name: assets, header_patterns: ['本品牌.*资产'], type: integer, required: true",
    "name: gained, headers: [本品牌日新增资产], type: integer",
)


def test_a_header_whose_wording_varies(tmp_path: Path) -> None:
    contracts = contracts_with(tmp_path, *PATTERNED)
    found = check(tmp_path, contracts, "编号,本品牌 A3 人群资产,本品牌日新增资产\n1,5,2\n")
    assert rows(found, "assets", "gained") == [(5, 2)]
    assert found.report.unknown_headers == ()
    missing = check(tmp_path, contracts, "编号,本品牌日新增资产\n1,2\n").report
    assert "the file lacks 本品牌.*资产" in missing.message


def test_two_headers_that_fit_one_pattern_are_refused(tmp_path: Path) -> None:
    contracts = contracts_with(tmp_path, *PATTERNED)
    report = check(tmp_path, contracts, "编号,本品牌A3资产,本品牌总资产\n1,5,2\n").report
    assert report.status == "refused"
    assert "本品牌a3资产, 本品牌总资产 in line 1 all fit header_patterns" in report.message
    named = contracts_with(tmp_path / "named", *PATTERNED, more="not_loaded: [本品牌总资产]\n")
    assert rows(check(tmp_path, named, "编号,本品牌A3资产,本品牌总资产\n1,5,2\n"), "assets") == [
        (5,)
    ]


def test_a_listed_header_goes_before_a_pattern(tmp_path: Path) -> None:
    contracts = contracts_with(
        tmp_path, "name: assets, headers: [资产], header_patterns: ['.*资产'], type: integer"
    )
    found = check(tmp_path, contracts, "编号,总资产,资产\n1,5,2\n")
    assert rows(found, "assets") == [(2,)]


def test_brand_columns_are_collected_without_personal_and_dropped_ones(tmp_path: Path) -> None:
    contracts = contracts_with(
        tmp_path, "name: tags, collects: ['.*'], type: json", more="dropped: [备注]\n"
    )
    text = '编号,客户等级,备注,意向"品类,联系电话\n1,VIP,x,"面霜,洁面",1\n2, ,x,,1\n3,,x,\t面霜,1\n'
    found = check(tmp_path, contracts, text.replace('意向"品类', '"意向""品类"'))
    values = [None if v is None else json.loads(v) for (v,) in rows(found, "tags")]
    assert values == [{"客户等级": "VIP", '意向"品类': "面霜,洁面"}, None, {'意向"品类': "面霜"}]
    assert found.report.unknown_headers == ("联系电话",)
    assert rows(check(tmp_path, contracts, "编号\n1\n"), "tags") == [(None,)]


def test_a_repeated_collected_header_keeps_both_cells(tmp_path: Path) -> None:
    contracts = contracts_with(tmp_path, "name: tags, collects: ['标签.*'], type: json")
    found = check(tmp_path, contracts, "编号,标签,标签,其他\n1,a,b,c\n")
    assert rows(found, "tags") == [('{"标签": "a", "标签#2": "b"}',)]
    assert found.report.unknown_headers == ("其他",)


FILLED = BASE.replace("required: true", "required: true, fill_down: true")
REASON = "fill_down_reason: The workbook merges the cells of an order over its items\n"
BUYER = "name: buyer, headers: [买家], type: text, fill_down: true"


def test_merged_cells_are_filled_within_their_record(tmp_path: Path) -> None:
    contracts = contracts_with(
        tmp_path, BUYER, "name: item, headers: [商品], type: text", base=FILLED, more=REASON
    )
    text = "编号,买家,商品\n1,甲,a\n,,b\n2,,c\n,,\n,,d\n2,乙,e\n3,丙,f\n"
    found = check(tmp_path, contracts, text)
    assert rows(found, "thing_id", "buyer", "item") == [
        ("1", "甲", "a"), ("1", "甲", "b"), ("2", None, "c"), ("2", None, "d"), ("2", "乙", "e"),
        ("3", "丙", "f"),
    ]  # fmt: skip
    assert found.report.junk == {"blank_line": 1}


def test_rows_below_an_unreadable_record_take_nothing_from_above_it(tmp_path: Path) -> None:
    contracts = contracts_with(
        tmp_path, BUYER, "name: item, headers: [商品], type: text", base=FILLED, more=REASON
    )
    found = check(tmp_path, contracts, "编号,买家,商品\n1,甲,a\n2,short\n,,b\n3,乙,c\n")
    assert rows(found, "thing_id", "buyer") == [("1", "甲"), ("3", "乙")]
    assert (found.report.rows_read, found.report.rows_rejected) == (4, 2)


def test_files_of_merged_cells_that_are_checked_together_fill_no_other_file(tmp_path: Path) -> None:
    contracts = contracts_with(
        tmp_path, BUYER, "name: item, headers: [商品], type: text", base=FILLED, more=REASON
    )
    header = "编号,买家,商品\n"
    texts = {
        "a.csv": header + "1,甲,a\n,,b\n2,short\n,,c\n2,乙,d\n",
        "b.csv": header + ",,e\n2,,f\n",
        "c.csv": header,
        "d.csv": header + "2,,g\n,,h\n",
    }
    paths = [write(tmp_path / name, text) for name, text in texts.items()]
    opened = [open_landed(describe(path), contracts) for path in paths]
    found = []
    for (ours,), path in zip(check_opened(opened, contracts, KEY), paths, strict=True):
        (alone,) = check_file(path, contracts, KEY)
        assert ours.report == alone.report
        found.append(rows(ours, "thing_id", "buyer", "item"))
        assert found[-1] == rows(alone, "thing_id", "buyer", "item")
    assert found == [
        [("1", "甲", "a"), ("1", "甲", "b"), ("2", "乙", "d")],
        [("2", None, "f")],
        [],
        [("2", None, "g"), ("2", None, "h")],
    ]


def test_a_remark_is_taken_out_of_a_cell(tmp_path: Path) -> None:
    contracts = contracts_with(
        tmp_path, "name: due_cny, headers: [应收], type: money, strip_pattern: '（[^）]*）$'"
    )
    text = "编号,应收\n1,499.00（系统计算中，该值仅供参考）\n2,（系统计算中）\n3,7（x）y\n"
    found = check(tmp_path, contracts, text)
    assert [str(v) for (v,) in rows(found, "due_cny")] == ["499.0000", "None"]
    assert found.report.rows_rejected == 1


@pytest.mark.parametrize(
    ("column", "more", "remedy"),
    [
        ("name: a, type: json, collects: ['.*'], headers: [x]", "", "remove its other options"),
        ("name: a, type: text, collects: ['.*']", "", "is for type json"),
        ("name: a, type: json, collects: ['(']", "", "not a regular expression"),
        ("name: a, type: text, header_patterns: ['[']", "", "not a regular expression"),
        ("name: a, type: money, headers: [x], strip_pattern: '(?<=a)b'", "", "look-around"),
        (
            "name: a, type: date, from_file_name: {pattern: '(x)', format: text}", "",
            "needs format: '%Y%m%d'",
        ),
        (
            "name: a, type: text, from_file_name: {pattern: '(x)', format: '%Y'}", "",
            "needs format: 'text'",
        ),
        ("name: a, type: text, from_sheet_name: {pattern: 'x'}", "", "exactly one (group)"),
        (
            "name: a, type: text, from_sheet_name: {pattern: '(x)'}, "
            "from_file_name: {pattern: '(x)', format: text}", "",
            "remove from_file_name or from_sheet_name",
        ),
        ("name: a, headers: [x], type: text, fill_down: true", "", "fill_down_reason"),
        ("name: a, headers: [x], type: text, fill_down: true", REASON, "add required: true"),
        ("name: a, headers: [x], type: text", REASON, "no column has fill_down"),
        (
            "name: a, headers: [x], type: text",
            "exported_at: [{pattern: '(x)', format: text}]\n", "a time needs a strptime format",
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_an_option_is_told_with_its_remedy(
    column: str, more: str, remedy: str, tmp_path: Path
) -> None:
    with pytest.raises(ContractError) as caught:
        contracts_with(tmp_path, column, more=more)
    assert remedy in str(caught.value)
    assert "demo.yml: field `" in str(caught.value)


def test_an_origin_prefers_the_innermost_name(tmp_path: Path) -> None:
    contracts = contracts_with(
        tmp_path, "name: tier, type: text, from_file_name: {pattern: '(A[1-5])', format: text}"
    )
    contract = contracts["demo_things"]
    origin = Origin(("5a_A2.csv", "5a_A4.zip"))
    assert value_outside(contract, contract.column_by_name["tier"], origin) == "A2"
