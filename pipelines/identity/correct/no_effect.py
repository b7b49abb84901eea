"""Why a decision changes nobody: what is so already, in words."""

from __future__ import annotations

import duckdb

from pipelines.identity.correct.decisions import Decision, DecisionKind, Identifier


def why_nobody_changes(connection: duckdb.DuckDBPyConnection, decision: Decision) -> str:
    """Why no customer changes by a decision that changes none; empty where it is not known.

    Reads the map, which is the same before and after it.
    """
    ends = [end for end in (decision.a, decision.b) if end is not None]
    if decision.decision not in (DecisionKind.MERGE, DecisionKind.SPLIT):
        return ""
    customers = [_customers_of(connection, end) for end in ends]
    if not all(customers):
        return "An identifier that it names belongs to no customer."
    if len(ends) == 1:
        return _alone(connection, customers[0])
    if customers[0] == customers[1]:
        return f"Both belong to customer {_names(customers[0])} already."
    if decision.decision is DecisionKind.SPLIT:
        return "They are two people already; the decision keeps them apart from now on."
    return ""


def _alone(connection: duckdb.DuckDBPyConnection, customers: list[int]) -> str:
    [(others,)] = connection.execute(
        "select count(distinct identifier_id) - 1 from identity.identity_map "
        "where customer_id in (select unnest($1))",
        [customers],
    ).fetchall()
    if others:
        return ""
    return (
        f"It is the only identifier of customer {_names(customers)}: there is nobody to part it "
        "from."
    )


def _names(customers: list[int]) -> str:
    return " and ".join(map(str, customers))


def _customers_of(connection: duckdb.DuckDBPyConnection, identifier: Identifier) -> list[int]:
    """Ascending; several where the identifier changed hands."""
    rows = connection.execute(
        """
        select distinct customer_id from identity.identity_map
        join identity.identifiers using (identifier_id)
        where identifier_type = $1 and identifier_value = $2
        order by customer_id
        """,
        list(identifier),
    ).fetchall()
    return [customer for (customer,) in rows]
