"""Asking, correcting and forgetting on the refreshed brand, as a person types it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.exports.contract_files import load_contracts
from pipelines.exports.load import load_files, pending_files
from pipelines.identity.correct.decision_file import decisions_file, read_decisions
from pipelines.privacy.forget import forget_again
from pipelines.privacy.keys import load_or_create_key
from pipelines.publishing.reader import connect, versions
from pipelines.settings import REPOSITORY, Settings, current_settings
from pipelines.warehouse import open_warehouse, refresh_lock
from tests.integration.conftest import RefreshedBrand
from tests.siyu_process import SiyuProcess

Siyu = Callable[..., str]


@pytest.fixture
def settings(
    refreshed: RefreshedBrand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """A copy of the refreshed brand, with a brand folder of its own to decide in."""
    shutil.copytree(refreshed.siyu.settings.data_folder, tmp_path / "data", symlinks=True)
    shutil.copytree(REPOSITORY / "brand", tmp_path / "brand")
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SIYU_BRAND_FOLDER", str(tmp_path / "brand"))
    monkeypatch.setenv("COLUMNS", "200")
    current_settings.cache_clear()
    yield current_settings()
    current_settings.cache_clear()


@pytest.fixture
def siyu(settings: Settings) -> Siyu:
    def run(*arguments: str, expect: int = 0) -> str:
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == expect, result.output
        return result.output

    return run


def query(settings: Settings, sql: str) -> list[tuple]:
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as warehouse:
        return warehouse.execute(sql).fetchall()


def two_buyers(settings: Settings) -> list[tuple[int, str]]:
    """Two customers with orders and a card: their ids and cards."""
    return query(
        settings,
        """
        select customer_id, min(identifier_value) from identity.identity_map
        join identity.identifiers using (identifier_id)
        join customer_center.dim_customers using (customer_id)
        where identifier_type = 'crm_member_id' and orders > 0 and has_phone
        group by 1 order by 1 limit 2
        """,
    )


def test_a_merge_is_tried_decided_explained_and_taken_back(siyu: Siyu, settings: Settings) -> None:
    (first, card), (second, other) = two_buyers(settings)
    assert "Two people" in siyu("why", f"customer:{first}", f"customer:{second}")
    tried = siyu("merge", f"customer:{first}", f"customer:{second}")
    assert "1 customer is taken in by another" in tried
    [(orders, gmv)] = query(
        settings,
        "select sum(orders), sum(gmv_cny) from customer_center.dim_customers "
        f"where customer_id in ({first}, {second})",
    )
    assert re.search(rf"orders +{orders:,} +{orders:,} *\n", tried)
    assert re.search(rf"GMV, yuan +{gmv:,.2f} +{gmv:,.2f} *\n", tried)
    assert re.search(r"in tier [PL] +[12] +", tried)
    assert "Dry run, nothing was changed" in tried
    assert not decisions_file(settings).exists()
    siyu("merge", f"crm_member_id:{card}", f"crm_member_id:{other}", "--yes", "--note", "sisters?")
    answer = siyu("why", f"crm_member_id:{card}", f"crm_member_id:{other}")
    assert f"One person: customer {first}" in answer
    assert "decision 1, merge by" in answer
    assert f"Customer {second} lives on in {first}" in siyu("why", f"customer:{second}")
    assert "sisters?" in siyu("identity", "decisions")
    assert "1 new customer splits off" in siyu("identity", "revoke", "1", "--yes")
    assert "Two people" in siyu("why", f"crm_member_id:{card}", f"crm_member_id:{other}")
    history = siyu("identity", "history", f"crm_member_id:{other}")
    assert f"customer {first}" in history
    assert f"customer {second}" in history


def test_a_rule_is_tried_on_all_data(siyu: Siyu, tmp_path: Path) -> None:
    change = tmp_path / "change.yml"
    change.write_text("identity_rules: [{rule_id: 3, is_active: false}]", "utf-8")
    answer = siyu("identity", "simulate-rules", str(change))
    assert "identity_rules, 3: is_active from true to false" in answer
    assert re.search(r"[\d,]+ new customers split off", answer)
    change.write_text("identity_rules: [{rule_id: 3, is_active: perhaps}]", "utf-8")
    assert "perhaps" in siyu("identity", "simulate-rules", str(change), expect=1)


def test_who_asks_while_a_refresh_runs_is_told_so(siyu: Siyu, settings: Settings) -> None:
    with refresh_lock(settings):
        assert "already running" in siyu("block", "phone:13912340000", expect=1)
    program = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(settings.warehouse_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        with refresh_lock(settings):
            assert "a refresh is writing" in siyu("why", "13912340000", expect=1)
        assert f"PID {writer.pid}" in siyu("why", "13912340000", expect=1)
        writer.communicate(b"\n")


def test_a_forgotten_person_is_gone_and_stays_away(siyu: Siyu, settings: Settings) -> None:
    """All but the rebuilding, which `make proof` does."""
    [(customer, card), _] = two_buyers(settings)
    tried = siyu("forget", f"customer:{customer}")
    assert "This cannot be taken back" in tried
    assert "raw_crm.members" in tried
    assert "By hand" in tried
    held = values_of(settings, customer)
    before = names_in_raw(settings, held)
    assert {"raw_crm.members.member_id_crm", "raw_crm.members.member_phone_key"} <= before
    siyu("forget", f"customer:{customer}", "--yes", "--no-refresh")
    assert names_in_raw(settings, held) == set()
    assert (
        query(settings, f"select * from identity.identity_map where customer_id = {customer}") == []
    )
    assert f"customer {customer} was" in siyu("why", f"customer:{customer}", expect=1)
    assert card not in decisions_file(settings).read_text("utf-8")
    deliver_cards_again(settings)
    assert names_in_raw(settings, held) == set()
    assert query(settings, "select count(*) from raw_crm.members") > [(100,)]


def values_of(settings: Settings, customer: int) -> list[str]:
    """Everything that raw cells may hold about a customer: values with and without account."""
    rows = query(
        settings,
        f"""
        select identifier_value from identity.identity_map
        join identity.identifiers using (identifier_id) where customer_id = {customer}
        """,
    )
    return sorted({part for (value,) in rows for part in (value, value.rpartition(":")[2])})


def names_in_raw(settings: Settings, values: list[str]) -> set[str]:
    """Columns of raw tables and of the quarantine that hold one of the values."""
    columns = query(
        settings,
        "select schema_name || '.' || table_name, column_name from duckdb_columns() "
        "where data_type = 'VARCHAR' and (schema_name like 'raw%' or table_name = 'quarantine')",
    )
    assert len(columns) > 100
    found = set()
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as warehouse:
        for table, column in columns:
            holds = f"list_has_any(string_split({column}, ','), $1)"
            if warehouse.execute(
                f"select 1 from {table} where {holds} limit 1", [values]
            ).fetchone():
                found.add(f"{table}.{column}")
    return found


def deliver_cards_again(settings: Settings) -> None:
    """The newest export of the CRM comes once more, with a blank line at its end."""
    newest = max((settings.landing_folder / "crm").glob("*.csv"))
    newest.with_name("crm_members_again.csv").write_bytes(newest.read_bytes() + b"\n")
    contracts, key = load_contracts(settings), load_or_create_key(settings)
    with open_warehouse(settings) as warehouse:
        pending = pending_files(settings, warehouse, contracts)
        [[report]] = list(load_files(warehouse, pending, contracts, key))
        assert report.rows_loaded
        decisions = read_decisions(decisions_file(settings))
        assert forget_again(warehouse, contracts, decisions, key).removed


@pytest.mark.proof
def test_what_is_published_is_rid_of_a_forgotten_person(settings: Settings) -> None:
    process = SiyuProcess(settings.data_folder, settings.brand_configuration)
    [(customer, _), _] = two_buyers(settings)
    held = values_of(settings, customer)
    assert "Forgotten." in process.run("forget", f"customer:{customer}", "--yes")
    [version] = versions(settings)
    with connect(settings) as snapshot:
        columns = snapshot.fetch(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() "
            "where data_type = 'VARCHAR' and schema_name in ('customer_center', 'marts')"
        )[1]
        for table, column in columns:
            rows = f"select 1 from {table} where list_contains($values, {column}) limit 1"
            assert snapshot.fetch(rows, {"values": held})[1] == [], f"{version}: {table}.{column}"
    assert names_in_raw(settings, held) == set()
    assert "Nothing new" in process.run("refresh")
