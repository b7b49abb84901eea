"""scipy's connected components on integers, the floor: argument 1 the graph."""

from __future__ import annotations

import sys

import duckdb
import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from benchmarks.workers.partition import fingerprint
from benchmarks.workers.told import Clock, tell


def main(graph: str) -> None:
    """From two integer columns to a label per node, in memory; nothing is written."""
    clock = Clock()
    with duckdb.connect(graph) as connection:
        with clock.running():
            edges = connection.execute("select node_l, node_r from edges").fetchnumpy()
            [(last,)] = connection.execute("select max(node) from nodes").fetchall()
            ones = np.ones(len(edges["node_l"]), dtype=np.int8)
            matrix = coo_matrix((ones, (edges["node_l"], edges["node_r"])), shape=(last + 1,) * 2)
            labels = connected_components(matrix, directed=False)[1]
        found = pa.table({"node": np.arange(last + 1), "label": labels})
        connection.register("found", found)
        groups, partition = fingerprint(
            connection,
            "select node as member, label from found join nodes using (node)",
        )
    tell(clock, groups=groups, partition=partition)


if __name__ == "__main__":
    main(sys.argv[1])
