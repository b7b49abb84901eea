"""Changes of a table that can be told in rows and columns; they fit text and workbooks alike."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.robustness.bases import Base, Mutant
from tests.robustness.tables import Table

Mutation = Callable[[Base, Random], Mutant | None]
BAD_TIMES = (
    "1970-01-01 00:00:00", "2999-12-31 23:59:59", "2026-02-30 10:00:00", "0001-01-01",
    "99999999999999", "2026-13-01", "明天", "-1",
)  # fmt: skip
BAD_NUMBERS = ("abc", "1.2.3", "1,23,4.5", "9" * 40, "1e5", "--1", "壹佰", "0x1F", "1 2 3x")


def _with_cell(base: Base, row: int, place: int, text: str) -> Table:
    records = [list(record) for record in base.table.records]
    records[row] += [""] * (place + 1 - len(records[row]))
    records[row][place] = text
    return base.table.with_records(records)


def _reordered(table: Table, order: list[int]) -> Table:
    """Columns in another order, some left out or repeated; short rows stay short."""
    width = len(table.header)

    def pick(row: tuple[str, ...]) -> list[str]:
        padded = [*row, *([""] * (width - len(row)))]
        return [padded[i] for i in order]

    return table.with_header(pick(table.header)).with_records([pick(r) for r in table.records])


def header_only(base: Base, _: Random) -> Mutant:
    return base.mutant(base.table.with_records([]), "load")


def columns_shuffled(base: Base, chance: Random) -> Mutant:
    order = list(range(len(base.table.header)))
    chance.shuffle(order)
    return base.mutant(_reordered(base.table, order), "load")


def required_column_removed(base: Base, chance: Random) -> Mutant | None:
    if not base.required():
        return None
    place, _ = chance.choice(base.required())
    order = [i for i in range(len(base.table.header)) if i != place]
    return base.mutant(_reordered(base.table, order), "other contract or refuse")


def column_removed(base: Base, chance: Random) -> Mutant:
    place, _ = chance.choice(base.columns())
    order = [i for i in range(len(base.table.header)) if i != place]
    return base.mutant(_reordered(base.table, order), "account")


def half_of_the_columns_removed(base: Base, chance: Random) -> Mutant:
    order = sorted(chance.sample(range(len(base.table.header)), len(base.table.header) // 2 + 1))
    return base.mutant(_reordered(base.table, order), "account")


def required_column_renamed(base: Base, chance: Random) -> Mutant | None:
    if not base.required():
        return None
    place, _ = chance.choice(base.required())
    header = list(base.table.header)
    header[place] = f"新{header[place]}2027版"
    return base.mutant(base.table.with_header(header), "other contract or refuse")


def column_renamed(base: Base, chance: Random) -> Mutant:
    place, _ = chance.choice(base.columns())
    header = list(base.table.header)
    header[place] = f"新{header[place]}2027版"
    return base.mutant(base.table.with_header(header), "account")


def headers_written_another_way(base: Base, chance: Random) -> Mutant:
    wide = {"(": "（", ")": "）", "I": "Ｉ", "D": "Ｄ"}

    def rewritten(text: str) -> str:
        text = "".join(wide.get(letter, letter) for letter in text)
        cut = chance.randint(0, len(text))
        return f" {text[:cut]}\t{text[cut:]} " if text else text

    header = [rewritten(text) for text in base.table.header]
    return base.mutant(base.table.with_header(header), "load")


def unknown_columns_added(base: Base, chance: Random) -> Mutant:
    many = chance.choice([1, 3, 400])
    new = [f"新增列{i}" for i in range(many)]
    table = base.table.with_header([*base.table.header, *new])
    width = len(base.table.header)
    records = [[*r, *([""] * (width - len(r))), *new] for r in base.table.records]
    return base.mutant(table.with_records(records), "load")


def loaded_column_doubled(base: Base, chance: Random) -> Mutant:
    place, _ = chance.choice(base.columns())
    order = [*range(len(base.table.header)), place]
    return base.mutant(_reordered(base.table, order), "account")


def unneeded_column_doubled(base: Base, chance: Random) -> Mutant | None:
    loaded = set(base.positions.values())
    others = [i for i, h in enumerate(base.table.header) if h.strip() and i not in loaded]
    if not others:
        return None
    order = [*range(len(base.table.header)), chance.choice(others)]
    return base.mutant(_reordered(base.table, order), "load")


def headers_swapped(base: Base, chance: Random) -> Mutant:
    header = list(base.table.header)
    one, other = chance.sample(range(len(header)), 2)
    header[one], header[other] = header[other], header[one]
    return base.mutant(base.table.with_header(header), "account", unchanged_rows=False)


def header_removed(base: Base, _: Random) -> Mutant:
    first, *rest = base.table.records
    table = base.table.with_header(list(first)).with_records(rest)
    return base.mutant(table, "refuse")


def header_repeated(base: Base, chance: Random) -> Mutant:
    records = list(base.table.records)
    records.insert(chance.randint(0, len(records)), base.table.header)
    return base.mutant(base.table.with_records(records), "load", rejected=0)


def lines_above_the_header(base: Base, chance: Random) -> Mutant:
    room = base.contract.header.scan_rows - len(base.table.preamble) - 1
    new = [("导出说明",) for _ in range(chance.randint(1, room))]
    return base.mutant(_below(base.table, new), "load")


def header_out_of_reach(base: Base, _: Random) -> Mutant:
    return base.mutant(_below(base.table, [("导出说明",)] * 60), "refuse")


def _below(table: Table, lines: list[tuple[str, ...]]) -> Table:
    return Table(
        table.name, table.file_name, table.encoding, (*lines, *table.preamble), table.header,
        table.records,
    )  # fmt: skip


def row_doubled(base: Base, chance: Random) -> Mutant:
    records = list(base.table.records)
    records.insert(chance.randint(0, len(records)), chance.choice(records))
    return base.mutant(base.table.with_records(records), "load")


def row_removed(base: Base, chance: Random) -> Mutant:
    records = list(base.table.records)
    del records[chance.randrange(len(records))]
    return base.mutant(base.table.with_records(records), "load")


def rows_shuffled(base: Base, chance: Random) -> Mutant:
    records = list(base.table.records)
    chance.shuffle(records)
    return base.mutant(base.table.with_records(records), "load", rejected=0)


def many_rows(base: Base, chance: Random) -> Mutant:
    records = chance.choices(base.table.records, k=300)
    return base.mutant(base.table.with_records(records), "load")


def blank_rows(base: Base, chance: Random) -> Mutant:
    records = list(base.table.records)
    for _ in range(chance.randint(1, 4)):
        blank = ("",) * (len(base.table.header) if chance.random() < 0.5 else 1)
        records.insert(chance.randint(0, len(records) - 1), blank)
    return base.mutant(base.table.with_records(records), "load", rejected=0)


def _wrong_cell(
    base: Base, chance: Random, types: tuple[str, ...], texts: tuple[str, ...]
) -> Mutant | None:
    columns = base.typed(*types)
    if not columns or not base.data_rows:
        return None
    place, _ = chance.choice(columns)
    table = _with_cell(base, chance.choice(base.data_rows), place, chance.choice(texts))
    return base.mutant(table, "load", rejected=1)


def impossible_time(base: Base, chance: Random) -> Mutant | None:
    return _wrong_cell(base, chance, ("timestamp", "date"), BAD_TIMES)


def impossible_epoch(base: Base, chance: Random) -> Mutant | None:
    return _wrong_cell(base, chance, ("epoch_seconds",), ("-5", "99999999999999", "1.5e9", "soon"))


def no_number(base: Base, chance: Random) -> Mutant | None:
    return _wrong_cell(base, chance, ("integer", "money", "decimal", "percent"), BAD_NUMBERS)


def neither_yes_nor_no(base: Base, chance: Random) -> Mutant | None:
    return _wrong_cell(base, chance, ("boolean",), ("maybe", "2", "是否"))


def id_damaged_by_excel(base: Base, chance: Random) -> Mutant | None:
    return _wrong_cell(base, chance, ("id",), ("6.9E+18", "6.93000E+17"))


def required_cell_blank(base: Base, chance: Random) -> Mutant | None:
    columns = [(p, column) for p, column in base.required() if not column.fill_down]
    if not columns or not base.data_rows:
        return None
    place, _ = chance.choice(columns)
    blank = chance.choice(["", " ", "-", "null", "\t"])
    table = _with_cell(base, chance.choice(base.data_rows), place, blank)
    return base.mutant(table, "load", rejected=1)


def negative_count(base: Base, chance: Random) -> Mutant | None:
    columns = base.columns("integer", "decimal")
    if not columns:
        return None
    place, _ = chance.choice(columns)
    table = _with_cell(base, chance.choice(base.data_rows), place, "-3")
    return base.mutant(table, "load")


def formula_as_text(base: Base, chance: Random) -> Mutant | None:
    columns = base.columns("text")
    if not columns:
        return None
    place, _ = chance.choice(columns)
    formulas = ['=HYPERLINK("http://x","y")', "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3"]
    table = _with_cell(base, chance.choice(base.data_rows), place, chance.choice(formulas))
    return base.mutant(table, "load")


def huge_cell(base: Base, chance: Random) -> Mutant:
    place = chance.randrange(len(base.table.header))
    text = chance.choice(["示例", "9", "x,", 'a"b', "行\n"]) * chance.choice([20_000, 150_000])
    row = chance.randrange(len(base.table.records))
    return base.mutant(_with_cell(base, row, place, text), "load")


def stray_characters(base: Base, chance: Random) -> Mutant:
    place = chance.randrange(len(base.table.header))
    row = chance.randrange(len(base.table.records))
    text = chance.choice(["\u200b", "\u3000", "\u202e示例", "😀", "\x1b[31m", "[/]", "{}", "\\n"])
    return base.mutant(_with_cell(base, row, place, text), "load")


TABLE_MUTATIONS: tuple[Mutation, ...] = (
    header_only, columns_shuffled, required_column_removed, column_removed,
    half_of_the_columns_removed, required_column_renamed, column_renamed,
    headers_written_another_way, unknown_columns_added, loaded_column_doubled,
    unneeded_column_doubled, headers_swapped, header_removed, header_repeated,
    lines_above_the_header, header_out_of_reach, row_doubled, row_removed, rows_shuffled,
    many_rows, blank_rows, impossible_time, impossible_epoch, no_number, neither_yes_nor_no,
    id_damaged_by_excel, required_cell_blank, negative_count, formula_as_text, huge_cell,
    stray_characters,
)  # fmt: skip
