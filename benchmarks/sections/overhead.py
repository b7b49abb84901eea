"""(e) What a command and a refresh cost before there is anything to do."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.inputs.brand import clear
from benchmarks.measure import Measured
from benchmarks.options import Options, data_folder
from benchmarks.refreshing import refresh, set_up, siyu, time_parts
from benchmarks.results import Figure, Target

_EMPTY_REFRESH = Target(12.0, "at most")


def measure(options: Options) -> Iterator[Figure]:
    """The command line, a refresh of nothing at all, and one with nothing new."""
    settings = data_folder(options, "e")
    clear(settings)
    options.say("(e) setting up")
    set_up(settings)
    yield _seconds("siyu --help", siyu(settings, "--help"))
    options.say("(e) refreshing an empty landing folder")
    empty = refresh(settings)
    yield _seconds(
        "empty refresh",
        empty,
        target=_EMPTY_REFRESH,
        note="every stage, no rows, after set-up",
        parts=time_parts(empty),
    )
    again = refresh(settings, expect="nothing_new")
    yield _seconds("refresh with nothing new", again, note="after an empty refresh")
    yield _seconds("siyu versions", siyu(settings, "versions"))
    clear(settings)


def _seconds(
    name: str,
    measured: Measured,
    *,
    target: Target | None = None,
    note: str = "",
    parts: dict[str, float] | None = None,
) -> Figure:
    return Figure(
        section="e",
        name=name,
        value=measured.cpu_seconds,
        unit="CPU s",
        ours=measured,
        target=target,
        note=note,
        parts=parts or {},
    )
