"""Keyed hashes of personal identifiers.

A plain hash of a phone number is reversed by trying all eleven-digit numbers; without the key a
keyed one is not. The type is part of the message, so equal texts of two types never match.
"""

from __future__ import annotations

import hmac

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


def hash_series(kind: str, normalised: pl.Series, key: bytes) -> pl.Series:
    """Keys of a text series, hashing every distinct value once, about a microsecond each."""
    if normalised.null_count() == len(normalised):
        return pl.Series(normalised.name, [None] * len(normalised), dtype=pl.String)
    values = normalised.to_list()
    keys = {value: identifier_key(kind, value, key) for value in set(values) if value is not None}
    return pl.Series(normalised.name, [keys.get(value) for value in values], dtype=pl.String)
