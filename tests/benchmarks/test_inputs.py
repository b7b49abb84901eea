"""Made files load whole, and their clean twin holds as many rows; made graphs are what they say."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from benchmarks.inputs.exports import make_export
from benchmarks.inputs.graph import make_graph
from benchmarks.workers import resolve, scipy_components
from benchmarks.workers.partition import fingerprint
from pipelines.exports.contract_files import load_contracts
from pipelines.exports.report import check_file
from pipelines.settings import Settings

CONTRACTS = load_contracts(Settings())
KEY = b"k" * 32


@pytest.mark.parametrize(
    ("name", "encoding", "mark"),
    [("tmall_orders", "gb18030", b'"=""'), ("douyin_orders", "utf-8-sig", b"\t1"),
     ("wecom_contacts", "utf-8", b"1")],
)  # fmt: skip
def test_a_made_export_loads_whole(name: str, encoding: str, mark: bytes, tmp_path: Path) -> None:
    contract = CONTRACTS.get(name)
    assert contract
    made = make_export(contract, tmp_path, rows=120, first_row=5)
    [part] = check_file(made.file, CONTRACTS, KEY)
    assert part.report.contract == name
    assert (part.report.rows_loaded, part.report.rows_rejected) == (120, 0)
    assert (made.encoding, pl.read_csv(made.clean).height) == (encoding, 120)
    assert mark in made.file.read_bytes()


def test_a_made_export_has_about_the_size_that_was_asked_for(tmp_path: Path) -> None:
    contract = CONTRACTS.get("tmall_orders")
    assert contract
    assert make_export(contract, tmp_path, 3.0).clean_mb == pytest.approx(3.0, rel=0.1)


def test_ours_and_scipy_find_the_same_groups(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = make_graph(Settings(), tmp_path, edges=2_000)
    assert graph.edges == pytest.approx(2_000, rel=0.05)
    resolve.main(str(graph.warehouse))
    scipy_components.main(str(graph.peers))
    told = [pl.read_json(line.encode()) for line in capsys.readouterr().out.splitlines()]
    assert told[0]["partition"][0] == told[1]["partition"][0]
    assert told[0]["groups"][0] > 300


def test_a_fingerprint_knows_who_is_with_whom_and_not_the_label() -> None:
    def of(rows: str) -> tuple[int, str]:
        with duckdb.connect() as connection:
            return fingerprint(connection, f"select * from (values {rows}) as t(member, label)")

    together = of("('a', 1), ('b', 1), ('c', 2)")
    assert together == of("('c', 7), ('b', 9), ('a', 9)")
    assert together != of("('a', 1), ('b', 2), ('c', 2)")
