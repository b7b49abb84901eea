"""Connected components on integers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.integer]
Flags = npt.NDArray[np.bool_]
_SPARSE = 64
"""A flag for so many numbers costs less than to search or to sort one."""


def component_labels(size: int, left: Integers, right: Integers) -> Integers:
    """Label the nodes 0 to `size` - 1 so that two share a label if and only if a path joins them.

    `left[i]` and `right[i]` are the ends of edge i; repeats, loops and any order are allowed.
    Exact at any path length: there is no round limit. Labels are dense from 0, in the order of the
    components' first nodes; as 32 bits, which are half the memory to go through.
    """
    nodes: Integers = np.arange(size, dtype=np.int32)
    # Every node hangs below a lower neighbour, whichever. A node that stays on top twice in a row
    # took in a neighbour the first time: so the tops halve with every second round.
    top = nodes.copy()
    top[np.maximum(left, right)] = np.minimum(left, right)
    _follow(top)
    labels = np.cumsum(top == nodes, dtype=np.int32)[top] - 1
    apart = np.flatnonzero(top[left] != top[right])
    if not len(apart):
        return labels
    tops = int(labels.max()) + 1
    return component_labels(tops, labels[left[apart]], labels[right[apart]])[labels]


def _follow(above: Integers) -> None:
    """Let every node name the top of its tree instead of the node above it."""
    below = np.flatnonzero(above[above] != above)
    while len(below):
        higher = above[above[below]]
        moved = higher != above[below]
        above[below] = higher
        below = below[moved]


def first_positions(labels: Integers, count: int) -> Integers:
    """Where each of the dense labels 0 to `count` - 1 stands first."""
    first = np.empty(count, dtype=np.int32)
    first[labels[::-1]] = np.arange(len(labels) - 1, -1, -1, dtype=np.int32)
    return first


def distinct(values: Integers) -> Integers:
    """The different values, ascending; these very ones where they are that already.

    Flags or sorts: `np.unique` hashes, 50 times slower on integers.
    """
    if not len(values) or (values[1:] > values[:-1]).all():
        return values
    return union(values)


def union(*arrays: Integers) -> Integers:
    """What is in any of the arrays: ascending, once."""
    kept = [values for values in arrays if len(values)]
    kind, size = np.result_type(*arrays), sum(map(len, kept))
    highest = max((int(values.max()) for values in kept), default=0)
    if highest < _SPARSE * size and min(int(values.min()) for values in kept) >= 0:
        flags = np.zeros(highest + 1, dtype=bool)
        for values in kept:
            flags[values] = True
        return np.flatnonzero(flags).astype(kind, copy=False)
    ordered = np.sort(np.concatenate(arrays))
    new = np.ones(size, dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]


def common(values: Integers, others: Integers) -> Integers:
    """What is in both arrays: ascending, once."""
    kept = distinct(values)
    return kept[among(kept, distinct(others))]


def without(values: Integers, others: Integers) -> Integers:
    """What is in the first array alone: ascending, once."""
    kept = distinct(values)
    return kept[~among(kept, distinct(others))]


def among(values: Integers, ascending: Integers) -> Flags:
    """Which of the values are in an ascending array."""
    if not len(ascending) or not len(values):
        return np.zeros(values.shape, dtype=bool)
    highest = max(int(ascending[-1]), int(values.max()))
    if highest < _SPARSE * values.size and min(int(ascending[0]), int(values.min())) >= 0:
        return members(ascending, highest + 1)[values]
    at = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return ascending[at] == values


def members(values: Integers, size: int) -> Flags:
    """Which of the numbers 0 to `size` - 1 are among the values."""
    flags = np.zeros(size, dtype=bool)
    flags[values] = True
    return flags
