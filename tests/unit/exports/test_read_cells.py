"""Workbooks, Parquet files and archives."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import openpyxl
import polars as pl
import pytest

from pipelines.exports import read
from pipelines.exports.read_cells import cell_text

POS = ["销售日期", "门店名称", "小票号", "销售数量", "销售金额"]
CSV = ",".join(POS) + "\n2026-05-01,杭州一店,XS1,1,9.90\n"


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, table in sheets.items():
        sheet = book.create_sheet(name)
        for row in table:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def archive(*members: tuple[str, bytes], **options) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("\t69", "\t69"),
        (None, ""),
        (True, "true"),
        (199.0, "199"),
        (-0.5, "-0.5"),
        (0.00001, "0.00001"),
        (float(2**53 - 1), "9007199254740991"),
        (float(2**53), "9.0071992547409920e+15"),
        (6930000000000000001.0, "6.9300000000000000e+18"),
        (datetime(2026, 5, 1, 20, 15, 32, 999999), "2026-05-01 20:15:33"),
        (date(2026, 5, 1), "2026-05-01"),
    ],
)
def test_a_workbook_cell_as_text(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_a_workbook_keeps_types_exact_and_rows_physical(check) -> None:
    rows = [
        ["门店销售明细"],
        POS,
        [datetime(2026, 5, 1, 20, 15), "杭州一店", 20260501001, 1, 199.9],
        [],
        [46143.5, "杭州一店", 6930000000000000001, 2, "￥1,299.00"],
        ["合计", None, None, 3, 1498.9],
    ]
    (part,) = check("sales.xlsx", workbook(Sheet1=rows))
    assert part.report.header_line == 2
    assert part.report.junk == {"blank_line": 1, "total_row": 1}
    assert (part.report.rows_read, part.report.rows_loaded, part.report.rows_rejected) == (4, 1, 1)
    (row,) = part.checked.rows.to_dicts()
    assert row["receipt_no"] == "20260501001"
    assert str(row["sold_at"]) == "2026-05-01 12:15:00"
    assert str(row["amount_cny"]) == "199.9000"
    (bad,) = part.checked.quarantine.to_dicts()
    assert (bad["line_number"], bad["column_name"], bad["header"]) == (5, "receipt_no", "小票号")
    assert "lost its last digits" in bad["reason"]
    assert bad["value"].endswith("e+18")


def test_several_sheets_load_or_the_workbook_is_refused(check) -> None:
    good = [POS, ["2026-05-01", "一店", "A1", 1, 9.9]]
    parts = check("two.xlsx", workbook(五月=good, 六月=good, 空=[]))
    assert [(p.report.member, p.report.rows_loaded) for p in parts] == [("五月", 1), ("六月", 1)]
    (refused,) = check("mixed.xlsx", workbook(五月=good, 说明=[["本表仅供参考"]]))
    assert refused.report.status == "refused"
    assert "Sheet '说明' is refused, and with it the whole workbook" in refused.report.message
    (empty,) = check("empty.xlsx", workbook(空=[]))
    assert "no sheet with data" in empty.report.message


def test_a_stale_dimension_hides_no_cells(check) -> None:
    data = workbook(Sheet1=[POS, ["2026-05-01", "一店", "A1", 1, 9.9]])
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(b'<dimension ref="A1:E2"', b'<dimension ref="A1:A1"')
            new.writestr(name, content)
    (part,) = check("stale.xlsx", buffer.getvalue())
    assert part.report.rows_loaded == 1


def test_parquet_with_its_own_types(check) -> None:
    frame = pl.DataFrame(
        {
            "销售日期": [datetime(2026, 5, 1, 8), datetime(2026, 5, 2, 9)],
            "门店名称": ["一店", None],
            "小票号": [1001, 1002],
            "会员卡号": [17850.0, None],
            "销售数量": [2, -1],
            "单价": [2.55, 1.0],
        }
    )
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    (part,) = check("sales.parquet", buffer.getvalue())
    assert part.report.message is None
    assert part.report.header_line == 0
    assert part.checked.rows["member_id_crm"].to_list() == ["17850", None]
    assert part.checked.rows["receipt_no"].to_list() == ["1001", "1002"]
    assert [str(v) for v in part.checked.rows["unit_price_cny"]] == ["2.5500", "1.0000"]
    assert [str(v) for v in part.checked.rows["sold_at"]] == [
        "2026-05-01 00:00:00",
        "2026-05-02 01:00:00",
    ]
    assert part.checked.rows["_line_number"].to_list() == [1, 2]


def test_archive_members_are_judged_one_by_one(check) -> None:
    data = archive(
        ("五月/sales.csv", CSV.encode("gb18030")),
        ("sales.xlsx", workbook(Sheet1=[POS, ["2026-05-01", "一店", "A1", 1, 9.9]])),
        ("__MACOSX/._x.csv", b"junk"),
        ("note.txt", b"hello"),
        ("inner.zip", archive(("a.csv", CSV.encode()))),
        ("empty.csv", b""),
    )
    parts = {p.report.member: p.report for p in check("pos_2026年05月12日22时04分13秒.zip", data)}
    assert {name: report.status for name, report in parts.items()} == {
        "五月/sales.csv": "loaded",
        "sales.xlsx": "loaded",
        "note.txt": "refused",
        "inner.zip": "refused",
        "empty.csv": "refused",
    }
    assert str(parts["五月/sales.csv"].exported_at) == "2026-05-12 14:04:13"
    assert "within an archive" in parts["inner.zip"].message


def test_chinese_member_names_of_windows_archives() -> None:
    info = zipfile.ZipInfo("订单.csv".encode("gbk").decode("cp437"))
    assert read.member_name(info) == "订单.csv"


@pytest.mark.parametrize(
    ("limit", "value", "problem"),
    [
        ("MAX_MEMBERS", 1, "holds 2 members"),
        ("MAX_UNPACKED_BYTES", 100, "unpacks to"),
        ("RATIO_FREE_BYTES", 100, "times its size"),
    ],
)
def test_archive_bombs_are_refused(limit, value, problem, check, monkeypatch) -> None:
    monkeypatch.setattr(read, limit, value)
    data = archive(("a.csv", b"0" * 1_000_000), ("b.csv", b"0"))
    (part,) = check("bomb.zip", data)
    assert part.report.status == "refused"
    assert problem in part.report.message


def test_what_cannot_be_opened_says_why(check) -> None:
    encrypted = bytearray(archive(("a.csv", CSV.encode())))
    encrypted[6] |= 1
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    book = workbook(Sheet1=[POS])
    cases = {
        "encrypted.zip": (bytes(encrypted), "encrypted"),
        "cut.zip": (archive(("a.csv", CSV.encode()))[:60], "damaged"),
        "cut.xlsx": (book[: len(book) // 2], "damaged"),
        "cut.parquet": (b"PAR1 nothing", "Parquet file cannot be read"),
        "zero.csv": (b"", "empty (0 bytes)"),
        "blank.csv": (b" \n\n", "only blanks"),
        "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "cannot be read"),
    }
    for name, (data, reason) in cases.items():
        (part,) = check(name, data)
        assert part.report.status == "refused", name
        assert reason in part.report.message, part.report.message
        assert "add-export" not in part.report.message, "no contract helps"


def test_a_workbook_under_a_csv_name_is_read_as_what_it_is(check) -> None:
    (part,) = check("sales.csv", workbook(Sheet1=[POS, ["2026-05-01", "一店", "A1", 1, 9.9]]))
    assert (part.report.encoding, part.report.rows_loaded) == ("xlsx", 1)
