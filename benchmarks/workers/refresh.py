"""One refresh, as `siyu refresh` runs it; tells what it did and where the time went.

It takes its settings from the environment, as `siyu` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from benchmarks.workers.told import cpu_seconds, tell
from pipelines.orchestration.outcome import RefreshOutcome
from pipelines.orchestration.refresh import refresh
from pipelines.settings import Settings, current_settings
from pipelines.warehouse import open_warehouse

if TYPE_CHECKING:
    from dagster import EventLogEntry


class Stages:
    """CPU seconds of each stage; the one before the first is start-up."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._name = "start-up"
        self._since = 0.0

    def __call__(self, kind: str, text: str) -> None:
        """The progress of the refresh: a step begins, so the one before it is over."""
        if kind == "step":
            self.end()
            self._name = text

    def end(self) -> None:
        """Close the stage that runs."""
        now = cpu_seconds()
        self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._since
        self._since = now


def main() -> None:
    """Refresh once."""
    stages = Stages()
    settings = current_settings()
    outcome = refresh(settings, stages)
    stages.end()
    tell(
        status=outcome.status,
        failures=outcome.run.failures if outcome.run else [],
        refused=[path for path, _ in outcome.refused],
        rebuilt=outcome.rebuilt,
        stages=stages.seconds,
        models=_model_seconds(settings, outcome),
        landed=_landed(settings),
    )


def _model_seconds(settings: Settings, outcome: RefreshOutcome) -> dict[str, float]:
    """Seconds (not CPU) of every model, seed and test that dbt ran in this refresh."""
    if outcome.run is None:
        return {}
    # Imported by the refresh, when it had work: not before, or start-up would look longer.
    from dagster import DagsterEventType

    from pipelines.orchestration.job_run import dagster_instance

    kinds = {DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_CHECK_EVALUATION}
    with dagster_instance(settings) as instance:
        entries = instance.all_logs(outcome.run.run_id, of_type=kinds)
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
    main()
