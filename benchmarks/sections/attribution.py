"""(d) Attribution: our models' own SQL and engine against the peers, on the same journeys."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator

from benchmarks.inputs.journeys import make_journeys
from benchmarks.measure import Measured, MeasureError, Worker, medians
from benchmarks.options import NO_PEERS, Options, data_folder
from benchmarks.results import Figure, Target

_PEERS = {
    "heuristics": ("ChannelAttribution heuristic_models", "channel_attribution", ("heuristic",)),
    "markov": ("ChannelAttribution markov_model", "channel_attribution", ("markov",)),
    "shapley": ("marketing-attribution-models", "mam", ()),
}
_BARS = {"heuristics": 0.15, "markov": 0.2, "shapley": 0.05}
"""At most as much of the peer's CPU seconds (1 million paths)."""
_NAMES = {
    "heuristics": "five heuristics, channel totals from the sequence",
    "markov": "Markov of order 1, exact, from the sequence",
    "shapley": "Shapley, exact, from the sequence",
}
_HIGHER = "Markov of order 1 to 3, exact, from the sequence"
_PEER_STARTS = {
    "heuristics": "from one path text per conversion",
    "markov": "from distinct path texts",
    "shapley": "from one path text per journey",
}
_FLOOR_BAR = 4.0
_SIMULATION_ERROR = 0.02
"""Of a removal effect: the peer simulates, by default until its own runs differ by 5 %."""


class DifferentCreditError(MeasureError):
    """Two programs credit a channel differently, so their times must not be compared."""


def measure(options: Options) -> Iterator[Figure]:
    """Each family of models against its peer and against grouping the sequence once."""
    settings = data_folder(options, "d")
    options.say(f"(d) attribution of {options.conversions:,} conversions")
    journeys = make_journeys(settings, options.conversions)
    files = {name: str(settings.data_folder / f"{name}.csv") for name in ("journeys", "paths")}
    inputs = (str(journeys.warehouse), str(journeys.sql), *files.values())
    workers = {"ours": Worker("attribute", inputs)}
    if options.has_peers:
        for kind, (_, module, arguments) in _PEERS.items():
            file = files["journeys" if kind == "heuristics" else "paths"]
            workers[kind] = Worker(module, (file, *arguments), str(options.peers))
    runs = medians(options.repeats, workers)
    ours = runs["ours"]
    _require_equal_credit(ours, runs.get("heuristics"), runs.get("markov"))
    sizes = {name: int(ours.facts[name]) for name in ("touches", "distinct_paths")}
    sizes["conversions"] = options.conversions
    seconds = {name: float(value) for name, value in ours.facts["seconds"].items()}
    for kind, name in _NAMES.items():
        peer, mine = runs.get(kind), seconds[kind]
        yield Figure(
            section="d",
            name=name,
            value=mine / peer.work if peer else None,
            unit="× peer",
            ours=ours,
            peer_name=_PEERS[kind][0],
            peer=peer,
            target=Target(_BARS[kind], "at most"),
            note=f"{mine:.2f} s for {sizes['touches']:,} touches against {peer.work:.2f} s "
            f"{_PEER_STARTS[kind]}"
            if peer
            else NO_PEERS,
            sizes=sizes,
        )
    against_floor = {name: seconds[kind] for kind, name in _NAMES.items()}
    against_floor[_HIGHER] = seconds["markov"] + seconds["higher"]
    for name, mine in against_floor.items():
        yield Figure(
            section="d",
            name=name,
            value=mine / seconds["floor"],
            unit="× grouping",
            target=Target(_FLOOR_BAR, "at most"),
            note=f"{mine:.2f} s against {seconds['floor']:.2f} s to group the sequence by "
            "conversion once",
            sizes=sizes,
        )
    for kind, name in (
        ("joining", "touches to ordered paths, converting and not"),
        ("credit", "credit of every touch in five heuristics, money to the fen"),
    ):
        yield Figure("d", name, seconds[kind], "CPU s", sizes=sizes)
    shutil.rmtree(settings.data_folder, ignore_errors=True)


def _require_equal_credit(
    ours: Measured, heuristics: Measured | None, markov: Measured | None
) -> None:
    """The totals, the touch-grain credit and the peer's figures say the same."""
    totals = {(model, channel): value for model, channel, value in ours.facts["totals"]}
    credit = {(model, channel): value for model, channel, value in ours.facts["credit"]}
    _require_close("credit", totals, {key: credit[key] for key in totals}, 1e-6)
    if heuristics:
        theirs = {(model, channel): value for model, channel, value in heuristics.facts["credit"]}
        _require_close("credit", {key: totals[key] for key in theirs}, theirs, 1e-6)
    if markov:
        effects = {("markov_1", name): value for name, value in ours.facts["effects"].items()}
        theirs = {("markov_1", name): value for name, value in markov.facts["effects"].items()}
        _require_close("removal effect", effects, theirs, _SIMULATION_ERROR)


def _require_close(
    what: str, mine: dict[tuple[str, str], float], theirs: dict[tuple[str, str], float], by: float
) -> None:
    differing = sorted(
        key
        for key in mine.keys() | theirs.keys()
        if key not in mine
        or key not in theirs
        or not math.isclose(mine[key], theirs[key], rel_tol=by, abs_tol=by)
    )
    if differing:
        raise DifferentCreditError(f"(d) {what} differs for {differing[:5]}")
