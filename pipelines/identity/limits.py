"""What a customer may hold at most: values of a type, for ever or within a window of time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pipelines.identity.codes import NO_TIME, Codes
from pipelines.identity.graph import Flags, Integers, component_labels, first_positions
from pipelines.identity.periods import BEGINNING, END
from pipelines.identity.shapes import Evidence

Span = tuple[int, int]
"""First and last time at which a value was seen, in microseconds."""


def breaks_a_limit(evidence: Evidence, codes: Codes, components: Integers, count: int) -> Flags:
    """Which of the `count` components hold more values of a type than a customer may."""
    types, kind = codes.types, evidence.kind
    over = np.zeros((len(types.names), count), dtype=bool)
    for number in np.flatnonzero(types.limit):
        held = np.bincount(components[kind == number], minlength=count)
        over[number] = held > types.limit[number]
    suspicious: Flags = np.asarray(over.any(axis=0))
    if not suspicious.any():
        return suspicious
    # These hold too many identifiers; fewer of them hold too many values.
    nodes = np.flatnonzero(suspicious[components])
    values = value_labels(evidence, codes, suspicious[components])
    nodes = nodes[_one_of_each(components[nodes], values[nodes])]
    for number in np.flatnonzero(over.any(axis=1)):
        of_kind = nodes[kind[nodes] == number]
        held = np.bincount(components[of_kind], minlength=count)
        over[number] = held > types.limit[number]
        if types.window[number] and over[number].any():
            over[number] = _crowded(evidence, codes, components, over[number], values, int(number))
    return np.asarray(over.any(axis=0))


def value_labels(evidence: Evidence, codes: Codes, within: Flags) -> Integers:
    """One label per node: equal for the periods of an identifier, and for what is an alias of it.

    Right for the nodes in `within`, which are whole components.
    """
    labels = np.full(evidence.nodes, -1, dtype=np.int64)
    nodes = np.flatnonzero(within)
    number = np.empty(int(evidence.identifier.max(initial=-1)) + 1, dtype=np.int64)
    number[evidence.identifier[nodes]] = np.arange(len(nodes))
    alias = np.flatnonzero(codes.rules.is_alias[evidence.rule] & within[evidence.left])
    joined = component_labels(
        len(nodes),
        number[evidence.identifier[evidence.left[alias]]],
        number[evidence.identifier[evidence.right[alias]]],
    )
    labels[nodes] = joined[number[evidence.identifier[nodes]]]
    return labels


def seen_spans(evidence: Evidence, edges: Integers) -> tuple[Integers, Integers]:
    """First and last time per node over these edges; from beginning to end where no edge says."""
    first, last = np.full(evidence.nodes, END), np.full(evidence.nodes, BEGINNING)
    for ends in (evidence.left[edges], evidence.right[edges]):
        for times in (evidence.first_at[edges], evidence.last_at[edges]):
            known = times != NO_TIME
            np.minimum.at(first, ends[known], times[known])
            np.maximum.at(last, ends[known], times[known])
    unknown = first > last
    first[unknown], last[unknown] = BEGINNING, END
    return first, last


def most_at_once(spans: Iterable[Span], window: int) -> int:
    """How many of the spans one window of this length meets at most."""
    moves = []
    for first, last in spans:
        moves += [(first - window, 0), (last, 1)]
    now = most = 0
    for _, ends in sorted(moves):
        now += -1 if ends else 1
        most = max(most, now)
    return most


def hull(span: Span, other: Span) -> Span:
    """From the earlier beginning to the later end."""
    return min(span[0], other[0]), max(span[1], other[1])


def _one_of_each(components: Integers, values: Integers) -> Integers:
    """Positions of one place per pair of component and value."""
    if not len(values):
        return values
    present, numbers = np.unique(values, return_inverse=True)
    first = first_positions(numbers, len(present))
    # A value in two components is rare: an identifier that changed hands.
    elsewhere = np.flatnonzero(components != components[first[numbers]])
    keys = components[elsewhere].astype(np.int64) * len(present) + numbers[elsewhere]
    return np.concatenate([first, elsewhere[np.unique(keys, return_index=True)[1]]])


def _crowded(
    evidence: Evidence,
    codes: Codes,
    components: Integers,
    over: Flags,
    values: Integers,
    kind: int,
) -> Flags:
    """Of the components in `over`, those with too many values of a kind within one window."""
    limit, window = int(codes.types.limit[kind]), int(codes.types.window[kind])
    first, last = seen_spans(evidence, np.flatnonzero(over[components[evidence.left]]))
    nodes = np.flatnonzero(over[components] & (evidence.kind == kind))
    held: dict[int, dict[int, Span]] = {}
    for node in nodes.tolist():
        spans = held.setdefault(int(components[node]), {})
        value, span = int(values[node]), (int(first[node]), int(last[node]))
        spans[value] = hull(spans.get(value, span), span)
    crowded = np.zeros_like(over)
    for component, spans in held.items():
        crowded[component] = most_at_once(spans.values(), window) > limit
    return crowded
