"""Tombstones: how a forgotten person's identifiers are remembered without being kept.

An identifier that is stored as a keyed hash is its own tombstone. Of one that is stored in clear
(unionid, card number) only a keyed hash stays, told by its prefix.
"""

from __future__ import annotations

from pipelines.identity.correct.decisions import Identifier
from pipelines.privacy.hashing import identifier_key

PREFIX = "hmac:"
_FOLLOW_RELATION = "wecom_follow_relation"


def tombstone(identifier: Identifier, *, is_hashed: bool, key: bytes) -> Identifier:
    """What may be written down about an erased identifier, given as the warehouse stores it."""
    if is_hashed:
        return identifier
    kind, value = identifier.identifier_type, recurring_value(identifier)
    return Identifier(kind, PREFIX + identifier_key(kind, value, key))


def recurring_value(identifier: Identifier) -> str:
    """The value as the next file would give it.

    The running number of a follow relation of one second depends on the other rows of the file.
    """
    if identifier.identifier_type == _FOLLOW_RELATION:
        return identifier.identifier_value.rpartition(":")[0]
    return identifier.identifier_value


def hides_value(identifier: Identifier) -> bool:
    """Whether the tombstone stands for a value in clear, which cannot be read from it."""
    return identifier.identifier_value.startswith(PREFIX)
