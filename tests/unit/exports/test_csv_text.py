"""What bytes are is told without decoding them, and never differs from what decoding says."""

from __future__ import annotations

import random

import polars as pl
import pytest

from pipelines.exports import csv_text, read_csv
from pipelines.exports.csv_text import has_bare_return, is_gb18030, utf8_text
from pipelines.exports.read_csv import open_csv
from pipelines.exports.table import whole_body
from pipelines.privacy import normalise

ALPHABETS = {
    "gb18030": ["a", "1", "\n", ",", "中", "，", "镕", "堃", "𠮷", "é", "\u3000", "·", "€"],
    "utf-8": ["a", "\n", "\r\n", "中", "é", "𠮷", "\ufffd"],
}


def decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def test_every_pair_of_high_bytes_is_judged_as_the_codec_does() -> None:
    for lead in range(0x80, 0x100):
        for trail in range(0x30, 0x100):
            data = b"a," + bytes([lead, trail]) + b"\n"
            assert is_gb18030(data) == decodes(data, "gb18030"), data


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_damaged_text_is_judged_as_the_codec_does(encoding: str, monkeypatch) -> None:
    monkeypatch.setattr(csv_text, "_BLOCK", 16)
    chance = random.Random(11)
    for _ in range(3000):
        text = "".join(chance.choices(ALPHABETS[encoding], k=chance.randint(1, 40)))
        data = bytearray(text.encode(encoding))
        if chance.random() < 0.5:
            data[chance.randrange(len(data))] = chance.randrange(256)
        is_valid = decodes(bytes(data), encoding)
        if encoding == "gb18030":
            has_mark = "\ufeff" in bytes(data).decode(encoding, "ignore")
            assert is_gb18030(bytes(data)) == (is_valid and not has_mark), data
        else:
            assert (utf8_text(bytes(data)) is not None) == is_valid, data


def test_byte_order_marks_of_joined_files_are_taken_out() -> None:
    marked = "a\n".encode("utf-8-sig")
    assert utf8_text(marked) == marked
    assert utf8_text(marked * 2) == b"a\na\n"
    assert not is_gb18030("a\n\ufeffb\n".encode("gb18030"))
    part = open_csv("名称,b\n\ufeff中,2\n".encode("gb18030") * 100_000, ("gb18030",))
    assert "\ufeff" not in part.text.decode(part.charset)


@pytest.mark.parametrize(
    ("text", "found"), [("a\r\nb\n", False), ("a\rb\n", True), ("a\n\r", True), ("", False)]
)
def test_a_bare_carriage_return(text: str, found: bool) -> None:
    assert has_bare_return(text.encode()) is found


def test_long_text_stays_in_its_encoding_and_reads_as_the_same_cells(monkeypatch) -> None:
    chance = random.Random(5)
    cells = ["中文", "", "a", '"x\n镕"', '"，,""q"""', "𠮷é", "示例 面霜", "1"]
    for _ in range(200):
        rows = [",".join(chance.choices(cells, k=3)) for _ in range(chance.randint(1, 30))]
        text = "名称,b,c\n" + "\n".join(rows) + "\n"
        short = open_csv(text.encode("gb18030"), ("utf-8", "gb18030"))
        monkeypatch.setattr(read_csv, "_LONG", 0)
        long = open_csv(text.encode("gb18030"), ("utf-8", "gb18030"))
        monkeypatch.undo()
        assert (short.charset, long.charset) == ("utf-8", "gb18030")
        bodies = [whole_body(part, part.head(1)[0], "reject", [0, 2]) for part in (short, long)]
        assert bodies[0].cells.rows() == bodies[1].cells.rows(), text
        assert bodies[0].line_numbers.to_list() == bodies[1].line_numbers.to_list()


def test_only_what_may_change_is_folded() -> None:
    texts = [chr(code) for code in range(0x20, 0x30000) if not 0xD800 <= code < 0xE000]
    pairs = ["买家甲", "ｔｂ１２", "a\u0301", "ﬁ", "甲\ufe0f", None]
    column = pl.Series([*texts, *pairs])
    assert normalise.folded(column).equals(column.str.normalize("NFKC"), null_equal=True)
