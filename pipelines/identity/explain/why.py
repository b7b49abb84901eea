"""Why two identifiers are one person, or why not: the shortest path through stored evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pipelines.identity.correct.decisions import Decision, DecisionKind
from pipelines.identity.explain.paths import shortest_route, tree
from pipelines.identity.explain.stored import Event, Evidence, Place, StoredIdentity
from pipelines.identity.explain.subjects import Customer, Subject


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
class Explainer:
    """Answers from stored evidence."""

    stored: StoredIdentity

    def pair(self, a: Subject, b: Subject) -> PairExplanation:
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

    def customer(self, customer_id: int, start: int | None = None) -> CustomerExplanation:
        """What holds a customer together, seen from the identifier `start` (default: its first)."""
        members = self.stored.members(customer_id)
        first = next((m for m in members if m.identifier_id == start), members[0])
        hanging = list(tree(self.stored.used_inside(customer_id), first))
        reached = {first: None} | {edge.b: None for edge in hanging}
        return CustomerExplanation(
            customer_id=customer_id,
            members=(*reached, *(m for m in members if m not in reached)),
            tree=tuple(hanging),
            unused=self.stored.unused_of([m.identifier_id for m in members]),
            events=self.stored.events(customers=[customer_id]),
        )

    def _ends(self, subject: Subject) -> list[_End]:
        """Where a subject stands: the newest period of an identifier first."""
        if isinstance(subject, Customer):
            return [_End(subject.customer_id, None)]
        memberships = self.stored.memberships(subject.identifier_id)
        if not memberships:
            return [_End(-subject.identifier_id, None)]
        return [
            _End(period.customer_id or 0, Place(subject.identifier_id, period.valid_from))
            for period in reversed(memberships)
        ]

    def _inside(self, group: int, start: Place | None, end: Place | None) -> list[Evidence]:
        """The shortest path between two places of one customer; empty when one is not named."""
        if group < 0 or start is None or end is None or start == end:
            return []
        by_end = {edge.b: edge for edge in tree(self.stored.used_inside(group), start)}
        path: list[Evidence] = []
        while end != start and end in by_end:
            path.append(by_end[end])
            end = by_end[end].a
        return path[::-1]

    def _between(self, a: _End, b: _End) -> list[Evidence]:
        """Through customers from A to B over the fewest unused edges."""
        hops = self._hops(a.group, b.group)
        path: list[Evidence] = []
        place = a.place
        for group, hop in zip([a.group, *(self._group(h.b) for h in hops)], hops, strict=False):
            path += [*self._inside(group, place, hop.a), hop]
            place = hop.b
        return path + self._inside(b.group, place, b.place) if hops else []

    def _hops(self, start: int, end: int) -> list[Evidence]:
        """The unused edges on the shortest way between two groups, from `start` to `end`."""
        edges = self.stored.unused_edges()
        ends = np.concatenate([edges.left, edges.right, [start, end]])
        groups, codes = np.unique(ends, return_inverse=True)
        left, right = codes[: len(edges.left)], codes[len(edges.left) : -2]
        route = shortest_route(len(groups), left, right, int(codes[-2]), int(codes[-1]))
        hops = []
        for x, y in pairwise(route):
            joins = ((left == x) & (right == y)) | ((left == y) & (right == x))
            candidates = np.flatnonzero(joins)
            best = int(candidates[np.argmin(edges.weight[candidates])])
            hop = self.stored.edge(*(column[best] for column in edges.keys.values()))
            hops.append(hop if left[best] == x else replace(hop, a=hop.b, b=hop.a))
        return hops

    def _group(self, place: Place) -> int:
        return self.stored.customer_of(place) or -place.identifier_id

    def _keeping_apart(self, a: _End, b: _End) -> tuple[Decision, ...]:
        """Splits that name one identifier of each side."""
        if a.group == b.group:
            return ()
        return tuple(
            decision
            for decision in self.stored.decisions.in_force
            if decision.decision is DecisionKind.SPLIT
            and len(ids := self.stored.ids_of(decision)) == 2
            and {a.group, b.group} == {self._newest_group(i) for i in ids}
        )

    def _newest_group(self, identifier_id: int) -> int:
        memberships = self.stored.memberships(identifier_id)
        return (memberships[-1].customer_id or 0) if memberships else -identifier_id


@dataclass(frozen=True)
class _End:
    """One end of a question: a customer (or minus an identifier id), and the place in it."""

    group: int
    place: Place | None

    @property
    def customer_id(self) -> int | None:
        return self.group if self.group > 0 else None
