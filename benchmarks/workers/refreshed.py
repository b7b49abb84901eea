"""What the last refresh left behind: how long its nodes took, and what is in the warehouse.

Called with the id of its run, or without when it had nothing to do. Nothing of this is measured.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from dagster import DagsterEventType, EventLogEntry

from benchmarks.workers.told import tell
from pipelines.orchestration.job_run import dagster_instance
from pipelines.settings import Settings, current_settings
from pipelines.warehouse import open_warehouse


def main(*run_ids: str) -> None:
    """Tell both."""
    settings = current_settings()
    seconds = {name: s for run_id in run_ids for name, s in _node_seconds(settings, run_id).items()}
    tell(models=seconds, landed=_landed(settings))


def _node_seconds(settings: Settings, run_id: str) -> dict[str, float]:
    """Seconds (not CPU) of every model, seed and test that dbt ran in this run."""
    kinds = {DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_CHECK_EVALUATION}
    with dagster_instance(settings) as instance:
        entries = instance.all_logs(run_id, of_type=kinds)
    return {
        str(metadata["unique_id"].value): float(str(metadata["Execution Duration"].value))
        for metadata in map(_metadata, entries)
        if "unique_id" in metadata
    }


def _metadata(entry: EventLogEntry) -> Mapping[str, Any]:
    if entry.asset_materialization:
        return entry.asset_materialization.metadata
    evaluation = entry.asset_check_evaluation
    return evaluation.metadata if evaluation else {}


def _landed(settings: Settings) -> dict[str, int]:
    with open_warehouse(settings, read_only=True) as warehouse:
        [(files, rows, megabytes)] = warehouse.execute(
            "select count(distinct relative_path), coalesce(sum(rows_read), 0), "
            "coalesce(sum(size_bytes), 0) / 1e6 from ledger.files "
            "where is_current and status = 'loaded'"
        ).fetchall()
    return {"files": files, "rows": rows, "megabytes": round(megabytes)}


if __name__ == "__main__":
    main(*sys.argv[1:])
