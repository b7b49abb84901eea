"""What the assets use: dbt, as a process of this environment; and how runs are executed."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource
from packaging.version import Version

from pipelines.orchestration.dbt_manifest import DBT
from pipelines.settings import current_settings


class InstalledDbt(DbtCliResource):
    """The dbt of this environment, without what the library does before it starts dbt.

    That is one more process (`dbt --version`) and a second dbt adapter inside this process, for
    column metadata that nothing here asks for: 4 CPU seconds a refresh (measured).
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, _args: Sequence[str]) -> Any:
        return None


defs = dg.Definitions(
    # One process for a run: a process per step would import Dagster and dbt again each time.
    executor=dg.in_process_executor,
    resources={
        "dbt": InstalledDbt(
            project_dir=str(current_settings().dbt_project_folder), dbt_executable=DBT
        )
    },
)
