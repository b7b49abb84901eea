"""The block list in the form in which identifiers arrive."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import polars as pl

from pipelines.privacy import normalise
from pipelines.privacy.hashing import KIND_ACCOUNT, KIND_EMAIL, KIND_PHONE, hash_series

_PERSONAL: dict[str, tuple[str, Callable[[pl.Expr], pl.Expr]]] = {
    "phone": (KIND_PHONE, normalise.phone),
    "tmall_nick": (KIND_ACCOUNT, normalise.account),
    "alipay_account": (KIND_ACCOUNT, normalise.account),
    "jd_account": (KIND_ACCOUNT, normalise.account),
    "tiktok_username": (KIND_ACCOUNT, normalise.account),
    "email": (KIND_EMAIL, normalise.email),
}
"""Identifier types that arrive as keyed hashes: kind of the hash, and how values are normalised."""


def read_block_list(connection: duckdb.DuckDBPyConnection, key: bytes) -> pl.DataFrame:
    """The seed `identity_block_list` as (identifier_type, identifier_value, reason).

    Personal values are clear text in the seed and become keyed hashes here, through the functions
    that the loader uses. A value that the loader turns away at the door (a test number, a text
    that is no phone) can never arrive as an identifier and is left out.
    """
    frame = connection.sql(
        "select identifier_type, cast(value_clear as varchar) as clear, reason "
        "from seeds.identity_block_list where value_clear is not null"
    ).pl()
    blocks = [
        frame.filter(~pl.col("identifier_type").is_in(list(_PERSONAL))).with_columns(
            identifier_value=pl.col("clear").str.strip_chars()
        )
    ]
    for identifier_type, (kind, normalised) in _PERSONAL.items():
        clear = frame.filter(pl.col("identifier_type") == identifier_type)
        values = clear.select(value=normalised(pl.col("clear")))["value"]
        blocks.append(clear.with_columns(identifier_value=hash_series(kind, values, key)))
    return (
        pl.concat(blocks)
        .drop_nulls("identifier_value")
        .unique(["identifier_type", "identifier_value"], keep="first", maintain_order=True)
        .select("identifier_type", "identifier_value", "reason")
    )
