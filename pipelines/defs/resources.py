"""What the assets use: dbt, in this process; and how runs are executed."""

import dagster as dg

from pipelines.orchestration.dbt_calls import DbtProjectRun
from pipelines.settings import current_settings


@dg.resource(description="The dbt project of one run: parsed once, at the first build.")
def dbt() -> DbtProjectRun:
    """A new one for every run, so that no run builds what an earlier one has read."""
    return DbtProjectRun(current_settings())


defs = dg.Definitions(
    # One process for a run: a process per step would import Dagster and dbt again each time.
    executor=dg.in_process_executor,
    resources={"dbt": dbt},
)
