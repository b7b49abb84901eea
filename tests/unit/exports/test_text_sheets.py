"""Workbooks of nothing but text go through a reader of their own, with the same cells."""

from __future__ import annotations

import pytest

from pipelines.exports.read_cells import GridPart, open_workbook
from pipelines.exports.text_sheets import TextPart
from tests.robustness.writing import sheet_xml, text_cell, workbook

ROWS = [["订单号", "", "备注"], ["007", " a ", ""], ["6930000000000000001", "", "null"]]
SHIFTED = f'<row r="6">{text_cell("C6", "x")}{text_cell("E6", " ")}</row>'
NUMBER = '<row r="2000"><c r="B2000"><v>12</v></c></row>'
NUMBERS = '<row r="7"><c r="A7" s="0"><v>0.1</v></c></row>'


def cells(sheet: str) -> list[tuple[str, ...]]:
    (part,) = open_workbook(workbook({"销售": sheet}))
    return [row.cells for row in part.head(3000)]


@pytest.mark.parametrize(
    "sheet",
    [
        sheet_xml(ROWS),
        sheet_xml([], extra_rows=SHIFTED),
        sheet_xml(ROWS, extra_rows=SHIFTED),
        sheet_xml([["a"]], extra_rows='<row r="9"><c r="C9" t="str"><v></v></c></row>'),
    ],
)
def test_both_readers_give_the_same_cells(sheet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    book = workbook({"空": sheet_xml([]), "销售": sheet})
    (part,) = open_workbook(book)
    monkeypatch.setattr("pipelines.exports.read_cells.text_sheets", lambda _: None)
    (other,) = open_workbook(book)
    assert isinstance(part, TextPart)
    assert isinstance(other, GridPart)
    assert part.head(99) == other.head(99)
    header = part.head(1)[0]
    texts, grid = (next(each.bodies(header, "reject")) for each in (part, other))
    assert texts.cells.equals(grid.cells)
    assert texts.line_numbers.equals(grid.line_numbers)
    rows = range(texts.cells.height)
    assert texts.is_blank is not None
    assert grid.is_blank is not None
    assert texts.is_blank(rows) == grid.is_blank(rows)


@pytest.mark.parametrize(("extra", "place", "text"), [(NUMBER, 1999, "12"), (NUMBERS, 6, "0.1")])
def test_one_number_anywhere_leaves_the_workbook_to_the_exact_reader(
    extra: str, place: int, text: str
) -> None:
    sheet = sheet_xml([["a", "b"], ["6930000000000000001", "01"]], extra_rows=extra)
    (part,) = open_workbook(workbook({"销售": sheet}))
    assert isinstance(part, GridPart)
    rows = cells(sheet)
    assert rows[1] == ("6930000000000000001", "01")
    assert text in rows[place]


def test_sheets_are_told_apart_by_name_and_blank_ones_left_out() -> None:
    sheets = {"甲": sheet_xml([["a"]]), "乙": sheet_xml([[" "]]), "丙": sheet_xml([["b"]])}
    parts = open_workbook(workbook(sheets), "june.xlsx")
    assert [(part.member, part.sheet) for part in parts] == [
        ("june.xlsx!甲", "甲"),
        ("june.xlsx!丙", "丙"),
    ]
