"""People's decisions about identity, and what follows from them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from pipelines.identity.errors import IdentityInputError


class DecisionError(IdentityInputError):
    """A decision that cannot be; the message says why and what to do."""


class DecisionKind(StrEnum):
    """What a person may decide."""

    MERGE = "merge"
    """A and B are one person, whatever the limits say."""
    SPLIT = "split"
    """A and B are two people; without B: the evidence about A is wrong, take A out."""
    BLOCK = "block"
    """A names nobody: a shared or invented value."""
    UNBLOCK = "unblock"
    """A is a person's own, whatever the block list says."""
    ERASE = "erase"
    """The person of A asked to be forgotten. Final."""
    REVOKE = "revoke"
    """An earlier decision no longer holds."""


class Identifier(NamedTuple):
    """One identifier as the warehouse stores it."""

    identifier_type: str
    identifier_value: str


Pair = tuple[Identifier, Identifier]
"""Two identifiers, the smaller one first."""


@dataclass(frozen=True)
class Decision:
    """One line of the file."""

    decision_id: int
    decided_at: datetime
    """With time zone."""
    decided_by: str
    decision: DecisionKind
    a: Identifier | None = None
    """None for a revocation only."""
    b: Identifier | None = None
    revokes: int | None = None
    """decision_id that a revocation takes back."""
    note: str = ""

    @property
    def pair(self) -> Pair | None:
        """Both identifiers in one order; None where the decision is about one or none."""
        if self.a is None or self.b is None:
            return None
        return (self.a, self.b) if self.a <= self.b else (self.b, self.a)


@dataclass(frozen=True)
class Decisions:
    """All decisions ever made, in the order of the file, and what follows from them now.

    Where decisions contradict each other, the later one holds: a merge and a split of one pair, a
    block and an unblock of one identifier, and taking an identifier out ends the merges that named
    it before. An erasure is final.
    """

    every: tuple[Decision, ...] = ()

    @cached_property
    def in_force(self) -> tuple[Decision, ...]:
        """The decisions that hold, in the order in which they were made."""
        revoked = {decision.revokes for decision in self.every if decision.revokes is not None}
        standing = [
            decision
            for decision in self.every
            if decision.decision is not DecisionKind.REVOKE and decision.decision_id not in revoked
        ]
        last: dict[object, int] = {}
        for decision in standing:
            last[_subject(decision)] = decision.decision_id
        taken_out = {
            decision.a: decision.decision_id
            for decision in standing
            if decision.decision is DecisionKind.SPLIT and decision.b is None
        }
        return tuple(
            decision
            for decision in standing
            if last[_subject(decision)] == decision.decision_id
            and not _ended_by(taken_out, decision)
        )

    @cached_property
    def must_link(self) -> tuple[Pair, ...]:
        """Pairs that are one person."""
        return self._pairs(DecisionKind.MERGE)

    @cached_property
    def cannot_link(self) -> tuple[Pair, ...]:
        """Pairs that are two people."""
        return self._pairs(DecisionKind.SPLIT)

    @cached_property
    def taken_out(self) -> frozenset[Identifier]:
        """Identifiers whose evidence is not used."""
        return frozenset(
            decision.a
            for decision in self.in_force
            if decision.decision is DecisionKind.SPLIT and decision.a and decision.b is None
        )

    @cached_property
    def blocked(self) -> frozenset[Identifier]:
        """Identifiers that name nobody."""
        return self._named(DecisionKind.BLOCK)

    @cached_property
    def unblocked(self) -> frozenset[Identifier]:
        """Identifiers that the block list and the patterns must leave alone."""
        return self._named(DecisionKind.UNBLOCK)

    @cached_property
    def erased(self) -> frozenset[Identifier]:
        """Identifiers of forgotten people, as `pipelines.privacy.tombstones` writes them."""
        return self._named(DecisionKind.ERASE)

    @property
    def last_erased_at(self) -> datetime | None:
        """When somebody was last forgotten; None when nobody ever was."""
        erasures = (d.decided_at for d in self.every if d.decision is DecisionKind.ERASE)
        return max(erasures, default=None)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over the decisions in force: equal fingerprints, equal effect."""
        rows = [
            (str(decision.decision), decision.a, decision.pair or decision.b)
            for decision in self.in_force
        ]
        return hashlib.sha256(repr(sorted(rows, key=repr)).encode()).hexdigest()

    @property
    def next_id(self) -> int:
        """The id of the next decision."""
        return max((decision.decision_id for decision in self.every), default=0) + 1

    def with_added(self, added: Iterable[Decision]) -> Decisions:
        """These decisions and newer ones, in memory."""
        return Decisions((*self.every, *added))

    def _pairs(self, kind: DecisionKind) -> tuple[Pair, ...]:
        pairs = {d.pair for d in self.in_force if d.decision is kind and d.pair is not None}
        return tuple(sorted(pairs))

    def _named(self, kind: DecisionKind) -> frozenset[Identifier]:
        return frozenset(d.a for d in self.in_force if d.decision is kind and d.a is not None)


def _subject(decision: Decision) -> object:
    """What a decision is about; of several about one thing, the last one holds."""
    if decision.decision in (DecisionKind.MERGE, DecisionKind.SPLIT):
        return decision.pair or ("taken out", decision.a)
    if decision.decision is DecisionKind.ERASE:
        return ("erased", decision.a)
    return ("blocked", decision.a)


def _ended_by(taken_out: dict[Identifier | None, int], decision: Decision) -> bool:
    """A merge made before one of its identifiers was taken out."""
    if decision.decision is not DecisionKind.MERGE:
        return False
    return any(taken_out.get(end, 0) > decision.decision_id for end in (decision.a, decision.b))
