"""(c) Identity resolution, against Splink's clustering and scipy's components, on one graph."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.inputs.graph import make_graph, write_peers
from benchmarks.measure import Measured, MeasureError, Worker, medians, run_worker
from benchmarks.options import NO_PEERS, Options, data_folder
from benchmarks.results import Figure, Target

_MEANT_FOR = 9_500_000
"""Rows from which on the targets hold: below, what every run costs counts too much."""
_PEERS = [
    ("first", "splink_text", "from text keys", "Splink, text keys", Target(3.0, "at least")),
    ("full", "splink_integer", "from integers", "Splink, integers", Target(5.0, "at least")),
    ("full", "scipy", "from integers", "scipy, in memory (floor)", None),
]
_SECONDS = [
    ("full", "everything anew", Target(10.0, "at most")),
    ("news", "one row in a hundred is new", Target(2.0, "at most")),
    ("again", "nothing is new", None),
]
_MEMORY = Target(2000.0, "at most")


class WrongPartitionError(MeasureError):
    """Two programs found different groups, so their times must not be compared."""


def measure(options: Options) -> Iterator[Figure]:
    """How many times less CPU than each peer; what everything, some news and no news cost."""
    folder = options.work / "c"
    options.say(f"(c) identity on {options.edges:,} edges")
    graph = make_graph(data_folder(options, "c"), folder, options.edges)
    work, state, peers = (str(folder / name) for name in ("run.duckdb", "state.duckdb", "peers"))
    first = run_worker(Worker("resolve", (str(graph.warehouse), "first", state)))
    nodes, edges = write_peers(folder / "state.duckdb", folder / "peers")
    workers = {
        "first": Worker("resolve", (str(graph.warehouse), "first", work)),
        **{step: Worker("resolve", (state, step, work)) for step in ("full", "again", "news")},
        "scipy": Worker("scipy_components", (peers,)),
    }
    if options.has_peers:
        for kind in ("text", "integer"):
            workers[f"splink_{kind}"] = Worker("splink_clusters", (peers, kind), str(options.peers))
    runs = medians(options.repeats, workers)
    everything = run_worker(Worker("resolve", (str(graph.warehouse), "all", work)))
    _require_equal({"first, before": first} | {n: r for n, r in runs.items() if n != "news"})
    _require_equal({"news": runs["news"], "all at once": everything})
    sizes = {
        "rows": graph.rows, "news": graph.news, "identifiers": nodes, "used edges": edges,
    }  # fmt: skip
    for figure in (*_against_peers(runs, sizes), *_alone(runs, sizes)):
        yield figure if graph.rows >= _MEANT_FOR else replace(figure, target=None)
    shutil.rmtree(folder, ignore_errors=True)


def _against_peers(runs: dict[str, Measured], sizes: dict[str, int]) -> Iterator[Figure]:
    for step, name, label, peer_label, target in _PEERS:
        ours, peer = runs[step], runs.get(name)
        yield Figure(
            section="c",
            name=f"resolve identities, {label}",
            value=peer.work / ours.work if peer else None,
            unit="peer ÷ ours",
            ours=ours,
            peer_name=peer_label,
            peer=peer,
            target=target,
            note=f"call alone: {ours.work:.2f} s against {peer.work:.2f} s" if peer else NO_PEERS,
            sizes=sizes,
        )


def _alone(runs: dict[str, Measured], sizes: dict[str, int]) -> Iterator[Figure]:
    for step, label, target in _SECONDS:
        run = runs[step]
        yield Figure("c", label, run.work, "CPU s", run, target=target, sizes=sizes)
    full = runs["full"]
    name = "everything anew, peak memory"
    yield Figure("c", name, full.peak_mb, "MB", full, target=_MEMORY, sizes=sizes)


def _require_equal(runs: dict[str, Measured]) -> None:
    partitions = {name: (run.facts["groups"], run.facts["partition"]) for name, run in runs.items()}
    if len(set(partitions.values())) > 1:
        raise WrongPartitionError(f"(c) the programs found different groups: {partitions}")
