"""What a customer may hold at most: values of a type, for ever or within a window of time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pipelines.identity.graph import Flags, Integers, component_labels, members
from pipelines.identity.rules.codes import MICROSECONDS_PER_DAY, NO_TIME, Codes, TypeCodes
from pipelines.identity.solve.periods import BEGINNING, END
from pipelines.identity.solve.shapes import Evidence

Span = tuple[int, int]
"""First and last time at which a value was seen, in microseconds."""


def breaks_a_limit(evidence: Evidence, codes: Codes, components: Integers) -> Flags:
    """Which components (dense labels) hold more values of a type than a customer may."""
    types, kind = codes.types, evidence.kind
    count = int(components.max(initial=-1)) + 1
    over = np.zeros((len(types.names), count), dtype=bool)
    for number in np.flatnonzero(types.limit).tolist():
        held = np.bincount(components[kind == number], minlength=count)
        over[number] = held > types.limit[number]
    # These hold too many identifiers; fewer of them hold too many values.
    doubtful = np.flatnonzero(over.any(axis=1))
    suspicious: Flags = np.asarray(over.any(axis=0))
    if not suspicious.any():
        return suspicious
    nodes = np.flatnonzero(suspicious[components] & members(doubtful, len(over) + 1)[kind])
    values = value_labels(evidence, codes, nodes)
    one_of_each = _one_of_each(components[nodes], values)
    for number in doubtful.tolist():
        of_kind = one_of_each[kind[nodes[one_of_each]] == number]
        held = np.bincount(components[nodes[of_kind]], minlength=count)
        over[number] = held > types.limit[number]
        if types.window[number] and over[number].any():
            at = np.flatnonzero(over[number][components[nodes]] & (kind[nodes] == number))
            window = int(types.limit[number]), int(types.window[number])
            over[number] = _crowded(evidence, components, nodes[at], values[at], *window)
    return np.asarray(over.any(axis=0))


def value_labels(evidence: Evidence, codes: Codes, nodes: Integers) -> Integers:
    """One dense label per node: equal for periods of an identifier, and for what is its alias.

    With a node all others of its type and component must be among `nodes`.
    """
    number = np.full(int(evidence.identifier.max(initial=-1)) + 1, -1, dtype=np.int32)
    number[evidence.identifier[nodes]] = np.arange(len(nodes), dtype=np.int32)
    alias = np.flatnonzero(codes.rules.is_alias[evidence.rule] & evidence.usable)
    alias = alias[members(nodes, evidence.nodes)[evidence.left[alias]]]
    labels = component_labels(
        len(nodes),
        number[evidence.identifier[evidence.left[alias]]],
        number[evidence.identifier[evidence.right[alias]]],
    )
    return labels[number[evidence.identifier[nodes]]]


def seen_spans(evidence: Evidence, within: Flags | None = None) -> tuple[Integers, Integers]:
    """First and last time per node; from beginning to end where no edge says.

    Right for the nodes in `within`, which are whole components; None: for all.
    """
    edges = evidence.usable if within is None else evidence.usable & within[evidence.left]
    first, last = np.full(evidence.nodes, END), np.full(evidence.nodes, BEGINNING)
    for ends in (evidence.left[edges], evidence.right[edges]):
        for times in (evidence.first_at[edges], evidence.last_at[edges]):
            known = times != NO_TIME
            np.minimum.at(first, ends[known], times[known])
            np.maximum.at(last, ends[known], times[known])
    unknown = first > last
    first[unknown], last[unknown] = BEGINNING, END
    return first, last


def beyond(types: TypeCodes, kind: int, together: int, allowed: int | None = None) -> str:
    """What a union would hold too much of, in words; `allowed` where it is not the limit."""
    window = int(types.window[kind])
    within = f" within {window // MICROSECONDS_PER_DAY} days" if window else ""
    most = int(types.limit[kind]) if allowed is None else allowed
    return f"would hold {together} {types.names[kind]}{within}, at most {most}"


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
    """Positions of one place per pair of component and value; `values` are labels."""
    count = int(values.max(initial=-1)) + 1
    first = np.full(count, len(values), dtype=np.int64)
    first[values[::-1]] = np.arange(len(values) - 1, -1, -1)
    # A value in two components is rare: an identifier that changed hands.
    elsewhere = np.flatnonzero(components != components[first[values]])
    keys = components[elsewhere].astype(np.int64) * count + values[elsewhere]
    again = elsewhere[np.unique(keys, return_index=True)[1]]
    return np.concatenate([first[first < len(values)], again])


def _crowded(
    evidence: Evidence,
    components: Integers,
    nodes: Integers,
    values: Integers,
    limit: int,
    window: int,
) -> Flags:
    """Components in which more than `limit` values of these nodes fall into one window of time."""
    count = int(components.max(initial=-1)) + 1
    within = members(components[nodes], count)
    first, last = seen_spans(evidence, within[components])
    held: dict[int, dict[int, Span]] = {}
    columns = (components[nodes], values, first[nodes], last[nodes])
    for component, value, *span in zip(*(column.tolist() for column in columns), strict=True):
        spans = held.setdefault(component, {})
        spans[value] = hull(spans.get(value, (span[0], span[1])), (span[0], span[1]))
    crowded = np.zeros(count, dtype=bool)
    for component, spans in held.items():
        crowded[component] = most_at_once(spans.values(), window) > limit
    return crowded
