"""What the solver takes and gives: plain arrays over numbered nodes, no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from pipelines.identity.graph import Flags, Integers

Ranks = Callable[[Integers], Integers]
"""From identifiers to their ranks by md5 of type and value, which no order of arrival changes."""


@dataclass(frozen=True)
class Evidence:
    """Edges between nodes, and what people decided. Edge arrays are parallel."""

    nodes: int
    identifier: Integers
    """Of each node; two periods of one identifier are two nodes."""
    kind: Integers
    """Type of each node, as a number; -1 where no edge says."""
    left: Integers
    right: Integers
    rule: Integers
    count: Integers
    """How many rows of evidence state the edge."""
    first_at: Integers
    """Microseconds, NO_TIME where unknown; so is `last_at`."""
    last_at: Integers
    usable: Flags
    """Edges that may join; the others are as if they were not there."""
    must: Integers
    """Pairs of nodes (two columns) that are one person."""
    cannot: Integers
    """Pairs of nodes that are two people."""

    def part(self, within: Flags) -> tuple[Evidence, Integers]:
        """The evidence about the nodes in `within`, which are whole components.

        They are numbered from 0 in their order; also returns the usable edges among them, which
        are the edges of the part.
        """
        edges = np.flatnonzero(within[self.left] & self.usable)
        number = np.cumsum(within, dtype=np.int32) - 1
        part = Evidence(
            nodes=int(np.count_nonzero(within)),
            identifier=self.identifier[within],
            kind=self.kind[within],
            left=number[self.left[edges]],
            right=number[self.right[edges]],
            rule=self.rule[edges],
            count=self.count[edges],
            first_at=self.first_at[edges],
            last_at=self.last_at[edges],
            usable=np.ones(len(edges), dtype=bool),
            must=number[self.must[within[self.must].all(axis=1)]],
            cannot=number[self.cannot[within[self.cannot].all(axis=1)]],
        )
        return part, edges


@dataclass
class Refusals:
    """Edges that must not join their ends, and why. The lists are parallel."""

    edges: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def extend(self, edges: list[int], reason: str, details: list[str]) -> None:
        """Note edges that are refused for one reason."""
        self.edges += edges
        self.reasons += [reason] * len(edges)
        self.details += details


@dataclass(frozen=True)
class Partition:
    """Dense labels of the nodes, and the edges that were refused."""

    components: Integers
    """What evidence alone would join."""
    people: Integers
    refusals: Refusals
