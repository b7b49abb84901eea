"""Load a landing folder and multiply its rows: argument 1 the data folder, 2 how many times.

The copies are other people with other orders who did the same at the same time: every number, name
and key that tells people, orders, messages or employees apart gets a suffix. That happens in the
raw tables: to write and load fifty million rows as files takes hours and measures the loader.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import duckdb

from benchmarks.workers.told import tell
from pipelines.exports.contract_files import load_contracts
from pipelines.exports.load import load_files, pending_files
from pipelines.exports.tables import ensure_raw_tables
from pipelines.privacy.keys import load_or_create_key
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse

_TELLS_APART = re.compile(
    r"_keys?$|(^|_)(openid|unionid|userid|chat_id|message_id|traffic_id|lead_id|flow_id|klaviyo_id"
    r"|contact_id|user_id|member_id|order_id|payment_id|aftersale_id|order_name|receipt_no)(_|$)"
)
_LINES = 1_000_000_000
"""Added to the line numbers of each copy: no file has as many."""


def main(data: Path, times: int) -> None:
    """Load what lies in the landing folder, then add the copies."""
    settings = Settings(data=data)
    contracts = load_contracts(settings)
    with open_warehouse(settings) as warehouse:
        ensure_raw_tables(warehouse, contracts)
        pending = pending_files(settings, warehouse, contracts)
        for _ in load_files(warehouse, pending, contracts, load_or_create_key(settings)):
            pass
        if times > 1:
            for table in contracts.by_raw_table:
                _multiply(warehouse, table, times)
        [(rows,)] = warehouse.execute(
            "select sum(rows_loaded) from ledger.files where is_current"
        ).fetchall()
    tell(rows=rows)


def _multiply(warehouse: duckdb.DuckDBPyConnection, table: str, times: int) -> None:
    """Add the copies of a raw table's rows; reports about no person stay as they are."""
    columns = warehouse.execute(
        "select column_name, data_type from duckdb_columns() "
        "where schema_name || '.' || table_name = $1 order by column_index",
        [table],
    ).fetchall()
    apart = [name for name, kind in columns if kind == "VARCHAR" and _TELLS_APART.search(name)]
    if not apart:
        return
    changes = [
        f"replace({name}, ',', '~' || copy || ',') || '~' || copy as {name}" for name in apart
    ]
    changes.append(f"_line_number + copy * {_LINES} as _line_number")
    warehouse.execute(
        f"insert into {table} select * exclude (copy) replace ({', '.join(changes)}) "
        f"from {table}, range(1, {times}) as copies(copy)"
    )
    warehouse.execute(
        "update ledger.files set rows_read = rows_read + rows_loaded * $1, "
        "rows_loaded = rows_loaded * ($1 + 1) "
        f"where file_id in (select _file_id from {table})",
        [times - 1],
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
