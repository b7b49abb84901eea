"""Keyed hashes of personal identifiers.

A plain hash of a phone number is reversed by trying all eleven-digit numbers; without the key a
keyed one is not. The type is part of the message, so equal texts of two types never match.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable

import polars as pl

KIND_PHONE = "phone"
KIND_EMAIL = "email"
KIND_ACCOUNT = "account"


def identifier_key(kind: str, normalised: str, key: bytes) -> str:
    """HMAC-SHA256 of ``"<kind>:<normalised>"`` as 64 lower-case hex digits.

    >>> identifier_key("phone", "+8613912340000", b"k" * 32)[:8]
    '8a4bc1a8'
    """
    return hmac.digest(key, f"{kind}:{normalised}".encode(), "sha256").hex()


def identifier_keys(kind: str, normalised: Iterable[str | None], key: bytes) -> list[str | None]:
    """Key of every value, null for null. Pass unique values: each costs about a microsecond."""
    return [None if value is None else identifier_key(kind, value, key) for value in normalised]


def hash_series(kind: str, normalised: pl.Series, key: bytes) -> pl.Series:
    """Keys of a text series, hashing every distinct value once."""
    if normalised.null_count() == len(normalised):
        return pl.Series(normalised.name, [None] * len(normalised), dtype=pl.String)
    unique = normalised.drop_nulls().unique()
    keys = pl.Series("key", identifier_keys(kind, unique, key), dtype=pl.String)
    lookup = pl.DataFrame({"value": unique, "key": keys})
    frame = normalised.alias("value").to_frame()
    return frame.join(lookup, on="value", how="left", maintain_order="left")["key"]
