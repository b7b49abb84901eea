"""Which values belong to no customer: the block list and the block patterns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import duckdb
import polars as pl

from pipelines.identity.finite_patterns import PatternError, expand
from pipelines.identity.rule_rows import BlockedValue, BlockPattern
from pipelines.identity.values import is_hashed, stored_values
from pipelines.privacy import normalise
from pipelines.privacy.hashing import KIND_ACCOUNT, KIND_EMAIL, KIND_PHONE, hash_series

_COLUMNS = ("identifier_type", "identifier_value", "reason")


def stored_blocks(
    values: Sequence[BlockedValue],
    patterns: Sequence[BlockPattern],
    normalisers: Mapping[str, str],
    key: bytes,
) -> pl.DataFrame:
    """Blocked values as the warehouse stores them: identifier_type, identifier_value, reason.

    Holds the whole block list, and the patterns over types that are stored as keyed hashes, written
    out. `normalisers` names the normaliser of each identifier type. A value that the loader turns
    away at the door can never arrive as an identifier and is left out.
    """
    clear = [(block.identifier_type, block.value_clear, block.reason) for block in values] + [
        (pattern.identifier_type, text, pattern.reason)
        for pattern in patterns
        if is_hashed(normalisers[pattern.identifier_type])
        for text in expand(pattern.pattern)
    ]
    frame = pl.DataFrame(clear, schema=dict.fromkeys(_COLUMNS, pl.String()), orient="row")
    stored = [
        part.with_columns(
            identifier_value=stored_values(normalisers[name], part["identifier_value"], key)
        )
        for (name,), part in frame.group_by("identifier_type", maintain_order=True)
        if isinstance(name, str)
    ]
    return (
        pl.concat([frame.clear(), *stored])
        .drop_nulls("identifier_value")
        .unique(["identifier_type", "identifier_value"], keep="first", maintain_order=True)
    )


def pattern_mistake(pattern: str, normaliser: str) -> str | None:
    """What is wrong with a block pattern over values of such a type; None when it can be used."""
    if is_hashed(normaliser):
        try:
            expand(pattern)
        except PatternError as error:
            return f"{error}. Values of this type are stored as keyed hashes"
        return None
    return _regular_expression_mistake(pattern)


@cache
def _regular_expression_mistake(pattern: str) -> str | None:
    with duckdb.connect(":memory:") as connection:
        try:
            connection.execute("select regexp_full_match('', $1)", [pattern]).fetchall()
        except duckdb.Error as error:
            return f"no regular expression: {error}"
    return None


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
