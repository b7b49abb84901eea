"""Load a landing folder and make a long history of it: argument 1 the data folder, 2 how many times
its people are there, 3 store visits of each member.

The copies are other people with other orders who did the same at the same time: every number, name
and key that tells people, orders, messages or employees apart gets another end. The visits lie
within the last year. All that happens in the raw tables: to write and load fifty million rows as
files takes hours and measures the loader.
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
_OTHER_END = (
    "case when length({0}) < 64 then {0} || '~' || copy "
    "else regexp_replace({0}, '[0-9a-f]{{4}}(,|$)', printf('%04x', copy) || '\\1', 'g') end"
)
"""Of a name or number; of keyed hashes, one or several, the last four digits."""
_LINES = 1_000_000
"""Between the line numbers of copies: no file of the simulated brand has as many."""
_MOST_COPIES = 5_000
_FIRST_VISIT = _MOST_COPIES * _LINES
"""Models tell versions of a row apart by a line number below 10^10 (`latest_snapshot`)."""


def main(data: Path, times: int, visits: int) -> None:
    """Load what lies in the landing folder, then add the copies and the visits.

    Raises:
        ValueError: more copies than there are line numbers for.
    """
    if times > _MOST_COPIES:
        raise ValueError(f"{times} copies are too many: at most {_MOST_COPIES}")
    settings = Settings(data=data)
    contracts = load_contracts(settings)
    with open_warehouse(settings) as warehouse:
        ensure_raw_tables(warehouse, contracts)
        pending = pending_files(settings, warehouse, contracts)
        for _ in load_files(warehouse, pending, contracts, load_or_create_key(settings)):
            pass
        for table in contracts.by_raw_table:
            _multiply(warehouse, table, times)
        _visit(warehouse, visits)
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
    changes = [f"{_OTHER_END.format(name)} as {name}" for name in apart]
    changes.append(f"_line_number + copy * {_LINES} as _line_number")
    warehouse.execute(
        f"insert into {table} select * exclude (copy) replace ({', '.join(changes)}) "
        f"from {table}, range(1, {times}) as copies(copy)"
    )
    _account(warehouse, table)


def _visit(warehouse: duckdb.DuckDBPyConnection, visits: int) -> None:
    """Let every member visit a store so often, in the oldest file of visits."""
    warehouse.execute(
        f"""
        insert into raw_stores.visits by name
        select v.* replace (
            m.member_id_crm as member_id_crm, null as visitor_phone_key,
            null as visitor_phone_masked,
            {_FIRST_VISIT} + m.member * {visits} + number as _line_number,
            v.visited_at - to_minutes((hash(m.member_id_crm, number) % 525600)::int) as visited_at)
        from (select * from raw_stores.visits order by _file_id, _line_number limit 1) as v,
            (
                select member_id_crm, row_number() over () as member
                from (select distinct member_id_crm from raw_crm.members)
            ) as m,
            range({visits}) as numbers(number)
        """
    )
    _account(warehouse, "raw_stores.visits")


def _account(warehouse: duckdb.DuckDBPyConnection, table: str) -> None:
    """The ledger counts what is there now."""
    warehouse.execute(
        f"""
        update ledger.files set rows_read = rows_read - rows_loaded + n, rows_loaded = n
        from (select _file_id, count(*) as n from {table} group by all) as counted
        where file_id = _file_id
        """
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
