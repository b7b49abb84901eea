"""What the solver takes and gives: plain arrays over numbered nodes, no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pipelines.identity.graph import Integers

Ranks = Callable[[Integers], Integers]
"""From identifiers to their ranks by type and value, which no order of arrival changes."""


@dataclass(frozen=True)
class Evidence:
    """The usable edges between nodes, and what people decided. Edge arrays are parallel."""

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
    must: Integers
    """Pairs of nodes (two columns) that are one person."""
    cannot: Integers
    """Pairs of nodes that are two people."""


@dataclass
class Refusals:
    """Edges that must not join their ends, and why. The lists are parallel."""

    edges: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def add(self, edge: int, reason: str, detail: str) -> None:
        """Note one edge."""
        self.edges.append(edge)
        self.reasons.append(reason)
        self.details.append(detail)


@dataclass(frozen=True)
class Partition:
    """Dense labels of the nodes, and the edges that were refused."""

    components: Integers
    """What evidence alone would join."""
    people: Integers
    refusals: Refusals
