"""Which edges may join at all: before limits, edge by edge and from its two ends alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.identity.graph import Flags, Integers, distinct, members
from pipelines.identity.rules.codes import Codes
from pipelines.identity.solve.guard import Ends
from pipelines.identity.solve.periods import Periods, find_periods, may_be_silent

REASONS = (
    "",
    "rule_inactive",
    "too_little_evidence",
    "blocked",
    "taken_out",
    "degree_guard",
    "limit",
    "cannot_link",
    "contested",
    "shared_device",
)
"""Why an edge joins nobody, by number; 0: it does."""
_INACTIVE, _TOO_LITTLE, _BLOCKED, _TAKEN_OUT, GUARDED = range(1, 6)
SHARED_DEVICE = 9


@dataclass(frozen=True)
class Edges:
    """Edges between positions in some array of identifiers. The arrays are parallel."""

    edge_id: Integers
    a: Integers
    b: Integers
    rule: Integers
    count: Integers
    first_at: Integers
    """Microseconds, NO_TIME where unknown; so is `last_at`."""
    last_at: Integers

    def __getitem__(self, chosen: Flags | Integers) -> Edges:
        return Edges(*(column[chosen] for column in vars(self).values()))

    def __len__(self) -> int:
        return len(self.edge_id)

    def where(self, chosen: Flags) -> Edges:
        """The chosen edges; these very arrays, not copies, where all are."""
        return self if chosen.all() else self[chosen]


def screen(edges: Edges, codes: Codes, blocked: Flags, taken_out: Flags) -> Integers:
    """Why each edge cannot be used, as a number of REASONS; 0 where it can.

    `blocked` and `taken_out` say it of the identifiers at the ends.
    """
    rules = codes.rules
    reasons = np.zeros(len(edges), dtype=np.int8)
    if taken_out.any():
        reasons[taken_out[edges.a] | taken_out[edges.b]] = _TAKEN_OUT
    if blocked.any():
        reasons[blocked[edges.a] | blocked[edges.b]] = _BLOCKED
    if (rules.min_evidence > 1).any():
        reasons[_too_little(edges, codes)] = _TOO_LITTLE
    if not rules.is_active.all():
        reasons[~rules.is_active[edges.rule]] = _INACTIVE
    return reasons


def periods_of(edges: Edges, codes: Codes, size: int) -> Periods:
    """The periods of `size` identifiers, from all of their usable edges."""
    rules, silence = codes.rules, np.append(codes.types.silence, 0)  # type -1: no such rule
    if not may_be_silent(edges.first_at, edges.last_at, silence):
        return Periods(size, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    places, at, quiet = [], [], []
    for end, types in ((edges.a, rules.type_a), (edges.b, rules.type_b)):
        of_rule = silence[types]
        edge = np.flatnonzero((of_rule > 0)[edges.rule])
        places.append(end[edge])
        quiet.append(of_rule[edges.rule[edge]])
        at.append(edge)
    chosen = np.concatenate(at)
    return find_periods(
        size,
        np.concatenate(places),
        edges.first_at[chosen],
        edges.last_at[chosen],
        np.concatenate(quiet),
    )


def often_linked(
    edges: Edges, codes: Codes, left: Integers, right: Integers, least: Integers
) -> Integers:
    """Edges, ascending, at nodes with more than `least` edges to neighbours of one type.

    `least` is by type of the node, -1 where no number is too many. Repeats count, so this is cheap
    and too much: for a count of different neighbours no other edges matter.
    """
    rules, types = codes.rules, len(codes.types.names)
    pair_of_rule = rules.type_a * types + rules.type_b
    pair = pair_of_rule.astype(np.int16 if types < 180 else np.int64)[edges.rule]
    present = pair_of_rule[members(edges.rule, len(pair_of_rule))]
    codes_of_pairs = distinct(present[present >= 0]).tolist()
    at = {code: np.flatnonzero(pair == code) for code in codes_of_pairs}
    none = np.empty(0, dtype=np.int64)
    links = np.empty(int(max(left.max(initial=0), right.max(initial=0))) + 1, dtype=np.int32)
    found = np.zeros(len(edges), dtype=bool)
    for own, kind in sorted({(a, b) for code in at for a, b in _both_ways(code, types)}):
        if least[own] < 0:
            continue
        here, there = at.get(own * types + kind, none), at.get(kind * types + own, none)
        ends = [(here, left[here]), (there, right[there])]
        links[:] = 0
        for _, nodes in ends:
            np.add.at(links, nodes, np.int32(1))
        is_busy = links > int(least[own])
        if is_busy.any():
            for chosen, nodes in ends:
                found[chosen[is_busy[nodes]]] = True
    return np.flatnonzero(found)


def _both_ways(code: int, types: int) -> list[tuple[int, int]]:
    a, b = divmod(code, types)
    return [(a, b), (b, a)]


def ends_of(edges: Edges, codes: Codes, left: Integers, right: Integers) -> Ends:
    """Both ends of each edge, first the `left` ones, for the degree guard."""
    rules = codes.rules
    type_a = rules.type_a.astype(np.int16)[edges.rule]
    type_b = rules.type_b.astype(np.int16)[edges.rule]
    strong = rules.is_strong[edges.rule]
    return Ends(
        node=np.concatenate([left, right]),
        neighbour=np.concatenate([edges.b, edges.a]),
        own_type=np.concatenate([type_a, type_b]),
        neighbour_type=np.concatenate([type_b, type_a]),
        is_strong=np.concatenate([strong, strong]),
    )


def on_devices(edges: Edges, codes: Codes) -> Flags:
    """Edges with a shared device at an end."""
    rules = device_rules(codes)
    return rules[edges.rule] if rules.any() else np.zeros(len(edges), dtype=bool)


def device_rules(codes: Codes) -> Flags:
    """Rules with a shared device at an end, by rule_id."""
    device = np.append(codes.types.is_device, False)  # type -1: no such rule
    return device[codes.rules.type_a] | device[codes.rules.type_b]


def _too_little(edges: Edges, codes: Codes) -> Integers:
    """Edges whose pair has, over all sources, fewer rows of evidence than the rule asks for."""
    asked = np.flatnonzero(codes.rules.min_evidence[edges.rule] > 1)
    order = np.lexsort((edges.rule[asked], edges.b[asked], edges.a[asked]))
    asked = asked[order]
    begins = np.ones(len(asked), dtype=bool)
    for column in (edges.a, edges.b, edges.rule):
        values = column[asked]
        begins[1:] &= values[1:] == values[:-1]
    begins[1:] = ~begins[1:]
    pair = np.cumsum(begins) - 1
    stated = np.bincount(pair, weights=edges.count[asked])
    return asked[stated[pair] < codes.rules.min_evidence[edges.rule[asked]]]
