"""Resolves identifiers to customers: stage evidence, solve on integers, keep ids, write once.

First version: strong rules, block list, degree guard, connected components. Limits per type and
the order of evidence inside a component come later, behind the same function and tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.identity import evidence, history
from pipelines.identity.blocklist import read_block_list
from pipelines.identity.carryover import CarryOver, carry_over
from pipelines.identity.graph import Integers, component_labels
from pipelines.identity.tables import ensure_identity_tables


@dataclass(frozen=True)
class IdentitySummary:
    """What one resolution saw and did. All fields are counts."""

    identifiers: int
    """Present identifiers, blocked ones included."""
    new_identifiers: int
    edges: int
    used_edges: int
    blocked: int
    """Present identifiers on the block list."""
    guarded: int
    """Identifiers whose edges the degree guard left out."""
    customers: int
    largest_customer: int
    """Identifiers of the customer that holds most."""
    created: int
    merged: int
    """Customers that were taken in by an elder one."""
    split: int
    """Parts that left a customer, to a new one or to another old one."""
    retired: int
    """Customers that lost their last identifier."""
    moved_identifiers: int
    """Identifiers that entered, left or changed their customer."""


def resolve_identities(
    connection: duckdb.DuckDBPyConnection, *, now: datetime, block_list_key: bytes
) -> IdentitySummary:
    """Resolve all present identifiers to customers and write the schema `identity`.

    Reads `intermediate.int_identity__identifiers`, `intermediate.int_identity__edges` and the
    `seeds.identity_*` tables. `now` (with time zone) dates the log; `block_list_key` is the key of
    the personal-data hashes, with which the clear block list is hashed like the data.

    One transaction: on any error, and when the process is killed, everything stays as it was.
    The partition depends on the present input alone; customer ids carry over from the last run.
    A run over unchanged input writes nothing.

    Raises IdentityInputError for contradictory input, ValueError when `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
    run_at = now.astimezone(UTC).replace(tzinfo=None)
    connection.begin()
    try:
        summary = _resolve(connection, run_at, block_list_key)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return summary


def _resolve(
    connection: duckdb.DuckDBPyConnection, run_at: datetime, block_list_key: bytes
) -> IdentitySummary:
    ensure_identity_tables(connection)
    added = evidence.add_identifiers(connection)
    evidence.stage_blocks(connection, read_block_list(connection, block_list_key))
    evidence.stage_edges(connection)
    evidence.guard_degrees(connection)

    old, highest = _read_customers(connection)
    new, change = _solve(connection, old, highest)

    history.log_identifiers(connection, run_at)
    history.log_customers(connection, run_at, change, old, new)
    moved = _write_map(connection, old, new)
    _replace(connection, evidence.BLOCKED, "identity.identity_blocked")
    _replace(connection, evidence.GUARDED, "identity.identity_guarded")
    _replace(
        connection,
        f"(select * exclude (is_used, unused_reason) from {evidence.EDGES})",
        "identity.identity_edges",
    )
    _replace(
        connection,
        "(select identifier_id_a, identifier_id_b, rule_id, source, unused_reason as reason, "
        f"null as detail from {evidence.EDGES} where not is_used)",
        "identity.identity_unused_edges",
    )
    summary = _summarise(connection, added, change, old, new, moved)
    for table in evidence.TEMPORARY_TABLES:
        connection.execute(f"drop table {table}")
    return summary


def _read_customers(connection: duckdb.DuckDBPyConnection) -> tuple[Integers, int]:
    """Customer of every identifier id in the last run (0: none), and the highest id ever used."""
    [(size,)] = connection.execute(
        "select coalesce(max(identifier_id), 0) + 1 from identity.identifiers"
    ).fetchall()
    # The log remembers ids that a merge or a retirement took out of the map.
    [(highest,)] = connection.execute(
        """
        select greatest(
            (select coalesce(max(customer_id), 0) from identity.identity_map),
            (select coalesce(max(customer_id), 0) from identity.identity_log))
        """
    ).fetchall()
    last = connection.execute(
        "select identifier_id, customer_id from identity.identity_map"
    ).fetchnumpy()
    old = np.zeros(size, dtype=np.int64)
    old[np.asarray(last["identifier_id"])] = np.asarray(last["customer_id"])
    return old, highest


def _solve(
    connection: duckdb.DuckDBPyConnection, old: Integers, highest: int
) -> tuple[Integers, CarryOver]:
    present = connection.execute(
        f"select identifier_id from {evidence.PRESENT} anti join {evidence.BLOCKED} "
        "using (identifier_id) order by identifier_id"
    ).fetchnumpy()["identifier_id"]
    edges = connection.execute(
        f"select identifier_id_a, identifier_id_b from {evidence.EDGES} where is_used"
    ).fetchnumpy()
    identifiers = np.asarray(present, dtype=np.int64)
    labels = component_labels(
        len(old), np.asarray(edges["identifier_id_a"]), np.asarray(edges["identifier_id_b"])
    )
    change = carry_over(identifiers, labels[identifiers], old[identifiers], highest)
    new = np.zeros_like(old)
    new[identifiers] = change.customers
    return new, change


def _write_map(connection: duckdb.DuckDBPyConnection, old: Integers, new: Integers) -> int:
    """Write the differences only; return how many identifiers they touch."""
    moved = np.flatnonzero(old != new)
    if not len(moved):
        return 0
    connection.register("moved", pa.table({"identifier_id": moved, "customer_id": new[moved]}))
    connection.execute(
        "delete from identity.identity_map where identifier_id in (select identifier_id from moved)"
    )
    connection.execute(
        "insert into identity.identity_map "
        "select identifier_id, timestamp '1900-01-01', timestamp '9999-12-31', customer_id, "
        "customer_id from moved where customer_id > 0 order by identifier_id"
    )
    connection.unregister("moved")
    return len(moved)


def _replace(connection: duckdb.DuckDBPyConnection, staged: str, table: str) -> None:
    """Replace the rows of `table` by those of `staged`, unless they are the same in this order."""
    columns = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
    differs = " or ".join(f"s.{name} is distinct from t.{name}" for name in columns)
    # Row by row: a set difference of a million edges costs ten times as much. Both sides were
    # written in the order of their key; a difference in order alone costs a rewrite, no error.
    [(differences,)] = connection.execute(
        f"select count(*) from {staged} s positional join {table} t where {differs}"
    ).fetchall()
    if differences:
        connection.execute(f"delete from {table}")
        connection.execute(f"insert into {table} select * from {staged}")


def _summarise(
    connection: duckdb.DuckDBPyConnection,
    added: int,
    change: CarryOver,
    old: Integers,
    new: Integers,
    moved: int,
) -> IdentitySummary:
    [(present, blocked, guarded, edges, used)] = connection.execute(
        f"""
        select (select count(*) from {evidence.PRESENT}),
            (select count(*) from {evidence.BLOCKED}),
            (select count(distinct identifier_id) from {evidence.GUARDED}),
            (select count(*) from {evidence.EDGES}),
            (select count(*) from {evidence.EDGES} where is_used)
        """
    ).fetchall()
    sizes = np.bincount(new)[1:]
    return IdentitySummary(
        identifiers=present,
        new_identifiers=added,
        edges=edges,
        used_edges=used,
        blocked=blocked,
        guarded=guarded,
        customers=int(np.count_nonzero(sizes)),
        largest_customer=int(sizes.max(initial=0)),
        created=len(change.created),
        merged=len(change.absorbed),
        split=len(change.parts),
        retired=len(history.retired_customers(change, old, new)),
        moved_identifiers=moved,
    )
