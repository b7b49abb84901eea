"""Why two identifiers are one person, or why not: the shortest path through stored evidence.

Reads the schema `identity` and writes nothing. A place in the graph is an identifier in one of its
periods (nearly always it has one); an edge belongs to the period in which it was first seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import breadth_first_order

from pipelines.identity.decisions import Decision, DecisionKind, Decisions, Identifier
from pipelines.identity.subjects import Customer, Subject

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


def _period(edge: str, map_row: str) -> str:
    """SQL: the map row is of the period that the edge belongs to; without a time, of the last."""
    at = f"coalesce({edge}.first_at, timestamp '9999-12-30')"
    return f"{at} >= {map_row}.valid_from and {at} < {map_row}.valid_to"


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
class PairExplanation:
    """Why A and B are one person or not."""

    customer_a: int | None
    customer_b: int | None
    path: tuple[Evidence, ...]
    """From A to B. Of two people it holds unused edges, as few as possible; empty: no evidence."""
    decisions: tuple[Decision, ...]
    """Decisions that keep the two apart."""

    @property
    def is_one_person(self) -> bool:
        """Both belong to one customer now."""
        return self.customer_a is not None and self.customer_a == self.customer_b


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
class CustomerExplanation:
    """What holds a customer together."""

    customer_id: int
    members: tuple[Place, ...]
    """Its identifiers, nearest to the start first."""
    tree: tuple[Evidence, ...]
    """How each member after the first hangs on an earlier one, by the shortest path."""
    unused: tuple[Evidence, ...]
    """Evidence about its members that joins nobody, weightiest reason first."""
    events: tuple[Event, ...]


@dataclass(frozen=True)
class IdentityGraph:
    """The stored identity of one warehouse, for questions."""

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

    def explain_pair(self, a: Subject, b: Subject) -> PairExplanation:
        """The shortest evidence path between two subjects, used or not."""
        ends_a, ends_b = self._ends(a), self._ends(b)
        end_a, end_b = next(
            ((x, y) for x in ends_a for y in ends_b if x.group == y.group), (ends_a[0], ends_b[0])
        )
        if end_a.group == end_b.group:
            path = self._inside(end_a.group, end_a.place, end_b.place)
        else:
            path = self._between(end_a, end_b)
        return PairExplanation(
            customer_a=end_a.customer_id,
            customer_b=end_b.customer_id,
            path=tuple(path),
            decisions=self._keeping_apart(end_a, end_b),
        )

    def explain_customer(self, customer_id: int, start: int | None = None) -> CustomerExplanation:
        """What holds a customer together, seen from the identifier `start` (default: its first)."""
        members = self._members(customer_id)
        first = next((m for m in members if m.identifier_id == start), members[0])
        tree = list(_tree(self._used_inside(customer_id), first))
        reached = {first: None} | {edge.b: None for edge in tree}
        return CustomerExplanation(
            customer_id=customer_id,
            members=(*reached, *(m for m in members if m not in reached)),
            tree=tuple(tree),
            unused=self._unused_of([m.identifier_id for m in members]),
            events=self.events(customers=[customer_id]),
        )

    def unused_evidence(self, identifier_id: int) -> tuple[Evidence, ...]:
        """Evidence about one identifier that joins nobody, weightiest reason first."""
        return self._unused_of([identifier_id])

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

    def names(self, places: Iterable[int]) -> dict[int, Identifier]:
        """Type and value of identifiers by their id."""
        rows = self.connection.execute(
            "select identifier_id, identifier_type, identifier_value from identity.identifiers "
            "where identifier_id in (select unnest($1::bigint[]))",
            [list(set(places))],
        ).fetchall()
        return {row[0]: Identifier(row[1], row[2]) for row in rows}

    def _ends(self, subject: Subject) -> list[_End]:
        """Where a subject stands: the newest period of an identifier first."""
        if isinstance(subject, Customer):
            return [_End(subject.customer_id, None)]
        memberships = self.memberships(subject.identifier_id)
        if not memberships:
            return [_End(-subject.identifier_id, None)]
        return [
            _End(period.customer_id or 0, Place(subject.identifier_id, period.valid_from))
            for period in reversed(memberships)
        ]

    def _members(self, customer_id: int) -> list[Place]:
        rows = self.connection.execute(
            "select identifier_id, valid_from from identity.identity_map "
            "where customer_id = $1 order by all",
            [customer_id],
        ).fetchall()
        return [Place(*row) for row in rows]

    def _inside(self, group: int, start: Place | None, end: Place | None) -> list[Evidence]:
        """The shortest path between two places of one customer; empty when one is not named."""
        if group < 0 or start is None or end is None or start == end:
            return []
        by_end = {edge.b: edge for edge in _tree(self._used_inside(group), start)}
        path: list[Evidence] = []
        while end != start and end in by_end:
            path.append(by_end[end])
            end = by_end[end].a
        return path[::-1]

    def _between(self, a: _End, b: _End) -> list[Evidence]:
        """Through customers from A to B over the fewest unused edges."""
        hops = self._unused_hops(a.group, b.group)
        path: list[Evidence] = []
        place = a.place
        for group, hop in zip([a.group, *(self._group(h.b) for h in hops)], hops, strict=False):
            path += [*self._inside(group, place, hop.a), hop]
            place = hop.b
        return path + self._inside(b.group, place, b.place) if hops else []

    def _unused_hops(self, start: int, end: int) -> list[Evidence]:
        """The unused edges on the shortest way between two groups, from `start` to `end`."""
        edges = self.connection.execute(
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
        left, right = (np.asarray(edges[name]) for name in ("group_a", "group_b"))
        groups, codes = np.unique(np.concatenate([left, right, [start, end]]), return_inverse=True)
        codes_a, codes_b = codes[: len(left)], codes[len(left) : -2]
        route = _shortest_route(len(groups), codes_a, codes_b, int(codes[-2]), int(codes[-1]))
        weights = np.asarray(edges["weight"])
        hops = []
        for x, y in pairwise(route):
            joins = ((codes_a == x) & (codes_b == y)) | ((codes_a == y) & (codes_b == x))
            candidates = np.flatnonzero(joins)
            best = int(candidates[np.argmin(weights[candidates])])
            hop = self._edge(*(edges[name][best] for name in _EDGE_KEY))
            hops.append(hop if codes_a[best] == x else replace(hop, a=hop.b, b=hop.a))
        return hops

    def customer_of(self, place: Place) -> int | None:
        """The customer that an identifier belongs to in one of its periods."""
        rows = self.connection.execute(
            "select customer_id from identity.identity_map "
            "where identifier_id = $1 and valid_from = $2",
            [place.identifier_id, place.valid_from],
        ).fetchall()
        return int(rows[0][0]) if rows else None

    def _group(self, place: Place) -> int:
        return self.customer_of(place) or -place.identifier_id

    def _edge(self, a: Any, b: Any, rule_id: Any, source: Any) -> Evidence:
        [edge] = self._evidence(
            "e.identifier_id_a = $1 and e.identifier_id_b = $2 and e.rule_id = $3 "
            "and e.source = $4",
            [int(a), int(b), int(rule_id), str(source)],
        )
        return edge

    def _used_inside(self, customer_id: int) -> list[Evidence]:
        """Edges that hold a customer together, people's decisions first."""
        member = "(select identifier_id from identity.identity_map where customer_id = $1)"
        used = self._evidence(
            f"ma.customer_id = $1 and mb.customer_id = $1 and u.reason is null "
            f"and e.identifier_id_a in {member} and e.identifier_id_b in {member}",
            [customer_id],
        )
        return [*self._manual(customer_id), *used]

    def _unused_of(self, identifier_ids: Sequence[int]) -> tuple[Evidence, ...]:
        named = "(select unnest($1::bigint[]))"
        return tuple(
            self._evidence(
                f"u.reason is not null and "
                f"(e.identifier_id_a in {named} or e.identifier_id_b in {named})",
                [list(identifier_ids)],
            )
        )

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
        newest = {place.identifier_id: place for place in self._members(customer_id)}
        merges = [
            (decision, self._ids_of(decision))
            for decision in self.decisions.in_force
            if decision.decision is DecisionKind.MERGE
        ]
        return [
            Evidence(newest[ids[0]], newest[ids[1]], None, "decision", decision=decision)
            for decision, ids in merges
            if len(ids) == 2 and all(i in newest for i in ids)
        ]

    def _ids_of(self, decision: Decision) -> list[int]:
        return [
            self._identifier_ids[end]
            for end in (decision.a, decision.b)
            if end is not None and end in self._identifier_ids
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

    def _keeping_apart(self, a: _End, b: _End) -> tuple[Decision, ...]:
        """Splits that name one identifier of each side."""
        if a.group == b.group:
            return ()
        return tuple(
            decision
            for decision in self.decisions.in_force
            if decision.decision is DecisionKind.SPLIT
            and len(ids := self._ids_of(decision)) == 2
            and {a.group, b.group} == {self._newest_group(i) for i in ids}
        )

    def _newest_group(self, identifier_id: int) -> int:
        memberships = self.memberships(identifier_id)
        return (memberships[-1].customer_id or 0) if memberships else -identifier_id


_EDGE_KEY = ("identifier_id_a", "identifier_id_b", "rule_id", "source")


@dataclass(frozen=True)
class _End:
    """One end of a question: a customer (or minus an identifier id), and the place in it."""

    group: int
    place: Place | None

    @property
    def customer_id(self) -> int | None:
        return self.group if self.group > 0 else None


def _tree(edges: Iterable[Evidence], start: Place) -> Iterable[Evidence]:
    """The breadth-first tree from `start`; every edge points away from it."""
    around: dict[Place, list[Evidence]] = {}
    for edge in edges:
        around.setdefault(edge.a, []).append(edge)
        around.setdefault(edge.b, []).append(edge)
    seen, waiting = {start}, deque([start])
    while waiting:
        place = waiting.popleft()
        for edge in around.get(place, []):
            turned = edge.turned(place)
            if turned.b not in seen:
                seen.add(turned.b)
                waiting.append(turned.b)
                yield turned


def _shortest_route(
    size: int, left: np.ndarray, right: np.ndarray, start: int, end: int
) -> list[int]:
    """Nodes from `start` to `end` over the fewest edges; empty when no way leads there."""
    matrix = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    _, before = breadth_first_order(matrix.tocsr(), start, directed=False)
    route = [end]
    while route[-1] != start:
        previous = int(before[route[-1]])
        if previous < 0:
            return []
        route.append(previous)
    return route[::-1]
