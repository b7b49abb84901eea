"""From an identifier as people write it to the value that the warehouse stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from pipelines.privacy import normalise
from pipelines.privacy.hashing import KIND_ACCOUNT, KIND_EMAIL, KIND_PHONE, hash_series


@dataclass(frozen=True)
class Normaliser:
    """One form for one identifier."""

    form: Callable[[pl.Expr], pl.Expr]
    hash_kind: str | None
    """Personal values are stored as keyed hashes of this kind; None: stored in clear."""


NORMALISERS = {
    "phone": Normaliser(normalise.phone, KIND_PHONE),
    "email": Normaliser(normalise.email, KIND_EMAIL),
    "account": Normaliser(normalise.account, KIND_ACCOUNT),
    "issued": Normaliser(lambda cell: cell.str.strip_chars(), None),
}
"""By the name in the seed. `issued`: an id that a platform or the brand issued, kept as it came."""


def is_hashed(normaliser: str) -> bool:
    """Whether values of such types are stored as keyed hashes."""
    return NORMALISERS[normaliser].hash_kind is not None


def stored_values(normaliser: str, clear: pl.Series, key: bytes) -> pl.Series:
    """Clear texts as the loader would have stored them; null where the text is no identifier."""
    normal, kind = normal_values(normaliser, clear), NORMALISERS[normaliser].hash_kind
    return hash_series(kind, normal, key) if kind else normal


def normal_values(normaliser: str, clear: pl.Series) -> pl.Series:
    """Clear texts in their one form; null where the text is no identifier."""
    form = NORMALISERS[normaliser].form(pl.col("clear"))
    return clear.to_frame("clear").select(form.alias("value"))["value"]


def stored_value(normaliser: str, clear: str, key: bytes) -> str | None:
    """As `stored_values`, for one text."""
    return stored_values(normaliser, pl.Series([clear], dtype=pl.String), key)[0]
