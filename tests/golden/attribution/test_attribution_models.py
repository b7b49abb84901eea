"""The models' own SQL, from orders and touches to credit, against the figures of other programs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from benchmarks.inputs.journeys import MODELS, NOT_DELIVERED, compiled_models
from pipelines.attribution.markov import removal_effects
from pipelines.attribution.tables import markov_table, shapley_table
from pipelines.settings import Settings
from tests.golden.attribution.journeys import CHANNELS, journeys
from tests.unit.attribution.journeys import Counts, steps_of

SOLD_AT = datetime(2026, 5, 20, 12)
LOST_AT = datetime(2026, 3, 1, 12)
PEER = {"first": "first_touch", "last": "last_touch", "linear": "linear_touch"}


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    return json.loads(Path(__file__).with_name("reference.json").read_text("utf-8"))["journeys"]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory):
    """The made-up journeys as orders and touches, and every attribution model built on them."""
    settings = Settings(data=tmp_path_factory.mktemp("attribution"))
    settings.warehouse_path.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        _write_inputs(connection, settings)
    sql = compiled_models(settings)
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        for model in MODELS:
            if model == "int_attribution__credit":
                steps = connection.table("intermediate.int_attribution__steps")
                coalitions = connection.table("intermediate.int_attribution__coalitions")
                for name, rows in (
                    (
                        "markov",
                        markov_table(
                            steps, connection.table("intermediate.int_attribution__models")
                        ),
                    ),
                    ("shapley", shapley_table(coalitions)),
                ):
                    connection.register(name, rows)
                    connection.execute(
                        f"create table intermediate.int_attribution__{name} as from {name}"
                    )
            query = (sql / f"{model}.sql").read_text("utf-8")
            connection.execute(f"create table intermediate.{model} as {query}")
        yield connection


def _write_inputs(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    seed = settings.dbt_project_folder / "seeds" / "attribution_models.csv"
    connection.execute(
        f"""
        create schema seeds; create schema intermediate;
        create table seeds.attribution_models as from read_csv('{seed}', header = true);
        create table seeds.channels (channel text, domain text);
        create table intermediate.int_calendar__as_of as
            select date '2026-05-31' as as_of_date, 30 as attribution_lookback_days;
        create table intermediate.int_orders (order_key text, customer_id bigint,
            sale_at timestamp, sale_date date, gmv_cny decimal(18, 4),
            refund_cny decimal(18, 4) default 0, is_identified boolean default true,
            is_valid boolean default true, is_paid boolean default true);
        create table intermediate.int_touchpoints (touch_id text, customer_id bigint,
            order_key text, campaign text, channel text,
            is_attributable boolean default true, is_direct boolean default false,
            is_channel_pending boolean default false, touched_at timestamp);
        """
    )
    connection.execute(NOT_DELIVERED)
    rows = [[name] for name in CHANNELS]
    connection.executemany("insert into seeds.channels values ($1, 'public')", rows)
    orders, touches, customer = [], [], 0
    for journey in journeys():
        for number in range(journey.conversions + journey.nulls):
            customer += 1
            is_order = number < journey.conversions
            ends_at = SOLD_AT if is_order else LOST_AT
            if is_order:
                value = journey.revenue_fen / 100 / journey.conversions
                orders.append((f"o{customer}", customer, SOLD_AT, SOLD_AT.date(), value))
            for step, channel in enumerate(reversed(journey.channels)):
                happened = ends_at - timedelta(hours=step)
                touches.append((f"t{customer}-{step}", customer, channel, happened))
    for table, columns, rows in (
        ("int_orders", ["order_key", "customer_id", "sale_at", "sale_date", "gmv_cny"], orders),
        ("int_touchpoints", ["touch_id", "customer_id", "channel", "touched_at"], touches),
    ):
        connection.register("made", pl.DataFrame(rows, columns, orient="row").to_arrow())
        connection.execute(f"insert into intermediate.{table} by name from made")


@pytest.fixture(scope="module")
def credit(warehouse) -> dict[tuple[str, str], tuple[float, float]]:
    """(model, channel) -> conversions and revenue, sole touches included."""
    rows = warehouse.execute(
        """
        select model, channel, sum(weight), sum(weight * paths.revenue_gross_cny::double)
        from intermediate.int_attribution__paths as paths
        join intermediate.int_attribution__credit as credit
            using (lookback_days, path_key, position)
        join intermediate.int_attribution__models using (model_number)
        join intermediate.int_attribution__channels using (channel_number) group by all
        union all
        select model, channel, count(*), sum(revenue_gross_cny)
        from intermediate.int_attribution__paths
        join intermediate.int_attribution__channels using (channel_number)
        cross join intermediate.int_attribution__models
        where path_length = 1 group by all
        """
    ).fetchall()
    sums: dict[tuple[str, str], tuple[float, float]] = {}
    for model, channel, conversions, revenue in rows:
        before = sums.get((model, channel), (0.0, 0.0))
        sums[model, channel] = (before[0] + conversions, before[1] + float(revenue))
    return sums


@pytest.mark.parametrize("model", list(PEER))
def test_heuristics_equal_channel_attribution(
    model: str, credit: dict[tuple[str, str], tuple[float, float]], reference: dict[str, Any]
) -> None:
    for channel, theirs in reference["heuristics"].items():
        conversions, revenue = credit[model, channel]
        assert conversions == pytest.approx(theirs[f"{PEER[model]}_conversions"], abs=1e-9)
        # a conversion's value has four decimals here
        assert revenue == pytest.approx(theirs[f"{PEER[model]}_value"], abs=0.05)


def test_shapley_equals_marketing_attribution_models(
    credit: dict[tuple[str, str], tuple[float, float]], reference: dict[str, Any]
) -> None:
    ours = {channel: credit["shapley_rate", channel][0] for channel in CHANNELS}
    assert ours == pytest.approx(reference["shapley"], abs=1e-9)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_steps_of_the_models_are_those_of_the_paths(order: int, warehouse) -> None:
    """So that the engine's figures, held against ChannelAttribution, are the models' figures."""
    paths: Counts = {
        tuple(CHANNELS.index(name) + 1 for name in journey.channels): (
            journey.conversions,
            journey.nulls,
            journey.revenue_fen / 100,
        )
        for journey in journeys()
    }
    expected = removal_effects(steps_of(paths), order)
    rows = warehouse.execute(
        "select channel, removal_effect, removal_effect_revenue "
        "from intermediate.int_attribution__markov "
        "join intermediate.int_attribution__channels using (channel_number) "
        f"where markov_order = {order} order by channel"
    ).fetchall()
    assert [effect for _, effect, _ in rows] == pytest.approx(expected.conversions, abs=1e-12)
    assert [effect for *_, effect in rows] == pytest.approx(expected.revenue, abs=1e-6)


def test_time_decay_halves_with_every_half_life(warehouse) -> None:
    [(touches, furthest)] = warehouse.execute(
        """
        with credit as (
            select weight, power(2, -seconds_before / 3600 / half_life_hours) as part,
                sum(part) over (partition by path_key) as whole
            from intermediate.int_attribution__paths
            join intermediate.int_attribution__credit using (lookback_days, path_key, position)
            join intermediate.int_attribution__models using (model_number)
            where model = 'time_decay'
        )
        select count(*), max(abs(weight - part / whole)) from credit
        """
    ).fetchall()
    assert touches > 0
    assert furthest < 1e-12


def test_every_model_hands_out_every_conversion(
    credit: dict[tuple[str, str], tuple[float, float]],
) -> None:
    conversions = sum(journey.conversions for journey in journeys())
    totals: dict[str, float] = {}
    for (model, _), (given, _) in credit.items():
        totals[model] = totals.get(model, 0.0) + given
    assert len(totals) == 13
    assert totals == pytest.approx(dict.fromkeys(totals, conversions), abs=1e-9 * conversions)
