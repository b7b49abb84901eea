"""What the report of rows says, against the raw tables and the keys that the contracts state."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.exports.contract import Contract, raw_table
from pipelines.exports.contract_files import SHIPPED, read_contracts
from pipelines.publishing.reader import connect
from tests.integration.conftest import RefreshedBrand

_KEYS = {
    "official_account_followers": ["openid", "subscribed_at"],
    "wecom_contacts": ["external_userid", "follow_userid", "added_at"],
    "oceanengine_reports": ["_variant", "report_date"],
}
"""Keys beyond the contract's: older snapshots tell facts that the newest no longer shows, and each
level of an ad report is replaced by its own."""
_NUMBERED = {"wecom_customers"}
"""One file may hold a key several times, and each time is a relation."""


def newest_rows(con: duckdb.DuckDBPyConnection, contract: Contract) -> int:
    """Rows of a raw table that no later file replaced, by the contract's key alone."""
    key = _KEYS.get(contract.contract, contract.snapshot.key)
    parts = ", ".join(["_account", *key])
    if contract.snapshot.unit == "row" and contract.contract not in _NUMBERED:
        sql = f"select count(*) from (select distinct {parts} from {raw_table(contract)})"
    else:
        sql = (
            "select count(*) filter (where age = 1) from (select rank() over "
            f"(partition by {parts} order by _exported_at desc, _file_id desc) as age "
            f"from {raw_table(contract)})"
        )
    return int(con.execute(sql).fetchall()[0][0])


@pytest.mark.truth
def test_every_row_ends_in_a_fact_or_in_a_rule(refreshed: RefreshedBrand) -> None:
    with connect(refreshed.siyu.settings) as snapshot:
        report = {
            f"{source}_{export}": figures
            for source, export, *figures in snapshot.fetch(
                "select source, export, rows_loaded, rows_newest, missing_facts, fact_table, note "
                "from marts.rpt_row_reconciliation"
            )[1]
        }
    contracts = {one.contract: one for one in read_contracts(SHIPPED, SHIPPED / "none")}
    assert set(report) <= set(contracts)
    assert len(report) >= 40
    with duckdb.connect(str(refreshed.siyu.settings.warehouse_path), read_only=True) as con:
        for name, (loaded, newest, missing, fact, note) in report.items():
            rows = con.execute(f"select count(*) from {raw_table(contracts[name])}").fetchall()
            assert loaded == rows[0][0], name
            assert newest == newest_rows(con, contracts[name]), name
            assert missing == 0 if fact else note, name
