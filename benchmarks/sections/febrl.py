"""(g) FEBRL: people found from Splink's pairs by our resolution and by Splink's own clustering."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping

from benchmarks.measure import Worker, run_worker
from benchmarks.options import NO_PEERS, Options
from benchmarks.results import Figure, Target

_SETS = ("1", "2", "3", "4")
_FIELDS = {"all": "all fields", "shop": "what a shop knows"}


def measure(options: Options) -> Iterator[Figure]:
    """F1 of pairs per set, with Splink's best over its thresholds as the target."""
    if not options.has_peers:
        yield Figure("g", "FEBRL", None, "", note=NO_PEERS)
        return
    folder = options.work / "g"
    folder.mkdir(parents=True, exist_ok=True)
    run_worker(Worker("febrl_records", (str(folder),), str(options.peers)))
    for fields, label in _FIELDS.items():
        for number in _SETS:
            options.say(f"(g) FEBRL {number}, {label}")
            run = run_worker(Worker("febrl_people", (str(folder), number, fields)))
            ours, splink = run.facts["ours"], run.facts["splink"]
            at = max(splink, key=lambda threshold: splink[threshold]["f1"])
            yield Figure(
                section="g",
                name=f"FEBRL {number}, {label}",
                value=100 * ours["f1"],
                unit="F1 %",
                ours=run,
                peer_name=f"Splink's clustering at {at}",
                target=Target(100 * splink[at]["f1"], "at least"),
                note=f"ours {_text(ours)}; Splink {_text(splink[at])}",
            )
    shutil.rmtree(folder, ignore_errors=True)


def _text(score: Mapping[str, float]) -> str:
    return f"precision {score['precision']:.5f}, recall {score['recall']:.5f}"
