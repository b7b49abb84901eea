"""Properties that hold for any input, searched for counterexamples by hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.exports.clean import clean_cells
from pipelines.exports.column import Column
from pipelines.exports.contract_files import Contracts
from pipelines.exports.convert import Context, convert
from pipelines.exports.read_csv import open_csv
from pipelines.exports.table import whole_body
from tests.robustness.bases import Base, Mutant, checked
from tests.robustness.oracle import Width, cells_of_line, records_below
from tests.robustness.verdict import judge

DETERMINISTIC = {"deadline": None, "derandomize": True, "database": None}
MARKS = st.text(alphabet='ab,"\n\r\t;中 ', max_size=60)
TYPES = (
    "text", "id", "json", "integer", "money", "decimal", "percent", "boolean", "timestamp",
    "epoch_seconds", "date",
)  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"[-+]?[0-9]{1,12}([.,][0-9]{0,6})?[%元eE]?[0-9]{0,3}", fullmatch=True),
    st.from_regex(
        r"[0-9]{1,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?( [0-9:]{0,8})?", fullmatch=True
    ),
    st.sampled_from(["", "-", "null", "是", "否", "TRUE", "1,299.00", "0元", "'19", '="1"', "∞"]),
)


@settings(max_examples=400, **DETERMINISTIC)
@given(header=st.lists(st.sampled_from(["a", "b", "", "c"]), min_size=1, max_size=4), body=MARKS)
def test_every_record_of_any_text_is_counted(header: list[str], body: str) -> None:
    text = ",".join(["h", *header]) + "\n" + body
    part = open_csv(text.encode(), ("utf-8",))
    (row,) = part.head(1)
    read = whole_body(part, row, "reject")
    named = max(i + 1 for i, cell in enumerate(row.cells) if cell.strip())
    width = Width(named, len(row.cells))
    records = records_below(text, 1, width)
    assert row.cells == cells_of_line(text, 1)
    assert read.rows_read == len(records)
    right = [r for r in records if r.cells is not None and width.fits(list(r.cells))]
    last = len(right) - read.blank_lines
    assert read.line_numbers.to_list() == [record.line for record in right[:last]]
    for cells, record in zip(read.cells.rows(), right, strict=False):
        assert _trimmed(cells) == _trimmed(record.cells or ())


def _trimmed(cells: Sequence[str]) -> list[str]:
    """Without the blank cells at its end, which a reader may add or leave out."""
    kept = [cell.replace("\r\n", "\n").strip() for cell in cells]
    while kept and not kept[-1]:
        kept.pop()
    return kept


@pytest.mark.parametrize("kind", TYPES)
@settings(max_examples=60, **DETERMINISTIC)
@given(texts=st.lists(VALUES, min_size=1, max_size=20))
def test_no_cell_is_lost_without_a_word(kind: str, texts: list[str]) -> None:
    unit = {"unit": "points"} if kind == "percent" else {}
    column = Column(name="c", headers=("c",), type=kind, description="A column", **unit)
    context = Context(
        zone="Asia/Shanghai", earliest=datetime(2000, 1, 1), latest=datetime(2027, 1, 1),
        key=b"k" * 32,
    )  # fmt: skip
    cells = clean_cells(pl.DataFrame({"c": texts}), [column])
    converted = convert(cells, [column], context)
    clean = cells["c"]
    told = pl.repeat(False, len(texts), dtype=pl.Boolean, eager=True)
    for problem in converted.problems:
        told = told | problem.mask.fill_null(value=False)
    lost = clean.is_not_null() & converted.values["c"].is_null() & ~told
    assert clean.filter(lost).to_list() == []
    assert (told & clean.is_null()).sum() == 0


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], **DETERMINISTIC
)
@given(
    which=st.integers(min_value=0),
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=8)), max_size=6
    ),
)
def test_any_edit_of_a_file_is_accounted_for(
    which: int,
    edits: list[tuple[float, int, bytes]],
    bases: list[Base],
    contracts: Contracts,
    tmp_path: Path,
) -> None:
    texts = [base for base in bases if not base.table.is_workbook]
    base = texts[which % len(texts)]
    data = base.table.data
    for place, removed, inserted in edits:
        start = int(place * len(data))
        data = data[:start] + inserted + data[start + removed :]
    mutant = Mutant(base.table.file_name, data, "account")
    judge(base, mutant, checked(tmp_path, contracts, mutant.file_name, data))
