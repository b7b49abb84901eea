"""Builds components that break a limit or a decision up again, strongest evidence first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.identity.codes import MICROSECONDS_PER_DAY, Codes
from pipelines.identity.graph import Flags, Integers, union
from pipelines.identity.limits import Span, hull, most_at_once, seen_spans, value_labels
from pipelines.identity.shapes import Evidence, Ranks, Refusals

_ALIAS, _DECIDED, _STRONG, _WEAK = range(4)
"""In this order edges are tried."""
Held = dict[int, dict[int, Span]]
"""By type: the values that a group holds, and when each was seen."""


def repair(
    evidence: Evidence, codes: Codes, ranks: Ranks, within: Flags
) -> tuple[Integers, Refusals]:
    """Partition the nodes in `within`, which are whole components; labels are dense from 0.

    Edges are tried in this order: aliases, people's decisions, strong rules, weak rules; within
    these by priority of the rule, rows of evidence (most first), last time seen (latest first),
    then type and value of the ends. A decision outranks limits: what people made one of two may
    hold twice as much. An edge is refused when its union would hold more values of a
    type than a customer may, or two identifiers that people keep apart.
    An identifier that a strong rule was refused for is contested: weak rules join nobody through
    it any more.
    """
    nodes = np.flatnonzero(within)
    number = np.full(evidence.nodes, -1, dtype=np.int64)
    number[nodes] = np.arange(len(nodes))
    edges = np.flatnonzero(within[evidence.left])
    groups = _Groups(_start(evidence, codes, within, edges), codes)
    for left, right in number[evidence.cannot].tolist():
        if left >= 0 and right >= 0:
            groups.keep_apart(left, right)
    refusals = Refusals()
    steps = _in_order(evidence, codes, ranks, edges, within)
    lefts, rights = number[steps.left].tolist(), number[steps.right].tolist()
    for edge, stage, left, right in zip(
        steps.edge.tolist(), steps.stage.tolist(), lefts, rights, strict=True
    ):
        refused = groups.join(left, right, stage)
        if refused and edge >= 0:
            refusals.add(edge, *refused)
    return groups.labels(), refusals


@dataclass(frozen=True)
class _Steps:
    """Unions to try, in order; `edge` is -1 for a decision."""

    edge: Integers
    stage: Integers
    left: Integers
    right: Integers


def _in_order(
    evidence: Evidence, codes: Codes, ranks: Ranks, edges: Integers, within: Flags
) -> _Steps:
    must = evidence.must[within[evidence.must[:, 0]]]
    rules = codes.rules
    rule = evidence.rule[edges]
    stage = np.where(rules.is_strong[rule], _STRONG, _WEAK)
    stage[rules.is_alias[rule]] = _ALIAS
    left = np.concatenate([evidence.left[edges], must[:, 0]])
    right = np.concatenate([evidence.right[edges], must[:, 1]])
    steps = _Steps(
        edge=np.concatenate([edges, np.full(len(must), -1)]),
        stage=np.concatenate([stage, np.full(len(must), _DECIDED)]),
        left=left,
        right=right,
    )
    nothing = np.zeros(len(must), dtype=np.int64)
    rank = _node_ranks(evidence, ranks, left, right)
    order = np.lexsort(
        (
            np.maximum(rank[left], rank[right]),
            np.minimum(rank[left], rank[right]),
            -np.concatenate([evidence.last_at[edges], nothing]).astype(float),
            -np.concatenate([evidence.count[edges], nothing]).astype(np.int64),
            np.concatenate([rules.priority[rule], nothing]),
            steps.stage,
        )
    )
    return _Steps(*(column[order] for column in vars(steps).values()))


def _node_ranks(evidence: Evidence, ranks: Ranks, left: Integers, right: Integers) -> Integers:
    """Rank of each node at an end: by type and value of its identifier, then by period."""
    nodes = union(left, right)
    rank = np.zeros(evidence.nodes, dtype=np.int64)
    # Periods of one identifier are numbered in the order of time.
    rank[nodes[np.lexsort((nodes, ranks(evidence.identifier[nodes])))]] = np.arange(len(nodes))
    return rank


def _start(evidence: Evidence, codes: Codes, within: Flags, edges: Integers) -> list[Held]:
    """What each node in `within` holds by itself: its value, if its type has a limit."""
    values = value_labels(evidence, codes, within)
    first, last = seen_spans(evidence, edges)
    nodes = np.flatnonzero(within)
    limited = codes.types.limit[evidence.kind[nodes]] > 0
    limited &= evidence.kind[nodes] >= 0
    columns = (limited, evidence.kind[nodes], values[nodes], first[nodes], last[nodes])
    return [
        {kind: {value: (begin, end)}} if is_limited else {}
        for is_limited, kind, value, begin, end in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]


class _Groups:
    """Groups of nodes that grow by unions, what they hold, and whom they may not meet."""

    def __init__(self, held: list[Held], codes: Codes) -> None:
        self._parent = list(range(len(held)))
        self._held = held
        self._people = [1] * len(held)
        self._apart: dict[int, set[int]] = {}
        self._pairs = 0
        self._contested: set[int] = set()
        self._names = codes.types.names
        self._limit = codes.types.limit.tolist()
        self._window = codes.types.window.tolist()

    def keep_apart(self, left: int, right: int) -> None:
        """Two nodes that no union may bring together."""
        self._pairs += 1
        self._apart.setdefault(left, set()).add(self._pairs)
        self._apart.setdefault(right, set()).add(self._pairs)

    def join(self, left: int, right: int, stage: int) -> tuple[str, str] | None:
        """Unite the groups of two nodes, or say why not: a reason and its detail."""
        one, other = self._find(left), self._find(right)
        if one == other:
            return None
        if stage == _WEAK and (left in self._contested or right in self._contested):
            return "contested", "strong evidence ties one of the two to several customers"
        refused = self._kept_apart(one, other)
        if refused is None and stage != _DECIDED:
            refused = self._beyond_a_limit(one, other)
        if refused:
            if stage == _STRONG:
                self._contested |= {left, right}
            return refused
        self._unite(one, other, merged_by_decision=stage == _DECIDED)
        return None

    def labels(self) -> Integers:
        """Dense labels of the nodes."""
        roots = np.array([self._find(node) for node in range(len(self._parent))])
        return np.unique(roots, return_inverse=True)[1]

    def _find(self, node: int) -> int:
        parent = self._parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def _kept_apart(self, one: int, other: int) -> tuple[str, str] | None:
        if self._apart and self._apart.get(one, set()) & self._apart.get(other, set()):
            return "cannot_link", "somebody decided that these are two people"
        return None

    def _beyond_a_limit(self, one: int, other: int) -> tuple[str, str] | None:
        mine, theirs = self._held[one], self._held[other]
        for kind in sorted(mine.keys() & theirs.keys()):
            allowed = self._limit[kind] * (self._people[one] + self._people[other] - 1)
            together, within = len(mine[kind].keys() | theirs[kind].keys()), ""
            if together > allowed and (window := self._window[kind]):
                united = _united(mine[kind], theirs[kind])
                together = most_at_once(united.values(), window)
                within = f" within {window // MICROSECONDS_PER_DAY} days"
            if together > allowed:
                name = self._names[kind]
                return "limit", f"would hold {together} {name}{within}, at most {allowed}"
        return None

    def _unite(self, one: int, other: int, *, merged_by_decision: bool) -> None:
        if _size(self._held[one]) < _size(self._held[other]):
            one, other = other, one
        self._parent[other] = one
        self._people[one] += self._people[other] - (not merged_by_decision)
        held = self._held[one]
        for kind, values in self._held[other].items():
            held[kind] = _united(held[kind], values) if kind in held else values
        self._held[other] = {}
        if other in self._apart:
            self._apart[one] = self._apart.get(one, set()) | self._apart.pop(other)


def _size(held: Held) -> int:
    return sum(map(len, held.values()))


def _united(values: dict[int, Span], others: dict[int, Span]) -> dict[int, Span]:
    """The values of both, each seen from its first to its last time in either."""
    return {
        value: hull(values.get(value, span), span)
        for value, span in (*values.items(), *others.items())
    }
