"""Changes of workbooks, and of the archives and Parquet files that exports arrive in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from random import Random

import polars as pl

from tests.robustness.bases import Base, Mutant
from tests.robustness.table_mutations import Mutation
from tests.robustness.writing import archive, sheet_xml, text_cell, workbook

GARBLED_SHEET = "<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>x"


def _book(base: Base, must: str, sheet: str, **facts: int) -> Mutant:
    data = workbook({"Sheet1": sheet})
    return Mutant(base.table.file_name, data, must, grid=base.table.grid, **facts)


def _special_cell(
    base: Base, chance: Random, types: tuple[str, ...], rejected: int, write: Callable[[str], str]
) -> Mutant | None:
    """The workbook with one loaded cell of these types written another way."""
    columns = base.typed(*types)
    if not columns or not base.data_rows:
        return None
    row = len(base.table.preamble) + 1 + chance.choice(base.data_rows)
    place, _ = chance.choice(columns)
    grid = [list(r) for r in base.table.grid]
    grid[row] += [""] * (place + 1 - len(grid[row]))
    grid[row][place] = SPECIAL

    def cell(reference: str, text: str) -> str:
        return write(reference) if text == SPECIAL else text_cell(reference, text)

    data = workbook({"Sheet1": sheet_xml(grid, cell)})
    rows = [tuple(r) for r in grid]
    return Mutant(base.table.file_name, data, "load", grid=rows, rejected=rejected)


SPECIAL = "(special cell)"
NUMBERS = ("integer", "money", "decimal", "percent", "timestamp", "date")


def error_cell(base: Base, chance: Random) -> Mutant | None:
    error = chance.choice(["#REF!", "#DIV/0!", "#N/A", "#VALUE!", "#NAME?"])
    write = f'<c r="{{}}" t="e"><v>{error}</v></c>'.format
    return _special_cell(base, chance, NUMBERS, 1, write)


def formula_without_a_value(base: Base, chance: Random) -> Mutant | None:
    return _special_cell(base, chance, NUMBERS, 1, '<c r="{}"><f>SUM(A1:A9)</f></c>'.format)


def formula_with_a_value(base: Base, chance: Random) -> Mutant | None:
    types = ("integer", "money", "decimal")
    return _special_cell(base, chance, types, 0, '<c r="{}"><f>6*7</f><v>42</v></c>'.format)


def long_id_as_a_number(base: Base, chance: Random) -> Mutant | None:
    return _special_cell(
        base, chance, ("id",), 1, '<c r="{}"><v>6900000000000000123</v></c>'.format
    )


def cells_merged(base: Base, _: Random) -> Mutant:
    """A mark alone: the cells keep what they hold."""
    last = len(base.table.grid)
    after = f'<mergeCells count="1"><mergeCell ref="A{last - 1}:B{last}"/></mergeCells>'
    return _book(base, "load", sheet_xml(base.table.grid, after=after), rejected=0)


def dimension_out_of_date(base: Base, chance: Random) -> Mutant:
    reference = chance.choice(["A1", "A1:A1", "A1:XFD1048576"])
    before = f'<dimension ref="{reference}"/>'
    return _book(base, "load", sheet_xml(base.table.grid, before=before), rejected=0)


def stray_cell_far_away(base: Base, chance: Random) -> Mutant:
    row, column = chance.choice([(1_048_576, "XFD"), (900_000, "ZZ"), (99_999_999_999, "A")])
    far = f'<row r="{row}">{text_cell(f"{column}{row}", "x")}</row>'
    return Mutant(
        base.table.file_name,
        workbook({"Sheet1": sheet_xml(base.table.grid, extra_rows=far)}),
        "refuse",
    )


def rows_far_apart(base: Base, _: Random) -> Mutant:
    """Excel writes no blank rows: the gap is blank rows all the same."""
    row = len(base.table.grid) + 40
    sheet = sheet_xml(
        base.table.grid, extra_rows=f'<row r="{row}">{text_cell(f"A{row}", " ")}</row>'
    )
    grid = [*base.table.grid, *([()] * 40)]
    return Mutant(base.table.file_name, workbook({"Sheet1": sheet}), "load", grid=grid, rejected=0)


def empty_sheet_added(base: Base, _: Random) -> Mutant:
    sheets = {"Sheet1": sheet_xml(base.table.grid), "Sheet2": sheet_xml([])}
    return Mutant(base.table.file_name, workbook(sheets), "load", grid=base.table.grid, rejected=0)


def sheet_of_something_else_added(base: Base, _: Random) -> Mutant:
    sheets = {"Sheet1": sheet_xml(base.table.grid), "Sheet2": sheet_xml([["任意"], ["内容"]])}
    return Mutant(base.table.file_name, workbook(sheets), "refuse")


def workbook_truncated(base: Base, chance: Random) -> Mutant:
    data = base.table.data
    return Mutant(base.table.file_name, data[: chance.randrange(4, len(data))], "refuse")


def workbook_bytes_changed(base: Base, chance: Random) -> Mutant:
    data = bytearray(base.table.data)
    for _ in range(chance.choice([1, 3])):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return Mutant(base.table.file_name, bytes(data), "refuse or unchanged", grid=base.table.grid)


def workbook_part_missing(base: Base, chance: Random) -> Mutant:
    with zipfile.ZipFile(io.BytesIO(base.table.data)) as book:
        members = {name: book.read(name) for name in book.namelist()}
    del members[chance.choice(["xl/workbook.xml", "xl/worksheets/sheet1.xml"])]
    return Mutant(base.table.file_name, archive(members), "refuse")


def sheet_garbled(base: Base, _: Random) -> Mutant:
    return Mutant(base.table.file_name, workbook({"Sheet1": GARBLED_SHEET}), "refuse")


def in_an_archive(base: Base, chance: Random) -> Mutant:
    folder = chance.choice(["", "导出/", "../../", "/etc/", "a/b/c/"])
    packed = archive({folder + base.table.file_name: base.table.data, "__MACOSX/._x": b"junk"})
    known = {"grid": base.table.grid} if base.table.is_workbook else {"text": base.table.text}
    return Mutant("download.zip", packed, "load", rejected=0, **known)


def archive_truncated(base: Base, chance: Random) -> Mutant:
    packed = archive({base.table.file_name: base.table.data})
    return Mutant("download.zip", packed[: chance.randrange(4, len(packed))], "refuse")


def archive_within_an_archive(base: Base, _: Random) -> Mutant:
    inner = archive({base.table.file_name: base.table.data})
    return Mutant("download.zip", archive({"inner.zip": inner}), "refuse")


def archive_that_explodes(base: Base, chance: Random) -> Mutant:
    if chance.random() < 0.5:
        members = {f"{i}.csv": b"" for i in range(1_100)}
    else:
        members = {base.table.file_name: b"0" * 70_000_000}
    return Mutant("download.zip", archive(members), "refuse")


def archive_with_nothing(_base: Base, chance: Random) -> Mutant:
    members = chance.choice([{}, {"folder/": b""}, {"a.csv": b""}, {"photo.jpg": b"\xff\xd8"}])
    return Mutant("download.zip", archive(members), "refuse")


def name_of_another_format(base: Base, chance: Random) -> Mutant:
    """What the bytes are decides, as long as the name is one of a table."""
    stem = base.table.file_name.rpartition(".")[0]
    suffix = chance.choice([".csv", ".xlsx", ".xls"])
    known = {"grid": base.table.grid} if base.table.is_workbook else {"text": base.table.text}
    return Mutant(stem + suffix, base.table.data, "load", rejected=0, **known)


def name_of_no_format(base: Base, chance: Random) -> Mutant | None:
    suffix = chance.choice([".pdf", ".jpg", ".docx", ""])
    return None if base.table.is_workbook else Mutant(f"export{suffix}", base.table.data, "refuse")


def as_parquet(base: Base, _: Random) -> Mutant | None:
    names = base.table.header
    if "parquet" not in base.contract.formats or len(set(names)) < len(names) or "" in names:
        return None
    width = len(names)
    rows = [[*r, *([""] * (width - len(r)))][:width] for r in base.table.records]
    stream = io.BytesIO()
    pl.DataFrame(rows, schema=list(names), orient="row").write_parquet(stream)
    grid = [base.table.header, *base.table.records]
    stem = base.table.file_name.rpartition(".")[0]
    return Mutant(f"{stem}.parquet", stream.getvalue(), "load", grid=grid, rejected=0)


def parquet_damaged(base: Base, chance: Random) -> Mutant | None:
    whole = as_parquet(base, chance)
    if whole is None:
        return None
    data = whole.data[: chance.randrange(8, len(whole.data))]
    return Mutant(whole.file_name, data, "refuse")


WORKBOOK_MUTATIONS: tuple[Mutation, ...] = (
    error_cell, formula_without_a_value, formula_with_a_value, long_id_as_a_number, cells_merged,
    dimension_out_of_date, stray_cell_far_away, rows_far_apart, empty_sheet_added,
    sheet_of_something_else_added, workbook_truncated, workbook_bytes_changed,
    workbook_part_missing, sheet_garbled,
)  # fmt: skip
CONTAINER_MUTATIONS: tuple[Mutation, ...] = (
    in_an_archive, archive_truncated, archive_within_an_archive, archive_that_explodes,
    archive_with_nothing, name_of_another_format, name_of_no_format, as_parquet, parquet_damaged,
)  # fmt: skip
