"""Groups of identifiers that grow union by union, as far as limits and decisions allow."""

from __future__ import annotations

from collections.abc import Collection

from pipelines.identity.rules.codes import Codes
from pipelines.identity.solve.limits import Span, beyond, hull, most_at_once

Held = dict[int, dict[int, Span]]
"""By type: the values that a group holds, and when each was seen."""
Refusal = tuple[str, str]
"""A reason and its detail in words."""


class Groups:
    """Groups by number, what they hold, and whom they may not meet."""

    def __init__(self, held: list[Held], granted: dict[int, set[int]], codes: Codes) -> None:
        """`granted` are values that a group may hold together, whatever the limits say."""
        self._parent = list(range(len(held)))
        self._held = held
        self._granted = granted
        self._apart: dict[int, set[int]] = {}
        self._pairs = 0
        self._types = codes.types
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
        return None

    def roots(self) -> list[int]:
        """For each group the one that it was joined to."""
        return [self._find(group) for group in range(len(self._parent))]

    def _find(self, group: int) -> int:
        parent = self._parent
        while parent[group] != group:
            parent[group] = parent[parent[group]]
            group = parent[group]
        return group

    def _beyond_a_limit(self, one: int, other: int) -> Refusal | None:
        mine, theirs = self._held[one], self._held[other]
        for kind in sorted(mine.keys() & theirs.keys()):
            limit = self._limit[kind]
            if len(mine[kind].keys() | theirs[kind].keys()) <= limit:
                continue
            both, window = _united(mine[kind], theirs[kind]), self._window[kind]
            granted = self._granted.get(one, set()) | self._granted.get(other, set())
            granted_spans = [span for value, span in both.items() if value in granted]
            together = _at_once(both.values(), window)
            allowed = max(limit, _at_once(granted_spans, window))
            if together > allowed:
                return "limit", beyond(self._types, kind, together, allowed)
        return None

    def _unite(self, one: int, other: int) -> None:
        if _size(self._held[one]) < _size(self._held[other]):
            one, other = other, one
        self._parent[other] = one
        held = self._held[one]
        for kind, values in self._held[other].items():
            held[kind] = _united(held[kind], values) if kind in held else values
        self._held[other] = {}
        if other in self._apart:
            self._apart[one] = self._apart.get(one, set()) | self._apart.pop(other)
        if other in self._granted:
            self._granted[one] = self._granted.get(one, set()) | self._granted.pop(other)


def _size(held: Held) -> int:
    return sum(map(len, held.values()))


def _at_once(spans: Collection[Span], window: int) -> int:
    """How many values count together: all, or those that meet one window of time."""
    return most_at_once(spans, window) if window else len(spans)


def _united(values: dict[int, Span], others: dict[int, Span]) -> dict[int, Span]:
    """The values of both, each seen from its first to its last time in either."""
    united = dict(values)
    for value, span in others.items():
        united[value] = hull(united[value], span) if value in united else span
    return united
