"""What the assets use: dbt, as a process of this environment."""

import dagster as dg
from dagster_dbt import DbtCliResource

from pipelines.dbt_manifest import DBT, dbt_project
from pipelines.settings import current_settings

defs = dg.Definitions(
    resources={
        "dbt": DbtCliResource(project_dir=dbt_project(current_settings()), dbt_executable=DBT)
    }
)
