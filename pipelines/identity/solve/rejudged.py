"""Which identifiers a change of the rules can reach: those whose evidence is judged otherwise."""

from __future__ import annotations

import duckdb
import numpy as np

from pipelines.identity.graph import Integers, union
from pipelines.identity.rules.codes import Codes
from pipelines.identity.rules.difference import RuleChange
from pipelines.identity.solve.guard import least_busy
from pipelines.identity.sql import fetch

_ENDS = """(
    select identifier_id_a as identifier_id, rule_id, first_at, last_at
    from identity.identity_edges
    union all
    select identifier_id_b, rule_id, first_at, last_at from identity.identity_edges
)"""


def rejudged(connection: duckdb.DuckDBPyConnection, change: RuleChange, codes: Codes) -> Integers:
    """Identifiers (ids, ascending) from which `read_touched` finds all that may be other now.

    Of every component that holds more values of a type than a limit allows, or allowed, one; all
    with edges of other rules; and those that are busy, or were silent, as far as that is other. A
    change of `guard_max` alone needs nobody: the limits of degrees are found anew in every run.
    """
    found: list[Integers] = [np.empty(0, dtype=np.int64)]
    if change.rules:
        found.append(_at_edges(connection, list(change.rules)))
    for name, values in change.limits.items():
        found.append(_holders(connection, name, values))
    least = dict(zip(codes.types.names, least_busy(codes.types).tolist(), strict=True))
    busy = "count(*) > $2"
    found += [
        _of_type(connection, name, busy, least[name]) for name in change.guards if least[name] >= 0
    ]
    seen = "max(greatest(first_at, last_at)) - min(least(first_at, last_at)) > to_days($2)"
    found += [_of_type(connection, name, seen, days) for name, days in change.silences.items()]
    return union(*found)


def _at_edges(connection: duckdb.DuckDBPyConnection, rules: list[int]) -> Integers:
    query = f"select distinct identifier_id from {_ENDS} where rule_id in (select unnest($1))"
    return fetch(connection, query, [rules])[0]


def _holders(connection: duckdb.DuckDBPyConnection, name: str, values: int) -> Integers:
    """The eldest identifier of the type in each component that holds more than so many."""
    return fetch(
        connection,
        """
        select min(identifier_id) from identity.identity_map
        join identity.identifiers using (identifier_id)
        where identifier_type = $1 group by component_id having count(*) > $2
        """,
        [name, values],
    )[0]


def _of_type(
    connection: duckdb.DuckDBPyConnection, name: str, having: str, number: int
) -> Integers:
    """Identifiers of a type by what all of their edges say together."""
    return fetch(
        connection,
        f"""
        select identifier_id from {_ENDS}
        semi join (select identifier_id from identity.identifiers where identifier_type = $1)
            using (identifier_id)
        group by identifier_id having {having}
        """,
        [name, number],
    )[0]
