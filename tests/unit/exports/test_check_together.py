"""Files checked together and long ones checked in pieces are accounted for as one file alone."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.exports import csv_body, distinct, report
from pipelines.exports.contract_files import Contracts
from pipelines.exports.report import CheckedPart, check_file, check_opened, describe, open_landed
from tests.unit.exports.conftest import KEY, Warehouse, write

HEADER = "主订单编号,子订单编号,订单提交时间,订单状态,商品数量,订单应付金额,收件人手机号,商品ID"
GOOD = '{0},{0},2026-05-01 20:30:11,已完成,1,"1,299.00",199{0:08},36'
ODD = (
    "5,5,2026-05-01 20:30:11,已完成,many,3,19900000001,36",  # a cell that does not fit
    "6,6,2027-06-01 20:30:11,已完成,1,3,19900000001,36",  # too late for one export, not for others
    "7,7,2026-05-01 20:30:11",  # too short
    "合计,,,,,,,",
    ",,,,,,,",
    '8,8,2026-05-01 20:30:11,"已\n完成",1,3,19900000001,36',
    '9,9,2026-05-01 20:30:11,"open,1,3,19900000001,36',
    ",10,2026-05-01 20:30:11,已完成,1,3,19900000001,36",
)


def orders(first: int, rows: int, *odd: str) -> str:
    good = [GOOD.format(number) for number in range(first, first + rows)]
    half = rows // 2
    return "\n".join([HEADER, *good[:half], *odd, *good[half:]]) + "\n"


def same(ours: CheckedPart, alone: CheckedPart) -> None:
    assert ours.report == alone.report
    assert ours.checked is not None
    assert alone.checked is not None
    assert ours.checked.rows.equals(alone.checked.rows, null_equal=True)
    assert ours.checked.quarantine.equals(alone.checked.quarantine, null_equal=True)
    assert ours.checked.junk == alone.checked.junk


def small_pieces(monkeypatch) -> None:
    monkeypatch.setattr(report, "PIECE_BYTES", 2_000)
    monkeypatch.setattr(csv_body, "STRETCH", 1_000)
    monkeypatch.setattr(csv_body, "_AFTER_TROUBLE", 500)


@pytest.mark.parametrize("with_late", [False, True])
def test_files_checked_together(tmp_path: Path, contracts: Contracts, with_late: bool) -> None:
    odd = ODD if with_late else ODD[:1] + ODD[2:]
    texts = {
        "orders_2026-05-02.csv": orders(100, 20),
        "orders_2026-05-03.csv": orders(200, 4, *odd),
        "orders_2026-06-30.csv": orders(300, 2, *odd),
        "orders_2026-05-04.csv": HEADER + "\n",
        "orders_2026-05-05.csv": orders(400, 1).replace("商品ID", "商品规格"),
    }
    paths = [write(tmp_path / name, text) for name, text in texts.items()]
    opened = [open_landed(describe(path), contracts) for path in paths]
    for (ours,), path in zip(check_opened(opened, contracts, KEY), paths, strict=True):
        (alone,) = check_file(path, contracts, KEY)
        same(ours, alone)
    assert alone.report.rows_loaded == 1


def test_texts_that_repeat_are_told_as_any_others(
    tmp_path: Path, contracts: Contracts, monkeypatch
) -> None:
    path = write(tmp_path / "orders_2026-05-03.csv", orders(100, 30, *ODD))
    (alone,) = check_file(path, contracts, KEY)
    for name, value in {"LEAST_ROWS": 1, "_SAMPLE": 1, "_ROWS_PER_TEXT": 0}.items():
        monkeypatch.setattr(distinct, name, value)
    (ours,) = check_file(path, contracts, KEY)
    same(ours, alone)
    assert alone.report.rows_rejected


def test_only_texts_that_repeat_are_set_apart() -> None:
    rows = distinct.LEAST_ROWS
    numbers = [str(row) for row in range(rows)]
    table = pl.DataFrame(
        {
            "id": numbers,
            "same": ["是"] * rows,
            "few": ["是", "", "否 "] * (rows // 3) + ["是"] * (rows % 3),
            # of the rows that are looked at all hold one text
            "late": ["x" if row % (rows // 1024) == 0 else str(row) for row in range(rows)],
        }
    )
    cells = distinct.Cells.of(table)
    assert set(cells.places) == {"same", "few"}
    assert cells.texts.height == 3
    assert cells.table(0, rows).select(table.columns).equals(table)
    assert cells.table(7, 5).select(table.columns).equals(table.slice(7, 5))
    blank = cells.changed(lambda part: part.select(pl.when(pl.all() != "").then(pl.all())))
    assert blank.is_null("few").sum() == (table["few"] == "").sum()
    short = distinct.Cells.of(table.head(rows - 1))
    assert (short.places, short.rows.width) == ({}, 4)


def test_a_file_in_pieces(tmp_path: Path, contracts: Contracts, monkeypatch) -> None:
    path = write(tmp_path / "orders_2026-05-03.csv", orders(100, 300, *ODD) + "\n\n")
    (whole,) = check_file(path, contracts, KEY)
    small_pieces(monkeypatch)
    (opened,) = check_opened([open_landed(describe(path), contracts)], contracts, KEY)
    assert opened[0].more is not None
    assert len(list(opened[0].more)) > 5
    (pieces,) = check_file(path, contracts, KEY)
    same(pieces, whole)


def test_a_file_in_pieces_is_loaded_whole_or_not_at_all(warehouse: Warehouse, monkeypatch) -> None:
    warehouse.land("douyin/shop_1/orders_2026-05-03.csv", orders(100, 300, *ODD))
    warehouse.land("douyin/shop_1/orders_2026-05-04.csv", orders(500, 3))
    small_pieces(monkeypatch)
    original, calls = report.check, []

    def failing(*arguments):
        calls.append(arguments)
        if len(calls) == 4:
            raise MemoryError("no more")
        return original(*arguments)

    monkeypatch.setattr(report, "check", failing)
    with pytest.raises(MemoryError, match="no more"):
        warehouse.load()
    assert warehouse.rows("select count(*) from raw_douyin.orders") == [(0,)]
    assert warehouse.rows("select count(*) from ledger.files") == [(0,)]
    monkeypatch.setattr(report, "check", original)
    long, short = warehouse.load()
    assert (long.rows_loaded, short.rows_loaded) == (301, 3)
    assert long.rows_read == long.rows_loaded + long.rows_rejected + long.rows_junk
    assert warehouse.rows(
        "select _file_id, count(*), count(distinct _line_number) from raw_douyin.orders "
        "group by all order by 1"
    ) == [(long.file_id, 301, 301), (short.file_id, 3, 3)]


def test_an_error_of_duckdb_itself_stays_one(warehouse: Warehouse, monkeypatch) -> None:
    warehouse.land("douyin/shop_1/orders_2026-05-03.csv", orders(100, 3))
    monkeypatch.setattr("pipelines.exports.load.raw_table", lambda _: "raw_douyin.none")
    with pytest.raises(duckdb.CatalogException):
        warehouse.load()
