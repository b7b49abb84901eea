"""Raw export files → `raw_<source>.<export>`: one asset per raw table, one pass."""

import time
from collections.abc import Iterable, Iterator

import dagster as dg

from pipelines.exports.contract_files import load_contracts
from pipelines.exports.load import load_files, pending_files
from pipelines.exports.report import FileReport
from pipelines.exports.summary import one_line
from pipelines.exports.tables import ensure_raw_tables
from pipelines.identity.correct.decision_file import decisions_file, read_decisions
from pipelines.privacy.forget import forget_again
from pipelines.privacy.keys import check_key, load_or_create_key
from pipelines.settings import current_settings
from pipelines.warehouse import open_warehouse, table_counts

DELIVERY_DAYS = dg.DailyPartitionsDefinition(
    start_date="2026-01-01", timezone="Asia/Shanghai", end_offset=1
)
"""A partition is the local day on which a refresh took delivery of files."""

CONTRACTS = load_contracts(current_settings())
_COUNTS = ("rows_read", "rows_loaded", "rows_rejected", "rows_junk")


def _spec(raw_table: str) -> dg.AssetSpec:
    contracts = CONTRACTS.by_raw_table[raw_table]
    first = contracts[0]
    columns = [
        dg.TableColumn(name, sql_type.lower(), description=column.description)
        for column in first.columns
        for name, sql_type in column.raw_columns.items()
    ]
    return dg.AssetSpec(
        raw_table.split("."),
        group_name=first.source,
        description=f"{first.title} ({first.title_zh}). {first.grain}",
        kinds={"file", "duckdb"},
        owners=["team:data-engineering"],
        metadata={
            "contracts": [contract.contract for contract in contracts],
            "dagster/column_schema": dg.TableSchema(columns=columns),
        },
    )


class _LoadLog:
    """One log entry a second, a line per file: an entry costs more than loading a small file."""

    def __init__(self, log: dg.DagsterLogManager) -> None:
        self._log = log
        self._lines: list[str] = []
        self._told = time.monotonic()

    def add(self, reports: Iterable[FileReport]) -> None:
        self._lines += [one_line(report) for report in reports]
        if time.monotonic() - self._told >= 1:
            self.flush()

    def flush(self) -> None:
        if self._lines:
            self._log.info("\n".join(self._lines))
        self._lines = []
        self._told = time.monotonic()


@dg.multi_asset(
    name="raw_exports",
    specs=[_spec(raw_table) for raw_table in sorted(CONTRACTS.by_raw_table)],
    partitions_def=DELIVERY_DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    description="Every new file in the landing folder: detect, read, check, load, account for.",
)
def raw_exports(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
    """Load what is pending; a file is loaded whole or not at all."""
    settings = current_settings()
    key = load_or_create_key(settings)
    reports = []
    log = _LoadLog(context.log)
    with open_warehouse(settings) as warehouse:
        ensure_raw_tables(warehouse, CONTRACTS)
        check_key(warehouse, key, settings.key_file)
        pending = pending_files(settings, warehouse, CONTRACTS)
        for loaded in load_files(warehouse, pending, CONTRACTS, key):
            reports += loaded
            log.add(loaded)
        log.flush()
        decisions = read_decisions(decisions_file(settings))
        forgotten = forget_again(warehouse, CONTRACTS, decisions, key)
        if forgotten.total:
            context.log.info(f"rows about forgotten people were taken out: {forgotten}")
        totals = table_counts(warehouse, CONTRACTS.by_raw_table)
    for raw_table in sorted(CONTRACTS.by_raw_table):
        names = {contract.contract for contract in CONTRACTS.by_raw_table[raw_table]}
        own = [report for report in reports if report.contract in names]
        yield dg.MaterializeResult(
            asset_key=raw_table.split("."),
            metadata={
                "dagster/row_count": totals[raw_table],
                "files": len(own),
                **{name: sum(getattr(report, name) for report in own) for name in _COUNTS},
            },
        )
