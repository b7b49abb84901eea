"""Writes `identity.identity_log`: what happened to customers, and the evidence that caused it."""

from __future__ import annotations

from datetime import datetime

import duckdb
import numpy as np
import polars as pl

from pipelines.identity import evidence
from pipelines.identity.carryover import CarryOver
from pipelines.identity.graph import Integers


def log_customers(
    connection: duckdb.DuckDBPyConnection,
    run_at: datetime,
    change: CarryOver,
    old: Integers,
    new: Integers,
) -> None:
    """Log what happened to customers; every change of the map leaves at least one row.

    Customers are created, merged, split, or retired when they lose their last identifier; single
    identifiers join an old customer or leave one that stays. `old` and `new` hold the customer of
    every identifier id, 0 for none. Call it while `identity.identity_edges` still holds the
    evidence of the last run.
    """
    events = [
        _events("created", change.created, identifiers=change.created_identifiers),
        _merges(connection, change, old),
        _splits(connection, change, old, new),
        _retirements(change, old, new),
        _arrivals(old, new),
        _departures(connection, old, new),
    ]
    _append(connection, run_at, pl.concat(events))


def log_identifiers(connection: duckdb.DuckDBPyConnection, run_at: datetime) -> None:
    """Log identifiers that are blocked or guarded now and were not in the last run.

    Call it while the tables of the last run are in place.
    """
    connection.execute(
        f"""
        insert into identity.identity_log
            (run_id, run_at, event, customer_id, identifier_id, reason)
        select epoch_us($1), $1, 'blocked', m.customer_id, b.identifier_id, b.reason
        from {evidence.BLOCKED} b
        anti join identity.identity_blocked using (identifier_id)
        left join identity.identity_map m on m.identifier_id = b.identifier_id
        order by b.identifier_id
        """,
        [run_at],
    )
    connection.execute(
        f"""
        insert into identity.identity_log
            (run_id, run_at, event, customer_id, identifier_id, reason)
        select epoch_us($1), $1, 'guarded', m.customer_id, g.identifier_id,
            g.neighbours || ' neighbours of type ' || g.neighbour_type
            || ', at most ' || g.max_degree || ' allowed'
        from {evidence.GUARDED} g
        anti join identity.identity_guarded using (identifier_id, neighbour_type)
        left join identity.identity_map m on m.identifier_id = g.identifier_id
        order by g.identifier_id, g.neighbour_type
        """,
        [run_at],
    )


def _merges(
    connection: duckdb.DuckDBPyConnection, change: CarryOver, old: Integers
) -> pl.DataFrame:
    """Cause: the first used edge that leads out of the absorbed customer."""
    events = _events("merged", change.survivors, others=change.absorbed)
    if events.is_empty():
        return events
    edges = _read_edges(connection, evidence.EDGES)
    joins = edges.filter(old[edges["a"]] != old[edges["b"]])
    causes = pl.concat(
        [
            joins.with_columns(other_customer_id=pl.Series(old[joins[end]]), identifier_id=end)
            for end in ("a", "b")
        ]
    ).join(events.select("other_customer_id"), on="other_customer_id", how="semi")
    causes = causes.sort("a", "b", "rule_id", "source", "identifier_id").unique(
        "other_customer_id", keep="first", maintain_order=True
    )
    return _explain(connection, events, causes, ["other_customer_id"], "joined through")


def _splits(
    connection: duckdb.DuckDBPyConnection, change: CarryOver, old: Integers, new: Integers
) -> pl.DataFrame:
    """Cause: the first edge used in the last run that now ends in two customers, or in none."""
    events = _events(
        "split", change.parts, others=change.origins, identifiers=change.part_identifiers
    )
    if events.is_empty():
        return events
    edges = _read_edges(
        connection,
        "(select e.*, u.reason is null as is_used from identity.identity_edges e "
        "left join identity.identity_unused_edges u "
        "using (identifier_id_a, identifier_id_b, rule_id, source))",
    )
    cuts = edges.filter((old[edges["a"]] == old[edges["b"]]) & (new[edges["a"]] != new[edges["b"]]))
    causes = pl.concat(
        [
            cuts.with_columns(
                customer_id=pl.Series(new[cuts[end]]), other_customer_id=pl.Series(old[cuts[end]])
            )
            for end in ("a", "b")
        ]
    )
    causes = causes.sort("a", "b", "rule_id", "source").unique(
        ["customer_id", "other_customer_id"], keep="first", maintain_order=True
    )
    return _explain(
        connection, events, causes, ["customer_id", "other_customer_id"], "no longer joined through"
    )


def retired_customers(change: CarryOver, old: Integers, new: Integers) -> Integers:
    """Old customers that lost their last identifier; `old` and `new` as in `log_customers`."""
    size = int(max(old.max(initial=0), new.max(initial=0))) + 1
    lost = (np.bincount(old, minlength=size) > 0) & (np.bincount(new, minlength=size) == 0)
    lost[0] = False
    lost[change.absorbed] = False
    return np.flatnonzero(lost)


def _retirements(change: CarryOver, old: Integers, new: Integers) -> pl.DataFrame:
    return _events("retired", retired_customers(change, old, new)).with_columns(
        reason=pl.lit("no identifier is left: withdrawn from the sources or blocked")
    )


def _arrivals(old: Integers, new: Integers) -> pl.DataFrame:
    arrived = np.flatnonzero((old == 0) & np.isin(new, old[old > 0]))
    return _events("joined", new[arrived], identifiers=arrived)


def _departures(
    connection: duckdb.DuckDBPyConnection, old: Integers, new: Integers
) -> pl.DataFrame:
    left = np.flatnonzero((new == 0) & np.isin(old, new[new > 0]))
    blocked = connection.execute(f"select identifier_id from {evidence.BLOCKED}").fetchnumpy()
    left = np.setdiff1d(left, np.asarray(blocked["identifier_id"]))  # these have their own event
    return _events("left", old[left], identifiers=left).with_columns(
        reason=pl.lit("withdrawn from the sources")
    )


def _read_edges(connection: duckdb.DuckDBPyConnection, table: str) -> pl.DataFrame:
    return connection.sql(
        f"select identifier_id_a as a, identifier_id_b as b, rule_id, source from {table} "
        "where is_used order by all"
    ).pl()


def _explain(
    connection: duckdb.DuckDBPyConnection,
    events: pl.DataFrame,
    causes: pl.DataFrame,
    keys: list[str],
    phrase: str,
) -> pl.DataFrame:
    """Events with a reason that names edge, rule and source, and what became of the edge."""
    connection.register("causes", causes.to_arrow())
    reasons = connection.sql(
        f"""
        select c.*, concat(
            '{phrase} ', c.a, '-', c.b, ' by rule ', c.rule_id, ' ', r.rule_name,
            ' from ', c.source,
            case when e.identifier_id_a is null then ' (withdrawn)'
                when not e.is_used then ' (' || e.unused_reason || ')' end) as cause
        from causes c
        left join seeds.identity_rules r on r.rule_id = c.rule_id
        left join {evidence.EDGES} e on e.identifier_id_a = c.a and e.identifier_id_b = c.b
            and e.rule_id = c.rule_id and e.source = c.source
        """
    ).pl()
    connection.unregister("causes")
    if "identifier_id" in reasons.columns:
        events = events.drop("identifier_id")
    return (
        events.join(
            reasons.drop("a", "b", "rule_id", "source"),
            on=keys,
            how="left",
            maintain_order="left",
        )
        .with_columns(reason=pl.col("cause"))
        .select(_EVENT_SCHEMA.keys())
    )


_EVENT_SCHEMA = {
    "event": pl.String,
    "customer_id": pl.Int64,
    "other_customer_id": pl.Int64,
    "identifier_id": pl.Int64,
    "reason": pl.String,
}


def _events(
    event: str,
    customers: Integers,
    others: Integers | None = None,
    identifiers: Integers | None = None,
) -> pl.DataFrame:
    none = pl.lit(None)
    return pl.DataFrame({"customer_id": pl.Series(customers, dtype=pl.Int64)}).select(
        event=pl.lit(event, pl.String),
        customer_id="customer_id",
        other_customer_id=(none if others is None else pl.Series(others)).cast(pl.Int64),
        identifier_id=(none if identifiers is None else pl.Series(identifiers)).cast(pl.Int64),
        reason=none.cast(pl.String),
    )


def _append(connection: duckdb.DuckDBPyConnection, run_at: datetime, events: pl.DataFrame) -> None:
    if events.is_empty():
        return
    connection.register("events", events.to_arrow())
    connection.execute(
        "insert into identity.identity_log (run_id, run_at, event, customer_id, "
        "other_customer_id, identifier_id, reason) select epoch_us($1), $1, event, customer_id, "
        "other_customer_id, identifier_id, reason from events",
        [run_at],
    )
    connection.unregister("events")
