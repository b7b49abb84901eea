"""Connected components on integers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

Integers = npt.NDArray[np.integer]
Flags = npt.NDArray[np.bool_]


def component_labels(size: int, left: Integers, right: Integers) -> Integers:
    """Label the nodes 0 to `size` - 1 so that two share a label if and only if a path joins them.

    `left[i]` and `right[i]` are the ends of edge i; repeats, loops and any order are allowed.
    Exact at any path length: there is no round limit. Labels are dense from 0.
    """
    links = np.bincount(left, minlength=size) + np.bincount(right, minlength=size)
    # Nodes with one edge, more than half of all, need no search: they are with their neighbour.
    hangs_left, hangs_right = links[left] == 1, links[right] == 1
    core = np.flatnonzero(~(hangs_left | hangs_right))
    matrix = csr_matrix(
        (np.ones(len(core), dtype=np.int8), (left[core], right[core])), shape=(size, size)
    )
    labels = connected_components(matrix, directed=False)[1]
    labels[left[hangs_left]] = labels[right[hangs_left]]
    labels[right[hangs_right]] = labels[left[hangs_right]]
    return (np.cumsum(members(labels, size), dtype=labels.dtype) - 1)[labels]


def first_positions(labels: Integers, count: int) -> Integers:
    """Where each of the dense labels 0 to `count` - 1 stands first."""
    first = np.empty(count, dtype=np.int64)
    first[labels[::-1]] = np.arange(len(labels) - 1, -1, -1)
    return first


def distinct(values: Integers) -> Integers:
    """The different values, ascending. Sorts: `np.unique` hashes, 50 times slower on integers."""
    ordered = np.sort(values)
    new = np.ones(len(ordered), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]


def union(*arrays: Integers) -> Integers:
    """What is in any of the arrays: ascending, once."""
    return distinct(np.concatenate(arrays))


def common(values: Integers, others: Integers) -> Integers:
    """What is in both arrays: ascending, once."""
    return np.intersect1d(distinct(values), distinct(others), assume_unique=True)


def without(values: Integers, others: Integers) -> Integers:
    """What is in the first array alone: ascending, once."""
    kept = distinct(values)
    return kept[~among(kept, distinct(others))]


def among(values: Integers, ascending: Integers) -> Flags:
    """Which of the values are in an ascending array."""
    if not len(ascending):
        return np.zeros(len(values), dtype=bool)
    at = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return ascending[at] == values


def members(values: Integers, size: int) -> Flags:
    """Which of the numbers 0 to `size` - 1 are among the values."""
    flags = np.zeros(size, dtype=bool)
    flags[values] = True
    return flags
