"""What a run saw and did, as figures: the rows of `identity.identity_runs`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

import duckdb
import numpy as np

from pipelines.identity.graph import Integers
from pipelines.identity.record.changes import Change
from pipelines.identity.record.log import Run
from pipelines.identity.sql import scalar


@dataclass(frozen=True)
class IdentitySummary:
    """One run. Counts are of the whole warehouse, or of what this run changed."""

    mode: str
    """rebuild (all evidence read anew), all (all solved anew), increment or nothing."""
    reason: str
    """Why it ran in that mode."""
    identifiers: int = 0
    """Present identifiers, blocked ones included."""
    new_identifiers: int = 0
    edges: int = 0
    used_edges: int = 0
    blocked: int = 0
    """Present identifiers that are blocked."""
    guarded: int = 0
    """Identifiers with more neighbours than the degree guard allows."""
    ambiguous: int = 0
    """Shared devices of several customers."""
    refused: int = 0
    """Edges that limits or people's decisions refuse."""
    customers: int = 0
    largest_customer: int = 0
    """Identifiers of the customer that holds most."""
    created: int = 0
    merged: int = 0
    """Customers that were taken in by an elder one."""
    split: int = 0
    """Parts that left a customer, to a new one or to another old one."""
    retired: int = 0
    """Customers that lost their last identifier."""
    moved_identifiers: int = 0
    """Identifiers that entered, left or changed their customer."""
    solved_identifiers: int = 0
    """Identifiers whose customers were found anew; the others were not looked at."""
    cpu_seconds: float = 0.0


def last_summary(connection: duckdb.DuckDBPyConnection, reason: str) -> IdentitySummary:
    """The figures of the last run as those of a run that changes nothing."""
    kept = [f.name for f in fields(IdentitySummary)][2:12]
    rows = connection.execute(
        f"select {', '.join(kept)} from identity.identity_runs order by run_id desc limit 1"
    ).fetchall()
    figures = dict(zip(kept, rows[0], strict=True)) if rows else {}
    return IdentitySummary("nothing", reason, **figures | {"new_identifiers": 0})


def summarise(
    connection: duckdb.DuckDBPyConnection,
    mode: str,
    reason: str,
    change: Change,
    new_identifiers: int,
    cpu_seconds: float,
) -> IdentitySummary:
    """The figures of a run whose tables are written, before its row is."""
    names = (
        "identifiers",
        "edges",
        "unused",
        "blocked",
        "guarded",
        "ambiguous",
        "refused",
    )
    [row] = connection.execute(
        """
        select
            (select count(*) from identity.identifiers)
                - (select count(*) from identity.identity_absent),
            (select count(*) from identity.identity_edges),
            (select count(*) from identity.identity_unused_edges),
            (select count(*) from identity.identity_blocked),
            (select count(distinct identifier_id) from identity.identity_guarded),
            (select count(*) from identity.identity_ambiguous),
            (select count(*) from identity.identity_unused_edges
                where reason in ('limit', 'cannot_link', 'contested'))
        """
    ).fetchall()
    counts = dict(zip(names, row, strict=True))
    unused = counts.pop("unused")
    customers, largest = _customers(connection, change)
    return IdentitySummary(
        mode=mode,
        reason=reason,
        **counts,
        used_edges=counts["edges"] - unused,
        new_identifiers=new_identifiers,
        customers=customers,
        largest_customer=largest,
        created=len(change.carried.created),
        merged=len(change.carried.absorbed),
        split=len(change.carried.parts),
        retired=len(change.retired),
        moved_identifiers=len(change.moved),
        solved_identifiers=int(np.count_nonzero(change.region.inside)),
        cpu_seconds=round(cpu_seconds, 3),
    )


def write_summary(
    connection: duckdb.DuckDBPyConnection, run: Run, summary: IdentitySummary
) -> None:
    """Add the run to `identity_runs`."""
    row = {"run_id": run.run_id, "run_at": run.run_at, **asdict(summary)}
    connection.execute(
        f"insert into identity.identity_runs ({', '.join(row)}) "
        f"values ({', '.join('?' * len(row))})",
        list(row.values()),
    )


def _customers(connection: duckdb.DuckDBPyConnection, change: Change) -> tuple[int, int]:
    """How many customers there are, and the size of the largest; the whole map is not counted."""
    now = _sizes(change.after.customers)
    if change.region.is_everything:
        return len(now), int(now.max(initial=0))
    was = _sizes(change.before.customers)
    last = last_summary(connection, "")
    customers = last.customers + len(now) - len(was)
    largest = int(now.max(initial=0))
    if largest < last.largest_customer:
        largest = last.largest_customer
        if int(was.max(initial=0)) >= largest:  # it may have shrunk
            largest = scalar(
                connection,
                "select coalesce(max(n), 0) from (select count(*) as n from "
                "identity.identity_map group by customer_id)",
            )
    return customers, largest


def _sizes(customers: Integers) -> Integers:
    sizes = np.bincount(customers)[1:]
    return sizes[sizes > 0]
