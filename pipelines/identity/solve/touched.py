"""What an increment has to solve again: every component that a change can reach, and no other.

What decides about an edge lies at its two ends; what decides about a person lies in one component.
So it is enough to follow changed identifiers to their neighbours, to identifiers for which the
degree guard now decides otherwise, to shared devices, and to the components of all these.
"""

from __future__ import annotations

from dataclasses import replace

import duckdb

from pipelines.identity.evidence.standing import Standing
from pipelines.identity.graph import Integers, among, common, union
from pipelines.identity.rules.codes import Codes
from pipelines.identity.solve.degree_book import DegreeBook, flipped, updated_book
from pipelines.identity.solve.region import (
    Region,
    degrees_in,
    device_links,
    edges_of_components,
    flags_of,
    make_region,
    neighbours,
)
from pipelines.identity.solve.screen import device_rules
from pipelines.identity.solve.stored_map import StoredMap, read_several, whole_components
from pipelines.identity.sql import fetch, staged

WORTH_FOLLOWING = 0.5
"""When more than so large a share of all identifiers is touched, solving all costs less …"""
ALWAYS_FOLLOWED = 100_000
"""… unless they are no more than so many."""


def read_touched(
    connection: duckdb.DuckDBPyConnection,
    codes: Codes,
    standing: Standing,
    changed: Integers,
    book: DegreeBook,
    population: Integers,
) -> tuple[Region, DegreeBook] | None:
    """The region that `changed` identifiers (ids) touch, and the book of degrees of today.

    None where they touch so many that it costs less to solve everything.
    """
    # Who is set apart no longer counts as a neighbour, or counts again.
    changed = union(changed, neighbours(connection, standing.set_apart))
    several = read_several(connection)
    touched, stored = whole_components(connection, changed, several)
    if len(touched) > max(ALWAYS_FOLLOWED, WORTH_FOLLOWING * int(population.sum())):
        return None
    region = _region(connection, codes, standing, touched)
    degrees = degrees_in(region, codes, flags_of(region.identifiers, changed))
    new_book = updated_book(book, region, degrees, changed, population, codes)
    changing = union(several, region.identifiers[region.periods.identifier])
    doubtful = union(flipped(book, new_book), common(changed, changing))
    wider = union(touched, neighbours(connection, doubtful))
    if len(wider) > len(touched):
        wider, stored = whole_components(connection, wider, several)
    if device_rules(codes).any():
        wider, stored = _with_devices(connection, codes, wider, several)
    if len(wider) > len(touched):  # seldom: the first look was wide enough
        region = _region(connection, codes, standing, wider)
    return replace(region, stored=stored), new_book


def _region(
    connection: duckdb.DuckDBPyConnection, codes: Codes, standing: Standing, inside: Integers
) -> Region:
    """The region of identifiers (ids) that are whole components."""
    edges = edges_of_components(connection, codes, inside)
    identifiers = union(inside, edges.a, edges.b)
    return make_region(identifiers, edges, codes, standing, flags_of(identifiers, inside))


def _with_devices(
    connection: duckdb.DuckDBPyConnection,
    codes: Codes,
    touched: Integers,
    several: Integers,
) -> tuple[Integers, StoredMap]:
    """Also the devices of the touched, and whoever has a say in whose these devices are.

    A device is placed by all of its users, and a customer's id by all that it held: both must be
    known whole.
    """
    devices, users = device_links(connection, codes)
    found = union(touched, devices[among(users, touched)])
    while True:
        asked = union(found, users[among(devices, found)])
        members, stored = whole_components(connection, asked, several)
        wider = union(members, _same_customers(connection, asked))
        if len(wider) == len(found):
            return found, stored
        found = wider


def _same_customers(connection: duckdb.DuckDBPyConnection, identifiers: Integers) -> Integers:
    with staged(connection, "asked", {"identifier_id": identifiers}):
        return fetch(
            connection,
            """
            select distinct identifier_id from identity.identity_map
            where customer_id in (
                select customer_id from identity.identity_map
                semi join asked using (identifier_id))
            """,
        )[0]
