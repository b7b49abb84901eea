"""Workbooks of nothing but text go through a reader of their own, with the same cells."""

from __future__ import annotations

import io
from random import Random

import pytest
import xlsxwriter

from pipelines.exports import xml_tags
from pipelines.exports.errors import UnreadableExport
from pipelines.exports.read_cells import ValueGrid, open_workbook
from pipelines.exports.text_sheets import TextGrid
from tests.robustness.writing import sheet_xml, text_cell, workbook

ROWS = [["订单号", "", "备注"], ["007", " a ", ""], ["6930000000000000001", "", "null"]]
SHIFTED = f'<row r="6">{text_cell("C6", "x")}{text_cell("E6", " ")}</row>'
NUMBER = '<row r="2000"><c r="B2000"><v>12</v></c></row>'
NUMBERS = '<row r="7"><c r="A7" s="0"><v>0.1</v></c></row>'


def cells_of(sheet: str) -> list[tuple[str, ...]]:
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
    assert_read_alike(workbook({"空": sheet_xml([]), "销售": sheet}), monkeypatch)


def assert_read_alike(book: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    (part,) = open_workbook(book)
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.exports.read_cells.text_sheets", lambda _: None)
        (other,) = open_workbook(book)
    assert isinstance(part.grid, TextGrid)
    assert isinstance(other.grid, ValueGrid)
    assert part.head(99) == other.head(99)
    header = part.head(1)[0]
    texts, grid = (next(each.bodies(header, "reject")) for each in (part, other))
    assert texts.cells.equals(grid.cells)
    assert texts.line_numbers.equals(grid.line_numbers)
    rows = range(texts.cells.height)
    assert texts.is_blank is not None
    assert grid.is_blank is not None
    assert texts.is_blank(rows) == grid.is_blank(rows)


def written(rows: list[list[str]], *, are_shared: bool) -> bytes:
    """A workbook of another writer, with strings that cells share or each its own."""
    stream = io.BytesIO()
    options = {"in_memory": True, "constant_memory": not are_shared}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet("销售")
        bold = book.add_format({"bold": True})
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                if text or c == 1:
                    sheet.write_string(r, c, text, bold if c % 2 else None)
    return stream.getvalue()


@pytest.mark.parametrize("are_shared", [True, False])
@pytest.mark.parametrize("piece", [1 << 19, 700])
def test_other_writers_books_are_read_alike(
    are_shared: bool, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml_tags, "_PIECE", piece)
    chance = Random(5)
    texts = [
        "",
        "订单号",
        " a ",
        "a\nb",
        "&lt;",
        "<b> & \"c'",
        "_x",
        "12345678901234",
        "😀" * 9,
        "\t",
    ]
    for width in (1, 30, 800):
        rows = [["h"] * width] + [chance.choices(texts, k=width) for _ in range(1200 // width)]
        assert_read_alike(written(rows, are_shared=are_shared), monkeypatch)


def cell(reference: str, kind: str, content: str) -> str:
    return f'<c r="{reference}" {kind}>{content}</c>'


INLINE = 't="inlineStr"'
UNUSUAL = {
    "rich text": (cell("A2", INLINE, "<is><r><t>x</t></r></is>"), "x"),
    "bracket": (cell("A2", INLINE, "<is><t>a > b</t></is>"), "a > b"),
    "trimmed": (cell("A2", INLINE, "<is><t> x </t></is>"), "x"),
    "by number": (cell("A2", INLINE, "<is><t>&#20013;</t></is>"), "中"),
    "escaped": (cell("A2", INLINE, "<is><t>a_x4E2D_</t></is>"), "a_x4E2D_"),
    "line end": (cell("A2", INLINE, '<is><t xml:space="preserve">a\r\nb</t></is>'), "a\nb"),
    "truth": (cell("A2", 't="b"', "<v>1</v>"), "true"),
    "date": (cell("A2", 't="d"', "<v>2026-05-01T00:00:00</v>"), "2026-05-01 00:00:00"),
    "number": (cell("A2", 's="1"', "<v>0.5</v>"), "0.5"),
    "error": (cell("A2", 't="e"', "<v>#N/A</v>"), "#N/A"),
    "formula": (cell("A2", 't="str"', "<f>A1</f><v>x</v>"), "x"),
    "formula without value": (cell("A2", 't="str"', "<f>A1</f>"), "=A1"),
    "no type": (cell("A2", 's="1"', "<is><t>x</t></is>"), "x"),
    "quotation marks": ("<c r='A2' t='inlineStr'><is><t>x</t></is></c>", "x"),
    "comment": (f"<!-- <c> -->{text_cell('A2', 'x')}", "x"),
    "twice": (text_cell("A2", "y") + text_cell("A2", "x"), "x"),
}


@pytest.mark.parametrize("what", UNUSUAL)
def test_what_is_no_plain_text_is_left_to_the_exact_reader(what: str) -> None:
    content, text = UNUSUAL[what]
    (part,) = open_workbook(workbook({"销售": sheet_xml([["a"]], extra_rows=row_of(content))}))
    assert isinstance(part.grid, ValueGrid)
    assert part.head(2)[1].cells[0] == text


def row_of(content: str) -> str:
    return f'<row r="2">{content}</row>'


@pytest.mark.parametrize(
    "content", ["<is><t>x</is></t></c>", text_cell("A2", "x"), "<c r='A2' t='inlineStr'><is><t>x"]
)
def test_tags_that_do_not_fit_together_are_refused(content: str) -> None:
    extra = f'<row r="2"><c r="A2" t="inlineStr">{content}</row>'
    with pytest.raises(UnreadableExport):
        open_workbook(workbook({"销售": sheet_xml([["a"]], extra_rows=extra)}))


def test_a_shared_string_that_is_not_there_is_no_text() -> None:
    book = workbook(
        {"销售": sheet_xml([["a"]], extra_rows=row_of(cell("A2", 't="s"', "<v>7</v>")))}
    )
    with pytest.raises(UnreadableExport):
        open_workbook(book)


@pytest.mark.parametrize(("extra", "place", "text"), [(NUMBER, 1999, "12"), (NUMBERS, 6, "0.1")])
def test_one_number_anywhere_leaves_the_workbook_to_the_exact_reader(
    extra: str, place: int, text: str
) -> None:
    sheet = sheet_xml([["a", "b"], ["6930000000000000001", "01"]], extra_rows=extra)
    (part,) = open_workbook(workbook({"销售": sheet}))
    assert isinstance(part.grid, ValueGrid)
    rows = cells_of(sheet)
    assert rows[1] == ("6930000000000000001", "01")
    assert text in rows[place]


def test_sheets_are_told_apart_by_name_and_blank_ones_left_out() -> None:
    sheets = {"甲": sheet_xml([["a"]]), "乙": sheet_xml([[" "]]), "丙": sheet_xml([["b"]])}
    parts = open_workbook(workbook(sheets), "june.xlsx")
    assert [(part.member, part.sheet) for part in parts] == [
        ("june.xlsx!甲", "甲"),
        ("june.xlsx!丙", "丙"),
    ]
