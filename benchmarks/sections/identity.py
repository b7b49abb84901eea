"""(c) Identity resolution, against Splink's clustering and scipy's components, on one graph."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from benchmarks.inputs.graph import make_graph
from benchmarks.measure import Measured, MeasureError, Worker, medians
from benchmarks.options import NO_PEERS, Options, data_folder
from benchmarks.results import Figure, Target

_FASTER_THAN_SPLINK = Target(3.0, "at least")
_PEERS = {
    "splink_text": "Splink clusters the same text keys",
    "splink_integer": "Splink, given integers",
    "scipy": "scipy, given integers (floor)",
}


class WrongPartitionError(MeasureError):
    """Two programs found different groups, so their times must not be compared."""


def measure(options: Options) -> Iterator[Figure]:
    """How many times less CPU than each peer; and a second run, where nothing is new."""
    folder = options.work / "c"
    options.say(f"(c) identity on {options.edges:,} edges")
    graph = make_graph(data_folder(options, "c"), folder, options.edges)
    workers = {
        "ours": Worker("resolve", (str(graph.warehouse),)),
        "scipy": Worker("scipy_components", (str(graph.peers),)),
    }
    if options.has_peers:
        for kind in ("text", "integer"):
            arguments = (str(graph.peers), kind)
            workers[f"splink_{kind}"] = Worker("splink_clusters", arguments, str(options.peers))
    runs = medians(options.repeats, workers)
    _require_equal_partitions(runs)
    ours, sizes = runs["ours"], {"edges": graph.edges, "identifiers": graph.identifiers}
    for name, label in _PEERS.items():
        peer = runs.get(name)
        yield Figure(
            section="c",
            name="resolve identities",
            value=peer.work / ours.work if peer else None,
            unit="peer ÷ ours",
            ours=ours,
            peer_name=label,
            peer=peer,
            target=_FASTER_THAN_SPLINK if name == "splink_text" else None,
            note=f"call alone: {ours.work:.2f} s against {peer.work:.2f} s; {graph.edges:,} edges"
            if peer
            else NO_PEERS,
            sizes=sizes,
        )
    again = float(ours.facts["again_seconds"])
    yield Figure("c", "again, nothing new", again, "CPU s", sizes=sizes)
    shutil.rmtree(folder, ignore_errors=True)


def _require_equal_partitions(runs: dict[str, Measured]) -> None:
    partitions = {name: (run.facts["groups"], run.facts["partition"]) for name, run in runs.items()}
    if len(set(partitions.values())) > 1:
        raise WrongPartitionError(f"(c) the programs found different groups: {partitions}")
