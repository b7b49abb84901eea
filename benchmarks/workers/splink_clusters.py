"""Splink's clustering (peer): argument 1 the graph, 2 `text` or `integer`, the kind of its keys."""

from __future__ import annotations

import sys

import duckdb
from splink.backends.duckdb import DuckDBAPI
from splink.clustering import cluster_pairwise_predictions_at_threshold

from benchmarks.workers.partition import fingerprint
from benchmarks.workers.told import Clock, tell


def main(graph: str, kind: str) -> None:
    """From edges that are all matches to a cluster per node, in Splink's DuckDB backend."""
    key, left, right = (
        ("unique_id", "unique_id_l", "unique_id_r")
        if kind == "text"
        else ("node", "node_l", "node_r")
    )
    clock = Clock()
    with duckdb.connect(graph) as connection:
        with clock.running():
            clusters = cluster_pairwise_predictions_at_threshold(
                connection.sql(f"select {key} from nodes"),
                connection.sql(f"select {left}, {right} from edges"),
                DuckDBAPI(connection),
                node_id_column_name=key,
                edge_id_column_name_left=left,
                edge_id_column_name_right=right,
            )
        groups, partition = fingerprint(
            connection,
            "select nodes.node as member, found.cluster_id as label "
            f"from {clusters.physical_name} found join nodes using ({key})",
        )
    tell(clock, groups=groups, partition=partition)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
