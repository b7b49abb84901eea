"""(d) Attribution: our models' own SQL against ChannelAttribution, on the same journeys."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator

from benchmarks.inputs.journeys import make_journeys
from benchmarks.measure import Measured, MeasureError, Worker, medians
from benchmarks.options import NO_PEERS, Options, data_folder
from benchmarks.results import Figure

_RULES = {"first", "last", "linear"}
"""The models that both have."""
_PEERS = {"heuristic": "heuristic_models", "markov": "markov_model"}


class DifferentCreditError(MeasureError):
    """Two programs credit a channel differently, so their times must not be compared."""


def measure(options: Options) -> Iterator[Figure]:
    """Rule-based models against the peer's; its Markov model alone, as long as we have none."""
    settings = data_folder(options, "d")
    options.say(f"(d) attribution of {options.conversions:,} conversions")
    journeys = make_journeys(settings, options.conversions)
    paths = str(settings.data_folder / "paths.csv")
    workers = {"ours": Worker("attribute", (str(journeys.warehouse), str(journeys.sql), paths))}
    if options.has_peers:
        for kind in _PEERS:
            workers[kind] = Worker("channel_attribution", (paths, kind), str(options.peers))
    runs = medians(options.repeats, workers)
    ours, peer = runs["ours"], runs.get("heuristic")
    sizes = {name: int(ours.facts[name]) for name in ("touches", "distinct_paths")}
    sizes["conversions"] = options.conversions
    if peer:
        _require_equal_credit(ours, peer)
    writing = float(ours.facts["writing_seconds"])
    for name, before, note in (
        ("paths to credit, three models", 0.0, "the peer starts from distinct path texts"),
        ("the same, path texts included", writing, "they are made by DuckDB and written as CSV"),
    ):
        yield Figure(
            section="d",
            name=name,
            value=(peer.work + before) / ours.work if peer else None,
            unit="peer ÷ ours",
            ours=ours,
            peer_name="ChannelAttribution heuristic_models",
            peer=peer,
            note=f"{note}: {ours.work:.2f} s for {sizes['touches']:,} touches against "
            f"{peer.work + before:.2f} s for {sizes['distinct_paths']:,} paths"
            if peer
            else NO_PEERS,
            sizes=sizes,
        )
    joining = float(ours.facts["joining_seconds"])
    yield Figure("d", "touches to ordered paths", joining, "CPU s", ours=ours, sizes=sizes)
    yield Figure(
        section="d",
        name="Markov",
        value=None,
        unit="",
        peer_name="ChannelAttribution markov_model",
        peer=runs.get("markov"),
        note=f"Siyu has no Markov model yet; the peer's call alone: {runs['markov'].work:.2f} s"
        if peer
        else NO_PEERS,
        sizes=sizes,
    )
    shutil.rmtree(settings.data_folder, ignore_errors=True)


def _require_equal_credit(ours: Measured, peer: Measured) -> None:
    credit = [
        {(model, channel): number for model, channel, number in run.facts["credit"]}
        for run in (ours, peer)
    ]
    mine = {key: number for key, number in credit[0].items() if key[0] in _RULES}
    same = mine.keys() == credit[1].keys() and all(
        math.isclose(number, credit[1][key], rel_tol=1e-6, abs_tol=1e-6)
        for key, number in mine.items()
    )
    if not same:
        differing = sorted(
            key for key in mine.keys() | credit[1].keys() if mine.get(key) != credit[1].get(key)
        )
        raise DifferentCreditError(f"(d) credit differs for {differing[:5]}")
