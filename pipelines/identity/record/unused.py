"""Keeps `identity.identity_unused_edges`: the edges that join nobody, and why."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl

from pipelines.identity.graph import Integers
from pipelines.identity.solve.partition import Solved
from pipelines.identity.solve.region import Region
from pipelines.identity.solve.screen import REASONS
from pipelines.identity.sql import staged, temporary

NEWLY_UNUSED = "resolving_newly_unused"
"""Rows of identity_unused_edges that were not there before; the caller drops the table."""
_KEY = "identifier_id_a, identifier_id_b, rule_id, source"
_ALL = f"{_KEY}, reason, detail"
_TABLE = "identity.identity_unused_edges"


def write_unused(connection: duckdb.DuckDBPyConnection, region: Region, solved: Solved) -> None:
    """Bring the rows about the edges inside the region up to date. Makes NEWLY_UNUSED."""
    at = np.flatnonzero((solved.reasons > 0) & region.has_inside(region.edges))
    reasons = pl.Series(solved.reasons[at]).replace_strict(
        range(len(REASONS)), list(REASONS), return_dtype=pl.Enum(REASONS)
    )
    details = pl.DataFrame(
        {
            "edge_id": region.edges.edge_id[
                np.fromiter(solved.details, np.int64, len(solved.details))
            ],
            "detail": list(solved.details.values()),
        },
        schema={"edge_id": pl.Int64, "detail": pl.String},
    )
    unused = {"edge_id": region.edges.edge_id[at], "reason": reasons.to_arrow()}
    known = f"(select {_ALL} from {_TABLE})"
    among: Integers = np.empty(0, dtype=np.int64)
    if not region.is_everything:
        among = region.identifiers[region.inside]
        known = f"""(
            select {_ALL} from {_TABLE}
            where identifier_id_a in (select identifier_id from among)
                and identifier_id_b in (select identifier_id from among))"""
    with (
        temporary(connection, "resolving_other"),
        staged(connection, "unused", unused),
        staged(connection, "details", details),
        staged(connection, "among", {"identifier_id": among}),
    ):
        # One grouping for what came and what went: a row on both sides counts 0.
        connection.execute(
            f"""
            create temp table resolving_other as
            select {_ALL}, sum(side) as side from (
                select {_KEY}, reason::varchar as reason, detail, 1 as side
                from identity.identity_edges
                join unused using (edge_id)
                left join details using (edge_id)
                union all
                select {_ALL}, -1 from {known}
            ) group by {_ALL} having sum(side) <> 0
            """
        )
        connection.execute(
            f"create temp table {NEWLY_UNUSED} as select {_ALL} from resolving_other where side > 0"
        )
        connection.execute(
            f"delete from {_TABLE} u using resolving_other g where g.side < 0 and "
            + " and ".join(f"u.{column} = g.{column}" for column in _KEY.split(", "))
        )
    connection.execute(f"insert into {_TABLE} from {NEWLY_UNUSED}")
