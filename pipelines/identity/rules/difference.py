"""What other rules judge otherwise: which rules' edges, and which identifiers of a type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.identity.rules.seeds import Rules

ANY_NUMBER = 1 << 31
"""Stands for no limit at all."""
_LIMITS = {"max_per_customer", "limit_window_days"}
_OF_ALL_EVIDENCE = {"normaliser", "is_shared_device"}
_ENDS = {"identifier_type_a", "identifier_type_b"}


@dataclass(frozen=True)
class RuleChange:
    """Evidence that is judged otherwise than by the rules of the last run."""

    everything: str = ""
    """Why all of it is; empty: only what follows."""
    rules: tuple[int, ...] = ()
    """Matching rules whose edges count otherwise, or no longer, or again."""
    limits: Mapping[str, int] = field(default_factory=dict)
    """By type: who holds no more values of it met the limit neither then nor now."""
    guards: tuple[str, ...] = ()
    """Types of which others than before are busy enough for the degree guard to look at."""
    silences: Mapping[str, int] = field(default_factory=dict)
    """By type, in days: who was seen over no more of them has one period, then and now."""
    texts: tuple[str, ...] = ()
    """What is other, in words."""


def write_down(rules: Rules) -> str:
    """Types and matching rules as text that the next run compares with its own."""
    return json.dumps([rules.type_rows, rules.rule_rows], sort_keys=True)


def compare(before: str | None, rules: Rules) -> RuleChange:
    """What today's `rules` judge otherwise than those that were written down `before`.

    Block list and patterns are compared identifier by identifier, and play no part here.
    """
    if before is None:
        return RuleChange("the last run did not write its rules down")
    types, matching = (
        _Rows(old, now)
        for old, now in zip(json.loads(before), (rules.type_rows, rules.rule_rows), strict=True)
    )
    if types.came_or_went:
        return RuleChange(f"identifier types came or went: {', '.join(types.came_or_went)}")
    for column in sorted(_OF_ALL_EVIDENCE):
        if names := types.with_other({column}):
            return RuleChange(f"other {column} of {', '.join(names)}")
    if names := [rule for rule in matching.with_other(_ENDS) if rule not in matching.came_or_went]:
        return RuleChange(f"other identifier types of rule {', '.join(names)}")
    changed = [name for name, columns in matching.other.items() if columns]
    return RuleChange(
        rules=tuple(int(rule) for rule in changed),
        limits={name: types.least(name, "max_per_customer") for name in types.with_other(_LIMITS)},
        guards=tuple(types.with_other({"guard_min"})),
        silences={
            name: types.least(name, "reuse_silence_days")
            for name in types.with_other({"reuse_silence_days"})
        },
        texts=(
            *(f"{', '.join(sorted(c))} of {name}" for name, c in types.other.items() if c),
            *(f"rule {rule}" for rule in changed),
        ),
    )


class _Rows:
    """Rows of one seed then and now, by key."""

    def __init__(
        self, old: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self._old, self._now = old, now
        self.came_or_went = sorted(old.keys() ^ now.keys())
        self.other = {
            name: _other_columns(old.get(name, {}), now.get(name, {}))
            for name in sorted(old.keys() | now.keys())
        }

    def with_other(self, columns: set[str]) -> list[str]:
        """Keys of rows in which one of the columns is other."""
        return [name for name, other in self.other.items() if other & columns]

    def least(self, name: str, column: str) -> int:
        """The smaller number of then and now; none is any number."""
        return min(rows[name][column] or ANY_NUMBER for rows in (self._old, self._now))


def _other_columns(old: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    return {column for column in old.keys() | now.keys() if old.get(column) != now.get(column)}
