"""Orders and the touches before them, as the tables that the attribution models read."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.measure import MeasureError
from benchmarks.refreshing import environment
from pipelines.orchestration.dbt_calls import dbt_variables
from pipelines.settings import Settings

MODELS = ("int_attribution__conversions", "int_attribution__paths", "int_attribution__weights")
_SEEDS = ("attribution_models", "channels")
_TOUCHES = 4
"""Per conversion, before one in ten is left out."""

_AS_OF = """
    create table intermediate.int_calendar__as_of as
    select date '2026-08-29' as as_of_date, 1 as industry_profile,
        30 as attribution_lookback_days, 90 as repurchase_days, 30 as active_days
"""
_ORDERS = """
    create table intermediate.int_orders as
    with drawn as (
        select range as customer_id,
            timestamp '2026-05-01' + to_seconds(hash(range) % 10000000) as sale_at
        from range($conversions)
    )
    select 'order-' || customer_id as order_key, customer_id, sale_at, sale_at::date as sale_date,
        (100 + hash(customer_id, 5) % 90000)::decimal(18, 4) / 100 as gmv_cny,
        0::decimal(18, 4) as refund_cny,
        true as is_identified, true as is_valid, true as is_paid
    from drawn
"""
# The channel comes from a skewed draw: some paths are common, many are rare.
_TOUCHPOINTS = """
    create table intermediate.int_touchpoints as
    with named as (
        select channel, domain, is_direct, row_number() over (order by channel) - 1 as number,
            count(*) over () as channels
        from seeds.channels where not is_direct
    ),
    drawn as (
        select range as touch, range // $touches as customer_id,
            hash(range, 1) % 10000 / 10000.0 as luck
        from range($conversions * $touches) where hash(range, 2) % 10 < 9
    )
    select 'touch-' || touch as touch_id, customer_id, null::varchar as order_key,
        'wecom' as source, 'social' as medium, 'c' || (hash(touch, 3) % 50) as campaign,
        named.channel, named.domain, true as is_attributable, named.is_direct,
        false as is_channel_pending,
        orders.sale_at - to_seconds(hash(touch, 4) % 2500000) as touched_at
    from drawn
    join intermediate.int_orders orders using (customer_id)
    join named on named.number = floor(luck ** 4 * named.channels)::bigint
"""


class CompileError(MeasureError):
    """dbt could not compile the attribution models; the message is dbt's own."""


@dataclass(frozen=True)
class Journeys:
    """What the attribution models read, and the models."""

    warehouse: Path
    sql: Path
    """Folder with the models' compiled SQL, `<model>.sql`."""


def make_journeys(settings: Settings, conversions: int) -> Journeys:
    """Write orders and touches into a new warehouse and compile the models for it.

    Raises:
        CompileError: dbt could not compile them.
    """
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    settings.warehouse_path.unlink(missing_ok=True)
    seeds = settings.dbt_project_folder / "seeds"
    with duckdb.connect(str(settings.warehouse_path)) as warehouse:
        warehouse.execute("create schema seeds; create schema intermediate")
        for name in _SEEDS:
            warehouse.execute(
                f"create table seeds.{name} as from read_csv('{seeds / name}.csv', header = true)"
            )
        warehouse.execute(_AS_OF)
        warehouse.execute(_ORDERS, {"conversions": conversions})
        warehouse.execute(_TOUCHPOINTS, {"conversions": conversions, "touches": _TOUCHES})
    return Journeys(settings.warehouse_path, _compiled(settings))


def _compiled(settings: Settings) -> Path:
    project, target = str(settings.dbt_project_folder), settings.data_folder / "dbt"
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "compile", "--select", *MODELS]
    command += ["--target-path", str(target)]
    command += ["--project-dir", project, "--profiles-dir", project, *dbt_variables(settings)]
    place = {"SIYU_WAREHOUSE": str(settings.warehouse_path)}
    done = subprocess.run(
        command,
        env=os.environ | dict(environment(settings)) | place,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CompileError(f"{done.stdout}{done.stderr}")
    return target / "compiled" / "siyu" / "models" / "intermediate" / "attribution"
