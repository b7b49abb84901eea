"""The stored identity of a warehouse, read edge by edge, for questions.

A place in the graph is an identifier in one of its periods (nearly always it has one); an edge
belongs to the period in which it was first seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import duckdb
import numpy as np

from pipelines.identity.correct.decisions import Decision, DecisionKind, Decisions, Identifier
from pipelines.identity.graph import Integers

_EDGE_KEY = ("identifier_id_a", "identifier_id_b", "rule_id", "source")
_REASONS = (
    "cannot_link",
    "limit",
    "contested",
    "taken_out",
    "degree_guard",
    "blocked",
    "shared_device",
    "too_little_evidence",
    "rule_inactive",
)
"""Why an edge is not used; of several edges between two people the first reason is shown."""


@dataclass(frozen=True)
class Place:
    """An identifier in one of its periods."""

    identifier_id: int
    valid_from: datetime


@dataclass(frozen=True)
class Evidence:
    """One edge: who says that two identifiers are one person, since when, in which file."""

    a: Place
    b: Place
    rule_id: int | None
    """None for a person's decision."""
    source: str
    first_at: datetime | None = None
    last_at: datetime | None = None
    evidence_count: int = 1
    file: str | None = None
    """Path in the landing folder of the earliest row."""
    line_number: int | None = None
    unused_reason: str | None = None
    detail: str | None = None
    decision: Decision | None = None

    def turned(self, start: Place) -> Evidence:
        """The same edge with `start` as its first end."""
        return self if self.a == start else replace(self, a=self.b, b=self.a)


@dataclass(frozen=True)
class Membership:
    """To whom an identifier belongs during a period; None: to nobody."""

    customer_id: int | None
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True)
class Event:
    """A line of the identity log."""

    run_at: datetime
    event: str
    customer_id: int | None
    other_customer_id: int | None
    identifier_id: int | None
    reason: str | None


@dataclass(frozen=True)
class UnusedEdges:
    """Every edge that joins nobody, as arrays: the groups at its ends, and which edge it is.

    A group is a customer, or minus the identifier's id where it belongs to nobody.
    """

    left: Integers
    right: Integers
    weight: Integers
    """Rank of the reason; the smallest is told first."""
    keys: dict[str, Any]
    """Columns that name the edge, for `StoredIdentity.edge`."""


@dataclass(frozen=True)
class StoredIdentity:
    """Reads the schema `identity`; writes nothing."""

    connection: duckdb.DuckDBPyConnection
    decisions: Decisions

    def memberships(self, identifier_id: int) -> tuple[Membership, ...]:
        """Customers of an identifier over time, oldest period first; empty: it has none."""
        rows = self.connection.execute(
            "select customer_id, valid_from, valid_to from identity.identity_map "
            "where identifier_id = $1 order by valid_from",
            [identifier_id],
        ).fetchall()
        return tuple(Membership(*row) for row in rows)

    def customer_of(self, place: Place) -> int | None:
        """The customer that an identifier belongs to in one of its periods."""
        rows = self.connection.execute(
            "select customer_id from identity.identity_map "
            "where identifier_id = $1 and valid_from = $2",
            [place.identifier_id, place.valid_from],
        ).fetchall()
        return int(rows[0][0]) if rows else None

    def members(self, customer_id: int) -> list[Place]:
        """All places of a customer."""
        rows = self.connection.execute(
            "select identifier_id, valid_from from identity.identity_map "
            "where customer_id = $1 order by all",
            [customer_id],
        ).fetchall()
        return [Place(*row) for row in rows]

    def names(self, places: Iterable[int]) -> dict[int, Identifier]:
        """Type and value of identifiers by their id."""
        rows = self.connection.execute(
            "select identifier_id, identifier_type, identifier_value from identity.identifiers "
            "where identifier_id in (select unnest($1::bigint[]))",
            [list(set(places))],
        ).fetchall()
        return {row[0]: Identifier(row[1], row[2]) for row in rows}

    def events(
        self, *, customers: Sequence[int] = (), identifiers: Sequence[int] = ()
    ) -> tuple[Event, ...]:
        """What the log says about customers and identifiers, newest first."""
        rows = self.connection.execute(
            """
            select run_at, event, customer_id, other_customer_id, identifier_id, reason
            from identity.identity_log
            where customer_id in (select unnest($1::bigint[]))
                or other_customer_id in (select unnest($1::bigint[]))
                or identifier_id in (select unnest($2::bigint[]))
            order by run_at desc, run_id desc, event, customer_id, identifier_id
            """,
            [list(customers), list(identifiers)],
        ).fetchall()
        return tuple(Event(*row) for row in rows)

    def why_nobody(self, identifier_id: int) -> str | None:
        """Why an identifier belongs to nobody; None when it belongs to somebody or nothing says."""
        rows = self.connection.execute(
            """
            select 'it is blocked: ' || reason from identity.identity_blocked
            where identifier_id = $1
            union all
            select 'it is a shared device of ' || customers || ' customers'
            from identity.identity_ambiguous where identifier_id = $1
            """,
            [identifier_id],
        ).fetchall()
        return rows[0][0] if rows else None

    def guards(self, identifier_id: int) -> tuple[str, ...]:
        """Degree limits that an identifier exceeds, in words."""
        rows = self.connection.execute(
            "select neighbour_type, neighbours, max_degree from identity.identity_guarded "
            "where identifier_id = $1 order by neighbour_type",
            [identifier_id],
        ).fetchall()
        return tuple(
            f"it has {neighbours:,} neighbours of type {kind}, at most {limit:,} are usual: "
            "it joins nobody through them"
            for kind, neighbours, limit in rows
        )

    def used_inside(self, customer_id: int) -> list[Evidence]:
        """Edges that hold a customer together, people's decisions first."""
        member = "(select identifier_id from identity.identity_map where customer_id = $1)"
        used = self._evidence(
            f"ma.customer_id = $1 and mb.customer_id = $1 and u.reason is null "
            f"and e.identifier_id_a in {member} and e.identifier_id_b in {member}",
            [customer_id],
        )
        return [*self._manual(customer_id), *used]

    def unused_of(self, identifier_ids: Sequence[int]) -> tuple[Evidence, ...]:
        """Evidence about identifiers that joins nobody, weightiest reason first."""
        named = "(select unnest($1::bigint[]))"
        return tuple(
            self._evidence(
                f"u.reason is not null and "
                f"(e.identifier_id_a in {named} or e.identifier_id_b in {named})",
                [list(identifier_ids)],
            )
        )

    def edge(self, a: Any, b: Any, rule_id: Any, source: Any) -> Evidence:
        """One edge by its key."""
        [edge] = self._evidence(
            "e.identifier_id_a = $1 and e.identifier_id_b = $2 and e.rule_id = $3 "
            "and e.source = $4",
            [int(a), int(b), int(rule_id), str(source)],
        )
        return edge

    def unused_edges(self) -> UnusedEdges:
        """All edges that join nobody, with the groups that they would join."""
        rows = self.connection.execute(
            f"""
            select coalesce(ma.customer_id, -e.identifier_id_a) as group_a,
                coalesce(mb.customer_id, -e.identifier_id_b) as group_b,
                list_position({list(_REASONS)}, u.reason) as weight,
                e.identifier_id_a, e.identifier_id_b, e.rule_id, e.source
            from identity.identity_unused_edges u
            join identity.identity_edges e using (identifier_id_a, identifier_id_b, rule_id, source)
            left join identity.identity_map ma
                on ma.identifier_id = e.identifier_id_a and {_period("e", "ma")}
            left join identity.identity_map mb
                on mb.identifier_id = e.identifier_id_b and {_period("e", "mb")}
            """
        ).fetchnumpy()
        return UnusedEdges(
            left=np.asarray(rows["group_a"]),
            right=np.asarray(rows["group_b"]),
            weight=np.asarray(rows["weight"]),
            keys={name: rows[name] for name in _EDGE_KEY},
        )

    def ids_of(self, decision: Decision) -> list[int]:
        """Ids of the identifiers that a merge or a split names, where they are known."""
        return [
            self._identifier_ids[end]
            for end in (decision.a, decision.b)
            if end is not None and end in self._identifier_ids
        ]

    def _evidence(self, condition: str, parameters: list[Any]) -> list[Evidence]:
        """Edges with their periods, file and reason; strongest evidence first."""
        rows = self.connection.execute(
            f"""
            select e.identifier_id_a, coalesce(ma.valid_from, timestamp '1900-01-01'),
                e.identifier_id_b, coalesce(mb.valid_from, timestamp '1900-01-01'),
                e.rule_id, e.source, e.first_at, e.last_at, e.evidence_count,
                f.relative_path || coalesce(' [' || f.member || ']', ''), e.line_number,
                u.reason, u.detail
            from identity.identity_edges e
            left join identity.identity_unused_edges u
                using (identifier_id_a, identifier_id_b, rule_id, source)
            left join identity.identity_map ma
                on ma.identifier_id = e.identifier_id_a and {_period("e", "ma")}
            left join identity.identity_map mb
                on mb.identifier_id = e.identifier_id_b and {_period("e", "mb")}
            left join ledger.files f on f.file_id = e.file_id
            where {condition}
            order by list_position({list(_REASONS)}, u.reason) nulls first, e.rule_id,
                e.evidence_count desc, e.identifier_id_a, e.identifier_id_b, e.source
            """,
            parameters,
        ).fetchall()
        return [Evidence(Place(*row[0:2]), Place(*row[2:4]), *row[4:]) for row in rows]

    def _manual(self, customer_id: int) -> list[Evidence]:
        """People's merges inside a customer; they join the newest periods."""
        newest = {place.identifier_id: place for place in self.members(customer_id)}
        merges = [
            (decision, self.ids_of(decision))
            for decision in self.decisions.in_force
            if decision.decision is DecisionKind.MERGE
        ]
        return [
            Evidence(newest[ids[0]], newest[ids[1]], None, "decision", decision=decision)
            for decision, ids in merges
            if len(ids) == 2 and all(i in newest for i in ids)
        ]

    @cached_property
    def _identifier_ids(self) -> dict[Identifier, int]:
        """Ids of the identifiers that merges and splits name."""
        ends = {
            end
            for decision in self.decisions.in_force
            if decision.decision in (DecisionKind.MERGE, DecisionKind.SPLIT)
            for end in (decision.a, decision.b)
            if end is not None
        }
        rows = self.connection.execute(
            "select identifier_id, identifier_type, identifier_value from identity.identifiers "
            "where identifier_value in (select unnest($1::varchar[]))",
            [[end.identifier_value for end in ends]],
        ).fetchall()
        return {Identifier(row[1], row[2]): row[0] for row in rows}


def _period(edge: str, map_row: str) -> str:
    """SQL: the map row is of the period that the edge belongs to; without a time, of the last."""
    at = f"coalesce({edge}.first_at, timestamp '9999-12-30')"
    return f"{at} >= {map_row}.valid_from and {at} < {map_row}.valid_to"
