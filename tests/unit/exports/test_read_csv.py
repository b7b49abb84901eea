"""Text to cells: both ways of reading agree, and every physical record is accounted for."""

from __future__ import annotations

import random

import pytest

from pipelines.exports import csv_body
from pipelines.exports.errors import UnreadableExport
from pipelines.exports.read_csv import open_csv
from pipelines.exports.table import Body, whole_body

ENCODINGS = ("utf-8", "gb18030")


def body(text: str | bytes, *, pad: bool = False):
    part = open_csv(text.encode() if isinstance(text, str) else text, ENCODINGS)
    header = part.head(1)[0]
    return whole_body(part, header, "pad" if pad else "reject")


def rows(text: str, *, pad: bool = False) -> list[list[str]]:
    return [list(row) for row in body(text, pad=pad).cells.rows()]


def read_safely(text: str, *, pad: bool) -> Body:
    """Every record by the csv module."""
    part = open_csv(text.encode(), ENCODINGS)
    header = part.head(1)[0]
    columns = range(len(header.cells))
    reader = csv_body.CsvBody(part.text, part.separator, header.cells, pad, columns)
    start, line = part.text.index(b"\n") + 1, 2
    while start < len(part.text):
        start, line = reader._read_slowly(start, line)
    return reader._body()


CELLS = ["a", "", '"a,b"', '"x\ny"', '"q""q"', '""', "中文", " b ", '"\tz"', '5" p', '"="""', '" "']


def random_text(chance: random.Random, width: int) -> str:
    if chance.random() < 0.7:
        widths = [width if chance.random() < 0.9 else chance.randint(0, 5) for _ in range(6)]
        end = chance.choice(["\n", "\r\n"])
        cells = CELLS if chance.random() < 0.5 else CELLS[:9]
        return end.join(",".join(chance.choices(cells, k=w)) for w in widths)
    noise = [*CELLS, ",", '"', "\n", "\r\n", "\r"]
    return "".join(chance.choices(noise, k=chance.randint(1, 20)))


@pytest.mark.parametrize(("stretch", "texts"), [(16, 300), (1 << 20, 700)])
def test_the_fast_way_agrees_with_the_csv_module(stretch: int, texts: int, monkeypatch) -> None:
    monkeypatch.setattr(csv_body, "STRETCH", stretch)
    monkeypatch.setattr(csv_body, "_AFTER_TROUBLE", stretch)
    chance = random.Random(7)
    for _ in range(texts):
        width = chance.randint(1, 4)
        text = ",".join(["h"] * width) + "\n" + random_text(chance, width).rstrip("\r\n") + "\n"
        pad = chance.random() < 0.3
        fast, slow = body(text, pad=pad), read_safely(text.rstrip("\r\n") + "\n", pad=pad)
        assert fast.cells.rows() == slow.cells.rows(), text
        assert fast.line_numbers.to_list() == slow.line_numbers.to_list(), text
        assert [b.line_number for b in fast.bad] == [b.line_number for b in slow.bad], text


def test_odd_records_alone_take_the_slow_way(monkeypatch) -> None:
    read: list[str] = []
    original = csv_body.records

    def counted(*args):
        for record in original(*args):
            read.append(record.cells)
            yield record

    monkeypatch.setattr(csv_body, "records", counted)
    good = "".join(f'{i},"v,{i}"\n' for i in range(50_000))
    found = body(f'a,b\n{good}short\n{good}1,2,3\n{good}"a"b,2\n{good}')
    assert found.cells.height == 200_000
    assert [b.line_number for b in found.bad] == [50_002, 100_003, 150_004]
    assert len(read) < 10


def test_only_wanted_columns_are_read_and_a_blank_row_is_blank_everywhere() -> None:
    part = open_csv(b'a,b,c\n1,2,3\n,x,\n, ,\n,,""\n', ENCODINGS)
    found = whole_body(part, part.head(1)[0], "reject", [0, 2])
    assert found.cells.columns == ["0", "2"]
    assert found.cells.rows() == [("1", "3"), ("", ""), ("", ""), ("", "")]
    assert found.is_blank([0, 1, 2, 3]) == [False, False, True, True]


def test_trailing_separators_beyond_the_header() -> None:
    found = body("a,b\n1,2,\n3,4, ,\n5,6,,7\n8,9\n")
    assert found.cells.rows() == [("1", "2"), ("3", "4"), ("8", "9")]
    assert [(b.line_number, b.reason) for b in found.bad] == [
        (4, "the record has 4 cells, the header has 2")
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8"])
def test_text_separated_by_tabs(encoding: str) -> None:
    text = '名称\t数量,件\t规格\t备注\r\n面霜\t2\t\t"a\tb"\r\n'
    part = open_csv(text.encode(encoding), ENCODINGS)
    assert part.encoding == encoding
    assert part.head(1)[0].cells == ("名称", "数量,件", "规格", "备注")
    assert whole_body(part, part.head(1)[0], "reject").cells.rows() == [("面霜", "2", "", "a\tb")]


def test_cells_that_begin_with_tabs_are_separated_by_commas() -> None:
    part = open_csv(b"a,b,c\n\t1,\t2,\t3\n", ENCODINGS)
    assert whole_body(part, part.head(1)[0], "reject").cells.rows() == [("\t1", "\t2", "\t3")]


def test_wrapped_ids_tabs_and_doubled_quotes() -> None:
    text = '"=""900""","\t69","say ""hi"""\r\n"","a,b",x\r\n'
    assert rows("a,b,c\r\n" + text) == [['="900"', "\t69", 'say "hi"'], ["", "a,b", "x"]]


def test_line_numbers_count_physical_lines() -> None:
    text = 'a,b\n"one\ntwo",1\nx,2\n'
    assert body(text).line_numbers.to_list() == [2, 4]
    assert body(text + "short\n").line_numbers.to_list() == [2, 4]


def test_short_and_long_records_are_rejected_with_their_line() -> None:
    found = body("a,b,c\n1,2,3\n4,5\n6,7,8,9\n1,2,3,\n")
    assert found.cells.rows() == [("1", "2", "3"), ("1", "2", "3")]
    assert [(b.line_number, b.reason) for b in found.bad] == [
        (3, "the record has 2 cells, the header has 3"),
        (4, "the record has 4 cells, the header has 3"),
    ]
    assert found.rows_read == 4


def test_short_records_can_be_padded() -> None:
    assert rows("a,b,c\n1\n4,5\n", pad=True) == [["1", "", ""], ["4", "5", ""]]


def test_a_header_that_ends_with_a_comma_adds_no_required_cell() -> None:
    assert rows("a,b,\n1,2,\n3,4\n") == [["1", "2", ""], ["3", "4", ""]]


@pytest.mark.parametrize("broken", ['"open,2', '1,"open', '"a"b,2', '1,"a" b'])
def test_a_broken_quote_costs_its_own_line_only(broken: str) -> None:
    good = "".join(f'{i},"v{i}"\n' for i in range(50))
    found = body(f"a,b\n{good}{broken}\n{good}")
    assert [b.line_number for b in found.bad] == [52]
    assert found.cells.height == 100
    assert found.rows_read == 101


def test_a_quote_that_never_closes_in_a_file_without_quotes() -> None:
    good = "1,2\n" * 100
    found = body(f'a,b\n{good}"3,4\n{good}')
    assert ([b.line_number for b in found.bad], found.cells.height) == ([102], 200)


def test_a_quote_that_swallows_lines_up_to_the_next_quote() -> None:
    found = body('a,b\n1,"x\n2,3\n4,5"\n6,7\n')
    # the three lines form one well-formed record of two cells: that is what the file says
    assert found.cells.rows() == [("1", "x\n2,3\n4,5"), ("6", "7")]
    found = body('a,b,c\n1,"x,2\n2,3,3\n4,5"\n6,7,8\n')
    assert found.cells.rows() == [("2", "3", "3"), ("6", "7", "8")]
    assert [b.line_number for b in found.bad] == [2, 4]


def test_blank_lines_are_counted() -> None:
    found = body("a,b\n1,2\n\n3,4\n\n\n")
    assert found.blank_lines == 2
    assert found.cells.rows() == [("1", "2"), ("", ""), ("3", "4")]
    assert body("a,b\n\n\n").rows_read == 2
    assert body("a,b").rows_read == 0


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("订单编号\n示例\n".encode("gb18030"), "gb18030"),
        ("订单编号\n示例\n".encode("utf-8-sig"), "utf-8-sig"),
        ("订单编号\n示例\n".encode(), "utf-8"),
        ("订单编号\r示例\r".encode(), "utf-8"),
    ],
)
def test_encodings(data: bytes, encoding: str) -> None:
    part = open_csv(data, ENCODINGS)
    assert part.encoding == encoding
    assert part.head(5)[0].cells == ("订单编号",)
    assert whole_body(part, part.head(1)[0], "reject").cells.rows() == [("示例",)]


def test_encodings_of_a_file_of_several_chunks() -> None:
    text = "订单\n" + "示例文字\n" * 200_000
    for encoding in ("gb18030", "utf-8"):
        part = open_csv(text.encode(encoding), ENCODINGS)
        assert part.encoding == encoding
        assert part.text.decode(part.charset) == text


def test_undecodable_text_names_byte_and_line() -> None:
    data = "订单\n".encode() * 100_000 + b"\xff\xff\n"
    with pytest.raises(UnreadableExport, match=r"utf-8 fails at byte 700000 \(line 100001\)"):
        open_csv(data, ENCODINGS)


def test_a_byte_order_mark_promises_utf8() -> None:
    data = "订单,示例\n".encode("utf-8-sig") + b"\xd6\xd0\n"
    with pytest.raises(UnreadableExport, match="utf-8 fails at byte"):
        open_csv(data, ENCODINGS)
