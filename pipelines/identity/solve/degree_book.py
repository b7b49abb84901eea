"""The degrees of busy identifiers, kept between runs, so that an increment need not count all."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from pipelines.identity.evidence.dictionary import count_by_type
from pipelines.identity.graph import Flags, Integers, among, distinct
from pipelines.identity.rules.codes import Codes
from pipelines.identity.solve.guard import Degrees, degree_limits, least_busy
from pipelines.identity.solve.region import Region
from pipelines.identity.sql import fetch, staged

_TABLE = "identity.identity_degrees"


@dataclass(frozen=True)
class DegreeBook:
    """Busy identifiers by id; `degrees.node` is the identifier, its period begins at `start`."""

    degrees: Degrees
    start: Integers
    limit: Integers
    """The most neighbours of that type that it may have."""

    def guarded(self) -> Flags:
        """Which rows have too many neighbours."""
        return self.degrees.neighbours > self.limit

    def within(self, region: Region) -> tuple[Degrees, Integers]:
        """The rows about identifiers of the region, by its nodes; and their limits."""
        rows = np.flatnonzero(region.holds(self.degrees.node))
        nodes = region.periods.node_of(region.place(self.degrees.node[rows]), self.start[rows])
        columns = (column[rows] for column in vars(self.degrees).values())
        _, *others = columns
        return Degrees(nodes, *others), self.limit[rows]


def make_book(region: Region, degrees: Degrees, population: Integers, codes: Codes) -> DegreeBook:
    """The book of a region that is the whole graph."""
    own = region.identifiers[region.periods.identifiers[degrees.node]].astype(np.int64)
    start = region.periods.starts_of(degrees.node)
    return _with_limits(_by_identifier(degrees, own), start, population, codes)


def read_book(connection: duckdb.DuckDBPyConnection, codes: Codes) -> DegreeBook:
    """The book of the last run."""
    names = codes.types.names
    with staged(connection, "types", {"name": names, "number": np.arange(len(names))}):
        node, start, own, kind, neighbours, strong, limit = fetch(
            connection,
            f"""
            select identifier_id, epoch_us(valid_from), o.number, n.number, neighbours,
                strong_neighbours, max_degree
            from {_TABLE}
            join types o on o.name = identifier_type join types n on n.name = neighbour_type
            """,
        )
    return DegreeBook(Degrees(node, own, kind, neighbours, strong), start, limit)


def updated_book(
    book: DegreeBook,
    region: Region,
    degrees: Degrees,
    counted: Integers,
    population: Integers,
    codes: Codes,
) -> DegreeBook:
    """The book with the new `degrees` of the identifiers in `counted`, and with new limits."""
    least = least_busy(codes.types)[book.degrees.own_type]
    kept = (least >= 0) & (book.degrees.neighbours > least)  # by the rules of today
    kept &= ~among(book.degrees.node, distinct(counted))
    own = region.identifiers[region.periods.identifiers[degrees.node]].astype(np.int64)
    new = _by_identifier(degrees, own)
    columns = zip(vars(book.degrees).values(), vars(new).values(), strict=True)
    start = np.concatenate([book.start[kept], region.periods.starts_of(degrees.node)])
    both = Degrees(*(np.concatenate([old[kept], added]) for old, added in columns))
    return _with_limits(both, start, population, codes)


def flipped(before: DegreeBook, after: DegreeBook) -> Integers:
    """Identifiers for which the guard decides otherwise than before."""
    return np.array(sorted({row[0] for row in _verdicts(before) ^ _verdicts(after)}), np.int64)


def write_book(connection: duckdb.DuckDBPyConnection, book: DegreeBook, codes: Codes) -> None:
    """Keep the book for the next run; write what is guarded for people to read."""
    names = np.array(codes.types.names)
    degrees = book.degrees
    content = {
        "identifier_id": degrees.node,
        "start": book.start,
        "identifier_type": names[degrees.own_type],
        "neighbour_type": names[degrees.neighbour_type],
        "neighbours": degrees.neighbours,
        "strong_neighbours": degrees.strong_neighbours,
        "max_degree": book.limit,
    }
    with staged(connection, "book", content):
        connection.execute(f"delete from {_TABLE}")
        connection.execute(
            f"insert into {_TABLE} select * replace (make_timestamp(start) as start) from book "
            "order by all"
        )
        connection.execute("delete from identity.identity_guarded")
        connection.execute(
            """
            insert into identity.identity_guarded
            select identifier_id, neighbour_type, max(neighbours), max(max_degree) from book
            where neighbours > max_degree group by all order by all
            """
        )


def count_present(connection: duckdb.DuckDBPyConnection, codes: Codes) -> Integers:
    """How many present identifiers there are of each type."""
    absent = dict(
        connection.execute(
            "select identifier_type, count(*) from identity.identifiers "
            "semi join identity.identity_absent using (identifier_id) group by all"
        ).fetchall()
    )
    counts = count_by_type(connection)
    return np.array([counts[name] - absent.get(name, 0) for name in codes.types.names])


def _by_identifier(degrees: Degrees, identifiers: Integers) -> Degrees:
    _, *others = vars(degrees).values()
    return Degrees(identifiers, *others)


def _with_limits(
    degrees: Degrees, start: Integers, population: Integers, codes: Codes
) -> DegreeBook:
    limits = degree_limits(degrees, population, codes.types)
    return DegreeBook(degrees, start, limits[degrees.own_type, degrees.neighbour_type])


def _verdicts(book: DegreeBook) -> set[tuple[int, ...]]:
    rows = np.flatnonzero(book.guarded())
    strong = book.degrees.strong_neighbours[rows] > book.limit[rows]
    columns = (book.degrees.node[rows], book.start[rows], book.degrees.neighbour_type[rows], strong)
    return set(zip(*(column.tolist() for column in columns), strict=True))
