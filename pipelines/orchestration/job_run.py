"""Runs the Dagster job in this process and tells what its event log says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime

import dagster as dg
from dagster import DagsterEvent, DagsterEventType, DagsterInstance
from dagster._core.utils import make_new_run_id

from pipelines.orchestration.dagster_lean import use_lean_parts
from pipelines.orchestration.outcome import JobRun, Progress, Stage
from pipelines.settings import Settings

JOB = "daily_refresh"
_TAGS = {"siyu/started_by": "siyu refresh"}
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""The event log keeps everything; standard error is for the errors that the caller prints."""


_EVENTS_AT_ONCE = "10000"
"""Dagster plans every asset and check in one batch of events: the storage takes it as a whole."""


def dagster_instance(settings: Settings) -> DagsterInstance:
    """The persistent instance of dagster.yaml, so that the UI shows what the verbs ran."""
    os.environ["DAGSTER_EVENT_BATCH_SIZE"] = _EVENTS_AT_ONCE
    os.environ["DAGSTER_HOME"] = str(settings.home)
    os.environ["SIYU_DAGSTER_STORAGE"] = str(settings.dagster_storage)
    settings.dagster_storage.mkdir(parents=True, exist_ok=True)
    return DagsterInstance.get()


def run_job(settings: Settings, progress: Progress) -> JobRun:
    """Run the daily job for today's delivery day; never raises for a failing step."""
    from pipelines.definitions import defs
    from pipelines.defs.automation import delivery_day

    use_lean_parts()
    job = defs().resolve_job_def(JOB)
    with dagster_instance(settings) as instance:
        close_dead_runs(instance)
        run_id = make_new_run_id()
        instance.add_event_listener(run_id, _teller(progress))
        result = job.execute_in_process(
            instance=instance,
            partition_key=delivery_day(datetime.now(UTC)),
            run_id=run_id,
            run_config=_QUIET,
            tags=_TAGS,
            raise_on_error=False,
        )
    events = result.all_events
    stages = [
        Stage(str(event.step_key), event.step_success_data.duration_ms / 1000)
        for event in events
        if event.is_step_success
    ]
    return JobRun(run_id, stages, [] if result.success else list(_failures(events)))


def close_dead_runs(instance: DagsterInstance) -> None:
    """Mark the runs of killed `siyu` processes as failed; call it while holding the refresh lock.

    Nobody else would: they were never in the daemon's hands, and one run that looks alive keeps
    the daemon, which runs one at a time, from starting the next.
    """
    alive = dg.RunsFilter(job_name=JOB, tags=_TAGS, statuses=[dg.DagsterRunStatus.STARTED])
    for run in instance.get_runs(alive):
        instance.report_run_failed(run, "the process that ran it was killed")


def _teller(progress: Progress) -> Callable[[dg.EventLogEntry], None]:
    """What tells the steps that begin and the lines that are logged, as they are stored."""

    def tell(entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            progress("line", entry.user_message)
        elif event.event_type == DagsterEventType.STEP_START:
            progress("step", str(event.step_key))

    return tell


def _failures(events: Iterable[DagsterEvent]) -> Iterator[str]:
    """One readable line per failed check and failed step, causes before consequences."""
    for event in events:
        if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR:
                text = check.description or _metadata_text(check.metadata)
                yield f"check {check.check_name} on {check.asset_key.to_user_string()}: {text}"
        elif event.is_step_failure and event.step_failure_data.error:
            error = event.step_failure_data.error
            while error.cause:
                error = error.cause
            yield f"step {event.step_key}: {error.message.strip()}"


def _metadata_text(metadata: Mapping[str, dg.MetadataValue]) -> str:
    return "; ".join(f"{name} {value.value}" for name, value in metadata.items()) or "failed"
