"""Turns identifiers and edges into integers, in SQL, and decides which edges count.

Works in temporary tables of the caller's transaction; the names are constants below. Strings are
joined once to the dictionary `identity.identifiers` and never leave the engine.
"""

from __future__ import annotations

import duckdb
import polars as pl

from pipelines.identity.errors import IdentityInputError

PRESENT = "resolving_present"
"""Present identifiers: identifier_id, identifier_type."""
BLOCKED = "resolving_blocked"
"""As identity.identity_blocked."""
GUARDED = "resolving_guarded"
"""As identity.identity_guarded."""
EDGES = "resolving_edges"
"""As identity.identity_edges."""
TEMPORARY_TABLES = (PRESENT, BLOCKED, GUARDED, EDGES)


def add_identifiers(connection: duckdb.DuckDBPyConnection) -> int:
    """Append unseen identifiers to the dictionary and stage the present ones; return how many.

    Ids are given in the order (first seen, type, value), so they do not depend on row order.
    Raises IdentityInputError for an identifier type that the seed does not know.
    """
    unknown = connection.execute(
        """
        select distinct identifier_type from intermediate.int_identity__identifiers
        where identifier_type not in
            (select identifier_type from seeds.identity_identifier_types) order by all
        """
    ).fetchall()
    if unknown:
        raise IdentityInputError(
            f"identifier types without a degree limit: {', '.join(row[0] for row in unknown)}; "
            "add them to the seed identity_identifier_types"
        )
    [(last,)] = connection.execute(
        "select coalesce(max(identifier_id), 0) from identity.identifiers"
    ).fetchall()
    # One join of strings for both questions: which are known, and which are new.
    connection.execute(
        """
        create temp table resolving_delivered as
        select i.identifier_type, d.identifier_id,
            case when d.identifier_id is null then i.identifier_value end as new_value,
            case when d.identifier_id is null then i.first_seen_at end as first_seen_at
        from intermediate.int_identity__identifiers i
        left join identity.identifiers d
            on d.identifier_type = i.identifier_type and d.identifier_value = i.identifier_value
        """
    )
    # Grouped although the model promises distinct rows: a dictionary that only grows could
    # never be rid of a value with two ids.
    [(added,)] = connection.execute(
        """
        insert into identity.identifiers
        select
            $1 + row_number() over (
                order by first_seen_at nulls last, identifier_type, new_value
            ),
            identifier_type, new_value, first_seen_at
        from (
            select identifier_type, new_value, min(first_seen_at) as first_seen_at
            from resolving_delivered where identifier_id is null
            group by identifier_type, new_value
        )
        """,
        [last],
    ).fetchall()
    connection.execute(
        f"""
        create temp table {PRESENT} as
        select identifier_id, identifier_type from resolving_delivered
        where identifier_id is not null
        union all
        select identifier_id, identifier_type from identity.identifiers where identifier_id > $1
        """,
        [last],
    )
    connection.execute("drop table resolving_delivered")
    return added


def stage_blocks(connection: duckdb.DuckDBPyConnection, block_list: pl.DataFrame) -> None:
    """Stage the present identifiers that are on the block list."""
    connection.register("block_list", block_list.to_arrow())
    connection.execute(
        f"""
        create temp table {BLOCKED} as
        select identifier_id, reason
        from identity.identifiers join block_list using (identifier_type, identifier_value)
        semi join {PRESENT} using (identifier_id)
        order by identifier_id
        """
    )
    connection.unregister("block_list")


def stage_edges(connection: duckdb.DuckDBPyConnection) -> None:
    """Stage every edge in integers, with the reason why it is not used, if there is one.

    Reasons, the first that applies: `rule_inactive`; `weak`, because weak evidence joins nobody as
    long as there are no limits per type to hold it in check; `blocked`; later `degree_guard`.

    Raises IdentityInputError when an edge names an unknown rule or an identifier that is not
    among the identifiers.
    """
    connection.execute(
        f"""
        create temp table {EDGES} as
        with judged as (
            select
                a.identifier_id as identifier_id_a, b.identifier_id as identifier_id_b,
                e.rule_id, e.source, e.first_at, e.last_at, e.evidence_count, e.file_id,
                e.line_number,
                case
                    when not cast(r.is_active as boolean) then 'rule_inactive'
                    when r.strength = 'weak' then 'weak'
                    when a.identifier_id in (select identifier_id from {BLOCKED})
                        or b.identifier_id in (select identifier_id from {BLOCKED}) then 'blocked'
                end as unused_reason
            from intermediate.int_identity__edges e
            join seeds.identity_rules r on r.rule_id = e.rule_id
            join identity.identifiers a
                on a.identifier_type = e.identifier_type_a
                and a.identifier_value = e.identifier_value_a
            join identity.identifiers b
                on b.identifier_type = e.identifier_type_b
                and b.identifier_value = e.identifier_value_b
            where a.identifier_id in (select identifier_id from {PRESENT})
                and b.identifier_id in (select identifier_id from {PRESENT})
        )
        select * exclude (unused_reason), unused_reason is null as is_used, unused_reason
        from judged
        order by identifier_id_a, identifier_id_b, rule_id, source
        """
    )
    [(staged, delivered)] = connection.execute(
        f"select (select count(*) from {EDGES}), (select count(*) from "
        "intermediate.int_identity__edges)"
    ).fetchall()
    if staged != delivered:
        raise IdentityInputError(
            f"{delivered} edges were delivered but {staged} match the rules of the seed "
            "identity_rules and the identifiers of int_identity__identifiers: an edge names a rule "
            "or an identifier that is missing there, or one of them is listed twice"
        )


def guard_degrees(connection: duckdb.DuckDBPyConnection) -> None:
    """Take identifiers with too many neighbours out of the usable edges.

    Counted per identifier and type of neighbour, over distinct neighbours on edges that are usable
    so far; the limit is that of the identifier's own type (null: none). One pass: a guarded
    identifier does not lower the degree of its neighbours.
    """
    connection.execute(
        f"""
        create temp table {GUARDED} as
        with
        ends as (
            select identifier_id_a as identifier_id, identifier_id_b as neighbour_id
            from {EDGES} where is_used and identifier_id_a <> identifier_id_b
            union all
            select identifier_id_b, identifier_id_a
            from {EDGES} where is_used and identifier_id_a <> identifier_id_b
        ),
        busy as (  -- cheap and sufficient: few pass it, and only they are counted exactly
            select identifier_id from ends group by identifier_id
            having count(*) > (select min(max_degree) from seeds.identity_identifier_types)
        )
        select
            e.identifier_id, n.identifier_type as neighbour_type,
            count(distinct e.neighbour_id) as neighbours, t.max_degree
        from ends e
        semi join busy using (identifier_id)
        join {PRESENT} n on n.identifier_id = e.neighbour_id
        join {PRESENT} i on i.identifier_id = e.identifier_id
        join seeds.identity_identifier_types t on t.identifier_type = i.identifier_type
        group by e.identifier_id, n.identifier_type, t.max_degree
        having count(distinct e.neighbour_id) > t.max_degree
        order by e.identifier_id, neighbour_type
        """
    )
    connection.execute(
        f"""
        update {EDGES} set is_used = false, unused_reason = 'degree_guard'
        where is_used and (
            identifier_id_a in (select identifier_id from {GUARDED})
            or identifier_id_b in (select identifier_id from {GUARDED}))
        """
    )
