"""The daily refresh as one library call: the Dagster job that the schedule runs, in process."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

from pipelines.audiences.errors import AudienceError
from pipelines.audiences.handed_over import copy_handed_over
from pipelines.exports.contract_files import Contracts, load_contracts
from pipelines.exports.load import pending_files
from pipelines.exports.report import LandedFile
from pipelines.exports.tables import ensure_raw_tables
from pipelines.identity.sql import transaction
from pipelines.identity.tables import ensure_identity_tables
from pipelines.orchestration.dbt_manifest import build_manifest_if_stale
from pipelines.orchestration.fingerprint import inputs_fingerprint
from pipelines.orchestration.increment import (
    demand_full,
    ensure_increment_tables,
    last_refresh,
)
from pipelines.orchestration.outcome import Progress, RefreshOutcome
from pipelines.publishing.errors import NothingPublishedError
from pipelines.publishing.layout import remove_leftovers
from pipelines.publishing.reader import read_manifest
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse, refresh_lock


def refresh(
    settings: Settings, progress: Progress = lambda *_: None, *, full: bool = False
) -> RefreshOutcome:
    """Load what is new, rebuild, check and publish; do nothing when nothing changed.

    `full`: build every table anew, also when nothing changed. Safe to repeat after a kill at any
    point: every step is one transaction or one rename.

    Raises:
        RefreshRunningError: another process refreshes this warehouse.
    """
    with refresh_lock(settings):
        remove_leftovers(settings)
        published = _published_fingerprint(settings)
        if full:
            with open_warehouse(settings) as warehouse:
                demand_full(warehouse, "asked for")
        if _is_up_to_date(settings, published) and not full:
            return RefreshOutcome("nothing_new", published[0], refused=_refused_files(settings))
        progress("step", "prepare")
        with _rare_garbage_collection():
            build_manifest_if_stale(settings)
            from pipelines.orchestration.job_run import (
                run_job,  # imports Dagster: only when there is work
            )

            run = run_job(settings, progress)
        if run.failures:
            return RefreshOutcome("failed", published[0], run, _refused_files(settings))
        version = read_manifest(settings).version
        with open_warehouse(settings, read_only=True) as warehouse:
            rebuilt = last_refresh(warehouse)
        return RefreshOutcome("published", version, run, _refused_files(settings), rebuilt)


@contextmanager
def _rare_garbage_collection() -> Iterator[None]:
    """Look for garbage after 2 million new objects, not 700: nearly all live as long as the run.

    Afterwards the count begins anew, or Python would look through all of them at once. A process
    that ends looks through them in any case: once less often.
    """
    thresholds = gc.get_threshold()
    gc.set_threshold(2_000_000, 50, 100)
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()
        gc.set_threshold(*thresholds)
        atexit.register(gc.disable)


def waiting_files(settings: Settings) -> list[LandedFile]:
    """Files in the landing folder that no refresh has loaded yet; for the sensor.

    Raises:
        RefreshRunningError: at once, when a refresh runs.
    """
    contracts = load_contracts(settings)
    with open_warehouse(settings, wait_seconds=0) as warehouse:
        _ensure_tables(warehouse, contracts)
        return pending_files(settings, warehouse, contracts)


def prepare(settings: Settings) -> None:
    """Create the warehouse's empty tables and build the dbt manifest, for `dagster dev`."""
    with open_warehouse(settings) as warehouse:
        _ensure_tables(warehouse, load_contracts(settings))
    build_manifest_if_stale(settings)


def _ensure_tables(warehouse: duckdb.DuckDBPyConnection, contracts: Contracts) -> None:
    ensure_raw_tables(warehouse, contracts)
    with transaction(warehouse):
        ensure_identity_tables(warehouse)
        ensure_increment_tables(warehouse)


def _published_fingerprint(settings: Settings) -> tuple[str, str] | tuple[None, None]:
    try:
        manifest = read_manifest(settings)
    except NothingPublishedError:
        return None, None
    return manifest.version, manifest.fingerprint


def _refused_files(settings: Settings) -> tuple[tuple[str, str], ...]:
    with open_warehouse(settings, read_only=True) as warehouse:
        rows = warehouse.execute(
            "select relative_path || coalesce(' [' || member || ']', ''), message "
            "from ledger.files where status = 'refused' and is_current order by 1"
        ).fetchall()
    return tuple(rows)


def _is_up_to_date(settings: Settings, published: tuple[str | None, str | None]) -> bool:
    contracts = load_contracts(settings)
    with open_warehouse(settings) as warehouse:
        _ensure_tables(warehouse, contracts)
        if pending_files(settings, warehouse, contracts):
            return False
        with suppress(AudienceError):  # a package is being built: it counts from the next refresh
            copy_handed_over(settings, warehouse)
        return published[1] == inputs_fingerprint(settings, warehouse)
