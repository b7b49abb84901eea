"""Which values belong to no customer: the block list and the block patterns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import duckdb
import polars as pl

from pipelines.identity.rules.finite_patterns import PatternError, expand
from pipelines.identity.rules.rows import BlockedValue, BlockPattern
from pipelines.identity.rules.values import is_hashed, normal_values, stored_values

_COLUMNS = ("identifier_type", "identifier_value", "reason")


def stored_blocks(
    values: Sequence[BlockedValue],
    patterns: Sequence[BlockPattern],
    normalisers: Mapping[str, str],
    key: bytes,
) -> pl.DataFrame:
    """Blocked values as the warehouse stores them: identifier_type, identifier_value, reason.

    Holds the whole block list, and the patterns over types that are stored as keyed hashes, written
    out. `normalisers` names the normaliser of each identifier type. A text of a pattern that is no
    such identifier can never arrive and is left out.
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


def impossible_values(
    values: Sequence[BlockedValue], normalisers: Mapping[str, str]
) -> list[BlockedValue]:
    """Values that are no identifiers of their type: nothing that arrives can be equal to them."""
    impossible = []
    for identifier_type in dict.fromkeys(block.identifier_type for block in values):
        blocks = [block for block in values if block.identifier_type == identifier_type]
        clear = pl.Series([block.value_clear for block in blocks], dtype=pl.String)
        normal = normal_values(normalisers[identifier_type], clear)
        impossible += [block for block, value in zip(blocks, normal, strict=True) if value is None]
    return impossible


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
    try:
        _engine().execute("select regexp_full_match('', $1)", [pattern]).fetchall()
    except duckdb.Error as error:
        return f"no regular expression: {error}"
    return None


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """An empty database for all patterns: to open one takes longer than to ask it."""
    return duckdb.connect(":memory:", config={"threads": 1})
