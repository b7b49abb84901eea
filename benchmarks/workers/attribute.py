"""The attribution models' own SQL: argument 1 a warehouse with orders and touches, 2 the folder of
the compiled models, 3 a CSV to write the distinct paths to, for the peer.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import duckdb

from benchmarks.workers.told import Clock, tell

_PATHS = """
    copy (
        with journeys as (
            select conversion_id, string_agg(channel, ' > ' order by position) as path
            from intermediate.int_attribution__paths group by conversion_id
        )
        select path, count(*)::double as conversions, sum(revenue_gross_cny)::double as revenue
        from journeys join intermediate.int_attribution__conversions using (conversion_id)
        group by path order by path
    ) to '{file}' (format csv, header)
"""
_CREDIT = """
    select model, channel, sum(weight) as conversions, sum(weight * revenue_gross_cny) as revenue
    from intermediate.int_attribution__weights
    join intermediate.int_attribution__conversions using (conversion_id)
    where channel <> '(unattributed)'
    group by all order by all
"""


def main(inputs: Path, sql: Path, paths: Path) -> None:
    """Touches to ordered paths, paths to weights, weights to credit per model and channel."""
    folder = inputs.parent / "run"
    folder.mkdir(exist_ok=True)
    warehouse = shutil.copyfile(inputs, folder / inputs.name)
    joining, crediting, writing = Clock(), Clock(), Clock()
    with duckdb.connect(str(warehouse)) as connection:
        with joining.running():
            _build(connection, sql, "int_attribution__conversions")
            _build(connection, sql, "int_attribution__paths")
        with crediting.running():
            _build(connection, sql, "int_attribution__weights")
            credit = connection.execute(_CREDIT).fetchall()
        with writing.running():
            connection.execute(_PATHS.format(file=paths))
        [(touches, distinct)] = connection.execute(
            "select (select count(*) from intermediate.int_attribution__paths), "
            f"(select count(*) from '{paths}')"
        ).fetchall()
    tell(
        crediting,
        joining_seconds=joining.seconds,
        writing_seconds=writing.seconds,
        touches=touches,
        distinct_paths=distinct,
        credit=[[model, channel, float(number)] for model, channel, number, _ in credit],
    )


def _build(connection: duckdb.DuckDBPyConnection, sql: Path, model: str) -> None:
    query = (sql / f"{model}.sql").read_text("utf-8")
    connection.execute(f"create table intermediate.{model} as {query}")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
