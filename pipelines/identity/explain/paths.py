"""Shortest ways through evidence."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import breadth_first_order

from pipelines.identity.explain.stored import Evidence, Place
from pipelines.identity.graph import Integers


def tree(edges: Iterable[Evidence], start: Place) -> Iterable[Evidence]:
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


def shortest_route(size: int, left: Integers, right: Integers, start: int, end: int) -> list[int]:
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
