"""When things run: daily at 06:00 Asia/Shanghai, and when files arrive in the landing folder."""

from collections.abc import Iterator
from datetime import datetime

import dagster as dg

from pipelines.defs.raw_exports import DELIVERY_DAYS
from pipelines.orchestration.job_run import JOB, close_dead_runs
from pipelines.orchestration.refresh import waiting_files
from pipelines.settings import LOCAL_TIME_ZONE, current_settings
from pipelines.warehouse import RefreshRunningError, refresh_lock

daily_refresh = dg.define_asset_job(
    JOB,
    selection=dg.AssetSelection.all(),
    description="Load what arrived, rebuild, check, publish. An error anywhere publishes nothing.",
)


@dg.schedule(
    job=daily_refresh,
    cron_schedule="0 6 * * *",
    execution_timezone="Asia/Shanghai",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every morning at 06:00, when the platforms have closed yesterday's figures.",
)
def daily_refresh_at_six(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """One run a day, for that day's partition; it takes every file not yet loaded."""
    day = context.scheduled_execution_time.astimezone(LOCAL_TIME_ZONE).date().isoformat()
    return dg.RunRequest(run_key=day, partition_key=day)


@dg.sensor(
    job=daily_refresh,
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Looks every five minutes for files in the landing folder that no run has loaded.",
)
def landing_files(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Request one run when files wait; the run key is what waits, so nothing runs twice."""
    settings = current_settings()
    try:
        with refresh_lock(settings):
            close_dead_runs(context.instance)
            waiting = waiting_files(settings)
    except RefreshRunningError:
        yield dg.SkipReason("a refresh is running")
        return
    if not waiting:
        yield dg.SkipReason("no new files in the landing folder")
        return
    day = datetime.now(LOCAL_TIME_ZONE).date().isoformat()
    key = ",".join(sorted(file.sha256[:12] for file in waiting))
    yield dg.RunRequest(run_key=f"{day}:{key}", partition_key=day)


def delivery_day(now: datetime) -> str:
    """The partition of a refresh at `now` (aware): its day in Asia/Shanghai, yyyy-mm-dd."""
    return DELIVERY_DAYS.get_partition_key_for_timestamp(now.timestamp())
