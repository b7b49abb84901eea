"""The rules as arrays: what the solver asks of a type or a rule, by small integers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pipelines.identity.graph import Flags, Integers
from pipelines.identity.rules.seeds import Rules

MICROSECONDS_PER_DAY = 86_400_000_000
NO_TIME = -(2**62)
"""Stands for an unknown time among microseconds since 1970."""


@dataclass(frozen=True)
class TypeCodes:
    """Identifier types, in the order of their names; arrays are parallel to `names`."""

    names: tuple[str, ...]
    limit: Integers
    """How many values one customer may hold; 0: any number."""
    window: Integers
    """Microseconds within which the limit counts; 0: for ever."""
    guard_min: Integers
    """Least degree limit; 0: never guarded."""
    guard_max: Integers
    silence: Integers
    """Microseconds after which an identifier may be another person's; 0: never."""
    is_device: Flags


@dataclass(frozen=True)
class RuleCodes:
    """Matching rules; arrays are indexed by rule_id."""

    type_a: Integers
    """Position in the names of the types; -1 where no rule has this number."""
    type_b: Integers
    is_active: Flags
    is_strong: Flags
    is_alias: Flags
    priority: Integers
    min_evidence: Integers


@dataclass(frozen=True)
class Codes:
    """Types and rules as the solver sees them."""

    types: TypeCodes
    rules: RuleCodes


def code_rules(rules: Rules, highest: int = 0) -> Codes:
    """Rules as arrays; numbers of types follow their names, so they do not depend on row order.

    `highest` is the highest rule_id that an edge may have: evidence of a rule that was taken out
    is not used.
    """
    names = tuple(sorted(rules.identifier_types))
    rows = [rules.identifier_types[name] for name in names]
    types = TypeCodes(
        names=names,
        limit=_array(row.max_per_customer for row in rows),
        window=_array(row.limit_window_days for row in rows) * MICROSECONDS_PER_DAY,
        guard_min=_array(row.guard_min for row in rows),
        guard_max=_array(row.guard_max for row in rows),
        silence=_array(row.reuse_silence_days for row in rows) * MICROSECONDS_PER_DAY,
        is_device=np.array([row.is_shared_device for row in rows], dtype=bool),
    )
    size = max(highest, *rules.matching_rules, 0) + 1
    known = [rules.matching_rules.get(rule_id) for rule_id in range(size)]
    numbers = {name: number for number, name in enumerate(names)}
    return Codes(
        types=types,
        rules=RuleCodes(
            type_a=np.array([numbers[r.identifier_type_a] if r else -1 for r in known]),
            type_b=np.array([numbers[r.identifier_type_b] if r else -1 for r in known]),
            is_active=np.array([bool(r and r.is_active) for r in known]),
            is_strong=np.array([bool(r and r.strength == "strong") for r in known]),
            is_alias=np.array([bool(r and r.is_alias) for r in known]),
            priority=_array(r.priority if r else 0 for r in known),
            min_evidence=_array(r.min_evidence if r else 1 for r in known),
        ),
    )


def _array(values: Iterable[int | None]) -> Integers:
    return np.array([value or 0 for value in values], dtype=np.int64)
