"""Made files load whole, and their clean twin holds as many rows; made graphs are what they say."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import polars as pl
import pytest

from benchmarks.inputs.exports import make_export
from benchmarks.inputs.graph import deliver_second, make_graph, write_peers
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


def test_the_second_delivery_brings_known_and_new_identifiers(tmp_path: Path) -> None:
    graph = make_graph(Settings(), tmp_path, rows=20_000)
    assert graph.rows == pytest.approx(20_000, rel=0.05)
    with duckdb.connect(graph.warehouse) as warehouse:
        seen = "select distinct identifier_type, identifier_value from {}.int_identity__sightings"
        known, new = (
            warehouse.execute(
                f"from ({seen.format('second')}) {kind} join ({seen.format('intermediate')}) "
                "using (identifier_type, identifier_value)"
            ).fetchall()
            for kind in ("semi", "anti")
        )
        deliver_second(warehouse)
        rows = warehouse.table("intermediate.int_identity__evidence")
        assert len(rows) == graph.rows + graph.news == pytest.approx(1.01 * graph.rows, rel=0.001)
    assert min(len(known), len(new)) > 100


def test_ours_and_scipy_find_the_same_groups_and_news_are_as_good_as_everything_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = make_graph(Settings(), tmp_path, rows=5_000)
    inputs, state = str(graph.warehouse), str(tmp_path / "state")
    resolve.main(inputs, "first", state)
    nodes, edges = write_peers(Path(state), tmp_path / "peers")
    scipy_components.main(str(tmp_path / "peers"))
    for step, source in {"full": state, "again": state, "news": state, "all": inputs}.items():
        resolve.main(source, step, str(tmp_path / "work"))
    told = [json.loads(line)["partition"] for line in capsys.readouterr().out.splitlines()]
    first, scipy, full, again, news, everything = told
    assert first == scipy == full == again
    assert news == everything
    assert 0.9 * graph.rows < edges < graph.rows
    assert nodes == pytest.approx(graph.identifiers, rel=0.05)


def test_a_fingerprint_knows_who_is_with_whom_and_not_the_label() -> None:
    def of(rows: str) -> tuple[int, str]:
        with duckdb.connect() as connection:
            return fingerprint(connection, f"select * from (values {rows}) as t(member, label)")

    together = of("('a', 1), ('b', 1), ('c', 2)")
    assert together == of("('c', 7), ('b', 9), ('a', 9)")
    assert together != of("('a', 1), ('b', 2), ('c', 2)")
