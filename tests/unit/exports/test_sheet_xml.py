"""What the workbook reader does not tell: errors, formulas without values, stray cells."""

from __future__ import annotations

import pytest

from pipelines.exports.errors import UnreadableExport
from pipelines.exports.read_cells import open_workbook
from pipelines.exports.sheet_xml import Unpacked, hidden_texts, unpacked
from tests.robustness.writing import sheet_xml, text_cell, workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book(sheets: dict[str, str]) -> Unpacked:
    return unpacked(workbook(sheets))


def grid(sheet: str) -> list[tuple[str, ...]]:
    (part,) = open_workbook(workbook({"销售": sheet}))
    return [row.cells for row in part.head(9)]


def test_errors_and_formulas_without_a_value_become_their_text() -> None:
    extra = (
        '<row r="2"><c r="A2" t="e"><v>#DIV/0!</v></c><c r="B2"><f>SUM(A1:A9)</f></c></row>'
        '<row r="4"><c r="D4"><f>A1&amp;"x"</f><v></v></c><c r="E4"><f>6*7</f><v>42</v></c></row>'
    )
    sheet = sheet_xml([["a", "b"]], extra_rows=extra)
    assert hidden_texts(book({"空": sheet_xml([]), "销售": sheet})) == {
        "销售": {(1, 0): "#DIV/0!", (1, 1): "=SUM(A1:A9)", (3, 3): '=A1&"x"'}
    }
    rows = grid(sheet)
    assert rows[1][:2] == ("#DIV/0!", "=SUM(A1:A9)")
    assert rows[3][3:5] == ('=A1&"x"', "42")


def test_a_stray_cell_far_away_is_refused_before_it_costs_memory() -> None:
    far = f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    with pytest.raises(UnreadableExport, match="reaches to row 1,048,576 with only 2 cells"):
        grid(sheet_xml([["a"]], extra_rows=far))


def test_a_long_narrow_table_and_a_wide_one_are_read() -> None:
    assert grid(sheet_xml([[str(i) for i in range(800)]]))[0][799] == "799"
    assert hidden_texts(book({"长": sheet_xml([["a", "b"]] * 60_000)})) == {}


def test_names_with_a_prefix_are_looked_through_too() -> None:
    sheet = sheet_xml([["a"]], extra_rows='<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>')
    prefixed = (sheet.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?")).replace(
        " xmlns=", " xmlns:x="
    )
    assert hidden_texts(book({"销售": prefixed})) == {"销售": {(1, 0): "#REF!"}}
    late = f'<x:row xmlns:x="{MAIN}" r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>'
    with pytest.raises(UnreadableExport, match="reaches to row 1,048,576"):
        hidden_texts(book({"销售": sheet_xml([["a"]] * 100, extra_rows=late)}))
