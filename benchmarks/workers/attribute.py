"""The attribution models' own SQL and engine: argument 1 a warehouse with orders and touches, 2 the
folder of the compiled models, 3 and 4 CSV files to write for the peers: one row per journey that
converted, and one per distinct path.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import duckdb

from benchmarks.inputs.journeys import MODELS
from benchmarks.workers.told import Clock, tell
from pipelines.attribution.tables import markov_table, shapley_table

_SEQUENCE = MODELS[: MODELS.index("int_attribution__steps")]
_JOURNEYS = """
    copy (
        select string_agg(channel, ' > ' order by position) as path, 1 as conversions, 0 as nulls,
            max(revenue_gross_cny) as revenue
        from intermediate.int_attribution__paths
        join intermediate.int_attribution__channels using (channel_number) group by path_key
    ) to '{file}' (format csv, header)
"""
_PATHS = """
    copy (
        with journeys as (
            select string_agg(channel, ' > ' order by position) as path, 1 as conversions,
                0 as nulls, max(revenue_gross_cny) as revenue
            from intermediate.int_attribution__paths
            join intermediate.int_attribution__channels using (channel_number) group by path_key
            union all
            select string_agg(channel, ' > ' order by position), 0, 1, 0
            from intermediate.int_attribution__null_paths
            join intermediate.int_attribution__channels using (channel_number)
            where last_touched_at + interval 30 day <=
                (select as_of_date + interval 16 hour from intermediate.int_calendar__as_of)
            group by customer_id, first_number
        )
        select path, sum(conversions)::bigint as conversions, sum(nulls)::bigint as nulls,
            sum(revenue)::double as revenue
        from journeys group by path order by path
    ) to '{file}' (format csv, header)
"""
# Channel totals straight from the touch sequence: what a peer returns.
_HEURISTICS = """
    with places as (
        select channel_number, position, path_length, count(*) as touches,
            sum(decay_weight_168h) as decayed
        from intermediate.int_attribution__paths where path_length > 0 group by all
    )
    select channel_number,
        sum(case when position = 1 then touches else 0 end)::double as first,
        sum(case when position = path_length then touches else 0 end)::double as last,
        sum(touches / path_length) as linear,
        sum(touches * case
            when path_length = 1 then 1
            when path_length = 2 then 0.5
            when position in (1, path_length) then 0.4
            else 0.2 / (path_length - 2)
        end) as position_based,
        sum(decayed) as time_decay
    from places group by channel_number
"""
_CREDIT = """
    select model, channel_number, sum(weight) as conversions
    from intermediate.int_attribution__paths
    join intermediate.int_attribution__credit using (lookback_days, path_key, position)
    join intermediate.int_attribution__models using (model_number)
    group by all
    union all
    select model, channel_number, count(*)
    from intermediate.int_attribution__paths, intermediate.int_attribution__models
    where path_length = 1 group by all
"""
_FLOOR = """
    select count(*) from (
        select path_key, count(*) from intermediate.int_attribution__paths group by 1
    )
"""


def main(inputs: Path, sql: Path, journeys: Path, paths: Path) -> None:
    """Touches to ordered paths; then each family of models, from the paths to its totals."""
    folder = inputs.parent / "run"
    folder.mkdir(exist_ok=True)
    warehouse = shutil.copyfile(inputs, folder / inputs.name)
    clocks = {
        name: Clock()
        for name in (
            "joining",
            "floor",
            "heuristics",
            "markov",
            "higher",
            "shapley",
            "credit",
            "writing",
        )
    }
    with duckdb.connect(str(warehouse)) as connection:
        _import_everything(connection)
        with clocks["joining"].running():
            _build(connection, sql, *_SEQUENCE)
        with clocks["floor"].running():
            connection.execute(_FLOOR).fetchall()
        with clocks["heuristics"].running():
            found = connection.execute(_HEURISTICS).fetchnumpy()
        with clocks["markov"].running():
            _build(connection, sql, "int_attribution__steps")
            steps = connection.table("intermediate.int_attribution__steps")
            markov_table(steps, _orders(connection, 1))
        with clocks["higher"].running():
            markov = markov_table(steps, _orders(connection, 2, 3))
        markov = markov_table(steps, _orders(connection, 1, 2, 3))
        with clocks["shapley"].running():
            _build(connection, sql, "int_attribution__coalitions")
            shapley = shapley_table(connection.table("intermediate.int_attribution__coalitions"))
        for name, table in (("markov", markov), ("shapley", shapley)):
            connection.register(name, table)
            connection.execute(f"create table intermediate.int_attribution__{name} as from {name}")
        with clocks["credit"].running():
            _build(connection, sql, "int_attribution__credit")
        with clocks["writing"].running():
            connection.execute(_JOURNEYS.format(file=journeys))
            connection.execute(_PATHS.format(file=paths))
        numbers = dict(
            connection.execute(
                "select channel_number, channel from intermediate.int_attribution__channels"
            ).fetchall()
        )
        credit = connection.execute(_CREDIT).fetchall()
        [(touches, distinct)] = connection.execute(
            "select (select count(*) from intermediate.int_attribution__paths), "
            f"(select count(*) from '{paths}')"
        ).fetchall()
    totals = {
        (model, numbers[number]): float(value)
        for model, values in found.items()
        if model != "channel_number"
        for number, value in zip(found["channel_number"].tolist(), values, strict=True)
    }
    effects = {
        numbers[row["channel_number"]]: row["removal_effect"]
        for row in markov.to_pylist()
        if row["markov_order"] == 1
    }
    tell(
        clocks["heuristics"],
        seconds={name: clock.seconds for name, clock in clocks.items()},
        touches=touches,
        distinct_paths=distinct,
        totals=[[model, channel, value] for (model, channel), value in totals.items()],
        credit=_summed([[model, numbers[number], float(value)] for model, number, value in credit]),
        effects=effects,
    )


def _import_everything(connection: duckdb.DuckDBPyConnection) -> None:
    """numpy and scipy import parts of themselves at the first call: start-up, not work."""
    steps = (
        "1::bigint as recent_channels, true as is_last, true as is_conversion, 1.0 as revenue_cny"
    )
    game = "30 as lookback_days, 'order' as goal, 1 as paths"
    one = connection.sql(f"select {game}, {steps}")
    markov_table(one, _orders(connection, 1, 2))
    set_of_one = "1::bigint as channel_set, 0::bigint as further_channel_set, 1 as conversions"
    shapley_table(connection.sql(f"select {game}, {set_of_one}"))


def _orders(connection: duckdb.DuckDBPyConnection, *orders: int) -> duckdb.DuckDBPyRelation:
    return connection.sql(f"select unnest({list(orders)}) as markov_order")


def _summed(rows: list[list]) -> list[list]:
    sums: dict[tuple[str, str], float] = {}
    for model, channel, value in rows:
        sums[model, channel] = sums.get((model, channel), 0.0) + value
    return [[model, channel, value] for (model, channel), value in sums.items()]


def _build(connection: duckdb.DuckDBPyConnection, sql: Path, *models: str) -> None:
    for model in models:
        query = (sql / f"{model}.sql").read_text("utf-8")
        connection.execute(f"create table intermediate.{model} as {query}")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:5]))
