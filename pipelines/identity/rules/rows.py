"""A row of each of the four seeds that hold the rules of identity.

`docs/identity.md` says what the columns mean to the people who change them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_AtLeastOne = Annotated[int, Field(ge=1)]


class SeedRow(BaseModel):
    """A checked row: no unknown columns, every cell of its type."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class IdentifierType(SeedRow):
    """A row of `identity_identifier_types`."""

    identifier_type: str = Field(min_length=1)
    label_zh: str = ""
    normaliser: Literal["phone", "email", "account", "issued"]
    """A key of `values.NORMALISERS`: the form in which values are stored."""
    priority: int
    """Which identifier speaks for a customer where only one is shown; smaller first."""
    max_per_customer: _AtLeastOne | None = None
    """Distinct values that one customer may hold; None: any number."""
    limit_window_days: _AtLeastOne | None = None
    """`max_per_customer` counts values seen within a window of so many days; None: for ever."""
    guard_min: _AtLeastOne | None = None
    guard_max: _AtLeastOne | None = None
    """Bounds of the adaptive degree limit; None: never guarded."""
    reuse_silence_days: _AtLeastOne | None = None
    """After so many days of silence the identifier may be another person's; None: never."""
    is_shared_device: bool = False
    """Never merges people."""
    description: str = ""


class MatchingRule(SeedRow):
    """A row of `identity_rules`."""

    rule_id: int
    rule_name: str = Field(min_length=1)
    identifier_type_a: str
    identifier_type_b: str
    strength: Literal["strong", "weak"]
    priority: int
    """Merged earlier when smaller."""
    is_alias: bool = False
    """Both identifiers are one thing, such as merged cards, and count once for limits."""
    min_evidence: _AtLeastOne = 1
    """So many rows must state the pair."""
    is_active: bool = True
    description: str = ""


class BlockedValue(SeedRow):
    """A row of `identity_block_list`."""

    identifier_type: str
    value_clear: str = Field(min_length=1)
    """As people write it; compared in the form in which the warehouse stores the type."""
    reason: str = ""


class BlockPattern(SeedRow):
    """A row of `identity_block_patterns`."""

    identifier_type: str
    pattern: str = Field(min_length=1)
    """A regular expression that fits the whole value. Types that are stored as keyed hashes take
    what `finite_patterns` can write out."""
    reason: str = ""
