"""The ledger of every delivered file, and the checks that its counts add up."""

from collections.abc import Iterator

import dagster as dg

from pipelines.audiences.errors import AudienceError
from pipelines.audiences.handed_over import copy_handed_over
from pipelines.defs.raw_exports import CONTRACTS
from pipelines.settings import current_settings
from pipelines.warehouse import open_warehouse, table_counts

_TABLES = {
    "files": "One row per delivered file (per zip member or sheet): what was read and what became "
    "of every row; refused files with the reason.",
    "junk": "One row per file and junk rule: how many rows were no data (totals, blank lines).",
    "quarantine": "One row per rejected cell: file, line, column, value (masked), reason, remedy.",
    "handed_over": "One row per day and customer who was put into an audience package on it.",
    "restatements": "One row per published version, metric and past day whose value the next "
    "version stated otherwise, with the rows behind it; each publish adds its own.",
}
_UNBALANCED = """
    select relative_path, rows_read, rows_loaded, rows_rejected, rows_junk
    from ledger.files
    where status = 'loaded' and is_current
        and rows_read <> rows_loaded + rows_rejected + rows_junk
"""
_REFUSED = """
    select relative_path, message from ledger.files where status = 'refused' and is_current
"""


@dg.multi_asset(
    name="load_ledger",
    specs=[
        dg.AssetSpec(
            ["ledger", table],
            deps=[raw_table.split(".") for raw_table in sorted(CONTRACTS.by_raw_table)],
            group_name="ledger",
            kinds={"duckdb"},
            owners=["team:data-engineering"],
            description=description,
        )
        for table, description in _TABLES.items()
    ],
    check_specs=[
        dg.AssetCheckSpec(
            "every_row_is_accounted_for",
            asset=["ledger", "files"],
            blocking=True,
            description="rows read = loaded + rejected + junk, for every file.",
        ),
        dg.AssetCheckSpec(
            "no_file_is_refused",
            asset=["ledger", "files"],
            # A warning: a file that nothing recognises holds no row of any published table, and
            # one stray file must not stop the morning's figures. It stays on the report.
            blocking=False,
            description="Every file in the landing folder matches exactly one contract.",
        ),
    ],
)
def load_ledger(
    context: dg.AssetExecutionContext,
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Loading and publishing write these tables; here they are counted and checked, and what was
    handed over to ad platforms is copied."""
    settings = current_settings()
    with open_warehouse(settings) as warehouse:
        try:
            copy_handed_over(settings, warehouse)
        except AudienceError as error:
            context.log.warning(f"audience packages as of the last refresh: {error}")
        counts = table_counts(warehouse, [f"ledger.{table}" for table in _TABLES])
        unbalanced = warehouse.execute(_UNBALANCED).fetchall()
        refused = warehouse.execute(_REFUSED).fetchall()
    for table in _TABLES:
        yield dg.MaterializeResult(
            asset_key=["ledger", table], metadata={"dagster/row_count": counts[f"ledger.{table}"]}
        )
    yield dg.AssetCheckResult(
        asset_key=["ledger", "files"],
        check_name="every_row_is_accounted_for",
        passed=not unbalanced,
        description=f"files whose counts do not add up: {unbalanced[:3]}" if unbalanced else None,
        metadata={"files": len(unbalanced)},
    )
    yield dg.AssetCheckResult(
        asset_key=["ledger", "files"],
        check_name="no_file_is_refused",
        passed=not refused,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"files": len(refused), "first": refused[0][0] if refused else "none"},
    )
