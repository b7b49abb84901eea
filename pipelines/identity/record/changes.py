"""From the people of a region to rows of the map: who belongs to whom now, and who did before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import duckdb
import numpy as np

from pipelines.identity.graph import (
    Flags,
    Integers,
    among,
    distinct,
    first_positions,
    members,
    union,
    without,
)
from pipelines.identity.record.carryover import CarryOver, carry_over
from pipelines.identity.rules.codes import NO_TIME
from pipelines.identity.solve.partition import Solved
from pipelines.identity.solve.periods import Periods
from pipelines.identity.solve.region import Region
from pipelines.identity.solve.stored_map import read_map
from pipelines.identity.sql import staged

_PERIOD_STRIDE = 1 << 40
"""Names a component whose oldest node is a later period apart from every identifier."""


@dataclass(frozen=True)
class Rows:
    """Rows of the map about a region, by node: identifier (as a position) and period."""

    periods: Periods
    components: Integers
    customers: Integers
    """0: no row."""

    def holds(self, customers: Integers) -> Flags:
        """Which of these customers have a row."""
        if not len(customers):
            return np.zeros(0, dtype=bool)
        highest = max(int(self.customers.max(initial=0)), int(customers.max()))
        return members(self.customers, highest + 1)[customers]

    def nodes_of(self, positions: Integers) -> Integers:
        """The nodes of these identifiers in all of their periods."""
        later = np.flatnonzero(among(self.periods.identifier, positions))
        return np.concatenate([positions, self.periods.size + later])

    def belong(self, positions: Integers) -> Flags:
        """Which of these identifiers have a customer in some period."""
        later = self.periods.identifier[self.customers[self.periods.size :] > 0]
        return (self.customers[positions] > 0) | among(positions, distinct(later))

    def about(self, position: int) -> list[tuple[int, ...]]:
        """Period, component and customer of the rows about one identifier."""
        starts, ends = self.periods.starts, self.periods.ends
        return [
            (int(starts[n]), int(ends[n]), int(self.components[n]), int(self.customers[n]))
            for n in self.periods.nodes_of(position)
            if self.customers[n]
        ]


@dataclass(frozen=True)
class Change:
    """The map before and after, over the region."""

    region: Region
    solved: Solved
    before: Rows
    after: Rows
    old: Integers
    """The customer that each node of today belonged to, 0 for none."""
    carried: CarryOver
    moved: Integers
    """Positions of identifiers whose customers, or their periods, are others now."""
    relabelled: Integers
    """Positions of identifiers whose rows of the map change in any way."""

    @cached_property
    def customers(self) -> Integers:
        """Customers that gained or lost an identifier, or a period of one."""
        customers = np.concatenate(
            [rows.customers[rows.nodes_of(self.moved)] for rows in (self.before, self.after)]
        )
        return distinct(customers[customers > 0])

    @cached_property
    def retired(self) -> Integers:
        """Old customers that lost their last identifier and were not taken in by another."""
        lost = self.customers
        gone = lost[self.before.holds(lost) & ~self.after.holds(lost)]
        return without(gone, self.carried.absorbed)


def find_change(
    connection: duckdb.DuckDBPyConnection, region: Region, solved: Solved, highest: int
) -> Change:
    """Carry customer ids over to the people of the region; `highest` was the highest ever used."""
    before = _read_rows(connection, region)
    nodes = region.periods.identifiers
    old = before.customers
    if len(before.periods.identifier) + len(region.periods.identifier):
        old = before.customers[before.periods.node_of(nodes, _last_seen(region))]
    carried = carry_over(solved.people, old, highest)
    components = _component_ids(region, solved.components)
    after = Rows(region.periods, np.where(carried.customers > 0, components, 0), carried.customers)
    moved, relabelled = _differences(before, after)
    return Change(region, solved, before, after, old, carried, moved, relabelled)


def write_map(connection: duckdb.DuckDBPyConnection, change: Change) -> None:
    """Bring `identity_map` up to date; rows that stay are not touched."""
    identifiers = change.region.identifiers
    gone = change.relabelled[change.before.customers[change.relabelled] > 0]
    if len(gone):
        with staged(connection, "gone", {"identifier_id": identifiers[gone]}):
            connection.execute(
                "delete from identity.identity_map "
                "where identifier_id in (select identifier_id from gone)"
            )
    for frame, begins, ends in _row_frames(change, change.relabelled):
        with staged(connection, "map_rows", frame):
            connection.execute(
                f"insert into identity.identity_map select identifier_id, {begins}, {ends}, "
                "component_id, customer_id from map_rows"
            )


def write_history(
    connection: duckdb.DuckDBPyConnection, change: Change, run_at: object, run_id: int
) -> None:
    """Note every identifier that changed its customer."""
    for frame, begins, ends in _row_frames(change, change.moved):
        with staged(connection, "map_rows", frame):
            connection.execute(
                f"insert into identity.identity_history select identifier_id, {begins}, {ends}, "
                "customer_id, $1, $2 from map_rows",
                [run_at, run_id],
            )
    left = change.region.identifiers[change.moved[~change.after.belong(change.moved)]]
    with staged(connection, "left_all", {"identifier_id": left}):
        connection.execute(
            "insert into identity.identity_history select identifier_id, timestamp '1900-01-01', "
            "timestamp '9999-12-31', null, $1, $2 from left_all order by identifier_id",
            [run_at, run_id],
        )


def _read_rows(connection: duckdb.DuckDBPyConnection, region: Region) -> Rows:
    stored = region.stored or read_map(connection)
    (identifiers, components, customers), others = stored.first, stored.later
    size = len(region.identifiers)
    place, later_place, start = region.place(identifiers), region.place(others[0]), others[3]
    by_node = np.zeros((2, size + len(start)), dtype=np.int64)
    by_node[0, place], by_node[1, place] = components, customers
    by_node[0, size:], by_node[1, size:] = others[1], others[2]
    return Rows(Periods(size, later_place.astype(np.int64), start), by_node[0], by_node[1])


def _last_seen(region: Region) -> Integers:
    """When the evidence names each node last; NO_TIME where it does not say."""
    usable = region.edges[region.reasons == 0]
    left, right = region.left_right(usable)
    times = np.full(region.periods.nodes, NO_TIME)
    for nodes in (left, right):
        np.maximum.at(times, nodes, np.maximum(usable.first_at, usable.last_at))
    unseen = times == NO_TIME
    times[unseen] = region.periods.starts[unseen]
    return times


def _component_ids(region: Region, labels: Integers) -> Integers:
    """The components named by their oldest node: its identifier, and its period if not first."""
    if not len(labels):
        return labels
    periods = region.periods
    ids = region.identifiers[periods.identifiers].astype(np.int64)
    later = periods.identifier
    number = np.arange(len(later)) - np.searchsorted(later, later) + 1
    ids[periods.size :] += number * _PERIOD_STRIDE
    return ids[first_positions(labels, int(labels.max()) + 1)][labels]


def _differences(before: Rows, after: Rows) -> tuple[Integers, Integers]:
    size = before.periods.size
    moved = before.customers[:size] != after.customers[:size]
    relabelled = moved | (before.components[:size] != after.components[:size])
    for position in union(before.periods.identifier, after.periods.identifier).tolist():
        was, now = before.about(position), after.about(position)
        relabelled[position] = was != now
        moved[position] = [(b, e, c) for b, e, _, c in was] != [(b, e, c) for b, e, _, c in now]
    return np.flatnonzero(moved), np.flatnonzero(relabelled)


def _row_frames(change: Change, positions: Integers) -> list[tuple[dict[str, Integers], str, str]]:
    """Rows of today about identifiers, and in SQL where their periods begin and end."""
    after, periods = change.after, change.after.periods
    chosen = np.zeros(periods.size, dtype=bool)
    chosen[positions] = True
    nodes = np.flatnonzero(chosen[periods.identifiers] & (after.customers > 0))
    several = np.zeros(periods.size, dtype=bool)
    several[periods.identifier] = True
    split = several[periods.identifiers[nodes]]
    frames = []
    if (~split).any():
        frames.append(
            (
                _frame(change, nodes[~split]),
                "timestamp '1900-01-01'",
                "timestamp '9999-12-31'",
            )
        )
    if split.any():
        frame = _frame(change, nodes[split])
        frame |= {"begins": periods.starts[nodes[split]], "ends": periods.ends[nodes[split]]}
        frames.append((frame, "make_timestamp(begins)", "make_timestamp(ends)"))
    return frames


def _frame(change: Change, nodes: Integers) -> dict[str, Integers]:
    return {
        "identifier_id": change.region.identifiers[change.after.periods.identifiers[nodes]],
        "component_id": change.after.components[nodes],
        "customer_id": change.after.customers[nodes],
    }
