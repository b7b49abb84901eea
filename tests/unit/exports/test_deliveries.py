"""Deliveries: what is new, what is the same again, what is gone, and what a kill leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.exports import load
from pipelines.exports.load import landing_files, pending_files
from pipelines.exports.tables import ensure_raw_tables
from tests.unit.exports.conftest import KEY, Warehouse, orders


def test_the_same_content_again_changes_nothing(warehouse: Warehouse) -> None:
    content = orders(("1", "11", "已完成"))
    first = warehouse.land("douyin/a.csv", content)
    warehouse.load()
    before = warehouse.content()
    assert warehouse.load() == []
    os.utime(first)
    warehouse.land("douyin/copy.csv", content)
    assert warehouse.load() == []
    after = warehouse.content()
    before.pop("ledger.seen_files")
    after.pop("ledger.seen_files")
    assert after == before


def test_the_same_content_of_two_accounts_is_two_deliveries(warehouse: Warehouse) -> None:
    for account in ("adv_1", "adv_2"):
        text = "时间-天,消耗,展示数,点击数,转化数\n2026-05-01,0.00,0,0,0\n"
        warehouse.land(f"oceanengine/{account}/report.csv", text)
    assert [report.account for report in warehouse.load()] == ["adv_1", "adv_2"]


def test_a_file_moved_to_another_account_counts_there_alone(warehouse: Warehouse) -> None:
    path = warehouse.land("douyin/orders.csv", orders(("1", "11", "已完成")))
    warehouse.load()
    moved = path.parent / "shop_1" / path.name
    moved.parent.mkdir()
    path.rename(moved)
    warehouse.load()
    assert warehouse.rows("select _account, count(*) from raw_douyin.orders group by 1") == [
        ("shop_1", 1)
    ]
    assert warehouse.rows("select account, is_current from ledger.files order by file_id") == [
        ("default", False),
        ("shop_1", True),
    ]


def test_a_refused_file_that_was_taken_away_is_no_longer_listed(warehouse: Warehouse) -> None:
    stranger = warehouse.land("stranger.csv", "a,b\n1,2\n")
    warehouse.load()
    listed = "select count(*) from ledger.files where status = 'refused' and is_current"
    assert warehouse.rows(listed) == [(1,)]
    stranger.unlink()
    assert warehouse.load() == []
    assert warehouse.rows(listed) == [(0,)]


def test_unchanged_files_are_not_hashed_again(warehouse: Warehouse, monkeypatch) -> None:
    path = warehouse.land("douyin/a.csv", orders(("1", "11", "已完成")))
    warehouse.load()
    hashed: list[Path] = []
    original = load.sha256_of
    monkeypatch.setattr(load, "sha256_of", lambda p: hashed.append(p) or original(p))
    pending_files(warehouse.settings, warehouse.con, warehouse.contracts)
    assert hashed == []
    os.utime(path)
    pending_files(warehouse.settings, warehouse.con, warehouse.contracts)
    assert hashed == [path]


def test_every_snapshot_is_kept_and_the_newest_is_told_by_export_time(warehouse: Warehouse) -> None:
    warehouse.land("douyin/1777900000_new.csv", orders(("1", "11", "已关闭")))
    warehouse.land("douyin/1777800000_old.csv", orders(("1", "11", "已完成")))
    warehouse.load()
    assert warehouse.rows(
        "select order_status from raw_douyin.orders order by _exported_at desc, _file_id desc"
    ) == [("已关闭",), ("已完成",)]


def test_unfinished_and_hidden_files_are_left_alone(warehouse: Warehouse) -> None:
    for name in (
        "a.csv.part", "b.tmp", "~$book.xlsx", ".hidden.csv", ".git/x.csv", "README.md",
        "c.csv.crdownload",
    ):  # fmt: skip
        warehouse.land(f"douyin/{name}", "x")
    kept = warehouse.land("douyin/shop/a.csv", "x")
    assert list(landing_files(warehouse.settings.landing_folder)) == [kept]


KILLED_LOAD = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import duckdb
from pipelines.exports import load
from pipelines.exports.contract_files import load_contracts
from pipelines.exports.tables import ensure_raw_tables
from pipelines.settings import Settings

settings = Settings(data=Path(sys.argv[1]), brand_folder=Path(sys.argv[1]) / "brand")
contracts = load_contracts(settings)
con = duckdb.connect(str(settings.warehouse_path))
ensure_raw_tables(con, contracts)
original = getattr(load, sys.argv[2])

def die(*args, **kwargs):
    if sys.argv[3] == "after":
        original(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(load, sys.argv[2], die)
pending = load.pending_files(settings, con, contracts)
list(load.load_files(con, pending, contracts, b"k" * 32))
"""


@pytest.mark.parametrize(
    ("where", "when"),
    [
        ("insert_frame", "before"),
        ("insert_frame", "after"),
        ("record", "before"),
        ("record", "after"),
    ],
)
def test_a_killed_load_leaves_all_or_nothing(
    where: str, when: str, warehouse: Warehouse, tmp_path: Path
) -> None:
    rows = [(str(i), str(i * 10), "已完成") for i in range(2000)]
    warehouse.land("douyin/a.csv", orders(*rows))
    ensure_raw_tables(warehouse.con, warehouse.contracts)
    warehouse.con.close()
    data = str(warehouse.settings.data_folder)
    killed = subprocess.run([sys.executable, "-c", KILLED_LOAD, data, where, when], check=False)
    assert killed.returncode == -signal.SIGKILL
    warehouse.con = duckdb.connect(str(warehouse.settings.warehouse_path))
    assert warehouse.rows("select count(*) from raw_douyin.orders") == [(0,)]
    assert warehouse.rows("select count(*) from ledger.files") == [(0,)]
    (report,) = warehouse.load()
    assert report.rows_loaded == 2000
    assert warehouse.rows("select count(*), count(distinct _file_id) from raw_douyin.orders") == [
        (2000, 1)
    ]
    warehouse.con.close()


def test_files_loaded_together_are_as_if_loaded_one_by_one(warehouse: Warehouse) -> None:
    for day in range(1, 6):
        warehouse.land(f"douyin/17778{day}0000_x.csv", orders((str(day), "1", f"状态{day}")))
    warehouse.land(
        "pos/sales.csv", "销售日期,小票号,销售数量,单价\n2026-05-01,A1,1,9\n,,,\nx,A2,1,9\n"
    )
    warehouse.land("stranger.csv", "a,b\n1,2\n")
    warehouse.load()
    alone = warehouse.content()
    warehouse.con.execute("drop schema raw_douyin cascade")
    warehouse.con.execute("drop schema raw_pos cascade")
    warehouse.con.execute("drop schema ledger cascade")
    reports = warehouse.load()
    together = warehouse.content()
    without_time = "select * exclude (loaded_at) from ledger.files order by all"
    assert [report.file_id for report in reports] == list(range(1, 8))
    assert len(warehouse.rows(without_time)) == 7
    for table in ("raw_douyin.orders", "raw_pos.sales", "ledger.junk", "ledger.quarantine"):
        assert together[table] == alone[table], table
    assert [row[:-2] for row in together["ledger.files"]] == [
        row[:-2] for row in alone["ledger.files"]
    ]
    assert warehouse.load() == []


def test_a_batch_takes_back_what_its_files_left_before(warehouse: Warehouse) -> None:
    path = warehouse.land("douyin/orders.csv", orders(("1", "11", "已完成")))
    warehouse.land("douyin/shop_2/orders.csv", orders(("2", "21", "已完成")))
    warehouse.load()
    path.parent.joinpath("shop_1").mkdir()
    path.rename(path.parent / "shop_1" / path.name)
    warehouse.load()
    assert warehouse.rows("select _account from raw_douyin.orders order by 1") == [
        ("shop_1",),
        ("shop_2",),
    ]


def test_a_file_that_is_gone_is_left_out(warehouse: Warehouse) -> None:
    gone = warehouse.land("douyin/a.csv", orders(("1", "11", "已完成")))
    warehouse.land("douyin/b.csv", orders(("2", "21", "已完成")))
    ensure_raw_tables(warehouse.con, warehouse.contracts)
    pending = pending_files(warehouse.settings, warehouse.con, warehouse.contracts)
    gone.unlink()
    loaded = list(load.load_files(warehouse.con, pending, warehouse.contracts, KEY))
    assert [reports[0].file_name for reports in loaded] == ["b.csv"]


def test_a_file_replaced_after_it_was_found_is_accounted_for_as_read(warehouse: Warehouse) -> None:
    path = warehouse.land("pos/sales.csv", "销售日期,小票号,销售数量,单价\n2026-05-01,A1,1,9\n")
    ensure_raw_tables(warehouse.con, warehouse.contracts)
    (landed,) = pending_files(warehouse.settings, warehouse.con, warehouse.contracts)
    path.write_text(
        "销售日期,小票号,销售数量,单价\n2026-05-01,A1,1,9\n2026-05-01,A2,1,9\n", "utf-8"
    )
    ((report,),) = load.load_files(warehouse.con, [landed], warehouse.contracts, KEY)
    assert report.rows_loaded == 2
    assert report.sha256 == load.sha256_of(path)
    assert warehouse.load() == []


def test_a_rebuild_from_the_same_files_gives_equal_rows(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    for day in range(1, 6):
        rows = [(str(i), str(i * 10), f"状态{day}") for i in range(day, day + 3)]
        warehouse.land(f"douyin/17778{day}0000_x.csv", orders(*rows))
    warehouse.load()
    first = warehouse.rows("select * from raw_douyin.orders order by all")
    warehouse.con.execute("drop schema raw_douyin cascade")
    warehouse.con.execute("drop schema ledger cascade")
    warehouse.load()
    assert warehouse.rows("select * from raw_douyin.orders order by all") == first
    assert len(first) == 15
