"""Identifiers that change hands: after a long silence a new period of the identifier begins."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipelines.identity.graph import Flags, Integers, among, distinct
from pipelines.identity.rules.codes import NO_TIME

BEGINNING = -2_208_988_800_000_000
"""1900-01-01 in microseconds: where the first period begins."""
END = 253_402_214_400_000_000
"""9999-12-31 in microseconds: where the last period ends."""


@dataclass(frozen=True)
class Periods:
    """Nodes of the graph: 0 to `size` - 1 are the first periods of as many identifiers.

    The later periods of the few identifiers that have any follow, in the order of the arrays.
    """

    size: int
    identifier: Integers
    """Of each later period, ascending."""
    start: Integers
    """When it begins, ascending within the identifier; it ends where the next one begins."""

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return self.size + len(self.identifier)

    @cached_property
    def identifiers(self) -> Integers:
        """The identifier of each node."""
        return np.concatenate([np.arange(self.size), self.identifier], dtype=np.int32)

    @cached_property
    def starts(self) -> Integers:
        """When the period of each node begins."""
        return np.concatenate([np.full(self.size, BEGINNING), self.start])

    def starts_of(self, nodes: Integers) -> Integers:
        """As `starts`, of some nodes."""
        starts = np.full(len(nodes), BEGINNING)
        later = np.flatnonzero(nodes >= self.size)
        starts[later] = self.start[nodes[later] - self.size]
        return starts

    @cached_property
    def ends(self) -> Integers:
        """When the period of each node ends."""
        ends = np.full(self.nodes, END)
        first = np.ones(len(self.identifier), dtype=bool)
        first[1:] = self.identifier[1:] != self.identifier[:-1]
        ends[self.identifier[first]] = self.start[first]
        ends[self.size :][:-1][~first[1:]] = self.start[1:][~first[1:]]
        return ends

    def nodes_of(self, identifier: int) -> list[int]:
        """The nodes of one identifier, in the order of time."""
        low, high = np.searchsorted(self.identifier, [identifier, identifier + 1]).tolist()
        return [identifier, *range(self.size + low, self.size + high)]

    def node_of(self, identifiers: Integers, times: Integers) -> Integers:
        """The node of each identifier at each time; the last period where that is not known."""
        if not len(self.identifier):
            return identifiers
        nodes = identifiers.astype(np.int32)
        changing = np.flatnonzero(among(identifiers, distinct(self.identifier)))
        asked = np.where(times[changing] == NO_TIME, END, times[changing])
        ranks = np.unique(np.concatenate([self.start, asked]), return_inverse=True)[1]
        stride = len(ranks) + 1
        begun = self.identifier * stride + ranks[: len(self.start)]
        at = identifiers[changing].astype(np.int64)
        last = np.searchsorted(begun, at * stride + ranks[len(self.start) :], "right") - 1
        later = (last >= 0) & (self.identifier[last] == at)
        nodes[changing[later]] = self.size + last[later]
        return nodes


def find_periods(
    size: int, identifiers: Integers, first_at: Integers, last_at: Integers, silence: Integers
) -> Periods:
    """Find where identifiers fall silent for longer than `silence` and come back.

    Parallel arrays with one place per identifier (0 to `size` - 1) and edge: the first and the
    last time at which the edge was seen (NO_TIME where that is not known: no period depends on it)
    and the silence of the identifier's type in microseconds, 0 where it never changes hands.
    """
    counted = (silence > 0) & ((first_at != NO_TIME) | (last_at != NO_TIME))
    columns = (identifiers, first_at, last_at, silence)
    if not counted.all():
        columns = tuple(column[counted] for column in columns)
    identifier, first, last, quiet = columns
    first = np.where(first == NO_TIME, last, first)
    last = np.maximum(first, last)
    may = _is_silent_once(size, identifier, first, last, quiet)
    identifier, first, last, quiet = identifier[may], first[may], last[may], quiet[may]
    order = np.lexsort((first, identifier))
    identifier, first, last, quiet = identifier[order], first[order], last[order], quiet[order]
    same = np.zeros(len(identifier), dtype=bool)
    same[1:] = identifier[1:] == identifier[:-1]
    so_far = _running_maximum(last, same)
    begins = same.copy()
    begins[1:] &= first[1:] - so_far[:-1] > quiet[1:]
    return Periods(size, identifier[begins].astype(np.int64), first[begins])


def may_be_silent(first_at: Integers, last_at: Integers, silence: Integers) -> bool:
    """Cheap and sufficient: no edge starts a silence after the end of another, whose ever it is.

    `silence` is by type, 0 where an identifier never changes hands.
    """
    last = np.maximum(first_at, last_at)
    if int(last.min(initial=END)) == NO_TIME:
        last = last[last != NO_TIME]
    if not len(last) or not silence.any():
        return False
    latest = max(int(first_at.max()), int(last_at[first_at == NO_TIME].max(initial=NO_TIME)))
    return latest - int(last.min()) > int(silence[silence > 0].min())


def _is_silent_once(
    size: int, identifier: Integers, first: Integers, last: Integers, quiet: Integers
) -> Flags:
    """Cheap and sufficient: between an identifier's earliest end and latest start lies silence."""
    earliest = np.full(size, END)
    latest = np.full(size, BEGINNING)
    np.minimum.at(earliest, identifier, last)
    np.maximum.at(latest, identifier, first)
    return (latest - earliest)[identifier] > quiet


def _running_maximum(values: Integers, same: Flags) -> Integers:
    """The greatest value so far within each run of `same`."""
    ranked, rank = np.unique(values, return_inverse=True)
    floor = np.cumsum(~same) * (len(ranked) + 1)
    return ranked[np.maximum.accumulate(floor + rank) - floor] if len(values) else values
