"""Small helpers between the warehouse and arrays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.identity.graph import Integers


def scalar(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | None = None
) -> Any:
    """The one value of a query that has one row and one column."""
    [(value,)] = connection.execute(query, parameters).fetchall()
    return value


def fetch(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | None = None
) -> tuple[Integers, ...]:
    """The columns of a query without nulls as arrays that must not be written to."""
    # As Arrow, with a third of the time that DuckDB's own way to numpy takes.
    table = connection.sql(query, params=parameters).to_arrow_table()
    return tuple(_array(column) for column in table.columns)


def _array(column: pa.ChunkedArray) -> Integers:
    # Put together by numpy: half of pyarrow's time.
    chunks = [chunk.to_numpy() for chunk in column.chunks]
    return np.concatenate(chunks) if len(chunks) > 1 else column.to_numpy()


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """One transaction: all of the block or, on any error, nothing of it."""
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


@contextmanager
def staged(
    connection: duckdb.DuckDBPyConnection, name: str, content: pl.DataFrame | dict[str, Any]
) -> Iterator[str]:
    """A frame, or arrays by column name, as a table of this name while the block runs."""
    table = pa.table(content) if isinstance(content, dict) else content.to_arrow()
    connection.register(name, table)
    try:
        yield name
    finally:
        connection.unregister(name)


@contextmanager
def temporary(connection: duckdb.DuckDBPyConnection, *names: str) -> Iterator[None]:
    """Temporary tables that the block makes; none of them stays behind."""
    try:
        yield
    finally:
        for name in names:
            connection.execute(f"drop table if exists temp.{name}")


def get_state(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What the last run noted for the next one."""
    return dict(connection.execute("select name, value from identity.identity_state").fetchall())


def set_state(connection: duckdb.DuckDBPyConnection, values: dict[str, str]) -> None:
    """Note values for the next run; names that are not given keep theirs."""
    names = list(values)
    connection.execute(
        "delete from identity.identity_state where name in (select unnest(?::varchar[]))", [names]
    )
    connection.execute(
        "insert into identity.identity_state select unnest(?::varchar[]), unnest(?::varchar[])",
        [names, list(values.values())],
    )
