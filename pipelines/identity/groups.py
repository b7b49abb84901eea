"""Groups of identifiers that grow union by union, as far as limits and decisions allow."""

from __future__ import annotations

from pipelines.identity.codes import MICROSECONDS_PER_DAY, Codes
from pipelines.identity.limits import Span, hull, most_at_once

Held = dict[int, dict[int, Span]]
"""By type: the values that a group holds, and when each was seen."""
Refusal = tuple[str, str]
"""A reason and its detail in words."""


class Groups:
    """Groups by number, what they hold, and whom they may not meet."""

    def __init__(self, held: list[Held], merged: list[int], codes: Codes) -> None:
        """`merged` says how often people's decisions made one of two in each group."""
        self._parent = list(range(len(held)))
        self._held = held
        self._merged = merged
        self._apart: dict[int, set[int]] = {}
        self._pairs = 0
        self._names = codes.types.names
        self._limit = codes.types.limit.tolist()
        self._window = codes.types.window.tolist()

    def keep_apart(self, left: int, right: int) -> None:
        """Two groups that no union may bring together."""
        self._pairs += 1
        self._apart.setdefault(left, set()).add(self._pairs)
        self._apart.setdefault(right, set()).add(self._pairs)

    def are_one(self, left: int, right: int) -> bool:
        """Whether two groups were joined."""
        return self._find(left) == self._find(right)

    def join(self, left: int, right: int, *, is_decision: bool) -> Refusal | None:
        """Unite two groups, or say why not. A decision outranks limits."""
        one, other = self._find(left), self._find(right)
        if one == other:
            return None
        if self._apart and self._apart.get(one, set()) & self._apart.get(other, set()):
            return "cannot_link", "somebody decided that these are two people"
        if not is_decision and (refused := self._beyond_a_limit(one, other)):
            return refused
        self._unite(one, other)
        self._merged[self._find(one)] += is_decision
        return None

    def roots(self) -> tuple[list[int], list[int]]:
        """For each group the one that it was joined to, and how often people merged within it."""
        roots = [self._find(group) for group in range(len(self._parent))]
        return roots, [self._merged[root] for root in roots]

    def _find(self, group: int) -> int:
        parent = self._parent
        while parent[group] != group:
            parent[group] = parent[parent[group]]
            group = parent[group]
        return group

    def _beyond_a_limit(self, one: int, other: int) -> Refusal | None:
        mine, theirs = self._held[one], self._held[other]
        for kind in sorted(mine.keys() & theirs.keys()):
            allowed = self._limit[kind] * (1 + self._merged[one] + self._merged[other])
            together, within = len(mine[kind].keys() | theirs[kind].keys()), ""
            if together > allowed and (window := self._window[kind]):
                together = most_at_once(_united(mine[kind], theirs[kind]).values(), window)
                within = f" within {window // MICROSECONDS_PER_DAY} days"
            if together > allowed:
                name = self._names[kind]
                return "limit", f"would hold {together} {name}{within}, at most {allowed}"
        return None

    def _unite(self, one: int, other: int) -> None:
        if _size(self._held[one]) < _size(self._held[other]):
            one, other = other, one
        self._parent[other] = one
        self._merged[one] += self._merged[other]
        held = self._held[one]
        for kind, values in self._held[other].items():
            held[kind] = _united(held[kind], values) if kind in held else values
        self._held[other] = {}
        if other in self._apart:
            self._apart[one] = self._apart.get(one, set()) | self._apart.pop(other)


def _size(held: Held) -> int:
    return sum(map(len, held.values()))


def _united(values: dict[int, Span], others: dict[int, Span]) -> dict[int, Span]:
    """The values of both, each seen from its first to its last time in either."""
    united = dict(values)
    for value, span in others.items():
        united[value] = hull(united[value], span) if value in united else span
    return united
