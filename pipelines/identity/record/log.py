"""Writes `identity.identity_log`: what happened to customers and identifiers, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import numpy as np
import polars as pl

from pipelines.identity.evidence.standing import Standing
from pipelines.identity.graph import Flags, Integers, among, common, distinct, members, without
from pipelines.identity.record.changes import Change
from pipelines.identity.rules.codes import NO_TIME, Codes
from pipelines.identity.solve.region import flags_of
from pipelines.identity.solve.screen import REASONS
from pipelines.identity.sql import staged, temporary

_SCHEMA = {
    "event": pl.String,
    "customer_id": pl.Int64,
    "other_customer_id": pl.Int64,
    "identifier_id": pl.Int64,
    "cause": pl.Int64,
    "reason": pl.String,
}
"""`cause` is an edge_id."""
_DECIDED = "somebody decided that they are one person"
_WITHDRAWN = "the evidence that held them together is gone"
_SELDOM = REASONS.index("too_little_evidence")
"""Reasons up to this number seldom part people: such an edge is the last to be named."""


@dataclass(frozen=True)
class Run:
    """Which run writes: its number and its time (UTC, naive)."""

    run_id: int
    run_at: datetime


def customer_events(change: Change, codes: Codes, standing: Standing) -> pl.DataFrame:
    """Customers created, merged, split and retired; identifiers that joined or left one."""
    carried = change.carried
    retired = change.retired
    erased = standing.erased
    forgotten = _customers_of(change, erased)
    frames = [
        _events("created", carried.created, identifiers=_identifiers(change, carried.created_at)),
        _merged(change, codes, standing.must),
        _split(change, codes),
        _events("erased", common(retired, forgotten)),
        _events("retired", without(retired, forgotten)).with_columns(
            reason=pl.lit("no identifier is left: withdrawn from the sources or blocked")
        ),
        _joined(change, codes),
        _left(change, erased),
    ]
    return pl.concat(frames)


def identifier_rows(event: str, rows: str, reason: str) -> str:
    """In SQL, one row of the log per row of `rows`, which has an identifier_id.

    `reason` is SQL over these rows, as `r`.
    """
    return f"""
        select $1, $2, '{event}', m.customer_id, null, r.identifier_id, null, null, null, null,
            {reason}
        from {rows} r
        left join identity.identity_map m on m.identifier_id = r.identifier_id
            and m.valid_to = timestamp '9999-12-31'
        order by r.identifier_id
    """


def refusal_rows(refused: str) -> str:
    """In SQL, rows about edges that are refused now: a table with the columns of unused edges."""
    return f"""
        select $1, $2, 'refused', a.customer_id, b.customer_id, r.identifier_id_b,
            r.identifier_id_a, r.identifier_id_b, r.rule_id, r.source, r.reason || ': ' || r.detail
        from {refused} r
        left join identity.identity_map a on a.identifier_id = r.identifier_id_a
            and a.valid_to = timestamp '9999-12-31'
        left join identity.identity_map b on b.identifier_id = r.identifier_id_b
            and b.valid_to = timestamp '9999-12-31'
        order by r.identifier_id_a, r.identifier_id_b, r.rule_id, r.source
    """


def append(
    connection: duckdb.DuckDBPyConnection, run: Run, rows: Sequence[str], events: pl.DataFrame
) -> None:
    """Append events, whose causes are written out, and rows that queries yield.

    Together: most of the queries yield little, and cost more to plan than to run.
    """
    columns = "event, customer_id, other_customer_id, identifier_id"
    of_events = (
        f"select $1, $2, {columns}, null, null, null, null, reason from events",
        f"select $1, $2, {columns}, e.identifier_id_a, e.identifier_id_b, e.rule_id, e.source, "
        "reason from identity.identity_edges e join caused on e.edge_id = caused.cause",
    )
    has_cause = pl.col("cause").is_not_null()
    with (
        staged(connection, "events", events.filter(~has_cause)),
        staged(connection, "caused", events.filter(has_cause)),
        temporary(connection, "resolving_log"),
    ):
        # First into a table: else what they yield would be a part of a row group of its own, and
        # the next checkpoint put the parts together.
        connection.execute(
            f"create temp table resolving_log as {_union(rows)}", [run.run_id, run.run_at]
        )
        connection.execute(
            f"insert into identity.identity_log {_union((*of_events, 'from resolving_log'))}",
            [run.run_id, run.run_at],
        )


def _union(queries: Sequence[str]) -> str:
    return " union all ".join(f"({query})" for query in queries)


def _customers_of(change: Change, identifiers: Integers) -> Integers:
    """Customers that some identifiers belonged to before."""
    before = change.before
    at = np.flatnonzero(flags_of(change.region.identifiers, identifiers))
    return distinct(before.customers[before.nodes_of(at)])


def _merged(change: Change, codes: Codes, must: Integers) -> pl.DataFrame:
    """Cause: a decision (pairs of identifiers) about the absorbed customer, or the strongest edge
    that leads out of it.
    """
    absorbed = change.carried.absorbed
    events = _events("merged", change.carried.survivors, others=absorbed)
    if events.is_empty():
        return events
    is_decided = among(absorbed, _decided(change, must))
    decided, events = events.filter(is_decided), events.filter(~is_decided)
    old = change.old
    edges, here, there = _ends(change, _of(old, absorbed), used=True)
    chosen = old[here] != old[there]
    causes = _strongest(
        change,
        codes,
        edges[chosen],
        other_customer_id=old[here[chosen]],
        identifier_id=_identifiers(change, here[chosen]),
    )
    joined = _with_causes(events.drop("identifier_id"), causes, ["other_customer_id"])
    return pl.concat([decided.with_columns(reason=pl.lit(_DECIDED)), joined])


def _decided(change: Change, must: Integers) -> Integers:
    """Customers that were two and are one, by a decision about an identifier of each."""
    identifiers = change.region.identifiers
    pairs = np.searchsorted(identifiers, must[among(must, identifiers).all(axis=1)])
    before, after = (
        rows.customers[rows.periods.node_of(pairs.ravel(), np.full(pairs.size, NO_TIME))]
        for rows in (change.before, change.after)
    )
    (was, other), (now, same) = before.reshape(-1, 2).T, after.reshape(-1, 2).T
    made_one = (was != other) & (now == same)
    return distinct(np.concatenate([was[made_one], other[made_one]]))


def _split(change: Change, codes: Codes) -> pl.DataFrame:
    """Cause: the strongest unused edge between the part and the rest of the old customer."""
    carried, old, new = change.carried, change.old, change.carried.customers
    at = _identifiers(change, carried.part_at)
    events = _events("split", carried.parts, others=carried.origins, identifiers=at)
    if events.is_empty():
        return events
    edges, here, there = _ends(change, _of(old, carried.origins), used=False)
    chosen = (old[here] == old[there]) & (new[here] != new[there])
    edges, here = edges[chosen], here[chosen]
    causes = _strongest(change, codes, edges, customer_id=new[here], other_customer_id=old[here])
    return _with_causes(events, causes, ["customer_id", "other_customer_id"]).with_columns(
        pl.col("reason").fill_null(_WITHDRAWN)
    )


def _joined(change: Change, codes: Codes) -> pl.DataFrame:
    """Identifiers without a customer that came to an old one, by their strongest edge."""
    old, new = change.old, change.carried.customers
    nodes = change.after.nodes_of(change.moved)
    nodes = nodes[(old[nodes] == 0) & (new[nodes] > 0)]
    nodes = nodes[change.before.holds(new[nodes])]
    events = _events("joined", new[nodes], identifiers=_identifiers(change, nodes))
    if events.is_empty():
        return events
    edges, here, there = _ends(change, members(nodes, len(new)), used=True)
    chosen = new[here] == new[there]
    edges, here = edges[chosen], here[chosen]
    causes = _strongest(
        change, codes, edges, identifier_id=_identifiers(change, here), customer_id=new[here]
    )
    return _with_causes(events, causes, ["identifier_id", "customer_id"])


def _left(change: Change, erased: Integers) -> pl.DataFrame:
    """Identifiers that belong to nobody now, and left a customer who is still there."""
    before, after, left = change.before.customers, change.after, change.moved
    left = left[(before[left] > 0) & ~after.belong(left)]
    left = left[after.holds(before[left])]
    identifiers = change.region.identifiers[left]
    reason = np.where(
        among(identifiers, distinct(erased)), "erased", "blocked, withdrawn or shared"
    )
    return _events("left", before[left], identifiers=identifiers).with_columns(
        reason=pl.Series(reason.tolist(), dtype=pl.String)
    )


def _identifiers(change: Change, nodes: Integers) -> Integers:
    return change.region.identifiers[change.after.periods.identifiers[nodes]].astype(np.int64)


def _of(old: Integers, customers: Integers) -> Flags:
    """Nodes that belonged to one of these customers."""
    return members(customers, int(old.max(initial=0)) + 1)[old]


def _ends(change: Change, nodes: Flags, *, used: bool) -> tuple[Integers, Integers, Integers]:
    """Ends of used, or of unused, edges at some nodes: the edge, the node here and that there."""
    region = change.region
    left, right = region.left_right(region.edges)
    edges = np.flatnonzero(((change.solved.reasons == 0) == used) & (nodes[left] | nodes[right]))
    edges = edges[region.inside[region.edges.a[edges]] & region.inside[region.edges.b[edges]]]
    left, right = left[edges], right[edges]
    at_left, at_right = nodes[left], nodes[right]
    return (
        np.concatenate([edges[at_left], edges[at_right]]),
        np.concatenate([left[at_left], right[at_right]]),
        np.concatenate([right[at_left], left[at_right]]),
    )


def _strongest(change: Change, codes: Codes, edges: Integers, **columns: Integers) -> pl.DataFrame:
    """The strongest edge for every value of the first columns; parallel arrays."""
    chosen, reasons = change.region.edges[edges], change.solved.reasons[edges]
    texts: list[str | None] = [None] * len(edges)
    for at in np.flatnonzero(reasons).tolist():
        detail = change.solved.details.get(int(edges[at]))
        texts[at] = ": ".join(filter(None, (REASONS[reasons[at]], detail)))
    frame = pl.DataFrame(
        {
            **columns,
            "cause": chosen.edge_id,
            "text": pl.Series(texts, dtype=pl.String),
            "seldom": (reasons > 0) & (reasons <= _SELDOM),
            "priority": codes.rules.priority[chosen.rule],
            "count": -chosen.count.astype(np.int64),
            "a": chosen.a,
            "b": chosen.b,
        }
    )
    return frame.sort("seldom", "priority", "count", "a", "b", "cause").drop(
        "seldom", "priority", "count", "a", "b"
    )


def _with_causes(events: pl.DataFrame, causes: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    first = causes.unique(keys, keep="first", maintain_order=True)
    joined = events.drop("cause").join(first, on=keys, how="left", maintain_order="left")
    return joined.with_columns(reason=pl.coalesce("reason", "text")).select(_SCHEMA.keys())


def _events(
    event: str,
    customers: Integers,
    others: Integers | None = None,
    identifiers: Integers | None = None,
) -> pl.DataFrame:
    columns = {
        "event": pl.repeat(event, len(customers), dtype=pl.String, eager=True),
        "customer_id": customers,
        "other_customer_id": others,
        "identifier_id": identifiers,
    }
    known = {name: column for name, column in columns.items() if column is not None}
    missing = [pl.lit(None, _SCHEMA[name]).alias(name) for name in _SCHEMA if name not in known]
    return pl.DataFrame(known).with_columns(missing).select(_SCHEMA.keys()).cast(pl.Schema(_SCHEMA))
