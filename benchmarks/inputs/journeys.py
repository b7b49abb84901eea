"""Orders and the touches before them, as the tables that the attribution models read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.inputs.compiled import compiled_folder
from pipelines.settings import Settings

MODELS = (
    "int_attribution__lookbacks",
    "int_attribution__games",
    "int_attribution__models",
    "int_attribution__channels",
    "int_attribution__conversions",
    "int_attribution__campaigns",
    "int_attribution__touches",
    "int_attribution__paths",
    "int_attribution__null_paths",
    "int_attribution__steps",
    "int_attribution__coalitions",
    "int_attribution__credit",
)
"""SQL models in the order in which they are built."""
_SEEDS = ("attribution_models", "channels")
HEURISTICS = ("first", "last", "linear", "position_based", "time_decay")
"""The models whose credit is kept touch by touch."""
_TOUCHES = 6
"""Per person, before one in seven is left out: 5.2 are left on average."""
_CHANNELS = 10
"""As many as in ChannelAttribution's own data; its peers try all sets of them."""
_WITHOUT_ORDER = 5
"""One person without an order for as many with one."""

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
        from (from seeds.channels where not is_direct order by channel limit $channels)
    ),
    people as (
        select customer_id, sale_at from intermediate.int_orders
        union all
        select range, timestamp '2026-05-01' + to_seconds(hash(range) % 5000000)
        from range($conversions, $people)
    ),
    drawn as (
        select range as touch, range // $touches as customer_id,
            hash(range, 1) % 10000 / 10000.0 as luck
        from range($people * $touches) where hash(range, 2) % 7 < 6
    )
    select 'touch-' || touch as touch_id, customer_id, null::varchar as order_key,
        'wecom' as source, 'social' as medium, 'c' || (hash(touch, 3) % 50) as campaign,
        named.channel, true as is_attributable, named.is_direct, false as is_channel_pending,
        people.sale_at - to_seconds(hash(touch, 4) % 2500000) as touched_at
    from drawn
    join people using (customer_id)
    join named on named.number = floor(luck ** 4 * named.channels)::bigint
"""


NOT_DELIVERED = """
    create schema staging; create schema customer_center;
    create table staging.stg_identity__log (customer_id bigint, run_at timestamp);
    create table customer_center.fct_ad_spend (unit_name varchar, project_name varchar);
"""
"""What the models read as well: tables without a row."""


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
        warehouse.execute(
            "update seeds.attribution_models set is_active = list_contains($1, model)",
            [list(HEURISTICS)],
        )
        warehouse.execute(_AS_OF)
        warehouse.execute(NOT_DELIVERED)
        warehouse.execute(_ORDERS, {"conversions": conversions})
        people = conversions + conversions // _WITHOUT_ORDER
        numbers = {"conversions": conversions, "people": people}
        warehouse.execute(_TOUCHPOINTS, numbers | {"touches": _TOUCHES, "channels": _CHANNELS})
    return Journeys(settings.warehouse_path, compiled_models(settings))


def compiled_models(settings: Settings) -> Path:
    """Folder of the compiled SQL of the attribution models, with the profile's look-back alone.

    Raises:
        CompileError: dbt could not compile them.
    """
    # the profile's own look-back and orders alone
    alone = {"attribution_lookback_days": [], "attribution_goals": ["order"]}
    return compiled_folder(settings, MODELS, alone) / "intermediate" / "attribution"
