"""The part of the graph that a run solves: all of it, or what the changes touch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import duckdb
import numpy as np

from pipelines.identity.evidence.standing import Standing
from pipelines.identity.graph import Flags, Integers, among, union
from pipelines.identity.rules.codes import NO_TIME, Codes
from pipelines.identity.solve.guard import Degrees, count_degrees, least_busy
from pipelines.identity.solve.periods import Periods
from pipelines.identity.solve.screen import (
    Edges,
    device_rules,
    ends_of,
    often_linked,
    on_devices,
    periods_of,
    screen,
)
from pipelines.identity.solve.stored_map import StoredMap
from pipelines.identity.sql import fetch, staged

_COLUMNS = (
    "edge_id",
    "identifier_id_a::integer",
    "identifier_id_b::integer",
    "rule_id::integer",
    "least(evidence_count, 2000000000)::integer",
    f"coalesce(epoch_us(first_at), {NO_TIME})",
    f"coalesce(epoch_us(last_at), {NO_TIME})",
)
"""Of identity_edges, the columns of `Edges`."""
Place = Callable[[Integers], Integers]


@dataclass(frozen=True)
class Region:
    """Some identifiers, ascending, and edges between their positions.

    Of the identifiers that are not `inside` only edges are known, to tell the degrees and periods
    of those that are. Every edge that can be used has both ends inside, or is guarded.
    """

    identifiers: Integers
    place: Place
    """Where some of them stand."""
    inside: Flags
    nobody: Flags
    """Identifiers that belong to no customer: blocked, absent or erased."""
    edges: Edges
    reasons: Integers
    """Why an edge cannot be used, as a number of REASONS; 0: it can, as far as `screen` knows."""
    periods: Periods
    is_everything: bool
    """It holds every identifier that there is."""
    stored: StoredMap | None = None
    """What the map says of those inside before this run; None: not read yet."""

    def holds(self, identifiers: Integers) -> Flags:
        """Which of these identifiers are in it."""
        if self.is_everything:
            return np.ones(len(identifiers), dtype=bool)
        return among(identifiers, self.identifiers)

    def has_inside(self, edges: Edges) -> Flags:
        """Edges with both ends inside."""
        if self.is_everything:
            return np.ones(len(edges), dtype=bool)
        return self.inside[edges.a] & self.inside[edges.b]

    def left_right(self, edges: Edges) -> tuple[Integers, Integers]:
        """The nodes (identifier and period) at the ends of edges."""
        return (
            self.periods.node_of(edges.a, edges.first_at),
            self.periods.node_of(edges.b, edges.first_at),
        )


def make_region(
    identifiers: Integers,
    edges: Edges,
    codes: Codes,
    standing: Standing,
    inside: Flags | None = None,
) -> Region:
    """A region of `identifiers` (ascending), all of them `inside` unless said otherwise.

    `edges` are between identifier ids. Without `inside` these are all identifiers and edges.
    """
    place = places(identifiers)
    edges = replace(edges, a=place(edges.a), b=place(edges.b))
    blocked = flags_of(identifiers, standing.blocked)
    reasons = screen(edges, codes, blocked, flags_of(identifiers, standing.taken_out))
    periods = periods_of(edges.where(reasons == 0), codes, len(identifiers))
    nobody = flags_of(identifiers, standing.nobody)
    everything = inside is None
    if inside is None:
        inside = np.ones(len(identifiers), dtype=bool)
    return Region(identifiers, place, inside, nobody, edges, reasons, periods, everything)


def places(identifiers: Integers) -> Place:
    """Tells where identifiers, all of which are there, stand among the ascending `identifiers`."""
    if not len(identifiers):
        return lambda some: some.astype(np.int32)
    first, last = int(identifiers[0]), int(identifiers[-1])
    if last - first + 1 == len(identifiers):  # no gaps
        return lambda some: (some - first).astype(np.int32, copy=False)
    position = np.empty(last + 1, dtype=np.int32)
    position[identifiers] = np.arange(len(identifiers), dtype=np.int32)
    return lambda some: position[some]


def flags_of(identifiers: Integers, some: Integers) -> Flags:
    """Which of the ascending `identifiers` are among `some`."""
    flags = np.zeros(len(identifiers), dtype=bool)
    if len(identifiers) and len(some):
        at = np.minimum(np.searchsorted(identifiers, some), len(identifiers) - 1)
        flags[at[identifiers[at] == some]] = True
    return flags


def degrees_in(region: Region, codes: Codes, counted: Flags | None = None) -> Degrees:
    """Degrees of the nodes inside the region, or of these identifiers alone."""
    plain = region.edges.where((region.reasons == 0) & ~on_devices(region.edges, codes))
    ends = region.left_right(plain)
    busy = often_linked(plain, codes, *ends, least_busy(codes.types))
    left, right = (nodes[busy] for nodes in ends)
    degrees = count_degrees(ends_of(plain[busy], codes, left, right), codes.types)
    counted = region.inside if counted is None else counted
    kept = counted[region.periods.identifiers[degrees.node]]
    return Degrees(*(column[kept] for column in vars(degrees).values()))


def read_everything(
    connection: duckdb.DuckDBPyConnection, codes: Codes, standing: Standing
) -> Region:
    """All identifiers and all edges."""
    (known,) = fetch(connection, "select identifier_id::integer from identity.identifiers")
    identifiers = union(known, standing.erased.astype(known.dtype))
    # Column by column, for DuckDB holds a whole result before it hands it over. Rows come in the
    # order in which they stand, the same in each query.
    edges = Edges(
        *(fetch(connection, f"select {c} from identity.identity_edges")[0] for c in _COLUMNS)
    )
    return make_region(identifiers, edges, codes, standing)


def edges_touching(connection: duckdb.DuckDBPyConnection, identifiers: Integers) -> Edges:
    """Edges with an end among the ascending identifiers, between identifier ids."""
    columns = ", ".join(_COLUMNS)
    with staged(connection, "wanted", {"identifier_id": identifiers}):
        by_a, by_b = (
            Edges(
                *fetch(
                    connection,
                    f"select {columns} from identity.identity_edges "
                    f"semi join wanted on identifier_id = identifier_id_{end}",
                )
            )
            for end in ("a", "b")
        )
    again = among(by_b.a, identifiers)
    columns_of_both = zip(vars(by_a).values(), vars(by_b[~again]).values(), strict=True)
    return Edges(*(np.concatenate(pair) for pair in columns_of_both))


def edges_of_components(
    connection: duckdb.DuckDBPyConnection, codes: Codes, identifiers: Integers
) -> Edges:
    """As `edges_touching`, for all identifiers of some components, in one pass over the edges.

    The ascending identifiers hold both ends of every edge that came or changed with this run.
    Then an edge whose second end alone is among them was not used by the last run, which noted it,
    or has a shared device at an end, which is in a component of its own.
    """
    devices = np.flatnonzero(device_rules(codes)).tolist()
    tables = ["identity.identity_unused_edges"]
    if devices:
        rules = ", ".join(map(str, devices))
        tables.append(f"(from identity.identity_edges where rule_id in ({rules}))")
    with staged(connection, "wanted", {"identifier_id": identifiers}):
        beyond = [
            fetch(
                connection,
                f"select identifier_id_a from {table} "
                "semi join wanted on identifier_id = identifier_id_b",
            )[0]
            for table in tables
        ]
    asked = union(identifiers, *beyond)
    with staged(connection, "wanted", {"identifier_id": asked}):
        edges = Edges(
            *fetch(
                connection,
                f"select {', '.join(_COLUMNS)} from identity.identity_edges "
                "semi join wanted on identifier_id = identifier_id_a",
            )
        )
    if len(asked) == len(identifiers):
        return edges
    return edges.where(among(edges.a, identifiers) | among(edges.b, identifiers))


def neighbours(connection: duckdb.DuckDBPyConnection, identifiers: Integers) -> Integers:
    """Identifiers at the other end of any edge of `identifiers`, and these themselves."""
    if not len(identifiers):
        return identifiers
    edges = edges_touching(connection, identifiers)
    return union(identifiers, edges.a, edges.b)


def device_links(connection: duckdb.DuckDBPyConnection, codes: Codes) -> tuple[Integers, Integers]:
    """Shared devices and the identifiers that used them, whether that counts or not."""
    rules = codes.rules
    a, b, rule = fetch(
        connection,
        "select identifier_id_a, identifier_id_b, rule_id from identity.identity_edges "
        "where rule_id in (select unnest(?::integer[]))",
        [np.flatnonzero(device_rules(codes)).tolist()],
    )
    is_a = codes.types.is_device[rules.type_a[rule]]
    return np.where(is_a, a, b), np.where(is_a, b, a)
