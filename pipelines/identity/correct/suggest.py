"""Which identifiers look shared by strangers, by how they stand in the graph: candidates to block.

A store's phone stands on many cards, a person's on one or two. So an identifier is suggested when
it has more than twice as many neighbours of one type as nearly all identifiers of its own type,
or when its neighbours belong to several customers because limits already keep them apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

FEWEST_NEIGHBOURS = 5
"""Fewer neighbours of one type are nothing unusual, however few others have."""
FEWEST_CUSTOMERS = 3
"""So many customers around an identifier say that it is shared, not that one merge is missing."""


@dataclass(frozen=True)
class Suggestion:
    """An identifier that may be shared, and what says so."""

    identifier_type: str
    identifier_value: str
    neighbour_type: str
    neighbours: int
    """Distinct neighbours of that type."""
    usual: int
    """So many have 99 of 100 identifiers of this type at most."""
    customers: int
    """Customers that its neighbours belong to."""
    is_guarded: bool
    """The degree guard keeps it apart already."""
    refused_links: int
    """Links that limits, decisions or contested claims refused."""
    sources: str


def suggest_blocks(connection: duckdb.DuckDBPyConnection, most: int = 20) -> list[Suggestion]:
    """The identifiers that look most shared, worst first; blocked ones are done and left out."""
    rows = connection.execute(
        """
        with edges as (
            select e.identifier_id_a, e.identifier_id_b, e.source,
                coalesce(u.reason in ('limit', 'cannot_link', 'contested'), false) as is_refused
            from identity.identity_edges e
            left join identity.identity_unused_edges u
                using (identifier_id_a, identifier_id_b, rule_id, source)
            where coalesce(u.reason not in ('rule_inactive', 'too_little_evidence', 'taken_out'),
                true)
        ),
        ends as (
            select identifier_id_a as identifier_id, identifier_id_b as neighbour_id, * from edges
            union all
            select identifier_id_b, identifier_id_a, * from edges
        ),
        degrees as (
            select ends.identifier_id, n.identifier_type as neighbour_type,
                count(distinct neighbour_id) as neighbours
            from ends join identity.identifiers n on n.identifier_id = ends.neighbour_id
            where ends.identifier_id <> neighbour_id
            group by all
        ),
        usual as (
            select identifier_type, neighbour_type,
                cast(quantile_disc(neighbours, 0.99) as bigint) as usual
            from degrees join identity.identifiers using (identifier_id) group by all
        ),
        busiest as (
            select identifier_id, max_by(neighbour_type, neighbours) as neighbour_type,
                max(neighbours) as neighbours
            from degrees group by identifier_id having max(neighbours) >= $1
        ),
        around as (
            select identifier_id, count(distinct m.customer_id) as customers,
                count(*) filter (where is_refused) as refused_links,
                string_agg(distinct source, ', ' order by source) as sources
            from ends semi join busiest using (identifier_id)
            left join identity.identity_map m on m.identifier_id = ends.neighbour_id
            group by identifier_id
        )
        select i.identifier_type, i.identifier_value, neighbour_type, neighbours, usual, customers,
            identifier_id in (select identifier_id from identity.identity_guarded) as is_guarded,
            refused_links, sources
        from busiest
        join around using (identifier_id)
        join identity.identifiers i using (identifier_id)
        join usual using (identifier_type, neighbour_type)
        anti join identity.identity_blocked using (identifier_id)
        where is_guarded or customers >= $2 or neighbours > 2 * usual
        order by customers desc, neighbours desc, identifier_type, identifier_value
        limit $3
        """,
        [FEWEST_NEIGHBOURS, FEWEST_CUSTOMERS, most],
    ).fetchall()
    return [Suggestion(*row) for row in rows]
