"""What the map says before a run: the components of some identifiers, read once."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from pipelines.identity.graph import Integers, common, union, without
from pipelines.identity.solve.periods import BEGINNING
from pipelines.identity.sql import fetch, staged

_LATER = "valid_from > timestamp '1900-01-01'"
_COLUMNS = "identifier_id::integer, component_id, customer_id"
_START = "epoch_us(valid_from)"


@dataclass(frozen=True)
class StoredMap:
    """Rows of the map about some identifiers, all that there are of each."""

    first: tuple[Integers, Integers, Integers]
    """Of first periods: identifier, component and customer, in any order."""
    later: tuple[Integers, Integers, Integers, Integers]
    """Of later periods: these and the start, ascending by identifier and start."""


def read_map(connection: duckdb.DuckDBPyConnection) -> StoredMap:
    """All of the map."""
    rows = "from identity.identity_map"
    identifier, component, customer = fetch(
        connection, f"select {_COLUMNS} {rows} where not ({_LATER})"
    )
    return StoredMap(
        (identifier, component, customer),
        _ascending(*fetch(connection, f"select {_COLUMNS}, {_START} {rows} where {_LATER}")),
    )


def read_several(connection: duckdb.DuckDBPyConnection) -> Integers:
    """Identifiers with several periods."""
    query = f"select distinct identifier_id from identity.identity_map where {_LATER}"
    return fetch(connection, query)[0]


def whole_components(
    connection: duckdb.DuckDBPyConnection, identifiers: Integers, several: Integers
) -> tuple[Integers, StoredMap]:
    """These identifiers and all that share a component with one of them, and their rows.

    Identifiers in `several` have several periods, each in a component of its own: all of them.
    """
    found, ask = identifiers, identifiers
    parts: list[tuple[Integers, ...]] = []
    while len(ask) or not parts:
        with staged(connection, "asked", {"identifier_id": ask}):
            rows = fetch(
                connection,
                f"""
                select {_COLUMNS}, {_START} from identity.identity_map
                where component_id in (
                    select component_id from identity.identity_map
                    semi join asked using (identifier_id))
                """,
            )
        parts.append(rows)
        members = rows[0].astype(np.int64)
        ask = without(common(members, several), found)
        found = union(found, members)
    return found, _stored(*_together(parts))


def _together(parts: list[tuple[Integers, ...]]) -> tuple[Integers, ...]:
    """Rows of several looks, of which a later one may find what an earlier one did."""
    if len(parts) == 1:
        return parts[0]
    columns = _ascending(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    identifier, *_, start = columns
    new = np.ones(len(identifier), dtype=bool)
    new[1:] = (identifier[1:] != identifier[:-1]) | (start[1:] != start[:-1])
    return tuple(column[new] for column in columns)


def _stored(
    identifier: Integers, component: Integers, customer: Integers, start: Integers
) -> StoredMap:
    columns = identifier, component, customer, start
    is_later = start > BEGINNING
    if not is_later.any():
        none = start[:0]
        return StoredMap(columns[:3], (none, none, none, none))
    first = ~is_later
    return StoredMap(
        (identifier[first], component[first], customer[first]),
        _ascending(*(column[is_later] for column in columns)),
    )


def _ascending(
    identifier: Integers, component: Integers, customer: Integers, start: Integers
) -> tuple[Integers, Integers, Integers, Integers]:
    order = np.lexsort((start, identifier))
    return identifier[order], component[order], customer[order], start[order]
