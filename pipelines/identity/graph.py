"""Connected components on integers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Integers = npt.NDArray[np.int64]


def component_labels(size: int, left: Integers, right: Integers) -> Integers:
    """Label the nodes 0 to `size` - 1 so that two share a label if and only if a path joins them.

    `left[i]` and `right[i]` are the ends of edge i; repeats, loops and any order are allowed.
    Exact at any path length: there is no round limit. Which label a component gets is arbitrary.
    """
    ones = np.ones(len(left), dtype=np.int8)
    matrix = coo_matrix((ones, (left, right)), shape=(size, size))
    return connected_components(matrix, directed=False)[1].astype(np.int64)
