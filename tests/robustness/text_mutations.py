"""Changes of the characters and bytes of comma-separated text."""

from __future__ import annotations

import json
from random import Random

from tests.robustness.bases import Base, Mutant
from tests.robustness.table_mutations import Mutation
from tests.robustness.tables import Table
from tests.robustness.writing import csv_cell, csv_text


def _mutant(table: Table, text: str, must: str = "account", **facts: int) -> Mutant:
    return Mutant(table.file_name, text.encode(table.encoding), must, text=text, **facts)


def _refused(table: Table, data: bytes) -> Mutant:
    return Mutant(table.file_name, data, "refuse")


def _lines(table: Table) -> tuple[str, list[str]]:
    """Everything down to the header, and the records, each with its line end."""
    head = csv_text([*table.preamble, table.header])
    return head, [csv_text([record]) for record in table.records]


def _row_on_one_line(base: Base, chance: Random) -> int:
    """A wrong width costs a record that spans two lines both of them; this one spans one."""
    rows = [i for i in base.data_rows if "\n" not in "".join(base.table.records[i])]
    return chance.choice(rows)


def _in_a_record(base: Base, chance: Random) -> tuple[int, str]:
    """A place in the text below the header, and the text."""
    head, _ = _lines(base.table)
    text = base.table.text
    return chance.randrange(len(head), len(text)), text


def empty(base: Base, _: Random) -> Mutant:
    return _refused(base.table, b"")


def blank(base: Base, chance: Random) -> Mutant:
    return _refused(
        base.table, chance.choice([b"\n", b" ", b"\r\n\r\n", b"\xef\xbb\xbf", b",,,\n"])
    )


def truncated(base: Base, chance: Random) -> Mutant:
    place, text = _in_a_record(base, chance)
    return _mutant(base.table, text[:place])


def truncated_within_a_character(base: Base, chance: Random) -> Mutant:
    data = base.table.data
    return Mutant(base.table.file_name, data[: chance.randrange(1, len(data))], "account")


def other_encoding_under_a_byte_order_mark(base: Base, _: Random) -> Mutant | None:
    if base.table.text.isascii():
        return None
    return _refused(base.table, b"\xef\xbb\xbf" + base.table.text.encode("gb18030"))


def decoded_wrongly_before(base: Base, _: Random) -> Mutant | None:
    text = base.table.text.encode("utf-8").decode("latin-1")
    if base.table.text.isascii():
        return None
    must = "account" if "".join(base.table.header).isascii() else "refuse"
    return Mutant(base.table.file_name, text.encode(), must)


def two_encodings(base: Base, chance: Random) -> Mutant:
    head, lines = _lines(base.table)
    codes = chance.choice([("utf-8", "gb18030"), ("gb18030", "utf-8")])
    cut = chance.randint(0, len(lines))
    data = (head + "".join(lines[:cut])).encode(codes[0]) + "".join(lines[cut:]).encode(codes[1])
    return Mutant(base.table.file_name, data, "account")


def byte_order_mark_in_the_middle(base: Base, chance: Random) -> Mutant:
    head, lines = _lines(base.table)
    place = chance.randrange(len(lines))
    marked = [*lines[:place], "\ufeff" + lines[place], *lines[place + 1 :]]
    data = (head + "".join(marked)).encode(base.table.encoding)
    return Mutant(base.table.file_name, data, "load", text=head + "".join(lines), rejected=0)


def two_files_joined(base: Base, _: Random) -> Mutant:
    text = base.table.text
    data = text.encode(base.table.encoding)
    return Mutant(base.table.file_name, data + data, "load", text=text + text)


def nul_bytes(base: Base, chance: Random) -> Mutant:
    place, text = _in_a_record(base, chance)
    nuls = "\0" * chance.choice([1, 4096])
    return _refused(base.table, (text[:place] + nuls + text[place:]).encode(base.table.encoding))


def control_characters(base: Base, chance: Random) -> Mutant:
    text = base.table.text + chance.choice(["\x1a", "\x1a\n", "\x0c\n", "\x7f\x01"])
    return _mutant(base.table, text)


def line_ends_mixed(base: Base, chance: Random) -> Mutant:
    head, lines = _lines(base.table)
    ends = ["\n", "\r\n", "\r"] if chance.random() < 0.5 else ["\n", "\r\n"]
    mixed = "".join(line[:-1] + chance.choice(ends) for line in lines)
    return _mutant(base.table, head + mixed, "load", rejected=0)


def line_ends_of_old_macs(base: Base, _: Random) -> Mutant:
    return _mutant(base.table, base.table.text.replace("\n", "\r"), "load", rejected=0)


def last_line_end_missing(base: Base, _: Random) -> Mutant:
    return _mutant(base.table, base.table.text[:-1], "load", rejected=0)


def blank_lines_at_the_end(base: Base, chance: Random) -> Mutant:
    return _mutant(base.table, base.table.text + "\n" * chance.randint(1, 5), "load", rejected=0)


def quotation_mark_inserted(base: Base, chance: Random) -> Mutant:
    place, text = _in_a_record(base, chance)
    return _mutant(base.table, text[:place] + '"' + text[place:])


def several_quotation_marks(base: Base, chance: Random) -> Mutant:
    text = base.table.text
    for _ in range(chance.randint(2, 6)):
        place, _ = _in_a_record(base, chance)
        text = text[:place] + '"' + text[place:]
    return _mutant(base.table, text)


def quotation_mark_never_closed(base: Base, chance: Random) -> Mutant:
    head, lines = _lines(base.table)
    row = chance.randrange(len(lines))
    cells = list(map(csv_cell, base.table.records[row]))
    place = chance.randrange(len(cells))
    cells[place] = '"' + cells[place].replace('"', "")
    lines[row] = ",".join(cells) + "\n"
    return _mutant(base.table, head + "".join(lines))


def everything_in_quotation_marks(base: Base, _: Random) -> Mutant:
    rows = [[f'"{c.replace(chr(34), chr(34) * 2)}"' for c in row] for row in base.table.grid]
    text = "".join(",".join(row) + "\r\n" for row in rows)
    return _mutant(base.table, text, "load", rejected=0)


def unquoted_comma(base: Base, chance: Random) -> Mutant | None:
    """The row becomes one cell wider than the header: it cannot be split, and says so."""
    head, lines = _lines(base.table)
    row = _row_on_one_line(base, chance)
    cells = list(map(csv_cell, base.table.records[row]))
    if len(cells) != len(base.table.header):
        return None
    cells = ["示例,乙", *cells[:-1], cells[-1] or "x"]
    lines[row] = ",".join(cells) + "\n"
    return _mutant(base.table, head + "".join(lines), "load", rejected=1)


def narrow_row(base: Base, chance: Random) -> Mutant | None:
    if base.contract.short_rows == "pad":
        return None
    head, lines = _lines(base.table)
    row = _row_on_one_line(base, chance)
    named = max(i for i, cell in enumerate(base.table.header) if cell.strip()) + 1
    cells = base.table.records[row][: chance.randint(1, named - 1)]
    if not any(cell.strip() for cell in cells):
        return None
    lines[row] = csv_text([cells])
    return _mutant(base.table, head + "".join(lines), "load", rejected=1)


def wide_row(base: Base, chance: Random) -> Mutant:
    head, lines = _lines(base.table)
    row = _row_on_one_line(base, chance)
    extra = chance.choice([1, 7, 20_000])
    cells = [*base.table.records[row], *([""] * len(base.table.header)), *(["多余"] * extra)]
    lines[row] = csv_text([cells])
    return _mutant(base.table, head + "".join(lines), "load", rejected=1)


def surplus_commas(base: Base, _: Random) -> Mutant:
    head, lines = _lines(base.table)
    return _mutant(
        base.table, head + "".join(line[:-1] + ",,\n" for line in lines), "load", rejected=0
    )


def other_separator(base: Base, chance: Random) -> Mutant:
    mark = chance.choice([";", "|", "^"])
    rows = [mark.join(row) for row in base.table.grid]
    text = "\n".join(rows) + "\n"
    return Mutant(base.table.file_name, text.encode(base.table.encoding), "refuse")


def random_bytes_changed(base: Base, chance: Random) -> Mutant:
    data = bytearray(base.table.data)
    for _ in range(chance.choice([1, 1, 5, 50])):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return Mutant(base.table.file_name, bytes(data), "account")


def random_bytes_removed(base: Base, chance: Random) -> Mutant:
    data = bytearray(base.table.data)
    start = chance.randrange(len(data))
    del data[start : start + chance.choice([1, 3, 200])]
    return Mutant(base.table.file_name, bytes(data), "account")


def no_table_at_all(base: Base, chance: Random) -> Mutant:
    page = "<!DOCTYPE html><html><head><title>登录</title></head><body>请登录</body></html>\n"
    error = json.dumps({"code": 401, "message": "登录已过期"}, ensure_ascii=False)
    noise = bytes(chance.randrange(256) for _ in range(2000))
    contents = [
        page.encode(),
        error.encode(),
        noise,
        b"%PDF-1.7\n" + noise,
        b"Rar!\x1a\x07\x01" + noise,
    ]
    return _refused(base.table, chance.choice(contents))


TEXT_MUTATIONS: tuple[Mutation, ...] = (
    empty, blank, truncated, truncated_within_a_character,
    other_encoding_under_a_byte_order_mark, decoded_wrongly_before, two_encodings,
    byte_order_mark_in_the_middle, two_files_joined, nul_bytes, control_characters,
    line_ends_mixed, line_ends_of_old_macs, last_line_end_missing, blank_lines_at_the_end,
    quotation_mark_inserted, several_quotation_marks, quotation_mark_never_closed,
    everything_in_quotation_marks, unquoted_comma, narrow_row, wide_row, surplus_commas,
    other_separator, random_bytes_changed, random_bytes_removed, no_table_at_all,
)  # fmt: skip
