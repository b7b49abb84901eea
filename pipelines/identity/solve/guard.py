"""The degree guard: identifiers that are linked to far more others than their like.

A store's phone or an employee's WeChat is linked to many people and says nothing about who they
are. How many is too many is read off the present degrees, between the bounds of the type.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.identity.graph import Flags, Integers, distinct
from pipelines.identity.rules.codes import TypeCodes

_USUAL = 0.999
"""So large a share of the identifiers of a type have a usual number of neighbours …"""
_TOLERANCE = 2
"""… and so many times the usual number is still tolerated."""


@dataclass(frozen=True)
class Degrees:
    """Busy nodes and how many neighbours of one type they have. The arrays are parallel.

    Only degrees that matter are held: those above `least_busy` of the node's type.
    """

    node: Integers
    own_type: Integers
    neighbour_type: Integers
    neighbours: Integers
    strong_neighbours: Integers
    """Of these, how many strong rules name."""


@dataclass(frozen=True)
class Ends:
    """One place per end of an edge: the node there and the identifier at the other end."""

    node: Integers
    neighbour: Integers
    own_type: Integers
    neighbour_type: Integers
    is_strong: Flags


def least_busy(types: TypeCodes) -> Integers:
    """Up to so many neighbours play no part in the limits of a type; -1: no degree does."""
    return np.where(types.guard_min > 0, types.guard_min // _TOLERANCE, -1)


def count_degrees(ends: Ends, types: TypeCodes) -> Degrees:
    """Distinct neighbours per node and neighbour type, of the busy nodes.

    `ends` need only hold those at nodes that may be busy.
    """
    least = least_busy(types)
    node, neighbour = ends.node.astype(np.int64), ends.neighbour.astype(np.int64)
    kind, strong = ends.neighbour_type.astype(np.int64), ends.is_strong
    own = ends.own_type
    key = node * len(types.names) + kind
    order = np.lexsort((~strong, neighbour, key))
    key, neighbour, strong, own = key[order], neighbour[order], strong[order], own[order]
    new = np.ones(len(key), dtype=bool)
    new[1:] = (key[1:] != key[:-1]) | (neighbour[1:] != neighbour[:-1])
    key, strong, own = key[new], strong[new], own[new]
    begins = np.ones(len(key), dtype=bool)
    begins[1:] = key[1:] != key[:-1]
    group, groups = np.cumsum(begins) - 1, int(begins.sum())
    neighbours = np.bincount(group, minlength=groups)
    strong_neighbours = np.bincount(group[strong], minlength=groups)
    busy = neighbours > least[own[begins]]
    key, own = key[begins][busy], own[begins][busy]
    return Degrees(
        node=key // len(types.names),
        own_type=own,
        neighbour_type=key % len(types.names),
        neighbours=neighbours[busy],
        strong_neighbours=strong_neighbours[busy],
    )


def degree_limits(degrees: Degrees, population: Integers, types: TypeCodes) -> Integers:
    """The most neighbours that a node may have: a matrix, own type by neighbour type.

    Twice what 999 of 1000 identifiers of the type have, within the bounds of the type. `degrees`
    are those of all busy nodes; `population[t]` is the number of present identifiers of type t.
    """
    limits = np.repeat(types.guard_min[:, None], len(types.names), axis=1)
    pairs = degrees.own_type * len(types.names) + degrees.neighbour_type
    for pair in distinct(pairs):
        own, kind = divmod(int(pair), len(types.names))
        above = round(float(population[own]) * (1 - _USUAL))
        degree = np.sort(degrees.neighbours[pairs == pair])[::-1]
        usual = int(degree[above]) if above < len(degree) else 0
        limits[own, kind] = np.clip(_TOLERANCE * usual, types.guard_min[own], types.guard_max[own])
    return limits


def guarded_ends(ends: Ends, degrees: Degrees, limit: Integers) -> Integers:
    """For each end the place in `degrees` that makes it useless, -1 where nothing does.

    `limit` is parallel to `degrees`. Where the strong rules alone name no more neighbours than the
    limit allows, they still count, and only what weak rules say is left out.
    """
    place = np.full(len(ends.node), -1)
    rows = np.flatnonzero(degrees.neighbours > limit)
    if not len(rows):
        return place
    kinds = int(max(ends.neighbour_type.max(initial=0), degrees.neighbour_type.max())) + 1
    keys = degrees.node[rows] * kinds + degrees.neighbour_type[rows]
    order = np.argsort(keys)
    rows, keys = rows[order], keys[order]
    suspects = np.zeros(int(max(ends.node.max(initial=0), degrees.node.max())) + 1, dtype=bool)
    suspects[degrees.node[rows]] = True
    at = np.flatnonzero(suspects[ends.node])
    asked = ends.node[at].astype(np.int64) * kinds + ends.neighbour_type[at]
    found = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    row = rows[found]
    useless = ~ends.is_strong[at] | (degrees.strong_neighbours[row] > limit[row])
    useless &= keys[found] == asked
    place[at[useless]] = row[useless]
    return place
