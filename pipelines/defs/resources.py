"""What the assets use: dbt, as a process of this environment; and how runs are executed."""

import dagster as dg
from dagster_dbt import DbtCliResource

from pipelines.orchestration.dbt_manifest import DBT, dbt_project
from pipelines.settings import current_settings

defs = dg.Definitions(
    # One process for a run: a process per step would import Dagster and dbt again each time.
    executor=dg.in_process_executor,
    resources={
        "dbt": DbtCliResource(project_dir=dbt_project(current_settings()), dbt_executable=DBT)
    },
)
