"""One refresh, as `siyu refresh` runs it; tells what it did and where the time went.

It takes its settings from the environment, as `siyu` does.
"""

from __future__ import annotations

import json
import time

from benchmarks.workers.told import cpu_seconds, tell
from pipelines.orchestration.outcome import RefreshOutcome
from pipelines.orchestration.refresh import refresh
from pipelines.settings import Settings, current_settings
from pipelines.warehouse import open_warehouse


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
    started, stages = time.time(), Stages()
    settings = current_settings()
    outcome = refresh(settings, stages)
    stages.end()
    tell(
        status=outcome.status,
        failures=outcome.run.failures if outcome.run else [],
        refused=[path for path, _ in outcome.refused],
        stages=stages.seconds,
        models=_model_seconds(settings, outcome, started),
        landed=_landed(settings),
    )


def _model_seconds(settings: Settings, outcome: RefreshOutcome, started: float) -> dict[str, float]:
    """Seconds (not CPU) of every model, seed and test that dbt ran in this refresh."""
    if outcome.run is None:
        return {}
    seconds: dict[str, float] = {}
    for folder in (settings.dbt_project_folder / "target").glob("dbt_*_identity-*"):
        results = folder / "run_results.json"
        if results.exists() and results.stat().st_mtime >= started:
            for result in json.loads(results.read_text("utf-8"))["results"]:
                seconds[result["unique_id"]] = result["execution_time"]
    return seconds


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
