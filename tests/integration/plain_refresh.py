"""Refreshes without Dagster: the same steps in the same order, in this process."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.exports.contract_files import load_contracts
from pipelines.exports.load import load_files, pending_files
from pipelines.exports.tables import ensure_raw_tables
from pipelines.identity.sql import transaction
from pipelines.identity.tables import ensure_identity_tables
from pipelines.orchestration import increment
from pipelines.orchestration.dbt_calls import DbtProjectRun
from pipelines.orchestration.identity_run import present_conditions, resolver
from pipelines.privacy.keys import load_or_create_key
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse

_WITHOUT_TESTS = ("--exclude-resource-type", "test")
_DONE = {"success", "pass", "warn", "no-op"}


class PlainRefresh:
    """Refreshes of one warehouse, without dbt's tests; its project is parsed once for all."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.dbt = DbtProjectRun(settings)

    def load(self) -> int:
        """Load what is new in the landing folder; how many files there were."""
        contracts = load_contracts(self.settings)
        with open_warehouse(self.settings) as warehouse:
            ensure_raw_tables(warehouse, contracts)
            pending = pending_files(self.settings, warehouse, contracts)
            key = load_or_create_key(self.settings)
            for _ in load_files(warehouse, pending, contracts, key):
                pass
        return len(pending)

    def build(self) -> str:
        """Build everything from what is loaded: what kind of refresh it was."""
        mode = self.build_until_bound()
        with open_warehouse(self.settings) as warehouse:
            increment.bind(warehouse)
        self._dbt("after_identity", mode)
        with open_warehouse(self.settings) as warehouse:
            increment.finish(self.settings, warehouse, mode)
            return increment.last_refresh(warehouse)

    def build_until_bound(self) -> increment.Mode:
        """The first half: everything up to who is who."""
        with open_warehouse(self.settings) as warehouse:
            ensure_identity_tables(warehouse)
            mode = increment.begin(self.settings, warehouse)
        self._dbt("before_identity", mode)
        with open_warehouse(self.settings) as warehouse:
            increment.note_staged(warehouse)
            conditions = present_conditions(self.settings, warehouse)
            with transaction(warehouse):
                resolver(self.settings, datetime.now(UTC))(warehouse, *conditions)
        return mode

    def _dbt(self, selector: str, mode: increment.Mode) -> None:
        results = self.dbt.build(["--selector", selector, *_WITHOUT_TESTS], full=mode.is_full)
        failed = [f"{one.node.name}: {one.message}" for one in results if one.status not in _DONE]
        assert failed == [], failed
